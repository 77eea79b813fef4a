"""An entry as its reader sees it: texts with their language, evidence, what drew attention."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actions.enums import UNFINISHED, EvidenceKind, Nature, Status
from actions.models import Entry
from actions.models.entries import EVIDENCE_KINDS, HEADINGS, OBSTACLE_KINDS, PUBLISHED_TEXTS
from actions.rules import hints, markup
from actions.rules.hints import Hint
from actions.rules.status import is_overdue
from actions.services import entries
from actions.typography import date_format

HINTS = {
    Hint.NO_EVIDENCE: _("No evidence is given."),
    Hint.UNCHANGED: _("A text is the same as last year’s."),
    Hint.OVERDUE_UNEXPLAINED: _("The period has ended, and nothing says why it is not finished."),
    Hint.VERY_SHORT: _("What was done is described in very few words."),
    Hint.MOVED_BACK_UNEXPLAINED: _("The status moved back, and nothing says why."),
}


class Text(NamedTuple):
    """One text of an entry, ready to print."""

    name: str
    heading: Any
    html: str


class Document(NamedTuple):
    """One piece of evidence, ready to print."""

    title: str
    address: str
    kind: Any
    date: Any


def texts(content: Mapping[str, Any]) -> list[Text]:
    """Return the published texts that are not empty; after the obstacles, kinds and delay."""
    found = []
    for name in PUBLISHED_TEXTS:
        if content.get(name):
            found.append(Text(name, HEADINGS[name], markup.to_html(content[name])))
        if name == "obstacles":
            found += [Text(key, HEADINGS[key], html) for key, html in delay(content) if html]
    return found


def delay(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what an entry says of its delay beside the text, as HTML in the reader's language."""
    is_unfinished = content.get("status") in UNFINISHED
    said = {
        "obstacle_codes": kinds_of_obstacles(content),
        "expected_by": later_day(content) if is_unfinished else "",
    }
    for name, words in said.items():
        language = get_language() or "en"
        yield name, format_html('<p lang="{}">{}</p>', language, words) if words else ""


def kinds_of_obstacles(content: Mapping[str, Any]) -> str:
    """Return the kinds of obstacles in words, "" where none is named."""
    kinds = dict(OBSTACLE_KINDS)
    return ", ".join(str(kinds[code]) for code in content.get("obstacle_codes") or ())


def later_day(content: Mapping[str, Any]) -> str:
    """Return the day by which the work is now expected as a reader writes it, "" without one."""
    day = parse_date(content.get("expected_by") or "")
    return date_format(day) if day else ""


def documents(content: Mapping[str, Any]) -> list[Document]:
    """Return the evidence; what a draft has not completed yet is left out."""
    kinds = dict(EVIDENCE_KINDS) | {EvidenceKind.OTHER.value: ""}
    return [
        Document(row["title"], row["address"], kinds[row["kind"]], parse_date(row["date"] or ""))
        for row in content.get("evidence") or []
        if row["title"] and row["address"]
    ]


def published(entry: Entry) -> dict[str, Any]:
    """Return what the report will say of an entry; of carried-over work, what was said then."""
    spoken = entry.spoken
    return {
        "entry": entry,
        "spoken": spoken,
        "texts": texts(spoken.content()),
        "documents": documents(spoken.content()),
    }


def attention(entry: Entry, before: Entry | None) -> list[Any]:
    """Return the sentences of the hints on a handed-in entry."""
    if not entry.status or entry.is_carried:
        return []
    status, action = Status(entry.status), entry.action
    facts = hints.Facts(
        status=status,
        nature=Nature.judged(action.nature),
        done=entry.done,
        explanation=entry.obstacles + entry.reason,
        has_evidence=bool(entry.evidence),
        is_unchanged=bool(entries.unchanged_fields(entry, before)),
        is_overdue=is_overdue(status, period_end=action.period_end, on=entry.round.reference_date),
        before=Status(before.status) if before is not None else None,
    )
    return [HINTS[hint] for hint in hints.hints(facts)]
