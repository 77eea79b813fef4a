"""The charts of a report count what the report says, each thing once."""

import dataclasses

from document.charts import Chart
from document.snapshot import PastStatus, Snapshot
from reports import charts, outline
from tests.reports.specimen import action, every, specimen
from tests.reports.tokens import replaced


def drawn(snapshot: Snapshot, name: str, language: str = "en") -> Chart:
    return charts.drawn(snapshot, language)[name]


def figures(chart: Chart) -> dict[str, dict[str, str]]:
    """Return the table of a chart: by row and column, without the empty figures."""
    return {
        row[0]: {
            head: cell
            for head, cell in zip(chart.table.heads[1:], row[1:], strict=True)
            if cell != "0"
        }
        for row in chart.table.rows
    }


def test_sections_count_their_numbered_actions_by_status() -> None:
    snapshot = specimen(24)
    chart = drawn(snapshot, "by_section")
    assert chart.table.foot[-1] == str(len(outline.numbered(snapshot.actions)))
    assert figures(chart)["2 Section title 2 (en)"] == {
        "in_progress (en)": "1",
        "not_reported (en)": "1",
        "insufficient (en)": "1",
        "Total": "3",
    }
    assert chart.title == "Status by section"
    assert "in_progress (en) 1" in chart.description


def test_levels_count_each_entry_that_is_expected_once() -> None:
    snapshot = specimen(24)
    expected = sum(entry.expected for one in snapshot.actions for entry in one.entries)
    chart = drawn(snapshot, "by_level")
    assert chart.table.foot[-1] == str(expected)
    assert list(figures(chart)) == [f"{level} (en)" for level, _ in outline.level_counts(snapshot)]


def test_movement_counts_what_moved_and_leaves_out_sub_actions() -> None:
    rows = (
        action(1, (), movement="up"),
        action(2, (), movement="back"),
        action(3, (), movement="none"),
        action(4, (), movement="completed"),
        action(5, (), movement="new"),
        action(5, (), movement="up", label="5.1", parent="5"),
    )
    chart = drawn(specimen(0, actions=rows), "movement")
    assert figures(chart) == {
        "1 Section title 1 (en)": {
            "Moved back": "1", "Moved up": "1", "Completed": "1", "Total": "3",
        }
    }  # fmt: skip
    assert chart.title == "Movement since 2024"


def test_years_show_the_newest_edition_of_each_and_this_one_last() -> None:
    past = (
        PastStatus(2024, 2, "partly_done"),
        PastStatus(2024, 1, "not_started"),
        PastStatus(2022, 1, "in_progress"),
        PastStatus(2026, 1, "done"),
    )
    rows = (
        action(1, (), history=past, status="done"),
        action(2, (), history=(), status="in_progress", nature="one_off"),
    )
    chart = drawn(specimen(0, actions=rows), "by_year")
    assert chart.table.heads == ("Action", "2022", "2024", "2025")
    assert chart.table.rows == (
        ("1", "continuous (en)", "partly_done (en)", "done (en)"),
        ("2", "–", "–", "in_progress (en)"),
    )


def test_without_a_past_there_is_neither_movement_nor_a_row_of_years() -> None:
    rows = (action(1, (), history=()),)
    assert set(charts.drawn(specimen(0, actions=rows), "en")) == {"by_section", "by_level"}


def test_actions_without_a_section_stand_under_their_own_label() -> None:
    chart = drawn(specimen(0, actions=(action(1, (), section=None),)), "by_section")
    assert list(figures(chart)) == ["Actions without a section"]


def test_a_format_may_spell_every_word_its_own_way() -> None:
    snapshot = replaced(specimen(6), 0, label="1中")
    sections = (dataclasses.replace(snapshot.sections[0], titles=every("中")),)
    given = dataclasses.replace(snapshot, sections=sections)

    def spell(text: str) -> str:
        return text.replace("中", "[U+4E2D]")

    for chart in charts.drawn(given, "nl", spell).values():
        assert "中" not in chart.svg + str(chart.table)
