"""How far the expected entries are at a glance: actions by actors, and actors by rounds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from actions.enums import HANDED_IN, HAS_BEEN_HANDED_IN, EntryState
from actions.models import Action, Actor, ActorName, Entry, ReportingRound
from actions.models.actors import LEVELS
from actions.models.entries import ENTRY_STATES
from actions.round_status.lateness import late_ones
from actions.rules import deadlines
from document import collation

CARRIED = "carried"
# In the order of work; what a cell shows beside its word, in every font.
SIGNS = {
    EntryState.EMPTY.value: "○",
    EntryState.DRAFT.value: "…",
    EntryState.SUBMITTED.value: "→",
    EntryState.RETURNED.value: "←",
    EntryState.ACCEPTED.value: "✓",
    CARRIED: "=",
}


class Column(NamedTuple):
    """An actor as it was called on the reference date."""

    actor: Actor
    name: ActorName | None

    @property
    def label(self) -> str:
        """The full name."""
        return self.name.label if self.name else self.actor.slug

    @property
    def short(self) -> str:
        """The abbreviation, where there is one."""
        return (self.name.abbreviation if self.name else "") or self.label

    @property
    def language(self) -> str:
        """The language of both."""
        return self.name.name_language if self.name else ""


class Cell(NamedTuple):
    """An entry in the matrix: where it stands, in a code; late or not."""

    entry: int
    code: str
    late: bool

    @property
    def sign(self) -> str:
        """What is shown of the state."""
        return SIGNS[self.code]


@dataclass(frozen=True)
class Matrix:
    """The actions and actors that have an entry; ``cells`` by action and actor."""

    actions: list[Action]
    columns: list[Column]
    cells: Mapping[tuple[int, int], Cell]

    def rows(self) -> Iterable[tuple[Action, list[Cell | None]]]:
        """Yield each action with what stands in each column."""
        for action in self.actions:
            yield action, [self.cells.get((action.pk, one.actor.pk)) for one in self.columns]

    def by_actor(self) -> Iterable[tuple[Column, list[tuple[Action, Cell]]]]:
        """Yield each actor with its actions, in the plan's order."""
        for one in self.columns:
            found = ((a, self.cells.get((a.pk, one.actor.pk))) for a in self.actions)
            yield one, [(action, cell) for action, cell in found if cell]


def read(given: ReportingRound, among: Any, *, on: date) -> Matrix:
    """Return the matrix of some entries of a round on a day; four queries, however many."""
    late_by_now = deadlines.is_late(deadline=given.deadline, on=on)
    rows = among.order_by().values_list(
        "pk", "responsibility__action", "responsibility__actor", "state", "carried_from", "late"
    )
    cells = {
        (action, actor): cell(key, state, carried is not None, late=late, late_by_now=late_by_now)
        for key, action, actor, state, carried, late in rows
    }
    actions = Action.objects.filter(pk__in={action for action, _actor in cells})
    return Matrix(
        list(actions.order_by("position", "pk")),
        columns({actor for _action, actor in cells}, on=given.reference_date),
        cells,
    )


def cell(key: int, state: str, carried: bool, *, late: bool, late_by_now: bool) -> Cell:  # noqa: FBT001
    """Return the cell of an entry; late as ``lateness`` has it."""
    if carried:
        return Cell(key, CARRIED, late=False)
    handed_in = state in HAS_BEEN_HANDED_IN
    return Cell(key, state, late=late if handed_in else late_by_now)


def columns(actors: Iterable[int], *, on: date) -> list[Column]:
    """Return actors by level of government, and there by name, as they were called on a day."""
    order = {level: place for place, (level, _label) in enumerate(LEVELS)}
    rows = Actor.objects.filter(pk__in=list(actors)).with_names()
    found = [Column(actor, actor.name_record(on)) for actor in rows]
    found.sort(
        key=lambda one: (
            order[one.actor.level],
            *collation.by_name(one.label, one.actor.slug),
        )
    )
    return found


class Tally(NamedTuple):
    """Of how many entries of an actor in a round how many came how far."""

    expected: int
    received: int
    accepted: int
    carried: int
    late: int

    @property
    def asked(self) -> int:
        """How many were to be written."""
        return self.expected - self.carried


def over_the_years(
    rounds: list[ReportingRound], *, on: date
) -> list[tuple[Column, list[Tally | None]]]:
    """Return, for each actor, how it stood in each of some rounds of a plan; None where unasked.

    Names are those of the day. Two queries for the names, one for all the counts.
    """
    late = Q(pk__in=[])
    for given in rounds:
        late |= Q(round=given) & late_ones(given, on=on)
    own = Q(carried_from__isnull=True)
    counts = (
        Entry.objects.filter(round__in=rounds, expected=True)
        .values("responsibility__actor", "round")
        .order_by()
        .annotate(
            expected=Count("pk"),
            received=Count("pk", filter=Q(state__in=sorted(HANDED_IN)) & own),
            accepted=Count("pk", filter=Q(state=EntryState.ACCEPTED) & own),
            carried=Count("pk", filter=~own),
            tardy=Count("pk", filter=late),
        )
    )
    by_actor: dict[int, dict[int, Tally]] = defaultdict(dict)
    for row in counts:
        by_actor[row["responsibility__actor"]][row["round"]] = Tally(
            row["expected"], row["received"], row["accepted"], row["carried"], row["tardy"]
        )
    return [
        (one, [by_actor[one.actor.pk].get(given.pk) for given in rounds])
        for one in columns(by_actor, on=on)
    ]


def words() -> dict[str, str]:
    """Return the words of the codes of cells, in the order of work."""
    found = {code: str(word) for code, word in ENTRY_STATES}
    return {code: found.get(code, "") or _("Carried over") for code in SIGNS}
