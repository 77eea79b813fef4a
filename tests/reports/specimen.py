"""Specimens of a Snapshot for tests: those of the benchmark, and one that says everything."""

import dataclasses
from typing import Any

from document.snapshot import Snapshot, Text
from reports.specimen import (
    CODES,
    LEVELS,
    NASTY,
    STATUSES,
    action,
    body,
    entry,
    every,
    overridden,
    specimen,
)

__all__ = [
    "CODES",
    "LEVELS",
    "NASTY",
    "STATUSES",
    "action",
    "body",
    "entry",
    "every",
    "full",
    "overridden",
    "specimen",
    "unused",
]


def full(entries: int = 24, **facts: Any) -> Snapshot:
    """Return a specimen in which everything that may be said is said, single facts by name."""
    said: dict[str, Any] = {
        "note": every("A note"),
        "replaces": 1,
        "validated_on": "2026-04-10",
        "validation": every("All agreed"),
    }
    given = specimen(entries, **(said | facts))
    first, second, third, *others = given.actions[0].entries
    first = dataclasses.replace(
        first,
        reopened=Text("nl", "Er komt een tweede uitgave."),
        expected_by="2027-03-01",
        obstacle_codes=("staff", "funding"),
        on_behalf=True,
        through="actor-2",
        mark="corrected",
    )
    second = dataclasses.replace(second, role="partner")
    third = dataclasses.replace(third, role="beneficiary")
    changed = dataclasses.replace(
        given.actions[0],
        entries=(first, second, third, *others),
        status="partly_done",
        override=overridden(given),
        left_out=("actor-1",),
        overdue=True,
        unmoved=3,
        expected_by="2027-06-30",
    )
    return dataclasses.replace(given, actions=(changed, *given.actions[1:]))


def unused(language: str) -> set[str]:
    """Return the texts of it that no report prints: the chapter on advice has a fixed title."""
    return {f".chapters[1].titles.{language}"}
