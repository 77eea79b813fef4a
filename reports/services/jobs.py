"""How ``manage.py work`` claims what it makes: one worker each, nothing left for ever."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q, QuerySet

from reports.models import FAILED, RUNNING, WAITING, Job

# Longer than any file may take; who has not told for so long will not tell any more.
LEFT_AFTER = timedelta(minutes=3)
MOST_ATTEMPTS = 3
LONGEST_PROBLEM = 500
ENDED = "the program that makes the files ended"

Row = TypeVar("Row", bound=Job)


def is_under_way(row: Job, *, now: datetime) -> bool:
    """Tell whether a job is being done, or will be without anybody asking again."""
    if row.state == RUNNING and row.attempts >= MOST_ATTEMPTS:
        return not is_left(row, now=now)
    return row.state in {WAITING, RUNNING}


def is_waiting(row: Job, *, now: datetime) -> bool:
    """Tell whether nobody is at a job that has not ended."""
    return row.state == WAITING or is_left(row, now=now)


def is_left(row: Job, *, now: datetime) -> bool:
    """Tell whether whoever does a job has not told for too long."""
    return row.state == RUNNING and (row.taken_at is None or row.taken_at < now - LEFT_AFTER)


def take(rows: QuerySet[Row], *, now: datetime) -> Row | None:
    """Claim the job that waits longest, or that somebody left; stored before it begins."""
    left = Q(state=RUNNING, taken_at__lt=now - LEFT_AFTER)
    ended = [problem(ENDED)]
    rows.filter(left, attempts__gte=MOST_ATTEMPTS).update(state=FAILED, problems=ended)
    due = rows.filter(Q(state=WAITING) | left)
    for key in due.order_by("asked_at", "pk").values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            taken = due.filter(pk=key).update(
                state=RUNNING, taken_at=now, attempts=F("attempts") + 1, problems=[]
            )
            row = rows.filter(pk=key).first()
        if taken and row is not None:
            return row
    return None


def change(row: Job, **columns: object) -> bool:
    """Store columns of a job, as long as it is still ours from this very attempt."""
    rows = type(row)._default_manager.filter(pk=row.pk)  # noqa: SLF001
    changed = rows.filter(state=RUNNING, attempts=row.attempts).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)
    return bool(changed)


def ask_again(row: Job, *, now: datetime, also: Iterable[str] = ()) -> None:
    """Let a job that has ended be done once more; ``also`` names further columns to store."""
    row.state, row.attempts, row.problems = WAITING, 0, []
    row.taken_at, row.asked_at = None, now
    row.save(update_fields=["state", "attempts", "problems", "taken_at", "asked_at", *also])


def problem(text: str, name: str = "", language: str = "") -> dict[str, str]:
    """Return what went wrong, as it is stored."""
    return {"format": name, "language": language, "text": text[:LONGEST_PROBLEM]}
