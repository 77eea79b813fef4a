"""Texts as the typesetter takes them: characters with a glyph, words that can break, blocks."""

import re
from collections.abc import Sequence
from typing import Any

from document import richtext
from reports.renderers.glyphs import printable

# Lists within lists beyond this depth are set flat: the typesetter nests only so far.
DEPTH = 5
# Longer than any link that works; the typesetter refuses still longer ones.
LONGEST_LINK = 2000
# Words that no line may hold and no hyphenation knows: a place to break every few letters.
LONG_WORD = re.compile(r"[^\W\d_]{65,}|([^\W\d_])\1{9,}")
LONG_CODE = re.compile(r"(?!https?://|www\.)\S{30,}")
LONG_PATH = re.compile(r"[\w%=&;]{50,}")
# No word of so few letters needs a place to break.
LONGEST_WORD = 10
SOFT_HYPHEN, NO_SPACE = "\u00ad", "\u200b"


def line(text: str) -> str:
    """Return a text on one line, in characters that can be printed and words that can break."""
    return breakable(printable(re.sub(r"[ \t\r\n]+", " ", text).strip()))


def piece(text: str) -> str:
    """Return a piece of a line, as ``line`` does, with all the spaces at its ends."""
    start, end = (len(part) for part in (text.lstrip(), text.rstrip()))
    return text[: len(text) - start] + line(text) + text[end:] if text.strip() else text


def breakable(text: str) -> str:
    """Return a text with places to break in words that fit no line."""
    if len(text) < LONGEST_WORD:
        return text
    text = LONG_CODE.sub(_cut_code, text)
    text = LONG_PATH.sub(lambda found: _cut(found[0], 20, NO_SPACE), text)
    return LONG_WORD.sub(lambda found: _cut(found[0], 12, SOFT_HYPHEN), text)


def _cut_code(found: re.Match[str]) -> str:
    """Return a word of more than letters with places to break; hyphenation knows the others."""
    bare = found[0].strip(".,;:!?()«»“”\"'").replace("-", "").replace("’", "")
    return found[0] if bare.isalpha() else _cut(found[0], 12, NO_SPACE)


def _cut(word: str, size: int, mark: str) -> str:
    return mark.join(word[n : n + size] for n in range(0, len(word), size))


def link(address: str) -> str:
    """Return an address that a link may have, else "", which is no link."""
    fits = address.startswith(("http://", "https://", "mailto:")) and len(address) < LONGEST_LINK
    return address if fits and address.isascii() and " " not in address else ""


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
    found: dict[str, Any] = {"t": run.text if run.text == "\n" else breakable(printable(run.text))}
    if run.bold:
        found["b"] = True
    if run.italic:
        found["i"] = True
    if run.link and link(run.link):
        found["u"] = run.link
    return found
