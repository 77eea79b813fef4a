"""Counts guesses of codes: in the database, so that many at once are no more than some."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from actions.models import Guesses

MOST = 5
LASTS = timedelta(days=1)  # longer than any code


def key_of(session: str | None, asked_at: float) -> str:
    """Return under which key the guesses of a code are counted."""
    return hashlib.sha256(f"{session}|{asked_at!r}".encode()).hexdigest()


@transaction.atomic
def may_judge(key: str, *, now: datetime) -> bool:
    """Count one more guess, and tell whether it may be judged: five may, however many come at once.

    The row is counted up and compared in one statement, so the database lets one after the other.
    """
    Guesses.objects.bulk_create([Guesses(key=key, since=now)], ignore_conflicts=True)
    return bool(Guesses.objects.filter(pk=key, number__lt=MOST).update(number=F("number") + 1))


@transaction.atomic
def purge(*, now: datetime) -> int:
    """Forget counts of codes that are long over; return how many went."""
    return Guesses.objects.filter(since__lte=now - LASTS).delete()[0]
