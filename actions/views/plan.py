"""The overview of a plan: figures, and the board of its actions by section."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from actions.enums import Nature
from actions.models import Action, Actor, Plan
from actions.views.http import has_working, public_page


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Show the overview of the current plan."""
    plan = Plan.objects.select_related("source").filter(slug=settings.CURRENT_PLAN).first()
    if plan is None:
        return TemplateResponse(request, "actions/empty.html", {})
    return overview_of(request, plan)


@public_page
def overview(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the overview of any plan."""
    found = get_object_or_404(Plan.objects.select_related("source"), slug=plan)
    if found.slug == settings.CURRENT_PLAN:
        return redirect("actions:home", permanent=False)
    return overview_of(request, found)


def overview_of(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show a plan at a glance: figures, and the board of its actions by section."""
    on = timezone.localdate()
    tiles = list(Action.objects.of(plan).valid_on(on))
    base = reverse("actions:action-list", args=[plan.slug])
    sections = list(plan.sections.all())
    by_section: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for action in tiles:
        by_section[action.section_id].append(tile(action, base, on))
    actors = Actor.objects.of(plan, on=on).exclude(kind="unspecified").count()
    context = {
        "plan": plan,
        "other_plans": Plan.objects.exclude(pk=plan.pk),
        "has_working": has_working(tiles),
        "board": [(section, by_section[section.pk]) for section in sections],
        "loose_tiles": by_section[None],
        "section_count": len(sections),
        "actor_count": actors,
        **figures(tiles, on),
    }
    return TemplateResponse(request, "actions/overview.html", context)


def tile(action: Action, base: str, on: date) -> dict[str, Any]:
    """Return what a tile of the board shows; ``base`` is the address of the list of actions."""
    return {
        "label": action.label,
        "url": f"{base}{action.label}/",
        "title": action.title,
        "language": action.title_language,
        "is_sub_action": action.is_sub_action,
        "nature": action.nature,
        "ended": action.period_ended(on),
        "known": action.has_title,
    }


def figures(actions: Iterable[Action], on: date) -> dict[str, int]:
    """Return the counts of a plan's board; sub-actions apart."""
    rows = list(actions)
    numbered = [a for a in rows if not a.is_sub_action]
    natures = Counter(a.nature for a in rows)
    return {
        "row_count": len(rows),
        "action_count": len(numbered),
        "sub_action_count": len(rows) - len(numbered),
        "continuous_count": natures[Nature.CONTINUOUS],
        "one_off_count": natures[Nature.ONE_OFF],
        "ended_count": sum(a.period_ended(on) for a in rows),
        "untitled_count": sum(not a.has_title for a in rows),
    }
