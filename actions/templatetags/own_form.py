"""What a form with texts carries, so that nothing typed into it is lost."""

import secrets
from typing import Any

from django import template
from django.utils import timezone

from actions.views import earlier
from actions.views.keeping import opened_now, sign
from actions.views.offering import USE
from actions.views.shared_computer import is_shared

register = template.Library()


@register.inclusion_tag("components/own_form.html", takes_context=True)
def own_form(
    context: template.Context,
    address: str = "",
    page: str = "",
    *,
    once: bool = False,
    has_token: bool = False,
    keeps: bool = True,
) -> dict[str, Any]:
    """Return what a form of members begins with: its token, and the mark of whose it is.

    ``address`` is where it is sent, ``page`` where it stands, if not here. A form that makes
    something is told ``once``: sent twice it makes one. ``has_token`` leaves the token out, for a
    form that has it already; without ``keeps`` nothing is kept while somebody writes.
    """
    request = context["request"]
    address, page = address or request.path, page or here(request)
    return {
        "mark": sign(request.user, address, page),
        "address": address,
        "token": secrets.token_urlsafe(16) if once else "",
        "has_token": has_token,
        "opened": opened_now(timezone.now()),
        "keeps": keeps and not is_shared(request),
        "carried_on": earlier.carried_on(request, address),
    }


@register.simple_tag(takes_context=True)
def mark_of(context: template.Context, address: str) -> str:
    """Return the mark of a form that is sent to an address and stands here."""
    return sign(context["request"].user, address, here(context["request"]))


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, *, puts: bool = False) -> str:
    """Return the address of the page; ``puts``: with an unsaved text in its form."""
    address = here(context["request"])
    sign = "&" if "?" in address else "?"
    return f"{address}{sign}unsaved={USE}" if puts else address


def here(request: Any) -> str:
    """Return the address of the page, without what asks for an unsaved text."""
    query = request.GET.copy()
    query.pop("unsaved", None)
    return f"{request.path}?{query.urlencode()}" if query else str(request.path)
