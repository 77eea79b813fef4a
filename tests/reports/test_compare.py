"""Two years beside each other: what became of each action, said once and truly."""

import csv
import io
import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Action, Override
from actions.services import plan as service
from reports import archive
from tests.follow_up import NOW
from tests.published import NOTE, Story, publish

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
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


def action_of(story: Story, label: str) -> Action:
    found: Action = story.scene.plan.actions.get(label=label)
    return found


# --- The page ---------------------------------------------------------------------


def test_the_page_shows_the_actions_by_what_became_of_them(client: Client, story: Story) -> None:
    response = client.get(f"{URL}/?from=2024&to=2025")
    assert groups(response) == {
        "moved_up": ["1", "2"],
        "moved_back": ["3"],
        "same": ["4", "5", "6", "7", "8", "9"],
    }
    words = text_of(response)
    assert "From 2024 to 2025" in words
    assert "Edition 1 of the report 2024 and edition 1 of the report 2025, as published." in words
    assert "Carried out or applied since 2024 2024 In progress 2025 Fully carried out" in words
    assert words.count("Carried out or applied since 2024") == 1
    assert "Among those who reported both times" not in words


def test_the_page_says_why_an_action_was_reassessed_and_what_moved_behind_an_override(
    client: Client, story: Story
) -> None:
    for label, status in (("2", "not_started"), ("5", "in_progress")):
        Override.objects.create(
            round=story.second.round, action=action_of(story, label), status=status,
            reason_nl="Er is een beslissing.", reason_fr="Une décision existe.", by=story.by,
            institution=story.scene.actors["office"], at=NOW,
        )  # fmt: skip
    story.correct()
    response = client.get(f"{URL}/")
    assert groups(response)["moved_up"] == ["1", "2"]
    assert groups(response)["reassessed"] == ["5"]
    words = text_of(response)
    assert (
        "Among those who reported both times: Not started → In progress "
        "2024 Not started 2025 Not started"
    ) in words
    assert words.count("Among those who reported both times") == 1
    assert "the secretariat set, changed or lifted a status 2024 Partly carried out" in words


def test_who_fell_silent_and_who_came_in_stand_under_a_heading_with_the_year(
    client: Client, story: Story
) -> None:
    for given, label in ((story.first, "2"), (story.second, "3")):
        story.withdraw(given)
        entry = given.round.entries.get(responsibility__action__label=label)
        story.scene.send_back(entry, by="chair")
        publish(given.round, by=story.by, note=NOTE)
    response = client.get(f"{URL}/")
    found = groups(response)
    assert (found["more_information"], found["less_information"]) == (["2"], ["3"])
    words = text_of(response)
    assert "More information than in 2024 1 " in words
    assert "Less information than in 2024 1 " in words
    assert "moved_back" not in found


def test_new_and_withdrawn_actions_lead_to_the_edition_that_has_them(
    client: Client, story: Story
) -> None:
    new = Action(plan=story.scene.plan, position=99, label="99", title_en="New")
    new.title_source, new.nature = story.scene.source, "one_off"
    service.save(new, by=None)
    old = action_of(story, "6")
    old.valid_to = story.first.round.reference_date
    service.save(old, by=None)
    story.anew(story.second)
    response = client.get(f"{URL}/")
    assert (groups(response)["new"], groups(response)["withdrawn"]) == (["99"], ["6"])
    hrefs = re.findall(r'class="row-title" href="([^"]+)"', response.content.decode())
    assert "/en/plans/small/reports/2025/e2/actions/99/" in hrefs
    assert "/en/plans/small/reports/2024/e1/actions/6/" in hrefs
    for href in hrefs:
        assert client.get(href).status_code == 200
    assert "No longer in the plan 1 " in text_of(response)
    row = client.get(f"{URL}.json").json()["actions"][-1]
    assert (row["label"], row["movement"], row["movement_word"], row["status_now_word"]) == (
        "6", "withdrawn", "No longer in the plan", None,
    )  # fmt: skip


def test_an_action_that_changed_its_number_is_one_line_under_the_later_one(
    client: Client, story: Story
) -> None:
    row = action_of(story, "2")
    service.save(row, by=None)
    row.label = "22"
    service.save(row, by=None)
    story.anew(story.second)
    response = client.get(f"{URL}/")
    assert groups(response)["moved_up"] == ["1", "22"]
    assert not {"new", "withdrawn"} & set(groups(response))
    assert client.get(f"{URL}.json").json()["count"] == 9


def test_an_official_wording_that_changed_is_amended_and_a_translation_is_not(
    client: Client, story: Story
) -> None:
    story.scene.plan.actions.filter(label__in=["2", "3"]).update(official_languages="en")
    story.anew(story.first)
    story.scene.plan.actions.filter(label="2").update(title_en="As amended")
    story.scene.plan.actions.filter(label="3").update(title_nl="Een betere vertaling")
    story.scene.plan.actions.filter(label="4").update(title_en="A better translation")
    story.anew(story.second)
    response = client.get(f"{URL}/")
    assert text_of(response).count(" amended 20") == 1
    rows = client.get(f"{URL}.json").json()["actions"]
    assert [row["label"] for row in rows if row["amended"]] == ["2"]
    assert [row["movement"] for row in rows[1:4]] == ["moved_up", "moved_back", "same"]


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
    assert "Edition 1 of the report 2024 and edition 2 of the report 2025, as published." in words


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
        "movement": "moved_up",
        "movement_word": "Moved up",
        "completed": True,
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
    story.anew(story.second)
    assert "'=1+1" in client.get(f"{URL}.csv").content.decode()
    assert client.get(f"{URL}.json").json()["actions"][1]["title"] == "=1+1"


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
