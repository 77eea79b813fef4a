"""Killed at any moment, mail away, no room, a clock that jumps: nothing lost, nothing double."""

import io
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction

from actions import database
from actions.enums import LetterState
from actions.models import Entry, Letter, Membership, PublishedRound, ReportingRound
from actions.outbox import sending
from actions.refusals import Refused
from actions.services import further, members, rounds
from reports.models import EditionFile
from reports.services import editions
from tests import databases, test_kill, test_upgrade
from tests.follow_up import NOW, Scene, assert_agreement, at
from tests.levels import counted, first_of_all
from tests.reports import test_races

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgresql,
    pytest.mark.django_db,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot divide a process"),
]

# How often each act is killed in make prove, and in every other run.
KILLED, KILLED_QUICKLY = 100, 5
SEED = 20261231
OURS = ("actions", "reports")


@pytest.fixture
def scene(stored_scene: Scene) -> Scene:
    """The small plan, really stored."""
    return stored_scene


# --- Killed at a moment that nobody chose ---------------------------------------------


def closed(scene: Scene) -> ReportingRound:
    """Return a closed round with an accepted entry and one that waits for its acceptance."""
    made = scene.round()
    scene.accept(scene.submit(scene.entry(made)))
    scene.submit(scene.entry(made, "2"), by="below")
    return rounds.close(made, by=scene.people["secretariat"], now=NOW)


def ready_to_close(scene: Scene) -> Callable[[], Any]:
    """The secretariat closes a round with work in it."""
    made = scene.round()
    scene.submit(scene.entry(made))
    return lambda: rounds.close(made, by=scene.people["secretariat"], now=NOW)


def ready_to_freeze(scene: Scene) -> Callable[[], Any]:
    """The secretariat freezes the report."""
    made, by = closed(scene), scene.people["secretariat"]
    return lambda: editions.freeze(made, by=by, outside=test_races.SEEN, now=NOW)


def ready_to_publish(scene: Scene) -> Callable[[], Any]:
    """The secretariat publishes a report whose files are made."""
    edition = test_races.frozen(scene, closed(scene))
    return lambda: editions.publish(edition, by=scene.people["secretariat"], now=NOW)


def ready_to_include(scene: Scene) -> Callable[[], Any]:
    """The secretariat takes corrections up into a further edition."""
    made = closed(scene)
    editions.publish(test_races.frozen(scene, made), by=scene.people["secretariat"], now=NOW)
    keys = [scene.entry(made, label).pk for label in "12"]
    return lambda: further.include(
        made, chosen=keys, until=NOW.date(), comment="A wrong date.", by=scene.people["chair"],
        now=NOW,
    )  # fmt: skip


def ready_to_invite(scene: Scene) -> Callable[[], Any]:
    """A coordinator invites a colleague, who gets a letter."""
    by, actor = scene.people["head"], scene.actors["ministry"]
    return lambda: members.invite(
        "new@small.example.org", actor=actor, role="contributor", language="nl", by=by, now=NOW
    )


def ready_to_extend(scene: Scene) -> Callable[[], Any]:
    """The secretariat gives a body more time, which it reads in a letter."""
    made, by = scene.round(), scene.people["secretariat"]
    return lambda: rounds.extend(
        made, actor=scene.actors["ministry"], until=made.closes_on + timedelta(days=5),
        reason="Illness.", by=by, now=NOW,
    )  # fmt: skip


ACTS = {
    **test_kill.ACTS,
    "close": ready_to_close,
    "freeze": ready_to_freeze,
    "publish": ready_to_publish,
    "include": ready_to_include,
    "invite": ready_to_invite,
    "extend": ready_to_extend,
}
# Drawn or counted anew each time that an act is done.
DRAWN = {
    "id", "key", "token", "digest", "facts", "history_id", "history_date", "content", "checksum",
    "snapshot", "opaque",
}  # fmt: skip


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every row of ours, by table."""
    models = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}  # noqa: SLF001


def told(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return rows without what is drawn or counted anew each time."""
    return {
        name: [
            {k: v for k, v in row.items() if k not in DRAWN and not k.endswith("_id")}
            for row in table
        ]
        for name, table in rows.items()
    }


def expected_of(work: Callable[[], Any]) -> dict[str, list[dict[str, Any]]]:
    """Return what an act leaves when nothing happens to it."""
    with transaction.atomic():
        work()
        found = told(everything())
        transaction.set_rollback(True)
    return found


def killed_after(work: Callable[[], Any], seconds: float) -> float:
    """Do a work in a process that is killed after a while; return how long it lived."""
    connections["default"].close()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    while time.monotonic() < start + seconds and not os.waitpid(child, os.WNOHANG)[0]:
        time.sleep(0.0005)
    lived = time.monotonic() - start
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
    settled()
    return lived


def settled() -> None:
    """Wait until the server has noticed that a process is gone."""
    if databases.IS_SQLITE:
        return
    others = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for _turn in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(others)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.01)
    raise AssertionError("the server has not noticed that a process is gone")


@contextmanager
def on_a_copy(folder: Path) -> Iterator[None]:
    """Work on a copy of the database at hand, so that the next case begins as this one did."""
    own = connections["default"]
    own.ensure_connection()
    with databases.apart(folder, own.settings_dict["NAME"], own):
        yield


@pytest.mark.parametrize(
    ("act", "cases"),
    [
        *(pytest.param(act, KILLED, marks=pytest.mark.proof) for act in sorted(ACTS)),
        *((act, KILLED_QUICKLY) for act in ("submit", "publish")),
    ],
)
def test_an_act_killed_at_any_moment_is_done_or_not_and_can_be_done_again(
    scene: Scene, tmp_path: Path, act: str, cases: int
) -> None:
    work = ACTS[act](scene)
    before, expected = everything(), expected_of(work)
    assert told(before) != expected
    drawn = random.Random(f"{SEED} {act}")  # noqa: S311  no secret
    with on_a_copy(tmp_path):
        length = killed_after(work, 60)
        assert told(everything()) == expected
    found = {"nothing": 0, "all": 0}
    for case in range(cases):
        with on_a_copy(tmp_path):
            killed_after(work, drawn.uniform(0, length * 1.05))
            if everything() == before:
                found["nothing"] += 1
                work()
            else:
                found["all"] += 1
            assert told(everything()) == expected, (case, found)
            assert_agreement()
            connections["default"].close()
    assert found["nothing"]
    for outcome, number in found.items():
        counted(f"acts killed at any moment: {outcome} was stored", number)


# --- A migration is killed ------------------------------------------------------------


def migrate_in_a_process(seconds: float) -> bool:
    """Migrate in a process that is killed after a while; tell whether it came to its end."""
    connections["default"].close()
    name = connections["default"].settings_dict["NAME"]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=settings.BASE_DIR,
        env={**os.environ, "DEBUG": "1", "DATABASE_URL": databases.address(str(name))},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        code = process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        settled()
        return False
    assert code == 0
    return True


@pytest.mark.parametrize(
    "least", [pytest.param(2, marks=pytest.mark.whole), pytest.param(12, marks=pytest.mark.proof)]
)
def test_a_migration_killed_again_and_again_ends_as_one_that_was_not(tmp_path, least: int) -> None:
    """On what the first release left; each time the guards stand, or the site says it has none."""
    drawn, kills = random.Random(SEED), 0  # noqa: S311  no secret
    with ExitStack() as stack:
        name = test_upgrade.unpack(stack, tmp_path)
        own = stack.enter_context(databases.speaking_to(name))
        stack.callback(own.close)
        while kills < least and not migrate_in_a_process(drawn.uniform(1.5, 6)):
            kills += 1
            if database.missing_triggers():
                with pytest.raises(database.UnguardedError):
                    database.require_triggers()
        assert kills >= min(least, 2)
        test_upgrade.migrate()
        assert database.missing_triggers() == []
        found, guards = test_upgrade.contents(), test_upgrade.triggers()
    with ExitStack() as stack:
        folder = tmp_path / "whole"
        folder.mkdir()
        name = test_upgrade.unpack(stack, folder)
        own = stack.enter_context(databases.speaking_to(name))
        stack.callback(own.close)
        test_upgrade.migrate()
        assert test_upgrade.contents() == found
        assert test_upgrade.triggers() == guards
    counted("migrations killed", kills)


# --- Mail is away for an hour ---------------------------------------------------------


def test_mail_that_is_away_for_an_hour_delays_letters_and_doubles_none(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker looks every minute; the server refuses for an hour, then takes what comes."""
    scene.round()
    expected = sorted(Letter.objects.values_list("address", flat=True))
    assert len(expected) == 7
    taken: list[str] = []
    is_away = True

    def hand_over(_mail: Any, address: str) -> None:
        if is_away:
            raise ConnectionRefusedError("away")
        taken.append(address)

    monkeypatch.setattr(sending, "hand_over", hand_over)
    for minute in range(60):
        outcomes = set(sending.send_due(now=NOW + timedelta(minutes=minute)))
        assert outcomes <= {sending.Outcome.LATER}
    assert taken == []
    is_away = False
    for minute in range(60, 180):
        list(sending.send_due(now=NOW + timedelta(minutes=minute)))
        if len(taken) == len(expected):
            break
    assert sorted(taken) == expected
    assert minute <= 60 + 25  # the pauses grow: nobody waits for more than an hour and a half
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.SENT}
    assert list(sending.send_due(now=NOW + timedelta(days=2))) == []


# --- The disk is full -----------------------------------------------------------------


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, kept[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize(
    "size", first_of_all([0, 1, 4_000, 20_000, 60_000, 100_000], [0, 20_000], pytest.mark.proof)
)
def test_a_backup_on_a_full_disk_says_so_and_leaves_nothing(
    apart: None, tmp_path: Path, size: int
) -> None:
    before, folder = everything(), tmp_path / "backups"
    folder.mkdir()
    path = folder / "backup.zip"
    made = subprocess.run(
        [sys.executable, "-c", WITH_LITTLE_ROOM, str(size), str(path)],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
        env={**os.environ, "DEBUG": "1", "ENDINGS_FILE": str(tmp_path / "endings.jsonl"),
             "DATABASE_URL": databases.address(str(connection.settings_dict["NAME"]))},
    )  # fmt: skip
    assert made.returncode == 1, made.stderr
    assert "backup.zip cannot be written: " in made.stderr
    assert "Traceback" not in made.stderr
    assert list(folder.iterdir()) == []
    assert everything() == before
    call_command("backup", str(path), stdout=io.StringIO())
    assert path.stat().st_size > size


WITH_LITTLE_ROOM = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
os.environ["DJANGO_SETTINGS_MODULE"] = "napmonitor.settings"
import django
django.setup()
from django.core.management import execute_from_command_line
from django.db import connection
connection.ensure_connection()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
execute_from_command_line(["manage.py", "backup", sys.argv[2]])
"""


@pytest.mark.skipif(not databases.IS_SQLITE, reason="on PostgreSQL the disk is the server's")
@pytest.mark.parametrize("room", first_of_all([0, 8, 64, 256], [8], pytest.mark.proof))
def test_files_of_an_edition_for_which_there_is_no_room_are_made_once_there_is(
    scene: Scene, room: int
) -> None:
    """``room`` in KB beside what the log of the database takes already."""
    made = closed(scene)
    edition = editions.freeze(
        made, by=scene.people["secretariat"], outside=test_races.SEEN, now=NOW
    )
    wanted = editions.missing_files(edition)
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
    with room_for(log.stat().st_size + 1024 * room):
        stored = 0
        with pytest.raises(OperationalError):  # noqa: PT012  which of them fails is the database's
            for name, language in wanted:
                editions.store_file(edition, name, language, os.urandom(60_000))
                stored += 1
    connections["default"].close()
    assert EditionFile.objects.count() == stored
    assert_agreement()
    assert editions.missing_files(edition) == wanted[stored:]
    for name, language in wanted[stored:]:
        editions.store_file(edition, name, language, b"there")
    assert editions.missing_files(edition) == []
    editions.publish(edition, by=scene.people["secretariat"], now=NOW)
    assert PublishedRound.objects.count() == 1


# --- The clock ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        (at("2025-12-31", 23, 59), 1),
        (at("2025-12-31", 23, 59) + timedelta(seconds=59), 1),
        (at("2026-01-01"), 0),
    ],
)
def test_a_round_that_closes_on_31_december_takes_work_until_midnight_in_brussels(
    scene: Scene, time_machine: Any, moment: datetime, may: int
) -> None:
    """Where it is an hour earlier in UTC: neither the day nor the year is taken from there."""
    first, last = at("2025-12-01"), at("2025-12-31").date()
    by = scene.people["secretariat"]
    Membership.objects.update(started_at=first)
    made = ReportingRound(
        plan=scene.plan, year=2025, opens_on=first.date(), deadline=at("2025-12-15").date(),
        closes_on=last, reference_date=last,
    )  # fmt: skip
    rounds.save(made, by=by, now=first)
    made = rounds.open(made, by=by, now=first)
    time_machine.move_to(moment)
    with nullcontext() if may else pytest.raises(Refused):
        scene.save(scene.entry(made), now=moment)
    assert scene.entry(made).versions.count() == may


@pytest.mark.parametrize("hours", [-26, -1, 1, 26])
def test_a_clock_that_jumps_loses_no_text_and_doubles_no_letter(scene: Scene, hours: int) -> None:
    made = scene.round()
    sent = list(sending.send_due(now=NOW))
    entry = scene.save(scene.entry(made), done="Before the jump.")
    jumped = NOW + timedelta(hours=hours)
    scene.save(entry, done="After the jump.", now=jumped)
    scene.submit(entry, done="Submitted.", now=jumped)
    scene.send_back(entry, now=NOW)
    scene.submit(entry, done="Once more.", now=jumped)
    scene.accept(entry, now=jumped)
    texts = [v.content["done"] for v in Entry.objects.get(pk=entry.pk).versions.order_by("number")]
    assert texts == ["Before the jump.", "After the jump.", "Submitted.", "Once more."]
    assert_agreement()
    again = [list(sending.send_due(now=moment)) for moment in (jumped, NOW, jumped)]
    due = Letter.objects.exclude(due_at__gt=max(jumped, NOW))
    # The return is not told any more, as it was answered before its letter left.
    assert sorted(due.exclude(state="sent").values_list("kind", "state")) == [
        ("returned", LetterState.DROPPED)
    ]
    assert len(sent) + sum(map(len, again)) == due.count()


def test_nothing_waits_for_ever_once_the_clock_was_ahead_and_came_back(scene: Scene) -> None:
    """A letter written under a clock that was a day ahead leaves when that day comes."""
    ahead = NOW + timedelta(days=1)
    scene.round()
    Letter.objects.all().update(written_at=ahead, due_at=ahead)
    assert list(sending.send_due(now=NOW)) == []
    assert set(sending.send_due(now=ahead)) == {sending.Outcome.SENT}
