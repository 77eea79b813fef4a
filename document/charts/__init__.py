"""Numbers drawn as accessible SVG, each with its figures as a table; used by pages and report.

Nothing is fetched and no style sheet is needed: colours are presentation attributes, areas that
touch differ in sign and pattern too, and the text is in the site's family by name.
"""

from collections.abc import Callable
from typing import Any, cast

from document.charts.bars import shares, trends
from document.charts.curve import curves
from document.charts.drawing import WIDTH
from document.charts.figures import Bar, Chart, Curve, Drawing, Kind, Line, Table, Trend, Words
from document.charts.looks import LOOKS, SIGNS, Look, sign
from document.charts.matrix import matrix

__all__ = [
    "LOOKS",
    "SIGNS",
    "Bar",
    "Chart",
    "Curve",
    "Drawing",
    "Kind",
    "Line",
    "Look",
    "Table",
    "Trend",
    "Words",
    "curves",
    "draw",
    "matrix",
    "shares",
    "sign",
    "trends",
]


def draw(given: Drawing, wide: float = WIDTH, spell: Callable[[str], str] = str) -> Chart:
    """Return a drawing as wide as a format wants it.

    ``spell`` writes a text for a format that lacks some characters.
    """
    words = Words(*(spell(text) for text in given.words))
    kinds = [Kind(kind.code, spell(kind.word)) for kind in given.kinds]
    columns = [spell(column) for column in given.columns]
    rows: Any = [row._replace(label=spell(row.label)) for row in given.rows]
    if given.kind == "shares":
        return shares(words, kinds, cast("list[Bar]", rows), wide)
    if given.kind == "matrix":
        return matrix(words, kinds, columns, cast("list[Line]", rows), wide)
    said = [row._replace(words=[spell(word) for word in row.words]) for row in rows]
    return trends(words, columns, cast("list[Trend]", said), wide)
