"""How long something takes, and in a database of its own: for the benchmark."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

from django.db import connection

SECONDS = 1.0  # for how long one figure is measured again and again
MOST_TURNS = 500


@contextmanager
def scratch_database(file: Path | None = None) -> Iterator[None]:
    """Measure beside the real data, never in it.

    SQLite keeps it in memory, or in a ``file`` that other processes can open.
    """
    name = connection.settings_dict["NAME"]
    if file is not None and connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(file)
    with redirect_stdout(StringIO()):  # it talks of the cache table, however quiet it should be
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        if file is not None:
            connection.settings_dict["TEST"]["NAME"] = None


def median(work: Callable[[], object]) -> float:
    """Return the median of the seconds that some work takes, after one turn to warm up."""
    work()
    found: list[float] = []
    end = time.perf_counter() + SECONDS
    while not found or (time.perf_counter() < end and len(found) < MOST_TURNS):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)
