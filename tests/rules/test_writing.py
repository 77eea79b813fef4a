"""Why an entry cannot be written, handed in, taken back or decided on: the rule by itself."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from actions.enums import WRITABLE, Act, EntryState, RoundState
from actions.rules import transitions
from actions.rules.writing import OF_WRITERS, Facts, Refusal, last_day, proposed_day, refusal

CLOSE = date(2026, 3, 15)
BEFORE, AFTER = CLOSE - timedelta(days=1), CLOSE + timedelta(days=1)
LATER = CLOSE + timedelta(days=10)
DAYS = (BEFORE, CLOSE, AFTER, LATER, LATER + timedelta(days=1))
CLOSED = RoundState.CLOSED


def facts(round_state: str = "open", state: str = "draft", **more: Any) -> Facts:
    """Return a round that closes on the day above."""
    return Facts(RoundState(round_state), CLOSE, EntryState(state), **more)


def refused(given: Facts, act: Act = Act.SAVE, **more: Any) -> list[str]:
    """Return, for each of the days above, why an act is refused; "" where it is not."""
    return [str(refusal(given, act, on=on, **more) or "") for on in DAYS]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("planned", ["not_open"] * 5),
        ("open", ["", "", "closed", "closed", "closed"]),
        ("closed", ["closed"] * 5),
    ],
)
def test_members_write_until_the_day_of_the_close(state: str, expected: list[str]) -> None:
    assert refused(facts(state)) == expected


@pytest.mark.parametrize("state", ["open", "closed"])
def test_an_extension_lets_write_until_its_own_last_day(state: str) -> None:
    assert refused(facts(state, extended_until=LATER)) == ["", "", "", "", "closed"]


def test_an_extension_that_ended_takes_nothing_away() -> None:
    assert refused(facts("open", extended_until=BEFORE))[:3] == ["", "", "closed"]
    assert refused(facts("closed", extended_until=BEFORE))[:3] == ["", "closed", "closed"]


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_returned_entry_is_written_until_the_day_that_was_set_also_after_the_close(
    state: str,
) -> None:
    given = facts(state, "returned", write_until=LATER)
    assert refused(given) == refused(given, Act.SUBMIT) == ["", "", "", "", "day_passed"]


@pytest.mark.parametrize("state", ["open", "closed"])
def test_the_later_of_extension_and_day_of_the_entry_counts(state: str) -> None:
    for one, other in ((AFTER, LATER), (LATER, AFTER)):
        assert last_day(facts(state, write_until=one, extended_until=other)) == LATER


def test_what_is_submitted_is_taken_back_only_while_it_can_be_submitted_again() -> None:
    submitted = facts("closed", "submitted")
    assert refused(submitted, Act.WITHDRAW) == ["closed"] * 5
    returned = facts("closed", "submitted", write_until=LATER)
    assert refused(returned, Act.WITHDRAW) == ["", "", "", "", "day_passed"]


def test_the_secretariat_writes_for_others_from_the_opening_to_the_freeze() -> None:
    assert refused(facts("planned"), on_behalf=True) == ["not_open"] * 5
    for state in ("open", "closed"):
        assert refused(facts(state), on_behalf=True) == [""] * 5
        assert refused(facts(state, is_frozen=True), on_behalf=True) == ["frozen"] * 5


def test_review_goes_on_after_every_last_day() -> None:
    for state in ("open", "closed"):
        for act in (Act.ACCEPT, Act.SEND_BACK):
            assert refused(facts(state, "submitted"), act) == [""] * 5


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("state", list(EntryState))
def test_nothing_at_all_happens_while_an_edition_is_frozen(act: Act, state: EntryState) -> None:
    given = facts(
        "closed", state, is_frozen=True, is_let_in=True, extended_until=LATER, write_until=LATER
    )
    assert refused(given, act) == refused(given, act, on_behalf=True) == ["frozen"] * 5
    assert last_day(given) is None


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("state", list(EntryState))
def test_once_published_nothing_happens_to_what_was_not_let_in(act: Act, state: EntryState) -> None:
    given = facts("closed", state, is_published=True, extended_until=LATER, write_until=LATER)
    assert refused(given, act) == refused(given, act, on_behalf=True) == ["published"] * 5


def test_what_was_let_in_is_written_until_its_own_day_alone() -> None:
    late = LATER + timedelta(days=9)
    given = facts("open", is_published=True, is_let_in=True, extended_until=late, write_until=LATER)
    assert refused(given) == ["", "", "", "", "day_passed"]
    without = facts("open", is_published=True, is_let_in=True, extended_until=late)
    assert refused(without) == ["closed"] * 5


def test_a_state_allows_what_the_table_of_steps_allows_and_to_save_before_submitting() -> None:
    for state, act, carried in product(EntryState, Act, (False, True)):
        if carried and state != EntryState.ACCEPTED:
            continue
        found = refusal(facts("open", state, is_carried=carried), act, on=CLOSE)
        if act in {Act.SAVE, Act.SUBMIT}:
            expected = None if state in WRITABLE else Refusal.STATE
        elif act == Act.SEND_BACK and carried:
            expected = Refusal.CARRIED
        else:
            known = transitions.after(state, act, carried=carried)
            expected = None if known else Refusal.STATE
        assert found == expected, (state, act, carried)


def test_the_acts_of_writers_and_of_reviewers_are_all_acts() -> None:
    assert set(Act) - OF_WRITERS == {Act.SEND_BACK, Act.ACCEPT}


def test_ten_working_days_are_proposed_but_never_before_the_close() -> None:
    assert proposed_day(CLOSE, on=date(2026, 2, 2)) == CLOSE
    assert proposed_day(CLOSE, on=date(2026, 3, 16)) == date(2026, 3, 30)
    # The tenth working day is the day of the close, the day before, the day after.
    for close in (date(2026, 3, 29), date(2026, 3, 30), date(2026, 3, 31)):
        assert proposed_day(close, on=date(2026, 3, 16)) == max(close, date(2026, 3, 30))
