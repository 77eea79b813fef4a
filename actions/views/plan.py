"""The public pages of a plan: overview, actions, actors, themes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.enums import ActorKind, Nature, Scheme
from actions.filters import ActionFilter
from actions.forms import MENUS, filter_layout
from actions.models import Action, Actor, Plan, Responsibility, Theme
from actions.models.actors import LEVELS
from actions.models.responsibilities import owing
from actions.models.schemes import TITLES
from actions.querysets import below
from actions.tables import ActionTable
from actions.views.http import is_partial, public_page

PER_PAGE = 25
SORTABLE = ("label", "title", "period_end", "nature")
PAGE_DIGITS = 8  # more is no page number but an attack on the parser


def counted(actions: int, sub_actions: int) -> str:
    """Say how many actions there are, sub-actions beside them and never mixed in."""
    words = ngettext("%(count)s action", "%(count)s actions", actions) % {"count": actions}
    if not sub_actions:
        return words
    beside = ngettext("%(count)s sub-action", "%(count)s sub-actions", sub_actions)
    return _("%(actions)s and %(sub_actions)s") % {
        "actions": words,
        "sub_actions": beside % {"count": sub_actions},
    }


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
    actors = Actor.objects.of(plan).exclude(kind="unspecified").count()
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


def has_working(actions: Iterable[Action]) -> bool:
    """Tell whether a title shown is a working translation; the page must say so."""
    return any(action.has_title and not action.title_is_official for action in actions)


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


@public_page
def action_list(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the actions of a plan as a table to filter, sort and page through."""
    found = get_object_or_404(Plan, slug=plan)
    filters = ActionFilter(request.GET, plan=found, on=timezone.localdate())
    rows = filters.qs
    counts = rows.aggregate(
        numbered=Count("pk", filter=Q(parent__isnull=True), distinct=True),
        below=Count("pk", filter=Q(parent__isnull=False), distinct=True),
    )
    count = counted(counts["numbered"], counts["below"])
    table = ActionTable(rows.for_table(), caption=_("Actions of the plan, %s") % count)
    table.order_by = [s for s in request.GET.getlist("sort") if s.removeprefix("-") in SORTABLE]
    paginate(table, request.GET.get("page", ""))
    context = {
        "plan": found,
        "filter": filters,
        "helper": filter_layout(),
        "table": table,
        "count": count,
        "filters_open": any(request.GET.get(name) for name in MENUS),
        "has_working": has_working(row.record for row in table.paginated_rows),
        "query": request.GET.urlencode(),
        "is_partial": is_partial(request),
        "too_early": "status" in request.GET or "overdue" in request.GET,
    }
    template = "actions/_results.html" if context["is_partial"] else "actions/action_list.html"
    return TemplateResponse(request, template, context)


def paginate(table: ActionTable, wanted: str) -> None:
    """Put the table on the wanted page; on the first or last one where there is no such page."""
    number = (
        int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= PAGE_DIGITS else 1
    )
    table.paginate(page=1, per_page=PER_PAGE)
    table.page = table.paginator.get_page(number)


@public_page
def action(request: HttpRequest, plan: str, label: str) -> HttpResponse:
    """Show one action: its titles, what is odd about them, period, actors, themes."""
    on = timezone.localdate()
    queryset = Action.objects.select_related(
        "plan", "section__source", "parent", "title_source"
    ).prefetch_related(
        "flags",
        "classifications__source",
        "former_wordings__source",
        "sub_actions",
        "theme_links__theme",
        "theme_links__source",
    )
    found = get_object_or_404(queryset, plan__slug=plan, label=label)
    links = sorted(found.theme_links.all(), key=lambda link: link.theme.position)
    context = {
        "plan": found.plan,
        "action": found,
        "actor_groups": actor_groups(found, on),
        "themes": list(dict.fromkeys(link.theme for link in links)),
        "notes": [link for link in links if link.note or link.done],
        "sdgs": classified(found, Scheme.SDG),
        "pillars": classified(found, Scheme.PILLAR),
        "ended": found.period_ended(on),
        "today": on,
        **neighbours(found),
    }
    return TemplateResponse(request, "actions/action.html", context)


def actor_groups(action: Action, on: date) -> list[dict[str, Any]]:
    """Return an action's responsibilities of a day, by level of government.

    The groups stand in the order in which the source names their first actor.
    """
    responsibilities = list(
        action.responsibilities.select_related(
            "actor__parent", "reports_through", "source"
        ).prefetch_related("actor__names", "actor__parent__names", "reports_through__names")
    )
    valid = [r for r in responsibilities if r.is_valid_on(on)]
    owed = owing(valid, Actor.objects.parents())
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for r in valid:
        groups[r.actor.level].append({"responsibility": r, "actor": r.actor, "owes": r.pk in owed})
    labels = dict(LEVELS)
    return [{"label": labels[level], "members": members} for level, members in groups.items()]


def classified(action: Action, scheme: Scheme) -> list[dict[str, Any]]:
    """Return an action's places in a scheme with their titles and basis."""
    found = [c for c in action.classifications.all() if c.scheme == scheme]
    return [
        {"number": c.number, "title": TITLES[scheme][c.number], "classification": c}
        for c in sorted(found, key=lambda c: c.number)
    ]


def neighbours(action: Action) -> dict[str, Action | None]:
    """Return the actions before and after one, in the plan's order."""
    rows = Action.objects.filter(plan=action.plan_id).select_related("plan")
    here = Q(position=action.position)
    before = rows.filter(Q(position__lt=action.position) | here & Q(pk__lt=action.pk))
    after = rows.filter(Q(position__gt=action.position) | here & Q(pk__gt=action.pk))
    return {
        "previous": before.order_by("-position", "-id").first(),
        "next": after.order_by("position", "id").first(),
    }


@public_page
def actor_list(request: HttpRequest, plan: str) -> HttpResponse:
    """Show all actors by level of government, each with its number of actions in the plan."""
    found = get_object_or_404(Plan, slug=plan)
    counts = dict(
        Responsibility.objects.filter(action__plan=found)
        .values_list("actor")
        .annotate(Count("action", distinct=True))
    )
    actors = list(Actor.objects.with_names())
    context = {
        "plan": found,
        "levels": [
            {"code": level, "label": label, "actors": tree(actors, level, counts)}
            for level, label in LEVELS
        ],
        "actor_count": len(actors),
        "with_actions_count": len(counts),
    }
    return TemplateResponse(request, "actions/actor_list.html", context)


def tree(actors: list[Actor], level: str, counts: dict[int, int]) -> list[dict[str, Any]]:
    """Return the actors of a level as lines with their depth, each below its parent.

    An actor whose parent belongs to another level stands at the top of its own. The
    government comes first, what the source does not name last, the rest by name.
    """
    members = {a.pk: a for a in actors if a.level == level}
    children: dict[int | None, list[Actor]] = defaultdict(list)
    for member in members.values():
        children[member.parent_id if member.parent_id in members else None].append(member)

    def rank(actor: Actor) -> tuple[int, str]:
        first: dict[str, int] = {ActorKind.GOVERNMENT: 0, ActorKind.UNSPECIFIED: 2}
        return first.get(actor.kind, 1), actor.label.casefold()

    def lines(parent: int | None, depth: int) -> Iterable[dict[str, Any]]:
        for child in sorted(children[parent], key=rank):
            yield {"actor": child, "depth": depth, "count": counts.get(child.pk, 0)}
            yield from lines(child.pk, depth + 1)

    return list(lines(None, 0))


@public_page
def actor(request: HttpRequest, plan: str, slug: str) -> HttpResponse:
    """Show an actor: names over time, place in the tree, and its actions in the plan."""
    found_plan = get_object_or_404(Plan, slug=plan)
    queryset = Actor.objects.select_related("parent", "source").prefetch_related(
        "names__source",
        "aliases__source",
        "parent__names",
        "children__names",
        "successions__successor__names",
        "successions__source",
        "origins__predecessor__names",
        "origins__source",
    )
    found = get_object_or_404(queryset, slug=slug)
    held = (
        found.responsibilities.filter(action__plan=found_plan)
        .select_related("action__plan", "action__section")
        .order_by("action__position")
    )
    context = {
        "plan": found_plan,
        "actor": found,
        "names": list(found.names.all()),
        "responsibilities": list(held),
        "has_working": has_working(r.action for r in held),
        "below_count": Action.objects.of(found_plan)
        .of_actors(below(found, Actor.objects.parents()))
        .count(),
        "other_plans": Plan.objects.filter(actions__responsibilities__actor=found)
        .exclude(pk=found_plan.pk)
        .distinct(),
    }
    return TemplateResponse(request, "actions/actor.html", context)


@public_page
def theme_list(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the themes with their number of actions in the plan."""
    found = get_object_or_404(Plan, slug=plan)
    themes = Theme.objects.annotate(
        count=Count(
            "action_links__action", filter=Q(action_links__action__plan=found), distinct=True
        )
    )
    return TemplateResponse(request, "actions/theme_list.html", {"plan": found, "themes": themes})


@public_page
def theme(request: HttpRequest, plan: str, slug: str) -> HttpResponse:
    """Show the actions of a plan under a theme, with what the source says of each there."""
    found_plan = get_object_or_404(Plan, slug=plan)
    found = get_object_or_404(Theme.objects.select_related("source"), slug=slug)
    links = (
        found.action_links.filter(action__plan=found_plan)
        .select_related("action__plan", "source")
        .order_by("action__position", "id")
    )
    grouped = [
        {"action": action, "links": list(group)}
        for action, group in groupby(links, key=lambda link: link.action)
    ]
    others = Plan.objects.exclude(pk=found_plan.pk).filter(actions__theme_links__theme=found)
    context = {
        "plan": found_plan,
        "theme": found,
        "groups": grouped,
        "has_working": has_working(group["action"] for group in grouped),
        "other_plans": others.distinct(),
    }
    return TemplateResponse(request, "actions/theme.html", context)
