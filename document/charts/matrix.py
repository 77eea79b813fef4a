"""A chart of small squares: the status of each row in each column, such as actors and years."""

from collections.abc import Sequence

from document.charts.drawing import (
    LINE,
    PARTIAL,
    SIZE,
    SQUARE,
    WIDTH,
    frame,
    label,
    legend,
    square,
    width,
    wrap,
    write,
)
from document.charts.figures import Chart, Kind, Line, Table, Words, occurring

GUTTER = 14
MARK = "*"  # in the table, in place of the dashed edge
LEAST = 60  # room for a label, whatever the columns take


def matrix(
    words: Words,
    kinds: Sequence[Kind],
    columns: Sequence[str],
    lines: Sequence[Line],
    wide: float = WIDTH,
) -> Chart:
    """Draw a small square a row and column, with the sign of its status; "" is left open.

    A dashed edge stands around a status that rests on a part of what was expected only.

    Short labels stand in several blocks beside each other. Raises ValueError for an unknown
    status, or a row with more or fewer squares than there are columns.
    """
    if any(len(line.codes) != len(columns) for line in lines):
        raise ValueError("a row needs a square for each column")
    shown = occurring(kinds, (code for line in lines for code in line.codes if code))
    cell, room = measures(columns, lines, wide)
    block = room + cell * len(columns) + GUTTER
    across = max(1, min(int((wide + GUTTER) // block), len(lines)))
    deep = max(-(-len(lines) // across), 1)
    partial = any(any(line.partial) for line in lines)
    # Around a square of its own, as it has no colour.
    shown += [Kind(PARTIAL, words.partial)] if partial else []
    parts, start = legend(words.key, shown, wide)
    bottom = start
    for n in range(0, len(lines), deep):
        drawn, end = column_of(
            words.key, columns, lines[n : n + deep], n // deep * block, start, room, cell
        )
        parts, bottom = parts + drawn, max(bottom, end)
    named = {kind.code: kind.word for kind in kinds} | {"": "–"}
    rows = tuple(
        (
            line.label,
            *(f"{named[code]}{MARK if is_partial else ''}" for code, is_partial in cells_of(line)),
        )
        for line in lines
    )
    note = f"{MARK} {words.partial}" if partial else ""
    table = Table((words.head, *columns), rows, note=note)
    return frame(words, shown, parts, bottom, table, wide)


def cells_of(line: Line) -> list[tuple[str, bool]]:
    """Return the status of each column, and whether it rests on a part of what was expected."""
    return list(zip(line.codes, line.partial or [False] * len(line.codes), strict=True))


def measures(
    columns: Sequence[str], lines: Sequence[Line], wide: float = WIDTH
) -> tuple[float, float]:
    """Return how wide a column and the labels are."""
    cell = max([width(column) for column in columns] + [SQUARE]) + 4
    wanted = max([width(line.label) for line in lines], default=0) + 6
    return cell, int(min(wanted, max(wide - cell * len(columns), LEAST)))


def column_of(
    key: str,
    columns: Sequence[str],
    lines: Sequence[Line],
    left: float,
    top: float,
    room: float,
    cell: float,
) -> tuple[str, float]:
    """Return some rows under the names of their columns, and where they end."""
    first = left + room + (cell - SQUARE) / 2
    parts = "".join(
        write(first + cell * n + SQUARE / 2, top + SIZE, column, ' text-anchor="middle"')
        for n, column in enumerate(columns)
    )
    top += LINE + 3
    for line in lines:
        parts += label(line.label, top, left, room)
        for n, (code, is_partial) in enumerate(cells_of(line)):
            left_edge = first + cell * n
            parts += square(key, code, left_edge, top) if code else ""
            parts += square(key, PARTIAL, left_edge, top) if is_partial else ""
        top += max(LINE * len(wrap(line.label, room)), SQUARE) + 4
    return parts, top
