"""What is still to translate, and what else a report lacks before it is frozen."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from actions import writing
from actions.enums import WRITABLE, Act, EntryState
from actions.models import Entry, ReportingRound
from actions.models.entries import PUBLISHED_TEXTS
from actions.services import unsettled
from reports import untranslated
from reports.models import (
    CHAPTER_KINDS,
    CHECKED,
    CONCLUSIONS,
    FOREWORD,
    SUMMARY,
    Advice,
    Chapter,
    Translation,
)

MISSING = "missing"
# Dutch and French first: the law asks for both.
LANGUAGES = ("nl", "fr", "de", "en")
BY_LAW = ("nl", "fr")
# Without which an evaluation has not said what it is for.
NEEDED = (SUMMARY, CONCLUSIONS)


@dataclass(frozen=True)
class Item:
    """One text of an entry in one language that it was not written in."""

    entry: Entry
    field: str
    language: str
    state: str
    translation: Translation | None

    @property
    def original(self) -> str:
        """The text as it was written."""
        return str(getattr(self.entry, self.field))

    @property
    def is_outdated(self) -> bool:
        """Tell whether the original has changed since it was translated."""
        return self.translation is not None and not self.translation.fits(self.original)


def accepted(given: ReportingRound) -> list[Entry]:
    """Return the entries whose texts the report prints: of carried-over work, the first one."""
    rows = (
        Entry.objects.for_list()
        .filter(round=given, state=EntryState.ACCEPTED)
        .select_related("carried_from__carried_from")
    )
    found: dict[int, Entry] = {}
    for row in rows:
        spoken = row.spoken
        if spoken is not row:
            spoken.responsibility = row.responsibility
        found.setdefault(spoken.pk, spoken)
    return list(found.values())


def items(given: ReportingRound, languages: Iterable[str] = LANGUAGES) -> Iterator[Item]:
    """Yield every text of the report in every language, with the state of its translation."""
    entries = accepted(given)
    rows = Translation.objects.filter(entry__in=[entry.pk for entry in entries])
    there = {(row.entry_id, row.field, row.language): row for row in rows}
    for entry in entries:
        for field in PUBLISHED_TEXTS:
            original = getattr(entry, field)
            if not original:
                continue
            for language in languages:
                if language != entry.language:
                    row = there.get((entry.pk, field, language))
                    state = row.state_for(original) if row else MISSING
                    yield Item(entry, field, language, state, row)


def open_items(given: ReportingRound, languages: Iterable[str] = LANGUAGES) -> list[Item]:
    """Return what is not checked yet, Dutch and French first."""
    order = {language: place for place, language in enumerate(LANGUAGES)}
    found = [item for item in items(given, languages) if item.state != CHECKED]
    return sorted(found, key=lambda item: order[item.language])


class Outside(NamedTuple):
    """What a report that is frozen now leaves out: entries in review, returned, drafts."""

    in_review: int
    returned: int
    drafts: int

    @property
    def token(self) -> str:
        """The numbers as a form sends them back."""
        return "-".join(map(str, self))


NOTHING_OUTSIDE = Outside(0, 0, 0)


def outside(given: ReportingRound) -> Outside:
    """Return what stays outside a report that is frozen now.

    Of a further edition: of what was let in.
    """
    states = Counter(Entry.objects.in_play().filter(round=given.pk).values_list("state", flat=True))
    return Outside(
        states[EntryState.SUBMITTED], states[EntryState.RETURNED], states[EntryState.DRAFT]
    )


def still_writable(given: ReportingRound, *, on: date) -> list[Entry]:
    """Return the entries whose writing a freeze of this day ends."""
    rows = Entry.objects.for_list().filter(round=given.pk, state__in=WRITABLE)
    known = writing.read_extensions([given])
    return [
        row for row in rows if writing.refusal(row, Act.SUBMIT, on=on, extensions=known) is None
    ]


def wanting(given: ReportingRound) -> dict[str, Any]:
    """Return what the report of a round lacks: entries, translations, texts of the secretariat.

    In the languages that are needed; see ``untranslated.needed``. ``beside`` are voluntary
    entries in review.
    """
    rows = Entry.objects.filter(round=given).values_list("expected", "state")
    counted = Counter(rows)
    states = Counter({state: n for (expected, state), n in counted.items() if expected})
    unchecked = untranslated.gaps([given])[given.pk]
    foreword = Chapter.objects.filter(round=given, kind=FOREWORD).first()
    return {
        "expected": sum(states.values()),
        "accepted": states[EntryState.ACCEPTED],
        "to_review": states[EntryState.SUBMITTED],
        "beside": counted[False, EntryState.SUBMITTED],
        "not_in": sum(states.values()) - states[EntryState.ACCEPTED] - states[EntryState.SUBMITTED],
        "unsettled": unsettled.waiting(given),
        "translations": list(unchecked.items()),
        "foreword": [
            language
            for language in unchecked
            if foreword is None or not getattr(foreword, f"text_{language}")
        ],
    }


def wanting_of_evaluation(given: ReportingRound) -> dict[str, Any]:
    """Return what an evaluation lacks: texts, texts in Dutch or French, what was done with advice.

    ``languages`` has what is written and not in both, each with its name.
    """
    rows = list(Chapter.objects.filter(round=given).order_by("kind", "position", "pk"))
    advice = list(Advice.objects.filter(round=given))
    written = {row.kind for row in rows if row.shown_texts}
    lacking = [(str(row.title or row.get_kind_display()), lacks(row, "text")) for row in rows]
    lacking += [(row.author, lacks(row, "author", "text", "done")) for row in advice]
    return {
        "empty": [word for kind, word in CHAPTER_KINDS if kind in NEEDED and kind not in written],
        "languages": [(name, codes) for name, codes in lacking if codes],
        "unanswered": [row.author for row in advice if not row.is_answered],
    }


def lacks(row: Chapter | Advice, *names: str) -> list[str]:
    """Return which of Dutch and French a text lacks that is written in any other language."""
    found = []
    for code in BY_LAW:
        others = [other for other in LANGUAGES if other != code]
        if any(
            not getattr(row, f"{name}_{code}")
            and any(getattr(row, f"{name}_{other}") for other in others)
            for name in names
        ):
            found.append(code)
    return found
