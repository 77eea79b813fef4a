"""The pages of rounds: state of play for members, management and expected entries."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from actions.enums import EntryState, RoundState
from actions.models import Actor, Extension, Letter, Override, Plan, ReportingRound, Responsibility
from actions.services import entries, rounds
from actions.views import matrix

pytestmark = pytest.mark.django_db

ROUNDS = "/en/secretariat/rounds/"


def text_of(response: Any) -> str:
    """Return what a reader sees and hears of a page's main part, in one line."""
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is read once for a session
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.fixture
def desk(office, sign_in) -> Client:
    """A browser of the secretariat."""
    return sign_in(office)


@pytest.fixture
def reader(make_member, sign_in) -> Client:
    """A browser of somebody who reads along."""
    return sign_in(make_member("observer", "federal-planning-bureau"))


@pytest.fixture
def given(open_round, followed_plan) -> ReportingRound:
    """An open round of a plan with two actions of two actors each."""
    followed_plan(2, actors=2)
    return open_round(plan="plan")


def status_path(given: ReportingRound, label: str = "") -> str:
    base = f"/en/desk/rounds/{given.plan.slug}/{given.year}/"
    return f"{base}actions/{label}/" if label else base


def overridden(given: ReportingRound, office: Any, label: str = "1", **fields: str) -> Override:
    texts = {"status": "done", "reason_nl": "Omdat.", "reason_fr": "Parce que."} | fields
    new = Override(round=given, action=given.plan.actions.get(label=label), **texts)
    return rounds.override(new, by=office, now=timezone.now())


# --- State of play ------------------------------------------------------------------


def test_the_board_shows_every_action_with_its_status(reader, open_round, report, entry_of) -> None:
    given = open_round()
    report(entry_of(given, "2"), "done")
    report(entry_of(given, "18A", "fps-foreign"), "in_progress")
    response = reader.get(status_path(given))
    html, text = response.content.decode(), text_of(response)
    assert len(re.findall(r'<a class="tile tile--', html)) == 71
    assert len(re.findall(r'<a class="tile tile--\w+ tile--sub', html)) == 4
    assert "Not published: for members of the working group." in text
    assert "actions with every entry received 1 of 66" in text
    assert "carried out or continuously applied 1 of 67" in text
    assert "The figures count 67 actions. Beside them stand 4 sub-actions." in text
    assert "Fully carried out 1" in text
    assert re.search(r"Action 2 : [^:]+, Fully carried out", text)
    assert re.search(r"Sub-action 18A : [^:]+, (Partly|In progress|Applied)", text)


def test_an_overdue_tile_says_so_to_the_ear_too(reader, given) -> None:
    given.plan.actions.filter(label="1").update(period_end=date(2025, 12, 30))
    response = reader.get(status_path(given))
    assert 'class="tile tile--not_reported tile--overdue"' in response.content.decode()
    assert "Action 1 : Action 1 , No update received, overdue" in text_of(response)
    assert "Action 2 : Action 2 , No update received , overdue" not in text_of(response)


def test_the_legend_tells_a_dashed_tile_where_one_stands(reader, given, report, entry_of) -> None:
    said = "Based on some of the expected entries only"
    assert said not in text_of(reader.get(status_path(given)))
    report(entry_of(given, "1", "plan-1-1"), "partly_done")
    response = reader.get(status_path(given))
    assert 'class="tile tile--partly_done incomplete"' in response.content.decode()
    assert f"{said} 1" in text_of(response)


def test_the_board_of_a_very_large_plan_stands_on_several_pages(reader, given, monkeypatch) -> None:
    monkeypatch.setattr("actions.views.rounds.MOST_SHOWN", 1)
    first = reader.get(status_path(given)).content.decode()
    second = reader.get(f"{status_path(given)}?page=2").content.decode()
    for html, label in ((first, "1"), (second, "2")):
        assert re.findall(r'<a class="tile tile--[^>]*href="[^"]*/actions/([^/]+)/"', html) == [
            label
        ]
        assert "actions with every entry received 0 of 2" in " ".join(
            re.sub(r"<[^>]+>", " ", html).split()
        )


def test_the_table_says_the_same_as_the_board(reader, given, report, entry_of, office) -> None:
    report(entry_of(given, "1", "plan-1-1"), "partly_done")
    overridden(given, office, "2")
    text = text_of(reader.get(status_path(given)))
    table = text[text.index("The same as a table") :]
    assert "Action 1 Status Partly carried out Reported 1 of 2 Last round – none" in table
    assert "Fully carried out set by the secretariat Reported 0 of 2" in table


def test_the_table_and_the_page_say_what_became_of_an_action(
    reader, open_round, followed_plan, report, entry_of
) -> None:
    followed_plan(4, actors=2)
    past, given = open_round(2024, plan="plan"), open_round(plan="plan")
    # By label: what was said then and now by the two actors.
    said = {
        "1": ("not_started", "", "in_progress", ""),
        "2": ("not_started", "", "not_started", ""),
        "3": ("in_progress", "", "", ""),
    }
    for label, (*then, one, two) in said.items():
        for year, statuses in ((past, then), (given, (one, two))):
            for number, status in enumerate(statuses, start=1):
                if status:
                    report(entry_of(year, label, f"plan-{label}-{number}"), status)
    text = text_of(reader.get(status_path(given)))
    table = text[text.index("The same as a table") :]
    assert "Last round Not started Moved up" in table
    assert "Reported 1 of 2 Last round Not started No." in table
    assert "Last round In progress" in table
    assert "Less information" not in table
    assert "Last round No update received" in table
    assert "Unchanged" not in table
    for label, words in (("1", "Not started Moved up"), ("2", "Not started"), ("3", "In progress")):
        page = text_of(reader.get(status_path(given, label)))
        why = page[page.index("Why this status?") : page.index("What the actors say")]
        assert f"Last round {words}" in why
        assert "Unchanged" not in why


def test_a_planned_round_is_there_for_the_secretariat_alone(
    desk, reader, open_round, followed_plan
) -> None:
    followed_plan()
    given = open_round(state="planned", plan="plan")
    for path in (status_path(given), status_path(given, "1")):
        assert reader.get(path).status_code == 404
        assert "The round has not been opened yet" in text_of(desk.get(path))


@pytest.mark.parametrize(
    "path",
    [
        "/en/desk/rounds/nap9/2025/",
        "/en/desk/rounds/plan/2024/",
        "/en/desk/rounds/plan/99999999999999999999/",
        "/en/desk/rounds/plan/2025/actions/99/",
        "/en/desk/rounds/plan/2025/actions/x/",
        "/en/desk/rounds/plan/2024/actions/1/",
    ],
)
def test_what_does_not_exist_is_not_found(reader, given, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_an_action_out_of_the_plan_on_the_reference_date_is_not_found(reader, given) -> None:
    given.plan.actions.filter(label="1").update(valid_to=date(2025, 12, 30))
    assert reader.get(status_path(given, "1")).status_code == 404


def test_once_the_report_is_published_the_state_of_play_leads_to_it(given, reader) -> None:
    closed = {"state": "closed", "closed_at": timezone.now(), "published": 1}
    ReportingRound.objects.filter(pk=given.pk).update(**closed)
    for path in (status_path(given), status_path(given, "1")):
        response = reader.get(path)
        assert "Not published" not in text_of(response)
        assert f'href="/en/plans/plan/reports/{given.year}/"' in response.content.decode()


def test_the_public_and_strangers_see_no_state_of_play(given, member, sign_in) -> None:
    for path in (status_path(given), status_path(given, "1")):
        response = Client().get(path)
        assert response.status_code == 302
        assert "/account/sign-in/" in response["Location"]
        assert sign_in(member).get(path).status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_to_the_state_of_play(desk, given, method: str) -> None:
    for path in (status_path(given), status_path(given, "1")):
        assert getattr(desk, method)(path).status_code == 405


# --- One action -----------------------------------------------------------------------


def test_an_action_says_why_it_has_its_status(
    reader, open_round, followed_plan, report, entry_of
) -> None:
    followed_plan(1, actors=4)
    given = open_round(plan="plan")
    report(entry_of(given, "1", "plan-1-1"), "done")
    report(entry_of(given, "1", "plan-1-2"), "in_progress")
    report(entry_of(given, "1", "plan-1-3"), "not_applicable")
    text = text_of(reader.get(status_path(given, "1")))
    assert "Partly carried out 3 of 4 actors reported" in text
    why = text[text.index("Why this status?") : text.index("What the actors say")]
    assert "At least one actor has carried out its part in full or partly" in why
    assert "Counted Plan-1-1 : Fully carried out Plan-1-2 : In progress" in why
    assert "Left out: not applicable to them Plan-1-3" in why
    assert "Missing: no accepted entry Plan-1-4" in why


def test_an_overridden_status_shows_both_and_who_set_it(
    reader, given, office, report, entry_of
) -> None:
    office.name = "A. Person"
    office.save()
    report(entry_of(given, "1", "plan-1-1"), "in_progress")
    overridden(given, office, reason_en="The law was passed.")
    text = text_of(reader.get(status_path(given, "1")))
    assert "The secretariat set this status (Office," in text
    assert "The law was passed." in text
    assert "Set by the secretariat Fully carried out Follows from the entries In progress" in text
    assert "A. Person" not in text


def test_an_action_that_nobody_reports_on_is_explained(reader, open_round) -> None:
    text = text_of(reader.get(status_path(open_round(), "17")))
    assert "No update received no entry is expected" in text
    assert "The plan names no actor of which an entry on it is expected." in text


def test_an_entry_shows_as_the_reader_will_see_it(reader, given, report, entry_of) -> None:
    report(
        entry_of(given, "1", "plan-1-1"),
        "in_progress",
        language="fr",
        done="Nous avons **commencé** <script>alert(1)</script>",
        internal="For the secretariat only.",
        evidence=[
            {"title": "Rapport", "address": "https://example.org/r", "kind": "report", "date": ""}
        ],
    )
    html = " ".join(reader.get(status_path(given, "1")).content.decode().split())
    said = html[html.index("What the actors say") :]
    assert '<div class="measure" lang="fr"><p>Nous avons <strong>commencé</strong>' in said
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said
    assert 'href="https://example.org/r" rel="nofollow noopener noreferrer" lang="fr"' in said
    assert "For the secretariat only." not in html


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("draft", "Draft Being written: the text can be read once it is submitted."),
        ("returned", "Returned Being written: the text can be read once it is submitted."),
        ("submitted", "Submitted entry written on its behalf It says: In progress."),
        ("accepted", "In progress entry written on its behalf What was done Our own words."),
    ],
)
def test_a_text_is_shown_to_those_who_may_read_it(
    reader, given, report, entry_of, desk, state: str, words: str
) -> None:
    report(entry_of(given, "1", "plan-1-1"), "in_progress", state=state, done="Our own words.")
    path = status_path(given, "1")
    assert "Our own words." in text_of(desk.get(path))
    text = text_of(reader.get(path))
    assert ("Our own words." in text) is (state in {"submitted", "accepted"})
    assert f"Plan-1-1 {words}" in text[text.index("What the actors say") :]


def test_carried_over_work_speaks_its_old_text(
    reader, open_round, followed_plan, report, entry_of
) -> None:
    followed_plan()
    report(entry_of(open_round(2024, plan="plan"), "1"), "done", done="Done long ago.")
    text = text_of(reader.get(status_path(open_round(plan="plan"), "1")))
    assert "Plan-1-1 Fully carried out since 2024" in text
    assert "Done long ago." in text
    assert "Earlier rounds 2024 Fully carried out 1 of 1 reported" in text


def test_a_voluntary_entry_says_that_it_does_not_count(
    reader, given, report, make_actor, office, source
) -> None:
    partner = Responsibility.objects.create(
        action=given.plan.actions.get(label="1"), actor=make_actor("partner"), role="partner",
        source=source,
    )  # fmt: skip
    report(entries.start(partner, reporting_round=given, by=office, now=timezone.now()), "done")
    text = text_of(reader.get(status_path(given, "1")))
    assert "No update received 0 of 2 actors reported" in text
    assert "Partner Fully carried out voluntary: does not count" in text


def test_who_writes_for_an_actor_reads_its_draft(
    given, report, entry_of, make_member, sign_in
) -> None:
    report(entry_of(given, "1", "plan-1-1"), "in_progress", state="draft", done="Our own words.")
    for actor, shown in (("plan-1-1", True), ("plan-1-2", False)):
        client = sign_in(make_member("contributor", actor))
        text = text_of(client.get(status_path(given, "1")))
        assert ("Our own words." in text) is shown


def test_an_action_leads_to_its_neighbours_on_the_board(reader, open_round, followed_plan) -> None:
    plan = followed_plan(4)
    plan.actions.filter(label="2").update(valid_to=date(2025, 12, 30))
    given = open_round(plan="plan")
    context = reader.get(status_path(given, "3")).context
    assert (context["previous"].label, context["next"].label) == ("1", "4")
    assert reader.get(status_path(given, "1")).context["previous"] is None
    assert reader.get(status_path(given, "4")).context["next"] is None


def test_only_the_secretariat_is_led_to_set_a_status(desk, reader, given) -> None:
    path = f"{ROUNDS}{given.pk}/overrides/1/"
    assert path in desk.get(status_path(given, "1")).content.decode()
    assert path not in reader.get(status_path(given, "1")).content.decode()


# --- Who may manage -------------------------------------------------------------------

STEPS = ("", "open/", "close/", "reopen/", "update/", "extend/", "overrides/1/")


@pytest.mark.parametrize("role", ["observer", "contributor", "coordinator", "reviewer"])
def test_nobody_but_the_secretariat_opens_its_pages(
    given, make_member, sign_in, office, role: str
) -> None:
    client = sign_in(make_member(role, "plan-1-1"))
    paths = ["/en/secretariat/", ROUNDS, f"{ROUNDS}new/"]
    paths += [f"{ROUNDS}{given.pk}/{step}" for step in STEPS]
    for path in paths:
        assert client.get(path).status_code == 403, path
    for path in paths[2:]:
        assert client.post(path, {"reason": "x", "remove": "1"}).status_code == 403, path
    given.refresh_from_db()
    assert given.state == RoundState.OPEN
    assert client.get(f"{ROUNDS}{given.pk}/expected/").status_code == (
        200 if role == "reviewer" else 403
    )


@pytest.mark.parametrize("key", ["0", "99999999999999999999999"])
def test_an_unknown_round_is_not_found(desk, key: str) -> None:
    for step in (*STEPS, "expected/"):
        assert desk.get(f"{ROUNDS}{key}/{step}").status_code == 404
        if step != "expected/":
            assert desk.post(f"{ROUNDS}{key}/{step}").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_pages_of_rounds_take_forms_and_nothing_else(desk, given, method: str) -> None:
    for path in (f"{ROUNDS}new/", *(f"{ROUNDS}{given.pk}/{step}" for step in STEPS)):
        assert getattr(desk, method)(path).status_code == 405
    for path in ("/en/secretariat/", ROUNDS, f"{ROUNDS}{given.pk}/expected/"):
        assert desk.post(path).status_code == 405


# --- Planning ---------------------------------------------------------------------------


def days_of(given: Plan, **changes: Any) -> dict[str, Any]:
    return {
        "plan": given.pk,
        "year": "2025",
        "kind": "yearly",
        "reference_date": "2025-12-31",
        "opens_on": "2026-01-05",
        "deadline": "2026-02-15",
        "closes_on": "2026-03-15",
    } | changes


def test_a_round_is_planned_and_listed(desk, followed_plan) -> None:
    response = desk.post(f"{ROUNDS}new/", days_of(followed_plan()), follow=True)
    made = ReportingRound.objects.get()
    assert response.redirect_chain == [(f"{ROUNDS}{made.pk}/", 302)]
    assert "The round is planned. Open it when you are ready." in text_of(response)
    assert (made.state, made.deadline) == (RoundState.PLANNED, date(2026, 2, 15))
    assert "2025 Test · Yearly follow-up State Planned" in text_of(desk.get(ROUNDS))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"deadline": "2026-03-16"}, "closes_on", "The round closes before the deadline."),
        ({"deadline": "2026-01-04"}, "deadline", "The deadline is before the opening."),
        ({"reference_date": "2026-01-01"}, "reference_date",
         "The reference date lies outside the round’s year."),
        ({"year": "2016"}, "year", "Ensure this value is greater than or equal to 2017."),
        ({"year": "9" * 30}, "year", "Ensure this value is less than or equal to 2100."),
        ({"year": "soon"}, "year", "Enter a whole number."),
        ({"plan": "999999"}, "plan",
         "Select a valid choice. That choice is not one of the available choices."),
        ({"plan": "\x00"}, "plan", "Null characters are not allowed."),
        ({"opens_on": "2026-02-30"}, "opens_on", "Enter a valid date."),
        ({"opens_on": ""}, "opens_on", "This field is required."),
        ({"year": "2024", "reference_date": "2024-12-31"}, "year",
         "The plan has a round for this year already."),
    ],
)  # fmt: skip
def test_bad_days_are_told_at_their_field_and_kept(
    desk, open_round, followed_plan, changes, field: str, words: str
) -> None:
    plan = followed_plan()
    open_round(2024, "planned", plan="plan")
    response = desk.post(f"{ROUNDS}new/", days_of(plan, **changes))
    html = response.content.decode()
    assert response.context["form"].errors[field] == [words]
    assert f'<a href="#id_{field}">' in html
    assert f'id="id_{field}_error"' in html
    assert re.search(rf'<(input|select)[^>]*aria-describedby="[^"]*id_{field}_error[^>]*>', html)
    assert 'value="2026-03-15"' in html
    assert ReportingRound.objects.count() == 1


def test_the_days_of_an_open_round_can_be_moved_and_nothing_else(desk, given) -> None:
    other = Plan.objects.get(slug="nap1")
    changes = days_of(other, year="2023", reference_date="2023-12-31", kind="evaluation")
    response = desk.post(f"{ROUNDS}{given.pk}/", changes, follow=True)
    assert "The days are saved." in text_of(response)
    given.refresh_from_db()
    assert (given.plan.slug, given.year, given.reference_date) == ("plan", 2025, date(2025, 12, 31))
    assert (given.kind, given.deadline) == ("yearly", date(2026, 2, 15))


def test_bad_days_of_an_open_round_change_nothing(desk, given) -> None:
    before = given.deadline
    response = desk.post(f"{ROUNDS}{given.pk}/", days_of(given.plan, deadline="2027-01-01"))
    assert list(response.context["form"].errors) == ["closes_on"]
    assert 'value="2027-01-01"' in response.content.decode()
    given.refresh_from_db()
    assert given.deadline == before


# --- Steps --------------------------------------------------------------------------------


def test_opening_is_confirmed_with_what_it_does(
    desk, open_round, followed_plan, report, entry_of, make_member
) -> None:
    followed_plan(3)
    report(entry_of(open_round(2024, plan="plan"), "1"), "done")
    make_member("contributor", "plan-2-1")
    planned = open_round(state="planned", plan="plan")
    text = text_of(desk.get(f"{ROUNDS}{planned.pk}/open/"))
    assert "3 entries are made, one for every responsibility valid on 31 December 2025" in text
    assert "1 of them carries over from the last round" in text
    assert "1 person gets an e-mail." in text
    assert "2 organisations are asked for the rest." in text
    assert "Nobody writes for 1 of them: no e-mail goes out for it." in text
    assert "Plan-3-1 – invite somebody" in text
    assert "Round 2024 is not over." in text
    assert "2 entries of 2024 are not accepted yet." in text
    assert not planned.entries.exists()
    response = desk.post(f"{ROUNDS}{planned.pk}/open/", follow=True)
    assert response.redirect_chain == [(f"{ROUNDS}{planned.pk}/", 302)]
    assert "The round is open." in text_of(response)
    assert "1 of 3 expected entries are accepted. Of which 1 was carried over." in text_of(response)
    assert planned.entries.count() == 3


def test_opening_says_nothing_of_a_round_that_is_over(desk, open_round, followed_plan) -> None:
    followed_plan()
    ReportingRound.objects.filter(pk=open_round(2024, "closed", plan="plan").pk).update(published=1)
    planned = open_round(state="planned", plan="plan")
    assert "is not over" not in text_of(desk.get(f"{ROUNDS}{planned.pk}/open/"))


def test_last_days_on_which_nobody_works_are_told(desk, open_round, followed_plan) -> None:
    followed_plan()
    days = {"opens_on": "2026-01-01", "deadline": "2026-05-14", "closes_on": "2026-05-25"}
    found = {name: date.fromisoformat(day) for name, day in days.items()}
    planned = open_round(state="planned", plan="plan", **found)
    said = (
        "The deadline, Thursday 14 May 2026, is no working day",
        "the next one is Friday 15 May 2026.",
        "The last day, Monday 25 May 2026, is no working day",
        "the next one is Tuesday 26 May 2026.",
    )
    text = text_of(desk.get(f"{ROUNDS}{planned.pk}/open/"))
    assert all(line in text for line in said)
    form = days | {
        "plan": planned.plan_id, "year": "2025", "kind": "yearly", "reference_date": "2025-12-31",
        "remind_before": "30, 7", "remind_after": "",
    }  # fmt: skip
    page = desk.get(f"{ROUNDS}{planned.pk}/").context["form"]
    form["seen"] = page.initial["seen"]
    response = desk.post(f"{ROUNDS}{planned.pk}/", form, follow=True)
    assert all(line in response.content.decode() for line in said)
    planned.refresh_from_db()
    assert (planned.remind_before, planned.remind_after) == ([30, 7], [])


def test_a_new_round_begins_with_the_usual_days_of_reminders(desk, followed_plan) -> None:
    followed_plan()
    page = desk.get(f"{ROUNDS}new/").context["form"]
    days = {"opens_on": "2026-01-12", "deadline": "2026-02-27", "closes_on": "2026-03-31"}
    plan = {
        "plan": Plan.objects.get(slug="plan").pk,
        "year": "2025",
        "reference_date": "2025-12-31",
    }
    offered = {name: page[name].value() or "" for name in page.fields}
    assert (offered["remind_before"], offered["remind_after"]) == ("30, 7, 1", "3")
    desk.post(f"{ROUNDS}new/", offered | days | plan)
    made = ReportingRound.objects.get(plan__slug="plan")
    assert (made.remind_before, made.remind_after) == ([30, 7, 1], [3])


@pytest.mark.parametrize(
    "typed", ["soon", "-1", "7, 7", "1000", "1 2 3 4 5 6 7", "7,\x001", "3.5", "٣"]
)
def test_days_of_reminders_that_are_none_are_refused_at_their_field(
    desk, open_round, followed_plan, typed: str
) -> None:
    followed_plan()
    planned = open_round(state="planned", plan="plan")
    page = desk.get(f"{ROUNDS}{planned.pk}/").context["form"]
    form = {name: page[name].value() for name in page.fields}
    response = desk.post(f"{ROUNDS}{planned.pk}/", form | {"remind_before": typed})
    assert list(response.context["form"].errors) == ["remind_before"]
    planned.refresh_from_db()
    assert planned.remind_before == [30, 7, 1]


def test_a_step_that_is_not_possible_is_said_and_leads_back(desk, given) -> None:
    for step in ("open/", "reopen/"):
        response = desk.get(f"{ROUNDS}{given.pk}/{step}", follow=True)
        assert response.redirect_chain == [(f"{ROUNDS}{given.pk}/", 302)]
        assert "This was not done: the round has changed meanwhile." in text_of(response)


def test_what_a_service_refuses_is_said(desk, open_round, followed_plan) -> None:
    followed_plan()
    closed = open_round(2024, "closed", plan="plan")
    response = desk.post(f"{ROUNDS}{closed.pk}/open/", follow=True)
    assert "The round was opened already; reopen it with a reason." in text_of(response)
    planned = open_round(2025, "planned", plan="plan")
    response = desk.post(f"{ROUNDS}{planned.pk}/update/", follow=True)
    assert "The round is not open yet." in text_of(response)


def test_closing_is_confirmed_with_what_it_does(desk, given, report, entry_of) -> None:
    report(entry_of(given, "1", "plan-1-1"), "done", state="submitted")
    text = text_of(desk.get(f"{ROUNDS}{given.pk}/close/"))
    assert "3 expected entries have not been submitted and count as no update received." in text
    assert "1 submitted entry can still be accepted or returned." in text
    response = desk.post(f"{ROUNDS}{given.pk}/close/", follow=True)
    assert "The round is closed." in text_of(response)
    given.refresh_from_db()
    assert given.state == RoundState.CLOSED


def test_reopening_asks_why_and_until_when(desk, open_round, followed_plan) -> None:
    followed_plan()
    given = open_round(state="closed", plan="plan")
    path, day = f"{ROUNDS}{given.pk}/reopen/", given.closes_on + timedelta(days=7)
    for wrong, field in (
        ({"closes_on": day, "reason": " "}, "reason"),
        ({"closes_on": day, "reason": "\x00"}, "reason"),
        ({"closes_on": "", "reason": "Elections."}, "closes_on"),
        ({"closes_on": "2020-01-01", "reason": "Elections."}, "closes_on"),
        ({"closes_on": given.deadline - timedelta(days=1), "reason": "Elections."}, "closes_on"),
    ):
        response = desk.post(path, wrong)
        assert list(response.context["form"].errors) == [field]
        assert ("Elections." in response.content.decode()) is ("Elections." in wrong["reason"])
    given.refresh_from_db()
    assert given.state == RoundState.CLOSED
    response = desk.post(path, {"closes_on": day, "reason": "Elections."}, follow=True)
    assert "The round is open again." in text_of(response)
    assert "Reason for reopening: Elections." in text_of(response)
    given.refresh_from_db()
    assert (given.state, given.closes_on) == (RoundState.OPEN, day)


def test_a_round_that_differs_from_the_plan_says_so(desk, given, make_actor, source) -> None:
    path = f"{ROUNDS}{given.pk}/"
    assert "The expected entries differ from the plan" not in text_of(desk.get(path))
    Responsibility.objects.create(
        action=given.plan.actions.get(label="1"), actor=make_actor("new"), role="responsible",
        source=source,
    )  # fmt: skip
    assert "The expected entries differ from the plan" in text_of(desk.get(path))
    assert "1 entry that is expected by now is made." in text_of(desk.get(f"{path}update/"))
    response = desk.post(f"{path}update/", follow=True)
    assert "The round agrees with the plan." in text_of(response)
    assert given.entries.filter(responsibility__actor__slug="new").count() == 1
    assert "there is nothing to do" in text_of(desk.get(f"{path}update/"))


# --- Extensions ---------------------------------------------------------------------------


def test_an_actor_gets_more_time_and_then_other_time(desk, given) -> None:
    actor = Actor.objects.get(slug="plan-1-1")
    path = f"{ROUNDS}{given.pk}/extend/"
    until = given.closes_on + timedelta(days=3)
    sent = {"actor": actor.pk, "until": until, "reason": "Floods."}
    response = desk.post(path, sent, follow=True)
    assert response.redirect_chain == [(f"{ROUNDS}{given.pk}/", 302)]
    assert "The extension is saved." in text_of(response)
    html = desk.get(f"{path}?actor=plan-1-1").content.decode()
    assert f'value="{until.isoformat()}"' in html
    assert "Floods." in html
    desk.post(path, sent | {"until": until + timedelta(days=2)})
    assert Extension.objects.get().until == until + timedelta(days=2)


def test_a_forged_or_impossible_extension_is_refused_at_its_field(desk, given) -> None:
    good = {
        "actor": Actor.objects.get(slug="plan-1-1").pk,
        "until": given.closes_on + timedelta(days=3),
        "reason": "Floods.",
    }
    stranger = Actor.objects.get(slug="fps-justice")
    for changes, field in (
        ({"actor": stranger.pk}, "actor"),
        ({"actor": "x\x00"}, "actor"),
        ({"actor": "9" * 40}, "actor"),
        ({"until": given.closes_on}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"reason": "  "}, "reason"),
    ):
        response = desk.post(f"{ROUNDS}{given.pk}/extend/", good | changes)
        assert list(response.context["form"].errors) == [field]
    assert not Extension.objects.exists()
    assert desk.get(f"{ROUNDS}{given.pk}/extend/?actor=%00").status_code == 200


# --- Statuses set by the secretariat ------------------------------------------------------


def test_a_status_is_set_changed_and_removed(desk, given, report, entry_of) -> None:
    report(entry_of(given, "1", "plan-1-1"), "in_progress")
    path = f"{ROUNDS}{given.pk}/overrides/1/"
    assert "Follows from the entries In progress" in text_of(desk.get(path))
    sent = {"status": "done", "reason_nl": "Omdat.", "reason_fr": "Parce que."}
    response = desk.post(path, sent, follow=True)
    assert response.redirect_chain == [(f"{ROUNDS}{given.pk}/", 302)]
    assert "Fully carried out in place of “In progress” Parce que." in text_of(response)
    text = text_of(desk.get(path))
    assert "Set by the secretariat Fully carried out Office ," in text
    desk.post(path, sent | {"status": "partly_done"})
    assert Override.objects.get().status == "partly_done"
    response = desk.post(path, {"remove": "1"}, follow=True)
    assert "The status follows from the entries again." in text_of(response)
    assert not Override.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "not_reported"}, "status"),
        ({"status": "insufficient"}, "status"),
        ({"status": ""}, "status"),
        ({"reason_nl": ""}, "reason_nl"),
        ({"reason_fr": " "}, "reason_fr"),
        ({"reason_en": "x" * 20_000}, "reason_en"),
    ],
)
def test_a_status_without_what_it_needs_is_refused_at_its_field(
    desk, given, changes: dict[str, str], field: str
) -> None:
    sent = {"status": "done", "reason_nl": "Omdat.", "reason_fr": "Parce que."}
    response = desk.post(f"{ROUNDS}{given.pk}/overrides/1/", sent | changes)
    assert list(response.context["form"].errors) == [field]
    kept = "Parce que." if field != "reason_fr" else "Omdat."
    assert kept in response.content.decode()
    assert not Override.objects.exists()


def test_a_status_is_set_where_an_action_is_followed_up(desk, given, open_round) -> None:
    planned = open_round(2026, "planned", plan="plan")
    given.plan.actions.filter(label="2").update(valid_to=date(2025, 12, 30))
    sent = {"status": "done", "reason_nl": "Omdat.", "reason_fr": "Parce que."}
    for path in (
        f"{ROUNDS}{given.pk}/overrides/99/",
        f"{ROUNDS}{given.pk}/overrides/2/",
        f"{ROUNDS}{planned.pk}/overrides/1/",
    ):
        assert desk.get(path).status_code == 404
        assert desk.post(path, sent).status_code == 404


def test_a_new_round_is_proposed_for_the_year_after_the_last_one(desk, given, settings) -> None:
    settings.CURRENT_PLAN = "plan"
    year = timezone.localdate().year
    proposed = []
    for taken in (year - 2, year - 1, year):
        ReportingRound.objects.filter(pk=given.pk).update(year=taken)
        form = desk.get("/en/secretariat/rounds/new/").context["form"]
        proposed.append((form.initial["year"], form.initial["reference_date"]))
    assert proposed == [
        (year - 1, date(year - 1, 12, 31)),
        (year, date(year, 12, 31)),
        (year + 1, date(year + 1, 12, 31)),
    ]


# --- Expected entries -----------------------------------------------------------------------


def test_the_page_of_expected_entries_counts_by_actor(
    desk, given, report, entry_of, office
) -> None:
    report(entry_of(given, "1", "plan-1-1"), "done")
    report(entry_of(given, "1", "plan-1-2"), "done", state="draft")
    ReportingRound.objects.filter(pk=given.pk).update(
        opens_on=date(2026, 1, 1), deadline=timezone.localdate() - timedelta(days=2)
    )
    text = text_of(desk.get(f"{ROUNDS}{given.pk}/expected/"))
    assert "4 expected entries: 1 accepted, 0 carried over. 3 are late" in text
    assert "Plan-1-1 1 expected: Accepted (1) · nobody writes for it" in text
    assert "Plan-1-2 1 expected: Draft (1) 1 late · nobody writes for it" in text
    assert (
        "Plan-2-1 1 expected: To do (1) 1 late · nobody writes for it 2. Action 2 – To do" in text
    )
    assert "Actor Plan-1-1 State Accepted – 1, Plan-1-1 Fully carried out Late in time" in text
    assert "Actor Plan-1-2 State Draft – 1, Plan-1-2 Late 2 days late" in text


def test_nothing_is_in_time_that_nobody_has_begun(desk, given, report, entry_of) -> None:
    report(entry_of(given, "1", "plan-1-1"), "done", state="submitted")
    text = text_of(desk.get(f"{ROUNDS}{given.pk}/expected/?state=empty"))
    line = text.split(" With those chosen")[-2]
    assert line.endswith("Actor Plan-2-2 State To do – 2, Plan-2-2 Late –")
    assert "in time" in text_of(desk.get(f"{ROUNDS}{given.pk}/expected/?state=submitted"))
    # The filter has these words too; no line does.
    assert text.count("In time") == 1
    assert "in time" not in text


def test_who_is_expected_says_whom_to_reach_and_when_they_were_written_to(
    desk, given, make_member, sign_in
) -> None:
    person = make_member("contributor", "plan-1-1", name="Ann Example")
    path = f"{ROUNDS}{given.pk}/expected/"
    assert "Ann Example, contributor-plan-1-1@example.org – no e-mail yet" in text_of(
        desk.get(path)
    )
    for kind, day in (("sign_in", "2026-01-09"), ("reminder", "2026-01-05")):
        moment = f"{day}T12:00:00+01:00"
        Letter.objects.create(
            kind=kind, key=kind, user=person, address=person.email, language="nl", state="sent",
            written_at=moment, due_at=moment, sent_at=moment,
        )  # fmt: skip
    assert "contributor-plan-1-1@example.org – last e-mail on 5 January 2026" in text_of(
        desk.get(path)
    )
    # Addresses are for the secretariat.
    reviewer = sign_in(make_member("reviewer", "fps-foreign"))
    assert "@example.org –" not in text_of(reviewer.get(path))


def test_an_actor_leads_to_more_time_for_it_and_to_an_invitation(desk, given) -> None:
    html = desk.get(f"{ROUNDS}{given.pk}/expected/").content.decode()
    actor = Actor.objects.get(slug="plan-1-1")
    assert f"{ROUNDS}{given.pk}/extend/?actor=plan-1-1" in html
    form = desk.get(f"{ROUNDS}{given.pk}/extend/?actor=plan-1-1").context["form"]
    assert form.initial["actor"] == actor.pk
    assert f"/en/secretariat/members/?actor={actor.pk}#invite" in html
    form = desk.get(f"/en/secretariat/members/?actor={actor.pk}").context["form"]
    assert form.initial["actor"] == actor.pk


def test_the_address_that_expected_entries_had_before_leads_to_them(desk, given) -> None:
    response = desk.get(f"{ROUNDS}{given.pk}/owed/")
    assert (response.status_code, response["Location"]) == (301, f"{ROUNDS}{given.pk}/expected/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1 plan-1-1", "1 plan-1-2", "2 plan-2-1", "2 plan-2-2"]),
        ("state=draft", ["1 plan-1-2"]),
        ("state=carried", ["2 plan-2-2"]),
        ("state=accepted", ["1 plan-1-1"]),
        ("actor=plan-2-1", ["2 plan-2-1"]),
        ("level=flemish", ["2 plan-2-1"]),
        ("late=yes", ["1 plan-1-2", "2 plan-2-1"]),
        ("late=no", ["1 plan-1-1", "2 plan-2-2"]),
        ("late=yes&state=draft", ["1 plan-1-2"]),
        ("members=none", ["1 plan-1-1", "1 plan-1-2", "2 plan-2-2"]),
    ],
)
def test_expected_entries_are_filtered(
    desk, open_round, followed_plan, report, entry_of, make_member, query: str, expected: list[str]
) -> None:
    followed_plan(2, actors=2)
    Actor.objects.filter(slug="plan-2-1").update(level="flemish")
    report(entry_of(open_round(2024, plan="plan"), "2", "plan-2-2"), "done")
    given = open_round(plan="plan")
    report(entry_of(given, "1", "plan-1-1"), "done")
    report(entry_of(given, "1", "plan-1-2"), "done", state="draft")
    make_member("contributor", "plan-2-1")
    late = {"opens_on": date(2026, 1, 1), "deadline": timezone.localdate() - timedelta(days=2)}
    ReportingRound.objects.filter(pk=given.pk).update(**late)
    response = desk.get(f"{ROUNDS}{given.pk}/expected/?{query}")
    rows = [line["entry"] for line in response.context["lines"]]
    assert [f"{row.action.label} {row.actor.slug}" for row in rows] == expected


@pytest.mark.parametrize("query", ["state=x", "actor=%00", "level=9", "late=maybe", "page=%F0"])
def test_an_unknown_filter_is_left_out_and_said(desk, given, query: str) -> None:
    response = desk.get(f"{ROUNDS}{given.pk}/expected/?{query}")
    assert (response.status_code, len(response.context["lines"])) == (200, 4)
    assert bool(response.context["filter"].form.errors) is not query.startswith("page")


def test_expected_entries_have_pages(desk, open_round) -> None:
    given = open_round()
    for page, count in (("1", 50), ("4", 30), ("99", 30), ("9" * 5000, 50), ("x", 50)):
        response = desk.get(f"{ROUNDS}{given.pk}/expected/?page={page}")
        assert len(response.context["lines"]) == count, page[:5]
    response = desk.get(f"{ROUNDS}{given.pk}/expected/?state=empty&page=2")
    assert "?state=empty&amp;page=3" in response.content.decode()


def test_expected_entries_of_a_planned_round_are_for_the_secretariat_alone(
    desk, open_round, followed_plan, make_member, sign_in
) -> None:
    followed_plan()
    path = f"{ROUNDS}{open_round(state='planned', plan='plan').pk}/expected/"
    assert sign_in(make_member("reviewer", "fps-foreign")).get(path).status_code == 404
    assert "Nobody is asked for an entry yet." in text_of(desk.get(path))


def test_a_reviewer_sees_expected_entries_without_a_way_to_manage(
    given, make_member, sign_in
) -> None:
    client = sign_in(make_member("reviewer", "fps-foreign"))
    html = client.get(f"{ROUNDS}{given.pk}/expected/").content.decode()
    assert f'href="{ROUNDS}{given.pk}/"' not in html


# --- Matrix ---------------------------------------------------------------------------------


def marks(html: str) -> list[str]:
    """Return the classes of the filled cells of the table."""
    return re.findall(r'<td class="mark mark--([^"]+)"', html)


def test_the_matrix_shows_each_expected_entry_once_with_a_word_and_a_link(
    desk, open_round, followed_plan, report, entry_of
) -> None:
    followed_plan(2, actors=2)
    report(entry_of(open_round(2024, plan="plan"), "2", "plan-2-2"), "done")
    given = open_round(plan="plan")
    report(entry_of(given, "1", "plan-1-1"), "done")
    draft = report(entry_of(given, "1", "plan-1-2"), "done", state="draft")
    late = {"opens_on": date(2026, 1, 1), "deadline": timezone.localdate() - timedelta(days=2)}
    ReportingRound.objects.filter(pk=given.pk).update(**late)
    html = desk.get(f"{ROUNDS}{given.pk}/matrix/").content.decode()
    assert marks(html) == ["accepted", "draft mark--late", "empty mark--late", "carried"]
    assert f'href="/en/desk/entries/{draft.pk}/"' in html
    text = text_of(desk.get(f"{ROUNDS}{given.pk}/matrix/"))
    assert "4 expected entries, each with its state. 2 are late." in text
    assert "… Draft, late" in text
    # The same as a list by actor, for narrow screens.
    assert "Plan-1-2 Draft: 1 … 1. Action 1 – Draft, late" in text


def test_the_matrix_is_filtered_as_the_list_is(desk, given, report, entry_of) -> None:
    report(entry_of(given, "1", "plan-1-1"), "done", state="draft")
    path = f"{ROUNDS}{given.pk}/matrix/"
    assert marks(desk.get(f"{path}?state=draft").content.decode()) == ["draft"]
    assert marks(desk.get(f"{path}?actor=plan-2-1").content.decode()) == ["empty"]
    assert "No entry matches." in text_of(desk.get(f"{path}?state=returned"))
    assert len(marks(desk.get(f"{path}?state=x&actors=%F0&actions=99").content.decode())) == 4


def test_a_large_matrix_stands_on_several_pages(desk, given, monkeypatch) -> None:
    monkeypatch.setattr(matrix, "MOST_ACTORS", 3)
    monkeypatch.setattr(matrix, "MOST_ACTIONS", 1)
    path = f"{ROUNDS}{given.pk}/matrix/"
    response = desk.get(path)
    assert marks(response.content.decode()) == ["empty", "empty"]
    assert "Actors 1 to 3 of 4" in text_of(response)
    assert len(marks(desk.get(f"{path}?actors=2&actions=2").content.decode())) == 1


def test_the_matrix_is_downloaded_whole_and_filtered(desk, given, report, entry_of) -> None:
    Actor.objects.get(slug="plan-1-1").names.update(name_en="=1+1")
    report(entry_of(given, "1", "plan-1-1"), "done", state="draft")
    path = f"{ROUNDS}{given.pk}/matrix."
    rows = list(csv.reader(io.StringIO(desk.get(f"{path}csv").content.decode())))
    assert rows[0] == ["Action", "Title", "Actor", "Level of government", "State", "Late"]
    assert ["1", "Action 1", "'=1+1", "Federal", "Draft", ""] in rows
    assert len(rows) == 5
    book = load_workbook(io.BytesIO(desk.get(f"{path}xlsx?state=draft").content))
    assert book.sheetnames == ["Matrix", "Entries"]
    assert [[cell.value for cell in row] for row in book["Matrix"]] == [
        ["Action", "Title", "=1+1"], ["1", "Action 1", "Draft"],
    ]  # fmt: skip
    assert book["Matrix"]["C1"].data_type == "s"


def test_a_planned_round_has_no_matrix(desk, open_round, followed_plan) -> None:
    followed_plan()
    pk = open_round(state="planned", plan="plan").pk
    for path in ("matrix/", "matrix.csv", "matrix.xlsx"):
        assert desk.get(f"{ROUNDS}{pk}/{path}").status_code == 404


def test_the_years_of_an_actor_stand_side_by_side(
    desk, open_round, followed_plan, report, entry_of
) -> None:
    followed_plan(2)
    past = open_round(2024, plan="plan")
    report(entry_of(past, "1", "plan-1-1"), "done")
    report(entry_of(past, "2", "plan-2-1"), "in_progress")
    given = open_round(2025, plan="plan")
    ReportingRound.objects.filter(pk=given.pk).update(
        opens_on=date(2026, 1, 1), deadline=timezone.localdate() - timedelta(days=2)
    )
    text = text_of(desk.get("/en/secretariat/plans/plan/years/"))
    assert (
        "Plan-1-1 2024 1 of 1 , 2024, Plan-1-1 2025 0 of 0 , 2025, Plan-1-1 + 1 carried over"
        in text
    )
    assert "Plan-2-1 2024 1 of 1 , 2024, Plan-2-1 2025 0 of 1 , 2025, Plan-2-1 1 late" in text


# --- Queries --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    ["board", "action", "manage", "expected", "override", "extend", "matrix", "years", "write"],
)
def test_a_page_needs_as_many_queries_for_one_row_as_for_many(
    desk, open_round, followed_plan, report, office, page: str
) -> None:
    found = []
    for actions, actors in ((1, 1), (3, 12)):
        slug = f"p{actions}"
        followed_plan(actions, actors, slug=slug)
        past = open_round(2024, plan=slug)
        for entry in past.entries.filter(responsibility__position__lte=4):
            report(entry, "done", state="accepted")
        given = open_round(2025, plan=slug)
        assert given.entries.filter(state=EntryState.ACCEPTED).exists()
        for label in range(1, actions + 1):
            overridden(given, office, str(label))
        for actor in Actor.objects.filter(slug__startswith=f"{slug}-"):
            rounds.extend(
                given, actor=actor, until=given.closes_on + timedelta(days=1), reason="Floods.",
                by=office, now=timezone.now(),
            )  # fmt: skip
        path = {
            "board": status_path(given),
            "action": status_path(given, "1"),
            "manage": f"{ROUNDS}{given.pk}/",
            "expected": f"{ROUNDS}{given.pk}/expected/",
            "matrix": f"{ROUNDS}{given.pk}/matrix/",
            "years": f"/en/secretariat/plans/{slug}/years/",
            "override": f"{ROUNDS}{given.pk}/overrides/1/",
            "extend": f"{ROUNDS}{given.pk}/extend/",
            "write": f"{ROUNDS}{given.pk}/write/",
        }[page]
        found.append(queries(desk, path))
    assert found[0] == found[1]


def test_the_list_of_rounds_needs_as_many_queries_for_one_as_for_eight(
    desk, open_round, followed_plan
) -> None:
    followed_plan()
    open_round(2018, plan="plan")
    one = queries(desk, ROUNDS)
    for year in range(2019, 2026):
        open_round(year, plan="plan")
    assert queries(desk, ROUNDS) == one
