"""Signs and days as the active language writes them."""

import re
from typing import Any

from django.utils import formats
from django.utils.translation import get_language

from document import dates, typography

FIRST = re.compile(rf"(?<!\d)1(?= (?:{'|'.join(dates.MONTHS['fr'])})\b)")


def sign(mark: str, language: str | None = None) -> str:
    """Return a sign with the space that goes before it in a language, the active one by default."""
    return typography.sign(mark, language or get_language() or "")


def date_format(value: Any, format: str | None = None, **options: Any) -> str:  # noqa: A002
    """Return a day in words as Django does; in French the first of a month is "1er"."""
    said: str = formats.date_format(value, format, **options)
    return first_of_month(said)


def first_of_month(said: str) -> str:
    """Return a day in words with the ordinal that French asks for on the first of a month."""
    if get_language() != "fr":
        return said
    return FIRST.sub("1er", said, count=1)
