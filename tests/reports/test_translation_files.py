"""Translations as files: a workbook or XLIFF 2.0 goes out, and comes back whole or not at all."""

import base64
import io
import json
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from actions.models import Entry, ReportingRound
from actions.refusals import Conflict, Refused
from actions.services import entries, seen
from document import characters
from reports import readiness
from reports.models import Translation
from reports.services import texts
from reports.services.texts import Translated
from reports.translation_files import reading, spreadsheet, units, xliff

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
NS = {"x": xliff.NAMESPACE}


@pytest.fixture
def year(open_round, entry_of, report) -> ReportingRound:
    """A round with two accepted entries: one in English of three texts, one in Dutch of one."""
    found = open_round(2025)
    rows = Entry.objects.filter(round=found).order_by("pk")
    report(rows[0], "in_progress", results="120 took part; <5 & more.", next_steps="Line 1\nLine 2")
    report(rows[1], "in_progress", language="nl", done="Het besluit is genomen.")
    made: ReportingRound = found
    return made


@pytest.fixture
def browser(sign_in, office) -> Client:
    found: Client = sign_in(office)
    return found


def address(year: ReportingRound, rest: str = "fr/") -> str:
    return f"/en/secretariat/reports/{year.pk}/translations/{rest}"


def upload(browser: Client, year: ReportingRound, content: bytes, rest: str = "fr/") -> Any:
    file = SimpleUploadedFile("a.xlsx", content)
    return browser.post(address(year, rest), {"file": file, "act": "look"})


def do(browser: Client, year: ReportingRound, page: Any, **choices: str) -> Any:
    sent = {"book": page.context["book"], "seen": page.context["seen"], "act": "do"}
    return browser.post(address(year), sent | choices)


def looked(browser: Client, year: ReportingRound, content: bytes) -> reading.Looked:
    found: reading.Looked = upload(browser, year, content).context["looked"]
    return found


def refusal(browser: Client, year: ReportingRound, content: bytes, rest: str = "fr/") -> str:
    errors = upload(browser, year, content, rest).context["form"].errors
    assert list(errors) == ["file"]
    return str(errors["file"][0])


def fetch(browser: Client, year: ReportingRound, rest: str = "fr.xlsx") -> bytes:
    response = browser.get(address(year, rest))
    assert response.status_code == 200
    return bytes(response.content)


def filled(content: bytes, row: int, **cells: Any) -> bytes:
    """Return a workbook with cells of a row filled in."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Translations"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for heading, value in cells.items():
        sheet.cell(row, places[heading.replace("_", " ")]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_target(content: bytes, text: str, state: str = "final") -> bytes:
    """Return an XLIFF file with a translation in its first unit."""
    root = etree.fromstring(content)
    segment = root.find(".//x:segment", NS)
    segment.set("state", state)
    target = etree.SubElement(segment, f"{{{xliff.NAMESPACE}}}target")
    target.text = text
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def stored(language: str = "fr") -> list[tuple[str, str, str]]:
    rows = Translation.objects.filter(language=language).order_by("entry", "field")
    return list(rows.values_list("field", "text", "state"))


# --- Out --------------------------------------------------------------------------


def test_a_workbook_has_each_text_that_is_not_checked_with_its_original(browser, year) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(fetch(browser, year)))["Translations"]
    rows = list(sheet.iter_rows(min_row=2, min_col=6, max_col=10, values_only=True))
    assert [(field, language, text) for field, language, text, *_rest in rows] == [
        ("What was done", "English", year.entries.first().done),
        ("Results", "English", "120 took part; <5 & more."),
        ("Next steps", "English", "Line 1\nLine 2"),
        ("What was done", "Dutch", "Het besluit is genomen."),
    ]
    assert [sheet.column_dimensions[letter].hidden for letter in "ABCD"] == [True] * 3 + [False]
    assert (sheet.cell(2, 8).protection.locked, sheet.cell(2, 9).protection.locked) == (True, False)


def test_an_xliff_file_has_the_texts_of_one_language(browser, year) -> None:
    root = etree.fromstring(fetch(browser, year, "fr/en.xlf"))
    assert root.attrib == {"version": "2.0", "srcLang": "en", "trgLang": "fr"}
    assert [one.text for one in root.iterfind(".//x:source", NS)][1:] == [
        "120 took part; <5 & more.",
        "Line 1\nLine 2",
    ]
    assert {one.get("state") for one in root.iterfind(".//x:segment", NS)} == {"initial"}
    assert root.findall(".//x:target", NS) == []


def test_what_nobody_touched_changes_nothing(browser, year, office) -> None:
    entry = year.entries.order_by("pk")[0]
    for field, is_checked in (("results", False), ("next_steps", True)):
        texts.translate(
            entry, field=field, language="fr", text="=1 _x000D_\n é", checked=is_checked,
            original=getattr(entry, field), by=office, now=timezone.now(),
        )  # fmt: skip
    for rest in ("fr.xlsx", "fr/en.xlf", "fr/nl.xlf"):
        content = fetch(browser, year, rest)
        assert looked(browser, year, content).changes == []
        assert looked(browser, year, content).left == []


signs = st.characters(exclude_categories=["Cs"]).filter(
    lambda sign: not characters.FORBIDDEN_PATTERN.search(sign)
)
words = st.text(st.one_of(signs, st.sampled_from("=<>&'\" \n\t_x0D")), max_size=60).map(
    lambda text: text.replace("\r", "").strip()
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=words.filter(bool), original=words, is_checked=st.booleans())
def test_whatever_is_translated_comes_back_as_it_was(year, text, original, is_checked) -> None:
    entry = year.entries.order_by("pk")[0]
    row = Translation(entry=entry, field="done", language="fr", text=text, original=original)
    entry.done = original
    item = readiness.Item(entry, "done", "fr", "checked" if is_checked else "draft", row)
    bundle = units.bundle(year, "fr", [item])
    unit = bundle.units[0]
    said = (unit.key, unit.source, unit.seen, text, is_checked)
    for contents, lines in (
        spreadsheet.read(spreadsheet.made(bundle)),
        xliff.read(xliff.made(bundle, "en")),
    ):
        found = [(one.key, one.source, one.seen, one.text, one.is_checked) for one in lines]
        assert (contents.faults, found) == ([], [said])


# --- Back -------------------------------------------------------------------------


def test_translations_are_shown_first_then_all_saved(browser, year) -> None:
    book = filled(fetch(browser, year), 3, Translation="120 ont participé.", Checked="yes")
    book = filled(book, 5, Translation="La décision est prise.\x09")
    page = upload(browser, year, book)
    assert stored() == []
    assert "2 translations change" in page.content.decode()

    done = browser.get(do(browser, year, page)["Location"])

    assert "2 translations are saved." in done.content.decode()
    assert stored() == [
        ("results", "120 ont participé.", "checked"),
        ("done", "La décision est prise.", "draft"),
    ]
    assert [row.history.count() for row in Translation.objects.all()] == [1, 1]
    again = upload(browser, year, book).context["looked"]
    assert (again.changes, len(again.left)) == ([], 0)


@pytest.mark.parametrize(
    ("state", "stored_as"),
    [("final", "checked"), ("reviewed", "checked"), ("translated", "draft"), ("initial", "draft")],
)
def test_a_program_of_translators_brings_them_back_as_xliff(
    browser, year, state, stored_as
) -> None:
    content = with_target(fetch(browser, year, "fr/en.xlf"), "Le décret\nest adopté.", state)
    do(browser, year, upload(browser, year, content))
    assert stored() == [("done", "Le décret\nest adopté.", stored_as)]


def test_a_text_in_several_segments_and_marks_is_put_together(browser, year) -> None:
    content = fetch(browser, year, "fr/en.xlf").decode()
    start, end = content.index("<segment"), content.index("</segment>") + len("</segment>")
    parts = (
        '<segment><source>a</source><target>Un <mrk id="m1">mot</mrk><cp hex="0007"/>.</target>'
        "</segment><ignorable><source> </source></ignorable>"
        "<segment><source>b</source><target>Deux.</target></segment>"
    )
    page = upload(browser, year, (content[:start] + parts + content[end:]).encode())
    [change] = page.context["looked"].changes
    assert (change.text, change.is_checked) == ("Un mot. Deux.", False)
    assert change.taken_out == [
        "“Translation”: a character that cannot be saved was taken out (U+0007 in line 1)."
    ]


def test_codes_of_a_program_and_halves_are_told(browser, year) -> None:
    content = fetch(browser, year, "fr/en.xlf").decode()
    start, end = content.index("<segment"), content.index("</segment>") + len("</segment>")
    for parts in (
        '<segment><source>a</source><target>a <ph id="1"/></target></segment>',
        "<segment><source>a</source><target>a</target></segment>"
        "<segment><source>b</source></segment>",
        '<segment><source>a</source><target><cp hex="zz"/></target></segment>',
        "<segment><source>a</source><target>" + "<pc>" * 9_000 + "</pc>" * 9_000
        + "</target></segment>",
    ):  # fmt: skip
        page = upload(browser, year, (content[:start] + parts + content[end:]).encode())
        assert [(one.row, one.message) for one in page.context["faults"]] == [
            (1, "Codes of a translation program stand in this text. Write it without them.")
        ]


@pytest.mark.parametrize(
    "code", ["d800", "DFFF", "0", "fdd0", "FFFE", "1ffff", "110000", "+41", ""]
)
def test_what_is_no_character_is_told_also_in_a_text_that_would_be_left(
    browser, year, code
) -> None:
    content = with_target(fetch(browser, year, "fr/en.xlf"), "a CODE b").decode()
    left = re.sub(r'(id="t\d+)', r"\g<1>999", content).replace("CODE", f'<cp hex="{code}"/>')
    page = upload(browser, year, left.encode())
    assert [(one.row, one.message) for one in page.context["faults"]] == [
        (1, "Codes of a translation program stand in this text. Write it without them.")
    ]
    book = base64.b64encode(left.encode()).decode()
    forged = browser.post(address(year), {"book": book, "seen": "{}", "act": "do"})
    assert forged.status_code == 302


def test_of_many_texts_that_are_left_some_are_shown_and_the_rest_counted(browser, year) -> None:
    book = openpyxl.load_workbook(io.BytesIO(fetch(browser, year)))
    sheet = book["Translations"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for row in range(10, 113):
        sheet.cell(row, heads["Key of the text"], f"99{row}.done")
        sheet.cell(row, heads["Translation"], f"Number {row}" + "x" * 10_000)
    out = io.BytesIO()
    book.save(out)
    shown = upload(browser, year, out.getvalue()).content.decode()
    assert (shown.count("<details"), shown.count("Number ")) == (100, 100)
    assert "Not shown here: 3\n" in shown
    assert "x" * 9_980 in shown
    assert "x" * 10_000 not in shown


def test_an_original_that_changed_is_told_and_the_text_shown(
    browser, year, office, make_member
) -> None:
    book = filled(fetch(browser, year), 3, Translation="120 ont participé.")
    entry, now = year.entries.order_by("pk")[0], timezone.now()
    third = make_member("secretariat", "office", "third@example.org")
    entries.send_back(entry, by=third, version=1, comment="Count again.", now=now)
    said = entry.content() | {"results": "130 took part."}
    entries.submit(entry, by=office, version=1, content=said, now=now)
    entries.accept(entry, by=third, version=2, now=now)
    page = upload(browser, year, book)
    found = page.context["looked"]
    assert found.changes == []
    assert [str(why) for _line, _unit, why in found.left] == [
        "The original has changed since; translate it anew on its page."
    ]
    assert "120 ont participé." in page.content.decode()


@pytest.mark.parametrize(("choice", "text"), [("new", "Ours."), ("old", "Theirs.")])
def test_where_another_translation_was_saved_one_is_chosen(
    browser, year, office, choice, text
) -> None:
    book = filled(fetch(browser, year), 3, Translation="Ours.")
    entry = year.entries.order_by("pk")[0]
    texts.translate(
        entry, field="results", language="fr", text="Theirs.", checked=False,
        original=entry.results, by=office, now=timezone.now(),
    )  # fmt: skip
    page = upload(browser, year, book)
    again = do(browser, year, page)
    assert (again.status_code, stored()) == (409, [("results", "Theirs.", "draft")])
    do(browser, year, again, **{f"take-{entry.pk}.results": choice})
    assert stored() == [("results", text, "draft")]


def test_what_changed_between_looking_and_saving_is_looked_at_anew(browser, year, office) -> None:
    page = upload(browser, year, filled(fetch(browser, year), 3, Translation="Ours."))
    entry = year.entries.order_by("pk")[0]
    texts.translate(
        entry, field="results", language="fr", text="Theirs.", checked=False,
        original=entry.results, by=office, now=timezone.now(),
    )  # fmt: skip
    again = do(browser, year, page)
    assert (again.status_code, stored()) == (409, [("results", "Theirs.", "draft")])
    assert again.context["not_saved"].startswith("A translation has changed since you looked.")


def test_of_several_translations_all_are_saved_or_none(year, office) -> None:
    entry = year.entries.order_by("pk")[0]
    good = Translated(entry, "done", "fr", "Bien.", False, entry.done, "")
    for bad, error in (
        (Translated(entry, "results", "fr", "B", False, "Another original.", ""), Conflict),
        (Translated(entry, "results", "fr", "", True, entry.results, ""), Refused),
        (Translated(entry, "internal", "fr", "B", False, "", ""), Refused),
        (Translated(entry, "results", "fr", "B", False, entry.results, "0" * 32), Conflict),
    ):
        with pytest.raises(error):
            texts.translate_all([good, bad], by=office, now=timezone.now())
        assert stored() == []
    assert seen.digest(None, texts.TRANSLATED) == ""


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Translation": "x" * 10_001}, "Write at most 10000 characters; this text has 10001."),
        ({"Translation": "=A1"}, "Here stands a formula. Copy the column and paste its values."),
        ({"Translation": True}, "Here stands true or false; write a text."),
        ({"Checked": "yes"}, "Write the translation."),
        ({"Translation": "A", "Checked": "maybe"}, "Choose from the list in the cell."),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(browser, year, cells, message) -> None:
    page = upload(browser, year, filled(fetch(browser, year), 3, **cells))
    assert [(one.row, one.message) for one in page.context["faults"]] == [(3, message)]


def test_rows_that_stand_twice_are_told_and_unknown_ones_left(browser, year) -> None:
    book = openpyxl.load_workbook(io.BytesIO(fetch(browser, year)))
    sheet = book["Translations"]
    sheet.append([cell.value for cell in sheet[3]])
    out = io.BytesIO()
    book.save(out)
    page = upload(browser, year, out.getvalue())
    assert [(one.row, one.message) for one in page.context["faults"]] == [
        (6, "This text stands in row 3 already.")
    ]
    forged = filled(fetch(browser, year), 3, Key_of_the_text="1.internal", Translation="A")
    assert [str(why) for *_rest, why in looked(browser, year, forged).left] == [
        "This text is not in the list of this round."
    ]


# --- What is refused ----------------------------------------------------------------


def test_files_of_another_round_or_language_and_other_files_are_refused(
    browser, year, open_round
) -> None:
    book, file = fetch(browser, year), fetch(browser, year, "fr/en.xlf")
    other_language = "This file is not of translations into German."
    assert [refusal(browser, year, one, "de/") for one in (book, file)] == [other_language] * 2
    other = open_round(2026)
    other_round = "This file is of another round. Download the one of this page."
    assert [refusal(browser, other, one) for one in (book, file)] == [other_round] * 2
    no_xliff = "The file is no XLIFF file, or a damaged one."
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><xliff>&b;</xliff>'
    for content, words in (
        (b"", "This file is neither a workbook (.xlsx) nor an XLIFF file (.xlf)."),
        (b"text", "This file is neither a workbook (.xlsx) nor an XLIFF file (.xlf)."),
        (file[: len(file) // 2], no_xliff),
        (bomb, no_xliff),
        (b'<?xml version="1.0" encoding="utf-7"?><xliff/>', no_xliff),
        (b"<xliff version='1.2'/>", "The file is not of XLIFF 2.0. Save it in that version."),
        (bytes(3 * 10**7), "The file is too large (28.6\xa0MB; at most 1.4\xa0MB)."),
        (
            file.replace(b"</file>", b"<a/>" * 40_001 + b"</file>"),
            "The file holds far more texts than a round has.",
        ),
        (
            file.replace(b"</file>", b"<unit/>" * 2_001 + b"</file>"),
            "The file holds far more texts than a round has.",
        ),
    ):
        assert refusal(browser, year, content) == words


def test_a_unit_with_a_name_of_another_make_is_told(browser, year) -> None:
    file = fetch(browser, year, "fr/en.xlf").replace(b'<unit id="t', b'<unit id="u')
    page = upload(browser, year, file)
    assert {one.message for one in page.context["faults"]} == {
        "This is no text of a file of this site."
    }


@pytest.mark.parametrize("book", ["", "no base64", "e30=", "PHhsaWZmLz4="])
def test_what_no_page_sends_saves_nothing(browser, year, book) -> None:
    sent = {"act": "do", "book": book, "seen": "[" * 60_000}
    assert browser.post(address(year), sent, follow=True).status_code == 200
    assert stored() == []


@pytest.mark.parametrize(
    "rest", ["xx/", "xx.xlsx", "fr/fr.xlf", "fr/xx.xlf", "it/fr.xlf", "fr/de.xlf"]
)
def test_a_language_that_there_is_not_is_not_found(browser, year, rest) -> None:
    assert browser.get(address(year, rest)).status_code == 404


def test_only_the_secretariat_gets_and_brings_them(browser, year, make_member, sign_in) -> None:
    content = fetch(browser, year)
    for role in ("contributor", "observer", "reviewer"):
        client = sign_in(make_member(role, "fps-justice", f"{role}@example.org"))
        paths = ("fr/", "fr.xlsx", "fr/en.xlf")
        assert [client.get(address(year, one)).status_code for one in paths] == [403] * 3
        assert upload(client, year, content).status_code == 403
        sent = {"act": "do", "book": base64.b64encode(content).decode(), "seen": json.dumps({})}
        assert client.post(address(year), sent).status_code == 403


def test_the_worklist_leads_to_the_files(browser, year) -> None:
    page = browser.get(f"/en/secretariat/reports/{year.pk}/translations/").content.decode()
    assert all(address(year, f"{code}/") in page for code in ("nl", "fr", "de", "en"))
    page = browser.get(address(year)).content.decode()
    assert [rest for rest in ("fr.xlsx", "fr/en.xlf", "fr/nl.xlf", "fr/de.xlf")
            if address(year, rest) in page] == ["fr.xlsx", "fr/en.xlf", "fr/nl.xlf"]  # fmt: skip


def test_more_texts_ask_the_database_no_more(browser, year, open_round, report) -> None:
    def queries(path: str) -> int:
        browser.get(path)
        with CaptureQueriesContext(connection) as asked:
            browser.get(path)
        return len(asked)

    other = open_round(2026)
    report(Entry.objects.filter(round=other).order_by("pk")[0], "in_progress")
    for rest in ("fr/", "fr.xlsx", "fr/en.xlf"):
        assert queries(address(year, rest)) == queries(address(other, rest))
