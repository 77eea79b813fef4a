"""Specimens of a Snapshot for tests: those of the benchmark."""

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
    "overridden",
    "specimen",
]
