"""Entries of which a member says on one page that last year's text is still true."""

import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Entry, ReportingRound
from actions.services import still_true
from tests.follow_up import NOW, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
PAGE = "/en/desk/rounds/small/2025/still-true/"


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def now_open(scene: Scene) -> ReportingRound:
    """A round after one in which the ministry reported on three actions."""
    before = scene.round(2024)
    for label, texts in (
        ("1", {"obstacle_codes": ["staff"], "internal": "For the reviewer."}),
        ("2", {"status": "partly_done", "evidence": [
            {"title": "T", "address": "https://x.be/", "kind": "law", "date": ""}]}),
        ("9", {"status": "done"}),
    ):  # fmt: skip
        entry = scene.entry(before, label)
        scene.submit(entry, **texts)
        scene.accept(entry)
    return scene.round(2025)


def keys(page: Any) -> list[str]:
    return re.findall(r'name="chosen" value="([^"]+)"', page.content.decode())


def text_of(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


@pytest.fixture
def browser(scene: Scene, sign_in: Any) -> Client:
    found: Client = sign_in(scene.people["writer"])
    return found


def test_what_was_unfinished_and_is_not_begun_is_offered_with_its_texts(
    scene, now_open, browser
) -> None:
    page = browser.get(PAGE)
    # Else a browser ticks by place what stands there after going back.
    boxes = re.findall(r'name="chosen" value="[^"]+"\s+autocomplete="off"', page.content.decode())
    assert len(boxes) == 2
    assert len(keys(page)) == 2  # finished work is carried over by itself
    assert "We schreven het ontwerp." in text_of(page)
    assert "Still true as in 2024" in text_of(page)
    assert "For 2 actions your organisation reported in 2024." in text_of(browser.get("/en/desk/"))
    scene.save(scene.entry(now_open, "2"))
    assert len(keys(browser.get(PAGE))) == 1
    assert "your organisation reported in" not in text_of(browser.get("/en/desk/"))


def test_where_the_year_before_is_empty_the_page_names_that_of_the_text(
    scene, now_open, browser
) -> None:
    scene.round(2026)
    page = browser.get(PAGE.replace("2025", "2026"))
    assert "Still true as in 2024" in text_of(page)
    assert len(keys(page)) == 2


def test_what_is_ticked_is_handed_in_as_it_was_and_says_so(scene, now_open, browser) -> None:
    page = browser.get(PAGE)
    answer = browser.post(PAGE, {"chosen": keys(page)}, follow=True)
    assert "2 entries are submitted as they were." in text_of(answer)
    one, two = (scene.entry(now_open, label) for label in ("1", "2"))
    assert (one.state, one.status, one.done, one.unchanged) == (
        "submitted", "in_progress", "We schreven het ontwerp.", True,
    )  # fmt: skip
    assert (one.obstacle_codes, one.language, one.internal) == (["staff"], "nl", "")
    assert (two.status, two.evidence) == ("partly_done", [])
    assert one.submitted_by == scene.people["writer"]
    assert keys(browser.get(PAGE)) == []
    assert "no entry here that could be submitted" in text_of(browser.get(PAGE))


def test_only_what_is_ticked_is_handed_in(scene, now_open, browser) -> None:
    first, _second = keys(browser.get(PAGE))
    browser.post(PAGE, {"chosen": first})
    assert Entry.objects.filter(round=now_open, state="submitted").count() == 1
    assert "Tick the entries that are still true." in text_of(browser.post(PAGE))


def test_what_changed_since_it_was_seen_is_not_handed_in(scene, now_open, browser) -> None:
    seen = keys(browser.get(PAGE))
    scene.save(scene.entry(now_open, "1"), done="Other words.")
    answer = browser.post(PAGE, {"chosen": [*seen, "x", "1-1-1-1"]}, follow=True)
    assert "1 entry is submitted as it was." in text_of(answer)
    assert "Some have changed meanwhile" in text_of(answer)
    one = scene.entry(now_open, "1")
    assert (one.state, one.done) == ("draft", "Other words.")


def test_what_cannot_be_handed_in_says_why_and_keeps_no_other_back(
    scene, now_open, browser
) -> None:
    third = scene.entry(ReportingRound.objects.get(year=2024), "3")
    # A day that has come meanwhile.
    scene.submit(third, expected_by="2025-03-01", obstacles="Waiting.")
    scene.accept(third)
    answer = browser.post(PAGE, {"chosen": keys(browser.get(PAGE))})
    assert "Choose a day after the end in the plan" in text_of(answer)
    assert "2 entries are submitted" in text_of(answer)
    assert scene.entry(now_open, "3").state == "empty"
    assert len(keys(answer)) == 1


@pytest.mark.parametrize("name", ["nobody", "outsider", "both"])
def test_nobody_hands_in_for_another_organisation(scene, now_open, browser, sign_in, name) -> None:
    seen = keys(browser.get(PAGE))
    stranger = sign_in(scene.people[name])
    assert stranger.post(PAGE, {"chosen": seen}).status_code in {200, 302, 403}
    assert not Entry.objects.filter(round=now_open, state="submitted").exists()


def test_where_writing_has_ended_nothing_is_offered(scene, now_open, browser) -> None:
    seen = keys(browser.get(PAGE))
    ReportingRound.objects.filter(pk=now_open.pk).update(state="closed", closed_at=NOW)
    assert keys(browser.get(PAGE)) == []
    browser.post(PAGE, {"chosen": seen})
    assert not Entry.objects.filter(round=now_open, state="submitted").exists()


@pytest.mark.parametrize("path", ["small/2019", "small/2030", "nope/2025"])
def test_a_round_that_was_not_opened_is_not_found(now_open, browser, path) -> None:
    assert browser.get(f"/en/desk/rounds/{path}/still-true/").status_code == 404


def test_the_candidates_cost_one_query_however_many_they_are(scene, now_open) -> None:
    rows = list(Entry.objects.for_list().filter(round=now_open))
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            still_true.candidates(some)
        assert len(queries) <= 1
