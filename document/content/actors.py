"""How each actor reported, by level of government, with its actions."""

from collections.abc import Iterable

from document import selection
from document.blocks import Block, Column, Line, Prose, Row, Run, Table
from document.content.reader import Reader
from document.selection import Record

NUMBERS = ("expected", "received", "late", "done", "overdue")


def blocks(reader: Reader) -> list[Block]:
    """Return the table of all actors of which an entry is expected."""
    found = {record.actor.slug: record for record in selection.records(reader.snapshot)}
    if not found:
        return [Prose((Run(reader.label("none_expected")),))]
    rows: list[Row] = []
    for level in reader.snapshot.levels:
        here = [record for record in found.values() if record.actor.level == level.code]
        if here:
            rows += level_rows(reader, reader.words(level.words), here)
    return [
        Prose((Run(reader.label("by_actor_note")),)),
        Table(reader.label("by_actor"), columns(reader), tuple(rows)),
    ]


def columns(reader: Reader) -> tuple[Column, ...]:
    """Return the head of the table."""
    numbers = (Column(reader.label(f"actor_{key}"), 3, is_number=True) for key in NUMBERS)
    return (Column(reader.label("actor"), 7), *numbers, Column(reader.label("actions"), 7))


def level_rows(reader: Reader, name: Run, records: list[Record]) -> list[Row]:
    """Return the actors of a level by name, under the sums of all of them."""
    by_slug = {record.actor.slug: record for record in records}
    ordered = [by_slug[actor.slug] for actor in reader.in_order(r.actor for r in records)]
    head: Line = (Run(name.text, name.language, "strong"),)
    sums = tuple((Run(str(total(records, key)), look="strong"),) for key in NUMBERS)
    return [Row((head, *sums, ())), *(row(reader, record) for record in ordered)]


def total(records: Iterable[Record], key: str) -> int:
    """Return the sum of one number of some records."""
    return sum(getattr(record, key) for record in records)


def row(reader: Reader, record: Record) -> Row:
    """Return one actor with its numbers and its actions."""
    numbers = tuple((Run(str(getattr(record, key))),) for key in NUMBERS)
    tiles = tuple(reader.tile(action) for action in record.actions)
    return Row((reader.full(record.actor.slug), *numbers, tiles))
