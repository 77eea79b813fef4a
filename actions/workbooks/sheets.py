"""Sheets that people fill in: headings, open and locked cells, lists to choose from, print."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from actions.workbooks.making import DAY, TEXT, TOP, Lists, put

HEAD = Font(name="Calibri", bold=True, size=11)
TITLE = Font(name="Calibri", bold=True, size=14)
READ = PatternFill("solid", fgColor="ECE9E1")
TOPPED = PatternFill("solid", fgColor="DCE6EF")
HAIR = Side(style="thin", color="C9C3B4")
EDGE = Border(left=HAIR, right=HAIR, top=HAIR, bottom=HAIR)
OPEN = Protection(locked=False)
TURNED = Alignment(text_rotation=90, vertical="bottom", horizontal="center", wrap_text=True)
MIDDLE = Alignment(vertical="top", horizontal="center")
LINE, LOWEST, HIGHEST = 15, 60, 300  # points: of a line, and of a row
HEAD_TURNED = 120


@dataclass(frozen=True)
class SheetColumn:
    """A column: its name in the code, its heading, its width, and what helps to fill it in.

    ``kind`` is "key" (hidden), "fact" and "before" (to be read), else what may be written.
    """

    name: str
    heading: Any
    width: int
    kind: str = "text"
    guidance: Any = ""

    @property
    def is_locked(self) -> bool:
        """Tell whether it is there to be read."""
        return self.kind in {"key", "fact", "before"}


def head(sheet: Worksheet, columns: Sequence[SheetColumn]) -> None:
    """Write the headings, and give the columns their widths."""
    for place, column in enumerate(columns, start=1):
        cell = put(sheet, 1, place, str(column.heading))
        cell.font, cell.fill, cell.border = HEAD, TOPPED, EDGE
        cell.alignment = TURNED if column.kind == "tick" else TOP
        told = sheet.column_dimensions[get_column_letter(place)]
        told.width, told.hidden = column.width, column.kind == "key"
    if any(column.kind == "tick" for column in columns):
        sheet.row_dimensions[1].height = HEAD_TURNED


def style(cell: Any, column: SheetColumn, *, is_open: bool) -> None:
    """Give a cell its look: white and open, or grey and locked."""
    cell.border, cell.alignment = EDGE, MIDDLE if column.kind == "tick" else TOP
    if column.kind != "key":
        cell.number_format = DAY if column.kind == "day" or isinstance(cell.value, date) else TEXT
    if is_open:
        cell.protection = OPEN
    else:
        cell.fill = READ


def height(sheet: Worksheet, number: int, columns: Sequence[SheetColumn]) -> float:
    """Return how high a row is so that its texts can be read: no program fits it by itself."""
    lines = max(
        lines_of(str(sheet.cell(number, place).value or ""), column.width + 1)
        for place, column in enumerate(columns, start=1)
        if column.kind not in {"key", "tick"}
    )
    return min(HIGHEST, max(LOWEST, LINE * lines))


def lines_of(text: str, width: int) -> int:
    """Return how many lines a text takes in a column, about."""
    return sum(1 + len(line) // width for line in text.split("\n"))


def listed(
    sheet: Worksheet, known: dict[str, DataValidation], lists: Lists, words: list[str]
) -> DataValidation:
    """Return the drop-down list of some words on a sheet."""
    place = lists.range_of(words)
    if place not in known:
        known[place] = DataValidation("list", place, allow_blank=True)
        sheet.add_data_validation(known[place])
    return known[place]


def limited(sheet: Worksheet, most: int) -> DataValidation:
    """Return what keeps a text from being longer than it may be."""
    found = DataValidation("textLength", operator="lessThanOrEqual", formula1=str(most))
    found.error = _("A text has at most %(most)s characters.") % {"most": most}
    sheet.add_data_validation(found)
    return found


def explain(sheet: Worksheet, lines: Sequence[str]) -> None:
    """Write the sentences of a sheet of guidance, each across two columns."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 75
    for line in lines:
        put(sheet, sheet.max_row + 1, 1, line)
        sheet.merge_cells(
            start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=2
        )
        sheet.row_dimensions[sheet.max_row].height = LINE * (lines_of(line, 100) + 0.3)


def lock(sheet: Worksheet) -> None:
    """Keep people from writing into what is only read; how wide and high it is they may change."""
    sheet.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "formatCells"):
        setattr(sheet.protection, allowed, False)  # what is set is kept from people


def on_paper(sheet: Worksheet, wide: int = 1) -> None:
    """Print a sheet across, as wide as some pages, with its name and the number of the page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = wide, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "&P / &N"
