"""What is late, how many days are left: plain Python."""

from datetime import date, timedelta

FURTHEST = timedelta(days=731)  # two years, of which one is a leap year


def is_late(*, deadline: date, on: date) -> bool:
    """Tell whether an entry that is submitted on a day is late; the deadline's day is not."""
    return on > deadline


def latest(end: date, *, on: date) -> date:
    """Return the last day that anything may be put off to: two years after an end, or a day."""
    last = max(end, on)
    return last + FURTHEST if last <= date.max - FURTHEST else date.max


def days_left(end: date, *, on: date) -> int:
    """Return the days until an end, 0 on the day itself, negative afterwards."""
    return (end - on).days


def days_late(*, deadline: date, on: date) -> int:
    """Return by how many days a day is past the deadline; 0 up to the deadline's own day."""
    return max(0, (on - deadline).days)
