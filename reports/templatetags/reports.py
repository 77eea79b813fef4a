"""What reports add to pages of rounds: drafts to comment on, what is to be done, the year."""

from collections import Counter
from typing import Any

from django import template
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from actions.enums import RoundKind
from actions.models import ReportingRound
from reports import untranslated, year
from reports.models import Consultation, DraftComment
from reports.year import unfinished

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


@register.simple_tag(takes_context=True)
def report_todos(context: Any, given: ReportingRound) -> list[dict[str, Any]]:
    """Return what the report of a round asks for: translations, comments; only what there is."""
    unchecked, unanswered = counts_of(context)
    found = [
        {
            "number": sum(unchecked[given.pk].values()),
            "label": _("translations not checked"),
            "link": reverse("reports:translations", args=[given.pk]),
        },
        {
            "number": unanswered[given.pk],
            "label": _("comments without an answer"),
            "link": reverse("reports:editing", args=[given.pk]),
        },
    ]
    return [one for one in found if one["number"]]


def counts_of(context: Any) -> tuple[dict[int, Counter[str]], Counter[int]]:
    """Return of all rounds on the page what is not translated, and comments without an answer.

    Read once for the page, whichever round asks first.
    """
    kept = context.render_context.setdefault("counts_of_reports", {})
    if not kept:
        rounds = [line["round"] for line in context["lines"]]
        kept["unchecked"] = untranslated.counts(rounds)
        rows = DraftComment.objects.filter(round__in=rounds, is_settled=False, answer="")
        counted = rows.order_by().values_list("round").annotate(Count("pk"))
        kept["unanswered"] = Counter(dict(counted))
    return kept["unchecked"], kept["unanswered"]


@register.simple_tag(takes_context=True)
def years_of(context: Any, *lists: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the years of the rounds on a page by their keys, and those that are not at their end.

    ``lists`` are lines with a round each.
    """
    rounds = [line["round"] for lines in lists for line in lines]
    rest = unfinished()
    found = year.read([*rounds, *rest], on=context["request"].on)
    return {"of": found, "rest": [found[given.pk] for given in rest]}


@register.inclusion_tag("year/_next.html")
def next_of_year(years: dict[str, Any], given: ReportingRound) -> dict[str, Any]:
    """Return the next step of a round, what is overdue, and all the rest."""
    return {"year": years["of"][given.pk], "round": given}


@register.inclusion_tag("year/_year.html", takes_context=True)
def year_of(context: Any, given: ReportingRound) -> dict[str, Any]:
    """Return the year of one round as a line of steps."""
    found = year.read([given], on=context["request"].on)
    return {"year": found[given.pk], "round": given}
