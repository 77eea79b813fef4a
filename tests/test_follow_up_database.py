"""What the database refuses of entries, versions and reviews, whichever way a row is written."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from actions.database import ENTRY_TEXTS
from actions.models import Entry, EntryVersion, ReviewEvent
from actions.models.entries import CONTENT
from actions.services import entries
from tests.follow_up import NOW, Scene, content

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

STATES = ("empty", "draft", "submitted", "returned", "accepted")


def refused(work: Any) -> bool:
    """Tell whether the database refuses some work; leave the transaction usable."""
    try:
        with transaction.atomic():
            work()
            # Foreign keys are looked at when a transaction ends.
            connection.check_constraints()
    except DatabaseError:
        return True
    return False


def update(entry: Entry, **values: Any) -> bool:
    """Tell whether a raw change of an entry is refused, going around every service."""
    return refused(lambda: Entry.objects.filter(pk=entry.pk).update(**values))


def delete(row: Any) -> None:
    """Delete a row by hand."""
    table = connection.ops.quote_name(row._meta.db_table)  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row.pk])  # noqa: S608


def replace(row: Any, **values: Any) -> None:
    """Put another row in the place of one, which only SQLite does without deleting it."""
    meta = row._meta  # noqa: SLF001
    kept = [field.column for field in meta.concrete_fields if field.name not in values]
    names = ", ".join([*kept, *(meta.get_field(name).column for name in values)])
    taken = ", ".join([*kept, *["%s"] * len(values)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"REPLACE INTO {meta.db_table} ({names}) "  # noqa: S608
            f"SELECT {taken} FROM {meta.db_table} WHERE id = %s",
            [*values.values(), row.pk],
        )


@pytest.fixture
def in_state(scene: Scene, now_open: Any) -> Any:
    """A factory of entries in a state, by the services."""

    def make(state: str, label: str = "1", status: str = "in_progress") -> Entry:
        entry = scene.entry(now_open, label)
        if state != "empty":
            scene.save(entry, status=status)
        if state in {"submitted", "returned", "accepted"}:
            scene.submit(entry, status=status)
        if state == "returned":
            scene.send_back(entry)
        if state == "accepted":
            scene.accept(entry)
        return Entry.objects.get(pk=entry.pk)

    return make


@pytest.fixture
def carried(scene: Scene) -> Entry:
    """An entry that stands in 2025 as carried over from 2024."""
    old = scene.entry(scene.round(2024))
    scene.submit(old, status="done")
    scene.accept(old)
    return scene.entry(scene.round(2025))


# Where an update of the state alone may lead, nothing else being changed.
ALLOWED = {
    ("empty", "draft"),
    ("draft", "submitted"),
    ("submitted", "draft"),
    ("submitted", "returned"),
    ("returned", "submitted"),
    ("accepted", "returned"),
}


@pytest.mark.parametrize("before", STATES)
def test_an_entry_takes_the_steps_of_the_workflow_and_no_others(in_state: Any, before: str) -> None:
    entry = in_state(before)
    found = {
        after
        for after in STATES
        if after != before and not refused(lambda after=after: _and_back(entry, state=after))
    }
    assert found == {after for start, after in ALLOWED if start == before}


def _and_back(entry: Entry, **values: Any) -> None:
    """Change an entry and undo the change."""
    with transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(**values)
        transaction.set_rollback(True)


@pytest.mark.parametrize("state", ["nonsense", "", "ACCEPTED"])
def test_an_entry_has_no_other_state(in_state: Any, state: str) -> None:
    assert update(in_state("draft"), state=state)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
def test_an_entry_starts_empty(scene: Scene, now_open: Any, state: str) -> None:
    person = scene.people["writer"]
    values = {
        "status": "done", "done": "x", "language": "nl", "submitted_by": person,
        "submitted_at": NOW, "decided_by": scene.people["second"], "decided_at": NOW,
    }  # fmt: skip
    new = Entry(
        round=now_open,
        responsibility=scene.responsibility("7"),
        expected=False,
        state=state,
        **values,
    )
    assert refused(lambda: Entry.objects.bulk_create([new]))


def test_an_actor_has_one_entry_under_an_action_in_a_round(scene: Scene, now_open: Any) -> None:
    twin = Entry(round=now_open, responsibility=scene.responsibility("1"), expected=True)
    assert refused(lambda: Entry.objects.bulk_create([twin]))


@pytest.mark.parametrize("empty", ["status", "language", "done"])
def test_nothing_is_handed_in_without_a_text(in_state: Any, empty: str) -> None:
    draft = in_state("draft")
    assert update(draft, state="submitted", **{empty: ""})
    assert update(in_state("submitted", "2"), **{empty: ""})


@pytest.mark.parametrize("status", ["discontinued", "not_applicable"])
def test_nothing_is_handed_in_without_the_reason_that_its_status_needs(
    in_state: Any, status: str
) -> None:
    draft = in_state("draft")
    assert update(draft, state="submitted", status=status)
    assert not update(draft, state="submitted", status=status, reason="Repealed.")


@pytest.mark.parametrize(
    "values",
    [
        {"status": "not_reported"},
        {"status": "insufficient"},
        {"status": "excellent"},
        {"language": "it"},
        {"written_by": None},
        {"written_at": None},
        {"submitted_at": NOW},
        {"decided_at": NOW},
        {"version": 0},
        {"version": -1},
        {"since": 2024},
        {"written_by": 10**9},
    ],
)
def test_a_draft_takes_no_forged_value(in_state: Any, values: dict[str, Any]) -> None:
    draft = in_state("draft")
    given = {k.replace("_by", "_by_id") if v == 10**9 else k: v for k, v in values.items()}
    assert update(draft, **given)


def test_an_entry_stays_in_its_round_and_with_its_actor(
    scene: Scene, now_open: Any, in_state: Any
) -> None:
    other = scene.round(2024)
    for state, label in (("empty", "9"), ("draft", "1"), ("accepted", "2")):
        entry = in_state(state, label)
        assert update(entry, round=other)
        assert update(entry, responsibility=scene.responsibility("7"))


@pytest.mark.parametrize("name", ["writer", "head"])
def test_nobody_accepts_what_they_wrote_or_handed_in(
    scene: Scene, now_open: Any, name: str
) -> None:
    entry = scene.entry(now_open)
    scene.save(entry, by="writer")
    scene.submit(entry, by="head")
    accepted = {"state": "accepted", "decided_at": NOW}
    by = scene.people[name]
    assert update(entry, **accepted, decided_by=by)
    # Nor by wiping the traces first.
    assert update(entry, **accepted, decided_by=by, written_by=None, written_at=None) == (
        name in {"writer", "head"}
    )
    assert not update(entry, **accepted, decided_by=scene.people["second"])
    assert update(entry, decided_by=by)


def test_nobody_accepts_what_they_wrote_in_an_earlier_version(scene: Scene, now_open: Any) -> None:
    entry = scene.entry(now_open)
    scene.save(entry, by="secretariat", done="The first words.")
    scene.submit(entry, by="writer", done="Other words.")
    accepted = {"state": "accepted", "decided_at": NOW}
    assert update(entry, **accepted, decided_by=scene.people["secretariat"])
    assert not update(entry, **accepted, decided_by=scene.people["chair"])


def test_nothing_is_accepted_by_nobody(in_state: Any, scene: Scene) -> None:
    entry = in_state("submitted")
    assert update(entry, state="accepted")
    assert update(entry, state="accepted", decided_by=scene.people["second"])
    accepted = {"decided_by": scene.people["second"], "decided_at": NOW, "state": "accepted"}
    assert update(entry, **accepted, submitted_by=None, submitted_at=None)
    assert not update(entry, **accepted)


CHANGES = {
    "status": "done",
    "language": "fr",
    "evidence": [{"title": "x", "address": "", "kind": "law", "date": ""}],
    "unchanged": True,
    "version": 7,
} | dict.fromkeys(set(CONTENT) - {"status", "language", "evidence", "unchanged"}, "Forged.")


@pytest.mark.parametrize("state", ["submitted", "accepted"])
@pytest.mark.parametrize("field", sorted(CHANGES))
def test_what_was_handed_in_is_not_written_over(in_state: Any, state: str, field: str) -> None:
    entry = in_state(state)
    assert update(entry, **{field: CHANGES[field]})
    if state == "submitted":
        taken_back = {"state": "draft", field: CHANGES[field]}
        assert update(entry, **taken_back)


def test_the_guarded_texts_are_all_that_an_entry_says() -> None:
    assert {"status", *ENTRY_TEXTS} == set(CONTENT)


# --- Carried over -----------------------------------------------------------------


def test_only_accepted_finished_work_of_an_earlier_round_is_carried_over(
    scene: Scene, now_open: Any, in_state: Any
) -> None:
    before = scene.round(2024)
    old, other = scene.entry(before, "1"), scene.entry(before, "2")
    for each in (old, other):
        scene.submit(each, status="done")
    entry = in_state("empty")
    carry = {"state": "accepted", "status": "done", "since": 2024}
    assert update(entry, **carry, carried_from=entry)
    assert update(entry, **carry, carried_from=old)  # handed in, not accepted
    Entry.objects.filter(pk=old.pk).update(
        state="accepted", decided_by=scene.people["second"], decided_at=NOW
    )
    assert update(entry, **carry)
    assert update(entry, **carry, carried_from=other)
    assert update(entry, **carry | {"status": "discontinued"}, carried_from=old)
    assert update(entry, **carry | {"status": "in_progress"}, carried_from=old)
    assert update(entry, **carry | {"since": None}, carried_from=old)
    assert update(entry, **carry | {"state": "empty"}, carried_from=old)
    later = in_state("accepted", "2", "done")
    assert update(scene.entry(before, "9"), **carry, carried_from=later)
    assert not update(entry, **carry, carried_from=old)


def test_an_entry_starts_carried_over_from_finished_work_alone(
    scene: Scene, carried: Entry
) -> None:
    old = carried.carried_from
    further = scene.round(2026, "planned", reference_date=date(2026, 12, 31))

    def insert(label: str, source: Entry | None, status: str = "done") -> bool:
        new = Entry(
            round=further, responsibility=scene.responsibility(label), expected=True,
            state="accepted", status=status, carried_from=source, since=2024,
        )  # fmt: skip
        return refused(lambda: Entry.objects.bulk_create([new]))

    assert insert("1", None)
    assert insert("2", old)
    assert insert("1", old, "discontinued")
    assert insert("1", scene.entry(carried.round, "9"))
    assert not insert("1", carried)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_carrying_over_is_no_way_around_a_review(
    scene: Scene, now_open: Any, in_state: Any, state: str
) -> None:
    old = scene.entry(scene.round(2024))
    scene.submit(old, status="done")
    entry = in_state(state, status="done")
    scene.accept(old)
    assert update(entry, state="accepted", status="done", since=2024, carried_from=old)


def test_an_accepted_entry_is_not_turned_into_a_carried_one_nor_back(
    scene: Scene, carried: Entry
) -> None:
    old = carried.carried_from
    assert old is not None
    assert update(old, state="draft")
    assert update(old, state="empty", status="")
    decided = {
        "decided_by": scene.people["second"], "decided_at": NOW,
        "submitted_by": scene.people["writer"], "submitted_at": NOW,
        "done": "x", "language": "nl", "carried_from": None, "since": None,
    }  # fmt: skip
    assert update(carried, **decided)
    assert update(carried, **decided, state="returned")
    assert update(carried, state="returned", carried_from=None, since=None)
    assert update(carried, carried_from=None, since=None)
    assert update(carried, status="discontinued")
    assert not update(carried, state="draft", carried_from=None, since=None)


# --- What is never changed --------------------------------------------------------


def test_a_version_is_neither_changed_nor_deleted(in_state: Any, scene: Scene) -> None:
    version = in_state("submitted").versions.get()
    same = EntryVersion.objects.filter(pk=version.pk)
    for values in (
        {"content": content(done="Forged.")},
        {"author": scene.people["second"]},
        {"number": 2},
        {"at": NOW},
        {"on_behalf": True},
    ):
        assert refused(lambda values=values: same.update(**values))
    assert refused(same.delete)
    assert refused(version.delete)
    assert refused(lambda: delete(version))


def test_a_review_is_neither_changed_nor_deleted(in_state: Any, scene: Scene) -> None:
    event = in_state("accepted").events.last()
    same = ReviewEvent.objects.filter(pk=event.pk)
    for values in (
        {"comment": "Forged."},
        {"by": scene.people["writer"]},
        {"by": None},
        {"kind": "returned", "comment": "x"},
        {"version": 9},
    ):
        assert refused(lambda values=values: same.update(**values))
    assert refused(same.delete)
    assert refused(event.delete)
    assert refused(lambda: delete(event))


def test_what_has_a_history_is_not_deleted(in_state: Any, scene: Scene, now_open: Any) -> None:
    entry = in_state("draft")
    for row in (entry, now_open, entry.responsibility, scene.people["writer"]):
        with pytest.raises(ProtectedError), transaction.atomic():
            row.delete()
    for row in (entry, now_open, scene.people["writer"]):
        assert refused(lambda row=row: delete(row))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has REPLACE")
def test_a_version_and_a_review_are_not_replaced(in_state: Any) -> None:
    entry = in_state("submitted")
    version, event = entry.versions.get(), entry.events.get()
    assert refused(lambda: replace(version, page="forged"))
    assert refused(lambda: replace(version, page="forged", id=10**6))
    assert refused(lambda: replace(event, comment="forged"))
    assert entry.versions.get().page == ""


@pytest.mark.parametrize("number", [0, 1, 3, 99])
def test_a_version_is_the_one_that_the_entry_has(in_state: Any, scene: Scene, number: int) -> None:
    entry = in_state("draft")
    new = EntryVersion(
        entry=entry, number=number, content=content(), author=scene.people["writer"], at=NOW
    )
    assert refused(lambda: EntryVersion.objects.bulk_create([new]))


@pytest.mark.parametrize("kind", ["returned", "reopened"])
def test_a_review_that_needs_a_reason_has_one(in_state: Any, scene: Scene, kind: str) -> None:
    entry = in_state("submitted")
    new = ReviewEvent(entry=entry, kind=kind, version=1, by=scene.people["second"], at=NOW)
    assert refused(lambda: ReviewEvent.objects.bulk_create([new]))
    new.kind = "nonsense"
    assert refused(lambda: ReviewEvent.objects.bulk_create([new]))


def test_the_services_pass_where_a_raw_change_does_not(in_state: Any, scene: Scene) -> None:
    entry = in_state("submitted")
    entries.withdraw(entry, by=scene.people["writer"], now=NOW)
    scene.submit(entry, done="Other words.")
    scene.send_back(entry)
    scene.submit(entry, done="Better words.")
    assert scene.accept(entry).version == 3
