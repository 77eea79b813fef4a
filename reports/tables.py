"""What a restored backup asks of the database itself: its triggers, its counters, its emptying."""

from collections.abc import Iterable

from django.db import connections, models
from django.db.models import Max

from actions import database as actions_database
from reports import database as reports_database

# What a database makes for itself: who is signed in, what is remembered or kept for a while.
PASSING = (
    "django_session",
    "actions_shared",
    "actions_unsavedtext",
    "actions_sentform",
    "actions_guesses",
    "reports_document",
)


def drop_triggers(*, using: str = "default") -> None:
    """Take every trigger of ours away, on both databases, until ``restore_triggers``."""
    actions_database.drop_triggers(using=using)


def restore_triggers(*, using: str = "default") -> None:
    """Put the triggers back, and draw a new revision, as what readers see is another."""
    with connections[using].cursor() as cursor:
        cursor.execute("DELETE FROM actions_revision")
    put_up_triggers(using=using)


def put_up_triggers(*, using: str = "default") -> None:
    """Put up every trigger of ours whose tables and columns are there."""
    actions_database.install_triggers(using=using)
    reports_database.install_triggers(using=using)


def empty(tables: Iterable[str], *, using: str = "default") -> None:
    """Remove every row of some tables, and who was signed in; the triggers must be away."""
    connection = connections[using]
    names = [connection.ops.quote_name(name) for name in (*tables, *PASSING)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)}")
            return
        for name in names:
            cursor.execute(f"DELETE FROM {name}")


def last_key(model: type[models.Model], *, using: str = "default") -> int:
    """Return the last key that was ever given to a row of a table, gone ones included."""
    sequence = _sequence(model, using)
    with connections[using].cursor() as cursor:
        if not sequence:
            return 0
        if connections[using].vendor == "postgresql":
            cursor.execute(f"SELECT last_value, is_called FROM {sequence}")
            value, is_called = cursor.fetchone()
            return int(value) if is_called else 0
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [sequence])
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def set_last_key(model: type[models.Model], key: int, *, using: str = "default") -> None:
    """Have the next row of a table get a key that no row ever had."""
    sequence = _sequence(model, using)
    if not sequence:
        return
    most = model._base_manager.using(using).aggregate(most=Max("pk"))["most"]  # noqa: SLF001
    last = max(key, most or 0)
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            cursor.execute("SELECT setval(%s, %s, %s)", [sequence, max(last, 1), last > 0])
            return
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [sequence])
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [sequence, last])


def _sequence(model: type[models.Model], using: str) -> str:
    """Return what counts the keys of a table; "" where nothing does."""
    meta = model._meta  # noqa: SLF001
    if not isinstance(meta.pk, models.AutoField | models.BigAutoField):
        return ""
    if connections[using].vendor == "sqlite":
        return meta.db_table
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_serial_sequence(%s, %s)", [f'"{meta.db_table}"', meta.pk.column]
        )
        return str(cursor.fetchone()[0] or "")
