"""The advice that was received, what was done with it, and the notes of those invited to write."""

from collections.abc import Iterable
from dataclasses import replace

from document.blocks import Block, Facts, Heading, Items, Line, Prose, Run
from document.content.reader import Reader
from document.snapshot import Advice, Note, Words, plain

CODE = "advice"


def blocks(reader: Reader) -> list[Block]:
    """Return the secretariat's text, each advice, and the notes of voices, or that there is none.

    The notes stand by themselves under a title of their own, as they are nobody else's text.
    """
    snapshot = reader.snapshot
    found: list[Block] = []
    written = next((one for one in snapshot.chapters if one.code == CODE), None)
    if written and plain(written.texts, reader.language)[0].strip():
        found.append(reader.written(written.texts))
    elif not snapshot.notes and not snapshot.advice:
        found.append(Prose((Run(reader.label("no_advice")),)))
    found += all_advised(reader, snapshot.advice)
    return [*found, *voices(reader)]


# --- Advice ---------------------------------------------------------------------------


def all_advised(reader: Reader, listed: Iterable[Advice]) -> list[Block]:
    """Return each advice with what was done with it."""
    return [block for one in listed for block in advised(reader, one)]


def advised(reader: Reader, one: Advice) -> list[Block]:
    """Return one advice with what was done with it, or that nothing is said of that."""
    facts: list[tuple[str, Line]] = []
    if one.received_on:
        facts.append((reader.label("advice_received"), (Run(reader.day(one.received_on)),)))
    if one.titles:
        title = reader.words(one.titles)
        facts.append((reader.label("advice_title"), (title, *reader.original(title.language))))
    if one.address:
        facts.append((reader.label("advice_address"), (Run(one.address, link=one.address),)))
    found: list[Block] = [Heading(2, (reader.words(one.names),))]
    found += [Facts(tuple(facts))] if facts else []
    if one.participants:
        found.append(labelled(reader, "advice_participants", one.participants))
    found += [labelled(reader, "advice_text", one.texts)] if one.texts else []
    if one.done:
        return [*found, labelled(reader, "advice_done", one.done)]
    return [*found, Prose((Run(reader.label("advice_not_answered")),), "notice")]


def labelled(reader: Reader, key: str, words: Words) -> Block:
    """Return a text of the secretariat with a word over it that says what it is."""
    return replace(reader.written(words), label=reader.label(key))


# --- Notes of voices ------------------------------------------------------------------


def voices(reader: Reader) -> list[Block]:
    """Return how many wrote and were not taken, whose the notes are, and the notes themselves.

    An edition of before has no words for a title and a disclaimer, and does without them.
    """
    snapshot = reader.snapshot
    found: list[Block] = []
    if snapshot.invited:
        wrote = len({note.voice for note in snapshot.notes})
        said = reader.filled("voices", n=wrote, m=snapshot.invited)
        found.append(Prose((Run(said),)))
    if snapshot.refused:
        found.append(Prose((Run(reader.filled("voices_refused", n=snapshot.refused)),)))
    if snapshot.notes and (disclaimer := reader.label("voices_disclaimer")):
        found.append(Prose((Run(disclaimer),), "notice"))
    for note in snapshot.notes:
        found += note_blocks(reader, note)
    title = reader.label("voices_title")
    return [Heading(2, (Run(title),)), *found] if found and title else found


def note_blocks(reader: Reader, note: Note) -> list[Block]:
    """Return the note of one voice, and what the actors answered."""
    about = note_subject(reader, note)
    found: list[Block] = [
        Heading(2, (reader.words(note.names), *([Run(f" · {about}")] if about else []))),
        reader.rich(note.text),
    ]
    if note.evidence:
        lines = tuple((Run(address, link=address),) for address in note.evidence)
        found.append(Items(lines, reader.label("evidence")))
    for answer in note.answers:
        name = reader.actor(answer.actor).text
        found.append(reader.rich(answer.text, reader.filled("answer", actor=name)))
    return found


def note_subject(reader: Reader, note: Note) -> str:
    """Return what a note is about: "Action 22", "Section 7"; "" for what the plan no longer has."""
    action = next((a for a in reader.snapshot.actions if a.action_id == note.action_id), None)
    if note.action_id and action:
        return reader.heading(action)
    return reader.filled("section", number=note.section) if note.section else ""
