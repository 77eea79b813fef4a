"""The spaces that a language asks for at its signs, put there in one place."""

import re

NO_BREAK, NARROW = "\u00a0", "\u202f"
# French asks for a no-break space before a colon, a narrow one before the other tall signs.
BEFORE = {"fr": {":": NO_BREAK, ";": NARROW, "!": NARROW, "?": NARROW}}
# A plain or missing space at a sign of French text. A sign inside a word (an address, a time,
# an entity of HTML) or quoted by itself is none of the sentence.
FRENCH_FAULT = re.compile(
    r"[^\s\u00a0\u202f:;!?«»]:(?=\s|$)|[ \u202f]:(?=\s|$)"
    r"|(?<!&amp)(?<!&lt)(?<!&gt)(?<!&quot)(?<!&nbsp)(?<!&#x27)(?<!&#39)"
    r"[^\s\u00a0\u202f:;!?«]\s*(?<!\u202f)[;!?](?=[\s»)]|$)"
    r"|«[^\u00a0]|[^\u00a0]»"
)


# A hyphen in place of the first part of a compound: "Systeme und -mechanismen". No line ends in it.
HANGING = re.compile(r"(?<![^\s(\u201e\u201c\u00ab\"'])-(?=[^\W\d_]{2})([^\W\d_]+)")


def sign(mark: str, language: str) -> str:
    """Return a sign with the space that goes before it in a language."""
    return BEFORE.get(language[:2], {}).get(mark, "") + mark


def french_faults(text: str) -> list[str]:
    """Return where a French text has a plain or no space at a sign, with some letters around."""
    return [
        text[max(0, found.start() - 20) : found.end() + 10] for found in FRENCH_FAULT.finditer(text)
    ]
