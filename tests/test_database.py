"""What the database itself refuses, whichever way a row is written."""

import os
import shutil
import subprocess
import sys
import threading
import time
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from actions import database
from actions.models import (
    Action,
    ActionFlag,
    Actor,
    ActorAlias,
    ActorName,
    Classification,
    Responsibility,
    Revision,
    Section,
    Succession,
    User,
)
from actions.services import plan as service
from tests import databases

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def refused(work) -> bool:
    """Tell whether the database refuses some work; leave the transaction usable."""
    try:
        with transaction.atomic():
            work()
    except DatabaseError:
        return True
    return False


def test_the_tree_of_actors_cannot_become_a_circle(make_actor) -> None:
    top = make_actor("top")
    middle = make_actor("middle", parent=top)
    low = make_actor("low", parent=middle)
    assert refused(lambda: Actor.objects.filter(pk=top.pk).update(parent=low))
    assert refused(lambda: Actor.objects.filter(pk=top.pk).update(parent=top))
    assert not refused(lambda: Actor.objects.filter(pk=low.pk).update(parent=top))


def test_a_rule_fits_where_its_tables_and_columns_are_there() -> None:
    with connection.cursor() as cursor:
        schema = database.read_schema(connection.vendor, cursor)
    every = (*database.RULES, *database.ROW_RULES)
    assert database.fitting(every, schema) == list(every)
    circle = [rule for rule in every if rule[0] == "actor_circle"]
    without_column = schema | {"actions_actor": schema["actions_actor"] - {"parent_id"}}
    without_table = {name: columns for name, columns in schema.items() if name != "actions_actor"}
    assert database.fitting(circle, without_column) == []
    assert database.fitting(circle, without_table) == []


def test_a_form_says_that_the_tree_would_become_a_circle(make_actor) -> None:
    top = make_actor("top")
    low = make_actor("low", parent=make_actor("middle", parent=top))
    top.parent = low
    with pytest.raises(ValidationError) as error:
        top.full_clean()
    assert error.value.message_dict == {"parent": ["An actor cannot be part of itself."]}


def test_a_section_of_another_plan_is_refused(nap2, make_plan) -> None:
    other = make_plan(actions=1)
    section = Section.objects.get(plan=nap2, number=1)
    assert refused(lambda: other.actions.update(section=section))
    assert refused(lambda: Section.objects.filter(plan=other).update(plan=nap2, number=50))


def test_a_parent_of_another_plan_or_below_another_is_refused(nap2, make_plan) -> None:
    other = make_plan(actions=3)
    first, second, third = other.actions.order_by("position")
    assert refused(lambda: other.actions.filter(pk=second.pk).update(parent=nap2.actions.first()))
    assert refused(lambda: other.actions.filter(pk=second.pk).update(parent=second))
    assert not refused(lambda: other.actions.filter(pk=second.pk).update(parent=first))
    assert refused(lambda: other.actions.filter(pk=third.pk).update(parent=second))
    assert refused(lambda: other.actions.filter(pk=first.pk).update(parent=third))


def test_installing_the_triggers_again_changes_nothing(make_actor) -> None:
    database.install_triggers(using=connection.alias)
    top = make_actor("top")
    low = make_actor("low", parent=top)
    assert refused(lambda: Actor.objects.filter(pk=top.pk).update(parent=low))


def test_every_trigger_is_there_after_migrating() -> None:
    assert database.missing_triggers() == []


@pytest.fixture
def unguarded() -> list[str]:
    """Take the triggers away, as a migration does that is killed; return what they are called."""
    with connection.cursor() as cursor:
        cursor.execute(database.TRIGGERS[connection.vendor])
        names = sorted(name for name, _table in cursor.fetchall() if name.startswith("nap_"))
    database.drop_triggers()
    return names


def test_what_is_missing_of_both_applications_is_named(unguarded) -> None:
    assert database.missing_triggers() == unguarded
    assert {"nap_edition_file_permanent"} < set(unguarded)


def test_without_its_guards_a_site_is_not_ready_and_neither_serves_nor_works(
    unguarded, client
) -> None:
    answer = client.get("/ready/")
    assert (answer.status_code, answer.content) == (503, b"not guarded")
    with pytest.raises(database.UnguardedError, match=r"Run manage\.py migrate\."):
        database.require_triggers()
    with pytest.raises(CommandError, match=r"The database is not guarded \(\d+ triggers"):
        call_command("work", once=True)
    with pytest.raises(SystemCheckError, match="The database default is not guarded: nap_"):
        call_command("check", databases=["default"])


def test_migrating_puts_up_what_is_missing(unguarded) -> None:
    call_command("migrate", verbosity=0)
    assert database.missing_triggers() == []


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_a_migration_that_fails_or_is_broken_off_leaves_the_database_guarded(
    monkeypatch, stop: type[BaseException]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        assert (database.missing_triggers() != []) is (connection.vendor == "sqlite")
        raise stop

    monkeypatch.setattr(MigrationExecutor, "migrate", fail)
    with pytest.raises(stop):
        call_command("migrate", "reports", "0006", verbosity=0)
    assert database.missing_triggers() == []


def test_one_trigger_that_is_missing_is_enough() -> None:
    on = " ON actions_actor" if connection.vendor == "postgresql" else ""
    name = "nap_actor_circle" + ("" if on else "_update")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert database.missing_triggers() == [name]


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Action, {"nature": "sometimes"}),
        (Action, {"period_kind": "never"}),
        (Action, {"period_start": date(2024, 2, 1), "period_end": date(2024, 1, 1)}),
        (Action, {"valid_from": date(2024, 2, 1), "valid_to": date(2024, 1, 1)}),
        (Action, {"other_title": "Other", "other_title_place": ""}),
        (Action, {"title_source": None}),
        (Actor, {"level": "galactic"}),
        (Actor, {"kind": "cloud"}),
        (Actor, {"icsd_role": "guest"}),
        (Actor, {"valid_from": date(2024, 2, 1), "valid_to": date(2024, 1, 1)}),
        (Responsibility, {"role": "spectator"}),
        (Responsibility, {"commitment": "We promise", "commitment_language": ""}),
        (Responsibility, {"reports_through_from": date(2024, 1, 1), "reports_through": None}),
        (Classification, {"scheme": "sdg", "number": 18}),
        (Classification, {"scheme": "pillar", "number": 4}),
        (Classification, {"basis": "source", "source": None}),
        (Classification, {"basis": "gut feeling"}),
        (ActionFlag, {"code": "nonsense"}),
        (ActorName, {"name_en": "", "name_fr": "", "name_nl": "", "name_de": ""}),
        (ActorAlias, {"text": ""}),
        (Section, {"number": 0}),
    ],
)
def test_a_value_against_the_rules_is_refused(model, values) -> None:
    row = model.objects.order_by("pk").last()
    assert refused(lambda: model.objects.filter(pk=row.pk).update(**values))


def test_a_plan_has_each_label_once(make_plan) -> None:
    plan = make_plan(actions=2)
    assert refused(lambda: plan.actions.filter(label="2").update(label="1"))


def test_an_actor_stands_once_under_an_action() -> None:
    held = Responsibility.objects.first()
    assert held is not None
    held.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        held.save(force_insert=True)


def test_an_actor_has_one_first_name_and_one_name_a_day(make_actor, source) -> None:
    actor = make_actor("x")

    def name(day: date | None) -> None:
        ActorName.objects.create(actor=actor, name_en="X", valid_from=day, source=source)

    assert refused(lambda: name(None))
    assert not refused(lambda: name(date(2024, 1, 1)))
    assert refused(lambda: name(date(2024, 1, 1)))


def test_nobody_succeeds_herself(make_actor, source) -> None:
    actor = make_actor("x")
    assert refused(
        lambda: Succession.objects.create(
            predecessor=actor, successor=actor, on=date(2024, 1, 1), source=source
        )
    )


def test_an_address_belongs_to_one_account_whatever_its_case() -> None:
    User.objects.create_user("one@example.org")
    with pytest.raises(ValidationError):
        User.objects.create_user("ONE@example.org")
    assert refused(lambda: User.objects.bulk_create([User(email="One@Example.org")]))


def test_the_name_valid_on_a_day_is_the_latest_that_started(make_actor, source) -> None:
    actor = make_actor("old")
    ActorName.objects.create(actor=actor, name_en="New", valid_from=date(2025, 7, 1), source=source)
    names = [actor.name_record(on=date(2025, 6, 30)), actor.name_record(on=date(2025, 7, 1))]
    assert [str(name) for name in names] == ["Old", "New"]
    assert actor.name == "New"


@pytest.mark.parametrize(("day", "name"), [("2026-12-31", "Old"), ("2027-01-01", "New")])
def test_an_announced_name_waits_for_its_day(make_actor, source, time_machine, day, name) -> None:
    time_machine.move_to(f"{day} 12:00+01:00")
    actor = make_actor("old")
    ActorName.objects.create(actor=actor, name_en="New", valid_from=date(2027, 1, 1), source=source)
    assert (actor.name, actor.label, actor.short) == (name, name, name)


def test_before_its_first_dated_name_an_actor_has_that_name(make_actor) -> None:
    actor = make_actor("x")
    actor.names.update(valid_from=date(2025, 1, 1))
    assert str(actor.name_record(on=date(2024, 1, 1))) == "X"


@pytest.mark.parametrize(
    "change",
    [
        lambda: Action.objects.filter(label="1").update(title_nl="x"),
        lambda: ActorAlias.objects.earliest("pk").delete(),
        lambda: ActionFlag.objects.latest("pk").save(),
    ],
)
def test_every_change_of_public_data_draws_a_new_revision(change) -> None:
    before = Revision.objects.get().token
    change()
    assert Revision.objects.get().token != before


def test_a_change_of_an_account_draws_none() -> None:
    before = Revision.objects.get().token
    User.objects.create_user("one@example.org")
    assert Revision.objects.get().token == before


def test_a_service_writes_one_signed_history_record(nap2, secretariat) -> None:
    action = nap2.actions.get(label="1")
    action.title_nl = "Nieuwe titel"
    service.save(action, by=secretariat, reason="Better wording")
    records = list(action.history.all())
    assert len(records) == 2
    assert (records[0].history_user, records[0].history_change_reason) == (
        secretariat,
        "Better wording",
    )


def test_a_service_stores_nothing_that_is_not_valid(nap2) -> None:
    action = nap2.actions.get(label="1")
    action.period_start, action.period_end = date(2025, 1, 2), date(2025, 1, 1)
    with pytest.raises(ValidationError):
        service.save(action, by=None)
    assert nap2.actions.get(label="1").period_start is None
    assert action.history.count() == 1


def test_what_is_deleted_stays_in_history_with_who_did_it(nap2, secretariat) -> None:
    flag = ActionFlag.objects.filter(action__plan=nap2).first()
    assert flag is not None
    key = flag.pk
    service.delete(flag, by=secretariat)
    last = ActionFlag.history.filter(id=key).latest()
    assert (last.history_type, last.history_user) == ("-", secretariat)


MIGRATE = """
import django
django.setup()
from django.core.management import call_command
from django.db import DatabaseError, connection, models
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from actions.models import Action, Actor, Plan, Revision, Section, Theme
wider = [(Section, "heading_label"), (Action, "heading_label"), (Action, "label"),
         (Revision, "token"), (Actor, "level"), (Plan, "slug"), (Theme, "title_en")]
for model, name in wider:
    emit_pre_migrate_signal(0, False, "default")
    old = model._meta.get_field(name)
    new = old.clone()
    new.max_length = old.max_length + 10
    new.set_attributes_from_name(name)
    new.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new)
    emit_post_migrate_signal(0, False, "default")
top = Actor.objects.get(slug="fps-justice")
try:
    Actor.objects.filter(pk=top.pk).update(parent=Actor.objects.filter(parent=top).first())
except DatabaseError as error:
    print("refused:", error)
print(Action.objects.count(), "actions")
"""


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite rebuilds tables")
def test_on_sqlite_every_guarded_table_can_be_migrated_with_data_in_it(tmp_path) -> None:
    path = shutil.copy(databases.template(), tmp_path / "db.sqlite3")
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MIGRATE],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "napmonitor.settings",
            "DATABASE_URL": f"sqlite:///{path}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stderr == ""
    assert found.stdout.splitlines()[-2:] == [
        "refused: the tree of actors has a circle",
        "104 actions",
    ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_writers_at_once_cannot_close_a_circle(apart, make_actor) -> None:
    one, two = make_actor("one"), make_actor("two")
    first_has_written = threading.Event()
    outcome: list[str] = []

    def second() -> None:
        first_has_written.wait(timeout=10)
        try:
            Actor.objects.filter(pk=two.pk).update(parent=one)
            outcome.append("stored")
        except DatabaseError:
            outcome.append("refused")
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        Actor.objects.filter(pk=one.pk).update(parent=two)
        first_has_written.set()
        time.sleep(0.5)
    thread.join(timeout=20)
    assert outcome == ["refused"]


def test_storing_a_row_as_it_is_writes_no_history(nap2, secretariat) -> None:
    action = nap2.actions.get(label="1")
    before = Revision.objects.get().token
    service.save(action, by=secretariat)
    assert (action.history.count(), Revision.objects.get().token) == (1, before)
