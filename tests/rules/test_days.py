"""Days as people type them."""

from datetime import date

import pytest

from actions.rules import days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        (" 2026-2-3 ", date(2026, 2, 3)),
        ("31/12/2026", date(2026, 12, 31)),
        ("13.2.2026", date(2026, 2, 13)),
        ("13-02-2026", date(2026, 2, 13)),
        ("05/05/2026", date(2026, 5, 5)),
        ("3/4/2026", date(2026, 4, 3)),
        ("12.11.2026", date(2026, 11, 12)),
    ],
)
def test_a_day_is_read_as_iso_and_as_belgians_write_it(text, day) -> None:
    assert days.typed(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026",
        "31/12/26",
        "31/2/2026",
        "12/31/2026",
        "2026-13-01",
        "1/2-2026",
        "٣/٤/٢٠٢٦",
    ],
)
def test_what_is_no_day_is_said_to_be_none(text) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words differ
        days.typed(text)
