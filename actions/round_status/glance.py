"""How all actions of a round stand, as far as the figures need it: quick for thousands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from actions.enums import EntryState, Nature, Status
from actions.models import Action, Entry, Override, ReportingRound
from actions.round_status.lateness import expected
from actions.round_status.reading import earlier, in_order, read_wordings
from actions.round_status.rows import followed
from actions.rules import figures
from actions.rules.figures import Figures, Followed
from actions.rules.status import Report, derive
from document.snapshot import is_partial, status_code

# What tells where an action stands and what becomes of what was reported.
NEEDED = (
    "plan", "parent", "position", "nature", "period_end", "valid_from", "valid_to", "reworded_on",
)  # fmt: skip


class Standing(NamedTuple):
    """An action in a round: its key, and what the figures need of it."""

    action: int
    is_sub_action: bool
    code: str
    followed: Followed

    @property
    def is_incomplete(self) -> bool:
        """Tell whether the status rests on some of the expected entries only."""
        return is_partial(self.followed.reported, self.followed.expected)


@dataclass(frozen=True)
class Glance:
    """How all actions of a round stand, in the plan's order; ``before`` is the round before.

    Says what ``RoundStatus`` says of them, without who said what and what it was before.
    """

    round: ReportingRound
    rows: tuple[Standing, ...]
    before: "Glance | None" = None

    @cached_property
    def numbered(self) -> tuple[Standing, ...]:
        """The actions that the plan counts."""
        return tuple(row for row in self.rows if not row.is_sub_action)

    @cached_property
    def sub_actions(self) -> tuple[Standing, ...]:
        """The sub-actions, counted beside them."""
        return tuple(row for row in self.rows if row.is_sub_action)

    @cached_property
    def figures(self) -> Figures:
        """The figures of the numbered actions."""
        return figures.figures(row.followed for row in self.numbered)

    @cached_property
    def sub_figures(self) -> Figures:
        """The figures of the sub-actions."""
        return figures.figures(row.followed for row in self.sub_actions)


def tally(rows: Iterable[Standing]) -> Counter[str]:
    """Return how many actions have each status, by the code that picks its word."""
    return Counter(row.code for row in rows)


def glance(given: ReportingRound) -> Glance:
    """Return how all actions of a round stand, and those of the round before.

    With the same number of queries however large the plan is, and without an object for
    each entry: a board of thousands of actions shows some hundreds, and counts them all.
    """
    rounds = [given, *earlier(given)[:1]]
    days = [one.reference_date for one in rounds]
    actions = list(Action.objects.filter(plan=given.plan_id).only(*NEEDED))
    places = read_wordings(actions, before=min(days))
    reports = read_reports(rounds)
    shown = {
        (one, action): status
        for one, action, status in Override.objects.filter(round__in=rounds).values_list(
            "round", "action", "status"
        )
    }
    seen = {
        one: tuple(
            standing(
                action,
                reports[one.pk].get(action.pk, ()),
                shown.get((one.pk, action.pk)),
                on=one.reference_date,
            )
            for action in in_order(actions, one.reference_date, places)
        )
        for one in rounds
    }
    before = [Glance(one, seen[one]) for one in rounds[1:]]
    return Glance(given, seen[given], *before)


def standing(action: Action, reports: Iterable[Report], shown: str | None, *, on: date) -> Standing:
    """Return how an action stands, from what was reported and the status set in its place."""
    derived = derive(reports, Nature.judged(action.nature))
    status = Status(shown) if shown else derived.status
    return Standing(
        action.pk,
        action.is_sub_action,
        status_code(status, action.nature),
        followed(action, derived, status, on=on),
    )


def read_reports(rounds: list[ReportingRound]) -> Mapping[int, Mapping[int, list[Report]]]:
    """Return, by round and action, what each actor reported of which an entry is expected."""
    found: dict[int, dict[int, list[Report]]] = {one.pk: defaultdict(list) for one in rounds}
    rows = Entry.objects.filter(round__in=rounds, expected=True).order_by()
    for one, action, actor, state, status in rows.values_list(
        "round", "responsibility__action", "responsibility__actor", "state", "status"
    ):
        accepted = Status(status) if state == EntryState.ACCEPTED else None
        found[one][action].append(Report(actor, accepted))
    for given in rounds:
        if given.is_planned:
            for row in expected(given):
                found[given.pk][row.action_id].append(Report(row.actor_id, None))
    return found
