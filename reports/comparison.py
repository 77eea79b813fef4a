"""What became of each action between two editions: plain facts, no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from actions.enums import Nature, Status
from actions.rules.hints import moved
from document.snapshot import Action, Snapshot, status_code

# What can become of an action, in the order in which it is shown.
UP, BACK, COMPLETED, AMENDED = "up", "back", "completed", "amended"
NONE, OTHER, NEW, GONE = "none", "other", "new", "gone"
GROUPS = (UP, COMPLETED, BACK, OTHER, NEW, AMENDED, GONE, NONE)


@dataclass(frozen=True)
class Line:
    """An action in two editions; it may be missing in one of them."""

    label: str
    movement: str
    before: Action | None
    now: Action | None

    @property
    def action(self) -> Action:
        """The action as the later edition has it, else as the earlier one had."""
        found = self.now or self.before
        assert found is not None  # noqa: S101 - a line is of an action
        return found

    @property
    def is_amended(self) -> bool:
        """Tell whether both editions have the action, worded differently."""
        return bool(self.now and self.before and self.now.titles != self.before.titles)

    @property
    def code_before(self) -> str:
        """The code of the earlier status; nothing where there was none."""
        return status_code(self.before.status, self.before.nature) if self.before else ""

    @property
    def code_now(self) -> str:
        """The code of the later status; nothing where there is none."""
        return status_code(self.now.status, self.now.nature) if self.now else ""


def compare(before: Snapshot, now: Snapshot) -> list[Line]:
    """Return a line for each action that either edition has, in the order of the later one."""
    old = {action.label: action for action in before.actions}
    listed = {action.label for action in now.actions}
    lines = [line(old.get(action.label), action) for action in now.actions]
    return lines + [line(action, None) for action in before.actions if action.label not in listed]


def line(before: Action | None, now: Action | None) -> Line:
    """Return what became of one action, which at least one of the two editions has."""
    if now is None:
        assert before is not None  # noqa: S101 - see above
        return Line(before.label, GONE, before, None)
    if before is None:
        return Line(now.label, NEW, None, now)
    return Line(now.label, change(before, now), before, now)


def change(before: Action, now: Action) -> str:
    """Return what became of an action that both editions have.

    "Other" is a change between two statuses of which none is further, such as from no
    update received to suspended.
    """
    found = movement(before.status, now.status, now.nature, amended=before.titles != now.titles)
    return OTHER if found in {NONE, AMENDED} and before.status != now.status else found


def movement(before: str, now: str, nature: str, *, amended: bool) -> str:
    """Return how far an action moved between two editions, as the report says it."""
    if now == Status.DONE and before != Status.DONE:
        return COMPLETED
    step = moved(Status(before), Status(now), Nature(nature or Nature.ONE_OFF))
    if step:
        return UP if step > 0 else BACK
    return AMENDED if amended else NONE


def grouped(lines: Iterable[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Yield the groups that have lines, in their order."""
    listed = list(lines)
    for group in GROUPS:
        found = [one for one in listed if one.movement == group]
        if found:
            yield group, found
