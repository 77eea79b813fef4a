"""A calendar of whole days as other programs read it (RFC 5545): plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LONGEST_LINE = 75  # octets, without the line break
MAKER = "-//NAP monitor//rounds//EN"


@dataclass(frozen=True)
class Day:
    """One event of a whole day; ``key`` is unlike every other one of the world, for ever.

    ``number`` counts how often it was changed, the last time at ``changed_at``.
    """

    key: str
    day: date
    title: str
    text: str
    address: str
    changed_at: datetime
    number: int = 0


def calendar(name: str, language: str, days: Iterable[Day]) -> str:
    """Return a calendar with a name, in a language (RFC 5545, 3.4; the name as in RFC 7986)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{MAKER}",
        "METHOD:PUBLISH",
        f"NAME;LANGUAGE={language}:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
    ]
    for one in days:
        lines += event(one, language)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def event(one: Day, language: str) -> list[str]:
    """Return the lines of one day; it makes nobody busy."""
    stamp = f"{one.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(one.key)}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{one.number}",
        f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
        *end_of(one.day),
        f"SUMMARY;LANGUAGE={language}:{escaped(one.title)}",
        f"DESCRIPTION;LANGUAGE={language}:{escaped(one.text)}",
        f"URL:{one.address}",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def end_of(day: date) -> list[str]:
    """Return the line that says when a day ends: with the next, if there is one.

    After the last day that there is none can be named; a day without an end lasts one day (3.6.1).
    """
    is_last = day == date.max
    return [] if is_last else [f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"]


def escaped(text: str) -> str:
    """Return a text as a value (3.3.11); control characters, which it cannot hold, are left out."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\\n".join("".join(c for c in line if c == "\t" or c >= " ") for line in lines)


def folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, no character cut in two (3.1)."""
    pieces, room, piece = [], LONGEST_LINE, ""
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", LONGEST_LINE - 1  # a blank leads every further piece
        piece, room = piece + character, room - size
    return "\r\n ".join([*pieces, piece])
