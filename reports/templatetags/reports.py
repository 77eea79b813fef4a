"""That a draft can be commented on: for the desk, and for the page of its round."""

from typing import Any

from django import template

from actions.enums import RoundKind
from actions.models import ReportingRound
from reports.models import Consultation

register = template.Library()


@register.inclusion_tag("reports/_draft_notices.html", takes_context=True)
def draft_notices(context: Any, given: ReportingRound | None = None) -> dict[str, Any]:
    """Return the drafts that are open for comments today, of one round or of all."""
    on = context["request"].on
    rows = Consultation.objects.filter(until__gte=on).select_related("round__plan")
    if given is not None:
        rows = rows.filter(round=given)
    return {"consultations": [row for row in rows.order_by("until", "pk") if row.is_open(on=on)]}


@register.inclusion_tag("evaluations/_under_way.html")
def evaluations_under_way() -> dict[str, Any]:
    """Return the evaluations that are being written, of all plans."""
    rows = ReportingRound.of_any_kind.filter(kind=RoundKind.EVALUATION, published__isnull=True)
    return {"evaluations": rows.select_related("plan").order_by("year", "plan__slug")}


