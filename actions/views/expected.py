"""What is expected in a round, and who is late: by actor, then entry by entry."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from actions import round_status
from actions.enums import HAS_BEEN_HANDED_IN, WRITABLE, EntryState, LetterKind, LetterState
from actions.filters import ExpectedFilter
from actions.models import (
    Action,
    Actor,
    Entry,
    Letter,
    ReportingRound,
    Responsibility,
    Returned,
)
from actions.models.actors import LEVELS
from actions.models.entries import TEXTS
from actions.round_status import matrix
from actions.seats import Seats
from actions.services import rounds
from actions.views.members_only import MemberRequest, member_page, reviewers
from document import collation

PER_PAGE = 50
MOST_LISTED = 30  # open entries of an actor; the list below has them all
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
        "groups": by_level(actors, by_key, found, request.on),
        "may_extend": request.rights.is_secretariat and rounds.reported(found) is None,
        "is_whole": request.GET.get("details") == "all",
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
    actors: list[Actor], counts: Mapping[int, dict[str, Any]], given: ReportingRound, on: date
) -> list[dict[str, Any]]:
    """Return the actors by level of government: counts, extension, who sits there, what is open."""
    extended = dict(given.extensions.values_list("actor_id", "until"))
    day = given.reference_date
    (people, asked), work = people_of(given, on), open_work(given)
    lines = [
        {
            "actor": actor,
            "name": actor.name_record(day),
            "until": extended.get(actor.pk),
            "counts": counted(counts[actor.pk]),
            "expected": counts[actor.pk]["expected"],
            "late": counts[actor.pk]["late"],
            "people": people.get(actor.pk, []),
            "asked": asked.get(actor.pk),
            "work": work.get(actor.pk, [])[:MOST_LISTED],
            "more": max(0, len(work.get(actor.pk, [])) - MOST_LISTED),
        }
        for actor in actors
    ]
    lines.sort(key=by_name)
    groups = [
        {"label": label, "lines": [one for one in lines if one["actor"].level == level]}
        for level, label in LEVELS
    ]
    return [group for group in groups if group["lines"]]


def counted(found: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return how many entries stand where, only what there is, in the order of work."""
    return [
        {"code": code, "word": word, "count": found[code]}
        for code, word in matrix.words().items()
        if found[code]
    ]


def people_of(
    given: ReportingRound, on: date
) -> tuple[dict[int, list[dict[str, Any]]], dict[int, Any]]:
    """Return who is asked for each actor of a round, with the last e-mail that they got.

    And, where an actor and who reports for it have nobody, the name of the one above that is
    asked in its place; both by the key of the actor.
    """
    seats = Seats.read(on=on)
    held = Responsibility.objects.filter(entries__round=given, entries__expected=True).distinct()
    keys: dict[int, set[int]] = defaultdict(set)
    instead: dict[int, int] = {}
    for row in held:
        keys[row.actor_id].update(seats.asked(row, on=on))
        above, _people = seats.above(row)
        if above is not None and not seats.own(row, on=on):
            instead[row.actor_id] = above
    others = {one.pk: one for one in Actor.objects.filter(pk__in=instead.values()).with_names()}
    asked = {key: others[above].name_record(given.reference_date) for key, above in instead.items()}
    sent = Letter.objects.filter(state=LetterState.SENT).exclude(kind=LetterKind.SIGN_IN)
    last = dict(sent.order_by().values_list("user").annotate(Max("sent_at")))
    Returned.mark(seats.people.values())
    people: dict[int, list[dict[str, Any]]] = {
        actor: sorted(
            ({"person": seats.people[key], "last": last.get(key)} for key in found),
            key=lambda one: one["person"].sort_key,
        )
        for actor, found in keys.items()
    }
    return people, asked


def open_work(given: ReportingRound) -> dict[int, list[dict[str, Any]]]:
    """Return the entries of each actor that are not in, with their actions, in the plan's order."""
    rows = given.entries.filter(expected=True, state__in=sorted(WRITABLE)).order_by(
        "responsibility__action__position", "pk"
    )
    found = list(rows.values_list("pk", "responsibility__actor", "responsibility__action", "state"))
    told = Action.objects.filter(responsibilities__entries__round=given).distinct()
    actions = {action.pk: action for action in told}
    words = matrix.words()
    by_actor: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for key, actor, action, state in found:
        line = {"entry": key, "action": actions[action], "word": words[state], "code": state}
        by_actor[actor].append(line)
    return by_actor


def by_name(one: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a line is sorted by: what the actor was called on the reference date."""
    slug, name = one["actor"].slug, one["name"]
    return collation.by_name(name.label if name else slug, slug)


def line(entry: Entry, given: ReportingRound, request: MemberRequest) -> dict[str, Any]:
    """Return what a row shows of an entry."""
    entry.round = given
    name = entry.actor.name_record(given.reference_date)
    return {
        "entry": entry,
        "name": name,
        "what": f"{entry.action.label}, {name.label if name else entry.actor.slug}",
        "days_late": round_status.days_late(entry, on=request.on),
        "is_in": entry.state in HAS_BEEN_HANDED_IN,
    }
