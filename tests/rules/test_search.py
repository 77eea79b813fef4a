"""Folding of text for the search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.rules.search import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Égalité", "egalite"),
        ("  Straße\n und  Fuß ", "strasse und fuss"),
        ("l’Homme", "l'homme"),
        ("Œuvre", "oeuvre"),
        ("22.1", "22.1"),
        ("", ""),
    ],
)
def test_case_accents_and_spaces_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
