"""The outbox: who is told what, when, in which words; sent once, or again, never twice."""

import os
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions import emails, permissions
from actions.enums import LetterKind, LetterState
from actions.models import (
    Actor,
    BodyChange,
    Circular,
    Contact,
    Entry,
    Invitation,
    Letter,
    Membership,
    ReportingRound,
    Responsibility,
    User,
)
from actions.outbox import events, letters, reminders, sending
from actions.refusals import Refused
from actions.services import bodies, entries, rounds
from actions.services.takeover import TakeOver
from tests import databases
from tests.conftest import add_second_factor
from tests.follow_up import NOW, Scene, at

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
LANGUAGES = ("nl", "fr", "de", "en")
TODAY = NOW.date()


class Backend(BaseEmailBackend):
    """A mail server that does as it is told."""

    fault: ClassVar[Exception | None] = None
    at_opening: ClassVar[bool] = False
    opened: ClassVar[int] = 0

    def open(self) -> bool:
        """Count, and fail where that is wanted."""
        type(self).opened += 1
        if self.fault is not None and self.at_opening:
            raise self.fault
        return True

    def send_messages(self, messages: Any) -> int:
        """Fail where that is wanted, else take the letters as Django's own for tests does."""
        if self.fault is not None and not self.at_opening:
            raise self.fault
        for message in messages:
            message.message()  # headers are looked at here
            mail.outbox.append(message)
        return len(messages)


@pytest.fixture
def server(settings: Any, monkeypatch: Any) -> type[Backend]:
    """A mail server whose faults a test chooses."""
    settings.EMAIL_BACKEND = "tests.test_letters.Backend"
    monkeypatch.setattr(Backend, "fault", None)
    monkeypatch.setattr(Backend, "at_opening", False)
    return Backend


def written(kind: LetterKind) -> list[Letter]:
    return list(Letter.objects.filter(kind=kind).order_by("address"))


def addressed(kind: LetterKind) -> list[str]:
    return [letter.address.split("@")[0] for letter in written(kind)]


def sent_to() -> list[str]:
    return sorted(message.to[0].split("@")[0] for message in mail.outbox)


def deliver_all(now: datetime = NOW) -> list[str]:
    return [str(outcome) for outcome in sending.send_due(now=now)]


def invite(scene: Scene, **fields: Any) -> tuple[Invitation, Letter]:
    found = Invitation.objects.create(
        **{
            "email": "new@example.org",
            "actor": scene.actors["ministry"],
            "role": "contributor",
            "digest": "d" * 64,
            "invited_by": scene.people["head"],
            "invited_at": NOW,
            "expires_at": NOW + timedelta(days=14),
        }
        | fields
    )
    letter = letters.put(
        LetterKind.INVITATION,
        key=f"invitation:{found.pk}",
        to=found.email,
        language="fr",
        facts={"invitation": found.pk, "secret": "very-secret"},
        now=NOW,
    )
    return found, letter


def code(person: User, digits: str = "314159") -> Letter:
    return letters.put(
        LetterKind.SIGN_IN, key=f"sign-in:{digits}", to=person, facts={"code": digits}, now=NOW
    )


# --- Words ----------------------------------------------------------------------


def one_of_each(scene: Scene) -> dict[LetterKind, dict[str, Any]]:
    """Return facts for a letter of each kind."""
    running = scene.round()
    scene.submit(scene.entry(running, "1"))
    returned = scene.send_back(scene.entry(running, "1"))
    scene.submit(scene.entry(running, "9"))
    accepted = scene.accept(scene.entry(running, "9"))
    invitation, _letter = invite(scene)
    return {
        LetterKind.INVITATION: {"invitation": invitation.pk, "secret": "very-secret"},
        LetterKind.SIGN_IN: {"code": "314159"},
        LetterKind.ROUND_OPENED: {
            "round": running.pk,
            "entries": [scene.entry(running, "4").pk, scene.entry(running, "3").pk],
        },
        LetterKind.RETURNED: {"event": returned.events.get(kind="returned").pk},
        LetterKind.ACCEPTED: {"entries": [accepted.pk]},
        **after_the_close(scene),
        LetterKind.MORE_TIME: more_time(scene, running),
        LetterKind.DAYS_CHANGED: {
            "round": running.pk,
            "entries": [scene.entry(running, "3").pk],
        },
        LetterKind.DRAFT_OPENED: {
            "round": running.pk,
            "until": TODAY.isoformat(),
            "changed": True,
        },
        LetterKind.BY_HAND: {"circular": circular(scene, running).pk},
        LetterKind.MOVED: {"change": taken_over(scene).pk},
        LetterKind.REMINDER: {
            "person": scene.people["secretariat"].pk,
            "entries": [scene.entry(running, "4").pk],
            "orphans": [scene.entry(running, "5").pk],
        },
    }


def taken_over(scene: Scene) -> BodyChange:
    """Let the agency take over from the foreign service, after all rounds."""
    by = scene.people["secretariat"]
    given = TakeOver(scene.actors["foreign"], date(2027, 1, 1), (scene.actors["agency"],))
    return bodies.take_over(given, source=bodies.source_of(by=by), by=by, now=NOW)


def circular(scene: Scene, running: ReportingRound) -> Circular:
    """Return what the secretariat wrote by hand, in every language."""
    texts = {
        f"{name}_{code}": f"Said in {code}." for name in ("subject", "text") for code in LANGUAGES
    }
    return Circular.objects.create(round=running, by=scene.people["secretariat"], at=NOW, **texts)


def after_the_close(scene: Scene) -> dict[LetterKind, dict[str, Any]]:
    """Return facts for letters on a further edition, and on the end of writing by a frozen one."""
    given = scene.round(2024)
    same = ReportingRound.objects.filter(pk=given.pk)
    same.update(state="closed", closed_at=NOW, published=1)
    entry = scene.entry(given, "1")
    Entry.objects.filter(pk=entry.pk).update(let_in=1, write_until=TODAY)
    frozen = scene.round(2023)
    ReportingRound.objects.filter(pk=frozen.pk).update(frozen_at=NOW)
    return {
        LetterKind.LET_IN: {"round": given.pk, "entries": [entry.pk]},
        LetterKind.WRITING_ENDED: {"entries": [scene.entry(frozen, "1").pk]},
        LetterKind.PUBLISHED: {"round": given.pk, "number": 1},
    }


def more_time(scene: Scene, running: ReportingRound) -> dict[str, Any]:
    """Return facts for a letter on an extension."""
    entry = scene.entry(running, "3")
    given = rounds.extend(
        running, actor=entry.responsibility.actor, until=running.closes_on + timedelta(days=9),
        reason="Illness.", by=scene.people["secretariat"], now=NOW,
    )  # fmt: skip
    return {"round": running.pk, "actor": given.actor_id, "entries": [entry.pk]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_letter_has_text_and_html_and_links_in_its_language(scene, language, settings) -> None:
    settings.SITE_URL = "https://nap.example.org"
    expected = {
        LetterKind.INVITATION: "/invitation/very-secret/",
        LetterKind.SIGN_IN: "",
        LetterKind.ROUND_OPENED: "/desk/",
        LetterKind.RETURNED: "/desk/entries/",
        LetterKind.ACCEPTED: "/desk/",
        LetterKind.LET_IN: "/desk/",
        LetterKind.WRITING_ENDED: "/desk/",
        LetterKind.MORE_TIME: "/desk/",
        LetterKind.DAYS_CHANGED: "/desk/",
        LetterKind.PUBLISHED: "/plans/small/reports/2024/",
        LetterKind.DRAFT_OPENED: "/desk/rounds/small/2025/draft/",
        LetterKind.REMINDER: "/secretariat/members/",
        LetterKind.BY_HAND: "/desk/",
        LetterKind.MOVED: "/desk/",
    }
    for kind, facts in one_of_each(scene).items():
        found = emails.compose(kind, facts, language, on=TODAY)
        assert found is not None
        assert found.subject
        assert f'<html lang="{language}">' in found.html
        assert "{{" not in found.text + found.html
        assert "\n\n\n" not in found.text
        link = f"https://nap.example.org/{language}{expected[kind]}"
        if expected[kind]:
            assert link in found.text, kind
            assert f'href="{link}' in found.html, kind
        assert "https://nap.example.org" in found.text


def test_a_letter_on_an_opened_round_lists_what_is_still_to_write_in_the_plans_order(scene) -> None:
    running = scene.round()
    keys = [scene.entry(running, label).pk for label in ("9", "1", "4")]
    scene.submit(scene.entry(running, "4"))
    found = emails.compose(
        LetterKind.ROUND_OPENED, {"round": running.pk, "entries": keys}, "en", on=TODAY
    )
    assert found is not None
    assert found.subject == "Follow-up 2025: 2 entries to write by 15 February 2026"
    lines = [line for line in found.text.splitlines() if line.startswith("- ")]
    assert lines == ["- 1. Action 1 (Ministry)", "- 9. Action 9 (Ministry)"]


@pytest.mark.parametrize("is_sample", [True, False])
def test_letters_on_a_sample_round_say_so(scene, is_sample) -> None:
    for kind, facts in one_of_each(scene).items():
        ReportingRound.objects.update(is_sample=is_sample)
        found = emails.compose(kind, facts, "en", on=TODAY)
        assert found is not None
        of_no_round = {LetterKind.INVITATION, LetterKind.SIGN_IN, LetterKind.MOVED}
        speaks_of_round = kind not in of_no_round
        for text in (found.text, found.html):
            marked = "Sample data: no real entries." in text
            assert marked == (is_sample and speaks_of_round), kind


def test_a_long_list_is_cut_and_says_how_many_more_there_are(scene, monkeypatch) -> None:
    monkeypatch.setattr(emails, "MOST_LISTED", 2)
    running = scene.round()
    keys = list(running.entries.values_list("pk", flat=True))
    found = emails.compose(
        LetterKind.ROUND_OPENED, {"round": running.pk, "entries": keys}, "en", on=TODAY
    )
    assert found is not None
    assert len([line for line in found.text.splitlines() if line.startswith("- ")]) == 2
    assert f"and {len(keys) - 2} more" in found.text
    assert f"<li>and {len(keys) - 2} more</li>" in found.html


def test_a_returned_entry_comes_with_the_comment_and_those_per_field(scene) -> None:
    running = scene.round()
    entry = scene.submit(scene.entry(running))
    entries.send_back(
        entry,
        by=scene.people["second"],
        version=1,
        comment="Almost.\nThank you.",
        comments={"results": "Give a figure.", "done": "By <b>whom</b> & when?"},
        now=NOW,
    )
    (letter,) = written(LetterKind.RETURNED)
    found = emails.compose(LetterKind.RETURNED, letter.facts, "en", on=TODAY)
    assert found is not None
    assert found.subject == "Follow-up 2025, action 1: your entry was returned"
    assert "Almost.\nThank you.\n" in found.text
    assert "Results\nGive a figure.\n" in found.text
    assert "What was done\nBy <b>whom</b> & when?\n" in found.text
    assert "By &lt;b&gt;whom&lt;/b&gt; &amp; when?" in found.html
    assert "<b>" not in found.html


def test_names_cannot_break_out_of_a_header_or_into_the_html(scene) -> None:
    scene.people["head"].name = 'Eve\r\nBcc: all@example.org <script>alert("x")</script>'
    scene.people["head"].save()
    _invitation, letter = invite(scene)
    found = emails.compose(LetterKind.INVITATION, letter.facts, "en", on=TODAY)
    assert found is not None
    assert "<script>" not in found.html
    assert '<script>alert("x")</script>' in found.text
    sending.send(letter.pk, now=NOW)
    (message,) = mail.outbox
    assert message.recipients() == ["new@example.org"]
    assert "Bcc" not in dict(message.message().items())


def test_a_subject_is_always_one_line() -> None:
    found = emails.compose(
        LetterKind.SIGN_IN,
        {"subject": "One\r\nBcc: two@x.org\x00\u2028three", "text": "x"},
        "en",
        on=TODAY,
    )
    assert found is not None
    assert found.subject == "One Bcc: two@x.org three"


def test_an_address_with_a_line_break_is_never_handed_to_a_server(scene, server) -> None:
    letter = code(scene.people["writer"])
    Letter.objects.filter(pk=letter.pk).update(address="a@example.org\nBcc: b@example.org")
    assert sending.send(letter.pk, now=NOW) == sending.Outcome.LATER
    assert mail.outbox == []
    letter.refresh_from_db()
    assert "@" not in letter.problem


def test_letters_say_who_writes_and_that_one_need_not_answer(scene, settings) -> None:
    found = emails.compose(LetterKind.SIGN_IN, {"code": "1"}, "en", on=TODAY)
    assert found is not None
    assert "The secretariat of the Social Responsibility working group" in found.text
    assert "You need not answer: nobody reads" in found.text
    assert found.reply_to == ""


def test_a_letter_about_a_plan_names_whom_to_ask_and_leads_answers_there(scene, server) -> None:
    Contact.objects.create(
        plan=scene.plan, name="The secretariat", email="ask@example.org", phone="02 555 00 00"
    )
    opened(scene)
    assert sending.send(Letter.objects.get().pk, now=NOW) == sending.Outcome.SENT
    (message,) = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    assert message.reply_to == ["ask@example.org"]
    assert message.extra_headers["X-Auto-Response-Suppress"] == "All"
    for body in (message.body, str(message.alternatives[0][0])):
        assert "ask@example.org" in body
        assert "The secretariat, " in body
        assert "02 555 00 00" in body
        assert "Een antwoord op dit bericht komt bij het secretariaat terecht." in body
        assert "nobody reads" not in body


def test_without_a_contact_of_its_own_a_plan_has_that_of_the_site(scene, settings) -> None:
    settings.CONTACT_EMAIL = "questions@example.org"
    opened(scene)
    letter = Letter.objects.get()
    found = emails.compose(LetterKind(letter.kind), letter.facts, "en", on=TODAY)
    assert found is not None
    assert found.reply_to == "questions@example.org"
    assert "Questions: questions@example.org" in found.text


def opened(scene) -> None:
    """Leave one letter about a round that was opened."""
    scene.round()
    Letter.objects.exclude(user=scene.people["writer"]).delete()


# --- Who is told ------------------------------------------------------------------


def test_opening_a_round_writes_to_each_writer_once_and_to_nobody_else(scene) -> None:
    scene.people["colleague"].is_active = False
    scene.people["colleague"].save()
    running = scene.round()
    # The institute only observes; "nobody" has no role; the colleague left.
    assert addressed(LetterKind.ROUND_OPENED) == ["below", "guard", "guarded", "head", "outsider",
                                                  "writer"]  # fmt: skip
    by_name = {letter.address.split("@")[0]: letter for letter in written(LetterKind.ROUND_OPENED)}
    labels = {
        name: set(
            Entry.objects.filter(pk__in=letter.facts["entries"]).values_list(
                "responsibility__action__label", flat=True
            )
        )
        for name, letter in by_name.items()
    }
    # Its own, the agency that reports through it, the one it took over; not the service below
    # it, which has its own people.
    assert labels["writer"] == labels["head"] == {"1", "3", "4", "9"}
    assert labels["below"] == {"2"}
    assert {letter.state for letter in by_name.values()} == {LetterState.WAITING}
    assert by_name["writer"].key == f"round_opened:{running.pk}:{scene.people['writer'].pk}"


def test_the_letter_of_an_opened_round_names_what_reminders_name(scene) -> None:
    Membership.objects.filter(user=scene.people["below"]).update(ended_at=NOW)
    running = scene.round()
    told = {letter.user_id: letter.facts["entries"] for letter in written(LetterKind.ROUND_OPENED)}
    digests = reminders.digests(since=timezone.localdate(NOW), on=running.deadline)
    assert told == {one.person.pk: sorted(one.entries) for one in digests if one.entries}
    assert scene.entry(running, "2").pk in told[scene.people["head"].pk]
    assert scene.entry(running, "2").pk not in told[scene.people["writer"].pk]


def test_who_is_told_agrees_with_who_may_write(scene) -> None:
    found = permissions.writers(on=date(2026, 1, 20))
    for person in User.objects.all():
        rights = permissions.read_rights(person, on=date(2026, 1, 20))
        assert found.get(person.pk, frozenset()) == rights.writes_for


def test_finished_work_that_carries_over_is_nobodys_to_write(scene) -> None:
    earlier = scene.round(2024)
    scene.submit(scene.entry(earlier, "2"), by="below", status="done")
    scene.accept(scene.entry(earlier, "2"))
    Letter.objects.all().delete()
    scene.round(2025)
    assert "below" not in addressed(LetterKind.ROUND_OPENED)


def test_opening_costs_the_same_queries_for_few_and_for_many(scene) -> None:
    def queries(running) -> int:
        Letter.objects.all().delete()
        with CaptureQueriesContext(connection) as found:
            events.round_opened(running, now=NOW)
        return len(found)

    few = queries(scene.round(2024))
    source = scene.source
    for number in range(30):
        actor = Actor.objects.create(slug=f"more-{number}", level="federal", source=source)
        for action in scene.plan.actions.all():
            Responsibility.objects.create(
                action=action, actor=actor, role="responsible", source=source
            )
        user = User.objects.create_user(f"more-{number}@small.example.org")
        Membership.objects.create(user=user, actor=actor, role="contributor", started_at=NOW)
    assert queries(scene.round(2025)) == few
    assert Letter.objects.count() == 37


def extend(scene: Scene, running: ReportingRound, *, days: int, reason: str = "Illness.") -> date:
    """Let the ministry write for some days after the close; return until when."""
    until = running.closes_on + timedelta(days=days)
    rounds.extend(
        running, actor=scene.actors["ministry"], until=until, reason=reason,
        by=scene.people["secretariat"], now=NOW,
    )  # fmt: skip
    return until


def test_more_time_is_told_to_who_writes_for_the_body_and_to_nobody_else(scene) -> None:
    running = scene.round()
    until = extend(scene, running, days=9)
    told = {letter.user for letter in written(LetterKind.MORE_TIME)}
    ministry = {scene.actors["ministry"].pk}
    able = permissions.writers(on=TODAY)
    assert told == {user for user in User.objects.all() if able.get(user.pk, set()) & ministry}
    letter = written(LetterKind.MORE_TIME)[0]
    found = emails.compose(LetterKind.MORE_TIME, letter.facts, "en", on=TODAY)
    assert found is not None
    assert found.subject == f"Follow-up 2025: Ministry may write until {until:%-d %B %Y}"
    assert "Illness" not in found.text


def test_of_two_extensions_only_the_last_is_told_and_another_reason_is_none(scene) -> None:
    running = scene.round()
    extend(scene, running, days=9)
    extend(scene, running, days=20)
    extend(scene, running, days=20, reason="Another reason.")
    states = Letter.objects.filter(kind=LetterKind.MORE_TIME).values_list("state", flat=True)
    people = len({letter.user_id for letter in written(LetterKind.MORE_TIME)})
    assert sorted(states) == ["dropped"] * people + ["waiting"] * people


def test_an_extension_is_not_told_to_who_has_submitted_everything(scene) -> None:
    running = scene.round()
    for entry in running.entries.all():
        scene.submit(entry, by="secretariat")
    extend(scene, running, days=9)
    assert written(LetterKind.MORE_TIME) == []


def move(scene: Scene, running: ReportingRound, **days: date) -> None:
    for name, day in days.items():
        setattr(running, name, day)
    rounds.save(running, by=scene.people["secretariat"], now=NOW)


def test_other_days_of_an_open_round_are_told_to_who_still_writes(scene) -> None:
    running = scene.round()
    opened = addressed(LetterKind.ROUND_OPENED)
    move(scene, running, deadline=running.deadline + timedelta(days=5))
    assert addressed(LetterKind.DAYS_CHANGED) == opened
    letter = written(LetterKind.DAYS_CHANGED)[0]
    found = emails.compose(LetterKind.DAYS_CHANGED, letter.facts, "en", on=TODAY)
    assert found is not None
    assert found.subject == "Follow-up 2025: the days have changed; submit by 20 February 2026"


def test_what_is_told_of_days_names_what_was_asked_for_when_the_round_opened(scene) -> None:
    running = scene.round()
    move(scene, running, closes_on=running.closes_on + timedelta(days=5))

    def asked(kind: LetterKind) -> dict[int | None, list[int]]:
        return {one.user_id: one.facts["entries"] for one in Letter.objects.filter(kind=kind)}

    assert asked(LetterKind.DAYS_CHANGED) == asked(LetterKind.ROUND_OPENED)


def test_days_of_reminders_and_of_a_planned_round_are_nobodys_news(scene) -> None:
    running = scene.round()
    move(scene, running)
    running.remind_before = [10]
    move(scene, running)
    planned = scene.round(2026, "planned")
    move(scene, planned, deadline=planned.deadline + timedelta(days=1))
    assert written(LetterKind.DAYS_CHANGED) == []


def test_a_published_report_is_told_to_every_member_once(scene) -> None:
    given = scene.round(state="closed")
    for _time in range(2):
        events.published(given, 1, now=NOW)
    told = {letter.user for letter in written(LetterKind.PUBLISHED)}
    seats = Membership.objects.current().values("user")
    assert told == set(User.objects.filter(pk__in=seats))
    facts = written(LetterKind.PUBLISHED)[0].facts
    assert emails.compose(LetterKind.PUBLISHED, facts, "nl", on=TODAY) is None, "taken back"
    ReportingRound.objects.update(published=1)
    assert emails.compose(LetterKind.PUBLISHED, facts, "nl", on=TODAY) is not None


def test_the_subject_names_a_further_edition(scene) -> None:
    given = scene.round(state="closed")
    subjects = []
    for number in (1, 2):
        ReportingRound.objects.update(published=number)
        facts = {"round": given.pk, "number": number}
        mail = emails.compose(LetterKind.PUBLISHED, facts, "en", on=TODAY)
        assert mail is not None
        subjects.append(mail.subject)
    assert subjects == [
        "The progress report 2025 is published",
        "Edition 2 of the progress report 2025 is published",
    ]


def test_a_decision_is_told_to_who_submitted(scene) -> None:
    running = scene.round()
    scene.submit(scene.entry(running))
    scene.send_back(scene.entry(running))
    assert addressed(LetterKind.RETURNED) == ["writer"]


@pytest.mark.parametrize("how", ["left", "deactivated", "erased", "secretariat"])
def test_without_the_one_who_submitted_all_who_write_for_the_actor_are_told(scene, how) -> None:
    running = scene.round()
    writer = scene.people["writer"]
    scene.submit(scene.entry(running), by="secretariat" if how == "secretariat" else "writer")
    if how == "left":
        Membership.objects.filter(user=writer).update(ended_at=NOW)
    if how == "deactivated":
        User.objects.filter(pk=writer.pk).update(is_active=False)
    if how == "erased":
        User.objects.filter(pk=writer.pk).update(erased_at=NOW)
    scene.send_back(scene.entry(running))
    everybody = ["colleague", "head", "writer"] if how == "secretariat" else ["colleague", "head"]
    assert addressed(LetterKind.RETURNED) == everybody


def test_who_decides_is_not_written_to(scene) -> None:
    running = scene.round()
    entry = scene.submit(scene.entry(running))
    event = entry.events.get()
    event.kind, event.by = "returned", scene.people["writer"]
    found = events.recipients(entry, but=scene.people["writer"].pk, on=date(2026, 1, 20))
    assert scene.people["writer"] not in found


def test_returning_twice_writes_two_letters_and_the_same_return_one(scene) -> None:
    running = scene.round()
    entry = scene.submit(scene.entry(running))
    for _again in range(2):
        entries.send_back(entry, by=scene.people["second"], version=1, comment="More.", now=NOW)
    assert Letter.objects.filter(kind="returned").count() == 1
    scene.submit(entry, done="Better.")
    scene.send_back(entry)
    assert Letter.objects.filter(kind="returned").count() == 2


# --- The digest -------------------------------------------------------------------


def test_what_is_accepted_on_a_day_is_told_in_one_letter_the_next_morning(scene) -> None:
    running = scene.round()
    for label, hour in (("1", 9), ("9", 17)):
        scene.submit(scene.entry(running, label))
        scene.accept(scene.entry(running, label), now=at("2026-01-20", hour))
    (digest,) = written(LetterKind.ACCEPTED)
    assert digest.due_at == at("2026-01-21", 6)
    assert digest.key == f"accepted:{scene.people['writer'].pk}:2026-01-20"
    assert deliver_all(at("2026-01-21", 5, 59)).count("sent") == len(
        Letter.objects.filter(kind="round_opened")
    )
    mail.outbox.clear()
    assert deliver_all(at("2026-01-21", 6)) == ["sent"]
    (message,) = mail.outbox
    assert message.body.count("\n- 2025: ") == 2


def test_the_next_morning_is_six_in_brussels_also_when_the_clocks_change(scene) -> None:
    running = scene.round(closes_on=date(2026, 4, 30))
    scene.submit(scene.entry(running))
    scene.accept(scene.entry(running), now=at("2026-03-28", 23))
    (digest,) = written(LetterKind.ACCEPTED)
    assert timezone.localtime(digest.due_at).isoformat() == "2026-03-29T06:00:00+02:00"


def test_what_is_accepted_after_the_digest_went_waits_for_the_next_days(scene) -> None:
    running = scene.round()
    scene.submit(scene.entry(running, "1"))
    scene.submit(scene.entry(running, "9"))
    scene.accept(scene.entry(running, "1"))
    Letter.objects.filter(kind="accepted").update(state="sent", sent_at=NOW)
    scene.accept(scene.entry(running, "9"))
    later = Letter.objects.get(kind="accepted", state="waiting")
    assert later.key.endswith(":2026-01-21")
    assert later.facts == {"entries": [scene.entry(running, "9").pk]}
    assert later.due_at == at("2026-01-22", 6)


def test_what_was_returned_before_the_digest_goes_drops_out_of_it(scene) -> None:
    running = scene.round()
    for label in ("1", "9"):
        scene.submit(scene.entry(running, label))
        scene.accept(scene.entry(running, label))
    scene.send_back(scene.entry(running, "1"), by="secretariat")
    (digest,) = written(LetterKind.ACCEPTED)
    assert digest.facts == {"entries": [scene.entry(running, "9").pk]}


def test_a_digest_with_nothing_left_is_not_sent(scene) -> None:
    running = scene.round()
    scene.submit(scene.entry(running))
    scene.accept(scene.entry(running))
    scene.send_back(scene.entry(running), by="secretariat")
    Letter.objects.exclude(kind="accepted").delete()
    assert deliver_all(at("2026-01-21", 6)) == ["dropped"]
    assert mail.outbox == []


def test_accepting_the_same_version_twice_tells_it_once(scene) -> None:
    running = scene.round()
    scene.submit(scene.entry(running))
    scene.accept(scene.entry(running))
    scene.accept(scene.entry(running))
    (digest,) = written(LetterKind.ACCEPTED)
    assert digest.facts == {"entries": [scene.entry(running).pk]}


# --- Sending ----------------------------------------------------------------------


def test_codes_and_invitations_wait_for_no_other_letter_and_none_goes_with_the_page(
    scene, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        code(scene.people["writer"])
        invite(scene)
        scene.round()
    assert mail.outbox == []
    assert list(sending.send_due(now=NOW, is_urgent=True)) == ["sent", "sent"]
    assert sent_to() == ["new", "writer"]
    waiting = Letter.objects.filter(state=LetterState.WAITING)
    others = list(sending.send_due(now=NOW + timedelta(days=1), is_urgent=False))
    assert (len(others) > 0, waiting.count()) == (True, 0)


def test_nothing_goes_when_the_transaction_fails(scene) -> None:
    def fail() -> None:
        with transaction.atomic():
            code(scene.people["writer"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Letter.objects.exists()


def test_a_mail_server_that_says_nothing_is_waited_for_some_seconds_only(scene, settings) -> None:
    assert 0 < settings.EMAIL_TIMEOUT <= 30
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 0.3
        letter = code(scene.people["writer"])
        start = time.monotonic()
        assert sending.send(letter.pk, now=NOW) == sending.Outcome.LATER
        assert time.monotonic() - start < 3


def test_a_letter_goes_out_as_text_and_html_marked_as_automatic(scene) -> None:
    sending.send(code(scene.people["writer"]).pk, now=NOW)
    (message,) = mail.outbox
    assert message.to == ["writer@small.example.org"]
    assert message.extra_headers == {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    assert isinstance(message, mail.EmailMultiAlternatives)
    assert [kind for _html, kind in message.alternatives] == ["text/html"]
    assert "314159" in message.body
    assert "314159" not in message.subject


def test_the_same_key_is_written_once(scene) -> None:
    first, second = code(scene.people["writer"]), code(scene.people["writer"])
    assert first.pk == second.pk


def test_a_letter_is_sent_once_however_often_it_is_delivered(scene) -> None:
    letter = code(scene.people["writer"])
    assert sending.send(letter.pk, now=NOW) == sending.Outcome.SENT
    assert sending.send(letter.pk, now=NOW) is None
    assert deliver_all() == []
    assert len(mail.outbox) == 1


def test_a_letter_that_somebody_took_up_is_nobody_elses(scene) -> None:
    letter = code(scene.people["writer"])
    assert sending.claim(letter.pk, now=NOW) is not None
    assert sending.claim(letter.pk, now=NOW) is None
    assert deliver_all(NOW + timedelta(days=3)) == []
    assert mail.outbox == []


def test_a_letter_that_is_not_due_waits(scene) -> None:
    letter = code(scene.people["writer"])
    Letter.objects.filter(pk=letter.pk).update(due_at=NOW + timedelta(seconds=1))
    assert sending.send(letter.pk, now=NOW) is None
    assert sending.send(letter.pk, now=NOW + timedelta(seconds=1)) == sending.Outcome.SENT


FAULTS = {
    "away": (ConnectionRefusedError("no"), True),
    "slow to answer": (TimeoutError("slow"), True),
    "refuses the person": (smtplib.SMTPRecipientsRefused({"writer@small.example.org": (550, b"")}),
                           False),
    "refuses the letter": (smtplib.SMTPDataError(451, b"later, writer@small.example.org"), False),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_letter_that_was_not_taken_waits_longer_each_time_and_is_given_up(
    scene, server, name
) -> None:
    server.fault, server.at_opening = FAULTS[name]
    running = scene.round()
    letter = Letter.objects.get(kind="round_opened", user=scene.people["writer"])
    now, pauses = NOW, []
    for attempt in range(1, 8):
        assert sending.send(letter.pk, now=now) == sending.Outcome.LATER
        letter.refresh_from_db()
        assert (letter.state, letter.attempts) == (LetterState.WAITING, attempt)
        assert type(server.fault).__name__ in letter.problem
        assert "@" not in letter.problem
        pauses.append(letter.due_at - now)
        now = letter.due_at
    assert pauses == sorted(set(pauses))
    assert sending.send(letter.pk, now=now) == sending.Outcome.FAILED
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, mail.outbox) == (LetterState.FAILED, 8, [])
    assert letter.facts["round"] == running.pk


def test_a_letter_whose_facts_are_broken_is_given_up_and_stops_no_other(scene) -> None:
    scene.round()
    broken = Letter.objects.get(kind="round_opened", user=scene.people["writer"])
    Letter.objects.filter(pk=broken.pk).update(facts={})
    assert sorted(deliver_all()) == ["later", *["sent"] * 6]
    broken.refresh_from_db()
    assert "KeyError" in broken.problem


def test_after_a_failure_the_next_attempt_succeeds(scene, server) -> None:
    server.fault, server.at_opening = FAULTS["away"]
    letter = code(scene.people["writer"])
    sending.send(letter.pk, now=NOW)
    server.fault = None
    assert deliver_all() == []
    assert deliver_all(NOW + timedelta(minutes=1)) == ["sent"]
    letter.refresh_from_db()
    assert (letter.state, letter.problem, letter.attempts) == (LetterState.SENT, "", 2)


@pytest.mark.parametrize("fault", [TimeoutError("slow"), smtplib.SMTPServerDisconnected("gone")])
def test_a_letter_that_may_have_arrived_is_never_sent_again_by_itself(scene, server, fault) -> None:
    scene.round()
    server.fault = fault
    letter = Letter.objects.get(kind="round_opened", user=scene.people["writer"])
    assert sending.send(letter.pk, now=NOW) == sending.Outcome.UNCLEAR
    server.fault = None
    Letter.objects.exclude(pk=letter.pk).delete()
    assert deliver_all(NOW + timedelta(days=30)) == []
    letter.refresh_from_db()
    assert letter.state == LetterState.SENDING
    assert type(fault).__name__ in letter.problem
    assert sending.is_unclear(letter, now=NOW)


def test_a_code_that_is_too_old_is_not_sent(scene, server) -> None:
    server.fault, server.at_opening = FAULTS["away"]
    letter = code(scene.people["writer"])
    sending.send(letter.pk, now=NOW)
    server.fault = None
    assert deliver_all(NOW + timedelta(minutes=16)) == ["dropped"]
    letter.refresh_from_db()
    assert letter.facts == {}


@pytest.mark.parametrize("how", ["deactivated", "left", "erased"])
def test_a_waiting_letter_to_somebody_who_left_is_not_sent(scene, how) -> None:
    scene.round()
    writer = scene.people["writer"]
    letter = Letter.objects.get(kind="round_opened", user=writer)
    if how == "deactivated":
        User.objects.filter(pk=writer.pk).update(is_active=False)
    if how == "left":
        Membership.objects.filter(user=writer).update(ended_at=NOW)
    if how == "erased":
        Letter.objects.filter(pk=letter.pk).update(address="")
    assert sending.send(letter.pk, now=NOW) == sending.Outcome.DROPPED
    assert mail.outbox == []


def test_who_no_longer_writes_for_an_actor_reads_no_comments_on_its_entries(scene) -> None:
    running = scene.round()
    scene.submit(scene.entry(running))
    scene.send_back(scene.entry(running))
    writer = scene.people["writer"]
    Membership.objects.filter(user=writer).update(actor=scene.actors["foreign"])
    (letter,) = written(LetterKind.RETURNED)
    assert sending.send(letter.pk, now=NOW) == sending.Outcome.DROPPED


def test_an_invitation_that_was_withdrawn_or_ran_out_is_not_sent(scene) -> None:
    _found, letter = invite(scene)
    assert sending.send(letter.pk, now=NOW + timedelta(days=15)) == sending.Outcome.DROPPED
    other, second = invite(scene, email="other@example.org", digest="e" * 64)
    Invitation.objects.filter(pk=other.pk).update(withdrawn_at=NOW)
    assert sending.send(second.pk, now=NOW) == sending.Outcome.DROPPED
    assert mail.outbox == []


def test_secrets_are_forgotten_once_sent_and_never_kept_as_text(scene) -> None:
    sent = code(scene.people["writer"])
    found, invitation = invite(scene)
    for letter in (sent, invitation):
        sending.send(letter.pk, now=NOW)
        letter.refresh_from_db()
        assert (letter.state, letter.subject, letter.text) == (LetterState.SENT, "", "")
    assert sent.facts == {}
    assert invitation.facts == {"invitation": found.pk}
    assert "very-secret" in mail.outbox[1].body


def test_secrets_are_forgotten_when_a_letter_is_given_up(scene, server) -> None:
    server.fault, server.at_opening = FAULTS["away"]
    _found, letter = invite(scene)
    Letter.objects.filter(pk=letter.pk).update(attempts=7)
    assert sending.send(letter.pk, now=NOW) == sending.Outcome.FAILED
    letter.refresh_from_db()
    assert "secret" not in letter.facts


def test_secrets_of_letters_that_nobody_heard_of_again_are_forgotten_after_a_day(scene) -> None:
    _found, letter = invite(scene)
    sending.claim(letter.pk, now=NOW)
    deliver_all(NOW + timedelta(hours=23))
    letter.refresh_from_db()
    assert letter.facts["secret"] == "very-secret"
    assert deliver_all(NOW + timedelta(hours=25)) == []
    letter.refresh_from_db()
    assert (letter.state, "secret" in letter.facts) == (LetterState.FAILED, False)


def test_letters_without_secrets_keep_what_they_said(scene) -> None:
    scene.round()
    letter = Letter.objects.get(kind="round_opened", user=scene.people["writer"])
    sending.send(letter.pk, now=NOW)
    letter.refresh_from_db()
    assert letter.subject == mail.outbox[0].subject
    assert letter.text == mail.outbox[0].body
    assert letter.sent_at == NOW


# --- Sending again ----------------------------------------------------------------


def test_the_secretariat_orders_a_letter_again_and_nobody_else_does(scene, server) -> None:
    scene.round()
    letter = Letter.objects.get(kind="round_opened", user=scene.people["writer"])
    server.fault = TimeoutError("slow")
    sending.send(letter.pk, now=NOW)
    server.fault = None
    for name in ("writer", "head", "reviewer", "observer", "nobody"):
        with pytest.raises(PermissionDenied):
            sending.send_again(letter, by=scene.people[name], now=NOW)
    sending.send_again(letter, by=scene.people["secretariat"], now=NOW)
    assert sending.send(letter.pk, now=NOW) == sending.Outcome.SENT


@pytest.mark.parametrize("state", ["waiting", "sent", "dropped", "sending"])
def test_a_letter_that_is_on_its_way_or_done_is_not_sent_again(scene, state) -> None:
    scene.round()
    letter = Letter.objects.get(kind="round_opened", user=scene.people["writer"])
    Letter.objects.filter(pk=letter.pk).update(
        state=state, sent_at=NOW if state == "sent" else None, taken_at=NOW
    )
    with pytest.raises(Refused):
        sending.send_again(letter, by=scene.people["secretariat"], now=NOW)


def test_a_letter_whose_secret_was_forgotten_is_not_sent_again(scene) -> None:
    _found, letter = invite(scene)
    Letter.objects.filter(pk=letter.pk).update(state="failed", facts={"invitation": 1})
    letter.refresh_from_db()
    assert not sending.can_send_again(letter, now=NOW)


def test_unclear_says_the_same_of_one_letter_and_of_many(scene) -> None:
    cases = [
        ("sending", "", NOW - timedelta(minutes=11)),
        ("sending", "", NOW - timedelta(minutes=9)),
        ("sending", "TimeoutError", NOW),
        ("waiting", "TimeoutError", None),
        ("failed", "TimeoutError", NOW - timedelta(days=1)),
    ]
    for number, (state, problem, taken) in enumerate(cases):
        letter = code(scene.people["writer"], str(number))
        Letter.objects.filter(pk=letter.pk).update(state=state, problem=problem, taken_at=taken)
    one_by_one = {row.pk for row in Letter.objects.all() if sending.is_unclear(row, now=NOW)}
    assert one_by_one == {row.pk for row in Letter.objects.filter(sending.unclear(now=NOW))}
    assert len(one_by_one) == 2


# --- The command --------------------------------------------------------------------


def said(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("send_letters", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_sends_what_is_due_and_says_how_much(scene, time_machine) -> None:
    time_machine.move_to(NOW)
    scene.round()
    assert said() == "Letters: 7 sent.\n"
    assert said() == "Letters: none due.\n"
    assert len(mail.outbox) == 7


def test_a_dry_run_sends_nothing_and_names_nobody(scene) -> None:
    scene.round()
    out = said("--dry-run")
    assert out.endswith("7 due; nothing was sent.\n")
    assert out.count("round_opened") == 7
    assert "@" not in out
    assert mail.outbox == []
    assert not Letter.objects.exclude(state="waiting").exists()


def test_the_command_refuses_a_limit_that_makes_no_sense() -> None:
    with pytest.raises(CommandError, match="above 0"):
        said("--limit", "0")


def test_no_more_than_the_limit_is_sent_at_a_time(scene, time_machine) -> None:
    time_machine.move_to(NOW)
    scene.round()
    assert said("--limit", "3") == "Letters: 3 sent.\n"


PREPARE = """
import django
django.setup()
from django.utils import timezone
from actions.enums import LetterKind
from actions.models import User
from actions.outbox import letters
user = User.objects.create_user("somebody@example.org")
for number in range(40):
    letters.put_many(
        LetterKind.SIGN_IN, [(f"k{number}", user, {"subject": f"Letter {number}.", "text": "x"})],
        now=timezone.now(),
    )
"""
SEND = """
import django
django.setup()
from django.core.management import call_command
call_command("send_letters")
"""
DIE = """
import os, signal
import django
django.setup()
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from actions.outbox import sending
sent = EmailBackend.send_messages
def dies(self, messages):
    os.kill(os.getpid(), signal.SIGKILL)
EmailBackend.send_messages = dies
from django.conf import settings
settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
list(sending.send_due(now=timezone.now()))
"""


@pytest.fixture
def outbox_of_its_own(tmp_path) -> Iterator[dict[str, Any]]:
    """A database with forty letters, for processes of their own."""
    with databases.database_of_its_own(tmp_path) as name:
        options: dict[str, Any] = {
            "cwd": settings.BASE_DIR,
            "env": {
                "PATH": os.environ["PATH"],
                "DEBUG": "1",
                "DJANGO_SETTINGS_MODULE": "napmonitor.settings",
                "DATABASE_URL": databases.address(name),
            },
            "text": True,
        }
        subprocess.run([sys.executable, "-W", "ignore", "-c", PREPARE], check=True, **options)
        yield options


@pytest.mark.slow
def test_two_processes_at_once_send_each_letter_once(outbox_of_its_own) -> None:
    command = [sys.executable, "-W", "ignore", "-c", SEND]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, **outbox_of_its_own) for _turn in range(2)
    ]
    out = "".join(process.communicate(timeout=120)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    subjects = [line for line in out.splitlines() if line.startswith("Subject: ")]
    assert sorted(subjects) == sorted(f"Subject: Letter {number}." for number in range(40))


@pytest.mark.slow
def test_a_process_that_is_killed_in_the_middle_leaves_its_letter_and_only_that_one(
    outbox_of_its_own,
) -> None:
    killed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DIE], check=False, **outbox_of_its_own
    )
    assert killed.returncode == -9
    rest = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SEND],
        check=True, capture_output=True, **outbox_of_its_own,
    )  # fmt: skip
    subjects = [line for line in rest.stdout.splitlines() if line.startswith("Subject: ")]
    assert sorted(subjects) == sorted(f"Subject: Letter {number}." for number in range(1, 40))
    assert "Letters: 39 sent." in rest.stdout


# --- The page -----------------------------------------------------------------------

PAGE = "/en/secretariat/letters/"


@pytest.fixture
def browser(scene: Scene, sign_in: Any) -> Client:
    """A browser in which the secretariat is signed in, with a second factor."""
    add_second_factor(scene.people["secretariat"])
    return sign_in(scene.people["secretariat"])


def test_the_page_is_the_secretariats(scene, sign_in, browser) -> None:
    for name in ("writer", "head", "observer", "reviewer", "nobody"):
        assert sign_in(scene.people[name]).get(PAGE).status_code == 403
        assert sign_in(scene.people[name]).post(f"{PAGE}1/again/").status_code == 403
    assert browser.get(PAGE).status_code == 200
    assert browser.post(PAGE).status_code == 405
    assert browser.get(f"{PAGE}1/again/").status_code == 405
    assert browser.post(f"{PAGE}999999/again/").status_code == 404


def test_the_log_names_letter_person_state_and_problem_and_no_secret(
    scene, browser, server
) -> None:
    server.fault, server.at_opening = FAULTS["away"]
    _found, letter = invite(scene)
    sending.send(letter.pk, now=NOW)
    text = browser.get(PAGE).content.decode()
    assert "Invitation" in text
    assert "new@example.org" in text
    assert "Waiting" in text
    assert "ConnectionRefusedError" in text
    assert "very-secret" not in text


@pytest.mark.parametrize(
    ("state", "count"), [("", 4), ("sent", 1), ("failed", 1), ("unclear", 1), ("x\x00", 4)]
)
def test_the_log_is_filtered_by_state(scene, browser, state, count) -> None:
    states = [("sent", ""), ("failed", ""), ("sending", "TimeoutError"), ("waiting", "")]
    for number, (stored, problem) in enumerate(states):
        letter = code(scene.people["writer"], str(number))
        Letter.objects.filter(pk=letter.pk).update(
            state=stored, problem=problem, taken_at=NOW, sent_at=NOW if stored == "sent" else None
        )
    page = browser.get(PAGE, {"state": state, "page": "9" * 50})
    assert len(page.context["lines"]) == count


def test_a_failed_letter_is_sent_again_by_a_button(scene, browser) -> None:
    scene.round()
    letter = Letter.objects.get(kind="round_opened", user=scene.people["writer"])
    Letter.objects.filter(pk=letter.pk).update(state="failed", attempts=8, problem="TimeoutError")
    address = f"{PAGE}{letter.pk}/again/"
    assert address in browser.get(PAGE).content.decode()
    page = browser.post(address, follow=True)
    assert "will be sent again" in page.content.decode()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.problem) == (LetterState.WAITING, 0, "")
    # Pressed twice: the letter waits already.
    assert "cannot be sent again" in browser.post(address, follow=True).content.decode()


def test_the_log_costs_the_same_queries_for_one_letter_and_for_thirty(scene, browser) -> None:

    def queries() -> int:
        assert browser.get(PAGE).status_code == 200
        with CaptureQueriesContext(connection) as found:
            browser.get(PAGE)
        return len(found)

    code(scene.people["writer"], "first")
    one = queries()
    for number in range(30):
        code(User.objects.create_user(f"n{number}@example.org"), str(number))
    assert queries() == one
