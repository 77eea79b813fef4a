"""Obstacles and next steps brought together, section by section, each leading to its entry."""

from document import richtext, selection
from document.blocks import Block, Heading, Items, Line, Prose, Run
from document.content.reader import Reader
from document.snapshot import Action, Entry, Text

LONGEST = 180  # letters; what is longer is told in full where it leads
FIELDS = ("obstacles", "next_steps")


def blocks(reader: Reader) -> list[Block]:
    """Return the kinds of obstacles, counted, then each section's obstacles and next steps.

    Of this round: work that was finished before, and is carried over, has none any more.
    """
    found = [*carried_note(reader), *kinds(reader)]
    for section, actions in selection.by_section(reader.snapshot):
        lists = [one for one in (listed(reader, field, actions) for field in FIELDS) if one.lines]
        if lists:
            number = section.label if section else ""
            found += [Heading(2, reader.section(section), number=number), *lists]
    return found


def carried_note(reader: Reader) -> list[Block]:
    """Return that what earlier rounds said is left out, where something is; not in old editions."""
    entries = (entry for action in reader.snapshot.actions for entry in action.entries)
    is_carried = any(entry.since is not None for entry in entries)
    note = reader.label("outlook_note") if is_carried else ""
    return [Prose((Run(note),))] if note else []


def kinds(reader: Reader) -> list[Block]:
    """Return which kinds of obstacles were named in how many entries, the most frequent first."""
    named = [
        code
        for action in reader.snapshot.actions
        for entry in action.entries
        if entry.since is None
        for code in entry.obstacle_codes
    ]
    listed_kinds = [term.code for term in reader.snapshot.obstacles if term.code in named]
    if not listed_kinds:
        return []
    said = [
        (reader.term(code, reader.snapshot.obstacles), Run(f"\u00a0({named.count(code)})"))
        for code in sorted(listed_kinds, key=lambda code: -named.count(code))
    ]
    label = Run(reader.colon(reader.label("obstacle_counts")), look="strong")
    return [Prose((label, *reader.joined(said, ",")))]


def listed(reader: Reader, field: str, actions: list[Action]) -> Items:
    """Return what the actors of some actions say in a field, a line each."""
    lines = tuple(
        line(reader, action, entry, entry.texts[field])
        for action in actions
        for entry in action.entries
        if entry.status and entry.since is None and field in entry.texts
        if entry.texts[field].original.strip()
    )
    return Items(lines, reader.label(field))


def line(reader: Reader, action: Action, entry: Entry, text: Text) -> Line:
    """Return one of them: the action, the actor, the text or its start."""
    found, language = text.read(reader.language)
    place = reader.entry_place(action, entry)
    said = f"{reader.colon(reader.heading(action))}{reader.actor(entry.actor).text}"
    name = reader.short(entry.actor)
    return (
        Run(action.label, look="strong", to=place, said=said),
        Run("\u00a0 "),
        name,
        Run(reader.colon("")),
        Run(start(richtext.plain(found)), reader.tongue(language)),
        *reader.original(language),
    )


def start(text: str) -> str:
    """Return a text on one line, or its first words with an ellipsis."""
    words = text.split()
    whole = " ".join(words)
    if len(whole) <= LONGEST:
        return whole
    found = ""
    for word in words:
        if len(found) + len(word) > LONGEST:
            break
        found = f"{found} {word}" if found else word
    return f"{found or whole[:LONGEST]} …"
