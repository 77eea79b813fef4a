"""What a backup holds, and how a row is written in it: the same for both databases.

A zip file: for each table a part with one JSON list per row, in the order of the primary
key, and a manifest with the columns, counts and SHA-256 of each part.
"""

import base64
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder

FORMAT = "napmonitor backup"
VERSION = 1
MANIFEST = "manifest.json"
# What a database makes for itself: who is signed in, what is remembered or kept for a
# while. Texts that nobody has saved are gone after a month, and a backup is older.
LEFT_OUT = frozenset(
    {
        "sessions.session",
        "actions.shared",
        "actions.revision",
        "actions.unsavedtext",
        "actions.sentform",
        "actions.guesses",
        "reports.document",
    }
)
Model = type[models.Model]


def tables() -> list[Model]:
    """Return the models whose rows are kept, the tables of many-to-many columns included."""
    found = apps.get_models(include_auto_created=True)
    kept = [m for m in found if m._meta.managed and not m._meta.proxy]  # noqa: SLF001
    return [model for model in kept if label(model) not in LEFT_OUT]


def label(model: Model) -> str:
    """Return the name of a model: actions.entry."""
    return str(model._meta.label_lower)  # noqa: SLF001


def table_of(model: Model) -> str:
    """Return the name of a model's table."""
    return str(model._meta.db_table)  # noqa: SLF001


def part_of(model: Model) -> str:
    """Return the name of a model's part in the zip file."""
    return f"tables/{label(model)}.jsonl"


def fields(model: Model) -> list[Any]:
    """Return the columns of a model."""
    return list(model._meta.concrete_fields)  # noqa: SLF001


def columns(model: Model) -> list[str]:
    """Return the names of a model's columns."""
    return [field.attname for field in fields(model)]


def is_heavy(model: Model) -> bool:
    """Tell whether single rows of a model may be large: they are taken one by one."""
    return any(isinstance(field, models.BinaryField) for field in fields(model)) or (
        label(model) == "reports.edition"
    )


def migrations() -> list[str]:
    """Return the names of the migrations that the database has had."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


# --- Values -------------------------------------------------------------------------


def encode(value: Any) -> Any:
    """Return a value of a row as JSON can hold it; nothing of it is lost.

    Raises TypeError for a kind that no column has so far.
    """
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, date):  # a moment, too: to the microsecond, with its zone
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    raise TypeError(f"a backup cannot hold {type(value).__name__}")


def decode(row: Any, kinds: Iterable[models.Field]) -> list[Any]:
    """Return the values of a row as its columns take them; raises ValueError for others."""
    kinds = list(kinds)
    if not isinstance(row, list) or len(row) != len(kinds):
        raise ValueError("a row has not the columns of its table")
    return [_value(value, field) for value, field in zip(row, kinds, strict=True)]


def _value(value: Any, field: Any) -> Any:
    """Return one value, for the column that a link points to where it is a link."""
    while field.remote_field:
        field = field.target_field
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(_text(value), validate=True)
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(_text(value))
    if isinstance(field, models.DateField):
        return date.fromisoformat(_text(value))
    wanted: type = str
    if isinstance(field, models.BooleanField):
        wanted = bool
    elif isinstance(field, models.IntegerField):
        wanted = int
    if type(value) is not wanted:
        raise ValueError(f"{field.name} is no {wanted.__name__}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value
