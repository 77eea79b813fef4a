"""Who made the report, when, and how to read it."""

from document.blocks import Block, Heading, Items, Line, Prose, Run
from document.content import figures
from document.content.reader import BEHALF, WORKING, Reader
from document.snapshot import LANGUAGES


def blocks(reader: Reader) -> list[Block]:
    """Return the whole chapter."""
    found: list[Block] = [Prose((Run(reader.label("made_by")),), "lead")]
    dates = round_dates(reader)
    found += [Prose((Run(dates),))] if dates else []
    found += [*notes(reader), *validation(reader)]
    found += [
        Heading(2, (Run(reader.label("how_to_read")),)),
        Prose((Run(reader.label("how_to_read_text")),)),
        *names_note(reader),
        Heading(2, (Run(reader.label("legend")),)),
        figures.legend(reader),
    ]
    if signs := sign_lines(reader):
        found.append(Items(tuple(signs)))
    return found


def names_note(reader: Reader) -> list[Block]:
    """Return how bodies are named that have no name in this language, if any."""
    note = reader.label("names_note")
    foreign = any(reader.actor(slug).language for slug in reader.actors)
    return [Prose((Run(note),))] if note and foreign else []


def round_dates(reader: Reader) -> str:
    """Return when the round was open, "" where that is not known."""
    snapshot = reader.snapshot
    days = (snapshot.opened_on, snapshot.deadline, snapshot.closed_on)
    opened, deadline, closed = (reader.day(text) for text in days)
    if not all(days):
        return ""
    return reader.filled("round_dates", opened=opened, deadline=deadline, closed=closed)


def notes(reader: Reader) -> list[Block]:
    """Return which edition this one takes the place of, and the note on it."""
    number, note = reader.snapshot.replaces, reader.words(reader.snapshot.note)
    found: list[Block] = []
    if number is not None:
        # An edition of before further editions had kinds has the words of a correction alone.
        kind = "_".join(reader.snapshot.further)
        key = kind if reader.label(kind) else "correction"
        found.append(Prose((Run(reader.filled(key, number=number), look="strong"),)))
    return [*found, *([Prose((note,))] if note.text else [])]


def validation(reader: Reader) -> list[Block]:
    """Return when the working group validated the report, and what it said."""
    when, said = reader.snapshot.validated_on, reader.words(reader.snapshot.validation)
    found: list[Block] = []
    if when:
        text = reader.filled("validation", date=reader.day(when))
        found.append(Prose((Run(text, look="strong"),)))
    return [*found, *([Prose((said,))] if said.text else [])]


def sign_lines(reader: Reader) -> list[Line]:
    """Return what the small signs in titles and texts mean, each once."""
    languages = [code for code in LANGUAGES if code != reader.language]
    found = [(WORKING, reader.label("working_title")), (BEHALF, reader.label("on_behalf"))]
    found += [(f"[{code.upper()}]", reader.label(f"original_{code}")) for code in languages]
    return [
        (Run(f"{sign}\u00a0 ", look="strong"), Run(meaning)) for sign, meaning in found if meaning
    ]
