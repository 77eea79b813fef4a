"""A report as data: the snapshot itself as JSON, its responsibilities as CSV and XLSX."""

import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from actions import spreadsheets
from document.snapshot import (
    Action,
    Actor,
    Entry,
    PastStatus,
    Snapshot,
    Words,
    plain,
    status_code,
    to_json,
)
from reports import dictionary, outline
from reports.renderers import packages

NAMES = [column.name for column in dictionary.COLUMNS]
MOVEMENTS = {
    "up": "moved_up",
    "back": "moved_back",
    "none": "movement_none",
    "new": "new",
    "completed": "completed",
    "amended": "amended",
}
LONGEST_SHEET_NAME = 31

Row = dict[str, Any]


def render_json(snapshot: Snapshot, language: str) -> bytes:  # noqa: ARG001 - has all of them
    """Return the snapshot as canonical JSON: one file for all languages."""
    return to_json(snapshot).encode()


def render_csv(snapshot: Snapshot, language: str) -> bytes:
    """Return the rows as CSV (commas, UTF-8, CRLF); a cell can never run as a formula."""
    return spreadsheets.to_csv(NAMES, _table(snapshot, language)).encode()


def render_xlsx(snapshot: Snapshot, language: str) -> bytes:
    """Return the rows as a workbook, with the data dictionary and the vocabulary."""
    book = Workbook(write_only=True)
    for title, head, table in (
        ("responsibilities", NAMES, _table(snapshot, language)),
        ("data_dictionary", *_dictionary(snapshot, language)),
        ("vocabulary", *_vocabulary(snapshot, language)),
    ):
        sheet = book.create_sheet(snapshot.label(title, language)[:LONGEST_SHEET_NAME])
        sheet.oddHeader.center.text = " – ".join(outline.marks(snapshot, language)) or None
        spreadsheets.fill(sheet, head, table)
    _describe(book, snapshot, language)
    out = io.BytesIO()
    # Not book.save(), which writes the time of day into the file.
    ExcelWriter(book, ZipFile(out, "w", ZIP_STORED)).save()
    return packages.settled(out.getvalue())


def _describe(book: Workbook, snapshot: Snapshot, language: str) -> None:
    about = book.properties
    about.title = outline.title(snapshot, language)
    about.subject = outline.subtitle(snapshot, language)
    about.creator = snapshot.label("made_by", language)
    about.description = "\n".join(
        dict.fromkeys([outline.edition(snapshot, language), *outline.marks(snapshot, language)])
    )
    about.language = language
    about.created = about.modified = packages.made_on(snapshot).replace(tzinfo=None)


# --- The sheets of explanations -------------------------------------------------------


def _dictionary(snapshot: Snapshot, language: str) -> tuple[list[str], list[list[Any]]]:
    """Return the head and the lines of the data dictionary: a line per column."""
    label = _labels(snapshot, language)
    lines = [
        [column.name, label(f"type_{column.type}"), _meaning(column, label)]
        for column in dictionary.COLUMNS
    ]
    return [label("column"), label("type"), label("meaning")], lines


def _meaning(column: dictionary.Column, label: Callable[[str], str]) -> str:
    said = label(f"column_{column.name}")
    return f"{label(column.heading)}. {said}" if column.heading else said


def _vocabulary(snapshot: Snapshot, language: str) -> tuple[list[str], list[list[Any]]]:
    """Return the head and the lines of the vocabulary: a line per code and its word."""
    label = _labels(snapshot, language)
    lines = [
        [label("status"), one.code, one.words.get(language), one.meanings.get(language)]
        for one in snapshot.vocabulary
    ]
    lines += [
        [label("role"), code, _word(snapshot.roles, code, language), None]
        for code in snapshot.roles
    ]
    lines += [
        [label("level"), code, _word(snapshot.levels, code, language), None]
        for code in snapshot.levels
    ]
    lines += [[label("nature"), code, label(code), None] for code in ("one_off", "continuous")]
    lines += [[label("movement"), code, label(key), None] for code, key in MOVEMENTS.items()]
    return [label("type"), label("code"), label("word"), label("meaning")], lines


def _labels(snapshot: Snapshot, language: str) -> Callable[[str], str]:
    return lambda key: snapshot.label(key, language)


# --- The rows -----------------------------------------------------------------------


def rows(snapshot: Snapshot, language: str) -> list[Row]:
    """Return a row per responsibility, then one per action and earlier year.

    An action without actors has a row too. An edition keeps the status of an action in
    earlier years, not what each actor said then: those columns are empty there.
    """
    return [*_this_year(snapshot, language), *_earlier_years(snapshot, language)]


def _table(snapshot: Snapshot, language: str) -> list[list[Any]]:
    return [[row.get(name) for name in NAMES] for row in rows(snapshot, language)]


def _this_year(snapshot: Snapshot, language: str) -> Iterator[Row]:
    actors = _actors(snapshot, language)
    for action in snapshot.actions:
        here = {
            "year": snapshot.year,
            "edition": snapshot.edition,
            "is_draft": snapshot.is_draft,
            **_plan(action, snapshot, language),
            **_state(action, snapshot, language),
        }
        for entry in action.entries:
            yield {
                **here,
                **actors.get(entry.actor, {"actor": entry.actor}),
                **_entry(entry, action, snapshot, language),
            }
        if not action.entries:
            yield here


def _earlier_years(snapshot: Snapshot, language: str) -> Iterator[Row]:
    for action in snapshot.actions:
        for past in _past(action, snapshot.year):
            yield {
                "year": past.year,
                "edition": past.edition,
                "is_draft": False,
                **_plan(action, snapshot, language),
                **_status("action_status", past.status, action, snapshot, language),
            }


def _past(action: Action, year: int) -> list[PastStatus]:
    found = [past for past in action.history if past.year < year]
    return sorted(found, key=lambda past: (-past.year, -past.edition))


def _plan(action: Action, snapshot: Snapshot, language: str) -> Row:
    """Return what the plan says of an action."""
    title, spoken = plain(action.titles, language)
    section = next((s for s in snapshot.sections if s.number == action.section), None)
    return {
        "plan": snapshot.plan,
        "is_sample": snapshot.is_sample,
        "action": action.label,
        "parent": action.parent,
        "section": action.section,
        "section_title": plain(section.titles, language)[0] if section else "",
        "title": title,
        "title_language": spoken if title else "",
        "title_is_official": spoken in action.official,
        "nature": action.nature,
        "nature_word": snapshot.label(action.nature, language) if action.nature else "",
        "period": plain(action.period, language)[0],
        "period_text": action.period_text,
        "period_end": date.fromisoformat(action.period_end) if action.period_end else None,
    }


def _state(action: Action, snapshot: Snapshot, language: str) -> Row:
    """Return the status of an action this year, and what it follows from."""
    return {
        **_status("action_status", action.status, action, snapshot, language),
        **_override(action, snapshot, language),
        "rule": action.rule,
        "why": plain(action.why, language)[0],
        "overdue": action.overdue,
        "expected": action.expected,
        "reported": action.reported,
        "missing": spreadsheets.joined(action.missing),
        "left_out": spreadsheets.joined(action.left_out),
        "movement": action.movement,
        "movement_word": snapshot.label(MOVEMENTS[action.movement], language)
        if action.movement
        else "",
        "years_without_movement": action.still,
    }


def _override(action: Action, snapshot: Snapshot, language: str) -> Row:
    if action.override is None:
        return {}
    return {
        **_status("derived_status", action.derived, action, snapshot, language),
        "override_reason": plain(action.override.reason, language)[0],
        "override_institution": action.override.institution,
    }


def _status(name: str, status: str, action: Action, snapshot: Snapshot, language: str) -> Row:
    """Return a status as its code and, in the column behind, its word."""
    code = status_code(status, action.nature)
    return {name: status, f"{name}_word": snapshot.word(code, language) if code else ""}


def _actors(snapshot: Snapshot, language: str) -> dict[str, Row]:
    """Return what is said of each actor, by key."""
    return {
        actor.slug: {
            "actor": actor.slug,
            "actor_name": outline.called(actor, language)[0],
            "actor_abbreviation": _abbreviation(actor, language),
            "actor_parent": actor.parent,
            "level": actor.level,
            "level_word": _word(snapshot.levels, actor.level, language),
        }
        for actor in snapshot.actors
    }


def _abbreviation(actor: Actor, language: str) -> str:
    """Return the abbreviation in the language of the name, or nothing."""
    return actor.short.get(outline.called(actor, language)[1], "")


def _word(words: dict[str, Words], code: str, language: str) -> str:
    return plain(words.get(code, {}), language)[0]


def _entry(entry: Entry, action: Action, snapshot: Snapshot, language: str) -> Row:
    """Return what an actor said of an action; silence where one was expected is "not_reported"."""
    status = entry.status or ("not_reported" if entry.expected else "")
    return {
        "role": entry.role,
        "role_word": _word(snapshot.roles, entry.role, language),
        "entry_expected": entry.expected,
        **_status("status", status, action, snapshot, language),
        "since": entry.since,
        "late": entry.late,
        "on_behalf": entry.on_behalf,
        "unchanged": entry.unchanged,
        "through": entry.through,
        **_texts(entry, language),
        **_evidence(entry, language),
    }


def _texts(entry: Entry, language: str) -> Row:
    found: Row = {}
    for field in outline.FIELDS:
        if field in entry.texts:
            found[field], found[f"{field}_language"] = entry.texts[field].read(language)
    return found


def _evidence(entry: Entry, language: str) -> Row:
    """Return the evidence in four columns, each with a line per document."""
    return {
        "evidence_titles": spreadsheets.stacked(one.title for one in entry.evidence),
        "evidence_addresses": spreadsheets.stacked(one.address for one in entry.evidence),
        "evidence_kinds": spreadsheets.stacked(
            plain(one.kind, language)[0] for one in entry.evidence
        ),
        "evidence_dates": spreadsheets.stacked(one.date for one in entry.evidence),
    }
