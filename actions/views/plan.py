"""The overview of a plan: figures, what changed, and the board of its actions by section."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions import published
from actions.enums import Nature
from actions.models import Action, Actor, Plan, PublishedAction, PublishedRound
from actions.models.movements import MOVEMENT_WORDS
from actions.models.statuses import STATUS_WORDS
from actions.views import drawings, presentation, reading_amendments
from actions.views.drafts import plan_of
from actions.views.http import has_working, public_page
from document import selection

Tile = dict[str, Any]

# What changed since the edition before, in the order of the report.
FLAGS = {
    "completed": _("Carried out or applied since {year}"),
    "reopened": _("Closed work taken up again"),
    "unmoved": _("No movement for two years or more"),
    "slipped": _("Expected later than before"),
    "amended": _("Amended"),
}
CHANGES = {
    key: (MOVEMENT_WORDS | FLAGS)[key] for key in selection.CHANGES if key in MOVEMENT_WORDS | FLAGS
}


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Show the overview of the current plan."""
    plans = Plan.objects.published().select_related("source")
    plan = plans.filter(slug=settings.CURRENT_PLAN).first() or plans.first()
    if plan is None:
        return TemplateResponse(request, "actions/empty.html", {})
    return overview_of(request, plan)


@public_page
def overview(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the overview of any plan."""
    found = plan_of(request, plan, among=Plan.objects.select_related("source"))
    if found.slug == settings.CURRENT_PLAN:
        return redirect("actions:home", permanent=False)
    return overview_of(request, found)


def overview_of(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show a plan at a glance: figures, what changed, the board of its actions by section."""
    on = timezone.localdate()
    actions = list(Action.objects.of(plan).valid_on(on))
    rounds = published.rounds_of(plan)
    report = published.pick(rounds, request.GET.get("year"))
    board = board_of(plan, actions, report, on)
    context = {
        "plan": plan,
        "other_plans": Plan.objects.published().exclude(pk=plan.pk),
        "has_working": has_working(actions),
        **board.context,
        "amendments": reading_amendments.of_plan(plan.pk),
        "evaluations": published.evaluations_of(plan),
        "today": on,
        "plan_since": published.plan_since(report, plan, on),
        "running": published.running(plan),
        "actor_count": Actor.objects.of(plan, on=on).exclude(kind="unspecified").count(),
        **figures(actions, on),
        **reported(report, rounds, board.tiles),
    }
    return TemplateResponse(request, "actions/overview.html", context)


@dataclass(frozen=True)
class Board:
    """The tiles of a plan's actions, and as its templates take them: by section."""

    tiles: list[Tile]
    context: dict[str, Any]


def board_of(plan: Plan, actions: list[Action], report: PublishedRound | None, on: date) -> Board:
    """Return the board of some actions, with what a report says of each."""
    statuses = published.statuses(report)
    base = reverse("actions:action-list", args=[plan.slug])
    by_section: dict[int | None, list[Tile]] = defaultdict(list)
    for action in actions:
        given = tile(action, base, on, statuses.get(action.pk), report)
        by_section[action.section_id].append(given)
    sections = list(plan.sections.all())
    context = {
        "board": [(section, by_section[section.pk]) for section in sections],
        "loose_tiles": by_section[None],
        "section_count": len(sections),
    }
    return Board([one for tiles in by_section.values() for one in tiles], context)


def tile(
    action: Action,
    base: str,
    on: date,
    status: PublishedAction | None,
    report: PublishedRound | None,
) -> Tile:
    """Return what a tile of the board shows; ``base`` is the address of the list of actions.

    Where a report was published, that is the action's status; else its nature.
    """
    return {
        "key": action.key or action.label,
        "label": action.label,
        "url": f"{base}{action.label}/",
        "title": action.title,
        "language": action.title_language,
        "is_sub_action": action.is_sub_action,
        "nature": action.nature,
        "ended": action.period_ended(on),
        "known": action.has_title,
        "is_reported": report is not None,
        "code": status.code if status else "",
        "word": status.word if status else "",
        "overdue": bool(status and status.overdue),
        "incomplete": bool(status and status.is_incomplete),
        "coverage": status.coverage_words if status else "",
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


# --- What the newest report says -----------------------------------------------------


def reported(
    report: PublishedRound | None, rounds: list[PublishedRound], tiles: Iterable[Tile]
) -> dict[str, Any]:
    """Return what the overview shows of a published report; nothing without one."""
    if report is None:
        return {"report": None}
    listed = list(tiles)
    return {
        "report": report,
        "other_reports": [given for given in rounds if given != report],
        "is_sample": report.is_sample,
        "report_figures": figures_beside(report, rounds),
        "trend": drawings.trend(report, rounds),
        "levels": drawings.by_level(report),
        **legends(listed),
        "changes": changes(report.facts, listed),
        "previous_year": report.facts.get("previous_year"),
    }


def figures_beside(report: PublishedRound, rounds: list[PublishedRound]) -> list[dict[str, Any]]:
    """Return the key figures of a report, beside those of the report before."""
    earlier = published.before(report, rounds)
    past = {one.code: one for one in published.figures_of(earlier)} if earlier else {}
    year = earlier.year if earlier else None
    return [
        presentation.figure(one, past.get(one.code), year) for one in published.figures_of(report)
    ]


def legends(tiles: list[Tile]) -> dict[str, Any]:
    """Return the legend of some tiles: statuses, incomplete reporting, overdue ones."""
    return {
        "legend": legend(tiles),
        "incomplete_tiles": counted([tile for tile in tiles if tile["incomplete"]]),
        "overdue_tiles": counted([tile for tile in tiles if tile["overdue"]]),
    }


def legend(tiles: list[Tile]) -> list[dict[str, Any]]:
    """Return each status on the board with its word and counts, sub-actions apart."""
    return [
        {"code": code, "word": STATUS_WORDS[code], **counted(found)}
        for code in published.CODES
        if (found := [tile for tile in tiles if tile["code"] == code])
    ]


def counted(tiles: list[Tile]) -> dict[str, int]:
    """Return how many actions and, beside them, sub-actions these are."""
    below = sum(tile["is_sub_action"] for tile in tiles)
    return {"count": len(tiles) - below, "sub_count": below}


def changes(facts: Mapping[str, Any], tiles: list[Tile]) -> list[dict[str, Any]]:
    """Return the tiles of the actions that moved or stand still, by group."""
    groups, year = facts.get("changes", {}), facts.get("previous_year")
    by_key = {tile["key"]: tile for tile in tiles}
    listed = {key: [by_key[one] for one in groups.get(key, []) if one in by_key] for key in CHANGES}
    return [
        {
            "key": key,
            "heading": str(CHANGES[key]).format(year=year),
            "tiles": found,
            **counted(found),
        }
        for key, found in listed.items()
        if found
    ]
