"""The published figures of a round, each with the sets that it divides."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from actions.enums import Nature, Status
from actions.rules.status import Explanation, is_met


class Followed(NamedTuple):
    """A numbered action of a round: nature, status shown, and how that was derived.

    ``status`` is the override where the secretariat set one, else the derived status.
    """

    nature: Nature
    status: Status
    explanation: Explanation


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


def coverage(actions: Iterable[Followed]) -> Ratio:
    """Return actions with every expected entry accepted, of all actions.

    An action for which no entry is expected is not covered: silence is no report.
    """
    rows = list(actions)
    return Ratio(sum(a.explanation.is_complete for a in rows), len(rows))


def carried_out(actions: Iterable[Followed]) -> Ratio:
    """Return actions carried out or continuously applied, of those that apply."""
    rows = applicable(actions)
    return ratio([a for a in rows if is_met(a.status, a.nature)], rows)


def at_least_in_part(actions: Iterable[Followed]) -> Ratio:
    """Return actions carried out at least in part, of those that apply."""
    rows = applicable(actions)
    kept = [a for a in rows if is_met(a.status, a.nature) or a.status == Status.PARTLY_DONE]
    return ratio(kept, rows)


def applicable(actions: Iterable[Followed]) -> list[Followed]:
    """Return the actions that apply to somebody."""
    return [a for a in actions if a.status != Status.NOT_APPLICABLE]


def ratio(part: list[Followed], whole: list[Followed]) -> Ratio:
    """Return how many of how many, and how many of the part rest on incomplete reporting."""
    incomplete = sum(not a.explanation.is_complete for a in part)
    return Ratio(len(part), len(whole), incomplete)
