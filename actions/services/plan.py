"""Writes facts of plans and actors: checked, atomic, with one history record each."""

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction

from actions.models import User
from actions.models.fields import FoldedField

REASON_LENGTH = 100  # what a history record has room for


@transaction.atomic
def save(instance: models.Model, *, by: User | None, reason: str = "") -> None:
    """Store one row of plan data with its history record; do nothing where nothing changed.

    ``by`` is who changes it, None for the loader of fixtures. Raises ValidationError and
    stores nothing when a field, a constraint or a rule over rows does not hold.
    """
    instance.full_clean()
    if not _differs(instance):
        return
    _sign(instance, by, reason)
    instance.save()


@transaction.atomic
def delete(instance: models.Model, *, by: User | None, reason: str = "") -> None:
    """Remove one row of plan data; its history stays and says who removed it.

    Raises ProtectedError when other facts need the row.
    """
    _sign(instance, by, reason)
    instance.delete()


@transaction.atomic
def place(row: Any, beside: Sequence[Any], index: int, *, by: User | None) -> None:
    """Give a row its place among those that stand in order, by index; those behind make room.

    The row itself is not stored; of the others only those that have to move are.
    """
    last = row.position = beside[index - 1].position + 1 if index else 1
    for other in beside[index:]:
        if other.position > last:
            break
        last += 1
        other.position = last
        save(other, by=by)


def _differs(instance: Any) -> bool:
    """Tell whether a row is new, or another than the one that is stored."""
    stored = type(instance).objects.filter(pk=instance.pk).first()
    given = instance._meta.concrete_fields  # noqa: SLF001
    columns = [column.attname for column in given if not isinstance(column, FoldedField)]
    return stored is None or any(getattr(instance, n) != getattr(stored, n) for n in columns)


def _sign(instance: Any, by: User | None, reason: str) -> None:
    instance._history_user = by  # noqa: SLF001  simple_history reads these two
    instance._change_reason = reason[:REASON_LENGTH] or None  # noqa: SLF001
