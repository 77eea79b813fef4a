"""Lines that rise over days, one above the other: this year's dark, the year's before pale."""

from collections.abc import Sequence

from document.charts.drawing import LINE, SMALL, WIDTH, frame, write
from document.charts.figures import Chart, Curve, Table, Words
from document.charts.looks import HAIRLINE, INK, MUTED

HIGH = 110
LEFT, TOP = 34, 8
INKS = (("#0f3d63", 2.4, ""), ("#9aa3b2", 1.8, ' stroke-dasharray="5 3"'))


def curves(
    words: Words, columns: Sequence[str], rows: Sequence[Curve], wide: float = WIDTH
) -> Chart:
    """Draw up to two curves over the same days, the first one dark; marks name some days.

    ``columns`` are the marks, as wide apart as the days between them: each curve has a point for
    every day from the first mark to the last, ``None`` where a day is still to come. Raises
    ValueError for more curves than there are looks.
    """
    if len(rows) > len(INKS):
        raise ValueError("more curves than looks")
    most = max([1, *(value for one in rows for value in one.points if value is not None)])
    room = wide - LEFT - 8
    parts = ""
    for share in (0, 0.5, 1):
        base = TOP + HIGH * (1 - share)
        parts += f'<path d="M{LEFT} {base:.1f}h{room:.1f}" stroke="{HAIRLINE}"/>'
        parts += small(LEFT - 5, base + 4, f"{round(most * share)}", "end")
    marks = rows[0].marks if rows else ()
    for place, (day, text) in enumerate(zip(marks, columns, strict=True)):
        left = LEFT + room * day / max(1, marks[-1])
        anchor = "start" if place == 0 else "end" if place == len(marks) - 1 else "middle"
        parts += f'<path d="M{left:.1f} {TOP + HIGH}v4" stroke="{MUTED}"/>'
        parts += small(left, TOP + HIGH + 16, text, anchor)
    # The dark one lies on top.
    for one, (ink, thick, dashes) in reversed(list(zip(rows, INKS, strict=False))):
        parts += line(one, room, most, f'stroke="{ink}" stroke-width="{thick}"{dashes}')
    top = TOP + HIGH + 30.0
    for one, (ink, thick, dashes) in zip(rows, INKS, strict=False):
        parts += (
            f'<path d="M{LEFT} {top - 4:.1f}h26" stroke="{ink}" stroke-width="{thick}"{dashes}/>'
        )
        parts += write(LEFT + 32, top, one.label, f' font-size="{SMALL}"')
        top += LINE
    table = Table(
        (words.head, *columns),
        tuple((one.label, *(said(one, day) for day in one.marks)) for one in rows),
    )
    return frame(words, [], parts, top - LINE + 6, table, wide)


def small(left: float, base: float, text: str, anchor: str) -> str:
    """Return a small figure or word beside an axis."""
    return write(left, base, text, f' font-size="{SMALL}" fill="{INK}" text-anchor="{anchor}"')


def line(one: Curve, room: float, most: int, look: str) -> str:
    """Return a curve in steps, as nothing comes in between two days; it ends with what is known."""
    last = max(1, len(one.points) - 1)
    path = ""
    for day, value in enumerate(one.points):
        if value is None:
            break
        left, base = LEFT + room * day / last, TOP + HIGH * (1 - value / most)
        path += f"H{left:.1f}V{base:.1f}" if path else f"M{left:.1f} {base:.1f}"
    return f'<path d="{path}" fill="none" {look}/>' if path else ""


def said(one: Curve, day: int) -> str:
    """Return the figure of a day; a dash for one that is to come."""
    value = one.points[day] if day < len(one.points) else None
    return "–" if value is None else str(value)
