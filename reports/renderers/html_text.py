"""A member's Markdown as HTML: everything that was typed is escaped."""

import re
from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from document import richtext

LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)


def link(address: str) -> str:
    """Return an address that a link may have, else ""."""
    return address if LINK.match(address) else ""


def rich(text: str) -> SafeString:
    """Return a Markdown text as HTML in which everything that was typed is escaped."""
    return mark_safe("".join(_block(block) for block in richtext.parse(text)))  # noqa: S308


def _block(block: richtext.Block) -> str:
    if isinstance(block, richtext.Paragraph):
        return f'<p dir="auto">{_runs(block.runs)}</p>'
    items = "".join(f"<li>{''.join(_block(one) for one in item)}</li>" for item in block.items)
    start = f' start="{block.start}"' if block.ordered and block.start != 1 else ""
    return f"<ol{start}>{items}</ol>" if block.ordered else f"<ul>{items}</ul>"


def _runs(runs: Iterable[richtext.Run]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: richtext.Run) -> str:
    if run.text == "\n":
        return "<br>"
    found = str(escape(run.text))
    found = f"<em>{found}</em>" if run.italic else found
    found = f"<strong>{found}</strong>" if run.bold else found
    address = link(run.link)
    if not address:
        return found
    return f'<a href="{escape(address)}" rel="nofollow noopener noreferrer">{found}</a>'
