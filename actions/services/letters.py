"""Puts letters into the outbox; what sends them stands in ``post``."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from actions.enums import LetterKind
from actions.models import Letter, User
from actions.services import post


def write(
    kind: LetterKind,
    *,
    key: str,
    to: User | str,
    language: str = "",
    facts: dict[str, Any],
    now: datetime,
    wait: timedelta = timedelta(),
) -> Letter:
    """Put a letter into the outbox, once per key, and have it sent after the transaction.

    ``to`` is a person, or the address of somebody who has no account yet.
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
    if is_new and not wait:
        transaction.on_commit(partial(post.deliver, letter.pk))
    return letter
