"""Runs the tests of a level, phase by phase, and says how long each took.

    .venv/bin/python scripts/run_tests.py test [ARGUMENTS OF PYTEST]

fast   on SQLite, without what takes a second or more: for the loop of edit and test
test   every behaviour once: on SQLite, on PostgreSQL what proves the database, in Chromium
all    test, its part on PostgreSQL on a leap day; then all languages in Chromium, the long
       rows, and the fast tests in the night when summer time ends
prove  by hand before a release: every form, address and person, the rest on PostgreSQL,
       each of the other days

A browser that this machine lacks is said in a line, and is a failure where CI=true. Arguments
choose tests: a phase in which none is left is no failure then.
"""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
SCRIPTS = ROOT / "scripts"
NO_TESTS = 5  # what pytest returns when it has run none
# Seconds without a word of any test: a page that never comes fails a test after 90, and once
# in some runs Chromium says nothing any more. Before the end each process tells where it waits.
HANGS_AFTER = 420
TELLS_AFTER = 300
# Tests of what asks no clock, and where that is; tests/test_levels.py sees to it.
TIMELESS = {"tests/document": "document", "tests/rules": "actions/rules"}
FAST = "not browser and not whole and not proof and not slow"


class Phase(NamedTuple):
    """A run of pytest: what it is called, which tests by their marks, in which surroundings."""

    name: str
    marks: str
    around: tuple[str, ...] = ()
    day: str = ""


POSTGRESQL = (PYTHON, str(SCRIPTS / "with_postgres.py"))
CHROMIUM = (PYTHON, str(SCRIPTS / "browser.py"))


def phases(level: str, now: datetime) -> list[Phase]:
    """Return what a level runs, in order."""
    leap, end_of_year, spring, autumn = other_days(now)
    sqlite = Phase("SQLite", "not browser and not whole and not proof")
    postgresql = Phase("PostgreSQL", "postgresql and not whole and not proof", POSTGRESQL)
    chromium = Phase("Chromium", "browser and not whole and not proof", CHROMIUM)
    others = "not browser and (whole or proof or not postgresql)"
    found = {
        "fast": [Phase("fast", FAST)],
        "test": [sqlite, postgresql, chromium],
        "all": [
            sqlite,
            on(leap, postgresql),
            chromium,
            Phase("SQLite, long rows", "whole and not browser"),
            Phase("Chromium, all languages", "whole and browser", CHROMIUM),
            on(autumn, Phase("SQLite, fast", FAST)),
        ],
        "prove": [
            Phase("SQLite, all forms, addresses and people", "proof and not browser"),
            Phase("Chromium, all forms", "proof and browser", CHROMIUM),
            postgresql,
            Phase("PostgreSQL, the rest", others, POSTGRESQL),
            *(on(day, sqlite) for day in (leap, end_of_year, spring, autumn)),
        ],
    }
    return found[level]


def on(day: tuple[str, str], phase: Phase) -> Phase:
    """Return a phase that runs on another day."""
    name, moment = day
    return phase._replace(name=f"{phase.name}, {name}", day=moment)


def other_days(now: datetime) -> list[tuple[str, str]]:
    """Return days on which the tests must hold as well, by name and by moment (UTC).

    A leap day, and the nights in which a year, summer and winter time begin: one year ahead,
    up to four, and ten.
    """
    year = now.year + 1
    leap = year + -year % 4
    return [
        ("29 February", f"{leap}-02-29 10:00+00:00"),
        ("New Year’s Eve in ten years, 23:30", f"{year + 9}-12-31 22:30+00:00"),
        ("the night when summer time begins", f"{year}-03-{last_sunday(year, 3)} 00:50+00:00"),
        ("the night when summer time ends", f"{year}-10-{last_sunday(year, 10)} 00:50+00:00"),
    ]


def last_sunday(year: int, month: int) -> int:
    """Return the day of the last Sunday of a month of 31 days."""
    return 31 - datetime(year, month, 31, tzinfo=UTC).isoweekday() % 7


def main(level: str, arguments: list[str]) -> int:
    """Run the phases of a level; return 0 if all that ran passed."""
    chosen = phases(level, datetime.now(UTC))
    with databases_ahead(chosen), tempfile.TemporaryDirectory() as folder:
        cases = Path(folder) / "cases"
        os.environ["TEST_CASES"] = str(cases)
        results = [(phase.name, *timed(phase, arguments)) for phase in chosen]
        sums = summed(cases)
    print()
    for what, number in sums:
        print(f"{what:<64}{number:>9,}")
    for name, code, seconds in results:
        print(f"{name:<52}{seconds:>6.0f} s  {outcome(code, arguments)}")
    if any(outcome(code, arguments) == "FAILED" for _name, code, _seconds in results):
        return 1
    if results and all(code == NO_TESTS for _name, code, _seconds in results):
        print("No test was chosen.")
        return NO_TESTS
    return 0


@contextmanager
def databases_ahead(chosen: list[Phase]) -> Iterator[None]:
    """Make the template of PostgreSQL while the first phase makes that of SQLite.

    Where that fails, the phase that needs it says why.
    """
    if not any(phase.around == POSTGRESQL for phase in chosen):
        yield
        return
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*POSTGRESQL, "true"], cwd=ROOT, **quiet):
        yield


def summed(cases: Path) -> list[tuple[str, int]]:
    """Return what tests have counted within themselves, each with its sum; see tests/levels.py."""
    found: Counter[str] = Counter()
    if cases.exists():
        for line in cases.read_text(encoding="utf-8").splitlines():
            number, what = line.split("\t", 1)
            found[what] += int(number)
    return sorted(found.items())


def outcome(code: int, arguments: list[str]) -> str:
    """Return what a code of pytest means; only whoever chooses may choose none of a phase."""
    if code == NO_TESTS and arguments:
        return "no test"
    return "FAILED" if code else "passed"


def timed(phase: Phase, arguments: list[str]) -> tuple[int, float]:
    """Run a phase; return its code and its seconds."""
    print(f"\n=== {phase.name} ===", flush=True)
    start = time.monotonic()
    code = run(phase, arguments)
    return code, time.monotonic() - start


def run(phase: Phase, arguments: list[str]) -> int:
    """Run pytest in the surroundings of a phase; return its code."""
    command = [*phase.around, PYTHON, "-m", "pytest", "-q", "-n", "2", "-m", phase.marks]
    is_browser = phase.around == CHROMIUM
    if not any(Path(argument.split("::")[0]).exists() for argument in arguments):
        # Half of a short phase would else go into reading tests that it leaves out.
        command += ["tests/browser"] if is_browser else ["tests", "--ignore=tests/browser"]
        command += [f"--ignore={folder}" for folder in TIMELESS if phase.day]
    # TEST_DAY is read by tests/conftest.py, which sets the clock. Bytecode is kept, whatever
    # the machine's custom: the tests start a hundred processes, each of which would compile anew.
    environment = {**os.environ, "TEST_DAY": phase.day, "PYTHONDONTWRITEBYTECODE": ""}
    command += arguments
    if not is_browser:
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    command += ["-o", f"faulthandler_timeout={TELLS_AFTER}"]
    code = unless_silent(HANGS_AFTER, command, environment)
    if code is None:
        # Nothing was told of any test: that is no failure of one, and no success.
        print("\nChromium stopped answering; once more.", flush=True)
        code = unless_silent(HANGS_AFTER, command, environment)
    return 1 if code is None else code


def unless_silent(seconds: float, command: list[str], environment: dict[str, str]) -> int | None:
    """Run a command and print what it says; return its code.

    None: it said nothing for that long and was stopped. With it ends whatever it started: a
    browser that hangs ends with nobody else.
    """
    # Standard error is the terminal's own: what a process tells there is no sign of life.
    options: dict[str, Any] = {"cwd": ROOT, "env": environment, "start_new_session": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, **options) as process:
        said_by = cast("IO[bytes]", process.stdout)
        try:
            while select.select([said_by], [], [], seconds)[0]:
                said = os.read(said_by.fileno(), 65536)
                if not said:
                    return process.wait()
                sys.stdout.buffer.write(said)
                sys.stdout.flush()
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
