"""The characters that have no place in a text: no font shows them, or they mean nothing fixed."""

import re
from itertools import islice

# C0 controls but tab, line feed and carriage return; C1 controls; marks that reorder
# text; surrogates; private use; noncharacters. None has a place in a title, and an
# archival PDF forbids some of them.
FORBIDDEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff"
    + "".join(
        chr(plane + last) for plane in range(0, 0xF0000, 0x10000) for last in (0xFFFE, 0xFFFF)
    )
)
FORBIDDEN_PATTERN = re.compile(f"[{FORBIDDEN}]")
MOST_TOLD = 1_000  # of what is taken out of a paste
# What word processors paste: bullets of their own fonts, and breaks of a line or a page.
PASTED = str.maketrans(
    {"\uf0b7": "•", "\uf0a7": "•", "\uf0d8": "•", "\uf0fc": "•", "\uf02d": "–"}
    | dict.fromkeys("\x0b\x0c\x85", "\n")
)


def without(text: str) -> str:
    """Return a text without its forbidden characters."""
    return FORBIDDEN_PATTERN.sub("", text)


def coded(text: str) -> str:
    """Return a text in which a forbidden character stands as its code: "[U+0007]"."""
    return FORBIDDEN_PATTERN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def from_paste(text: str) -> tuple[str, list[tuple[str, int]]]:
    """Return a text as it can be kept, and what was taken out: the code of each, and its line.

    Bullets and breaks of a word processor stay what they are, written as everybody writes them.
    Of what was taken out the first thousand are told.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(PASTED).split("\n")
    places = (
        (f"U+{ord(found[0]):04X}", number)
        for number, line in enumerate(lines, 1)
        for found in FORBIDDEN_PATTERN.finditer(line)
    )
    return without("\n".join(lines)), list(islice(places, MOST_TOLD))
