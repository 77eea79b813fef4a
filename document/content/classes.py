"""The actions by pillar of the UN Guiding Principles, by development goal and by theme."""

from collections.abc import Sequence

from document import selection
from document.blocks import Block, Column, Heading, Row, Run, Table
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
    """Return one table: the term, its actions, how many of them have which status."""
    columns = (
        Column(reader.label(f"{key}_column"), 6),
        Column(reader.label("actions"), 9),
        Column(reader.label("by_status"), 5),
    )
    numbered = key != "themes"
    return Table(
        reader.label(f"by_{key}"),
        columns,
        tuple(
            Row(
                (
                    (
                        *([Run(f"{term.code}\u00a0 ", look="fine")] if numbered else []),
                        reader.words(term.words),
                    ),
                    tuple(reader.tile(action) for action in actions),
                    reader.counts(selection.status_counts(actions)),
                )
            )
            for term, actions in rows
        ),
    )
