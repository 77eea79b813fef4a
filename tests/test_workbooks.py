"""Uploaded workbooks: what is read, what is refused, and in which words."""

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.styles.numbers import is_date_format

from actions import workbooks
from actions.refusals import Refused
from actions.workbooks import Column, Sheet
from actions.workbooks import cells as reader
from actions.workbooks.making import put
from actions.workbooks.tables import folded
from tests.books import changed, made, with_cells

SHEET = Sheet(
    "things",
    folded(["things", "Dingen"]),
    (
        Column("key", folded(["key", "sleutel"]), is_required=True),
        Column("day", folded(["day"])),
        Column("size", folded(["size"])),
    ),
    is_required=True,
)
HEAD = ["key", "day", "size"]


def read(content: bytes) -> workbooks.Contents:
    """Read a workbook of things, in English."""
    with translation.override("en"):
        return workbooks.read(content, [SHEET], purpose="things", version=2)


def refusal(content: bytes) -> str:
    """Return in which words a file is refused."""
    with pytest.raises(Refused) as caught, translation.override("en"):
        workbooks.read(content, [SHEET], purpose="things", version=2)
    return str(caught.value)


def faults(content: bytes) -> list[tuple[Any, ...]]:
    """Return what is wrong, by place."""
    return [(f.sheet, f.row, f.column, f.message) for f in read(content).faults]


def test_rows_come_with_their_numbers_and_typed_values():
    found = read(made(things=[HEAD, ["a", date(2024, 5, 1), 3], [], ["é =x", None, 2.5]]))

    assert found.faults == []
    assert [(row.number, row.values) for row in found.rows["things"]] == [
        (2, {"key": "a", "day": date(2024, 5, 1), "size": 3}),
        (4, {"key": "é =x", "size": 2.5}),
    ]


def test_sheets_and_headings_are_known_in_any_language_case_and_order():
    found = read(made(Other=[["x"]], DINGEN=[["Size ", "SLEUTEL"], [1, "b"]]))

    assert found.faults == []
    assert [row.values for row in found.rows["things"]] == [{"key": "b", "size": 1}]


def test_dates_are_read_in_both_calendars_of_spreadsheets():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.title = "things"
    book.active.append(HEAD)
    book.active.append(["a", date(2024, 5, 1)])
    out = io.BytesIO()
    book.save(out)

    assert read(out.getvalue()).rows["things"][0].values["day"] == date(2024, 5, 1)


def test_a_text_in_several_fonts_and_one_without_the_table_of_texts_is_read():
    inline = with_cells(
        '<row r="2"><c r="A2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r>'
        "<rPh><t>no</t></rPh></is></c></row>"
    )

    assert read(inline).rows["things"][0].values == {"key": "ab"}


def test_what_is_wrong_is_told_by_sheet_row_and_column():
    book = made(things=[["key", "colour", "key"], ["=1+1", "red", None], [1, None, None, "loose"]])

    assert faults(changed(book, "xl/worksheets/sheet1.xml", "<v />", "<v>2</v>")) == [
        ("things", 1, "B: colour", "This heading is not known."),
        ("things", 1, "C: key", "This heading is there twice."),
        ("things", 2, "A: key", "Here stands a formula. Copy the column and paste its values."),
        ("things", 3, "D", "This column has no heading."),
    ]


def test_a_missing_sheet_and_a_missing_column_are_told():
    assert faults(made(other=[["key"]])) == [
        ("things", None, "", "The workbook has no such sheet.")
    ]
    assert faults(made(things=[["day"]])) == [("things", 1, "key", "This column is missing.")]


def test_a_template_says_what_it_is_for_and_of_which_version():
    rows = [HEAD, ["a"]]

    assert read(made(Guide=[["napmonitor", "things", 2]], things=rows)).faults == []
    assert refusal(made(Guide=[["napmonitor", "people", 1]], things=rows)) == (
        "This template is for something else. Download the one of this page."
    )
    assert refusal(made(Guide=[["napmonitor", "things", 3]], things=rows)) == (
        "This template is of another version. Download it anew."
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2024-05-01", "Here stands a text; enter a date in a cell with the format of dates."),
        (datetime(2024, 5, 1, 8, 0), "Here stands a date with a time; enter the day alone."),  # noqa: DTZ001
        (3, "Enter a date."),
    ],
)
def test_a_date_as_text_is_refused_in_words(value, words):
    with pytest.raises(workbooks.Wrong) as caught, translation.override("en"):
        workbooks.as_date(value)

    assert str(caught.value) == words


def test_numbers_are_taken_as_labels_and_dates_are_not():
    assert [workbooks.as_text(value) for value in (22, 22.1, " A.1 ")] == ["22", "22.1", "A.1"]
    with pytest.raises(workbooks.Wrong) as caught, translation.override("en"):
        workbooks.as_text(date(2026, 2, 1))
    assert "Here stands a date" in str(caught.value)
    with pytest.raises(workbooks.Wrong):
        workbooks.as_number("1.5")


GOOD = made(things=[HEAD, ["a"]])
NO_WORKBOOK = "This file is no workbook. Choose one that is saved as .xlsx."
DAMAGED = "The file is damaged or incomplete. Open it, save it again as .xlsx, and upload it anew."
PROTECTED = "This workbook is of an old kind or protected. Save it as .xlsx without a password."
TOO_MUCH = "The workbook holds far more than a list can. Delete what does not belong to it."
STRINGS = '<?xml version="1.0"?><sst>'
BOMB = f"{STRINGS}{'<si><t></t></si>' * 500_000}</sst>"
FORMATS = f"<styleSheet><cellXfs>{'<xf/>' * 1_400_000}</cellXfs></styleSheet>"
NUMBERS = "".join(f'<numFmt numFmtId="{n}"/>' for n in range(1_100))
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>'
DEEP = "<a>" * 100_000


def zipped(method: int = zipfile.ZIP_DEFLATED, /, **parts: str) -> bytes:
    """Return an archive of some parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/"), text)
    return out.getvalue()


def added(name: str, text: str = "x") -> bytes:
    """Return the good workbook with a part more, or another one in its place."""
    return changed(GOOD, name, None, text)


USED = with_cells('<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>45000</v></c></row>')


LONG = f"<sst><si><t>{'x' * 39_000}</t></si></sst>"
ONE = '<c r="A{n}" t="s"><v>0</v></c><c r="C{n}" t="s"><v>0</v></c>'
SHARED = with_cells("".join(f'<row r="{n}">{ONE.format(n=n)}</row>' for n in range(2, 80)))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", NO_WORKBOOK),
    "a text": (b"key;day\na;1", NO_WORKBOOK),
    "an archive": (zipped(readme="x"), NO_WORKBOOK),
    "half a file": (GOOD[: len(GOOD) // 2], DAMAGED),
    "a broken part": (added("xl/worksheets/sheet1.xml", "<worksheet><row"), DAMAGED),
    "no list of sheets": (added("xl/_rels/workbook.xml.rels", "<x/>"), DAMAGED),
    "an old one": (b"\xd0\xcf\x11\xe0" + bytes(3000), PROTECTED),
    "another kind": (
        added("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        "This workbook is of another kind. Save it as .xlsx.",
    ),
    "macros": (
        added("xl/vbaProject.bin"),
        "The workbook holds macros. Save it as .xlsx, which has none.",
    ),
    "links": (
        added("xl/externalLinks/externalLink1.xml"),
        "The workbook has links to other files. Break the links, save it, and upload it anew.",
    ),
    "40 MB": (bytes(40_000_000), "The file is too large (38.1\xa0MB; at most 1.4\xa0MB)."),
    "a bomb": (added("xl/media/image1.png", "0" * 200_000_000), TOO_MUCH),
    "a bomb of texts": (changed(USED, "xl/sharedStrings.xml", None, BOMB), TOO_MUCH),
    "a bomb of formats": (
        changed(USED, "xl/styles.xml", None, FORMATS),
        TOO_MUCH,
    ),
    "an endless tag": (with_cells(f'<row a="{">" * 200_000}"/>'), TOO_MUCH),
    "names without end": (with_cells("".join(f"<row a{n}='' />" for n in range(3_000))), TOO_MUCH),
    "formats without end": (changed(USED, "xl/styles.xml", None, f"<a>{NUMBERS}</a>"), TOO_MUCH),
    "a bomb of words": (changed(USED, "xl/sharedStrings.xml", None, ENTITIES), DAMAGED),
    "a well": (added("xl/worksheets/sheet1.xml", DEEP), DAMAGED),
    "many parts": (zipped(**{f"p{n}": "x" for n in range(400)}), TOO_MUCH),
    "5,000 rows": (
        made(things=[HEAD, *([str(n), None, n] for n in range(5_000))]),
        "The sheet “things” has too many rows; at most 2000 can be read at once.",
    ),
    "a row far below": (
        with_cells('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        "The sheet “things” goes on to row 1048576. Delete the rows below the list.",
    ),
    "a cell far to the right": (with_cells('<row r="2"><c r="XFD2"><v>1</v></c></row>'), TOO_MUCH),
    "an endless text": (
        with_cells(f'<row r="2"><c r="A2" t="str"><v>{"x" * 50_000}</v></c></row>'),
        TOO_MUCH,
    ),
    "one text in many cells": (changed(SHARED, "xl/sharedStrings.xml", None, LONG), TOO_MUCH),
    "no number": (with_cells('<row r="2"><c r="A2"><v>nan</v></c></row>'), DAMAGED),
    "no row": (with_cells('<row r="-2"><c r="A2"><v>1</v></c></row>'), DAMAGED),
}


def packed(method: int) -> bytes:
    """Return the good workbook, packed in another way."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    return zipped(method, **parts)


def protected() -> bytes:
    """Return the good workbook, whose parts a password is said to protect."""
    flagged = re.compile(rb"(PK\x01\x02.{4}).", flags=re.DOTALL)  # in the directory of the archive
    return flagged.sub(lambda found: found[1] + b"\x01", GOOD)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_to_nobody_knows_how_much_is_refused_unread(method):
    assert refusal(packed(method)) == DAMAGED
    assert read(packed(zipfile.ZIP_STORED)).faults == []


def test_what_a_password_protects_is_refused():
    assert refusal(protected()) == PROTECTED


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name):
    content, words = HOSTILE[name]

    assert refusal(content) == words


def test_codes_of_the_format_are_decoded_and_what_looks_like_one_comes_back():
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for n, text in enumerate(("a_x000D__x000A_b", "_x005F_x000D_", "_x0000_ _xD800_"), start=2)
    )
    found = read(with_cells(cells))
    assert [row.values["key"] for row in found.rows["things"]] == [
        "a\nb", "_x000D_", "_x0000_ _xD800_",
    ]  # fmt: skip


def test_a_format_is_looked_at_once_however_many_cells_use_it(monkeypatch):
    seen: list[str] = []

    def noted(code: str) -> bool:
        seen.append(code)
        return is_date_format(code)

    monkeypatch.setattr(reader, "is_date_format", noted)
    day = '<numFmt numFmtId="200" formatCode="yyyy-mm-dd"/>'
    used = '<xf numFmtId="200"/>' * 90
    styles = f"<styleSheet>{day}<cellXfs>{used}</cellXfs></styleSheet>"
    found = read(changed(USED, "xl/styles.xml", None, styles))

    assert found.rows["things"][0].values["day"] == date(2023, 3, 15)
    assert seen == ["yyyy-mm-dd"]


@settings(max_examples=20)
@example("_x005F_x0041_")
@given(
    st.lists(st.sampled_from(["_", "x", "_x0041_", "_x005F_", "x0041_", "_x000D", "a"])).map(
        "".join
    )
)
def test_any_text_comes_back_as_it_went_out(text):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "things"
    for row, value in enumerate(("key", f"t{text}"), start=1):
        put(sheet, row, 1, value)
    out = io.BytesIO()
    book.save(out)

    assert read(out.getvalue()).rows["things"][0].values == {"key": f"t{text}"}
