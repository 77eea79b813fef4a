"""Measures what others build on, the interface for programs and the board for other sites.

Both speak of what a report says, so each plan of the benchmark gets one.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Protocol, TypeVar

from actions.enums import Status
from actions.models import Action, Plan, ReportingRound, Responsibility
from actions.services import publication
from actions.services.publication import ActionFacts, EntryFacts
from document import snapshot

YEAR = 2024
PER_PAGE = 50  # what a page of the interface has where nobody asks for another number
API = "/api/v1/plans/{plan}"
LAST_ACTIONS, LAST_ENTRIES = "API: actions, last page", "API: entries, last page"
BOARD = "board elsewhere"  # a tile for each action, so it grows as the plan does and no faster
PAGES = {
    "API: actions": f"{API}/actions/",
    LAST_ACTIONS: f"{API}/actions/?page={{actions}}",
    "API: 200 actions": f"{API}/actions/?per_page=200&page={{actions_200}}",
    "API: action": f"{API}/actions/1/",
    "API: actions, q": f"{API}/actions/?q=human&level=brussels",
    "API: entries": f"{API}/entries/",
    LAST_ENTRIES: f"{API}/entries/?page={{entries}}",
    "API: of an actor": f"{API}/entries/?actor=fps-justice",
    "API: rounds": f"{API}/rounds/",
    "API: actors": "/api/v1/actors/?plan={plan}",
    BOARD: "/en/plans/{plan}/embed/",
}
MOST = 500  # milliseconds to make a page of the interface, in the largest plan


class Cost(Protocol):
    """What a page costs."""

    @property
    def queries(self) -> int:
        """How often the database is asked."""

    @property
    def anew(self) -> float:
        """Seconds to make it."""


Made = TypeVar("Made", bound=Cost)


def addresses(slug: str) -> dict[str, str]:
    """Return the pages of a plan with a report."""
    actions = Action.objects.filter(plan__slug=slug).count()
    entries = Responsibility.objects.filter(action__plan__slug=slug).count()
    numbers = {
        "actions": last(actions, PER_PAGE),
        "actions_200": last(actions, 200),
        "entries": last(entries, PER_PAGE),
    }
    return {name: path.format(plan=slug, **numbers) for name, path in PAGES.items()}


def last(count: int, of: int) -> int:
    """Return the number of the last page."""
    return max(1, -(-count // of))


def publish(slug: str) -> None:
    """Store what readers see of a report in which every actor of a plan says something."""
    plan = Plan.objects.get(slug=slug)
    ends = date(YEAR + 1, 2, 1)
    given = ReportingRound.objects.create(
        plan=plan, year=YEAR, reference_date=date(YEAR, 12, 31),
        opens_on=date(YEAR + 1, 1, 1), deadline=ends, closes_on=ends,
    )  # fmt: skip
    held: dict[int, list[str]] = defaultdict(list)
    levels: dict[str, str] = {}
    rows = Responsibility.objects.filter(action__plan=plan).order_by("position", "pk")
    for action, actor, level in rows.values_list("action", "actor__slug", "actor__level"):
        held[action].append(actor)
        levels[actor] = level
    actors = {
        name: dataclasses.asdict(snapshot.Actor(name, {"en": name.title()}, {}, level))
        for name, level in levels.items()
    }
    publication.show(
        given,
        edition=1,
        published_on=date(YEAR + 1, 6, 1),
        facts={"figures": [], "changes": {}, "actors": actors},
        actions=[told(row, held[row.pk]) for row in plan.actions.all()],
    )


def told(action: Action, actors: list[str]) -> ActionFacts:
    """Return what the report says of an action."""
    text = snapshot.Text(
        "nl", "De maatregel is uitgewerkt en wordt in het voorjaar voorgelegd. " * 8
    )
    entries = tuple(
        snapshot.Entry(actor, "lead", True, Status.IN_PROGRESS.value, {"done": text})
        for actor in dict.fromkeys(actors)
    )
    status = Status.IN_PROGRESS.value
    said = snapshot.Action(
        action_id=action.key, label=action.label, section="", parent="", titles={"en": "Title"},
        official=("en",), nature=action.nature, period={}, period_text="", period_end="",
        status=status, derived=status, rule="all_equal", why={}, overdue=False,
        expected=len(entries), reported=len(entries), entries=entries,
    )  # fmt: skip
    return ActionFacts(
        key=action.key, label=action.label, nature=action.nature, status=status, overdue=False,
        expected=len(entries), reported=len(entries), movement="", facts=dataclasses.asdict(said),
        entries=tuple(EntryFacts(one.actor, one.status, True, None, False) for one in entries),
    )  # fmt: skip


def measure(plans: dict[int, str], cost: Callable[[str], Made]) -> dict[tuple[int, str], Made]:
    """Return what each page costs at each size."""
    found = {}
    for size, slug in plans.items():
        publish(slug)
        for name, path in addresses(slug).items():
            found[size, name] = cost(path)
    return found


def limits(found: Mapping[tuple[int, str], Cost]) -> Iterator[tuple[str, float, float]]:
    """Yield the agreed limits: what, how much it is, how much it may be."""
    smallest, largest = min(size for size, _ in found), max(size for size, _ in found)
    times = largest / smallest
    for name in PAGES:
        small, large = found[smallest, name], found[largest, name]
        yield (
            f"{name}: queries more at {largest} than at {smallest}",
            large.queries - small.queries,
            0,
        )
        if name == BOARD:
            yield f"{name} at {largest}, x at {smallest}", large.anew / small.anew, times
        else:
            yield f"{name} at {largest}, made anew, ms", large.anew * 1000, MOST
