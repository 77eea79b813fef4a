"""Serves the site as the guide says, for whoever tries or measures it."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import socket

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def serving(
    listener: socket, env: Mapping[str, str], *options: str, patience: float = 60
) -> Iterator["subprocess.Popen[bytes]"]:
    """Have gunicorn take over a socket, so that nobody else can get its port in between.

    Connections wait in the queue of the socket until the server is there. In the end it has
    ``patience`` seconds to stop by itself.
    """
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", *options,
            "--bind", f"fd://{listener.fileno()}", "napmonitor.wsgi",
        ],
        pass_fds=[listener.fileno()], cwd=ROOT, env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=patience)
