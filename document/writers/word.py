"""The report as a Word document: the same blocks, in the same order, as in the other formats."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from subprocess import SubprocessError
from typing import Any

from document import charts, links
from document.blocks import (
    Action,
    Block,
    Board,
    Break,
    Chapter,
    Chart,
    Chip,
    Count,
    Entry,
    Facts,
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
    Run,
    Status,
    StatusLine,
    Strip,
    Table,
    Tile,
    walk,
)
from document.characters import coded
from document.errors import RenderError
from document.typography import sign
from document.writers.glyphs import printable
from document.writers.pictures import pictures
from document.writers.word_close import close_up
from document.writers.word_parts import TAGS, opened, saved
from document.writers.wordml import Run as Word
from document.writers.wordml import Writer

# Beside the word, so that a status can be told without its colour.
SIGNS = {
    "done": "●",
    "continuous": "↻",
    "partly_done": "◑",
    "in_progress": "◔",
    "not_started": "○",
    "discontinued": "⊘",
    "not_applicable": "–",
    "insufficient": "◌",
    "not_reported": "?",
}
OVERDUE, INCOMPLETE = "!", "…"
HOLD = "\u00a0"  # a space that no line breaks at
BETWEEN = Word(f"{HOLD}· ")
WIDE = 560  # units across a drawing
LONGEST_STATUS = 30  # letters that surely fit a line
MANY_COLUMNS = 5
STYLES = {"lead": "ReportLead", "fine": "ReportFacts", "notice": "ReportFacts", "": ""}


def write(report: Report) -> bytes:
    """Return the report as a Word document: the same bytes for the same report.

    Raises RenderError, which names the action or the chart that cannot be written.
    """
    return _Document(report).written()


class _Document:
    """A report on its way into a Word document."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.document = opened(report)
        self.writer = Writer(self.document)
        self.pictures = iter(self.drawn())
        self.places: dict[str, str] = {}
        self.in_head = False
        self.is_close = report.is_short
        self.writers: dict[type[Any], Callable[[Any], None]] = {
            Heading: self.heading, Prose: self.prose, Rich: self.rich,
            StatusLine: self.status_line, Facts: self.facts, Figures: self.figures,
            Table: self.table, Chart: self.chart, Board: self.board, Legend: self.legend,
            Items: self.items, Strip: self.strip, Action: self.action, Entry: self.entry,
        }  # fmt: skip
        self.makers: dict[type[Any], Callable[[Any], list[Word]]] = {
            Run: self.run, Status: self.status, Count: self.count, Tile: self.tile,
            Chip: self.chip, Mark: self.mark, Page: self.page, Break: lambda _one: [Word("\n")],
        }  # fmt: skip

    def drawn(self) -> list[tuple[charts.Chart, bytes]]:
        """Return every drawing of the report as a picture, in the order of reading."""
        found = [
            draw(block)
            for chapter in self.report.chapters
            for block in walk(chapter.blocks)
            if isinstance(block, Chart)
        ]
        try:
            made = pictures([chart.svg for chart in found])
        except SubprocessError as error:
            place = found[0].title if found else ""
            raise RenderError(str(error), place) from error
        return list(zip(found, made, strict=True))

    def written(self) -> bytes:
        """Write everything, and return the file."""
        contents = self.cover()
        for chapter in self.report.chapters:
            self.chapter(chapter)
        if not (self.report.is_short or self.report.is_letter):
            self.writer.contents(contents)
        self.writer.close()
        return saved(self.document)

    def cover(self) -> Any:
        """Write the cover, and return the heading that the contents stand behind."""
        report, add = self.report, self.writer.paragraph
        if report.is_letter:
            return self.letter_head()
        add([Word(report.title)], "Title")
        add([Word(report.subtitle.text)], "Subtitle")
        # Of a draft the mark says it.
        if report.edition and report.edition not in report.marks:
            add([Word(report.edition, bold=True)], "ReportEdition")
        for text in filter(None, (report.reference, report.made_by)):
            add([Word(text)], "ReportEdition")
        if report.address:
            add(self.run(Run(report.address, link=report.address)), "ReportEdition")
        for mark in report.marks:
            add([Word(mark)], "ReportMark")
        self.blocks(report.notices)
        return None if report.is_short else add([Word(report.words["contents"])], "TOCHeading")

    def letter_head(self) -> None:
        """Write whom a letter goes to, then what it is about."""
        for mark in self.report.marks:
            self.writer.paragraph([Word(mark)], "ReportMark")
        self.blocks(self.report.notices)
        self.writer.heading(2, [Word(self.report.title)], "")

    def place(self, anchor: str) -> str:
        """Return the name of an anchor as Word allows it: short, of letters and digits."""
        return self.places.setdefault(anchor, f"place_{len(self.places) + 1}") if anchor else ""

    def chapter(self, chapter: Chapter) -> None:
        """Write a chapter; a letter has one, without a heading."""
        if not self.report.is_letter:
            self.writer.heading(
                1,
                self.run(chapter.title),
                self.place(chapter.anchor),
                new_page=chapter.starts_page and not self.report.is_short,
            )
        self.is_close = chapter.is_close or self.report.is_short
        before = set(self.document.element.body)
        self.blocks(chapter.blocks)
        if chapter.is_close and not self.report.is_short:
            close_up(self.document, (e for e in self.document.element.body if e not in before))

    # --- Blocks

    def blocks(self, blocks: Iterable[Block]) -> None:
        """Write some blocks in their order."""
        for block in blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        """Write one block; raises KeyError for a kind that this writer does not know."""
        self.writers[type(block)](block)

    def heading(self, block: Heading, style: str = "") -> None:
        """Write a heading, with what stands over or before it in front."""
        before = block.over or block.number
        head = [Word(f"{before}{sign(':', self.report.language)} ")] if before else []
        runs = [*head, *self.line(block.line)]
        if style:
            runs = [run if run.style else replace(run, style=style) for run in runs]
        self.writer.heading(block.level, runs, self.place(block.anchor))

    def prose(self, block: Prose) -> None:
        """Write a paragraph."""
        self.writer.paragraph(self.line(block.line), STYLES[block.look])

    def rich(self, block: Rich) -> None:
        """Write a text in Markdown, with what it is and in which language."""
        marks = self.line(block.marks)
        if block.label:
            self.writer.paragraph([Word(block.label), *marks], "ReportLabel")
        self.writer.rich(block.blocks, self.tag(block.language))
        if marks and not block.label:
            self.writer.paragraph(marks)

    def status_line(self, block: StatusLine) -> None:
        """Write a status with what stands beside it."""
        groups = [self.line((block.status,))] if block.status else []
        groups += [[Word(block.overdue, style="ReportAlarm")]] if block.overdue else []
        groups += [self.line(fact) for fact in block.facts]
        self.writer.paragraph(joined(groups, BETWEEN), "ReportStatus")

    def facts(self, block: Facts) -> None:
        """Write short facts, each behind its label."""
        for place, (label, said) in enumerate(block.rows, start=1):
            head = Word(f"{label}{sign(':', self.report.language)} ", bold=True)
            # The last one stays with what follows only where all of them do.
            within = self.in_head and place < len(block.rows)
            with self.writer.together(holds=within):
                self.writer.paragraph([head, *self.line(said)], "ReportFacts")

    def figures(self, block: Figures) -> None:
        """Write key figures."""
        add = self.writer.paragraph
        for one in block.figures:
            share = [Word(f", {one.share}")] if one.share else []
            title = [*self.run(Run(one.title.text, one.title.language, "strong")), *share]
            head = [Word(f"{one.number}{HOLD} ", style="ReportNumber"), *title]
            notes = [[Word(one.before, bold=True)]] if one.before else []
            notes += [self.line(note) for note in one.notes]
            if self.is_close:
                add(joined([head, *notes], BETWEEN))
                continue
            add(head, "ReportFigure")
            if notes:
                add(joined(notes, Word("\n")), "ReportFacts")

    def table(self, block: Table) -> None:
        """Write a table; a group's head is a row of its own."""
        rows = [
            [self.line(cell) or [Word("–")] for cell in row.cells]
            if not row.is_head
            else [self.line(row.cells[0])]
            for row in block.rows
        ]
        foot = [[self.line(cell) for cell in block.foot]] if block.foot else []
        self.writer.table(
            block.title,
            [column.title for column in block.columns],
            [*rows, *foot],
            [column.width for column in block.columns],
            has_foot=bool(foot),
            numbers={n for n, column in enumerate(block.columns) if column.is_number},
        )

    def chart(self, block: Chart) -> None:
        """Write a drawing at full width, and its figures as a table."""
        chart, picture = next(self.pictures)
        self.writer.heading(block.level, [Word(chart.title)])
        self.writer.picture(picture, chart.title, chart.description)
        heads, foot = chart.table.heads, bool(chart.table.foot)
        rows = [*chart.table.rows, *([chart.table.foot] if foot else [])]
        # A single row of many numbers reads better from top to bottom.
        if len(rows) == 1 and len(heads) > MANY_COLUMNS:
            heads, rows = (heads[0], rows[0][0]), list(zip(heads[1:], rows[0][1:], strict=True))
        # Beside many columns of numbers words need the room; else each column has its words' room.
        widths = [len(heads) - 1, *[1] * (len(heads) - 1)]
        if len(heads) <= MANY_COLUMNS:
            columns = zip(heads, *rows, strict=True)
            widths = [max(map(len, column)) + 1 for column in columns]
        cells = [[[Word(cell)] for cell in row] for row in rows]
        self.writer.table(chart.title, heads, cells, widths, has_foot=foot)
        if chart.table.note:
            self.writer.paragraph([Word(chart.table.note)], STYLES["fine"])

    def board(self, block: Board) -> None:
        """Write the actions under their sections, with the count of each status."""
        rows = [
            [self.line(title), self.line(tiles), self.line(counts)]
            for title, tiles, counts in block.groups
        ]
        self.writer.table(block.title, block.heads, rows, [6, 6, 4])

    def legend(self, block: Legend) -> None:
        """Write signs and colours with their words."""
        lines = [self.line(item) for item in block.items]
        self.writer.paragraph(joined(lines, Word(f"{HOLD}{HOLD} ")), "ReportFacts")

    def items(self, block: Items) -> None:
        """Write a list of lines."""
        if block.label:
            self.writer.paragraph([Word(block.label)], "ReportLabel")
        self.writer.items([self.line(line) for line in block.lines], ordered=block.is_ordered)

    def strip(self, block: Strip) -> None:
        """Write the actors of an action, each with the sign of what it reported."""
        groups = [self.line((chip,)) for chip in block.chips]
        self.writer.paragraph(joined(groups, BETWEEN), "ReportFacts")

    def action(self, block: Action) -> None:
        """Write all that stands under an action."""
        try:
            self.heading(block.heading, "ReportSmaller" if block.is_sub_action else "")
            self.head(block.head, stays=bool(block.entries))
            self.blocks(block.entries)
        except (ValueError, LookupError, StopIteration) as error:
            raise RenderError(repr(error), block.heading.over) from error

    def head(self, blocks: Sequence[Block], *, stays: bool) -> None:
        """Write what stands at the head of an action, which stays with the first entry."""
        self.in_head = True
        for place, block in enumerate(blocks, start=1):
            with self.writer.together(holds=stays or place < len(blocks)):
                self.block(block)
        self.in_head = False

    def entry(self, block: Entry) -> None:
        """Write what one actor said of an action."""
        self.blocks((block.heading, block.status))
        # What stands between its status and its first text goes with that.
        short = list(takewhile(lambda one: isinstance(one, Prose), block.blocks))
        rest = block.blocks[len(short) :]
        with self.writer.together(holds=bool(rest)):
            self.blocks(short)
        self.blocks(rest)

    # --- Lines

    def tag(self, language: str) -> str:
        """Return Word's tag of a language, "" for that of the document."""
        return TAGS.get(language, language) if language else ""

    def line(self, given: Line) -> list[Word]:
        """Return a line as stretches of text."""
        return [word for piece in given for word in self.piece(piece)]

    def piece(self, one: Piece) -> list[Word]:
        """Return one piece of a line."""
        return self.makers[type(one)](one)

    def run(self, one: Run) -> list[Word]:
        """Return a stretch of text; an address that Word cannot open is no link."""
        text, tag = line(one.text), self.tag(one.language)
        looks = {"fine": "ReportRemark", "address": "ReportRemark", "alarm": "ReportAlarm"}
        style = looks.get(one.look, "")
        if one.to:
            return [Word(text, tag, "Hyperlink", to=self.place(one.to))]
        if one.link and links.usable(one.link):
            return [Word(text, tag, "Hyperlink", link=one.link)]
        return [Word(text, tag, style, bold=one.look == "strong")]

    def status(self, one: Status) -> list[Word]:
        """Return a status as its sign and its word on its colour."""
        dashes = bool(one.incomplete)
        mark = Word(f"{HOLD}{SIGNS[one.code]}{HOLD}", symbol=True, status=one.code, dashed=dashes)
        # An edge around several lines would run through the words.
        word = one.word.replace(" ", HOLD) if len(one.word) <= LONGEST_STATUS else one.word
        return [mark, Word(f"{word}{HOLD}", status=one.code, dashed=dashes)]

    def count(self, one: Count) -> list[Word]:
        """Return how many have a status, by its sign and colour."""
        text = f"{HOLD}{one.number}{HOLD}{SIGNS[one.code]}{HOLD}"
        return [Word(text, status=one.code), Word(" ")]

    def tile(self, one: Tile) -> list[Word]:
        """Return an action as its number and the sign of its status on its colour."""
        marks = (INCOMPLETE if one.incomplete else "") + (OVERDUE if one.overdue else "")
        text = f"{HOLD}{one.label}{HOLD}{SIGNS[one.code]}{marks}{HOLD}"
        to = self.place(one.to) if one.to else ""
        return [Word(text, status=one.code, dashed=one.incomplete, to=to), Word(" ")]

    def chip(self, one: Chip) -> list[Word]:
        """Return an actor with the sign of what it reported."""
        mark = Word(f"{HOLD}{SIGNS[one.code]}{HOLD}", symbol=True, status=one.code)
        to = self.place(one.to) if one.to else ""
        return [mark, Word(f"{HOLD}{line(one.name.text)}", self.tag(one.name.language), to=to)]

    def mark(self, one: Mark) -> list[Word]:
        """Return a sign, which the foot of the page explains."""
        return [Word(f"{HOLD}{one.sign}", style="ReportRemark")]

    def page(self, one: Page) -> list[Word]:
        """Return the number of a page, which Word fills in."""
        return [
            Word(f"({one.word}{HOLD}", style="ReportRemark"),
            Word("", to=self.place(one.to), page=True),
            Word(")", style="ReportRemark"),
        ]


def draw(block: Chart) -> charts.Chart:
    """Draw a chart; raises RenderError, which names it, where that cannot be done."""
    try:
        return charts.draw(block.drawing, WIDE, printable)
    except (ValueError, LookupError) as error:
        raise RenderError(str(error), block.drawing.words.title) from error


def joined(groups: Sequence[Sequence[Word]], between: Word) -> list[Word]:
    """Return some groups in one line, with something between them."""
    found: list[Word] = []
    for group in groups:
        found += [between] if found else []
        found += group
    return found


def line(text: str) -> str:
    """Return a text on one line; some control characters would count as spaces."""
    # Other spaces stay: French sets a no-break one before a colon.
    return re.sub(r"[ \t\r\n]+", " ", coded(text))
