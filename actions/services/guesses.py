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
def may_judge(key: str, *, now: datetime, most: int = MOST) -> bool:
    """Count one more guess, and tell whether it may be judged: so many may, however many come.

    The row is counted up and compared in one statement, so the database lets one after the other.
    What is over the limit already is told without a write. A key may count anything else that
    somebody does again and again, as long as it says by itself in which hours.
    """
    if Guesses.objects.filter(pk=key, number__gte=most).exists():
        return False
    Guesses.objects.bulk_create([Guesses(key=key, since=now)], ignore_conflicts=True)
    return bool(Guesses.objects.filter(pk=key, number__lt=most).update(number=F("number") + 1))


@transaction.atomic
def purge(*, now: datetime) -> int:
    """Forget counts of codes that are long over; return how many went."""
    return Guesses.objects.filter(since__lte=now - LASTS).delete()[0]
