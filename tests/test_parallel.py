"""Several people, or one person several times, at the very same moment."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections

from actions.enums import LetterKind
from actions.models import (
    Entry,
    EntryVersion,
    Letter,
    Membership,
    ReportingRound,
    ReviewEvent,
    User,
)
from actions.outbox import reminders
from actions.refusals import Conflict, Refused
from actions.services import drafts, entries, rounds
from tests.follow_up import NOW, Scene, assert_agreement, content, trail

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def scene(stored_scene: Scene) -> Scene:
    """The small plan, really stored."""
    return stored_scene


def together(*works: Callable[[], Any]) -> list[Any]:
    """Do several works at once, each on a connection of its own; return what comes of each."""
    found: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(number: int) -> None:
        try:
            connections["default"].ensure_connection()
            start.wait(timeout=30)
            found[number] = works[number]()
        except Exception as error:  # noqa: BLE001  what comes of it is looked at below
            found[number] = error
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


def kinds(found: list[Any]) -> Counter[str]:
    """Count what came of works, by type."""
    return Counter(type(each).__name__ for each in found)


def member(scene: Scene, number: int) -> User:
    """Return one of many members of the ministry."""
    user = User.objects.create_user(f"member{number}@small.example.org")
    Membership.objects.create(
        user=user, actor=scene.actors["ministry"], role="contributor", started_at=NOW
    )
    return user


@pytest.mark.parametrize("drafts", [0, 1])
def test_of_eight_people_who_save_one_wins_and_seven_see_both_texts(
    scene: Scene, drafts: int
) -> None:
    entry = scene.entry(scene.round())
    for number in range(drafts):
        scene.save(entry, done=f"Draft {number}.")
    people = [member(scene, number) for number in range(8)]

    def save(number: int) -> Entry:
        return entries.save(
            entry, by=people[number], version=drafts, content=content(done=f"Text {number}."),
            now=NOW, page=f"page-{number}",
        )  # fmt: skip

    found = together(*(lambda n=n: save(n) for n in range(8)))
    assert kinds(found) == {"Entry": 1, "Conflict": 7}
    (winner,) = (n for n, each in enumerate(found) if isinstance(each, Entry))
    for each in found:
        if isinstance(each, Conflict):
            # Their own text is still in the form: it is never taken away.
            assert each.stored.done == f"Text {winner}."
            assert each.stored.written_by_id == people[winner].pk
    stored = Entry.objects.get(pk=entry.pk)
    assert (stored.done, stored.version) == (f"Text {winner}.", drafts + 1)
    assert EntryVersion.objects.filter(entry=entry).count() == drafts + 1
    # Each loses nothing: from the version that they have been shown they save their own.
    for number, each in enumerate(found):
        if isinstance(each, Conflict):
            stored = entries.save(
                entry, by=people[number], version=Entry.objects.get(pk=entry.pk).version,
                content=content(done=f"Text {number}."), now=NOW,
            )  # fmt: skip
    assert stored.version == drafts + 8
    texts = {v.content["done"] for v in entry.versions.all()}
    assert texts >= {f"Text {n}." for n in range(8)}
    assert_agreement()


def test_one_person_saving_the_same_eight_times_makes_one_version(scene: Scene) -> None:
    entry = scene.entry(scene.round())
    found = together(*[lambda: scene.save(entry)] * 8)
    assert kinds(found) == {"Entry": 8}
    assert {each.version for each in found} == {1}
    assert_agreement()


def test_one_page_saving_eight_times_keeps_every_version(scene: Scene) -> None:
    entry = scene.entry(scene.round())
    by = scene.people["writer"]

    def save(number: int) -> Entry:
        return entries.save(
            entry, by=by, version=0, content=content(done=f"Text {number}."), now=NOW, page="page"
        )

    found = together(*(lambda n=n: save(n) for n in range(8)))
    assert sorted(each.version for each in found) == list(range(1, 9))
    assert_agreement()


def test_one_person_submitting_eight_times_submits_once(scene: Scene) -> None:
    entry = scene.entry(scene.round())
    by = scene.people["writer"]

    def submit() -> Entry:
        return entries.submit(entry, by=by, version=0, content=content(), now=NOW)

    assert kinds(together(*[submit] * 8)) == {"Entry": 8}
    assert trail(entry) == [("submitted", 1, "writer")]
    assert_agreement()


def test_of_eight_people_who_submit_one_wins_and_seven_are_told(scene: Scene) -> None:
    entry = scene.entry(scene.round())
    people = [member(scene, number) for number in range(8)]

    def submit(number: int) -> Entry:
        given = content(done=f"Text {number}.")
        return entries.submit(entry, by=people[number], version=0, content=given, now=NOW)

    found = together(*(lambda n=n: submit(n) for n in range(8)))
    assert kinds(found) == {"Entry": 1, "Refused": 7}
    assert len(trail(entry)) == 1
    assert_agreement()


@pytest.mark.parametrize("names", [["second"] * 8, ["reviewer", "second", "secretariat"] * 3])
def test_parallel_acceptances_are_one_and_are_told_once(scene: Scene, names: list[str]) -> None:
    entry = scene.submit(scene.entry(scene.round()))
    works = [lambda name=name: scene.accept(entry, by=name) for name in names]
    assert kinds(together(*works)) == {"Entry": len(names)}
    assert [kind for kind, _version, _by in trail(entry)] == ["submitted", "accepted"]
    digest = Letter.objects.get(kind="accepted")
    assert (digest.user, digest.facts["entries"]) == (scene.people["writer"], [entry.pk])
    assert_agreement()


def test_parallel_returns_by_one_reviewer_are_one_letter(scene: Scene) -> None:
    entry = scene.submit(scene.entry(scene.round()))
    assert kinds(together(*[lambda: scene.send_back(entry)] * 8)) == {"Entry": 8}
    assert [kind for kind, _version, _by in trail(entry)] == ["submitted", "returned"]
    assert Letter.objects.filter(kind="returned").count() == 1
    assert_agreement()


def test_entries_accepted_at_once_stand_in_one_digest(scene: Scene) -> None:
    followed = scene.round()
    given = [scene.submit(scene.entry(followed, label)) for label in "12349"]
    found = together(*(lambda each=each: scene.accept(each) for each in given))
    assert kinds(found) == {"Entry": 5}
    digest = Letter.objects.get(kind="accepted")
    assert sorted(digest.facts["entries"]) == sorted(each.pk for each in given)
    assert_agreement()


LABELS = "12349"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("accept", "withdraw"),
        ("accept", "send_back"),
        ("send_back", "withdraw"),
        ("accept", "save"),
        ("withdraw", "submit"),
    ],
)
def test_of_two_acts_at_once_the_second_finds_what_the_first_left(
    scene: Scene, one: str, other: str
) -> None:
    followed = scene.round()
    by = scene.people
    acts: dict[str, Callable[[Entry], Entry]] = {
        "accept": lambda e: entries.accept(e, by=by["second"], version=1, now=NOW),
        "send_back": lambda e: entries.send_back(
            e, by=by["reviewer"], version=1, comment="More.", now=NOW
        ),
        "withdraw": lambda e: entries.withdraw(e, by=by["colleague"], now=NOW),
        "save": lambda e: entries.save(
            e, by=by["colleague"], version=1, content=content(done="Other."), now=NOW
        ),
        "submit": lambda e: entries.submit(
            e, by=by["colleague"], version=1, content=content(done="Other."), now=NOW
        ),
    }
    for label in LABELS:
        entry = scene.submit(scene.entry(followed, label))
        first, second = together(lambda: acts[one](entry), lambda: acts[other](entry))  # noqa: B023
        outcome = (type(first), type(second))
        stored = Entry.objects.get(pk=entry.pk)
        if (one, other) == ("withdraw", "submit"):
            # Whoever comes first, what is withdrawn may then be submitted by another.
            assert outcome in {(Entry, Entry), (Entry, Refused)}
            assert stored.state == ("submitted" if outcome[1] is Entry else "draft")
        else:
            # What was accepted already only the secretariat may return.
            second_look = PermissionDenied if (one, other) == ("accept", "send_back") else Refused
            assert outcome in {(Entry, second_look), (Refused, Entry)}
            assert len(trail(entry)) == 2
            won = one if outcome[0] is Entry else other
            assert stored.state == {
                "accept": "accepted", "send_back": "returned", "withdraw": "draft",
            }[won]  # fmt: skip
        assert_agreement()


def test_a_round_opened_eight_times_at_once_is_opened_once(scene: Scene) -> None:
    before = scene.round(2024)
    finished = scene.submit(scene.entry(before, "1"), status="done")
    scene.accept(finished)
    planned = scene.round(2025, "planned")
    Letter.objects.all().delete()
    by = scene.people["secretariat"]
    found = together(*[lambda: rounds.open(planned, by=by, now=NOW)] * 8)
    assert kinds(found) == {"ReportingRound": 8}
    labels = planned.entries.values_list("responsibility__action__label", flat=True)
    assert sorted(labels) == ["1", "2", "3", "4", "5", "6", "8", "9"]
    assert ReviewEvent.objects.filter(kind="carried").count() == 1
    told = Letter.objects.filter(kind="round_opened").values_list("user", flat=True)
    assert len(told) == len(set(told)) > 0


@pytest.mark.parametrize("_attempt", range(4))
def test_work_accepted_as_finished_while_the_next_round_opens_carries_over(
    scene: Scene, _attempt: int
) -> None:
    before = scene.round(2024)
    planned = scene.round(2025, "planned")
    given = [scene.submit(scene.entry(before, label), status="done") for label in "1239"]
    by = scene.people["secretariat"]
    found = together(
        *(lambda each=each: scene.accept(each) for each in given),
        lambda: rounds.open(planned, by=by, now=NOW),
    )
    assert kinds(found) == {"Entry": 4, "ReportingRound": 1}
    for label, each in zip("1239", given, strict=True):
        later = scene.entry(planned, label)
        assert (later.state, later.carried_from_id) == ("accepted", each.pk)
    assert_agreement()


def test_a_partner_who_begins_twice_at_once_begins_one_entry(scene: Scene) -> None:
    followed = scene.round()
    by = scene.people["writer"]
    held = scene.responsibility("7")
    found = together(*[lambda: entries.start(held, reporting_round=followed, by=by, now=NOW)] * 8)
    assert kinds(found) == {"Entry": 8}
    assert Entry.objects.filter(responsibility=held).count() == 1


def test_what_is_saved_while_the_round_closes_is_kept_or_refused(scene: Scene) -> None:
    followed = scene.round()
    by = scene.people["secretariat"]
    works = [lambda label=label: scene.save(scene.entry(followed, label)) for label in "1239"]
    found = together(lambda: rounds.close(followed, by=by, now=NOW), *works)
    assert isinstance(found[0], ReportingRound)
    assert set(kinds(found[1:])) <= {"Entry", "Refused"}
    saved = sum(isinstance(each, Entry) for each in found[1:])
    assert EntryVersion.objects.count() == saved
    assert kinds(together(*works)) == {"Refused": 4}
    assert_agreement()


def test_of_two_runs_at_once_one_reminds(scene: Scene) -> None:
    scene.round()
    friday = NOW + timedelta(days=17)
    # One of them catches up, the other does the day before: each day is done by one.
    runs = [friday, friday - timedelta(days=1), friday, friday]
    reminders.put_due(on=NOW.date(), now=NOW)
    found = together(*(partial(reminders.put_due, on=run.date(), now=run) for run in runs))
    counts = [count for count in found if count]
    letters = Letter.objects.filter(kind=LetterKind.REMINDER)
    assert len(counts) == 1
    assert letters.count() == counts[0] == letters.values("user").distinct().count()


# --- Workbooks --------------------------------------------------------------------


@pytest.mark.parametrize("texts", [("Mine.", "Mine."), ("Mine.", "Yours.")])
def test_of_two_workbooks_at_once_one_is_saved_and_the_other_told(
    scene: Scene, now_open: ReportingRound, texts: tuple[str, str]
) -> None:
    rows = [scene.entry(now_open, label) for label in ("9", "1")]

    def save(person: str, text: str, order: int) -> Any:
        wanted = [drafts.Draft(row, 0, {"done": text}) for row in rows[::order]]
        return drafts.save_all(wanted, by=scene.people[person], now=NOW)

    found = together(partial(save, "writer", texts[0], 1), partial(save, "colleague", texts[1], -1))

    said = {row.done for row in Entry.objects.filter(pk__in=[row.pk for row in rows])}
    versions = EntryVersion.objects.filter(entry__in=rows)
    assert (len(said), versions.count()) == (1, 2)
    kinds = sorted(type(one).__name__ for one in found)
    assert kinds == (["list", "list"] if len(set(texts)) == 1 else ["Conflict", "list"])
    assert_agreement()
