"""A member's desk: what is to be done, what came back, what is in, how many days are left."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from actions.enums import BEGUN, HANDED_IN, EntryState, RoundState
from actions.models import Actor, Entry, Extension, ReportingRound, Responsibility
from actions.querysets import valid_on, written_by
from actions.rules import deadlines
from actions.views.members_only import MemberRequest, member_page

# The order in which a desk is worked through.
PILES = (
    EntryState.RETURNED,
    EntryState.EMPTY,
    EntryState.DRAFT,
    EntryState.SUBMITTED,
    EntryState.ACCEPTED,
)


@member_page()
def desk(request: MemberRequest) -> HttpResponse:
    """Show what the person writes, round by round, newest first."""
    rounds = list(
        ReportingRound.objects.exclude(state=RoundState.PLANNED)
        .select_related("plan__contact_row")
        .order_by("-year")
    )
    rows = entries_of(request)
    desks = [one_round(request, r, [e for e in rows if e.round_id == r.pk]) for r in rounds]
    shown = [d for d in desks if d["rows"] or d["round"].is_open]
    context = {
        "desks": [d for d in shown if d["may_write"]],
        "past": [d for d in shown if not d["may_write"]],
        "rounds": rounds,
        "is_sample": any(d["round"].is_sample for d in shown),
        "is_first_time": bool(rows) and not Entry.objects.submitted_by(request.user).exists(),
        "several": len({e.responsibility.actor_id for e in rows}) > 1,
    }
    return TemplateResponse(request, "desk/desk.html", context)


def entries_of(request: MemberRequest) -> list[Entry]:
    """Return every entry that the person writes."""
    if not request.rights.is_writer:
        return []
    mine = Entry.objects.for_list().written_by(request.rights.writes_for, on=request.on)
    return list(mine)


def one_round(
    request: MemberRequest, followed: ReportingRound, rows: list[Entry]
) -> dict[str, Any]:
    """Return what a desk shows of a round."""
    extensions = extensions_of(followed, rows)
    until = max(extensions.values(), default=None)
    may_write = followed.may_write(extended_until=until, on=request.on)
    expected = [row for row in rows if row.expected]
    return {
        "round": followed,
        "rows": rows,
        "until": until,
        "may_write": may_write,
        "days_left": deadlines.days_left(followed.deadline, on=request.on),
        "piles": piles(rows),
        "expected": len(expected),
        "is_begun": any(row.state in BEGUN for row in rows),
        "in": sum(row.state in HANDED_IN for row in expected),
        "actors": by_actor(expected),
        "voluntary": voluntary(request, followed, rows) if may_write else [],
    }


def extensions_of(followed: ReportingRound, rows: Iterable[Entry]) -> dict[int, Any]:
    """Return the extensions of the actors that the person writes for in a round."""
    keys = {row.responsibility.actor_id for row in rows}
    through = (row.responsibility.reports_through_id for row in rows)
    keys |= {key for key in through if key is not None}
    found = Extension.objects.filter(round=followed, actor__in=keys)
    return dict(found.values_list("actor_id", "until"))


def piles(rows: list[Entry]) -> list[dict[str, Any]]:
    """Return the entries by state, in the order of work; carried-over ones apart."""
    found = [
        {
            "state": state.value,
            "rows": [row for row in rows if row.state == state and not row.is_carried],
        }
        for state in PILES
    ]
    carried = [row for row in rows if row.is_carried]
    return [*found, {"state": "carried", "rows": carried}]


def by_actor(expected: list[Entry]) -> list[dict[str, Any]]:
    """Return for each actor, by name, how many of its expected entries are in."""
    found: dict[Actor, dict[str, Any]] = {}
    for row in expected:
        line = found.setdefault(row.actor, {"actor": row.actor, "expected": 0, "in": 0})
        line["expected"] += 1
        line["in"] += row.state in HANDED_IN
    return sorted(found.values(), key=lambda line: line["actor"].sort_key)


def voluntary(
    request: MemberRequest, followed: ReportingRound, rows: list[Entry]
) -> list[Responsibility]:
    """Return what the person's actors may report on unexpected, and have not begun."""
    begun = [row.responsibility_id for row in rows]
    day = followed.reference_date
    held = Responsibility.objects.filter(
        written_by(request.rights.writes_for, on=request.on),
        valid_on(day),
        valid_on(day, "action__"),
        action__plan=followed.plan_id,
    )
    return list(
        held.exclude(pk__in=begun)
        .select_related("action__plan", "actor")
        .prefetch_related("actor__names")
        .order_by("action__position", "position")
    )
