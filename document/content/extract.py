"""What a report says of one actor: how it reported, and its actions; on about two pages."""

from document import selection
from document.blocks import Block, Column, Facts, Line, Prose, Row, Run, Status, Table
from document.content.actions import remarks
from document.content.actors import NUMBERS
from document.content.reader import Reader
from document.snapshot import Action, Entry


def blocks(reader: Reader, slug: str) -> list[Block]:
    """Return the record of an actor and its actions; raises KeyError for one without any."""
    actor = reader.actors[slug]
    held = selection.held(reader.snapshot, slug)
    if not held:
        raise KeyError(slug)
    record = selection.record(actor, [pair for pair in held if pair[1].expected])
    level = reader.term(actor.level, reader.snapshot.levels)
    numbers = tuple(
        (reader.label(f"actor_{key}"), (Run(str(getattr(record, key))),)) for key in NUMBERS
    )
    return [
        Prose((level,), "fine"),
        Prose((Run(reader.label("extract_note")),)),
        Facts(numbers),
        Prose((Run(reader.label("by_actor_note")),), "fine"),
        Table(reader.label("actions"), columns(reader), tuple(row(reader, *one) for one in held)),
        Prose((Run(reader.label("silence_note")),), "fine"),
    ]


def columns(reader: Reader) -> tuple[Column, ...]:
    """Return the head of the table."""
    keys = (("action_column", 9), ("own_status", 5), ("action_status", 5), ("remarks", 6))
    return tuple(Column(reader.label(key), width) for key, width in keys)


def row(reader: Reader, action: Action, entry: Entry) -> Row:
    """Return an action with what the actor reported and how the action stands."""
    title = reader.title(action.titles, action.official)
    code = selection.entry_code(entry, action)
    overdue = reader.label("overdue") if action.overdue else ""
    told = (reader.coverage(action), reader.last_year(action), overdue)
    own: Line = (Status(code, reader.word(code, action)),) if code else ()
    return Row(
        (
            (reader.link(action), Run("\u00a0 "), *title),
            own,
            (reader.status(action),),
            reader.joined((*((Run(text),) for text in told if text), *remarks(reader, entry))),
        )
    )
