"""Puts letters into the outbox; ``sending`` sends them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from actions.enums import LetterKind
from actions.models import Letter, User


def put(
    kind: LetterKind,
    *,
    key: str,
    to: User | str,
    language: str = "",
    facts: dict[str, Any],
    now: datetime,
    wait: timedelta = timedelta(),
) -> Letter:
    """Put a letter into the outbox, once per key.

    ``to`` is a person, or the address of somebody who has no account yet. The worker sends it:
    no page waits for a mail server, and none tells by its time whether there was a letter.
    """
    person, address = (to, to.email) if isinstance(to, User) else (None, to)
    letter, _is_new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "user": person,
            "address": address,
            "language": language or (person.language if person else "nl"),
            "facts": facts,
            "written_at": now,
            "due_at": now + wait,
        },
    )
    return letter


def put_many(
    kind: LetterKind, letters: Iterable[tuple[str, User, dict[str, Any]]], *, now: datetime
) -> None:
    """Put letters of one kind into the outbox at once: key, person and facts of each."""
    Letter.objects.bulk_create(
        (
            Letter(
                kind=kind, key=key, user=to, address=to.email, language=to.language, facts=facts,
                written_at=now, due_at=now,
            )
            for key, to, facts in letters
        ),
        ignore_conflicts=True,
    )  # fmt: skip
