"""Folding of text, so that a search finds é by e and É by é on every database."""

import unicodedata


def fold(text: str) -> str:
    """Return the text in lower case, without accents, spaces put together."""
    # Twice, as taking a sign apart can bring capitals out (℠ → SM) and the other way round.
    once = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", once)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.replace("’", "'").replace("œ", "oe").replace("æ", "ae").split())
