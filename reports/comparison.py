"""What became of each action between two editions, and of the figures: plain facts, no database."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from actions.enums import Nature, Status
from actions.rules import figures
from actions.rules.figures import Ratio
from actions.rules.movement import Movement, Side, Step, Succession, movement, paired
from document import selection
from document.snapshot import (
    Action,
    Actor,
    Amended,
    Compared,
    Past,
    PastStatus,
    Share,
    Snapshot,
    Withdrawn,
    Wording,
)

# What can become of an action, in the order in which it is shown.
GROUPS = (
    Movement.MOVED_UP, Movement.MOVED_BACK, Movement.SUSPENDED, Movement.MORE_INFORMATION,
    Movement.LESS_INFORMATION, Movement.REASSESSED, Movement.NEW, Movement.WITHDRAWN,
    Movement.SAME,
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """An action in two editions; it may be missing in one of them."""

    step: Step
    before: Action | None
    now: Action | None
    is_amended: bool = False
    former: Wording | None = None

    @property
    def movement(self) -> Movement:
        """What became of it."""
        return self.step.movement

    @property
    def action(self) -> Action:
        """The action as the later edition has it, else as the earlier one had."""
        found = self.now or self.before
        assert found is not None  # noqa: S101 - a line is of an action
        return found

    @property
    def label(self) -> str:
        """Its number, as ``action`` has it."""
        return self.action.label

    @property
    def code_before(self) -> str:
        """The code of the earlier status; nothing where there was none."""
        return self.before.code if self.before else ""

    @property
    def code_now(self) -> str:
        """The code of the later status; nothing where there is none."""
        return self.now.code if self.now else ""


def compare(before: Snapshot, now: Snapshot) -> list[Line]:
    """Return a line for each action that either edition has, in the order of the later one."""
    old = {action.action_id: action for action in before.actions}
    listed = {action.action_id for action in now.actions}
    heirs = successions(now)
    changes = selection.decided(now, before.reference_date)
    lines = [
        line(old.get(action.action_id), action, heirs, changes.get(action.action_id, ()))
        for action in now.actions
    ]
    return lines + [
        line(action, None, heirs) for action in before.actions if action.action_id not in listed
    ]


def line(
    before: Action | None,
    now: Action | None,
    heirs: Collection[Succession],
    changes: Sequence[Amended] = (),
) -> Line:
    """Return what became of one action, which at least one of the two editions has.

    ``changes`` is what amendments changed of it that took effect between them.
    """
    sides = [side(action) if action else None for action in (before, now)]
    step = movement(sides[0], sides[1], heirs)
    if before is None or now is None:
        return Line(step, before, now)
    amended = is_amended(before, now, heirs, changes)
    moved = (before.label, before.section) != (now.label, now.section)
    former = wording(before, now, heirs) if amended or moved else None
    return Line(step, before, now, amended, former)


def side(action: Action) -> Side:
    """Return an action of an edition as the rule of movement sees it."""
    return Side(
        nature=Nature.judged(action.nature),
        status=Status(action.status),
        reports={
            entry.actor: Status(entry.status) if entry.status else None
            for entry in action.entries
            if entry.expected
        },
        override=Status(action.override.status) if action.override else None,
    )


def successions(snapshot: Snapshot) -> list[Succession]:
    """Return who had taken over from whom by the reference date of an edition."""
    return [
        Succession(one.predecessor, one.successor)
        for one in snapshot.successions
        if one.on <= snapshot.reference_date
    ]


def is_amended(
    before: Action, now: Action, heirs: Collection[Succession], changes: Sequence[Amended]
) -> bool:
    """Tell whether the plan itself says something else of an action.

    Its official wording, its own text, its period or nature, or an actor added or taken away
    otherwise than by a rename, a merger or a split; a corrected working translation is no
    amendment.
    """
    return (
        selection.titles_differ(before, now, is_decided=bool(changes))
        or any(one.text_before or one.text_after for one in changes)
        or (before.period_text, before.period_end) != (now.period_text, now.period_end)
        or before.nature != now.nature
        or any(joined_and_left(before, now, heirs))
    )


def joined_and_left(
    before: Action, now: Action, heirs: Collection[Succession]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the actors that were added, and those taken away.

    Otherwise than by a rename, a merger or a split.
    """
    pairs = list(paired(side(before).reports, side(now).reports, heirs))
    added = tuple(actor for pair in pairs if not pair.before for actor in pair.now)
    ended = tuple(actor for pair in pairs if not pair.now for actor in pair.before)
    return added, ended


def wording(before: Action, now: Action, heirs: Collection[Succession]) -> Wording:
    """Return what an edition says of an action that the plan has changed since."""
    added, ended = joined_and_left(before, now, heirs)
    return Wording(
        label=before.label,
        section=before.section,
        titles=before.titles,
        official=before.official,
        nature=before.nature,
        period=before.period,
        period_text=before.period_text,
        period_start=before.period_start,
        period_end=before.period_end,
        actors_added=added,
        actors_ended=ended,
    )


def grouped(lines: Iterable[Line]) -> Iterator[tuple[Movement, list[Line]]]:
    """Yield the groups that have lines, in their order."""
    listed = list(lines)
    for group in GROUPS:
        found = [one for one in listed if one.movement == group]
        if found:
            yield group, found


# --- What an edition says of those before it ----------------------------------------


def told(snapshot: Snapshot, past: Sequence[Snapshot]) -> Snapshot:
    """Return a snapshot with what became of its actions and figures.

    ``past`` has an edition of each earlier round, the newest first. The first is the one that
    it is compared with; without one nothing moves.
    """
    if not past:
        return snapshot
    lines = {one.action.action_id: one for one in compare(past[0], snapshot)}
    still = standstill(snapshot, past)
    actions = tuple(
        dataclasses.replace(
            action,
            history=history(action.action_id, past),
            **moved(lines[action.action_id]),
            unmoved=still.get(action.action_id, 0),
        )
        for action in snapshot.actions
    )
    return dataclasses.replace(
        snapshot,
        actions=actions,
        actors=with_left(snapshot, past[0], actions),
        compared=Compared(past[0].year, past[0].edition, past[0].reference_date),
        past=tuple(Past(one.year, one.edition, shares(one)) for one in reversed(past)),
        withdrawn=tuple(gone(one.action) for one in lines.values() if one.now is None),
    )


def with_left(snapshot: Snapshot, before: Snapshot, actions: Iterable[Action]) -> tuple[Actor, ...]:
    """Return the actors with those that were taken away, as the edition before called them."""
    found = {actor.slug: actor for actor in snapshot.actors}
    old = {actor.slug: actor for actor in before.actors}
    for action in actions:
        for slug in action.former.actors_ended if action.former else ():
            while slug and slug not in found and slug in old:
                found[slug] = old[slug]
                slug = old[slug].parent  # noqa: PLW2901 - up the tree, as far as it is new
    return tuple(found.values())


def moved(given: Line) -> dict[str, Any]:
    """Return what a snapshot keeps of the movement of an action that it has."""
    step, before, now = given.step, given.before, given.now
    assert now is not None  # noqa: S101 - see told()
    # The day of the plan, where the edition before named no other one.
    known = (before.expected_by or before.period_end) if before else ""
    return {
        "movement": step.movement.value,
        "causes": tuple(cause.value for cause in step.causes),
        "common_before": str(step.before or ""),
        "common_now": str(step.now or ""),
        "completed": step.completed,
        "amended": given.is_amended,
        "former": given.former,
        "slipped": bool(known and now.expected_by > known),
    }


def standstill(snapshot: Snapshot, past: Sequence[Snapshot]) -> dict[str, int]:
    """Return, by action, in how many comparisons in a row unfinished work did not move."""
    found: dict[str, int] = {}
    going = {action.action_id for action in snapshot.actions}
    later = snapshot
    for before in past:
        lines = {one.action.action_id: one for one in compare(before, later)}
        going = {key for key in going if key in lines and lines[key].step.unmoved}
        if not going:
            break
        for key in going:
            found[key] = found.get(key, 0) + 1
        later = before
    return found


def history(action_id: str, past: Iterable[Snapshot]) -> tuple[PastStatus, ...]:
    """Return an action's statuses in earlier editions, newest first."""
    return tuple(
        PastStatus(
            snapshot.year, snapshot.edition, action.status, action.nature, action.is_incomplete
        )
        for snapshot in past
        for action in snapshot.actions
        if action.action_id == action_id
    )


def gone(action: Action) -> Withdrawn:
    """Return what is kept of an action that the plan no longer has."""
    return Withdrawn(
        action.action_id, action.label, action.titles, action.official, action.nature,
        action.status,
    )  # fmt: skip


def shares(snapshot: Snapshot) -> tuple[Share, ...]:
    """Return the key figures of an edition, by today's formulas."""
    found = figures.of_told(action for action in snapshot.actions if not action.is_sub_action)
    return tuple(share(code.name, getattr(found, code.name)) for code in dataclasses.fields(found))


def share(code: str, ratio: Ratio) -> Share:
    """Return one figure; how many rest on incomplete reporting is not asked of coverage."""
    incomplete = None if code == "coverage" else ratio.incomplete
    return Share(code, ratio.part, ratio.whole, ratio.percent, incomplete)
