"""The list of a plan's actions, and the page of one."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions import published
from actions.enums import Scheme
from actions.filters import ActionFilter
from actions.forms.plan import MENUS, REPORT_MENUS, filter_layout
from actions.models import Action, Actor, Amendment, PublishedRound
from actions.models.actors import LEVELS
from actions.models.responsibilities import expected_of
from actions.models.schemes import TITLES
from actions.querysets import valid_on
from actions.tables import ActionTable
from actions.views import presentation, reading_amendments, standing_above
from actions.views.drafts import check_seen, plan_of
from actions.views.http import has_working, is_partial, public_page
from document import snapshot

PER_PAGE = 25
SORTABLE = ("label", "title", "status", "period_end", "nature")
PAGE_DIGITS = 8  # more is no page number but an attack on the parser


@public_page
def action_list(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the actions of a plan as a table to filter, sort and page through."""
    found = plan_of(request, plan)
    on = timezone.localdate()
    filters = ActionFilter(request.GET, plan=found, on=on)
    rows = filters.qs
    counts = rows.aggregate(
        numbered=Count("pk", filter=Q(parent__isnull=True), distinct=True),
        below=Count("pk", filter=Q(parent__isnull=False), distinct=True),
    )
    count = counted(counts["numbered"], counts["below"])
    report = filters.report
    table = ActionTable(
        with_status(rows.for_table(on=on), report),
        caption=_("Actions of the plan, %s") % count,
        report=report,
    )
    table.order_by = [s for s in request.GET.getlist("sort") if s.removeprefix("-") in SORTABLE]
    paginate(table, request.GET.get("page", ""))
    too_early = report is None and ("status" in request.GET or "overdue" in request.GET)
    context = {
        "plan": found,
        "filter": filters,
        "helper": filter_layout(with_report=report is not None),
        "report": report,
        "plan_since": published.plan_since(report, found, on),
        "is_sample": report is not None and report.is_sample,
        "table": table,
        "count": count,
        "filters_open": any(request.GET.get(n) for n in (*MENUS, *REPORT_MENUS, "several")),
        "has_working": has_working(row.record for row in table.paginated_rows),
        "query": given(request).urlencode(),
        "several": several(request),
        "sort": request.GET.get("sort", ""),
        "is_steady": bool(filters.form.errors) or too_early or is_mixed(filters.rounds),
        "is_partial": is_partial(request),
        "too_early": too_early,
    }
    template = "actions/_results.html" if context["is_partial"] else "actions/action_list.html"
    response = TemplateResponse(request, template, context)
    if context["is_partial"]:
        response["HX-Push-Url"] = f"{request.path}?{context['query']}".removesuffix("?")
    if not filters.is_current:
        response["Cache-Control"] = "no-store"
    return response


def several(request: HttpRequest) -> str:
    """Return the address at which all menus take several values; "" where they do."""
    kept = given(request)
    return "" if "several" in kept else f"?{kept.urlencode()}&several=1".replace("?&", "?")


def is_mixed(rounds: list[PublishedRound]) -> bool:
    """Tell whether some reports are sample data and others are not: the page must say which."""
    return len({given.is_sample for given in rounds}) > 1


def with_status(rows: Any, report: PublishedRound | None) -> Any:
    """Return the actions with their published status, where a report was published."""
    return rows if report is None else rows.prefetch_related(published.with_status(report))


def given(request: HttpRequest) -> QueryDict:
    """Return the parameters that have a value; a form sends its empty fields too."""
    kept = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        kept.setlist(name, [value for value in values if value])
    return kept


def paginate(table: ActionTable, wanted: str) -> None:
    """Put the table on the wanted page; on the first or last one where there is no such page."""
    number = (
        int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= PAGE_DIGITS else 1
    )
    table.paginate(page=1, per_page=PER_PAGE)
    table.page = table.paginator.get_page(number)


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


def moved(plan: str, label: str) -> Action:
    """Return the action that this number leads to; raises Http404 where no action had it.

    That is the one that editions know by it, else the one that had it last.
    """
    rows = Action.objects.select_related("plan").filter(plan__slug=plan)
    last = Action.history.filter(plan__slug=plan, label=label).order_by("-history_id")
    holders = [*last.values_list("id", flat=True)]
    found = min(
        rows.filter(Q(key=label) | Q(pk__in=holders)),
        key=lambda row: -1 if row.key == label else holders.index(row.pk),
        default=None,
    )
    if found is None:
        raise Http404
    return found


def redirected(request: HttpRequest, plan: str, label: str) -> HttpResponse:
    """Lead a former number to its action; asked each time, as a number can go to another one."""
    action = moved(plan, label)
    check_seen(request, action.plan)
    query = request.GET.urlencode()
    where = action.get_absolute_url() + (f"?{query}" if query else "")
    response = redirect(where, permanent=True)
    response["Cache-Control"] = "no-cache"
    return response


@public_page
def action(request: HttpRequest, plan: str, label: str) -> HttpResponse:
    """Show one action: its titles, what is odd about them, period, actors, themes."""
    rows = Action.objects.select_related("plan")
    found = rows.filter(plan__slug=plan, label=label).first()
    if found is None:
        return redirected(request, plan, label)
    check_seen(request, found.plan)
    return page_of(request, found, timezone.localdate())


def page_of(
    request: HttpRequest, row: Action, on: date, *, preview: Amendment | None = None
) -> TemplateResponse:
    """Show an action as it stands on a day; ``preview`` is the draft that it is shown by."""
    queryset = Action.objects.select_related(
        "plan", "section__source", "parent", "title_source", "promise_source"
    ).prefetch_related(
        "flags",
        "classifications__source",
        "former_wordings__source",
        Prefetch("sub_actions", queryset=Action.objects.valid_on(on)),
        "theme_links__theme",
        "theme_links__source",
    )
    found = queryset.get(pk=row.pk)
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
        "amendments": reading_amendments.of_action(found),
        "former": reading_amendments.former(found),
        "preview": preview,
        "nature_is_given": nature_is_given(found),
        **neighbours(found, on),
        **reported(found, request.GET.get("year")),
    }
    return TemplateResponse(request, "actions/action.html", context)


def nature_is_given(action: Action) -> bool:
    """Tell whether an amendment says the nature of an action; else the editors derived it."""
    if action.title_source and action.title_source.is_of_an_act:
        return True
    lines = action.amendment_lines.filter(amendment__confirmed_at__isnull=False)
    return action.reworded_on is not None and any("nature" in line.said for line in lines)


def reported(action: Action, year: str | None) -> dict[str, Any]:
    """Return what published reports say of an action; nothing before the first report."""
    rounds = published.rounds_of(action.plan)
    report = published.pick(rounds, year)
    if report is None:
        return {"report": None}
    said = published.of_action(action.pk, rounds)
    told = {given: published.action_of(said[given.pk]) for given in rounds if given.pk in said}
    actors = {given: published.actors_of(given) for given in {report, *told}}
    now = told.get(report)
    return {
        "report": report,
        "is_sample": any(given.is_sample for given in rounds if given.pk in said),
        "presentation": presentation.of_action(now, actors[report]) if now else None,
        **voices(action, report, now, actors[report]),
        "matrix": matrix(told, actors, report),
        "past_years": [
            {"round": given, "said": said[given.pk]}
            for given in rounds
            if given.pk in said and given != report
        ],
    }


def voices(
    action: Action,
    report: PublishedRound,
    now: snapshot.Action | None,
    actors: Mapping[str, snapshot.Actor],
) -> dict[str, Any]:
    """Return the notes on an action in a report, and how many there are on its section."""
    notes = published.notes_of(report)
    section = action.section.shown if action.section else ""
    return {
        "voice_notes": presentation.notes(
            (note for note in notes if now and note.action_id == now.action_id), actors
        ),
        "section_notes": sum(note.section == section for note in notes) if section else 0,
    }


def matrix(
    told: Mapping[PublishedRound, snapshot.Action],
    actors: Mapping[PublishedRound, dict[str, snapshot.Actor]],
    report: PublishedRound,
) -> dict[str, Any]:
    """Return the actors of an action by year, each called as in the newest report with it."""
    names: dict[str, snapshot.Actor] = {}
    for given in told:
        names = actors[given] | names
    names |= actors[report]
    listed = [(given.year, action) for given, action in told.items()]
    return presentation.matrix(listed, names) | {"year": report.year}


def actor_groups(action: Action, on: date) -> list[dict[str, Any]]:
    """Return an action's responsibilities of a day, by level of government.

    The groups stand in the order in which the source names their first actor.
    """
    valid = list(
        action.responsibilities.filter(valid_on(on))
        .select_related("actor", "reports_through", "source")
        .prefetch_related("actor__names", "reports_through__names")
    )
    tree = Actor.objects.above(on=on)
    standing_above.mark((row.actor for row in valid), tree)
    expected = expected_of(valid, tree, on=on)
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for r in valid:
        groups[r.actor.level].append(
            {"responsibility": r, "actor": r.actor, "expected": r.pk in expected}
        )
    labels = dict(LEVELS)
    return [{"label": labels[level], "members": members} for level, members in groups.items()]


def classified(action: Action, scheme: Scheme) -> list[dict[str, Any]]:
    """Return an action's places in a scheme with their titles and basis."""
    found = [c for c in action.classifications.all() if c.scheme == scheme]
    return [
        {"number": c.number, "title": TITLES[scheme][c.number], "classification": c}
        for c in sorted(found, key=lambda c: c.number)
    ]


def neighbours(action: Action, on: date) -> dict[str, Action | None]:
    """Return the actions before and after one that stand in the plan on a day, in its order."""
    rows = Action.objects.of(action.plan).valid_on(on).select_related("plan")
    here = Q(position=action.position)
    before = rows.filter(Q(position__lt=action.position) | here & Q(pk__lt=action.pk))
    after = rows.filter(Q(position__gt=action.position) | here & Q(pk__gt=action.pk))
    return {
        "previous": before.order_by("-position", "-id").first(),
        "next": after.order_by("position", "id").first(),
    }
