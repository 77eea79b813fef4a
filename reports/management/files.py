"""Writes files whole or not at all: beside the place first, then with one step into it."""

import glob
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.core.management.base import CommandError

PRIVATE = 0o600
ABANDONED = 24 * 3600  # seconds: no file takes so long to be written


@contextmanager
def written(path: Path, *, new: bool = False, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Give a file to write; it is in its place once everything was written, or not at all.

    ``new`` refuses to take the place of a file. Raises CommandError where nothing can be
    written.
    """
    beside = path.with_name(f".{path.name[:50]}.{secrets.token_hex(4)}.part")
    try:
        if path.is_dir():
            raise CommandError(f"{path} is a folder; name a file.")
        if new and path.lstat():
            raise CommandError(f"{path} exists already; choose another name.")
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be written: {reason(error)}.") from error
    sweep(path)
    try:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be written: {reason(error)}.") from error
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put(beside, path, new=new)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {reason(error)}.") from error
    finally:
        with suppress(OSError):
            beside.unlink()


def sweep(path: Path) -> None:
    """Remove what was left of this file by who was stopped in the middle, a day ago or more."""
    begun = time.time() - ABANDONED
    for left in path.parent.glob(f".{glob.escape(path.name[:50])}.*.part"):
        with suppress(OSError):
            if left.stat().st_mtime < begun:
                left.unlink()


def put(beside: Path, path: Path, *, new: bool) -> None:
    """Move a finished file into its place; a new one only where nothing stands."""
    if not new:
        beside.replace(path)
        return
    try:
        path.hardlink_to(beside)
    except FileExistsError as error:
        raise CommandError(f"{path} exists already; choose another name.") from error
    except OSError:  # a file system without such links
        if os.path.lexists(path):
            raise CommandError(f"{path} exists already; choose another name.") from None
        beside.replace(path)


def reason(error: Exception) -> str:
    """Return why the system refused, without the path that the sentence names already."""
    return (getattr(error, "strerror", None) or str(error)).lower()
