"""Two years beside each other: what became of each action, said once and truly."""

import csv
import io
import re
from dataclasses import replace
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from document.snapshot import Action
from reports import archive, comparison
from reports.comparison import Line
from tests.published import Story
from tests.reports.specimen import action, every, specimen

URL = "/en/plans/small/reports/compare"


@pytest.fixture(autouse=True)
def _nothing_read() -> None:
    archive.read.cache_clear()


def text_of(response) -> str:
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def groups(response) -> dict[str, list[str]]:
    """Return the labels of the actions under each heading of the page."""
    parts = re.split(r'<h2 id="group-(\w+)"', response.content.decode())
    return {
        key: re.findall(r'<span class="label[^"]*">([^<]+)<', part)
        for key, part in zip(parts[1::2], parts[2::2], strict=True)
    }


# --- The rule ---------------------------------------------------------------------


def one(status: str, nature: str = "one_off", title: str = "Title", label: str = "1") -> Action:
    return action(1, (), label=label, status=status, nature=nature, titles=every(title))


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (one("not_started"), one("in_progress"), "up"),
        (one("partly_done"), one("in_progress"), "back"),
        (one("partly_done", "continuous"), one("in_progress", "continuous"), "up"),
        (one("in_progress"), one("done"), "completed"),
        (one("not_reported"), one("done"), "completed"),
        (one("done"), one("done"), "none"),
        (one("done"), one("in_progress"), "back"),
        (one("in_progress"), one("in_progress"), "none"),
        (one("in_progress"), one("in_progress", title="Other"), "amended"),
        (one("not_started"), one("in_progress", title="Other"), "up"),
        (one("in_progress"), one("not_reported"), "other"),
        (one("discontinued"), one("in_progress"), "other"),
        (one("discontinued"), one("in_progress", title="Other"), "other"),
        (one("not_applicable"), one("not_applicable"), "none"),
        (None, one("done"), "new"),
        (one("done"), None, "gone"),
    ],
)
def test_a_line_says_what_became_of_an_action(before, now, found: str) -> None:
    assert comparison.line(before, now) == Line("1", found, before, now)


def test_every_action_of_either_edition_has_one_line_in_the_order_of_the_plan() -> None:
    before = replace(specimen(), actions=tuple(one("done", label=n) for n in ("1", "2", "4")))
    now = replace(specimen(), actions=tuple(one("done", label=n) for n in ("2", "3", "4")))
    lines = comparison.compare(before, now)
    assert [(line.label, line.movement) for line in lines] == [
        ("2", "none"), ("3", "new"), ("4", "none"), ("1", "gone"),
    ]  # fmt: skip
    found = dict(comparison.grouped(lines))
    assert list(found) == ["new", "gone", "none"]
    assert sum(len(listed) for listed in found.values()) == 4


# --- The page ---------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def test_the_page_shows_the_actions_by_what_became_of_them(client: Client, story: Story) -> None:
    response = client.get(f"{URL}/?from=2024&to=2025")
    assert groups(response) == {
        "up": ["2"],
        "completed": ["1"],
        "back": ["3"],
        "none": ["4", "5", "6", "7", "8", "9"],
    }
    words = text_of(response)
    assert "From 2024 to 2025" in words
    assert "Edition 1 of 2024 and edition 1 of 2025, as published." in words
    assert "2024 In progress 2025 Fully carried out" in words


def test_without_years_the_newest_two_are_compared(client: Client, story: Story) -> None:
    asked = client.get(f"{URL}/?from=2024&to=2025")
    plain = client.get(f"{URL}/")
    assert groups(plain) == groups(asked)
    assert groups(client.get(f"{URL}/?to=2025")) == groups(asked)
    assert groups(client.get(f"{URL}/?from=&to=")) == groups(asked)


def test_a_correction_takes_the_place_of_the_edition_that_was_compared(
    client: Client, story: Story
) -> None:
    client.get(f"{URL}/")
    story.correct()
    words = text_of(client.get(f"{URL}/"))
    assert "Edition 1 of 2024 and edition 2 of 2025, as published." in words


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2023&to=2025", "There is no published report of the year “2023”."),
        ("from=2024&to=x", "There is no published report of the year “x”."),
        ("from=2025&to=2024", "Choose an earlier year first, then a later one."),
        ("from=2025&to=2025", "Choose an earlier year first, then a later one."),
        ("to=2024", "There is no published report of the year “”."),
        ("from=%00", "There is no published report of the year"),
        (f"from={'9' * 5000}", "There is no published report of the year “99999999999999999999”."),
    ],
)
def test_years_that_cannot_be_compared_are_answered_with_a_sentence(
    client: Client, story: Story, query: str, sentence: str
) -> None:
    page = client.get(f"{URL}/?{query}")
    assert page.status_code == 200
    assert sentence in text_of(page)
    assert groups(page) == {}
    assert "<select" in page.content.decode()
    data = client.get(f"{URL}.json?{query}")
    assert data.status_code == 404
    assert list(data.json()) == ["problem"]
    assert data.json()["problem"].startswith(sentence)
    table = client.get(f"{URL}.csv?{query}")
    assert (table.status_code, table["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert sentence in table.content.decode()


def test_with_one_report_the_page_says_that_there_is_nothing_to_compare(
    client: Client, story: Story
) -> None:
    story.withdraw(story.second)
    sentence = "Two years can be compared once two reports are published."
    assert sentence in text_of(client.get(f"{URL}/?from=2024&to=2025"))
    assert client.get(f"{URL}.json").json() == {"problem": sentence}
    assert "Compare two years" not in text_of(client.get("/en/plans/small/reports/"))


def test_the_words_are_those_of_the_language(client: Client, story: Story) -> None:
    html = client.get(f"{URL.replace('/en/', '/fr/')}/").content.decode()
    assert "Intégralement exécutée" in html
    assert "Fully carried out" not in html


# --- The data -----------------------------------------------------------------------


def test_json_and_csv_hold_what_the_page_shows(client: Client, story: Story) -> None:
    document = client.get(f"{URL}.json?from=2024&to=2025").json()
    rows = document.pop("actions")
    assert document == {
        "plan": "small",
        "plan_title": "Small",
        "language": "en",
        "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
        "from": {"year": 2024, "edition": 1},
        "to": {"year": 2025, "edition": 1},
        "is_sample": False,
        "count": 9,
    }
    assert rows[0] == {
        "label": "1",
        "title": "Action 1",
        "title_language": "en",
        "status_before": "in_progress",
        "status_before_word": "In progress",
        "status_now": "done",
        "status_now_word": "Fully carried out",
        "movement": "completed",
        "movement_word": "Completed",
        "amended": False,
        "year_before": 2024,
        "edition_before": 1,
        "year_now": 2025,
        "edition_now": 1,
        "is_sample": False,
    }
    response = client.get(f"{URL}.csv?from=2024&to=2025")
    assert response["Content-Disposition"] == 'attachment; filename="small-2024-2025-en.csv"'
    lines = list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))
    assert list(lines[0]) == list(rows[0])
    as_text = {True: "true", False: "false", None: ""}
    assert lines == [
        {key: as_text.get(v, str(v)) if isinstance(v, bool) or v is None else str(v)
         for key, v in row.items()}
        for row in rows
    ]  # fmt: skip


def test_a_title_that_looks_like_a_formula_stays_text(client: Client, story: Story) -> None:
    row = story.scene.plan.actions.get(label="2")
    row.title_en = "=1+1"
    row.save()
    story.correct()
    table = client.get(f"{URL}.csv").content.decode()
    assert "'=1+1" in table
    assert '"amended"' not in table
    assert client.get(f"{URL}.json").json()["actions"][1]["amended"] is True


def test_comparing_costs_as_many_queries_however_many_editions_there_are(
    client: Client, story: Story
) -> None:
    def cost() -> int:
        archive.read.cache_clear()
        with CaptureQueriesContext(connection) as found:
            client.get(f"{URL}/")
        return len(found)

    first = cost()
    story.correct()
    story.correct()
    assert cost() == first == 6
