"""A report as data for the Typst template: every text in characters that can be printed."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import singledispatch
from typing import Any

from document import charts
from document.blocks import (
    Action,
    Block,
    Board,
    Break,
    Chart,
    Chip,
    Count,
    Entry,
    Facts,
    Figure,
    Figures,
    Heading,
    Items,
    Legend,
    Line,
    Mark,
    Page,
    Piece,
    Prose,
    Report,
    Rich,
    Row,
    Run,
    Status,
    StatusLine,
    Strip,
    Table,
    Tile,
    walk,
)
from document.writers.glyphs import printable
from document.writers.pdf_text import blocks, divided, divided_in_cell, flat, held, link, text

WIDE = 580  # units across a drawing, which the page prints a little smaller than points
LONG_TITLE = 600  # letters
NAME = 4  # level of the headings that are names in a narrow column
# Letters of the words that may be wider than the column of names.
LONG_WORD = re.compile(r"[^\W\d_]{14,}")
# Letters in a cell of a table that fit a page for certain, however narrow the column.
LONGEST_CELL = 500
# Letters at the head of an action that fit a page for certain.
LONG_HEAD = 1500


def data(report: Report) -> dict[str, Any]:
    """Return everything that the template prints."""
    chapters = [
        {
            "key": chapter.key,
            "title": run(chapter.title),
            "anchor": chapter.anchor,
            "blocks": listed(chapter.blocks),
            "new_page": chapter.starts_page,
            "close": chapter.is_close,
        }
        for chapter in report.chapters
    ]
    return {
        "lang": report.language,
        "title": text(report.title),
        "subtitle": text(report.subtitle.text),
        "edition": flat(report.edition),
        "reference": flat(report.reference),
        "made_by": flat(report.made_by),
        "address": text(report.address),
        "date": report.day,
        "marks": [flat(mark) for mark in report.marks],
        "signs": [[flat(mark.sign), flat(mark.meaning)] for mark in report.signs],
        "words": {key: flat(word) for key, word in report.words.items()},
        "cover": [tile(one) for one in report.cover],
        "short": report.is_short,
        "notices": listed(report.notices),
        "looks": {code: look._asdict() for code, look in charts.LOOKS.items()},
        "icons": charts.SIGNS,
        "chapters": chapters,
    }


# --- Blocks ---------------------------------------------------------------------------


def listed(found: Iterable[Block]) -> list[dict[str, Any]]:
    """Return some blocks in their order."""
    return [block(one) for one in found]


@singledispatch
def block(one: Any) -> dict[str, Any]:
    """Return a block with its kind.

    Raises TypeError for a kind that this writer does not know.
    """
    raise TypeError(f"no such block: {one!r}")


@block.register
def _(one: Heading) -> dict[str, Any]:
    return heading(one)


@block.register
def _(one: Prose) -> dict[str, Any]:
    said = changed(line(one.line), held)
    # Running text alone: what stands large is a name.
    if not one.look:
        said = changed(said, divided)
    return {"k": "prose", "line": said, "look": one.look}


@block.register
def _(one: Rich) -> dict[str, Any]:
    return {
        "k": "rich", "blocks": blocks(one.blocks), "l": one.language, "look": one.look,
        "label": flat(one.label), "marks": line(one.marks),
    }  # fmt: skip


@block.register
def _(one: StatusLine) -> dict[str, Any]:
    return {
        "k": "status", "status": piece(one.status) if one.status else None,
        "facts": [line(fact) for fact in one.facts], "overdue": flat(one.overdue),
        "look": one.look,
    }  # fmt: skip


@block.register
def _(one: Facts) -> dict[str, Any]:
    rows = [[counted(flat(label)), changed(line(said), held)] for label, said in one.rows]
    return {"k": "facts", "rows": rows}


@block.register
def _(one: Figures) -> dict[str, Any]:
    return {"k": "figures", "figures": [figure(given) for given in one.figures]}


@block.register
def _(one: Table) -> dict[str, Any]:
    return table(one)


@block.register
def _(one: Chart) -> dict[str, Any]:
    return chart(one)


@block.register
def _(one: Board) -> dict[str, Any]:
    return {
        "k": "board", "title": flat(one.title), "heads": [flat(head) for head in one.heads],
        "groups": [
            [line(title), line(tiles), line(counts)] for title, tiles, counts in one.groups
        ],
    }  # fmt: skip


@block.register
def _(one: Legend) -> dict[str, Any]:
    return {"k": "legend", "items": [line(item) for item in one.items]}


@block.register
def _(one: Items) -> dict[str, Any]:
    return {
        "k": "items", "ordered": one.is_ordered, "label": flat(one.label),
        "lines": [changed(changed(line(item), held), divided) for item in one.lines],
    }  # fmt: skip


@block.register
def _(one: Strip) -> dict[str, Any]:
    return {"k": "strip", "chips": [piece(chip) for chip in one.chips]}


@block.register
def _(one: Action) -> dict[str, Any]:
    return {
        "k": "action", "heading": heading(one.heading), "head": listed(one.head),
        "entries": listed(one.entries), "long": size(one.head) > LONG_HEAD,
        "sub": one.is_sub_action,
    }  # fmt: skip


@block.register
def _(one: Entry) -> dict[str, Any]:
    return {
        "k": "entry", "heading": heading(one.heading), "status": block(one.status),
        "blocks": listed(one.blocks),
    }  # fmt: skip


def heading(one: Heading) -> dict[str, Any]:
    """Return a heading; ``long`` tells a title of many lines, which is set smaller."""
    said = line(one.line)
    spoken = "".join(part["t"] for part in said if "k" not in part)
    return {
        "k": "heading", "level": one.level, "anchor": one.anchor, "line": said,
        "words": LONG_WORD.findall(spoken) if one.level == NAME else [],
        "number": flat(one.number), "over": flat(one.over), "long": letters(one.line) > LONG_TITLE,
    }  # fmt: skip


def figure(one: Figure) -> dict[str, Any]:
    """Return a key figure."""
    return {
        "number": flat(one.number), "title": run(one.title), "share": flat(one.share),
        "before": flat(one.before), "notes": [line(note) for note in one.notes],
    }  # fmt: skip


def table(one: Table) -> dict[str, Any]:
    """Return a table; its rows may break only where one may be longer than a page."""
    cells = [cell for row in one.rows for cell in row.cells]
    return {
        "k": "table", "title": flat(one.title), "look": one.look,
        "columns": [[flat(c.title), c.width, c.is_number] for c in one.columns],
        "rows": [row(given) for given in one.rows],
        "foot": [line(cell) for cell in one.foot],
        "long": any(letters(cell) > LONGEST_CELL for cell in cells),
    }  # fmt: skip


def row(one: Row) -> dict[str, Any]:
    """Return a row of a table, ``sums`` where it has those of the rows below it."""
    cells = [changed(line(cell), divided_in_cell) for cell in one.cells]
    return {"head": one.is_head, "sums": has_sums(one), "cells": cells}


def has_sums(row: Row) -> bool:
    """Tell whether a row has the sums of those below it: all that it says is strong."""
    runs = [piece for cell in row.cells for piece in cell]
    strong = [isinstance(one, Run) and one.look == "strong" for one in runs]
    return not row.is_head and len(strong) > 1 and all(strong)


def chart(one: Chart) -> dict[str, Any]:
    """Return a drawing, and in words what it shows."""
    drawn = charts.draw(one.drawing, WIDE, printable)
    told = f"{drawn.title}. {drawn.description}"
    return {
        "k": "chart", "level": one.level, "title": flat(drawn.title), "svg": drawn.svg,
        "alt": printable(told),
    }  # fmt: skip


# --- Lines ------------------------------------------------------------------------------


def changed(pieces: list[dict[str, Any]], change: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return a line whose runs of text are changed by a function."""
    return [one if "k" in one else one | {"t": change(one["t"])} for one in pieces]


def size(head: Iterable[Block]) -> int:
    """Return about how many letters the facts and actors at the head of an action have."""
    facts = sum(letters(said) for one in head if isinstance(one, Facts) for _, said in one.rows)
    chips = [chip for one in head if isinstance(one, Strip) for chip in one.chips]
    return facts + sum(len(chip.name.text) for chip in chips)


def counted(label: str) -> str:
    """Return a label whose number in brackets stays with its last word."""
    return re.sub(r" (\(\d+\))$", "\u00a0\\1", label)


def letters(given: Line) -> int:
    """Return how many letters a line has."""
    return sum(len(one.text) for one in given if isinstance(one, Run))


def line(given: Sequence[Piece]) -> list[dict[str, Any]]:
    """Return a line in pieces; a tile takes the page behind it, so that no line parts them."""
    found: list[dict[str, Any]] = []
    for one in given:
        if isinstance(one, Page) and found and found[-1].get("k") == "tile":
            found[-1]["page"] = flat(one.word)
        else:
            found.append(piece(one))
    return found


@singledispatch
def piece(one: Any) -> dict[str, Any]:
    """Return one piece of a line with its kind.

    Raises TypeError for a kind that this writer does not know.
    """
    raise TypeError(f"no such piece: {one!r}")


@piece.register
def _(one: Run) -> dict[str, Any]:
    return run(one)


@piece.register
def _(one: Status) -> dict[str, Any]:
    return {"k": "state", "c": one.code, "w": flat(one.word), "part": bool(one.incomplete)}


@piece.register
def _(one: Count) -> dict[str, Any]:
    return {"k": "count", "n": str(one.number), "c": one.code, "w": flat(one.word)}


@piece.register
def _(one: Tile) -> dict[str, Any]:
    return tile(one)


@piece.register
def _(one: Chip) -> dict[str, Any]:
    return {"k": "chip", "run": run(one.name), "c": one.code, "w": flat(one.word)}


@piece.register
def _(one: Mark) -> dict[str, Any]:
    return {"k": "mark", "t": flat(one.sign)}


@piece.register
def _(one: Page) -> dict[str, Any]:
    return {"k": "page", "to": one.to, "w": flat(one.word)}


@piece.register
def _(_one: Break) -> dict[str, Any]:
    return {"k": "break"}


def run(one: Run) -> dict[str, Any]:
    """Return a stretch of text; only what it has is said, as most have a text alone."""
    found: dict[str, Any] = {"t": text(one.text)}
    facts = {"l": one.language, "look": one.look, "u": link(one.link), "to": one.to}
    return found | {key: value for key, value in facts.items() if value}


def tile(one: Tile) -> dict[str, Any]:
    """Return an action as a square."""
    return {
        "k": "tile", "t": flat(one.label), "c": one.code, "to": one.to, "said": printable(one.said),
        "late": one.overdue, "part": one.incomplete, "sub": one.is_sub_action, "page": None,
    }  # fmt: skip


def said(report: Report) -> dict[str, str]:
    """Return, by anchor, what a link to it shows: "Action 1: Partly carried out"."""
    lines = [
        item
        for chapter in report.chapters
        for block in walk(chapter.blocks)
        if isinstance(block, Items)
        for item in block.lines
    ]
    runs = {one.to: one.said for item in lines for one in item if isinstance(one, Run) and one.said}
    return runs | {one.to: one.said for one in report.cover if one.to}


def told_tables(report: Report) -> list[tuple[str, bool]]:
    """Return the titles of the tables in the order of reading, and whether some rows are sums."""
    return [
        (one.title, isinstance(one, Table) and any(map(has_sums, one.rows)))
        for chapter in report.chapters
        for one in walk(chapter.blocks)
        if isinstance(one, Table | Board)
    ]
