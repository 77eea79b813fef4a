"""A member's desk: what is to be done, what came back, what is in, how many days are left."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from actions import writing
from actions.enums import BEGUN, HANDED_IN, WRITING_ROLES, Act, EntryState, RoundState
from actions.models import (
    Actor,
    Assignment,
    BodyChange,
    Entry,
    ReportingRound,
    Responsibility,
)
from actions.permissions import Rights, can_submit, can_write_for, reach, succession_pairs
from actions.querysets import valid_on, written_by
from actions.services import inheritance, resets, still_true, unsaved, unsettled
from actions.views import days
from actions.views.members_only import MemberRequest, everybody, member_page

# The order in which a desk is worked through.
PILES = (
    EntryState.RETURNED,
    EntryState.EMPTY,
    EntryState.DRAFT,
    EntryState.SUBMITTED,
    EntryState.ACCEPTED,
)
# How long a desk says that its body was taken over.
A_WHILE = timedelta(weeks=8)
# What somebody has to do of what is assigned to them.
OWN = PILES[:3]


@member_page(everybody)
def desk(request: MemberRequest) -> HttpResponse:
    """Show what the person writes, round by round, newest first."""
    opened = ReportingRound.objects.exclude(state=RoundState.PLANNED)
    # Whoever is a voice alone has no part in any round.
    seen = opened if request.rights.is_member else opened.none()
    rounds = list(seen.select_related("plan__contact_row").order_by("-year"))
    rows = entries_of(request)
    known = writing.read_extensions(rounds)
    desks = [one_round(request, r, [e for e in rows if e.round_id == r.pk], known) for r in rounds]
    seats = seats_of(request) if rows else []
    for one in desks:
        one["books"] = [actor for actor, reached in seats if has_work(one["rows"], reached)]
    shown = [d for d in desks if d["rows"] or d["round"].is_open]
    context = {
        "moved": moved_lately(request),
        "desks": [d for d in shown if d["may_write"]],
        "past": [d for d in shown if not d["may_write"]],
        "rounds": rounds,
        "left": left_behind(request, rows),
        "unsaved": unsaved.all_of(request.user, now=request.now).count(),
        "is_sample": any(d["round"].is_sample for d in shown),
        "is_first_time": bool(rows) and not Entry.objects.submitted_by(request.user).exists(),
        "lost_factors": lost_factors(request),
        "several": len({e.responsibility.actor_id for e in rows}) > 1,
    }
    return TemplateResponse(request, "desk/desk.html", context)


def moved_lately(request: MemberRequest) -> list[dict[str, Any]]:
    """Return from whom to whom the person came with a takeover of the last weeks, by day.

    Whoever came from two bodies to one is told once.
    """
    rows = BodyChange.objects.filter(
        on__gt=request.on - A_WHILE, moved_at__isnull=False, undone_at=None
    ).select_related("actor")
    changes = list(rows.prefetch_related("actor__names").order_by("on", "pk"))
    if not changes:
        return []
    own = set(request.user.memberships.values_list("pk", flat=True))
    found: dict[Any, dict[str, Any]] = {}
    for one in changes:
        if any(row["ended"] in own for row in one.made.get("members", ())):
            heirs = inheritance.living(one, on=request.on)
            key = (one.on, *sorted(heir.pk for heir in heirs))
            line = found.setdefault(key, {"on": one.on, "to": heirs, "from": []})
            line["from"].append(one.actor)
    return [
        {
            "on": line["on"],
            "to": inheritance.all_of([one.label for one in line["to"]]),
            "before": inheritance.all_of([one.label for one in line["from"]]),
        }
        for line in found.values()
    ]


def lost_factors(request: MemberRequest) -> int:
    """Return how many lost second factors wait for a decision, for who may see them."""
    return resets.standing(now=request.now).count() if request.rights.is_reviewer else 0


def entries_of(request: MemberRequest) -> list[Any]:
    """Return every entry that the person writes, with who sees to it among colleagues.

    ``is_own`` tells that it is the person; ``is_unsettled``, that another text stands beside it.
    """
    if not request.rights.is_writer:
        return []
    mine = list(Entry.objects.for_list().written_by(request.rights.writes_for, on=request.on))
    assigned = Assignment.of({row.responsibility_id for row in mine})
    for row in mine:
        row.assigned = assigned.get(row.responsibility_id)
        row.is_own = is_current(row.assigned) and row.assigned.person_id == request.user.pk
    mark_carried(mine)
    if any(row.stands_for_others for row in mine):
        waiting = {row.pk for row in unsettled.waiting()}
        for row in mine:
            row.is_unsettled = row.pk in waiting
    return mine


def mark_carried(rows: list[Any]) -> None:
    """Give entries that were carried over from another body who reported them, as ``said_by``."""
    carried = {row.pk: row.carried_from_id for row in rows if row.is_carried}
    earlier = Entry.whole.filter(pk__in=carried.values()) if carried else Entry.whole.none()
    bodies = dict(earlier.values_list("pk", "responsibility__actor"))
    own = {row.pk: row.actor.pk for row in rows}
    others = {pk: bodies[key] for pk, key in carried.items() if bodies[key] != own[pk]}
    known = Actor.objects.with_names().in_bulk(set(others.values())) if others else {}
    for row in rows:
        row.said_by = known.get(others.get(row.pk))


def seats_of(request: MemberRequest) -> list[tuple[Actor, Rights]]:
    """Return the bodies that the person writes for, each with the rights of that seat alone."""
    seats = request.rights.actors_as(*WRITING_ROLES)
    actors = Actor.objects.filter(pk__in=seats).with_names()
    tree, heirs = Actor.objects.parents(), succession_pairs(request.on)
    return [
        (actor, replace(request.rights, writes_for=frozenset(reach([actor.pk], tree, heirs))))
        for actor in actors
    ]


def has_work(rows: list[Any], seat: Rights) -> bool:
    """Tell whether one of the entries of a round can be written now from a seat."""
    return any(row.may_write and can_write_for(seat, row.responsibility) for row in rows)


def left_behind(request: MemberRequest, rows: list[Any]) -> int:
    """Return how many entries were assigned to somebody who has left, for who divides the work."""
    mine = request.rights.coordinates
    return len(
        {
            row.responsibility_id
            for row in rows
            if row.assigned and not row.assigned.is_current and row.actor.pk in mine
        }
    )


def one_round(
    request: MemberRequest,
    followed: ReportingRound,
    rows: list[Any],
    known: writing.Extensions,
) -> dict[str, Any]:
    """Return what a desk shows of a round."""
    for row in rows:
        row.round = followed
        row.days = days.of_entry(row, on=request.on, extensions=known)
        row.may_write = writing.may(request.rights, row, Act.SAVE, extensions=known)
    free = voluntary(request, followed, rows, known)
    at_work = [row for row in rows if not row.is_accepted and not row.days["is_over"]]
    expected = [row for row in rows if row.expected]
    to_hand_in = [row for row in rows if row.may_write and can_submit(request.rights, row)]
    same = still_true.candidates(to_hand_in)
    return {
        "still_true": len(same),
        "years": still_true.years(same),
        "round": followed,
        "rows": rows,
        "may_write": writing.is_open(followed, on=request.on) or bool(at_work or free),
        "days": latest(followed, at_work, on=request.on),
        "piles": piles(rows),
        "expected": len(expected),
        "is_begun": any(row.state in BEGUN for row in rows),
        "in": sum(row.state in HANDED_IN for row in expected),
        "actors": by_actor(expected),
        "voluntary": free,
    }


def latest(followed: ReportingRound, rows: list[Any], *, on: date) -> dict[str, Any]:
    """Return the days of the entry that is written longest, else those of the round."""
    own = [row.days for row in rows if row.days["until"]]
    return max(own, key=lambda one: one["until"], default=days.of_round(followed, on=on))


def is_current(assigned: Assignment | None) -> bool:
    """Tell whether somebody sees to an entry."""
    return assigned is not None and assigned.is_current


def piles(rows: list[Any]) -> list[dict[str, Any]]:
    """Return the entries in the order of work: by state, then what has no work left.

    What is to be done and assigned to the person comes first.
    """
    own = [row for row in rows if row.is_own and row.may_write and pile(row) in OWN]
    rest = [row for row in rows if row not in own]
    names = [*(state.value for state in PILES), "ended", "carried"]
    return [
        {"state": name, "is_own": is_own, "rows": [row for row in part if pile(row) == name]}
        for is_own, part in ((True, own), (False, rest))
        for name in names
    ]


def pile(row: Any) -> str:
    """Return where an entry lies: carried over, no longer to be written, else by its state."""
    if row.is_carried:
        return "carried"
    return "ended" if row.is_writable and not row.may_write else str(row.state)


def by_actor(expected: list[Entry]) -> list[dict[str, Any]]:
    """Return for each actor, by name, how many of its expected entries are in."""
    found: dict[Actor, dict[str, Any]] = {}
    for row in expected:
        line = found.setdefault(row.actor, {"actor": row.actor, "expected": 0, "in": 0})
        line["expected"] += 1
        line["in"] += row.state in HANDED_IN
    return sorted(found.values(), key=lambda line: line["actor"].sort_key)


def voluntary(
    request: MemberRequest,
    followed: ReportingRound,
    rows: list[Entry],
    known: writing.Extensions,
) -> list[Responsibility]:
    """Return what the person's actors may report on unexpected, now, and have not begun."""
    if not (writing.is_open(followed, on=request.on) or is_extended(followed, known)):
        return []
    begun = [row.responsibility_id for row in rows]
    day = followed.reference_date
    held = Responsibility.objects.filter(
        written_by(request.rights.writes_for, on=request.on),
        valid_on(day),
        valid_on(day, "action__"),
        action__plan=followed.plan_id,
    )
    found = (
        held.exclude(pk__in=begun)
        .select_related("action__plan", "actor")
        .prefetch_related("actor__names")
        .order_by("action__position", "position")
    )
    return [row for row in found if may_begin(request, followed, row, known)]


def is_extended(followed: ReportingRound, known: writing.Extensions) -> bool:
    """Tell whether some actor may have more time in a round."""
    return any(given == followed.pk for given, _actor in known)


def may_begin(
    request: MemberRequest,
    followed: ReportingRound,
    held: Responsibility,
    known: writing.Extensions,
) -> bool:
    """Tell whether the person may begin an entry under a responsibility that has none."""
    wanted = Entry(round=followed, responsibility=held)
    return writing.may(request.rights, wanted, Act.SAVE, extensions=known)
