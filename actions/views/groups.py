"""The sections, themes, pillars and goals of a plan: one kind of page, with figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from actions import published
from actions.enums import Scheme
from actions.models import Action, ActionTheme, Classification, Plan, PublishedRound, Theme
from actions.models.schemes import TITLES
from actions.querysets import ActionQuerySet, valid_on
from actions.views import plan as board
from actions.views import presentation
from actions.views.drafts import check_seen, plan_of
from actions.views.http import has_working, public_page
from document import collation, selection, snapshot

# The name of the page of each scheme, and what one of its places is called.
PAGES = {Scheme.PILLAR: "actions:pillar", Scheme.SDG: "actions:sdg"}
KINDS = {
    Scheme.PILLAR: _("Pillar {number} of the UN Guiding Principles"),
    Scheme.SDG: _("Sustainable Development Goal {number}"),
}
HEADINGS = {
    Scheme.PILLAR: _("Pillars of the UN Guiding Principles"),
    Scheme.SDG: _("Sustainable Development Goals"),
}


@dataclass(frozen=True)
class Group:
    """What actions are shown together: ``kind`` says as what, ``query`` finds them in the list.

    ``language`` is that of the title; "" is the reader's. ``notes`` has, by action, what a source
    says of it there; ``bases`` tell who put the actions there; ``section`` is what readers see as
    the number of a section, and "" for anything else.
    """

    kind: Any
    title: Any
    query: str
    section: str = ""
    language: str = ""
    intro: str = ""
    note: str = ""
    is_working: bool = False
    notes: Mapping[int, list[ActionTheme]] = field(default_factory=dict)
    bases: Sequence[Any] = ()
    elsewhere: Sequence[tuple[Plan, str]] = ()
    feed: str = ""


# --- All of them ----------------------------------------------------------------------


@public_page
def group_list(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the themes, sections, pillars and goals with their number of actions in the plan."""
    found = plan_of(request, plan)
    on = timezone.localdate()
    context = {"plan": found, "blocks": [block for block in blocks(found, on) if block["lines"]]}
    return TemplateResponse(request, "actions/group_list.html", context)


def blocks(plan: Plan, on: date) -> Iterable[dict[str, Any]]:
    """Yield each way of ordering a plan with its lines; without those that have no action."""
    ours = Q(draft_of__isnull=True) | Q(draft_of=plan)
    under = Q(action_links__action__plan=plan) & valid_on(on, "action_links__action__")
    themes = Theme.objects.filter(ours).annotate(
        count=Count("action_links__action", filter=under, distinct=True)
    )
    yield {
        "key": "themes",
        "heading": _("Themes"),
        "lines": [
            line("actions:theme", (plan.slug, one.slug), one.title, one.count, one.title_language)
            for one in themes
            if one.count
        ],
    }
    sections = plan.sections.annotate(count=Count("actions", filter=valid_on(on, "actions__")))
    yield {
        "key": "sections",
        "heading": _("Sections of the plan"),
        "lines": [
            line(
                "actions:section", (plan.slug, one.number), one.title, one.count,
                one.title_language, number=one.shown, is_working=not one.title_is_official,
            )
            for one in sections
            if one.count
        ],
    }  # fmt: skip
    held = Classification.objects.filter(valid_on(on, "action__"), action__plan=plan).order_by()
    counts = {
        (scheme, number): count
        for scheme, number, count in held.values_list("scheme", "number").annotate(Count("pk"))
    }
    for scheme, page in PAGES.items():
        yield {
            "key": scheme.value,
            "heading": HEADINGS[scheme],
            "lines": [
                line(page, (plan.slug, number), title, counts[scheme, number], number=number)
                for number, title in TITLES[scheme].items()
                if (scheme, number) in counts
            ],
        }


def line(
    page: str,
    place: tuple[Any, ...],
    title: Any,
    count: int,
    language: str = "",
    *,
    number: Any = "",
    is_working: bool = False,
) -> dict[str, Any]:
    """Return a line of the list."""
    return {
        "url": reverse(page, args=place),
        "title": title,
        "language": language,
        "count": count,
        "number": number,
        "is_working": is_working,
    }


# --- One of them ----------------------------------------------------------------------


@public_page
def section(request: HttpRequest, plan: str, number: int) -> HttpResponse:
    """Show a section of a plan."""
    found = plan_of(request, plan)
    row = get_object_or_404(found.sections.all(), number=number)
    group = Group(
        kind=format_lazy(_("Section {number}"), number=row.shown),
        title=row.title,
        language=row.title_language,
        query=f"section={row.number}",
        section=row.shown,
        note=row.note,
        is_working=not row.title_is_official,
    )
    return page_of(request, found, group, Q(section=row))


@public_page
def theme(request: HttpRequest, plan: str, slug: str) -> HttpResponse:
    """Show the actions of a plan under a theme, with what the source says of each there."""
    found = plan_of(request, plan)
    row = get_object_or_404(Theme.objects.select_related("draft_of"), slug=slug)
    check_seen(request, row.draft_of)
    notes: dict[int, list[ActionTheme]] = {}
    for link in row.action_links.filter(action__plan=found).select_related("source").order_by("id"):
        notes.setdefault(link.action_id, []).append(link)
    others = Plan.objects.published().exclude(pk=found.pk).filter(actions__theme_links__theme=row)
    group = Group(
        kind=_("Theme"),
        title=row.title,
        language=row.title_language,
        query=f"theme={row.slug}",
        intro=row.intro,
        notes=notes,
        bases=bases(link for links in notes.values() for link in links),
        feed=reverse("actions:theme-feed", args=[found.slug, row.slug]),
        elsewhere=[
            (other, reverse("actions:theme", args=[other.slug, row.slug]))
            for other in others.distinct()
        ],
    )
    return page_of(request, found, group, Q(pk__in=notes))


@public_page
def pillar(request: HttpRequest, plan: str, number: int) -> HttpResponse:
    """Show the actions of a plan under a pillar of the UN Guiding Principles."""
    return place(request, plan, Scheme.PILLAR, number)


@public_page
def sdg(request: HttpRequest, plan: str, number: int) -> HttpResponse:
    """Show the actions of a plan under a Sustainable Development Goal."""
    return place(request, plan, Scheme.SDG, number)


def place(request: HttpRequest, plan: str, scheme: Scheme, number: int) -> HttpResponse:
    """Show the actions of a plan at a place of a scheme."""
    found = plan_of(request, plan)
    if number not in TITLES[scheme]:
        raise Http404
    here = Classification.objects.filter(scheme=scheme, number=number)
    rows = list(here.filter(action__plan=found))
    others = Plan.objects.published().exclude(pk=found.pk)
    others = others.filter(actions__classifications__in=here).distinct()
    group = Group(
        kind=format_lazy(KINDS[scheme], number=number),
        title=TITLES[scheme][number],
        query=f"{scheme.value}={number}",
        bases=bases(rows),
        elsewhere=[(other, reverse(PAGES[scheme], args=[other.slug, number])) for other in others],
    )
    return page_of(request, found, group, Q(pk__in=[row.action_id for row in rows]))


def bases(rows: Iterable[Any]) -> list[Any]:
    """Return who put actions there: a source, the editors, or both."""
    return list(dict.fromkeys(row.get_basis_display() for row in rows))


def page_of(request: HttpRequest, plan: Plan, group: Group, wanted: Q) -> HttpResponse:
    """Show some actions of a plan together, with what the newest report says of them."""
    on = timezone.localdate()
    rows: ActionQuerySet = Action.objects.of(plan).valid_on(on).filter(wanted)
    rounds = published.rounds_of(plan)
    report = published.pick(rounds, request.GET.get("year"))
    actions = list(rows.select_related("plan") if report else rows.for_table(on=on))
    context = {
        "plan": plan,
        "group": group,
        **board.figures(actions, on),
        "actions": actions,
        "noted": [
            (action, said)
            for action in actions
            if (said := [one for one in group.notes.get(action.pk, ()) if one.note or one.done])
        ],
        "has_working": has_working(actions),
        **reported(plan, group, rounds, report, actions, on),
    }
    return TemplateResponse(request, "actions/group.html", context)


# --- What the newest report says --------------------------------------------------------


def reported(
    plan: Plan,
    group: Group,
    rounds: list[PublishedRound],
    report: PublishedRound | None,
    actions: list[Action],
    on: date,
) -> dict[str, Any]:
    """Return what a published report says of some actions; nothing without one."""
    if report is None:
        return {"report": None}
    keys = [action.pk for action in actions]
    said = published.of_actions(keys, report)
    told = {key: published.action_of(row) for key, row in said.items()}
    actors = published.actors_of(report)
    earlier = published.before(report, rounds)
    past = published.of_actions(keys, earlier, facts=False) if earlier else {}
    base = reverse("actions:action-list", args=[plan.slug])
    tiles = [board.tile(action, base, on, said.get(action.pk), report) for action in actions]
    return {
        "report": report,
        "plan_since": published.plan_since(report, plan, on),
        "other_reports": [given for given in rounds if given != report],
        "is_sample": report.is_sample,
        "report_figures": figures(report, earlier, actions, (said, past)),
        "tiles": tiles,
        **board.legends(tiles),
        "lines": [
            {
                "record": action,
                "said": said.get(action.pk),
                "strip": presentation.strip(told[action.pk], actors) if action.pk in told else [],
                "before": presentation.before(told[action.pk]) if action.pk in told else None,
                "past": past.get(action.pk),
            }
            for action in actions
        ],
        "silent": silent(told.values(), actors),
        **(voices(group.section, rounds, report, actions, told, actors) if group.section else {}),
    }


def voices(
    section: str,
    rounds: list[PublishedRound],
    report: PublishedRound,
    actions: Iterable[Action],
    told: Mapping[int, snapshot.Action],
    actors: Mapping[str, snapshot.Actor],
) -> dict[str, Any]:
    """Return the notes of voices on a section, and which of its actions have notes of their own.

    A voice writes of an action or of a section; nothing else that orders a plan has notes.
    """
    notes = published.notes_of(report)
    of_actions = [
        (action, [note for note in notes if note.action_id == told[action.pk].action_id])
        for action in actions
        if action.pk in told
    ]
    return {
        "voice_notes": presentation.notes(
            (note for note in notes if note.section == section), actors
        ),
        "voice_actions": [
            (action, presentation.notes(found, actors)) for action, found in of_actions if found
        ],
        "voice_query": "" if report == rounds[0] else f"?year={report.year}",
    }


def figures(
    report: PublishedRound,
    earlier: PublishedRound | None,
    actions: Iterable[Action],
    rows: tuple[Mapping[int, Any], Mapping[int, Any]],
) -> list[dict[str, Any]]:
    """Return the key figures of the numbered actions, beside those of the report before.

    ``rows`` are what both reports say of actions, the newer first.
    """
    numbered = [action.pk for action in actions if not action.is_sub_action]
    said, last = ([given[key] for key in numbered if key in given] for given in rows)
    now = published.figures_among(report, said)
    past = {}
    if earlier is not None and last:
        past = {one.code: one for one in published.figures_among(earlier, last)}
    return [
        presentation.figure(one, past.get(one.code), earlier.year if earlier else None)
        for one in now
        if one.whole
    ]


def silent(
    told: Iterable[snapshot.Action], actors: Mapping[str, snapshot.Actor]
) -> list[tuple[dict[str, Any], list[snapshot.Action]]]:
    """Return the actors that gave no expected entry, by name, with the actions concerned."""
    found = selection.silent_among(told)
    lines = [(presentation.actor(slug, actors), rows) for slug, rows in found.items()]
    return sorted(lines, key=lambda one: collation.key(one[0]["label"]))
