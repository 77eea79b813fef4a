"""Tables as CSV and XLSX: typed cells, and no text that could run as a formula."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from document import characters

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WIDEST_COLUMN = 60
LIST_SEPARATOR = "; "  # between keys, codes and numbers, which never hold it
LINE_BREAK = re.compile(r"\r\n?|\n")


def joined(values: Iterable[Any]) -> str:
    """Write keys, codes or numbers in one cell."""
    return LIST_SEPARATOR.join(str(value) for value in values)


def stacked(texts: Iterable[str]) -> str:
    """Write a text a line; a space marks the further lines of a text that has several."""
    return "\n".join(LINE_BREAK.sub("\n ", text) for text in texts)


def to_csv(head: Iterable[str], table: Iterable[Iterable[Any]]) -> str:
    """Return a table as CSV (commas, CRLF); a cell can never run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(map(_harmless, line) for line in table)
    return out.getvalue()


def _harmless(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = characters.without(value)
        return f"'{text}" if text.startswith(FORMULA_STARTS) else text
    return "" if value is None else value


def fill(sheet: Worksheet, head: list[str], table: list[list[Any]]) -> None:
    """Fill a sheet whose cells are written once, in order: so what frames them comes first."""
    letters = [get_column_letter(column) for column in range(1, len(head) + 1)]
    for column, letter in enumerate(letters):
        width = _width([head[column], *(line[column] for line in table)])
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{letters[-1]}{len(table) + 1}"
    sheet.append([_head(sheet, name) for name in head])
    pens: dict[type, Any] = {kind: _cell(sheet) for kind in (str, bool, int, date)}
    for line in table:
        sheet.append(_set(pens, value) for value in line)


def _width(values: Iterable[Any]) -> int:
    """Return how wide a column has to be for its longest line."""
    longest = 0
    for value in values:
        if longest >= WIDEST_COLUMN:
            break
        longest = max(longest, *map(len, str(value or "").split("\n")))
    return min(longest + 2, WIDEST_COLUMN)


def _cell(sheet: Worksheet, value: Any = None, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    return cell


def _head(sheet: Worksheet, name: str) -> Any:
    """Return the head of a column: text, as a name may begin as a formula does."""
    cell = _cell(sheet, characters.without(name), bold=True)
    cell.data_type = "s"
    return cell


def _set(pens: dict[type, Any], value: Any) -> Any:
    """Return a cell with the value: the one of its type, as each is written at once."""
    if value is None or value == "":
        return None
    is_text = isinstance(value, str)
    cell = pens[str if is_text else type(value)]
    cell.value = characters.without(value) if is_text else value
    if is_text:
        cell.data_type = "s"  # "=1+1" stays text
    return cell
