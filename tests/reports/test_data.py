"""The report as data: all rows, typed, documented, harmless, the same bytes each time."""

import csv
import dataclasses
import hashlib
import io
import json
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

from actions.rules.movement import Cause
from document import selection
from document.snapshot import LANGUAGES, PastStatus, Snapshot, Text, from_json
from reports import dictionary
from reports.data import heads, rows
from reports.formats import FORMATS, of_schema, of_today
from tests.elsewhere import digests
from tests.reports.specimen import NASTY, former, overridden, specimen
from tests.reports.tokens import marked, replaced

ROOT = Path(__file__).resolve().parents[2]
DATA = ("json", "entries_csv", "actions_csv", "evidence_csv", "xlsx")
TABLES = ("entries", "actions", "evidence")
ALL = (*TABLES, "amendments", "names", "notes", "advice")
SHEETS = [*ALL, "labels", "data_dictionary"]


@cache
def book(language: str = "en") -> openpyxl.Workbook:
    return opened(specimen(), language)


def opened(snapshot: Snapshot, language: str = "en") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].render(snapshot, language)))


def lines_of(sheet) -> list[dict]:
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def parsed(table: str, snapshot: Snapshot, language: str = "en") -> list[dict[str, str]]:
    text = FORMATS[f"{table}_csv"].render(snapshot, language).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def all_rows(table: str, snapshot: Snapshot, language: str = "en") -> list[dict]:
    return list(rows(table, snapshot, language))


def as_csv(value: object) -> str:
    """Return a value as a cell of CSV says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def here() -> list[str]:
    return [hashlib.sha256(FORMATS[name].render(specimen(), "fr")).hexdigest() for name in DATA]


@pytest.mark.parametrize("language", LANGUAGES)
def test_json_is_the_snapshot_whatever_the_language(language: str) -> None:
    snapshot = specimen()
    data = FORMATS["json"].render(snapshot, language)
    assert from_json(data.decode("utf-8")) == snapshot
    assert data == FORMATS["json"].render(snapshot, "en")


def test_json_names_its_schema_by_address() -> None:
    data = json.loads(FORMATS["json"].render(specimen(3), "en"))
    assert data["$schema"] == "https://nap.example.org/static/schema/report-5.json"


# --- One row is one thing ---------------------------------------------------------------


def test_entries_have_a_row_per_responsibility() -> None:
    snapshot = specimen()
    found = all_rows("entries", snapshot)
    assert [(row["year"], row["action_id"], row["actor"]) for row in found] == [
        (2025, action.action_id, entry.actor)
        for action in snapshot.actions
        for entry in action.entries
    ]


def test_actions_have_a_row_per_round_earlier_ones_newest_first() -> None:
    past = (PastStatus(2023, 1, "not_started"), PastStatus(2024, 2, "in_progress", "continuous"))
    snapshot = replaced(specimen(3), 0, history=past, nature="one_off")
    found = [row for row in all_rows("actions", snapshot) if row["action_id"] == "1"]
    assert [(r["year"], r["edition"], r["status"], r["nature"], r["met"]) for r in found[1:]] == [
        (2024, 2, "in_progress", "continuous", True), (2023, 1, "not_started", "one_off", False),
    ]  # fmt: skip
    assert len(all_rows("actions", snapshot)) == 4 + 2 + 3
    assert "movement" not in found[1]


def test_evidence_has_a_row_per_document() -> None:
    snapshot = specimen(3)
    entry = snapshot.actions[0].entries[0]
    second = dataclasses.replace(entry.evidence[0], title="Second", date="soon")
    said = dataclasses.replace(entry, evidence=(*entry.evidence, second))
    found = all_rows("evidence", replaced(snapshot, 0, entries=(said,)))
    assert [(r["action_id"], r["actor"], r["number"], r["title"], r["date"]) for r in found] == [
        ("1", said.actor, 1, "Verslag 3", date(2025, 5, 1)), ("1", said.actor, 2, "Second", "soon"),
    ]  # fmt: skip


def test_a_row_says_what_the_actor_reported() -> None:
    snapshot = specimen()
    said = snapshot.actions[1].entries[0]
    said = dataclasses.replace(said, submitted_on="2026-02-01", accepted_on="2026-02-20")
    snapshot = replaced(snapshot, 1, entries=(said,))
    row = next(r for r in rows("entries", snapshot, "en") if r["action_id"] == "2")
    expected = {
        "actor": said.actor, "actor_name": "Actor 3 (en)", "level": "brussels",
        "role": "responsible", "entry_expected": said.expected, "status": "partly_done",
        "met": False, "since": 2024, "late": said.late, "submitted_on": date(2026, 2, 1),
        "accepted_on": date(2026, 2, 20), "text_done": "Checked translation 21.",
        "text_done_language": "en",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_a_row_says_how_an_action_stands_and_what_became_of_it() -> None:
    snapshot = replaced(
        specimen(3), 0, movement="reassessed", causes=("added", "override"), unmoved=0,
        expected_by="2027-01-31",
    )  # fmt: skip
    row = all_rows("actions", snapshot)[0]
    expected = {
        "action": "1", "section": "1", "status": "in_progress", "met": True, "period_start":
        date(2024, 1, 1), "period_end": date(2026, 12, 31), "goals": "8", "pillars": "2",
        "themes": "smes", "movement": "reassessed", "causes": "added; override",
        "expected_by": date(2027, 1, 31), "entries_expected": 4, "entries_received": 3,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_silence_of_the_expected_is_no_update_received_and_other_silence_is_nothing() -> None:
    snapshot = specimen(3)
    silent = snapshot.actions[0].entries[-1]
    free = dataclasses.replace(silent, expected=False)
    found = all_rows("entries", replaced(snapshot, 0, entries=(silent, free)))
    assert [row["status"] for row in found[:2]] == ["not_reported", ""]


def test_an_override_shows_both_statuses_and_the_reason() -> None:
    snapshot = specimen(3)
    snapshot = replaced(
        snapshot, 0, override=overridden(snapshot), status="partly_done", derived="in_progress"
    )
    first, *_others = rows("actions", snapshot, "fr")
    assert (first["status"], first["derived_status"]) == ("partly_done", "in_progress")
    assert first["override_reason"] == "The derived status misses a decision. (fr)"
    assert first["override_institution"] == "actor-1"


@pytest.mark.parametrize("table", ALL)
def test_every_row_tells_drafts_and_samples_apart(table: str) -> None:
    draft = all_rows(table, specimen(3, edition=0, is_sample=True))
    now = {(row["is_draft"], row["is_sample"]) for row in draft if row["year"] == 2025}
    assert now == {(True, True)}
    assert {row["is_draft"] for row in draft if row["year"] == 2024} <= {False}
    real = all_rows(table, specimen(3, is_sample=False))
    assert {(row["is_draft"], row["is_sample"]) for row in real} == {(False, False)}


@pytest.mark.parametrize("table", ALL)
def test_the_dictionary_knows_every_value_that_a_row_has(table: str) -> None:
    snapshot = specimen(3)
    texts = {field: Text("nl", "x") for field in selection.FIELDS}
    said = dataclasses.replace(
        snapshot.actions[0].entries[0], texts=texts, reopened=Text("fr", "y")
    )
    snapshot = replaced(
        snapshot, 0, entries=(said,), override=overridden(snapshot), former=former(1)
    )
    assert set().union(*rows(table, snapshot, "en")) == set(heads(table, snapshot))


def test_no_column_of_prose_is_called_like_a_status() -> None:
    codes = {status.code for status in specimen(3).vocabulary}
    names = {
        column.name
        for columns in (dictionary.TABLES | dictionary.SHEETS).values()
        for column in columns
    }
    assert not codes & names


# --- Files --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", TABLES)
def test_csv_and_xlsx_hold_the_same_rows(table: str, language: str) -> None:
    snapshot = specimen()
    names = heads(table, snapshot)
    expected = [{name: row.get(name) for name in names} for row in rows(table, snapshot, language)]
    assert parsed(table, snapshot, language) == [
        {name: as_csv(value) for name, value in row.items()} for row in expected
    ]
    found = [
        {name: v.date() if isinstance(v, datetime) else v for name, v in line.items()}
        for line in lines_of(book(language)[table])
    ]
    assert found == [
        {name: None if value == "" else value for name, value in row.items()} for row in expected
    ]


@pytest.mark.parametrize("table", TABLES)
def test_a_csv_says_that_it_is_utf_8(table: str) -> None:
    assert FORMATS[f"{table}_csv"].render(specimen(3), "nl").startswith(b"\xef\xbb\xbfplan,year,")


def test_every_text_of_rows_is_in_csv_and_all_of_them_in_json() -> None:
    snapshot, tokens = marked(replaced(specimen(6), 0, override=overridden(specimen(6))))
    json_text = FORMATS["json"].render(snapshot, "nl").decode()
    assert not [t for language in LANGUAGES for t in tokens[language] if t not in json_text]
    csv_text = "".join(FORMATS[f"{one}_csv"].render(snapshot, "nl").decode() for one in TABLES)
    missing = {path for token, path in tokens["nl"].items() if token not in csv_text}
    # Of the whole, not of a row.
    around = (
        ".plan", ".vocab", ".roles", ".figures", ".chapters", ".sections", ".levels", ".actors",
        ".withdrawn", ".notes", ".obstacles", ".goals", ".pillars", ".themes", ".recipients",
        ".publisher", ".contact", ".issn", ".amendments", ".advice",
    )  # fmt: skip
    assert {path for path in missing if not path.startswith(around)} == set()


@pytest.mark.parametrize("attack", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_a_text_never_runs_as_a_formula(attack: str) -> None:
    texts = dict.fromkeys(LANGUAGES, attack)
    snapshot = replaced(specimen(3), 0, titles=texts, why=texts, period_text=attack)
    starts = ("=", "+", "-", "@", "\t", "\r")
    lines = parsed("actions", snapshot)
    assert lines[0]["title"] == f"'{attack}"
    assert not [text for line in lines for text in line.values() if text.startswith(starts)]
    found = opened(snapshot)
    cells = [cell for sheet in found for line in sheet.iter_rows() for cell in line if cell.value]
    assert {cell.data_type for cell in cells} == {"s", "n", "b", "d"}
    assert lines_of(found["actions"])[0]["title"] == attack


def test_a_text_with_syntax_in_it_stands_as_text() -> None:
    snapshot = specimen(3)
    said = dataclasses.replace(
        snapshot.actions[0].entries[0], texts={"done": Text("nl", f"{NASTY}\n\n{'x' * 200}")}
    )
    snapshot = replaced(snapshot, 0, entries=(said,))
    expected = f"{NASTY}\n\n{'x' * 200}"
    assert parsed("entries", snapshot, "nl")[0]["text_done"] == expected
    assert lines_of(opened(snapshot, "nl")["entries"])[0]["text_done"] == expected
    document = json.loads(FORMATS["json"].render(snapshot, "nl"))
    assert document["actions"][0]["entries"][0]["texts"]["done"]["original"] == expected


def test_control_and_private_characters_are_left_out_of_tables() -> None:
    snapshot = replaced(
        specimen(3), 0, titles=dict.fromkeys(LANGUAGES, "a\x00b\x0bc\ufffed\ue000e")
    )
    assert parsed("actions", snapshot)[0]["title"] == "abcde"
    assert lines_of(opened(snapshot)["actions"])[0]["title"] == "abcde"


# --- Explanations -------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dictionary_sheet_has_exactly_one_line_per_column(language: str) -> None:
    snapshot, sheet = specimen(), book(language)["data_dictionary"]
    head, *lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    keys = ("table", "column", "type", "meaning")
    assert head == [snapshot.label(key, language) for key in keys]
    columns = [(table, cell.value) for table in ALL for cell in book(language)[table][1]]
    assert [(table, name) for table, name, _kind, _meaning in lines[:-1]] == columns
    assert all(kind and meaning for _table, _name, kind, meaning in lines)


def test_the_meaning_of_a_text_names_the_text() -> None:
    lines = lines_of(book()["data_dictionary"])
    meanings = {line["Column"]: line["Meaning"] for line in lines}
    assert meanings["text_next_steps"].startswith("Next steps. In Markdown;")


def test_the_dictionary_is_in_the_snapshot_and_not_in_the_software() -> None:
    labels = {
        language: {key: f"{text}!" for key, text in known.items()}
        for language, known in specimen(3).labels.items()
    }
    sheet = opened(specimen(3, labels=labels))["data_dictionary"]
    *lines, example = sheet.iter_rows(min_row=2, min_col=3, values_only=True)
    cells = [text for line in lines for text in line]
    assert len(cells) == 2 * sum(len(heads(table, specimen(3))) for table in ALL)
    assert [text for text in cells if not str(text).endswith("!")] == []
    assert example == ("pandas", dictionary.EXAMPLE)


@pytest.mark.slow
def test_the_example_of_the_dictionary_tells_the_share_carried_out_by_level(
    tmp_path: Path,
) -> None:
    """It is run as a reader would run it, beside the file that it reads."""
    snapshot = specimen()
    (tmp_path / "entries.csv").write_bytes(FORMATS["entries_csv"].render(snapshot, "en"))
    done = subprocess.run(
        [sys.executable, "-c", dictionary.EXAMPLE], cwd=tmp_path, check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    shown = dict(line.split() for line in done.stdout.splitlines()[1:-1])
    expected = {}
    for level, counts in selection.level_counts(snapshot):
        tally = dict(counts)
        met = tally.get("done", 0) + tally.get("continuous", 0)
        expected[level] = f"{100 * met / sum(tally.values()):.1f}"
    assert shown == expected
    assert len(dictionary.EXAMPLE.splitlines()) == 3


def test_the_labels_sheet_has_every_code_of_the_rows_in_every_language() -> None:
    snapshot, sheet = specimen(), book("nl")["labels"]
    lines = lines_of(sheet)
    assert list(lines[0]) == ["kind", "code", *(f"label_{one}" for one in LANGUAGES)]
    assert all(line[f"label_{one}"] for line in lines for one in LANGUAGES)
    codes = {(line["kind"], line["code"]) for line in lines}
    for table, names in (
        ("entries", ("status", "role", "level")), ("actions", ("status", "nature", "movement")),
    ):  # fmt: skip
        used = {
            (name, row[name])
            for row in rows(table, snapshot, "nl") for name in names if row.get(name)
        }  # fmt: skip
        assert used <= codes
    assert {("cause", cause.value) for cause in Cause} <= codes


def test_the_workbook_is_typed_framed_and_described() -> None:
    found = book()
    assert found.sheetnames == SHEETS == book("fr").sheetnames
    sheet = found["actions"]
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
        "Sample data: no real entries"
    ] * len(SHEETS)


@pytest.mark.slow
def test_the_bytes_are_equal_in_another_process_and_at_another_time() -> None:
    expected = here()
    with time_machine.travel(datetime(2031, 7, 2, 3, 4, 5, tzinfo=UTC)):
        assert here() == expected
    making = (
        "from reports.formats import FORMATS\n"
        f"made = [FORMATS[name].render(specimen(), 'fr') for name in {DATA}]"
    )
    assert digests(making, PYTHONHASHSEED="7", TZ="Asia/Tokyo") == expected


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
    for table in TABLES:
        count = len(all_rows(table, snapshot))
        assert len(parsed(table, snapshot)) == count
        assert len(lines_of(opened(snapshot)[table])) == count
    assert from_json(FORMATS["json"].render(snapshot, "en").decode()) == snapshot


def test_an_edition_has_the_formats_of_its_schema() -> None:
    assert set(of_schema(2)) == {"html", "pdf", "docx", "json", "csv", "xlsx"}
    documents = ("html", "pdf", "docx")
    summaries = {f"summary_{name}" for name in documents}
    assert set(of_today()) == {*documents, *summaries, *DATA} == set(FORMATS) - {"csv"}


def test_an_edition_of_schema_3_has_the_sheets_and_columns_of_then() -> None:
    """It has no words for what came later."""
    old = from_json((ROOT / "tests" / "data" / "snapshot-3.json").read_text())
    assert opened(old).sheetnames == [*TABLES, "labels", "data_dictionary"]
    for table in TABLES:
        then = [column.name for column in dictionary.TABLES[table] if not column.is_later]
        assert heads(table, old) == then
        assert list(parsed(table, old)[0]) == then


def test_the_row_of_an_amended_action_says_what_the_plan_said_before() -> None:
    row = all_rows("actions", replaced(specimen(3), 1, former=former(2)))[1]
    expected = {
        "former_action": "02", "former_section": "0",
        "former_title": "Former title of action 2 (en)", "former_title_language": "en",
        "former_nature": "continuous",
        "former_period_text": "2024-2025", "former_period_end": date(2025, 12, 31),
        "actors_added": "actor-2", "actors_ended": "actor-3",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    alone = dataclasses.replace(former(2), label="2", section="1", nature="one_off")
    row = all_rows("actions", replaced(specimen(3), 1, former=alone))[1]
    assert {"former_action", "former_section", "former_nature"} & set(row) == set()


def test_amendments_have_a_row_per_action_and_names_one_per_other_name() -> None:
    snapshot = specimen(3)
    found = [
        (row["amended_on"], row["action_id"], row["act"], row["text_before"], row["action_note"])
        for row in all_rows("amendments", snapshot, "fr")
    ]
    assert found == [
        (date(2025, 9, 1), "1", "change", "What the plan said of action 1 (fr)",
         "Wider than before (fr)"),
        (date(2025, 9, 1), "99", "add", "", "Asked for by all (fr)"),
    ]  # fmt: skip
    named = [
        (row["actor"], row["actor_name"], row["actor_abbreviation"], row["since"], row["until"])
        for row in all_rows("names", snapshot, "nl")
    ]
    assert named == [
        ("actor-5", "Old name of 5 (nl)", "O5 (nl)", None, date(2025, 5, 31)),
        ("actor-5", "Next name of 5 (nl)", "N5 (nl)", date(2026, 9, 1), None),
    ]


def test_notes_have_a_row_each_and_one_per_answer_and_advice_one_each() -> None:
    snapshot = specimen(3)
    found = [
        (row["kind"], row["voice"], row.get("actor"), row["action_id"], row["text"],
         row["text_language"], row.get("evidence"))
        for row in all_rows("notes", snapshot, "en")
    ]  # fmt: skip
    assert found == [
        ("note", "council", None, "1", "A note of a council.", "en",
         "https://example.org/evidence-of-the-council"),
        ("answer", "council", "actor-1", "1", "Een antwoord.", "nl", None),
    ]  # fmt: skip
    (row,) = all_rows("advice", snapshot, "fr")
    assert row["author"] == "A meeting with stakeholders (fr)"
    assert row["received_on"] == date(2026, 2, 3)
    assert row["participants"] == "Three councils and a union. (fr)"


def test_an_edition_of_schema_4_has_no_sheets_of_notes_and_advice() -> None:
    old = from_json((ROOT / "tests" / "data" / "snapshot-4.json").read_text())
    sheets = [*TABLES, "amendments", "names", "labels", "data_dictionary"]
    assert opened(old).sheetnames == sheets


def test_only_json_serves_all_languages_at_once() -> None:
    assert [name for name, known in FORMATS.items() if not known.per_language] == ["json"]


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_bytes(name: str) -> None:
    starts = {
        "html": b"<!doctype html>", "pdf": b"%PDF-", "docx": b"PK", "json": b"{\n",
        "csv": b"\xef\xbb\xbfplan,year,", "xlsx": b"PK",
    }  # fmt: skip
    made = FORMATS[name].render(specimen(3), "en")
    assert made[:20].lower().startswith(starts[FORMATS[name].extension].lower())
