"""The published schema: what we write is valid, what is broken is not, what is old is read."""

import ast
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from django.conf import settings

from document import readers, snapshot
from document.snapshot import LANGUAGES, from_json, to_json
from reports import schema
from reports.formats import FORMATS
from tests.reports.specimen import NASTY, evaluation, every, overridden, specimen
from tests.reports.tokens import replaced

GOLDEN = Path(__file__).with_name("golden.json")
# As an evaluation of the schema of its day was published; it is never made again.
EVALUATION = Path(__file__).parent.parent / "data" / f"evaluation-{snapshot.SCHEMA_VERSION}.json"
SCHEMA = schema.schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def data() -> dict[str, Any]:
    """Return a specimen as data, with all that may be absent."""
    full = specimen(7, note=every("A note"), replaces=1, validation=every("Agreed"))
    given = replaced(full, 0, override=overridden(full), left_out=("actor-1",))
    found: dict[str, Any] = json.loads(to_json(given))
    return found


def test_the_schema_is_itself_valid_and_ready_to_be_published() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["properties"]["schema"] == {"type": "integer", "const": snapshot.SCHEMA_VERSION}


def test_every_class_and_field_of_the_snapshot_is_in_the_schema() -> None:
    described = {**SCHEMA["$defs"], "Snapshot": SCHEMA}
    for name, one in described.items():
        kind = getattr(snapshot, name)
        own = {"$schema"} if name == "Snapshot" else set()
        assert set(one["properties"]) == set(kind.__dataclass_fields__) | own
        assert one["description"].startswith(kind.__doc__.split("\n")[0])
        assert one["additionalProperties"] is False


@pytest.mark.parametrize("entries", [0, 1, 24])
def test_what_is_written_is_valid(entries: int) -> None:
    VALIDATOR.validate(json.loads(to_json(specimen(entries))))
    VALIDATOR.validate(json.loads(to_json(specimen(entries, site=NASTY, edition=0))))


def test_optional_parts_are_valid_present_and_absent() -> None:
    full = data()
    VALIDATOR.validate(full)
    for name in ("chapters", "note", "replaces", "validated_on", "validation"):
        del full[name]
    del full["actions"][0]["override"]
    VALIDATOR.validate(full)
    assert from_json(json.dumps(full)).replaces is None


# What is wrong: where it stands, and what stands there; MISSING takes it away.
MISSING = object()
BROKEN: list[tuple[tuple[str | int, ...], Any]] = [
    (("schema",), 6),
    (("schema",), 0),
    (("schema",), True),
    (("schema",), "5"),
    (("figures",), MISSING),
    (("author",), "somebody"),
    (("year",), "2025"),
    (("actions", 0, "overdue"), 1),
    (("actions", 0, "label"), None),
    (("actions", 0, "missing"), "actor-1"),
    (("actions", 0, "titles", "nl"), 7),
    (("actions", 0, "entries", 0, "author"), "somebody"),
    (("actions", 0, "override", "reason"), MISSING),
    (("actions", 0, "history", 0, "year"), True),
]


def broken(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """Return a specimen as data with one thing wrong."""
    found = data()
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    if value is MISSING:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return found


@pytest.mark.parametrize(("path", "value"), BROKEN)
def test_what_is_broken_is_neither_valid_nor_read(path: tuple[str | int, ...], value: Any) -> None:
    given = broken(path, value)
    assert not VALIDATOR.is_valid(given)
    with pytest.raises(ValueError, match=r"is no|has no|no snapshot|missing"):
        from_json(json.dumps(given))


def test_words_that_are_none_of_ours_are_not_valid() -> None:
    given = data()
    given["actions"][0]["movement"] = "sideways"
    assert not VALIDATOR.is_valid(given)
    given = data()
    next(iter(given["actions"][0]["entries"][0]["texts"].values()))["language"] = "it"
    assert not VALIDATOR.is_valid(given)


def test_the_published_schema_is_the_one_of_the_code() -> None:
    name = f"report-{snapshot.SCHEMA_VERSION}.json"
    path = settings.BASE_DIR / "napmonitor" / "static" / "schema" / name
    assert json.loads(path.read_text()) == SCHEMA


def test_the_published_schema_of_evaluations_is_the_one_of_the_code() -> None:
    of_code = schema.schema(snapshot.Evaluation)
    jsonschema.Draft202012Validator.check_schema(of_code)
    name = f"evaluation-{snapshot.SCHEMA_VERSION}.json"
    path = settings.BASE_DIR / "napmonitor" / "static" / "schema" / name
    assert json.loads(path.read_text()) == of_code


def test_an_evaluation_of_this_schema_is_valid_and_read_word_for_word() -> None:
    text = EVALUATION.read_text()
    jsonschema.Draft202012Validator(schema.schema(snapshot.Evaluation)).validate(json.loads(text))
    assert to_json(from_json(text)) == text
    assert isinstance(from_json(text), snapshot.Evaluation)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_evaluation_says_every_text_that_it_holds(language: str) -> None:
    given = evaluation()
    page = FORMATS["html"].render(given, language).decode()
    texts = [text for one in given.chapters for text in (one.texts[language],)]
    texts += [one.names[language] for one in given.advice]
    texts += [one.texts[language] for one in given.advice]
    texts += [given.advice[0].done[language], given.advice[0].address]
    for text in texts:
        assert text in page


def test_an_edition_of_this_schema_is_read_word_for_word() -> None:
    text = GOLDEN.read_text()
    VALIDATOR.validate(json.loads(text))
    assert to_json(from_json(text)) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_edition_of_this_schema_is_rendered(language: str) -> None:
    page = FORMATS["html"].render(from_json(GOLDEN.read_text()), language).decode()
    assert page.count('class="action"') == 4
    assert f"The figures of action 2 were wrong. ({language})" in page


@pytest.mark.parametrize("module", [snapshot, readers])
def test_a_snapshot_is_read_with_the_standard_library_alone(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())
    imported = {
        name if name == readers.__name__ else name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported
    assert imported <= sys.stdlib_module_names | {readers.__name__}
