"""The open points of the working group's next meeting: the page, the Word file, own points."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions.services import seen
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import READ_WRITE, MemberRequest, member_page, secretariat
from actions.views.offering import attempt, offer
from actions.views.round_management import get_round
from actions.views.uploads import as_file
from reports import points as computing
from reports.formats import FORMATS
from reports.forms.points import NewPointForm, PointForm
from reports.models import OpenPoint
from reports.services import points as service


@member_page(secretariat, methods=READ_WRITE)
def points(request: MemberRequest, key: int) -> HttpResponse:
    """Show what is open, and add a point."""
    found = get_round(min(key, LARGEST_KEY))
    form = offer(request, NewPointForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        done = attempt(
            form, lambda: service.add(found, text=text, by=request.user, now=request.now)
        )
        if done is not None:
            messages.success(request, _("The point is added."))
            return redirect("reports:points", found.pk)
    context = {
        "plan": found.plan,
        "round": found,
        "groups": computing.computed(found, on=request.on),
        "own": OpenPoint.objects.filter(round=found).select_related("by"),
        "form": form,
    }
    return TemplateResponse(request, "points/points.html", context)


@member_page(secretariat, methods=READ_WRITE)
def point(request: MemberRequest, key: int, number: int) -> HttpResponse:
    """Change a point of the secretariat, or settle it."""
    found = get_round(min(key, LARGEST_KEY))
    row = get_object_or_404(OpenPoint, round=found, pk=min(number, LARGEST_KEY))
    start: dict[str, Any] = {name: getattr(row, name) for name in service.SAID}
    start["seen"] = seen.digest(row, service.SAID)
    sent = request.POST if request.method == "POST" else None
    form = offer(request, PointForm(sent, initial=start))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, lambda: service.save(row, **form.cleaned_data, by=request.user, now=request.now),
            service.SAID,
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("The point is saved."))
            return redirect("reports:points", found.pk)
    context = {"plan": found.plan, "round": found, "row": row, "form": form}
    return TemplateResponse(request, "points/point.html", context)


@member_page(secretariat)
def points_file(request: MemberRequest, key: int) -> HttpResponse:
    """Return what is open as a Word document, in the language of the page."""
    found = get_round(min(key, LARGEST_KEY))
    content = computing.write(found, on=request.on)
    name = f"{found.plan.slug}-{found.year}-points-{request.on:%Y%m%d}-{get_language()}.docx"
    return as_file(content, name, FORMATS["docx"].media_type)
