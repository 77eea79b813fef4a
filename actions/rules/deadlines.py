"""What is late, how many days are left: plain Python."""

from datetime import date


def is_late(*, deadline: date, on: date) -> bool:
    """Tell whether an entry that is submitted on a day is late; the deadline's day is not."""
    return on > deadline


def days_left(end: date, *, on: date) -> int:
    """Return the days until an end, 0 on the day itself, negative afterwards."""
    return (end - on).days


def days_late(*, deadline: date, on: date) -> int:
    """Return by how many days a day is past the deadline; 0 up to the deadline's own day."""
    return max(0, (on - deadline).days)
