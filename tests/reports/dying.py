"""A maker of files that takes its process along; apart, as a new process imports what is here."""

import os


def dying_at_french(_content: str, name: str, language: str) -> bytes:
    """Return the name of a format; end the process where the language is French."""
    if language == "fr":
        os._exit(9)
    return name.encode()
