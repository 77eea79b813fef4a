"""Brings a workbook in as the draft of a plan: looks first, then does all of it or nothing."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actions.models import Plan, User
from actions.plan_book import reading
from actions.plan_book.reading import Parsed
from actions.refusals import Refused
from actions.services import plans


def draft_to_replace(content: bytes) -> Plan | None:
    """Return the draft with the key that a workbook gives; it makes room for the new one."""
    key = reading.key_of(content)
    return Plan.objects.filter(slug=key, is_published=False).first()


def look(content: bytes) -> Parsed:
    """Return what a workbook would make, and what is wrong with it; raises Refused."""
    return reading.read(content, replaced=draft_to_replace(content))


@transaction.atomic
def bring_in(content: bytes, *, by: User, now: datetime) -> Plan:
    """Make the draft of a plan; raises Refused where anything is wrong, and then makes nothing."""
    former = draft_to_replace(content)
    if former is not None:
        plans.discard(former, by=by, now=now)
    parsed = reading.read(content)
    if parsed.faults:
        raise Refused(_("Something has changed since you looked. Upload the workbook again."))
    return plans.make(parsed.new, by=by, now=now)
