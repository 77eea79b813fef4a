"""Where the secretariat starts the evaluation of a plan, and records advice for any report.

Its chapters, its draft and its editions are made on the pages of every report; see ``editing``.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.enums import RoundKind
from actions.models import Plan, ReportingRound
from actions.services import seen
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    secretariat,
    was_done,
)
from actions.views.offering import attempt, offer
from reports.forms.evaluations import AdviceForm, EvaluationForm
from reports.models import Advice
from reports.services import evaluations as service
from reports.views.editing import find_round, tell_saved


@member_page(secretariat, methods=READ_WRITE)
def evaluations(request: MemberRequest) -> HttpResponse:
    """Show the evaluations of all plans, and start one."""
    start = {
        "plan": Plan.objects.published().filter(slug=settings.CURRENT_PLAN).first(),
        "year": request.on.year,
    }
    form = offer(request, EvaluationForm(request.POST or None, initial=start))
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: service.start(**form.cleaned_data, by=request.user, now=request.now),
        )
        if made is not None:
            messages.success(request, _("The evaluation is started. Only members see its draft."))
            return redirect("reports:editing", made.pk)
    context = {"form": form, "lines": listed()}
    return TemplateResponse(request, "evaluations/list.html", context)


def listed() -> QuerySet[ReportingRound]:
    """Return the evaluations, the newest first, with whether something is written for each."""
    written = {
        f"has_{kind.__name__.lower()}": Exists(kind.objects.filter(round=OuterRef("pk")))
        for kind in service.WRITTEN
    }
    rows = ReportingRound.of_any_kind.filter(kind=RoundKind.EVALUATION).select_related("plan")
    return rows.annotate(**written).order_by("-year", "plan__slug")


@member_page(secretariat, methods=WRITE)
def remove(request: MemberRequest, key: int) -> HttpResponse:
    """Take back an evaluation for which nothing was written."""
    found = find_evaluation(key)
    was_done(
        request,
        lambda: service.remove(found, by=request.user, now=request.now),
        _("The evaluation is removed."),
    )
    return redirect("reports:evaluations")


@member_page(secretariat, methods=READ_WRITE)
def advice(request: MemberRequest, key: int, number: int) -> HttpResponse:
    """Record what a stakeholder or a meeting advised, and what was done; 0 is a new one."""
    found = find_round(key)
    row = find_advice(found, number) if number else Advice(round=found)
    start: dict[str, Any] = {name: getattr(row, name) for name in service.ADVISED}
    start["seen"] = seen.digest(row, service.ADVISED)
    form = offer(
        request, AdviceForm(request.POST if request.method == "POST" else None, initial=start)
    )
    if request.method == "POST" and form.is_valid():
        stored = attempt(
            form,
            lambda: service.save_advice(
                row, form.columns(), seen=form.cleaned_data["seen"], by=request.user,
                now=request.now,
            ),
            service.ADVISED,
        )  # fmt: skip
        if stored is not None:
            tell_saved(request, found)
            return redirect("reports:editing", found.pk)
    context = {"round": found, "plan": found.plan, "row": row, "form": form}
    status = 409 if getattr(form, "conflict", None) else 200
    return TemplateResponse(request, "evaluations/advice.html", context, status=status)


@member_page(secretariat, methods=WRITE)
def advice_remove(request: MemberRequest, key: int, number: int) -> HttpResponse:
    """Remove an advice."""
    found = find_round(key)
    row = find_advice(found, number)
    was_done(
        request,
        lambda: service.remove_advice(row, by=request.user, now=request.now),
        _("The advice is removed."),
    )
    return redirect("reports:editing", found.pk)


# --- Parts ----------------------------------------------------------------------


def find_evaluation(key: int) -> ReportingRound:
    """Return an evaluation by its key; 404 for a round of another kind."""
    rows = ReportingRound.of_any_kind.select_related("plan", "consultation")
    found = get_object_or_404(rows, pk=min(key, LARGEST_KEY))
    if not found.is_evaluation:
        raise Http404
    return found


def find_advice(found: ReportingRound, number: int) -> Advice:
    """Return an advice for a report by its key."""
    return get_object_or_404(Advice, round=found, pk=min(number, LARGEST_KEY))
