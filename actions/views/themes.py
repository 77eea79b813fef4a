"""The themes of a plan, and the page of one."""

from itertools import groupby

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from actions import published
from actions.models import Plan, Theme
from actions.querysets import valid_on
from actions.views.http import has_working, public_page


@public_page
def theme_list(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the themes with their number of actions in the plan."""
    found = get_object_or_404(Plan, slug=plan)
    themes = Theme.objects.annotate(
        count=Count(
            "action_links__action",
            filter=Q(action_links__action__plan=found)
            & valid_on(timezone.localdate(), "action_links__action__"),
            distinct=True,
        )
    )
    return TemplateResponse(request, "actions/theme_list.html", {"plan": found, "themes": themes})


@public_page
def theme(request: HttpRequest, plan: str, slug: str) -> HttpResponse:
    """Show the actions of a plan under a theme, with what the source says of each there."""
    found_plan = get_object_or_404(Plan, slug=plan)
    found = get_object_or_404(Theme.objects.select_related("source"), slug=slug)
    on = timezone.localdate()
    links = (
        found.action_links.filter(valid_on(on, "action__"), action__plan=found_plan)
        .select_related("action__plan", "source")
        .order_by("action__position", "id")
    )
    report = published.pick(published.rounds_of(found_plan), request.GET.get("year"))
    statuses = published.statuses(report)
    grouped = [
        {"action": action, "links": list(group), "said": statuses.get(action.pk)}
        for action, group in groupby(links, key=lambda link: link.action)
    ]
    others = Plan.objects.exclude(pk=found_plan.pk).filter(actions__theme_links__theme=found)
    context = {
        "plan": found_plan,
        "theme": found,
        "groups": grouped,
        "report": report,
        "is_sample": report is not None and report.is_sample,
        "has_working": has_working(group["action"] for group in grouped),
        "other_plans": others.distinct(),
    }
    return TemplateResponse(request, "actions/theme.html", context)
