"""Workbooks of invented plans, as a person fills them in: see ``tests/data/plans``."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import override

from actions import models as facts
from actions.plan_book import layout
from tests.books import made

FOLDER = Path(__file__).parent / "data" / "plans"
NAMES = ("letters", "roman", "codes")
Table = dict[type[Any], list[dict[str, Any]]]


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the invented rows of a pattern."""
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return list(csv.DictReader(lines, delimiter="\t"))


def table(name: str) -> Table:
    """Return an invented plan as rows by model and column."""
    rows = rows_of(name)
    languages = [key[-2:] for key in rows[0] if key.startswith("title_")]
    titled = lambda words: {f"title_{code}": words for code in languages}  # noqa: E731
    sections = {row["section"]: row["section_label"] for row in rows}
    bodies = sorted({row["actor"] for row in rows})
    return {
        facts.Plan: [
            {
                "slug": f"sample-{name}",
                "valid_from": date(2025, 1, 1),
                "valid_to": date(2030, 12, 31),
                **titled(f"Sample plan {name}"),
            }
        ],
        facts.Section: [
            {"number": int(number), "label": label, **titled(f"Sample section {label}")}
            for number, label in sections.items()
        ],
        facts.Action: [action(row) for row in rows],
        facts.Actor: [{"slug": slug, "level": "federal"} for slug in bodies],
        facts.ActorName: [{"actor": slug, "name_fr": f"Sample {slug}"} for slug in bodies],
        facts.Responsibility: [
            {"action": row["label"], "actor": row["actor"], "role": "responsible"} for row in rows
        ],
        facts.Theme: [{"slug": "sample-theme", **titled("Sample theme")}],
        facts.ActionTheme: [
            {"action": row["label"], "theme": row["theme"], "basis": "editors"}
            for row in rows
            if row["theme"]
        ],
    }


def action(row: dict[str, str]) -> dict[str, Any]:
    """Return the columns of an action that a row gives."""
    titles = {key: text for key, text in row.items() if key.startswith("title_")}
    end = date.fromisoformat(row["period_end"]) if row["period_end"] else None
    names = ("label", "parent", "section", "nature")
    return {**{name: row[name] for name in names}, "period_end": end, **titles}


def workbook(given: Table, language: str = "fr") -> bytes:
    """Return rows as a workbook, with the headings, titles and words of a language."""
    with override(language):
        sheets = {}
        for sheet in layout.sheets():
            if rows := given.get(sheet.model):
                used = [column for column in sheet.columns if any(column.name in r for r in rows)]
                head = [column.heading for column in used]
                sheets[sheet.title] = [head, *(list(cells(used, row)) for row in rows)]
        return made(**sheets)


def cells(columns: Iterable[layout.PlanColumn], row: dict[str, Any]) -> Iterable[Any]:
    """Yield the cells of a row; a code in words, as the drop-down lists give it."""
    for column in columns:
        value = row.get(column.name)
        yield str(dict(column.choices)[value]) if value and column.choices else value or None
