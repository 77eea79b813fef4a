"""A member's Markdown as a tree that every renderer reads: paragraphs and lists of runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from document import links
from document.typed import covered, uncovered

# Paragraphs, lists, bold, italic and links; anything else stays as it was typed.
# Text nested deeper than the limit would be left out.
PARSER = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 100}).enable(
    ["list", "emphasis", "link", "escape", "newline"]
)
# Each bracket may begin a link, and is followed to the end of the text to see: of so many that no
# text of people has them, none begins one.
MOST_BRACKETS = 600
WITHOUT_LINKS = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 100}).enable(
    ["list", "emphasis", "escape", "newline"]
)
# Each text of a report stands in several formats and languages, and is read once for all.
KEPT = 2_000
# Here, and not only in the HTML, as a report is made from the same tokens. A link to another
# place on this site would lead nowhere in a report.
PARSER.validateLink = lambda url: links.usable(url) != ""  # type: ignore[method-assign]
_normalized = PARSER.normalizeLink
PARSER.normalizeLink = lambda url: _normalized(uncovered(url))  # type: ignore[method-assign]
# An address as it stands in a sentence.
TYPED = re.compile(r"(?<![\w@./])(?:https?://|www\.)[^\s<>\"«»“”|]+", re.IGNORECASE)
ENDS = ".,;:!?…'’*"
BRACKETS = {")": "(", "]": "[", "}": "{"}


def _link_addresses(state: StateCore) -> None:
    """Make links of the addresses that were typed as such."""
    for token in state.tokens:
        if token.children and TYPED.search(token.content):
            depth = 0
            found: list[Token] = []
            for child in token.children:
                depth += child.nesting if child.type.startswith("link_") else 0
                found += [child] if depth or child.type != "text" else _with_links(child.content)
            token.children = found


def _with_links(text: str) -> Iterator[Token]:
    """Yield a text with its addresses as links."""
    place = 0
    for found in TYPED.finditer(text):
        typed = _without_end(found[0])
        address = typed if "://" in typed else f"https://{typed}"
        if links.usable(PARSER.normalizeLink(address)) and "." in typed:
            yield Token("text", "", 0, content=text[place : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": PARSER.normalizeLink(address)})
            yield Token("text", "", 0, content=typed)
            yield Token("link_close", "a", -1)
            place = found.start() + len(typed)
    yield Token("text", "", 0, content=text[place:])


def _without_end(address: str) -> str:
    """Return an address without the signs that end its sentence, or the bracket around it."""
    while address and (
        address[-1] in ENDS
        or address.count(address[-1]) > address.count(BRACKETS.get(address[-1], address[-1]))
    ):
        address = address[:-1]
    return address


for _parser in (PARSER, WITHOUT_LINKS):
    _parser.core.ruler.push("addresses", _link_addresses)


@dataclass(frozen=True)
class Run:
    """A stretch of text with one look; ``link`` is an address or ""; ``text`` "\\n" is a break."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Some runs in a row."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class List:
    """A list; each item holds paragraphs and lists again."""

    ordered: bool
    start: int
    items: tuple[tuple["Block", ...], ...]


Block = Paragraph | List


@lru_cache(maxsize=KEPT)
def parse(text: str) -> tuple[Block, ...]:
    """Return the blocks of a text; what is no Markdown of ours stays as it was typed."""
    blocks, _end = _blocks(tokens(text), 0, "")
    return blocks


def html(text: str) -> str:
    """Return a text as HTML; what is no Markdown of ours is escaped."""
    return uncovered(str(PARSER.renderer.render(tokens(text), PARSER.options, {})))


def tokens(text: str) -> list[Token]:
    """Return a text as parsed; where its numbers would count otherwise, they make no list."""
    parser = PARSER if text.count("[") <= MOST_BRACKETS else WITHOUT_LINKS
    found = parser.parse(covered(text))
    return found if _counts_as_typed(found) else parser.parse(covered(text, has_numbers=False))


def _counts_as_typed(found: list[Token]) -> bool:
    """Tell whether each item of a numbered list has the number that was typed."""
    counts: list[int] = []
    for token in found:
        if token.type == "ordered_list_open":
            counts.append(int(token.attrs.get("start", 1)))
        elif token.type == "ordered_list_close":
            counts.pop()
        elif token.type == "list_item_open" and token.info:
            if token.info != str(counts[-1]):
                return False
            counts[-1] += 1
    return True


def plain(text: str) -> str:
    """Return a text without its marks, a line feed between paragraphs and items.

    Numbers of items stay.
    """
    return "\n".join(_lines(parse(text)))


def _lines(blocks: tuple[Block, ...]) -> list[str]:
    found = []
    for block in blocks:
        if isinstance(block, Paragraph):
            found.append("".join(run.text for run in block.runs))
        else:
            for number, item in enumerate(block.items, start=block.start):
                first, *others = _lines(item) or [""]
                found += [f"{number}. {first}" if block.ordered else first, *others]
    return found


def _blocks(tokens: list[Token], place: int, end: str) -> tuple[tuple[Block, ...], int]:
    """Read blocks from a place until a closing token; return them and where that stands."""
    found: list[Block] = []
    while place < len(tokens) and tokens[place].type != end:
        token = tokens[place]
        if token.type == "inline":
            found.append(Paragraph(_runs(token.children or [])))
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            items, place = _items(tokens, place + 1, token.type.replace("open", "close"))
            start = int(token.attrs.get("start", 1))
            found.append(List(token.type == "ordered_list_open", start, items))
        place += 1
    return tuple(found), place


def _items(tokens: list[Token], place: int, end: str) -> tuple[tuple[tuple[Block, ...], ...], int]:
    items = []
    while tokens[place].type != end:
        blocks, place = _blocks(tokens, place + 1, "list_item_close")
        items.append(blocks)
        place += 1
    return tuple(items), place


def _runs(children: list[Token]) -> tuple[Run, ...]:
    found: list[Run] = []
    bold = italic = 0
    link = ""
    for token in children:
        match token.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "em_open":
                italic += 1
            case "em_close":
                italic -= 1
            case "link_open":
                link = str(token.attrs.get("href", ""))
            case "link_close":
                link = ""
            case "softbreak" | "hardbreak":
                found.append(Run("\n", bool(bold), bool(italic), link))
            case _:
                if token.content:
                    said = uncovered(token.content)
                    found.append(Run(said, bool(bold), bool(italic), link))
    return tuple(found)
