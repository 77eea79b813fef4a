"""On which days somebody is reminded of what is to be written: plain Python."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from actions.rules import workdays

# Days before the last day by which an entry is asked for, and after it, unless a round says others.
BEFORE = (30, 7, 1)
AFTER = (3,)
MOST_DAYS = 120  # so long before or after at most
MOST_REMINDERS = 6  # of each


def days(due: date, before: Iterable[int], after: Iterable[int]) -> list[date]:
    """Return the days on which somebody is reminded of what is asked for by a day, in order.

    All of them working days: a reminder that would fall on a weekend or a holiday comes on
    the working day before, so that there is time left; one after the day, on the next.
    """
    found = {near(workdays.last_until, due, -count) for count in before}
    found |= {near(workdays.first_from, due, count) for count in after}
    return sorted(day for day in found if day is not None)


def near(workday: Callable[[date], date], due: date, count: int) -> date | None:
    """Return the working day so many days from a day; None beyond the end of all calendars."""
    try:
        return workday(due + timedelta(days=count))
    except OverflowError:
        return None


def is_between(
    due: date, before: Iterable[int], after: Iterable[int], *, since: date, until: date
) -> bool:
    """Tell whether a day of reminding lies after one day and no later than another."""
    return any(since < day <= until for day in days(due, before, after))
