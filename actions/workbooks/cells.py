"""Reads the sheets of a workbook as rows of plain values; formulas are noted, never computed."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from actions.refusals import Refused
from actions.workbooks.parts import END, START, Archive, too_large, unreadable

MOST_ROWS = 2_000  # with something in them
LAST_ROW = 20_000  # any, also an empty one
MOST_CELLS = 60_000  # of all sheets together
MOST_COLUMNS = 200
LONGEST_TEXT = 40_000  # more than any column takes
MOST_TEXT = 5_000_000  # characters of all cells together: one text may stand in thousands
MOST_FORMATS = 1_000  # of numbers; no spreadsheet stores as many
# How a workbook writes a character that XML cannot hold, and an underscore that seems to begin one.
CODED = re.compile("_x([0-9A-Fa-f]{4})_")
LIKE_A_CODE = re.compile(
    "_(?=x[0-9A-Fa-f]{4}_)"
)  # each underscore, also one that ends another code

WORKBOOK = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"


@dataclass(frozen=True)
class Broken:
    """What stands in a cell that holds no value of its own: a formula, an error."""

    is_formula: bool


Cells = dict[int, Any]


class Book:
    """A workbook: the names of its sheets in order, and the rows of each."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.epoch = CALENDAR_WINDOWS_1900
        self.sheets: dict[str, str] = {}
        self.cell_count = self.text_length = 0
        self.find_sheets()

    def find_sheets(self) -> None:
        """Find the part of each sheet by its name."""
        targets = {
            given.get("Id", ""): part(given.get("Target", ""))
            for kind, name, given, _text in self.archive.elements(LINKS)
            if (kind, name) == (START, "Relationship")
        }
        for kind, name, given, _text in self.archive.elements(WORKBOOK):
            if (kind, name) == (START, "workbookPr") and given.get("date1904") in {"1", "true"}:
                self.epoch = CALENDAR_MAC_1904
            if (kind, name) == (START, "sheet"):
                key = next((v for k, v in given.items() if k.endswith(":id")), "")
                self.sheets[given.get("name", "")] = targets.get(key, "")

    @cached_property
    def strings(self) -> list[str]:
        """The texts that cells share, by place."""
        if STRINGS not in self.archive:
            return []
        found: list[str] = []
        parts: list[str] = []
        skipped = False
        for kind, name, _given, text in self.archive.elements(STRINGS):
            if name == "rPh":  # how a word is read aloud, in some languages
                skipped = kind == START
            elif (kind, name) == (END, "t") and not skipped:
                parts.append(text)
            elif (kind, name) == (END, "si"):
                found.append(plain("".join(parts)))
                parts.clear()
        return found

    @cached_property
    def dates(self) -> frozenset[int]:
        """The places of the cell formats that show a number as a date."""
        if STYLES not in self.archive:
            return frozenset()
        own: dict[int, str] = {}
        used: list[int] = []
        within = False
        for kind, name, given, _text in self.archive.elements(STYLES):
            if name == "cellXfs":
                within = kind == START
            elif kind == START and name == "numFmt":
                own[whole(given.get("numFmtId"))] = given.get("formatCode", "")[:200]
            elif kind == START and name == "xf" and within:
                used.append(whole(given.get("numFmtId", "0")))
        if len(own) > MOST_FORMATS:
            raise too_large()
        formats = BUILTIN_FORMATS | own
        days = {key for key in set(used) if is_date_format(formats.get(key, ""))}
        return frozenset(place for place, key in enumerate(used) if key in days)

    def rows(self, sheet: str) -> Iterator[tuple[int, Cells]]:
        """Yield the rows of a sheet that hold something: the number, and the cells by column."""
        number = count = 0
        column = 0
        cells: Cells = {}
        pen = Pen(self)
        for kind, name, given, text in self.archive.elements(self.sheets[sheet]):
            if kind == START and name == "row":
                number = whole(given["r"]) if "r" in given else number + 1
                cells, column = {}, 0
            elif kind == START and name == "c":
                column = column_of(given["r"]) if "r" in given else column + 1
                pen.start(given)
            elif name in {"f", "v", "t", "rPh"}:
                pen.take(kind, name, text)
            elif (kind, name) == (END, "c"):
                if (value := pen.value()) is not None:
                    cells[column] = value
                    self.cell_count += 1
                    self.text_length += len(value) if isinstance(value, str) else 0
                self.check_column(column, cells)
            elif (kind, name) == (END, "row"):
                count += bool(cells)
                check_row(sheet, number, count)
                if cells:
                    yield number, cells
            elif (kind, name) == (END, "sheetData"):
                return

    def check_column(self, column: int, cells: Cells) -> None:
        """Refuse what is wider or fuller than any list."""
        if self.cell_count > MOST_CELLS or self.text_length > MOST_TEXT:
            raise too_large()
        if column > MOST_COLUMNS and column in cells:
            raise too_large()


def check_row(sheet: str, number: int, count: int) -> None:
    """Refuse what is longer than any list."""
    if count > MOST_ROWS + 1:
        words = _("The sheet “%(sheet)s” has too many rows; at most %(most)s can be read at once.")
        raise Refused(words % {"sheet": sheet[:40], "most": MOST_ROWS})
    if number > LAST_ROW:
        words = _("The sheet “%(sheet)s” goes on to row %(row)s. Delete the rows below the list.")
        raise Refused(words % {"sheet": sheet[:40], "row": number})


class Pen:
    """Takes one cell at a time, and returns its value."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.kind = ""
        self.style = 0
        self.is_formula = self.is_skipped = False
        self.text: list[str] = []
        self.kinds: dict[str, Callable[[str], Any]] = {
            "s": self.shared,
            "b": lambda text: text.strip() == "1",
            "inlineStr": plain,
            "str": plain,
            "d": iso,
        }

    def start(self, given: Any) -> None:
        """Begin a cell."""
        self.kind = given.get("t", "n")
        self.style = whole(given.get("s", "0"))
        self.is_formula = self.is_skipped = False
        self.text.clear()

    def take(self, kind: str, name: str, text: str) -> None:
        """Take what stands in a cell."""
        if name == "rPh":
            self.is_skipped = kind == START
        elif name == "f":
            self.is_formula = True
        elif kind == END and not self.is_skipped:
            self.text.append(text)

    def value(self) -> Any:
        """Return what the cell says: text, a number, true or false, a date; None for nothing."""
        text = "".join(self.text)
        if self.is_formula or self.kind == "e":
            return Broken(is_formula=self.is_formula)
        return self.kinds.get(self.kind, self.number)(text) if text else None

    def shared(self, text: str) -> str | None:
        """Return the text that a cell shares with others."""
        strings = self.book.strings
        return strings[whole(text)] if whole(text) < len(strings) else None

    def number(self, text: str) -> Any:
        """Return a number, or the day that it stands for."""
        try:
            found = float(text)
        except ValueError as error:
            raise unreadable() from error
        if found != found or abs(found) > 1e15:  # noqa: PLR0124, PLR2004  no number, or an endless one
            raise unreadable()
        if self.style in self.book.dates:
            return moment(found, self.book.epoch)
        return int(found) if found.is_integer() else found


def moment(number: float, epoch: datetime) -> Any:
    """Return the day that a number stands for; with its time where it has one."""
    try:
        found = from_excel(number, epoch)
    except (OverflowError, ValueError) as error:
        raise unreadable() from error
    if isinstance(found, datetime):
        return found.date() if found.time() == time() else found
    return found if isinstance(found, date) else str(found)


def iso(text: str) -> Any:
    """Return a day that is written in letters, as some programs store it."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise unreadable() from error
    return found.date() if found.time() == time() else found


def plain(text: str) -> str:
    """Return a text as its writer sees it, with the one sign for the end of a line."""
    if len(text) > LONGEST_TEXT:
        raise too_large()
    decoded = CODED.sub(character, text) if "_x" in text else text
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def character(coded: re.Match[str]) -> str:
    """Return the character that a code stands for; what no text and no database holds stays."""
    sign = chr(int(coded[1], 16))
    return coded[0] if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign


def whole(text: str | None) -> int:
    """Return a number that the file counts by; raises Refused where it is none."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 9:  # noqa: PLR2004
        raise unreadable()
    return int(text)


def column_of(address: str) -> int:
    """Return the column of an address such as B12, from 1."""
    found = 0
    for sign in address:
        if not "A" <= sign <= "Z":
            break
        found = min(found * 26 + ord(sign) - 64, 20_000)
    if not found:
        raise unreadable()
    return found


def part(target: str) -> str:
    """Return the name of a part that the workbook links to."""
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
