"""Every migration since the first release, tried on what that release left, there and back."""

import hashlib
import json
import lzma
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count
from django.test import Client

from actions import sealing
from actions.models import Entry, EntryVersion, PublishedAction, PublishedEntry, ReviewEvent
from reports.formats import FORMATS
from reports.models import Edition
from reports.services import editions
from tests import databases

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

FIRST = Path(__file__).parent / "data" / "upgrade"
# Drawn anew or filled in by migrating itself; nothing that anybody wrote.
PASSING = {
    "actions_revision", "auth_permission", "django_content_type", "django_migrations",
    "sqlite_sequence",
}  # fmt: skip
OURS = ("actions", "reports")
# Applications of libraries that the first release did not have.
SINCE = ("socialaccount",)
SEALED = re.compile(rf"{sealing.SEALED}[\w=-]+")
Tables = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


@pytest.fixture(scope="module")
def brought_up_to_date(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Before"]:
    """Work on the database that the first release left, migrated; give what it was before."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        name = unpack(stack, tmp_path_factory.mktemp("first"))
        own = stack.enter_context(databases.speaking_to(name))
        stack.callback(own.close)
        before = Before(applied(), contents())
        migrate()
        yield before


class Before(NamedTuple):
    """What the first release left: the newest migration of each application, and the rows."""

    migrations: dict[str, str]
    contents: Tables


def unpack(stack: ExitStack, folder: Path) -> str:
    """Make the database of the first release anew; return its name."""
    if databases.IS_SQLITE:
        path = folder / "first.sqlite3"
        path.write_bytes(lzma.decompress((FIRST / "first.sqlite3.xz").read_bytes()))
        return str(path)
    name = stack.enter_context(databases.on_server())
    with psycopg.connect(databases.address(name)) as server:
        server.execute(lzma.decompress((FIRST / "first.sql.xz").read_bytes()))
    return name


def applied() -> dict[str, str]:
    """Return the newest migration of each application of ours that the database has."""
    known = MigrationRecorder(connection).applied_migrations()
    return {app: max(name for owner, name in known if owner == app) for app in OURS}


def migrate(**targets: str) -> None:
    """Migrate to named states, or to the newest."""
    for app, name in targets.items():
        call_command("migrate", app, name, verbosity=0)
    if not targets:
        call_command("migrate", verbosity=0)


def contents() -> Tables:
    """Return the columns and rows of every table with something in it that somebody wrote.

    Columns stand by name: SQLite, which rebuilds a table to add one, moves them about.
    """
    found: Tables = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - PASSING:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  our own tables
            names = [column[0] for column in cursor.description]
            places = sorted(range(len(names)), key=names.__getitem__)
            rows = [tuple(short(row[place]) for place in places) for row in cursor.fetchall()]
            found[table] = ([names[place] for place in places], sorted(rows, key=repr))
    return found


def short(value: Any) -> Any:
    """Return a value: a file by its checksum, an object whatever the order of its keys.

    What is sealed is another text each time; what it holds is compared.
    """
    if isinstance(value, str) and value.startswith("{"):
        told = json.dumps(json.loads(value), sort_keys=True)
        return SEALED.sub(lambda found: f"sealed {sealing.unseal(found[0])}", told)
    is_file = isinstance(value, bytes | memoryview)
    return hashlib.sha256(value).hexdigest() if is_file else value


def triggers() -> set[str]:
    """Return the names of the guards that stand in the database."""
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname || ' ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(question)
        return {name for (name,) in cursor.fetchall()}


# --- The upgrade ------------------------------------------------------------------------


def test_after_an_upgrade_every_edition_is_what_it_was_and_can_be_read(brought_up_to_date) -> None:
    found = list(Edition.objects.order_by("round__year", "number"))
    assert [(str(e), e.state, e.files.count()) for e in found] == [
        ("nap1 2018 e1", "published", 21),
        ("nap1 2018 e2", "published", 21),
        ("nap2 2024 e1", "published", 21),
    ]
    for edition in found:
        assert editions.digest(edition.content.encode()) == edition.checksum
        assert json.loads(edition.content)["schema"] == 1
        assert editions.broken_files(edition) == []
        assert edition.snapshot.edition == edition.number
        # An old snapshot still makes a report, in its own words and today's looks.
        assert FORMATS["html"].render(edition.snapshot, "fr").startswith(b"<!doctype html>")


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_after_an_upgrade_the_pages_show_what_was_published(brought_up_to_date, language) -> None:
    for path in (
        "nap2/", "nap2/actions/", "nap2/actions/22.1/", "nap2/actors/fps-justice/",
        "nap2/reports/", "nap2/reports/2024/", "nap2/reports/2024/e1/report.pdf",
        "nap2/reports/2024/e1/data.json", "nap2/reports/compare/?from=2024&to=2024",
        "nap1/reports/2018/e1/", "nap1/reports/2018/e2/",
    ):  # fmt: skip
        response = Client().get(f"/{language}/plans/{path}", follow=True)
        assert (path, response.status_code) == (path, 200)


def test_after_an_upgrade_nothing_that_somebody_wrote_is_gone(brought_up_to_date) -> None:
    states = dict(Entry.objects.values_list("state").annotate(number=Count("pk")).order_by())
    assert states == {"accepted": 242, "draft": 19, "empty": 65, "returned": 8, "submitted": 32}
    assert EntryVersion.objects.count() == rows(brought_up_to_date, "actions_entryversion")
    assert ReviewEvent.objects.count() == rows(brought_up_to_date, "actions_reviewevent")
    assert PublishedEntry.objects.count() == rows(brought_up_to_date, "actions_publishedentry")


def test_after_an_upgrade_what_pages_read_is_what_the_editions_say(brought_up_to_date) -> None:
    """As a new publication would have stored it, under today's keys."""
    for edition in Edition.objects.filter(state="published").order_by("round", "number"):
        told = {facts.label: facts for facts in editions.facts(edition.snapshot)}
        kept = PublishedAction.objects.filter(
            shown__round=edition.round, shown__edition=edition.number
        )
        for row in kept.select_related("action"):
            plain = json.loads(json.dumps(dict(told[row.action.label].facts)))
            assert row.facts == plain
            assert row.expected == row.facts["expected"]


def rows(before: Before, table: str) -> int:
    return len(before.contents[table][1])


def test_after_an_upgrade_the_same_guards_stand_as_in_a_new_database(
    brought_up_to_date, tmp_path
) -> None:
    upgraded = triggers()
    assert len(upgraded) > 40
    with databases.apart(tmp_path):
        assert triggers() == upgraded


def test_after_an_upgrade_there_are_the_same_permissions_as_in_a_new_database(
    brought_up_to_date, tmp_path
) -> None:
    upgraded = permissions()
    with databases.apart(tmp_path):
        assert permissions() == upgraded


def permissions() -> set[tuple[str, str]]:
    rows = Permission.objects.filter(content_type__app_label__in=OURS)
    return set(rows.values_list("content_type__model", "codename"))


@pytest.mark.whole
def test_every_migration_can_be_taken_back_and_made_again(brought_up_to_date) -> None:
    before, after, guards = brought_up_to_date, contents(), triggers()
    migrate(**before.migrations, **dict.fromkeys(SINCE, "zero"))
    assert applied() == before.migrations
    assert contents() == before.contents
    migrate()
    assert (contents(), triggers()) == (after, guards)
