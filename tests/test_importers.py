"""Loading fixtures: all or nothing, twice changes nothing, faults named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from actions import importers
from actions.database import PUBLIC_TABLES
from actions.models import Action, Actor, Plan, Revision, Section, Source, Theme

pytestmark = pytest.mark.django_db

OWN = [settings.BASE_DIR / "fixtures" / name for name in importers.FILES]
GOOD: dict[str, Any] = {
    "model": "actions.source", "fields": {"key": "good", "title": "Good", "language": "en"},
}  # fmt: skip


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], Path]:
    def write(entries: Any) -> Path:
        path = tmp_path / "broken.json"
        path.write_text(entries if isinstance(entries, str) else json.dumps(entries), "utf-8")
        return path

    return write


@pytest.mark.postgresql
@pytest.mark.slow
def test_loading_twice_changes_nothing_and_writes_no_history() -> None:
    before = (Revision.objects.get().token, Action.history.count(), Actor.history.count())
    outcome = importers.load(OWN)
    assert (outcome["created"], outcome["changed"]) == (0, 0)
    assert outcome["unchanged"] > 1000
    after = (Revision.objects.get().token, Action.history.count(), Actor.history.count())
    assert after == before


@pytest.mark.postgresql
def test_each_loaded_row_has_one_history_record_that_names_the_file() -> None:
    action = Action.objects.get(plan__slug="nap2", label="41")
    record = action.history.get()
    assert (record.history_type, record.history_change_reason) == ("+", "Loaded from nap2.json")


@pytest.mark.postgresql
@pytest.mark.slow
def test_loading_restores_a_row_that_was_changed_by_hand() -> None:
    Theme.objects.filter(slug="smes").update(title_en="Changed")
    outcome = importers.load(OWN)
    assert outcome["changed"] == 1
    assert Theme.objects.get(slug="smes").title_en != "Changed"


@pytest.mark.postgresql
def test_new_only_keeps_changes_made_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    Theme.objects.filter(slug="smes").update(title_en="Changed")
    call_command("load_plans", "--new-only")
    assert Theme.objects.get(slug="smes").title_en == "Changed"
    assert "there already" in capsys.readouterr().out


def source(**fields: Any) -> dict[str, Any]:
    return {"model": "actions.source", "fields": {"key": "x", "title": "X", **fields}}


def theme(**fields: Any) -> dict[str, Any]:
    titles = {f"title_{code}": "X" for code in ("en", "fr", "nl", "de")}
    return {"model": "actions.theme", "fields": {"slug": "x", **titles, **fields}}


def action(**fields: Any) -> dict[str, Any]:
    wanted = {"plan": ["nap2"], "label": "90", "position": 90, "period_kind": "open"}
    return {"model": "actions.action", "fields": wanted | fields}


def responsibility(**fields: Any) -> dict[str, Any]:
    wanted = {"action": ["nap2", "1"], "actor": ["bosa"], "role": "lead", "source": ["good"]}
    return {"model": "actions.responsibility", "fields": wanted | fields}


def without(entry: dict[str, Any], name: str) -> dict[str, Any]:
    fields = {key: value for key, value in entry["fields"].items() if key != name}
    return entry | {"fields": fields}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (source(title="x" * 301), ["entry 2", "key x", "title", "300"]),
        (source(title=""), ["entry 2", "title", "blank"]),
        (source(title=None), ["entry 2", "title", "null"]),
        (source(url="javascript:alert(1)"), ["entry 2", "url", "valid URL"]),
        (source(title="a\x0bb"), ["entry 2", "title", "control characters"]),
        (source(colour="red"), ["entry 2", "colour"]),
        (source(is_confirmed="true"), ["entry 2", "is_confirmed: must be true or false, not text"]),
        (source(is_confirmed=1), ["entry 2", "is_confirmed: must be true", "not a whole number"]),
        (source(is_confirmed=None), ["entry 2", "is_confirmed: must not be null"]),
        (source(url=None), ["entry 2", "url: must not be null"]),
        (source(key="\ud800"), ["entry 2", "key: ", "control characters"]),
        (source(key="\0"), ["entry 2", "key: ", "control characters"]),
        (source(key="a\nb"), ["entry 2", "key a�b", "key: Enter a valid “slug”"]),
        (source(id=3), ["entry 2", "id: is no field that a fixture may set"]),
        (theme(source=["nowhere"]), ["entry 2", "slug x", "nowhere"]),
        (theme(source=["nowhere"]), ["slug x", "source: there is no source “nowhere”"]),
        (theme(source="nowhere"), ["entry 2", "source: must be a list that names one source"]),
        (theme(source=[1]), ["entry 2", "source: must be a list", "[key (text)]"]),
        (theme(source=[1, 2, 3]), ["entry 2", "source: must be a list", "[key (text)]"]),
        (theme(source=[None]), ["entry 2", "source: must be a list", "[key (text)]"]),
        (theme(source=["\ud800"]), ["entry 2", "source: ", "control characters"]),
        (theme(source_id=1), ["entry 2", "source_id: is no field that a fixture may set"]),
        (theme(position=-1), ["entry 2", "position"]),
        (theme(position=1.7), ["entry 2", "position: must be a whole number", "decimal number"]),
        (theme(position=True), ["entry 2", "position: must be a whole number", "true or false"]),
        (theme(position="1"), ["entry 2", "position: must be a whole number, not text"]),
        (theme(position=10**30), ["entry 2", "position: ", "less than or equal to"]),
        (theme(position=None), ["entry 2", "position: must not be null"]),
        (theme(title_en=["a"]), ["entry 2", "title_en: must be text, not a list"]),
        (theme(title_en={}), ["entry 2", "title_en: must be text, not an object"]),
        (theme(title_en=5), ["entry 2", "title_en: must be text, not a whole number"]),
        (theme(slug=["a", {}]), ["entry 2", "slug a …", "slug: must be text, not a list"]),
        (action(title_en=None), ["entry 2", "title_en: must not be null"]),
        (action(search_text="x"), ["entry 2", "search_text: is no field"]),
        (action(plan=[]), ["entry 2", "plan: must be a list that names one plan: [slug (text)]"]),
        (action(plan=None), ["entry 2", "plan: must not be null"]),
        (without(action(), "plan"), ["entry 2", "label 90", "plan: is missing"]),
        (without(source(), "title"), ["entry 2", "key x", "title: is missing"]),
        (action(plan=["nap9"]), ["entry 2", "label 90", "plan: there is no plan “nap9”"]),
        (action(section=["nap2", "1"]), ["entry 2", "section: ", "number (a whole number)"]),
        (action(section=["nap2", 10**30]), ["entry 2", "section: there is no section"]),
        (action(section=["nap2"]), ["entry 2", "section: ", "[plan slug (text), number"]),
        (action(section=["nap2", 99]), ["entry 2", "99"]),
        (action(label="<b>"), ["entry 2", "label", "22.1"]),
        (action(nature="sometimes"), ["entry 2", "nature", "sometimes"]),
        (action(nature="x" * 999), ["entry 2", "nature", "xxx…"]),
        (action(period_start="2024-13-01"), ["entry 2", "period_start: ", "invalid date"]),
        (action(period_start="20240101"), ["entry 2", "period_start: ", "such as 2024-12-31"]),
        (action(period_end=[1]), ["entry 2", "period_end: must be text, not a list"]),
        (action(period_end={}), ["entry 2", "period_end: must be text, not an object"]),
        (responsibility(phases={}), ["entry 2", "phases: Write one phase a line"]),
        (responsibility(phases=None), ["entry 2", "phases: must not be null"]),
        (responsibility(inferred=None), ["entry 2", "inferred: must not be null"]),
        (
            responsibility(expected_decision="no"),
            ["entry 2", "expected_decision: must be true or false"],
        ),
        (action(period_start="2024-02-01", period_end="2024-01-01"), ["entry 2", "ends before"]),
        (action(title_en="No source"), ["entry 2", "source"]),
        (action(parent=["nap2", "22.1"]), ["entry 2", "parent", "numbered action"]),
        (action(parent=["nap1", "1"]), ["entry 2", "parent", "another plan"]),
        (action(plan=["nap1"], section=["nap2", 1]), ["entry 2", "section", "another plan"]),
        ({"model": "actions.nothing", "fields": {}}, ["entry 2", "actions.nothing"]),
        ({"model": "auth.permission", "fields": {}}, ["entry 2", "auth.permission"]),
        ({"model": "actions.user", "fields": {}}, ["entry 2", "actions.user", "no model"]),
        ({"model": "actions.revision", "fields": {}}, ["entry 2", "actions.revision", "no model"]),
        (
            {"model": "actions.historicalplan", "fields": {}},
            ["entry 2", "historicalplan", "no model"],
        ),
        ({"model": ["a"], "fields": {}}, ["entry 2", "no model"]),
        ({"model": 7, "fields": {}}, ["entry 2", "7"]),
        ({"model": "actions.source"}, ["entry 2", "fields"]),
        ({"model": "actions.source", "fields": []}, ["entry 2", "object"]),
        ({"model": "actions.source", "pk": 1, "fields": {}}, ["entry 2", "nothing else"]),
        ("text", ["entry 2"]),
        (None, ["entry 2"]),
    ],
)
def test_a_broken_entry_is_named_and_nothing_is_loaded(write, entry: Any, words: list[str]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("load_plans", str(write([GOOD, entry])))
    message = str(error.value)
    wanted = ["Nothing was loaded", "broken.json", *words]
    assert [word for word in wanted if word not in message] == []
    assert (len(message) < 800, message.count("\n")) == (True, 0)
    assert not Source.objects.filter(key="good").exists()


def theme_with(name: str, value: str) -> str:
    """A fixture whose value no Python object writes."""
    return json.dumps([theme()])[:-3] + f', "{name}": {value}' + "}}]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["broken.json", "not JSON", "line 1"]),
        ("", ["broken.json", "not JSON"]),
        ("{}", ["broken.json", "list of entries"]),
        ("[" * 100_000, ["broken.json", "not JSON", "nested too deeply"]),
        ("[" * 300 + "]" * 300, ["broken.json", "entry 1: an entry has"]),
        (
            theme_with("intro_en", "[" * 300 + "]" * 300),
            ["entry 1", "slug x", "intro_en", "a list"],
        ),
        (theme_with("intro_en", "[" * 2000 + "]" * 2000), ["broken.json", "nested too deeply"]),
        (theme_with("position", "1e999"), ["entry 1", "slug x", "position", "whole number"]),
        (theme_with("position", "NaN"), ["entry 1", "slug x", "position", "whole number"]),
        (theme_with("position", "9" * 5000), ["entry 1", "slug x", "position", "less than"]),
        (theme_with("slug", '"y"'), ["entry 1", "slug x", "slug (given twice)"]),
    ],
)
def test_a_file_that_is_no_fixture_is_named(write, text: str, words: list[str]) -> None:
    with pytest.raises(importers.FixtureError) as error:
        importers.load([write(text)])
    message = str(error.value)
    assert [word for word in ["broken.json", *words] if word not in message] == []
    assert (len(message) < 400, message.count("\n")) == (True, 0)


def test_a_missing_file_and_a_file_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(importers.FixtureError, match=r"none\.json: cannot be read"):
        importers.load([tmp_path / "none.json"])
    (tmp_path / "latin.json").write_bytes(b'["caf\xe9"]')
    with pytest.raises(importers.FixtureError, match=r"latin\.json: not UTF-8"):
        importers.load([tmp_path / "latin.json"])


@pytest.mark.postgresql
def test_a_fault_in_a_later_file_undoes_the_earlier_ones(write, tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    first.write_text(json.dumps([GOOD]), "utf-8")
    with pytest.raises(importers.FixtureError):
        importers.load([first, write([source(title="")])])
    assert not Source.objects.filter(key="good").exists()


@pytest.mark.postgresql
@pytest.mark.parametrize("title", ["Good", "Other"])
def test_a_row_that_stands_twice_is_refused_with_both_places(write, title: str) -> None:
    again = {"model": "actions.source", "fields": GOOD["fields"] | {"title": title}}
    with pytest.raises(importers.FixtureError) as error:
        importers.load([write([GOOD, source(), again])])
    path = str(write([]))
    assert str(error.value) == (
        f"{path}, entry 3 (actions.source, key good): "
        f"the same row stands in {path}, entry 1 (actions.source, key good) already."
    )


def test_a_file_given_twice_is_refused(write) -> None:
    path = write([GOOD])
    with pytest.raises(importers.FixtureError, match="the same row stands in"):
        importers.load([path, path])
    assert not Source.objects.filter(key="good").exists()


@pytest.mark.postgresql
def test_a_fault_undoes_the_changes_before_it_with_their_history(write) -> None:
    def stored() -> list[Any]:
        smes = Theme.objects.filter(slug="smes").values().get()
        return [smes, Theme.history.count(), Source.objects.count(), Revision.objects.get().token]

    before = stored()
    with pytest.raises(importers.FixtureError, match="entry 3"):
        importers.load([write([GOOD, theme(slug="smes"), theme(position=1.7)])])
    assert stored() == before


def test_every_column_that_a_fixture_may_set_has_a_check_of_its_kind() -> None:
    columns = [column for found in importers.COLUMNS.values() for column in found.values()]
    unchecked = [
        column.name
        for column in columns
        if not column.is_relation and not isinstance(column, tuple(importers.KINDS))
    ]
    assert unchecked == ["phases"]  # JSON, with a validator


def test_fixtures_may_hold_the_facts_of_plans_and_nothing_else() -> None:
    # What the site did with the facts; of rounds readers see the days, in the calendar.
    acts = ("published", "amendment", "reportinground")
    facts = {table for table in PUBLIC_TABLES if not table.startswith(acts)}
    assert sorted(importers.MODELS) == sorted(f"actions.{table}" for table in facts)


@pytest.mark.postgresql
@pytest.mark.slow
def test_django_can_load_the_fixtures_too_and_the_search_finds_them(nap2) -> None:
    action = nap2.actions.get(label="6")
    Action.objects.filter(pk=action.pk).update(search_text="")
    call_command("loaddata", *map(str, OWN), verbosity=0)
    assert (Plan.objects.count(), Section.objects.count()) == (2, 16)
    assert list(nap2.actions.with_words("practical ONLINE manual")) == [action]
