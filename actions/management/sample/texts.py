"""Puts sample texts together from fixtures/sample.json; each ends with a mark that says so."""

import json
from functools import cache
from typing import Any
from zlib import crc32

from django.conf import settings

from actions.enums import NEEDS_REASON, Level, Nature, Status
from actions.models import Action, Actor, Responsibility

# Of a hundred entries, how many have the text.
SHARE = {"results": 65, "obstacles": 30, "next_steps": 55, "gender": 15, "sme": 18, "internal": 10}
EVIDENCE = 60
LEVELS = {Level.FLEMISH: "nl", Level.WALLOON: "fr", Level.COMMUNITIES: "fr"}


@cache
def store() -> Any:
    """Return the texts."""
    return json.loads((settings.BASE_DIR / "fixtures" / "sample.json").read_text("utf-8"))


def seed(*parts: object) -> int:
    """Return a number that is always the same for the same words."""
    return crc32("/".join(map(str, parts)).encode())


def marked(text: str, language: str) -> str:
    """Return a text with the mark that nothing in it is real."""
    return f"{text} {store()['marker'][language]}"


def said(key: str, language: str) -> str:
    """Return a text for one place of the story."""
    return marked(store()["said"][key][language], language)


def comments(language: str) -> dict[str, str]:
    """Return what a reviewer writes who returns an entry: on the whole, and per field."""
    return {name: marked(text, language) for name, text in store()["returned"][language].items()}


def language_of(actor: Actor) -> str:
    """Return the language that an actor writes in."""
    if actor.slug.startswith("german-speaking"):
        return "de"
    return LEVELS.get(Level(actor.level)) or ("nl", "fr")[seed(actor.slug) % 2]


def content(row: Responsibility, status: str, year: int) -> dict[str, Any]:
    """Return a full form for an actor, a status and a year; other texts in other years."""
    language = language_of(row.actor)
    own = f"{row.action.label}/{row.actor.slug}"
    found: dict[str, Any] = {"status": status, "language": language}
    parts = store()["done"][language][manner(status, row.action)]
    said = [pick(parts[part], own, part, year) for part in ("first", "then")]
    found["done"] = marked(" ".join(said).replace("{year}", str(year)), language)
    for name, share in SHARE.items():
        options = store()[name][language]
        # A text that were the same as the year before would have to be confirmed.
        repeats = len(options) == 1 and year % 2
        has_text = seed(own, name, year) % 100 < share and not repeats
        found[name] = marked(pick(options, own, name, year), language) if has_text else ""
    found["reason"] = ""
    if status in NEEDS_REASON:
        reasons = store()["reason"][language][status]
        found["reason"] = marked(pick(reasons, own, "reason", year), language)
    found["evidence"] = evidence(own, language, year)
    return found


def manner(status: str, action: Action) -> str:
    """Return what texts fit a status: a continuous action has its own for "in progress"."""
    continuous = status == Status.IN_PROGRESS and action.nature == Nature.CONTINUOUS
    return "continuous" if continuous else status


def pick(options: list[Any], own: str, name: str, year: int) -> Any:
    """Choose one of several; another one the year after."""
    return options[(seed(own, name) + year) % len(options)]


def evidence(own: str, language: str, year: int) -> list[dict[str, str]]:
    """Return the documents of an entry, none of which exists: up to two, or none."""
    number = seed(own, "evidence", year) % 100
    if number >= EVIDENCE:
        return []
    options = store()["evidence"][language]
    first = seed(own, year)
    chosen = [
        options[(first + step) % len(options)] for step in range(1 + (number < EVIDENCE // 4))
    ]
    return [
        {
            "title": title,
            "address": f"https://example.org/{year}/{first % 10_000}-{step}",
            "kind": kind,
            "date": f"{year}-{1 + first % 12:02}-{1 + first % 28:02}" if step == 0 else "",
        }
        for step, (title, kind) in enumerate(chosen)
    ]
