"""Pages on ASVS, threats, figures: what they name exists, and no requirement is left out."""

import ast
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from napmonitor import settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("docs/asvs.md", "docs/threats.md")
OF_FIGURES = ("docs/quality.md", "docs/scaling.md")
# How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has.
CHAPTERS = (27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7)
ANSWERS = ("Met", "Not applicable", "Not met", "Where set")
ROW = re.compile(r"\| (\d+)\.(\d+)\.(\d+) \| ([12]) \| ([^|]+) \| ([^|:]+): ([^|]+) \| ([^|]+) \|")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
PLACE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:md|txt|in|toml|py))`")
SETTING = re.compile(r"`([A-Z][A-Z_]{4,})`")


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def rows() -> list[re.Match[str]]:
    lines = [line for line in text("docs/asvs.md").splitlines() if re.match(r"\| \d", line)]
    found = [ROW.fullmatch(line) for line in lines]
    assert [line for line, row in zip(lines, found, strict=True) if row is None] == []
    return [row for row in found if row]


@cache
def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists(page) -> None:
    named = TEST.findall(text(page))
    assert len(named) >= 10
    missing = [f"{file}::{name}" for file, name in named if name not in names_in(ROOT / file)]
    assert missing == []


@pytest.mark.parametrize("page", [*PAGES, *OF_FIGURES])
def test_every_file_and_setting_that_is_named_exists(page) -> None:
    places, named = PLACE.findall(text(page)), SETTING.findall(text(page))
    assert [place for place in places if not (ROOT / place).exists()] == []
    assert [name for name in named if not hasattr(settings, name)] == []


def test_every_requirement_is_answered_once_and_in_order() -> None:
    numbers = [tuple(int(part) for part in row.groups()[:3]) for row in rows()]
    assert all(one < other for one, other in pairwise(numbers))
    per_chapter = Counter(chapter for chapter, _section, _number in numbers)
    assert tuple(per_chapter[chapter] for chapter in range(1, 18)) == CHAPTERS
    headings = re.findall(r"^## V(\d+) ", text("docs/asvs.md"), re.MULTILINE)
    assert headings == [str(chapter) for chapter in range(1, 18)]


def test_what_is_asked_is_told_in_few_words_and_answered_by_one_of_four() -> None:
    assert [row[0] for row in rows() if len(row[5].split()) > 15] == []
    assert {row[6] for row in rows()} == set(ANSWERS)


def test_what_is_met_says_where() -> None:
    assert [row[0] for row in rows() if row[6] == "Met" and row[8] == "–"] == []


def test_the_counts_at_the_head_are_those_of_the_rows() -> None:
    counts = Counter(row[6] for row in rows())
    met, not_applicable, not_met, where_set = (counts[answer] for answer in ANSWERS)
    head = (
        f"{len(rows())} requirements: {met} met, {not_applicable} not applicable, "
        f"{not_met} not met, {where_set} for where OpenID Connect is set."
    )
    assert head in text("docs/asvs.md")


@pytest.mark.parametrize("page", OF_FIGURES)
def test_every_command_that_makes_a_figure_exists(page) -> None:
    commands = set(re.findall(r"manage\.py (\w+)", text(page)))
    assert commands
    places = {
        path.stem
        for app in ("actions", "reports")
        for path in ROOT.glob(f"{app}/management/commands/*.py")
    }
    assert commands - places == set()
    targets = set(re.findall(r"`make (\w[\w-]*)", text(page)))
    assert targets <= set(re.findall(r"^([\w-]+):", text("Makefile"), re.MULTILINE))
