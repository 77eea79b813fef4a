"""Of whom an entry is expected for an action."""

from hypothesis import given
from hypothesis import strategies as st

from actions.rules.duties import Duty, ancestors, expected_of

PARENTS = {1: None, 2: 1, 3: 2, 4: None}


def test_an_entry_is_expected_of_a_responsible_actor() -> None:
    assert expected_of([Duty(1, expected_role=True)], PARENTS) == {1}


def test_none_is_expected_of_a_partner() -> None:
    assert expected_of([Duty(1, expected_role=False)], PARENTS) == set()


def test_none_is_expected_of_an_actor_whose_parent_is_responsible() -> None:
    assert expected_of([Duty(1, expected_role=True), Duty(2, expected_role=True)], PARENTS) == {1}


def test_none_is_expected_of_an_actor_whose_grandparent_is_responsible() -> None:
    assert expected_of([Duty(1, expected_role=True), Duty(3, expected_role=True)], PARENTS) == {1}


def test_a_parent_that_is_only_a_partner_covers_nobody() -> None:
    assert expected_of([Duty(1, expected_role=False), Duty(2, expected_role=True)], PARENTS) == {2}


def test_none_is_expected_of_an_unspecified_actor_which_covers_nobody() -> None:
    duties = [Duty(1, expected_role=True, unspecified=True), Duty(2, expected_role=True)]
    assert expected_of(duties, PARENTS) == {2}


def test_none_is_expected_of_an_unspecified_actor_even_by_decision() -> None:
    assert (
        expected_of([Duty(1, expected_role=True, unspecified=True, decision=True)], PARENTS)
        == set()
    )


def test_the_secretariat_may_decide_that_one_is_expected_of_a_covered_actor() -> None:
    duties = [Duty(1, expected_role=True), Duty(2, expected_role=True, decision=True)]
    assert expected_of(duties, PARENTS) == {1, 2}


def test_a_parent_relieved_by_decision_covers_nobody() -> None:
    duties = [Duty(1, expected_role=True, decision=False), Duty(2, expected_role=True)]
    assert expected_of(duties, PARENTS) == {2}


def test_a_circle_in_the_tree_ends_where_it_closes() -> None:
    assert list(ancestors(1, {1: 2, 2: 3, 3: 1})) == [2, 3]


trees = st.lists(st.none() | st.integers(0, 7), min_size=8, max_size=8).map(
    lambda found: {child: above for child, above in enumerate(found) if above != child}
)
duty_lists = st.lists(
    st.builds(
        Duty,
        actor=st.integers(0, 7),
        expected_role=st.booleans(),
        unspecified=st.booleans(),
        decision=st.none() | st.booleans(),
    ),
    unique_by=lambda duty: duty.actor,
)


@given(duty_lists, trees, st.randoms())
def test_the_order_of_actors_never_matters(duties, parents, random) -> None:
    shuffled = list(duties)
    random.shuffle(shuffled)
    assert expected_of(duties, parents) == expected_of(shuffled, parents)


@given(duty_lists)
def test_without_a_tree_each_role_or_decision_stands_for_itself(duties) -> None:
    expected = {
        d.actor
        for d in duties
        if not d.unspecified and (d.expected_role if d.decision is None else d.decision)
    }
    assert expected_of(duties, {}) == expected
