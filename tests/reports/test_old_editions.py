"""Editions of an earlier schema: stored as they were, and used like those of today."""

import io
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from actions.models import PublishedAction
from document import readers
from document.snapshot import from_json
from reports import archive, rendering, tables
from reports.formats import of_schema
from reports.models import Edition
from reports.services import editions
from tests.follow_up import NOW
from tests.published import NOTE, Story

SCHEMA_1 = settings.BASE_DIR / "napmonitor" / "static" / "schema" / "report-1.json"

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
REPORTS = "/en/plans/small/reports"


@pytest.fixture(autouse=True)
def _nothing_read() -> None:
    archive.read.cache_clear()


def lowered(content: str) -> str:
    """Return what a snapshot would have been in schema 1."""
    data = json.loads(content)
    for given in data["labels"].values():
        given["coverage"] = given["coverage"].replace("{expected}", "{owed}")
        for old, new in readers.LABELS_OF_1.items():
            if new in given:
                given[old] = given.pop(new)
    old_words = {new: old for old, new in readers.MOVEMENTS.items()} | {"same": "none"}
    data["actions"] = [action_of_1(action, old_words) for action in data["actions"]]
    data["sections"] = [
        {"number": int(one["label"])}
        | {key: value for key, value in one.items() if key not in {"label", "position"}}
        for one in data["sections"]
    ]
    for key in ("levels", "roles"):
        data[key] = {term["code"]: term["words"] for term in data[key]}
    del data["plan_source"]["language"]
    for actor in data["actors"]:
        del actor["renamed"]
    known = json.loads(SCHEMA_1.read_text())["properties"]
    kept = {key: value for key, value in data.items() if key in known} | {"schema": 1}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def action_of_1(action: dict[str, Any], movements: dict[str, str]) -> dict[str, Any]:
    """Return an action as schema 1 had it, with its entries and its past."""
    defs = json.loads(SCHEMA_1.read_text())["$defs"]
    given = action | {
        "owed": action["expected"],
        "still": action["unmoved"],
        "section": int(action["section"]) if action["section"] else None,
        "rule": action["rule"].replace("none_expected", "nobody_owes"),
        "movement": movements.get(action["movement"], action["movement"]),
    }
    found = {key: given[key] for key in defs["Action"]["properties"]}
    found["entries"] = [
        {key: (entry | {"owed": entry["expected"]})[key] for key in defs["Entry"]["properties"]}
        for entry in action["entries"]
    ]
    found["history"] = [
        {key: past[key] for key in defs["PastStatus"]["properties"]} for past in action["history"]
    ]
    return found


def age(edition: Edition) -> Edition:
    """Store an edition as the code of schema 1 would have frozen it."""
    content = lowered(edition.content)
    assert from_json(content).plan == edition.snapshot.plan
    tables.drop_triggers()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reports_edition SET content = %s, checksum = %s WHERE id = %s",
            (content, editions.digest(content.encode()), edition.pk),
        )
    # Entries and actions stood in one table then, and there was no summary.
    edition.files.filter(format="entries_csv").update(format="csv")
    edition.files.exclude(format__in=of_schema(1)).delete()
    tables.restore_triggers()
    archive.read.cache_clear()
    return Edition.objects.get(pk=edition.pk)


@pytest.mark.slow
def test_an_edition_of_schema_1_is_proved_and_stays_as_it_is(story: Story) -> None:
    aged = age(story.first)
    out = io.StringIO()
    call_command("verify_edition", "small", "2024", stdout=out)
    assert out.getvalue().splitlines()[1] == "  snapshot  matches its SHA-256"
    assert json.loads(Edition.objects.get(pk=aged.pk).content)["schema"] == 1


def test_an_edition_of_a_later_schema_is_named_by_the_command(story: Story) -> None:
    content = story.first.content.replace('\n  "schema": 5', '\n  "schema": 6')
    tables.drop_triggers()
    Edition.objects.filter(pk=story.first.pk).update(
        content=content, checksum=editions.digest(content.encode())
    )
    out = io.StringIO()
    with pytest.raises(CommandError, match="small 2024 e1 snapshot \\(cannot be read\\)"):
        call_command("verify_edition", "small", "2024", stdout=out)
    assert "its schema is 6, and this version reads 1 to 5" in out.getvalue()


@pytest.mark.parametrize("path", ["2024/e1/actions/1/", "compare/?from=2024&to=2025"])
def test_the_pages_say_the_same_of_an_edition_of_schema_1(
    client: Client, story: Story, path: str
) -> None:
    before = client.get(f"{REPORTS}/{path}")
    age(story.first)
    after = client.get(f"{REPORTS}/{path}")
    assert (before.status_code, after.status_code) == (200, 200)
    assert after.content == before.content


def test_the_page_of_a_year_names_the_schema_in_which_its_data_are(
    client: Client, story: Story
) -> None:
    age(story.first)
    for year, schema in (("2024", 1), ("2025", 5)):
        html = client.get(f"{REPORTS}/{year}/").content.decode()
        assert f"schema/report-{schema}." in html
        assert html.count("schema/report-") == 1


def test_a_report_of_today_goes_on_from_an_edition_of_schema_1(story: Story) -> None:
    before = editions.draft(story.second.round, now=NOW)
    age(story.first)
    assert editions.draft(story.second.round, now=NOW) == before
    assert {past.year for action in before.actions for past in action.history} == {2024}


def test_a_frozen_edition_of_schema_1_is_published_in_its_own_data(story: Story) -> None:
    frozen = age(editions.freeze(story.second.round, by=story.by, note=NOTE, now=NOW))
    for name, language in editions.missing_files(frozen):
        content = b"a stand-in"
        if name == "json":
            content = rendering.made(frozen.content, name, language)
        editions.store_file(frozen, name, language, content)
    published = editions.publish(frozen, by=story.by, now=NOW)
    stored = bytes(published.files.get(format="json").content)
    assert stored == frozen.content.encode()
    assert json.loads(stored)["schema"] == 1
    said = PublishedAction.objects.get(shown__year=2025, action__label="1").facts
    assert (said["expected"], [entry["expected"] for entry in said["entries"]]) == (1, [True])


def test_a_frozen_edition_of_schema_1_can_be_given_up(story: Story) -> None:
    frozen = age(editions.freeze(story.second.round, by=story.by, note=NOTE, now=NOW))
    editions.discard(frozen, by=story.by, now=NOW)
    assert not Edition.objects.filter(pk=frozen.pk).exists()
