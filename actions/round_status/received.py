"""How many entries of a round came in by when, against the round before at the same distance."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Min
from django.utils import timezone

from actions.enums import Event
from actions.models import ReportingRound, ReviewEvent


@dataclass(frozen=True)
class Received:
    """Entries received up to each day of a round, first to last; None for days to come.

    The last is the day on which it closes, or on which an entry came in after that, as where a
    body was given more time. What gave way to another entry, as in a merger, is not counted.
    ``before`` is the same of an earlier round, as many days from its own deadline.
    """

    first: date
    deadline: int
    points: list[int | None]
    before: list[int | None]
    earlier: ReportingRound | None

    @property
    def last(self) -> int:
        """The place of the last day."""
        return len(self.points) - 1


def read(rounds: Iterable[ReportingRound], *, on: date) -> dict[int, Received]:
    """Return the curve of each of some rounds, with one query for all of them and those before."""
    wanted = list(rounds)
    plans = {given.plan_id for given in wanted}
    known = ReportingRound.objects.filter(plan__in=plans, opened_at__isnull=False)
    by_plan: dict[int, list[ReportingRound]] = {}
    for row in known.order_by("year"):
        by_plan.setdefault(row.plan_id, []).append(row)
    pairs = [(given, before(given, by_plan.get(given.plan_id, []))) for given in wanted]
    keys = {row.pk for pair in pairs for row in pair if row is not None}
    firsts = (
        ReviewEvent.objects.filter(
            kind=Event.SUBMITTED,
            entry__round__in=keys,
            entry__expected=True,
            entry__replaced_by=None,
        )
        .order_by()
        .values_list("entry__round", "entry")
        .annotate(Min("at"))
    )
    days: dict[int, Counter[date]] = {key: Counter() for key in keys}
    for key, _entry, moment in firsts:
        days[key][timezone.localdate(moment)] += 1
    return {given.pk: one(given, earlier, days, on=on) for given, earlier in pairs}


def before(given: ReportingRound, rows: list[ReportingRound]) -> ReportingRound | None:
    """Return the latest of some rounds in order of years that is earlier than one."""
    return next((row for row in reversed(rows) if row.year < given.year), None)


def one(
    given: ReportingRound,
    earlier: ReportingRound | None,
    days: dict[int, Counter[date]],
    *,
    on: date,
) -> Received:
    """Return the curve of one round."""
    opened = timezone.localdate(given.opened_at) if given.opened_at else given.opens_on
    first = min(opened, given.deadline)
    last = max([given.closes_on, *(day for day in days[given.pk] if day <= on)])
    length = (last - first).days + 1
    offset = (given.deadline - first).days
    told = grown(days[given.pk], first, length)
    points = [
        value if first + timedelta(days=day) <= on else None for day, value in enumerate(told)
    ]
    past: list[int | None] = []
    if earlier is not None:
        past = [*grown(days[earlier.pk], earlier.deadline - timedelta(days=offset), length)]
    return Received(first, offset, points, past, earlier)


def grown(counts: Counter[date], first: date, length: int) -> list[int]:
    """Return how many there were up to each of so many days from a first one on."""
    total = sum(count for day, count in counts.items() if day < first)
    found = []
    for number in range(length):
        total += counts[first + timedelta(days=number)]
        found.append(total)
    return found
