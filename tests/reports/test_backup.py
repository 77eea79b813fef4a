"""Backups: everything in one file, as of one moment; restored whole, on either database, or not."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, models, transaction
from django.utils import timezone

from actions.models import Entry, EntryVersion, ReportingRound, Revision, Theme, User
from reports import tables
from reports.models import Edition, EditionFile
from reports.services import backup, backup_check, editions
from reports.services import backup_parts as parts
from tests import databases, published
from tests.levels import first_of_all

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql, pytest.mark.slow]
Rows = dict[str, list[Any]]
Content = dict[str, bytes]


@pytest.fixture
def told(stored_story: published.Story) -> published.Story:
    """Two published reports of the small plan, really stored."""
    return stored_story


def written(path: Path) -> Path:
    call_command("backup", str(path), stdout=io.StringIO())
    return path


def restored(path: Path, *, replace: bool = True) -> str:
    out = io.StringIO()
    call_command("restore", str(path), replace=replace, stdout=out)
    return out.getvalue()


def content_of(path: Path) -> Content:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(path: Path) -> Rows:
    return {
        name: [json.loads(line) for line in content.splitlines()]
        for name, content in content_of(path).items()
        if name != parts.MANIFEST
    }


def manifest_of(path: Path) -> Any:
    return json.loads(content_of(path)[parts.MANIFEST])


def triggers() -> list[Any]:
    question = {
        "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c "
        "ON c.oid = t.tgrelid WHERE NOT t.tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(question[connection.vendor])
        return sorted(cursor.fetchall())


def emptied() -> None:
    with transaction.atomic():
        tables.drop_triggers()
        tables.empty([parts.table_of(model) for model in parts.tables()])
        tables.restore_triggers()


# --- What a backup is ---------------------------------------------------------------


def test_a_backup_holds_every_row_of_every_table_but_the_passing_ones(told, tmp_path) -> None:
    path = written(tmp_path / "all.zip")
    manifest = manifest_of(path)
    every = {parts.label(model) for model in apps.get_models(include_auto_created=True)}
    assert {table["table"] for table in manifest["tables"]} == every - parts.LEFT_OUT
    counts = {table["table"]: table["rows"] for table in manifest["tables"]}
    assert counts["actions.entry"] == Entry.objects.count() > 0
    assert counts["reports.editionfile"] == EditionFile.objects.count() == 2 * published.FILES
    assert {name: len(rows) for name, rows in rows_of(path).items()} == {
        f"tables/{table}.jsonl": count for table, count in counts.items()
    }


def test_the_manifest_says_what_each_part_is(told, tmp_path) -> None:
    path = written(tmp_path / "all.zip")
    found = content_of(path)
    manifest = manifest_of(path)
    assert (manifest["format"], manifest["version"]) == ("napmonitor backup", 1)
    assert "reports.0001_editions" in manifest["migrations"]
    for table in manifest["tables"]:
        part = found[f"tables/{table['table']}.jsonl"]
        assert hashlib.sha256(part).hexdigest() == table["sha256"]
        assert len(part) == table["bytes"]


def test_only_its_owner_can_read_it_and_nothing_is_left_beside_it(apart, tmp_path) -> None:
    path = written(tmp_path / "all.zip")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("**/*.part")) == []


def test_a_file_that_exists_is_never_overwritten(apart, tmp_path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(b"precious")
    with pytest.raises(CommandError, match="exists already; choose another name"):
        written(path)
    assert path.read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["none/all.zip", "x" * 300, "a\x00b"])
def test_a_place_that_cannot_be_written_is_said_in_one_sentence(apart, tmp_path, name) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        written(tmp_path / name)


def test_a_backup_that_breaks_off_leaves_no_file(apart, tmp_path, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "write_table", fail)
    with pytest.raises(CommandError, match="cannot be written: no space left on device"):
        written(tmp_path / "all.zip")
    assert [path.name for path in tmp_path.iterdir() if "all" in path.name] == []


def test_it_says_what_stood_there_at_one_moment_while_others_go_on_writing(apart, tmp_path) -> None:
    seen: list[str] = []

    def somebody_writes() -> None:
        Theme.objects.create(slug="late", title_en="Late", position=99)
        connections["default"].close()

    def say(text: str) -> None:
        if text.startswith("actions.plan "):  # the themes are read after this
            thread = threading.Thread(target=somebody_writes)
            thread.start()
            thread.join(timeout=30)
            seen.append("done" if not thread.is_alive() else "kept waiting")

    with (tmp_path / "all.zip").open("w+b") as file:
        backup.write(file, now=timezone.now(), say=say)
    assert seen == ["done"]
    assert Theme.objects.filter(slug="late").exists()
    assert b'"late"' not in content_of(tmp_path / "all.zip")["tables/actions.theme.jsonl"]
    assert b'"late"' in content_of(written(tmp_path / "next.zip"))["tables/actions.theme.jsonl"]


def test_after_a_backup_transactions_start_as_before(apart, tmp_path) -> None:
    connection.ensure_connection()
    before = getattr(connection, "transaction_mode", None)
    written(tmp_path / "all.zip")
    assert getattr(connection, "transaction_mode", None) == before


# --- Restoring ----------------------------------------------------------------------


def test_a_restored_database_holds_the_same_rows_with_the_same_keys(told, tmp_path) -> None:
    first = written(tmp_path / "first.zip")
    emptied()
    assert "as they stood at" in restored(first, replace=False)
    assert rows_of(written(tmp_path / "second.zip")) == rows_of(first)


def test_what_was_there_makes_room_when_asked(told, tmp_path) -> None:
    first = written(tmp_path / "first.zip")
    User.objects.create_user("later@example.org")
    Theme.objects.create(slug="late", title_en="Late", position=99)
    restored(first)
    assert rows_of(written(tmp_path / "second.zip")) == rows_of(first)


def test_histories_versions_files_and_secrets_come_back(told, tmp_path) -> None:
    history = list(ReportingRound.history.values())
    versions = list(EntryVersion.objects.order_by("pk").values())
    files = list(EditionFile.objects.order_by("pk").values_list("checksum", "content"))
    path = written(tmp_path / "all.zip")
    emptied()
    restored(path)
    assert list(ReportingRound.history.values()) == history
    assert list(EntryVersion.objects.order_by("pk").values()) == versions
    found = EditionFile.objects.order_by("pk").values_list("checksum", "content")
    assert [(c, bytes(b)) for c, b in found] == [(c, bytes(b)) for c, b in files]
    assert [editions.broken_files(edition) for edition in Edition.objects.all()] == [[], []]


def test_the_database_guards_itself_again_afterwards(told, tmp_path) -> None:
    before = triggers()
    path = written(tmp_path / "all.zip")
    restored(path)
    assert triggers() == before
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.update(content="{}")


def test_kept_pages_are_made_anew_and_everybody_is_signed_out(told, tmp_path) -> None:
    path = written(tmp_path / "all.zip")
    token = Revision.objects.get().token
    Session.objects.create(session_key="k", session_data="x", expire_date=timezone.now())
    restored(path)
    assert Revision.objects.get().token != token
    assert Session.objects.count() == 0


def test_a_key_that_was_ever_given_is_not_given_again(apart, tmp_path) -> None:
    gone = User.objects.create_user("gone@example.org")
    key = gone.pk
    gone.delete()
    path = written(tmp_path / "all.zip")
    restored(path)
    assert User.objects.create_user("next@example.org").pk == key + 1


def test_a_database_with_data_is_not_touched_unasked(told, tmp_path) -> None:
    path = written(tmp_path / "first.zip")
    User.objects.create_user("later@example.org")
    with pytest.raises(
        CommandError, match=r"holds data already .* --replace\. Nothing was changed"
    ):
        restored(path, replace=False)
    assert User.objects.filter(email="later@example.org").exists()


@pytest.mark.whole
def test_a_backup_of_one_database_is_restored_on_the_other(told, tmp_path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("there and back is tried from SQLite")
    first, second = written(tmp_path / "first.zip"), tmp_path / "second.zip"
    manage = f"{sys.executable} manage.py"
    there = (
        f"{manage} migrate --verbosity 0 && {manage} restore {first} && {manage} backup {second}"
        f" && {manage} verify_edition small 2025"
    )
    done = subprocess.run(
        [sys.executable, "scripts/with_postgres.py", "sh", "-c", there],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"DEBUG": "1", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    assert manifest_of(second)["database"] == "postgresql"
    assert rows_of(second) == rows_of(first)
    emptied()
    restored(second)
    assert rows_of(written(tmp_path / "third.zip")) == rows_of(first)


# --- What is refused ----------------------------------------------------------------


def packed(path: Path, content: Content, *, method: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def changed(change: Callable[[Any, Content], None]) -> Callable[[Path], None]:
    """Return a way to spoil a backup by its manifest and parts, checksums made to fit."""

    def spoil(path: Path) -> None:
        content = content_of(path)
        manifest = json.loads(content[parts.MANIFEST])
        change(manifest, content)
        for table in manifest["tables"] if isinstance(manifest, dict) else ():
            part = content.get(f"tables/{table.get('table')}.jsonl")
            if part is not None:
                table["sha256"] = hashlib.sha256(part).hexdigest()
                table["bytes"], table["rows"] = len(part), part.count(b"\n")
        content[parts.MANIFEST] = json.dumps(manifest).encode()
        packed(path, content)

    return spoil


def rewritten(table: str, change: Callable[[list[Any]], Any]) -> Callable[[Path], None]:
    """Return a way to change the first row of a table."""

    def edit(_manifest: Any, content: Content) -> None:
        name = f"tables/{table}.jsonl"
        first, *others = content[name].splitlines(keepends=True)
        row = change(json.loads(first))
        content[name] = (row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n"
        content[name] += b"".join(others)

    return changed(edit)


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)


def part_changed_without_its_checksum(path: Path) -> None:
    content = content_of(path)
    name = "tables/actions.theme.jsonl"
    content[name] = content[name].replace(b"a", b"b", 1)
    packed(path, content)


def bomb(path: Path) -> None:
    content = content_of(path)
    content["tables/actions.theme.jsonl"] = b"0" * 400_000_000
    packed(path, content)


def oversized(path: Path) -> None:
    """Have the directory of the zip file promise far more than there is."""
    data = path.read_bytes()
    place = data.index(b"PK\x01\x02")
    path.write_bytes(data[: place + 24] + b"\xfe\xff\xff\xff" + data[place + 28 :])


def drop(table: str) -> Callable[[Any, Content], None]:
    def edit(_manifest: Any, content: Content) -> None:
        del content[f"tables/{table}.jsonl"]

    return edit


NOT_A_BACKUP = "is no backup"
SPOILT: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empty": (lambda path: path.write_bytes(b""), NOT_A_BACKUP),
    "text": (lambda path: path.write_text("hello"), NOT_A_BACKUP),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-2000]), NOT_A_BACKUP),
    "cut at the start": (lambda path: path.write_bytes(path.read_bytes()[2000:]), NOT_A_BACKUP),
    "a flipped byte": (flipped, ""),
    "another zip": (lambda path: packed(path, {"a.txt": b"a"}), "has no manifest"),
    "an empty zip": (lambda path: packed(path, {}), "has no manifest"),
    "a manifest of others": (
        lambda path: packed(path, content_of(path) | {parts.MANIFEST: b'{"a": 1}'}),
        NOT_A_BACKUP,
    ),
    "a manifest that is none": (
        lambda path: packed(path, content_of(path) | {parts.MANIFEST: b"[" * 100_000}),
        "cannot be read",
    ),
    "stored": (
        lambda path: packed(path, content_of(path), method=zipfile.ZIP_STORED), NOT_A_BACKUP,
    ),
    "a part too many": (
        lambda path: packed(path, content_of(path) | {"../evil": b""}), "not the tables",
    ),
    "a part too few": (changed(drop("actions.theme")), "not the tables"),
    "another version": (changed(lambda m, _c: m.update(version=2)), "another version: 2"),
    "other migrations": (
        changed(lambda m, _c: m["migrations"].append("actions.9999_later")),
        "other migrations .*actions.9999_later",
    ),
    "no migrations": (changed(lambda m, _c: m.pop("migrations")), "other migrations"),
    "no tables": (changed(lambda m, _c: m.update(tables=[])), "other tables or columns"),
    "a table twice": (
        changed(lambda m, _c: m["tables"].append(m["tables"][0])), "other tables or columns",
    ),
    "tables of another kind": (changed(lambda m, _c: m.update(tables=[{}])), "not complete"),
    "other columns": (
        changed(lambda m, _c: m["tables"][0]["columns"].append("x")), "other tables or columns",
    ),
    "a last key that is none": (
        changed(lambda m, _c: m["tables"][0].update(last_key=-1)), "not complete",
    ),
    "a changed part": (part_changed_without_its_checksum, "theme does not match the manifest"),
    "a bomb": (bomb, "would unpack to"),
    "oversized": (oversized, "would unpack to"),
    "a row too short": (rewritten("actions.theme", lambda row: row[:-1]), "is no row"),
    "a row that is none": (rewritten("actions.theme", lambda _row: b"{"), "is no row"),
    "a key of another kind": (rewritten("actions.theme", lambda row: ["1", *row[1:]]), "no int"),
    "bytes that are none": (rewritten("actions.theme", lambda row: [*row[:-1], {}]), "is no row"),
    "a link to nothing": (
        rewritten("actions.section", lambda row: [row[0], *[
            999_999 if name == "plan_id" else value
            for name, value in zip(columns("section"), row, strict=True)
        ][1:]]),
        "The database refuses",
    ),
}  # fmt: skip


def columns(name: str) -> list[str]:
    return parts.columns(apps.get_model("actions", name))


@pytest.fixture(scope="module")
def whole(django_db_setup, django_db_blocker, tmp_path_factory) -> Path:
    """A backup of the plans."""
    folder = tmp_path_factory.mktemp("whole")
    with django_db_blocker.unblock(), databases.apart(folder):
        return written(folder / "all.zip")


# One of each kind of fault: in the archive, its manifest, a part, a row, and for the database.
OFTEN = ("a changed part", "a bomb", "other migrations", "a row that is none", "a link to nothing")


@pytest.mark.parametrize("how", first_of_all(SPOILT, OFTEN))
def test_a_backup_that_is_not_whole_changes_nothing(whole, apart, tmp_path, how) -> None:
    spoil, said = SPOILT[how]
    path = Path(shutil.copy(whole, tmp_path / "all.zip"))
    before, token = rows_of(path), Revision.objects.get().token
    guards = triggers()
    spoil(path)
    with pytest.raises(CommandError, match=f"{said}.*Nothing was changed"):
        restored(path)
    assert rows_of(written(tmp_path / "after.zip")) == before
    assert (Revision.objects.get().token, triggers()) == (token, guards)


def test_a_file_that_is_not_there_is_said_in_one_sentence(apart, tmp_path) -> None:
    for path in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            restored(path)


def test_a_database_without_tables_is_told_to_migrate_first(apart, tmp_path, monkeypatch) -> None:
    path = written(tmp_path / "all.zip")
    monkeypatch.setattr(parts, "migrations", list)
    with pytest.raises(CommandError, match=r"run manage.py migrate first"):
        restored(path)


# --- Values -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (models.DateTimeField(), datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)),
        (models.DateField(), date(2026, 1, 2)),
        (models.BinaryField(), b"\x00\xff"),
        (models.TextField(), "\u2028 é \U0001f600"),
        (models.JSONField(), {"b": [1, None], "a": "x"}),
        (models.BooleanField(), True),
        (models.IntegerField(), 0),
        (models.IntegerField(), None),
    ],
)
def test_a_value_comes_back_as_it_was(field, value) -> None:
    line = json.dumps([parts.encode(value)])
    assert parts.decode(json.loads(line), [field]) == [value]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (models.BooleanField(), 1),
        (models.IntegerField(), True),
        (models.IntegerField(), 1.5),
        (models.TextField(), 1),
        (models.DateField(), 20260102),
        (models.DateField(), "yesterday"),
        (models.BinaryField(), "é"),
    ],
)
def test_a_value_of_another_kind_is_refused(field, value) -> None:
    with pytest.raises(ValueError, match=r"is no|Invalid|ASCII|fromisoformat"):
        parts.decode([value], [field])


def test_a_kind_of_value_that_no_column_has_is_not_written() -> None:
    with pytest.raises(TypeError, match="cannot hold float"):
        parts.encode(1.5)


def test_a_line_without_an_end_is_not_read_for_ever(monkeypatch) -> None:
    monkeypatch.setattr(backup_check, "MOST_LINE", 10)
    archive = SimpleNamespace(open=lambda _name: io.BytesIO(b"[" + b"1," * 100 + b"1]\n"))
    found = backup_check.Backup(archive, {})  # type: ignore[arg-type]
    with pytest.raises(backup_check.UnusableError, match="is no row"):
        list(found.rows(Theme))
