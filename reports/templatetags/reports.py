"""That a draft can be commented on: for the desk, and for the page of its round."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from actions.enums import RoundKind
from actions.models import ReportingRound
from reports import readiness
from reports.models import Consultation, DraftComment

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


@register.simple_tag
def report_todos(given: ReportingRound) -> list[dict[str, Any]]:
    """Return what the report of a round asks for: translations, comments; only what there is."""
    unchecked = len(readiness.open_items(given))
    open_ones = DraftComment.objects.filter(round=given, is_settled=False, answer="").count()
    found = [
        {
            "number": unchecked,
            "label": _("translations not checked"),
            "link": reverse("reports:translations", args=[given.pk]),
        },
        {
            "number": open_ones,
            "label": _("comments without an answer"),
            "link": reverse("reports:editing", args=[given.pk]),
        },
    ]
    return [one for one in found if one["number"]]
