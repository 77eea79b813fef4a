"""What a report says and in what order, whatever the format."""

import dataclasses
import hashlib
from typing import Any

import pytest

from document.snapshot import Entry, PastStatus, Snapshot, Text, to_json
from reports import outline
from tests.reports.specimen import every, overridden, specimen
from tests.reports.tokens import replaced


def with_entry(**facts: Any) -> tuple[Snapshot, Entry]:
    snapshot = specimen(3)
    return snapshot, dataclasses.replace(snapshot.actions[0].entries[-1], **facts)


# --- Chapters -------------------------------------------------------------------------


def test_chapters_follow_their_order_and_those_of_the_secretariat_have_their_place() -> None:
    keys = [part.key for part in outline.chapters(specimen(3), "en")]
    assert keys == list(outline.CHAPTERS)


def test_a_chapter_without_a_text_is_left_out() -> None:
    snapshot = specimen(3)
    blank = [dataclasses.replace(one, texts=every("")) for one in snapshot.chapters]
    blank = [dataclasses.replace(one, texts=dict.fromkeys(one.texts, " ")) for one in blank]
    snapshot = dataclasses.replace(snapshot, chapters=tuple(blank))
    keys = {part.key for part in outline.chapters(snapshot, "en")}
    assert not keys & {"foreword", outline.FURTHER}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"edition": 1, "is_sample": False}, []),
        ({"edition": 0, "is_sample": False}, ["draft"]),
        ({"edition": 0, "is_sample": True}, ["draft", "sample"]),
    ],
)
def test_marks_say_draft_and_sample(facts: dict[str, Any], expected: list[str]) -> None:
    snapshot = specimen(3, **facts)
    labels = [snapshot.label(key, "en") for key in expected]
    assert outline.marks(snapshot, "en") == labels


# --- Texts ----------------------------------------------------------------------------


def test_a_text_is_read_in_a_checked_translation_else_in_the_original_marked_so() -> None:
    snapshot = specimen(3)
    text = Text("nl", "Origineel", {"fr": "Traduction"})
    assert outline.read(text, snapshot, "nl") == outline.Reading("Origineel", "nl", "")
    assert outline.read(text, snapshot, "fr") == outline.Reading("Traduction", "fr", "")
    mark = snapshot.label("original_nl", "de")
    assert outline.read(text, snapshot, "de") == outline.Reading("Origineel", "nl", mark)


def test_a_title_that_is_not_official_is_a_working_translation() -> None:
    snapshot = specimen(3)
    titles = {"en": "Title", "fr": "Titre"}
    assert outline.name(titles, ("en",), snapshot, "en").original == ""
    assert outline.name(titles, ("en",), snapshot, "fr").original == snapshot.label(
        "working_title", "fr"
    )
    missing = outline.name(titles, ("en",), snapshot, "nl")
    assert (missing.text, missing.language) == ("Title", "en")
    assert missing.original == snapshot.label("original_en", "nl")


def test_remarks_tell_what_readers_must_know_of_an_entry() -> None:
    snapshot, entry = with_entry(
        expected=False, since=2023, late=True, on_behalf=True, unchanged=True, through="actor-2"
    )
    keys = ("voluntary", "since", "late", "on_behalf", "unchanged", "through")
    expected = [snapshot.label(key, "en").format(year=2023, actor="Actor 2 (en)") for key in keys]
    assert outline.remarks(entry, snapshot, "en") == expected
    assert outline.remarks(with_entry()[1], snapshot, "en") == []


def test_an_entry_shows_its_written_texts_in_the_order_of_the_fields() -> None:
    written = {key: Text("en", key) for key in ("sme", "reason", "done")}
    snapshot, entry = with_entry(texts=written | {"results": Text("en", " ")})
    found = [reading.text for _label, reading in outline.entry_texts(entry, snapshot, "en")]
    assert found == ["done", "reason", "sme"]


def test_an_override_names_the_institution_the_derived_status_and_the_reason() -> None:
    snapshot = specimen(3)
    given = replaced(snapshot, 0, override=overridden(snapshot))
    pieces = outline.override_line(given.actions[0], given, "en")
    found = [text for text, _language in pieces]
    assert "Actor 1 (en)" in found
    assert given.word(given.actions[0].code, "en") in "".join(found)
    assert "The derived status misses a decision. (en)" in found
    assert outline.override_line(snapshot.actions[1], snapshot, "en") == []


# --- Counts ---------------------------------------------------------------------------


def test_sub_actions_are_counted_beside_the_numbered_ones() -> None:
    snapshot = specimen(3)
    assert sum(n for _code, n in outline.status_counts(snapshot.actions)) == 3
    assert len(snapshot.actions) == 4


def test_levels_count_the_entries_that_are_expected() -> None:
    snapshot = specimen(24)
    expected = sum(entry.expected for action in snapshot.actions for entry in action.entries)
    counts = outline.level_counts(snapshot)
    assert sum(n for _level, found in counts for _code, n in found) == expected
    silent = sum(n for _level, found in counts for code, n in found if code == "not_reported")
    assert silent == sum(len(actions) for _actor, actions in outline.not_reported(snapshot, "en"))


def test_actions_without_a_known_section_come_last() -> None:
    snapshot = replaced(specimen(3), 0, section=99)
    sections = outline.by_section(snapshot)
    assert sections[-1][0] is None
    assert [action.label for action in sections[-1][1]] == ["1"]
    assert sum(len(actions) for _section, actions in sections) == len(snapshot.actions)


def test_changes_come_in_groups_and_empty_groups_are_left_out() -> None:
    plain = {"movement": "", "still": 0, "overdue": False}
    snapshot = specimen(3)
    for number in range(len(snapshot.actions)):
        snapshot = replaced(snapshot, number, **plain)
    assert outline.changes(snapshot) == []
    snapshot = replaced(snapshot, 0, movement="up", overdue=True)
    snapshot = replaced(snapshot, 1, still=2)
    snapshot = replaced(snapshot, 2, still=1)
    found = [(key, [a.label for a in actions]) for key, actions in outline.changes(snapshot)]
    assert found == [("moved_up", ["1"]), ("unmoved", ["2"]), ("overdue", ["1"])]


def test_last_year_is_the_newest_edition_of_the_latest_year_before() -> None:
    history = (
        PastStatus(2023, 1, "done"), PastStatus(2024, 2, "partly_done"),
        PastStatus(2024, 1, "not_started"), PastStatus(2025, 1, "done"),
    )  # fmt: skip
    snapshot = replaced(specimen(3), 0, history=history)
    found = outline.last_year(snapshot.actions[0], snapshot, "en")
    assert found == "In 2024: partly_done (en)"
    assert outline.years(snapshot) == [2023, 2024, 2025]
    assert outline.code_in(snapshot.actions[0], 2024, snapshot) == "partly_done"
    assert outline.code_in(snapshot.actions[1], 2023, snapshot) == ""
    assert outline.code_in(snapshot.actions[1], 2025, snapshot) == snapshot.actions[1].code


def test_who_volunteers_and_writes_nothing_stands_in_the_annex_alone() -> None:
    silent = Entry("actor-1", "partner", expected=False)
    snapshot = replaced(specimen(3), 0, entries=(silent,))
    action = snapshot.actions[0]
    assert outline.shown(action) == []
    assert outline.annex_rows(snapshot)[0] == outline.Row(action, silent, "")
    assert "actor-1" not in {actor.slug for actor, _actions in outline.not_reported(snapshot, "en")}


def test_a_line_that_lists_bodies_says_in_which_language_each_is_named() -> None:
    snapshot = replaced(specimen(3), 0, missing=("actor-1", "actor-2"), override=None)
    names = {"actor-1": {"nl": "Dienst"}, "actor-2": {"fr": "Service", "nl": "Dienst"}}
    actors = tuple(
        dataclasses.replace(one, names=names.get(one.slug, one.names)) for one in snapshot.actors
    )
    snapshot = dataclasses.replace(snapshot, actors=actors)
    said = outline.listed("missing", snapshot.actions[0].missing, snapshot, "fr")
    head, end = snapshot.label("missing", "fr").split("{actors}")
    assert said[:4] == [(head, "fr"), ("Dienst", "nl"), ("\u202f; ", "fr"), ("Service", "fr")]
    assert "".join(text for text, _language in said[4:]) == end
    assert outline.listed("missing", (), snapshot, "fr") == []


# --- Days and proof -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "language", "expected"),
    [
        ("2025-12-31", "nl", "31 december 2025"),
        ("2025-05-01", "fr", "1er mai 2025"),
        ("2025-08-02", "fr", "2 août 2025"),
        ("2025-03-01", "de", "1. März 2025"),
        ("2025-03-09", "de", "9. März 2025"),
        ("2025-03-09", "en", "9 March 2025"),
        ("2025-13-09", "en", "2025-13-09"),
        ("soon", "en", "soon"),
        ("", "en", ""),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(
    given: str, language: str, expected: str
) -> None:
    assert outline.day(given, language) == expected


def test_an_edition_is_cited_by_its_own_address_and_a_draft_by_that_of_the_round() -> None:
    round_address = "https://nap.example.org/fr/plans/nap2/reports/2025/"
    assert outline.address(specimen(3), "fr") == f"{round_address}e1/"
    assert outline.address(specimen(3, edition=0), "fr") == round_address
    assert outline.citation(specimen(3), "fr").endswith(f"{round_address}e1/")


def test_the_checksum_is_that_of_the_canonical_json() -> None:
    snapshot = specimen(3)
    assert outline.checksum(snapshot) == hashlib.sha256(to_json(snapshot).encode()).hexdigest()
