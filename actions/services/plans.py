"""Makes plans as drafts that readers do not see, publishes them, and takes a draft away."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from actions.models import (
    Action,
    ActionFlag,
    ActionTheme,
    Actor,
    Classification,
    FormerWording,
    Plan,
    ReportingRound,
    Responsibility,
    Section,
    Source,
    Theme,
    User,
)
from actions.refusals import Refused
from actions.services import plan as service
from actions.services.bodies import source_of
from actions.services.rounds import secretariat

REASON = "Imported from a workbook"
BATCH = 100
# What a draft is made of, in the order in which it can be taken away.
PARTS: tuple[tuple[type[Any], str], ...] = (
    (Responsibility, "action__plan"),
    (ActionTheme, "action__plan"),
    (Classification, "action__plan"),
    (ActionFlag, "action__plan"),
    (FormerWording, "action__plan"),
)
SHARED: tuple[type[Any], ...] = (Theme, Actor, Source)


@transaction.atomic
def make(rows: Mapping[type[Any], list[Any]], *, by: User, now: datetime) -> Plan:
    """Store a checked plan with all that it is made of, as a draft; all or nothing.

    ``rows`` are unsaved, by model, in the order in which they need one another. Raises Refused
    where the database has something to say against it: somebody was quicker.
    """
    secretariat(by, now)
    try:
        with transaction.atomic():
            for model, found in rows.items():
                for group in by_depth(found):
                    store(model, group, by=by)
    except DatabaseError as error:
        raise Refused(
            _("Somebody else has changed this meanwhile. Nothing was made; try again.")
        ) from error
    made: Plan = rows[Plan][0]
    # A plan names its source, so that was stored before there was anything to mark it with.
    Source.objects.filter(pk__in=[row.pk for row in rows[Source]]).update(draft_of=made)
    return made


@transaction.atomic
def start(
    columns: Mapping[str, Any], *, document: str, address: str, by: User, now: datetime
) -> Plan:
    """Store an empty draft; raises ValidationError by field."""
    secretariat(by, now)
    source = source_of(document, address, by=by)
    made = Plan(**columns, source=source, is_published=False)
    service.save(made, by=by)
    return made


def store(model: type[Any], rows: list[Any], *, by: User) -> None:
    """Store new rows with a history record each."""
    if rows:
        bulk_create_with_history(
            rows, model, batch_size=BATCH, default_user=by, default_change_reason=REASON
        )


def by_depth(rows: list[Any]) -> Iterable[list[Any]]:
    """Yield rows in groups, so that what a row hangs under is stored before it."""
    left = rows
    while left:
        ready = [row for row in left if getattr(row, "parent", None) is None or row.parent.pk]
        if not ready:
            raise Refused(_("An actor cannot be part of itself."))
        yield ready
        chosen = set(map(id, ready))
        left = [row for row in left if id(row) not in chosen]


@transaction.atomic
def publish(plan: Plan, *, by: User, now: datetime) -> Plan:
    """Let readers see a plan, with the bodies, themes and sources that came with it.

    Raises Refused for a plan without an action. Publishing twice does nothing.
    """
    secretariat(by, now)
    stored = Plan.objects.select_for_update().get(pk=plan.pk)
    if stored.is_published:
        return stored
    if not stored.actions.exists():
        raise Refused(_("The plan has no action yet."))
    stored.is_published = True
    service.save(stored, by=by, reason="Published")
    for row in brought(stored):
        row.draft_of = None
        service.save(row, by=by, reason="Published with its plan")
    return stored


def brought(plan: Plan) -> list[Any]:
    """Return what no reader sees yet of what a plan is made of: bodies, themes, sources."""
    actors = above(Actor.objects.filter(used_by(plan)))
    themes = Theme.objects.filter(Q(draft_of=plan) | Q(action_links__action__plan=plan))
    rows: list[Any] = [row for row in actors if row.draft_of_id]
    rows += themes.filter(draft_of__isnull=False).distinct()
    needed = sources_of([plan, *actors, *rows, *parts_of(plan)])
    rows += Source.objects.filter(draft_of__isnull=False).filter(
        Q(draft_of=plan) | Q(pk__in=needed)
    )
    return rows


def used_by(plan: Plan) -> Q:
    """Return the filter "came with a plan, or stands under one of its actions"."""
    return (
        Q(draft_of=plan)
        | Q(responsibilities__action__plan=plan)
        | Q(reports_for__action__plan=plan)
    )


def above(rows: Iterable[Actor]) -> list[Actor]:
    """Return bodies with those that they are part of."""
    found: dict[int, Actor] = {}
    left = list(rows)
    while left:
        found |= {row.pk: row for row in left}
        parents = {row.parent_id for row in left if row.parent_id} - set(found)
        left = list(Actor.objects.filter(pk__in=parents))
    return list(found.values())


def parts_of(plan: Plan) -> list[Any]:
    """Return the rows that a plan is made of."""
    rows: list[Any] = [*Section.objects.filter(plan=plan), *Action.objects.filter(plan=plan)]
    for model, path in PARTS:
        rows += model.objects.filter(**{path: plan})
    return rows


def sources_of(rows: Iterable[Any]) -> set[int]:
    """Return the keys of the sources that some rows name."""
    names = ("source_id", "title_source_id")
    return {key for row in rows for name in names if (key := getattr(row, name, None))}


@transaction.atomic
def discard(plan: Plan, *, by: User, now: datetime) -> None:
    """Take a draft away with all that came with it and nothing else needs.

    Raises Refused for a plan that readers see, or that has a round.
    """
    secretariat(by, now)
    stored = Plan.objects.select_for_update().filter(pk=plan.pk).first()
    if stored is None:
        return
    if stored.is_published or ReportingRound.objects.filter(plan=stored).exists():
        raise Refused(_("Readers see this plan already."))
    for model, path in PARTS:
        remove(model.objects.filter(**{path: stored}), by=by)
    for is_below in (True, False):
        remove(stored.actions.filter(parent__isnull=not is_below), by=by)
    remove(stored.sections.all(), by=by)
    left = [row for model in SHARED for row in model.objects.filter(draft_of=stored)]
    for row in left:
        row.draft_of = None
        service.save(row, by=by)
    service.delete(stored, by=by)
    take_away(left, by=by)


def remove(rows: Iterable[Any], *, by: User) -> None:
    """Remove rows one by one, each with its history."""
    for row in rows:
        service.delete(row, by=by)


def take_away(rows: Iterable[Any], *, by: User) -> None:
    """Remove what came with a draft; what something else needs stays, hidden while it can be."""
    left = list(rows)
    while True:
        kept = [row for row in left if not removed(row, by=by)]
        if len(kept) == len(left):
            break
        left = kept
    other = Plan.objects.filter(is_published=False).first()
    for row in left if other is not None else ():
        row.draft_of = other
        service.save(row, by=by)


def removed(row: Any, *, by: User) -> bool:
    """Remove a row; tell whether nothing needs it."""
    try:
        with transaction.atomic():
            service.delete(type(row).objects.get(pk=row.pk), by=by)
    except ProtectedError:
        return False
    return True
