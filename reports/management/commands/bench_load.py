"""The command that measures the site under load: readers, writers, and a freeze among them."""

import json
import math
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test.utils import override_settings

from actions.management.timing import scratch_database
from actions.models import Entry
from reports.management import load_server, load_stage

READERS, WRITERS, SECONDS, WARMING = 100, 30, 60.0, 5.0
# What was agreed, in milliseconds: percentile, most.
GOALS = {"reads": {50: 60, 95: 300}, "autosave": {95: 500}}
KINDS = ("reads", "autosave", "entry pages", "sign-ins")
WORST_NAMED = 5  # of what went wrong, how many are shown


class Phase(NamedTuple):
    """A part of the play, with the marks between which it lies."""

    name: str
    start: str
    end: str


WHOLE = Phase("whole", "start", "end")
PHASES = (
    WHOLE,
    Phase("before", "start", "freeze"),
    Phase("freeze", "freeze", "frozen"),
    Phase("after", "frozen", "end"),
)
AT_ONCE = Phase("at once", "signing in", "signed in")


class Figure(NamedTuple):
    """The requests of one kind in one phase; seconds in order."""

    kind: str
    phase: str
    seconds: list[float]
    errors: int

    def percentile(self, of: int) -> float:
        """Return how many milliseconds so many of 100 requests took at most; 0 without any."""
        if not self.seconds:
            return 0.0
        return self.seconds[max(0, math.ceil(len(self.seconds) * of / 100) - 1)] * 1000


class Command(BaseCommand):
    """Start the documented server on a database of its own, play, and print what it took."""

    help = "Measure the site under load: readers, writers and a freeze, on a database of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many play, and for how long."""
        parser.add_argument("--readers", type=int, default=READERS)
        parser.add_argument("--writers", type=int, default=WRITERS)
        parser.add_argument("--seconds", type=float, default=SECONDS)
        parser.add_argument("--warming", type=float, default=WARMING, help="seconds not counted")

    def handle(self, *_: Any, **options: Any) -> None:
        """Measure; whatever happens, nothing that was started or stored stays."""
        before = signal.signal(signal.SIGTERM, stop)
        try:
            with TemporaryDirectory() as name:
                where = Path(name)
                with scratch_database(where / "load.sqlite3"):
                    self.measure(where, options)
        except KeyboardInterrupt as stopped:
            raise CommandError("Stopped; nothing of it is left.") from stopped
        finally:
            signal.signal(signal.SIGTERM, before)

    def measure(self, where: Path, options: dict[str, Any]) -> None:
        """Fill the database, serve it, play, and print."""
        secret = load_server.new_secret()
        with override_settings(SECRET_KEY=secret):
            load_stage.fill()
            plan = load_stage.plan(options["writers"])
        if len(plan["writers"]) < options["writers"]:
            raise CommandError(f"There are entries for {len(plan['writers'])} writers only.")
        connection.close()
        with load_server.serving(where, load_server.environment(where, secret)) as server:
            asked = {name: options[name] for name in ("readers", "seconds", "warming")}
            with load_server.Watch(server) as watch:
                found = play({**plan, **asked, "host": load_server.HOST, "port": server.port})
            sizes = {
                "web": load_server.memory(server.web.pid),
                "worker": load_server.memory(server.worker.pid),
            }
        lost = lost_saves(found["saved"])
        for line in (
            *head(options),
            *table(figures(found)),
            *use(found, watch),
            *told_of_freezing(found["frozen"]),
            *told_of_memory(sizes),
            *problems(found["problems"], server.log),
            *verdicts(figures(found), lost),
        ):
            self.stdout.write(line)


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Turn a request to end into an exception, so that what was started is ended too."""
    sys.exit(128 + signal.SIGTERM)


def play(plan: dict[str, Any]) -> dict[str, Any]:
    """Let the client play; return what it measured."""
    client = load_server.client()
    try:
        told, _nothing = client.communicate(json.dumps(plan).encode())
    finally:
        load_server.end([client])
    if client.returncode != 0:
        raise CommandError("The client ended with an error.")
    found: dict[str, Any] = json.loads(told)
    return found


def lost_saves(saved: dict[str, str]) -> int:
    """Return of how many entries the last text that was acknowledged is not what is stored.

    Nor a later one, which was on its way when the play ended.
    """
    keys = {int(path.rstrip("/").rpartition("/")[2]): text for path, text in saved.items()}
    stored = dict(Entry.objects.filter(pk__in=keys).values_list("pk", "done"))
    return sum(not is_as_late(stored.get(key, ""), text) for key, text in keys.items())


def is_as_late(stored: str, text: str) -> bool:
    """Tell whether a text of the client is the one that is meant, or a later one."""
    return number_in(stored) >= number_in(text)


def number_in(text: str) -> int:
    """Return the number of the save that a text ends with."""
    found = re.search(r"Zin (\d+) over de uitvoering\.$", text)
    return int(found[1]) if found else 0


# --- Reckoning ----------------------------------------------------------------------


def figures(found: dict[str, Any]) -> list[Figure]:
    """Return what was measured, by kind and phase."""
    phases = {"sign-ins": (AT_ONCE,), "entry pages": (Phase("first", "signed in", "end"),)}
    return [figure(found, kind, phase) for kind in KINDS for phase in phases.get(kind, PHASES)]


def figure(found: dict[str, Any], kind: str, phase: Phase) -> Figure:
    """Return the requests of a kind that began in a phase."""
    start, end = found["marks"][phase.start], found["marks"][phase.end]
    rows = [row for row in found["rows"] if row[0] == kind and start <= row[1] < end]
    seconds = sorted(seconds for _kind, _start, seconds, _is_good in rows)
    return Figure(kind, phase.name, seconds, sum(not row[3] for row in rows))


# --- What is printed ------------------------------------------------------------------


def head(options: dict[str, Any]) -> Iterator[str]:
    """Yield what was played."""
    yield (
        f"{connection.vendor}: {options['readers']} readers, {options['writers']} writers, "
        f"{options['seconds']:.0f} s, one freeze and publication; {os.cpu_count()} cores, "
        f"{os.environ.get('WEB_CONCURRENCY', os.cpu_count())} web processes"
    )


def table(found: list[Figure]) -> Iterator[str]:
    """Yield the times."""
    heads = ("requests", "errors", "p50 ms", "p95 ms", "p99 ms")
    yield ("{:<13}{:<9}" + "{:>10}" * 5).format("kind", "when", *heads)
    for one in found:
        times = "".join(f"{one.percentile(of):>10.0f}" for of in (50, 95, 99))
        yield f"{one.kind:<13}{one.phase:<9}{len(one.seconds):>10}{one.errors:>10}{times}"


def use(found: dict[str, Any], watch: load_server.Watch) -> Iterator[str]:
    """Yield how many requests a second there were, and what they used of the processors."""
    for phase in PHASES:
        start, end = found["marks"][phase.start], found["marks"][phase.end]
        count = sum(start <= row[1] < end for row in found["rows"])
        line = f"{phase.name:<9}{end - start:>6.1f} s{count / (end - start):>8.1f} requests/s"
        if (seconds := watch.used(start, end)) is not None:
            web, worker = seconds
            line += (
                f"{web * 1000 / max(count, 1):>8.1f} ms CPU of the web processes a request, "
                f"{web / (end - start):.2f} cores; worker {worker:.1f} s CPU"
            )
        yield line


def told_of_freezing(frozen: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield how long freezing took."""
    for name, steps in frozen.items():
        yield f"freeze {name}: " + ", ".join(f"{step} {at:.1f} s" for step, at in steps.items())


def told_of_memory(sizes: dict[str, list[float]]) -> Iterator[str]:
    """Yield what each process has of the memory, the largest first."""
    for name, megabytes in sizes.items():
        if megabytes:
            yield f"memory, {name}: " + " + ".join(f"{size:.0f}" for size in megabytes) + " MB"


def problems(told: list[str], log: Path) -> Iterator[str]:
    """Yield the first things that went wrong, as the client and the server saw them."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if is_alarming(line)]
    for name, found in (("client", told), ("server", lines)):
        for line in found[:WORST_NAMED]:
            yield f"{name}: {line[:300]}"
        if len(found) > WORST_NAMED:
            yield f"{name}: … and {len(found) - WORST_NAMED} more"


def is_alarming(line: str) -> bool:
    """Tell whether a line of the log is of an error."""
    return '"level": "ERROR"' in line or "Traceback" in line or "locked" in line


def verdicts(found: list[Figure], lost: int) -> Iterator[str]:
    """Yield what was agreed, and whether it holds, in the freeze as well."""
    by_name = {(one.kind, one.phase): one for one in found}
    for kind, goals in GOALS.items():
        for of, most in goals.items():
            for phase in (WHOLE.name, "freeze"):
                value = by_name[kind, phase].percentile(of)
                yield verdict(f"{kind}, {phase}: p{of} ms", value, most)
    yield verdict("errors", sum(one.errors for one in found if one.phase in LASTING), 0)
    yield verdict("saves lost", lost, 0)


LASTING = (WHOLE.name, AT_ONCE.name, "first")


def verdict(text: str, value: float, most: float) -> str:
    """Return a line that says whether a limit holds."""
    return f"{'met' if value <= most else 'NOT MET'}: {text}: {value:.0f} (at most {most})"
