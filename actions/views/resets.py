"""A lost second factor: the secretariat proposes its reset, a reviewer confirms or refuses."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.forms.resets import DecideForm, ProposeForm
from actions.models import FactorReset
from actions.services import resets as service
from actions.views.confirming import keeps_factor, require_fresh
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    reviewers,
    secretariat,
)
from actions.views.offering import attempt, offer
from actions.views.people import living

PER_PAGE = 50


@member_page(secretariat, methods=READ_WRITE)
def propose(request: MemberRequest, key: int) -> HttpResponse:
    """Show what became of a person's second factor; propose to reset it, with a reason."""
    person = get_object_or_404(living(), pk=min(key, LARGEST_KEY))
    form = offer(request, ProposeForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        require_fresh(request)
        reason = form.cleaned_data["reason"]
        made: list[FactorReset] = []

        def work() -> bool:
            made.append(service.propose(person, reason=reason, by=request.user, now=request.now))
            return True

        if attempt(form, work):
            messages.success(request, _("The reset is proposed; the reviewers are told."))
            return redirect("actions:reset", made[0].pk)
    rows = marked(request, all_rows().filter(person=person))
    waiting = next((row for row in rows if row.is_standing), None)
    problem = "" if waiting else service.obstacle(person, by=request.user, now=request.now)
    context = {
        "person": person, "form": form, "rows": rows, "waiting": waiting, "problem": problem,
        "has_form": form.is_bound or not (waiting or problem),
    }  # fmt: skip
    return TemplateResponse(request, "secretariat/reset_propose.html", context)


@member_page(reviewers)
def reset_list(request: MemberRequest) -> HttpResponse:
    """Show all resets, those that wait for somebody first."""
    page = Paginator(all_rows(), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = marked(request, page.object_list)
    waiting = list(all_rows().filter(pk__in=service.standing(now=request.now).values("pk")))
    context = {"page": page, "waiting": waiting, "query": ""}
    return TemplateResponse(request, "secretariat/resets.html", context)


@member_page(reviewers, methods=READ_WRITE)
def reset(request: MemberRequest, key: int) -> HttpResponse:
    """Show a proposal; confirm, refuse or withdraw it, or see what became of it."""
    row = get_object_or_404(all_rows(), pk=min(key, LARGEST_KEY))
    form = offer(request, DecideForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid() and decided(request, row, form):
        return redirect("actions:reset", row.pk)
    (row,) = marked(request, all_rows().filter(pk=row.pk))
    rights = request.rights
    is_refusable = service.may_refuse(row, request.user, now=request.now)
    context = {
        "row": row,
        "form": form,
        "may_confirm": row.is_standing and service.may_confirm(row, request.user),
        "may_refuse": row.is_standing and is_refusable,
        "may_withdraw": row.is_standing and rights.is_secretariat,
        "lacks_factor": not keeps_factor(request.user),
        "is_own": row.person_id == request.user.pk,
    }
    return TemplateResponse(request, "secretariat/reset.html", context)


# --- Parts ----------------------------------------------------------------------


def all_rows() -> Any:
    """Return all resets, the newest first, with whom they name."""
    return FactorReset.objects.select_related("person", "proposed_by", "closed_by")


def marked(request: MemberRequest, rows: Any) -> list[Any]:
    """Return resets, each with whether it still waits for a reviewer, or lapsed by itself."""
    found = list(rows)
    keys = [row.pk for row in found]
    waiting = service.standing(now=request.now).filter(pk__in=keys).values_list("pk", flat=True)
    standing = set(waiting)
    for row in found:
        row.is_standing = row.pk in standing
        row.has_lapsed = not row.is_standing and row.closed_at is None
    return found


def decided(request: MemberRequest, row: FactorReset, form: Any) -> bool:
    """Do what a button asks; what is refused is said at the form."""
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "confirm": (service.confirm, _("The second factor is reset. Its owner is told.")),
        "refuse": (service.refuse, _("The proposal is refused. The owner is told.")),
        "withdraw": (service.withdraw, _("The proposal is withdrawn. The owner is told.")),
    }
    name, note = request.POST.get("act", ""), form.cleaned_data["note"]
    if name not in acts:
        return False
    if name == "refuse" and not note:
        form.add_error("note", _("Write why you refuse."))
        return False
    if name == "confirm":
        if not keeps_factor(request.user):
            form.add_error(None, _("Add a second factor to your own account first."))
            return False
        require_fresh(request)
    act, words = acts[name]

    def work() -> bool:
        act(row, note=note, by=request.user, now=request.now)
        return True

    if not attempt(form, work):
        return False
    messages.success(request, words)
    return True
