"""Reminders: who is reminded of what and when; each day once, whatever breaks off."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions import emails
from actions.enums import LetterKind, LetterState
from actions.models import (
    Actor,
    Entry,
    Extension,
    Letter,
    Membership,
    Reminded,
    ReportingRound,
    Responsibility,
    User,
)
from actions.outbox import reminders, sending
from tests.follow_up import NOW, Scene, at

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

# The deadline is Sunday, 15 February 2026: reminders fall on these days.
WEEK_BEFORE, DAY_BEFORE, AFTER = date(2026, 2, 6), date(2026, 2, 13), date(2026, 2, 18)
DAYS = [WEEK_BEFORE, DAY_BEFORE, AFTER]


def remind(on: date) -> int | None:
    return reminders.put_due(on=on, now=at(on, 6))


def reminded() -> dict[str, set[str]]:
    """Return who was reminded of the entries of which actions."""
    found: dict[str, set[str]] = {}
    for letter in Letter.objects.filter(kind=LetterKind.REMINDER):
        keys = [*letter.facts["entries"], *letter.facts["orphans"]]
        labels = Entry.objects.filter(pk__in=keys).values_list(
            "responsibility__action__label", flat=True
        )
        found.setdefault(letter.address.split("@")[0], set()).update(labels)
    return found


def leave(scene: Scene, *names: str) -> None:
    rows = Membership.objects.filter(user__in=[scene.people[name] for name in names])
    rows.update(ended_at=NOW)


def days_with_letters(scene: Scene, start: date, count: int) -> list[date]:
    """Remind day by day; return the days on which somebody got a letter."""
    days = [start + timedelta(days=number) for number in range(count)]
    return [day for day in days if remind(day)]


# --- Who, and of what -----------------------------------------------------------------


def test_who_writes_for_a_body_is_reminded_of_its_entries_and_nobody_else(scene) -> None:
    scene.round()
    assert remind(WEEK_BEFORE) == 9
    ministry = {"1", "3", "4", "9"}  # its own, what reports through it, what it took over
    assert reminded() == {
        "writer": ministry,
        "colleague": ministry,
        "head": ministry,
        "below": {"2"},
        "guarded": {"8"},
        "guard": {"8"},
        "outsider": {"6"},
        # Nobody writes for the office; it has nobody above it.
        "secretariat": {"5"},
        "chair": {"5"},
    }


def test_only_what_is_still_to_write_is_asked_for(scene) -> None:
    running = scene.round()
    for label in ("1", "3", "4", "9"):
        scene.submit(scene.entry(running, label))
    scene.send_back(scene.entry(running, "9"))
    scene.save(scene.entry(running, "2"), by="below")
    remind(WEEK_BEFORE)
    # A returned entry is asked for by its own day, which is later; a draft is asked for.
    assert "writer" not in reminded()
    assert reminded()["below"] == {"2"}


def test_a_body_without_members_is_asked_through_the_coordinator_above_it(scene) -> None:
    scene.round()
    leave(scene, "below")
    remind(WEEK_BEFORE)
    assert "2" in reminded()["head"]
    assert "2" not in reminded()["writer"]


def test_where_nobody_coordinates_above_who_else_writes_there_is_asked(scene) -> None:
    scene.round()
    leave(scene, "below", "head")
    remind(WEEK_BEFORE)
    assert "2" in reminded()["writer"]
    assert "2" in reminded()["colleague"]


def test_where_nobody_is_left_the_secretariat_is_asked_and_told_why(scene) -> None:
    scene.round()
    leave(scene, "outsider")
    remind(WEEK_BEFORE)
    assert reminded()["secretariat"] == {"5", "6"}
    letter = Letter.objects.get(kind=LetterKind.REMINDER, user=scene.people["secretariat"])
    found = emails.compose(LetterKind.REMINDER, letter.facts, "en", on=WEEK_BEFORE)
    assert found is not None
    assert found.subject == "Reminder: 2 entries of organisations without members"
    assert "2 entries are expected of organisations for which nobody writes." in found.text
    assert "/en/secretariat/members/" in found.text


@pytest.mark.parametrize("how", ["deactivated", "erased", "sample"])
def test_somebody_who_cannot_sign_in_is_not_reminded(scene, how) -> None:
    scene.round()
    states: dict[str, dict[str, Any]] = {
        "deactivated": {"is_active": False},
        "erased": {"erased_at": NOW},
        "sample": {"is_sample": True},
    }
    columns = states[how]
    User.objects.filter(pk=scene.people["below"].pk).update(**columns)
    remind(WEEK_BEFORE)
    assert "below" not in reminded()
    assert "2" in reminded()["head"]


def test_a_sample_account_is_reminded_in_a_trial(scene, settings) -> None:
    settings.DEBUG = True
    scene.round()
    User.objects.filter(pk=scene.people["below"].pk).update(is_sample=True)
    remind(WEEK_BEFORE)
    assert "below" in reminded()


@pytest.mark.parametrize("change", ["closed", "frozen", "published", "planned"])
def test_nobody_is_asked_for_what_cannot_be_written(scene, change) -> None:
    running = scene.round(state="planned" if change == "planned" else "open")
    states: dict[str, dict[str, Any]] = {
        "closed": {"state": "closed", "closed_at": NOW},
        "frozen": {"frozen_at": NOW},
        "published": {"published": 1},
    }
    if change in states:
        ReportingRound.objects.filter(pk=running.pk).update(**states[change])
    assert remind(WEEK_BEFORE) == 0


def test_voluntary_and_carried_entries_are_nobodys_to_be_reminded_of(scene) -> None:
    earlier = scene.round(2024)
    scene.submit(scene.entry(earlier, "2"), by="below", status="done")
    scene.accept(scene.entry(earlier, "2"))
    ReportingRound.objects.filter(pk=earlier.pk).update(state="closed", closed_at=NOW, published=1)
    running = scene.round(2025)
    Entry.objects.filter(pk=scene.entry(running, "6").pk).update(expected=False)
    remind(WEEK_BEFORE)
    assert {"below", "outsider"}.isdisjoint(reminded())


# --- When ------------------------------------------------------------------------------


def test_reminders_come_on_the_days_of_the_round_and_stop_at_the_close(scene) -> None:
    scene.round()
    assert days_with_letters(scene, date(2026, 1, 21), 60) == DAYS


def test_a_round_says_its_own_days(scene) -> None:
    scene.round(remind_before=[10], remind_after=[])
    assert days_with_letters(scene, date(2026, 1, 21), 60) == [date(2026, 2, 5)]


def test_an_extension_moves_the_days_of_its_actor_alone(scene) -> None:
    running = scene.round()
    until = date(2026, 3, 31)
    Extension.objects.create(
        round=running, actor=scene.actors["foreign"], until=until, reason="Elections."
    )
    for day in DAYS:
        remind(day)
    assert "outsider" not in reminded()
    days = days_with_letters(scene, date(2026, 2, 19), 60)
    # Thirty, seven and one day before; after its end the actor can write no more.
    assert days == [date(2026, 2, 27), date(2026, 3, 24), date(2026, 3, 30)]
    assert reminded()["outsider"] == {"6"}


def test_a_returned_entry_is_asked_for_by_its_own_day(scene) -> None:
    running = scene.round()
    scene.submit(scene.entry(running, "2"), by="below")
    scene.send_back(scene.entry(running, "2"))
    until = Entry.objects.get(pk=scene.entry(running, "2").pk).write_until
    assert until == date(2026, 3, 15)
    remind(date(2026, 2, 1))
    Letter.objects.all().delete()
    assert date(2026, 3, 6) in days_with_letters(scene, date(2026, 2, 2), 40)
    assert reminded()["below"] == {"2"}


def test_who_was_told_today_that_a_round_is_open_is_not_reminded_today(scene) -> None:
    scene.round(deadline=date(2026, 2, 19))  # thirty days from today
    assert remind(NOW.date()) == 0


# --- Once ------------------------------------------------------------------------------


def test_a_second_run_of_a_day_writes_nothing(scene) -> None:
    scene.round()
    first = remind(WEEK_BEFORE)
    assert remind(WEEK_BEFORE) is None
    assert Letter.objects.filter(kind=LetterKind.REMINDER).count() == first


def test_a_missed_day_is_made_up_for_once_with_one_letter_a_person(scene) -> None:
    scene.round()
    remind(date(2026, 2, 4))
    # The machine stands still over two days of reminding.
    late = remind(date(2026, 2, 16))
    assert late == len(reminded())
    assert remind(date(2026, 2, 17)) == 0


def test_a_day_before_the_last_one_is_not_done_again(scene) -> None:
    scene.round()
    remind(DAY_BEFORE)
    assert remind(WEEK_BEFORE) is None


def test_a_run_that_breaks_off_leaves_the_whole_day_to_do(scene, monkeypatch) -> None:
    scene.round()
    monkeypatch.setattr(reminders, "facts", lambda _one: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        remind(WEEK_BEFORE)
    assert not Reminded.objects.filter(until=WEEK_BEFORE).exists()
    monkeypatch.undo()
    assert remind(WEEK_BEFORE)


def test_it_costs_the_same_queries_for_few_and_for_many(scene) -> None:
    def queries(on: date) -> int:
        with CaptureQueriesContext(connection) as found:
            assert remind(on)
        return len(found)

    scene.round(2024)
    remind(NOW.date())  # the first run makes the row that the others lock
    few = queries(WEEK_BEFORE)
    for number in range(30):
        actor = Actor.objects.create(
            slug=f"more-{number}", level="federal", source=scene.source,
            parent=scene.actors["service"],
        )  # fmt: skip
        for action in scene.plan.actions.all():
            Responsibility.objects.create(
                action=action, actor=actor, role="responsible", source=scene.source
            )
        user = User.objects.create_user(f"more-{number}@small.example.org")
        Membership.objects.create(user=user, actor=actor, role="contributor", started_at=NOW)
    scene.round(2025)
    assert queries(DAY_BEFORE) == few


# --- The letter ------------------------------------------------------------------------


def letter_of(scene: Scene, name: str) -> Letter:
    return Letter.objects.get(kind=LetterKind.REMINDER, user=scene.people[name])


def worded(scene: Scene, name: str, on: date, language: str = "en") -> emails.Mail:
    found = emails.compose(LetterKind.REMINDER, letter_of(scene, name).facts, language, on=on)
    assert found is not None
    return found


def test_the_letter_says_how_much_by_when_and_what(scene) -> None:
    scene.round()
    remind(DAY_BEFORE)
    found = worded(scene, "below", DAY_BEFORE)
    assert found.subject == "Reminder: 1 entry to submit by 15 February 2026"
    assert "Deadline: 15 February 2026, in 2 days." in found.text
    assert "- 2. Action 2 (Service)\n" in found.text
    assert "<strong>2</strong>" in found.html
    assert "/en/desk/" in found.text


def test_after_the_deadline_it_says_that_it_is_late_and_until_when_one_can_write(scene) -> None:
    scene.round()
    remind(AFTER)
    found = worded(scene, "below", AFTER)
    assert found.subject == "Reminder: 1 entry is late; it was due on 15 February 2026"
    assert "You can still submit until 15 March 2026." in found.text


def test_what_was_submitted_meanwhile_is_not_asked_for_when_the_letter_leaves(scene) -> None:
    running = scene.round()
    remind(DAY_BEFORE)
    scene.submit(scene.entry(running, "2"), by="below")
    for letter in Letter.objects.filter(state=LetterState.WAITING, kind=LetterKind.REMINDER):
        sending.send(letter.pk, now=at(DAY_BEFORE, 7))
    assert "below@small.example.org" not in [message.to[0] for message in mail.outbox]
    assert letter_of(scene, "below").state == LetterState.DROPPED
    assert letter_of(scene, "outsider").state == LetterState.SENT


def test_what_somebody_no_longer_writes_for_is_not_in_their_letter(scene) -> None:
    scene.round()
    remind(DAY_BEFORE)
    Membership.objects.filter(user=scene.people["below"]).update(actor=scene.actors["institute"])
    facts = letter_of(scene, "below").facts
    assert emails.compose(LetterKind.REMINDER, facts, "en", on=DAY_BEFORE) is None


# --- The command -----------------------------------------------------------------------


def told(*arguments: str) -> str:
    out = StringIO()
    with time_machine.travel(at(DAY_BEFORE, 7), tick=False):
        call_command("send_reminders", *arguments, stdout=out)
    return out.getvalue()


def test_a_dry_run_says_who_would_be_reminded_without_addresses_and_writes_nothing(scene) -> None:
    scene.round()
    text = told("--dry-run")
    assert f"user {scene.people['below'].pk}  nl  1 entries\n" in text
    assert "2026-02-13: 9 reminders; nothing was written." in text
    assert "@" not in text
    assert not Letter.objects.filter(kind=LetterKind.REMINDER).exists()
    assert not Reminded.objects.exists()
    # Of any day, also one to come.
    assert "2026-02-18: 9 reminders" in told("--dry-run", "--on", "2026-02-18")


def test_the_command_reminds_once(scene) -> None:
    scene.round()
    assert told() == "2026-02-13: 9 reminders lie in the outbox.\n"
    assert told() == "2026-02-13: was done already; nobody is reminded twice.\n"


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "", "2026-02-14"])
def test_a_day_that_is_none_or_is_to_come_is_refused(scene, day) -> None:
    scene.round()
    with pytest.raises(CommandError, match="--on takes a day"):
        told("--on", day)
    assert not Reminded.objects.exists()


@pytest.mark.parametrize(("hour", "count"), [(5, 0), (6, 9)])
def test_the_worker_reminds_by_itself_in_the_morning(scene, hour, count) -> None:
    scene.round()
    Letter.objects.all().delete()
    with time_machine.travel(at(DAY_BEFORE, hour), tick=False):
        call_command("work", "--once", stdout=StringIO())
        call_command("work", "--once", stdout=StringIO())
    assert len(mail.outbox) == count


def test_a_row_that_cannot_be_reckoned_with_keeps_nobody_else_from_being_reminded(
    scene, caplog
) -> None:
    running = scene.round()
    Extension.objects.create(
        round=running, actor=scene.actors["ministry"], until=date.max, reason="A slip."
    )
    assert remind(WEEK_BEFORE)
    assert {"2", "6"} <= {label for labels in reminded().values() for label in labels}
    ReportingRound.objects.update(remind_before=["soon"])
    assert remind(DAY_BEFORE) == 0
    assert "nobody can be reminded of entry" in caplog.text
