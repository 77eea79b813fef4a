"""A process that is killed half-way leaves all of an act, or nothing of it."""

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from unittest import mock

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from actions.models import Entry, EntryVersion, Letter, Reminded, ReviewEvent
from actions.outbox import events, letters, reminders
from actions.services import entries, rounds
from tests.follow_up import NOW, Scene, assert_agreement, content
from tests.levels import first_of_all

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgresql,
    pytest.mark.django_db,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot divide a process"),
]


@pytest.fixture
def scene(stored_scene: Scene) -> Scene:
    """The small plan, really stored."""
    return stored_scene


def die() -> None:
    """End this process at once, as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_process(work: Callable[[], Any]) -> bool:
    """Do a work in a process of its own; tell whether it was killed on the way."""
    connections["default"].close()  # what two processes share, neither can use
    with warnings.catch_warnings():
        # Newer Pythons warn of threads; none of ours runs here.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  the parent must not go on in two processes
            traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def stored() -> list[Any]:
    """Return all that an act can write."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Entry, EntryVersion, ReviewEvent, Letter, Reminded)
    ]


def told(rows: list[Any]) -> Any:
    """Return what was stored without the keys that a killed act may have used up."""
    keys = {"id", "entry_id", "key", "facts", "carried_from_id"}
    return [[{k: v for k, v in row.items() if k not in keys} for row in table] for table in rows]


# --- The acts, each ready to be done ------------------------------------------------


def ready_to_save(scene: Scene) -> Callable[[], Any]:
    """Somebody writes over the draft of a colleague."""
    entry = scene.save(scene.entry(scene.round()), by="colleague")
    by, given = scene.people["writer"], content(done="The new text.")
    return lambda: entries.save(entry, by=by, version=1, content=given, now=NOW, page="page")


def ready_to_submit(scene: Scene) -> Callable[[], Any]:
    """Somebody hands in another text than the draft."""
    entry = scene.save(scene.entry(scene.round()), by="colleague")
    by, given = scene.people["writer"], content(done="The new text.")
    return lambda: entries.submit(entry, by=by, version=1, content=given, now=NOW)


def ready_to_send_back(scene: Scene) -> Callable[[], Any]:
    """The secretariat returns accepted work that stands in the next round too."""
    entry = scene.submit(scene.entry(scene.round(2024)), status="done")
    scene.accept(entry)
    scene.round(2025)
    return lambda: scene.send_back(entry, by="chair")


def ready_to_accept(scene: Scene) -> Callable[[], Any]:
    """A reviewer accepts finished work while the next round is open."""
    entry = scene.submit(scene.entry(scene.round(2024)), status="done")
    scene.round(2025)
    return lambda: scene.accept(entry)


def ready_to_open(scene: Scene) -> Callable[[], Any]:
    """The secretariat opens a round to which finished work carries over."""
    scene.accept(scene.submit(scene.entry(scene.round(2024)), status="done"))
    planned = scene.round(2025, "planned")
    by = scene.people["secretariat"]
    return lambda: rounds.open(planned, by=by, now=NOW)


def ready_to_remind(scene: Scene) -> Callable[[], Any]:
    """The worker writes the reminders of a day."""
    scene.round()
    friday = NOW + timedelta(days=17)
    return lambda: reminders.put_due(on=friday.date(), now=friday)


ACTS = {
    "save": ready_to_save,
    "submit": ready_to_submit,
    "send_back": ready_to_send_back,
    "accept": ready_to_accept,
    "open": ready_to_open,
    "remind": ready_to_remind,
}

# --- Killed at named points -----------------------------------------------------------

# name: whose function, before or after it
POINTS: dict[str, tuple[Any, str, str]] = {
    "before the entry is stored": (Entry, "save", "before"),
    "after the entry is stored": (Entry, "save", "after"),
    "before the version is stored": (EntryVersion, "save", "before"),
    "after the version is stored": (EntryVersion, "save", "after"),
    "before the thread is written": (ReviewEvent, "save", "before"),
    "after the thread is written": (ReviewEvent, "save", "after"),
    "before later rounds follow": (entries, "follow_on", "before"),
    "after later rounds followed": (entries, "follow_on", "after"),
    "before the return is told": (events, "returned", "before"),
    "after the return is told": (events, "returned", "after"),
    "before the acceptance is told": (events, "accepted", "before"),
    "after the acceptance is told": (events, "accepted", "after"),
    "after the letters are written": (letters, "put_many", "after"),
    "after the day is taken on": (reminders, "claim", "after"),
    "before the commit": (BaseDatabaseWrapper, "_commit", "before"),
    "after the commit": (BaseDatabaseWrapper, "_commit", "after"),
    "before what follows the commit": (
        BaseDatabaseWrapper, "run_and_clear_commit_hooks", "before",
    ),
    "after what follows the commit": (
        BaseDatabaseWrapper, "run_and_clear_commit_hooks", "after",
    ),
}  # fmt: skip
COMMIT = [
    "before the commit",
    "after the commit",
    "before what follows the commit",
    "after what follows the commit",
]
ENTRY = ["before the entry is stored", "after the entry is stored"]
THREAD = ["before the thread is written", "after the thread is written"]
LATER = ["before later rounds follow", "after later rounds followed"]
# What each act passes, in the order in which it is killed.
PASSED = {
    "save": [*ENTRY, "before the version is stored", "after the version is stored"],
    "submit": [
        *ENTRY, "before the version is stored", "after the version is stored", *THREAD,
    ],
    "send_back": [
        *ENTRY, *THREAD, *LATER,
        "before the return is told", "after the letters are written", "after the return is told",
    ],
    "accept": [
        *ENTRY, *THREAD, *LATER, "before the acceptance is told", "after the acceptance is told",
    ],
    "open": ["after the letters are written"],
    "remind": ["after the day is taken on", "after the letters are written"],
}  # fmt: skip


@contextmanager
def wrapped(point: str, then: Callable[[], None]) -> Iterator[None]:
    """Do something at a point."""
    owner, name, when = POINTS[point]
    true = getattr(owner, name)

    def instead(*args: Any, **options: Any) -> Any:
        if when == "before":
            then()
        result = true(*args, **options)
        if when == "after":
            then()
        return result

    with mock.patch.object(owner, name, instead):
        yield


def expected_of(work: Callable[[], Any]) -> tuple[Any, set[str]]:
    """Return what an act leaves when nothing happens to it, and the points that it passes."""
    passed: set[str] = set()
    with transaction.atomic(), ExitStack() as stack:
        for point in POINTS:
            stack.enter_context(wrapped(point, partial(passed.add, point)))
        work()
        found = told(stored())
        transaction.set_rollback(True)
    return found, passed


@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_act_killed_at_a_named_point_is_done_or_not_and_can_be_done_again(
    scene: Scene, act: str
) -> None:
    work = ACTS[act](scene)
    expected, passed = expected_of(work)
    assert passed == set(PASSED[act])
    before = stored()

    def cut_short(point: str) -> None:
        with wrapped(point, die):
            work()

    for point in [*PASSED[act], *COMMIT]:
        assert in_a_process(partial(cut_short, point)), point
        if point in COMMIT[1:]:
            assert told(stored()) == expected, point
        else:
            assert stored() == before, point
        assert_agreement()
    work()
    assert told(stored()) == expected
    assert_agreement()


@pytest.mark.parametrize("act", first_of_all(sorted(ACTS), ["submit"]))
def test_an_act_killed_before_any_of_its_statements_left_nothing(scene: Scene, act: str) -> None:
    work = ACTS[act](scene)
    expected, _passed = expected_of(work)
    before = stored()

    def cut_short(after: int) -> None:
        left = iter(range(after))

        def one(execute: Any, *args: Any) -> Any:
            if next(left, None) is None:
                die()
            return execute(*args)

        with connections["default"].execute_wrapper(one):
            work()

    for statements in count():
        if not in_a_process(partial(cut_short, statements)):
            break
        assert stored() == before, statements
        assert_agreement()
    assert statements >= 6
    # The last process was left alone.
    assert told(stored()) == expected
    assert_agreement()
