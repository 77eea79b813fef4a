"""Which cases of a long row every run tries, and which only a level above does; how many."""

import os
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

import pytest


def first_of_all(
    cases: Iterable[Any], kept: Container[Any], rest: Any = pytest.mark.whole
) -> list[Any]:
    """Return the cases of a row as parameters; those that are not kept are marked ``rest``.

    ``whole`` are few or quick: ``make test-all`` tries them. ``proof`` are the many of a sweep
    over all forms, addresses or people: ``make prove`` does.
    """
    return [case if case in kept else pytest.param(case, marks=rest) for case in cases]


def counted(what: str, cases: int) -> None:
    """Note how many cases a test has tried within itself, for the sum that make prints."""
    if path := os.environ.get("TEST_CASES"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{cases}\t{what}\n")
