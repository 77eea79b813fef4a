"""Days as people type them where no calendar helps: ISO 8601, or day, month and year."""

import re
from datetime import date

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
BELGIAN = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
MONTHS = 12


class Unclear(ValueError):  # noqa: N818  reads as what it is
    """Nobody can know which number is the day and which the month."""


def typed(text: str) -> date:
    """Return the day that was typed.

    Raises Unclear where day and month could be the other way round, as a program set to another
    country may have written them; ValueError for what is no day.
    """
    if found := ISO.fullmatch(text.strip()):
        year, month, day = map(int, found.groups())
        return date(year, month, day)
    if found := BELGIAN.fullmatch(text.strip()):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        made = date(year, month, day)
        if day <= MONTHS and day != month:
            raise Unclear(text)
        return made
    raise ValueError(text)
