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

IN_MEMORY = "file:memory_of_tests?mode=memory&cache=shared"
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
        use(connection, IN_MEMORY)
        connection.ensure_connection()
        with closing(sqlite3.connect(template())) as source:
            source.backup(connection.connection)
        yield
        return
    with copy() as name:
        use(connection, name)
        try:
            yield
        finally:
            connection.close()


def use(connection: Any, name: str) -> None:
    """Have a connection, and those that other threads open, speak to a database."""
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


@contextmanager
def database_of_its_own(folder: Path) -> Iterator[str]:
    """Make a copy of the template for a while: a file in the folder, or one on the server."""
    if IS_SQLITE:
        yield shutil.copy(template(), folder / "apart.sqlite3")
        return
    with copy() as name:
        yield name


@contextmanager
def in_place_of_the_shared_one(name: str) -> Iterator[None]:
    """Put another database in place of the one that tests share.

    What is done in it is really stored, as threads and processes of their own see it, and
    is gone afterwards without anything having to be deleted.
    """
    shared = connections["default"]
    connections.settings["default"] = {**shared.settings_dict, "NAME": name}
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = shared.settings_dict
        connections["default"] = shared


@contextmanager
def copy() -> Iterator[str]:
    """Copy the template on the server for a while."""
    with on_server(template()) as name:
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
