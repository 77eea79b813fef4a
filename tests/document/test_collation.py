"""The order of names, as readers of the four languages sort."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from document import collation

ROWS = [
    ["eau", "Échevin", "économie", "Ecotone", "Zone"],
    ["Ofen", "Öko", "Ozon", "Zoll"],
    ["cote", "coté", "côte", "côté"],
    ["Straßburg", "Strasse", "Straße", "Strassen"],
    ["oeuf", "Œuvre", "of"],
    ["ab", "AB", "Åb", "abc"],
    ["Brussel Huisvesting", "Brussel Mobiliteit", "Brusselse regering"],
    ["10", "2", "A"],
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_names_are_sorted_by_letters_then_accents_then_capitals(row: list[str]) -> None:
    assert all(sorted(mixed, key=collation.key) == row for mixed in permutations(row))


@given(st.text(max_size=20), st.text(max_size=20))
def test_only_the_same_text_has_the_same_place(one: str, other: str) -> None:
    assert (collation.key(one) == collation.key(other)) == (one == other)


def test_equal_names_stand_in_the_order_of_what_tells_them_apart() -> None:
    assert collation.menu([(2, "Één"), (3, "een"), (1, "Één")]) == [
        (3, "een"),
        (1, "Één"),
        (2, "Één"),
    ]
