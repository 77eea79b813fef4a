"""Until when members write, what is late, how many days are left: plain Python."""

from datetime import date

from actions.enums import RoundState


def may_write(state: RoundState, *, closes_on: date, extended_until: date | None, on: date) -> bool:
    """Tell whether an actor's members may write on a day.

    While the round is open, the day of its close included; afterwards only until the end
    of an extension. The close holds by itself, whether or not somebody has closed the round.
    """
    if state == RoundState.PLANNED:
        return False
    if state == RoundState.OPEN and on <= closes_on:
        return True
    return extended_until is not None and on <= extended_until


def secretariat_may_write(state: RoundState) -> bool:
    """Tell whether the secretariat may write on an actor's behalf: once a round was opened."""
    return state != RoundState.PLANNED


def is_late(*, deadline: date, on: date) -> bool:
    """Tell whether an entry that is submitted on a day is late; the deadline's day is not."""
    return on > deadline


def days_left(end: date, *, on: date) -> int:
    """Return the days until an end, 0 on the day itself, negative afterwards."""
    return (end - on).days


def days_late(*, deadline: date, on: date) -> int:
    """Return by how many days a day is past the deadline; 0 up to the deadline's own day."""
    return max(0, (on - deadline).days)
