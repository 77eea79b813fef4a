"""Which characters the report's own fonts can print, and what stands for the others."""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

from document.characters import FORBIDDEN_PATTERN

FONTS = Path(__file__).resolve().parent.parent / "fonts"
# Of every style of a family the same characters are asked, so these two tell for all.
FACES = ("SourceSans3-It.ttf", "SourceSans3-Regular.ttf")
# Signs and letters that the family lacks, in one style.
SIGNS = "DejaVuSansSigns.ttf"
# Segments of characters in a table of format 12, each three numbers of four bytes.
FULL = 12
# Marks that turn the direction of what follows, and others without a look of their own.
UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
# Joiners and the like, which change how letters stand together, and are nothing by themselves.
NOTHING = re.compile("[\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]")
KEPT = {"\n", "\r", "\t", "\u00ad", "\u200b"}
# Pictures that no font here has, and the sign that says the same.
ALIKE = {
    "\u2705": "\u2714", "\u274c": "\u2718", "\u274e": "\u2612", "\u2795": "+", "\u2796": "\u2212",
    "\u2753": "?", "\u2757": "!", "\u2b50": "\u2605", "\u27a1": "\u2192", "\u2b05": "\u2190",
}  # fmt: skip
MISSING = "\u25a1"


def printable(text: str) -> str:
    """Return a text as it can be printed.

    A character without a glyph stands as the plain ones that it means (a letter in a circle, a
    letter of a bold alphabet); a letter of a script that no font has as its code, [U+4E2D]; any
    other sign as an empty square, as a code would add letters that nobody wrote.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_printed(one) for one in text)


def unprintable(text: str) -> str:
    """Return the signs of a text that cannot be printed, each once, in their order."""
    lost = (one for one in text if _printed(one) == MISSING != one or _printed(one)[:3] == "[U+")
    return "".join(dict.fromkeys(lost))


@cache
def _printed(one: str) -> str:
    if _is_plain(one):
        return one
    if NOTHING.match(one):
        return ""
    for form in ("NFKC", "NFKD"):
        plain = ALIKE.get(one) or unicodedata.normalize(form, one)
        if plain != one and all(map(_is_plain, plain)):
            return plain
    is_letter = one.isalnum() or unicodedata.category(one) in UNSEEN | {"Mn", "Mc", "Me"}
    is_coded = is_letter or FORBIDDEN_PATTERN.match(one)
    return f"[U+{ord(one):04X}]" if is_coded else MISSING


@cache
def _is_plain(one: str) -> bool:
    if one in KEPT:
        return True
    return unicodedata.category(one) not in UNSEEN and ord(one) in known()


@cache
def known() -> frozenset[int]:
    """Return the characters that can be printed in every style: of the family, and beside it."""
    faces = [frozenset(characters((FONTS / name).read_bytes())) for name in FACES]
    return frozenset.intersection(*faces) | frozenset(characters((FONTS / SIGNS).read_bytes()))


def characters(font: bytes) -> dict[int, int]:
    """Return the glyph that a TrueType font has for each character (its table "cmap")."""
    table = _table(font, b"cmap")
    count = struct.unpack_from(">H", table, 2)[0]
    places = {struct.unpack_from(">L", table, 8 + 8 * n)[0] for n in range(count)}
    place = next(at for at in places if struct.unpack_from(">H", table, at)[0] == FULL)
    segments = struct.unpack_from(">L", table, place + 12)[0]
    found: dict[int, int] = {}
    for n in range(segments):
        first, last, glyph = struct.unpack_from(">LLL", table, place + 16 + 12 * n)
        found |= {char: glyph + char - first for char in range(first, last + 1)}
    return found


def _table(font: bytes, name: bytes) -> bytes:
    count = struct.unpack_from(">H", font, 4)[0]
    for n in range(count):
        tag, _sum, place, length = struct.unpack_from(">4sLLL", font, 12 + 16 * n)
        if tag == name:
            return font[place : place + length]
    raise ValueError(f"the font has no table {name!r}")
