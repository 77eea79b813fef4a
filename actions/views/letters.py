"""The outbox, for the secretariat: what was sent, what was not, and sending again."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from actions.models import Letter
from actions.models.letters import LETTER_STATES
from actions.outbox import sending
from actions.views.members_only import (
    WRITE,
    MemberRequest,
    member_page,
    secretariat,
    was_done,
)

PER_PAGE = 50
UNCLEAR = "unclear"
STATES = {**dict(LETTER_STATES), UNCLEAR: pgettext_lazy("state of a letter", "Unclear")}


@member_page(secretariat)
def letter_list(request: MemberRequest) -> HttpResponse:
    """Show the log of letters, the newest first, all or those in one state."""
    wanted = request.GET.get("state", "")
    wanted = wanted if wanted in STATES else ""
    rows = Letter.objects.filter(in_state(wanted, request)).select_related("user")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "lines": [line(letter, request) for letter in page.object_list],
        "states": STATES.items(),
        "wanted": wanted,
        "query": f"state={wanted}" if wanted else "",
    }
    return TemplateResponse(request, "secretariat/letters.html", context)


def in_state(wanted: str, request: MemberRequest) -> Q:
    """Return the filter on a state; "unclear" are those that were never heard of again."""
    if wanted == UNCLEAR:
        return sending.unclear(now=request.now)
    return Q(state=wanted) if wanted else Q()


def line(letter: Letter, request: MemberRequest) -> dict[str, Any]:
    """Return what the log shows of a letter."""
    is_unclear = sending.is_unclear(letter, now=request.now)
    return {
        "letter": letter,
        "state": STATES[UNCLEAR if is_unclear else letter.state],
        "is_unclear": is_unclear,
        "may_send_again": sending.can_send_again(letter, now=request.now),
    }


@member_page(secretariat, methods=WRITE)
def send_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Put one letter back to be sent."""
    letter = get_object_or_404(Letter, pk=pk)
    was_done(
        request,
        lambda: sending.send_again(letter, by=request.user, now=request.now),
        _("The e-mail will be sent again within a few minutes."),
    )
    return redirect("actions:letters")
