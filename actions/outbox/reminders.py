"""Reminds people of what they still have to write: one digest a person and day, each day once."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from actions import writing
from actions.enums import WRITABLE, Act, LetterKind
from actions.models import Entry, Reminded, User
from actions.models.entries import TEXTS
from actions.outbox import letters
from actions.rules import reminders
from actions.seats import Seats

logger = logging.getLogger(__name__)


@dataclass
class Digest:
    """What one person is reminded of: entries to write, and those of bodies without anybody."""

    person: User
    entries: list[int] = field(default_factory=list)
    orphans: list[int] = field(default_factory=list)


def put_due(*, on: date, now: datetime) -> int | None:
    """Put the reminders of a day into the outbox, with those of days before that were missed.

    Return how many; None where the day was done already. The day and its letters are stored
    together or not at all, and a second run waits for the first: whoever is to be reminded
    is reminded once, whatever breaks off in between.
    """
    with transaction.atomic():
        since = claim(on=on, now=now)
        if since is None:
            return None
        found = digests(since=since, on=on)
        letters.put_many(
            LetterKind.REMINDER,
            [(f"reminder:{on}:{one.person.pk}", one.person, facts(one)) for one in found],
            now=now,
        )
        return len(found)


def claim(*, on: date, now: datetime) -> date | None:
    """Take a day on; return the last one before it that is done, None where it is done itself."""
    start = {"until": on - timedelta(days=1), "at": now}
    row, _is_new = Reminded.objects.get_or_create(pk=1, defaults=start)
    row = Reminded.objects.select_for_update().get(pk=row.pk)
    if row.until >= on:
        return None
    since, row.until, row.at = row.until, on, now
    row.save(update_fields=["until", "at"])
    return since


def done_until() -> date | None:
    """Return the last day whose reminders lie in the outbox; None before the first run."""
    return Reminded.objects.values_list("until", flat=True).first()


def digests(*, since: date, on: date) -> list[Digest]:
    """Return who is to be reminded of what, on the days after one up to another.

    The number of queries is the same for one person and one entry as for many.
    """
    found: dict[int, Digest] = {}
    seats = Seats.read(on=on)
    for entry in due(since=since, on=on):
        writers = seats.asked(entry.responsibility, on=on)
        for person in writers or seats.secretariat:
            digest = found.setdefault(person, Digest(seats.people[person]))
            (digest.entries if writers else digest.orphans).append(entry.pk)
    return [found[person] for person in sorted(found)]


def due(*, since: date, on: date) -> Iterator[Entry]:
    """Yield the entries of which somebody is to be reminded on the days after one up to another.

    Those that are expected, not in, and can be written on the last of these days. One that
    cannot be reckoned with is logged and left out, so that all others are reminded.
    """
    rows = (
        Entry.objects.in_play()
        .filter(state__in=WRITABLE, expected=True)
        .select_related("round", "responsibility")
        .defer(*TEXTS, "evidence")
        .order_by("round", "responsibility__action__position", "responsibility__position", "pk")
    )
    entries = list(rows)
    known = writing.read_extensions({entry.round_id for entry in entries})
    for entry in entries:
        try:
            is_asked = is_due(entry, since=since, on=on, extensions=known)
        except Exception:
            logger.exception("nobody can be reminded of entry %s", entry.pk)
            continue
        if is_asked:
            yield entry


def is_due(entry: Entry, *, since: date, on: date, extensions: writing.Extensions) -> bool:
    """Tell whether somebody is to be reminded of an entry on the days after one up to another.

    What was opened since is not asked for again: its own letter has just gone.
    """
    if writing.refusal(entry, Act.SUBMIT, on=on, extensions=extensions) is not None:
        return False
    opened = timezone.localdate(entry.round.opened_at) if entry.round.opened_at else since
    return reminders.is_between(
        writing.due_day(entry, on=on, extensions=extensions),
        entry.round.remind_before,
        entry.round.remind_after,
        since=max(since, opened),
        until=on,
    )


def facts(one: Digest) -> dict[str, Any]:
    """Return what a digest is made from when it is sent."""
    return {"person": one.person.pk, "entries": one.entries, "orphans": one.orphans}
