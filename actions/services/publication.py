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

    key: str
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
    keys = action_keys(reporting_round.plan_id)
    PublishedAction.objects.bulk_create(
        PublishedAction(
            shown=shown,
            action_id=keys[row.key],
            nature=row.nature,
            status=row.status,
            overdue=row.overdue,
            expected=row.expected,
            reported=row.reported,
            movement=row.movement,
            facts=dict(row.facts),
        )
        for row in listed
        if row.key in keys
    )
    _show_entries(shown, listed)
    return shown


def action_keys(plan: int) -> dict[str, int]:
    """Return the actions of a plan by what editions know them by; see ``Action.key``."""
    rows = Action.objects.filter(plan=plan).values_list("key", "label", "pk")
    return {key or label: pk for key, label, pk in rows}


@transaction.atomic
def hide(reporting_round: ReportingRound) -> None:
    """Show readers nothing of a round."""
    PublishedRound.objects.filter(round=reporting_round).delete()


def _show_entries(shown: PublishedRound, listed: list[ActionFacts]) -> None:
    rows = Responsibility.objects.filter(action__plan=shown.plan_id)
    actions = action_keys(shown.plan_id)
    keys = {
        (action, actor): key
        for key, action, actor in rows.values_list("pk", "action", "actor__slug")
    }
    PublishedEntry.objects.bulk_create(
        PublishedEntry(
            shown=shown,
            responsibility_id=keys[actions[row.key], said.actor],
            nature=row.nature,
            status=said.status,
            expected=said.expected,
            since=said.since,
            late=said.late,
        )
        for row in listed
        for said in row.entries
        if row.key in actions and (actions[row.key], said.actor) in keys
    )
