"""Writes facts of plans and actors: checked, atomic, with one history record each."""

from typing import Any

from django.db import models, transaction

from actions.models import User

REASON_LENGTH = 100  # what a history record has room for


@transaction.atomic
def save(instance: models.Model, *, by: User | None, reason: str = "") -> None:
    """Store one row of plan data with its history record.

    ``by`` is who changes it, None for the loader of fixtures. Raises ValidationError and
    stores nothing when a field, a constraint or a rule over rows does not hold.
    """
    instance.full_clean()
    _sign(instance, by, reason)
    instance.save()


@transaction.atomic
def delete(instance: models.Model, *, by: User | None, reason: str = "") -> None:
    """Remove one row of plan data; its history stays and says who removed it.

    Raises ProtectedError when other facts need the row.
    """
    _sign(instance, by, reason)
    instance.delete()


def _sign(instance: Any, by: User | None, reason: str) -> None:
    instance._history_user = by  # noqa: SLF001  simple_history reads these two
    instance._change_reason = reason[:REASON_LENGTH] or None  # noqa: SLF001
