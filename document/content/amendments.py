"""Amendments of the plan: by what decision, what they did to which action, what it said before."""

from collections.abc import Iterator
from dataclasses import replace

from document import selection
from document.blocks import Block, Break, Heading, Items, Line, Piece, Prose, Run
from document.content import periods
from document.content.reader import Reader, full_stop, one_line
from document.snapshot import Action, Amended, Amendment, Words, plain


def blocks(reader: Reader, after: str | None = None) -> list[Block]:
    """Return the amendments since the edition before, or since the year began; those announced.

    ``after`` is another day to begin behind, "" for all. An edition from before they were told
    of has none.
    """
    first = selection.since(reader.snapshot) if after is None else after
    found: list[Block] = []
    for amendment in reader.snapshot.amendments:
        if amendment.on > first:
            found.append(Prose(decision(reader, amendment)))
            if amendment.actions:
                lines = tuple(changed(reader, one) for one in amendment.actions)
                found.append(Items(lines))
    return [Heading(2, (Run(reader.label("amendments")),)), *found] if found else []


def decision(reader: Reader, amendment: Amendment) -> Line:
    """Return from when an amendment holds, why, and by what decision."""
    ahead = amendment.on > reader.snapshot.reference_date
    key = "amended_after" if ahead else "amended_on"
    found: list[Piece] = [Run(reader.filled(key, day=reader.day(amendment.on)), look="strong")]
    note = reader.words(amendment.note)
    if note.text:
        found += [Run(" "), note, *full_stop((note,)), *reader.original(note.language)]
    document = one_line(amendment.document or amendment.address)
    day = reader.day(amendment.decided_on)
    if document or day:
        found.append(Run(f" {reader.colon(reader.label('decision'))}"))
        named = [Run(document, link=amendment.address)] if document else []
        found += reader.joined([[one] for one in (*named, *([Run(day)] if day else []))], ",")
        found.append(Run("."))
    return tuple(found)


def changed(reader: Reader, amended: Amended) -> Line:
    """Return what an amendment did to one action, and what the plan said before.

    Of several amendments since the edition before, the last one says that.
    """
    action = next(
        (one for one in reader.snapshot.actions if one.action_id == amended.action_id), None
    )
    shown = reader.filled("action", label=amended.label)
    number = replace(reader.link(action), text=shown) if action else Run(shown, look="strong")
    acts = [reader.label(f"act_{amended.act}")]
    if action and action.label != amended.label:
        # Here it stands under the number that it had or has until then.
        acts.append(reader.filled("was_label", label=action.label))
    found: list[Piece] = [number, Run(f" ({', '.join(acts)})"), Run(reader.colon(""))]
    found += reader.title(amended.titles, amended.official)
    note = reader.words(amended.note)
    if note.text:
        found += [Run(" – "), note, *reader.original(note.language)]
    if action and last_of(reader, action) is amended and (old := former(reader, action)):
        found += [Break(), Run(reader.colon(reader.label("former_wording")), look="strong")]
        found += [*old, *full_stop(old)]
    for key, text in (("text_before", amended.text_before), ("text_after", amended.text_after)):
        if plain(text, reader.language)[0]:
            found += [Break(), Run(reader.colon(reader.label(key)), look="strong")]
            found += quoted(reader, text)
    return tuple(found)


def last_of(reader: Reader, action: Action) -> Amended | None:
    """Return the last amendment of an action that took effect since the edition before."""
    snapshot = reader.snapshot
    found = selection.decided(snapshot, selection.since(snapshot)).get(action.action_id)
    return found[-1] if found else None


def quoted(reader: Reader, text: Words) -> Line:
    """Return a text of the plan on one line, with the mark of another language."""
    run = reader.words(text)
    return (run, *reader.original(run.language))


# --- What an action said before -------------------------------------------------------------


def former(reader: Reader, action: Action) -> Line:
    """Return what the edition before says of an action that was amended since, in one line."""
    return reader.joined(before(reader, action))


def before(reader: Reader, action: Action) -> Iterator[Line]:
    """Yield what was otherwise, a line each: number, title, section, period, nature, bodies."""
    old = action.former
    if old is None:
        return
    if old.label != action.label:
        yield (Run(reader.filled("was_label", label=old.label)),)
    is_decided = last_of(reader, action) is not None
    if selection.titles_differ(old, action, is_decided=is_decided):
        yield reader.spoken("was_title", title=reader.title(old.titles, old.official))
    if old.section != action.section:
        label = old.section or "–"
        yield (Run(reader.filled("was_section", label=label)),)
    if (old.period_text, old.period_end) != (action.period_text, action.period_end):
        said = periods.stated(reader, old.period, old.period_text) or (Run("–"),)
        yield reader.spoken("was_period", period=said)
    if old.nature != action.nature:
        word = reader.snapshot.labels[reader.language].get(old.nature, old.nature)
        yield (Run(reader.filled("was_nature", nature=word or "–")),)
    yield from filter(None, (
        reader.listed("actors_added", old.actors_added),
        reader.listed("actors_ended", old.actors_ended),
    ))  # fmt: skip
