"""The public calendar of a plan's rounds: what was opened, in each language, as it stands now."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import ReportingRound
from actions.services import rounds
from tests.follow_up import NOW, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def lines_of(client: Client, language: str = "en") -> list[str]:
    """Return the lines of the calendar, unfolded."""
    response: Any = client.get(f"/{language}/plans/small/calendar.ics")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return response.content.decode().replace("\r\n ", "").split("\r\n")


def days(lines: list[str]) -> list[tuple[str, str]]:
    """Return day and title of each event."""
    starts = [line.split(":", 1)[1] for line in lines if line.startswith("DTSTART")]
    titles = [line.split(":", 1)[1] for line in lines if line.startswith("SUMMARY")]
    return list(zip(starts, titles, strict=True))


def test_it_holds_the_days_of_rounds_that_were_opened_and_of_no_planned_one(
    scene: Scene, client: Client
) -> None:
    assert days(lines_of(client)) == []
    scene.round(2026, "planned")
    scene.round(2025)
    assert days(lines_of(client)) == [
        ("20260101", "Follow-up 2025 opens"),
        ("20251231", "Follow-up 2025: reference date"),
        ("20260215", "Follow-up 2025: deadline"),
        ("20260315", "Follow-up 2025 closes"),
    ]


def test_a_day_that_moves_is_the_same_event_with_a_higher_number(
    scene: Scene, client: Client
) -> None:
    running = scene.round()
    before = lines_of(client)
    stored = ReportingRound.objects.get(pk=running.pk)
    stored.deadline = date(2026, 2, 20)
    rounds.save(stored, by=scene.people["secretariat"], now=NOW)
    after = lines_of(client)
    assert ("20260220", "Follow-up 2025: deadline") in days(after)
    keys = [[line for line in lines if line.startswith("UID")] for lines in (before, after)]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 4
    numbers = [next(line for line in lines if line.startswith("SEQ")) for lines in (before, after)]
    assert [int(number.split(":")[1]) for number in numbers] == [1, 2]


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_each_language_has_its_own(scene: Scene, client: Client, language: str) -> None:
    scene.round()
    lines = lines_of(client, language)
    assert f"SUMMARY;LANGUAGE={language}:" in "\n".join(lines)
    assert "Follow-up" not in "\n".join(lines)


def test_sample_rounds_say_so(scene: Scene, client: Client) -> None:
    ReportingRound.objects.filter(pk=scene.round().pk).update(is_sample=True)
    assert all(title.startswith("sample data: ") for _day, title in days(lines_of(client)))


def test_it_costs_the_same_queries_for_one_round_as_for_many(scene: Scene, client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            lines_of(client)
        return len(found)

    scene.round(2024)
    few = queries()
    scene.round(2023), scene.round(2025)
    assert queries() == few


def test_an_unknown_plan_has_none(scene: Scene, client: Client) -> None:
    assert client.get("/en/plans/unknown/calendar.ics").status_code == 404
