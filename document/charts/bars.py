"""Charts of bars: how many of each kind, as shares of a whole; one share over the years."""

from collections.abc import Mapping, Sequence

from document.charts.drawing import (
    LINE,
    SIZE,
    SMALL,
    SQUARE,
    WIDTH,
    area,
    frame,
    label,
    legend,
    place_sign,
    square,
    width,
    wrap,
    write,
)
from document.charts.figures import Bar, Chart, Kind, Table, Trend, Words, count, counted, sums
from document.charts.looks import HAIRLINE, INK, MUTED, look

HIGH = 17
GAP = 10
SIDE = 50  # room for the sum at the end of a row
ROOMY = 400  # from which labels stand beside their bars
LABELS = 0.46  # of the width
OWN_FONT = 1.15  # what is this wide is set in our own font, narrower than what a browser may have
TIGHT = 7
# More bars than these stand closer, with more room for their labels: less than half a page.
MANY, CLOSE, MORE_LABELS = 12, 4, 0.54
GAP_BETWEEN, NEAR = 1.2, 3  # between two areas; beside a figure
THIN = 9  # height of a bar of a year
YEAR = 34  # room for a year before its bar
BOLD_AT_END = ' font-weight="600" text-anchor="end"'


def shares(words: Words, kinds: Sequence[Kind], bars: Sequence[Bar], wide: float = WIDTH) -> Chart:
    """Draw a bar a row over the whole width, divided by kind in their order; its sum beside it.

    Bars have the same length whatever they count, so what is told is the share; each area says
    its number. Raises ValueError where a row counts a kind that is not among them.
    """
    shown = counted(kinds, bars)
    parts, top = legend(words.key, shown, wide)
    beside = wide >= ROOMY and any(bar.label for bar in bars)
    many = len(bars) > MANY
    gap = GAP if not beside else CLOSE if many else TIGHT
    left = (MORE_LABELS if many else LABELS) * wide if beside else 0.0
    for bar in bars:
        total = count(shown, bar)
        room = (left - GAP) * OWN_FONT if beside else wide - SIDE
        lines = wrap(bar.label, room) if bar.label else ()
        for place, text in enumerate(lines):
            parts += write(0, top + SIZE + LINE * place, text)
        if lines and not beside:
            top += LINE * len(lines) + 2
        parts += write(wide, top + HIGH - 4, f"n = {total}", BOLD_AT_END)
        unit = (wide - SIDE - left) / max(total, 1)
        parts += row(words.key, shown, bar.counts, left, top, unit)
        narrow = [one for one in shown if is_narrow(bar.counts.get(one.code, 0), unit)]
        parts += under(words.key, narrow, bar.counts, wide - SIDE, top + HIGH + 2)
        high = HIGH + (SQUARE + 2 if narrow else 0)
        parts += f'<path d="M{left:.0f} {top + high + gap / 2}H{wide:.0f}" stroke="{HAIRLINE}"/>'
        top += max(high, LINE * len(lines) if beside else 0) + gap
    return frame(words, shown, parts, top, sums(words, shown, bars), wide)


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
            room = number * unit - GAP_BETWEEN
            parts += area(look(kind.code), left, top, max(room, 1), HIGH)
            parts += inside(key, kind.code, str(number), left, top, room)
            left += number * unit
    return parts


def is_narrow(number: int, unit: float) -> bool:
    """Tell whether an area has no room for its figure."""
    return bool(number) and number * unit - GAP_BETWEEN < width(str(number), SMALL) + NEAR


def under(
    key: str, kinds: Sequence[Kind], counts: Mapping[str, int], right: float, top: float
) -> str:
    """Return the figures of areas that have no room for them: each behind the sign of its kind."""
    parts = ""
    for kind in reversed(kinds):
        number = str(counts[kind.code])
        right -= width(number, SMALL)
        parts += write(right, top + 12.5, number, f' font-size="{SMALL}"')
        right -= SQUARE + 4
        parts += square(key, kind.code, right, top)
        right -= GAP
    return parts


def inside(key: str, code: str, number: str, left: float, top: float, room: float) -> str:
    """Return the sign and the figure of an area, as far as there is room for them."""
    figure = width(number, SMALL)
    signed = room >= figure + 20
    if room < figure + NEAR:
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


def trends(
    words: Words, columns: Sequence[str], rows: Sequence[Trend], wide: float = WIDTH
) -> Chart:
    """Draw, for each figure, a thin bar a year for its share of the whole, the last one dark.

    A year of which a figure has no share is left open. Raises ValueError for a row with more or
    fewer years than there are columns.
    """
    if any(len(one.shares) != len(columns) for one in rows):
        raise ValueError("a row needs a share for each column")
    parts, top = "", 0.0
    room = wide - YEAR - 2 * SIDE
    for one in rows:
        parts += label(one.label, top, room=wide - SIDE)
        top += LINE * len(wrap(one.label, wide - SIDE)) + 2
        for place, (column, share) in enumerate(zip(columns, one.shares, strict=True)):
            last = place == len(columns) - 1
            ink = INK if last else MUTED
            parts += write(0, top + THIN, column, f' font-size="{SMALL}" fill="{ink}"')
            parts += f'<path d="M{YEAR} {top + THIN}h{room:.1f}" stroke="{HAIRLINE}"/>'
            if share is not None:
                fill = "#0f3d63" if last else "#9aa3b2"
                long = max(room * share / 100, 0.5)
                path = f"M{YEAR} {top + 1}h{long:.1f}v{THIN - 1}h-{long:.1f}z"
                parts += f'<path d="{path}" fill="{fill}"/>'
            said = one.words[place]
            parts += write(
                wide, top + THIN, said, f' font-size="{SMALL}" fill="{ink}" text-anchor="end"'
            )
            top += THIN + 5
        top += GAP - 3
    table = Table((words.head, *columns), tuple((one.label, *one.words) for one in rows))
    return frame(words, [], parts, top, table, wide)
