"""Which tests run at which level: what proves a database runs on both in ``make test``."""

import ast
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
import run_tests

from tests.levels import counted

TESTS = Path(__file__).parent
MODULES = sorted(TESTS.rglob("test_*.py"))
# What a module imports or uses that proves locks, constraints, triggers, races, services,
# migrations, loading; and what a single test asks that searches.
DECIDED_BY_DATABASES = re.compile(
    r"^(actions|reports)\.(services|outbox|database|tables|importers)\b"
    r"|^django\.db\.(\w*Error|transaction|connections|migrations|backends)\b"
    r"|^(apart|stored_\w+)$"
)
SEARCH = re.compile(r"[?&]q=[^&]+")
# Modules that call services only to set the stage for pages and files that they look at, or
# to be refused before anything is stored; what in them a database decides is marked test by test.
PAGES = {
    "reports/test_archive.py",
    "reports/test_commands.py",
    "reports/test_editing.py",
    "test_entries_contents.py",
    "test_entry_pages.py",
    "test_exports.py",
    "test_importers.py",
    "test_pages.py",
    "test_published_pages.py",
    "test_round_pages.py",
    "test_words.py",
}
MARK = re.compile(r"mark\.postgresql\b")
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def name(module: Path) -> str:
    return str(module.relative_to(TESTS))


def used(tree: ast.Module) -> Iterator[str]:
    """Yield what a module imports, in full, and the arguments of its functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        if isinstance(node, ast.FunctionDef):
            yield from (argument.arg for argument in node.args.args)


def module_mark(source: str) -> bool:
    """Tell whether all tests of a module run on PostgreSQL too."""
    marks = re.search(r"^pytestmark = (\[.*?\]|.*?$)", source, re.MULTILINE | re.DOTALL)
    return bool(marks and MARK.search(marks[0]))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_what_a_database_decides_runs_on_both(module: Path) -> None:
    source = module.read_text()
    tree = ast.parse(source)
    decided = {word for word in used(tree) if DECIDED_BY_DATABASES.search(word)}
    if name(module) in PAGES:
        assert not {"apart", "stored_scene", "stored_story"} & decided
        assert decided, f"{name(module)} need not stand in PAGES"
    elif decided:
        assert module_mark(source), f"mark it postgresql, as it uses {sorted(decided)}"


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_what_searches_runs_on_both(module: Path) -> None:
    source = module.read_text()
    if "pytest.mark.browser" in source or module_mark(source):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            searches = SEARCH.search(ast.get_source_segment(source, node) or "")
            marked = any(MARK.search(ast.unparse(mark)) for mark in node.decorator_list)
            assert marked or not searches, f"mark {node.name} postgresql: it searches"


@pytest.mark.parametrize(
    ("levels", "around"),
    [
        (["all", "prove"], ()),
        (["prove"], run_tests.POSTGRESQL),
        (["all", "prove"], run_tests.CHROMIUM),
    ],
    ids=["SQLite", "PostgreSQL", "Chromium"],
)
def test_every_test_has_a_place(levels, around) -> None:
    """Each phase chooses by marks; together they choose every mix of marks exactly once."""
    every = [phase for level in levels for phase in run_tests.phases(level, NOW)]
    chosen = [phase.marks for phase in every if phase.around == around and not phase.day]
    mixes = [(False, False), (True, False), (False, True)]
    for (whole, proof), postgresql in product(mixes, (True, False)):
        marks = {"whole": whole, "proof": proof, "postgresql": postgresql, "slow": False}
        marks["browser"] = around == run_tests.CHROMIUM
        taken = [m for m in chosen if eval(m, {}, marks)]  # noqa: S307  our own words
        assert len(taken) == 1, marks


def test_continuous_integration_tries_both_databases_the_browser_and_other_days() -> None:
    found = run_tests.phases("all", NOW)
    assert {(phase.around, bool(phase.day)) for phase in found} == {
        ((), False), (run_tests.POSTGRESQL, True), (run_tests.CHROMIUM, False), ((), True),
    }  # fmt: skip


@pytest.mark.parametrize("folder", run_tests.TIMELESS.values())
def test_what_is_not_tested_on_other_days_asks_no_clock(folder: str) -> None:
    asks = re.compile(r"\b(now|today|time|monotonic|localdate|localtime)\(|import time\b")
    files = list((run_tests.ROOT / folder).rglob("*.py"))
    assert files
    assert [path for path in files if asks.search(path.read_text())] == []


def test_the_days_of_the_full_run_are_the_dangerous_ones() -> None:
    assert [moment for _name, moment in run_tests.other_days(NOW)] == [
        "2028-02-29 10:00+00:00",
        "2036-12-31 22:30+00:00",
        "2027-03-28 00:50+00:00",
        "2027-10-31 00:50+00:00",
    ]


@pytest.mark.parametrize(
    ("codes", "arguments", "code"),
    [
        ([0, 0, 0], [], 0),
        ([0, 1, 0], [], 1),
        ([0, 5, 0], [], 1),
        ([0, 5, 5], ["-k", "submit"], 0),
        ([5, 5, 5], ["-k", "submit"], 5),
        ([0, 5, 1], ["-k", "submit"], 1),
    ],
)
def test_a_level_passes_when_each_phase_does(codes, arguments, code, monkeypatch, capsys) -> None:
    answers = iter(codes)
    monkeypatch.setattr(run_tests, "run", lambda *_: next(answers))
    monkeypatch.setattr(run_tests, "databases_ahead", nullcontext)
    assert run_tests.main("test", arguments) == code
    said = capsys.readouterr().out
    assert said.count("FAILED") == codes.count(1) + (0 if arguments else codes.count(5))


def test_what_hangs_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    started = tmp_path / "started"
    child = (
        "import os, pathlib, time; "
        f"pathlib.Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    hangs = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    before = time.monotonic()
    assert run_tests.unless_silent(2, [sys.executable, "-c", hangs], dict(os.environ)) is None
    assert time.monotonic() - before < 10
    deadline = time.monotonic() + 10
    while is_there(int(started.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_there(int(started.read_text()))


def test_what_says_something_now_and_then_does_not_hang(capfdbinary) -> None:
    says = "import sys, time\nfor n in range(6): print(n, flush=True); time.sleep(0.5)\nsys.exit(3)"
    assert run_tests.unless_silent(1.5, [sys.executable, "-c", says], dict(os.environ)) == 3
    assert capfdbinary.readouterr().out == b"0\n1\n2\n3\n4\n5\n"


def is_there(process: int) -> bool:
    """Tell whether a process runs; one that ended may wait for somebody to take note of it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def test_the_cases_that_tests_count_within_themselves_are_summed(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TEST_CASES", str(tmp_path / "cases"))
    for what, cases in (("forms", 500), ("files", 20), ("forms", 60)):
        counted(what, cases)
    assert run_tests.summed(tmp_path / "cases") == [("files", 20), ("forms", 560)]
    assert run_tests.summed(tmp_path / "none") == []
