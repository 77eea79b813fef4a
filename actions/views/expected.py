"""What is expected in a round, and who is late: by actor, then entry by entry."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from actions import round_status
from actions.enums import EntryState
from actions.filters import ExpectedFilter
from actions.models import Actor, Entry, ReportingRound
from actions.models.actors import LEVELS
from actions.models.entries import TEXTS
from actions.views.members_only import MemberRequest, member_page, reviewers
from document import collation

PER_PAGE = 50
NOT_CARRIED = Q(carried_from__isnull=True)
COUNTS = {
    "expected": Count("pk"),
    "accepted": Count("pk", filter=Q(state=EntryState.ACCEPTED) & NOT_CARRIED),
    "carried": Count("pk", filter=~NOT_CARRIED),
    "submitted": Count("pk", filter=Q(state=EntryState.SUBMITTED)),
    "returned": Count("pk", filter=Q(state=EntryState.RETURNED)),
    "draft": Count("pk", filter=Q(state=EntryState.DRAFT)),
    "empty": Count("pk", filter=Q(state=EntryState.EMPTY)),
}


@member_page(reviewers)
def expected_entries(request: MemberRequest, pk: int) -> HttpResponse:
    """Show of whom entries are expected in a round, and who is late."""
    found = get_object_or_404(ReportingRound.objects.select_related("plan"), pk=pk)
    if found.is_planned and not request.rights.is_secretariat:
        raise Http404
    counts = COUNTS | {"late": Count("pk", filter=round_status.late_ones(found, on=request.on))}
    expected = Entry.objects.filter(round=found, expected=True)
    per_actor = expected.values("responsibility__actor").order_by().annotate(**counts)
    by_key: dict[int, Any] = {row["responsibility__actor"]: row for row in per_actor}
    actors = list(Actor.objects.filter(pk__in=by_key).with_names())
    filters = ExpectedFilter(request.GET, given=found, on=request.on, actors=actors)
    page = Paginator(rows_of(filters), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "plan": found.plan,
        "round": found,
        "totals": expected.aggregate(**counts),
        "groups": by_level(actors, by_key, found),
        "filter": filters,
        "page": page,
        "lines": [line(row, found, request) for row in page.object_list],
        "query": query.urlencode(),
    }
    return TemplateResponse(request, "rounds/expected.html", context)


@member_page(reviewers)
def moved(request: MemberRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - as views are called
    """Lead from the address that the page had before to the one of today."""
    return redirect("actions:round-expected", pk, permanent=True)


def rows_of(filters: ExpectedFilter) -> Any:
    """Return the entries that are asked for, in the plan's order, with what a line shows."""
    return filters.qs.for_list().defer(*TEXTS, "evidence")


def by_level(
    actors: list[Actor], counts: Mapping[int, dict[str, Any]], given: ReportingRound
) -> list[dict[str, Any]]:
    """Return the actors by level of government, each with its counts and its extension."""
    extended = dict(given.extensions.values_list("actor_id", "until"))
    on = given.reference_date
    lines = [
        {
            "actor": actor,
            "name": actor.name_record(on),
            "until": extended.get(actor.pk),
            **counts[actor.pk],
        }
        for actor in actors
    ]
    lines.sort(key=by_name)
    groups = [
        {"label": label, "lines": [one for one in lines if one["actor"].level == level]}
        for level, label in LEVELS
    ]
    return [group for group in groups if group["lines"]]


def by_name(one: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a line is sorted by: what the actor was called on the reference date."""
    slug, name = one["actor"].slug, one["name"]
    return collation.by_name(name.label if name else slug, slug)


def line(entry: Entry, given: ReportingRound, request: MemberRequest) -> dict[str, Any]:
    """Return what a row shows of an entry."""
    entry.round = given
    return {
        "entry": entry,
        "name": entry.actor.name_record(given.reference_date),
        "days_late": round_status.days_late(entry, on=request.on),
    }
