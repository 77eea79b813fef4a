"""Snapshots of earlier schemas are read as today's, with nothing lost; others are refused."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings

from actions.enums import Rule
from document import readers
from document.snapshot import LANGUAGES, SCHEMA_VERSION, from_json, to_json
from reports import comparison, outline, words
from reports.renderers.formats import FORMATS
from tests.reports.specimen import specimen

DATA = Path(__file__).parent.parent / "data"
FIRST = (DATA / "snapshot-1.json").read_text()
GOLDEN = Path(__file__).with_name("golden.json").read_text()


def test_every_earlier_schema_has_a_reader_an_example_and_its_published_file() -> None:
    earlier = list(range(1, SCHEMA_VERSION))
    assert sorted(readers.READERS) == earlier
    for number in earlier:
        file = settings.BASE_DIR / "napmonitor" / "static" / "schema" / f"report-{number}.json"
        schema = json.loads(file.read_text())
        example = json.loads((DATA / f"snapshot-{number}.json").read_text())
        assert schema["$id"] == f"urn:napmonitor:snapshot:{number}"
        jsonschema.Draft202012Validator(schema).validate(example)


def test_an_edition_of_schema_1_is_read_as_one_of_today() -> None:
    assert to_json(from_json(FIRST)) == GOLDEN


def test_reading_an_edition_of_schema_1_leaves_its_data_alone() -> None:
    data = json.loads(FIRST)
    readers.lift(data, SCHEMA_VERSION)
    assert data == json.loads(FIRST)


def test_the_fixed_words_of_an_edition_of_schema_1_stay_its_own() -> None:
    old, new = json.loads(FIRST)["labels"]["nl"], from_json(FIRST).labels["nl"]
    assert new["none_expected"] == old["nobody_owes"] == "Niemand is een bijdrage verschuldigd"
    assert new["coverage"] == "{reported} van {expected} gerapporteerd"
    assert sorted(new.values()) == sorted((old | {"coverage": new["coverage"]}).values())


def test_an_action_of_schema_1_of_which_no_entry_was_owed_says_so() -> None:
    data = json.loads(FIRST)
    data["actions"][0] |= {"owed": 0, "rule": "nobody_owes", "entries": []}
    snapshot = from_json(json.dumps(data))
    action = snapshot.actions[0]
    assert action.rule == Rule.NONE_EXPECTED
    assert outline.coverage(action, snapshot, "en") == "Nobody owes an entry"


def test_every_language_has_words_for_expected_entries() -> None:
    snapshot = specimen(0)
    sub_action = snapshot.actions[-1]
    assert sub_action.expected == 0
    for language in LANGUAGES:
        assert outline.coverage(sub_action, snapshot, language) != ""
        assert "{expected}" in words.labels()[language]["coverage"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_edition_of_schema_1_is_still_rendered(language: str) -> None:
    snapshot = from_json(FIRST)
    page = FORMATS["html"].render(snapshot, language).decode()
    assert page.count('class="action"') == 4
    assert f"The figures of action 2 were wrong. ({language})" in page
    assert page == FORMATS["html"].render(from_json(GOLDEN), language).decode()
    rows = FORMATS["csv"].render(snapshot, language).decode()
    assert rows == FORMATS["csv"].render(from_json(GOLDEN), language).decode()


def test_an_edition_of_schema_1_is_compared_with_one_of_today() -> None:
    lines = comparison.compare(from_json(FIRST), from_json(GOLDEN))
    assert {line.movement for line in lines} == {comparison.NONE}


@pytest.mark.parametrize("schema", [SCHEMA_VERSION + 1, 0, -1, True, "1", None, 1.0])
def test_another_schema_is_refused_with_its_number(schema: Any) -> None:
    given = json.dumps(json.loads(FIRST) | {"schema": schema})
    sentence = rf"its schema is {schema!r}, and this version reads 1 to {SCHEMA_VERSION}$"
    with pytest.raises(ValueError, match=sentence):
        from_json(given)


@pytest.mark.parametrize(
    "fault",
    [
        {"actions": None}, {"actions": [7]}, {"actions": [{}]}, {"labels": []},
        {"labels": {"nl": {"coverage": 7}}}, {"actions": [{"rule": "all_done", "entries": 7}]},
        {"actions": [{"rule": []}]}, {"author": "somebody"},
    ],
)  # fmt: skip
def test_what_is_no_snapshot_of_schema_1_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is no|has no"):
        from_json(json.dumps(json.loads(FIRST) | fault))
