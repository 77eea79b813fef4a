"""Stores what readers see of the follow-up: the facts of each round's newest published edition."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from actions.models import (
    Action,
    PublishedAction,
    PublishedEntry,
    PublishedRound,
    ReportingRound,
    Responsibility,
)


class EntryFacts(NamedTuple):
    """What an edition says of one actor under an action."""

    actor: str
    status: str
    expected: bool
    since: int | None
    late: bool


class ActionFacts(NamedTuple):
    """What an edition says of one action; ``facts`` is all of it, as JSON can hold it."""

    label: str
    nature: str
    status: str
    overdue: bool
    expected: int
    reported: int
    movement: str
    facts: Mapping[str, Any]
    entries: tuple[EntryFacts, ...]


@transaction.atomic
def show(
    reporting_round: ReportingRound,
    *,
    edition: int,
    published_on: date,
    facts: Mapping[str, Any],
    actions: Iterable[ActionFacts],
) -> PublishedRound:
    """Let readers see what an edition says, in place of what they saw of the round before.

    An action or actor that the plan no longer has is left out; the edition itself keeps it.
    """
    hide(reporting_round)
    shown = PublishedRound.objects.create(
        round=reporting_round,
        plan=reporting_round.plan,
        year=reporting_round.year,
        edition=edition,
        published_on=published_on,
        reference_date=reporting_round.reference_date,
        is_sample=reporting_round.is_sample,
        facts=dict(facts),
    )
    listed = list(actions)
    keys = dict(Action.objects.filter(plan=reporting_round.plan_id).values_list("label", "pk"))
    PublishedAction.objects.bulk_create(
        PublishedAction(
            shown=shown,
            action_id=keys[row.label],
            nature=row.nature,
            status=row.status,
            overdue=row.overdue,
            expected=row.expected,
            reported=row.reported,
            movement=row.movement,
            facts=dict(row.facts),
        )
        for row in listed
        if row.label in keys
    )
    _show_entries(shown, listed)
    return shown


@transaction.atomic
def hide(reporting_round: ReportingRound) -> None:
    """Show readers nothing of a round."""
    PublishedRound.objects.filter(round=reporting_round).delete()


def _show_entries(shown: PublishedRound, listed: list[ActionFacts]) -> None:
    rows = Responsibility.objects.filter(action__plan=shown.plan_id)
    keys = {
        (label, actor): key
        for key, label, actor in rows.values_list("pk", "action__label", "actor__slug")
    }
    PublishedEntry.objects.bulk_create(
        PublishedEntry(
            shown=shown,
            responsibility_id=keys[row.label, said.actor],
            nature=row.nature,
            status=said.status,
            expected=said.expected,
            since=said.since,
            late=said.late,
        )
        for row in listed
        for said in row.entries
        if (row.label, said.actor) in keys
    )
