"""Translations as a workbook: the original, the translation, whether it is checked."""

import io
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from actions import workbooks
from actions.models.entries import HEADINGS, LONGEST_TEXT
from actions.models.fields import LANGUAGE_NAMES
from actions.rules.search import fold
from actions.workbooks import Column, Contents, Row, Sheet, Wrong, as_text
from actions.workbooks.cells import Broken
from actions.workbooks.making import LONGEST_TITLE, Lists, put
from actions.workbooks.sheets import (
    TITLE,
    SheetColumn,
    explain,
    head,
    height,
    limited,
    listed,
    lock,
    on_paper,
    style,
)
from actions.workbooks.tables import MARK, folded, in_all
from reports.translation_files.units import PURPOSE, VERSION, Bundle, Line, Unit

SHEET = "translations"
NAME = gettext_lazy("Translations")
COLUMNS = (
    SheetColumn("key", gettext_lazy("Key of the text"), 12, "key"),
    SheetColumn("source", gettext_lazy("Version of the original"), 12, "key"),
    SheetColumn("seen", gettext_lazy("Version of the translation"), 12, "key"),
    SheetColumn("action", gettext_lazy("Action"), 8, "fact"),
    SheetColumn("actor", gettext_lazy("Organisation"), 24, "fact"),
    SheetColumn("field", gettext_lazy("Field"), 20, "fact"),
    SheetColumn("language", gettext_lazy("Original in"), 14, "fact"),
    SheetColumn("original", gettext_lazy("Original"), 70, "fact"),
    SheetColumn("text", gettext_lazy("Translation"), 70),
    SheetColumn("checked", gettext_lazy("Checked"), 12, "yes"),
    SheetColumn("remark", gettext_lazy("Remark"), 22, "fact"),
)
NEEDED = {"key", "source", "seen", "text"}


# --- Out --------------------------------------------------------------------------


def made(given: Bundle) -> bytes:
    """Return the workbook in the active language."""
    book, lists = Workbook(), Lists()
    guide(book.active, given)
    fill(book.create_sheet(str(NAME)[:LONGEST_TITLE]), given, lists)
    lists.write(book.create_sheet(_("Lists")[:LONGEST_TITLE]))
    book.active = 1
    book.properties.creator = "napmonitor"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def guide(sheet: Worksheet, given: Bundle) -> None:
    """Write the first sheet: what the workbook is and how it is filled in."""
    sheet.title = _("Guidance")[:LONGEST_TITLE]
    sheet.append([MARK, PURPOSE, VERSION, given.round.pk, given.language])
    sheet.row_dimensions[1].hidden = True
    words = _("Translations into %(language)s, round %(year)s")
    name = LANGUAGE_NAMES[given.language]
    title = put(sheet, 2, 1, words % {"language": name, "year": given.round.year})
    title.font, title.alignment = TITLE, Alignment(wrap_text=False)
    explain(sheet, lines())
    lock(sheet)
    on_paper(sheet)


def lines() -> list[str]:
    """Return how the workbook is filled in."""
    return [
        _(
            "Write the translations into the white cells, save the workbook as .xlsx, and upload "
            "it on the page that it comes from. There you see every change before it is saved."
        ),
        _(
            "“Checked” with “yes” means that the report may print the translation; without it, it "
            "is a draft. An emptied translation is taken away."
        ),
        _(
            "Do not add, sort or copy rows. A text whose row you delete stays as it is; so does "
            "one whose original has changed since, and the page says so."
        ),
    ]


def fill(sheet: Worksheet, given: Bundle, lists: Lists) -> None:
    """Write a row for each text."""
    head(sheet, COLUMNS)
    for number, unit in enumerate(given.units, start=2):
        told = cells(unit)
        for place, column in enumerate(COLUMNS, start=1):
            style(put(sheet, number, place, told[column.name] or None), column,
                  is_open=not column.is_locked)  # fmt: skip
        sheet.row_dimensions[number].height = height(sheet, number, COLUMNS)
    last = max(2, len(given.units) + 1)
    known: dict[str, DataValidation] = {}
    places = {column.name: get_column_letter(n) for n, column in enumerate(COLUMNS, start=1)}
    yes = listed(sheet, known, lists, [_("yes"), _("no")])
    yes.add(f"{places['checked']}2:{places['checked']}{last}")
    limited(sheet, LONGEST_TEXT).add(f"{places['text']}2:{places['text']}{last}")
    sheet.freeze_panes, sheet.print_title_rows = f"{places['original']}2", "1:1"
    lock(sheet)
    on_paper(sheet)


def cells(unit: Unit) -> dict[str, Any]:
    """Return what stands in a row, by column."""
    entry = unit.item.entry
    return {
        "key": unit.key,
        "source": unit.source,
        "seen": unit.seen,
        "action": entry.action.label,
        "actor": entry.actor.label,
        "field": str(HEADINGS[unit.item.field]),
        "language": str(LANGUAGE_NAMES[entry.language]),
        "original": unit.item.original,
        "text": unit.text,
        "checked": _("yes") if unit.is_checked else "",
        "remark": _("the original has changed") if unit.item.is_outdated else "",
    }


# --- Back -------------------------------------------------------------------------


@cache
def sheet() -> Sheet:
    """Return what the reader of workbooks knows the sheet by, in whichever language."""
    known = tuple(
        Column(one.name, folded([one.name, *in_all(one.heading)]), one.name in NEEDED)
        for one in COLUMNS
    )
    titles = [title[:LONGEST_TITLE] for title in in_all(NAME)]
    return Sheet(SHEET, folded([SHEET, *titles]), known, is_required=True)


def read(content: bytes) -> tuple[Contents, list[Line]]:
    """Return what a workbook says, with its lines; raises Refused for what is none."""
    most = workbooks.FEWER_ELEMENTS
    contents = workbooks.read(content, [sheet()], purpose=PURPOSE, version=VERSION, most=most)
    return contents, [line(contents, row) for row in contents.rows.get(SHEET, [])]


def line(contents: Contents, row: Row) -> Line:
    """Return what a row says; what it cannot say is a fault."""
    texts = {name: text_of(contents, row, name) for name in ("key", "source", "seen", "text")}
    return Line(row.number, is_checked=checked(contents, row), **texts)


def text_of(contents: Contents, row: Row, column: str) -> str:
    """Return a text; a fault where it is none."""
    value = row.values.get(column, "")
    try:
        return "" if isinstance(value, Broken) else as_text(value)
    except Wrong as wrong:
        contents.fault(SHEET, row.number, column, str(wrong))
        return ""


@cache
def words_of_checked() -> tuple[frozenset[Any], frozenset[Any]]:
    """Return what says that a translation is checked, and that with what says that it is not."""
    yes = folded(in_all(gettext_lazy("yes"))) | {"x", True}
    return yes, yes | folded(in_all(gettext_lazy("no"))) | {"", False}


def checked(contents: Contents, row: Row) -> bool | None:
    """Return whether a row says that its translation is checked; None without the column."""
    if (SHEET, "checked") not in contents.headings:
        return None
    value = row.values.get("checked", "")
    given = fold(str(value)) if not isinstance(value, bool | Broken) else value
    yes, known = words_of_checked()
    if given not in known and not isinstance(value, Broken):
        words = _("Choose from the list in the cell.")
        contents.fault(SHEET, row.number, "checked", words)
    return given in yes
