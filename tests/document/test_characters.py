"""Characters without a place in a text: left out, or shown as their code."""

import pytest

from document import characters


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("\x00", "[U+0000]"),
        ("\x0b", "[U+000B]"),
        ("\x85", "[U+0085]"),
        ("\u202e", "[U+202E]"),
        ("\ud800", "[U+D800]"),
        ("\ue000", "[U+E000]"),
        ("\ufffe", "[U+FFFE]"),
        ("\U0001ffff", "[U+1FFFF]"),
        ("\U000f0000", "[U+F0000]"),
    ],
)
def test_a_forbidden_character_is_left_out_or_coded(character: str, code: str) -> None:
    text = f"één{character}中😀\n\t"
    assert characters.without(text) == "één中😀\n\t"
    assert characters.coded(text) == f"één{code}中😀\n\t"


def test_of_a_paste_full_of_them_only_the_first_are_told() -> None:
    text, taken = characters.from_paste("a\n" + "\x07" * 1_000_000)
    assert (text, len(taken), taken[0]) == ("a\n", characters.MOST_TOLD, ("U+0007", 2))
