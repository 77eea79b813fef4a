"""Which characters the report's own fonts can print, and what stands for the others."""

import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "fonts"
# Of every style of a family the same characters are asked, so these two tell for all.
FACES = ("SourceSans3-It.ttf", "SourceSans3-Regular.ttf")
# Segments of characters in a table of format 12, each three numbers of four bytes.
FULL = 12
# Marks that turn the direction of what follows, and others without a look of their own.
UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
KEPT = {"\n", "\t", "\u00ad", "\u200b"}


def printable(text: str) -> str:
    """Return a text in which a character that cannot be printed stands as its code, [U+4E2D]."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if _is_plain(one) else f"[U+{ord(one):04X}]" for one in text)


@cache
def _is_plain(one: str) -> bool:
    if one in KEPT:
        return True
    return unicodedata.category(one) not in UNSEEN and ord(one) in known()


@cache
def known() -> frozenset[int]:
    """Return the characters of which every face has a picture."""
    faces = [characters((FONTS / name).read_bytes()) for name in FACES]
    return frozenset.intersection(*faces)


def characters(font: bytes) -> frozenset[int]:
    """Return the characters that a TrueType font maps to a glyph (its table "cmap")."""
    table = _table(font, b"cmap")
    count = struct.unpack_from(">H", table, 2)[0]
    places = {struct.unpack_from(">L", table, 8 + 8 * n)[0] for n in range(count)}
    place = next(at for at in places if struct.unpack_from(">H", table, at)[0] == FULL)
    segments = struct.unpack_from(">L", table, place + 12)[0]
    found: set[int] = set()
    for n in range(segments):
        first, last, _glyph = struct.unpack_from(">LLL", table, place + 16 + 12 * n)
        found.update(range(first, last + 1))
    return frozenset(found)


def _table(font: bytes, name: bytes) -> bytes:
    count = struct.unpack_from(">H", font, 4)[0]
    for n in range(count):
        tag, _sum, place, length = struct.unpack_from(">4sLLL", font, 12 + 16 * n)
        if tag == name:
            return font[place : place + length]
    raise ValueError(f"the font has no table {name!r}")
