"""Writes all rows of the database into one file, as they stood at one moment."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import django
from django.db import connection, transaction
from django.utils import timezone

from reports import tables
from reports.services import backup_parts as parts

Say = Callable[[str], object]
AT_ONCE = 200  # rows read at a time


def write(file: IO[bytes], *, now: datetime, say: Say = len) -> dict[str, Any]:
    """Write a backup and return its manifest; others may go on writing meanwhile.

    ``say`` is told of each table.
    """
    with one_moment(), ZipFile(file, "w") as archive:
        found = []
        for model in parts.tables():
            say(f"{parts.label(model)} …")
            found.append(write_table(archive, model, now))
        manifest = {
            "format": parts.FORMAT,
            "version": parts.VERSION,
            "made_at": now.isoformat(),
            "database": connection.vendor,
            "django": django.get_version(),
            "migrations": parts.migrations(),
            "tables": found,
        }
        with archive.open(entry(parts.MANIFEST, now), "w") as part:
            part.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return manifest


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything as of one moment, without keeping anybody from writing."""
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # All other transactions start as writers here, and would wait for this one.
    wrapper: Any = connection
    kept, wrapper.transaction_mode = wrapper.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic(durable=True):
            yield
    finally:
        wrapper.transaction_mode = kept


def entry(name: str, now: datetime) -> ZipInfo:
    """Return what the zip file says of a part."""
    found = ZipInfo(name, date_time=timezone.localtime(now).timetuple()[:6])
    found.compress_type = ZIP_DEFLATED
    found.external_attr = 0o600 << 16
    return found


def write_table(archive: ZipFile, model: parts.Model, now: datetime) -> dict[str, Any]:
    """Write the rows of a table; return its line of the manifest."""
    checksum, count, size = hashlib.sha256(), 0, 0
    with archive.open(entry(parts.part_of(model), now), "w", force_zip64=True) as part:
        for row in rows(model):
            line = json.dumps([parts.encode(value) for value in row], ensure_ascii=False)
            data = f"{line}\n".encode()
            part.write(data)
            checksum.update(data)
            count, size = count + 1, size + len(data)
    return {
        "table": parts.label(model),
        "columns": parts.columns(model),
        "rows": count,
        "bytes": size,
        "sha256": checksum.hexdigest(),
        "last_key": tables.last_key(model),
    }


def rows(model: parts.Model) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table, few at a time in memory."""
    found = model._base_manager.order_by("pk").values_list(*parts.columns(model))  # noqa: SLF001
    return found.iterator(chunk_size=1 if parts.is_heavy(model) else AT_ONCE)
