"""Manages rounds: plan, open, close, reopen, extend, bring up to date, override a status."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions import permissions
from actions.enums import CARRIED_OVER, EntryState, Event, RoundState
from actions.models import (
    Actor,
    Entry,
    Extension,
    Override,
    Responsibility,
    ReviewEvent,
    Round,
    User,
)
from actions.models.responsibilities import owing
from actions.permissions import Rights
from actions.querysets import valid_on
from actions.services import notices, plan
from actions.services.entries import carry, checked_reason, day
from actions.services.refusals import Refused


def save(round: Round, *, by: User, now: datetime) -> Round:  # noqa: A002
    """Store a new round, or other days of one; raises ValidationError by field."""
    secretariat(by, now)
    if round.pk:
        stored = Round.objects.get(pk=round.pk)
        if not stored.is_planned and (stored.plan_id, stored.year, stored.reference_date) != (
            round.plan_id, round.year, round.reference_date,
        ):  # fmt: skip
            raise Refused(_("Plan, year and reference date stay as they are once it was opened."))
        round.state, round.opened_at, round.closed_at = (
            stored.state, stored.opened_at, stored.closed_at,
        )  # fmt: skip
    plan.save(round, by=by)
    return round


@transaction.atomic
def open(round: Round, *, by: User, now: datetime) -> Round:  # noqa: A001, A002
    """Open a planned round: make the entries owed, carry finished work over, tell the writers.

    Owed is what the responsibilities valid on the reference date owe. Opening an open round
    does nothing.
    """
    rights = secretariat(by, now)
    stored = lock(round)
    if stored.is_open:
        return stored
    if not stored.is_planned:
        raise Refused(_("The round was opened already; reopen it with a reason."))
    stored.state, stored.opened_at = RoundState.OPEN, now
    plan.save(stored, by=by)
    make_entries(stored, by=by, rights=rights, now=now)
    notices.round_opened(stored, now=now)
    return stored


@transaction.atomic
def close(round: Round, *, by: User, now: datetime) -> Round:  # noqa: A002
    """Close an open round: members write no longer, save with an extension; review goes on."""
    secretariat(by, now)
    stored = lock(round)
    if stored.state == RoundState.CLOSED:
        return stored
    if not stored.is_open:
        raise Refused(_("Only an open round can be closed."))
    stored.state, stored.closed_at = RoundState.CLOSED, now
    plan.save(stored, by=by)
    return stored


@transaction.atomic
def reopen(
    round: Round,  # noqa: A002
    *,
    by: User,
    reason: str,
    closes_on: date,
    now: datetime,
) -> Round:
    """Open a closed round again, with a reason and a new last day."""
    secretariat(by, now)
    stored = lock(round)
    if stored.state != RoundState.CLOSED:
        raise Refused(_("Only a closed round can be reopened."))
    if closes_on < day(now):
        raise ValidationError({"closes_on": _("Choose today or a later day.")})
    stored.reopening_reason = checked_reason(reason, "reason")
    stored.state, stored.closed_at, stored.closes_on = RoundState.OPEN, None, closes_on
    plan.save(stored, by=by, reason=stored.reopening_reason)
    return stored


@transaction.atomic
def extend(
    round: Round,  # noqa: A002
    *,
    actor: Actor,
    until: date,
    reason: str,
    by: User,
    now: datetime,
) -> Extension:
    """Let one actor write until a later day, with a reason; a second one replaces the first."""
    secretariat(by, now)
    stored = lock(round)
    found = Extension.objects.filter(round=stored, actor=actor).first()
    extension = found or Extension(round=stored, actor=actor)
    extension.until, extension.reason = until, checked_reason(reason, "reason")
    plan.save(extension, by=by)
    return extension


@transaction.atomic
def bring_up_to_date(round: Round, *, by: User, now: datetime) -> int:  # noqa: A002
    """Make the entries that became owed after the opening; return how many.

    The plan may be corrected while a round runs. Entries that are owed no longer stay, and
    count as voluntary ones.
    """
    rights = secretariat(by, now)
    stored = lock(round)
    if stored.is_planned:
        raise Refused(_("The round is not open yet."))
    return make_entries(stored, by=by, rights=rights, now=now)


@transaction.atomic
def override(given: Override, *, by: User, now: datetime) -> Override:
    """Put a status in place of the derived one, with a published reason."""
    rights = secretariat(by, now)
    if given.action.plan_id != given.round.plan_id or given.round.is_planned:
        raise Refused(_("The action is not followed up in this round."))
    if rights.institution is None:
        raise PermissionDenied
    given.by, given.institution_id, given.at = by, rights.institution, now
    plan.save(given, by=by)
    return given


@transaction.atomic
def remove_override(given: Override, *, by: User, now: datetime) -> None:
    """Let the derived status stand again; history keeps what was said."""
    secretariat(by, now)
    plan.delete(given, by=by)


# --- Parts ----------------------------------------------------------------------


def secretariat(by: User, now: datetime) -> Rights:
    """Return the rights of somebody of the secretariat; raises PermissionDenied otherwise."""
    found = permissions.rights(by, on=day(now))
    if not found.is_secretariat:
        raise PermissionDenied
    return found


def lock(round: Round) -> Round:  # noqa: A002
    """Read a round anew and keep others from changing it until the transaction ends."""
    return Round.objects.select_for_update(of=("self",)).select_related("plan").get(pk=round.pk)


def owed(round: Round) -> list[Responsibility]:  # noqa: A002
    """Return the responsibilities that owe an entry in a round, in the plan's order."""
    held = (
        Responsibility.objects.filter(
            valid_on(round.reference_date),
            valid_on(round.reference_date, "action__"),
            action__plan=round.plan_id,
        )
        .select_related("actor", "action")
        .order_by("action__position", "position", "id")
    )
    tree = Actor.objects.parents()
    by_action: dict[int, list[Responsibility]] = {}
    for row in held:
        by_action.setdefault(row.action_id, []).append(row)
    return [
        row
        for rows in by_action.values()
        for keys in [owing(rows, tree)]
        for row in rows
        if row.pk in keys
    ]


def finished_before(round: Round) -> dict[int, Entry]:  # noqa: A002
    """Return, by responsibility, the accepted entries of the round before that carry over."""
    before = Round.objects.filter(plan=round.plan_id, year__lt=round.year).exclude(
        state=RoundState.PLANNED
    )
    last = before.order_by("-year").first()
    rows = Entry.objects.filter(
        round=last, state=EntryState.ACCEPTED, status__in=sorted(CARRIED_OVER)
    )
    return {row.responsibility_id: row for row in rows.select_related("round")} if last else {}


def make_entries(round: Round, *, by: User, rights: Rights, now: datetime) -> int:  # noqa: A002
    """Make the entries that a round lacks; return how many."""
    wanted = owed(round)
    there: dict[int, Entry] = {e.responsibility_id: e for e in round.entries.all()}
    keys = {row.pk for row in wanted}
    _mark([e for e in there.values() if e.owed != (e.responsibility_id in keys)])
    finished = finished_before(round)
    fresh = []
    for row in wanted:
        if row.pk in there:
            continue
        entry = Entry(round=round, responsibility=row, owed=True)
        if row.pk in finished:
            carry(entry, finished[row.pk])
        fresh.append(entry)
    Entry.objects.bulk_create(fresh)
    ReviewEvent.objects.bulk_create(
        ReviewEvent(
            entry=entry,
            kind=Event.CARRIED,
            version=0,
            by=by,
            at=now,
            institution_id=rights.institution,
        )
        for entry in fresh
        if entry.is_carried
    )
    return len(fresh)


def _mark(entries: list[Entry]) -> None:
    for entry in entries:
        entry.owed = not entry.owed
    Entry.objects.bulk_update(entries, ["owed"])
