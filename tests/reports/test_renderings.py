"""The files of an edition: asked for on a page, made by the worker, whole whatever happens."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actions import pulse
from actions.pulse import Pulse
from actions.refusals import Refused
from document.errors import RenderError
from document.snapshot import to_json
from reports import rendering
from reports.models import DONE, FAILED, RUNNING, WAITING, Edition, Rendering
from reports.services import editions, jobs, renderings
from reports.specimen import specimen
from tests.conftest import add_second_factor
from tests.follow_up import NOW
from tests.published import NOTE, Story
from tests.reports.dying import dying_at_french

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
Files = Callable[..., Iterator[Any]]


@pytest.fixture
def frozen(story: Story) -> Edition:
    return editions.freeze(story.second.round, by=story.by, note=NOTE, now=NOW)


@pytest.fixture
def quickly(monkeypatch) -> Callable[[dict[tuple[str, str], bytes | RenderError]], None]:
    """Let files be made at once; some of them as told."""

    def make(told: dict[tuple[str, str], bytes | RenderError]) -> None:
        def files(_content: str, wanted: list[tuple[str, str]]) -> Iterator[Any]:
            yield from ((pair, told.get(pair, b"made")) for pair in wanted)

        monkeypatch.setattr(rendering, "files", files)

    return make


def state(edition: Edition) -> str:
    return Rendering.objects.get(edition=edition).state


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


# --- Asking ------------------------------------------------------------------------


def test_what_is_frozen_waits_for_its_files(frozen: Edition) -> None:
    whole = len(editions.missing_files(frozen))
    assert renderings.progress(frozen, now=NOW) == (0, whole, True, True, [])


def test_asking_twice_changes_nothing(frozen: Edition, story: Story) -> None:
    before = Rendering.objects.values().get()
    renderings.ask(frozen, by=story.by, now=later(1))
    assert Rendering.objects.values().get() == before


def test_only_the_secretariat_asks(frozen: Edition, story: Story) -> None:
    with pytest.raises(PermissionDenied):
        renderings.ask(frozen, by=story.scene.people["writer"], now=NOW)


def test_nobody_asks_for_files_of_what_was_discarded(frozen: Edition, story: Story) -> None:
    editions.discard(frozen, by=story.by, now=NOW)
    with pytest.raises(Refused, match="discarded meanwhile"):
        renderings.ask(frozen, by=story.by, now=NOW)


# --- Making ------------------------------------------------------------------------


def test_the_worker_makes_all_files_and_then_has_nothing_to_do(frozen, story, quickly) -> None:
    quickly({})
    assert renderings.work() is not None
    assert (state(frozen), editions.missing_files(frozen)) == (DONE, [])
    assert renderings.work() is None
    assert editions.publish(frozen, by=story.by, now=NOW).is_published


def test_a_file_that_fails_is_named_and_the_others_are_made(frozen, story, quickly) -> None:
    quickly({("pdf", "nl"): RenderError("too deep", "Action 1")})
    renderings.work()
    assert editions.missing_files(frozen) == [("pdf", "nl")]
    found = renderings.progress(frozen, now=NOW)
    assert not found.is_under_way
    (problem,) = found.problems
    assert (problem["format"], problem["language"]) == ("pdf", "nl")
    assert "Action 1" in problem["text"]
    quickly({})
    renderings.ask(frozen, by=story.by, now=NOW)
    renderings.work()
    assert (state(frozen), renderings.progress(frozen, now=NOW).problems) == (DONE, [])


def test_two_workers_never_make_the_same(frozen: Edition) -> None:
    assert renderings.take(now=NOW) is not None
    assert renderings.take(now=NOW) is None
    assert renderings.take(now=later(2)) is None


def test_what_a_worker_left_is_taken_up_again_where_it_stopped(frozen, quickly) -> None:
    quickly({})
    assert renderings.take(now=NOW) is not None
    editions.store_file(frozen, "pdf", "nl", b"made before")
    row = renderings.work(clock=lambda: later(4))
    assert row is not None
    assert (row.attempts, state(frozen)) == (2, DONE)
    assert bytes(frozen.files.get(format="pdf", language="nl").content) == b"made before"


def test_what_took_three_workers_along_is_not_tried_again(frozen: Edition) -> None:
    for turn in range(jobs.MOST_ATTEMPTS):
        assert renderings.take(now=later(4 * turn)) is not None
    assert renderings.take(now=later(4 * jobs.MOST_ATTEMPTS)) is None
    assert state(frozen) == FAILED
    found = renderings.progress(frozen, now=later(20))
    assert [one["text"] for one in found.problems] == [jobs.ENDED]


def test_a_worker_that_was_thought_gone_stops(frozen, monkeypatch) -> None:
    def files(_content: str, wanted: list[tuple[str, str]]) -> Iterator[Any]:
        yield wanted[0], b"made"
        assert renderings.take(now=later(9)) is not None
        yield wanted[1], b"made"
        raise AssertionError("it goes on")

    monkeypatch.setattr(rendering, "files", files)
    renderings.work(clock=lambda: NOW)
    row = Rendering.objects.get()
    assert (row.state, row.attempts) == (RUNNING, 2)


def test_discarding_meanwhile_ends_the_work_and_leaves_nothing(frozen, story, monkeypatch) -> None:
    def files(_content: str, wanted: list[tuple[str, str]]) -> Iterator[Any]:
        yield wanted[0], b"made"
        editions.discard(frozen, by=story.by, now=NOW)
        yield wanted[1], b"made"
        raise AssertionError("it goes on")

    monkeypatch.setattr(rendering, "files", files)
    renderings.work()
    assert not Rendering.objects.exists()
    assert not Edition.objects.filter(pk=frozen.pk).exists()


def test_a_worker_that_is_stopped_leaves_the_rest_to_the_next(frozen, quickly) -> None:
    quickly({})
    renderings.work(is_stopped=lambda: True)
    assert (state(frozen), frozen.files.count()) == (WAITING, 1)
    assert Rendering.objects.get(edition=frozen).attempts == 0
    renderings.work()
    assert state(frozen) == DONE


def test_a_fault_in_between_leaves_the_work_to_the_next(frozen, monkeypatch) -> None:
    def files(_content: str, wanted: list[tuple[str, str]]) -> Iterator[Any]:
        yield wanted[0], b"made"
        raise OSError("the disk is full")

    monkeypatch.setattr(rendering, "files", files)
    with pytest.raises(OSError, match="disk"):
        renderings.work()
    assert (state(frozen), frozen.files.count()) == (WAITING, 1)


# --- Processes of their own ----------------------------------------------------------


@pytest.mark.slow
def test_files_are_made_as_in_this_process() -> None:
    content = to_json(specimen(3))
    wanted = [("html", "nl"), ("json", ""), ("entries_csv", "fr"), ("summary_docx", "de")]
    found = dict(rendering.files(content, wanted))
    assert found == {pair: rendering.made(content, *pair) for pair in wanted}


@pytest.mark.slow
def test_a_process_that_dies_takes_no_other_file_along(monkeypatch) -> None:
    monkeypatch.setattr(rendering, "made", dying_at_french)
    found = dict(rendering.files("{}", [("html", "nl"), ("html", "fr"), ("html", "de")]))
    assert found["html", "nl"] == found["html", "de"] == b"html"
    assert str(found["html", "fr"]) == "the process that made it ended"


@pytest.mark.slow
def test_a_snapshot_that_cannot_be_read_fails_file_by_file() -> None:
    found = dict(rendering.files('{"schema": 3}', [("html", "nl"), ("entries_csv", "nl")]))
    assert {type(one) for one in found.values()} == {RenderError}


@pytest.fixture
def browser(story: Story, sign_in) -> Client:
    """The browser of the secretariat."""
    add_second_factor(story.by)
    client: Client = sign_in(story.by)
    return client


# --- The command, and the page ---------------------------------------------------------


def test_the_command_works_until_nothing_is_left(frozen, quickly) -> None:
    quickly({})
    out = StringIO()
    call_command("work", "--once", stdout=out)
    assert "all files are made" in out.getvalue()
    assert editions.missing_files(frozen) == []
    assert not pulse.is_silent()


def test_the_command_sends_letters_too(scene, time_machine) -> None:
    time_machine.move_to(NOW)
    scene.round()
    out = StringIO()
    call_command("work", "--once", stdout=out)
    assert out.getvalue() == "Letters: 7 sent.\n"


def test_the_command_refuses_a_pause_that_makes_no_sense() -> None:
    with pytest.raises(CommandError, match="above 0"):
        call_command("work", "--every", "0")


def test_a_worker_speaks_from_time_to_time_only() -> None:
    worker = Pulse()
    worker.beat()
    cache.delete(pulse.KEY)
    worker.beat()
    assert pulse.is_silent()


def test_the_page_says_how_far_the_files_are_and_who_is_not_there(frozen, browser) -> None:
    cache.delete(pulse.KEY)
    address = reverse("reports:progress", args=[frozen.pk])
    waiting = browser.get(address)
    assert f"0 of {len(editions.missing_files(frozen))}." in waiting.content.decode()
    assert "The program that makes files and sends e-mails is not running." in (
        waiting.content.decode()
    )
    assert "HX-Refresh" not in waiting
    Pulse().beat()
    assert "not running" not in browser.get(address).content.decode()
    cache.delete(pulse.KEY)
    assert renderings.take(now=timezone.now()) is not None
    assert "not running" not in browser.get(address).content.decode()


def test_a_page_that_waits_for_what_was_discarded_loads_anew(frozen, story, browser) -> None:
    address = reverse("reports:progress", args=[frozen.pk])
    editions.discard(frozen, by=story.by, now=NOW)
    assert browser.get(address)["HX-Refresh"] == "true"


def test_the_page_loads_anew_once_the_files_are_made(frozen, browser, quickly) -> None:
    quickly({("docx", "fr"): RenderError("no")})
    renderings.work()
    done = browser.get(reverse("reports:progress", args=[frozen.pk]))
    assert done["HX-Refresh"] == "true"
    page = browser.get(reverse("reports:editing", args=[frozen.round_id])).content.decode()
    assert "Some files could not be made; nothing is published." in page
    assert "<li>Word, FR: no</li>" in page
    assert "Make 1 missing file" in " ".join(page.split())


def test_freezing_answers_without_making_a_file(story, browser) -> None:
    address = reverse("reports:freeze", args=[story.second.round_id])
    note = {f"note_{code}": text for code, text in NOTE.items()}
    with CaptureQueriesContext(connection) as found:
        response = browser.post(address, note)
    assert response.status_code == 302
    assert not [query for query in found if "reports_editionfile" in query["sql"]]
    assert Rendering.objects.get().state == WAITING
