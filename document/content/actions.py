"""The actions under their sections: status and why, and what each actor said."""

from collections.abc import Iterator

from document import selection
from document.blocks import (
    Action as ActionBlock,
)
from document.blocks import (
    Block,
    Facts,
    Heading,
    Items,
    Line,
    Piece,
    Prose,
    Run,
    Status,
    StatusLine,
    Strip,
)
from document.blocks import (
    Entry as EntryBlock,
)
from document.content import amendments, periods, successions
from document.content.reader import BEHALF, Reader, capitalised, full_stop, one_line
from document.snapshot import Action, Document, Entry, Section, plain


def blocks(reader: Reader) -> list[Block]:
    """Return the whole chapter."""
    snapshot = reader.snapshot
    found: list[Block] = []
    if selection.is_empty(snapshot):
        found.append(Prose((Run(reader.label("empty_round")),), "notice"))
    for section, actions in selection.by_section(snapshot):
        found += head(reader, section)
        found += [action_block(reader, action) for action in actions]
    return found


def head(reader: Reader, section: Section | None) -> list[Block]:
    """Return the heading of a section and its introduction, where there is one."""
    title = reader.section(section)
    if section is None:
        return [Heading(2, title, reader.anchors.kept("section-none"))]
    anchor = reader.anchors.kept(f"section-{section.label}")
    over = reader.filled("section", number=section.label)
    found: list[Block] = [Heading(2, title, anchor, section.label, over)]
    if plain(section.intro, reader.language)[0].strip():
        found.append(reader.written(section.intro, "lead"))
    return found


def action_block(reader: Reader, action: Action) -> ActionBlock:
    """Return an action: its status and why, and what each actor said."""
    heading = Heading(
        3,
        reader.title(action.titles, action.official),
        reader.places[id(action)],
        action.label,
        reader.heading(action),
    )
    facts = (reader.coverage(action), reader.last_year(action))
    rows = [(reader.label("why"), why(reader, action))]
    if when := period(reader, action):
        rows.append((reader.label("period"), when))
    if action.expected_by:
        rows.append((reader.label("now_expected"), (Run(reader.day(action.expected_by)),)))
    if old := amendments.former(reader, action):
        rows.append((reader.label("former_wording"), (*old, *full_stop(old))))
    if bodies := successions.of_action(reader, action):
        rows.append((reader.label("successions"), (*bodies, *full_stop(bodies))))
    return ActionBlock(
        heading,
        (
            StatusLine(
                reader.status(action),
                tuple((Run(fact),) for fact in facts if fact),
                reader.label("overdue") if action.overdue else "",
                "large",
            ),
            *([Strip(chips)] if (chips := reader.strip(action)) else []),
            Facts(tuple(rows)),
        ),
        tuple(entry_block(reader, entry, action) for entry in selection.said(action)),
        action.is_sub_action,
    )


def why(reader: Reader, action: Action) -> Line:
    """Return why the action has its status: who set it, the rule, who is silent, who is out."""
    lines = (
        override(reader, action),
        rule(reader, action),
        reader.listed("missing", action.missing),
        reader.listed("left_out", action.left_out),
    )
    found: list[Piece] = []
    for line in lines:
        if line:
            found += [Run(" ")] if found else []
            found += [*line, *full_stop(line)]
    return tuple(found)


def rule(reader: Reader, action: Action) -> Line:
    """Return what the rule says; beside a status that was set in its place, that it is the rule."""
    said = reader.words(action.why)
    label = reader.label("by_rule") if action.override else ""
    return (Run(reader.colon(label)), said) if label and said.text else (said,)


def override(reader: Reader, action: Action) -> Line:
    """Return who put the status in place of the derived one, and why, or nothing."""
    if action.override is None:
        return ()
    code = "continuous" if (action.derived, action.nature) == ("in_progress", "continuous") else ""
    return reader.spoken(
        "overridden",
        institution=[reader.actor(action.override.institution)],
        derived=[Run(reader.statuses[code or action.derived])],
        reason=[reader.words(action.override.reason)],
    )


def period(reader: Reader, action: Action) -> Line:
    """Return the period, what the plan prints where that says something else, and the nature."""
    found = list(periods.stated(reader, action.period, action.period_text))
    nature = reader.snapshot.labels[reader.language].get(action.nature, action.nature)
    if nature:
        found += [Run(" · "), Run(nature)] if found else [Run(nature)]
    return tuple(found)


# --- What an actor said -----------------------------------------------------------------


def entry_block(reader: Reader, entry: Entry, action: Action) -> EntryBlock:
    """Return what an actor said of an action."""
    anchor = reader.entry_place(action, entry)
    code = selection.entry_code(entry, action)
    marks = remarks(reader, entry)
    facts = [(reader.term(entry.role, reader.snapshot.roles),), *marks]
    found: list[Block] = []
    if entry.reopened:
        awaited = "" if entry.status else reader.label("reopened_awaited")
        found.append(reader.rich(entry.reopened, awaited or reader.label("reopened_because")))
    if entry.expected_by:
        day = reader.filled("expected_by", day=reader.day(entry.expected_by))
        found.append(Prose((Run(capitalised(day)),)))
    if entry.obstacle_codes:
        words = [(reader.term(one, reader.snapshot.obstacles),) for one in entry.obstacle_codes]
        label = Run(reader.colon(reader.label("obstacle_kinds")), look="strong")
        found.append(Prose((label, *reader.joined(words, ","))))
    found += [
        reader.rich(entry.texts[field], reader.label(field))
        for field in selection.FIELDS
        if field in entry.texts and entry.texts[field].original.strip()
    ]
    if entry.evidence:
        lines = tuple(evidence(reader, one) for one in entry.evidence)
        found.append(Items(lines, reader.label("evidence")))
    return EntryBlock(
        Heading(4, reader.full(entry.actor), anchor),
        StatusLine(Status(code, reader.word(code, action)) if code else None, tuple(facts)),
        tuple(found),
    )


def remarks(reader: Reader, entry: Entry) -> Iterator[Line]:
    """Yield what readers must know of an entry: voluntary, since 2024, late …"""
    if not entry.expected:
        yield (Run(reader.label("voluntary")),)
    if entry.since is not None:
        yield (Run(reader.filled("since", year=entry.since)),)
    if entry.late:
        yield (Run(reader.label("late")),)
    if entry.on_behalf:
        yield (reader.mark(BEHALF, reader.label("on_behalf")),)
    if entry.unchanged:
        yield (Run(reader.label("unchanged")),)
    if entry.through:
        yield reader.spoken("through", actor=[reader.actor(entry.through)])
    if entry.mark:
        yield (Run(reader.label(f"mark_{entry.mark}"), look="strong"),)


def evidence(reader: Reader, document: Document) -> Line:
    """Return a piece of evidence: its title, which leads to it, its kind and date, its address."""
    about = (reader.words(document.kind).text, reader.day(document.date))
    said = ", ".join(piece for piece in about if piece)
    title, address = one_line(document.title), one_line(document.address)
    found: list[Piece] = [Run(title or address, link=document.address)]
    if said:
        found.append(Run(f" ({said})", look="fine"))
    if title and title != address:
        found.append(Run(f" {address}", look="address"))
    return tuple(found)
