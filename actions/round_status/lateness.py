"""Of whom an entry is expected in a round, and who is late with it."""

from collections import defaultdict
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from actions.enums import HAS_BEEN_HANDED_IN, EntryState
from actions.models import Actor, Entry, ReportingRound, Responsibility
from actions.models.responsibilities import expected_of
from actions.querysets import valid_on
from actions.rules import deadlines


def expected(given: ReportingRound) -> list[Responsibility]:
    """Return the responsibilities with an entry expected in a round, in the plan's order.

    Those that are valid on the reference date, as is their action, and that the rule of
    ``rules.duties`` picks.
    """
    held = (
        Responsibility.objects.filter(
            valid_on(given.reference_date),
            valid_on(given.reference_date, "action__"),
            action__plan=given.plan_id,
        )
        .select_related("actor")
        .order_by("action__position", "position", "id")
    )
    tree = Actor.objects.above(on=given.reference_date)
    by_action: dict[int, list[Responsibility]] = defaultdict(list)
    for row in held:
        by_action[row.action_id].append(row)
    keys = {
        key
        for rows in by_action.values()
        for key in expected_of(rows, tree, on=given.reference_date)
    }
    return [row for rows in by_action.values() for row in rows if row.pk in keys]


def days_late(entry: Entry, *, on: date) -> int:
    """Return by how many days an entry is late on a day; 0 in time.

    What was handed in counts by the day of handing in, and stays in time when it was
    returned; what was not, by the day in question. Carried over work is never late.
    """
    if entry.is_carried:
        return 0
    if EntryState(entry.state) not in HAS_BEEN_HANDED_IN:
        return deadlines.days_late(deadline=entry.round.deadline, on=on)
    if not entry.late:
        return 0
    return deadlines.days_late(deadline=entry.round.deadline, on=day_of(entry.submitted_at, on))


def day_of(moment: datetime | None, otherwise: date) -> date:
    """Return a moment's day in Brussels."""
    return timezone.localdate(moment) if moment else otherwise


def late_ones(given: ReportingRound, *, on: date) -> Q:
    """Return the filter of a round's entries that are late on a day; agrees with ``days_late``."""
    late = Q(late=True, carried_from__isnull=True, state__in=sorted(HAS_BEEN_HANDED_IN))
    if deadlines.is_late(deadline=given.deadline, on=on):
        late |= ~Q(state__in=sorted(HAS_BEEN_HANDED_IN))
    return late
