"""Folding of text, so that a search finds é by e and É by é on every database."""

import unicodedata


def fold(text: str) -> str:
    """Return the text in lower case, without accents, spaces put together."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.replace("’", "'").replace("œ", "oe").replace("æ", "ae").split())
