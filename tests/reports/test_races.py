"""Publishing at the very same moment as something else, and being killed on the way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from actions.models import (
    Entry,
    PublishedAction,
    PublishedEntry,
    PublishedRound,
    ReportingRound,
)
from actions.services import entries, further, publication, rounds
from reports.models import Edition, EditionFile
from reports.readiness import Outside
from reports.services import editions
from tests import follow_up
from tests.follow_up import NOW, Scene
from tests.test_kill import die, in_a_process
from tests.test_parallel import kinds, together

# What everybody has seen: the one entry that waits.
SEEN = Outside(1, 0, 0)

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql, pytest.mark.slow]


@pytest.fixture
def scene(stored_scene: Scene) -> Scene:
    """The small plan, really stored."""
    return stored_scene


@pytest.fixture
def closed(scene: Scene) -> ReportingRound:
    """A closed round with an accepted entry and one that waits for its acceptance."""
    made = scene.round()
    scene.accept(scene.submit(scene.entry(made)))
    scene.submit(scene.entry(made, "2"), by="below")
    return rounds.close(made, by=scene.people["secretariat"], now=NOW)


def frozen(scene: Scene, closed: ReportingRound) -> Edition:
    """Return the frozen edition with files that take no time."""
    edition = editions.freeze(closed, by=scene.people["secretariat"], outside=SEEN, now=NOW)
    for name, language in editions.missing_files(edition):
        editions.store_file(edition, name, language, f"{name} {language}".encode())
    return edition


def test_two_publications_at_once_make_one(scene: Scene, closed: ReportingRound) -> None:
    edition = frozen(scene, closed)
    by = scene.people["secretariat"]
    found = together(*[lambda: editions.publish(edition, by=by, now=NOW)] * 4)
    assert kinds(found) == {"Edition": 4}
    assert PublishedRound.objects.count() == 1
    assert PublishedAction.objects.count() == len(follow_up.ACTIONS)


def test_two_freezes_at_once_make_one_edition(scene: Scene, closed: ReportingRound) -> None:
    by = scene.people["secretariat"]
    found = together(*[lambda: editions.freeze(closed, by=by, outside=SEEN, now=NOW)] * 4)
    assert kinds(found) == {"Edition": 4}
    assert [edition.number for edition in Edition.objects.all()] == [1]


@pytest.mark.parametrize("turn", range(4))
def test_an_acceptance_racing_the_freeze_is_wholly_in_or_wholly_out(
    scene: Scene, closed: ReportingRound, turn: int
) -> None:
    by, entry = scene.people["secretariat"], scene.entry(closed, "2")
    works = [
        lambda: editions.freeze(closed, by=by, outside=SEEN, now=NOW),
        lambda: entries.accept(entry, by=scene.people["second"], version=1, now=NOW),
    ]
    found = together(*(works if turn % 2 else works[::-1]))
    is_in = Entry.objects.get(pk=entry.pk).is_accepted
    if is_in:
        # What was seen was no longer so: nothing is frozen before somebody looks again.
        assert kinds(found) == {"Entry": 1, "ValidationError": 1}
        assert Edition.objects.count() == 0
    else:
        assert kinds(found) == {"Edition": 1, "Refused": 1}
        said = next(a for a in Edition.objects.get().snapshot.actions if a.label == "2").entries[0]
        assert said.status == ""


@pytest.mark.parametrize("turn", range(4))
def test_a_submission_racing_the_freeze_is_seen_or_refused(
    scene: Scene, closed: ReportingRound, turn: int
) -> None:
    by, entry = scene.people["secretariat"], scene.entry(closed, "1")
    scene.send_back(entry, by="chair")
    seen, content = Outside(1, 1, 0), follow_up.content(done="Racing.")
    works = [
        lambda: editions.freeze(closed, by=by, outside=seen, now=NOW),
        lambda: entries.submit(
            entry, by=scene.people["writer"], version=1, content=content, now=NOW
        ),
    ]
    found = together(*(works if turn % 2 else works[::-1]))
    if Edition.objects.exists():
        assert kinds(found) == {"Edition": 1, "Refused": 1}
        assert Entry.objects.get(pk=entry.pk).is_returned
    else:
        assert kinds(found) == {"Entry": 1, "ValidationError": 1}
        assert Entry.objects.get(pk=entry.pk).is_submitted


@pytest.mark.parametrize("turn", range(2))
def test_two_who_prepare_a_further_edition_at_once_include_an_entry_once(
    scene: Scene, closed: ReportingRound, turn: int
) -> None:
    by = scene.people["secretariat"]
    editions.publish(frozen(scene, closed), by=by, now=NOW)
    keys = [scene.entry(closed, label).pk for label in "12"]
    until = NOW.date() + timedelta(days=turn)

    def include() -> object:
        return further.include(
            closed, chosen=keys, until=until, comment="A wrong date.", by=scene.people["chair"],
            now=NOW,
        )  # fmt: skip

    found = together(*[include] * 3)
    assert kinds(found) == {"Included": 3}
    for label, kind in (("1", "returned"), ("2", "let_in")):
        assert scene.entry(closed, label).events.filter(kind=kind).count() == 1
    assert scene.entry(closed, "1").is_returned


# --- Killed ---------------------------------------------------------------------

POINTS: dict[str, tuple[Any, str, str]] = {
    "before the edition is stored": (Edition, "save", "before"),
    "after the edition is stored": (Edition, "save", "after"),
    "after the round is stored": (ReportingRound, "save", "after"),
    "before readers are shown": (publication, "show", "before"),
    "after the old facts are hidden": (publication, "hide", "after"),
    "before the actors are shown": (publication, "_show_entries", "before"),
    "after readers are shown": (publication, "show", "after"),
    "before the commit": (BaseDatabaseWrapper, "_commit", "before"),
    "after the commit": (BaseDatabaseWrapper, "_commit", "after"),
}


def killed(point: tuple[Any, str, str], work: Callable[[], Any]) -> bool:
    """Do a work in a process that dies at a point; tell whether it did."""
    owner, name, when = point
    real = getattr(owner, name)

    def deadly(*args: Any, **options: Any) -> Any:
        if when == "before":
            die()
        found = real(*args, **options)
        if when == "after":
            die()
        return found

    def run() -> None:
        with mock.patch.object(owner, name, deadly):
            work()

    return in_a_process(run)


def public() -> list[int]:
    """Count what readers see."""
    return [model.objects.count() for model in (PublishedRound, PublishedAction, PublishedEntry)]


@pytest.mark.parametrize("point", POINTS)
def test_a_publication_killed_on_the_way_leaves_nothing_or_all(
    scene: Scene, closed: ReportingRound, point: str
) -> None:
    edition, by = frozen(scene, closed), scene.people["secretariat"]
    assert killed(POINTS[point], lambda: editions.publish(edition, by=by, now=NOW))
    is_public = Edition.objects.get().is_published
    assert is_public == (point == "after the commit")
    assert all(public()) if is_public else public() == [0, 0, 0]
    assert (ReportingRound.objects.get(pk=closed.pk).published == 1) == is_public
    editions.publish(edition, by=by, now=NOW)
    assert public()[:2] == [1, len(follow_up.ACTIONS)]


def test_a_stop_while_files_are_made_costs_only_the_one_at_work(
    scene: Scene, closed: ReportingRound
) -> None:
    by = scene.people["secretariat"]
    edition = editions.freeze(closed, by=by, outside=SEEN, now=NOW)
    editions.store_file(edition, "entries_csv", "nl", b"there")

    def store() -> None:
        editions.store_file(edition, "entries_csv", "fr", b"on its way")

    assert killed(POINTS["before the commit"], store)
    connections["default"].close()
    assert [f.language for f in EditionFile.objects.all()] == ["nl"]
    store()
    assert [f.language for f in EditionFile.objects.all()] == ["fr", "nl"]
