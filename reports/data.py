"""A report as data: the snapshot itself as JSON; entries, actions and evidence as CSV and XLSX."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from actions import spreadsheets
from actions.rules.movement import Cause
from document import dates, names, selection
from document.content import masthead
from document.snapshot import (
    LANGUAGES,
    MET,
    Action,
    Actor,
    Entry,
    PastStatus,
    Snapshot,
    Text,
    plain,
    to_json,
)
from document.writers import packages
from reports import dictionary

BOM = "\ufeff"  # by which Excel knows that a CSV is UTF-8

Row = dict[str, Any]


def render_json(snapshot: Snapshot, language: str) -> bytes:  # noqa: ARG001 - has all of them
    """Return the snapshot as canonical JSON: one file for all languages."""
    return to_json(snapshot).encode()


def render_entries(snapshot: Snapshot, language: str) -> bytes:
    """Return the entries as CSV (commas, UTF-8 with its mark, CRLF); no cell runs as a formula."""
    return _csv("entries", snapshot, language)


def render_actions(snapshot: Snapshot, language: str) -> bytes:
    """Return the actions as CSV, of this round and earlier ones; of an evaluation, of its last."""
    return _csv("actions", snapshot.reported, language)


def render_evidence(snapshot: Snapshot, language: str) -> bytes:
    """Return the evidence as CSV, a row per document."""
    return _csv("evidence", snapshot, language)


def render_xlsx(snapshot: Snapshot, language: str) -> bytes:
    """Return the tables as a workbook, with the words of the codes and the dictionary."""
    book = Workbook(write_only=True)
    sheets = [
        (name, heads(name, snapshot), table(name, snapshot, language)) for name in tables(snapshot)
    ]
    sheets += explained(snapshot, language)
    for title, head, lines in sheets:
        sheet = book.create_sheet(title)
        sheet.oddHeader.center.text = " – ".join(masthead.marks(snapshot, language)) or None
        spreadsheets.fill(sheet, head, lines)
    _describe(book, snapshot, language)
    out = io.BytesIO()
    # Not book.save(), which writes the time of day into the file.
    ExcelWriter(book, ZipFile(out, "w", ZIP_STORED)).save()
    return packages.settled(out.getvalue())


def explained(snapshot: Snapshot, language: str) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Return the sheets that explain the tables: the words of the codes, the dictionary."""
    return [
        ("labels", *_labels(snapshot)),
        ("data_dictionary", *_dictionary(snapshot, language)),
    ]


def _csv(name: str, snapshot: Snapshot, language: str) -> bytes:
    text = spreadsheets.to_csv(heads(name, snapshot), table(name, snapshot, language))
    return (BOM + text).encode()


def _describe(book: Workbook, snapshot: Snapshot, language: str) -> None:
    about = book.properties
    about.title = masthead.title(snapshot, language)
    about.subject = masthead.subtitle(snapshot, language)
    about.creator = snapshot.label("made_by", language)
    about.description = "\n".join(
        dict.fromkeys([masthead.edition(snapshot, language), *masthead.marks(snapshot, language)])
    )
    about.language = language
    day = dates.date_of(snapshot.date, snapshot.reference_date, year=snapshot.year)
    # Excel knows no zones.
    about.created = about.modified = datetime(*day, tzinfo=UTC).replace(tzinfo=None)


# --- The sheets of explanations -------------------------------------------------------


def _dictionary(snapshot: Snapshot, language: str) -> tuple[list[str], list[list[Any]]]:
    """Return the head and the lines of the data dictionary: a line per column, then an example."""

    def label(key: str) -> str:
        return snapshot.label(key, language)

    lines = [
        [name, column.name, label(f"type_{column.type}"), _meaning(name, column, label)]
        for name in tables(snapshot)
        for column in columns(name, snapshot)
    ]
    lines.append(["entries", label("example"), "pandas", dictionary.EXAMPLE])
    return [label("table"), label("column"), label("type"), label("meaning")], lines


def _meaning(name: str, column: dictionary.Column, label: Callable[[str], str]) -> str:
    said = label(f"column_{name}_{column.name}")
    return f"{label(column.heading)}. {said}" if column.heading else said


def _labels(snapshot: Snapshot) -> tuple[list[str], list[list[Any]]]:
    """Return the head and the lines of the codes: each with its word in every language."""
    words: list[tuple[str, str, dict[str, str]]] = [
        ("status", one.code, one.words) for one in snapshot.vocabulary
    ]
    for kind, terms in (
        ("role", snapshot.roles),
        ("level", snapshot.levels),
        ("goal", snapshot.goals),
        ("pillar", snapshot.pillars),
        ("theme", snapshot.themes),
        ("obstacle", snapshot.obstacles),
    ):
        words += [(kind, term.code, term.words) for term in terms]
    year = snapshot.compared.year if snapshot.compared else ""
    fixed = [("nature", code, code) for code in ("one_off", "continuous")]
    fixed += [("movement", code, code) for code in selection.MOVES]
    fixed += [("cause", cause.value, f"cause_{cause}") for cause in Cause]
    fixed += [("mark", code, f"mark_{code}") for code in ("corrected", "supplemented")]
    words += [
        (kind, code, {one: snapshot.label(key, one).format(year=year) for one in LANGUAGES})
        for kind, code, key in fixed
    ]
    lines = [[kind, code, *(said.get(one) for one in LANGUAGES)] for kind, code, said in words]
    return ["kind", "code", *(f"label_{one}" for one in LANGUAGES)], lines


# --- The rows -----------------------------------------------------------------------


def tables(snapshot: Snapshot) -> list[str]:
    """Return the sheets of the workbook: an edition of an earlier schema has those of then."""
    further = [name for name in dictionary.SHEETS if _knows(snapshot, name, "plan")]
    return [*dictionary.TABLES, *further]


def columns(name: str, snapshot: Snapshot) -> list[dictionary.Column]:
    """Return the columns of a table: an edition of schema 3 has those of then alone."""
    listed = (dictionary.TABLES | dictionary.SHEETS)[name]
    return [one for one in listed if not one.is_later or _knows(snapshot, name, one.name)]


def _knows(snapshot: Snapshot, name: str, column: str) -> bool:
    """Tell whether an edition has words for a column, which it lacks of what came later."""
    return bool(snapshot.label(f"column_{name}_{column}", LANGUAGES[0]))


def heads(name: str, snapshot: Snapshot) -> list[str]:
    """Return the names of the columns of a table."""
    return [column.name for column in columns(name, snapshot)]


def table(name: str, snapshot: Snapshot, language: str) -> list[list[Any]]:
    """Return the lines of a table, a cell per column."""
    names = heads(name, snapshot)
    return [[row.get(head) for head in names] for row in rows(name, snapshot, language)]


def rows(name: str, snapshot: Snapshot, language: str) -> Iterator[Row]:
    """Yield the rows of a table as mappings from the names of columns.

    Of actions, those of earlier years come after this year's; an edition keeps their status.
    """
    makers: dict[str, Callable[[Snapshot, str], Iterator[Row]]] = {
        "entries": entries,
        "actions": actions,
        "evidence": evidence,
        "amendments": amendments,
        "names": namings,
        "notes": notes,
        "advice": advice,
    }
    return makers[name](snapshot, language)


def actions(snapshot: Snapshot, language: str) -> Iterator[Row]:
    """Yield a row per action, then one per action and earlier year."""
    for action in snapshot.actions:
        yield {
            **_round(action, snapshot),
            **_plan(action, snapshot, language),
            **_state(snapshot, action, language),
        }
    for action in snapshot.actions:
        for past in _past(action, snapshot.year):
            yield {
                **_round(action, snapshot),
                "year": past.year,
                "edition": past.edition,
                "is_draft": False,
                **_plan(action, snapshot, language),
                "nature": past.nature or action.nature,
                "status": past.status,
                "met": past.code in MET,
            }


def entries(snapshot: Snapshot, language: str) -> Iterator[Row]:
    """Yield a row per responsibility."""
    actors = {actor.slug: _actor(actor, language) for actor in snapshot.actors}
    for action in snapshot.actions:
        for entry in action.entries:
            yield {
                **_round(action, snapshot),
                **actors.get(entry.actor, {"actor": entry.actor}),
                **_entry(entry, action, language),
            }


def evidence(snapshot: Snapshot, language: str) -> Iterator[Row]:
    """Yield a row per document."""
    for action in snapshot.actions:
        for entry in action.entries:
            for number, one in enumerate(entry.evidence, start=1):
                yield {
                    **_round(action, snapshot),
                    "actor": entry.actor,
                    "number": number,
                    "title": one.title,
                    "address": one.address,
                    "kind": plain(one.kind, language)[0],
                    "date": _day(one.date),
                }


def amendments(snapshot: Snapshot, language: str) -> Iterator[Row]:
    """Yield a row per amendment and action; the texts of the plan where they changed."""
    for one in snapshot.amendments:
        said = {
            **_edition(snapshot),
            "amended_on": _day(one.on),
            "decided_on": _day(one.decided_on),
            "document": one.document,
            "address": one.address,
            "note": plain(one.note, language)[0],
        }
        for amended in one.actions:
            yield {
                **said,
                "action_id": amended.action_id,
                "act": amended.act,
                "action": amended.label,
                "title": plain(amended.titles, language)[0],
                "action_note": plain(amended.note, language)[0],
                "text_before": plain(amended.text_before, language)[0],
                "text_after": plain(amended.text_after, language)[0],
            }


def namings(snapshot: Snapshot, language: str) -> Iterator[Row]:
    """Yield a row per actor and other name."""
    for actor in snapshot.actors:
        for one in actor.renamed:
            name, spoken = plain(one.names, language, names.fallbacks(actor.level))
            yield {
                **_edition(snapshot),
                "actor": actor.slug,
                "actor_name": name,
                "actor_abbreviation": one.short.get(spoken, ""),
                "since": _day(one.since),
                "until": _day(one.until),
            }


def notes(snapshot: Snapshot, language: str) -> Iterator[Row]:
    """Yield a row per note of a voice, and after it one per answer."""
    for number, note in enumerate(snapshot.notes, start=1):
        about = {
            **_edition(snapshot),
            "number": number,
            "voice": note.voice,
            "voice_name": plain(note.names, language)[0],
            "action_id": note.action_id,
            "section": note.section,
        }
        evidence = "\n".join(note.evidence)
        yield {**about, "kind": "note", **_said(note.text, language), "evidence": evidence}
        for answer in note.answers:
            said = _said(answer.text, language)
            yield {**about, "kind": "answer", "actor": answer.actor, **said}


def _said(text: Text, language: str) -> Row:
    found, spoken = text.read(language)
    return {"text": found, "text_language": spoken}


def advice(snapshot: Snapshot, language: str) -> Iterator[Row]:
    """Yield a row per advice."""
    for number, one in enumerate(snapshot.advice, start=1):
        yield {
            **_edition(snapshot),
            "number": number,
            "author": plain(one.names, language)[0],
            "received_on": _day(one.received_on),
            "title": plain(one.titles, language)[0],
            "address": one.address,
            "participants": plain(one.participants, language)[0],
            "text": plain(one.texts, language)[0],
            "what_was_done": plain(one.done, language)[0],
        }


def _edition(snapshot: Snapshot) -> Row:
    """Return what every table starts with."""
    return {
        "plan": snapshot.plan,
        "year": snapshot.year,
        "edition": snapshot.edition,
        "is_draft": snapshot.is_draft,
        "is_sample": snapshot.is_sample,
    }


def _round(action: Action, snapshot: Snapshot) -> Row:
    """Return what tables about actions start with."""
    return {**_edition(snapshot), "action_id": action.action_id}


def _past(action: Action, year: int) -> list[PastStatus]:
    found = [past for past in action.history if past.year < year]
    return sorted(found, key=lambda past: (-past.year, -past.edition))


def _day(text: str) -> Any:
    """Return a day as a date; what is no day stays a text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return text


def _plan(action: Action, snapshot: Snapshot, language: str) -> Row:
    """Return what the plan says of an action."""
    title, spoken = plain(action.titles, language)
    section = next((s for s in snapshot.sections if s.label == action.section), None)
    return {
        "action": action.label,
        "parent": action.parent,
        "section": action.section,
        "section_title": plain(section.titles, language)[0] if section else "",
        "title": title,
        "title_language": spoken if title else "",
        "title_is_official": spoken in action.official,
        "nature": action.nature,
        "period": plain(action.period, language)[0],
        "period_text": action.period_text,
        "period_start": _day(action.period_start),
        "period_end": _day(action.period_end),
        "goals": spreadsheets.joined(action.goals),
        "pillars": spreadsheets.joined(action.pillars),
        "themes": spreadsheets.joined(action.themes),
    }


def _state(snapshot: Snapshot, action: Action, language: str) -> Row:
    """Return the status of an action this year, what it follows from, and what became of it."""
    return {
        "status": action.status,
        "met": action.is_met,
        **_override(action, language),
        "rule": action.rule,
        "why": plain(action.why, language)[0],
        "overdue": action.overdue,
        "entries_expected": action.expected,
        "entries_received": action.reported,
        "missing": spreadsheets.joined(action.missing),
        "left_out": spreadsheets.joined(action.left_out),
        "movement": action.movement,
        "causes": spreadsheets.joined(action.causes),
        "completed": action.completed,
        "amended": action.amended,
        "unmoved": action.unmoved,
        "expected_by": _day(action.expected_by),
        "slipped": action.slipped,
        **_former(snapshot, action, language),
    }


def _former(snapshot: Snapshot, action: Action, language: str) -> Row:
    """Return what the edition before says of an action where the plan says another thing now."""
    old = action.former
    if old is None:
        return {}
    found: Row = {
        "actors_added": spreadsheets.joined(old.actors_added),
        "actors_ended": spreadsheets.joined(old.actors_ended),
    }
    is_decided = action.action_id in selection.decided(snapshot, selection.since(snapshot))
    if selection.titles_differ(old, action, is_decided=is_decided):
        title, spoken = plain(old.titles, language)
        found |= {"former_title": title, "former_title_language": spoken}
    for column, before, now in (
        ("former_action", old.label, action.label),
        ("former_section", old.section, action.section),
        ("former_nature", old.nature, action.nature),
        ("former_period_text", old.period_text, action.period_text),
        ("former_period_end", old.period_end, action.period_end),
    ):
        if before != now:
            found[column] = _day(before) if column.endswith("_end") else before
    return found


def _override(action: Action, language: str) -> Row:
    if action.override is None:
        return {}
    return {
        "derived_status": action.derived,
        "override_reason": plain(action.override.reason, language)[0],
        "override_institution": action.override.institution,
    }


def _actor(actor: Actor, language: str) -> Row:
    """Return what is said of an actor, its name and abbreviation in one language."""
    name, spoken = plain(actor.names, language, names.fallbacks(actor.level))
    return {
        "actor": actor.slug,
        "actor_name": name,
        "actor_abbreviation": actor.short.get(spoken, ""),
        "actor_parent": actor.parent,
        "level": actor.level,
    }


def _entry(entry: Entry, action: Action, language: str) -> Row:
    """Return what an actor said of an action; silence where one was expected is "not_reported"."""
    texts = {field: entry.texts[field] for field in selection.FIELDS if field in entry.texts}
    return {
        "role": entry.role,
        "entry_expected": entry.expected,
        "status": entry.status or ("not_reported" if entry.expected else ""),
        "met": selection.entry_code(entry, action) in MET,
        "since": entry.since,
        "late": entry.late,
        "on_behalf": entry.on_behalf,
        "unchanged": entry.unchanged,
        "through": entry.through,
        "submitted_on": _day(entry.submitted_on),
        "accepted_on": _day(entry.accepted_on),
        "expected_by": _day(entry.expected_by),
        "obstacle_codes": spreadsheets.joined(entry.obstacle_codes),
        "mark": entry.mark,
        **_texts(texts | ({"reopened": entry.reopened} if entry.reopened else {}), language),
    }


def _texts(texts: dict[str, Text], language: str) -> Row:
    found: Row = {}
    for field, text in texts.items():
        found[f"text_{field}"], found[f"text_{field}_language"] = text.read(language)
    return found
