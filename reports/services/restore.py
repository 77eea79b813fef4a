"""Puts the rows of a checked backup into a database: all of them or none."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from actions.refusals import Refused
from actions.services.endings import Ending
from reports import tables
from reports.services import backup_parts as parts
from reports.services import replay
from reports.services.backup_check import Backup, UnusableError

# What migrate itself puts into an empty database.
MADE_BY_MIGRATE = frozenset({"contenttypes.contenttype", "auth.permission"})
AT_ONCE = 200  # rows written at a time


def restore(
    backup: Backup,
    *,
    replace: bool,
    endings: Sequence[Ending] = (),
    say: Callable[[str], object] = len,
) -> tuple[int, list[Ending]]:
    """Fill an empty database from a backup; return how many rows, and what was done again.

    ``replace`` empties it first. Keys stay as they were. Everybody is signed out. What ended
    since the backup, ``endings``, ends again before anybody can see the rows. Raises
    UnusableError, and changes nothing, where the database holds data or refuses the rows.
    """
    if not replace and (found := filled()):
        raise UnusableError(
            f"This database holds data already ({', '.join(found[:3])} …); "
            "restore into an empty one, or empty it with --replace."
        )
    try:
        with transaction.atomic(durable=True):
            tables.drop_triggers()
            tables.empty([parts.table_of(model) for model in parts.tables()])
            count = sum(fill(backup, model, say) for model in parts.tables())
            connection.check_constraints()
            tables.restore_triggers()
            ContentType.objects.clear_cache()
            again = replay.replay(endings)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise UnusableError(f"The database refuses the rows of the backup: {reason}") from error
    except (ValidationError, Refused) as error:
        raise UnusableError(f"What ended since cannot be done again: {error}") from error
    for name in ("pages", "questions"):
        caches[name].clear()
    return count, again


def filled() -> list[str]:
    """Return the tables with rows, apart from those that every database has."""
    return [
        parts.label(model)
        for model in parts.tables()
        if parts.label(model) not in MADE_BY_MIGRATE and model._base_manager.exists()  # noqa: SLF001
    ]


def fill(backup: Backup, model: parts.Model, say: Callable[[str], object]) -> int:
    """Store the rows of one table as they are; return how many."""
    say(f"Restoring {parts.label(model)} …")
    kinds, names = parts.fields(model), parts.columns(model)
    count = 0
    for batch in batches(backup.rows(model), batch_size(model)):
        made = [model(**dict(zip(names, row, strict=True))) for row in batch]
        # As they are: derived columns and the moments of saving are in the backup too.
        found: Any = model._base_manager.all()  # noqa: SLF001
        found._insert(made, fields=kinds, using=connection.alias, raw=True)  # noqa: SLF001
        count += len(made)
    tables.set_last_key(model, backup.table(model)["last_key"])
    return count


def batch_size(model: parts.Model) -> int:
    """Return how many rows one statement takes."""
    most = 1 if parts.is_heavy(model) else AT_ONCE
    return max(1, min(most, connection.ops.bulk_batch_size(parts.fields(model), [None] * most)))


def batches(rows: Iterator[list[Any]], size: int) -> Iterator[list[list[Any]]]:
    """Yield some rows at a time."""
    while batch := list(islice(rows, size)):
        yield batch
