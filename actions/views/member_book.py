"""The secretariat's page on which a list of members is brought in: looked at first, then done."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from actions import member_book
from actions.forms.plans import WorkbookForm
from actions.refusals import Refused
from actions.services import members
from actions.views.confirming import require_fresh
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    secretariat,
)
from actions.views.people import gaps
from actions.views.uploads import as_file, told_faults, turned_away, uploaded


@member_page(secretariat, methods=READ_WRITE)
def members_import(request: MemberRequest) -> HttpResponse:
    """Take a workbook; show who would be invited and what is wrong; invite them."""
    if request.method == "POST" and request.POST.get("act") == "do":
        return invited(request)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            content = uploaded(form.cleaned_data["workbook"])
            context |= preview(member_book.look(content, now=request.now))
        except Refused as refusal:
            form.add_error("workbook", str(refusal))
    return TemplateResponse(request, "secretariat/members_import.html", context)


def preview(looked: member_book.Looked) -> dict[str, Any]:
    """Return what the page says of a workbook."""
    if looked.faults:
        return told_faults(looked.faults)
    return {
        "is_preview": True,
        "new": looked.new,
        "known": looked.known,
        "left_out": looked.left_out,
        "lines": member_book.packed(looked.new),
    }


def invited(request: MemberRequest) -> HttpResponse:
    """Invite whom a preview showed."""
    require_fresh(request)
    try:
        lines = member_book.unpacked(request.POST.get("lines", ""))
        count = members.invite_many(lines, by=request.user, now=request.now)
    except Refused as refusal:
        return turned_away(request, refusal)
    words = ngettext(
        "%(count)s invitation is on its way.", "%(count)s invitations are on their way.", count
    )
    messages.success(request, words % {"count": count} if count else _("Everybody was invited."))
    return redirect("actions:all-members")


@member_page(secretariat)
def members_template(request: MemberRequest) -> HttpResponse:
    """Return a workbook with the bodies that nobody looks after, in the language of the page."""
    actors = [gap["actor"] for gap in gaps(request)]
    name = f"members-{get_language()}.xlsx"
    return as_file(member_book.template(actors), name)
