"""What the secretariat and reviewers did last: on entries, rounds, bodies and plans."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actions.enums import AmendmentState, Event, ResetState, RoundKind
from actions.models import (
    Amendment,
    BodyChange,
    Extension,
    FactorReset,
    Invitation,
    Override,
    ReportingRound,
    ReviewEvent,
)
from actions.typography import date_format

MOST_DONE = 12
# What of a thread is the work of the secretariat and of reviewers.
DECISIONS = (Event.ACCEPTED, Event.RETURNED, Event.LET_IN, Event.LEFT_OUT)


class Done(NamedTuple):
    """Something that somebody did."""

    at: datetime
    who: str
    what: str
    link: str


def read() -> list[Done]:
    """Return what was done last, the newest first; as many queries however much it was."""
    found = [
        *decisions(),
        *days_changed(),
        *more_time(),
        *statuses_set(),
        *invited(),
        *factors_reset(),
        *bodies_changed(),
        *plans_amended(),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST_DONE]


def name(person: Any) -> str:
    """Return what somebody is called; nobody is the application itself."""
    return person.get_full_name() if person else "NAP monitor"


def decisions() -> Iterator[Done]:
    """Yield the last decisions on entries."""
    rows = ReviewEvent.objects.filter(kind__in=DECISIONS).select_related(
        "by", "entry__responsibility__action", "entry__responsibility__actor"
    )
    rows = rows.prefetch_related("entry__responsibility__actor__names").order_by("-at", "-pk")
    for row in rows[:MOST_DONE]:
        told = {
            "what": capfirst(row.get_kind_display()),
            "label": row.entry.action.label,
            "actor": row.entry.actor.short,
        }
        link = reverse("actions:entry", args=[row.entry_id])
        yield Done(row.at, name(row.by), _("%(what)s: action %(label)s, %(actor)s") % told, link)


def days_changed() -> Iterator[Done]:
    """Yield the last changes of yearly rounds; an evaluation has a page of its own."""
    rows = ReportingRound.history.filter(kind=RoundKind.YEARLY)
    rows = rows.select_related("history_user", "plan")
    for row in rows.order_by("-history_date", "-history_id")[:MOST_DONE]:
        told = {"year": row.year, "state": row.get_state_display()}
        what = _("Round %(year)s changed: %(state)s") % told
        link = reverse("actions:round", args=[row.id])
        yield Done(row.history_date, name(row.history_user), what, link)


def more_time() -> Iterator[Done]:
    """Yield the last extensions."""
    rows = Extension.history.exclude(history_type="-").select_related("history_user", "actor")
    rows = rows.prefetch_related("actor__names").order_by("-history_date", "-history_id")
    for row in rows[:MOST_DONE]:
        told = {"actor": row.actor.short, "day": date_format(row.until)}
        what = _("More time until %(day)s: %(actor)s") % told
        link = reverse("actions:round", args=[row.round_id])
        yield Done(row.history_date, name(row.history_user), what, link)


def statuses_set() -> Iterator[Done]:
    """Yield the last statuses set by hand."""
    rows = Override.history.exclude(history_type="-").select_related(
        "history_user", "action", "round__plan"
    )
    for row in rows.order_by("-history_date", "-history_id")[:MOST_DONE]:
        what = _("Status set: action %(label)s") % {"label": row.action.label}
        place = [row.round.plan.slug, row.round.year, row.action.label]
        link = reverse("actions:action-status", args=place)
        yield Done(row.history_date, name(row.history_user), what, link)


def invited() -> Iterator[Done]:
    """Yield the last invitations."""
    rows = Invitation.objects.select_related("invited_by", "actor").prefetch_related("actor__names")
    for row in rows.order_by("-invited_at", "-pk")[:MOST_DONE]:
        what = _("Invitation to: %(actor)s") % {"actor": row.actor.short}
        yield Done(row.invited_at, name(row.invited_by), what, reverse("actions:all-members"))


def factors_reset() -> Iterator[Done]:
    """Yield the last proposals to reset a lost second factor, and what became of them."""
    rows = FactorReset.objects.select_related("person", "proposed_by", "closed_by")
    for row in rows.order_by("-proposed_at", "-pk")[:MOST_DONE]:
        who, link = {"who": name(row.person)}, reverse("actions:reset", args=[row.pk])
        if row.proposed_by:
            what = _("Reset of a second factor proposed: %(who)s") % who
            yield Done(row.proposed_at, name(row.proposed_by), what, link)
    closed = rows.filter(closed_at__isnull=False).exclude(state=ResetState.LAPSED)
    for row in closed.order_by("-closed_at", "-pk")[:MOST_DONE]:
        told = {"who": name(row.person), "what": row.get_state_display()}
        link = reverse("actions:reset", args=[row.pk])
        what = _("Second factor of %(who)s: %(what)s") % told
        yield Done(row.closed_at or row.proposed_at, name(row.closed_by), what, link)


def bodies_changed() -> Iterator[Done]:
    """Yield the last new names, mergers and splits of bodies, and what of them was undone."""
    link = reverse("actions:bodies")
    rows = BodyChange.objects.select_related("actor", "by", "undone_by")
    rows = rows.prefetch_related("actor__names")
    for row in rows.order_by("-at", "-pk")[:MOST_DONE]:
        yield Done(row.at, name(row.by), told(row), link)
    undone = rows.filter(undone_at__isnull=False).order_by("-undone_at", "-pk")
    for row in undone[:MOST_DONE]:
        what = _("Undone: %(what)s") % {"what": told(row)}
        yield Done(row.undone_at or row.at, name(row.undone_by), what, link)


def told(row: BodyChange) -> str:
    """Say what became of a body, and from which day."""
    facts = {
        "what": row.get_act_display(),
        "actor": row.actor.label,
        "day": date_format(row.on, "DATE_FORMAT"),
    }
    return _("%(what)s: %(actor)s, from %(day)s") % facts


def plans_amended() -> Iterator[Done]:
    """Yield the last changes of amendments: begun, confirmed, in force, given up."""
    words = {
        AmendmentState.DRAFT: _("Amendment being prepared: %(plan)s"),
        AmendmentState.WAITING: _("Amendment confirmed for %(day)s: %(plan)s"),
        AmendmentState.IN_FORCE: _("Amendment in force since %(day)s: %(plan)s"),
    }
    rows = Amendment.history.select_related("history_user", "plan")
    there = set(Amendment.objects.values_list("pk", flat=True))
    for row in rows.order_by("-history_date", "-history_id")[:MOST_DONE]:
        facts = {
            "plan": row.plan.label,
            "day": date_format(row.on, "DATE_FORMAT") if row.on else "",
        }
        what = words[row.instance.state] % facts
        if row.history_type == "-":
            what = _("Amendment given up: %(plan)s") % facts
        link = reverse("actions:amendments")
        if row.id in there:
            link = reverse("actions:amendment", args=[row.id])
        yield Done(row.history_date, name(row.history_user), what, link)
