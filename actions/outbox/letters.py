"""Puts letters into the outbox; ``sending`` sends them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from actions.enums import SECRET_LETTERS, LetterKind
from actions.models import Letter, User
from actions.outbox import sending


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

    ``to`` is a person, or the address of somebody who has no account yet. One that somebody
    waits for is sent as soon as the transaction is stored; all others by ``send_letters``,
    so that no page waits for a mail server.
    """
    person, address = (to, to.email) if isinstance(to, User) else (None, to)
    letter, is_new = Letter.objects.get_or_create(
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
    if is_new and not wait and kind in SECRET_LETTERS:
        transaction.on_commit(partial(sending.send, letter.pk, now=now), robust=True)
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
