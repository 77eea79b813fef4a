"""What happens to each entry of the sample rounds: told for some, drawn evenly for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from actions.enums import Nature, Status
from actions.management.sample.texts import seed
from actions.models import ReportingRound, Responsibility

FIRST, SECOND = 2024, 2025
S = Status
T = TypeVar("T")


class End(StrEnum):
    """How far an entry comes."""

    EMPTY = "empty"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class Story:
    """What is said in an entry and what becomes of it.

    ``late``: handed in after the deadline; ``extended``: after the close, with an extension;
    ``again``: accepted only once it had been returned; ``unchanged``: last year's text,
    confirmed; ``moved_back``: with an explanation; ``reopened``: carried over, and taken up.
    """

    end: End
    status: str = ""
    late: bool = False
    extended: bool = False
    again: bool = False
    unchanged: bool = False
    moved_back: bool = False
    reopened: bool = False


def accepted(status: str, **more: bool) -> Story:
    """Return the story of an entry that was accepted."""
    return Story(End.ACCEPTED, status, **more)


# year, action, actor
TOLD = {
    # Brussels Environment, whose sample accounts find a lively desk.
    (FIRST, "24", "brussels-environment"): accepted(S.IN_PROGRESS),
    (FIRST, "25", "brussels-environment"): accepted(S.IN_PROGRESS, again=True),
    (FIRST, "34", "brussels-environment"): accepted(S.PARTLY_DONE),
    (FIRST, "63", "brussels-environment"): accepted(S.IN_PROGRESS),
    (SECOND, "24", "brussels-environment"): accepted(S.IN_PROGRESS),
    (SECOND, "25", "brussels-environment"): Story(End.SUBMITTED, S.IN_PROGRESS),
    (SECOND, "34", "brussels-environment"): Story(End.RETURNED, S.PARTLY_DONE),
    (SECOND, "63", "brussels-environment"): Story(End.DRAFT, S.PARTLY_DONE),
    (FIRST, "18A", "brussels-economy-employment"): accepted(S.IN_PROGRESS),
    (FIRST, "29", "brussels-economy-employment"): accepted(S.PARTLY_DONE, late=True),
    (FIRST, "41", "brussels-economy-employment"): accepted(S.IN_PROGRESS),
    (FIRST, "63", "brussels-economy-employment"): accepted(S.IN_PROGRESS),
    (SECOND, "18A", "brussels-economy-employment"): Story(End.EMPTY),
    (SECOND, "29", "brussels-economy-employment"): Story(End.EMPTY),
    (SECOND, "41", "brussels-economy-employment"): accepted(S.IN_PROGRESS),
    (SECOND, "63", "brussels-economy-employment"): Story(End.SUBMITTED, S.PARTLY_DONE),
    # Every status, of entries and of actions.
    (FIRST, "28", "dkbuza"): accepted(S.NOT_APPLICABLE),
    (FIRST, "37", "fisd"): accepted(S.DISCONTINUED),
    (FIRST, "49", "fps-justice"): accepted(S.NOT_STARTED),
    (FIRST, "55", "vmri"): Story(End.EMPTY),
    (FIRST, "44", "iewm"): accepted(S.DISCONTINUED),
    (FIRST, "44", "fps-employment"): Story(End.EMPTY),
    (FIRST, "44", "abb-equal-opportunities"): Story(End.EMPTY),
    (FIRST, "8", "fisd"): accepted(S.DONE),
    # An overridden status: two of three have carried it out.
    (FIRST, "35", "fps-justice"): accepted(S.DONE),
    (FIRST, "35", "fps-economy"): accepted(S.DONE),
    (FIRST, "35", "fps-foreign"): accepted(S.IN_PROGRESS),
    # An extension.
    (FIRST, "67", "flemish-government"): accepted(S.IN_PROGRESS, extended=True),
    # Moved back, with and without an explanation.
    (FIRST, "54", "fps-economy"): accepted(S.PARTLY_DONE),
    (SECOND, "54", "fps-economy"): accepted(S.IN_PROGRESS, moved_back=True),
    (FIRST, "52", "fps-economy"): accepted(S.PARTLY_DONE),
    (SECOND, "52", "fps-economy"): Story(End.SUBMITTED, S.NOT_STARTED),
    # Last year's text, still true.
    (FIRST, "53", "fps-justice"): accepted(S.IN_PROGRESS),
    (SECOND, "53", "fps-justice"): accepted(S.IN_PROGRESS, unchanged=True),
    (FIRST, "48", "fps-justice"): accepted(S.IN_PROGRESS),
    (SECOND, "48", "fps-justice"): Story(End.SUBMITTED, S.IN_PROGRESS, unchanged=True),
    # Finished work, taken up again; an entry taken back; one of a partner, unexpected.
    (FIRST, "51", "fps-justice"): accepted(S.DONE),
    (SECOND, "51", "fps-justice"): Story(End.DRAFT, S.PARTLY_DONE, reopened=True),
    (FIRST, "33", "federal-government"): accepted(S.IN_PROGRESS),
    (SECOND, "33", "federal-government"): Story(End.WITHDRAWN, S.IN_PROGRESS),
    (FIRST, "53", "ovb"): accepted(S.IN_PROGRESS),
    (SECOND, "53", "ovb"): Story(End.SUBMITTED, S.IN_PROGRESS),
}
VOLUNTARY = [("53", "ovb")]
EXTENDED = {FIRST: "flemish-government", SECOND: "fps-employment"}
OVERRIDDEN = "35"
# The returned entry of which a letter still goes out.
LETTER = ("34", "brussels-environment")

# Up to which number of a hundred an untold entry comes how far.
ENDS = {
    FIRST: [(9, Story(End.EMPTY)), (18, accepted("", late=True)), (27, accepted("", again=True)),
            (100, accepted(""))],
    SECOND: [(30, Story(End.EMPTY)), (43, Story(End.DRAFT)), (60, Story(End.SUBMITTED)),
             (65, Story(End.RETURNED)), (70, accepted("", again=True)), (100, accepted(""))],
}  # fmt: skip
ENDED = [(2, S.DISCONTINUED), (10, S.IN_PROGRESS), (28, S.PARTLY_DONE), (999, S.DONE)]
RUNNING = [(2, S.DISCONTINUED), (20, S.NOT_STARTED), (60, S.IN_PROGRESS), (96, S.PARTLY_DONE),
           (999, S.DONE)]  # fmt: skip
CONTINUOUS = [(-5, S.NOT_APPLICABLE), (0, S.DISCONTINUED), (10, S.NOT_STARTED),
              (26, S.PARTLY_DONE), (999, S.IN_PROGRESS)]  # fmt: skip


def story(row: Responsibility, given: ReportingRound) -> Story:
    """Return what happens to the entry of an actor in a sample round."""
    told = TOLD.get((given.year, row.action.label, row.actor.slug))
    if told is not None:
        return told
    number = seed(row.action.label, row.actor.slug, given.year) % 100
    drawn = up_to(number, ENDS[given.year])
    status = "" if drawn.end == End.EMPTY else drawn_status(row, given)
    return Story(drawn.end, status, late=drawn.late, again=drawn.again)


def drawn_status(row: Responsibility, given: ReportingRound) -> str:
    """Return a status near that of the others under the action, a little further each year."""
    others, own = seed(row.action.label) % 100, seed(row.action.label, row.actor.slug) % 31 - 15
    number = others + own + 12 * (given.year - FIRST)
    if row.action.nature == Nature.CONTINUOUS:
        return up_to(number, CONTINUOUS)
    has_ended = row.action.period_ended(given.closes_on)
    return up_to(number, ENDED if has_ended else RUNNING)


def up_to(number: int, steps: Sequence[tuple[int, T]]) -> T:
    """Return what stands beside the first step above a number."""
    return next(found for step, found in steps if number < step)
