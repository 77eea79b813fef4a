"""The documented start answers readers, whatever other clients do or leave undone."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import template_database
from serving import serving

pytestmark = pytest.mark.slow  # starts a server: some four seconds

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("/nl/", "/fr/plans/nap2/actions/", "/de/plans/nap2/actions/1/", "/health/")
PATIENCE = 20  # seconds for a page: far more than it takes, far less than for ever
HALF_A_HEAD = b"GET /nl/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Nothing: "
HALF_A_FORM = (
    b"POST /nl/accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nlogin="
)
UNREAD = b"GET /nl/plans/nap2/actions/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20


class Server(NamedTuple):
    """A running server: its first process, and the port that it serves."""

    process: subprocess.Popen[bytes]
    port: int

    def answers(self, path: str) -> int:
        """Ask for a page; return the code of the answer."""
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            answer.read()
            return int(answer.status)

    def hears(self, half: bytes) -> socket.socket:
        """Connect, send a part of a request, and do nothing more."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        client.sendall(half)
        return client


def site(folder: Path, database: str, **more: str) -> dict[str, str]:
    """Return the settings of a site on a database, with its static files collected."""
    env = {key: value for key, value in os.environ.items() if key != "DEBUG"} | {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1",
        "INSECURE_HTTP": "1",
        "DATABASE_URL": database,
        "STATIC_ROOT": str(folder / "static"),
        "WEB_CONCURRENCY": "1",
        **more,
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=env, check=True)
    return env


@contextmanager
def started(env: dict[str, str]) -> Iterator[Server]:
    """Serve as the guide says."""
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as listener,
        serving(listener, env, patience=PATIENCE) as process,
    ):
        try:
            yield Server(process, listener.getsockname()[1])
        finally:
            process.kill()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the settings of a site with both plans and collected static files."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(template_database.sqlite(), folder / "db.sqlite3")
    return site(folder, f"sqlite:///{folder / 'db.sqlite3'}")


@pytest.fixture
def server(prepared: dict[str, str]) -> Iterator[Server]:
    """Serve with one process, started as the guide says."""
    with started(prepared) as found:
        yield found


def test_two_hundred_half_requests_keep_no_reader_waiting(server: Server):
    with ExitStack() as clients:
        for half in 80 * [HALF_A_HEAD] + 60 * [HALF_A_FORM] + 50 * [b""] + 10 * [UNREAD]:
            clients.enter_context(closing(server.hears(half)))
        assert [server.answers(page) for page in PAGES] == [200] * len(PAGES)


def test_told_to_stop_it_answers_what_has_arrived_and_waits_for_nobody_else(server: Server):
    server.answers("/health/")
    with (
        closing(server.hears(HALF_A_HEAD)),
        closing(
            server.hears(b"GET /fr/plans/nap2/actions/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        ) as reader,
    ):
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        answer = reader.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.0 200 OK")
        assert answer.endswith(b"</html>\n")
        assert server.process.wait(timeout=PATIENCE) == 0
