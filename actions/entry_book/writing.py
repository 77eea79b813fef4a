"""Makes a workbook of a body's entries in a round, with guidance, lists and last year's texts."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from actions.entry_book import layout
from actions.entry_book.layout import BEFORE, OBSTACLE
from actions.forms.entries import CHOICES
from actions.models import Actor, Entry, ReportingRound, ReviewEvent
from actions.models.entries import HEADINGS, LONGEST_TEXT, MOST_EVIDENCE, TEXTS
from actions.models.statuses import CHOICE_WORDS, status_word
from actions.workbooks.making import LONGEST_TITLE, TOP, Lists, put
from actions.workbooks.sheets import (
    EDGE,
    HEAD,
    LINE,
    TITLE,
    SheetColumn,
    explain,
    head,
    height,
    limited,
    lines_of,
    listed,
    lock,
    on_paper,
    style,
)
from actions.workbooks.tables import MARK
from document import characters
from document.snapshot import status_code

FREE_DOCUMENTS = 100  # empty rows for documents that come
HELPED = Font(name="Calibri", italic=True, color="566073", size=9)
HELP_HEIGHT = 105  # points
A3 = 8
WIDE = {layout.ENTRIES: 2, layout.EVIDENCE: 1}  # pages beside each other in print


@dataclass
class Sheaf:
    """What goes into a workbook: the entries, what may be written of them, what was said before."""

    actor: Actor
    round: ReportingRound
    rows: Sequence[Entry]
    writable: frozenset[int] = frozenset()
    before: Mapping[int, Entry] = field(default_factory=dict)
    # With what each entry was returned that waits for its writer.
    asked: Mapping[int, ReviewEvent] = field(default_factory=dict)

    @property
    def names(self) -> dict[int, str]:
        """How the sheet of documents calls each entry."""
        return layout.names(self.rows)


def made(sheaf: Sheaf) -> bytes:
    """Return the workbook in the active language."""
    book, lists = Workbook(), Lists()
    guide(book.active, sheaf)
    fill_entries(book.create_sheet(layout.title_of(layout.ENTRIES)), sheaf, lists)
    fill_documents(book.create_sheet(layout.title_of(layout.EVIDENCE)), sheaf, lists)
    lists.write(book.create_sheet(_("Lists")[:LONGEST_TITLE]))
    book.active = 1
    book.properties.title = characters.without(f"{sheaf.actor.label}, {sheaf.round.year}")
    book.properties.creator = "napmonitor"
    book.properties.language = get_language()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- Guidance -------------------------------------------------------------------


def guide(sheet: Worksheet, sheaf: Sheaf) -> None:
    """Write the first sheet: what the workbook is, how it is filled in, what each status means."""
    sheet.title = _("Guidance")[:LONGEST_TITLE]
    given = sheaf.round
    mark = [MARK, layout.PURPOSE, layout.VERSION, given.plan.slug, given.year, sheaf.actor.slug]
    sheet.append([*mark, get_language()])
    sheet.row_dimensions[1].hidden = True
    heading = _("Entries, %(year)s: %(actor)s")
    title = put(sheet, 2, 1, heading % {"actor": sheaf.actor.label, "year": given.year})
    title.font, title.alignment = TITLE, Alignment(wrap_text=False)
    explain(sheet, lines())
    row = sheet.max_row + 2
    for place, words in enumerate((_("Status"), _("Meaning")), start=1):
        put(sheet, row, place, words).font = HEAD
    for number, (word, meaning) in enumerate(statuses(), start=row + 1):
        put(sheet, number, 1, word)
        put(sheet, number, 2, meaning)
        sheet.row_dimensions[number].height = LINE * lines_of(meaning, 75)
    sheet.protection.sheet = True
    on_paper(sheet)


def lines() -> list[str]:
    """Return how the workbook is filled in."""
    sheet = {"entries": layout.title_of(layout.ENTRIES), "evidence": layout.title_of("evidence")}
    return [
        _(
            "Fill in the white cells of the sheet “%(entries)s”, save the workbook as .xlsx, and "
            "upload it on the page that it comes from. There you see every change before it is "
            "saved. The texts become drafts; nothing is submitted."
        )
        % sheet,
        _(
            "Each row is an entry. Grey cells are there to be read; an entry whose cells are all "
            "grey cannot be written now. Do not add, sort or copy rows. An entry whose row you "
            "delete stays as it is."
        ),
        _(
            "Statuses, languages and kinds of documents are chosen from the list in the cell. "
            "Under the kinds of obstacles, mark with “x” what stands in the way."
        ),
        _(
            "“Suspended or dropped” and “Not applicable” need a reason, which is published. "
            "Closed work of an earlier year that is taken up again needs one too: that is done "
            "on the page of the entry."
        ),
        _("A date is one of the spreadsheet, or written as 2026-12-31 or 31/12/2026. No formulas."),
        _("A text has at most %(most)s characters.") % {"most": LONGEST_TEXT},
        _(
            "Documents stand on the sheet “%(evidence)s”, a row for each, at most %(most)s for an "
            "entry. A document whose row you delete is taken out of its entry."
        )
        % (sheet | {"most": MOST_EVIDENCE}),
        _(
            "A workbook that was downloaded before somebody else saved loses nothing: the page "
            "shows both texts, and you choose."
        ),
        _(
            "Drafts and internal notes are not public. Pass the workbook on only to those who "
            "prepare the entries."
        ),
    ]


def statuses() -> Iterable[tuple[str, str]]:
    """Yield each status as the form offers it, with what it means."""
    for code in CHOICES:
        natures = ("one_off", "continuous") if status_code(code, "continuous") != code else ("",)
        for nature in natures:
            yield str(status_word(code, nature)), str(CHOICE_WORDS[status_code(code, nature)])


# --- Entries --------------------------------------------------------------------


def fill_entries(sheet: Worksheet, sheaf: Sheaf, lists: Lists) -> None:
    """Write a row for each entry, under the headings and a row of help."""
    columns = [one for one in layout.COLUMNS if is_told(one, sheaf)]
    head(sheet, columns)
    for place, column in enumerate(columns, start=1):
        helped = put(sheet, 2, place, layout.HELP if place == 1 else str(column.guidance) or None)
        helped.font, helped.alignment, helped.border = HELPED, TOP, EDGE
    for number, row in enumerate(sheaf.rows, start=3):
        told = cells(row, sheaf.before.get(row.pk))
        if row.pk in sheaf.asked:
            told["asked"] = questions(sheaf.asked[row.pk])
        for place, column in enumerate(columns, start=1):
            is_open = row.pk in sheaf.writable and not column.is_locked
            cell = put(sheet, number, place, told.get(column.name))
            style(cell, column, is_open=is_open)
    sheet.row_dimensions[2].height = HELP_HEIGHT
    for number in range(3, len(sheaf.rows) + 3):
        sheet.row_dimensions[number].height = height(sheet, number, columns)
    choose(sheet, columns, sheaf, lists)
    set_up(sheet, columns, "F2", layout.ENTRIES)


def is_told(column: SheetColumn, sheaf: Sheaf) -> bool:
    """Tell whether a column has anything to say: not all have a last report, or were returned."""
    if column.name == "asked":
        return bool(sheaf.asked)
    if column.kind != "before":
        return True
    name = column.name.removeprefix(BEFORE)
    return any(getattr(one.spoken, name) for one in sheaf.before.values())


def cells(row: Entry, before: Entry | None) -> dict[str, Any]:
    """Return what stands in a row, by column."""
    action = row.action
    codes = {f"{OBSTACLE}{code}": "x" for code in row.obstacle_codes}
    found = {
        "entry": row.pk,
        "version": row.version,
        "round": row.round_id,
        "action": action.label,
        "title": action.title,
        "actor": row.actor.label,
        "state": state_of(row),
        "status": str(status_word(row.status, action.nature)) if row.status else None,
        "language": layout.LANGUAGES.get(row.language),
        "expected_by": day(row.expected_by),
        "unchanged": _("yes") if row.unchanged else None,
        **{name: getattr(row, name) or None for name in TEXTS},
        **codes,
    }
    return found | (cells_before(row, before) if before is not None else {})


def questions(event: ReviewEvent) -> str:
    """Return with what an entry was returned: the remark, and what is asked of each field."""
    fields = [f"{HEADINGS.get(name, name)}: {text}" for name, text in event.comments.items()]
    return "\n".join(filter(None, [event.comment, *fields]))


def cells_before(row: Entry, before: Entry) -> dict[str, Any]:
    """Return what the cells of the last report say beside an entry."""
    said = before.spoken
    word = status_word(said.status, row.action.nature)
    texts = {f"{BEFORE}{name}": getattr(said, name) or None for name in TEXTS if name != "internal"}
    return texts | {
        f"{BEFORE}status": f"{word} ({before.round.year})",
        f"{BEFORE}expected_by": day(said.expected_by),
    }


def state_of(row: Entry) -> str:
    """Return how far an entry is, in words."""
    return _("Carried over") if row.is_carried else str(row.get_state_display())


def day(text: str) -> date | None:
    """Return the day that a text stands for."""
    return date.fromisoformat(text) if text else None


def choose(sheet: Worksheet, columns: list[SheetColumn], sheaf: Sheaf, lists: Lists) -> None:
    """Offer lists of words where there are any, and limit the texts."""
    places = {column.name: get_column_letter(n) for n, column in enumerate(columns, start=1)}
    last = len(sheaf.rows) + 2
    by_list: dict[str, DataValidation] = {}
    for number, row in enumerate(sheaf.rows, start=3):
        nature = row.action.nature
        words = [str(status_word(code, nature)) for code in CHOICES]
        listed(sheet, by_list, lists, words).add(f"{places['status']}{number}")
    for name, words in (
        ("language", list(layout.LANGUAGES.values())),
        ("unchanged", [_("yes"), _("no")]),
    ):
        listed(sheet, by_list, lists, words).add(f"{places[name]}3:{places[name]}{last}")
    ticks = listed(sheet, by_list, lists, ["x"])
    limit = limited(sheet, LONGEST_TEXT)
    for name, letter in places.items():
        if name.startswith(OBSTACLE):
            ticks.add(f"{letter}3:{letter}{last}")
        elif name in TEXTS:
            limit.add(f"{letter}3:{letter}{last}")


# --- Documents ------------------------------------------------------------------


def fill_documents(sheet: Worksheet, sheaf: Sheaf, lists: Lists) -> None:
    """Write a row for each document, and empty ones for more."""
    columns = list(layout.DOCUMENTS)
    head(sheet, columns)
    names, kinds = sheaf.names, dict(layout.OFFERED_KINDS)
    number = 1
    for row in sheaf.rows:
        for document in row.evidence:
            number += 1
            told = document | {
                "row": names[row.pk],
                "kind": str(kinds.get(document["kind"], "")),
                "date": day(document["date"]),
            }
            for place, column in enumerate(columns, start=1):
                cell = put(sheet, number, place, told[column.name] or None)
                style(cell, column, is_open=row.pk in sheaf.writable)
    last = number + FREE_DOCUMENTS
    for free in range(number + 1, last + 1):
        for place, column in enumerate(columns, start=1):
            style(sheet.cell(free, place), column, is_open=True)
    open_names = [names[row.pk] for row in sheaf.rows if row.pk in sheaf.writable]
    known: dict[str, DataValidation] = {}
    if open_names:
        listed(sheet, known, lists, open_names).add(f"A2:A{last}")
    listed(sheet, known, lists, [str(word) for _code, word in layout.OFFERED_KINDS]).add(
        f"D2:D{last}"
    )
    set_up(sheet, columns, "A2", layout.EVIDENCE)


# --- Both -----------------------------------------------------------------------


def set_up(sheet: Worksheet, columns: list[SheetColumn], frozen: str, name: str) -> None:
    """Freeze the headings, lock what is only read, and prepare the print."""
    sheet.freeze_panes = frozen
    lock(sheet)
    if name == layout.EVIDENCE:
        sheet.protection.deleteRows = False
    sheet.print_title_rows = "1:1"
    if name == layout.ENTRIES:
        first = next(n for n, one in enumerate(columns, start=1) if one.kind != "key")
        sheet.print_title_cols = f"{get_column_letter(first)}:{get_column_letter(first + 1)}"
    sheet.page_setup.paperSize = A3 if name == layout.ENTRIES else sheet.PAPERSIZE_A4
    on_paper(sheet, WIDE[name])
