"""The list of what ended: kept apart from the database, so that no restored backup revives it.

A backup holds people who were erased or deactivated after it was made, roles that were taken
away since, links that were withdrawn, and reports. Each such act is written, once the database
holds it, as a line of JSON into ``ENDINGS_FILE``; ``manage.py restore`` does them again. The
list has keys and moments, no name and no address.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from actions.models import Invitation, Membership, User

logger = logging.getLogger(__name__)

PRIVATE = 0o600
LONGEST = 100_000  # letters of a line; the reasons of a withdrawal are the longest


class Kind(StrEnum):
    """What somebody did."""

    ERASED = "account erased"
    DEACTIVATED = "account deactivated"
    REACTIVATED = "account reactivated"
    FACTORS = "second factors removed"
    LEFT = "membership ended"
    ROLE = "role changed"
    UNINVITED = "invitation ended"
    WITHDRAWN = "edition withdrawn"


@dataclass(frozen=True)
class Ending:
    """One act: on which row, which came into being at ``born``, by whom and when.

    After a restoration a key may come to mean another row; its moment of birth does not.
    """

    kind: Kind
    key: int
    born: datetime
    at: datetime
    by: int | None
    facts: dict[str, Any] = field(default_factory=dict)


class UnreadableError(ValueError):
    """A line of the list cannot be read."""


# --- Writing --------------------------------------------------------------------


def of_account(kind: Kind, user: User, *, by: User | None, now: datetime) -> None:
    """Note that an account was erased, deactivated, reactivated, or lost its second factors."""
    note(Ending(kind, user.pk, user.date_joined, now, by.pk if by else None))


def of_membership(kind: Kind, membership: Membership, *, by: User, now: datetime) -> None:
    """Note that a membership ended or that its role is another one."""
    facts = {"role": membership.role} if kind == Kind.ROLE else {}
    note(Ending(kind, membership.pk, membership.started_at, now, by.pk, facts))


def of_invitation(invitation: Invitation, *, by: User, now: datetime) -> None:
    """Note that the link of an invitation works no longer: it was withdrawn, or used."""
    note(Ending(Kind.UNINVITED, invitation.pk, invitation.invited_at, now, by.pk))


def note(ending: Ending) -> None:
    """Write a line once the database holds what happened; nothing where it does not come to it."""
    transaction.on_commit(partial(append, ending))


def append(ending: Ending) -> None:
    """Write a line to the end of the list, whoever else writes at the moment.

    ``noted`` is when the database held it, which a backup can be compared with: an act may
    begin before a backup and be stored after it.
    Where that fails the act stands all the same, as an erasure must not wait for a disk; the
    line is in the log then, and can be put in by hand.
    """
    row = asdict(ending) | {"noted": timezone.now()}
    line = json.dumps(row, default=datetime.isoformat, ensure_ascii=False)
    try:
        place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(place(), os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE)
        with os.fdopen(handle, "ab+") as file:
            file.write(f"{between(file)}{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        logger.error("%s cannot be written (%s); put in: %s", place(), error.strerror, line)


def between(file: Any) -> str:
    """Return what parts a line from the one before, which a full disk may have cut off."""
    with suppress(OSError):  # an empty file has no last letter
        file.seek(-1, os.SEEK_END)
        return "" if file.read(1) == b"\n" else "\n"
    return ""


def place() -> Path:
    """Return where the list is."""
    return Path(settings.ENDINGS_FILE)


def begin() -> None:
    """Make an empty list where there is none, so that one that is lost can be told from it."""
    with suppress(OSError):
        place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(place(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE))


# --- Reading --------------------------------------------------------------------


def since(moment: datetime, paths: Iterable[Path]) -> list[Ending]:
    """Return what was done after a moment, in order; lists of several machines are read as one.

    Raises OSError where a list is not there, UnreadableError for a line that says nothing.
    """
    found = [line for path in paths for line in read(path) if line[0] >= moment]
    return [ending for _noted, ending in sorted(found, key=itemgetter(0))]


def read(path: Path) -> Iterator[tuple[datetime, Ending]]:
    """Yield the lines of a list: when each was noted, and what it says."""
    with path.open(encoding="utf-8", errors="replace") as file:
        number = 0
        while line := file.readline(LONGEST):
            number += 1
            if line.strip():
                try:
                    yield parsed(json.loads(line))
                except (ValueError, TypeError, KeyError, RecursionError) as error:
                    raise UnreadableError(f"line {number} of {path} cannot be read") from error


def parsed(row: Any) -> tuple[datetime, Ending]:
    """Return a line as what it says; raises ValueError, TypeError or KeyError otherwise."""
    born, at, noted = (datetime.fromisoformat(row[name]) for name in ("born", "at", "noted"))
    if None in (born.tzinfo, at.tzinfo, noted.tzinfo) or not isinstance(row["facts"], dict):
        raise ValueError(row)
    by = None if row["by"] is None else int(row["by"])
    return noted, Ending(Kind(row["kind"]), int(row["key"]), born, at, by, row["facts"])
