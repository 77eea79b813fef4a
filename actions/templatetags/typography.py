"""The signs and sizes of a language in templates, with the spaces that the language asks for."""

import re
from collections.abc import Iterable
from textwrap import shorten
from typing import Any

from django import template
from django.template import defaultfilters
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from actions import typography
from document.writers import glyphs

register = template.Library()
register.simple_tag(typography.sign)

KILO = 1000
LONGEST_WORD = 22  # letters of a heading that 320 px hold


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, arg: str | None = None) -> str:
    """Return a day as Django's filter of this name does; in French the first is "1er"."""
    return typography.first_of_month(defaultfilters.date(value, arg))


@register.filter
def shortened(text: str, letters: int) -> str:
    """Return the first words of a text, as many as fit into so many letters."""
    return shorten(text, letters, placeholder=" …")


@register.filter
def has_long_word(text: str) -> bool:
    """Tell whether a title has a word that a narrow screen holds only in smaller letters."""
    return any(len(word) > LONGEST_WORD for word in re.split(r"[\s-]+", text))


@register.filter
def not_printed(field: Any) -> str:
    """Return the signs of what stands in a field that the PDF of a report cannot print."""
    is_printed = getattr(field.field, "is_printed", False)
    return " ".join(glyphs.unprintable(str(field.value() or ""))) if is_printed else ""


@register.filter
def size(count: int) -> str:
    """Return the size of a file in the units of its language: "352.7 kB", « 352,7 ko »."""
    if count < KILO:
        return ngettext("%(n)s byte", "%(n)s bytes", count) % {"n": count}
    if count < KILO**2:
        said = gettext("%s kB") % number_format(round(count / KILO, 1), 1)
    else:
        said = gettext("%s MB") % number_format(round(count / KILO**2, 1), 1)
    return said.replace(" ", "\u00a0")


@register.filter
def marked(runs: Iterable[tuple[str, bool]]) -> SafeString:
    """Return runs of letters as HTML, those that a search found marked."""
    parts = (
        (format_html("<mark>{}</mark>", text) if is_marked else text,) for text, is_marked in runs
    )
    return format_html_join("", "{}", parts)
