"""The databases of the tests: each a copy of one that is migrated and holds both plans."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import template_database
from django.conf import settings
from django.db import connections

KIND = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
IS_SQLITE = KIND == "sqlite3"
# Where the server is; the name in it is that of its first database.
SERVER = os.environ.get("DATABASE_URL", "")


def template() -> str:
    """Return the database that nobody writes to: a file, or a name on the server."""
    if IS_SQLITE:
        return str(template_database.sqlite())
    return template_database.postgresql(SERVER)


@contextmanager
def shared_database() -> Iterator[None]:
    """Let Django work on a copy of the template, for as long as the tests of a process run.

    On SQLite the copy is in memory.
    """
    connection = connections["default"]
    connection.close()
    if IS_SQLITE:
        use(connection, in_memory("tests"))
        fill(connection)
        yield
        return
    with copy() as name:
        use(connection, name)
        try:
            yield
        finally:
            connection.close()


def fill(connection: Any) -> None:
    """Copy the template into an empty database of SQLite."""
    connection.ensure_connection()
    with closing(sqlite3.connect(template())) as source:
        source.backup(connection.connection)


def in_memory(name: str) -> str:
    """Return the name of a database that threads of one process share in its memory."""
    return f"file:memory_of_{name}?mode=memory&cache=shared"


def use(connection: Any, name: str) -> None:
    """Have a connection, and those that other threads open, speak to a database."""
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


@contextmanager
def apart(folder: Path, source: str = "", connection: Any = None) -> Iterator[None]:
    """Work on a copy of a database for a while, of the template if none is named.

    What is done in it is really stored, as threads and processes of their own see it, and
    is gone afterwards without anything having to be deleted. ``connection`` is one to the
    source.
    """
    with database_of_its_own(folder, source, connection) as name, speaking_to(name) as own:
        try:
            yield
        finally:
            own.close()


@contextmanager
def database_of_its_own(folder: Path, source: str = "", connection: Any = None) -> Iterator[str]:
    """Make a copy of a database for a while: a file in the folder, or one on the server."""
    if IS_SQLITE:
        path = folder / f"{uuid4().hex}.sqlite3"
        if connection is None:
            shutil.copy(source or template(), path)
        else:
            with closing(sqlite3.connect(path)) as target:
                connection.connection.backup(target)
        yield str(path)
        return
    if connection is not None:
        connection.close()  # PostgreSQL copies no database that somebody uses
    with copy(source) as name:
        yield name


@contextmanager
def speaking_to(name: str, own: Any = None) -> Iterator[Any]:
    """Use a connection to another database, one that was used before or a new one."""
    shared = connections["default"]
    connections.settings["default"] = {**shared.settings_dict, "NAME": name}
    del connections["default"]
    if own is not None:
        connections["default"] = own
    try:
        yield connections["default"]
    finally:
        connections.settings["default"] = shared.settings_dict
        connections["default"] = shared


@contextmanager
def copy(source: str = "") -> Iterator[str]:
    """Copy a database on the server for a while, the template if none is named."""
    with on_server(source or template()) as name:
        yield name


@contextmanager
def on_server(source: str = "template0") -> Iterator[str]:
    """Have a new database on the server for a while; give its name."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        try:
            yield name
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def address(name: str) -> str:
    """Return what DATABASE_URL must be for another process to work on a database."""
    return f"sqlite:///{name}" if IS_SQLITE else template_database.of_server(SERVER, name)
