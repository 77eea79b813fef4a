"""What the data say of a section in a few lines: a start for whoever introduces it."""

from collections.abc import Iterator

from document import selection
from document.content.figures import amounts
from document.content.reader import Reader
from document.snapshot import Action, Snapshot

TOLD = ("moved_up", "moved_back", "suspended", "completed", "reopened", "overdue")


def opening(snapshot: Snapshot, language: str, label: str) -> str:
    """Return how the section of a number stands: a paragraph a line, "" for an unknown section."""
    reader = Reader(snapshot, language)
    for section, actions in selection.by_section(snapshot):
        if section and section.label == label:
            return "\n\n".join(lines(reader, actions))
    return ""


def lines(reader: Reader, actions: list[Action]) -> Iterator[str]:
    """Yield how many actions there are and how they stand, what moved, and what is missing."""
    head = f"{reader.label('actions')} ({reader.number_of(actions)})"
    yield f"{reader.colon(head)}{amounts(reader, selection.status_counts(actions))}."
    year = reader.snapshot.compared.year if reader.snapshot.compared else ""
    keys = {action.action_id for action in actions}
    for key, found in selection.changes(reader.snapshot):
        here = [action.label for action in found if action.action_id in keys]
        if key in TOLD and here:
            title = reader.label(key).format(year=year)
            yield f"{reader.colon(title)}{', '.join(here)}."
    silent = [
        f"{reader.short(actor.slug).text} ({', '.join(concerned)})"
        for actor, found in reader.sorted_silent()
        if (concerned := [action.label for action in found if action.action_id in keys])
    ]
    if silent:
        yield f"{reader.colon(reader.label('not_reported'))}{', '.join(silent)}."
