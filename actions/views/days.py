"""Until when an entry is written, as pages tell it."""

from datetime import date
from typing import Any

from actions import writing
from actions.enums import WRITABLE
from actions.models import Entry, ReportingRound
from actions.rules import deadlines
from actions.writing import Extensions


def of_entry(entry: Entry, *, on: date, extensions: Extensions) -> dict[str, Any]:
    """Return what a page says of the days of an entry.

    ``until`` is a last day of its own, later than everybody's, and ``why`` where it comes from;
    ``asked`` the day by which it was asked for again while everybody still writes, ``own``
    whichever of both there is; ``is_over`` tells that its members write no longer.
    """
    last = writing.last_day(entry, on=on, extensions=extensions)
    own = last if last and (last > entry.round.closes_on or not entry.round.is_open) else None
    again = entry.write_until if entry.state in WRITABLE and not own else None
    asked = again if again and again >= on else None
    return of_round(entry.round, on=on) | {
        "until": own,
        "asked": asked,
        "own": own or asked,
        "why": reason(entry, own),
        "is_over": last is None or on > last,
    }


def of_round(given: ReportingRound, *, on: date) -> dict[str, Any]:
    """Return what a page says of the days that hold for everybody in a round."""
    left = deadlines.days_left(given.deadline, on=on)
    return {
        "until": None,
        "asked": None,
        "own": None,
        "why": "",
        "is_over": not writing.is_open(given, on=on),
        "left": left,
    }


def reason(entry: Entry, own: date | None) -> str:
    """Return why an entry has a last day of its own: further, returned or extension."""
    if own is None:
        return ""
    if own != entry.write_until:
        return "extension"
    return "further" if entry.is_let_in else "returned"
