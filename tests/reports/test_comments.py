"""The draft is announced, commented on, answered; it closes with its day and its validation."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from actions import emails
from actions.models import Contact, Letter, ReportingRound
from actions.outbox import sending
from actions.refusals import Conflict, Refused
from reports import readiness
from reports.models import Consultation, DraftComment
from reports.services import editions, texts
from tests.conftest import add_second_factor
from tests.follow_up import NOW, Scene
from tests.signing_in import enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
TODAY = NOW.date()
UNTIL = TODAY + timedelta(days=9)


def consult(scene: Scene, given: ReportingRound, **days: Any) -> Consultation:
    """Set the days of a draft; by default it is open for some days."""
    wanted: dict[str, Any] = {"until": UNTIL, "validated_on": None} | days
    by = scene.people["secretariat"]
    return texts.consult(given, **wanted, notes={}, by=by, now=NOW)


def say(scene: Scene, given: ReportingRound, by: str = "observer", **more: Any) -> DraftComment:
    """Comment on a draft."""
    wanted: dict[str, Any] = {
        "about": "Action 1",
        "text": "A figure is missing.",
        "now": NOW,
    } | more
    return texts.comment(given, by=scene.people[by], **wanted)


def letters(**more: Any) -> Any:
    return Letter.objects.filter(kind="draft_opened", **more)


def words_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def secretariat(scene) -> Client:
    add_second_factor(scene.people["secretariat"])
    return browser_of(scene, "secretariat")


def browser_of(scene: Scene, name: str) -> Client:
    client = Client()
    enter(client, scene.people[name])
    return client


# --- Opening ------------------------------------------------------------------------


def test_every_member_is_told_once_until_when_the_draft_is_open(scene, now_open) -> None:
    consult(scene, now_open)
    consult(scene, now_open)
    names = sorted(letter.user.email.split("@")[0] for letter in letters())
    everybody = {name for name in scene.people if name not in {"nobody", "secretariat"}}
    assert names == sorted(everybody)
    letters().update(language="fr")
    letter = letters(user=scene.people["observer"]).get()
    assert sending.send(letter.pk, now=NOW) == sending.Outcome.SENT
    letter.refresh_from_db()
    said = "Projet de rapport 2025\u00a0: vos commentaires jusqu’au 29 janvier 2026"
    assert letter.subject == said
    assert "/fr/desk/rounds/small/2025/draft/" in letter.text


def test_another_day_is_told_as_changed_and_what_waits_of_the_first_is_not_sent(
    scene, now_open
) -> None:
    consult(scene, now_open)
    first = letters(user=scene.people["observer"]).get()
    consult(scene, now_open, until=UNTIL + timedelta(days=7))
    second = letters(user=scene.people["observer"], state="waiting").get()
    letters().update(language="en")
    assert sending.send(first.pk, now=NOW) is None
    assert sending.send(second.pk, now=NOW) == sending.Outcome.SENT
    second.refresh_from_db()
    assert second.subject == "Draft of the report 2025: comments now until 5 February 2026"
    assert "The last day for comments has changed" in second.text


@pytest.mark.parametrize("closing", [{"until": None}, {"validated_on": TODAY}])
def test_nobody_is_told_of_a_draft_that_is_closed_meanwhile(scene, now_open, closing) -> None:
    consult(scene, now_open)
    consult(scene, now_open, **closing)
    assert set(letters().values_list("state", flat=True)) == {"dropped"}


def test_a_letter_that_comes_too_late_is_not_sent(scene, now_open) -> None:
    consult(scene, now_open)
    late = NOW + timedelta(days=10)
    assert sending.send(letters()[0].pk, now=late) == sending.Outcome.DROPPED


@pytest.mark.parametrize("settled", [{"frozen_at": NOW}, {"published": 1}])
def test_the_draft_of_a_settled_report_is_neither_opened_nor_commented_on(
    scene, now_open, settled
) -> None:
    consult(scene, now_open)
    ReportingRound.objects.filter(pk=now_open.pk).update(**settled)
    with pytest.raises(Refused, match="not open for comments now"):
        say(scene, now_open)
    with pytest.raises(ValidationError) as error:
        consult(scene, now_open, until=UNTIL + timedelta(days=1))
    assert set(error.value.error_dict) == {"until"}


def test_a_day_that_is_over_is_told_at_its_field(scene, now_open) -> None:
    with pytest.raises(ValidationError) as error:
        consult(scene, now_open, until=TODAY - timedelta(days=1))
    assert set(error.value.error_dict) == {"until"}


@pytest.mark.parametrize(
    ("days", "is_open"), [(8, True), (9, True), (10, False)], ids=["before", "on", "after"]
)
def test_comments_end_with_the_last_day(scene, now_open, days, is_open) -> None:
    row = consult(scene, now_open)
    moment = NOW + timedelta(days=days)
    assert row.is_open(on=moment.date()) == is_open
    if is_open:
        assert say(scene, now_open, now=moment).pk
    else:
        with pytest.raises(Refused):
            say(scene, now_open, now=moment)


def test_comments_end_with_the_validation(scene, now_open) -> None:
    consult(scene, now_open, validated_on=TODAY)
    with pytest.raises(Refused, match="not open for comments now"):
        say(scene, now_open)


def test_freezing_ends_comments_in_words_and_tells_those_who_were_told_a_day(
    scene, now_open, time_machine, secretariat
) -> None:
    time_machine.move_to(NOW)
    consult(scene, now_open)
    told = letters(user=scene.people["observer"]).get()
    assert sending.send(told.pk, now=NOW) == sending.Outcome.SENT
    closed = {"state": "closed", "closed_at": NOW}
    type(now_open).objects.filter(pk=now_open.pk).update(**closed)
    page = secretariat.get(f"/en/secretariat/reports/{now_open.pk}/freeze/")
    assert "Members can comment on the draft until 29 January 2026." in words_of(page)
    outside = readiness.outside(now_open)
    edition = editions.freeze(now_open, by=scene.people["secretariat"], outside=outside, now=NOW)
    ended = letters(facts__ended=True).get()
    assert ended.user == scene.people["observer"]
    assert letters(state="waiting").get() == ended
    mail = emails.compose(ended.kind, ended.facts, "en", on=TODAY)
    assert mail is not None
    assert "before the day that you were told (29 January 2026)" in " ".join(mail.text.split())
    page = browser_of(scene, "observer").get("/en/desk/rounds/small/2025/draft/")
    assert "The secretariat has frozen it, to publish it." in words_of(page)
    editions.discard(edition, by=scene.people["secretariat"], now=NOW)
    assert not letters(state="waiting").exists()


# --- Pages ------------------------------------------------------------------------------


def test_the_page_of_a_draft_leads_to_the_report_once_it_is_published(scene, now_open) -> None:
    browser, path = browser_of(scene, "observer"), "/en/desk/rounds/small/2025/draft/"
    assert "For members of the working group; not published." in words_of(browser.get(path))
    closed = {"state": "closed", "closed_at": NOW, "published": 1}
    type(now_open).objects.filter(pk=now_open.pk).update(**closed)
    page = browser.get(path)
    assert "not published" not in words_of(page)
    assert 'href="/en/plans/small/reports/2025/"' in page.content.decode()


def test_desk_and_page_of_the_round_lead_to_an_open_draft_and_say_its_last_day(
    scene, now_open, time_machine
) -> None:
    time_machine.move_to(NOW)
    client = browser_of(scene, "observer")
    pages = ("/en/desk/", "/en/desk/rounds/small/2025/")
    link = "/en/desk/rounds/small/2025/draft/"
    assert all(link not in words_of(client.get(page)) for page in pages)
    consult(scene, now_open)
    for page in pages:
        html = words_of(client.get(page))
        assert "can be read and commented on until 29 January 2026." in html
        assert f'href="{link}"' in html
    consult(scene, now_open, validated_on=TODAY)
    assert all(link not in words_of(client.get(page)) for page in pages)
    html = words_of(client.get(link))
    assert "The draft is not open for comments now." in html
    assert "<textarea" not in html


def test_members_see_on_their_pages_whom_they_ask_and_nobody_else_does(
    scene, now_open, settings
) -> None:
    settings.CURRENT_PLAN = scene.plan.slug
    contact = scene.plan.contact or Contact.objects.create(plan=scene.plan, email="x@example.org")
    member = browser_of(scene, "observer")
    paths = (
        "/en/desk/rounds/small/2025/draft/",
        "/en/desk/rounds/small/2025/",
        "/en/desk/profile/",
    )
    for path in (*paths, "/en/nowhere/"):
        page = words_of(member.get(path))
        assert "Questions? Ask the secretariat:" in page
        assert contact.email in page
    assert contact.email not in words_of(Client().get("/en/nowhere/"))


# --- Answers ----------------------------------------------------------------------------


def test_the_author_sees_that_a_comment_was_answered_and_settled(
    scene, now_open, secretariat, time_machine
) -> None:
    time_machine.move_to(NOW)
    consult(scene, now_open)
    row = say(scene, now_open)
    path = f"/en/secretariat/comments/{row.pk}/"
    editing = f"/en/secretariat/reports/{now_open.pk}/"
    assert f'href="{path}"' in words_of(secretariat.get(editing))
    sent = {"text": "Added on page 4.", "is_settled": "on", "version": "0"}
    response = secretariat.post(path, sent)
    assert (response.status_code, response["Location"]) == (302, editing)
    html = words_of(browser_of(scene, "observer").get("/en/desk/rounds/small/2025/draft/"))
    assert "Added on page 4." in html
    assert "<strong>settled</strong>" in html
    assert path not in html
    assert DraftComment.history.filter(id=row.pk).count() == 2


def test_the_second_who_answers_sees_the_first_answer_and_loses_nothing(
    scene, now_open, secretariat
) -> None:
    consult(scene, now_open)
    row = say(scene, now_open)
    texts.answer(row, text="First.", is_settled=False, version=0, by=scene.people["chair"], now=NOW)
    path = f"/en/secretariat/comments/{row.pk}/"
    response = secretariat.post(path, {"text": "Second.", "version": "0"})
    html = words_of(response)
    assert response.status_code == 409
    assert "First." in html
    assert "Second.</textarea>" in html
    assert 'name="version" value="1"' in html
    row.refresh_from_db()
    assert row.answer == "First."


def test_only_the_secretariat_answers_and_the_same_answer_twice_is_one(scene, now_open) -> None:
    consult(scene, now_open)
    row = say(scene, now_open)
    given: dict[str, Any] = {"text": "Yes.", "is_settled": True, "now": NOW}
    for name in ("observer", "writer", "reviewer"):
        with pytest.raises(PermissionDenied):
            texts.answer(row, version=0, by=scene.people[name], **given)
    by = scene.people["secretariat"]
    assert texts.answer(row, version=0, by=by, **given).version == 1
    assert texts.answer(row, version=0, by=by, **given).version == 1
    with pytest.raises(Conflict):
        texts.answer(row, version=0, by=by, **given | {"text": "No."})


@pytest.mark.parametrize("bad", [{"text": "x" * 20_000}, {"version": "-1"}])
def test_an_answer_that_cannot_be_kept_is_told_and_stays_in_the_form(
    scene, now_open, secretariat, bad
) -> None:
    consult(scene, now_open)
    row = say(scene, now_open)
    sent = {"text": "Yes.", "version": "0"} | bad
    response = secretariat.post(f"/en/secretariat/comments/{row.pk}/", sent)
    assert response.status_code == 200
    assert "error-summary" in response.content.decode()
    row.refresh_from_db()
    assert row.answer == ""


def test_an_unknown_comment_is_not_found(secretariat) -> None:
    for key in (999_999, 10**20):
        assert secretariat.get(f"/en/secretariat/comments/{key}/").status_code == 404
