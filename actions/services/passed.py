"""What is still a draft when its last day has passed: taken as submitted, or left out."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions import permissions, writing
from actions.enums import Act, EntryState, Event
from actions.models import Entry, ReportingRound, User
from actions.refusals import Refused
from actions.rules.writing import Refusal
from actions.services import entries
from actions.services.rounds import secretariat

BEGUN = (EntryState.DRAFT, EntryState.RETURNED)
PASSED = frozenset({Refusal.CLOSED, Refusal.DAY_PASSED})


def has_passed(entry: Entry, *, on: date, extensions: writing.Extensions | None = None) -> bool:
    """Tell whether an entry was begun, its members can write it no more, but the report could."""
    found = writing.refusal(entry, Act.SUBMIT, on=on, extensions=extensions)
    return entry.state in BEGUN and found in PASSED


def waiting(given: ReportingRound, *, on: date) -> list[Entry]:
    """Return the begun entries of a round on which the secretariat is to decide, in its order."""
    rows = Entry.objects.for_list().filter(round=given, state__in=BEGUN, left_out=False)
    extensions = writing.read_extensions([given])
    return [row for row in rows if has_passed(row, on=on, extensions=extensions)]


@transaction.atomic
def take(entry: Entry, *, by: User, version: int, now: datetime) -> Entry:
    """Take a draft whose last day has passed as submitted, on the actor's behalf.

    Raises ValidationError, by field, where the draft is not complete. Taking the same version
    twice does nothing.
    """
    rights = secretariat(by, now)
    stored = entries.lock(entry)
    if stored.is_submitted and stored.submitted_by_id == by.pk and stored.version == version:
        return stored
    _check(stored, version, on=rights.on)
    stored.on_behalf = permissions.writes_on_behalf(rights, stored)
    return entries.hand_in(stored, by=by, rights=rights, now=now, also=["on_behalf"])


@transaction.atomic
def leave_out(entry: Entry, *, by: User, version: int, now: datetime) -> Entry:
    """Settle that the report says nothing of a draft whose last day has passed.

    It stays as it is; written again, with more time, it is a draft like any other.
    """
    rights = secretariat(by, now)
    stored = entries.lock(entry)
    if stored.left_out and stored.version == version:
        return stored
    _check(stored, version, on=rights.on)
    stored.left_out = True
    stored.save(update_fields=["left_out"])
    entries.record(stored, Event.LEFT_OUT, by=by, rights=rights, now=now)
    return stored


def _check(entry: Entry, version: int, *, on: date) -> None:
    """Refuse what its members still write, or nobody can submit any more."""
    entries.check_version(entry, version)
    if found := writing.refusal(entry, Act.SUBMIT, on=on, on_behalf=True):
        raise Refused(writing.WORDS[found])
    if not has_passed(entry, on=on):
        raise Refused(_("The organisation can still write this entry."))
