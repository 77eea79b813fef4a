"""Entries as a workbook: what goes out, what comes back, what is refused, who may."""

import io
import time
from datetime import date, timedelta
from functools import partial
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions import permissions
from actions.entry_book import layout, reading, writing
from actions.models import Entry, EntryVersion, Extension, ReportingRound
from actions.models.entries import EVIDENCE_KINDS, OBSTACLE_KINDS, TEXTS
from actions.refusals import Conflict, Refused
from actions.rules.search import fold
from actions.services import drafts, entries, rounds
from document import characters
from tests.books import changed
from tests.conftest import add_second_factor
from tests.follow_up import NEXT_DAY, NOW, Scene, content, everything, unchanged_by

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

PAGE = "/en/desk/rounds/small/2025/actors/small-ministry/workbook/"
FILE = "/en/desk/rounds/small/2025/actors/small-ministry/entries.xlsx"
DOCUMENT = {"title": "Law", "address": "https://law.be/1", "kind": "law", "date": "2025-03-14"}


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def now_open(scene: Scene) -> ReportingRound:
    """A round after one in which the ministry reported on an action."""
    before = scene.round(2024)
    scene.submit(scene.entry(before), done="What was done in 2024.", obstacles="Staff.")
    scene.accept(scene.entry(before))
    return scene.round(2025)


@pytest.fixture
def secretariat(scene: Scene, now_open: Any, sign_in: Any) -> Client:
    add_second_factor(scene.people["secretariat"])
    found: Client = sign_in(scene.people["secretariat"])
    return found


@pytest.fixture
def browser(scene: Scene, now_open: Any, sign_in: Any) -> Client:
    found: Client = sign_in(scene.people["writer"])
    return found


def fetch(browser: Client, path: str = FILE) -> bytes:
    response = browser.get(path)
    assert response.status_code == 200
    return bytes(response.content)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def packed(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def places(sheet: Any) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[1] if cell.value}


def row_of(sheet: Any, label: str) -> int:
    column = places(sheet)["Action"]
    return next(n for n in range(3, sheet.max_row + 1) if sheet.cell(n, column).value == label)


def filled(content: bytes, label: str = "1", **cells: Any) -> bytes:
    """Return a workbook with some cells of a row filled in, by heading with _ for spaces."""
    book = opened(content)
    sheet = book["Entries"]
    found = places(sheet)
    for heading, value in cells.items():
        sheet.cell(row_of(sheet, label), found[heading.replace("_", " ")]).value = value
    return packed(book)


def documented(content: bytes, *rows: list[Any]) -> bytes:
    """Return a workbook with these documents instead of its own."""
    book = opened(content)
    sheet = book["Evidence"]
    sheet.delete_rows(2, sheet.max_row)
    for row in rows:
        sheet.append(row)
    return packed(book)


def upload(browser: Client, content: bytes, path: str = PAGE) -> Any:
    return browser.post(path, {"workbook": SimpleUploadedFile("a.xlsx", content), "act": "look"})


def looked(browser: Client, content: bytes) -> reading.Looked:
    found: reading.Looked = upload(browser, content).context["looked"]
    return found


def faults(browser: Client, content: bytes) -> list[tuple[Any, ...]]:
    context = upload(browser, content).context
    return [(one.row, one.column, one.message) for one in context["faults"]]


def refusal(browser: Client, content: bytes, path: str = PAGE) -> str:
    before = everything()
    errors = upload(browser, content, path).context["form"].errors
    assert everything() == before
    assert list(errors) == ["workbook"]
    return str(errors["workbook"][0])


def do(browser: Client, page: Any, **choices: str) -> Any:
    """Press the button on a page that shows what changes."""
    sent = {"book": page.context["book"], "seen": page.context["seen"], "act": "do"}
    return browser.post(PAGE, sent | choices)


def brought(browser: Client, content: bytes) -> Any:
    """Look at a workbook, then save what it changes."""
    return do(browser, upload(browser, content))


def of_ministry(scene: Scene, now_open: ReportingRound, by: str = "writer") -> list[Entry]:
    on = NOW.date()
    assert permissions.rights(scene.people[by], on=on).writes_for
    return drafts.of_body(scene.actors["ministry"], now_open, on=on)


# --- Out --------------------------------------------------------------------------


def test_a_workbook_has_a_row_for_each_entry_of_the_body_and_those_it_writes_for(browser) -> None:
    sheet = opened(fetch(browser))["Entries"]
    found = places(sheet)
    rows = [
        [sheet.cell(n, found[name]).value for name in ("Action", "Organisation", "State")]
        for n in range(3, sheet.max_row + 1)
    ]
    assert rows == [
        ["1", "Ministry", "To do"],
        ["2", "Service", "To do"],
        ["3", "Agency", "To do"],
        ["4", "Old", "To do"],
        ["9", "Ministry", "To do"],
    ]


def test_last_years_texts_stand_beside_locked_and_keys_are_hidden(browser) -> None:
    sheet = opened(fetch(browser))["Entries"]
    found = places(sheet)
    assert sheet.cell(3, found["What was done – last report"]).value == "What was done in 2024."
    assert sheet.cell(3, found["Status – last report"]).value == "In progress (2024)"
    assert "Results – last report" not in found
    assert sheet.protection.sheet
    assert sheet.cell(3, found["What was done – last report"]).protection.locked
    assert not sheet.cell(3, found["What was done"]).protection.locked
    assert [sheet.column_dimensions[letter].hidden for letter in "ABCD"] == [True] * 3 + [False]
    assert (sheet.freeze_panes, sheet.page_setup.orientation) == ("F2", "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)


def test_statuses_languages_and_kinds_are_chosen_from_lists(browser) -> None:
    book = opened(fetch(browser))
    told = {cell.value for row in book["Lists"].iter_rows() for cell in row if cell.value}
    assert {"In progress", "français", "yes", "x", "1 – Ministry", "Law or regulation"} <= told
    kinds = [one.type for one in book["Entries"].data_validations.dataValidation]
    assert sorted(kinds) == ["list", "list", "list", "list", "textLength"]


def test_an_entry_that_cannot_be_written_is_locked_as_a_whole(scene, now_open, browser) -> None:
    scene.submit(scene.entry(now_open, "9"))
    sheet = opened(fetch(browser))["Entries"]
    number = row_of(sheet, "9")
    assert {cell.protection.locked for cell in sheet[number]} == {True}
    assert sheet.cell(number, places(sheet)["State"]).value == "Submitted"


def test_headings_are_told_apart_in_every_language() -> None:
    for sheet in layout.sheets():
        known = [heading for column in sheet.columns for heading in column.headings]
        own: dict[str, set[str]] = {heading: set() for heading in known}
        for column in sheet.columns:
            for heading in column.headings:
                own[heading].add(column.name)
        assert {heading: names for heading, names in own.items() if len(names) > 1} == {}


def test_what_was_accepted_last_is_found_for_all_as_for_one(scene) -> None:
    for year in (2022, 2023, 2024):
        one = scene.round(year)
        for label in ("1", "4", "9") if year == 2023 else ("4",):
            scene.submit(scene.entry(one, label), done=f"In {year}.")
            scene.accept(scene.entry(one, label))
    rows = of_ministry(scene, scene.round(2025))
    alone = {row.pk: entries.last_year(row) for row in rows}
    assert drafts.last_years(rows) == {key: one for key, one in alone.items() if one}
    assert len(drafts.last_years(rows)) == 3
    assert drafts.last_years([]) == {}


# --- Out and back without a change --------------------------------------------------


def test_a_workbook_that_nobody_touched_changes_nothing_in_any_language(
    scene, now_open, browser
) -> None:
    scene.save(
        scene.entry(now_open), status="not_started", language="fr", obstacle_codes=["law", "other"],
        expected_by="2027-01-31", evidence=[DOCUMENT, DOCUMENT | {"kind": "other", "date": ""}],
        results="=1+1 _x000D_ _x0041_", internal="'x", unchanged=True,
    )  # fmt: skip
    for language in ("nl", "fr", "de", "en"):
        content = fetch(browser, FILE.replace("/en/", f"/{language}/"))
        found = looked(browser, content)
        assert (found.changes, found.left, found.absent, found.same) == ([], [], [], 5)


signs = st.characters(exclude_categories=["Cs"]).filter(
    lambda sign: not characters.FORBIDDEN_PATTERN.search(sign)
)
words = st.text(st.one_of(signs, st.sampled_from("=+-@'\"<>&\n\t_x0D")), max_size=60)
dates = st.dates(date(1900, 3, 1), date(2999, 1, 1)).map(str)
documents = st.lists(
    st.fixed_dictionaries(
        {
            "title": words.map(lambda text: " ".join(text.split()) or "T"),
            "address": st.sampled_from(["", "https://x.be/a?b=1&c=%20", "http://é.be/"]),
            "kind": st.sampled_from([code for code, _word in EVIDENCE_KINDS]),
            "date": st.one_of(st.just(""), dates),
        }
    ),
    max_size=3,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.fixed_dictionaries(dict.fromkeys(TEXTS, words)),
    evidence=documents,
    codes=st.sets(st.sampled_from([code for code, _word in OBSTACLE_KINDS])),
    expected_by=st.one_of(st.just(""), dates),
    language=st.sampled_from(["nl", "fr", "de", "en"]),
)
def test_whatever_an_entry_says_comes_back_as_it_was(
    scene, now_open, texts, evidence, codes, expected_by, language
) -> None:
    scene.save(
        scene.entry(now_open), evidence=evidence, expected_by=expected_by,
        obstacle_codes=[code for code, _word in OBSTACLE_KINDS if code in codes], **texts,
    )  # fmt: skip
    rows = of_ministry(scene, now_open)
    actor, rights = (
        scene.actors["ministry"],
        permissions.rights(scene.people["writer"], on=NOW.date()),
    )
    with translation.override(language):
        book = writing.made(writing.Sheaf(actor, now_open, rows, frozenset(row.pk for row in rows)))
    found = reading.look(book, actor=actor, given=now_open, rights=rights)
    assert (found.faults, [one.content for one in found.changes], found.same) == ([], [], 5)


# --- Back with changes ----------------------------------------------------------------


def test_what_was_filled_in_is_shown_first_then_saved_as_drafts(scene, now_open, browser) -> None:
    book = filled(
        fetch(browser), Status="Partly carried out", Language_of_the_texts="français",
        What_was_done="Le décret est adopté.", Now_expected_by="31/12/2027",
        **{"Obstacle: Staff": "x"},
    )  # fmt: skip
    book = filled(book, "2", What_was_done="We trained 12 people.")
    before = everything()
    page = upload(browser, book)
    assert everything() == before
    assert "2 entries change" in page.content.decode()

    done = browser.get(do(browser, page)["Location"])

    assert "2 drafts are saved. Nothing is submitted yet." in done.content.decode()
    first, second = scene.entry(now_open), scene.entry(now_open, "2")
    assert first.content() == content(
        status="partly_done", language="fr", done="Le décret est adopté.",
        expected_by="2027-12-31", obstacle_codes=["staff"],
    )  # fmt: skip
    # The language that nobody chose is the one of the workbook.
    assert second.content() == content(status="", language="en", done="We trained 12 people.")
    assert [(row.state, row.version) for row in (first, second)] == [("draft", 1)] * 2
    assert [row.author for row in EntryVersion.objects.filter(entry__round=now_open)] == [
        scene.people["writer"]
    ] * 2
    assert [row.pk for row in done.context["begun"]] == [first.pk, second.pk]


def test_documents_are_added_changed_and_taken_out_on_their_sheet(scene, now_open, browser) -> None:
    scene.save(scene.entry(now_open), evidence=[DOCUMENT, DOCUMENT | {"title": "Two"}])
    book = documented(
        fetch(browser),
        ["1 – Ministry", "Law of 2025", "www.law.be/é", "Law or regulation", "14/3/2025"],
        ["9 – MINISTRY", "Study", "https://x.be/", None, date(2025, 1, 2)],
    )
    brought(browser, book)
    assert scene.entry(now_open).evidence == [
        {"title": "Law of 2025", "address": "https://www.law.be/%C3%A9", "kind": "law",
         "date": "2025-03-14"},
    ]  # fmt: skip
    assert scene.entry(now_open, "9").evidence == [
        {"title": "Study", "address": "https://x.be/", "kind": "other", "date": "2025-01-02"}
    ]


def test_without_their_sheet_documents_stay_as_they_are(scene, now_open, browser) -> None:
    scene.save(scene.entry(now_open), evidence=[DOCUMENT])
    book = opened(filled(fetch(browser), Results="More."))
    del book["Evidence"]
    page = upload(browser, packed(book))
    assert "no sheet of evidence" in page.content.decode()
    do(browser, page)
    found = scene.entry(now_open)
    assert (found.results, found.evidence) == ("More.", [DOCUMENT])


def test_a_deleted_row_or_column_leaves_its_entries_as_they_are(scene, now_open, browser) -> None:
    scene.save(scene.entry(now_open), results="There.")
    book = opened(filled(fetch(browser), "9", What_was_done="New."))
    sheet = book["Entries"]
    sheet.delete_rows(row_of(sheet, "2"))
    sheet.delete_cols(places(sheet)["Results"])
    page = upload(browser, packed(book))
    found = page.context["looked"]
    assert [one.action.label for one in found.absent] == ["2"]
    assert [one.content for one in found.changes] == [{"done": "New.", "language": "en"}]
    assert "1 entry has no row in the workbook and stays as it is" in " ".join(
        page.content.decode().split()
    )


def test_what_cannot_be_kept_is_taken_out_with_a_word(scene, now_open, browser) -> None:
    book = filled(fetch(browser), What_was_done="one\ntwo_x0007_ _x000B_three")
    page = upload(browser, book)
    assert page.context["looked"].changes[0].taken_out == [
        "“What was done?”: a character that cannot be saved was taken out (U+0007 in line 2)."
    ]
    do(browser, page)
    assert scene.entry(now_open).done == "one\ntwo \nthree"


def test_a_text_in_a_grey_cell_is_named_and_not_lost_without_a_word(
    scene, now_open, browser
) -> None:
    book = filled(fetch(browser), **{"What was done – last report": "New text, wrongly placed."})
    book = filled(book, "2", Title_of_the_action="Better title")
    page = upload(browser, book)
    told = page.context["looked"].unread
    assert [(one.heading, one.entry.action.label, one.text) for one in told] == [
        ("What was done – last report", "1", "New text, wrongly placed."),
        ("Title of the action", "2", "Better title"),
    ]
    sheet = opened(book)["Entries"]
    places_of = [sheet[one.cell].value for one in told]
    assert places_of == ["New text, wrongly placed.", "Better title"]
    html = " ".join(page.content.decode().split())
    assert "2 texts stand in grey cells and are not saved" in html
    assert f"Cell {told[0].cell}, “What was done – last report”, action 1" in html


def test_grey_cells_as_the_site_wrote_them_are_no_texts_of_anybody(
    scene, now_open, browser
) -> None:
    entry = scene.entry(now_open)
    scene.submit(entry)
    scene.send_back(entry, comment="More?")
    for language in ("nl", "fr", "de", "en"):
        content = fetch(browser, FILE.replace("/en/", f"/{language}/"))
        assert looked(browser, content).unread == []
    scene.submit(scene.entry(now_open), done="More.")
    assert looked(browser, content).unread == []


def test_a_status_without_the_reason_that_it_needs_is_told_and_saved_as_a_draft(
    scene, now_open, browser
) -> None:
    book = filled(fetch(browser), Status="Suspended or dropped")
    reason = {"Reason for the status": "Another law."}
    page = upload(browser, filled(book, "2", Status="Not applicable", **reason))
    html = " ".join(page.content.decode().split())
    assert html.count("needs a reason. It is saved as a draft") == 1
    do(browser, page)
    assert [scene.entry(now_open, label).status for label in ("1", "2")] == [
        "discontinued", "not_applicable",
    ]  # fmt: skip


# --- Two people -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "done", "version"), [("new", "Mine.", 2), ("old", "Theirs.", 1)]
)
def test_where_somebody_saved_meanwhile_both_texts_are_shown_and_one_is_chosen(
    scene, now_open, browser, choice, done, version
) -> None:
    book = filled(filled(fetch(browser), What_was_done="Mine."), "9", What_was_done="Nine.")
    entry = scene.save(
        scene.entry(now_open), by="colleague", done="Theirs.", results="Kept in any case."
    )
    page = upload(browser, book)
    html = page.content.decode()
    assert ("Theirs." in html, "Mine." in html) == (True, True)

    before = everything()
    again = do(browser, page)
    assert (again.status_code, everything()) == (409, before)
    assert again.context["not_saved"].startswith("Choose for each entry")

    do(browser, again, **{f"take-{entry.pk}": choice})
    found = scene.entry(now_open)
    assert (found.done, found.results, found.version) == (done, "Kept in any case.", version)
    assert scene.entry(now_open, "9").done == "Nine."


def test_one_choice_for_several_fields_is_said_to_be_one(scene, now_open, browser) -> None:
    said = "One choice for all the fields above"
    book = filled(fetch(browser), What_was_done="Mine.")
    both = filled(book, Results="Mine too.")
    scene.save(scene.entry(now_open), by="colleague", done="Theirs.", results="Theirs too.")
    assert [upload(browser, one).content.decode().count(said) for one in (book, both)] == [0, 1]


def test_an_old_workbook_takes_nothing_back_that_it_did_not_change(
    scene, now_open, browser
) -> None:
    book = fetch(browser)
    scene.save(scene.entry(now_open), by="colleague", done="Theirs.")
    found = looked(browser, book)
    assert (found.changes, found.same) == ([], 5)


def test_the_same_workbook_twice_at_once_is_saved_once(scene, now_open, browser) -> None:
    book = filled(fetch(browser), What_was_done="Mine.")
    first, second = upload(browser, book), upload(browser, book)
    do(browser, first)
    done = browser.get(do(browser, second)["Location"])
    assert "Nothing was left to save." in done.content.decode()
    assert scene.entry(now_open).version == 1
    assert looked(browser, book).changes == []


def test_what_changed_between_looking_and_saving_is_looked_at_anew(
    scene, now_open, browser
) -> None:
    page = upload(browser, filled(fetch(browser), What_was_done="Mine."))
    scene.save(scene.entry(now_open), by="colleague", done="Theirs.")
    before = everything()
    again = do(browser, page)
    assert (again.status_code, everything()) == (409, before)
    assert again.context["not_saved"].startswith("An entry has changed since you looked.")
    assert [one.is_conflict for one in again.context["looked"].changes] == [True]


def test_of_several_drafts_all_are_saved_or_none(scene, now_open) -> None:
    one, two = scene.entry(now_open), scene.entry(now_open, "9")
    scene.save(two, done="Theirs.")
    wanted = [drafts.Draft(row, 0, {"done": "Mine."}) for row in (one, two)]
    by = scene.people["writer"]
    unchanged_by(Conflict, lambda: drafts.save_all(wanted, by=by, now=NOW))
    wanted[1] = drafts.Draft(two, 1, {"done": "x" * 10_001})
    unchanged_by(Refused, lambda: drafts.save_all(wanted, by=by, now=NOW))
    wanted[1] = drafts.Draft(scene.entry(now_open, "6"), 0, {"done": "Mine."})
    unchanged_by(PermissionDenied, lambda: drafts.save_all(wanted, by=by, now=NOW))


def test_what_the_workbook_says_of_a_submitted_entry_is_told_and_left(
    scene, now_open, browser
) -> None:
    book = filled(fetch(browser), What_was_done="Mine.")
    scene.submit(scene.entry(now_open), by="colleague")
    page = upload(browser, book)
    found = page.context["looked"]
    assert [(one.row, str(one.why), one.texts) for one in found.left] == [
        (3, "It is not open for writing: Submitted.", [("What was done", "Mine.")])
    ]
    assert found.changes == []
    assert "Mine." in page.content.decode()


# --- What is wrong, by cell -------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "value", "message"),
    [
        ("Status", "Excellent", "Choose from the list in the cell."),
        ("Status", date(2025, 1, 1), "Here stands a date (1 January 2025). Format the cell as "
         "text and write it anew."),
        ("Language_of_the_texts", "italiano", "Choose from the list in the cell."),
        ("Now_expected_by", "next year",
         "This is no date. Write it as 2026-12-31 or 31/12/2026."),
        ("What_was_done", "=1+1", "Here stands a formula. Copy the column and paste its values."),
        ("What_was_done", "x" * 10_001,
         "Write at most 10000 characters; this text has 10001."),
        ("Internal_note", True, "Here stands true or false; write a text."),
        ("Texts_of_last_year_still_true", "maybe",
         "Mark it with “x”, or leave the cell empty."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_row_and_column(browser, heading, value, message) -> None:
    book = filled(fetch(browser), **{heading: value})
    letter = openpyxl.utils.get_column_letter(
        places(opened(book)["Entries"])[heading.replace("_", " ")]
    )
    assert faults(browser, book) == [(3, f"{letter}: {heading.replace('_', ' ')}", message)]


def test_documents_that_are_wrong_are_told_by_row_and_column(browser) -> None:
    book = documented(
        fetch(browser),
        ["1 – Ministry", "x" * 301, "https://a.be/"],
        ["1 – Ministry", "T", "ftp://a.be/"],
        ["1 – Ministry", "T", "https://a.be/", "Rumour", "soon"],
        ["6 – Foreign", "T", "https://a.be/"],
        [None, "T", "https://a.be/"],
    )
    assert faults(browser, book) == [
        (4, "D: Kind", "Choose from the list in the cell."),
        (4, "E: Date", "This is no date. Write it as 2026-12-31 or 31/12/2026."),
        (5, "A: Entry", "Choose the entry from the list in the cell."),
        (6, "A: Entry", "Choose the entry from the list in the cell."),
        (2, "B: Title", "Write at most 300 characters; this text has 301."),
        (3, "C: Address on the web", "Enter an address that starts with https:// or http://."),
    ]


def test_an_entry_has_at_most_twenty_documents(browser) -> None:
    rows = [["1 – Ministry", f"T{n}", "https://a.be/"] for n in range(21)]
    [(row, column, message)] = faults(browser, documented(fetch(browser), *rows))
    assert (row, column) == (22, "A: Entry")
    assert message == "An entry has at most 20 documents."


def test_rows_that_are_added_doubled_foreign_or_torn_are_told(scene, now_open, browser) -> None:
    book = opened(fetch(browser))
    sheet = book["Entries"]
    other = scene.entry(now_open, "6")
    sheet.append([None] * 10 + ["Added."])
    sheet.append([cell.value for cell in sheet[3]])
    sheet.append([other.pk, 0, now_open.pk, "6", None, "Foreign"])
    sheet.append([999_999, 0, now_open.pk, "6", None, "Foreign"])
    sheet.append(["9" * 30, 0, now_open.pk])
    sheet.cell(4, 1).value, sheet.cell(5, 1).value = sheet.cell(5, 1).value, sheet.cell(4, 1).value
    unknown = "This row is of no entry of this workbook."
    torn = (
        "This row belongs to action {} ({}). "
        "Were rows sorted or copied in part? Download the workbook anew."
    )
    assert faults(browser, packed(book)) == [
        (4, "D: Action", torn.format("3", "Agency")),
        (5, "D: Action", torn.format("2", "Service")),
        (8, "A: Key of the entry",
         "This row was added. Begin an entry on the site, then download it anew."),
        (9, "A: Key of the entry", "This entry stands in row 3 already."),
        (10, "A: Key of the entry", unknown),
        (11, "A: Key of the entry", unknown),
        (12, "A: Key of the entry", unknown),
    ]  # fmt: skip


@pytest.mark.parametrize("version", [7, "x", None, -1, 2.5, 10**12])
def test_a_version_that_never_was_is_told(browser, version) -> None:
    book = filled(fetch(browser), Version=version, What_was_done="Mine.")
    assert faults(browser, book) == [
        (3, "B: Version", "This version is not known. Download the workbook anew.")
    ]


# --- What is refused as a whole ---------------------------------------------------------


def test_the_workbook_of_another_body_round_or_plan_is_refused(scene, now_open, browser) -> None:
    book = fetch(browser, FILE.replace("ministry", "service"))
    assert refusal(browser, book) == (
        "This workbook is of another organisation. Upload it on the page it comes from."
    )
    past = fetch(browser, FILE.replace("2025", "2024"))
    assert refusal(browser, past) == "This workbook is of another round: small, 2024."
    plan = opened(fetch(browser))
    plan["Guidance"]["D1"] = "nap2"
    assert refusal(browser, packed(plan)) == "This workbook is of another round: nap2, 2025."
    unmarked = opened(past)
    del unmarked["Guidance"]
    assert refusal(browser, packed(unmarked)) == (
        "Row 3 is of another round. Download the workbook anew."
    )


def test_files_that_are_no_such_workbook_are_refused_at_once(browser, office, sign_in) -> None:
    whole = fetch(browser)
    macros = changed(whole, "xl/vbaProject.bin", None, "x")
    links = changed(whole, "xl/externalLinks/externalLink1.xml", None, "<x/>")
    template = sign_in(office).get("/en/secretariat/plans/template.xlsx").content
    started = time.perf_counter()
    found = [
        refusal(browser, one)
        for one in (
            b"",
            b"text",
            whole[: len(whole) // 2],
            macros,
            links,
            template,
            bytes(3 * 10**7),
        )
    ]
    assert time.perf_counter() - started < 3
    assert found == [
        "This file is no workbook. Choose one that is saved as .xlsx.",
        "This file is no workbook. Choose one that is saved as .xlsx.",
        "The file is damaged or incomplete. Open it, save it again as .xlsx, and upload it anew.",
        "The workbook holds macros. Save it as .xlsx, which has none.",
        "The workbook has links to other files. Break the links, save it, and upload it anew.",
        "This template is for something else. Download the one of this page.",
        "The file is too large (28.6\xa0MB; at most 1.4\xa0MB).",
    ]


def test_a_workbook_with_far_more_in_it_than_a_list_is_read_no_further(browser) -> None:
    sheet = "xl/worksheets/sheet2.xml"
    book = changed(fetch(browser), sheet, "</sheetData>", "<a/>" * 100_001 + "</sheetData>")
    assert refusal(browser, book) == (
        "The workbook holds far more than a list can. Delete what does not belong to it."
    )


@pytest.mark.parametrize("book", ["", "no base64", "PK", "e30=", "x" * 100_000])
def test_what_no_page_sends_saves_nothing(browser, book) -> None:
    before = everything()
    response = browser.post(PAGE, {"act": "do", "book": book, "seen": "[" * 60_000}, follow=True)
    assert (response.status_code, everything()) == (200, before)


@pytest.mark.parametrize("seen", ["", "[]", "{", "[" * 60_000, '{"1": "x"}', "null"])
def test_a_page_that_does_not_say_what_it_showed_is_shown_anew(browser, seen) -> None:
    page = upload(browser, filled(fetch(browser), What_was_done="Mine."))
    before = everything()
    response = browser.post(PAGE, {"act": "do", "book": page.context["book"], "seen": seen})
    assert (response.status_code, everything()) == (409, before)


# --- Who may, and when ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("writer", 200), ("colleague", 200), ("head", 200), ("secretariat", 200), ("below", 403),
        ("outsider", 403), ("observer", 403), ("reviewer", 403), ("both", 403),
    ],
)  # fmt: skip
def test_only_who_writes_for_the_body_and_the_secretariat_get_its_drafts(
    scene, browser, sign_in, person, status
) -> None:
    book = filled(fetch(browser), What_was_done="Mine.")
    if person == "secretariat":
        add_second_factor(scene.people[person])
    client = sign_in(scene.people[person])
    assert [client.get(path).status_code for path in (PAGE, FILE)] == [status] * 2
    before = everything()
    assert upload(client, book).status_code == status
    sent = {"act": "do", "book": upload(browser, book).context["book"], "seen": "{}"}
    assert client.post(PAGE, sent).status_code == (409 if status == 200 else 403)
    assert everything() == before


def test_a_service_has_its_own_rows_alone(scene, now_open, sign_in) -> None:
    client = sign_in(scene.people["below"])
    sheet = opened(fetch(client, FILE.replace("ministry", "service")))["Entries"]
    assert [sheet.cell(n, 4).value for n in range(3, sheet.max_row + 1)] == ["2"]


def test_the_secretariat_writes_on_behalf(scene, now_open, secretariat) -> None:
    brought(secretariat, filled(fetch(secretariat), What_was_done="Told by telephone."))
    found = scene.entry(now_open)
    assert (found.done, found.on_behalf, found.written_by) == (
        "Told by telephone.", True, scene.people["secretariat"],
    )  # fmt: skip


def test_after_the_close_nothing_is_taken_and_no_form_is_shown(
    scene, now_open, browser, sign_in
) -> None:
    book = filled(fetch(browser), What_was_done="Late.")
    kept = upload(browser, book)
    with time_machine.travel(NEXT_DAY):
        words = "The round is closed for writing. Ask the secretariat for an extension."
        browser = sign_in(scene.people["writer"])
        page = browser.get(PAGE)
        assert (b'type="file"' in page.content, words in page.content.decode()) == (False, True)
        assert refusal(browser, book) == words
        before = everything()
        assert words in browser.get(do(browser, kept)["Location"]).content.decode()
        assert everything() == before
        actor, by = scene.actors["ministry"], scene.people["secretariat"]
        rounds.extend(
            now_open, actor=actor, until=NEXT_DAY.date() + timedelta(days=3), reason="Illness.",
            by=by, now=NEXT_DAY,
        )  # fmt: skip
        assert Extension.objects.count() == 1
        found = looked(browser, book)
        assert [one.entry.action.label for one in found.changes] == ["1"]


def test_once_the_report_is_frozen_nothing_is_taken(scene, now_open, browser) -> None:
    book = filled(fetch(browser), What_was_done="Late.")
    kept = upload(browser, book)
    rounds.close(now_open, by=scene.people["secretariat"], now=NOW)
    ReportingRound.objects.filter(pk=now_open.pk).update(frozen_at=NOW)
    words = "The report of this round is frozen; nothing can change."
    assert refusal(browser, book) == words
    before = everything()
    assert words in browser.get(do(browser, kept)["Location"]).content.decode()
    assert everything() == before


@pytest.mark.parametrize(
    "path",
    [
        PAGE.replace("2025", "2023"), PAGE.replace("2025", "2030"), PAGE.replace("small/", "nap9/"),
        PAGE.replace("small-ministry", "nobody"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(browser, path) -> None:
    assert browser.get(path).status_code == 404


def test_a_body_without_entries_has_no_workbook(secretariat) -> None:
    assert secretariat.get(PAGE.replace("ministry", "institute")).status_code == 404


def test_the_desk_leads_to_the_workbook_while_something_can_be_written(
    scene, now_open, browser
) -> None:
    link = PAGE.encode()
    assert link in browser.get("/en/desk/").content
    rounds.close(now_open, by=scene.people["secretariat"], now=NOW)
    assert link not in browser.get("/en/desk/").content


def test_the_secretariat_finds_it_where_it_sees_who_is_expected(now_open, secretariat) -> None:
    page = secretariat.get(f"/en/secretariat/rounds/{now_open.pk}/expected/")
    assert PAGE.encode() in page.content


def test_what_a_colleague_submitted_meanwhile_is_told_before_anything_is_saved(
    scene, now_open, browser
) -> None:
    content = filled(fetch(browser), "1", What_was_done="Mine.")
    content = filled(content, "9", What_was_done="Mine too.")
    shown = upload(browser, content).context
    scene.submit(scene.entry(now_open, "9"))
    before = everything()
    sent = {"act": "do", "book": shown["book"], "seen": shown["seen"]}
    answer = browser.post(PAGE, sent)
    assert (answer.status_code, everything()) == (409, before)
    assert len(answer.context["looked"].left) == 1


def test_what_a_returned_entry_is_asked_stands_beside_it_to_be_read(
    scene, now_open, browser
) -> None:
    entry = scene.entry(now_open, "1")
    assert "Asked when it was returned" not in places(opened(fetch(browser))["Entries"])
    scene.submit(entry)
    scene.send_back(entry, comment="Which law?")
    sheet = opened(fetch(browser))["Entries"]
    column = places(sheet)["Asked when it was returned"]
    cell = sheet.cell(row_of(sheet, "1"), column)
    assert (cell.value, cell.protection.locked) == ("Which law?", True)
    others = {sheet.cell(n, column).value for n in range(3, sheet.max_row + 1)}
    assert others == {"Which law?", None}
    assert not looked(browser, fetch(browser)).changes


def test_more_rows_ask_the_database_no_more(scene, now_open, browser) -> None:
    def queries(work: Any) -> int:
        work()
        with CaptureQueriesContext(connection) as asked:
            work()
        return len(asked)

    both = {
        slug: filled(fetch(browser, FILE.replace("ministry", slug)), label, What_was_done="Mine.")
        for slug, label in (("ministry", "9"), ("service", "2"))
    }
    for path in (FILE, PAGE):
        several, one = (partial(browser.get, path.replace("ministry", name)) for name in both)
        assert queries(several) == queries(one)
    assert queries(lambda: upload(browser, both["ministry"])) == queries(
        lambda: upload(browser, both["service"], PAGE.replace("ministry", "service"))
    )


def test_names_of_entries_are_folded_alike(scene, now_open) -> None:
    rows = of_ministry(scene, now_open)
    assert {fold(name) for name in layout.names(rows).values()} <= set(layout.known_names(rows))
