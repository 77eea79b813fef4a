"""The interface for programs: plans, actions, actors, rounds, entries and editions, to be read.

Only what readers see: the plans as they stand, and of the follow-up what the newest published
edition of each round says.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from actions import exporters, published
from actions.enums import Level, RoundKind, Status
from actions.filters import ActionFilter
from actions.models import Action, Actor, Plan, PublishedEntry, PublishedRound
from actions.search.documents import in_languages
from document import collation
from reports import archive, openapi
from reports.models import PUBLISHED, WITHDRAWN, Edition
from reports.views.api_answers import WrongError, choice, data, endpoint, page, plan_of

FILTERS = tuple(ActionFilter.base_filters)


@endpoint()
def root(request: HttpRequest) -> HttpResponse:
    """Return where everything begins."""
    here = request.build_absolute_uri
    return data(
        {
            "openapi": here(reverse("api:openapi")),
            "plans": here(reverse("api:plans")),
            "actors": here(reverse("api:actors")),
            "licence": exporters.LICENCE,
        }
    )


@endpoint()
def description(request: HttpRequest) -> HttpResponse:
    """Return the description of the interface, as OpenAPI 3.1."""
    return data(openapi.document(request.build_absolute_uri(reverse("api:root"))))


@endpoint()
def unknown(_request: HttpRequest, **_rest: str) -> HttpResponse:
    """Answer that there is nothing, as the interface does."""
    raise Http404


# --- Plans and actions --------------------------------------------------------------


@endpoint(is_list=True)
def plans(request: HttpRequest) -> HttpResponse:
    """Return the plans."""
    rows = Plan.objects.published().select_related("source").order_by("slug")
    return page(request, rows, lambda found: [plan(request, row) for row in found])


def plan(request: HttpRequest, row: Plan) -> dict[str, Any]:
    """Return a plan with where its parts stand."""
    here = request.build_absolute_uri
    parts = ("actions", "rounds", "entries", "editions")
    return {
        "id": row.slug,
        "titles": in_languages(row, "title"),
        "intros": in_languages(row, "intro"),
        "source": {"title": row.source.label, "url": row.source.url or None},
        "document": row.document or None,
        "url": page_url(request, "actions:plan", row.slug),
        **{name: here(reverse(f"api:{name}", args=[row.slug])) for name in parts},
    }


def page_url(request: HttpRequest, name: str, *args: Any) -> str:
    """Return the address of a page for readers, in the language that was asked for."""
    return request.build_absolute_uri(reverse(name, args=args))


@endpoint(*FILTERS, is_list=True)
def actions(request: HttpRequest, plan: str) -> HttpResponse:
    """Return the actions of a plan that match; the same filters as in the list for readers."""
    on = timezone.localdate()
    filters = narrowed(request, plan_of(plan))
    report = filters.report
    response = page(
        request,
        filters.qs.for_export(on=on),
        lambda found: action_rows(request, found, filters),
        plan=plan,
        report=told(report) if report else None,
    )
    if not filters.is_current:
        response["Cache-Control"] = "no-store"
    return response


def narrowed(request: HttpRequest, plan: Plan) -> ActionFilter:
    """Return the filters of an address; raises WrongError for a value that is not known."""
    filters = ActionFilter(request.GET, plan=plan, on=timezone.localdate())
    errors = {name: " ".join(said) for name, said in filters.form.errors.items()}
    empty = [name for name in FILTERS if "" in request.GET.getlist(name)]
    errors |= dict.fromkeys(empty, "Give a value, or leave it out.")
    missing = [name for name in FILTERS if name in request.GET and name not in filters.filters]
    errors |= dict.fromkeys(missing, "No report of this plan has been published.")
    if errors:
        raise WrongError(errors)
    return filters


def action_rows(
    request: HttpRequest, found: list[Action], filters: ActionFilter
) -> list[dict[str, Any]]:
    """Return actions with the fields of the data dictionary, their lasting key and all titles."""
    report = filters.report
    rows = exporters.rows(
        found,
        filters.parents,
        {actor.pk: actor.slug for actor in filters.actors},
        site=request.build_absolute_uri("/").rstrip("/"),
        report=report,
        statuses=published.of_actions([row.pk for row in found], report, facts=False)
        if report
        else {},
    )
    return [
        {"action_id": action.key or action.label, "titles": in_languages(action, "title"), **row}
        for action, row in zip(found, rows, strict=True)
    ]


@endpoint("year")
def action(request: HttpRequest, plan: str, label: str) -> HttpResponse:
    """Return one action, by its number or by its lasting key."""
    filters = narrowed(request, plan_of(plan))
    rows = list(filters.qs.filter(Q(label=label) | Q(key=label)).for_export(on=filters.on))
    if not rows:
        raise Http404
    # The number of today comes before one that another action had.
    chosen = sorted(rows, key=lambda row: row.label != label)[:1]
    return data(action_rows(request, chosen, filters)[0])


# --- Actors -------------------------------------------------------------------------


@endpoint("plan", "level", is_list=True)
def actors(request: HttpRequest) -> HttpResponse:
    """Return the actors; of a plan, those that stand under one of its actions today."""
    slug = choice(request, "plan", Plan.objects.published().values_list("slug", flat=True))
    level = choice(request, "level", [level.value for level in Level])
    rows = known_actors()
    if slug:
        held = Actor.objects.of(plan_of(slug), on=timezone.localdate())
        rows = rows.filter(pk__in=held.values("pk"))
    if level:
        rows = rows.filter(level=level)
    return page(request, rows, lambda found: [described(request, row) for row in found])


@endpoint()
def actor(request: HttpRequest, slug: str) -> HttpResponse:
    """Return one actor."""
    return data(described(request, get_object_or_404(known_actors(), slug=slug)))


def known_actors() -> QuerySet[Actor]:
    """Return the actors that readers know, with their names."""
    rows = Actor.objects.filter(draft_of__isnull=True).select_related("parent")
    parts = ("names", "aliases", "successions__successor", "origins__predecessor")
    return rows.prefetch_related(*parts).order_by("slug")


def described(request: HttpRequest, row: Actor) -> dict[str, Any]:
    """Return an actor with all names that it had, and who came before and after it."""
    named = sorted(row.names.all(), key=lambda name: (name.valid_from is not None, name.valid_from))
    return {
        "id": row.slug,
        "level": row.level,
        "kind": row.kind,
        "parent": row.parent.slug if row.parent else None,
        "icsd_role": row.icsd_role or None,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "names": [
            {
                "since": name.valid_from,
                "names": in_languages(name, "name"),
                "abbreviations": in_languages(name, "abbreviation"),
            }
            for name in named
        ],
        "aliases": sorted((alias.text for alias in row.aliases.all()), key=collation.key),
        "successors": [
            {"actor": one.successor.slug, "on": one.on}
            for one in row.successions.all()
            if one.successor.draft_of_id is None
        ],
        "predecessors": [
            {"actor": one.predecessor.slug, "on": one.on}
            for one in row.origins.all()
            if one.predecessor.draft_of_id is None
        ],
        "url": page_url(request, "actions:actor", settings.CURRENT_PLAN, row.slug),
    }


# --- What was published -------------------------------------------------------------


@endpoint(is_list=True)
def rounds(request: HttpRequest, plan: str) -> HttpResponse:
    """Return the rounds with a published report, newest first."""
    rows = PublishedRound.objects.filter(plan=plan_of(plan)).order_by("-year")
    return page(request, rows, lambda found: [reported(request, plan, row) for row in found])


def told(row: PublishedRound) -> dict[str, Any]:
    """Return which edition something is from."""
    return {
        "year": row.year,
        "edition": row.edition,
        "reference_date": row.reference_date,
        "is_sample": row.is_sample,
    }


def reported(request: HttpRequest, plan: str, row: PublishedRound) -> dict[str, Any]:
    """Return a round with the figures of its newest edition."""
    return {
        "plan": plan,
        **told(row),
        "published_on": row.published_on,
        "deadline": row.facts.get("deadline") or None,
        "compared_with": row.facts.get("previous_year"),
        "figures": [dataclasses.asdict(one) for one in published.figures_of(row)],
        "changes": row.facts.get("changes", {}),
        "notes": [dataclasses.asdict(one) for one in published.notes_of(row)],
        "voices": row.facts.get("voices", {"invited": 0, "refused": 0}),
        "url": page_url(request, "reports:report", plan, row.year),
    }


@endpoint("year", "action", "actor", "status", is_list=True)
def entries(request: HttpRequest, plan: str) -> HttpResponse:
    """Return what each actor reported on each action; of every year, unless one is asked for."""
    found = plan_of(plan)
    given = {str(row.year): row for row in published.rounds_of(found)}
    year = choice(request, "year", given)
    status = choice(request, "status", [status.value for status in Status])
    rows = PublishedEntry.objects.filter(shown__plan=found)
    if year:
        rows = rows.filter(shown=given[year])
    if status:
        rows = rows.filter(status="" if status == Status.NOT_REPORTED else status)
    if "action" in request.GET:
        label = choice(request, "action", found.actions.values_list("label", flat=True))
        rows = rows.filter(responsibility__action__label=label)
    if "actor" in request.GET:
        slug = choice(request, "actor", known_actors().values_list("slug", flat=True))
        rows = rows.filter(responsibility__actor__slug=slug)
    rows = rows.select_related("responsibility__action", "responsibility__actor").order_by(
        "-shown__year",
        "responsibility__action__position",
        "responsibility__action",
        "responsibility__position",
        "pk",
    )
    by_key = {row.pk: row for row in given.values()}
    return page(request, rows, lambda part: entry_rows(part, plan, by_key))


def entry_rows(
    part: Iterable[PublishedEntry], plan: str, rounds: dict[int, PublishedRound]
) -> list[dict[str, Any]]:
    """Return entries with all that the edition says of them."""
    listed = list(part)
    facts = published.facts_of(listed)
    return [
        {
            "plan": plan,
            **told(rounds[row.shown_id]),
            "action_id": row.responsibility.action.key or row.responsibility.action.label,
            "action": row.responsibility.action.label,
            **dataclasses.asdict(said),
            "status": said.status or None,
        }
        for row in listed
        if (said := facts.get((row.shown_id, row.responsibility_id))) is not None
    ]


@endpoint("kind", is_list=True)
def editions(request: HttpRequest, plan: str) -> HttpResponse:
    """Return the editions of reports and evaluations, newest first; a withdrawn one with why."""
    rows = archive.editions().filter(round__plan=plan_of(plan))
    if kind := choice(request, "kind", [kind.value for kind in RoundKind]):
        rows = rows.filter(round__kind=kind)
    return page(request, rows, lambda found: [edition(request, row) for row in found])


def edition(request: HttpRequest, row: Edition) -> dict[str, Any]:
    """Return an edition with its files and their checksums."""
    given = row.round
    return {
        "plan": given.plan.slug,
        "year": given.year,
        "kind": given.kind,
        "edition": row.number,
        "state": row.state,
        "is_sample": given.is_sample,
        "reference_date": given.reference_date,
        "published_at": row.published_at,
        "withdrawn_at": row.withdrawn_at,
        "sha256": row.checksum,
        "notes": in_languages(row, "note"),
        "withdrawal": in_languages(row, "withdrawal") if row.state == WITHDRAWN else {},
        "url": page_url(request, "reports:edition", given.plan.slug, given.name, row.number),
        "files": list(files(request, row)) if row.state == PUBLISHED else [],
    }


def files(request: HttpRequest, row: Edition) -> Iterable[dict[str, Any]]:
    """Yield the files of an edition that have an address of their own."""
    names = {kind: name for name, kind in archive.FILES.items()}
    for file in sorted(row.files.all(), key=lambda one: (one.format, one.language)):
        if file.format in names:
            place = [row.round.plan.slug, row.round.name, row.number, names[file.format]]
            with override(file.language or "en"):
                address = page_url(request, "reports:edition-file", *place)
            yield {
                "name": names[file.format],
                "language": file.language or None,
                "bytes": file.size,
                "sha256": file.checksum,
                "url": address,
            }
