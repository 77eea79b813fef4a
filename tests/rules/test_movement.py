"""What became of an action between two rounds: like with like; silence moves nothing."""

from itertools import combinations_with_replacement, product

import pytest

from actions.enums import Nature, Status
from actions.rules.movement import (
    Cause,
    Movement,
    Pair,
    Side,
    Succession,
    movement,
    paired,
    rank,
    together,
)

ONE_OFF, CONTINUOUS = Nature.ONE_OFF, Nature.CONTINUOUS
DONE, PARTLY, GOING = Status.DONE, Status.PARTLY_DONE, Status.IN_PROGRESS
NOT_STARTED, STOPPED, NONE = Status.NOT_STARTED, Status.DISCONTINUED, Status.NOT_APPLICABLE
NAMES = "abcd"
SAID = (None, DONE, PARTLY, GOING, NOT_STARTED, STOPPED, NONE)


def side(*said: Status | None, nature: Nature = ONE_OFF, override: Status | None = None) -> Side:
    """Return an action in a round in which actors a, b, c … reported these statuses."""
    reports = dict(zip(NAMES, said, strict=False))
    return Side(nature, override or together(said, nature), reports, override)


def named(**said: Status | None) -> Side:
    return Side(ONE_OFF, together(said.values(), ONE_OFF), said)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((GOING,), (PARTLY,), Movement.MOVED_UP),
        ((DONE,), (GOING,), Movement.MOVED_BACK),
        ((GOING,), (GOING,), Movement.SAME),
        ((GOING,), (STOPPED,), Movement.SUSPENDED),
        ((STOPPED,), (GOING,), Movement.MOVED_UP),
        # Silence, and its end.
        ((DONE, DONE), (DONE, None), Movement.LESS_INFORMATION),
        ((DONE, None), (DONE, DONE), Movement.MORE_INFORMATION),
        ((DONE,), (None,), Movement.LESS_INFORMATION),
        ((None,), (DONE,), Movement.MORE_INFORMATION),
        ((GOING, None), (GOING, GOING), Movement.SAME),
        # One moves while another falls silent.
        ((GOING, DONE), (DONE, None), Movement.MOVED_UP),
        ((DONE, DONE), (GOING, None), Movement.MOVED_BACK),
        # Somebody stops, somebody is silent: of those that reported both times all stopped.
        ((STOPPED, DONE), (STOPPED, None), Movement.LESS_INFORMATION),
        ((GOING, DONE), (STOPPED, None), Movement.SUSPENDED),
        # Applicable no longer, or again.
        ((DONE,), (NONE,), Movement.REASSESSED),
        ((NONE,), (DONE,), Movement.REASSESSED),
        ((DONE, GOING), (DONE, NONE), Movement.REASSESSED),
        # Some come in while others fall silent.
        ((DONE, None), (None, GOING), Movement.REASSESSED),
    ],
)
def test_an_action_moves_by_what_is_reported_both_times(
    before: tuple[Status | None, ...], now: tuple[Status | None, ...], expected: Movement
) -> None:
    assert movement(side(*before), side(*now)).movement == expected


def test_an_action_in_one_round_alone_is_new_or_withdrawn() -> None:
    assert movement(None, side(DONE)).movement == Movement.NEW
    assert movement(side(DONE), None).movement == Movement.WITHDRAWN
    with pytest.raises(ValueError, match="at least"):
        movement(None, None)


def test_a_reassessment_names_its_causes() -> None:
    def causes(before: Side, now: Side) -> tuple[Cause, ...]:
        found = movement(before, now)
        assert found.movement == Movement.REASSESSED
        return found.causes

    assert causes(side(GOING), side(GOING, nature=CONTINUOUS)) == (Cause.NATURE,)
    assert causes(side(DONE), side(NONE)) == (Cause.APPLICABLE,)
    assert causes(side(DONE, GOING), side(DONE, NONE)) == (Cause.APPLICABLE,)
    assert causes(named(a=DONE), named(a=DONE, b=GOING)) == (Cause.ADDED,)
    assert causes(named(a=DONE, b=GOING), named(a=DONE)) == (Cause.ENDED,)
    assert causes(named(a=DONE, b=DONE), named(a=DONE, c=None)) == (Cause.ADDED, Cause.ENDED)
    assert causes(side(GOING), side(GOING, override=DONE)) == (Cause.OVERRIDE,)
    assert causes(side(GOING, override=DONE), side(GOING)) == (Cause.OVERRIDE,)
    assert causes(side(DONE, None), side(None, GOING)) == (Cause.OTHERS_REPORTED,)
    silent = side(DONE, None, override=PARTLY), side(DONE, DONE)
    assert causes(*silent) == (Cause.OVERRIDE,)


def test_an_override_hides_no_movement_of_those_who_report() -> None:
    found = movement(side(GOING, override=DONE), side(PARTLY, override=DONE))
    assert found.causes == (Cause.OVERRIDE,)
    assert (found.movement, found.before, found.now) == (Movement.MOVED_UP, GOING, PARTLY)
    assert not found.completed


def test_completed_is_a_flag_beside_the_movement() -> None:
    found = movement(side(DONE, None), side(DONE, DONE))
    assert (found.movement, found.completed) == (Movement.MORE_INFORMATION, True)
    assert movement(side(GOING), side(DONE)).completed
    assert not movement(side(DONE), side(DONE)).completed
    applied = movement(side(NOT_STARTED, nature=CONTINUOUS), side(GOING, nature=CONTINUOUS))
    assert applied.completed


def test_unmoved_asks_for_a_report_and_never_counts_silence() -> None:
    assert movement(side(GOING), side(GOING)).unmoved
    assert movement(side(GOING, None), side(GOING, DONE)).unmoved
    assert not movement(side(None), side(None)).unmoved
    assert not movement(side(GOING), side(None)).unmoved
    # The action stays where it is, but one of its actors does not.
    assert not movement(side(GOING, DONE), side(NOT_STARTED, DONE)).unmoved
    for finished in (DONE, STOPPED, NONE):
        assert not movement(side(finished), side(finished)).unmoved
    assert not movement(side(GOING, nature=CONTINUOUS), side(GOING, nature=CONTINUOUS)).unmoved


# --- Bodies that took over ------------------------------------------------------------


def test_a_successor_stands_for_its_predecessor() -> None:
    found = movement(named(old=GOING), named(new=DONE), [Succession("old", "new")])
    assert (found.movement, found.before, found.now) == (Movement.MOVED_UP, GOING, DONE)
    assert movement(named(old=GOING), named(new=GOING), [Succession("old", "new")]).unmoved
    assert movement(named(old=GOING), named(new=DONE)).movement == Movement.REASSESSED


def test_a_merger_is_compared_with_what_its_parts_amounted_to() -> None:
    merger = [Succession("a", "c"), Succession("b", "c")]
    found = movement(named(a=DONE, b=GOING), named(c=DONE), merger)
    assert (found.movement, found.before) == (Movement.MOVED_UP, PARTLY)
    assert movement(named(a=DONE, b=GOING), named(c=PARTLY), merger).movement == Movement.SAME
    silent = movement(named(a=DONE, b=None), named(c=DONE), merger)
    assert silent.movement == Movement.MORE_INFORMATION


def test_the_parts_of_a_split_are_compared_together_with_what_was_split() -> None:
    split = [Succession("a", "b"), Succession("a", "c")]
    assert movement(named(a=DONE), named(b=DONE, c=DONE), split).movement == Movement.SAME
    assert movement(named(a=DONE), named(b=DONE, c=GOING), split).movement == Movement.MOVED_BACK
    silent = movement(named(a=DONE), named(b=DONE, c=None), split)
    assert silent.movement == Movement.LESS_INFORMATION


def test_actors_are_paired_through_bodies_that_came_and_went_between() -> None:
    chain = [Succession("a", "x"), Succession("x", "b"), Succession("b", "a")]
    assert list(paired(["a"], ["b"], chain)) == [Pair(("a",), ("b",))]
    assert list(paired(["a", "c"], ["a", "d"], [Succession("c", "a")])) == [
        Pair(("a", "c"), ("a",)), Pair((), ("d",)),
    ]  # fmt: skip
    assert list(paired(["a"], [], chain)) == [Pair(("a",), ())]


# --- Proved on all cases --------------------------------------------------------------


def worse_or_better(found: Side, other: Side, step: int) -> bool:
    """Tell whether a common actor reported less (-1) or more (1) the second time."""
    common = [
        (found.reports[name], other.reports[name])
        for name in found.reports
        if found.reports[name] not in {None, NONE} and other.reports[name] not in {None, NONE}
    ]
    return any(
        (rank(b, other.nature) - rank(a, other.nature)) * step > 0
        for a, b in common
        if a is not None and b is not None
    )


def proved(count: int, nature: Nature) -> None:
    # Which actor says what makes no difference, so each set of pairs is looked at once.
    for pairs in combinations_with_replacement(product(SAID, SAID), count):
        before, now = (side(*said, nature=nature) for said in zip(*pairs, strict=True))
        found = movement(before, now)
        heard = [
            name for name in before.reports
            if before.reports[name] is not None and now.reports[name] is not None
        ]  # fmt: skip
        if found.movement == Movement.MOVED_UP:
            assert worse_or_better(before, now, 1), (before, now)
        if found.movement == Movement.MOVED_BACK:
            assert worse_or_better(before, now, -1), (before, now)
        if found.movement == Movement.SUSPENDED:
            assert worse_or_better(before, now, -1), (before, now)
        # Where nobody who reported both times says anything else, nothing moves.
        if all(before.reports[name] == now.reports[name] for name in heard):
            assert found.movement in {
                Movement.SAME, Movement.MORE_INFORMATION, Movement.LESS_INFORMATION,
                Movement.REASSESSED,
            }, (before, now)  # fmt: skip


@pytest.mark.parametrize("nature", [ONE_OFF, CONTINUOUS])
@pytest.mark.parametrize("count", [1, 2, 3, pytest.param(4, marks=pytest.mark.proof)])
def test_no_report_that_goes_missing_or_comes_in_moves_anything(count: int, nature: Nature) -> None:
    proved(count, nature)
