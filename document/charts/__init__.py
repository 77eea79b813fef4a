"""Numbers drawn as accessible SVG, each with its figures as a table; used by pages and report.

Nothing is fetched and no style sheet is needed: colours are presentation attributes, areas that
touch differ in sign and pattern too, and the text is in the site's family by name.
"""

from document.charts.bars import diverging, stacked
from document.charts.figures import Bar, Chart, Kind, Line, Table, Words
from document.charts.looks import LOOKS, SIGNS, Look, sign
from document.charts.matrix import matrix

__all__ = [
    "LOOKS",
    "SIGNS",
    "Bar",
    "Chart",
    "Kind",
    "Line",
    "Look",
    "Table",
    "Words",
    "diverging",
    "matrix",
    "sign",
    "stacked",
]
