"""What a form with texts carries, so that nothing typed into it is lost."""

import secrets
from typing import Any

from django import template

from actions.views.keeping import sign
from actions.views.shared_computer import is_shared

register = template.Library()


@register.inclusion_tag("components/own_form.html", takes_context=True)
def own_form(
    context: template.Context, address: str = "", page: str = "", *, once: bool = False
) -> dict[str, Any]:
    """Return what a form of members begins with: its token, and the mark of whose it is.

    ``address`` is where it is sent, ``page`` where it stands, if not here. A form that makes
    something is told ``once``: sent twice it makes one.
    """
    request = context["request"]
    address, page = address or request.path, page or here(request)
    return {
        "mark": sign(request.user, address, page),
        "address": address,
        "token": secrets.token_urlsafe(16) if once else "",
        "keeps": not is_shared(request),
    }


@register.simple_tag(takes_context=True)
def mark_of(context: template.Context, address: str) -> str:
    """Return the mark of a form that is sent to an address and stands here."""
    return sign(context["request"].user, address, here(context["request"]))


def here(request: Any) -> str:
    """Return the address of the page, without what asks for an unsaved text."""
    query = request.GET.copy()
    query.pop("unsaved", None)
    return f"{request.path}?{query.urlencode()}" if query else str(request.path)
