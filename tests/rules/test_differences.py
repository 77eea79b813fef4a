"""The difference between two texts, word by word."""

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from actions.rules import differences
from actions.rules.differences import Budget, compare


def test_a_changed_word_stands_between_what_stayed() -> None:
    found = compare("The order was drafted in May.", "The order was adopted in May.")
    assert [(p.kind, p.text) for p in found] == [
        ("same", "The order was "), ("old", "drafted"), ("new", "adopted"), ("same", " in May."),
    ]  # fmt: skip


def test_texts_with_little_in_common_stand_one_after_the_other() -> None:
    found = compare("Nothing was done at all.", "A law of 3 May applies to every company.")
    assert [p.kind for p in found] == ["old", "new"]


def test_equal_texts_have_no_difference() -> None:
    assert [p.kind for p in compare("a b", "a b")] == ["same"]
    assert compare("", "") == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    found = compare(before, after)
    assert "".join(p.text for p in found if p.kind != "old") == after
    kept = "".join(p.text for p in found if p.kind != "new")
    assert kept in {before, before + "\n"}


def test_very_long_texts_are_compared_in_little_time() -> None:
    before = "\n".join(f"line {n} of many words" for n in range(5_000))
    assert [p.kind for p in compare(before, before + "\nmore")][-1] == "new"


def test_texts_of_a_few_words_over_and_over_stand_one_after_the_other() -> None:
    signs = random.Random(1)  # noqa: S311  the same each time
    for between, count in ((" ", 1_400), ("\n", 5_000)):
        before, after = (between.join(signs.choices("ab", k=count)) for _ in range(2))
        budget = Budget()
        assert [p.kind for p in compare(before, after, budget)] == ["old", "new"]
        assert 0 <= budget.left < differences.MOST_STEPS


def test_a_page_compares_until_its_budget_is_spent() -> None:
    budget = Budget(6_000)
    pairs = [(f"{n} one two three four", f"{n} one TWO three four") for n in range(20)]
    found = [[p.kind for p in compare(*pair, budget)] for pair in pairs]
    assert found[0] == ["same", "old", "new", "same"]
    assert found[-1] == ["old", "new"]


def test_a_long_text_with_many_changes_is_compared_word_by_word() -> None:
    before = " ".join(f"word{n % 300}" for n in range(1_400))
    after = re.sub(r"word(\d*)7\b", "other", before)
    found = compare(before, after)
    assert {p.text for p in found if p.kind == "new"} == {"other"}
    assert len(found) > 300


def test_blanks_alone_make_no_texts_alike() -> None:
    assert [p.kind for p in compare("a b c d e f", "g h i j e k")] == ["old", "new"]
