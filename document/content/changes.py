"""What changed since the edition before: by those who reported both times, silence apart."""

from document import selection
from document.blocks import (
    Block,
    Break,
    Chart,
    Column,
    Heading,
    Line,
    Piece,
    Prose,
    Row,
    Run,
    Table,
)
from document.charts import Bar, Drawing, Kind
from document.content import amendments
from document.content.figures import words
from document.content.reader import Reader
from document.snapshot import LANGUAGES, Action, Snapshot, Withdrawn, status_code

ENDING = "ending"  # not moved, and not overdue before the day after


def title(reader: Reader) -> str:
    """Return "What changed since 2024"; of the first report there is no year to compare with."""
    compared = reader.snapshot.compared
    if compared is None:
        return reader.label("changes_first")
    return reader.filled("changes", year=compared.year)


def blocks(reader: Reader) -> list[Block]:
    """Return the whole chapter."""
    snapshot = reader.snapshot
    compared = snapshot.compared
    found: list[Block] = []
    if compared is None:
        found.append(Prose((Run(reader.label("no_changes")),)))
    else:
        said = reader.filled("compared", year=compared.year, edition=compared.edition)
        found.append(Prose((Run(said),)))
        if selection.moves(snapshot.actions):
            found.append(Chart(movement(reader)))
    found += amendments.blocks(reader)
    for key, actions in listed(snapshot):
        rows = [row(reader, key, action) for action in actions]
        found += group(reader, key, rows, reader.number_of(actions))
    if snapshot.withdrawn:
        found += group(
            reader,
            "withdrawn",
            [gone(reader, one) for one in snapshot.withdrawn],
            str(len(snapshot.withdrawn)),
        )
    return found


def listed(snapshot: Snapshot) -> list[tuple[str, list[Action]]]:
    """Return the groups in their order; behind the overdue what ends just now, unfinished."""
    found = selection.changes(snapshot)
    ending = selection.ending(snapshot)
    if ending and snapshot.label("ending", LANGUAGES[0]):
        found.append((ENDING, ending))
    order = [*selection.CHANGES]
    order.insert(order.index("overdue") + 1, ENDING)
    return sorted(found, key=lambda group: order.index(group[0]))


def group(reader: Reader, key: str, rows: list[Row], number: str) -> list[Block]:
    """Return a group of actions under its heading."""
    compared = reader.snapshot.compared
    year = compared.year if compared else ""
    head = reader.ending() if key == ENDING else reader.label(key).format(year=year)
    columns = (
        Column(reader.label("number_column") or reader.label("number"), 2),
        Column(reader.label("action_column"), 10),
        Column(reader.label("remarks"), 6),
        Column(reader.label("status"), 5),
    )
    text = f"{head} ({number})"
    return [Heading(2, (Run(text),)), Table(text, columns, tuple(rows))]


def row(reader: Reader, key: str, action: Action) -> Row:
    """Return an action with what became of it."""
    return Row(
        (
            (reader.tile(action),),
            reader.title(action.titles, action.official),
            remarks(reader, key, action),
            (reader.status(action),),
        )
    )


def remarks(reader: Reader, key: str, action: Action) -> Line:
    """Return what is said beside an action in a group, a line each."""
    lines: list[Line] = []
    common = selection.common(action)
    published = (selection.before(action, reader.snapshot), action.code)
    if selection.differs(key, common, published):
        then, now = (reader.statuses[code] for code in common)
        lines.append((Run(reader.filled("common", before=then, now=now)),))
    lines.append((Run(reader.last_year(action)),))
    if key == "reassessed":
        lines += [(Run(reader.label(f"cause_{cause}")),) for cause in action.causes]
    if key == "unmoved":
        lines.append((Run(reader.filled("still", years=action.unmoved)),))
    if key in {"overdue", ENDING}:
        lines.append((Run(reader.colon(reader.label("period"))), reader.words(action.period)))
    if key == "slipped":
        said = reader.filled("expected_by", day=reader.day(action.expected_by))
        lines.append((Run(said),))
    if key == "amended":
        lines += amendments.before(reader, action)
    if key == "reopened":
        lines += reopenings(reader, action)
    pieces: list[Piece] = []
    for line in lines:
        if any(isinstance(piece, Run) and piece.text for piece in line):
            pieces += [Break()] if pieces else []
            pieces += line
    return tuple(pieces)


def reopenings(reader: Reader, action: Action) -> list[Line]:
    """Return who took finished work up again, and why."""
    found: list[Line] = []
    for entry in action.entries:
        if entry.reopened:
            text, language = entry.reopened.read(reader.language)
            name = reader.short(entry.actor)
            said = Run(text, reader.tongue(language))
            found.append((name, Run(reader.colon("")), said, *reader.original(language)))
    return found


def gone(reader: Reader, action: Withdrawn) -> Row:
    """Return an action that the plan no longer has."""
    compared = reader.snapshot.compared
    word = reader.statuses[status_code(action.status, action.nature)]
    past = reader.filled("last_year", year=compared.year, status=word) if compared else ""
    return Row(
        (
            (Run(action.label, look="strong"),),
            reader.title(action.titles, action.official),
            (Run(past),),
            (Run("–"),),
        )
    )


def movement(reader: Reader) -> Drawing:
    """Draw what became of the numbered actions as shares of all of them."""
    compared = reader.snapshot.compared
    assert compared is not None  # noqa: S101 - see blocks()
    counts = dict(selection.moves(reader.snapshot.actions))
    kinds = tuple(
        Kind(move, reader.label(move).format(year=compared.year)) for move in selection.MOVES
    )
    said = ", ".join(f"{kind.word} {counts[kind.code]}" for kind in kinds if kind.code in counts)
    title = reader.filled(
        "f_movement",
        year=compared.year,
        up=counts.get("moved_up", 0),
        back=counts.get("moved_back", 0) + counts.get("suspended", 0),
        less=counts.get("less_information", 0),
    )
    shown = words(
        reader,
        "movement",
        title or reader.filled("movement_since", year=compared.year),
        said,
        "movement",
    )
    return Drawing("shares", shown, (Bar("", counts),), kinds)
