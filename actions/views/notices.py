"""What readers reported, for the secretariat: the list, and the page on which one is settled."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.forms.notices import SettleForm
from actions.models import ErrorNotice, Plan
from actions.models.fields import LANGUAGE_NAMES
from actions.services import notices as service
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import READ_WRITE, MemberRequest, member_page, secretariat
from actions.views.offering import attempt, offer

PER_PAGE = 50
SETTLED = "settled"


@member_page(secretariat)
def notice_list(request: MemberRequest) -> HttpResponse:
    """Show what readers reported and nobody has settled, or what was; of one plan or all."""
    is_settled = request.GET.get("state") == SETTLED
    rows = ErrorNotice.objects.filter(settled_at__isnull=not is_settled).select_related("plan")
    counts = rows.order_by().values_list("plan").annotate(Count("pk"))
    plans = list(Plan.objects.filter(pk__in=[key for key, _count in counts if key]))
    wanted = next((plan for plan in plans if plan.slug == request.GET.get("plan")), None)
    chosen = rows.filter(plan=wanted) if wanted else rows
    asked = {"state": SETTLED if is_settled else "", "plan": wanted.slug if wanted else ""}
    context: dict[str, Any] = {
        "page": Paginator(chosen, PER_PAGE).get_page(request.GET.get("page")),
        "plans": plans,
        "wanted": wanted,
        "is_settled": is_settled,
        "query": "&".join(f"{name}={value}" for name, value in asked.items() if value),
    }
    return TemplateResponse(request, "secretariat/errors.html", context)


@member_page(secretariat, methods=READ_WRITE)
def notice(request: MemberRequest, key: int) -> HttpResponse:
    """Show what a reader reported; settle it, with an answer where an address was left."""
    rows = ErrorNotice.objects.select_related("plan", "settled_by")
    row = get_object_or_404(rows, pk=min(key, LARGEST_KEY))
    sent = request.POST if request.method == "POST" else None
    # Without an address a text that was typed for one is still shown, with the reason.
    has_address = bool(row.email or (sent and sent.get("answer")))
    form = offer(request, SettleForm(sent, has_address=has_address))
    if request.method == "POST" and form.is_valid() and settled(request, row, form):
        messages.success(request, _("The message is settled."))
        return redirect("actions:errors")
    context = {
        "row": row, "form": form, "language": LANGUAGE_NAMES.get(row.language, ""),
        "has_form": row.settled_at is None or bool(form.errors),
    }  # fmt: skip
    return TemplateResponse(request, "secretariat/error.html", context)


def settled(request: MemberRequest, row: ErrorNotice, form: SettleForm) -> bool:
    """Settle a notice; what the service refuses is said at the form."""
    said = {name: form.cleaned_data.get(name, "") for name in ("answer", "note")}

    def work() -> bool:
        service.settle(row, **said, by=request.user, now=request.now)
        return True

    if attempt(form, work):
        return True
    row.refresh_from_db()
    return False
