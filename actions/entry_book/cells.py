"""Reads the cells of a workbook of entries, and notes what none of them can say."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.entry_book import layout
from actions.entry_book.layout import ENTRIES, EVIDENCE
from actions.enums import EvidenceKind, Status
from actions.forms.entries import CHOICES
from actions.models.entries import EVIDENCE_KINDS
from actions.models.fields import LANGUAGE_NAMES
from actions.models.statuses import STATUS_WORDS
from actions.rules import days
from actions.rules.search import fold
from actions.workbooks import Contents, Row, Wrong, as_date, as_number, as_text
from actions.workbooks.cells import Broken
from actions.workbooks.tables import in_all, told

LARGEST_KEY = 2**31 - 1
OTHER_KIND = EvidenceKind.OTHER.value
YES, NO = {"x", "1", "true"}, {"-", "0", "false"}


@dataclass(frozen=True)
class Document:
    """A row of the sheet of documents."""

    row: int
    content: dict[str, str]


class Cells:
    """Reads the cells of rows, and notes what none of them can say."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.statuses = told(
            [(code, STATUS_WORDS[code]) for code in CHOICES]
            + [(Status.IN_PROGRESS, STATUS_WORDS["continuous"])]
        )
        self.languages = told([*layout.LANGUAGES.items(), *LANGUAGE_NAMES.items()])
        self.kinds = told(EVIDENCE_KINDS)
        self.yes_words = YES | {fold(one) for one in in_all(gettext_lazy("yes"))}
        self.no_words = NO | {fold(one) for one in in_all(gettext_lazy("no"))}

    def has(self, column: str) -> bool:
        """Tell whether the sheet of entries has a column."""
        return (ENTRIES, column) in self.contents.headings

    def fault(self, sheet: str, row: Row, column: str, words: str) -> None:
        """Note what is wrong with a cell, unless something is said of it already."""
        if not isinstance(row.values.get(column), Broken):
            self.contents.fault(sheet, row.number, column, words)

    def key(self, row: Row, column: str) -> int | None:
        """Return a key; None where there is none, or what is none."""
        value = row.values.get(column)
        try:
            found = None if value is None or isinstance(value, Broken) else as_number(value)
        except Wrong:
            return None
        return found if found is None or found <= LARGEST_KEY else None

    def text(self, row: Row, column: str, was: str, sheet: str = ENTRIES) -> str:
        """Return a text; what cannot be read is a fault, and stands for what was there."""
        value = row.values.get(column, "")
        if isinstance(value, Broken):
            return was
        try:
            return as_text(value)
        except Wrong as wrong:
            self.fault(sheet, row, column, str(wrong))
            return was

    def choice(
        self, row: Row, column: str, known: Mapping[str, str], was: str, sheet: str = ENTRIES
    ) -> str:
        """Return the code of a choice, by its words in any language."""
        given = fold(self.text(row, column, "", sheet))
        if not given and isinstance(row.values.get(column), Broken):
            return was
        if given and given not in known:
            self.fault(sheet, row, column, _("Choose from the list in the cell."))
        return known.get(given, was) if given else ""

    def yes(self, row: Row, column: str, *, was: bool) -> bool:
        """Tell whether a cell says yes; an empty one says no, one that is gone what was there."""
        value = row.values.get(column, "")
        if isinstance(value, bool) or not self.has(column) or isinstance(value, Broken):
            return value if isinstance(value, bool) else was
        given = fold(str(value))
        if given and given not in self.yes_words | self.no_words:
            words = _("Mark it with “x”, or leave the cell empty.")
            self.fault(ENTRIES, row, column, words)
        return given in self.yes_words

    def day(self, row: Row, column: str, was: str, sheet: str = ENTRIES) -> str:
        """Return a day as ISO 8601: a date of the spreadsheet, or one that is typed."""
        value = row.values.get(column)
        if value is None or isinstance(value, Broken):
            return was if isinstance(value, Broken) else ""
        try:
            if isinstance(value, str):
                return days.typed(value).isoformat()
            return as_date(value).isoformat()
        except Wrong as wrong:
            self.fault(sheet, row, column, str(wrong))
        except ValueError:
            words = _("This is no date. Write it as 2026-12-31 or 31/12/2026.")
            self.fault(sheet, row, column, words)
        return was

    def document(self, row: Row) -> Document:
        """Return a document; of which kind nobody says anything, that is of another one."""
        texts = {name: self.text(row, name, "", EVIDENCE) for name in ("title", "address")}
        kind = self.choice(row, "kind", self.kinds, OTHER_KIND, EVIDENCE) or OTHER_KIND
        day = self.day(row, "date", "", EVIDENCE)
        return Document(row.number, texts | {"kind": kind, "date": day})
