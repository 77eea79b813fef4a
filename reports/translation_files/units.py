"""What a file of translations holds: texts with their translation, and what of them was seen."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from actions.models import ReportingRound
from actions.models.entries import HEADINGS
from reports.models import CHECKED
from reports.readiness import Item

PURPOSE, VERSION = "translations", 1
DIGITS = 12  # of a digest: enough to tell texts apart, short enough for a name


@dataclass(frozen=True)
class Unit:
    """A text of the list, with its translation."""

    item: Item

    @property
    def key(self) -> str:
        """Its name in a file: the entry and the field."""
        return f"{self.item.entry.pk}.{self.item.field}"

    @property
    def source(self) -> str:
        """A digest of the original."""
        return digest(self.item.original)

    @property
    def text(self) -> str:
        """The translation; "" without one."""
        return self.item.translation.text if self.item.translation else ""

    @property
    def is_checked(self) -> bool:
        """Tell whether it is checked, for the original as it stands."""
        return self.item.state == CHECKED

    @property
    def seen(self) -> str:
        """A digest of the translation as a file shows it."""
        return seen_of(self.text, is_checked=self.is_checked)

    @property
    def name(self) -> str:
        """What it is called for whoever translates it."""
        entry = self.item.entry
        return f"{entry.action.label} – {entry.actor.label} – {HEADINGS[self.item.field]}"


@dataclass(frozen=True)
class Line:
    """What a file says of a text: in which place, of which versions, and the translation.

    ``is_checked`` is None where the file does not say it.
    """

    place: int
    key: str
    source: str
    seen: str
    text: str
    is_checked: bool | None


@dataclass(frozen=True)
class Bundle:
    """The texts of a round into a language, as they go into a file."""

    round: ReportingRound
    language: str
    units: list[Unit]


def bundle(given: ReportingRound, language: str, items: Iterable[Item]) -> Bundle:
    """Return the texts of a list that are to be in one language."""
    return Bundle(given, language, [Unit(item) for item in items if item.language == language])


def digest(*said: Any) -> str:
    """Return a short digest of what is said."""
    text = json.dumps(said, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGITS]


def seen_of(text: str, *, is_checked: bool) -> str:
    """Return a digest of a translation and its state."""
    return digest(text, is_checked)
