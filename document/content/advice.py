"""The advice that was received, what was done with it, and the notes of those invited to write."""

from document.blocks import Block, Heading, Prose, Run
from document.content.reader import Reader
from document.snapshot import Note, plain

CODE = "advice"


def blocks(reader: Reader) -> list[Block]:
    """Return the secretariat's text, or that there is none, and the notes with their answers."""
    snapshot = reader.snapshot
    found: list[Block] = []
    written = next((one for one in snapshot.chapters if one.code == CODE), None)
    if written and plain(written.texts, reader.language)[0].strip():
        found.append(reader.written(written.texts))
    elif not snapshot.notes:
        found.append(Prose((Run(reader.label("no_advice")),)))
    if snapshot.invited:
        wrote = len({note.voice for note in snapshot.notes})
        said = reader.filled("voices", n=wrote, m=snapshot.invited)
        found.append(Prose((Run(said),)))
    if snapshot.refused:
        found.append(Prose((Run(reader.filled("voices_refused", n=snapshot.refused)),)))
    for note in snapshot.notes:
        found += note_blocks(reader, note)
    return found


def note_blocks(reader: Reader, note: Note) -> list[Block]:
    """Return the note of one voice, and what the actors answered."""
    action = next((a for a in reader.snapshot.actions if a.action_id == note.action_id), None)
    about = (
        reader.heading(action)
        if note.action_id and action
        else reader.filled("section", number=note.section)
    )
    found: list[Block] = [
        Heading(2, (reader.words(note.names), Run(f" · {about}"))),
        reader.rich(note.text),
    ]
    for answer in note.answers:
        name = reader.actor(answer.actor).text
        found.append(reader.rich(answer.text, reader.filled("answer", actor=name)))
    return found
