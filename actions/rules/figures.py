"""The published figures of a round, each with the sets that it divides."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from actions.enums import Nature, Status
from actions.rules.status import is_met


class Followed(NamedTuple):
    """A numbered action of a round: nature, status shown, entries expected and received.

    ``status`` is the override where the secretariat set one, else the derived status.
    """

    nature: Nature
    status: Status
    expected: int
    reported: int
    overdue: bool = False

    @property
    def is_complete(self) -> bool:
        """Tell whether an entry is expected and every expected one is accepted."""
        return 0 < self.expected == self.reported


@dataclass(frozen=True)
class Ratio:
    """So many of so many; ``incomplete`` of the first rest on incomplete reporting."""

    part: int
    whole: int
    incomplete: int = 0

    @property
    def percent(self) -> int | None:
        """The share in whole percent, halves up; None of nothing."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None


@dataclass(frozen=True)
class Figures:
    """The published figures of some actions: numbered ones or sub-actions, never both."""

    coverage: Ratio
    carried_out: Ratio
    at_least_in_part: Ratio
    overdue: Ratio


class Told(Protocol):
    """An action as a report tells it: a row that was published, or a part of a snapshot."""

    @property
    def nature(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def expected(self) -> int: ...
    @property
    def reported(self) -> int: ...
    @property
    def overdue(self) -> bool: ...


def of_told(actions: Iterable[Told]) -> Figures:
    """Return the published figures of some actions of a report."""
    return figures(
        Followed(
            Nature.judged(one.nature), Status(one.status), one.expected, one.reported, one.overdue
        )
        for one in actions
    )


def figures(actions: Iterable[Followed]) -> Figures:
    """Return the published figures of some actions."""
    rows = list(actions)
    return Figures(coverage(rows), carried_out(rows), at_least_in_part(rows), overdue(rows))


def coverage(actions: Iterable[Followed]) -> Ratio:
    """Return actions with every expected entry accepted, of those on which one is expected."""
    rows = [a for a in actions if a.expected]
    return Ratio(sum(a.is_complete for a in rows), len(rows))


def carried_out(actions: Iterable[Followed]) -> Ratio:
    """Return actions carried out or continuously applied, of those that apply."""
    rows = applicable(actions)
    return ratio([a for a in rows if is_met(a.status, a.nature)], rows)


def at_least_in_part(actions: Iterable[Followed]) -> Ratio:
    """Return actions carried out at least in part, of those that apply."""
    rows = applicable(actions)
    kept = [a for a in rows if is_met(a.status, a.nature) or a.status == Status.PARTLY_DONE]
    return ratio(kept, rows)


def overdue(actions: Iterable[Followed]) -> Ratio:
    """Return actions whose period ended without their being finished, of all actions."""
    rows = list(actions)
    return ratio([a for a in rows if a.overdue], rows)


def applicable(actions: Iterable[Followed]) -> list[Followed]:
    """Return the actions that apply to somebody."""
    return [a for a in actions if a.status != Status.NOT_APPLICABLE]


def ratio(part: list[Followed], whole: list[Followed]) -> Ratio:
    """Return how many of how many, and how many of the part rest on incomplete reporting."""
    incomplete = sum(not a.is_complete for a in part)
    return Ratio(len(part), len(whole), incomplete)
