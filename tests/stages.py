"""Stages: databases on which something stands already, built once and played on by many tests.

Each process builds a stage when the first of its tests needs it. A test plays in a transaction
that is rolled back, with a copy of the objects that were built, so that none sees what
another did.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from django.db import connections, transaction
from django.utils import translation

from tests import databases

Built = TypeVar("Built")


class Stage(NamedTuple):
    """A database with something on it, the connection to it, and the objects that were built."""

    name: str
    connection: Any
    built: Any


class Stages:
    """The stages of a process, each by the function that builds it."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.made: dict[Callable[[], Any], Stage] = {}

    @contextmanager
    def play(self, build: Callable[[], Built]) -> Iterator[Built]:
        """Put a stage in place of the shared database; what is done there is undone."""
        stage = self.made.get(build) or self.make(build)
        with databases.speaking_to(stage.name, stage.connection), rolled_back():
            yield deepcopy(stage.built)

    @contextmanager
    def store(self, build: Callable[[], Built], folder: Path) -> Iterator[Built]:
        """Put a copy of a stage in place of the shared database; see ``databases.apart``."""
        stage = self.made.get(build) or self.make(build)
        with databases.apart(folder, stage.name, stage.connection):
            yield deepcopy(stage.built)

    def make(self, build: Callable[[], Any]) -> Stage:
        """Build a stage on a copy of the plans."""
        if databases.IS_SQLITE:
            name = databases.in_memory(f"{build.__module__}_{build.__name__}")
        else:
            name = self.stack.enter_context(databases.copy())
        with databases.speaking_to(name) as connection:
            # The last connection to a database in memory keeps it.
            self.stack.callback(connection.close)
            if databases.IS_SQLITE:
                databases.fill(connection)
            with translation.override("en"), transaction.atomic():
                built = build()
        self.made[build] = Stage(name, connection, built)
        return self.made[build]


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take back whatever is stored meanwhile, after a look whether constraints hold."""
    atomic = transaction.atomic()
    # As Django's own test cases: code that must not run inside a transaction may in this one.
    atomic._from_testcase = True  # type: ignore[attr-defined]  # noqa: SLF001
    with atomic:
        yield
        connections["default"].check_constraints()
        transaction.set_rollback(True)
