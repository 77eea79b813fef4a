"""The documented start for a benchmark: gunicorn and the worker, and what they use of the machine.

Each in a process group of its own, so that all of it can be ended, and counted.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

HOST = "napmonitor.example.org"
PATIENCE = 60  # seconds for the server to start
GRACE = 15  # seconds for processes to end by themselves
EVERY = 0.25  # seconds between two looks at what is used
TICKS = os.sysconf("SC_CLK_TCK")
PROCESSES = Path("/proc")


class Use(NamedTuple):
    """The seconds of a core that the processes of the server and the worker had, at a moment."""

    at: float
    web: float
    worker: float


class Server(NamedTuple):
    """A running server."""

    port: int
    web: "subprocess.Popen[bytes]"
    worker: "subprocess.Popen[bytes]"
    log: Path


def environment(folder: Path, secret: str) -> dict[str, str]:
    """Return the settings of a server as it stands behind a proxy, on the connected database."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DEBUG", "TEST_DAY"}}
    return kept | {
        "DATABASE_URL": database_url(),
        "SECRET_KEY": secret,
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "BEHIND_PROXY": "1",
        "INSECURE_HTTP": "",
        "EMAIL_URL": "dummymail://",
        "STATIC_ROOT": str(folder / "static"),
        "SEARCH_DIR": str(folder / "search"),
        "ENDINGS_FILE": str(folder / "endings.jsonl"),
    }


def database_url() -> str:
    """Return the address of the database that is connected now."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@contextmanager
def serving(folder: Path, env: dict[str, str]) -> Iterator[Server]:
    """Start the server and the worker as the guide says; end both, whatever happens."""
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=settings.BASE_DIR, env=env, check=True)  # noqa: S603 - our own
    log = folder / "log"
    with (
        closing(socket.create_server(("127.0.0.1", 0), backlog=512)) as listener,
        log.open("wb") as told,
    ):
        bind = ["--bind", f"fd://{listener.fileno()}"]
        started: list[subprocess.Popen[bytes]] = []
        try:
            for order in (["-m", "gunicorn", *bind, "napmonitor.wsgi"], ["manage.py", "work"]):
                process = subprocess.Popen(  # noqa: S603 - our own programs
                    [sys.executable, *order], cwd=settings.BASE_DIR, env=env,
                    stdout=told, stderr=told, pass_fds=[listener.fileno()], process_group=0,
                )  # fmt: skip
                started.append(process)  # at once: what was started is ended
            server = Server(listener.getsockname()[1], started[0], started[1], log)
            wait(server)
            yield server
        finally:
            end(started)


def wait(server: Server) -> None:
    """Wait until the server answers; raises RuntimeError with its log where it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.web.poll() is None:
        with (
            suppress(OSError),
            closing(HTTPConnection("127.0.0.1", server.port, timeout=5)) as line,
        ):
            line.request("GET", "/ready/")
            if line.getresponse().read() == b"ok":  # the worker was seen as well
                return
        time.sleep(0.2)
    raise RuntimeError(f"The server did not start:\n{server.log.read_text('utf-8')[-2000:]}")


def end(processes: "list[subprocess.Popen[bytes]]") -> None:
    """End process groups: ask, wait a little, and insist."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, how)
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=GRACE)


# --- What is used -------------------------------------------------------------------


class Watch:
    """Looks again and again at what the processes use, as long as it is entered."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.seen: list[Use] = []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.go_on, daemon=True)

    def __enter__(self) -> "Watch":
        """Begin."""
        if PROCESSES.is_dir():  # else nothing is known of it
            self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.is_over.set()
        if self.thread.is_alive():
            self.thread.join()

    def go_on(self) -> None:
        """Note what was used, until it is over."""
        leaders = (self.server.web.pid, self.server.worker.pid)
        while not self.is_over.wait(EVERY):
            found = dict.fromkeys(leaders, 0.0)
            for process in processes():
                if process.group in found:
                    found[process.group] += process.seconds
            self.seen.append(Use(time.monotonic(), *found.values()))

    def used(self, start: float, stop: float) -> tuple[float, float] | None:
        """Return the seconds of web and worker between two moments; None where nobody looked."""
        rows = [row for row in self.seen if start - EVERY <= row.at <= stop + EVERY]
        if len(rows) < 2:  # noqa: PLR2004 - a difference needs two
            return None
        return rows[-1].web - rows[0].web, rows[-1].worker - rows[0].worker


class Process(NamedTuple):
    """A process of the machine: its group, and what it and its children that ended used."""

    key: int
    group: int
    seconds: float


def processes() -> Iterator[Process]:
    """Yield all processes that can be seen; see proc(5) for the columns."""
    for place in PROCESSES.glob("[0-9]*/stat"):
        with suppress(OSError):
            columns = place.read_text("ascii", "replace").rpartition(")")[2].split()
            used = sum(map(int, columns[11:15])) / TICKS
            yield Process(int(place.parent.name), int(columns[2]), used)


def memory(leader: int) -> list[float]:
    """Return the megabytes that each process of a group has for itself, its share included."""
    found = []
    for process in processes():
        with suppress(OSError):
            if process.group == leader:
                lines = (PROCESSES / f"{process.key}/smaps_rollup").read_text().splitlines()
                found += [int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")]
    return sorted(found, reverse=True)


def new_secret() -> str:
    """Return a key that the server takes."""
    return secrets.token_urlsafe(60)


def client() -> "subprocess.Popen[bytes]":
    """Start what plays readers and writers, in a process group of its own too."""
    return subprocess.Popen(
        [sys.executable, "-m", "reports.management.load_client"], cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0,
    )  # fmt: skip
