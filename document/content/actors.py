"""How each actor reported, by level of government, with its actions."""

from collections.abc import Iterable
from dataclasses import replace

from document import selection
from document.blocks import Block, Break, Column, Line, Page, Piece, Prose, Row, Run, Table
from document.content import successions
from document.content.reader import Reader
from document.selection import Record
from document.snapshot import Action

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
    numbers = (Column(reader.label(f"actor_{key}"), 2, is_number=True) for key in NUMBERS)
    return (Column(reader.label("actor"), 8), *numbers, Column(reader.label("actions"), 10))


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
    name = list(reader.full(record.actor.slug))
    for line in successions.stated(reader, record.actor.slug):
        name += [Break(), *(replace(one, look="fine") for one in line if isinstance(one, Run))]
    return Row((tuple(name), *numbers, tiles(reader, record.actions)))


def tiles(reader: Reader, actions: Iterable[Action]) -> Line:
    """Return actions as tiles, each with its page where the document has it."""
    word = "" if reader.elsewhere else reader.label("page_short")
    found: list[Piece] = []
    for action in actions:
        found.append(reader.tile(action))
        if word:
            found += [Page(reader.places[id(action)], word), Run(" ")]
    return tuple(found)


def family(reader: Reader, slug: str) -> list[Record]:
    """Return the records of an actor and of the bodies below it, its own first, then by name."""
    slugs = selection.below(reader.snapshot, slug)
    found = {one.actor.slug: one for one in selection.records(reader.snapshot)}
    ordered = reader.in_order(found[one].actor for one in slugs & found.keys() if one != slug)
    own = [found[slug]] if slug in found else []
    return [*own, *(found[actor.slug] for actor in ordered)]


def sums(reader: Reader, records: list[Record]) -> tuple[Line, ...]:
    """Return the numbers of some actors added up; an action of several counts for each."""
    numbers = ((Run(str(total(records, key)), look="strong"),) for key in NUMBERS)
    return ((Run(reader.label("total"), look="strong"),), *numbers, ())
