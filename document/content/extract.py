"""What a report says of one actor: how it reported, and its actions; on about two pages."""

from document import selection
from document.blocks import Block, Column, Facts, Heading, Line, Prose, Row, Run, Status, Table
from document.content import actors, successions
from document.content.actions import remarks
from document.content.actors import NUMBERS
from document.content.reader import Reader
from document.selection import Record
from document.snapshot import Action, Entry


def blocks(reader: Reader, slug: str) -> list[Block]:
    """Return the record of an actor and its actions; raises KeyError for one without any."""
    actor = reader.actors[slug]
    held = selection.held(reader.snapshot, slug)
    family = actors.family(reader, slug)
    if not held and not family:
        raise KeyError(slug)
    record = selection.record(actor, [pair for pair in held if pair[1].expected])
    level = reader.term(actor.level, reader.snapshot.levels)
    numbers = tuple(
        (reader.label(f"actor_{key}"), (Run(str(getattr(record, key))),)) for key in NUMBERS
    )
    found: list[Block] = [
        Prose((level,), "fine"),
        *(Prose(line) for line in successions.stated(reader, slug)),
        Prose((Run(reader.label("extract_note")),)),
    ]
    if held:
        found.append(Facts(numbers))
    if bodies := with_bodies(reader, slug, family):
        found += [Heading(2, (Run(bodies.title),)), bodies]
    found.append(Prose((Run(reader.label("by_actor_note")),), "fine"))
    if held:
        rows = tuple(row(reader, *one) for one in held)
        found.append(Table(reader.label("actions"), columns(reader), rows))
    return [*found, Prose((Run(reader.label("silence_note")),), "fine")]


def with_bodies(reader: Reader, slug: str, family: list[Record]) -> Table | None:
    """Return an actor with the bodies below it, added up; nothing where there are none.

    An edition from before has no words for it.
    """
    title = reader.label("with_bodies")
    if not title or not any(record.actor.slug != slug for record in family):
        return None
    rows = tuple(actors.row(reader, record) for record in family)
    return Table(title, actors.columns(reader), rows, actors.sums(reader, family))


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
