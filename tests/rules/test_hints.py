"""Hints for reviewers, each with what sets it off and what does not."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.enums import REPORTABLE, Nature, Status
from actions.rules.hints import SHORT, Facts, Hint, hints, moved

LONG = "The bill on due diligence went through the council and to the parliament."


def found(**facts: Any) -> list[str]:
    """Return the hints for an entry without faults, but for what is given."""
    good: dict[str, Any] = {
        "status": Status.IN_PROGRESS,
        "nature": Nature.ONE_OFF,
        "done": LONG,
        "explanation": "",
        "has_evidence": True,
        "is_unchanged": False,
        "is_overdue": False,
        "before": None,
    }
    return [hint.value for hint in hints(Facts(**good | facts))]


def test_an_entry_without_faults_has_no_hints() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"has_evidence": False}, ["no_evidence"]),
        ({"is_unchanged": True}, ["unchanged"]),
        ({"is_overdue": True}, ["overdue_unexplained"]),
        ({"is_overdue": True, "explanation": " \n"}, ["overdue_unexplained"]),
        ({"is_overdue": True, "explanation": "Staff left."}, []),
        ({"done": "Nothing new."}, ["very_short"]),
        ({"done": ""}, ["very_short"]),
        ({"done": "x" * (SHORT - 1)}, ["very_short"]),
        ({"done": "x" * SHORT}, []),
        ({"done": "x" + " " * SHORT + "x"}, ["very_short"]),
        ({"before": Status.PARTLY_DONE}, ["moved_back_unexplained"]),
        ({"before": Status.PARTLY_DONE, "explanation": "A court annulled it."}, []),
        ({"before": Status.IN_PROGRESS}, []),
        ({"before": Status.NOT_STARTED}, []),
        ({"before": Status.DISCONTINUED}, []),
        ({"before": Status.DONE, "status": Status.NOT_APPLICABLE}, []),
    ],
)
def test_a_hint_is_given_for_what_it_says_and_for_nothing_else(
    facts: dict[str, Any], expected: list[str]
) -> None:
    assert found(**facts) == expected


def test_every_hint_can_be_given_at_once() -> None:
    everything = found(
        done="x", has_evidence=False, is_unchanged=True, is_overdue=True, before=Status.DONE
    )
    assert everything == [hint.value for hint in Hint]


# Lowest to highest, as the domain has it.
RANKS = {
    Nature.ONE_OFF: ["not_started", "in_progress", "partly_done", "done"],
    Nature.CONTINUOUS: ["not_started", "partly_done", "in_progress", "done"],
}


@pytest.mark.parametrize(
    ("nature", "before", "now"), list(product(Nature, sorted(REPORTABLE), sorted(REPORTABLE)))
)
def test_a_status_moves_along_its_scale(nature: Nature, before: Status, now: Status) -> None:
    ranks = RANKS[nature]
    if before in ranks and now in ranks:
        difference = ranks.index(now) - ranks.index(before)
        expected = (difference > 0) - (difference < 0)
    else:
        expected = 0
    assert moved(before, now, nature) == expected


@given(st.sampled_from(sorted(REPORTABLE)), st.sampled_from(list(Nature)), st.text())
def test_a_first_report_has_not_moved(status: Status, nature: Nature, done: str) -> None:
    assert "moved_back_unexplained" not in found(status=status, nature=nature, done=done)
