"""Which cases of a long row every run tries, and which only a level above does."""

from collections.abc import Container, Iterable
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
