"""The second reckoning of a report, by the examples of the method: it must be right by itself."""

import pytest

from tests.whole_year.reckoning import Standing, figures, movement, together

ONCE, ALWAYS = "one_off", "continuous"
D, P, G, N = "done", "partly_done", "in_progress", "not_started"
X, O = "discontinued", "not_applicable"  # noqa: E741


@pytest.mark.parametrize(
    ("says", "nature", "status"),
    [
        ([D, D, D], ONCE, D),
        ([X] * 5 + [D], ONCE, P),
        ([D, G, None], ONCE, P),
        ([G] * 4, ALWAYS, G),
        ([G, G, G, D], ALWAYS, G),
        ([G, None, None, None], ALWAYS, P),
        ([X, X, None], ONCE, "insufficient"),
        ([X, X], ONCE, X),
        ([N, None], ONCE, N),
        ([O, D], ONCE, D),
        ([O, O], ONCE, O),
        ([O, None], ONCE, "not_reported"),
        ([None, None], ONCE, "not_reported"),
        ([], ONCE, "not_reported"),
    ],
)
def test_several_reports_amount_to_what_the_table_of_the_method_says(says, nature, status) -> None:
    assert together(says, nature) == status


def stand(*says: str | None, nature: str = ONCE, override: str = "") -> Standing:
    """Return an action on which bodies a, b, c say something."""
    return Standing(nature, "", dict(zip("abc", says, strict=False)), override=override)


@pytest.mark.parametrize(
    ("then", "now", "became"),
    [
        (None, stand(G), "new"),
        (stand(G), None, "withdrawn"),
        (stand(G), stand(G, nature=ALWAYS), "reassessed"),
        (stand(G), stand(O), "reassessed"),
        (stand(G), stand(X), "suspended"),
        (stand(N, None), stand(G, None), "moved_up"),
        (stand(P), stand(G), "moved_back"),
        # Of a continuous action, applied is further than carried out in part.
        (stand(P, nature=ALWAYS), stand(G, nature=ALWAYS), "moved_up"),
        (stand(G, None), stand(G, D), "more_information"),
        (stand(G, D), stand(G, None), "less_information"),
        (stand(G, None), stand(G), "same"),
        (stand(G), stand(G, D), "reassessed"),
        (stand(G), stand(G, override=D), "reassessed"),
        (stand(None, D), stand(D, None), "same"),
        (stand(None, D, G), stand(N, None, G), "reassessed"),
    ],
)
def test_silence_moves_nothing_and_like_is_compared_with_like(then, now, became) -> None:
    assert movement(then, now, {}) == became


def test_a_body_stands_for_those_that_it_took_over_from() -> None:
    then, now = stand(G, N), Standing(ONCE, "", {"new": D})
    assert movement(then, now, {"a": "new", "b": "new"}) == "moved_up"
    assert movement(then, now, {}) == "reassessed"


def test_figures_count_numbered_actions_that_apply() -> None:
    found = [stand(D), stand(G, None), stand(O), stand(), Standing(ONCE, "2024-12-30", {"a": N})]
    found.append(Standing(ONCE, "", {"a": D}, is_sub=True))
    assert figures(found, "2024-12-31") == {
        "coverage": (3, 4), "carried_out": (1, 4), "at_least_in_part": (1, 4), "overdue": (1, 5),
    }  # fmt: skip
