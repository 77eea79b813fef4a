"""Makes workbooks that are filled in and come back: cells, headings, lists to choose from."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from actions.workbooks.cells import LIKE_A_CODE
from document import characters

LONGEST_TITLE = 31  # of a sheet, in every program
HEAD = Font(bold=True)
TOP = Alignment(wrap_text=True, vertical="top")
TEXT, DAY = "@", "yyyy-mm-dd"


class Lists:
    """The drop-down lists of a workbook, each a column of its last sheet."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, ...], str] = {}

    def range_of(self, lines: Iterable[str]) -> str:
        """Return where a list stands."""
        key = tuple(lines)
        if key not in self.found:
            letter = get_column_letter(len(self.found) + 1)
            name = quote_sheetname(_("Lists")[:LONGEST_TITLE])
            self.found[key] = f"{name}!${letter}$1:${letter}${len(key)}"
        return self.found[key]

    def write(self, sheet: Worksheet) -> None:
        """Write the lists, on a sheet that nobody needs to see."""
        for place, lines in enumerate(self.found, start=1):
            for number, line in enumerate(lines, start=1):
                put(sheet, number, place, line)
        sheet.sheet_state = "hidden"


def put(sheet: Worksheet, row: int, column: int, value: Any) -> Any:
    """Write a cell; a text that looks like a formula stays a text."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = LIKE_A_CODE.sub("_x005F_", characters.without(value))
        cell.data_type = "s"
        cell.number_format = TEXT
        cell.alignment = TOP
    elif value is not None:
        cell.value = value
        cell.number_format = DAY if isinstance(value, date) else "General"
    return cell
