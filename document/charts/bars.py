"""Charts of bars: how many of each kind a row has, and what moved back and ahead."""

from collections.abc import Mapping, Sequence

from document.charts.drawing import (
    LINE,
    SIZE,
    SMALL,
    WIDTH,
    area,
    frame,
    label,
    legend,
    place_sign,
    width,
    wrap,
    write,
)
from document.charts.figures import Bar, Chart, Kind, Words, count, counted, sums
from document.charts.looks import HAIRLINE, INK, look

HIGH = 17
GAP = 12
# So that a row of one or two is no wall.
WIDEST = 28
BOLD_AT_END = ' font-weight="600" text-anchor="end"'


def stacked(words: Words, kinds: Sequence[Kind], bars: Sequence[Bar]) -> Chart:
    """Draw a bar a row, divided by kind in the order of the kinds, all on one scale.

    Raises ValueError where a row counts a kind that is not among them.
    """
    shown = counted(kinds, bars)
    totals = [count(shown, bar) for bar in bars]
    unit = min(WIDTH / max([*totals, 1]), WIDEST)
    parts, top = legend(words.key, shown)
    for bar, total in zip(bars, totals, strict=True):
        parts += label(bar.label, top) + write(WIDTH, top + SIZE, str(total), BOLD_AT_END)
        top += LINE * len(wrap(bar.label, WIDTH - 36)) + 2
        parts += f'<path d="M0 {top + HIGH + 3.5}h{WIDTH}" stroke="{HAIRLINE}"/>'
        parts += row(words.key, shown, bar.counts, 0, top, unit)
        top += HIGH + GAP
    return frame(words, shown, parts, top, sums(words, shown, bars))


def diverging(words: Words, back: Kind, ahead: Sequence[Kind], bars: Sequence[Bar]) -> Chart:
    """Draw what moved back to the left of an axis and what moved ahead to its right.

    Raises ValueError where a row counts a kind that is neither.
    """
    shown = counted([back, *ahead], bars)
    right = [kind for kind in shown if kind != back]
    most_left = max([count([back], bar) for bar in bars], default=0)
    most = most_left + max([count(right, bar) for bar in bars], default=0)
    unit = min(WIDTH / max(most, 1), WIDEST)
    axis = (WIDTH - most * unit) / 2 + most_left * unit
    parts, top = legend(words.key, shown)
    for bar in bars:
        parts += label(bar.label, top)
        top += LINE * len(wrap(bar.label, WIDTH - 36)) + 4
        start = axis - count([back], bar) * unit
        parts += row(words.key, [back], bar.counts, start, top, unit)
        parts += row(words.key, right, bar.counts, axis, top, unit)
        parts += f'<path d="M{axis:.1f} {top - 2}v{HIGH + 4}" stroke="{INK}"/>'
        top += HIGH + GAP
    return frame(words, shown, parts, top, sums(words, shown, bars))


def row(
    key: str,
    kinds: Sequence[Kind],
    counts: Mapping[str, int],
    left: float,
    top: float,
    unit: float,
) -> str:
    """Return the areas of a bar side by side."""
    parts = ""
    for kind in kinds:
        number = counts.get(kind.code, 0)
        if number:
            parts += area(look(kind.code), left, top, max(number * unit - 1.2, 1), HIGH)
            parts += inside(key, kind.code, str(number), left, top, number * unit - 1.2)
            left += number * unit
    return parts


def inside(key: str, code: str, number: str, left: float, top: float, room: float) -> str:
    """Return the sign and the figure of an area, as far as there is room for them."""
    figure = width(number, SMALL)
    signed = room >= figure + 20
    if room < figure + 3:
        return ""
    middle = left + room / 2 + (7 if signed else 0)
    given = look(code)
    ink = f' fill="{given.ink}"' if given.ink != INK else ""
    text = write(middle, top + 12.5, number, f' font-size="{SMALL}" text-anchor="middle"{ink}')
    if signed:
        text += place_sign(key, code, middle - figure / 2 - 13, top + 2.5)
    if not given.pattern:
        return text
    # On a pattern they need a calm ground.
    start = middle - figure / 2 - (14 if signed else 1)
    wide = figure + (15 if signed else 2)
    ground = f"M{start:.1f} {top + 2}h{wide:.1f}v{HIGH - 4}h-{wide:.1f}z"
    return f'<path d="{ground}" fill="{given.fill}"/>{text}'
