"""The building blocks of a Word document: paragraphs, headings, links, lists, tables, pictures."""

import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsmap
from docx.shared import Emu, Pt
from lxml.etree import SubElement

from document import links, richtext
from document.characters import coded
from document.charts.looks import look
from document.typography import HANGING
from document.writers.word_fonts import measured

WIDTH = 9184  # of the text, in twentieths of a point
DEEPEST = 8  # level of a list, counted from 0
INDENT = 340  # of a level, in twentieths of a point
BULLETS, NUMBERS = 1, 1  # the list of bullets; the pattern of numbered lists
CONTENTS_LEVELS = 2
TALLEST = Pt(450)  # well under a page
FEW_ROWS = 9  # of a group, its head among them, that stay on one page
MOST_COLUMNS = 6  # beside which the words of their heads fit without breaking
# In twentieths of a point: the size of the text of a cell, with some room; the margins of a cell;
# a line of a head that stands upright, and how tall such a head may be.
CELL, MARGINS, UPRIGHT_LINE, TALLEST_HEAD = 200, 160, 250, 2900
WORDS = re.compile(r"[ \n-]+")  # not at a no-break space
SYMBOLS = "Segoe UI Symbol"
ROOM = 1.3  # times the length of a text, as lines that break end early
BREAKS = re.compile(r"([\n\t\x1d])")
# Where a program does not fill in numbers of pages; a number would be a wrong one.
UNKNOWN_PAGE = "–"
HOLDS = "\x1d"  # in place of a hyphen that no line ends in; no text holds it


def w(name: str) -> str:
    """Return a name of WordprocessingML as lxml has it."""
    return f"{{{nsmap['w']}}}{name}"


(
    P, P_PR, P_STYLE, R, R_PR, R_STYLE, T, BR, TAB, HYPERLINK, LANG, VAL, ID, NAME, TC, TC_PR
) = (
    w(name) for name in (
        "p", "pPr", "pStyle", "r", "rPr", "rStyle", "t", "br", "tab", "hyperlink", "lang", "val",
        "id", "name", "tc", "tcPr",
    )
)  # fmt: skip
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
REL_ID = f"{{{nsmap['r']}}}id"


@dataclass(frozen=True)
class Run:
    """A stretch of text with one look.

    ``language`` is Word's tag, "" that of the document; ``link`` is an address, ``to`` the
    name of a place in the document; ``symbol`` takes the font that has the signs. ``status``
    gives it the colours of a status, ``dashed`` a dashed edge; ``page`` tells that Word fills
    in the page of ``to``.
    """

    text: str
    language: str = ""
    style: str = ""
    bold: bool = False
    italic: bool = False
    symbol: bool = False
    link: str = ""
    to: str = ""
    status: str = ""
    dashed: bool = False
    page: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading, for the table of contents."""

    level: int
    runs: tuple[Run, ...]
    place: str


class Writer:
    """Writes into a document from top to bottom."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.body = document.element.body
        self.headings: list[Heading] = []
        self.addresses: dict[str, str] = {}
        self.lists = BULLETS
        self.keeps = False
        # Page size and margins stand last.
        self.end = self.body[-1]

    # --- Paragraphs

    def paragraph(self, runs: Iterable[Run], style: str = "", parent: Any = None) -> Any:
        """Add a paragraph and return it."""
        p = SubElement(self.body if parent is None else parent, P)
        if style or self.keeps:
            properties = SubElement(p, P_PR)
            if style:
                SubElement(properties, P_STYLE).set(VAL, style)
            if self.keeps:
                SubElement(properties, w("keepNext"))
                SubElement(properties, w("keepLines"))
        self.runs(p, runs)
        return p

    @contextmanager
    def together(self, *, holds: bool = True) -> Iterator[None]:
        """Let each paragraph that is added stay on the page of the next one."""
        before, self.keeps = self.keeps, self.keeps or holds
        try:
            yield
        finally:
            self.keeps = before

    def heading(
        self, level: int, runs: Sequence[Run], place: str = "", *, new_page: bool = False
    ) -> None:
        """Add a heading, a place that links and the table of contents lead to."""
        number = len(self.headings) + 1
        found = Heading(level, tuple(runs), place or f"part_{number}")
        p = SubElement(self.body, P)
        properties = SubElement(p, P_PR)
        SubElement(properties, P_STYLE).set(VAL, f"Heading{level}")
        if new_page:
            SubElement(properties, w("pageBreakBefore"))
        start = SubElement(p, w("bookmarkStart"))
        start.set(ID, str(number))
        start.set(NAME, found.place)
        self.runs(p, runs)
        SubElement(p, w("bookmarkEnd")).set(ID, str(number))
        self.headings.append(found)

    def runs(self, parent: Any, runs: Iterable[Run]) -> None:
        """Add stretches of text to a paragraph; those of one link become one link."""
        for (link, to), group in groupby(runs, key=lambda run: (run.link, run.to)):
            target = self._link(parent, link, to)
            for run in group:
                if run.page:
                    self.field(target, f" PAGEREF {run.to} \\h ")
                else:
                    _add(target, run)

    def _link(self, parent: Any, link: str, to: str) -> Any:
        """Return what the text of a link stands in; an address that cannot work is no link."""
        if to:
            found = SubElement(parent, HYPERLINK)
            found.set(w("anchor"), to)
        elif address := links.usable(link):
            found = SubElement(parent, HYPERLINK)
            found.set(REL_ID, self._address(address))
        else:
            return parent
        found.set(w("history"), "1")
        return found

    def _address(self, link: str) -> str:
        """Return the key of an address; each stands in the document once."""
        if link not in self.addresses:
            key = f"link{len(self.addresses) + 1}"
            self.document.part.rels.add_relationship(
                RELATIONSHIP_TYPE.HYPERLINK, link, key, is_external=True
            )
            self.addresses[link] = key
        return self.addresses[link]

    def field(self, parent: Any, instruction: str) -> None:
        """Add a field that Word fills in, such as the number of the page."""
        found = SubElement(parent, w("fldSimple"))
        found.set(w("instr"), instruction)
        _add(found, Run(UNKNOWN_PAGE))

    # --- Markdown

    def rich(self, blocks: Sequence[richtext.Block], language: str = "", level: int = -1) -> None:
        """Add paragraphs and lists; those inside an item lie at its level."""
        for block in blocks:
            if isinstance(block, richtext.List):
                self._list(block, language, min(level + 1, DEEPEST))
            elif level < 0:
                self.paragraph(_rich(block, language))
            else:
                self._item(block, language, level, "")

    def _list(self, block: richtext.List, language: str, level: int) -> None:
        number = self._numbered(block.start, level) if block.ordered else str(BULLETS)
        for item in block.items:
            first = item[0] if item and isinstance(item[0], richtext.Paragraph) else None
            if first or not item:
                self._item(first, language, level, number)
            self.rich(item[1:] if first else item, language, level)

    def _item(
        self, block: richtext.Paragraph | None, language: str, level: int, number: str
    ) -> Any:
        """Add a paragraph of a list: with its bullet or number, or a further one below it."""
        p = self.paragraph([], "ListParagraph")
        if number:
            properties = SubElement(p[0], w("numPr"))
            SubElement(properties, w("ilvl")).set(VAL, str(level))
            SubElement(properties, w("numId")).set(VAL, number)
        else:
            SubElement(p[0], w("ind")).set(w("left"), str(INDENT * (level + 1)))
        if block:
            self.runs(p, _rich(block, language))
        return p

    def items(self, items: Iterable[Iterable[Run]], *, ordered: bool) -> None:
        """Add a list of single lines."""
        number = self._numbered(1, 0) if ordered else str(BULLETS)
        for runs in items:
            self.runs(self._item(None, "", 0, number), runs)

    def _numbered(self, start: int, level: int) -> str:
        """Return a new numbered list that starts where it should."""
        self.lists += 1
        found = SubElement(self.document.part.numbering_part.element, w("num"))
        found.set(w("numId"), str(self.lists))
        SubElement(found, w("abstractNumId")).set(VAL, str(NUMBERS))
        override = SubElement(found, w("lvlOverride"))
        override.set(w("ilvl"), str(level))
        SubElement(override, w("startOverride")).set(VAL, str(start))
        return str(self.lists)

    # --- Tables

    def table(
        self,
        title: str,
        head: Sequence[str],
        rows: Iterable[Sequence[Sequence[Run]]],
        widths: Sequence[int],
        *,
        has_foot: bool = False,
        numbers: Collection[int] = (),
    ) -> None:
        """Add a table whose head is repeated on each page.

        ``widths`` are shares of the width; the first column holds the heads of the rows, and
        ``has_foot`` tells that the last row holds sums, ``numbers`` which columns stand at the
        right. A row of one cell spans the whole: it is the head of a group.
        """
        heads, rows = [[Run(text)] for text in head], list(rows)
        # Many heads can stand upright, and so need no room.
        measured_rows = rows if len(head) > MOST_COLUMNS else [heads, *rows]
        twips = fitting(widths, measured_rows)
        starts = [len(row) == 1 < len(head) for row in rows]
        for part in _parts(starts):
            if part.start:
                self.paragraph([], "ReportBetween")
            is_last = part.stop == len(rows)
            table = SubElement(self.body, w("tbl"))
            _frame(table, title, twips, has_foot=has_foot and is_last)
            # The head takes the first row along: by itself LibreOffice loses rows where that one
            # is kept with the next.
            with self.together(holds=bool(part)):
                self._row(table, heads, twips, numbers, is_head=True)
            self._rows(table, [rows[n] for n in part], twips, numbers)

    def _rows(
        self, table: Any, rows: Sequence[Sequence[Sequence[Run]]], twips: Sequence[int],
        numbers: Collection[int],
    ) -> None:  # fmt: skip
        starts = [len(row) == 1 < len(twips) for row in rows]
        small = _in_small_groups(starts)
        # The head of a long group, which then is the only one, is repeated with that of the table.
        is_repeated = bool(rows) and starts[0] and not small and sum(starts) == 1
        for place, row in enumerate(rows):
            # The last row never stands alone on a page, no sums of a group stay behind, and no
            # small group is parted.
            keeps = place == len(rows) - 2 > 0 or place in small
            keeps = keeps or all(run.bold for cell in row for run in cell)
            with self.together(holds=keeps and place < len(rows) - 1):
                is_head = is_repeated and not place
                self._row(table, row, twips, numbers, is_head=is_head)

    def _row(
        self, table: Any, cells: Sequence[Sequence[Run]], twips: Sequence[int],
        numbers: Collection[int], *, is_head: bool = False,
    ) -> None:  # fmt: skip
        row = SubElement(table, w("tr"))
        properties = SubElement(row, w("trPr"))
        SubElement(properties, w("cantSplit"))
        spans = len(cells) == 1 < len(twips)
        upright = _upright(cells, twips) if is_head and not spans else {}
        if upright:
            height = SubElement(properties, w("trHeight"))
            height.set(VAL, str(min(max(upright.values()), TALLEST_HEAD)))
            height.set(w("hRule"), "atLeast")
        if is_head:
            SubElement(properties, w("tblHeader"))
        style = "ReportHead" if is_head or spans else "ReportCell"
        for place, (runs, width) in enumerate(
            zip(cells, [sum(twips)] if spans else twips, strict=True)
        ):
            cell = SubElement(row, TC)
            about = SubElement(cell, TC_PR)
            size = SubElement(about, w("tcW"))
            size.set(w("w"), str(width))
            size.set(w("type"), "dxa")
            if place in upright:
                SubElement(about, w("textDirection")).set(VAL, "btLr")
            if spans:
                SubElement(about, w("gridSpan")).set(VAL, str(len(twips)))
            for line in _lines(runs):
                p = self.paragraph(line, style, cell)
                if place in numbers and not spans:
                    SubElement(p[0], w("jc")).set(VAL, "right")

    # --- Pictures and contents

    def picture(self, png: bytes, title: str, description: str) -> None:
        """Add a picture as wide as the text, with its alternative text."""
        inline = self.document.part.new_pic_inline(io.BytesIO(png), width=Pt(WIDTH // 20))
        size = inline.extent
        if size.cy > TALLEST:
            size.cx, size.cy = Emu(size.cx * TALLEST // size.cy), TALLEST
            shape = inline.graphic.graphicData.pic.spPr
            shape.cx, shape.cy = size.cx, size.cy
        for side in "TBLR":
            inline.set(f"dist{side}", "0")
        inline.docPr.set("title", coded(title))
        inline.docPr.set("descr", coded(description))
        p = self.paragraph([], "ReportChart")
        SubElement(SubElement(p, R), w("drawing")).append(inline)

    def contents(self, behind: Any) -> None:
        """Put the table of contents behind a paragraph: headings that lead to their places.

        Each page is a reference of its own, which Word and LibreOffice fill in when they have
        laid the document out; a field for the whole list LibreOffice leaves as it finds it.
        """
        box = SubElement(self.body, w("sdt"))
        gallery = SubElement(SubElement(box, w("sdtPr")), w("docPartObj"))
        SubElement(gallery, w("docPartGallery")).set(VAL, "Table of Contents")
        SubElement(gallery, w("docPartUnique"))
        inside = SubElement(box, w("sdtContent"))
        for entry in self.headings:
            if entry.level <= CONTENTS_LEVELS:
                p = self.paragraph([], f"TOC{entry.level}", inside)
                runs = [replace(run, link="", to=entry.place, style="") for run in entry.runs]
                self.runs(p, [*runs, Run("\t")])
                self.field(p, f" PAGEREF {entry.place} \\h ")
        behind.addnext(box)

    def close(self) -> None:
        """Put what stands last in the document last."""
        self.body.append(self.end)


def fitting(widths: Sequence[int], rows: Iterable[Sequence[Sequence[Run]]]) -> list[int]:
    """Return how wide columns are: by their shares, but none narrower than its longest word."""
    least = [0] * len(widths)
    for row in rows:
        if len(row) == len(widths):
            least = [max(most, _wide(cell)) for most, cell in zip(least, row, strict=True)]
    if sum(least) >= WIDTH:
        return [WIDTH * most // sum(least) for most in least]
    narrow: set[int] = set()
    while True:
        rest = WIDTH - sum(least[n] for n in narrow)
        shares = sum(width for n, width in enumerate(widths) if n not in narrow)
        found = [
            least[n] if n in narrow else rest * width // shares for n, width in enumerate(widths)
        ]
        more = {n for n, most in enumerate(least) if found[n] < most} - narrow
        if not more:
            return found
        narrow |= more


def _parts(heads: Sequence[bool]) -> list[range]:
    """Return the rows of a table in parts: each long group by itself, as Word repeats only heads.

    What Word repeats on each page are the first rows of a table, never one in its middle.
    """
    starts = [0, *(place for place, is_head in enumerate(heads) if is_head and place)]
    groups = [range(*ends) for ends in pairwise([*starts, len(heads)])]
    found: list[range] = []
    for group in groups:
        is_long = len(group) > FEW_ROWS and heads[group.start]
        before_is_long = bool(found) and len(found[-1]) > FEW_ROWS and _is_one(found[-1], heads)
        if not found or is_long or before_is_long:
            found.append(group)
        else:
            found[-1] = range(found[-1].start, group.stop)
    return found


def _is_one(part: range, heads: Sequence[bool]) -> bool:
    """Tell whether some rows are one group."""
    return heads[part.start] and sum(heads[n] for n in part) == 1


def _in_small_groups(heads: Sequence[bool]) -> set[int]:
    """Return the places of the rows of small groups, from their heads on, but the last of each."""
    starts = [place for place, is_head in enumerate(heads) if is_head]
    groups = [range(*ends) for ends in pairwise([*starts, len(heads)])]
    return {place for group in groups if len(group) <= FEW_ROWS for place in group[:-1]}


def _wide(cell: Sequence[Run]) -> int:
    """Return how wide a column must be, so that no word of a cell breaks; at most half of all."""
    words = WORDS.split(_text(cell))
    return min(long(max(words, key=measured)) + MARGINS, WIDTH // 2)


def long(text: str) -> int:
    """Return how long the text of a cell is on one line."""
    return round(measured(text) * CELL)


def _upright(heads: Sequence[Sequence[Run]], twips: Sequence[int]) -> dict[int, int]:
    """Return which heads of many columns stand upright, as they are too wide, and how tall.

    A wide column has room for lines beside each other.
    """
    if len(twips) <= MOST_COLUMNS:
        return {}
    return {
        place: max(_wide(head), round(ROOM * long(_text(head)) / lines) + MARGINS)
        for place, (head, width) in enumerate(zip(heads, twips, strict=True))
        if place and _wide(head) > width
        for lines in [max((width - MARGINS) // UPRIGHT_LINE, 1)]
    }


def _text(cell: Sequence[Run]) -> str:
    return "".join(run.text for run in cell)


def _lines(runs: Sequence[Run]) -> list[list[Run]]:
    """Return the paragraphs of a cell: a run that is a line feed alone stands between them."""
    found: list[list[Run]] = [[]]
    for run in runs:
        if run.text == "\n":
            found.append([])
        else:
            found[-1].append(run)
    return found


def _rich(block: richtext.Paragraph, language: str) -> list[Run]:
    return [
        Run(
            run.text,
            language,
            "Hyperlink" if links.usable(run.link) else "",
            run.bold,
            run.italic,
            link=run.link,
        )
        for run in block.runs
    ]


def _add(parent: Any, run: Run) -> None:
    """Add a stretch of text; a character that XML cannot hold stands as its code."""
    r = SubElement(parent, R)
    if run.style or run.bold or run.italic or run.symbol or run.language or run.status:
        _look(SubElement(r, R_PR), run)
    text = coded(run.text.replace("\r\n", "\n").replace("\r", "\n"))
    text = HANGING.sub(rf"{HOLDS}\1", text)
    for piece in BREAKS.split(text):
        if piece == "\n":
            SubElement(r, BR)
        elif piece == "\t":
            SubElement(r, TAB)
        elif piece == HOLDS:
            SubElement(r, w("noBreakHyphen"))
        elif piece:
            t = SubElement(r, T)
            t.text = piece
            t.set(SPACE, "preserve")


def _look(properties: Any, run: Run) -> None:
    if run.style:
        SubElement(properties, R_STYLE).set(VAL, run.style)
    if run.symbol:
        fonts = SubElement(properties, w("rFonts"))
        for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(w(kind), SYMBOLS)
    if run.bold or run.status:
        SubElement(properties, w("b"))
        SubElement(properties, w("bCs"))
    if run.italic:
        SubElement(properties, w("i"))
        SubElement(properties, w("iCs"))
    if run.status:
        _colour(properties, run)
    if run.language:
        SubElement(properties, LANG).set(VAL, run.language)


def _colour(properties: Any, run: Run) -> None:
    """Give a run the colours of a status, on itself: in a table LibreOffice forgets a style's."""
    given = look(run.status)
    colour = SubElement(properties, w("color"))
    colour.set(VAL, hexadecimal(given.ink))
    edge = SubElement(properties, w("bdr"))
    edge.set(VAL, "dashed" if run.dashed or given.dashes else "single")
    for name, value in (("sz", "6" if run.dashed else "4"), ("space", "0")):
        edge.set(w(name), value)
    # On a dark colour its own edge would not show that it is dashed.
    edge.set(w("color"), "1B2230" if run.dashed else hexadecimal(given.edge))
    ground = SubElement(properties, w("shd"))
    ground.set(VAL, "clear")
    ground.set(w("color"), "auto")
    ground.set(w("fill"), hexadecimal(given.fill))


def hexadecimal(colour: str) -> str:
    """Return "#fff" as Word writes it: "FFFFFF"."""
    digits = colour.removeprefix("#")
    full = digits if len(digits) > len("fff") else "".join(digit * 2 for digit in digits)
    return full.upper()


def _frame(table: Any, title: str, twips: Sequence[int], *, has_foot: bool) -> None:
    properties = SubElement(table, w("tblPr"))
    SubElement(properties, w("tblStyle")).set(VAL, "ReportTable")
    size = SubElement(properties, w("tblW"))
    size.set(w("w"), str(sum(twips)))
    size.set(w("type"), "dxa")
    SubElement(properties, w("tblLayout")).set(w("type"), "fixed")
    look = SubElement(properties, w("tblLook"))
    parts = {"firstRow": 1, "lastRow": int(has_foot), "firstColumn": 1, "lastColumn": 0}
    for part, holds in (parts | {"noHBand": 1, "noVBand": 1}).items():
        look.set(w(part), str(holds))
    SubElement(properties, w("tblCaption")).set(VAL, coded(title))
    grid = SubElement(table, w("tblGrid"))
    for width in twips:
        SubElement(grid, w("gridCol")).set(w("w"), str(width))
