"""Finds the columns that are known in a workbook's sheets, and says what is wrong, by place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.utils import get_column_letter

from actions.refusals import Refused
from actions.rules.search import fold
from actions.typography import date_format
from actions.workbooks.cells import Book, Broken, Cells
from actions.workbooks.parts import MOST_ELEMENTS, Archive

MARK = "napmonitor"  # the first cell of a sheet that says what the workbook is for, and its version
LAST_OF_MARK = 3  # its place, its purpose, its version
HEAD_ROW = 1


class Wrong(Exception):  # noqa: N818  reads as what it is: wrong
    """A value that a column does not take; the text says why."""


@dataclass(frozen=True)
class Column:
    """A column: its name in the code, and the headings that it is known by, folded."""

    name: str
    headings: frozenset[str]
    is_required: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name in the code, the titles that it is known by, folded, its columns."""

    name: str
    titles: frozenset[str]
    columns: tuple[Column, ...]
    is_required: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the sheet, the row and the column as the workbook has them."""

    sheet: str
    row: int | None
    column: str
    message: str


@dataclass(frozen=True)
class Row:
    """A row with something in it: its number in the sheet, and its values by column."""

    number: int
    values: dict[str, Any]


@dataclass
class Contents:
    """What a workbook says: the rows of each known sheet, and what is wrong with them.

    ``mark`` is what the template says of itself behind its purpose and version.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    headings: dict[tuple[str, str], str] = field(default_factory=dict)
    mark: tuple[Any, ...] = ()

    def fault(self, sheet: str, row: int | None, column: str, message: str) -> None:
        """Note what is wrong; ``sheet`` and ``column`` are the names in the code."""
        title = self.titles.get(sheet, sheet)
        heading = self.headings.get((sheet, column), column)
        self.faults.append(Fault(title, row, heading, message))


def read(
    content: bytes,
    sheets: Sequence[Sheet],
    *,
    purpose: str,
    version: int,
    most: int = MOST_ELEMENTS,
) -> Contents:
    """Return what a workbook says in the sheets and columns that are known.

    ``purpose`` and ``version`` are what the template says of itself; ``most`` elements are read.
    Raises Refused where the file is no workbook, holds too much, or is for something else; what
    is wrong with a cell, a heading or a sheet is a fault among the contents.
    """
    book = Book(Archive(content, most))
    contents = Contents(mark=check_purpose(book, purpose, version))
    titles = {fold(title): title for title in book.sheets}
    for sheet in sheets:
        title = next((titles[known] for known in titles if known in sheet.titles), None)
        if title is not None:
            contents.titles[sheet.name] = title
            contents.rows[sheet.name] = list(rows_of(book, title, sheet, contents))
        elif sheet.is_required:
            message = _("The workbook has no such sheet.")
            contents.faults.append(Fault(sheet.name, None, "", message))
    return contents


def check_purpose(book: Book, purpose: str, version: int) -> tuple[Any, ...]:
    """Return what a template says of itself behind its purpose and version; nothing without one.

    Refuses a template of something else, or of a version that is not known yet.
    """
    for title in list(book.sheets)[:1]:
        _number, cells = next(book.rows(title), (0, {}))
        if cells.get(1) != MARK:
            continue
        if cells.get(2) != purpose:
            raise Refused(_("This template is for something else. Download the one of this page."))
        if not isinstance(given := cells.get(3), int) or given > version:
            raise Refused(_("This template is of another version. Download it anew."))
        return tuple(value for place, value in sorted(cells.items()) if place > LAST_OF_MARK)
    return ()


def rows_of(book: Book, title: str, sheet: Sheet, contents: Contents) -> Iterator[Row]:
    """Yield the rows of a sheet below its headings."""
    columns: dict[int, Column | None] = {}
    for number, cells in book.rows(title):
        if number == HEAD_ROW:
            columns = columns_of(cells, sheet, contents)
            continue
        values = dict(values_of(number, cells, columns, sheet, contents))
        if values:
            yield Row(number, values)
    for column in sheet.columns:
        if column.is_required and column not in columns.values():
            contents.fault(sheet.name, HEAD_ROW, column.name, _("This column is missing."))


def columns_of(cells: Cells, sheet: Sheet, contents: Contents) -> dict[int, Column | None]:
    """Return which column stands where, None for one that is not known or there twice."""
    found: dict[int, Column | None] = {}
    for place, value in cells.items():
        heading = fold(value) if isinstance(value, str) else ""
        column = next((one for one in sheet.columns if heading in one.headings), None)
        is_twice = column is not None and column in found.values()
        found[place] = None if is_twice else column
        where = f"{get_column_letter(place)}: {str(value)[:60]}"
        if column is None:
            contents.fault(sheet.name, HEAD_ROW, where, _("This heading is not known."))
        elif is_twice:
            contents.fault(sheet.name, HEAD_ROW, where, _("This heading is there twice."))
        else:
            contents.headings[sheet.name, column.name] = where
    return found


def values_of(
    number: int,
    cells: Cells,
    columns: dict[int, Column | None],
    sheet: Sheet,
    contents: Contents,
) -> Iterator[tuple[str, Any]]:
    """Yield the values of a row; a formula and an error are faults, and stay in their place."""
    for place, value in cells.items():
        if place not in columns and not blank(value):
            columns[place] = None  # said once
            letter = get_column_letter(place)
            contents.fault(sheet.name, number, letter, _("This column has no heading."))
        column = columns.get(place)
        if column is None:
            continue
        if isinstance(value, Broken):
            words = (
                _("Here stands a formula. Copy the column and paste its values.")
                if value.is_formula
                else _("Here stands an error of the spreadsheet.")
            )
            contents.fault(sheet.name, number, column.name, words)
            yield column.name, value
        elif not blank(value):
            yield column.name, value


def blank(value: Any) -> bool:
    """Tell whether a cell says nothing."""
    return isinstance(value, str) and not value.strip()


def as_text(value: Any) -> str:
    """Return a text; a number as its digits. Raises Wrong for a date, which is no text."""
    if isinstance(value, bool):
        raise Wrong(_("Here stands true or false; write a text."))
    if isinstance(value, date | datetime):
        words = _("Here stands a date (%(day)s). Format the cell as text and write it anew.")
        raise Wrong(words % {"day": date_format(value)})
    return str(value).strip()


def as_number(value: Any) -> int:
    """Return a whole number. Raises Wrong."""
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal()):
        raise Wrong(_("Enter a whole number."))
    return int(text[:20])


def as_date(value: Any) -> date:
    """Return a day. Raises Wrong for a text, as nobody can know which number is the month."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, datetime):
        raise Wrong(_("Here stands a date with a time; enter the day alone."))
    if isinstance(value, str):
        raise Wrong(_("Here stands a text; enter a date in a cell with the format of dates."))
    raise Wrong(_("Enter a date."))


def in_all(words: Any) -> list[str]:
    """Return words in each language of the site."""
    found = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.append(str(words))
    return found


def told(choices: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Return codes by their words in each language, folded, and by themselves."""
    pairs = list(choices)
    words = {fold(text): code for code, label in pairs for text in in_all(label)}
    return words | {fold(code): code for code, _label in pairs}


def folded(words: Iterable[str]) -> frozenset[str]:
    """Return words as headings are compared."""
    return frozenset(fold(word) for word in words)
