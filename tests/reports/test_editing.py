"""The secretariat's pages about a report, and the draft that members read."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from lxml import html

from actions.models import Entry, ReportingRound
from actions.services import entries, rounds
from reports import readiness, rendering
from reports.models import Chapter, DraftComment, Edition, Translation
from reports.services import editions, renderings
from tests.published import FILES

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(open_round, entry_of, report) -> ReportingRound:
    """An open round with one accepted entry in Dutch."""
    made = open_round()
    entry = entry_of(made, "24", "brussels-environment")
    report(entry, "in_progress", done="Wij keurden het goed.", language="nl")
    return made


@pytest.fixture
def entry(year, entry_of) -> Entry:
    return entry_of(year, "24", "brussels-environment")


@pytest.fixture
def browser(sign_in, office):
    return sign_in(office)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def address(year: ReportingRound, rest: str = "") -> str:
    return f"/en/secretariat/reports/{year.pk}/{rest}"


# --- What is missing --------------------------------------------------------------


def test_the_editing_page_says_what_is_missing(browser, year) -> None:
    html = text(browser.get(address(year)))
    expected = year.entries.filter(expected=True).count()
    assert f"1 of {expected} expected entries are accepted." in html
    assert f"{expected - 1} have not been submitted" in html
    assert "The foreword is not written in: NL, FR, DE, EN" in html
    assert "Close the round first; then its report can be frozen." in html


def test_voluntary_entries_in_review_are_told_apart_from_those_that_are_expected(
    browser, year, report, entry_of
) -> None:
    beside, asked = entry_of(year, "1"), entry_of(year, "2")
    Entry.objects.filter(pk=beside.pk).update(expected=False)
    for row in (beside, asked):
        report(row, "done", state="submitted")
    html = text(browser.get(address(year)))
    assert "1 waits for review</a>." in html
    assert "1 voluntary entry waits for review as well</a>." in html


def test_the_worklist_has_each_text_in_each_other_language(year, entry) -> None:
    found = [(i.field, i.language, i.state) for i in readiness.items(year)]
    assert found == [("done", language, "missing") for language in ("fr", "de", "en")]


# --- Chapters ---------------------------------------------------------------------


def test_a_foreword_is_written_in_four_languages_and_stands_in_the_draft(
    browser, year, office
) -> None:
    sent = {"version": "0", "text_nl": "Voorwoord.", "text_fr": "Avant-propos.", "text_de": "",
            "text_en": ""}  # fmt: skip
    response = browser.post(address(year, "chapters/foreword/0/"), sent)
    assert (response.status_code, response["Location"]) == (302, address(year))
    snapshot = editions.draft(year, now=timezone.now())
    assert snapshot.chapters[0].texts == {"nl": "Voorwoord.", "fr": "Avant-propos."}


def test_a_section_and_a_further_chapter_are_written_and_removed(browser, year) -> None:
    browser.post(address(year, "chapters/section/3/"), {"version": "0", "text_nl": "Sectie."})
    browser.post(
        address(year, "chapters/further/0/"),
        {"version": "0", "title_nl": "Overleg", "text_nl": "Wij spraken."},
    )
    assert set(Chapter.objects.values_list("kind", "section")) == {
        ("section", 3),
        ("further", None),
    }
    further = Chapter.objects.get(kind="further")
    browser.post(address(year, f"chapters/{further.pk}/remove/"))
    assert not Chapter.objects.filter(kind="further").exists()


def test_a_further_chapter_without_a_title_is_told_so_at_the_field(browser, year) -> None:
    sent = {"version": "0", "text_nl": "Wij spraken."}
    html = text(browser.post(address(year, "chapters/further/0/"), sent))
    assert "Give the chapter a title." in html
    assert "Wij spraken.</textarea>" in html


def test_the_second_of_two_windows_on_a_chapter_sees_both_texts(browser, year) -> None:
    path = address(year, "chapters/foreword/0/")
    browser.post(path, {"version": "0", "text_nl": "Eerste."})
    response = browser.post(path, {"version": "0", "text_nl": "Tweede."})
    html = text(response)
    assert response.status_code == 409
    assert "You have changed this yourself meanwhile, in another window." in html
    assert "Tweede.</textarea>" in html
    assert "Eerste." in html
    assert Chapter.objects.get().text_nl == "Eerste."


@pytest.mark.parametrize(
    "rest",
    ["chapters/section/99/", "chapters/further/999999/", "chapters/section/0/",
     "chapters/further/99999999999999999999/", "chapters/appendix/0/"],
)  # fmt: skip
def test_an_unknown_chapter_is_not_found(browser, year, rest) -> None:
    assert browser.get(address(year, rest)).status_code == 404


def test_a_text_that_no_report_prints_is_refused_at_its_field(browser, year) -> None:
    sent = {"version": "0", "text_nl": "x" * 20_000, "text_fr": "Bon."}
    html = text(browser.post(address(year, "chapters/foreword/0/"), sent))
    assert 'id="id_text_nl_error"' in html
    assert "Bon.</textarea>" in html


def test_a_text_that_is_wrong_keeps_the_others_of_the_chapter_from_nothing(browser, year) -> None:
    sent = {"version": "0", "text_nl": "x" * 20_000, "text_fr": "Bon."}
    html = text(browser.post(address(year, "chapters/foreword/0/"), sent))
    assert "The rest is saved; what is marked is not." in html
    row = Chapter.objects.get()
    assert (row.text_nl, row.text_fr) == ("", "Bon.")
    mended = sent | {"version": str(row.version), "text_nl": "Goed."}
    assert browser.post(address(year, "chapters/foreword/0/"), mended).status_code == 302
    row.refresh_from_db()
    assert (row.text_nl, row.text_fr) == ("Goed.", "Bon.")


def test_a_new_chapter_is_stored_only_as_a_whole(browser, year) -> None:
    """It has no address before: sending the form again would make a second one."""
    sent = {"version": "0", "title_nl": "Titel", "text_nl": "x" * 20_000, "text_fr": "Bon."}
    assert browser.post(address(year, "chapters/further/0/"), sent).status_code == 200
    assert not Chapter.objects.exists()


def test_a_chapter_is_saved_with_a_word_about_signs_that_cannot_be_printed(browser, year) -> None:
    sent = {"version": "0", "text_nl": "Goed 🙂.", "text_fr": "Bon."}
    page = browser.post(address(year, "chapters/foreword/0/"), sent, follow=True)
    assert "“Text (Dutch)”: the PDF of the report cannot print 🙂." in text(page)


def test_a_chapter_that_a_frozen_edition_lacks_is_saved_with_a_word_about_it(browser, year) -> None:
    ReportingRound.objects.filter(pk=year.pk).update(state="closed", closed_at=timezone.now())
    sent = {"version": "0", "text_nl": "Goed.", "text_fr": "Bon."}
    page = browser.post(address(year, "chapters/foreword/0/"), sent, follow=True)
    assert "The edition that is frozen does not have it." not in text(page)
    ReportingRound.objects.filter(pk=year.pk).update(frozen_at=timezone.now())
    page = browser.post(
        address(year, "chapters/foreword/0/"),
        sent | {"version": "1", "text_fr": "Mieux."},
        follow=True,
    )
    assert "The edition that is frozen does not have it." in text(page)
    ReportingRound.objects.filter(pk=year.pk).update(frozen_at=None, published=1)
    page = browser.post(
        address(year, "chapters/foreword/0/"),
        sent | {"version": "2", "text_fr": "Bien mieux."},
        follow=True,
    )
    assert "does not have it: only a further edition can." in text(page)


@pytest.mark.parametrize("pasted", ["a\x00b", "a\ue000b"])
def test_a_character_that_no_report_prints_is_taken_out_with_a_word(browser, year, pasted) -> None:
    path = address(year, "chapters/foreword/0/")
    html = text(browser.post(path, {"version": "0", "text_nl": pasted}, follow=True))
    assert "“Text (Dutch)”: a character that cannot be saved was taken out" in html
    assert Chapter.objects.get().text_nl == "ab"


# --- Translations -------------------------------------------------------------------


def translate(browser: Any, entry: Entry, **fields: str) -> Any:
    sent = {"text": "We approved it.", "original": entry.done} | fields
    return browser.post(f"/en/secretariat/translations/{entry.pk}/done/en/", sent)


def test_a_checked_translation_is_printed_a_draft_is_not(browser, year, entry) -> None:
    translate(browser, entry)
    said = text_of(year)
    assert said.translations == {}
    translate(browser, entry, checked="on")
    assert text_of(year).translations == {"en": "We approved it."}


def text_of(year: ReportingRound) -> Any:
    snapshot = editions.draft(year, now=timezone.now())
    action = next(a for a in snapshot.actions if a.label == "24")
    said = next(e for e in action.entries if e.actor == "brussels-environment")
    return said.texts["done"]


def test_a_changed_original_sets_its_translation_back_to_draft(
    browser, year, entry, office, make_member
) -> None:
    translate(browser, entry, checked="on")
    third = make_member("secretariat", "office", "third@example.org")
    now = timezone.now()
    entries.send_back(entry, by=third, version=1, comment="Say when.", now=now)
    entry.refresh_from_db()
    content = entry.content()
    content["done"] = "Wij keurden het in mei goed."
    entries.submit(entry, by=office, version=1, content=content, now=now)
    entries.accept(entry, by=third, version=2, now=now)
    assert text_of(year).translations == {}
    item = next(i for i in readiness.items(year) if i.language == "en")
    assert (item.state, item.is_outdated) == ("draft", True)


def test_a_translation_of_an_older_original_is_told_and_kept_in_the_form(
    browser, year, entry
) -> None:
    response = translate(browser, entry, original="Something else.", checked="on")
    assert response.status_code == 409
    assert "The original has changed meanwhile" in text(response)
    assert "We approved it.</textarea>" in text(response)
    assert Translation.objects.count() == 0


def test_an_empty_translation_is_none_and_says_so(browser, year, entry) -> None:
    path = f"/en/secretariat/translations/{entry.pk}/done/en/"
    sent = {"text": " ", "original": entry.done, "act": "next"}
    page = text(browser.post(path, sent, follow=True))
    assert "The field is empty: this text has no translation." in page
    assert "The translation is saved." not in page
    assert Translation.objects.count() == 0


def test_what_is_saved_beside_a_frozen_edition_is_said_to_be_outside(browser, year, entry) -> None:
    warned = "The edition that is frozen does not have it."
    ReportingRound.objects.filter(pk=year.pk).update(state="closed", closed_at=timezone.now())
    for is_frozen in (False, True):
        ReportingRound.objects.filter(pk=year.pk).update(
            frozen_at=timezone.now() if is_frozen else None
        )
        words = f"Said {is_frozen}."
        page = browser.get(f"/en/secretariat/translations/{entry.pk}/done/en/")
        seen = html.fromstring(page.content.decode()).xpath("//input[@name='seen']/@value")
        saved = browser.post(
            f"/en/secretariat/translations/{entry.pk}/done/en/",
            {"text": words, "original": entry.done, "seen": (*seen, "")[0]},
            follow=True,
        )
        assert (warned in text(saved)) == is_frozen
        chosen = re.findall(r'name="chosen" value="([^"]+)"', text(saved))
        checked = browser.post(address(year, "translations/"), {"chosen": chosen}, follow=True)
        assert (warned in text(checked)) == is_frozen


def test_saving_leads_to_the_next_text_of_the_list_and_back_to_it(browser, year, entry) -> None:
    first, second, *_rest = readiness.open_items(year)
    query = f"?round={year.pk}"
    page = text(browser.get(address(year, "translations/")))
    assert f'href="{page_of(first)}{query}"' in page
    assert first.original[:20] in page
    sent = {"text": "Approuvé.", "original": first.original, "checked": "on", "act": "next"}
    assert browser.post(page_of(first) + query, sent)["Location"] == page_of(second) + query
    draft = {"text": "Ja.", "original": second.original, "act": "save"}
    answer = browser.post(page_of(second) + query, draft)
    assert answer["Location"] == address(year, f"translations/{query}")
    # Behind the last text comes the first that is left.
    last = readiness.open_items(year)[-1]
    assert readiness.open_items(year)[0] != last
    answer = browser.post(page_of(last) + query, sent)
    assert answer["Location"] == page_of(readiness.open_items(year)[0]) + query


def page_of(item: readiness.Item) -> str:
    return f"/en/secretariat/translations/{item.entry.pk}/{item.field}/{item.language}/"


@pytest.mark.parametrize(
    "query", ["?round=0", "?round=x", "?round=99999999999999999999", "?language=zz&state=zz"]
)
def test_a_list_that_is_not_known_is_that_of_the_round(browser, year, entry, query) -> None:
    page = browser.get(f"/en/secretariat/translations/{entry.pk}/done/en/{query}")
    assert page.status_code == 200
    assert f"/secretariat/reports/{year.pk}/translations/" in text(page)


def test_several_drafts_are_marked_as_checked_at_once_or_none(browser, year, entry) -> None:
    translate(browser, entry)
    path = address(year, "translations/?language=en&state=draft")
    found = re.findall(r'name="chosen" value="([^"]+)"', text(browser.get(path)))
    assert len(found) == 1
    assert "Choose the translations" in text(browser.post(path, follow=True))
    wrong = browser.post(path, {"chosen": [*found, "1:x"]}, follow=True)
    assert "a text has changed meanwhile" in text(wrong)
    assert Translation.objects.get().state == "draft"
    done = browser.post(path, {"chosen": found}, follow=True)
    assert "1 translation is marked as checked." in text(done)
    row = Translation.objects.get()
    assert (row.state, row.text) == ("checked", "We approved it.")
    assert row.checked_by is not None
    again = browser.post(path, {"chosen": found}, follow=True)
    assert "a text has changed meanwhile" in text(again)


@pytest.mark.parametrize("rest", ["done/nl", "done/xx", "internal/en", "results/en", "id/en"])
def test_what_is_not_translated_is_not_found(browser, entry, rest) -> None:
    assert browser.get(f"/en/secretariat/translations/{entry.pk}/{rest}/").status_code == 404


@pytest.mark.parametrize(
    "query", ["", "?language=fr", "?language=xx&state=zz", "?state=all", "?page=999", "?page=x"]
)
def test_the_worklist_page_is_filtered(browser, year, query) -> None:
    assert browser.get(address(year, f"translations/{query}")).status_code == 200


# --- Consultation -------------------------------------------------------------------


def test_members_comment_until_the_day_that_was_set(
    browser, year, make_member, sign_in, office
) -> None:
    observer = sign_in(make_member("observer", "federal-planning-bureau", "o@example.org"))
    path = "/en/desk/rounds/nap2/2025/draft/"
    assert "The draft is not open for comments now." in text(observer.get(path))
    refused = text(observer.post(path, {"about": "action 24", "text": "A remark."}))
    assert "The draft is not open for comments now." in refused
    assert DraftComment.objects.count() == 0
    today = timezone.localdate()
    browser.post(address(year, "consultation/"), {"until": today.isoformat()})
    observer.post(path, {"about": "action 24", "text": "A remark."})
    assert DraftComment.objects.get().text == "A remark."
    assert "A remark." in text(browser.get(address(year)))


def test_the_validation_is_recorded_but_not_in_advance(browser, year) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    html = text(browser.post(address(year, "consultation/"), {"validated_on": tomorrow}))
    assert "Choose today or an earlier day." in html
    today = timezone.localdate().isoformat()
    browser.post(address(year, "consultation/"), {"validated_on": today, "note_nl": "Zonder debat"})
    snapshot = editions.draft(year, now=timezone.now())
    assert (snapshot.validated_on, snapshot.validation) == (today, {"nl": "Zonder debat"})


def test_an_introduction_can_begin_with_what_the_data_say(browser, year) -> None:
    page = text(browser.get(address(year, "chapters/section/3/")))
    assert "What the data say" in page
    assert "Missing entries, by actor: " in page
    browser.post(address(year, "chapters/section/3/"), {"version": "0", "text_nl": "Sectie."})
    begun = browser.get(address(year, "chapters/section/3/"), {"begin": "1"}).context["form"]
    assert begun["text_nl"].value() == "Sectie."
    assert begun["text_fr"].value().startswith("Les actions (")
    assert "Contributions manquantes, par acteur\u00a0: " in begun["text_fr"].value()


def test_only_introductions_of_sections_begin_with_data(browser, year) -> None:
    assert "What the data say" not in text(browser.get(address(year, "chapters/foreword/0/")))


# --- Drafts --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["html", "entries_csv", "json", "xlsx", "summary_docx"])
def test_the_secretariat_sees_the_draft_in_every_format(browser, year, name) -> None:
    response = browser.get(f"/nl/desk/rounds/nap2/2025/draft/{name}/")
    assert response.status_code == 200
    assert len(response.content) > 1000
    if name == "entries_csv":
        saved = "nap2-2025-draft-entries-nl.csv"
        assert response["Content-Disposition"] == f'attachment; filename="{saved}"'


def test_a_member_reads_the_draft_and_gets_no_data_file(year, make_member, sign_in) -> None:
    observer = sign_in(make_member("observer", "federal-planning-bureau", "o@example.org"))
    page = observer.get("/nl/desk/rounds/nap2/2025/draft/html/")
    assert page.status_code == 200
    assert "Wij keurden het goed." in page.content.decode()
    assert "style-src" in page["Content-Security-Policy"]
    assert observer.get("/nl/desk/rounds/nap2/2025/draft/entries_csv/").status_code == 403
    assert observer.get("/nl/desk/rounds/nap2/2025/draft/exe/").status_code == 404


# --- Editions ------------------------------------------------------------------------


def test_the_secretariat_freezes_and_publishes(browser, year, office, monkeypatch) -> None:
    rounds.close(year, by=office, now=timezone.now())

    def quickly(_content: str, wanted: list[tuple[str, str]]) -> Iterator[Any]:
        yield from ((pair, b"file") for pair in wanted)

    monkeypatch.setattr(rendering, "files", quickly)
    assert "Freeze, and make the files" in text(browser.get(address(year, "freeze/")))
    html = text(browser.post(address(year, "freeze/"), follow=True))
    assert f"The files are being made: 0 of {FILES}." in html
    edition = Edition.objects.get()
    renderings.work()
    path = f"/en/secretariat/editions/{edition.pk}/"
    assert "Files of this edition" in text(browser.get(f"{path}publish/"))
    file = browser.get(f"{path}files/pdf/nl/")
    assert file.content == b"file"
    assert file["Content-Disposition"] == 'attachment; filename="nap2-2025-e1-nl.pdf"'
    data = browser.get(f"{path}files/json/xx/")
    assert data["Content-Disposition"] == 'attachment; filename="nap2-2025-e1.json"'
    html = text(browser.post(f"{path}publish/", follow=True))
    assert "The report is published." in html
    overview = text(browser.get(address(year)))
    assert "What a further edition would still lack" in overview
    assert "What is still missing" not in overview
    again = text(browser.post(f"{path}discard/", follow=True))
    assert "The edition is published; withdraw it, or publish a correction." in again
    sent = {"recipient": "Chamber", "sent_on": timezone.localdate().isoformat(), "means": ""}
    browser.post(f"{path}transmissions/", sent)
    assert edition.transmissions.get().recipient == "Chamber"
    html = text(browser.post(f"{path}withdraw/", {"withdrawal_nl": "Fout."}))
    assert 'id="id_withdrawal_fr_error"' in html
    both = {"withdrawal_nl": "Fout.", "withdrawal_fr": "Erreur."}
    browser.post(f"{path}withdraw/", both)
    assert Edition.objects.get().is_withdrawn


def test_an_open_round_cannot_be_frozen_from_the_page(browser, year) -> None:
    html = text(browser.post(address(year, "freeze/"), follow=True))
    assert "Close the round first; then its report can be frozen." in html
    assert Edition.objects.count() == 0


@pytest.mark.parametrize("role", ["observer", "contributor", "coordinator", "reviewer"])
@pytest.mark.parametrize("rest", ["", "freeze/", "consultation/", "translations/"])
def test_the_editing_page_is_closed_to_others(year, make_member, sign_in, role, rest) -> None:
    client = sign_in(make_member(role, "brussels-environment", "x@example.org"))
    assert client.get(address(year, rest)).status_code == 403


def test_a_planned_round_has_no_report(browser, open_round) -> None:
    planned = open_round(2027, "planned")
    assert browser.get(address(planned)).status_code == 404
    assert browser.get("/en/desk/rounds/nap2/2027/draft/").status_code == 404
