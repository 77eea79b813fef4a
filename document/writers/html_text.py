"""Lines and members' Markdown as HTML: everything that was typed is escaped."""

from collections.abc import Iterable
from functools import singledispatch
from html import escape
from typing import Any

from document import links, richtext
from document.blocks import Break, Chip, Count, Line, Mark, Page, Run, Status, Tile
from document.typography import HANGING

LOOKS = {"strong": "strong", "fine": "fine", "alarm": "overdue-mark", "address": "fine address"}


def attribute(name: str, value: str) -> str:
    """Return an attribute with a space before it, or nothing without a value."""
    return f' {name}="{escape(value)}"' if value else ""


def spelt(text: str) -> str:
    """Return a text, escaped; no line ends in the hyphen that stands for a part of a compound."""
    return HANGING.sub(r'<span class="whole">\g<0></span>', escape(text))


def line(pieces: Line) -> str:
    """Return a line."""
    return "".join(piece(one) for one in pieces)


@singledispatch
def piece(one: Any) -> str:
    """Return one piece of a line.

    Raises TypeError for a kind that this writer does not know.
    """
    raise TypeError(f"no such piece: {one!r}")


@piece.register
def _(one: Run) -> str:
    return run(one)


@piece.register
def _(one: Status) -> str:
    return status(one)


@piece.register
def _(one: Count) -> str:
    return f'<span class="count-of"><b>{one.number}</b> {square(one.code, one.word)}</span>'


@piece.register
def _(one: Tile) -> str:
    return tile(one)


@piece.register
def _(one: Chip) -> str:
    return chip(one)


@piece.register
def _(one: Mark) -> str:
    return mark(one)


@piece.register
def _(_one: Page) -> str:
    return ""  # a page on a screen has no number


@piece.register
def _(_one: Break) -> str:
    return "<br>"


def run(one: Run) -> str:
    """Return a stretch of text: a link where it leads somewhere."""
    text = spelt(one.text)
    if one.look == "code":
        text = f"<code>{text}</code>"
    found = attribute("lang", one.language) + attribute("class", LOOKS.get(one.look, ""))
    if one.to:
        said = f'<span class="unseen"> ({escape(one.said)})</span>' if one.said else ""
        return f'<a href="#{escape(one.to)}"{found}>{text}{said}</a>'
    if address := links.usable(one.link):
        rel = ' rel="nofollow noopener noreferrer"'
        return f'<a href="{escape(address)}"{rel}{found}>{text}</a>'
    if one.look == "strong":
        return f"<strong{attribute('lang', one.language)}>{text}</strong>"
    return f"<span{found}>{text}</span>" if found else text


def icon(code: str) -> str:
    """Return a sign, only to be seen."""
    return (
        '<svg class="icon" aria-hidden="true" focusable="false">'
        f'<use href="#sign-{code}"></use></svg>'
    )


def status(one: Status) -> str:
    """Return a status: sign, word, colour; a dashed edge where it rests on a part."""
    part = " incomplete" if one.incomplete else ""
    return (
        f'<span class="status status--{one.code}{part}">{icon(one.code)}'
        f"<span>{escape(one.word)}</span></span>"
    )


def square(code: str, word: str) -> str:
    """Return a small square with a sign; its word is only heard."""
    return (
        f'<span class="square tile--{code}">{icon(code)}</span>'
        f'<span class="unseen">{escape(word)}</span>'
    )


def tile(one: Tile) -> str:
    """Return an action as a square that leads to it."""
    kinds = [f"tile tile--{one.code}"]
    kinds += ["tile--sub"] if one.is_sub_action else []
    kinds += ["tile--overdue"] if one.overdue else []
    kinds += ["incomplete"] if one.incomplete else []
    tag, where = ("a", attribute("href", f"#{one.to}")) if one.to else ("span", "")
    return (
        f'<{tag} class="{" ".join(kinds)}"{where}>'
        f'<span class="unseen">{escape(one.said)}</span>'
        f'<span aria-hidden="true">{escape(one.label)}</span>{icon(one.code)}</{tag}>'
    )


def chip(one: Chip) -> str:
    """Return an actor in the colour of what it reported."""
    tag, where = ("a", attribute("href", f"#{one.to}")) if one.to else ("span", "")
    return (
        f'<{tag} class="chip tile--{one.code}"{where}>{icon(one.code)}'
        f"<span{attribute('lang', one.name.language)}>{escape(one.name.text)}</span>"
        f'<span class="unseen"> ({escape(one.word)})</span></{tag}>'
    )


def mark(one: Mark) -> str:
    """Return a sign with what it means, which is seen on pointing at it and heard instead."""
    return (
        f'<span class="mark" title="{escape(one.meaning)}" aria-hidden="true">\u00a0'
        f'{escape(one.sign)}</span><span class="unseen"> ({escape(one.meaning)})</span>'
    )


# --- Markdown -----------------------------------------------------------------------


def rich(blocks: Iterable[richtext.Block]) -> str:
    """Return a Markdown text as HTML in which everything that was typed is escaped."""
    return "".join(_block(block) for block in blocks)


def _block(block: richtext.Block) -> str:
    if isinstance(block, richtext.Paragraph):
        return f'<p dir="auto">{_runs(block.runs)}</p>'
    items = "".join(f"<li>{rich(item)}</li>" for item in block.items)
    start = f' start="{block.start}"' if block.ordered and block.start != 1 else ""
    return f"<ol{start}>{items}</ol>" if block.ordered else f"<ul>{items}</ul>"


def _runs(runs: Iterable[richtext.Run]) -> str:
    return "".join(_run(run) for run in runs)


def _run(one: richtext.Run) -> str:
    if one.text == "\n":
        return "<br>"
    found = spelt(one.text)
    found = f"<em>{found}</em>" if one.italic else found
    found = f"<strong>{found}</strong>" if one.bold else found
    address = links.usable(one.link)
    if not address:
        return found
    return f'<a href="{escape(address)}" rel="nofollow noopener noreferrer">{found}</a>'
