"""The measure of the site under load: a real server, real clients, and what is said of them."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from reports.management import load_server
from reports.management.commands import bench_load
from reports.management.load_client import Form

pytestmark = pytest.mark.postgresql  # it asks which database there is, and starts a server on it

MARKS = {"signing in": 0, "signed in": 1, "start": 2, "freeze": 4, "frozen": 6, "end": 8}


def rows(kind: str, *given: tuple[float, float, bool]) -> list[list[Any]]:
    """Return requests: when each began, how long it took, whether it was right."""
    return [[kind, *one] for one in given]


def test_figures_are_reckoned_by_kind_and_phase() -> None:
    reads = rows("reads", (1.9, 9, True), (2, 0.1, True), (5, 0.3, True), (5.5, 0.2, False))
    found = bench_load.figures({"marks": MARKS, "rows": reads + rows("sign-ins", (0.5, 2, True))})
    told = {(one.kind, one.phase): (one.seconds, one.errors) for one in found if one.seconds}
    assert told == {
        ("reads", "whole"): ([0.1, 0.2, 0.3], 1),
        ("reads", "before"): ([0.1], 0),
        ("reads", "freeze"): ([0.2, 0.3], 1),
        ("sign-ins", "at once"): ([2], 0),
    }


@pytest.mark.parametrize(("of", "most"), [(50, 50), (95, 95), (99, 99), (100, 100), (0, 1)])
def test_a_percentile_is_one_of_the_times(of: int, most: int) -> None:
    figure = bench_load.Figure("reads", "whole", [n / 1000 for n in range(1, 101)], 0)
    assert figure.percentile(of) == most


def test_a_missed_goal_an_error_and_a_lost_save_are_named() -> None:
    slow = rows("reads", *((2 + n / 10, 0.05, True) for n in range(20)))
    late = rows("autosave", (5, 0.6, True), (3, 0.1, False))
    found = bench_load.figures({"marks": MARKS, "rows": slow + late})
    missed = [line for line in bench_load.verdicts(found, lost=1) if line.startswith("NOT")]
    assert missed == [
        "NOT MET: autosave, whole: p95 ms: 600 (at most 500)",
        "NOT MET: autosave, freeze: p95 ms: 600 (at most 500)",
        "NOT MET: errors: 1 (at most 0)",
        "NOT MET: saves lost: 1 (at most 0)",
    ]


@pytest.mark.parametrize(
    ("stored", "text", "is_kept"),
    [
        ("Before. Zin 3 over de uitvoering.", "Before. Zin 3 over de uitvoering.", True),
        ("Before. Zin 4 over de uitvoering.", "Before. Zin 3 over de uitvoering.", True),
        ("Before. Zin 2 over de uitvoering.", "Before. Zin 3 over de uitvoering.", False),
        ("", "Zin 1 over de uitvoering.", False),
    ],
)
def test_a_save_is_lost_where_an_earlier_text_stands(stored, text, is_kept) -> None:
    assert bench_load.is_as_late(stored, text) == is_kept


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    page = (
        '<form id="other"><input name="no" value="1"></form><form id="mine">'
        '<input name="a" value="1&amp;2"><input type="checkbox" name="box">'
        '<input type="radio" name="one" value="x"><input type="radio" name="one" value="y" checked>'
        '<select name="menu"><option value="1">1<option value="2" selected>2</select>'
        '<textarea name="text">\né &lt;b&gt;</textarea><input type="submit" name="go"></form>'
    )
    found = Form(page, lambda given: given.get("id") == "mine").fields
    assert found == {"a": "1&2", "one": "y", "menu": "2", "text": "é <b>"}


def group(leader: int) -> list[int]:
    """Return the processes of a group that still run."""
    return [one.key for one in load_server.processes() if one.group == leader]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.skipif(not load_server.PROCESSES.is_dir(), reason="the system shows no processes")
def test_what_was_started_is_ended_after_ctrl_c(apart: None, tmp_path: Path) -> None:
    env = load_server.environment(tmp_path, load_server.new_secret())
    leaders: list[int] = []

    def broken_off() -> None:
        with load_server.serving(tmp_path, env) as server:
            leaders.extend((server.web.pid, server.worker.pid))
            assert [len(group(leader)) > 0 for leader in leaders] == [True, True]
            assert sum(load_server.memory(server.web.pid)) > 0
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert [group(leader) for leader in leaders] == [[], []]


@pytest.fixture
def started(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start the command with few clients; end it if it is still there."""
    order = ["bench_load", "--readers", "4", "--writers", "2", "--seconds", "3", "--warming", "0"]
    env = {**os.environ, "DEBUG": "1", "TMPDIR": str(tmp_path), "WEB_CONCURRENCY": "1"}
    with subprocess.Popen(
        [sys.executable, "manage.py", *order], cwd=settings.BASE_DIR, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0,
    ) as process:  # fmt: skip
        yield process
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.whole  # loads the samples first: a minute
def test_a_short_play_measures_all_kinds_without_an_error(
    started: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    told, wrong = started.communicate()
    assert (started.returncode, "Traceback" in wrong) == (0, False)
    counts = dict(
        re.findall(r"^(reads|autosave|sign-ins) +(?:whole|at once) +(\d+)", told, re.MULTILINE)
    )
    assert counts["sign-ins"] == "2"
    assert int(counts["reads"]) > 0
    assert "freeze under load: frozen" in told
    assert "met: errors: 0 (at most 0)" in told
    assert "met: saves lost: 0 (at most 0)" in told
    assert list(tmp_path.iterdir()) == []
