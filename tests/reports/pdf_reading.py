"""What a PDF says, read from its content streams and its tags; made for what Typst writes."""

import re
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf

HEX = rb"<([0-9A-Fa-f]+)>"
PAIR = re.compile(HEX + rb"\s*" + HEX + rb"\s*\n")
# Signs that only say where a word may be divided, and the blanks that a new line swallows.
DIVIDERS = re.compile("[\u00ad\u200b\u2060\u2010\\-\\s]")


class Piece(NamedTuple):
    """A stretch of text on a page; an artifact is no part of the document's text.

    ``language`` is that of the stretch alone, "" where it is that of its tag.
    """

    page: int
    text: str
    is_artifact: bool
    language: str


class Element(NamedTuple):
    """A tag: its kind, its attributes, its depth in the tree."""

    kind: str
    facts: Any
    depth: int


def opened(data: bytes) -> pikepdf.Pdf:
    """Open a PDF."""
    return pikepdf.open(BytesIO(data))


def squeezed(text: str) -> str:
    """Return a text without blanks, hyphens and places to break."""
    return DIVIDERS.sub("", text)


def text_of(data: bytes) -> str:
    """Return the text of a document in its order, squeezed, artifacts left out."""
    return squeezed("".join(p.text for p in pieces(opened(data)) if not p.is_artifact))


def pieces(pdf: pikepdf.Pdf) -> Iterator[Piece]:
    """Return what stands on the pages, in order."""
    for number, page in enumerate(pdf.pages, start=1):
        fonts = {
            name: _characters(font.ToUnicode.read_bytes())
            for name, font in page.Resources.get("/Font", {}).items()
        }
        yield from (Piece(number, *found) for found in _shown(page, fonts))


def _shown(
    page: pikepdf.Page, fonts: dict[str, dict[bytes, str]]
) -> Iterator[tuple[str, bool, str]]:
    marks: list[tuple[str, str]] = []
    font: dict[bytes, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operands = instruction.operands
        match str(instruction.operator):
            case "BDC" | "BMC":
                facts: Any = operands[1] if len(operands) > 1 else {}
                language = str(facts.get("/Lang", ""))
                marks.append((str(operands[0]), language))
            case "EMC":
                marks.pop()
            case "Tf":
                font = fonts[str(operands[0])]
            case "Tj" | "TJ":
                codes = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
                for code in codes:
                    if isinstance(code, pikepdf.String):
                        kinds = {kind for kind, _language in marks}
                        language = next((found for _kind, found in reversed(marks) if found), "")
                        yield _decoded(bytes(code), font), "/Artifact" in kinds, language


class Line(NamedTuple):
    """A line of text or a part of one: at what height of its page, in which size at its end."""

    page: int
    height: float
    text: str
    size: float = 0


def lines(pdf: pikepdf.Pdf) -> list[Line]:
    """Return what stands on the pages, a line or a part of one at a time."""
    found: list[Line] = []
    for number, page in enumerate(pdf.pages, start=1):
        fonts = {
            name: _characters(font.ToUnicode.read_bytes())
            for name, font in page.Resources.get("/Font", {}).items()
        }
        font: dict[bytes, str] = {}
        size = 0.0
        found.append(Line(number, 0, ""))
        for instruction in pikepdf.parse_content_stream(page):
            operands = instruction.operands
            match str(instruction.operator):
                case "Tf":
                    font, size = fonts[str(operands[0])], float(operands[1])
                case "cm" if float(operands[5]) != found[-1].height:
                    found.append(Line(number, float(operands[5]), ""))
                case "Tj" | "TJ":
                    codes = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
                    strings = [bytes(one) for one in codes if isinstance(one, pikepdf.String)]
                    text = "".join(_decoded(one, font) for one in strings)
                    found[-1] = found[-1]._replace(text=found[-1].text + text, size=size)
    return found


def stand_ins(pdf: pikepdf.Pdf) -> set[str]:
    """Return what is copied and read aloud in place of what some stretches show."""
    facts = [
        instruction.operands[1]
        for page in pdf.pages
        for instruction in pikepdf.parse_content_stream(page)
        if str(instruction.operator) == "BDC"
    ]
    return {str(one.ActualText) for one in facts if "/ActualText" in one}


def _decoded(codes: bytes, font: dict[bytes, str]) -> str:
    return "".join(font[codes[n : n + 2]] for n in range(0, len(codes), 2))


@lru_cache(maxsize=64)
def _characters(cmap: bytes) -> dict[bytes, str]:
    """Return the characters of a font's codes (its ToUnicode table)."""
    return {
        bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in PAIR.findall(cmap)
    }


def tags(pdf: pikepdf.Pdf) -> list[Element]:
    """Return every tag in the order of reading."""
    found: list[Element] = []

    def walk(node: Any, depth: int) -> None:
        if isinstance(node, pikepdf.Array):
            for one in node:
                walk(one, depth)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append(Element(str(node.S), node, depth))
            walk(node.get("/K"), depth + 1)

    walk(pdf.Root.StructTreeRoot.K, 0)
    return found
