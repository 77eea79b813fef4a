"""Checks that no text uses a word that docs/glossary.md bans; names each one that does.

check_glossary.py
"""

import json
import re
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import polib
from check_messages import LANGUAGES, LOCALE, ROOT, po_path, translations

GLOSSARY = ROOT / "docs" / "glossary.md"
FIXTURES = ROOT / "fixtures"
BANS = "## Words that do not stand in our texts"


class Ban(NamedTuple):
    """A word that no text of a language uses, what stands instead, and where it may stand."""

    language: str
    pattern: re.Pattern[str]
    instead: str
    exceptions: tuple[str, ...]


def main() -> int:
    """Print each fault; return 1 if there is one."""
    said = chain(texts(ROOT / LOCALE), remarks(FIXTURES))
    found = list(faults(read(GLOSSARY.read_text(encoding="utf-8")), said))
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


def read(glossary: str) -> list[Ban]:
    """Return the bans of the glossary; a line that is none raises ValueError."""
    found = []
    for line in glossary.partition(BANS)[2].splitlines():
        if not line.startswith("|") or line.startswith(("|---", "| Language ")):
            continue
        # A pattern holds bars of its own, between two backticks.
        match = re.fullmatch(r"\| (\w\w) \| `([^`]+)` \| (.*?) \|(.*?)\|", line)
        if match is None:
            raise ValueError(f"This line of the glossary cannot be read: {line}")
        language, pattern, instead, exceptions = match.groups()
        starts = tuple(part.strip() for part in exceptions.split(";") if part.strip())
        found.append(Ban(language, re.compile(pattern, re.IGNORECASE), instead, starts))
    return found


def texts(locale: Path) -> Iterator[tuple[str, str, str]]:
    """Yield language, English and text of every entry of the catalogues, English ones included."""
    for language in LANGUAGES:
        for entry in polib.pofile(str(po_path(locale, language))):
            for text in translations(entry):
                yield language, entry.msgid, text
            if language == LANGUAGES[0]:
                yield from (("en", entry.msgid, text) for text in (entry.msgid, entry.msgid_plural))


def remarks(fixtures: Path) -> Iterator[tuple[str, str, str]]:
    """Yield language, English and text of what the editors say themselves beside the facts.

    Titles, periods and summaries of a plan are its own words, and may be any; so may the texts of
    the sample rounds, which are written as members write.
    """
    for path in sorted(fixtures.glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")) if path.stem != "sample" else []:
            field = "note" if row["model"] in ("actions.actor", "actions.section") else "reason"
            for language in ("en", *LANGUAGES):
                if text := row["fields"].get(f"{field}_{language}"):
                    yield language, row["fields"].get(f"{field}_en", ""), text


def faults(bans: list[Ban], said: Iterator[tuple[str, str, str]]) -> Iterator[str]:
    """Yield a sentence for each text that uses a banned word."""
    for language, english, text in said:
        for ban in bans:
            found = ban.pattern.search(text) if ban.language == language else None
            if found and not english.startswith(ban.exceptions or ("\0",)):
                yield f'{language}: "{text}" says "{found[0]}"; write: {ban.instead}.'


if __name__ == "__main__":
    sys.exit(main())
