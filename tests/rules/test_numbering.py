"""The order of numbers as plans print them."""

import random

import pytest

from actions.rules import numbering


@pytest.mark.parametrize(
    "printed",
    [
        "1 2 9 10 10A 18 18A 22 22.1 22.2 22.10 64",
        "A.1 A.2 A.10 B.1 C.1 D.1 I.1 V.1",
        "I.1 I.3.2 I.10 II.1 IV.2 V.1 IX.1 X.1 XL.1 XC.1 C.1",
        "US0113 US0114 US1000",
        "7 I.1 II.1",
        "C C1 CD1 D D1",
    ],
)
def test_numbers_stand_as_a_plan_prints_them(printed: str) -> None:
    expected = printed.split()
    mixed = random.Random(7).sample(expected, len(expected))  # noqa: S311
    assert sorted(mixed, key=numbering.order(mixed)) == expected


@pytest.mark.parametrize(
    ("letters", "value"),
    [("I", 1), ("IV", 4), ("XCIX", 99), ("CCCXLIX", 349), ("IIII", 0), ("VX", 0), ("ABC", 0),
     ("", 0), ("i", 0)],
)  # fmt: skip
def test_a_roman_numeral_is_read_by_its_rule_alone(letters: str, value: int) -> None:
    assert numbering.roman(letters) == value
