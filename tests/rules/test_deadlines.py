"""Deadlines: the day before, the day itself, the day after."""

from datetime import date, timedelta

from actions.rules import deadlines

END = date(2026, 3, 15)
BEFORE, AFTER = END - timedelta(days=1), END + timedelta(days=1)


def test_late_is_what_comes_after_the_day_of_the_deadline() -> None:
    found = [deadlines.is_late(deadline=END, on=on) for on in (BEFORE, END, AFTER)]
    assert found == [False, False, True]


def test_days_are_counted_down_to_none_and_below() -> None:
    assert [deadlines.days_left(END, on=on) for on in (BEFORE, END, AFTER)] == [1, 0, -1]
    assert deadlines.days_left(date(2026, 3, 30), on=date(2026, 3, 28)) == 2  # clocks change
