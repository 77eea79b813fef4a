"""The table of transitions, against the words of the workflow."""

from itertools import product

import pytest

from actions.enums import Act, EntryState
from actions.rules import transitions

# What the workflow says, written out: every act in every state; None is refused.
#              save        submit       withdraw  reopen  send_back   accept
WORKFLOW = {
    "empty": ("draft", None, None, None, None, None),
    "draft": ("draft", "submitted", None, None, None, None),
    "submitted": (None, None, "draft", None, "returned", "accepted"),
    "returned": ("returned", "submitted", None, None, None, None),
    "accepted": (None, None, None, None, "returned", None),
}
ACTS = ("save", "submit", "withdraw", "reopen", "send_back", "accept")


@pytest.mark.parametrize(("state", "act"), list(product(WORKFLOW, ACTS)))
def test_each_act_in_each_state_does_what_the_workflow_says(state: str, act: str) -> None:
    expected = WORKFLOW[state][ACTS.index(act)]
    assert transitions.after(EntryState(state), Act(act)) == expected


def test_the_workflow_is_complete() -> None:
    assert set(WORKFLOW) == {state.value for state in EntryState}
    assert set(ACTS) == {act.value for act in Act}


@pytest.mark.parametrize("state", list(EntryState))
def test_only_what_was_carried_over_and_counts_is_reopened(state: EntryState) -> None:
    expected = "draft" if state == "accepted" else None
    assert transitions.after(state, Act.REOPEN, carried=True) == expected
    assert transitions.after(state, Act.REOPEN, carried=False) is None


def test_the_database_lets_no_other_step_through() -> None:
    assert {
        ("empty", "draft"),
        ("draft", "submitted"),
        ("submitted", "draft"),
        ("submitted", "returned"),
        ("submitted", "accepted"),
        ("returned", "submitted"),
        ("accepted", "returned"),
        ("accepted", "draft"),  # reopened
        ("empty", "accepted"),  # carried over
        ("accepted", "empty"),  # carried over no longer
    } == transitions.CHANGES
    assert {
        ("planned", "open"),
        ("open", "closed"),
        ("closed", "open"),
    } == transitions.ROUND_CHANGES
