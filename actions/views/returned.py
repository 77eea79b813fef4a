"""Addresses that failed: the secretariat brings in what mail servers returned, and settles it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.forms.returned import ReturnedForm
from actions.models import Returned
from actions.refusals import Refused
from actions.rules.bounces import MOST_BYTES
from actions.services import returned as service
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    secretariat,
    was_done,
)

PER_PAGE = 50
LONGEST_NAME = 60


@member_page(secretariat, methods=READ_WRITE)
def failed_addresses(request: MemberRequest) -> HttpResponse:
    """Show the addresses that failed and are not settled; take returned messages."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReturnedForm(*given)
    if request.method == "POST" and form.is_valid():
        taken = [take(request, form, file) for file in form.cleaned_data["mails"]]
        if count := sum(taken):
            words = ngettext(
                "%(n)s address that failed is noted.", "%(n)s addresses that failed are noted.",
                count,
            )  # fmt: skip
            messages.success(request, words % {"n": count})
        if not form.errors:
            return redirect("actions:returned")
    rows = Returned.objects.open().select_related("user", "taken_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown: list[Any] = list(page.object_list)
    Returned.name_holders(shown)
    for row in shown:
        row.page = page_of(row)
    context = {"form": form, "page": page, "rows": shown}
    return TemplateResponse(request, "secretariat/returned.html", context)


@member_page(secretariat, methods=WRITE)
def settle(request: MemberRequest, key: int) -> HttpResponse:
    """Say that nothing is left to be done about an address."""
    row = get_object_or_404(Returned, pk=min(key, LARGEST_KEY))
    was_done(
        request,
        lambda: service.settle(row, by=request.user, now=request.now),
        _("The address is settled."),
    )
    return redirect("actions:returned")


# --- Parts --------------------------------------------------------------------------


def page_of(row: Any) -> str:
    """Return where whoever has an address is shown."""
    _name, page = getattr(row, "holder", ("", ""))
    if page and row.user_id is None:
        return page
    return f"{reverse('actions:all-members')}?{urlencode({'words': row.address})}"


def take(request: MemberRequest, form: ReturnedForm, file: Any) -> int:
    """Take one file; return of how many addresses. What is wrong with it is said at the field."""
    try:
        # One byte more than there may be: the reader says that it is too much.
        content = bytes(file.read(MOST_BYTES + 1))
        return len(service.take(content, by=request.user, now=request.now))
    except Refused as refusal:
        kept = "".join(c for c in str(file.name) if c.isprintable())[:LONGEST_NAME]
        form.add_error("mails", f"{kept} – {refusal}")
        return 0
