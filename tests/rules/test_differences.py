"""The difference between two texts, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from actions.rules.differences import compare


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
