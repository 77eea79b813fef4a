"""Of whom an entry is expected for an action: the rule, in plain Python."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

# Each actor's key with that of its parent, or of all who share the place of one that was divided.
Tree = Mapping[int, int | tuple[int, ...] | None]


class Duty(NamedTuple):
    """One actor under one action.

    ``decision`` is the secretariat's word where it has spoken, else None.
    """

    actor: int
    expected_role: bool
    unspecified: bool = False
    decision: bool | None = None


def ancestors(actor: int, parents: Tree) -> Iterator[int]:
    """Yield the actors above one, nearest first; a circle ends where it closes."""
    seen = {actor}
    todo = list(at_once_above(actor, parents))
    while todo:
        above = todo.pop(0)
        if above not in seen:
            yield above
            seen.add(above)
            todo += at_once_above(above, parents)


def at_once_above(actor: int, parents: Tree) -> tuple[int, ...]:
    """Return the parents of an actor: none, one, or the parts of one that was divided."""
    found = parents.get(actor)
    if found is None:
        return ()
    return (found,) if isinstance(found, int) else found


def expected_of(duties: Iterable[Duty], parents: Tree) -> set[int]:
    """Return the actors of which an entry is expected for one action in every round.

    One is expected of lead and responsible actors; never of an actor without a name in the
    source, and not of one whose ancestor is responsible for the same action, unless the
    secretariat says so. An ancestor of which none is expected by decision covers nobody
    below it.
    ``duties`` are those of one action, valid on the day in question.
    """
    listed = list(duties)
    responsible = {
        d.actor for d in listed if d.expected_role and not d.unspecified and d.decision is not False
    }

    def is_expected(duty: Duty) -> bool:
        if duty.unspecified:
            return False
        if duty.decision is not None:
            return duty.decision
        covered = any(above in responsible for above in ancestors(duty.actor, parents))
        return duty.expected_role and not covered

    return {duty.actor for duty in listed if is_expected(duty)}
