"""Finds what somebody wrote into the grey cells of a workbook of entries, which are not read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import override

from actions.entry_book import layout
from actions.entry_book.layout import ENTRIES
from actions.entry_book.writing import cells, questions
from actions.enums import EntryState
from actions.models import Entry
from actions.models.entries import ENTRY_STATES
from actions.services import drafts
from actions.workbooks import Contents, Row, Wrong, as_text
from actions.workbooks.cells import Broken
from actions.workbooks.tables import in_all
from document import characters

# What names the row is checked elsewhere: a row whose action or body is another one is a fault.
GREY = [one for one in layout.COLUMNS if one.kind in {"fact", "before"}]
COMPARED = [one for one in GREY if one.name not in {"action", "actor"}]


@dataclass(frozen=True)
class Unread:
    """A text in a grey cell: where it stands, under which heading, of which entry."""

    cell: str
    heading: str
    entry: Entry
    text: str


class Written:
    """What the site itself wrote into the grey cells, in whichever language."""

    def __init__(self, rows: Sequence[Entry]) -> None:
        self.before = drafts.last_years(rows)
        self.asked = drafts.asked_of(rows)
        self.known: dict[tuple[int, str], dict[str, Any]] = {}
        self.states = {plain(word) for _code, words in ENTRY_STATES for word in in_all(words)}

    def has(self, entry: Entry, column: str, text: str) -> bool:
        """Tell whether a text is what the site wrote there, or could have written since."""
        if column == "state":
            carried = {plain(words) for words in self.told_in_all(entry, column)}
            return text in self.states | carried
        if column == "asked" and entry.state != EntryState.RETURNED:
            return True  # it was asked before the entry was handed in again
        return any(text == plain(words) for words in self.told_in_all(entry, column))

    def told_in_all(self, entry: Entry, column: str) -> Iterator[Any]:
        """Yield what a cell says in each language; "" where it says nothing."""
        for language, _name in settings.LANGUAGES:
            yield self.told(entry, language).get(column) or ""

    def told(self, entry: Entry, language: str) -> dict[str, Any]:
        """Return the cells of a row in a language."""
        key = entry.pk, language
        if key not in self.known:
            with override(language):
                self.known[key] = cells(entry, self.before.get(entry.pk))
                if entry.pk in self.asked:
                    self.known[key]["asked"] = questions(self.asked[entry.pk])
        return self.known[key]


def find(contents: Contents, rows: Mapping[int, Row], entries: Mapping[int, Entry]) -> list[Unread]:
    """Return what stands in grey cells and is not what the site wrote there; ``rows`` by entry.

    A grey cell that was emptied holds no text that could be lost.
    """
    there = [one.name for one in COMPARED if (ENTRIES, one.name) in contents.headings]
    written = Written([entries[key] for key in rows])
    found = []
    for key, row in rows.items():
        for name in there:
            text = text_of(row.values.get(name))
            if text and not written.has(entries[key], name, plain(text)):
                letter, _colon, heading = contents.headings[ENTRIES, name].partition(": ")
                found.append(Unread(f"{letter}{row.number}", heading, entries[key], text))
    return found


def text_of(value: Any) -> str:
    """Return what a cell says; "" for nothing, and for a formula, of which the reader complains."""
    if value is None or isinstance(value, Broken):
        return ""
    try:
        return as_text(value)
    except Wrong:
        return as_day(value)


def as_day(value: Any) -> str:
    """Return a day as ISO 8601, anything else as its words."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def plain(value: Any) -> str:
    """Return a text as it is compared: programs change spaces and the ends of lines."""
    text = as_day(value) if isinstance(value, date) else str(value)
    return " ".join(characters.without(text).split())
