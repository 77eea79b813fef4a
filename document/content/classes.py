"""The actions by pillar of the UN Guiding Principles, by development goal and by theme."""

from collections.abc import Sequence

from document import selection
from document.blocks import Block, Column, Heading, Line, Row, Run, Table
from document.content.reader import Reader
from document.snapshot import Action, Term


def blocks(reader: Reader) -> list[Block]:
    """Return a table for each way of ordering that some action has a place in."""
    snapshot = reader.snapshot
    found: list[Block] = []
    for key, terms in (
        ("pillars", snapshot.pillars),
        ("goals", snapshot.goals),
        ("themes", snapshot.themes),
    ):
        rows = [
            (term, held)
            for term in terms
            if (held := [a for a in snapshot.actions if term.code in getattr(a, key)])
        ]
        if rows:
            found += [Heading(2, (Run(reader.label(f"by_{key}")),)), table(reader, key, rows)]
    return found


def table(reader: Reader, key: str, rows: Sequence[tuple[Term, list[Action]]]) -> Table:
    """Return one table: the term, its actions, how many of them have which status.

    The last row has the actions without any term, so that readers see what the table covers.
    """
    columns = (
        Column(reader.label(f"{key}_column"), 6),
        Column(reader.label("actions"), 9),
        Column(reader.label("by_status"), 5),
    )
    numbered = key != "themes"
    found = [
        Row(
            (
                (
                    *([Run(f"{term.code}\u00a0 ", look="fine")] if numbered else []),
                    reader.words(term.words),
                ),
                *cells(reader, actions),
            )
        )
        for term, actions in rows
    ]
    rest = [action for action in reader.snapshot.actions if not getattr(action, key)]
    if rest and (said := reader.filled(f"without_{key}", n=reader.number_of(rest))):
        found.append(Row(((Run(said),), *cells(reader, rest))))
    return Table(reader.label(f"by_{key}"), columns, tuple(found))


def cells(reader: Reader, actions: Sequence[Action]) -> tuple[Line, Line]:
    """Return some actions, and how many of them have which status."""
    tiles = tuple(reader.tile(action) for action in actions)
    return tiles, reader.counts(selection.status_counts(actions))
