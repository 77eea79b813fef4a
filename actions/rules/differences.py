"""The difference between two texts, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

# More words are compared paragraph by paragraph, as the time grows with their square.
MOST_WORDS = 3_000
# Below this share of common words two texts are shown one after the other: word by word,
# chance agreements would tear both apart.
ALIKE = 0.5


class Piece(NamedTuple):
    """A stretch of text that stayed ("same"), came ("new") or went ("old")."""

    kind: str
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """Return the pieces that lead from one text to the other, in order."""
    return list(_pieces(_parts(before), _parts(after)))


def _parts(text: str) -> list[str]:
    words = re.findall(r"\s+|[^\s]+", text)
    return words if len(words) <= MOST_WORDS else text.splitlines(keepends=True)


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < ALIKE:
        yield from _whole(before, after)
        return
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        if operation == "equal":
            yield Piece("same", "".join(before[start:end]))
            continue
        if start < end:
            yield Piece("old", "".join(before[start:end]))
        if new_start < new_end:
            yield Piece("new", "".join(after[new_start:new_end]))


def _whole(before: list[str], after: list[str]) -> Iterator[Piece]:
    if before:
        yield Piece("old", "".join(before) + ("\n" if after else ""))
    if after:
        yield Piece("new", "".join(after))
