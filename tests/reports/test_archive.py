"""The archive: what is published stays, what is not is nobody's, what is withdrawn says so."""

import base64
import hashlib
import re
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from actions.models import ReportingRound
from actions.services import plan as plans
from reports import archive
from reports.models import Edition, EditionFile
from reports.services import editions
from tests.follow_up import NOW
from tests.published import NOTE, REASON, Story, publish

pytestmark = pytest.mark.django_db
REPORTS = "plans/small/reports"
NAMES = {
    "report.pdf": ("application/pdf", "inline", "pdf"),
    "report.docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "attachment",
        "docx",
    ),
    "entries.csv": ("text/csv; charset=utf-8", "attachment", "csv"),
    "summary.pdf": ("application/pdf", "inline", "pdf"),
    "data.xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "attachment",
        "xlsx",
    ),
}


@pytest.fixture(autouse=True)
def _nothing_read() -> None:
    archive.read.cache_clear()


def text_of(response) -> str:
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def file_of(edition: Edition, name: str, language: str = "") -> EditionFile:
    return edition.files.get(format=name, language=language)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(path)
    return len(found)


# --- The list -------------------------------------------------------------------


def test_an_archive_without_reports_says_so(client: Client) -> None:
    words = text_of(client.get("/en/plans/nap2/reports/"))
    assert "No progress report has been published yet." in words
    assert "Feed" not in words


def test_the_archive_lists_the_reports_newest_first_with_sizes_and_checksums(
    client: Client, story: Story
) -> None:
    response = client.get(f"/nl/{REPORTS}/")
    html = response.content.decode()
    assert re.findall(r'<h2 id="report-(\d+)"', html) == ["2025", "2024"]
    for edition in (story.first, story.second):
        for file in edition.files.all():
            assert html.count(file.checksum) == 1, file
    pdf = file_of(story.second, "pdf", "nl")
    assert f'href="/nl/{REPORTS}/2025/e1/report.pdf"' in html
    assert f"PDF {pdf.size} bytes" in text_of(response)
    assert "20 januari 2026" in text_of(response)


def test_the_archive_leads_to_the_data_of_all_reports_while_one_speaks(
    client: Client, story: Story
) -> None:
    whole = "/en/plans/small/reports/all/data.xlsx"
    assert f'href="{whole}"' in client.get("/en/plans/small/reports/").text
    assert client.get(whole).status_code == 200
    for edition in (story.first, story.second):
        story.withdraw(edition)
    assert "/reports/all/" not in client.get("/en/plans/small/reports/").text
    assert client.get(whole).status_code == 404


def test_a_correction_is_noted_on_both_editions(client: Client, story: Story) -> None:
    story.correct()
    html = client.get(f"/en/{REPORTS}/").content.decode()
    two, one, rest = re.split(r'<div class="edition">', html)[1:4]
    assert NOTE["en"] in two
    assert "newer edition" not in two
    newer = " ".join(re.sub(r"<[^>]+>", " ", one).split())
    assert "There is a newer edition: Edition 2" in newer
    assert "newer edition" not in rest


def test_the_archive_costs_as_many_queries_for_1_as_for_5_editions(
    client: Client, story: Story
) -> None:
    one = queries(client, f"/en/{REPORTS}/")
    for _turn in range(3):
        story.correct()
    assert queries(client, f"/en/{REPORTS}/") == one == 4


# --- The newest edition of a year -------------------------------------------------


def test_the_page_of_a_year_shows_figures_files_and_how_to_cite(
    client: Client, story: Story
) -> None:
    response = client.get(f"/en/{REPORTS}/2025/")
    html, words = response.content.decode(), text_of(response)
    assert "Progress report 2025" in words
    assert "Edition 1, published on 20 January 2026; situation on 31 December 2025." in words
    figure = next(f for f in story.second.snapshot.figures if f.code == "carried_out")
    assert f"Carried out or continuously applied {figure.part} of {figure.whole}" in words
    for language in ("nl", "fr", "de", "en"):
        for name, file in (("", "html"), ("report.pdf", "pdf"), ("data.xlsx", "xlsx")):
            assert f'href="/{language}/{REPORTS}/2025/e1/{name}"' in html
            assert file_of(story.second, file, language).checksum in html
    assert file_of(story.second, "json").checksum in html
    cited = html[html.index('id="cite-title"') :]
    assert f"/en/{REPORTS}/2025/e1/" in cited
    assert "Social Responsibility working group" in cited


def test_the_page_of_a_year_costs_exactly_so_many_queries(client: Client, story: Story) -> None:
    path = f"/en/{REPORTS}/2025/"
    assert queries(client, path) == 5
    assert queries(client, path) == 1
    story.correct()
    assert queries(client, path) == 5


def test_a_correction_speaks_at_once_and_names_what_it_corrects(
    client: Client, story: Story
) -> None:
    assert "Edition 1, published" in text_of(client.get(f"/en/{REPORTS}/2025/"))
    story.correct()
    words = text_of(client.get(f"/en/{REPORTS}/2025/"))
    assert "Edition 2, published" in words
    assert f"What changed: {NOTE['en']}" in words
    assert "There is a newer edition: Edition 2" in words


def test_readers_see_to_whom_it_was_sent_and_not_by_whom(client: Client, story: Story) -> None:
    client.get(f"/en/{REPORTS}/2025/")
    editions.record_transmission(
        story.second, recipient="Chamber", sent_on=NOW.date(), means="by Quokka", by=story.by,
        now=NOW,
    )  # fmt: skip
    words = text_of(client.get(f"/en/{REPORTS}/2025/"))
    assert "Sent to Chamber, 20 January 2026 (edition 1)" in words
    assert "Quokka" not in words
    assert story.by.email not in words


# --- One edition for ever -----------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "nl"])
def test_an_edition_is_served_byte_for_byte_as_it_was_stored(
    client: Client, story: Story, language: str
) -> None:
    file = file_of(story.second, "html", language)
    for _turn in range(2):  # read anew, and kept
        response = client.get(f"/{language}/{REPORTS}/2025/e1/")
        assert response.content == bytes(file.content)
        assert response["ETag"] == f'W/"{file.checksum}"'
        assert response["Cache-Control"] == "public, max-age=300, must-revalidate"
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert "Cookie" not in response.get("Vary", "")


def test_an_edition_may_load_its_own_style_and_script_and_nothing_else(
    client: Client, story: Story
) -> None:
    response = client.get(f"/en/{REPORTS}/2025/e1/")
    digests = []
    for tag in ("style", "script"):
        found = re.search(rf"<{tag}>(.*?)</{tag}>", response.content.decode(), re.DOTALL)
        assert found is not None
        digests.append(base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode())
    assert response["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert " style=" not in response.content.decode()


def test_reading_an_edition_costs_three_queries_then_one(client: Client, story: Story) -> None:
    path = f"/en/{REPORTS}/2025/e1/"
    assert queries(client, path) == 3
    assert queries(client, path) == 1


def test_an_address_that_is_too_long_for_a_key_is_not_found(client: Client, story: Story) -> None:
    assert client.get(f"/en/plans/{'9' * 5_000}/reports/2025/e1/").status_code == 404


def test_no_more_than_a_few_editions_are_kept(client: Client, story: Story, monkeypatch) -> None:
    monkeypatch.setattr(caches["editions"], "_max_entries", 2)
    monkeypatch.setattr(caches["editions"], "_cull_frequency", 2)
    paths = [f"/{language}/{REPORTS}/2025/e1/" for language in ("nl", "fr", "de")]
    for path in paths:
        assert queries(client, path) == 3
    assert [queries(client, path) for path in reversed(paths)] == [1, 1, 3]


@pytest.mark.parametrize("name", ["", *NAMES, "data.json"])
def test_a_browser_that_has_a_file_of_an_edition_is_told_so(
    client: Client, story: Story, name: str
) -> None:
    path = f"/en/{REPORTS}/2025/e1/{name}"
    first = client.get(path)
    for _turn in range(2):
        again = client.get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == first["Cache-Control"]
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


# --- Its files ---------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_the_language_of_the_address_picks_the_file(
    client: Client, story: Story, name: str, language: str
) -> None:
    kind, shown, extension = NAMES[name]
    stem = name.split(".", maxsplit=1)[0]
    part = "" if stem in {"report", "data"} else f"{stem}-"
    form = archive.FILES[name]
    file = file_of(story.second, form, language)
    for place, keep in (("e1/", "public, max-age=300, must-revalidate"), ("", "no-cache")):
        response = client.get(f"/{language}/{REPORTS}/2025/{place}{name}")
        assert response.content == f"{form} {language} of 2025 e1".encode()
        assert response["ETag"].removeprefix("W/") == f'"{file.checksum}"'
        assert response["Cache-Control"] == keep
        assert response["Content-Type"] == kind
        assert response["Content-Disposition"] == (
            f'{shown}; filename="small-2025-e1-{part}{language}.{extension}"'
        )


def test_one_file_holds_the_data_in_all_languages(client: Client, story: Story) -> None:
    for language in ("nl", "en"):
        response = client.get(f"/{language}/{REPORTS}/2025/e1/data.json")
        assert response.content == bytes(file_of(story.second, "json").content)
        assert response["Content-Disposition"] == 'inline; filename="small-2025-e1.json"'
        assert response["Access-Control-Allow-Origin"] == "*"


def test_the_newest_file_is_the_correction_once_there_is_one(client: Client, story: Story) -> None:
    before = client.get(f"/nl/{REPORTS}/2025/report.pdf")
    story.correct()
    after = client.get(f"/nl/{REPORTS}/2025/report.pdf", headers={"if-none-match": before["ETag"]})
    assert (before.content, after.content) == (b"pdf nl of 2025 e1", b"pdf nl of 2025 e2")
    assert "small-2025-e2-nl.pdf" in after["Content-Disposition"]
    assert client.get(f"/nl/{REPORTS}/2025/e1/report.pdf").content == before.content


# --- Withdrawn ------------------------------------------------------------------------


def test_a_withdrawn_edition_is_gone_with_its_reason_and_checksums(
    client: Client, story: Story
) -> None:
    paths = [f"/en/{REPORTS}/2025/e1/{rest}" for rest in ("", *NAMES, "data.json", "actions/1/")]
    paths += [f"/en/{REPORTS}/2025/", f"/en/{REPORTS}/2025/report.pdf"]
    for path in paths:
        assert client.get(path).status_code == 200, path
    story.withdraw(story.second)
    for path in paths:
        response = client.get(path)
        assert response.status_code == 410, path
        words = text_of(response)
        assert REASON["en"] in words
        for file in story.second.files.all():
            assert file.checksum in words
        assert response["Cache-Control"] == "no-cache"
        assert "De wet" not in words
    listed = text_of(client.get(f"/en/{REPORTS}/"))
    assert "Edition 1, withdrawn" in listed
    assert REASON["en"] in listed


def test_after_a_withdrawal_the_edition_before_speaks_again(client: Client, story: Story) -> None:
    second = story.correct()
    assert client.get(f"/en/{REPORTS}/2025/report.pdf").content == b"pdf en of 2025 e2"
    story.withdraw(second)
    assert client.get(f"/en/{REPORTS}/2025/report.pdf").content == b"pdf en of 2025 e1"
    words = text_of(client.get(f"/en/{REPORTS}/2025/"))
    assert "Edition 1, published" in words
    assert "Edition 2, withdrawn" in words
    assert client.get(f"/en/{REPORTS}/2025/e1/").status_code == 200
    assert client.get(f"/en/{REPORTS}/2025/e2/").status_code == 410


def test_an_older_edition_that_is_withdrawn_leaves_the_newest_alone(
    client: Client, story: Story
) -> None:
    story.correct()
    client.get(f"/en/{REPORTS}/2025/")
    story.withdraw(story.second)
    words = text_of(client.get(f"/en/{REPORTS}/2025/"))
    assert "Edition 2, published" in words
    assert "Edition 1, withdrawn" in words


# --- Not published ---------------------------------------------------------------------


def test_nobody_gets_a_frozen_edition(client: Client, sign_in, story: Story) -> None:
    frozen = editions.freeze(story.second.round, by=story.by, now=NOW, note=NOTE)
    editions.store_file(frozen, "pdf", "en", b"frozen")
    editions.store_file(frozen, "html", "en", b"<style></style>frozen")
    for browser in (client, sign_in(story.by)):
        for rest in ("", "report.pdf", "actions/1/"):
            assert browser.get(f"/en/{REPORTS}/2025/e2/{rest}").status_code == 404
        assert browser.get(f"/en/{REPORTS}/2025/report.pdf").content == b"pdf en of 2025 e1"
        assert NOTE["en"] not in text_of(browser.get(f"/en/{REPORTS}/"))
        assert frozen.checksum.encode() not in browser.get(f"/en/{REPORTS}/2025/").content


@pytest.mark.parametrize(
    "path",
    [
        "plans/nothing/reports/",
        "plans/nothing/reports/2025/",
        "plans/nothing/reports/feed/",
        "plans/nothing/reports/compare/",
        "plans/nothing/reports/compare.csv",
        "plans/small/reports/2026/",
        "plans/small/reports/2026/report.pdf",
        "plans/small/reports/0000/",
        "plans/small/reports/99999/",
        "plans/small/reports/2025/e2/",
        "plans/small/reports/2025/e0/",
        "plans/small/reports/2025/e9999/",
        "plans/small/reports/2025/e1/report.odt",
        "plans/small/reports/2025/e1/report.csv",
        "plans/small/reports/2025/e1/actions/77/",
        "plans/small/reports/2025/e1/actions/x/",
        "plans/small/reports/2025/e2/actions/1/",
        "plans/nap2/reports/2025/",
        "plans/small/reports/2025%00/",
    ],
)
def test_what_was_never_published_is_unknown(client: Client, story: Story, path: str) -> None:
    response = client.get(f"/en/{path}")
    assert response.status_code == 404
    assert "There is nothing at this address" in text_of(response)


# --- An action in an edition -------------------------------------------------------------


def test_an_action_reads_as_its_edition_has_it_whatever_the_plan_says_now(
    client: Client, story: Story
) -> None:
    action = story.scene.plan.actions.get(label="1")
    action.title_en = "Another title"
    action.save()
    old = text_of(client.get(f"/en/{REPORTS}/2024/e1/actions/1/"))
    new = text_of(client.get(f"/en/{REPORTS}/2025/e1/actions/1/"))
    assert "Another title" not in old + new
    assert "Het ontwerp van 2024. " in old
    assert "1 of 1 actor reported" in old
    assert "In progress" in old
    assert "Fully carried out" not in old
    assert "De wet staat in het Staatsblad." in new
    assert "In 2024 In progress Moved up Carried out or applied since 2024" in new


def test_a_text_stands_in_its_language_or_in_a_checked_translation(
    client: Client, story: Story
) -> None:
    page = f"{REPORTS}/2025/e1/actions/1/"
    english = client.get(f"/en/{page}").content.decode()
    assert '<span class="original">original in Dutch</span>' in english
    assert '<div class="measure" lang="nl"><p>De wet <strong>staat</strong>' in english
    assert "&lt;b&gt;niet vet&lt;/b&gt;" in english
    french = client.get(f"/fr/{page}").content.decode()
    assert '<div class="measure" lang="fr"><p>La loi est au Moniteur.</p>' in french
    assert "Staatsblad" not in french
    dutch = client.get(f"/nl/{page}").content.decode()
    assert 'class="original"' not in dutch


def test_the_page_of_a_renumbered_action_leads_to_its_number_of_today(
    client: Client, story: Story
) -> None:
    page = f"/en/{REPORTS}/2025/e1/actions/1/"
    action = story.scene.plan.actions.get(label="1")
    action.label = "77"
    plans.save(action, by=None)
    other = story.scene.plan.actions.get(label="2")
    other.label = "1"
    plans.save(other, by=None)
    assert '<a href="/en/plans/small/actions/77/">The action in the plan</a>' in (
        client.get(page).content.decode()
    )


def test_an_edition_is_read_once_for_all_its_actions(client: Client, story: Story) -> None:
    def cost(label: str) -> int:
        return queries(client, f"/en/{REPORTS}/2025/e1/actions/{label}/")

    assert (cost("1"), cost("2"), cost("2")) == (6, 5, 1)


def test_the_page_of_an_action_in_an_old_edition_leads_to_the_newer_one(
    client: Client, story: Story
) -> None:
    page = f"/en/{REPORTS}/2025/e1/actions/1/"
    assert "There is a newer edition." not in text_of(client.get(page))
    story.correct()
    assert "There is a newer edition." in text_of(client.get(page))
    assert "There is a newer edition." not in text_of(client.get(page.replace("e1", "e2")))


# --- Sample data --------------------------------------------------------------------------


def test_sample_editions_are_marked_on_every_page(client: Client, story: Story) -> None:
    pages = (
        "", "2025/", "2025/e1/actions/1/", "compare/", "2024/e1/actions/1/",
    )  # fmt: skip
    mark = "Sample data: no real entries."
    for page in pages:
        assert mark not in text_of(client.get(f"/en/{REPORTS}/{page}"))
    ReportingRound.objects.filter(plan=story.scene.plan).update(is_sample=True)
    story.correct()  # draws a new revision
    for page in pages:
        assert mark in text_of(client.get(f"/en/{REPORTS}/{page}")), page
    assert "sample data" in client.get(f"/en/{REPORTS}/feed/").content.decode()


# --- The feed --------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, language: str = "en") -> ElementTree.Element:
    response = client.get(f"/{language}/{REPORTS}/feed/")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own


def test_the_feed_names_every_published_edition_the_last_first(
    client: Client, story: Story
) -> None:
    publish(story.second.round, by=story.by, note=NOTE, now=NOW + timedelta(hours=1))
    found = feed(client)
    entries = found.findall(f"{ATOM}entry")
    base = f"http://testserver/en/{REPORTS}"
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"{base}/2025/e2/", f"{base}/2025/e1/", f"{base}/2024/e1/",
    ]  # fmt: skip
    assert entries[0].findtext(f"{ATOM}title") == "Progress report 2025, edition 2"
    assert entries[0].findtext(f"{ATOM}summary") == NOTE["en"]
    assert entries[0].findtext(f"{ATOM}updated") == "2026-01-20T12:00:00+00:00"
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    links = {link.get("rel"): link.get("href") for link in found.findall(f"{ATOM}link")}
    assert links == {"alternate": f"{base}/", "self": f"{base}/feed/"}


def test_a_withdrawn_edition_leaves_the_feed_at_once(client: Client, story: Story) -> None:
    assert len(feed(client, "fr").findall(f"{ATOM}entry")) == 2
    story.withdraw(story.second)
    assert len(feed(client, "fr").findall(f"{ATOM}entry")) == 1


@pytest.mark.parametrize("page", ["", "2025/", "compare/"])
def test_pages_of_the_archive_lead_to_the_feed(client: Client, story: Story, page: str) -> None:
    html = client.get(f"/de/{REPORTS}/{page}").content.decode()
    link = re.search(r'<link rel="alternate" type="application/atom\+xml"[^>]*>', html)
    assert link is not None
    assert f'href="/de/{REPORTS}/feed/"' in link[0]


def test_any_parameter_leaves_the_archive_standing(client: Client, story: Story) -> None:
    for value in ("\x00", "9" * 5000, "<script>alert(1)</script>", "é" * 300):
        given = urlencode({"from": value, "to": value, "year": value})
        for page in ("", "2025/", "2025/e1/", "2025/e1/actions/1/", "compare/", "feed/"):
            response = client.get(f"/en/{REPORTS}/{page}?{given}")
            assert response.status_code == 200, (page, value)
            assert b"<script>alert" not in response.content


def test_the_sitemap_lists_what_is_published_and_nothing_else(client: Client, story: Story) -> None:
    story.correct()
    story.withdraw(story.first)
    found = re.findall(r"<loc>http://testserver/fr/(plans/small/reports/[^<]*)</loc>",
                       client.get("/sitemap.xml").content.decode())  # fmt: skip
    assert found == [f"{REPORTS}/{rest}" for rest in ("", "2025/", "2025/e1/", "2025/e2/")]
