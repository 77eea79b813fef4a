"""Specimens of a Snapshot for tests: those of the benchmark, and one that says everything."""

import dataclasses
from typing import Any

from document.snapshot import Advice, Basis, Chapter, Evaluation, Snapshot, Text
from reports import words
from reports.specimen import (
    CODES,
    LEVELS,
    NASTY,
    STATUSES,
    action,
    amendment,
    body,
    entry,
    every,
    former,
    overridden,
    specimen,
)

__all__ = [
    "CODES",
    "LEVELS",
    "NASTY",
    "STATUSES",
    "action",
    "amendment",
    "body",
    "entry",
    "evaluation",
    "every",
    "former",
    "full",
    "odd",
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
        amended=True,
        former=former(1),
        expected_by="2027-06-30",
    )
    return dataclasses.replace(given, actions=(changed, *given.actions[1:]))


def unused(language: str) -> set[str]:
    """Return the texts of it that no report prints: the chapter on advice has a fixed title."""
    return {f".chapters[1].titles.{language}"}


NOBODY: dict[str, Any] = {
    "status": "not_reported", "derived": "not_reported", "entries": (), "history": (),
    "missing": (), "expected": 0, "reported": 0, "movement": "", "unmoved": 0,
}  # fmt: skip


def odd(case: str) -> Snapshot:
    """Return a snapshot that is right and strange."""
    snapshot = specimen(1 if case == "one entry" else 6)
    actions = snapshot.actions
    if case == "no entries":
        actions = tuple(dataclasses.replace(a, **NOBODY) for a in actions)
    elif case == "all discontinued":
        said: dict[str, Any] = {"status": "discontinued", "derived": "discontinued", "history": ()}
        actions = tuple(dataclasses.replace(a, **said, movement="") for a in actions)
    elif case == "no sections":
        actions = tuple(dataclasses.replace(a, section="") for a in actions)
        return dataclasses.replace(snapshot, sections=(), actions=actions)
    elif case == "no actions":
        actions = ()
    elif case == "bare":
        return dataclasses.replace(
            snapshot, actions=(), sections=(), actors=(), figures=(), chapters=(), opened_on="",
            date="", edition=0,
        )  # fmt: skip
    return dataclasses.replace(snapshot, actions=actions)


def evaluation(**facts: Any) -> Evaluation:
    """Return an evaluation in which everything that may be said is said, single facts by name."""
    last = full(4)
    actions = tuple(dataclasses.replace(action, entries=()) for action in last.actions)
    taken = {one.name: getattr(last, one.name) for one in dataclasses.fields(Snapshot)}
    said: dict[str, Any] = {
        "year": 2026,
        "kind": "evaluation",
        "date": "2027-05-20",
        "opened_on": "",
        "deadline": "",
        "closed_on": "",
        "labels": words.labels(evaluates=True),
        "actions": actions,
        "notes": (),
        "invited": 0,
        "chapters": tuple(
            Chapter(code, every(f"Title of {code}"), every(f"Text of {code}."))
            for code in ("summary", "foreword", "chapter-2", "advice", "conclusions")
        ),
        "basis": (
            Basis(2024, 1, "2025-04-15", "2024-12-31", "1" * 64),
            Basis(2025, 2, "2026-06-15", "2025-12-31", "2" * 64),
        ),
        "advice": (
            Advice(
                every("A council"),
                every("What the council advised."),
                every("What was done."),
                "2027-03-01",
                "https://example.org/advice",
                every("Advice number 7"),
                every("The members of the council."),
            ),
            Advice(every("A silent council"), every("What it advised.")),
        ),
    }
    return Evaluation(**taken | said | facts)
