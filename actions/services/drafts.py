"""Drafts of several entries at once, as a workbook of a body brings them: all of them or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from actions import permissions
from actions.enums import EntryState, Event
from actions.models import Actor, Entry, ReportingRound, ReviewEvent, Succession, User
from actions.refusals import Refused
from actions.services import entries


@dataclass(frozen=True)
class Draft:
    """What is to be written into an entry, in the version in which somebody saw it."""

    entry: Entry
    version: int
    content: dict[str, Any]


@transaction.atomic
def save_all(drafts: Iterable[Draft], *, by: User, now: datetime) -> list[Entry]:
    """Store every draft and return the entries as they stand; where one is refused, none.

    Raises as ``entries.save`` does: Conflict where an entry has changed since it was seen, Refused
    where state or time do not allow it, PermissionDenied. What no form lets through is Refused.
    """
    in_order = sorted(drafts, key=lambda draft: draft.entry.pk)
    return [save(draft, by=by, now=now) for draft in in_order]


def save(draft: Draft, *, by: User, now: datetime) -> Entry:
    """Store one draft; what of it cannot be stored is refused with the action's number."""
    try:
        return entries.save(
            draft.entry, by=by, version=draft.version, content=draft.content, now=now
        )
    except ValidationError as error:
        words = f"{draft.entry.action.label}, {draft.entry.actor.short}: {error.messages[0]}"
        raise Refused(words) from error


def of_body(actor: Actor, given: ReportingRound, *, on: date) -> list[Entry]:
    """Return the entries of a round that a body writes, in the plan's order.

    Its own, those of bodies below it and of those that it took over from, and those that report
    through any of them: what a member of the body has on their desk.
    """
    tree, heirs = Actor.objects.parents(), permissions.succession_pairs(on)
    reached = permissions.reach([actor.pk], tree, heirs)
    rows = Entry.objects.for_list().written_by(reached, on=on).filter(round=given)
    return list(rows.prefetch_related("responsibility__action__former_wordings"))


def asked_of(rows: Sequence[Entry]) -> dict[int, ReviewEvent]:
    """Return, by key, with what those of some entries were returned that wait for their writer."""
    waiting = [row.pk for row in rows if row.state == EntryState.RETURNED]
    found = ReviewEvent.objects.filter(entry__in=waiting, kind=Event.RETURNED).order_by("pk")
    return {event.entry_id: event for event in found}


def last_years(rows: Sequence[Entry]) -> dict[int, Entry]:
    """Return for some entries of one round, by key, what was accepted in the round before.

    As ``entries.last_year`` finds it for one, in two queries for all.
    """
    if not rows:
        return {}
    held = [row.responsibility for row in rows]
    actors = {one.actor_id for one in held}
    taken = Succession.objects.filter(successor__in=actors, on__lte=rows[0].round.reference_date)
    former: dict[int, set[int]] = {}
    for successor, predecessor in taken.values_list("successor", "predecessor"):
        former.setdefault(successor, set()).add(predecessor)
    spoke = actors.union(*former.values())
    of_them = Q(
        responsibility__actor__in=spoke, responsibility__action__in={h.action_id for h in held}
    )
    earlier = Entry.objects.filter(
        of_them, state=EntryState.ACCEPTED, round__year__lt=rows[0].round.year
    ).select_related("round", "responsibility", "carried_from__carried_from")
    by_place: dict[tuple[int, int], list[Entry]] = {}
    for one in earlier.order_by("-round__year", "responsibility_id"):
        place = one.responsibility.action_id, one.responsibility.actor_id
        by_place.setdefault(place, []).append(one)
    found = {row.pk: newest(row, former, by_place) for row in rows}
    return {key: one for key, one in found.items() if one is not None}


def newest(
    row: Entry, former: dict[int, set[int]], by_place: dict[tuple[int, int], list[Entry]]
) -> Entry | None:
    """Return the latest of the entries of earlier rounds; the actor's own before another's."""
    held = row.responsibility
    actors = [held.actor_id, *former.get(held.actor_id, ())]
    offered = [one for actor in actors for one in by_place.get((held.action_id, actor), [])]
    rank = {
        one.pk: (-one.round.year, one.responsibility_id != held.pk, one.responsibility_id)
        for one in offered
    }
    return min(offered, key=lambda one: rank[one.pk], default=None)
