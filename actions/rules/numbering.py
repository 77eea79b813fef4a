"""The order of numbers as plans print them: 9 before 10, A.2 before B.1, IX.1 before X.1."""

import re
from collections.abc import Callable, Iterable

Key = list[tuple[int, str]]
# Below 400: D and M are letters of sections more often than numbers of chapters.
ROMAN = re.compile(r"(?=[IVXLC])C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
FIRST = re.compile(r"[A-Z]+(?![a-z])")


def order(labels: Iterable[str]) -> Callable[[str], Key]:
    """Return what the numbers of one plan are sorted by.

    Letters at their start count as Roman numerals where all of them can be read so, and one has
    more than one letter: a plan with sections A to D and one with I to IV both keep their order.
    """
    starts = {found[0] for label in labels if (found := FIRST.match(label))}
    is_roman = all(map(roman, starts)) and any(len(start) > 1 for start in starts)
    return roman_key if is_roman else key


def key(label: str) -> Key:
    """Return what a number is sorted by, so that 9 stands before 10."""
    return [(int(digits or 0), words) for digits, words in re.findall(r"(\d{1,9})|(\D+)", label)]


def roman_key(label: str) -> Key:
    """Return what a number is sorted by that begins with a Roman numeral; others come first."""
    found = FIRST.match(label)
    return [(roman(found[0]), ""), *key(label[found.end() :])] if found else [(0, ""), *key(label)]


def roman(letters: str) -> int:
    """Return the value of a Roman numeral below 400; 0 where it is none."""
    if not ROMAN.fullmatch(letters):
        return 0
    values = [VALUES[letter] for letter in letters]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )
