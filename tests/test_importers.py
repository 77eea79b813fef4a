"""Loading fixtures: all or nothing, twice changes nothing, faults named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from actions import importers
from actions.models import Action, Actor, Plan, Revision, Section, Source, Theme

pytestmark = pytest.mark.django_db

OWN = [settings.BASE_DIR / "fixtures" / name for name in importers.FILES]
GOOD = {"model": "actions.source", "fields": {"key": "good", "title": "Good", "language": "en"}}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], Path]:
    def write(entries: Any) -> Path:
        path = tmp_path / "broken.json"
        path.write_text(entries if isinstance(entries, str) else json.dumps(entries), "utf-8")
        return path

    return write


def test_loading_twice_changes_nothing_and_writes_no_history() -> None:
    before = (Revision.objects.get().token, Action.history.count(), Actor.history.count())
    outcome = importers.load(OWN)
    assert (outcome["created"], outcome["changed"]) == (0, 0)
    assert outcome["unchanged"] > 1000
    after = (Revision.objects.get().token, Action.history.count(), Actor.history.count())
    assert after == before


def test_each_loaded_row_has_one_history_record_that_names_the_file() -> None:
    action = Action.objects.get(plan__slug="nap2", label="41")
    record = action.history.get()
    assert (record.history_type, record.history_change_reason) == ("+", "Loaded from nap2.json")


def test_loading_restores_a_row_that_was_changed_by_hand() -> None:
    Theme.objects.filter(slug="smes").update(title_en="Changed")
    outcome = importers.load(OWN)
    assert outcome["changed"] == 1
    assert Theme.objects.get(slug="smes").title_en != "Changed"


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


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (source(title="x" * 301), ["entry 2", "key x", "title", "300"]),
        (source(title=""), ["entry 2", "title", "blank"]),
        (source(title=None), ["entry 2", "title", "null"]),
        (source(url="javascript:alert(1)"), ["entry 2", "url", "valid URL"]),
        (source(title="a\x0bb"), ["entry 2", "title", "control characters"]),
        (source(colour="red"), ["entry 2", "colour"]),
        (source(is_confirmed="perhaps"), ["entry 2", "is_confirmed", "perhaps"]),
        (theme(source=["nowhere"]), ["entry 2", "slug x", "nowhere"]),
        (theme(source="nowhere"), ["entry 2"]),
        (theme(source=[1, 2, 3]), ["entry 2"]),
        (theme(position=-1), ["entry 2", "position"]),
        (action(plan=["nap9"]), ["entry 2", "nap9", "label 90"]),
        (action(section=["nap2", 99]), ["entry 2", "99"]),
        (action(label="<b>"), ["entry 2", "label", "22.1"]),
        (action(nature="sometimes"), ["entry 2", "nature", "sometimes"]),
        (action(period_start="2024-13-01"), ["entry 2", "period_start"]),
        (action(period_start="2024-02-01", period_end="2024-01-01"), ["entry 2", "ends before"]),
        (action(title_en="No source"), ["entry 2", "source"]),
        (action(parent=["nap2", "22.1"]), ["entry 2", "parent", "numbered action"]),
        (action(parent=["nap1", "1"]), ["entry 2", "parent", "another plan"]),
        (action(plan=["nap1"], section=["nap2", 1]), ["entry 2", "section", "another plan"]),
        ({"model": "actions.nothing", "fields": {}}, ["entry 2", "actions.nothing"]),
        ({"model": "auth.permission", "fields": {}}, ["entry 2", "auth.permission"]),
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
    assert [
        word
        for word in ["Nothing was loaded", "broken.json", *words]
        if word not in str(error.value)
    ] == []
    assert not Source.objects.filter(key="good").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["broken.json", "not JSON", "line 1"]),
        ("", ["broken.json", "not JSON"]),
        ("{}", ["broken.json", "list of entries"]),
        ("[" * 100_000, ["broken.json", "not JSON"]),
    ],
)
def test_a_file_that_is_no_fixture_is_named(write, text: str, words: list[str]) -> None:
    with pytest.raises(importers.FixtureError) as error:
        importers.load([write(text)])
    assert [word for word in words if word not in str(error.value)] == []


def test_a_missing_file_and_a_file_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(importers.FixtureError, match=r"none\.json: cannot be read"):
        importers.load([tmp_path / "none.json"])
    (tmp_path / "latin.json").write_bytes(b'["caf\xe9"]')
    with pytest.raises(importers.FixtureError, match=r"latin\.json: not UTF-8"):
        importers.load([tmp_path / "latin.json"])


def test_a_fault_in_a_later_file_undoes_the_earlier_ones(write, tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    first.write_text(json.dumps([GOOD]), "utf-8")
    with pytest.raises(importers.FixtureError):
        importers.load([first, write([source(title="")])])
    assert not Source.objects.filter(key="good").exists()


def test_django_can_load_the_fixtures_too_and_the_search_finds_them(nap2) -> None:
    action = nap2.actions.get(label="6")
    Action.objects.filter(pk=action.pk).update(search_text="")
    call_command("loaddata", *map(str, OWN), verbosity=0)
    assert (Plan.objects.count(), Section.objects.count()) == (2, 16)
    assert list(nap2.actions.with_words("practical ONLINE manual")) == [action]
