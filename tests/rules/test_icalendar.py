"""Calendars for other programs: escaping, folding, whole days (RFC 5545)."""

from datetime import UTC, date, datetime

import pytest

from actions.rules.icalendar import Day, calendar, escaped, folded


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a, b; c", "a\\, b\\; c"),
        ("back\\slash", "back\\\\slash"),
        ("one\ntwo\r\nthree\rfour", "one\\ntwo\\nthree\\nfour"),
        ("bell\x07 null\x00 tab\t", "bell null tab\t"),
        ("é – “x”", "é – “x”"),
    ],
)
def test_a_text_keeps_its_signs_and_cannot_end_its_line(text: str, value: str) -> None:
    assert escaped(text) == value


@pytest.mark.parametrize(
    "line", ["x" * 75, "x" * 76, "é" * 200, "𝔘" * 99, "SUMMARY:" + "aé" * 80, ""]
)
def test_lines_are_folded_at_75_octets_between_characters(line: str) -> None:
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line
    assert (len(pieces) == 1) == (len(line.encode()) <= 75)


def test_a_day_ends_with_the_next_and_makes_nobody_busy() -> None:
    one = Day(
        "key@host",
        date(2026, 12, 31),
        "Title",
        "Text",
        "https://x.org/",
        datetime(2026, 1, 2, tzinfo=UTC),
        3,
    )
    text = calendar("Name, with comma", "fr", [one])
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    lines = text.split("\r\n")
    assert "X-WR-CALNAME:Name\\, with comma" in lines
    event = lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT")]
    assert event[1:] == [
        "UID:key@host",
        "DTSTAMP:20260102T000000Z",
        "LAST-MODIFIED:20260102T000000Z",
        "SEQUENCE:3",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY;LANGUAGE=fr:Title",
        "DESCRIPTION;LANGUAGE=fr:Text",
        "URL:https://x.org/",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
    ]


def test_the_last_day_that_there_is_has_no_next_one_and_needs_none() -> None:
    one = Day("k@h", date.max, "Title", "Text", "https://x.org/", datetime(2026, 1, 2, tzinfo=UTC))
    lines = calendar("Name", "fr", [one]).split("\r\n")
    assert [line for line in lines if line.startswith("DT")] == [
        "DTSTAMP:20260102T000000Z", "DTSTART;VALUE=DATE:99991231",
    ]  # fmt: skip
