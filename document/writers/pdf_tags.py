"""What the typesetter leaves out of a PDF, put in afterwards: what links show, heads of rows.

The file is packed on the way, to half its size; the same bytes for the same file.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from document.blocks import Report
from document.writers import typst_data

SOFT_HYPHEN, HYPHEN = b"<00AD>", b"<002D>"  # in a table of what signs mean
# In these there is no table and no row: they are most of the tree, and need no reading.
LEAVES = frozenset(
    pikepdf.Name(f"/{kind}")
    for kind in ("P", "Span", "Link", "Figure", "L", "H1", "H2", "H3", "H4", "H5", "H6", "TD")
)
PAGE = re.compile(r"\d+$")
PAGES = {"de": "S."}  # in the other languages: "p."


def finished(data: bytes, report: Report) -> bytes:
    """Return a PDF whose links say what they show, whose tables have heads of rows and names."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        _tell_links(pdf, typst_data.said(report), PAGES.get(report.language, "p."))
        _head_rows(pdf, typst_data.told_tables(report))
        _spell_hyphens(pdf)
        out = io.BytesIO()
        pdf.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            deterministic_id=True,
        )
    return out.getvalue()


def _spell_hyphens(pdf: pikepdf.Pdf) -> None:
    """Let the sign of a hyphen be read as one.

    A font draws the hyphen of a divided word and a written one alike, and the typesetter tells
    of that sign what it came to first: a soft hyphen then stood inside every address and name.
    """
    fonts: dict[tuple[int, int], Any] = {}
    for page in pdf.pages:
        resources: Any = page.get("/Resources", {})
        for font in resources.get("/Font", {}).values():
            fonts[font.objgen] = font
    for font in fonts.values():
        if "/ToUnicode" in font:
            table = font.ToUnicode
            table.write(table.read_bytes().replace(SOFT_HYPHEN, HYPHEN))


def _tell_links(pdf: pikepdf.Pdf, said: dict[str, str], page_word: str) -> None:
    """Let a link to an action say "Action 1: Partly carried out, p. 11", not only the page."""
    for page in pdf.pages:
        for note in page.get("/Annots", []):
            told = said.get(str(note.get("/Dest", "")))
            number = PAGE.search(str(note.get("/Contents", "")))
            if told:
                note.Contents = pikepdf.String(
                    f"{told}, {page_word} {number[0]}" if number else told
                )


def _head_rows(pdf: pikepdf.Pdf, titles: list[tuple[str, bool]]) -> None:
    """Make the first cell of each row of a table its head, and name each table."""
    tables = [node for node in _nodes(pdf.Root.StructTreeRoot.K) if node.S == "/Table"]
    for table, (title, has_sums) in zip(tables, titles, strict=False):
        _name(table, title)
        if has_sums:
            _free_sums(table)
        for row in _nodes(table.K):
            if row.S == "/TR":
                cells = [cell for cell in _children(row) if "/S" in cell]
                # What fills a row by itself is a note at the foot.
                if len(cells) > 1 and cells[0].S == "/TD":
                    _head(cells[0])


def _free_sums(table: Any) -> None:
    """Make the sums of a group cells as others, which head nothing; its name heads their row.

    To the typesetter they are a head, so that it never leaves them behind at the foot of a page.
    """
    rows = [node for node in _nodes(table.K) if node.S == "/TR"]
    cells = [[cell for cell in _children(row) if "/S" in cell] for row in rows]
    sums = [row for row in cells[1:] if len(row) > 1 and all(cell.S == "/TH" for cell in row)]
    for row in cells[1:]:
        for cell, head in zip(row[1:], cells[0][1:], strict=True):
            facts = next(one for one in _attributes(cell) if one.get("/O") == "/Table")
            facts.Headers = pikepdf.Array([head.ID])
    for row in sums:
        _head(row[0])
        for cell in row[1:]:
            cell.S = pikepdf.Name("/TD")
            for facts in _attributes(cell):
                if "/Scope" in facts:
                    del facts["/Scope"]


def _name(table: Any, title: str) -> None:
    """Say what a table shows, in its attributes."""
    for facts in _attributes(table):
        if facts.get("/O") == "/Table":
            facts.Summary = pikepdf.String(title)
            return
    added = pikepdf.Dictionary(O=pikepdf.Name("/Table"), Summary=pikepdf.String(title))
    table.A = pikepdf.Array([*_attributes(table), added])


def _head(cell: Any) -> None:
    """Make a cell the head of its row."""
    cell.S = pikepdf.Name("/TH")
    for facts in _attributes(cell):
        if facts.get("/O") == "/Table":
            facts.Scope = pikepdf.Name("/Row")
            return
    scope = pikepdf.Dictionary(O=pikepdf.Name("/Table"), Scope=pikepdf.Name("/Row"))
    cell.A = pikepdf.Array([*_attributes(cell), scope])


def _attributes(node: Any) -> list[Any]:
    found = node.get("/A")
    if found is None:
        return []
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def _children(node: Any) -> Iterator[Any]:
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            yield kid


def _nodes(start: Any) -> Iterator[Any]:
    """Yield the elements of a tree of tags in the order of reading, none below one of LEAVES."""
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting += reversed(list(node))
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            yield node
            kids = None if node.S in LEAVES else node.get("/K")
            if kids is not None:
                waiting.append(kids)
