"""Which cases of a long row every run tries, and which only ``make test-all`` does."""

from collections.abc import Container, Iterable
from typing import Any

import pytest


def first_of_all(cases: Iterable[Any], kept: Container[Any]) -> list[Any]:
    """Return the cases of a row as parameters; those that are not kept are marked ``whole``."""
    return [case if case in kept else pytest.param(case, marks=pytest.mark.whole) for case in cases]
