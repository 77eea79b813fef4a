"""An action as an edition tells it, ready to print in the reader's language.

Made from an action of a snapshot and its actors by key alone, so that the pages of the newest
edition and of any older one say the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actions.enums import Rule, Status
from actions.models.entries import HEADINGS, PUBLISHED_TEXTS
from actions.models.movements import CAUSE_WORDS, movement_word
from actions.models.responsibilities import ROLES
from actions.models.statuses import status_word
from actions.rules import markup
from actions.rules.movement import Movement
from actions.views import reading
from document import names, richtext, selection
from document.snapshot import (
    FALLBACKS,
    Action,
    Actor,
    Entry,
    Figure,
    Note,
    Share,
    Text,
    plain,
    status_code,
)

Actors = Mapping[str, Actor]
Lines = list[dict[str, Any]]

REOPENED = _("Taken up again because")
ORIGINAL_IN = {
    "nl": _("original in Dutch"),
    "fr": _("original in French"),
    "de": _("original in German"),
    "en": _("original in English"),
}


def words(text: Mapping[str, str], fallbacks: Sequence[str] = FALLBACKS) -> dict[str, str]:
    """Return a text in the reader's language, else in another one, with its language."""
    found, language = plain(text, get_language() or "en", fallbacks)
    return {"text": found, "language": language}


def actor(slug: str, actors: Actors) -> dict[str, Any]:
    """Return an actor as the edition calls it; one that it does not name, by its key."""
    known = actors.get(slug)
    if known is None:
        return {"slug": slug, "label": slug, "short": slug, "language": "en"}
    name = words(known.names, names.fallbacks(known.level))
    text, brief = name["text"], known.short.get(name["language"], "")
    label = f"{text} ({brief})" if names.adds(brief, text) else text
    return {"slug": slug, "label": label, "short": brief or text, "language": name["language"]}


def figure(
    given: Figure, before: Figure | Share | None = None, year: int | None = None
) -> dict[str, Any]:
    """Return a published figure with its title and formula in the reader's language.

    ``before`` is the same of an earlier year, where there is one.
    """
    return {
        **asdict(given),
        "title": words(given.titles),
        "formula": words(given.formulas),
        "before": {"year": year, "part": before.part, "whole": before.whole} if before else None,
    }


def of_action(action: Action, actors: Actors) -> dict[str, Any]:
    """Return all that the page of an action shows of an edition."""
    said = [voice(entry, action, actors) for entry in action.entries]
    expected = [one for one in said if one["expected"]]
    return {
        **state(action.status, action.nature),
        "label": action.label,
        "overdue": action.overdue,
        "incomplete": action.is_incomplete,
        "period_end": parse_date(action.period_end or ""),
        "expected_by": parse_date(action.expected_by or ""),
        "expected": action.expected,
        "reported": action.reported,
        "none_expected": action.rule == Rule.NONE_EXPECTED,
        "why": words(action.why),
        "override": override(action, actors),
        "said": said,
        "strip": expected,
        "counted": [v for v in expected if v["status"] not in {"", Status.NOT_APPLICABLE}],
        "missing": [actor(slug, actors) for slug in action.missing],
        "left_out": [actor(slug, actors) for slug in action.left_out],
        "before": before(action),
        "unmoved": action.unmoved,
    }


def strip(action: Action, actors: Actors) -> Lines:
    """Return the actors of which an entry is expected, each with its status."""
    return [who(entry, action, actors) for entry in action.entries if entry.expected]


def state(status: str, nature: str) -> dict[str, Any]:
    """Return what shows a status: its code and its word."""
    return {"code": status_code(status, nature), "word": status_word(status, nature)}


def override(action: Action, actors: Actors) -> dict[str, Any] | None:
    """Return the status that the secretariat set, with the derived one and the reason."""
    given = action.override
    if given is None:
        return None
    return {
        "derived": state(action.derived, action.nature),
        "reason": words(given.reason),
        "institution": actor(given.institution, actors),
    }


def before(action: Action) -> dict[str, Any] | None:
    """Return the status in the latest earlier edition, and what became of it since."""
    if not action.history:
        return None
    last = max(action.history, key=lambda past: past.year)
    return {
        "year": last.year,
        "movement": movement_word(action.movement, last.year)
        if action.movement != Movement.SAME
        else "",
        "causes": [CAUSE_WORDS.get(code, code) for code in action.causes],
        "completed": action.completed,
        "amended": action.amended,
        "common": common(
            action.movement,
            (action.common_before, action.common_now),
            (last.status, action.status),
            action.nature,
        ),
        **state(last.status, last.nature or action.nature),
    }


def common(
    movement: str, ways: tuple[str, str], published: tuple[str, str], nature: str
) -> dict[str, Any] | None:
    """Return the statuses of those who reported both times, where they tell another story."""
    if not selection.differs(movement, ways, published):
        return None
    return {"before": state(ways[0], nature), "now": state(ways[1], nature)}


# --- What the actors say -----------------------------------------------------------


def who(entry: Entry, action: Action, actors: Actors) -> dict[str, Any]:
    """Return an actor with its status on an action."""
    return {
        **actor(entry.actor, actors),
        **state(entry.status or Status.NOT_REPORTED, action.nature),
        "since": entry.since,
    }


def voice(entry: Entry, action: Action, actors: Actors) -> dict[str, Any]:
    """Return what one actor said; of one that said nothing, only who it is."""
    return {
        **who(entry, action, actors),
        "status": entry.status,
        "role": dict(ROLES).get(entry.role, entry.role),
        "expected": entry.expected,
        "late": entry.late,
        "on_behalf": entry.on_behalf,
        "unchanged": entry.unchanged,
        "through": actor(entry.through, actors) if entry.through else None,
        "texts": list(texts(entry)),
        "documents": documents(entry),
    }


def texts(entry: Entry) -> Iterable[dict[str, Any]]:
    """Yield an actor's texts: a checked translation, else the original, marked as such."""
    wanted = get_language() or "en"
    told = [(HEADINGS[name], entry.texts.get(name)) for name in PUBLISHED_TEXTS]
    for heading, text in ((REOPENED, entry.reopened), *told):
        if text is None:
            continue
        translated = text.translations.get(wanted) if wanted != text.language else None
        language = wanted if translated else text.language
        yield {
            "heading": heading,
            "html": markup.to_html(translated or text.original),
            "language": language,
            "original": "" if language == wanted else ORIGINAL_IN.get(language, language),
        }
    told_late = {"obstacle_codes": entry.obstacle_codes, "expected_by": entry.expected_by}
    for name, html in reading.delay(told_late | {"status": entry.status}):
        if html:
            yield {"heading": HEADINGS[name], "html": html, "language": wanted, "original": ""}


def notes(found: Iterable[Note], actors: Actors) -> Lines:
    """Return what voices wrote, with what was answered."""
    return [
        {
            "name": words(note.names),
            "text": spoken(note.text),
            "evidence": note.evidence,
            "answers": [
                {"actor": actor(one.actor, actors), "text": spoken(one.text)}
                for one in note.answers
            ],
        }
        for note in found
    ]


def spoken(text: Text) -> dict[str, Any]:
    """Return a text in the reader's language where it is translated, else as it was written."""
    wanted = get_language() or "en"
    found, language = text.read(wanted)
    original = "" if language == wanted else ORIGINAL_IN.get(language, language)
    return {
        "html": markup.to_html(found),
        "plain": richtext.plain(found),
        "language": language,
        "original": original,
    }


def documents(entry: Entry) -> Lines:
    """Return the evidence that an actor gave; titles are in the language of its texts."""
    spoken = next((text.language for text in entry.texts.values()), "")
    return [
        {
            "title": row.title,
            "language": spoken,
            "address": row.address,
            "kind": words(row.kind)["text"],
            "date": parse_date(row.date or ""),
        }
        for row in entry.evidence
    ]


# --- Years --------------------------------------------------------------------------


def matrix(years: Iterable[tuple[int, Action]], names: Actors) -> dict[str, Any]:
    """Return the actors of an action by year, given newest first; ``names`` are the actors.

    The columns run from the oldest year to the newest. An actor that no edition of a year
    speaks of under the action has no status there.
    """
    columns = list(years)[::-1]
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for year, action in reversed(columns):
        for entry in action.entries:
            shown = state(entry.status or Status.NOT_REPORTED, action.nature)
            found.setdefault(entry.actor, {})[year] = shown | {"since": entry.since}
    lines = [
        {**actor(slug, names), "cells": [by_year.get(year) for year, _action in columns]}
        for slug, by_year in found.items()
    ]
    legend = {cell["code"]: cell["word"] for row in lines for cell in row["cells"] if cell}
    return {
        "years": [year for year, _action in columns],
        "lines": lines,
        "legend": list(legend.items()),
    }
