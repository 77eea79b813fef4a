"""The report as data: all rows, typed, documented, harmless, the same bytes each time."""

import csv
import dataclasses
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import time_machine

from document.snapshot import LANGUAGES, PastStatus, Snapshot, Text, from_json
from reports import dictionary
from reports.renderers.data import MOVEMENTS, NAMES, rows
from reports.renderers.formats import FORMATS
from tests.reports.specimen import NASTY, every, overridden, specimen
from tests.reports.tokens import marked, replaced

ROOT = Path(__file__).resolve().parents[2]
DATA = ("json", "csv", "xlsx")
OTHER_PROCESS = """
import hashlib, sys, django
django.setup()
from reports.renderers.formats import FORMATS
from tests.reports.specimen import specimen
for name in ("json", "csv", "xlsx"):
    print(hashlib.sha256(FORMATS[name].render(specimen(), "fr")).hexdigest())
"""


@cache
def book(language: str = "en") -> openpyxl.Workbook:
    return opened(specimen(), language)


def opened(snapshot: Snapshot, language: str = "en") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].render(snapshot, language)))


def lines_of(sheet) -> list[dict]:
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def parsed(snapshot: Snapshot, language: str = "en") -> list[dict[str, str]]:
    text = FORMATS["csv"].render(snapshot, language).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def as_csv(value: object) -> str:
    """Return a value as a cell of CSV says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def digests() -> list[str]:
    return [hashlib.sha256(FORMATS[name].render(specimen(), "fr")).hexdigest() for name in DATA]


@pytest.mark.parametrize("language", LANGUAGES)
def test_json_is_the_snapshot_whatever_the_language(language: str) -> None:
    snapshot = specimen()
    data = FORMATS["json"].render(snapshot, language)
    assert from_json(data.decode("utf-8")) == snapshot
    assert data == FORMATS["json"].render(snapshot, "en")


def test_there_is_a_row_per_responsibility_and_one_per_earlier_year() -> None:
    snapshot = specimen()
    found = rows(snapshot, "en")
    now = [row for row in found if row["year"] == 2025]
    before = [row for row in found if row["year"] == 2024]
    assert [(row["action"], row.get("actor")) for row in now] == [
        (action.label, entry and entry.actor)
        for action in snapshot.actions
        for entry in action.entries or (None,)
    ]
    assert [row["action"] for row in before] == [action.label for action in snapshot.actions]
    assert len(now) + len(before) == len(found)
    assert {(row["edition"], row["action_status"], "actor" in row) for row in before} == {
        (1, "in_progress", False)
    }


def test_earlier_years_come_newest_first_and_say_the_word_of_their_time() -> None:
    past = (PastStatus(2023, 1, "not_started"), PastStatus(2024, 2, "in_progress"))
    snapshot = replaced(specimen(3), 0, history=past, nature="continuous")
    found = [row for row in rows(snapshot, "en") if row["action"] == "1" and row["year"] < 2025]
    names = ("year", "edition", "action_status", "action_status_word")
    assert [tuple(row[name] for name in names) for row in found] == [
        (2024, 2, "in_progress", "continuous (en)"), (2023, 1, "not_started", "not_started (en)"),
    ]  # fmt: skip


def test_a_row_says_what_the_actor_reported() -> None:
    snapshot = specimen()
    action = snapshot.actions[1]
    row = next(r for r in rows(snapshot, "en") if r["action"] == "2")
    said = action.entries[0]
    expected = {
        "actor": said.actor, "actor_name": "Actor 3 (en)", "level": "brussels",
        "role": "responsible", "role_word": "responsible (en)", "entry_expected": said.expected,
        "status": "partly_done", "status_word": "partly_done (en)", "since": 2024,
        "late": said.late, "done": "Checked translation 21.", "done_language": "en",
        "evidence_titles": "Verslag 21", "evidence_addresses": "https://example.org/v",
        "evidence_kinds": "Report (en)", "evidence_dates": "2025-05-01",
        "period_end": date(2026, 12, 31), "movement": "none", "movement_word": "No movement",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_silence_of_the_expected_is_no_update_received_and_other_silence_is_nothing() -> None:
    snapshot = specimen(3)
    silent = snapshot.actions[0].entries[-1]
    free = dataclasses.replace(silent, expected=False)
    found = rows(replaced(snapshot, 0, entries=(silent, free)), "en")
    assert [(row["status"], row["status_word"]) for row in found[:2]] == [
        ("not_reported", "not_reported (en)"), ("", ""),
    ]  # fmt: skip


def test_an_override_shows_both_statuses_and_the_reason() -> None:
    snapshot = specimen(3)
    snapshot = replaced(
        snapshot, 0, override=overridden(snapshot), status="partly_done", derived="in_progress"
    )
    first, *_others = rows(snapshot, "fr")
    assert (first["action_status"], first["derived_status"]) == ("partly_done", "in_progress")
    assert first["override_reason"] == "The derived status misses a decision. (fr)"
    assert first["override_institution"] == "actor-1"


def test_every_row_tells_drafts_and_samples_apart() -> None:
    draft = rows(specimen(3, edition=0, is_sample=True), "en")
    assert {(row["is_draft"], row["is_sample"]) for row in draft if row["year"] == 2025} == {
        (True, True)
    }
    assert {row["is_draft"] for row in draft if row["year"] == 2024} == {False}
    real = rows(specimen(3, is_sample=False), "en")
    assert {(row["is_draft"], row["is_sample"]) for row in real} == {(False, False)}


def test_the_dictionary_knows_every_value_that_a_row_has() -> None:
    snapshot = specimen(3)
    texts = {field: Text("nl", "x") for field in dictionary_texts()}
    said = dataclasses.replace(snapshot.actions[0].entries[0], texts=texts)
    snapshot = replaced(snapshot, 0, entries=(said,), override=overridden(snapshot))
    assert set().union(*rows(snapshot, "en")) == set(NAMES)


def dictionary_texts() -> list[str]:
    return [column.heading for column in dictionary.COLUMNS if column.heading]


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_and_xlsx_hold_the_same_rows(language: str) -> None:
    snapshot = specimen()
    expected = [{name: row.get(name) for name in NAMES} for row in rows(snapshot, language)]
    assert parsed(snapshot, language) == [
        {name: as_csv(value) for name, value in row.items()} for row in expected
    ]
    found = [
        {name: v.date() if isinstance(v, datetime) else v for name, v in line.items()}
        for line in lines_of(book(language).worksheets[0])
    ]
    assert found == [
        {name: None if value == "" else value for name, value in row.items()} for row in expected
    ]


def test_every_text_of_rows_is_in_csv_and_all_of_them_in_json() -> None:
    snapshot, tokens = marked(replaced(specimen(6), 0, override=overridden(specimen(6))))
    json_text = FORMATS["json"].render(snapshot, "nl").decode()
    assert not [t for language in LANGUAGES for t in tokens[language] if t not in json_text]
    csv_text = FORMATS["csv"].render(snapshot, "nl").decode()
    missing = {path for token, path in tokens["nl"].items() if token not in csv_text}
    around = (
        ".plan",
        ".vocab",
        ".roles",
        ".figures",
        ".chapters",
        ".sections",
        ".levels",
        ".actors",
    )
    assert {path for path in missing if not path.startswith(around)} == set()


@pytest.mark.parametrize("attack", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_a_text_never_runs_as_a_formula(attack: str) -> None:
    texts = dict.fromkeys(LANGUAGES, attack)
    snapshot = replaced(specimen(3), 0, titles=texts, why=texts, period_text=attack)
    starts = ("=", "+", "-", "@", "\t", "\r")
    lines = parsed(snapshot)
    assert lines[0]["title"] == f"'{attack}"
    assert not [text for line in lines for text in line.values() if text.startswith(starts)]
    found = opened(snapshot)
    cells = [cell for sheet in found for line in sheet.iter_rows() for cell in line if cell.value]
    assert {cell.data_type for cell in cells} == {"s", "n", "b", "d"}
    assert lines_of(found.worksheets[0])[0]["title"] == attack


def test_a_text_with_syntax_in_it_stands_as_text() -> None:
    snapshot = specimen(3)
    said = dataclasses.replace(
        snapshot.actions[0].entries[0], texts={"done": Text("nl", f"{NASTY}\n\n{'x' * 200}")}
    )
    snapshot = replaced(snapshot, 0, entries=(said,))
    expected = f"{NASTY}\n\n{'x' * 200}"
    assert parsed(snapshot, "nl")[0]["done"] == expected
    assert lines_of(opened(snapshot, "nl").worksheets[0])[0]["done"] == expected
    document = json.loads(FORMATS["json"].render(snapshot, "nl"))
    assert document["actions"][0]["entries"][0]["texts"]["done"]["original"] == expected


def test_control_and_private_characters_are_left_out_of_tables() -> None:
    snapshot = replaced(
        specimen(3), 0, titles=dict.fromkeys(LANGUAGES, "a\x00b\x0bc\ufffed\ue000e")
    )
    assert parsed(snapshot)[0]["title"] == "abcde"
    assert lines_of(opened(snapshot).worksheets[0])[0]["title"] == "abcde"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dictionary_sheet_has_exactly_one_line_per_column(language: str) -> None:
    snapshot, (_rows, sheet, _vocabulary) = specimen(), book(language).worksheets
    head, *lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    assert head == [snapshot.label(key, language) for key in ("column", "type", "meaning")]
    columns = [cell.value for cell in book(language).worksheets[0][1]]
    assert [name for name, _kind, _meaning in lines] == columns == NAMES
    assert all(kind and meaning for _name, kind, meaning in lines)


def test_the_meaning_of_a_text_names_the_text() -> None:
    meanings = {line["Column"]: line["Meaning"] for line in lines_of(book().worksheets[1])}
    assert meanings["next_steps"].startswith("Next steps. In Markdown;")


def test_the_dictionary_is_in_the_snapshot_and_not_in_the_software() -> None:
    labels = {
        language: {key: f"{text}!" for key, text in known.items()}
        for language, known in specimen(3).labels.items()
    }
    sheet = opened(specimen(3, labels=labels)).worksheets[1]
    cells = [
        text for line in sheet.iter_rows(min_row=2, min_col=2, values_only=True) for text in line
    ]
    assert len(cells) == 2 * len(NAMES)
    assert [text for text in cells if not text.endswith("!")] == []


def test_the_vocabulary_sheet_has_every_code_of_the_rows_with_its_word() -> None:
    snapshot, sheet = specimen(), book("nl").worksheets[2]
    lines = [tuple(line) for line in sheet.iter_rows(min_row=2, values_only=True)]
    statuses = [(s.code, s.words["nl"], s.meanings["nl"]) for s in snapshot.vocabulary]
    assert [line[1:] for line in lines[: len(statuses)]] == statuses
    codes = {code for _kind, code, _word, _meaning in lines}
    used = {
        row[name]
        for row in rows(snapshot, "nl")
        for name in ("status", "action_status", "role", "level", "nature", "movement")
        if row.get(name)
    }
    assert used <= codes
    assert set(MOVEMENTS) | set(snapshot.roles) | set(snapshot.levels) <= codes


def test_the_workbook_is_typed_framed_and_described() -> None:
    found = book()
    assert found.sheetnames == ["Responsibilities", "Data dictionary", "Vocabulary"]
    sheet = found.worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", sheet.dimensions)
    first = lines_of(sheet)[0]
    kinds = {name: type(first[name]) for name in ("year", "is_sample", "period_end", "title")}
    assert kinds == {"year": int, "is_sample": bool, "period_end": datetime, "title": str}
    assert all(3 <= column.width <= 60 for column in sheet.column_dimensions.values())
    about = found.properties
    assert (about.title, about.language) == ("Progress report 2025", "en")
    assert about.created == about.modified == datetime(2026, 4, 15)  # noqa: DTZ001
    assert "Sample data" in about.description
    assert [sheet.oddHeader.center.text for sheet in found] == [
        "Sample data: nothing here is real reporting"
    ] * 3


@pytest.mark.slow
def test_the_bytes_are_equal_in_another_process_and_at_another_time() -> None:
    expected = digests()
    with time_machine.travel(datetime(2031, 7, 2, 3, 4, 5, tzinfo=UTC)):
        assert digests() == expected
    environment = {
        **os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo",
        "DJANGO_SETTINGS_MODULE": "napmonitor.settings", "DEBUG": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS], cwd=ROOT, env=environment, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == expected


def test_the_workbook_has_no_time_of_writing() -> None:
    with zipfile.ZipFile(io.BytesIO(FORMATS["xlsx"].render(specimen(3), "en"))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+", core)) == {"2026-04-15T00:00:00"}


@pytest.mark.parametrize("facts", [
    {"actions": ()},
    {"actions": (), "sections": (), "actors": (), "figures": (), "chapters": (), "edition": 0},
    {"sections": ()},
    {"actors": ()},
])  # fmt: skip
def test_an_odd_round_gives_data_all_the_same(facts: dict) -> None:
    snapshot = specimen(3, **facts)
    assert len(parsed(snapshot)) == len(rows(snapshot, "en"))
    assert len(lines_of(opened(snapshot).worksheets[0])) == len(rows(snapshot, "en"))
    assert from_json(FORMATS["json"].render(snapshot, "en").decode()) == snapshot


def test_an_action_without_actors_has_a_row() -> None:
    snapshot = replaced(specimen(3), 0, entries=(), titles=every("Nobody"))
    first, *_others = parsed(snapshot)
    assert (first["title"], first["actor"], first["entry_expected"]) == ("Nobody (en)", "", "")


def test_each_format_has_a_media_type_and_an_extension_of_its_own() -> None:
    assert set(FORMATS) == {"html", "pdf", "docx", *DATA}
    assert [known.extension for known in FORMATS.values()] == list(FORMATS)
    assert len({known.media_type for known in FORMATS.values()}) == len(FORMATS)
    assert [name for name, known in FORMATS.items() if not known.per_language] == ["json"]


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_bytes(name: str) -> None:
    starts = {
        "html": b"<!doctype html>", "pdf": b"%PDF-", "docx": b"PK", "json": b"{\n",
        "csv": b"plan,year,", "xlsx": b"PK",
    }  # fmt: skip
    made = FORMATS[name].render(specimen(3), "en")
    assert made[:20].lower().startswith(starts[name].lower())
