"""Rounds: planned, opened, closed, reopened, extended, brought up to date, overridden."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from actions import round_status
from actions.enums import EntryState, Event, RoundState
from actions.models import Actor, Entry, Extension, Override, Plan, ReportingRound, Responsibility
from actions.refusals import Refused
from actions.services import entries, rounds

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

REFERENCE = date(2025, 12, 31)


def labels(given: ReportingRound) -> list[str]:
    return [entry.action.label for entry in given.entries.filter(expected=True)]


def overriding(given: ReportingRound, label: str = "1", **fields: str) -> Override:
    texts = {"status": "done", "reason_nl": "Omdat.", "reason_fr": "Parce que."} | fields
    return Override(round=given, action=given.plan.actions.get(label=label), **texts)


# --- What is planned ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"deadline": date(2026, 1, 31)}, {"deadline": ["The deadline is before the opening."]}),
        ({"closes_on": date(2026, 2, 27)},
         {"closes_on": ["The round closes before the deadline."]}),
        ({"reference_date": date(2026, 1, 1)},
         {"reference_date": ["The reference date lies outside the round’s year."]}),
        ({"year": 2016, "reference_date": date(2016, 12, 31)},
         {"year": ["Ensure this value is greater than or equal to 2017."]}),
        ({"kind": "weekly"}, {"kind": ["Value 'weekly' is not a valid choice."]}),
    ],
)  # fmt: skip
def test_days_out_of_order_are_refused_at_their_field(
    followed_plan, office, changes, fault
) -> None:
    fields = {
        "year": 2025,
        "reference_date": REFERENCE,
        "opens_on": date(2026, 2, 1),
        "deadline": date(2026, 2, 28),
        "closes_on": date(2026, 3, 31),
    }
    given = ReportingRound(plan=followed_plan(), **fields | changes)
    with pytest.raises(ValidationError) as error:
        rounds.save(given, by=office, now=timezone.now())
    assert error.value.message_dict == fault
    assert not ReportingRound.objects.exists()


def test_a_plan_has_one_round_a_year(open_round, followed_plan) -> None:
    followed_plan()
    open_round(plan="plan", state="planned")
    with pytest.raises(ValidationError) as error:
        open_round(plan="plan", state="planned")
    assert error.value.messages == ["The plan has a round for this year already."]


def test_plan_year_and_reference_date_hold_once_a_round_was_opened(
    open_round, followed_plan, office
) -> None:
    followed_plan()
    given = open_round(plan="plan")
    given.reference_date = date(2025, 6, 30)
    with pytest.raises(Refused):
        rounds.save(given, by=office, now=timezone.now())
    given.refresh_from_db()
    assert given.reference_date == REFERENCE


def test_storing_days_never_changes_the_state(open_round, followed_plan, office) -> None:
    followed_plan()
    given = open_round(plan="plan")
    given.state, given.opened_at = RoundState.PLANNED, None
    given.closes_on += timedelta(days=1)
    rounds.save(given, by=office, now=timezone.now())
    given.refresh_from_db()
    assert (given.state, given.opened_at is None) == (RoundState.OPEN, False)


@pytest.mark.parametrize(("moved", "late"), [(-5, True), (1, True), (2, False), (3, False)])
def test_a_later_deadline_takes_the_mark_of_lateness_away(
    open_round, followed_plan, report, entry_of, office, moved: int, late
) -> None:
    followed_plan(2)
    given, now = open_round(plan="plan"), timezone.now()
    report(entry_of(given, "1"), "done", now=now)
    moment = now + (given.deadline - timezone.localdate(now)) + timedelta(days=2)
    report(entry_of(given, "2"), "done", now=moment)
    given.deadline += timedelta(days=moved)
    rounds.save(given, by=office, now=moment)
    assert entry_of(given, "1").late is False
    entry, on = entry_of(given, "2"), timezone.localdate(moment)
    assert (entry.late, round_status.days_late(entry, on=on) > 0) == (late, late)


# --- What opening makes ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("validity", "expected"),
    [
        ({"valid_to": REFERENCE - timedelta(days=1)}, []),
        ({"valid_to": REFERENCE}, ["1"]),
        ({"valid_to": REFERENCE + timedelta(days=1)}, ["1"]),
        ({"valid_from": REFERENCE - timedelta(days=1)}, ["1"]),
        ({"valid_from": REFERENCE}, ["1"]),
        ({"valid_from": REFERENCE + timedelta(days=1)}, []),
    ],
)
@pytest.mark.parametrize("of", ["responsibility", "action"])
def test_opening_makes_what_is_expected_on_the_reference_date(
    open_round, followed_plan, of: str, validity: dict[str, date], expected: list[str]
) -> None:
    plan = followed_plan()
    held = Responsibility.objects.filter(action__plan=plan)
    (held if of == "responsibility" else plan.actions).update(**validity)
    assert labels(open_round(plan="plan", opens_on=date(2025, 11, 1))) == expected


def test_opening_asks_who_has_to_and_nobody_else(
    open_round, followed_plan, make_actor, source
) -> None:
    plan = followed_plan(1)
    action = plan.actions.get()
    above = Actor.objects.get(slug="plan-1-1")
    below = make_actor("below", parent=above)
    nameless = make_actor("nameless", kind="unspecified")
    for actor, role in (
        (make_actor("lead"), "lead"), (make_actor("partner"), "partner"), (below, "responsible"),
        (make_actor("beneficiary"), "beneficiary"), (nameless, "responsible"),
    ):  # fmt: skip
        Responsibility.objects.create(
            action=action, actor=actor, role=role, position=5, source=source
        )
    given = open_round(plan="plan")
    assert [entry.actor.slug for entry in given.entries.all()] == ["plan-1-1", "lead"]
    assert {entry.state for entry in given.entries.all()} == {EntryState.EMPTY}


def test_the_second_plan_expects_what_its_responsibilities_say(open_round) -> None:
    given = open_round()
    assert (given.entries.count(), given.entries.filter(expected=True).count()) == (180, 180)
    assert not given.entries.filter(responsibility__action__label="17").exists()


def test_opening_twice_opens_once(open_round, followed_plan, office) -> None:
    followed_plan(3)
    given = open_round(plan="plan")
    again = rounds.open(given, by=office, now=timezone.now() + timedelta(hours=1))
    assert (again.opened_at, given.entries.count()) == (given.opened_at, 3)


def test_a_closed_round_is_not_opened_but_reopened(open_round, followed_plan, office) -> None:
    followed_plan()
    with pytest.raises(Refused):
        rounds.open(open_round(state="closed", plan="plan"), by=office, now=timezone.now())


def test_a_forecast_says_what_opening_then_does(
    open_round, followed_plan, report, entry_of, make_member, office
) -> None:
    followed_plan(3, actors=2)
    past = open_round(2024, plan="plan")
    report(entry_of(past, "1", "plan-1-1"), "done")
    make_member("contributor", "plan-1-1")  # finished: nothing to write
    make_member("contributor", "plan-2-1", "one@example.org")
    make_member("contributor", "plan-3-1", "one@example.org")
    make_member("coordinator", "plan-3-2", "two@example.org")
    make_member("observer", "plan-3-2", "three@example.org")
    given = open_round(2025, "planned", plan="plan")
    found = rounds.forecast(given, on=timezone.localdate())
    assert (found.made, found.carried, found.people) == (6, 1, 2)
    given = rounds.open(given, by=office, now=timezone.now())
    carried = given.entries.filter(carried_from__isnull=False)
    assert (given.entries.count(), carried.count()) == (6, 1)
    assert rounds.forecast(given, on=timezone.localdate()).changes is False


# --- What carries over ------------------------------------------------------------------


@pytest.mark.parametrize("status", ["done", "discontinued", "not_applicable"])
def test_finished_work_carries_over_for_years(
    open_round, followed_plan, report, entry_of, status: str
) -> None:
    followed_plan(2)
    first = report(entry_of(open_round(2024, plan="plan"), "1"), status)
    second = entry_of(open_round(2025, plan="plan"), "1")
    third = entry_of(open_round(2026, plan="plan"), "1")
    for entry, source in ((second, first), (third, second)):
        assert (entry.state, entry.status, entry.since) == (EntryState.ACCEPTED, status, 2024)
        assert entry.carried_from == source
        assert [(e.kind, e.institution.slug) for e in entry.events.all()] == [
            (Event.CARRIED, "office")
        ]
    assert third.spoken == first
    assert entry_of(third.round, "2").state == EntryState.EMPTY


@pytest.mark.parametrize("status", ["not_started", "in_progress", "partly_done"])
def test_unfinished_work_is_asked_for_again(
    open_round, followed_plan, report, entry_of, status: str
) -> None:
    followed_plan()
    report(entry_of(open_round(2024, plan="plan"), "1"), status)
    entry = entry_of(open_round(2025, plan="plan"), "1")
    assert (entry.state, entry.status, entry.carried_from) == (EntryState.EMPTY, "", None)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_what_is_not_accepted_does_not_carry_over(
    open_round, followed_plan, report, entry_of, state: str
) -> None:
    followed_plan()
    report(entry_of(open_round(2024, plan="plan"), "1"), "done", state=state)
    assert entry_of(open_round(2025, plan="plan"), "1").state == EntryState.EMPTY


def test_what_is_accepted_after_the_next_opening_carries_over_then(
    open_round, followed_plan, report, entry_of
) -> None:
    followed_plan()
    past = open_round(2024, plan="plan")
    report(entry_of(past, "1"), "done", state="submitted")
    open_round(2025, plan="plan")
    last = open_round(2026, plan="plan")
    assert entry_of(last, "1").state == EntryState.EMPTY
    report(entry_of(past, "1"), "done")
    found = [(e.state, e.since) for e in Entry.objects.order_by("round__year")]
    assert found == [(EntryState.ACCEPTED, None), *[(EntryState.ACCEPTED, 2024)] * 2]


def test_a_source_that_is_returned_takes_back_all_that_it_carried(
    open_round, followed_plan, report, entry_of, office
) -> None:
    followed_plan()
    first = report(entry_of(open_round(2024, plan="plan"), "1"), "done")
    second = open_round(2025, plan="plan")
    third = open_round(2026, plan="plan")
    give_back(first)
    for given in (second, third):
        entry = entry_of(given, "1")
        assert (entry.state, entry.status, entry.since) == (EntryState.EMPTY, "", None)
        assert [e.kind for e in entry.events.all()] == [Event.CARRIED, Event.UNCARRIED]


def give_back(entry: Entry) -> None:
    """Return an accepted entry, by whoever accepted it."""
    assert entry.decided_by is not None
    entries.send_back(
        entry,
        by=entry.decided_by,
        version=entry.version,
        comment="Not done after all.",
        now=timezone.now(),
    )


def test_a_returned_source_leaves_what_its_actor_took_up_again(
    open_round, followed_plan, report, entry_of, office
) -> None:
    followed_plan()
    first = report(entry_of(open_round(2024, plan="plan"), "1"), "done")
    entry = entry_of(open_round(2025, plan="plan"), "1")
    entries.reopen(entry, by=office, reason="It broke.", now=timezone.now())
    give_back(first)
    assert entry_of(entry.round, "1").state == EntryState.DRAFT


# --- Closing, reopening, extensions ---------------------------------------------------


def test_closing_ends_writing_and_may_be_said_twice(
    open_round, followed_plan, office, entry_of, make_member
) -> None:
    followed_plan()
    given = open_round(plan="plan")
    writer = make_member("contributor", "plan-1-1")
    closed = rounds.close(given, by=office, now=timezone.now())
    again = rounds.close(given, by=office, now=timezone.now() + timedelta(hours=1))
    assert again.closed_at == closed.closed_at
    with pytest.raises(Refused):
        entries.save(
            entry_of(given, "1"), by=writer, version=0, content={"done": "x"}, now=timezone.now()
        )


def test_a_planned_round_is_not_closed(open_round, followed_plan, office) -> None:
    followed_plan()
    with pytest.raises(Refused):
        rounds.close(open_round(state="planned", plan="plan"), by=office, now=timezone.now())


def test_reopening_needs_a_reason_and_a_day_to_come(open_round, followed_plan, office) -> None:
    followed_plan()
    given = open_round(state="closed", plan="plan")
    now = timezone.now()
    today = timezone.localdate(now)
    for reason, closes_on, field in (
        ("  ", given.closes_on, "reason"),
        ("a\x00b", given.closes_on, "reason"),
        ("Elections.", today - timedelta(days=1), "closes_on"),
        ("Elections.", given.deadline - timedelta(days=1), "closes_on"),
        ("Elections.", date.max, "closes_on"),
    ):
        with pytest.raises(ValidationError) as error:
            rounds.reopen(given, by=office, reason=reason, closes_on=closes_on, now=now)
        assert list(error.value.message_dict) == [field]
    given.refresh_from_db()
    assert given.state == RoundState.CLOSED


def test_a_reopened_round_is_written_in_again(
    open_round, followed_plan, office, entry_of, make_member
) -> None:
    followed_plan()
    given = open_round(state="closed", plan="plan")
    writer, now = make_member("contributor", "plan-1-1"), timezone.now()
    day = timezone.localdate(now) + timedelta(days=90)
    opened = rounds.reopen(given, by=office, reason="Elections.", closes_on=day, now=now)
    assert (opened.state, opened.closed_at, opened.closes_on) == (RoundState.OPEN, None, day)
    assert opened.reopening_reason == "Elections."
    last = opened.history.first()
    assert (last.history_user, last.history_change_reason) == (office, "Elections.")
    saved = entries.save(entry_of(given, "1"), by=writer, version=0, content={"done": "x"}, now=now)
    assert saved.state == EntryState.DRAFT


def test_only_a_closed_round_is_reopened(open_round, followed_plan, office) -> None:
    followed_plan()
    given = open_round(plan="plan")
    with pytest.raises(Refused):
        rounds.reopen(given, by=office, reason="x", closes_on=given.closes_on, now=timezone.now())


def test_an_extension_lets_one_actor_write_until_its_last_day(
    open_round, followed_plan, office, entry_of, make_member
) -> None:
    followed_plan(2)
    given = open_round(state="closed", plan="plan")
    one, two = make_member("contributor", "plan-1-1"), make_member("contributor", "plan-2-1")
    until, now = given.closes_on + timedelta(days=10), timezone.now()
    actor = Actor.objects.get(slug="plan-1-1")
    rounds.extend(given, actor=actor, until=until, reason="Floods.", by=office, now=now)
    last = now + (until - timezone.localdate(now))
    entries.save(entry_of(given, "1"), by=one, version=0, content={"done": "x"}, now=last)
    for label, person, moment in (("1", one, last + timedelta(days=1)), ("2", two, now)):
        entry = entry_of(given, label)
        with pytest.raises(Refused):
            entries.save(entry, by=person, version=entry.version, content={"done": "y"}, now=moment)


def test_a_second_extension_replaces_the_first(open_round, followed_plan, office) -> None:
    followed_plan()
    given = open_round(plan="plan")
    actor = Actor.objects.get(slug="plan-1-1")
    for days in (5, 9):
        until = given.closes_on + timedelta(days=days)
        rounds.extend(
            given, actor=actor, until=until, reason="Floods.", by=office, now=timezone.now()
        )
    found = Extension.objects.get()
    assert (found.until, found.history.count()) == (given.closes_on + timedelta(days=9), 2)


def test_an_extension_ends_after_the_round_and_has_a_reason(
    open_round, followed_plan, office
) -> None:
    followed_plan()
    given = open_round(plan="plan")
    actor = Actor.objects.get(slug="plan-1-1")
    for until, reason, field in (
        (given.closes_on, "Floods.", "until"),
        (given.closes_on + timedelta(days=1), " ", "reason"),
        (max(given.closes_on, timezone.localdate()) + timedelta(days=732), "Floods.", "until"),
        (date.max, "Floods.", "until"),
    ):
        with pytest.raises(ValidationError) as error:
            rounds.extend(
                given, actor=actor, until=until, reason=reason, by=office, now=timezone.now()
            )
        assert list(error.value.message_dict) == [field]
    assert not Extension.objects.exists()


# --- A plan that changes meanwhile ------------------------------------------------------


def test_a_round_is_brought_up_to_date_with_the_plan(
    open_round, followed_plan, make_actor, report, entry_of, office, source
) -> None:
    plan = followed_plan(2)
    report(entry_of(open_round(2024, plan="plan"), "1"), "done")
    given = open_round(2025, plan="plan")
    report(entry_of(given, "2"), "in_progress")
    gone = Responsibility.objects.get(action__plan=plan, action__label="2")
    gone.valid_to = date(2025, 6, 30)
    gone.save()
    Responsibility.objects.create(
        action=gone.action, actor=make_actor("new"), role="responsible", source=source
    )
    found = rounds.forecast(given, on=timezone.localdate())
    assert (found.made, found.carried, found.freed, found.changes) == (1, 0, 1, True)
    assert rounds.bring_up_to_date(given, by=office, now=timezone.now()) == 1
    assert {(e.actor.slug, e.expected, e.state) for e in given.entries.all()} == {
        ("plan-1-1", True, EntryState.ACCEPTED),
        ("plan-2-1", False, EntryState.ACCEPTED),
        ("new", True, EntryState.EMPTY),
    }
    row = next(r for r in round_status.of_round(given).rows if r.action.label == "2")
    assert (row.status, [v.short for v in row.voluntary]) == ("not_reported", ["Plan-2-1"])
    assert rounds.bring_up_to_date(given, by=office, now=timezone.now()) == 0


def test_a_planned_round_needs_no_bringing_up_to_date(open_round, followed_plan, office) -> None:
    followed_plan()
    given = open_round(state="planned", plan="plan")
    with pytest.raises(Refused):
        rounds.bring_up_to_date(given, by=office, now=timezone.now())


# --- Statuses set by the secretariat ----------------------------------------------------


def test_an_override_keeps_who_set_it_in_whose_name(open_round, followed_plan, office) -> None:
    followed_plan()
    given = open_round(plan="plan")
    now = timezone.now()
    found = rounds.override(overriding(given), by=office, now=now)
    assert (found.by, found.institution.slug, found.at) == (office, "office", now)
    rounds.remove_override(found, by=office, now=now)
    kinds = Override.history.values_list("history_type", "history_user")
    assert list(kinds) == [("-", office.pk), ("+", office.pk)]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reason_nl": ""}, ["reason_nl"]),
        ({"reason_fr": ""}, ["reason_fr"]),
        ({"status": "not_reported"}, ["status"]),
        ({"status": "insufficient"}, ["status"]),
        ({"status": "splendid"}, ["status"]),
        ({"reason_de": "a\x01b"}, ["reason_de"]),
    ],
)
def test_an_override_needs_a_status_and_two_reasons(
    open_round, followed_plan, office, fields: dict[str, str], wrong: list[str]
) -> None:
    followed_plan()
    given = overriding(open_round(plan="plan"), **fields)
    with pytest.raises(ValidationError) as error:
        rounds.override(given, by=office, now=timezone.now())
    assert [name for name in error.value.message_dict if name != "__all__"] == wrong
    assert not Override.objects.exists()


def test_what_is_not_followed_up_in_a_round_is_not_overridden(
    open_round, followed_plan, office
) -> None:
    plan = followed_plan()
    planned = open_round(2024, "planned", plan="plan")
    given = open_round(2025, plan="plan")
    elsewhere = overriding(given)
    elsewhere.action = Plan.objects.get(slug="nap2").actions.first()
    plan.actions.update(valid_to=date(2025, 12, 30))
    for wrong in (overriding(planned), elsewhere, overriding(given)):
        with pytest.raises(Refused):
            rounds.override(wrong, by=office, now=timezone.now())


# --- Nobody but the secretariat -----------------------------------------------------------


@pytest.mark.parametrize("role", ["observer", "contributor", "coordinator", "reviewer"])
def test_nobody_but_the_secretariat_manages_rounds(
    open_round, followed_plan, office, make_member, role: str
) -> None:
    followed_plan()
    member = make_member(role, "plan-1-1")
    planned, given = open_round(2024, "planned", plan="plan"), open_round(2025, plan="plan")
    stored = rounds.override(overriding(given), by=office, now=timezone.now())
    actor, day = Actor.objects.get(slug="plan-1-1"), given.closes_on + timedelta(days=1)
    who = {"by": member, "now": timezone.now()}
    for attempt in (
        lambda: rounds.save(planned, **who),
        lambda: rounds.open(planned, **who),
        lambda: rounds.close(given, **who),
        lambda: rounds.reopen(given, reason="x", closes_on=day, **who),
        lambda: rounds.extend(given, actor=actor, until=day, reason="x", **who),
        lambda: rounds.bring_up_to_date(given, **who),
        lambda: rounds.override(stored, **who),
        lambda: rounds.remove_override(stored, **who),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_every_step_of_a_round_leaves_one_signed_record(open_round, followed_plan, office) -> None:
    followed_plan()
    given = open_round(state="closed", plan="plan")
    found = given.history.order_by("history_id").values_list("state", "history_user")
    assert list(found) == [
        (RoundState.PLANNED, office.pk), (RoundState.OPEN, office.pk),
        (RoundState.CLOSED, office.pk),
    ]  # fmt: skip


# --- What the database itself refuses -------------------------------------------------------


def refused(work) -> bool:
    """Tell whether the database refuses some work; leave the transaction usable."""
    try:
        with transaction.atomic():
            work()
    except DatabaseError:
        return True
    return False


TIMES: dict[RoundState, dict[str, Any]] = {
    RoundState.PLANNED: {"opened_at": None, "closed_at": None},
    RoundState.OPEN: {"opened_at": timezone.now(), "closed_at": None},
    RoundState.CLOSED: {"opened_at": timezone.now(), "closed_at": timezone.now()},
}


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("planned", "open", True),
        ("planned", "closed", False),
        ("open", "planned", False),
        ("open", "closed", True),
        ("closed", "open", True),
        ("closed", "planned", False),
    ],
)
def test_a_round_takes_its_steps_in_order_even_in_a_raw_change(
    open_round, followed_plan, before: str, after: str, allowed
) -> None:
    followed_plan()
    row = ReportingRound.objects.filter(pk=open_round(2025, before, plan="plan").pk)
    given = {"state": after} | TIMES[RoundState(after)]
    assert refused(lambda: row.update(**given)) is not allowed
    assert row.get().state == (after if allowed else before)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_round_starts_as_planned(open_round, followed_plan, state: str) -> None:
    followed_plan()
    made = open_round(2025, "planned", plan="plan")
    made.pk, made.year, made.state = None, 2024, state
    for name, value in TIMES[RoundState(state)].items():
        setattr(made, name, value)
    assert refused(lambda: ReportingRound.objects.bulk_create([made]))


@pytest.mark.parametrize(
    "values",
    [
        {"deadline": date(2000, 1, 1)},
        {"closes_on": date(2000, 1, 1)},
        {"kind": "weekly"},
        {"state": "ended"},
        {"opened_at": None},
        {"closed_at": timezone.now()},
    ],
)
def test_a_round_against_the_rules_is_refused(open_round, followed_plan, values) -> None:
    followed_plan()
    row = ReportingRound.objects.filter(pk=open_round(plan="plan").pk)
    assert refused(lambda: row.update(**values))


def test_a_second_round_of_a_year_is_refused(open_round, followed_plan) -> None:
    followed_plan()
    open_round(2024, plan="plan")
    row = ReportingRound.objects.filter(pk=open_round(2025, plan="plan").pk)
    assert refused(lambda: row.update(year=2024))


def test_a_round_with_entries_is_not_deleted(open_round, followed_plan) -> None:
    followed_plan()
    given = open_round(plan="plan")
    with pytest.raises(ProtectedError):
        given.delete()


def test_extensions_and_overrides_without_a_reason_are_refused(
    open_round, followed_plan, office
) -> None:
    followed_plan()
    given, now = open_round(plan="plan"), timezone.now()
    actor, day = Actor.objects.get(slug="plan-1-1"), given.closes_on + timedelta(days=1)
    rounds.extend(given, actor=actor, until=day, reason="Floods.", by=office, now=now)
    rounds.override(overriding(given), by=office, now=now)
    assert refused(lambda: Extension.objects.update(reason=""))
    assert refused(lambda: Override.objects.update(reason_nl=""))
    assert refused(lambda: Override.objects.update(reason_fr=""))
    assert refused(lambda: Override.objects.update(status="not_reported"))
