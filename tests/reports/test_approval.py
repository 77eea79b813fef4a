"""Entries before they are submitted, as a document for those who approve them."""

import io
from typing import Any

import docx
import pytest
from django.test import Client
from django.utils import timezone

from actions.models import Entry
from document import content
from document.blocks import Entry as EntryBlock
from document.blocks import Report, walk
from reports import approval
from reports.formats import for_approval
from reports.models import Document
from reports.services import documents
from tests.conftest import add_second_factor
from tests.follow_up import NOW
from tests.standing_site import Site

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
PAGE = "/en/desk/rounds/small/2025/approval/"


@pytest.fixture
def writer(site: Site, sign_in) -> Client:
    """The browser of somebody who writes."""
    Document.objects.all().delete()
    client: Client = sign_in(site.scene.people["writer"])
    return client


def begun(site: Site, *names: str) -> list[Entry]:
    keys = [site.keys[name] for name in names]
    return [row for row in Entry.objects.for_list() if row.pk in keys]


def made(site: Site, *names: str, with_before: bool = False, language: str = "en") -> Report:
    rows = begun(site, *names)
    built = approval.build(rows[0].round, rows, with_before=with_before, now=NOW)
    return content.for_approval(built, language)


def text_of(report: Report) -> str:
    return "\n".join(str(block) for chapter in report.chapters for block in walk(chapter.blocks))


def states(report: Report) -> list[str]:
    """Return how far each entry of a document is."""
    blocks = [block for chapter in report.chapters for block in walk(chapter.blocks)]
    entries = [block for block in blocks if isinstance(block, EntryBlock)]
    return [str(line[0].text) for entry in entries for line in entry.status.facts]  # type: ignore[union-attr]


def page_text(response: Any) -> str:
    return response.content.decode()


# --- The document -------------------------------------------------------------------------


def test_it_holds_the_texts_as_they_stand_with_how_far_each_is(site) -> None:
    text = text_of(made(site, "draft", "returned"))
    assert "Zqdraft of 2025." in text
    assert "Zqreturned of 2025." in text
    assert "Zqdraftnote" in text
    assert states(made(site, "draft", "returned")) == ["Draft", "Returned"]


def test_every_page_says_that_nothing_is_submitted(site) -> None:
    report = made(site, "draft")
    assert report.title == "Entries of 2025, for approval"
    assert any("not submitted" in mark for mark in report.marks)
    assert "not a published edition" not in str(report)


def test_last_years_texts_stand_beside_where_they_are_wanted(site) -> None:
    assert "Zqpublished" not in text_of(made(site, "draft"))
    text = text_of(made(site, "draft", with_before=True))
    assert "Zqpublished of 2024." in text
    assert "For comparison: 2024" in text


def test_an_entry_without_a_status_is_not_called_silent(site) -> None:
    Entry.objects.filter(pk=site.keys["draft"]).update(status="", done="", internal="")
    text = text_of(made(site, "draft"))
    assert "not_reported" not in text
    assert "Nothing has been written yet." in text


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_it_is_an_accessible_pdf_in_every_language(site, language) -> None:
    rows = begun(site, "draft", "returned")
    built = approval.build(rows[0].round, rows, with_before=True, now=NOW)
    assert for_approval("pdf").render(built, language)[:5] == b"%PDF-"


def test_the_last_page_has_lines_to_sign(site) -> None:
    assert "Signature" in text_of(made(site, "draft"))


# --- The page -----------------------------------------------------------------------------


def test_a_writer_takes_the_drafts_along(site, writer) -> None:
    page = writer.get(PAGE)
    assert [row.pk for row in page.context["form"].rows] == [
        row.pk for row in begun(site, "draft", "returned")
    ]
    chosen = {"entries": [site.keys["draft"]], "format": "docx"}
    asked = writer.post(PAGE, chosen)
    documents.work(clock=timezone.now)
    given = writer.get(asked.url)
    assert given["Content-Disposition"] == 'attachment; filename="small-2025-approval-en.docx"'
    paragraphs = "\n".join(p.text for p in docx.Document(io.BytesIO(given.content)).paragraphs)
    assert "Zqdraft of 2025." in paragraphs
    assert "Zqreturned" not in paragraphs


def test_from_an_entry_only_that_one_is_chosen_at_first(site, writer) -> None:
    form = writer.get(f"{PAGE}?entry={site.keys['draft']}").context["form"]
    assert form.initial["entries"] == [site.keys["draft"]]
    for odd in ("", "x", "-1", "9" * 40):
        whole = writer.get(f"{PAGE}?entry={odd}").context["form"]
        assert len(whole.initial["entries"]) == len(whole.rows)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"format": "pdf"}, "Choose at least one entry."),
        (
            {"entries": ["{submitted}"], "format": "pdf"},
            "has been submitted meanwhile, or is not your",
        ),
        ({"entries": ["x"], "format": "pdf"}, "has been submitted meanwhile, or is not your"),
        ({"entries": ["{draft}"], "format": "odt"}, "odt is not one of the available choices"),
    ],
)
def test_what_cannot_be_made_is_said_beside_the_field(site, writer, sent, said) -> None:
    filled = sent | {"entries": [site.fill(one) for one in sent.get("entries", [])]}
    page = writer.post(PAGE, filled)
    assert page.status_code == 200
    assert said in page_text(page)
    assert Document.objects.count() == 0


def test_others_get_nothing_of_it(site, writer, sign_in) -> None:
    asked = writer.post(PAGE, {"entries": [site.keys["draft"]], "format": "docx"})
    documents.work(clock=timezone.now)
    other = sign_in(site.scene.people["other"])
    assert other.get(asked.url).status_code == 404
    assert site.keys["draft"] not in [row.pk for row in other.get(PAGE).context["form"].rows]
    add_second_factor(site.scene.people["secretariat"])
    assert site.get("observer", PAGE).status_code == 403


def test_who_no_longer_writes_for_the_actor_gets_it_no_more(site, writer) -> None:
    asked = writer.post(PAGE, {"entries": [site.keys["draft"]], "format": "docx"})
    documents.work(clock=timezone.now)
    site.scene.people["writer"].memberships.update(actor=site.scene.actors["office"])
    assert writer.get(asked.url).status_code == 403


def test_what_was_submitted_meanwhile_is_left_out(site, writer) -> None:
    asked = writer.post(PAGE, {"entries": [site.keys["draft"]], "format": "docx"})
    Entry.objects.filter(pk=site.keys["draft"]).update(state="submitted")
    documents.work(clock=timezone.now)
    page = writer.get(asked.url, follow=True)
    assert "what was asked for is submitted by now" in page_text(page)


def test_the_desk_and_the_entry_lead_there(site, writer) -> None:
    assert f'href="{PAGE}"' in page_text(writer.get("/en/desk/"))
    entry = site.keys["draft"]
    assert f'href="{PAGE}?entry={entry}"' in page_text(writer.get(f"/en/desk/entries/{entry}/"))
