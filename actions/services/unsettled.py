"""Entries beside which another text stands since a takeover, until somebody has settled both."""

from datetime import datetime

from django.db.models import Max, Q

from actions.enums import Event
from actions.models import BodyChange, Entry, ReportingRound

SETTLING = (Event.SUBMITTED, Event.ACCEPTED)


def waiting(*rounds: ReportingRound) -> list[Entry]:
    """Return the entries that count where another one gave way, and nobody has said so since.

    In the given rounds, or in all whose report is not settled. Handing in or accepting an entry
    after the takeover settles it: whoever does that sees the other text beside it.
    """
    beside = Entry.whole.filter(replaced_by__isnull=False)
    beside = beside.filter(round__in=rounds) if rounds else beside
    pairs = {row.pk: row.replaced_by_id for row in beside.only("replaced_by")}
    if not pairs:
        return []
    since: dict[int, datetime] = {}
    for key, moment in moments().items():
        counting = pairs.get(key)
        if counting is not None:
            since[counting] = max(moment, since.get(counting, moment))
    rows = Entry.objects.in_play().filter(pk__in=since).for_list()
    last = Max("events__at", filter=Q(events__kind__in=SETTLING))
    return [row for row in rows.annotate(last=last) if not row.last or row.last <= since[row.pk]]


def moments() -> dict[int, datetime]:
    """Return when each entry gave way to another, by key."""
    found = {}
    for change in BodyChange.objects.filter(undone_at=None, moved_at__isnull=False):
        for kept in change.made.get("entries", ()):
            if "replaced" in kept and change.moved_at is not None:
                found[kept["replaced"]] = change.moved_at
    return found
