"""The drawings of a report count what the report says, each thing once."""

import dataclasses
from typing import Any

import pytest

from document import selection
from document.blocks import Chart as ChartBlock
from document.blocks import walk
from document.charts import Chart, Drawing, draw
from document.content import changes, figures
from document.content.reader import Reader
from document.snapshot import Past, PastStatus, Share, Snapshot
from tests.reports.specimen import action, every, specimen
from tests.reports.tokens import replaced

NO_PAST: dict[str, Any] = {"compared": None, "past": (), "withdrawn": ()}


def drawings(snapshot: Snapshot, language: str = "en") -> dict[str, Drawing]:
    """Return the drawings of a report by name, in the order of reading."""
    reader = Reader(snapshot, language)
    found = [
        block.drawing
        for block in walk((*figures.blocks(reader), *changes.blocks(reader)))
        if isinstance(block, ChartBlock)
    ]
    named = {drawing.words.key.removeprefix("chart-"): drawing for drawing in found}
    assert len(named) == len(found)
    return named


def drawn(snapshot: Snapshot, name: str) -> Chart:
    return draw(drawings(snapshot)[name])


def counts(chart: Chart) -> dict[str, dict[str, str]]:
    """Return the table of a chart: by row and column, without the empty figures."""
    return {
        row[0]: {
            head: cell
            for head, cell in zip(chart.table.heads[1:], row[1:], strict=True)
            if cell != "0"
        }
        for row in chart.table.rows
    }


def test_a_report_has_each_drawing_once_with_a_title_that_says_what_is_found() -> None:
    found = drawings(specimen(24))
    assert {key: drawing.words.title for key, drawing in found.items()} == {
        "trend": "Coverage (en): 61% in 2024, 75% in 2025; "
        "carried out (en): 33% in 2024, 50% in 2025",
        "by_status": "Actions carried out or applied: 2; without usable information: 2",
        "by_section": "Sections in which no action is carried out or applied: 1 of 2",
        "by_level": "Entries accepted by level: from 60% (flemish (en)) to 100% (partner (en))",
        "by_year": "Same status as in 2024: 2 of 8 actions",
        "movement": "Since 2024: 0 moved up, 2 moved back or suspended, 1 with less information",
    }


def test_the_actions_by_status_are_shares_of_the_numbered_ones() -> None:
    snapshot = specimen(24)
    drawing = drawings(snapshot)["by_status"]
    chart = draw(drawing)
    tally = selection.status_counts(snapshot.actions)
    assert drawing.kind == "shares"
    assert counts(chart) == {
        "Total": {f"{code} (en)": str(n) for code, n in tally}
        | {"Total": str(len(selection.numbered(snapshot.actions)))}
    }
    assert chart.description == ", ".join(f"{code} (en) {n}" for code, n in tally)


def test_sections_count_their_numbered_actions_by_status() -> None:
    snapshot = specimen(24)
    chart = drawn(snapshot, "by_section")
    assert chart.table.foot[-1] == str(len(selection.numbered(snapshot.actions)))
    assert counts(chart)["2 Section title 2 (en)"] == {
        "in_progress (en)": "1",
        "not_reported (en)": "1",
        "insufficient (en)": "1",
        "Total": "3",
    }
    assert chart.description == "The numbered actions of each section, by status."


def test_levels_count_each_entry_that_is_expected_once() -> None:
    snapshot = specimen(24)
    expected = sum(entry.expected for one in snapshot.actions for entry in one.entries)
    chart = drawn(snapshot, "by_level")
    assert chart.table.foot[-1] == str(expected)
    levels = selection.level_counts(snapshot)
    assert list(counts(chart)) == [f"{level} (en)" for level, _codes in levels]


def test_movement_counts_what_became_of_the_numbered_actions() -> None:
    rows = (
        action(1, (), movement="moved_up"),
        action(2, (), movement="moved_back"),
        action(3, (), movement="same"),
        action(4, (), movement="moved_up", completed=True),
        action(5, (), movement="new"),
        action(6, (), movement="less_information"),
        action(6, (), movement="moved_up", label="6.1", action_id="6.1", parent="6"),
    )
    chart = drawn(specimen(0, actions=rows), "movement")
    assert counts(chart) == {
        "Total": {
            "Moved up": "2", "Unchanged": "1", "New": "1", "Less information than in 2024": "1",
            "Moved back": "1", "Total": "6",
        }
    }  # fmt: skip
    assert (
        chart.title == "Since 2024: 2 moved up, 1 moved back or suspended, 1 with less information"
    )
    assert chart.description.startswith("Moved up 2, Unchanged 1, New 1")


def test_an_edition_whose_words_are_older_than_the_findings_keeps_its_titles() -> None:
    snapshot = specimen(24)
    old = {
        language: {key: word for key, word in words.items() if not key.startswith("f_")}
        for language, words in snapshot.labels.items()
    }
    found = drawings(dataclasses.replace(snapshot, labels=old))
    titles = {key: drawing.words.title for key, drawing in found.items()}
    assert titles["by_section"] == "Status by section"
    assert titles["movement"] == "Movement since 2024"
    assert titles["by_year"] == "Actions and years"


def test_years_show_the_newest_edition_of_each_and_this_one_last() -> None:
    past = (
        PastStatus(2024, 2, "partly_done"),
        PastStatus(2024, 1, "not_started"),
        PastStatus(2022, 1, "in_progress", "one_off"),
        PastStatus(2026, 1, "done"),
    )
    rows = (
        action(1, (), history=past, status="done"),
        action(2, (), history=(), status="in_progress", nature="continuous"),
    )
    chart = drawn(specimen(0, actions=rows), "by_year")
    assert chart.table.heads == ("Action", "2022", "2024", "2025")
    # The word is that of the nature which the action had in each year.
    assert chart.table.rows == (
        ("1", "in_progress (en)", "partly_done (en)", "done (en)"),
        ("2", "–", "–", "continuous (en)"),
    )


def test_the_years_of_an_action_tell_which_rest_on_a_part_of_the_entries() -> None:
    past = (
        PastStatus(2022, 1, "in_progress"),
        PastStatus(2024, 1, "done", "", incomplete=True),
        PastStatus(2024, 2, "partly_done", "", incomplete=False),
    )
    lacking: dict[str, Any] = {"expected": 3, "reported": 2, "status": "partly_done"}
    rows = (
        dataclasses.replace(action(1, (), history=past), **lacking),
        action(2, (), history=(), status="in_progress"),
    )
    chart = drawn(specimen(0, actions=rows), "by_year")
    assert chart.table.rows == (
        ("1", "in_progress (en)", "partly_done (en)", "partly_done (en)*"),
        ("2", "–", "–", "in_progress (en)"),
    )
    assert chart.table.note == "* rests on some of the expected entries only"


def test_the_key_figures_of_all_years_stand_beside_each_other() -> None:
    past = (
        Past(2022, 1, (Share("carried_out", 0, 0, None, 0),)),
        Past(2024, 2, (Share("coverage", 40, 66, 61), Share("carried_out", 0, 60, 0, 0))),
    )
    chart = drawn(specimen(24, past=past), "trend")
    assert chart.table.heads == ("Key figure", "2022", "2024", "2025")
    assert chart.table.rows == (
        ("Coverage (en)", "–", "61%", "75%"),
        ("Carried out (en)", "–", "0%", "50%"),
    )
    assert chart.title == (
        "Coverage (en): 61% in 2024, 75% in 2025; carried out (en): 0% in 2024, 50% in 2025"
    )
    french = draw(drawings(specimen(24, past=past), "fr")["trend"])
    assert french.table.rows[0] == ("Coverage (fr)", "–", "61\u00a0%", "75\u00a0%")


def test_without_a_past_there_is_neither_movement_nor_trend_nor_a_row_of_years() -> None:
    rows = (action(1, (), history=(), movement=""),)
    found = drawings(specimen(0, actions=rows, **NO_PAST))
    assert list(found) == ["by_status", "by_section"]
    assert "by_level" in drawings(specimen(24, **NO_PAST))


def test_where_no_action_moved_in_any_way_there_is_no_drawing_of_it() -> None:
    rows = (action(1, (), movement=""),)
    assert "movement" not in drawings(specimen(0, actions=rows))


def test_without_any_action_nothing_is_counted() -> None:
    assert drawings(dataclasses.replace(specimen(0), actions=(), **NO_PAST)) == {}


def test_actions_without_a_section_stand_under_their_own_label() -> None:
    chart = drawn(specimen(0, actions=(action(1, (), section=""),)), "by_section")
    assert list(counts(chart)) == ["Actions without a section"]


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_a_format_may_spell_every_word_its_own_way(language: str) -> None:
    snapshot = replaced(specimen(6), 0, label="1中")
    sections = (dataclasses.replace(snapshot.sections[0], titles=every("中")),)
    given = dataclasses.replace(snapshot, sections=sections)

    def spell(text: str) -> str:
        return text.replace("中", "[U+4E2D]")

    charts = [draw(one, 640, spell) for one in drawings(given, language).values()]
    assert len(charts) == 6
    for chart in charts:
        assert "中" not in chart.svg + str(chart.table)
    assert any("[U+4E2D]" in chart.svg for chart in charts)
