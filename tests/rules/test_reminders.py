"""The days on which somebody is reminded: before and after, on working days."""

from datetime import date, timedelta

import pytest

from actions.rules import reminders


@pytest.mark.parametrize(
    ("due", "days"),
    [
        # A Sunday: the 30th day before is a Friday, the two others go to Fridays.
        (
            date(2026, 2, 15),
            [date(2026, 1, 16), date(2026, 2, 6), date(2026, 2, 13), date(2026, 2, 18)],
        ),
        # The third day after Christmas Eve is a Sunday; the day before Easter Monday goes far back.
        (
            date(2026, 12, 24),
            [date(2026, 11, 24), date(2026, 12, 17), date(2026, 12, 23), date(2026, 12, 28)],
        ),
        (
            date(2026, 4, 7),
            [date(2026, 3, 6), date(2026, 3, 31), date(2026, 4, 3), date(2026, 4, 10)],
        ),
    ],
)
def test_reminders_come_on_working_days_before_and_after(due: date, days: list[date]) -> None:
    assert reminders.days(due, reminders.BEFORE, reminders.AFTER) == days


def test_two_reminders_of_one_day_are_one() -> None:
    sunday = date(2026, 2, 15)
    assert reminders.days(sunday, (1, 2), ()) == [date(2026, 2, 13)]


def test_nobody_is_reminded_where_a_round_says_no_days() -> None:
    assert reminders.days(date(2026, 2, 15), (), ()) == []


def test_a_span_leaves_out_its_first_day_and_holds_its_last() -> None:
    due, friday = date(2026, 2, 15), date(2026, 2, 13)
    thursday = date(2026, 2, 12)
    assert reminders.is_between(due, (1,), (), since=thursday, until=friday)
    assert not reminders.is_between(due, (1,), (), since=friday, until=date(2026, 2, 17))
    assert reminders.is_between(due, (1,), (), since=date(2026, 1, 1), until=due)


@pytest.mark.parametrize("due", [date.max, date.min, date.max - timedelta(days=2)])
def test_a_day_at_an_end_of_all_calendars_stops_nothing(due) -> None:
    found = reminders.days(due, reminders.BEFORE, reminders.AFTER)
    assert all(abs(day - due) < timedelta(days=40) for day in found)
