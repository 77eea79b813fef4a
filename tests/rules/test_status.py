"""The status of an action: the agreed table as it stands, and what always holds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.enums import REPORTABLE, Nature, Rule, Status
from actions.rules.figures import Followed, Ratio, at_least_in_part, carried_out, coverage
from actions.rules.status import Report, derive, is_overdue

ONE_OFF, CONTINUOUS = Nature.ONE_OFF, Nature.CONTINUOUS
WORDS = {
    "done": Status.DONE,
    "progress": Status.IN_PROGRESS,
    "partly": Status.PARTLY_DONE,
    "not-started": Status.NOT_STARTED,
    "dropped": Status.DISCONTINUED,
    "n/a": Status.NOT_APPLICABLE,
    "–": None,
}
RANK = {
    ONE_OFF: [
        {Status.NOT_REPORTED, Status.INSUFFICIENT},
        {Status.DISCONTINUED},
        {Status.NOT_STARTED},
        {Status.IN_PROGRESS},
        {Status.PARTLY_DONE},
        {Status.DONE},
    ],
    CONTINUOUS: [
        {Status.NOT_REPORTED, Status.INSUFFICIENT},
        {Status.DISCONTINUED},
        {Status.NOT_STARTED},
        {Status.PARTLY_DONE},
        {Status.IN_PROGRESS},
        {Status.DONE},
    ],
}


def rank(status: Status, nature: Nature) -> int:
    return next(place for place, group in enumerate(RANK[nature]) if status in group)


def reports(words: str) -> list[Report]:
    return [Report(actor, WORDS[word]) for actor, word in enumerate(words.split())]


@pytest.mark.parametrize("nature", Nature)
@pytest.mark.parametrize(
    ("words", "status", "rule"),
    [
        ("done done done", Status.DONE, Rule.ALL_DONE),
        ("dropped dropped dropped dropped dropped done", Status.PARTLY_DONE, Rule.SOME_CARRIED_OUT),
        ("dropped dropped –", Status.INSUFFICIENT, Rule.TOO_LITTLE),
        ("dropped dropped", Status.DISCONTINUED, Rule.ALL_DISCONTINUED),
        ("not-started –", Status.NOT_STARTED, Rule.SOME_NOT_STARTED),
        ("not-started dropped", Status.NOT_STARTED, Rule.SOME_NOT_STARTED),
        ("n/a done", Status.DONE, Rule.ALL_DONE),
        ("n/a n/a", Status.NOT_APPLICABLE, Rule.ALL_NOT_APPLICABLE),
        ("n/a –", Status.NOT_REPORTED, Rule.NONE_ACCEPTED),
        ("– –", Status.NOT_REPORTED, Rule.NONE_ACCEPTED),
        ("", Status.NOT_REPORTED, Rule.NONE_EXPECTED),
        ("done –", Status.PARTLY_DONE, Rule.SOME_CARRIED_OUT),
        ("partly not-started", Status.PARTLY_DONE, Rule.SOME_CARRIED_OUT),
    ],
)
def test_the_agreed_cases_hold_for_both_natures(words, status, rule, nature) -> None:
    found = derive(reports(words), nature)
    assert (found.status, found.rule) == (status, rule)


@pytest.mark.parametrize(
    ("nature", "words", "status"),
    [
        (ONE_OFF, "done progress –", Status.PARTLY_DONE),
        (ONE_OFF, "progress progress", Status.IN_PROGRESS),
        (ONE_OFF, "progress –", Status.IN_PROGRESS),
        (ONE_OFF, "progress dropped", Status.IN_PROGRESS),
        (CONTINUOUS, "progress progress progress progress", Status.IN_PROGRESS),
        (CONTINUOUS, "progress progress progress done", Status.IN_PROGRESS),
        (CONTINUOUS, "progress – – –", Status.PARTLY_DONE),
        (CONTINUOUS, "progress not-started", Status.PARTLY_DONE),
        (CONTINUOUS, "progress dropped", Status.PARTLY_DONE),
    ],
)
def test_the_agreed_cases_of_one_nature_hold(nature, words, status) -> None:
    assert derive(reports(words), nature).status == status


def test_the_explanation_names_who_is_missing_and_whom_it_does_not_concern() -> None:
    found = derive(reports("done – n/a dropped"), ONE_OFF)
    assert (found.expected, found.reported, found.is_complete) == (4, 3, False)
    assert (found.missing, found.left_out) == (frozenset({1}), frozenset({2}))
    assert [report.actor for report in found.applicable] == [0, 1, 3]


@pytest.mark.parametrize("status", [Status.NOT_REPORTED, Status.INSUFFICIENT])
def test_a_status_that_only_the_system_gives_cannot_be_reported(status) -> None:
    with pytest.raises(ValueError, match="only the system"):
        derive([Report(1, status)], ONE_OFF)


def test_an_actor_cannot_report_twice() -> None:
    with pytest.raises(ValueError, match="one entry"):
        derive([Report(1, Status.DONE), Report(1, None)], ONE_OFF)


statuses = st.none() | st.sampled_from(sorted(REPORTABLE))
lists = st.lists(statuses, max_size=7)
natures = st.sampled_from(list(Nature))


def numbered(found: list[Status | None]) -> list[Report]:
    return [Report(actor, status) for actor, status in enumerate(found)]


@given(lists, natures, st.randoms())
def test_the_order_of_entries_never_matters(found, nature, random) -> None:
    mixed = numbered(found)
    random.shuffle(mixed)
    one, other = derive(numbered(found), nature), derive(mixed, nature)
    assert (one.status, one.rule, one.missing) == (other.status, other.rule, other.missing)


@given(lists, natures, st.sampled_from(sorted(REPORTABLE - {Status.NOT_APPLICABLE})))
def test_silence_never_ranks_better_than_a_report_of_the_same_actor(found, nature, report) -> None:
    silent = derive(numbered([*found, None]), nature).status
    spoken = derive(numbered([*found, report]), nature).status
    assert rank(silent, nature) <= rank(spoken, nature)


@given(lists, natures)
def test_silence_blocks_what_only_everybody_together_can_reach(found, nature) -> None:
    status = derive(numbered([*found, None]), nature).status
    forbidden = {Status.DONE, Status.DISCONTINUED, Status.NOT_APPLICABLE}
    if nature == CONTINUOUS:
        forbidden.add(Status.IN_PROGRESS)
    assert status not in forbidden


@given(lists, natures)
def test_silence_alone_never_counts_as_not_started(found, nature) -> None:
    without = [status for status in found if status != Status.NOT_STARTED]
    assert derive(numbered([*without, None]), nature).status != Status.NOT_STARTED


@given(lists, natures)
def test_what_does_not_apply_to_an_actor_changes_nothing_for_the_others(found, nature) -> None:
    some = [status for status in found if status != Status.NOT_APPLICABLE]
    if some:
        with_one = derive(numbered([*some, Status.NOT_APPLICABLE]), nature)
        assert with_one.status == derive(numbered(some), nature).status


@pytest.mark.parametrize(
    ("status", "end", "overdue"),
    [
        (Status.IN_PROGRESS, date(2025, 12, 30), True),
        (Status.IN_PROGRESS, date(2025, 12, 31), False),
        (Status.IN_PROGRESS, None, False),
        (Status.NOT_REPORTED, date(2024, 12, 31), True),
        (Status.PARTLY_DONE, date(2024, 12, 31), True),
        (Status.DONE, date(2024, 12, 31), False),
        (Status.DISCONTINUED, date(2024, 12, 31), False),
        (Status.NOT_APPLICABLE, date(2024, 12, 31), False),
    ],
)
def test_overdue_is_what_should_be_finished_and_is_not(status, end, overdue) -> None:
    assert is_overdue(status, period_end=end, on=date(2025, 12, 31)) == overdue


def followed(words: str, nature: Nature, override: Status | None = None) -> Followed:
    explanation = derive(reports(words), nature)
    return Followed(
        nature, override or explanation.status, explanation.expected, explanation.reported
    )


def test_the_figures_divide_what_they_say() -> None:
    actions = [
        followed("done done", ONE_OFF),
        followed("progress –", CONTINUOUS),
        followed("progress progress", CONTINUOUS),
        followed("progress", ONE_OFF),
        followed("n/a", ONE_OFF),
        followed("", CONTINUOUS),
    ]
    # Of the last one no entry is expected, so it cannot be covered.
    assert coverage(actions) == Ratio(4, 5)
    assert carried_out(actions) == Ratio(2, 5)
    assert at_least_in_part(actions) == Ratio(3, 5, incomplete=1)


def test_an_override_counts_in_the_figures_and_still_rests_on_incomplete_reporting() -> None:
    assert carried_out([followed("done –", ONE_OFF, Status.DONE)]) == Ratio(1, 1, incomplete=1)


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(0, 0, None), (1, 2, 50), (1, 200, 1), (34, 66, 52), (2, 3, 67)]
)
def test_percentages_are_whole_numbers(part, whole, percent) -> None:
    assert Ratio(part, whole).percent == percent
