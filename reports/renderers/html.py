"""The report as one self-contained page: it asks nothing of any server, and runs nothing."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

from document import charts
from document.snapshot import Snapshot
from reports.renderers import html_data

TEMPLATE = "reports/report.html"
STYLE = Path(__file__).with_name("report.css")
STYLE_ELEMENT = re.compile("<style>(.*?)</style>", re.DOTALL)
# Of the templates; a member's line feeds are breaks by now.
INDENT = re.compile(r"[ \t]*\n[ \t\n]*")
# What no HTML may hold, whatever was typed.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def render(snapshot: Snapshot, language: str) -> str:
    """Return the report in a language: the same text for the same snapshot."""
    facts = html_data.document(snapshot, language)
    frame = {"style": style(tuple(facts["marks"])), "sprite": sprite()}
    # A plain context: no request, no processor, numbers as they are in every language.
    context = Context(facts | frame, use_l10n=False, use_tz=False)
    page = Engine.get_default().get_template(TEMPLATE).render(context)
    return FORBIDDEN.sub("\ufffd", INDENT.sub("\n", page))


def style_hash(page: str) -> str:
    """Return what a Content-Security-Policy must allow as style-src for the page to have its look.

    Raises ValueError for a page that has no style of its own.
    """
    found = STYLE_ELEMENT.search(page)
    if not found:
        raise ValueError("the page has no style element")
    digest = hashlib.sha256(found[1].encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def style(marks: tuple[str, ...]) -> SafeString:
    """Return the style sheet, with the marks for the head of each printed page."""
    return mark_safe(_sheet() + _marks_in_print(marks))  # noqa: S308 - our own, and escaped


@cache
def _sheet() -> str:
    """Return the style sheet without comments and needless space."""
    text = re.sub(r"/\*.*?\*/", "", STYLE.read_text(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", text).strip()


def _marks_in_print(marks: tuple[str, ...]) -> str:
    if not marks:
        return ""
    # In CSS any character may stand as its code, so no label can end the string.
    coded = "".join(f"\\{ord(letter):x} " for letter in " – ".join(marks))
    return f' @page {{ @top-center {{ content: "{coded}"; }} }}'


@cache
def sprite() -> SafeString:
    """Return the signs, each once, for the page to refer to."""
    signs = "".join(
        f'<symbol id="sign-{code}" viewBox="0 0 16 16">{drawing}</symbol>'
        for code, drawing in charts.SIGNS.items()
    )
    sheet = f'<svg class="sprite" width="0" height="0" aria-hidden="true">{signs}</svg>'
    return mark_safe(sheet)  # noqa: S308 - constants alone
