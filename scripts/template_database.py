"""Makes the databases that tests copy: migrated, with both plans, kept from run to run.

Each is kept under a hash of all that decides what is in it, in ``.test-cache/``, or inside
the PostgreSQL server; making it takes some fifteen seconds, copying it a fraction of one.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".test-cache"
KEPT_OF_A_KIND = 3
# What decides which rows and triggers a migrated and loaded database has.
INGREDIENTS = (
    "requirements*.txt",
    "scripts/template_database.py",
    "fixtures/*.json",
    "*/migrations/*.py",
    "*/database.py",
    "*/models.py",
    "actions/models/*.py",
    "actions/importers.py",
    "actions/services/plan.py",
)


def fingerprint(root: Path = ROOT) -> str:
    """Return the hash under which the databases of this state of the code are kept."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in INGREDIENTS for path in root.glob(pattern)):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def sqlite() -> Path:
    """Return the file of the SQLite database; make it where there is none yet."""
    path = CACHE / f"{fingerprint()}.sqlite3"
    with alone(path):
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                made = Path(folder) / "made.sqlite3"
                fill(f"sqlite:///{made}")
                with closing(sqlite3.connect(made)) as database:
                    # One file that may be copied, without a log beside it.
                    database.execute("PRAGMA journal_mode=DELETE")
                made.rename(path)
            forget("*.sqlite3", but=path)
    return path


def postgresql(url: str) -> str:
    """Return the name of the database on this server; make it where there is none yet."""
    name = f"napmonitor_{fingerprint()}"
    # The lock, like the connection, ends with the block.
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(hashtext('napmonitor template'))")
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            # Renamed when it is whole: a run that is killed leaves no half database.
            half = f"{name}_half"
            server.execute(f'DROP DATABASE IF EXISTS "{half}"')
            server.execute(f'CREATE DATABASE "{half}"')
            fill(of_server(url, half))
            server.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
    return name


def of_server(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    place, _, options = url.partition("?")
    return f"{place.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")


def fill(url: str) -> None:
    """Migrate an empty database and load both plans."""
    environment = {**os.environ, "DATABASE_URL": url, "DEBUG": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "napmonitor.settings"
    both = (
        "import django; from django.core.management import call_command; django.setup();"
        "[call_command(name, verbosity=0) for name in ('migrate', 'load_plans')]"
    )
    subprocess.run(
        [sys.executable, "-c", both],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip


# --- Keeping --------------------------------------------------------------------------


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let one process at a time make a file of the cache."""
    CACHE.mkdir(exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def forget(pattern: str, *, but: Path) -> None:
    """Throw away what was kept of older states of the code, except the newest few."""
    others = [path for path in CACHE.glob(pattern) if path != but]
    for old in sorted(others, key=lambda path: path.stat().st_mtime)[: 1 - KEPT_OF_A_KIND]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()
        old.with_suffix(".lock").unlink(missing_ok=True)
