"""What is shown of a find: the part of a text that holds the words, with these marked."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from actions.search.asking import Asked
from actions.search.documents import Document, Part

ABOUT = 240  # letters of a passage
BEFORE = 70  # letters that stand before the first marked word
CUT = "…"


class Run(NamedTuple):
    """Some letters, marked or not."""

    text: str
    is_marked: bool


class Passage(NamedTuple):
    """A passage: what text it is of, its language, its runs."""

    label: str
    language: str
    runs: tuple[Run, ...]


def marked(text: str, language: str, asked: Asked) -> tuple[Run, ...]:
    """Return a whole text with what was asked for marked."""
    return tuple(runs(text, asked.spots(text, language), 0, len(text)))


def best(document: Document, asked: Asked) -> Passage | None:
    """Return the passage of a document that shows most of what was asked for.

    A text in the reader's language goes first, then what the document says itself.
    """
    found = [
        (value(part, hits, asked), -number, part, hits)
        for number, part in enumerate(document.parts)
        if (hits := asked.spots(part.text, part.language))
    ]
    if not found:
        return None
    _value, _number, part, hits = max(found, key=lambda one: one[:2])
    return Passage(part.label, part.language, window(part.text, hits))


def value(part: Part, hits: list[tuple[int, int]], asked: Asked) -> tuple[bool, int, bool]:
    """Return what puts passages in order."""
    different = {part.text[start:end].casefold() for start, end in hits}
    readable = part.language in {asked.language, ""}
    return (readable, min(len(different), len(asked.words)), not part.around)


def opening(document: Document, language: str) -> Passage | None:
    """Return the beginning of what a document says, where no text of it holds the words."""
    own = [part for part in document.parts if not part.around and part.label != "former"]
    part = next((part for part in own if part.language == language), next(iter(own), None))
    return Passage(part.label, part.language, window(part.text, [])) if part else None


def window(text: str, hits: list[tuple[int, int]]) -> tuple[Run, ...]:
    """Return the part of a text around its first marked words, cut between words."""
    if len(text) <= ABOUT:
        return tuple(runs(text, hits, 0, len(text)))
    start = max(0, (hits[0][0] if hits else 0) - BEFORE)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = start + ABOUT
    end = len(text) if end >= len(text) else max(text.rfind(" ", start, end), start + 1)
    middle = list(runs(text, hits, start, end))
    before = [Run(f"{CUT} ", False)] if start else []
    after = [Run(f" {CUT}", False)] if end < len(text) else []
    return (*before, *middle, *after)


def runs(text: str, hits: Iterable[tuple[int, int]], start: int, end: int) -> Iterable[Run]:
    """Yield a part of a text, the words at some places marked."""
    place = start
    for first, last in hits:
        if first < place or last > end:
            continue
        if first > place:
            yield Run(text[place:first], False)
        yield Run(text[first:last], True)
        place = last
    if place < end:
        yield Run(text[place:end], False)


def title(document: Document, language: str, fallbacks: Iterable[str]) -> tuple[str, str]:
    """Return the title of a document in a language, else in another one, with its language."""
    titles: Mapping[str, str] = document.titles
    for code in (language, *fallbacks):
        if titles.get(code):
            return titles[code], code
    return "", language
