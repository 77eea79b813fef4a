"""The signs of the active language, with their spaces."""

from django.utils.translation import get_language

from document import typography


def sign(mark: str, language: str | None = None) -> str:
    """Return a sign with the space that goes before it in a language, the active one by default."""
    return typography.sign(mark, language or get_language() or "")
