"""Working days in Belgium: weekends and the ten legal holidays do not count."""

from datetime import date, timedelta

import pytest

from actions.rules import workdays


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2024, 3, 31), (2025, 4, 20), (2038, 4, 25)],
)
def test_easter_is_the_sunday_of_the_gregorian_calendar(year: int, month: int, day: int) -> None:
    assert workdays.easter(year) == date(year, month, day)
    assert workdays.easter(year).weekday() == 6


def test_the_holidays_of_a_year_are_the_ten_legal_ones() -> None:
    assert sorted(workdays.holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 6),  # Easter Monday
        date(2026, 5, 1),
        date(2026, 5, 14),  # Ascension
        date(2026, 5, 25),  # Whit Monday
        date(2026, 7, 21),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 3, 16), date(2026, 3, 30)),  # two plain weeks
        (date(2026, 3, 14), date(2026, 3, 27)),  # from a Saturday: Monday is the first
        (date(2026, 3, 27), date(2026, 4, 13)),  # over Easter Monday
        (date(2026, 12, 18), date(2027, 1, 5)),  # Christmas and New Year
        (date(2026, 5, 11), date(2026, 5, 27)),  # Ascension and Whit Monday
    ],
)
def test_ten_working_days_pass_over_weekends_and_holidays(start: date, end: date) -> None:
    assert workdays.after(start, 10) == end
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(workdays.is_working_day, between)) == 10


def test_no_working_day_later_is_the_day_itself() -> None:
    assert workdays.after(date(2026, 12, 25), 0) == date(2026, 12, 25)
