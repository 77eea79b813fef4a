"""What a block says stands in every format: no writer leaves out a kind that others print."""

import dataclasses
import io
import re
from collections.abc import Callable
from typing import Any, get_args

import docx
import lxml.html
import pytest
from docx.oxml.ns import qn

from document import content, richtext
from document.blocks import (
    Block,
    Board,
    Chip,
    Column,
    Count,
    Facts,
    Figure,
    Heading,
    Items,
    Mark,
    Page,
    Report,
    Rich,
    Run,
    Status,
    StatusLine,
    Table,
    Tile,
    walk,
)
from document.charts import Words
from document.snapshot import Snapshot, Text
from document.writers import html, pdf, word
from tests.reports.pdf_reading import opened, squeezed, tags, text_of
from tests.reports.specimen import action, entry, full, specimen

# What readers get of each kind of thing; its other facts are codes, anchors and looks.
TEXTS: dict[type[Any], tuple[str, ...]] = {
    Report: ("title", "edition", "reference", "made_by", "address", "marks"),
    Heading: ("number", "over"),
    Rich: ("label",),
    StatusLine: ("overdue",),
    Facts: ("rows",),
    Figure: ("number", "share", "before"),
    Column: ("title",),
    Table: ("title",),
    Board: ("title", "heads"),
    Items: ("label",),
    Words: ("title", "description"),
    Run: ("text",),
    richtext.Run: ("text",),
    Status: ("word",),
    Count: ("word",),
    Tile: ("label", "said"),
    Chip: ("word",),
    Mark: ("sign",),
    Page: ("word",),
}
TOKEN = re.compile(r"zq\d+qz")


class Numbered:
    """A report with a number of its own behind each text; ``places`` says whose text that is."""

    def __init__(self, report: Report) -> None:
        self.places: dict[str, str] = {}
        inside = self.copy(dataclasses.replace(report, cover=(), notices=(), signs=()), "Report")
        # What stands on the cover, and at the foot of each page, is told once more inside.
        self.report: Report = dataclasses.replace(
            inside, cover=report.cover, notices=report.notices, signs=report.signs
        )

    def copy(self, value: Any, block: str, field: str = "") -> Any:
        """Return a thing with numbers behind its texts and those of whatever it holds."""
        if isinstance(value, str):
            return self.token(value, f"{block}: {field}") if field else value
        if type(value) is tuple:
            return tuple(self.copy(one, block, field) for one in value)
        kind = type(value).__name__
        names = value._fields if isinstance(value, Words) else fields(value)
        if isinstance(value, Block):
            block = f"{kind} {value.level}" if isinstance(value, Heading) else kind
        texts = TEXTS.get(type(value), ())
        found = {
            name: self.copy(getattr(value, name), block, f"{kind}.{name}" if name in texts else "")
            for name in names
        }
        if isinstance(value, Words):
            return value._replace(**found)
        return dataclasses.replace(value, **found) if found else value

    def token(self, text: str, place: str) -> str:
        """Return a text with its number; nothing, and a new line, stay what they are."""
        if not text or text == "\n":
            return text
        token = f"zq{len(self.places)}qz"
        self.places[token] = place
        return f"{text} {token}"


def fields(value: Any) -> list[str]:
    """Return the names of the facts of a thing, none where it is a plain value."""
    is_thing = dataclasses.is_dataclass(value) and not isinstance(value, type)
    return [field.name for field in dataclasses.fields(value)] if is_thing else []


# --- What each format says ------------------------------------------------------------


def in_html(report: Report) -> tuple[str, str]:
    """Return the text, without the contents at the side and what is only there to be copied."""
    page = lxml.html.fromstring(html.write(report))
    for beside in page.xpath("//nav | //details[@class='cited']"):
        beside.drop_tree()
    return squeezed(page.text_content()), ""


def in_pdf(report: Report) -> tuple[str, str]:
    """Return the text; the alternative texts of what is drawn and the names of the tables."""
    data = pdf.write(report)
    document = opened(data)
    told = []
    for tag in tags(document):
        told += [str(tag.facts.Alt)] if "/Alt" in tag.facts else []
        facts = tag.facts.A if tag.kind == "/Table" else ()
        told += [str(fact.Summary) for fact in facts if "/Summary" in fact]
    return text_of(data), squeezed("".join(told))


def in_word(report: Report) -> tuple[str, str]:
    """Return the text; the alternative texts of the pictures and the names of the tables."""
    element = docx.Document(io.BytesIO(word.write(report))).element
    told = [drawing.get("descr") for drawing in element.iter(qn("wp:docPr"))]
    told += [caption.get(qn("w:val")) for caption in element.iter(qn("w:tblCaption"))]
    text = "".join(piece.text for piece in element.iter(qn("w:t")))
    return squeezed(text), squeezed("".join(told))


READERS: dict[str, Callable[[Report], tuple[str, str]]] = {
    "html": in_html,
    "pdf": in_pdf,
    "word": in_word,
}
# What a format tells by other means.
ELSEWHERE = {
    # A page on a screen has no number, and stands at its address; a board is no table here.
    "html": {
        "Board: Board.title", "Board: Board.heads", "Board: Count.word", "Table: Page.word",
        "Heading 2: Heading.number", "Heading 3: Heading.number", "Report: Report.address",
    },
    # The number of a section stands before its title, that of an action in words over it.
    "pdf": {"Heading 2: Heading.over", "Heading 3: Heading.number"},
    # Signs stand in place of words, as the list of them tells.
    "word": {
        "Board: Count.word", "Table: Count.word", "Strip: Chip.word", "Board: Tile.said",
        "Table: Tile.said", "Facts: Tile.said", "Heading 2: Heading.number",
        "Heading 3: Heading.number",
    },
}  # fmt: skip

every_format = pytest.mark.parametrize("name", READERS)
long_and_short = pytest.mark.parametrize("make", [content.report, content.short])
Maker = Callable[[Snapshot, str], Report]


def test_the_specimen_has_every_kind_of_block() -> None:
    chapters = content.report(full(6), "en").chapters
    found = {type(block) for chapter in chapters for block in walk(chapter.blocks)}
    assert found == set(get_args(Block))


@every_format
@long_and_short
def test_each_text_of_each_kind_of_block_stands_in_every_format(name: str, make: Maker) -> None:
    numbered = Numbered(make(full(6), "en"))
    found = "".join(READERS[name](numbered.report))
    missing = {place for token, place in numbered.places.items() if token not in found}
    assert missing == ELSEWHERE[name] & set(numbered.places.values())


@every_format
def test_blocks_stand_in_the_order_of_reading_in_every_format(name: str) -> None:
    numbered = Numbered(content.report(full(6), "en"))
    text, _told = READERS[name](numbered.report)
    firsts = []
    for chapter in numbered.report.chapters:
        for block in walk(chapter.blocks):
            # A heading stands in the contents first.
            places = [text.rfind(token) for token in TOKEN.findall(repr(block))]
            firsts.append(min(place for place in places if place >= 0))
    assert firsts == sorted(firsts)


@every_format
@long_and_short
def test_what_is_told_of_the_edition_stands_in_every_format(name: str, make: Maker) -> None:
    report = make(full(6), "en")
    text, _told = READERS[name](report)
    said = [run.text for block in report.notices for run in block.line]  # type: ignore[union-attr]
    assert len(said) == 4
    assert [one for one in said if squeezed(one) not in text] == []


@every_format
def test_dates_stars_and_signs_stand_as_they_were_typed_in_every_format(name: str) -> None:
    typed = (
        "14. Juni 2025 begonnen",
        "3. Oktober 2025 gelesen",
        "17. November 2025 verabschiedet",
        "Kolleg*innen und Freund*innen, 5*3*2, + 4 %",
    )
    said = dataclasses.replace(
        entry(1, "actor-1", 1, "done"), texts={"done": Text("de", "\n".join(typed))}
    )
    snapshot = specimen(3, actions=(action(1, (said,)),), notes=())
    text, _told = READERS[name](content.report(snapshot, "de"))
    assert [one for one in typed if squeezed(one) not in text] == []
