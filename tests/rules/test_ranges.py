"""Keys as a short text: those that follow one another as their first and last."""

import pytest

from actions.rules import ranges


@pytest.mark.parametrize(
    ("keys", "text"),
    [([], ""), ([7], "7"), ([3, 1, 2], "1-3"), ([1, 2, 2, 5, 9, 10], "1-2.5.9-10")],
)
def test_keys_become_a_short_text(keys, text) -> None:
    assert ranges.packed(keys) == text


def test_a_text_names_the_keys_it_was_made_of() -> None:
    keys = [1, 2, 3, 7, 20, 21]
    assert ranges.among(ranges.packed(keys), range(100)) == keys


@pytest.mark.parametrize(
    "text", ["", ".", "1.", "-1", "1-", "1--2", "x", "1 2", "²", "9" * 19, ".".join(["1"] * 1001)]
)
def test_a_text_that_cannot_be_read_names_nothing(text) -> None:
    assert ranges.among(text, range(10)) == []


def test_a_range_is_as_wide_as_what_there_is() -> None:
    assert ranges.among("1-999999999999999999.5-2", range(3)) == [1, 2]
