"""Documents that take long: asked for on a page, made by the worker, given to whom they are for."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client

from actions.models import Membership
from document.errors import RenderError
from document.snapshot import Snapshot
from reports import rendering
from reports.models import DONE, FAILED, RUNNING, WAITING, Document
from reports.services import documents, recipes
from reports.specimen import specimen
from reports.views import dossier
from tests.conftest import add_second_factor
from tests.follow_up import NOW
from tests.published import Story

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
DOSSIER = "/en/plans/small/dossier/"
DRAFT = "/en/desk/rounds/small/2025/draft/"
PART = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def quickly(monkeypatch) -> list[tuple[str, str]]:
    """Let documents be made at once; return what was asked for: format and language."""
    asked: list[tuple[str, str]] = []

    def alone(snapshot: Snapshot, name: str, language: str) -> bytes:
        asked.append((name, language))
        return f"{name} of {snapshot.year}, made {len(asked)}".encode()

    monkeypatch.setattr(rendering, "alone", alone)
    return asked


@pytest.fixture
def failing(monkeypatch) -> Callable[[Exception], None]:
    """Let documents fail in a way."""

    def by(error: Exception) -> None:
        def alone(*_order: object) -> bytes:
            raise error

        monkeypatch.setattr(rendering, "alone", alone)

    return by


@pytest.fixture
def large(monkeypatch) -> None:
    """Let every dossier count as a large one."""
    monkeypatch.setattr(dossier, "MOST_AT_ONCE", 0)


@pytest.fixture
def office(story: Story, sign_in) -> Client:
    """The browser of the secretariat."""
    add_second_factor(story.by)
    client: Client = sign_in(story.by)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


def a_draft(story: Story, name: str = "pdf", language: str = "nl") -> dict[str, Any]:
    return recipes.of_draft(story.second.round, name, language)


# --- A large dossier ----------------------------------------------------------------------


@pytest.mark.usefixtures("large")
def test_a_large_dossier_is_waited_for_and_then_given(story, client, quickly) -> None:
    asked = {"action": "1", "format": "pdf"}
    page = client.get(DOSSIER, asked)
    assert (page.status_code, page["Content-Type"]) == (202, "text/html; charset=utf-8")
    assert "<h1>Dossier</h1>" in text_of(page)
    assert "The document is being made." in text_of(page)
    assert f'href="{DOSSIER}?action=1&amp;format=pdf"' in text_of(page)
    documents.work(clock=lambda: NOW)
    given = client.get(DOSSIER, asked)
    assert (given.status_code, given["Content-Type"]) == (200, "application/pdf")
    assert given["Content-Disposition"] == 'inline; filename="small-2025-dossier-en.pdf"'
    assert given.content == b"pdf of 2025, made 1"


@pytest.mark.usefixtures("large")
def test_the_page_that_waits_notices_by_itself(story, client, quickly) -> None:
    pdf, word = ({"action": "1", "format": name} for name in ("pdf", "docx"))
    for asked in (pdf, word):
        client.get(DOSSIER, asked)
        waits = client.get(DOSSIER, asked, **PART)
        assert 'hx-trigger="every 1s"' in text_of(waits)
        assert "<h1" not in text_of(waits)
    while documents.work(clock=lambda: NOW):
        pass
    opened = client.get(DOSSIER, pdf, **PART)
    assert opened["HX-Redirect"] == f"{DOSSIER}?action=1&format=pdf"
    offered = client.get(DOSSIER, word, **PART)
    assert "HX-Redirect" not in offered
    assert "hx-trigger" not in text_of(offered)
    assert f'href="{DOSSIER}?action=1&amp;format=docx"' in text_of(offered)


@pytest.mark.usefixtures("large")
def test_a_large_dossier_is_made_once_for_everybody(story, client, office, quickly) -> None:
    asked = {"action": "1", "format": "docx"}
    for browser in (client, office, Client()):
        assert browser.get(DOSSIER, asked).status_code == 202
    client.get("/nl/plans/small/dossier/", asked)
    while documents.work(clock=lambda: NOW):
        pass
    assert quickly == [("docx", "en"), ("docx", "nl")]


@pytest.mark.usefixtures("large")
def test_a_page_of_a_large_dossier_is_shown_at_once(story, client) -> None:
    assert "<h1" in text_of(client.get(DOSSIER, {"action": "1"}))
    assert not Document.objects.exists()


@pytest.mark.usefixtures("large")
def test_a_withdrawn_report_gives_no_dossier_that_was_made_of_it(story, client, quickly) -> None:
    asked = {"action": "1", "format": "pdf"}
    client.get(DOSSIER, asked)
    documents.work(clock=lambda: NOW)
    story.withdraw(story.second)
    assert client.get(DOSSIER, asked).status_code == 202
    documents.work(clock=lambda: NOW)
    assert client.get(DOSSIER, asked).content == b"pdf of 2024, made 2"


@pytest.mark.usefixtures("large")
def test_readers_are_asked_to_come_back_when_too_many_wait(story, client, monkeypatch) -> None:
    monkeypatch.setattr(documents, "MOST_WAITING", 1)
    documents.ask(a_draft(story), owner=story.by, now=NOW)  # waits in nobody's way
    assert client.get(DOSSIER, {"action": "1", "format": "pdf"}).status_code == 202
    refused = client.get(DOSSIER, {"action": "2", "format": "pdf"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert client.get(DOSSIER, {"action": "1", "format": "pdf"}).status_code == 202


@pytest.mark.usefixtures("large")
def test_a_dossier_that_fails_is_told_and_tried_again_after_a_minute(
    story, client, failing, time_machine
) -> None:
    time_machine.move_to(NOW, tick=False)
    asked = {"action": "1", "format": "pdf"}
    client.get(DOSSIER, asked)
    failing(RenderError("no such letter", "Action 1"))
    documents.work()
    told = client.get(DOSSIER, asked)
    assert (told.status_code, told["Retry-After"]) == (503, "60")
    assert "no such letter" not in text_of(told)
    assert client.get(DOSSIER, asked, **PART)["HX-Refresh"] == "true"
    time_machine.move_to(NOW + timedelta(seconds=61), tick=False)
    assert client.get(DOSSIER, asked).status_code == 202


def test_a_dossier_made_beside_says_what_one_made_at_once_says(story, client, monkeypatch) -> None:
    asked = {"action": "1", "format": "docx"}
    at_once = client.get(DOSSIER, asked).content
    monkeypatch.setattr(dossier, "MOST_AT_ONCE", 0)
    client.get(DOSSIER, asked)
    documents.work()
    assert client.get(DOSSIER, asked).content == at_once


# --- The draft ----------------------------------------------------------------------------


def test_the_draft_as_a_file_is_made_beside_the_web(story, office, quickly) -> None:
    asked = office.get(f"{DRAFT}docx/")
    assert (asked.status_code, asked.url[:19]) == (302, "/en/desk/documents/")
    waits = office.get(asked.url)
    assert waits.status_code == 202
    assert "<h1>Draft of the report 2025</h1>" in text_of(waits)
    assert '<p class="lead">Word</p>' in text_of(waits)
    documents.work()
    given = office.get(asked.url)
    assert given.content == b"docx of 2025, made 1"
    assert given["Content-Disposition"] == 'attachment; filename="small-2025-draft-en.docx"'
    assert "The document is ready." in text_of(office.get(asked.url, **PART))


def test_a_draft_asked_for_again_is_made_anew(story, office, quickly) -> None:
    first = office.get(f"{DRAFT}pdf/").url
    assert office.get(f"{DRAFT}pdf/").url == first
    documents.work()
    assert office.get(first).content == b"pdf of 2025, made 1"
    assert office.get(f"{DRAFT}pdf/").url == first
    assert office.get(first).status_code == 202
    documents.work()
    assert office.get(first).content == b"pdf of 2025, made 2"


def test_a_draft_says_what_stands_there_when_it_is_made(story, office) -> None:
    address = office.get(f"{DRAFT}docx/").url
    documents.work()
    assert office.get(address).content[:2] == b"PK"


def test_a_draft_is_given_to_whom_asked_for_it_and_to_nobody_else(
    story, office, sign_in, client, quickly
) -> None:
    writer = sign_in(story.scene.people["writer"])
    address = writer.get(f"{DRAFT}pdf/").url
    documents.work()
    assert writer.get(address).status_code == 200
    assert office.get(address).status_code == 404
    assert client.get(address).url.startswith("/en/account/sign-in/")
    assert client.get(address, **PART).status_code == 401
    Membership.objects.filter(user=story.scene.people["writer"]).delete()
    assert writer.get(address).status_code == 403


def test_what_only_the_secretariat_gets_ends_with_the_role(story, office, quickly) -> None:
    address = office.get(f"{DRAFT}docx/").url
    documents.work()
    Membership.objects.filter(user=story.by).update(role="observer")
    assert office.get(address).status_code == 403


def test_a_draft_that_fails_is_named_and_can_be_asked_for_again(
    story, office, failing, quickly, monkeypatch
) -> None:
    made = rendering.alone
    address = office.get(f"{DRAFT}docx/").url
    failing(RenderError("no such letter", "Action 1"))
    documents.work()
    assert office.get(address, **PART)["HX-Refresh"] == "true"
    told = office.get(address, follow=True)
    assert "The document could not be made: Action 1: no such letter" in text_of(told)
    monkeypatch.setattr(rendering, "alone", made)
    assert office.get(office.get(f"{DRAFT}docx/").url).status_code == 202


def test_nobody_knows_of_other_keys(office) -> None:
    assert office.get("/en/desk/documents/none/").status_code == 404
    assert office.post("/en/desk/documents/none/").status_code == 405


# --- The worker ---------------------------------------------------------------------------


def test_the_oldest_is_made_first_and_each_once(story, quickly) -> None:
    for minute, language in enumerate(("nl", "fr")):
        now = NOW + timedelta(minutes=minute)
        documents.ask(a_draft(story, language=language), owner=story.by, now=now)
    assert documents.work() is not None
    assert documents.work() is not None
    assert documents.work() is None
    assert quickly == [("pdf", "nl"), ("pdf", "fr")]


def test_what_a_worker_left_is_made_by_the_next(story, quickly) -> None:
    row = documents.ask(a_draft(story), owner=story.by, now=NOW)
    Document.objects.update(state=RUNNING, taken_at=NOW, attempts=1)
    assert documents.work(clock=lambda: NOW + timedelta(minutes=2)) is None
    assert documents.work(clock=lambda: NOW + timedelta(minutes=4)) == row
    row.refresh_from_db()
    assert (row.state, row.attempts) == (DONE, 2)


def test_a_fault_ends_one_document_and_not_the_worker(story, failing) -> None:
    row = documents.ask(a_draft(story), owner=story.by, now=NOW)
    failing(KeyError("what"))
    documents.work(clock=lambda: NOW)
    row.refresh_from_db()
    assert (row.state, row.problems[0]["text"]) == (FAILED, "KeyError 'what'")


def test_a_database_that_goes_away_leaves_the_document_to_the_next(story, failing) -> None:
    row = documents.ask(a_draft(story), owner=story.by, now=NOW)
    failing(DatabaseError("gone"))
    with pytest.raises(DatabaseError):
        documents.work(clock=lambda: NOW)
    row.refresh_from_db()
    assert row.state == WAITING


def test_what_is_gone_meanwhile_is_said(story) -> None:
    recipe = {"kind": "draft", "round": 0, "format": "pdf", "language": "nl"}
    row = documents.ask(recipe, owner=story.by, now=NOW)
    documents.work(clock=lambda: NOW)
    row.refresh_from_db()
    assert row.problems[0]["text"] == "what was asked for is not there any more"


def test_documents_are_forgotten_after_a_day(story, quickly) -> None:
    documents.ask(a_draft(story), owner=story.by, now=NOW)
    documents.work(clock=lambda: NOW)
    documents.work(clock=lambda: NOW + timedelta(hours=23))
    assert Document.objects.count() == 1
    documents.work(clock=lambda: NOW + timedelta(hours=25))
    assert not Document.objects.exists()


def test_of_what_everybody_may_ask_for_the_newest_are_kept(story, quickly, monkeypatch) -> None:
    monkeypatch.setattr(documents, "MOST_KEPT", 2)
    documents.ask(a_draft(story), owner=story.by, now=NOW)
    for minute, language in enumerate(("nl", "fr", "de")):
        now = NOW + timedelta(minutes=minute)
        documents.ask(a_draft(story, language=language), now=now)
    while documents.work(clock=lambda: NOW):
        pass
    kept = Document.objects.filter(owner=None).order_by("asked_at")
    assert [row.recipe["language"] for row in kept] == ["fr", "de"]
    assert Document.objects.filter(owner=story.by).count() == 1


def test_the_command_makes_them(story, quickly) -> None:
    documents.ask(a_draft(story), owner=story.by, now=NOW)
    out = StringIO()
    call_command("work", "--once", stdout=out)
    assert "A draft was made" in out.getvalue()


def test_a_document_is_made_in_a_process_of_its_own() -> None:
    snapshot = specimen(3)
    made = rendering.alone(snapshot, "summary_docx", "nl")
    assert made == rendering._rendered(snapshot, "summary_docx", "nl")  # noqa: SLF001
