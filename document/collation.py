"""The order of names: as readers of Dutch, French, German and English sort, the same everywhere.

These four have one order (that of the Unicode collation algorithm without tailoring): É stands
with E and Ö with O, capitals and small letters together, whatever the database or the locale of
the machine. Databases disagree about it, so lists of names are sorted here.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, TypeVar

from pyuca import Collator

Value = TypeVar("Value")

KEPT = 4096  # names of actors in four languages, several times over


@lru_cache(maxsize=KEPT)
def key(text: str) -> tuple[tuple[int, ...], str]:
    """Return what a text is sorted by; of texts that readers sort alike, the text itself decides.

    Two bodies of one name need one more thing that tells them apart: see ``by_name``.
    """
    return collator().sort_key(text), text


def by_name(text: Any, apart: Any) -> tuple[Any, ...]:
    """Return what a thing of this name is sorted by; ``apart`` decides between equal names."""
    return key(str(text)), apart


@cache
def collator() -> Any:
    """Return the table of the collation, read once, when the first list is sorted."""
    return Collator()


def menu(lines: Iterable[tuple[Value, Any]]) -> list[tuple[Value, Any]]:
    """Return the lines of a menu, each a value and its name, in the order of the names."""
    return sorted(lines, key=lambda line: by_name(line[1], line[0]))
