"""The secretariat's first page: what is to be done today, the curve, what was done last."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from actions.models import (
    Actor,
    Entry,
    Extension,
    Letter,
    Membership,
    Reminded,
    ReportingRound,
    User,
)
from actions.outbox import reminders
from actions.round_status import received
from actions.services import amendments, bodies, rounds
from actions.services.takeover import TakeOver
from document import charts
from tests.conftest import add_second_factor
from tests.follow_up import DEADLINE, NOW, Scene, at

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
PAGE = "/en/secretariat/"


@pytest.fixture
def desk(office, sign_in) -> Client:
    """A browser of the secretariat."""
    return sign_in(office)


def secretariat_of(scene: Scene) -> User:
    """Return somebody of the scene's secretariat, with a second factor."""
    person = scene.people["secretariat"]
    add_second_factor(person)
    return person


def text_of(response: Any) -> str:
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def todos(response: Any) -> dict[str, tuple[int, str]]:
    """Return what is to be done: how much and where, by its words."""
    found = html.fromstring(response.content).xpath("//ul[@class='todos']//a")
    return {
        " ".join(link.text_content().split()[1:]): (int(link[0].text), link.get("href"))
        for link in found
    }


def test_without_a_round_the_page_says_so(desk) -> None:
    assert "No round is under way." in text_of(desk.get(PAGE))


def test_each_number_is_a_link_to_a_list_of_as_many(
    desk, open_round, followed_plan, report, entry_of, make_member
) -> None:
    followed_plan(3, actors=2)
    report(entry_of(open_round(2024, plan="plan"), "3", "plan-3-1"), "done")
    ReportingRound.objects.update(published=1)
    given = open_round(plan="plan")
    report(entry_of(given, "1", "plan-1-1"), "done", state="submitted")
    report(entry_of(given, "1", "plan-1-2"), "done", state="draft")
    report(entry_of(given, "2", "plan-2-1"), "done", state="returned")
    make_member("contributor", "plan-2-2")
    late = {"opens_on": date(2026, 1, 1), "deadline": timezone.localdate() - timedelta(days=2)}
    ReportingRound.objects.filter(pk=given.pk).update(**late)
    response = desk.get(PAGE)
    found = todos(response)
    assert {words: count for words, (count, _link) in found.items()} == {
        "to review": 1,
        "late and not in": 3,
        "not in, and nobody writes for them": 3,
        "returned, not in again": 1,
        "begun": 1,
        "not begun": 2,
    } | {words: count for words, (count, _link) in found.items() if "translation" in words}
    for words, (count, link) in found.items():
        page = desk.get(link.split("#")[0])
        assert page.status_code == 200, words
        if "expected/" in link:
            assert page.context["page"].paginator.count == count, words
    assert len(desk.get(found["to review"][1]).context["lines"]) == 1
    # The published round of the year before asks for nothing any more.
    assert [line["round"] for line in response.context["lines"]] == [given]


def test_nobody_writes_only_where_nobody_is_asked_by_reminders(scene, sign_in) -> None:
    Membership.objects.filter(user=scene.people["below"]).update(ended_at=NOW)
    page = sign_in(secretariat_of(scene))
    planned = scene.round(state="planned")
    opening = text_of(page.get(f"/en/secretariat/rounds/{planned.pk}/open/"))
    assert "Nobody writes for 1 of them: no e-mail goes out for it." in opening
    assert "Office – invite somebody" in opening
    assert "Service – invite somebody" not in opening
    given = rounds.open(planned, by=scene.people["secretariat"], now=NOW)
    digests = reminders.digests(since=timezone.localdate(NOW), on=DEADLINE)
    orphans = next(one.orphans for one in digests if one.orphans)
    assert orphans == [scene.entry(given, "5").pk]
    count, link = todos(page.get(PAGE))["not in, and nobody writes for it"]
    listed = page.get(link.split("#")[0])
    assert (count, [one.pk for one in listed.context["page"]]) == (1, orphans)
    lines = text_of(listed)
    assert "Office 1 expected: To do (1) 1 late · nobody writes for it" in lines
    assert "Service 1 expected: To do (1) 1 late · asked: Ministry head@small.example.org" in lines


def test_what_ends_and_what_failed_is_told(desk, given_round) -> None:
    given, office = given_round
    actor = Actor.objects.get(slug="plan-1-1")
    given.closes_on = timezone.localdate() + timedelta(days=40)
    Extension.objects.create(
        round=given, actor=actor, until=timezone.localdate() + timedelta(days=9), reason="Floods."
    )
    for state in ("failed", "sending", "sent"):
        moment = timezone.now() - timedelta(days=1)
        Letter.objects.create(
            kind="reminder", key=state, user=office, address=office.email, language="nl",
            state=state, written_at=moment, due_at=moment, taken_at=moment,
            sent_at=moment if state == "sent" else None,
        )  # fmt: skip
    found = todos(desk.get(PAGE))
    assert found["extension that ends within two weeks"][0] == 1
    assert found["e-mail that failed"] == (1, "/en/secretariat/letters/?state=failed")
    assert found["e-mail that may not have arrived"][0] == 1


@pytest.fixture
def given_round(open_round, followed_plan, office) -> Any:
    """An open round of two actors, and somebody of the secretariat."""
    followed_plan(2)
    return open_round(plan="plan"), office


def test_reminders_that_no_longer_go_out_are_told(desk, given_round) -> None:
    Reminded.objects.create(pk=1, until=timezone.localdate(), at=timezone.now())
    assert "does not seem to run" not in text_of(desk.get(PAGE))
    Reminded.objects.update(until=timezone.localdate() - timedelta(days=8))
    assert "the command that sends e-mails does not seem to run" in text_of(desk.get(PAGE))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-01-21", "Reminders go out on Friday 6 February 2026"),
        ("2026-02-13", "Deadline on Sunday 15 February 2026"),
        ("2026-02-16", "Reminders go out on Wednesday 18 February 2026"),
        ("2026-02-18", "Last day of writing on Sunday 15 March 2026"),
        ("2026-03-16", "Close the round: its last day has passed."),
    ],
)
def test_the_next_step_comes_with_its_day(scene: Scene, sign_in, day: str, words: str) -> None:
    scene.round()
    with time_machine.travel(at(day), tick=False):
        assert f"Next: {words}" in text_of(sign_in(secretariat_of(scene)).get(PAGE))


def test_after_the_close_the_review_and_the_report_come_next(scene: Scene, sign_in) -> None:
    running = scene.round()
    client = sign_in(secretariat_of(scene))
    scene.submit(scene.entry(running, "1"))
    rounds.close(running, by=scene.people["secretariat"], now=NOW)
    assert "Next: Finish the review, then freeze the report." in text_of(client.get(PAGE))
    scene.accept(scene.entry(running, "1"))
    assert "Next: Freeze the report." in text_of(client.get(PAGE))
    ReportingRound.objects.filter(pk=running.pk).update(frozen_at=NOW)
    assert "Next: Publish the frozen report." in text_of(client.get(PAGE))


def test_what_colleagues_did_last_stands_with_their_names(scene: Scene, sign_in) -> None:
    running = scene.round()
    scene.submit(scene.entry(running, "1"))
    scene.accept(scene.entry(running, "1"), by="second")
    by = scene.people["chair"]
    rounds.extend(
        running, actor=scene.actors["foreign"], until=date(2026, 4, 1), reason="X.", by=by, now=NOW
    )
    text = text_of(sign_in(secretariat_of(scene)).get(PAGE))
    done = text[text.index("Done last") :]
    assert "Accepted: action 1, Ministry – second@small.example.org" in done
    assert "More time until 1 April 2026: Foreign – chair@small.example.org" in done
    assert "Round 2025 changed: Open – secretariat@small.example.org" in done


def done_last(client: Client) -> list[str]:
    """Return what was done last, without its moment, the newest first."""
    rows = html.fromstring(client.get(PAGE).content).xpath("//ul[@class='done-list']/li")
    return [" ".join(row.text_content().split()[2:]) for row in rows]


def test_changes_of_bodies_and_of_plans_stand_among_what_was_done_last(
    scene: Scene, sign_in
) -> None:
    by, client = scene.people["chair"], sign_in(secretariat_of(scene))
    options: dict[str, Any] = {"source": scene.source, "by": by, "now": NOW}
    names = {"name_en": "Foreign and Trade"}
    renamed = bodies.rename(scene.actors["foreign"], names=names, on=date(2026, 3, 1), **options)
    given = TakeOver(scene.actors["agency"], date(2026, 4, 1), (scene.actors["office"],))
    bodies.take_over(given, **options)
    bodies.undo(renamed, by=scene.people["secretariat"], now=at("2026-01-21"))
    draft = amendments.start(scene.plan, by=by, now=NOW)
    assert done_last(client)[0] == "Amendment being prepared: Small – chair@small.example.org"
    amendments.discard(draft, by=by, now=NOW)
    assert done_last(client)[:1] == ["Amendment given up: Small – chair@small.example.org"]
    told = [line for line in done_last(client) if "Amendment" not in line]
    assert told == [
        "Undone: New name: Foreign, from 1 March 2026 – secretariat@small.example.org",
        "Taken over by another body: Agency, from 1 April 2026 – chair@small.example.org",
        "New name: Foreign, from 1 March 2026 – chair@small.example.org",
    ]


def test_what_was_done_last_costs_the_same_queries_for_little_as_for_much(
    scene: Scene, sign_in
) -> None:
    by, client = scene.people["chair"], sign_in(secretariat_of(scene))
    options: dict[str, Any] = {"source": scene.source, "by": by, "now": NOW}
    found = []
    for slugs in (["foreign"], ["agency", "guarded", "institute", "office"]):
        for slug in slugs:
            names = {"name_en": f"New {slug}"}
            made = bodies.rename(scene.actors[slug], names=names, on=date(2026, 3, 1), **options)
            bodies.undo(made, by=by, now=NOW)
            amendments.discard(amendments.start(scene.plan, by=by, now=NOW), by=by, now=NOW)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        found.append(len(queries))
    assert found[0] == found[1]


def test_it_costs_the_same_queries_for_few_entries_as_for_many(
    desk, open_round, followed_plan, report, make_member
) -> None:
    found = []
    for actions, actors in ((1, 1), (4, 9)):
        slug = f"p{actions}"
        followed_plan(actions, actors, slug=slug)
        given = open_round(2025, plan=slug)
        for entry in given.entries.filter(responsibility__position__lte=2):
            report(entry, "done", state="draft")
        make_member("contributor", f"{slug}-1-1")
        desk.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(PAGE).status_code == 200
        found.append(len(queries))
        ReportingRound.objects.filter(pk=given.pk).update(published=1)
    assert found[0] == found[1]


# --- The curve ----------------------------------------------------------------------


def test_an_entry_counts_from_the_day_on_which_it_first_came_in(scene: Scene) -> None:
    past = scene.round(2024, deadline=date(2026, 2, 10), closes_on=date(2026, 3, 10))
    scene.submit(scene.entry(past, "6"), by="outsider", now=at("2026-01-25"))
    running = scene.round(2025)
    for day in ("2026-01-21", "2026-01-30"):
        scene.submit(scene.entry(running, "1"), now=at(day))
        scene.send_back(scene.entry(running, "1"), now=at(day, 13))
    found = received.read([running], on=date(2026, 1, 31))[running.pk]
    assert (found.first, found.deadline, found.last) == (date(2026, 1, 20), 26, 54)
    assert found.points[:13] == [0, *[1] * 11, None]
    assert found.earlier == past
    # As many days from the deadline: five days earlier there.
    assert found.before[:12] == [0] * 10 + [1] * 2


def test_what_comes_in_after_the_close_is_counted_and_what_gave_way_is_not(scene: Scene) -> None:
    running = scene.round(2025)
    first, second = scene.entry(running, "1"), scene.entry(running, "6")
    scene.submit(second, by="outsider", now=at("2026-01-26"))
    late = running.closes_on + timedelta(days=9)
    by = scene.people["secretariat"]
    rounds.extend(running, actor=first.actor, until=late, reason="Late.", by=by, now=NOW)
    scene.submit(first, now=at(late))
    on = late + timedelta(days=2)
    found = received.read([running], on=on)[running.pk]
    assert found.first + timedelta(days=found.last) == late
    assert found.points[-10:] == [1] * 9 + [2]
    Entry.objects.filter(pk=second.pk).update(replaced_by=first)
    assert received.read([running], on=on)[running.pk].points[-1] == 1


def test_a_curve_ends_with_today_and_says_its_figures_as_a_table() -> None:
    words = charts.Words("k", "Title <1>", "What it shows", "Round")
    rows = [
        charts.Curve("2025", [0, 2, None], (0, 1, 2)),
        charts.Curve("2024", [1, 1, 4], (0, 1, 2)),
    ]
    drawn = charts.curves(words, ["a", "b", "c"], rows)
    assert drawn.table.heads == ("Round", "a", "b", "c")
    assert drawn.table.rows == (("2025", "0", "2", "–"), ("2024", "1", "1", "4"))
    svg = html.fromstring(drawn.svg)
    assert svg.xpath("//title")[0].text == "Title <1>"
    assert len(svg.xpath("//path[@fill='none']")) == 2
    with pytest.raises(ValueError, match="more curves"):
        charts.curves(words, [], [*rows, rows[0]])
