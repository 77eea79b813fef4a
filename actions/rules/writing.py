"""Why an entry cannot be written, handed in, taken back or decided on now: plain Python.

The one rule that pages, letters and services ask; who may at all is the permissions' to say.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from actions.enums import WRITABLE, Act, EntryState, RoundState
from actions.rules import transitions, workdays

# How long an actor has, as a rule, to change what was returned.
DAYS_TO_CHANGE = 10
# What an actor does; the others are the reviewers' acts, which no deadline ends.
OF_WRITERS = frozenset({Act.SAVE, Act.SUBMIT, Act.WITHDRAW, Act.REOPEN})


class Refusal(StrEnum):
    """Why something cannot be done with an entry now."""

    NOT_OPEN = "not_open"
    FROZEN = "frozen"
    PUBLISHED = "published"
    CLOSED = "closed"
    DAY_PASSED = "day_passed"
    CARRIED = "carried"
    STATE = "state"


@dataclass(frozen=True)
class Facts:
    """What the rule looks at.

    ``is_frozen``: an edition waits for its publication; ``is_published``: one was published;
    ``is_let_in``: the entry may change for the edition that follows it. ``extended_until`` is
    the end of the actor's extension, ``write_until`` the day set for this entry alone, when it
    was returned or let in.
    """

    round: RoundState
    closes_on: date
    state: EntryState
    is_frozen: bool = False
    is_published: bool = False
    is_let_in: bool = False
    is_carried: bool = False
    extended_until: date | None = None
    write_until: date | None = None


def refusal(facts: Facts, act: Act, *, on: date, on_behalf: bool = False) -> Refusal | None:
    """Return why an act is refused on a day, None where it is not.

    ``on_behalf`` is for the secretariat in an actor's place, which no last day of members binds.
    """
    if found := _closed_to_all(facts):
        return found
    if act in OF_WRITERS and not on_behalf and not is_in_time(facts, on=on):
        return Refusal.DAY_PASSED if facts.write_until else Refusal.CLOSED
    if act == Act.SEND_BACK and facts.is_carried:
        return Refusal.CARRIED
    return None if _state_allows(facts, act) else Refusal.STATE


def is_in_time(facts: Facts, *, on: date) -> bool:
    """Tell whether a day is no later than the last one on which members write an entry."""
    end = last_day(facts)
    return end is not None and on <= end


def last_day(facts: Facts) -> date | None:
    """Return the last day on which members of its actor write an entry, None without one.

    The close holds by itself, whether or not somebody has closed the round; a round that was
    closed early is closed. After it the actor's extension counts, and the day that was set
    for the entry itself; once a report is published, that day alone, for what was let in.
    """
    if _closed_to_all(facts):
        return None
    days = [facts.write_until]
    if not facts.is_published:
        days.append(facts.extended_until)
        days.append(facts.closes_on if facts.round == RoundState.OPEN else None)
    return max((day for day in days if day), default=None)


def proposed_day(closes_on: date, *, on: date) -> date:
    """Return until when an entry returned on a day can be written: never before the close."""
    return max(closes_on, workdays.after(on, DAYS_TO_CHANGE))


def _closed_to_all(facts: Facts) -> Refusal | None:
    """Return why nobody at all changes an entry."""
    if facts.round == RoundState.PLANNED:
        return Refusal.NOT_OPEN
    if facts.is_frozen:
        return Refusal.FROZEN
    return Refusal.PUBLISHED if facts.is_published and not facts.is_let_in else None


def _state_allows(facts: Facts, act: Act) -> bool:
    """Tell whether the state of an entry lets an act happen; submitting saves first."""
    if act in {Act.SAVE, Act.SUBMIT}:
        return facts.state in WRITABLE
    return transitions.after(facts.state, act, carried=facts.is_carried) is not None
