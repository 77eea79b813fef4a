"""Every responsibility, those of an action together."""

from document import selection
from document.blocks import Block, Column, Line, Mark, Page, Piece, Row, Run, Table
from document.content.actions import remarks
from document.content.reader import Reader


def blocks(reader: Reader) -> list[Block]:
    """Return the table, or nothing of a plan without responsibilities."""
    rows: list[Row] = []
    before = None
    for held in selection.responsibilities(reader.snapshot):
        action, entry = held.action, held.entry
        if action is not before:
            title = reader.title(action.titles, action.official)
            place = reader.places[id(action)]
            page = Page(place, reader.label("page_column"))
            rows.append(Row(((reader.link(action), Run("\u00a0 "), *title, page),), is_head=True))
            before = action
        status = (reader.plain_status(held.code),) if held.code else (Run("–"),)
        said = [meaning(line) for line in remarks(reader, entry)]
        rows.append(
            Row(
                (
                    (reader.actor(entry.actor),),
                    (reader.term(entry.role, reader.snapshot.roles),),
                    status,
                    reader.joined(said, ","),
                )
            )
        )
    columns = (
        Column(reader.label("actor"), 8),
        Column(reader.label("role"), 3),
        Column(reader.label("status"), 5),
        Column(reader.label("remarks"), 4),
    )
    return [Table(reader.label("annex"), columns, tuple(rows), look="small")] if rows else []


def meaning(line: Line) -> tuple[Piece, ...]:
    """Return a remark as it stands in the table: signs stay signs."""
    return tuple(piece for piece in line if isinstance(piece, Run | Mark))
