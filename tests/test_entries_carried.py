"""What an entry takes over from last year, and entries that nobody expects."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from actions.models import Entry, ReportingRound
from actions.refusals import Refused
from actions.services import entries, rounds
from tests.follow_up import (
    CLOSE,
    DEADLINE,
    NEXT_DAY,
    NOW,
    SECRETARIAT,
    Scene,
    everything,
    refused_fields,
    trail,
    unchanged_by,
    who_may,
)

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

# --- Last year --------------------------------------------------------------------


@pytest.fixture
def two_years(scene: Scene) -> tuple[Entry, Entry]:
    """An entry accepted last year, and the one that is to be written now."""
    before = scene.round(2024)
    old = scene.entry(before)
    scene.submit(old, done="We wrote *the bill*.", results="None yet.")
    scene.accept(old)
    rounds.close(before, by=scene.people["secretariat"], now=NOW)
    return Entry.objects.get(pk=old.pk), scene.entry(scene.round(2025))


@pytest.mark.parametrize(
    "same",
    [
        {"done": "We wrote *the bill*."},
        {"done": "  We  wrote\n*the bill*. "},
        {"done": "Another.", "results": "None yet."},
    ],
)
def test_the_text_of_last_year_is_handed_in_only_as_still_true(
    scene: Scene, two_years: tuple[Entry, Entry], same: dict[str, Any]
) -> None:
    _before, entry = two_years
    assert refused_fields(lambda: scene.submit(entry, **same)) == ["unchanged"]
    stored = scene.submit(entry, **same, unchanged=True)
    assert stored.unchanged
    version = stored.versions.last()
    assert version is not None
    assert version.content["unchanged"]


@pytest.mark.parametrize(
    "other",
    [
        {"done": "We wrote the bill."},
        {"done": "WE WROTE *THE BILL*."},
        # The same words in another field are another statement; no text is no text.
        {"done": "None yet."},
        {"done": "Another.", "results": ""},
        {"done": "Another.", "internal": "None yet."},
    ],
)
def test_another_text_needs_no_such_word(
    scene: Scene, two_years: tuple[Entry, Entry], other: dict[str, Any]
) -> None:
    assert scene.submit(two_years[1], **other).is_submitted


def test_last_year_is_the_newest_round_with_an_accepted_entry(scene: Scene) -> None:
    made = []
    for year in (2022, 2023, 2024):
        followed = scene.round(year)
        entry = scene.entry(followed)
        scene.submit(entry, done=f"In {year}.")
        if year != 2024:
            scene.accept(entry)
        made.append(entry)
    now = scene.entry(scene.round(2025))
    assert entries.last_year(now) == made[1]
    assert entries.last_year(made[0]) is None


# --- Finished work ----------------------------------------------------------------


def finished(scene: Scene, status: str = "done") -> Entry:
    """Return what was accepted as finished in 2024."""
    entry = scene.entry(scene.round(2024))
    scene.submit(entry, status=status, reason="There was one.")
    return scene.accept(entry)


@pytest.mark.parametrize("status", ["done", "discontinued", "not_applicable"])
def test_finished_work_carries_over_as_accepted_with_the_year_it_was_finished(
    scene: Scene, status: str
) -> None:
    old = finished(scene, status)
    entry = scene.entry(scene.round(2025))
    assert (entry.state, entry.status, entry.carried_from, entry.since, entry.version) == (
        "accepted", status, old, 2024, 0,
    )  # fmt: skip
    assert trail(entry) == [("carried", 0, "secretariat")]
    next_one = scene.entry(scene.round(2026, reference_date=date(2026, 12, 31)))
    assert (next_one.carried_from, next_one.since, next_one.spoken) == (entry, 2024, old)


@pytest.mark.parametrize("status", ["in_progress", "not_started", "partly_done"])
def test_what_goes_on_does_not_carry_over(scene: Scene, status: str) -> None:
    scene.submit(scene.entry(scene.round(2024)), status=status)
    scene.accept(Entry.objects.get(round__year=2024, responsibility__action__label="1"))
    entry = scene.entry(scene.round(2025))
    assert (entry.state, entry.carried_from) == ("empty", None)


def test_what_was_only_handed_in_as_finished_does_not_carry_over(scene: Scene) -> None:
    scene.submit(scene.entry(scene.round(2024)), status="done")
    assert scene.entry(scene.round(2025)).state == "empty"


def test_work_accepted_as_finished_later_carries_over_where_nothing_is_written(
    scene: Scene,
) -> None:
    before = scene.round(2024)
    first, second = scene.entry(before, "1"), scene.entry(before, "9")
    for each in (first, second):
        scene.submit(each, status="done")
    now = scene.round(2025)
    further = scene.round(2026, reference_date=date(2026, 12, 31))
    scene.save(scene.entry(now, "9"), done="It goes on.")
    scene.accept(first)
    scene.accept(second)
    assert [scene.entry(now, label).state for label in "19"] == ["accepted", "draft"]
    assert [scene.entry(further, label).state for label in "19"] == ["accepted", "empty"]
    assert scene.entry(further, "1").spoken == Entry.objects.get(pk=first.pk)
    assert trail(scene.entry(now, "1")) == [("carried", 0, "second")]


def test_what_is_accepted_as_finished_no_more_carries_over_no_more(scene: Scene) -> None:
    old = finished(scene)
    now, further = scene.round(2025), scene.round(2026, reference_date=date(2026, 12, 31))
    scene.send_back(old, by="chair", comment="The law was repealed.")
    for each in (now, further):
        entry = scene.entry(each)
        assert (entry.state, entry.status, entry.carried_from, entry.since) == (
            "empty", "", None, None,
        )  # fmt: skip
        assert trail(entry) == [("carried", 0, "secretariat"), ("uncarried", 0, "chair")]
    # Accepted once more, it carries over once more.
    scene.submit(old, by="secretariat", status="done", done="There is a new law.")
    scene.accept(old)
    assert [scene.entry(each).state for each in (now, further)] == ["accepted", "accepted"]


def test_returned_work_leaves_alone_what_a_later_round_says_itself(scene: Scene) -> None:
    old = finished(scene)
    entry = scene.entry(scene.round(2025))
    entries.reopen(entry, by=scene.people["writer"], reason="It goes on.", now=NOW)
    scene.save(entry, done="It goes on.")
    scene.send_back(old, by="chair")
    stored = Entry.objects.get(pk=entry.pk)
    assert (stored.state, stored.done) == ("draft", "It goes on.")


def test_finished_work_is_reopened_by_its_institution_with_a_reason(scene: Scene) -> None:
    finished(scene)
    entry = scene.entry(scene.round(2025))

    def reopen(name: str = "writer", reason: str = "It goes on.", now: Any = NOW) -> Entry:
        return entries.reopen(entry, by=scene.people[name], reason=reason, now=now)

    allowed = who_may(scene, reopen)
    assert allowed == {"writer", "colleague", "head", *SECRETARIAT}
    for reason in ("", " \n", "a\x00b", "x" * 10_001):
        assert refused_fields(lambda reason=reason: reopen(reason=reason)) == ["reason"]
    unchanged_by(Refused, lambda: reopen(now=NEXT_DAY))
    stored = reopen()
    assert (stored.state, stored.carried_from, stored.since) == ("draft", None, None)
    event = entry.events.last()
    assert event is not None
    assert (event.kind, event.comment, event.by) == (
        "reopened", "It goes on.", scene.people["writer"],
    )  # fmt: skip
    unchanged_by(Refused, reopen)
    scene.submit(entry, status="partly_done", done="One part is still to do.")
    assert scene.accept(entry).status == "partly_done"


def test_reopened_work_carries_over_to_later_rounds_no_more(scene: Scene) -> None:
    finished(scene)
    entry = scene.entry(scene.round(2025))
    further = scene.round(2026, reference_date=date(2026, 12, 31))
    entries.reopen(entry, by=scene.people["writer"], reason="It goes on.", now=NOW)
    later = scene.entry(further)
    assert (later.state, later.carried_from) == ("empty", None)
    assert trail(later)[-1] == ("uncarried", 0, "writer")


def test_work_carried_over_is_neither_written_nor_withdrawn_nor_returned(scene: Scene) -> None:
    finished(scene)
    entry = scene.entry(scene.round(2025))
    unchanged_by(Refused, lambda: scene.save(entry, done="More."))
    unchanged_by(Refused, lambda: scene.submit(entry, done="More."))
    unchanged_by(Refused, lambda: entries.withdraw(entry, by=scene.people["writer"], now=NOW))
    unchanged_by(Refused, lambda: scene.send_back(entry, by="chair"))
    before = everything()
    scene.accept(entry)
    assert everything() == before


# --- Entries that are not expected ----------------------------------------------------


def begin(scene: Scene, given: Any, name: str = "writer", now: Any = NOW, label: str = "7") -> Any:
    """Begin an entry that is not expected."""
    responsibility = scene.responsibility(label)
    return entries.start(responsibility, reporting_round=given, by=scene.people[name], now=now)


def test_a_partner_may_write_an_entry_that_is_not_expected(scene: Scene, now_open: Any) -> None:
    assert not Entry.objects.filter(responsibility=scene.responsibility("7")).exists()
    made = begin(scene, now_open)
    assert (made.expected, made.state) == (False, "empty")
    assert begin(scene, now_open, "colleague") == made
    assert scene.submit(made).is_submitted


def test_an_entry_is_begun_by_its_institution_and_by_the_secretariat(
    scene: Scene, now_open: Any
) -> None:
    allowed = who_may(scene, lambda name: begin(scene, now_open, name))
    assert allowed == {"writer", "colleague", "head", *SECRETARIAT}


def test_an_entry_is_begun_while_members_may_write(scene: Scene, now_open: Any) -> None:
    planned = scene.round(2026, "planned", reference_date=date(2026, 12, 31))
    unchanged_by(Refused, lambda: begin(scene, planned))
    unchanged_by(Refused, lambda: begin(scene, planned, "secretariat"))
    unchanged_by(Refused, lambda: begin(scene, now_open, now=NEXT_DAY))
    rounds.close(now_open, by=scene.people["secretariat"], now=NOW)
    unchanged_by(Refused, lambda: begin(scene, now_open))
    # On the actor's behalf also later, as it may be written.
    assert begin(scene, now_open, "secretariat", NEXT_DAY).state == "empty"


def test_no_entry_is_begun_for_what_is_no_part_of_the_round(scene: Scene, nap2: Any) -> None:
    followed = scene.round()
    responsibility = scene.responsibility("7")
    other = ReportingRound(plan=nap2, year=2025)
    other.opens_on, other.deadline, other.closes_on = DEADLINE, DEADLINE, CLOSE
    other.reference_date = date(2025, 12, 31)
    rounds.save(other, by=scene.people["secretariat"], now=NOW)
    other = rounds.open(other, by=scene.people["secretariat"], now=NOW)
    unchanged_by(PermissionDenied, lambda: begin(scene, other))
    type(responsibility).objects.update(valid_to=date(2025, 12, 30))
    unchanged_by(Refused, lambda: begin(scene, followed))
    type(responsibility).objects.update(valid_to=None)
    type(responsibility.action).objects.update(valid_from=date(2026, 1, 1))
    unchanged_by(Refused, lambda: begin(scene, followed))
    type(responsibility.action).objects.update(valid_from=date(2025, 12, 31))
    assert begin(scene, followed).state == "empty"
