"""Finds what a file of translations changes, and what is wrong with it; stores nothing.

What is as the file was made is no change, whatever others have saved since. Where the original has
changed, nothing is taken; where another translation was saved, both are shown and one is chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from actions import workbooks
from actions.forms.texts import taken_out
from actions.models import ReportingRound
from actions.models.fields import LANGUAGE_NAMES
from actions.refusals import Refused
from actions.services import seen
from actions.workbooks import Contents
from reports import readiness
from reports.forms.editing import TranslationForm
from reports.services import texts
from reports.services.texts import Translated
from reports.translation_files import spreadsheet, units, xliff
from reports.translation_files.units import Line, Unit


@dataclass(frozen=True)
class Change:
    """A translation that a file brings: its text, its state, what was taken out of it."""

    unit: Unit
    line: Line
    text: str
    is_checked: bool
    taken_out: list[str]

    @property
    def is_conflict(self) -> bool:
        """Tell whether another translation was saved since the file was made."""
        return self.line.seen != self.unit.seen

    @property
    def translated(self) -> Translated:
        """It as the service takes it: written over the translation that is shown beside it."""
        item = self.unit.item
        return Translated(
            item.entry, item.field, item.language, self.text, self.is_checked, item.original,
            seen.digest(item.translation, texts.TRANSLATED),
        )  # fmt: skip


@dataclass
class Looked:
    """What a file says: what it changes, what of it is left, and what is wrong with it."""

    contents: Contents
    changes: list[Change] = field(default_factory=list)
    left: list[tuple[Line, Unit | None, Any]] = field(default_factory=list)
    same: int = 0

    @property
    def faults(self) -> list[workbooks.Fault]:
        """What is wrong with it."""
        return self.contents.faults


def look(content: bytes, *, given: ReportingRound, language: str) -> Looked:
    """Return what a file changes in the translations of a round into a language.

    Raises Refused for what is no such file, or that of another round or language.
    """
    reader = spreadsheet if content.startswith(b"PK") else xliff
    if reader is xliff and not content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t").startswith(b"<"):
        raise Refused(_("This file is neither a workbook (.xlsx) nor an XLIFF file (.xlf)."))
    contents, lines = reader.read(content)
    check_mark(contents.mark, given, language)
    looked = Looked(contents)
    found = units.bundle(given, language, readiness.items(given, [language]))
    sort_out(looked, lines, {unit.key: unit for unit in found.units})
    return looked


def check_mark(mark: tuple[Any, ...], given: ReportingRound, language: str) -> None:
    """Refuse the file of another round or language."""
    key, code = (*mark, None, None)[:2]
    if mark and str(key) != str(given.pk):
        raise Refused(_("This file is of another round. Download the one of this page."))
    if mark and code != language:
        words = _("This file is not of translations into %(language)s.")
        raise Refused(words % {"language": LANGUAGE_NAMES[language]})


def sort_out(looked: Looked, lines: Sequence[Line], known: dict[str, Unit]) -> None:
    """Note of each line what it changes, or why nothing."""
    places: dict[str, int] = {}
    for line in lines:
        first = places.setdefault(line.key, line.place)
        unit = known.get(line.key)
        if first != line.place:
            words = _("This text stands in row %(row)s already.") % {"row": first}
            fault(looked, line, "key", words)
        elif not is_changed(line):
            looked.same += 1
        elif unit is None:
            looked.left.append((line, None, _("This text is not in the list of this round.")))
        elif line.source != unit.source:
            words = _("The original has changed since; translate it anew on its page.")
            looked.left.append((line, unit, words))
        else:
            take(looked, line, unit)


def is_changed(line: Line) -> bool:
    """Tell whether a line says anything else than the file was made with."""
    states = (False, True) if line.is_checked is None else (line.is_checked,)
    return all(units.seen_of(line.text, is_checked=state) != line.seen for state in states)


def take(looked: Looked, line: Line, unit: Unit) -> None:
    """Check a translation as its form does, and note it where it is new."""
    is_checked = unit.is_checked if line.is_checked is None else line.is_checked
    form = TranslationForm(
        {"text": line.text, "original": unit.item.original, "checked": is_checked and "on"}
    )
    form.is_valid()
    for words in form.errors.get("text", []):
        fault(looked, line, "text", str(words))
    text = form.cleaned_data.get("text", "")
    if is_checked and not text:
        fault(looked, line, "text", _("Write the translation."))
    if form.errors or (is_checked and not text):
        return
    if (text, is_checked) == (unit.text, unit.is_checked) and not unit.item.is_outdated:
        looked.same += 1
        return
    looked.changes.append(Change(unit, line, text, is_checked, taken_out(form)))


def fault(looked: Looked, line: Line, column: str, words: str) -> None:
    """Note what is wrong with a line."""
    is_sheet = spreadsheet.SHEET in looked.contents.titles
    looked.contents.fault(spreadsheet.SHEET if is_sheet else xliff.SHEET, line.place, column, words)
