"""What a reviewer's attention is drawn to in an entry; hints, that never block."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from actions.enums import Nature, Status
from actions.rules import markup

SHORT = 60  # characters; two short sentences have more


class Hint(StrEnum):
    """What may be wanting in an entry."""

    NO_EVIDENCE = "no_evidence"
    UNCHANGED = "unchanged"
    OVERDUE_UNEXPLAINED = "overdue_unexplained"
    VERY_SHORT = "very_short"
    MOVED_BACK_UNEXPLAINED = "moved_back_unexplained"


class Facts(NamedTuple):
    """What the hints look at; ``before`` is the status of the last round, None without one."""

    status: Status
    nature: Nature
    done: str
    explanation: str
    has_evidence: bool
    is_unchanged: bool
    is_overdue: bool
    before: Status | None = None


# How far a status is; discontinued and not applicable stand beside the scale.
ONE_OFF = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.PARTLY_DONE, Status.DONE)
CONTINUOUS = (Status.NOT_STARTED, Status.PARTLY_DONE, Status.IN_PROGRESS, Status.DONE)


def moved(before: Status | None, now: Status, nature: Nature) -> int:
    """Return 1 where a status moved up, -1 where it moved back, 0 where neither can be said."""
    scale = CONTINUOUS if nature == Nature.CONTINUOUS else ONE_OFF
    if before not in scale or now not in scale:
        return 0
    return (scale.index(now) > scale.index(before)) - (scale.index(now) < scale.index(before))


def hints(facts: Facts) -> Iterator[Hint]:
    """Yield what a reviewer should look at."""
    explained = bool(facts.explanation.strip())
    if not facts.has_evidence:
        yield Hint.NO_EVIDENCE
    if facts.is_unchanged:
        yield Hint.UNCHANGED
    if facts.is_overdue and not explained:
        yield Hint.OVERDUE_UNEXPLAINED
    if markup.length(facts.done) < SHORT:
        yield Hint.VERY_SHORT
    if moved(facts.before, facts.status, facts.nature) < 0 and not explained:
        yield Hint.MOVED_BACK_UNEXPLAINED
