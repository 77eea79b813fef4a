"""The pieces that charts are drawn of: the frame, the legend, areas, signs and labels.

Only what browsers and Typst draw alike: no style sheet, no pattern, no filter, no script.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape

from document.charts.figures import Chart, Kind, Table, Words
from document.charts.looks import EDGE, INK, Look, look, sign

WIDTH = 320
SIZE = 12  # of labels
SMALL = 11  # of the legend and the figures in bars
LINE = 15
SQUARE = 16
FAMILY = "'Source Sans 3', 'Segoe UI', sans-serif"
# No status: the edge around one that rests on some of what was expected only.
PARTIAL = "partial"
# What XML cannot hold; such a character would make the whole chart unreadable.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Letters by width, as shares of the size; rather too wide, as a reader's font may be.
NARROW, WIDE = frozenset("iljtfrI.,:;'’‘!|()[]- \u00a0"), frozenset("mwMW@%—…")
CAPITALS = frozenset("ABCDGHKNOQRUVXYÄÖÜÉÈÀÇ&")
SHARES = {
    **dict.fromkeys(NARROW, 0.34),
    **dict.fromkeys(WIDE, 0.92),
    **dict.fromkeys(CAPITALS, 0.7),
}
USUAL, FULL, FULL_FROM = 0.59, 1.05, "\u2e80"
LONGEST_LABEL = 300


def frame(
    words: Words,
    kinds: Sequence[Kind],
    parts: str,
    height: float,
    table: Table,
    wide: float = WIDTH,
) -> Chart:
    """Return a chart of its parts: as wide as there is room, with title and description."""
    key = safe_key(words.key)
    drawn = "".join(definitions(key, kind.code) for kind in kinds)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" width="100%" '
        f'viewBox="0 0 {wide:.0f} {max(height, LINE):.0f}" font-family="{FAMILY}" '
        f'font-size="{SIZE}" fill="{INK}">'
        f'<title id="{key}-title">{safe(words.title)}</title>'
        f'<desc id="{key}-desc">{safe(words.description)}</desc>'
        f"<defs>{drawn}</defs>{parts or write(0, SIZE, '–')}</svg>"
    )
    return Chart(words.key, words.title, words.description, svg, table)


def legend(key: str, kinds: Sequence[Kind], room: float = WIDTH) -> tuple[str, float]:
    """Return the words of the kinds beside their squares, and where what follows begins."""
    parts, left, top = "", 0.0, 0.0
    for kind in kinds:
        wide = 20 + width(kind.word, SMALL) + 10
        if left and left + wide - 10 > room:
            left, top = 0.0, top + 20
        lines = wrap(kind.word, room - 24)
        parts += square(key, kind.code, left, top)
        # The edge stands outside the square, and so nearer to its words.
        start = left + (23 if kind.code == PARTIAL else 20)
        for n, line in enumerate(lines):
            parts += write(start, top + 12 + LINE * n, line, f' font-size="{SMALL}"')
        left, top = left + wide, top + LINE * (len(lines) - 1)
    return parts, top + 30 if kinds else 0


def square(key: str, code: str, left: float, top: float) -> str:
    """Return a small square with the sign of a kind, which ``definitions`` draws once."""
    return f'<use href="#{safe_key(key)}-q-{code}" x="{left:.1f}" y="{top:.1f}"/>'


def definitions(key: str, code: str) -> str:
    """Return the sign of a kind, and the square with it; of PARTIAL the edge around a square."""
    if code == PARTIAL:
        edge = f'fill="none" stroke="{INK}" stroke-dasharray="3 2"'
        return f'<g id="{safe_key(key)}-q-{code}"><path d="M-1 -1h18v18h-18z" {edge}/></g>'
    given, start = look(code), safe_key(key)
    ground = f'<circle cx="8" cy="8" r="6" fill="{given.fill}"/>' if given.pattern else ""
    return (
        f'<g id="{start}-s-{code}">{sign(code)}</g>'
        f'<g id="{start}-q-{code}">{area(given, 0, 0, SQUARE, SQUARE)}{ground}'
        f"{place_sign(key, code, 2, 2)}</g>"
    )


def area(given: Look, left: float, top: float, wide: float, high: float) -> str:
    """Return a coloured area whose edge stands inside the box."""
    left, top, wide, high = left + 0.5, top + 0.5, max(wide - 1, 0.5), high - 1
    dashes = f' stroke-dasharray="{given.dashes}"' if given.dashes else ""
    return (
        f'<path d="M{left:.1f} {top:.1f}h{wide:.1f}v{high:.1f}h-{wide:.1f}z" fill="{given.fill}" '
        f'stroke="{given.edge}"{dashes}/>'
    ) + (pattern(given, left, top, wide, high) if given.pattern else "")


def pattern(given: Look, left: float, top: float, wide: float, high: float) -> str:
    """Return the lines or dots over an area: drawn ones, which print without seams."""
    if given.pattern == "hatch":
        steps = [n * 5 for n in range(1, int((wide + high) / 5) + 1) if n * 5 < wide + high]
        path = "".join(
            f"M{left + max(0, n - high):.1f} {top + min(n, high):.1f}"
            f"L{left + min(n, wide):.1f} {top + max(0, n - wide):.1f}"
            for n in steps
        )
        return f'<path d="{path}" stroke="{EDGE}"/>'
    rows = "".join(f"M{left + 1:.1f} {top + n:.1f}h{wide - 1:.1f}" for n in range(3, int(high), 4))
    if given.pattern == "dots":
        return (
            f'<path d="{rows}" stroke="{EDGE}" stroke-width="1.6" stroke-linecap="round" '
            f'stroke-dasharray="0 4"/>'
        )
    return f'<path d="{rows}" stroke="{given.edge}" stroke-width=".6"/>'


def place_sign(key: str, code: str, left: float, top: float) -> str:
    """Return a sign of 12 by 12 in the ink of its kind."""
    return (
        f'<use href="#{safe_key(key)}-s-{code}" color="{look(code).ink}" '
        f'transform="translate({left:.1f} {top:.1f}) scale(.75)"/>'
    )


def label(text: str, top: float, left: float = 0, room: float = WIDTH - 36) -> str:
    """Return a label in as many lines as it needs, from its top."""
    lines = enumerate(wrap(text, room))
    return "".join(write(left, top + SIZE + LINE * n, line) for n, line in lines)


def write(left: float, base: float, text: str, look_: str = "") -> str:
    """Return a line of text; ``look_`` holds further attributes."""
    return f'<text x="{left:.1f}" y="{base:.1f}"{look_}>{safe(text)}</text>'


@lru_cache(maxsize=2048)
def safe(text: str) -> str:
    """Return a text for XML: escaped, and without what XML cannot hold."""
    return escape(FORBIDDEN.sub("\ufffd", text))


@lru_cache(maxsize=64)
def safe_key(key: str) -> str:
    """Return a key as the start of an id."""
    return re.sub(r"[^\w-]", "-", key, flags=re.ASCII)


@lru_cache(maxsize=2048)
def width(text: str, size: int = SIZE) -> float:
    """Return about how wide a text is."""
    return size * sum(SHARES.get(c, FULL if c >= FULL_FROM else USUAL) for c in text)


@lru_cache(maxsize=1024)
def wrap(text: str, room: float, most: int = 3) -> tuple[str, ...]:
    """Return a label in lines that fit; what needs more than ``most`` ends in an ellipsis."""
    lines, line = [], ""
    for word in (piece for long in text[:LONGEST_LABEL].split() for piece in split(long, room)):
        if line and width(f"{line} {word}") > room:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    if len(lines) > most or len(text) > LONGEST_LABEL:
        return (*lines[: most - 1], f"{lines[:most][-1]} …")
    return tuple(lines)


def split(word: str, room: float) -> list[str]:
    """Return a word in pieces that fit."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces
