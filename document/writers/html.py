"""The report as one self-contained page: it asks nothing of any server.

Its only script copies a citation; without it everything is there.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from document import charts
from document.blocks import (
    Action,
    Block,
    Board,
    Chapter,
    Chart,
    Entry,
    Facts,
    Figures,
    Heading,
    Items,
    Legend,
    Line,
    Prose,
    Report,
    Rich,
    Row,
    Run,
    StatusLine,
    Strip,
    Table,
)
from document.writers.html_text import attribute, icon, line, mark, rich, tile

STYLE = Path(__file__).with_name("report.css")
SCRIPT = Path(__file__).with_name("report.js")
SCRIPT_ELEMENT = re.compile("<script>(.*?)</script>", re.DOTALL)
STYLE_ELEMENT = re.compile("<style>(.*?)</style>", re.DOTALL)
# What no HTML may hold, whatever was typed.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
TAG = re.compile("<[^>]*>")
# No word of any language: it breaks where it must, so that its column stays as wide as others.
OVERLONG = re.compile(r"[^\s-]{31,}")
NUMBER = ' class="num"'
# More columns than this stand closer together.
ROOMY = 5
# Rows of a group, its head among them, that are not parted on paper.
FEW_ROWS = 9
# The page's h1 is the title of the report, so a chapter is h2.
DEEPER = 1


def write(report: Report) -> str:
    """Return the report as a page: the same text for the same report."""
    return FORBIDDEN.sub("\ufffd", _Page(report).page())


class _Page:
    """A report on its way to a page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.words = report.words
        self.makers: dict[type[Any], Callable[[Any], str]] = {
            Heading: self.heading, Prose: self.prose, Rich: self.rich,
            StatusLine: self.status_line, Facts: self.facts, Figures: self.figures,
            Table: self.table, Chart: self.chart, Board: self.board, Legend: self.legend,
            Items: self.items, Strip: self.strip, Action: self.action, Entry: self.actor,
        }  # fmt: skip

    def page(self) -> str:
        """Return the whole page."""
        report = self.report
        title = " – ".join((report.title, report.subtitle.text, *report.marks))
        short = " short" if report.is_short else ""
        return "\n".join(
            (
                "<!doctype html>",
                f'<html lang="{report.language}">',
                '<head>\n<meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{escape(title)}</title>",
                '<link rel="icon" href="data:,">',
                f"<style>{style(report)}</style>",
                self.script(),
                "</head>\n<body>",
                sprite(),
                f'<a class="skip-link" href="#main">{escape(self.words["skip"])}</a>',
                self.marks(),
                self.cover(),
                f'<div class="layout{short}">',
                "" if report.is_short else self.contents(),
                '<main id="main" tabindex="-1">',
                *(self.chapter(chapter) for chapter in report.chapters),
                "</main>\n</div>\n</body>\n</html>\n",
            )
        )

    def script(self) -> str:
        """Return what puts a button at each citation, where there are some: its own words in it.

        Without scripts a citation is copied by hand. It asks nothing of any server.
        """
        if self.report.is_short or not self.words["copy"]:
            return ""
        said = {"copy": self.words["copy"], "copied": self.words["copied"]}
        # No text can end the element.
        words = json.dumps(said, ensure_ascii=True).replace("<", "\\u003c")
        return f"<script>{_script().replace('WORDS', words)}</script>"

    def marks(self) -> str:
        """Return what stands at the head of every screen."""
        marks = "".join(f"<p>{escape(mark)}</p>" for mark in self.report.marks)
        label = escape(self.words["remarks"])
        return f'<aside class="marks" aria-label="{label}">{marks}</aside>' if marks else ""

    def cover(self) -> str:
        """Return what stands over the chapters."""
        report = self.report
        subtitle = report.subtitle
        return (
            f'<header class="cover"><p class="maker">{escape(report.made_by)}</p>'
            f"<h1>{escape(report.title)}</h1>"
            f'<p class="lead"{attribute("lang", subtitle.language)}>{escape(subtitle.text)}</p>'
            f'<p class="edition">{escape(report.edition)}<br>{escape(report.reference)}</p>'
            f"{self.blocks(report.notices)}</header>"
        )

    def contents(self) -> str:
        """Return the table of contents, once for narrow and once for wide screens."""
        title = escape(self.words["contents"])
        entries = "".join(self.entry(chapter) for chapter in self.report.chapters)
        return (
            f'<nav class="contents" aria-label="{title}">'
            f'<details class="contents-narrow"><summary>{title}</summary>'
            f"<ol>{entries}</ol></details>"
            f'<div class="contents-wide"><p class="contents-title">{title}</p>'
            f"<ol>{entries}</ol></div></nav>"
        )

    def entry(self, chapter: Chapter) -> str:
        """Return a chapter in the contents, with the places in it that have a name."""
        inner = "".join(
            f'<li><a href="#{escape(block.anchor)}">{number(block.number)}{line(shown(block.line))}'
            "</a></li>"
            for block in chapter.blocks
            if isinstance(block, Heading) and block.anchor
        )
        listed = f"<ol>{inner}</ol>" if inner else ""
        title = chapter.title
        return (
            f'<li><a href="#{escape(chapter.anchor)}"{attribute("lang", title.language)}>'
            f"{escape(title.text)}</a>{listed}</li>"
        )

    def chapter(self, chapter: Chapter) -> str:
        """Return a chapter."""
        anchor, title = escape(chapter.anchor), chapter.title
        return (
            f'<section class="chapter chapter--{chapter.key}" aria-labelledby="{anchor}">\n'
            f'<h2 id="{anchor}"{attribute("lang", title.language)}>{escape(title.text)}</h2>\n'
            f"{self.blocks(chapter.blocks)}</section>"
        )

    # --- Blocks

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Return some blocks in their order."""
        return "\n".join(self.block(block) for block in blocks)

    def block(self, block: Block) -> str:
        """Return one block; raises KeyError for a kind that this writer does not know."""
        return self.makers[type(block)](block)

    def heading(self, block: Heading) -> str:
        """Return a heading; an action's number leads to itself, to be copied."""
        level = block.level + DEEPER
        anchor = attribute("id", block.anchor)
        over = ""
        if block.over and block.anchor:
            over = f'<a class="number" href="#{escape(block.anchor)}">{escape(block.over)}</a> '
        elif block.number:
            over = number(block.number)
        return f"<h{level}{anchor}>{over}{line(block.line)}</h{level}>"

    def prose(self, block: Prose) -> str:
        """Return a paragraph."""
        return f"<p{attribute('class', block.look)}>{line(block.line)}</p>"

    def rich(self, block: Rich) -> str:
        """Return a text in Markdown, with what it is and in which language."""
        marks = "".join(mark(one) for one in block.marks)
        head = f'<p class="text-label">{escape(block.label)}{marks}</p>' if block.label else marks
        look = attribute("class", f"prose {block.look}".strip())
        spoken = attribute("lang", block.language)
        return f"{head}<div{look}{spoken}>{rich(block.blocks)}</div>"

    def status_line(self, block: StatusLine) -> str:
        """Return a status with what stands beside it."""
        pieces = [line((block.status,))] if block.status else []
        if block.overdue:
            pieces.append(f'<span class="overdue-mark">{escape(block.overdue)}</span>')
        kind = "fact" if block.look else "role"
        pieces += [f'<span class="{kind}">{line(fact)}</span>' for fact in block.facts]
        return f'<p class="status-line">{" ".join(pieces)}</p>'

    def facts(self, block: Facts) -> str:
        """Return short facts with their labels."""
        rows = "".join(
            f"<div><dt>{escape(label)}</dt><dd>{line(said)}</dd></div>"
            for label, said in block.rows
        )
        return f'<dl class="about-action">{rows}</dl>'

    def figures(self, block: Figures) -> str:
        """Return key figures."""
        found = ""
        for one in block.figures:
            share = f'<span class="share">{escape(one.share)}</span>' if one.share else ""
            before = f'<dd class="before">{escape(one.before)}</dd>' if one.before else ""
            notes = "".join(f'<dd class="formula">{line(note)}</dd>' for note in one.notes)
            number = f'<span class="unbroken">{escape(whole(one.number))}</span>'
            found += (
                f"<div><dt>{line((one.title,))}</dt>"
                f'<dd class="figure-number">{number} {share}</dd>'
                f"{before}{notes}</div>"
            )
        return f'<dl class="figures">{found}</dl>'

    def table(self, block: Table) -> str:
        """Return a table; on narrow screens each row becomes a card."""
        heads = "".join(
            f'<th role="columnheader" scope="col"{NUMBER if column.is_number else ""}>'
            f"{escape(column.title)}</th>"
            for column in block.columns
        )
        widths = "".join(f'<col class="w{column.width}">' for column in block.columns)
        bodies = "".join(self.group(block, rows) for rows in grouped(block.rows))
        foot = f"<tfoot>{self.row(block, block.foot, is_head=False)}</tfoot>" if block.foot else ""
        look = f" list-table--{block.look}" if block.look else ""
        look += " list-table--dense" if len(block.columns) > ROOMY else ""
        return (
            f'<table class="list-table{look}" role="table">'
            f'<caption class="unseen">{escape(block.title)}</caption><colgroup>{widths}</colgroup>'
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
            f"{bodies}{foot}</table>"
        )

    def group(self, block: Table, rows: list[Row]) -> str:
        """Return the rows of a group, which paper keeps together where they are few."""
        few = rows[0].is_head and len(rows) <= FEW_ROWS if rows else False
        said = "".join(self.row(block, row.cells, is_head=row.is_head) for row in rows)
        return f'<tbody role="rowgroup"{attribute("class", "few" if few else "")}>{said}</tbody>'

    def row(self, block: Table, cells: tuple[Line, ...], *, is_head: bool) -> str:
        """Return a row; a group's head spans the whole."""
        if is_head:
            said = line(cells[0])
            return (
                f'<tr class="group" role="row"><th role="rowheader" colspan="{len(block.columns)}"'
                f"{attribute('class', overlong(said))}>{said}</th></tr>"
            )
        found = ""
        for place, (cell, column) in enumerate(zip(cells, block.columns, strict=True)):
            said = line(cell) or "–"
            marks = (
                ("num", column.is_number),
                ("none", not cell),
            )
            kinds = " ".join([kind for kind, holds in marks if holds] + [overlong(said)]).strip()
            tag, role = ("th", "rowheader") if place == 0 else ("td", "cell")
            scope = ' scope="row"' if place == 0 else ""
            # Read on narrow screens, where the row is a card; its first cell names the row.
            head = f'<span class="cell-head" aria-hidden="true">{escape(column.title)}</span> '
            found += (
                f'<{tag} role="{role}"{scope}{attribute("class", kinds)}>'
                f"{head if place else ''}<span>{said}</span></{tag}>"
            )
        return f'<tr role="row">{found}</tr>'

    def chart(self, block: Chart) -> str:
        """Return a drawing with its figures as a table."""
        drawn = charts.draw(block.drawing)
        level = block.level + DEEPER
        table = drawn.table
        heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
        rows = "".join(figures_row(row) for row in table.rows)
        foot = f"<tfoot>{figures_row(table.foot)}</tfoot>" if table.foot else ""
        title = escape(drawn.title)
        note = f'<p class="fine">{escape(table.note)}</p>' if table.note else ""
        # Heads of many columns stand upright on paper.
        many = " figures-table--many" if len(table.heads) > ROOMY else ""
        return (
            f'<figure class="chart"><figcaption><h{level}>{title}</h{level}></figcaption>'
            f'{drawn.svg}<details class="as-table"><summary>{escape(self.words["as_table"])}'
            f'</summary><div class="scroll" role="region" tabindex="0" aria-label="{title}">'
            f'<table class="figures-table{many}"><caption>{escape(drawn.description)}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>{foot}</table>{note}</div></details>"
            "</figure>"
        )

    def board(self, block: Board) -> str:
        """Return the actions as tiles under their sections."""
        found = ""
        for title, tiles, _counts in block.groups:
            listed = "".join(f"<li>{tile(one)}</li>" for one in tiles)
            found += (
                f'<div class="board-section"><p class="board-head">{line(title)}</p>'
                f'<ul class="tiles">{listed}</ul></div>'
            )
        return f'<div class="board">{found}</div>'

    def legend(self, block: Legend) -> str:
        """Return signs and colours with their words."""
        items = "".join(f"<li>{line(item)}</li>" for item in block.items)
        return f'<ul class="legend">{items}</ul>'

    def items(self, block: Items) -> str:
        """Return a list of lines."""
        head = f'<p class="text-label">{escape(block.label)}</p>' if block.label else ""
        items = "".join(f"<li>{line(one)}</li>" for one in block.lines)
        tag = "ol" if block.is_ordered else "ul"
        return f'{head}<{tag} class="items">{items}</{tag}>' if items else ""

    def strip(self, block: Strip) -> str:
        """Return the actors of an action beside each other."""
        chips = "".join(f"<li>{line((chip,))}</li>" for chip in block.chips)
        return f'<ul class="strip">{chips}</ul>'

    def action(self, block: Action) -> str:
        """Return all that stands under an action."""
        anchor = attribute("aria-labelledby", block.heading.anchor)
        kind = "action-head action-head--sub" if block.is_sub_action else "action-head"
        return (
            f'<article class="action"{anchor}><header class="{kind}">'
            f"{self.heading(block.heading)}{self.blocks(block.head)}</header>"
            f"{self.blocks(block.entries)}{self.cited(block.heading)}</article>"
        )

    def cited(self, heading: Heading) -> str:
        """Return how to cite an action, to be copied."""
        title = line(tuple(one for one in shown(heading.line) if isinstance(one, Run)))
        # The page of a draft shows no actions.
        anchor = "" if self.report.is_draft else f"#{heading.anchor}"
        where = escape(f"{self.report.citation}{anchor}")
        # An edition keeps the words of its day.
        head = self.words["cite_action"] or self.words["cite"]
        return (
            f'<details class="cited"><summary>{escape(head)}</summary>'
            f"<p>{escape(heading.over)}. {title}. {where}</p></details>"
        )

    def actor(self, block: Entry) -> str:
        """Return what one actor said of an action."""
        return (
            f'<div class="entry">{self.heading(block.heading)}{self.status_line(block.status)}'
            f"{self.blocks(block.blocks)}</div>"
        )


def grouped(rows: Iterable[Row]) -> list[list[Row]]:
    """Return rows in groups, each from its head on; without any head all of them together."""
    found: list[list[Row]] = [[]]
    for row in rows:
        if row.is_head and found[-1]:
            found.append([])
        found[-1].append(row)
    return found


def overlong(said: str) -> str:
    """Return the class of a cell with a word that must break, else ""."""
    return "long" if OVERLONG.search(TAG.sub(" ", said)) else ""


def whole(text: str) -> str:
    """Return a text that stays on one line: "52 of 66"."""
    return text.replace(" ", "\u00a0")


def number(text: str) -> str:
    """Return the number of a section, muted."""
    return f'<span class="number">{escape(text)}</span> ' if text else ""


def shown(given: Line) -> Line:
    """Return a title without what leads elsewhere, for a link of its own."""
    return tuple(Run(one.text, one.language) if isinstance(one, Run) else one for one in given)


def figures_row(cells: tuple[str, ...]) -> str:
    """Return a row of figures, the first cell its head."""
    head, *others = (escape(cell) for cell in cells)
    found = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr><th scope="row">{head}</th>{found}</tr>'


# --- The look -----------------------------------------------------------------------


def style_hash(page: str) -> str:
    """Return what a Content-Security-Policy must allow as style-src for the page to have its look.

    Raises ValueError for a page that has no style of its own.
    """
    found = STYLE_ELEMENT.search(page)
    if not found:
        raise ValueError("the page has no style element")
    digest = hashlib.sha256(found[1].encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def script_hash(page: str) -> str:
    """Return what a Content-Security-Policy must allow as script-src; "'none'" without a script."""
    found = SCRIPT_ELEMENT.search(page)
    if not found:
        return "'none'"
    digest = hashlib.sha256(found[1].encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def own_sources(page: str) -> dict[str, list[str]]:
    """Return what a page of the site's own policy must allow besides for a report to be itself."""
    script = script_hash(page)
    found = {"style-src": [style_hash(page)]}
    return found if script == "'none'" else found | {"script-src": [script]}


def style(report: Report) -> str:
    """Return the style sheet, with what stands at the head and foot of each printed page."""
    return _sheet() + _marks_in_print(report.marks) + _signs_in_print(report.foot_signs)


@cache
def _script() -> str:
    """Return the script without comments and needless space."""
    lines = (line.strip() for line in SCRIPT.read_text(encoding="utf-8").splitlines())
    return " ".join(line for line in lines if line and not line.startswith("//"))


@cache
def _sheet() -> str:
    """Return the style sheet without comments and needless space."""
    text = re.sub(r"/\*.*?\*/", "", STYLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", text).strip()


def _marks_in_print(marks: tuple[str, ...]) -> str:
    if not marks:
        return ""
    # On the first page they stand in the text.
    return (
        f' @page {{ @top-center {{ content: "{_coded(" – ".join(marks))}"; }} }}'
        " @page :first { @top-center { content: none; } }"
    )


def _signs_in_print(signs: str) -> str:
    return f' @page {{ @bottom-left {{ content: "{_coded(signs)}"; }} }}' if signs else ""


def _coded(text: str) -> str:
    """Return a text for a style sheet: any character may stand as its code, so none can end it."""
    return "".join(f"\\{ord(letter):x} " for letter in text)


@cache
def sprite() -> str:
    """Return the signs, each once, for the page to refer to."""
    signs = "".join(
        f'<symbol id="sign-{code}" viewBox="0 0 16 16">{drawing}</symbol>'
        for code, drawing in charts.SIGNS.items()
    )
    return f'<svg class="sprite" width="0" height="0" aria-hidden="true">{signs}</svg>'


__all__ = ["icon", "own_sources", "script_hash", "style_hash", "write"]
