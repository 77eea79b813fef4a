"""Texts as the typesetter takes them: characters with a glyph, words that can break, blocks."""

import re
from collections.abc import Sequence
from typing import Any

from document import links, richtext
from document.typography import HANGING
from document.writers.glyphs import printable

# Lists within lists beyond this depth are set flat: the typesetter nests only so far.
DEPTH = 5
# Longer than any link that works; the typesetter refuses still longer ones.
# Where a word that no line may hold can break: the template puts no character there, so that
# what is copied or read aloud is what was typed. No text holds this one.
SPLIT = "\x1f"
LONG_WORD = re.compile(r"[^\W\d_]{65,}|([^\W\d_])\1{9,}")
LONG_CODE = re.compile(r"\S{30,}")
# A code breaks before a sign, never in a word or a number that a line can hold; an address
# before "/" alone. No line ends in "-", which who copies would take for a hyphen.
BEFORE = re.compile(r"(?<=[^/?&=._%#-])(?=[/?&=._%#-])|(?<=/)(?=[^/])")
BEFORE_SLASH = re.compile(r"(?<=[^/:])(?=/)")
PIECE = 48
CUT = re.compile(r".{1,19}[^-]|.{1,20}")
# Between two of these the template breaks nothing: an address that a line of text can hold, or
# a part of one that it cannot.
WHOLE = "\x1d"
ADDRESS = re.compile(rf"[a-z]{{2,6}}://[\S{SPLIT}]*[^\s.,;:!?()«»“”\"']", re.IGNORECASE)
# Letters that fit a line of running text for certain, also in capitals and in lists.
SHORT_ADDRESS = 56
# Between two of these a word is divided where its language allows it. They come with the text,
# as the typesetter takes twice the time and memory to look for words by itself.
DIVIDE = "\x1e"
DIVIDED = re.compile(r"([^\W\d_]{4})([^\W\d_]{5,})(?=[^\W\d_]{3}(?![^\W\d_]))")
# In a cell of a table only a word that no column holds is divided, name or not.
DIVIDED_IN_CELL = re.compile(r"([^\W\d_]{4})([^\W\d_]{15,})(?=[^\W\d_]{3}(?![^\W\d_]))")
# A day and its month, which no line parts: "31 december 2025", "1er janvier 2026".
DAY = re.compile(r"(?<![\d.])(\d{1,2}(?:\.|er)?) (?=[^\W\d_]{3,9} \d{4}(?!\d))")
# No word of so few letters needs a place to break.
LONGEST_WORD = 10
# A word behind a hyphen that a narrow column holds.
LONGEST_HELD = 24


def text(given: str) -> str:
    """Return a text with all its spaces, in characters that can be printed and words that break."""
    spaced = re.sub(r"[ \t\r\n]+", " ", given)
    return breakable(printable(DAY.sub("\\1\u00a0", spaced)))


def flat(given: str) -> str:
    """Return a short text of ours, which needs no places to break."""
    return printable(re.sub(r"[ \t\r\n]+", " ", given))


def divided(given: str, words: re.Pattern[str] = DIVIDED) -> str:
    """Return a text whose long words may be divided, four letters from either end."""
    parts = given.split(WHOLE)
    parts[::2] = [words.sub(rf"\1{DIVIDE}\2{DIVIDE}", part) for part in parts[::2]]
    return WHOLE.join(parts)


def divided_in_cell(given: str) -> str:
    """Return a text of a table whose longest words may be divided."""
    return divided(given, DIVIDED_IN_CELL)


def held(given: str) -> str:
    """Return a text for a full line, in which addresses stay whole as far as a line holds them."""
    return ADDRESS.sub(_hold, given) if "://" in given else given


def _hold(found: re.Match[str]) -> str:
    pieces = found[0].split(SPLIT)
    if sum(map(len, pieces)) <= SHORT_ADDRESS:
        pieces = ["".join(pieces)]
    return "".join(f"{WHOLE}{piece}{WHOLE}" for piece in pieces)


def breakable(given: str) -> str:
    """Return a text with SPLIT where words that fit no line can break, hanging hyphens held."""
    if len(given) < LONGEST_WORD:
        return given
    given = LONG_CODE.sub(_cut_code, given)
    given = LONG_WORD.sub(lambda found: _cut(found[0], 12), given)
    return HANGING.sub(_hang, given) if "-" in given else given


def _hang(found: re.Match[str]) -> str:
    """Return a word behind a hyphen that stands for its first part, so that no line parts them."""
    return found[0] if len(found[0]) > LONGEST_HELD else f"{WHOLE}{found[0]}{WHOLE}"


def _cut_code(found: re.Match[str]) -> str:
    """Return a word of more than letters with places to break; hyphenation knows the others."""
    bare = found[0].strip(".,;:!?()«»“”\"'").replace("-", "").replace("’", "")
    if bare.isalpha():
        return found[0]
    # The host stays with what leads to it.
    places = BEFORE_SLASH if "://" in bare else BEFORE
    return SPLIT.join(_fitted(piece) for piece in places.split(found[0]) if piece)


def _fitted(piece: str) -> str:
    """Return a part of a code with places to break where no line may hold it."""
    if len(piece) <= PIECE:
        return piece
    parts = filter(None, BEFORE.split(piece))
    return SPLIT.join(
        SPLIT.join(CUT.findall(part)) if len(part) > PIECE else part for part in parts
    )


def _cut(word: str, size: int) -> str:
    return SPLIT.join(word[n : n + size] for n in range(0, len(word), size))


def link(address: str) -> str:
    """Return an address that a link may have, else "", which is no link."""
    return links.usable(address)


def blocks(found: Sequence[richtext.Block], depth: int = 0) -> list[Any]:
    """Return paragraphs and lists as data; lists that lie too deep are set flat."""
    pieces: list[Any] = []
    for block in found:
        if isinstance(block, richtext.Paragraph):
            pieces.append({"runs": [_run(run) for run in block.runs]})
        elif depth >= DEPTH:
            pieces += [piece for item in block.items for piece in blocks(item, depth)]
        else:
            items = [blocks(item, depth + 1) for item in block.items]
            pieces.append({"ordered": block.ordered, "start": block.start, "items": items})
    return pieces


def _run(run: richtext.Run) -> dict[str, Any]:
    said = run.text if run.text == "\n" else divided(held(breakable(printable(run.text))))
    found: dict[str, Any] = {"t": said}
    if run.bold:
        found["b"] = True
    if run.italic:
        found["i"] = True
    if run.link and link(run.link):
        found["u"] = run.link
    return found
