"""The difference between two texts, word by word."""

import re
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate, groupby
from operator import attrgetter
from typing import NamedTuple

# More words are compared paragraph by paragraph, as the time grows with their square.
MOST_WORDS = 3_000
# Below this share of common words two texts are shown one after the other: word by word,
# chance agreements would tear both apart.
ALIKE = 0.5
# What a page compares takes half a second at most. A step reads a character or sets a word beside
# another one; a stretch that both texts have in common counts for more, as it is shown as well.
MOST_STEPS = 5_000_000
STRETCH = 500


class Piece(NamedTuple):
    """A stretch of text that stayed ("same"), came ("new") or went ("old")."""

    kind: str
    text: str


class Spent(Exception):  # noqa: N818  says what it is: no step is left
    """No step is left."""


class Budget:
    """The steps that are left to compare the texts of a page."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take steps; raises Spent where so many are not left."""
        if steps > self.left:
            raise Spent
        self.left -= steps


class Bounded(SequenceMatcher[str]):
    """Finds what two texts have in common, within a budget."""

    def __init__(self, before: Sequence[str], after: Sequence[str], budget: Budget) -> None:
        keys = _keys(before)
        super().__init__(None, keys, _keys(after), autojunk=False)
        self.budget = budget
        places = self.b2j  # type: ignore[attr-defined]  # where each part stands in the second text
        self.steps = [0, *accumulate(1 + len(places.get(key, ())) for key in keys)]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        """Find the longest stretch within both; raises Spent."""
        last = len(self.steps) - 1 if ahi is None else ahi
        self.budget.spend(STRETCH + self.steps[last] - self.steps[alo])
        return super().find_longest_match(alo, ahi, blo, bhi)

    def common(self) -> int:
        """Return how many parts both have in common; raises Spent."""
        return sum(block.size for block in self.get_matching_blocks())


def compare(before: str, after: str, budget: Budget | None = None) -> list[Piece]:
    """Return the pieces that lead from one text to the other, in order.

    Texts of which less than half is common, or that take more steps than the budget has, stand
    one after the other.
    """
    try:
        return _compared(before, after, budget or Budget())
    except Spent:
        return _whole(before, after)


def _compared(before: str, after: str, budget: Budget) -> list[Piece]:
    if not before or not after:
        return _whole(before, after)
    budget.spend(len(before) + len(after))
    old, new = _parts(before, after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = old[start : len(old) - end], new[start : len(new) - end]
    matcher = Bounded(*middle, budget)
    if 2 * (start + end + matcher.common()) < ALIKE * (len(old) + len(new)):
        return _whole(before, after)
    head, tail = _some("same", old[:start]), _some("same", old[len(old) - end :])
    return _joined([*head, *_pieces(matcher, *middle), *tail])


def _parts(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the words of both texts with what stands between them; their lines, of long ones."""
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    if max(len(old), len(new)) <= MOST_WORDS:
        return old, new
    return before.splitlines(keepends=True), after.splitlines(keepends=True)


def _keys(parts: Sequence[str]) -> list[str]:
    """Return by what parts are compared: a blank by the word before it, as blanks are all alike."""
    return [
        (before if part.isspace() else "") + part
        for before, part in zip(["", *parts], parts, strict=False)
    ]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return with how many equal parts both begin."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(old), len(new)))


def _pieces(matcher: Bounded, old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for _operation, start, end, new_start, new_end in matcher.get_opcodes():
        came, went = new[new_start:new_end], old[start:end]
        rest = _common(went[::-1], came[::-1])  # all of it; else the blank behind both
        yield from _some("old", went[: len(went) - rest])
        yield from _some("new", came[: len(came) - rest])
        yield from _some("same", went[len(went) - rest :])


def _some(kind: str, parts: Sequence[str]) -> Iterator[Piece]:
    if parts:
        yield Piece(kind, "".join(parts))


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Return pieces of which none goes on with what the one before it is."""
    runs = groupby(pieces, key=attrgetter("kind"))
    return [Piece(kind, "".join(piece.text for piece in run)) for kind, run in runs]


def _whole(before: str, after: str) -> list[Piece]:
    return [
        *_some("old", [before, "\n" if after else ""] if before else []),
        *_some("new", [after] if after else []),
    ]
