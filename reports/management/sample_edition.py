"""Plays the sample report: chapters, translations, and an edition of the round that is over."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice

from actions.enums import EntryState
from actions.management.sample import texts as sample
from actions.management.sample.replay import moment, telling_nobody
from actions.models import Entry, ReportingRound, Responsibility, User
from document.errors import RenderError
from reports import readiness, rendering
from reports.management import sample_texts as words
from reports.models import FOREWORD, FURTHER, Chapter, Edition
from reports.services import editions, texts

WRITTEN = moment(date(2025, 5, 5), 10)
VALIDATED = moment(date(2025, 5, 27), 14)
PUBLISHED = moment(date(2025, 6, 5), 9)
OTHER = {"nl": "fr", "fr": "nl"}  # the samples of these two say the same, line by line
CHECKED_TRANSLATIONS, DRAFT_TRANSLATIONS = 40, 4


def write(given: ReportingRound, *, by: User, now: datetime) -> None:
    """Write the chapters of a round and the translations of some of its entries."""
    write_chapters(given, by=by, now=now)
    found = list(islice(translatable(given), CHECKED_TRANSLATIONS + DRAFT_TRANSLATIONS))
    for number, (entry, text) in enumerate(found):
        texts.translate(
            entry,
            field="done",
            language=OTHER[entry.language],
            text=text,
            checked=number < len(found) - DRAFT_TRANSLATIONS,
            original=entry.done,
            by=by,
            now=now,
        )


def write_chapters(given: ReportingRound, *, by: User, now: datetime) -> None:
    """Write the foreword and a further chapter."""
    foreword = words.columns("text", words.FOREWORD)
    meeting = words.columns("text", words.MEETING) | {
        f"title_{code}": title for code, title in words.MEETING_TITLE.items()
    }
    for kind, columns in ((FOREWORD, foreword), (FURTHER, meeting)):
        chapter = Chapter(round=given, kind=kind)
        texts.save_chapter(chapter, by=by, version=0, texts=columns, now=now)


def translatable(given: ReportingRound) -> Iterator[tuple[Entry, str]]:
    """Yield the accepted entries whose text is known in the other language, with that text."""
    rows = (
        Entry.objects.filter(round=given, state=EntryState.ACCEPTED, carried_from__isnull=True)
        .select_related("responsibility__action", "responsibility__actor")
        .order_by("responsibility__action__position", "pk")
    )
    pairs = ((entry, in_other_language(entry, given.year)) for entry in rows)
    return filter(lambda pair: pair[1], pairs)


def in_other_language(entry: Entry, year: int) -> str:
    """Return a sample text in the other language; "" where it is none of the known ones."""
    row: Responsibility = entry.responsibility
    if entry.language not in OTHER or said(row, entry, entry.language, year) != entry.done:
        return ""
    return said(row, entry, OTHER[entry.language], year)


def said(row: Responsibility, entry: Entry, language: str, year: int) -> str:
    """Return what the sample says that was done, in a language."""
    own = f"{row.action.label}/{row.actor.slug}"
    parts = sample.store()["done"][language][sample.manner(entry.status, row.action)]
    found = [sample.pick(parts[part], own, part, year) for part in ("first", "then")]
    return sample.marked(" ".join(found).replace("{year}", str(year)), language)


def publish(given: ReportingRound, *, by: User, say: Callable[[str], object]) -> Edition:
    """Validate, freeze, render and publish the report of a round, as the secretariat would.

    Nobody is told of a day that is long past.
    """
    texts.consult(
        given,
        until=VALIDATED.date(),
        validated_on=VALIDATED.date(),
        notes={code: sample.marked(text, code) for code, text in words.VALIDATION.items()},
        by=by,
        now=VALIDATED,
    )
    left = readiness.outside(given)
    edition = editions.freeze(given, by=by, outside=left, now=PUBLISHED)
    render(edition, say=say)
    with telling_nobody():
        return editions.publish(edition, by=by, now=PUBLISHED)


def render(edition: Edition, *, say: Callable[[str], object]) -> None:
    """Make and store the files that an edition lacks, a few at the same time."""
    missing = editions.missing_files(edition)
    found = rendering.files(edition.content, missing)
    for number, ((name, language), content) in enumerate(found, start=1):
        if isinstance(content, RenderError):
            raise content
        say(f"  {number} of {len(missing)} files")
        editions.store_file(edition, name, language, content)
