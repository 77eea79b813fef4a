"""Every responsibility, those of an action together."""

from document import selection
from document.blocks import Block, Column, Line, Mark, Page, Piece, Row, Run, Table
from document.content.actions import remarks
from document.content.reader import Reader
from document.selection import Responsibility


def blocks(reader: Reader) -> list[Block]:
    """Return the table, or nothing of a plan without responsibilities."""
    if not selection.responsibilities(reader.snapshot):
        return []
    rows: list[Row] = []
    for action in reader.snapshot.actions:
        title = reader.title(action.titles, action.official)
        page = Page(
            reader.places[id(action)], reader.label("page_short") or reader.label("page_column")
        )
        rows.append(
            Row(((reader.link(action), Run("\u00a0 "), *title, Run(" "), page),), is_head=True)
        )
        held = [row(reader, one) for one in selection.responsibilities_for(action)]
        rows += held or [Row(((Run(reader.label("none_expected")),), (), (), ()))]
    columns = (
        Column(reader.label("actor"), 8),
        Column(reader.label("role"), 3),
        Column(reader.label("status"), 5),
        Column(reader.label("remarks"), 4),
    )
    return [Table(reader.label("annex"), columns, tuple(rows), look="small")]


def row(reader: Reader, held: Responsibility) -> Row:
    """Return an actor of an action, with its role, its status and remarks."""
    status = (reader.plain_status(held.code),) if held.code else (Run("–"),)
    said = [meaning(line) for line in remarks(reader, held.entry)]
    return Row(
        (
            reader.named(held.entry.actor),
            (reader.term(held.entry.role, reader.snapshot.roles),),
            status,
            reader.joined(said, ","),
        )
    )


def meaning(line: Line) -> tuple[Piece, ...]:
    """Return a remark as it stands in the table: signs stay signs."""
    return tuple(piece for piece in line if isinstance(piece, Run | Mark))
