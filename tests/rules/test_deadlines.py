"""Deadlines: the day before, the day itself, the day after."""

from datetime import date, timedelta

import pytest

from actions.enums import RoundState
from actions.rules import deadlines

END = date(2026, 3, 15)
BEFORE, AFTER = END - timedelta(days=1), END + timedelta(days=1)
LATER = END + timedelta(days=10)


def may_write(state: str, on: date, extended_until: date | None = None) -> bool:
    """Ask for a round that closes on the day above."""
    return deadlines.may_write(
        RoundState(state), closes_on=END, extended_until=extended_until, on=on
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("planned", [False, False, False]),
        ("open", [True, True, False]),
        ("closed", [False, False, False]),
    ],
)
def test_members_write_until_the_day_of_the_close(state: str, expected: list[bool]) -> None:
    assert [may_write(state, on) for on in (BEFORE, END, AFTER)] == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("planned", [False, False, False, False]),
        ("open", [True, True, True, False]),
        ("closed", [True, True, True, False]),
    ],
)
def test_an_extension_lets_write_until_its_own_last_day(state: str, expected: list[bool]) -> None:
    days = (END, AFTER, LATER, LATER + timedelta(days=1))
    assert [may_write(state, on, LATER) for on in days] == expected


def test_an_extension_that_ended_takes_nothing_away() -> None:
    assert may_write("open", END, extended_until=BEFORE)
    assert not may_write("closed", END, extended_until=BEFORE)


def test_the_secretariat_writes_for_others_once_the_round_was_opened() -> None:
    found = {state.value: deadlines.secretariat_may_write(state) for state in RoundState}
    assert found == {"planned": False, "open": True, "closed": True}


def test_late_is_what_comes_after_the_day_of_the_deadline() -> None:
    found = [deadlines.is_late(deadline=END, on=on) for on in (BEFORE, END, AFTER)]
    assert found == [False, False, True]


def test_days_are_counted_down_to_none_and_below() -> None:
    assert [deadlines.days_left(END, on=on) for on in (BEFORE, END, AFTER)] == [1, 0, -1]
    assert deadlines.days_left(date(2026, 3, 30), on=date(2026, 3, 28)) == 2  # clocks change
