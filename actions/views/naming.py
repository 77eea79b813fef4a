"""What a page is called, as a list of pages names it that others wrote on."""

import copy
import re
from html import unescape
from http import HTTPStatus
from typing import Any

from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import Resolver404
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actions.typography import sign
from actions.views import keeping

TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
SITE = re.compile(r"\s+–\s+NAP monitor\s*\Z")


def name_of(request: HttpRequest, page: str) -> str:
    """Return the title of a page with a form, with the year that it is about; "" without one.

    A row of the administration is named by what it is and what it is called. A page that is no
    longer there, or that the person may not see any more, has no name.
    """
    if page.partition("?")[0] == request.path:
        return ""  # it would ask itself
    asked: Any = copy.copy(request)
    asked._messages = default_storage(asked)  # noqa: SLF001  what waits is for the page itself
    try:
        shown: Any = keeping.as_page(asked, page, keeping.Kept("", ()))
    except (Http404, PermissionDenied, Resolver404):
        return ""
    context = getattr(shown, "context_data", None)
    if shown.status_code != HTTPStatus.OK or context is None:
        return ""
    return of_row(context) if "opts" in context else of_title(shown, context)


def of_row(context: dict[str, Any]) -> str:
    """Return what a row of the administration is, and what it is called; of a new one, so."""
    row = context.get("original")
    return f"{capfirst(context['opts'].verbose_name)}{sign(':')} {row or _('new')}"


def of_title(shown: Any, context: dict[str, Any]) -> str:
    """Return the title of a page, with the year of its round if it does not say that."""
    found = TITLE.search(shown.render().content.decode())
    title = " ".join(unescape(strip_tags(SITE.sub("", found[1]))).split()) if found else ""
    year = str(getattr(context.get("round"), "year", ""))
    return f"{title}, {year}" if title and year and year not in title else title
