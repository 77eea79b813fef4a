"""Manages rounds: plan, open, close, reopen, extend, bring up to date, override a status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from actions import permissions, round_status
from actions.enums import CARRIED_OVER, EntryState, Event, RoundState
from actions.models import (
    Actor,
    Amendment,
    Entry,
    Extension,
    Override,
    ReportingRound,
    Responsibility,
    ReviewEvent,
    User,
)
from actions.outbox import events
from actions.permissions import Rights
from actions.refusals import Conflict, Refused
from actions.rules import workdays
from actions.seats import Seats
from actions.services import plan
from actions.services import seen as seeing
from actions.services.entries import carry, check_not_too_late, checked_reason, day

# What of a round, an extension and a status set by hand a form changes.
DAYS = (
    "plan_id", "year", "reference_date", "opens_on", "deadline", "closes_on",
    "remind_before", "remind_after",
)  # fmt: skip
TOLD_DAYS = ("deadline", "closes_on")  # by which members write, and are told when they move
EXTENDED = ("until", "reason")
SET_BY_HAND = ("status", "reason_nl", "reason_fr", "reason_de", "reason_en")


@transaction.atomic
def save(
    reporting_round: ReportingRound, *, by: User, now: datetime, seen: str | None = None
) -> ReportingRound:
    """Store a new round, or other days of one; raises ValidationError by field.

    Raises Conflict where the days are no longer what was ``seen``, a digest of them.

    A later deadline takes the mark "late" from what was handed in by then; an earlier one
    makes nothing late that was in time.
    """
    secretariat(by, now)
    if not reporting_round.plan.is_published:
        raise ValidationError({"plan": _("Readers do not see this plan yet: publish it first.")})
    is_moved = False
    if reporting_round.pk:
        stored = lock(reporting_round)
        is_moved = stored.is_open and any(
            getattr(stored, name) != getattr(reporting_round, name) for name in TOLD_DAYS
        )
        seeing.check(stored, {name: getattr(reporting_round, name) for name in DAYS}, seen)
        _keep_what_stands(reporting_round, stored)
    _check_opening(reporting_round)
    plan.save(reporting_round, by=by)
    end = max(date(reporting_round.year, 12, 31), reporting_round.deadline)
    check_not_too_late("closes_on", reporting_round.closes_on, after=end, on=day(now))
    in_time = [
        entry.pk
        for entry in reporting_round.entries.filter(late=True).only("submitted_at")
        if entry.submitted_at and day(entry.submitted_at) <= reporting_round.deadline
    ]
    reporting_round.entries.filter(pk__in=in_time).update(late=False)
    if is_moved:
        events.days_changed(reporting_round, now=now)
    return reporting_round


@transaction.atomic
def open(reporting_round: ReportingRound, *, by: User, now: datetime) -> ReportingRound:  # noqa: A001
    """Open a planned round: make the entries expected, carry finished work over, tell the writers.

    Expected is one of each responsibility valid on the reference date that ``rules.duties``
    picks. Opening an open round does nothing.
    """
    rights = secretariat(by, now)
    stored = lock(reporting_round)
    if stored.is_open:
        return stored
    if not stored.is_planned:
        raise Refused(_("The round was opened already; reopen it with a reason."))
    stored.state, stored.opened_at = RoundState.OPEN, now
    plan.save(stored, by=by)
    make_entries(stored, by=by, rights=rights, now=now)
    events.round_opened(stored, now=now)
    return stored


@transaction.atomic
def close(reporting_round: ReportingRound, *, by: User, now: datetime) -> ReportingRound:
    """Close an open round: members write no longer, save with an extension; review goes on."""
    secretariat(by, now)
    stored = lock(reporting_round)
    if stored.state == RoundState.CLOSED:
        return stored
    if not stored.is_open:
        raise Refused(_("Only an open round can be closed."))
    stored.state, stored.closed_at = RoundState.CLOSED, now
    plan.save(stored, by=by)
    return stored


@transaction.atomic
def reopen(
    reporting_round: ReportingRound,
    *,
    by: User,
    reason: str,
    closes_on: date,
    now: datetime,
) -> ReportingRound:
    """Open a closed round again, with a reason and a new last day.

    Not once its report is frozen or published: nobody could write all the same.
    """
    secretariat(by, now)
    stored = lock(reporting_round)
    if stored.state != RoundState.CLOSED:
        raise Refused(_("Only a closed round can be reopened."))
    check_unreported(stored)
    if closes_on < day(now):
        raise ValidationError({"closes_on": _("Choose today or a later day.")})
    check_not_too_late("closes_on", closes_on, after=stored.closes_on, on=day(now))
    stored.reopening_reason = checked_reason(reason, "reason")
    stored.state, stored.closed_at, stored.closes_on = RoundState.OPEN, None, closes_on
    plan.save(stored, by=by, reason=stored.reopening_reason)
    return stored


@transaction.atomic
def extend(
    reporting_round: ReportingRound,
    *,
    actor: Actor,
    until: date,
    reason: str,
    seen: str | None = None,
    by: User,
    now: datetime,
) -> Extension:
    """Let one actor write until a later day, with a reason; a second one replaces the first.

    At most two years after the close; raises ValidationError by field. Raises Conflict where
    that first one is not what was ``seen``, a digest of it.
    """
    secretariat(by, now)
    stored = lock(reporting_round)
    check_unreported(stored)
    found = Extension.objects.filter(round=stored, actor=actor).first()
    extension = found or Extension(round=stored, actor=actor)
    given = checked_reason(reason, "reason")
    check_not_too_late("until", until, after=stored.closes_on, on=day(now))
    seeing.check(found, {"until": until, "reason": given}, seen)
    is_another_day = extension.until != until
    extension.until, extension.reason = until, given
    plan.save(extension, by=by)
    if is_another_day:
        events.more_time(stored, actor, until=until, now=now)
    return extension


@transaction.atomic
def extend_several(
    reporting_round: ReportingRound,
    *,
    seen: Mapping[Actor, str],
    until: date,
    reason: str,
    by: User,
    now: datetime,
) -> int:
    """Let several actors write until a later day, all of them or none; return how many.

    ``seen`` has a digest of what was seen of each extension. Raises Refused where somebody
    has changed one of them since.
    """
    for actor, digest in seen.items():
        try:
            extend(
                reporting_round,
                actor=actor,
                until=until,
                reason=reason,
                seen=digest,
                by=by,
                now=now,
            )
        except Conflict as conflict:
            words = _(
                "Somebody else has changed this extension meanwhile (%(actor)s): see its day."
            )
            raise Refused(words % {"actor": actor.label}) from conflict
    return len(seen)


@transaction.atomic
def bring_up_to_date(reporting_round: ReportingRound, *, by: User, now: datetime) -> int:
    """Make the entries that became expected after the opening; return how many.

    The plan may be corrected while a round runs. Entries that are expected no longer stay, and
    count as voluntary ones.
    """
    rights = secretariat(by, now)
    stored = lock(reporting_round)
    if stored.is_planned:
        raise Refused(_("The round is not open yet."))
    if stored.is_frozen or stored.is_published:
        raise Refused(
            _(
                "A report of this round is frozen or published; the expected entries stay as they "
                "are."
            )
        )
    return make_entries(stored, by=by, rights=rights, now=now)


@transaction.atomic
def override(given: Override, *, by: User, now: datetime, seen: str | None = None) -> Override:
    """Put a status in place of the derived one, with a published reason.

    Raises Conflict where what was set before is not what was ``seen``, a digest of it.
    """
    rights = secretariat(by, now)
    followed = given.action.plan_id == given.round.plan_id and not given.round.is_planned
    if not followed or not given.action.is_valid(given.round.reference_date):
        raise Refused(_("The action is not followed up in this round."))
    _check_frozen(given.round)
    if rights.institution is None:
        raise PermissionDenied
    stored = Override.objects.filter(round=given.round, action=given.action).first()
    seeing.check(stored, {name: getattr(given, name) for name in SET_BY_HAND}, seen)
    given.pk = stored.pk if stored else None
    given.by, given.institution_id, given.at = by, rights.institution, now
    plan.save(given, by=by)
    return given


@transaction.atomic
def remove_override(given: Override, *, by: User, now: datetime) -> None:
    """Let the derived status stand again; history keeps what was said."""
    secretariat(by, now)
    _check_frozen(given.round)
    plan.delete(given, by=by)


@dataclass(frozen=True)
class Forecast:
    """What opening a round, or bringing it up to date, will do.

    ``made`` entries, ``carried`` of which stand as accepted already; ``freed`` are expected no
    longer, ``bound`` were voluntary and are expected now; ``people`` write one of those made,
    which come from ``bodies``; nobody is asked for the ``silent`` ones, as ``Seats.asked`` says.
    """

    made: int
    carried: int
    freed: int
    bound: int
    people: int
    bodies: int
    silent: list[Actor]

    @property
    def changes(self) -> bool:
        """Tell whether what is expected differs from what stands there."""
        return bool(self.made or self.freed or self.bound)


def forecast(reporting_round: ReportingRound, *, on: date) -> Forecast:
    """Return what opening a round, or bringing it up to date, will do."""
    missing, wrong = lacking(reporting_round)
    finished = finished_before(reporting_round)
    to_write = [row for row in missing if row.pk not in finished]
    seats = Seats.read(on=on)
    asked = [(row, seats.asked(row, on=on)) for row in to_write]
    alone = {row.actor_id for row, people in asked if not people}
    silent = Actor.objects.filter(pk__in=alone).with_names()
    return Forecast(
        made=len(missing),
        carried=len(missing) - len(to_write),
        freed=sum(entry.expected for entry in wrong),
        bound=sum(not entry.expected for entry in wrong),
        people=len({person for _row, people in asked for person in people}),
        bodies=len({row.actor_id for row in to_write}),
        silent=sorted(silent, key=lambda actor: actor.sort_key),
    )


def still_running(reporting_round: ReportingRound) -> list[tuple[ReportingRound, int]]:
    """Return the rounds before one that are not over, with how much in each is not accepted.

    Opened meanwhile, the new round asks for the same work again until that is decided on.
    """
    unfinished = Q(entries__expected=True, entries__replaced_by=None) & ~Q(
        entries__state=EntryState.ACCEPTED
    )
    rows = ReportingRound.objects.filter(
        pk__in=[given.pk for given in round_status.earlier(reporting_round)],
        published__isnull=True,
    ).annotate(left=Count("entries", filter=unfinished))
    return [(given, given.left) for given in rows.order_by("-year") if given.is_open or given.left]


def days_off(reporting_round: ReportingRound) -> list[tuple[str, date]]:
    """Return the last days of a round on which nobody works, by the name of their column."""
    days = [(name, getattr(reporting_round, name)) for name in ("deadline", "closes_on")]
    return [(name, day) for name, day in days if not workdays.is_working_day(day)]


def reported(reporting_round: ReportingRound) -> object:
    """Return, as words, why members of a round get no more time together; None where they can."""
    if reporting_round.is_frozen:
        return _("The report of this round is frozen: discard the frozen edition first.")
    if reporting_round.is_published:
        return _("The report of this round is published: prepare a further edition instead.")
    return None


def check_unreported(reporting_round: ReportingRound) -> None:
    """Refuse to give a round more time whose report is frozen or published."""
    if words := reported(reporting_round):
        raise Refused(words)


def _check_frozen(reporting_round: ReportingRound) -> None:
    """Refuse while a frozen edition waits for its publication."""
    if lock(reporting_round).is_frozen:
        raise Refused(_("The report of this round is frozen."))


# --- Parts ----------------------------------------------------------------------


def secretariat(by: User, now: datetime) -> Rights:
    """Return the rights of somebody of the secretariat; raises PermissionDenied otherwise."""
    found = permissions.rights(by, on=day(now))
    if not found.is_secretariat:
        raise PermissionDenied
    return found


def lock(reporting_round: ReportingRound) -> ReportingRound:
    """Read a round anew and keep others from changing it until the transaction ends."""
    return (
        ReportingRound.of_any_kind.select_for_update(of=("self",))
        .select_related("plan")
        .get(pk=reporting_round.pk)
    )


def finished_before(reporting_round: ReportingRound) -> dict[int, Entry]:
    """Return, by responsibility, the accepted entries of the round before that carry over.

    Of who took over from others: its own or the last of theirs, where all of them had finished.
    """
    before = Entry.objects.filter(round__in=round_status.earlier(reporting_round)[:1])
    is_finished = Q(state=EntryState.ACCEPTED, status__in=sorted(CARRIED_OVER))
    rows = before.filter(is_finished).select_related("round")
    finished = {row.responsibility_id: row for row in rows}
    there = set(before.filter(expected=True).values_list("responsibility_id", flat=True))
    for heir, sources in taken_over(reporting_round.reference_date).items():
        waited_for = [key for key in (heir, *sources) if key in there]
        if finished.keys() >= set(waited_for) and waited_for:
            finished.setdefault(heir, finished[max(waited_for)])
        else:
            finished.pop(heir, None)
    return finished


def taken_over(on: date) -> dict[int, list[int]]:
    """Return, by responsibility, those under the same action of whom its actor took over by a day.

    Keys of rows on both sides.
    """
    pairs = Responsibility.objects.filter(
        actor__origins__on__lte=on,
        actor__origins__predecessor__responsibilities__action=F("action"),
    ).values_list("pk", "actor__origins__predecessor__responsibilities")
    found: dict[int, list[int]] = {}
    for heir, source in pairs:
        found.setdefault(heir, []).append(source)
    return found


def lacking(
    reporting_round: ReportingRound, among: set[int] | None = None
) -> tuple[list[Responsibility], list[Entry]]:
    """Return what a round lacks: of whom an entry is missing, and entries marked wrongly.

    Marked wrongly are those that are expected no longer, or by now. ``among`` are the
    responsibilities that are looked at, all of them where nothing is said.
    """
    wanted = round_status.expected(reporting_round)
    there = list(reporting_round.entries.only("round", "responsibility", "expected"))
    if among is not None:
        wanted = [row for row in wanted if row.pk in among]
        there = [entry for entry in there if entry.responsibility_id in among]
    keys, known = {row.pk for row in wanted}, {entry.responsibility_id for entry in there}
    wrong = [entry for entry in there if entry.expected != (entry.responsibility_id in keys)]
    return [row for row in wanted if row.pk not in known], wrong


def make_entries(
    reporting_round: ReportingRound,
    *,
    by: User,
    rights: Rights,
    now: datetime,
    among: set[int] | None = None,
) -> int:
    """Make the entries that a round lacks, ``among`` some responsibilities; return how many."""
    missing, wrong = lacking(reporting_round, among)
    _mark(wrong)
    # Who decides in the round before right now has to be waited for: they see nothing of this one.
    for before in round_status.earlier(reporting_round)[:1]:
        lock(before)
    finished = finished_before(reporting_round)
    fresh = []
    for row in missing:
        entry = Entry(round=reporting_round, responsibility=row, expected=True)
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


def _keep_what_stands(reporting_round: ReportingRound, stored: ReportingRound) -> None:
    """Take what no form changes from the stored row; refuse another plan, year or date."""
    fixed = (stored.plan_id, stored.year, stored.reference_date)
    if not stored.is_planned and fixed != (
        reporting_round.plan_id,
        reporting_round.year,
        reporting_round.reference_date,
    ):
        raise Refused(_("Plan, year and reference date stay as they are once the round is open."))
    for field in ReportingRound._meta.concrete_fields:  # noqa: SLF001
        if not field.editable:
            setattr(reporting_round, field.attname, getattr(stored, field.attname))


def _check_opening(reporting_round: ReportingRound) -> None:
    """Refuse that a round opens on the day of an amendment: which plan would it ask for?"""
    amended = Amendment.objects.filter(
        plan=reporting_round.plan_id, on=reporting_round.opens_on, confirmed_at__isnull=False
    )
    if reporting_round.is_planned and amended.exists():
        words = _("The plan is amended on that day. Choose the day before or the day after.")
        raise ValidationError({"opens_on": words})


def _mark(entries: list[Entry]) -> None:
    for entry in entries:
        entry.expected = not entry.expected
    Entry.objects.bulk_update(entries, ["expected"])
