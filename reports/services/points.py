"""Keeps the points that the secretariat wants the working group to talk about."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.models import ReportingRound, User
from actions.refusals import Refused
from actions.services import plan as plans
from actions.services import rounds as round_service
from actions.services import seen as seeing
from reports.models import OpenPoint

SAID = ("text", "is_settled")


@transaction.atomic
def add(given: ReportingRound, *, text: str, by: User, now: datetime) -> OpenPoint:
    """Add a point to those of a round."""
    round_service.secretariat(by, now)
    row = OpenPoint(round=round_service.lock(given), text=text, by=by, at=now)
    plans.save(row, by=by)
    return row


@transaction.atomic
def save(
    point: OpenPoint,
    *,
    text: str,
    is_settled: bool,
    seen: str | None = None,
    by: User,
    now: datetime,
) -> OpenPoint:
    """Change what a point says, and whether it is settled.

    Raises Conflict where it is no longer what was ``seen``, a digest of it.
    """
    round_service.secretariat(by, now)
    stored = OpenPoint.objects.select_for_update(of=("self",)).filter(pk=point.pk).first()
    if stored is None:
        raise Refused(_("This point is not there any more."))
    seeing.check(stored, {"text": text, "is_settled": is_settled}, seen)
    stored.text, stored.is_settled = text, is_settled
    plans.save(stored, by=by)
    return stored
