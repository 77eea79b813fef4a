"""The status of an action, derived from what its actors report, with its explanation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from actions.enums import CARRIED_OVER, Nature, Rule, Status


class Report(NamedTuple):
    """What an actor reported of which an entry is expected; ``status`` is None until accepted.

    ``since`` is the year of an entry that was carried over from an earlier round.
    """

    actor: int
    status: Status | None
    since: int | None = None


@dataclass(frozen=True)
class Explanation:
    """An action's status and why: the rule, and which actors stand where.

    ``applicable`` are the reports that counted, in no order that matters; ``left_out`` the
    actors to whom the action does not apply; ``missing`` those without an accepted entry.
    """

    status: Status
    rule: Rule
    applicable: tuple[Report, ...]
    left_out: frozenset[int]
    missing: frozenset[int]

    @property
    def expected(self) -> int:
        """Of how many actors an entry is expected."""
        return len(self.applicable) + len(self.left_out)

    @property
    def reported(self) -> int:
        """How many of them have an accepted one."""
        return self.expected - len(self.missing)

    @property
    def is_complete(self) -> bool:
        """Tell whether an entry is expected and every expected one is accepted."""
        return self.expected > 0 and not self.missing


def is_met(status: Status | None, nature: Nature) -> bool:
    """Tell whether a status does all that the plan asks.

    Fully carried out, or in progress on a continuous action.
    """
    return status == Status.DONE or (status == Status.IN_PROGRESS and nature == Nature.CONTINUOUS)


def derive(reports: Iterable[Report], nature: Nature) -> Explanation:
    """Return an action's status with its explanation.

    ``reports`` has a row for each actor of which an entry is expected for this very action,
    carried-over entries included. What does not apply to an actor leaves first; then the
    first rule that matches gives the status. Raises ValueError for a status that no actor
    can report, or for an actor that stands there twice.
    """
    rows = tuple(reports)
    _check(rows)
    applicable = tuple(r for r in rows if r.status != Status.NOT_APPLICABLE)
    status, rule = _first_match(rows, [r.status for r in applicable], nature)
    return Explanation(
        status=status,
        rule=rule,
        applicable=applicable,
        left_out=frozenset(r.actor for r in rows if r.status == Status.NOT_APPLICABLE),
        missing=frozenset(r.actor for r in rows if r.status is None),
    )


def _check(rows: tuple[Report, ...]) -> None:
    if len({r.actor for r in rows}) != len(rows):
        raise ValueError("an actor has one entry for an action")
    if any(r.status in {Status.NOT_REPORTED, Status.INSUFFICIENT} for r in rows):
        raise ValueError("only the system gives this status")


def _first_match(
    rows: tuple[Report, ...], found: list[Status | None], nature: Nature
) -> tuple[Status, Rule]:
    reported = {status for status in found if status is not None}
    if not rows:
        return Status.NOT_REPORTED, Rule.NONE_EXPECTED
    if not found:
        return Status.NOT_APPLICABLE, Rule.ALL_NOT_APPLICABLE
    if not reported:
        return Status.NOT_REPORTED, Rule.NONE_ACCEPTED
    together = None if None in found else _all_alike(reported, nature)
    return together or _furthest(reported, nature)


def _all_alike(reported: set[Status], nature: Nature) -> tuple[Status, Rule] | None:
    """Return what only everybody together can reach, if they have."""
    if reported == {Status.DISCONTINUED}:
        return Status.DISCONTINUED, Rule.ALL_DISCONTINUED
    if reported == {Status.DONE}:
        return Status.DONE, Rule.ALL_DONE
    if all(is_met(status, nature) for status in reported):
        return Status.IN_PROGRESS, Rule.ALL_MET
    return None


def _furthest(reported: set[Status], nature: Nature) -> tuple[Status, Rule]:
    """Return what the furthest of several reports, or of too few, amounts to."""
    if Status.PARTLY_DONE in reported or any(is_met(status, nature) for status in reported):
        return Status.PARTLY_DONE, Rule.SOME_CARRIED_OUT
    if Status.IN_PROGRESS in reported:
        return Status.IN_PROGRESS, Rule.SOME_IN_PROGRESS
    if Status.NOT_STARTED in reported:
        return Status.NOT_STARTED, Rule.SOME_NOT_STARTED
    return Status.INSUFFICIENT, Rule.TOO_LITTLE


def is_overdue(status: Status, *, period_end: date | None, on: date) -> bool:
    """Tell whether a period ended before a day without the work being finished.

    ``on`` is the round's reference date. Finished is what carries over: fully carried
    out, suspended or dropped, not applicable. Without an end nothing is overdue.
    """
    return period_end is not None and period_end < on and status not in CARRIED_OVER
