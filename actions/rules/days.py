"""Days as people type them where no calendar helps: ISO 8601, or day, month and year."""

import re
from datetime import date

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
BELGIAN = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)


def typed(text: str) -> date:
    """Return the day that was typed.

    A day comes before its month, as everybody here writes it. Raises ValueError for what is no day.
    """
    if found := ISO.fullmatch(text.strip()):
        year, month, day = map(int, found.groups())
        return date(year, month, day)
    if found := BELGIAN.fullmatch(text.strip()):
        return date(int(found[4]), int(found[3]), int(found[1]))
    raise ValueError(text)
