"""The summary: how far the plan is, what moved, who is silent, what is due; on two pages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from document import selection
from document.blocks import Block, Break, Facts, Heading, Items, Line, Piece, Prose, Run
from document.content import figures
from document.content.reader import Reader
from document.snapshot import Action, Actor, Figure
from document.typography import sign

FEW_ACTIONS = 8  # of which the titles stand beside the numbers


def blocks(reader: Reader) -> list[Block]:
    """Return the sentences, the key figures, the board, and the lists."""
    # Alone, it tells by itself what the report tells elsewhere.
    is_alone = bool(reader.elsewhere)
    return [
        Items(tuple((Run(text),) for text in sentences(reader))),
        *draft_note(reader),
        *figures.key_figures(reader, with_formulas=is_alone),
        Heading(2, (Run(reader.label("by_section")),)),
        figures.board(reader),
        Prose((Run(figures.counted(reader)),), "fine"),
        Heading(2, (Run(lists_title(reader)),)),
        Facts(tuple(lists(reader))),
        figures.legend(reader),
        Prose((Run(reader.label("silence_note")),), "fine"),
    ]


def draft_note(reader: Reader) -> list[Block]:
    """Return what a draft does not hold yet."""
    snapshot = reader.snapshot
    keys = ("draft_note", "draft_compared") if snapshot.compared else ("draft_note",)
    note = " ".join(map(reader.label, keys)) if snapshot.is_draft else ""
    return [Prose((Run(note),), "fine")] if note.strip() else []


def sentences(reader: Reader) -> Iterator[str]:
    """Yield what the data say, in words: how far, what moved, silence, overdue and due."""
    if selection.is_empty(reader.snapshot):
        yield reader.label("empty_round")
    makers = (covered, carried_out, moved, silence, due)
    yield from filter(None, (make(reader) for make in makers))


def covered(reader: Reader) -> str:
    """Return on how many actions every entry is in."""
    found = figure(reader, "coverage")
    if found is None:
        return ""
    said = reader.many("s_coverage", found.part, whole=found.whole)
    return f"{said}{before(reader, found.code)}."


def carried_out(reader: Reader) -> str:
    """Return how many actions are carried out, in whole and in part, and what hides it."""
    lines = [how_many(reader, "carried_out", "s_done"), figures.lost(reader)]
    return " ".join(filter(None, [*lines, how_many(reader, "at_least_in_part", "s_part")]))


def how_many(reader: Reader, code: str, key: str) -> str:
    """Return a key figure as a sentence, with last year's."""
    found = figure(reader, code)
    if found is None:
        return ""
    return f"{reader.many(key, found.part, whole=found.whole)}{before(reader, code)}."


def figure(reader: Reader, code: str) -> Figure | None:
    """Return a key figure that counts something."""
    return next((one for one in reader.snapshot.figures if one.code == code and one.whole), None)


def due(reader: Reader) -> str:
    """Return what is overdue, what ends just now, and what is due next year."""
    snapshot, year = reader.snapshot, reader.snapshot.year + 1
    late = selection.numbered(action for action in snapshot.actions if action.overdue)
    ending = selection.numbered(selection.ending(snapshot))
    ahead = selection.numbered(selection.due(snapshot, year))
    day = reader.day(snapshot.reference_date)
    ends = reader.tense(snapshot.reference_date, "s_ends", "s_ended")
    lines = [
        reader.many("s_overdue", len(late)) if late else reader.label("s_overdue_none"),
        reader.many(ends, len(ending), day=day) if ending else "",
        reader.many("s_due", len(ahead), year=year)
        if ahead
        else reader.filled("s_due_none", year=year),
    ]
    return " ".join(filter(None, lines))


def silence(reader: Reader) -> str:
    """Return of how many actors an entry is missing, and how many of them sent none."""
    records = selection.records(reader.snapshot)
    silent = [record for record in records if record.received < record.expected]
    if not silent:
        return reader.label("s_silent_none")
    said = reader.many("s_silent", len(silent), whole=len(records))
    none = sum(not record.received for record in silent)
    return f"{said} {reader.many('s_none_sent', none)}" if none else said


def moved(reader: Reader) -> str:
    """Return how many actions moved since the edition before, or that there is none."""
    compared = reader.snapshot.compared
    if compared is None:
        return reader.label("s_first")
    counts = dict(selection.moves(reader.snapshot.actions))
    keys = ("moved_up", "moved_back", "suspended", "less_information", "more_information")
    return reader.filled("s_moved", year=compared.year, **{key: counts.get(key, 0) for key in keys})


def before(reader: Reader, code: str) -> str:
    """Return what a figure was last year, in brackets, or ""."""
    share, compared = selection.share_before(reader.snapshot, code), reader.snapshot.compared
    if share is None or compared is None:
        return ""
    said = reader.filled("s_before", year=compared.year, n=share.part, whole=share.whole)
    return f" {said}"


def lists_title(reader: Reader) -> str:
    """Return what the lists are about; in a first report nothing has changed."""
    first = "" if reader.snapshot.compared else reader.label("summary_lists_first")
    return first or reader.label("summary_lists")


def lists(reader: Reader) -> Iterator[tuple[str, Line]]:
    """Yield the lists: what moved, who is silent, what is overdue and what is due."""
    snapshot = reader.snapshot
    compared = snapshot.compared
    for key, actions in selection.changes(snapshot):
        if key in {"moved_up", "moved_back", "suspended", "completed", "reopened"}:
            year = compared.year if compared else ""
            yield headed(reader, key, actions, year, tells_way=key in {"moved_back", "suspended"})
    late = [action for action in snapshot.actions if action.overdue]
    if late:
        yield headed(reader, "overdue", late)
    ending = selection.ending(snapshot)
    if ending and reader.label("ending"):
        yield f"{reader.ending()} ({reader.number_of(ending)})", named(reader, ending)
    due = selection.due(snapshot, snapshot.year + 1)
    if due or reader.label("nothing_due"):
        label, found = headed(reader, "due", due, snapshot.year + 1)
        yield label, found or (Run(reader.label("nothing_due")),)
    yield from silent_lists(reader)


def silent_lists(reader: Reader) -> Iterator[tuple[str, Line]]:
    """Yield the actors that sent nothing, and those that sent a part.

    An edition from before these were told apart has words for both together, and for what is
    missing of what is expected.
    """
    expected = {record.actor.slug: record.expected for record in selection.records(reader.snapshot)}
    silent = reader.sorted_silent()
    if not reader.label("summary_some"):
        label = "summary_silent" if reader.label("summary_silent") else "not_reported"
        told = {one.slug: f"{len(missing)}/{expected[one.slug]}" for one, missing in silent}
        if silent:
            yield f"{reader.label(label)} ({len(silent)})", by_level(reader, silent, told)
        return
    none = [one for one in silent if len(one[1]) == expected[one[0].slug]]
    some = [one for one in silent if one not in none]
    told = {
        one.slug: f"{expected[one.slug] - len(missing)}/{expected[one.slug]}"
        for one, missing in some
    }
    for key, listed in ("summary_none", none), ("summary_some", some):
        if listed:
            yield f"{reader.label(key)} ({len(listed)})", by_level(reader, listed, told)


def by_level(
    reader: Reader, silent: list[tuple[Actor, list[Action]]], told: Mapping[str, str]
) -> Line:
    """Return silent actors by level, each with what is told of it in brackets."""
    found: list[Piece] = []
    for level in reader.snapshot.levels:
        names = [
            (*reader.named(actor.slug), *bracketed(told.get(actor.slug, "")))
            for actor, _missing in silent
            if actor.level == level.code
        ]
        if names:
            term = reader.term(level.code, reader.snapshot.levels)
            found += [Break()] if found else []
            found += [replace(term, look="strong"), Run(f"{sign(':', reader.language)} ")]
            found += reader.joined(names)
    return tuple(found)


def bracketed(text: str) -> list[Run]:
    """Return a text in brackets, that stays whole; nothing of none."""
    return [Run(f" ({text})".replace(" ", "\u00a0"))] if text else []


def headed(
    reader: Reader,
    key: str,
    actions: list[Action],
    year: int | str = "",
    *,
    tells_way: bool = False,
) -> tuple[str, Line]:
    """Return a group of actions with its count; few of them with their titles."""
    label = reader.label(key).format(year=year)
    return f"{label} ({reader.number_of(actions)})", named(reader, actions, tells_way=tells_way)


def named(reader: Reader, actions: list[Action], *, tells_way: bool = False) -> Line:
    """Return actions as tiles; few of them as numbers with their titles, and from what to what."""
    if len(actions) > FEW_ACTIONS:
        return tuple(reader.tile(action) for action in actions)
    found: list[Iterable[Piece]] = []
    for action in actions:
        title = reader.title(action.titles, action.official)
        moved = bracketed(way(reader, action)) if tells_way else []
        found.append((reader.link(action), Run("\u00a0\u00a0"), *title, *moved))
    return reader.joined(found)


def way(reader: Reader, action: Action) -> str:
    """Return from what to what those moved that reported both times: "done → in progress"."""
    words = [reader.statuses.get(code, "") for code in selection.common(action)]
    return " → ".join(words) if all(words) else ""
