"""The actors that have not reported, by name, with the actions concerned."""

from document.blocks import Block, Column, Prose, Row, Run, Table
from document.content.reader import Reader


def blocks(reader: Reader) -> list[Block]:
    """Return the table of silent actors, or that there are none."""
    found = reader.sorted_silent()
    if not found:
        return [Prose((Run(reader.label("all_reported")),))]
    rows = tuple(
        Row(
            (
                reader.named(actor.slug),
                (reader.term(actor.level, reader.snapshot.levels),),
                reader.joined(((reader.link(action),) for action in actions), ","),
            )
        )
        for actor, actions in found
    )
    columns = (
        Column(reader.label("actor"), 8),
        Column(reader.label("level_column"), 4),
        Column(reader.label("actions"), 8),
    )
    return [Table(reader.label("not_reported"), columns, rows)]
