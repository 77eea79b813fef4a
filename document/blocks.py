"""What a report is made of, whatever the format: some kinds of blocks, of lines, of pieces.

A writer knows how each kind looks, never which chapter it stands in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from document import richtext
from document.charts import Drawing

# --- Pieces of a line ---------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """A stretch of text.

    ``language`` is "" where it is the document's. ``look`` is "", "strong", "fine" (small and
    muted), "alarm" or "code". ``link`` leads to the web, ``to`` to an anchor of the document;
    ``said`` tells what such a link shows to those who do not see it.
    """

    text: str
    language: str = ""
    look: str = ""
    link: str = ""
    to: str = ""
    said: str = ""


@dataclass(frozen=True)
class Status:
    """A status: sign, colour and word; ``incomplete`` says on how many reports it rests, or ""."""

    code: str
    word: str
    incomplete: str = ""


@dataclass(frozen=True)
class Count:
    """So many of a status, with the sign in place of the word."""

    number: int
    code: str
    word: str


@dataclass(frozen=True)
class Tile:
    """An action as a square in the colour of its status, which leads to it.

    ``said`` is what it shows, in words: "Action 1: Partly carried out, overdue".
    """

    label: str
    code: str
    to: str
    said: str
    overdue: bool = False
    incomplete: bool = False
    is_sub_action: bool = False


@dataclass(frozen=True)
class Chip:
    """An actor in the colour of what it reported; ``to`` leads to its words, "" where none are."""

    name: Run
    code: str
    word: str
    to: str = ""


@dataclass(frozen=True)
class Mark:
    """A sign in place of words that stand at many texts; what it means is told on the page."""

    sign: str
    meaning: str


@dataclass(frozen=True)
class Page:
    """The page of an anchor, in a format that has pages; ``word`` says "page {page}"."""

    to: str
    word: str


@dataclass(frozen=True)
class Break:
    """A new line."""


Piece = Run | Status | Count | Tile | Chip | Mark | Page | Break
Line = tuple[Piece, ...]


# --- Blocks -------------------------------------------------------------------------


@dataclass(frozen=True)
class Heading:
    """A heading: 2 in a chapter (which is 1), 3 an action, 4 an actor under it.

    ``number`` stands large beside it where there is room, and ``over`` small above it.
    """

    level: int
    line: Line
    anchor: str = ""
    number: str = ""
    over: str = ""


@dataclass(frozen=True)
class Prose:
    """A paragraph; ``look`` is "", "lead", "fine" or "notice"."""

    line: Line
    look: str = ""


@dataclass(frozen=True)
class Rich:
    """A text in Markdown; ``label`` says what it is, ``marks`` which language it is in."""

    blocks: tuple[richtext.Block, ...]
    language: str = ""
    label: str = ""
    marks: tuple[Mark, ...] = ()
    look: str = ""


@dataclass(frozen=True)
class StatusLine:
    """A status with what stands beside it; ``overdue`` is the word for that, or ""."""

    status: Status | None
    facts: tuple[Line, ...] = ()
    overdue: str = ""
    look: str = ""


@dataclass(frozen=True)
class Facts:
    """Short facts, each with its label."""

    rows: tuple[tuple[str, Line], ...]


@dataclass(frozen=True)
class Figure:
    """A key figure: number, title, share; what it was last year; its formula and notes."""

    number: str
    title: Run
    share: str = ""
    before: str = ""
    notes: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Figures:
    """Key figures beside each other."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table; ``width`` is its share; numbers stand at the right."""

    title: str
    width: int
    is_number: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table; one that is a group's head has a single cell."""

    cells: tuple[Line, ...]
    is_head: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first column heads the rows. ``title`` is told where no heading says it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: tuple[Line, ...] = ()
    look: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing, with its title as a heading over it and its figures as a table."""

    drawing: Drawing
    level: int = 2


@dataclass(frozen=True)
class Board:
    """Actions as tiles under their sections, with the count of each status."""

    title: str
    heads: tuple[str, str, str]
    groups: tuple[tuple[Line, tuple[Tile, ...], tuple[Count, ...]], ...]


@dataclass(frozen=True)
class Legend:
    """Signs and colours with their words; counts where it counts."""

    items: tuple[Line, ...]


@dataclass(frozen=True)
class Items:
    """A list of lines: documents, actions; a numbered one counts from 1."""

    lines: tuple[Line, ...]
    label: str = ""
    is_ordered: bool = False


@dataclass(frozen=True)
class Strip:
    """The actors of an action beside each other."""

    chips: tuple[Chip, ...]


@dataclass(frozen=True)
class Action:
    """All that stands under one action: its head together, then what each actor said."""

    heading: Heading
    head: tuple["Block", ...]
    entries: tuple["Entry", ...] = ()
    is_sub_action: bool = False


@dataclass(frozen=True)
class Entry:
    """What one actor said of an action."""

    heading: Heading
    status: StatusLine
    blocks: tuple["Block", ...] = ()


Block = (
    Heading | Prose | Rich | StatusLine | Facts | Figures | Table | Chart | Board | Legend | Items
    | Strip | Action | Entry
)  # fmt: skip


# --- The whole ----------------------------------------------------------------------


@dataclass(frozen=True)
class Chapter:
    """A chapter: its key, its title, its anchor, and what is in it.

    ``starts_page`` asks for a page of its own, where a format has pages; ``is_close`` for
    blocks that stand close together and take the whole width.
    """

    key: str
    title: Run
    anchor: str
    blocks: tuple[Block, ...]
    starts_page: bool = False
    is_close: bool = False


@dataclass(frozen=True)
class Report:
    """A document in one language, with what stands on its cover and on every page.

    ``words`` are the fixed words that a writer needs by itself, by key; ``marks`` must stand
    on every page; ``signs`` are the signs that a page explains at its foot; ``citation`` is how
    to cite the document, its address last. A letter has no cover: ``notices`` say whom it goes to.
    """

    language: str
    title: str
    subtitle: Run
    edition: str
    reference: str
    made_by: str
    address: str
    day: tuple[int, int, int]
    marks: tuple[str, ...]
    signs: tuple[Mark, ...]
    cover: tuple[Tile, ...]
    notices: tuple[Block, ...]
    chapters: tuple[Chapter, ...]
    words: dict[str, str] = field(default_factory=dict)
    citation: str = ""
    is_short: bool = False
    is_draft: bool = False
    is_letter: bool = False

    @property
    def foot_signs(self) -> str:
        """The signs and their meaning in one line, for the foot of a page; "" in a letter.

        With what a tile has behind its number.
        """
        if not self.words.get("incomplete"):
            return ""
        signs = [(mark.sign, mark.meaning) for mark in self.signs]
        signs += [("!", self.words["overdue"]), ("…", self.words["incomplete"])]
        return " · ".join(f"{sign}\u00a0{meaning}" for sign, meaning in signs)


def walk(blocks: Sequence[Block]) -> list[Block]:
    """Return every block, those inside actions and entries included, in the order of reading."""
    found: list[Block] = []
    for block in blocks:
        found.append(block)
        if isinstance(block, Action):
            found += walk((block.heading, *block.head, *block.entries))
        elif isinstance(block, Entry):
            found += walk((block.heading, block.status, *block.blocks))
    return found
