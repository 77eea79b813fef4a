"""What became of an action between two rounds: like with like, so that silence moves nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from actions.enums import Nature, Status
from actions.rules.status import Report, derive, is_met


class Movement(StrEnum):
    """What became of an action; the first that matches, in the order of ``movement``."""

    NEW = "new"
    WITHDRAWN = "withdrawn"
    REASSESSED = "reassessed"
    SUSPENDED = "suspended"
    MOVED_UP = "moved_up"
    MOVED_BACK = "moved_back"
    MORE_INFORMATION = "more_information"
    LESS_INFORMATION = "less_information"
    SAME = "same"


class Cause(StrEnum):
    """Why the published status of an action differs, apart from those who reported both times."""

    NATURE = "nature"  # one-off became continuous, or the other way round
    APPLICABLE = "applicable"  # it applies again, or no longer, to all or to some
    ADDED = "added"  # actors joined
    ENDED = "ended"  # actors left
    OVERRIDE = "override"  # the secretariat set a status, changed it or lifted it
    OTHERS_REPORTED = "others_reported"  # some fell silent while others came in


# How far a status is, the least first; silence and too little stand level.
SCALE = {
    Nature.ONE_OFF: (
        {Status.NOT_REPORTED, Status.INSUFFICIENT}, {Status.DISCONTINUED}, {Status.NOT_STARTED},
        {Status.IN_PROGRESS}, {Status.PARTLY_DONE}, {Status.DONE},
    ),
    Nature.CONTINUOUS: (
        {Status.NOT_REPORTED, Status.INSUFFICIENT}, {Status.DISCONTINUED}, {Status.NOT_STARTED},
        {Status.PARTLY_DONE}, {Status.IN_PROGRESS}, {Status.DONE},
    ),
}  # fmt: skip


class Side(NamedTuple):
    """An action in one of the two rounds.

    ``status`` is the one published; ``override`` the one that the secretariat set, or None.
    ``reports`` has each actor of which an entry is expected, with the status of its accepted
    entry (carried over included), or None where there is none.
    """

    nature: Nature
    status: Status
    reports: Mapping[str, Status | None]
    override: Status | None = None


class Succession(NamedTuple):
    """That one actor took over from another between the two rounds."""

    predecessor: str
    successor: str


@dataclass(frozen=True)
class Step:
    """What became of an action.

    ``before`` and ``now`` are its statuses derived from the common actors alone, None where
    there are none; ``causes`` say why it was reassessed, or that the secretariat set a status
    where the published ones go another way than these. ``unmoved`` tells that at least one
    actor reported both times, none of these says anything else, and the work is unfinished.
    """

    movement: Movement
    before: Status | None = None
    now: Status | None = None
    causes: tuple[Cause, ...] = ()
    completed: bool = False
    unmoved: bool = False


class Pair(NamedTuple):
    """Actors that stand for each other: one on both sides, or those of a merger or a split."""

    before: tuple[str, ...]
    now: tuple[str, ...]


def movement(
    before: Side | None, now: Side | None, successions: Collection[Succession] = ()
) -> Step:
    """Return what became of an action between two rounds; one of the two sides must be there.

    Compared are the actors of which an entry is expected and accepted in both rounds and to
    which the action applies in both. A successor stands for those that it took over from.
    """
    if before is None or now is None:
        if before is now:
            raise ValueError("an action stands in one of two rounds at least")
        return Step(Movement.NEW if before is None else Movement.WITHDRAWN)
    pairs = list(paired(before.reports, now.reports, successions))
    common = [pair for pair in pairs if _is_common(pair, before, now)]
    # Both by today's nature, so that only what was reported makes a difference.
    then = [together([before.reports[a] for a in pair.before], now.nature) for pair in common]
    here = [together([now.reports[a] for a in pair.now], now.nature) for pair in common]
    c0, c1 = together(then, now.nature), together(here, now.nature)
    finished = is_met(now.status, now.nature) or now.status in {
        Status.DISCONTINUED,
        Status.NOT_APPLICABLE,
    }
    kind, causes = _kind(before, now, pairs, c0, c1)
    return Step(
        movement=kind,
        before=c0 if common else None,
        now=c1 if common else None,
        causes=causes,
        completed=is_met(now.status, now.nature) and not is_met(before.status, before.nature),
        unmoved=bool(common) and then == here and not finished,
    )


def _kind(
    before: Side, now: Side, pairs: list[Pair], c0: Status, c1: Status
) -> tuple[Movement, tuple[Cause, ...]]:
    """Return the first that matches, with the causes; see ``Step``."""
    if before.nature != now.nature:
        return Movement.REASSESSED, (Cause.NATURE,)
    if (before.status == Status.NOT_APPLICABLE) != (now.status == Status.NOT_APPLICABLE):
        return Movement.REASSESSED, (Cause.APPLICABLE,)
    moved = _moved(c0, c1, now.nature)
    if moved:
        sets_apart = _is_set(before, now) and (before.status, now.status) != (c0, c1)
        return moved, (Cause.OVERRIDE,) if sets_apart else ()
    if before.status == now.status:
        return Movement.SAME, ()
    return _information(before, now, pairs)


def _moved(c0: Status, c1: Status, nature: Nature) -> Movement | None:
    """Return how those who reported both times moved an action; None where they did not."""
    if c1 == Status.DISCONTINUED != c0:
        return Movement.SUSPENDED
    step = rank(c1, nature) - rank(c0, nature)
    if not step:
        return None
    return Movement.MOVED_UP if step > 0 else Movement.MOVED_BACK


def _is_set(before: Side, now: Side) -> bool:
    """Tell whether the secretariat set a status in one of the two rounds."""
    return before.override is not None or now.override is not None


def _information(before: Side, now: Side, pairs: list[Pair]) -> tuple[Movement, tuple[Cause, ...]]:
    """Return what changed a published status that no common actor moved."""
    found = {cause for pair in pairs for cause in _causes(pair, before, now)}
    if _is_set(before, now):
        found.add(Cause.OVERRIDE)
    both = [pair for pair in pairs if pair.before and pair.now]
    came = any(_heard(pair, before, now) == (False, True) for pair in both)
    went = any(_heard(pair, before, now) == (True, False) for pair in both)
    if came and went:
        found.add(Cause.OTHERS_REPORTED)
    if found or not (came or went):
        return Movement.REASSESSED, tuple(cause for cause in Cause if cause in found)
    return (Movement.MORE_INFORMATION if came else Movement.LESS_INFORMATION), ()


def _causes(pair: Pair, before: Side, now: Side) -> Iterator[Cause]:
    if not pair.before:
        yield Cause.ADDED
    elif not pair.now:
        yield Cause.ENDED
    elif _applies(pair.before, before) != _applies(pair.now, now):
        yield Cause.APPLICABLE


def _applies(actors: Iterable[str], side: Side) -> bool:
    return all(side.reports[actor] != Status.NOT_APPLICABLE for actor in actors)


def _heard(pair: Pair, before: Side, now: Side) -> tuple[bool, bool]:
    """Tell, of actors that stand for each other, whether all of them reported, then and now."""
    return (
        all(before.reports[actor] is not None for actor in pair.before),
        all(now.reports[actor] is not None for actor in pair.now),
    )


def _is_common(pair: Pair, before: Side, now: Side) -> bool:
    if not (pair.before and pair.now) or _heard(pair, before, now) != (True, True):
        return False
    return _applies(pair.before, before) and _applies(pair.now, now)


def together(statuses: Iterable[Status | None], nature: Nature) -> Status:
    """Return the status that several reports amount to, by the rule for actions."""
    return derive([Report(n, status) for n, status in enumerate(statuses)], nature).status


def rank(status: Status, nature: Nature) -> int:
    """Return how far a status is, from 0; not applicable stands beside the scale (ValueError)."""
    for place, level in enumerate(SCALE[nature]):
        if status in level:
            return place
    raise ValueError(f"{status} has no rank")


def paired(
    before: Iterable[str], now: Iterable[str], successions: Collection[Succession] = ()
) -> Iterator[Pair]:
    """Yield the actors of two rounds, those together that stand for each other.

    A body that goes on under its own key stands for itself. One that is there before alone and
    its successors that are there now stand for each other, and whoever else these stand for; a
    body in between, which neither round expects an entry of, is passed over.
    """
    old, new = list(before), list(now)
    heirs = {actor: _heirs(actor, set(new), successions) for actor in old}
    left = dict.fromkeys(old)
    while left:
        # All that hangs together, however many bodies took over from each other.
        these, those = {next(iter(left))}, set[str]()
        while True:
            reached = {heir for actor in these for heir in heirs[actor]}
            more = {actor for actor in old if heirs[actor] & reached}
            if reached == those and more <= these:
                break
            those, these = reached, these | more
        for actor in these:
            left.pop(actor, None)
        yield Pair(
            tuple(actor for actor in old if actor in these),
            tuple(actor for actor in new if actor in those),
        )
    taken = {heir for found in heirs.values() for heir in found}
    for actor in new:
        if actor not in taken:
            yield Pair((), (actor,))


def _heirs(actor: str, now: set[str], successions: Collection[Succession]) -> set[str]:
    """Return who stands now for an actor of before: itself, else its successors' successors."""
    if actor in now:
        return {actor}
    found: set[str] = set()
    seen, step = {actor}, {actor}
    while step:
        step = {s.successor for s in successions if s.predecessor in step} - seen
        seen |= step
        found |= step & now
        step -= now
    return found
