"""Looks at a backup from the outside in, and refuses it before anything is touched."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from reports.services import backup_parts as parts

MOST_BYTES = 20_000_000_000  # unpacked, all together
MOST_MANIFEST = 10_000_000
MOST_LINE = 1_000_000_000
MOST_GROWTH = 300  # times the size of the file; a backup stays far below
SMALL = 50_000_000
CHUNK = 1 << 20
ENCRYPTED = 1  # in the flags of an entry
LARGEST_KEY = 2**63 - 1
UNREADABLE = (BadZipFile, zlib.error, EOFError, NotImplementedError)
DAMAGED = "The file is no backup, or it was cut off or damaged."


class UnusableError(Exception):
    """A backup that is not restored; says in one sentence why."""


class Backup(NamedTuple):
    """A backup that was found whole."""

    archive: ZipFile
    manifest: dict[str, Any]

    def table(self, model: parts.Model) -> dict[str, Any]:
        """Return what the manifest says of a table."""
        wanted = parts.label(model)
        found: dict[str, Any] = next(t for t in self.manifest["tables"] if t["table"] == wanted)
        return found

    def rows(self, model: parts.Model) -> Iterator[list[Any]]:
        """Yield the rows of a table, as its columns take them."""
        kinds = parts.fields(model)
        with self.archive.open(parts.part_of(model)) as part:
            while line := part.readline(MOST_LINE):
                try:
                    yield parts.decode(json.loads(line), kinds)
                except (ValueError, RecursionError) as error:
                    raise UnusableError(
                        f"A row of {parts.label(model)} is no row: {error}."
                    ) from error


@contextmanager
def opened(file: IO[bytes], *, size: int, say: Callable[[str], object] = len) -> Iterator[Backup]:
    """Give a backup whose every part was checked; raises UnusableError for anything else."""
    try:
        archive = ZipFile(file)
        check_directory(archive, size)
        manifest = read_manifest(archive)
        check_manifest(manifest)
        check_parts(archive, manifest, say)
    except (*UNREADABLE, OSError, ValueError) as error:
        raise UnusableError(DAMAGED) from error
    try:
        yield Backup(archive, manifest)
    except UNREADABLE as error:
        raise UnusableError(DAMAGED) from error


def check_directory(archive: ZipFile, size: int) -> None:
    """Look at what the zip file says of its parts, before any is unpacked."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    wanted = {parts.MANIFEST, *(parts.part_of(model) for model in parts.tables())}
    if parts.MANIFEST not in names:
        raise UnusableError("The file is no backup of this application: it has no manifest.")
    if len(names) != len(set(names)) or any(not usual(entry) for entry in entries):
        raise UnusableError("The file is no backup of this application.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_BYTES or unpacked > SMALL + MOST_GROWTH * size:
        raise UnusableError(f"The backup would unpack to {unpacked:,} bytes, which is too much.")
    if archive.getinfo(parts.MANIFEST).file_size > MOST_MANIFEST:
        raise UnusableError("The manifest of the backup is too large.")
    if set(names) != wanted:
        odd = ", ".join(sorted(set(names) ^ wanted)[:3])
        raise UnusableError(f"The backup has not the tables of this application: {odd}.")


def usual(entry: ZipInfo) -> bool:
    """Tell whether a part is packed as this application packs."""
    return entry.compress_type == ZIP_DEFLATED and not entry.flag_bits & ENCRYPTED


def read_manifest(archive: ZipFile) -> dict[str, Any]:
    """Return the manifest; raises UnusableError for another format."""
    try:
        found = json.loads(archive.read(parts.MANIFEST))
    except (ValueError, RecursionError) as error:
        raise UnusableError("The manifest of the backup cannot be read.") from error
    if not isinstance(found, dict) or found.get("format") != parts.FORMAT:
        raise UnusableError("The file is no backup of this application.")
    if found.get("version") != parts.VERSION:
        raise UnusableError(
            f"The backup has a format of another version: {found.get('version')!r}."
        )
    return found


def check_manifest(manifest: dict[str, Any]) -> None:
    """Compare a manifest with this database: the same migrations, tables and columns."""
    mine, theirs = parts.migrations(), manifest.get("migrations")
    if not mine:
        raise UnusableError("This database has no tables yet; run manage.py migrate first.")
    if theirs != mine:
        odd = sorted(set(mine) ^ set(map(str, theirs if isinstance(theirs, list) else [])))
        raise UnusableError(
            "The backup was made with other migrations than this database has "
            f"({', '.join(odd[:3])}); restore it with the version that made it, then migrate."
        )
    tables = manifest.get("tables")
    columns = {parts.label(model): parts.columns(model) for model in parts.tables()}
    if not isinstance(tables, list) or not all(is_table(table) for table in tables):
        raise UnusableError("The manifest of the backup is not complete.")
    if {table["table"]: table["columns"] for table in tables} != columns or len(tables) != len(
        columns
    ):
        raise UnusableError("The backup has other tables or columns than this database.")


def is_table(given: Any) -> bool:
    """Tell whether a line of the manifest says all that it must."""
    return (
        isinstance(given, dict)
        and isinstance(given.get("table"), str)
        and isinstance(given.get("columns"), list)
        and isinstance(given.get("sha256"), str)
        and all(
            type(given.get(name)) is int and 0 <= given[name] <= LARGEST_KEY
            for name in ("rows", "bytes", "last_key")
        )
    )


def check_parts(archive: ZipFile, manifest: dict[str, Any], say: Callable[[str], object]) -> None:
    """Compare every part with its checksum, size and count of rows."""
    for table in manifest["tables"]:
        say(f"Checking {table['table']} …")
        checksum, size, count = hashlib.sha256(), 0, 0
        with archive.open(f"tables/{table['table']}.jsonl") as part:
            while data := part.read(CHUNK):
                checksum.update(data)
                size, count = size + len(data), count + data.count(b"\n")
        if (checksum.hexdigest(), size, count) != (table["sha256"], table["bytes"], table["rows"]):
            raise UnusableError(f"The part {table['table']} does not match the manifest.")
