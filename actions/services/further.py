"""Lets entries into a further edition of a published report: to be corrected, or to come in."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions import permissions
from actions.enums import Act, Event
from actions.models import Entry, ReportingRound, User
from actions.outbox import events
from actions.permissions import Rights
from actions.refusals import Refused
from actions.services import entries
from actions.services.rounds import lock, secretariat


class Included(NamedTuple):
    """How many entries a further edition corrects, and how many may come in."""

    corrections: int
    supplements: int


def refusal(given: ReportingRound) -> object:
    """Return why no further edition can be prepared, as words; None where one can."""
    if given.is_frozen:
        return _("There is a frozen edition: publish or discard it first.")
    if not given.is_published:
        return _("A further edition follows a published one; this round has none.")
    return None


@transaction.atomic
def include(
    given: ReportingRound,
    *,
    chosen: Iterable[int],
    until: date,
    comment: str = "",
    by: User,
    now: datetime,
) -> Included:
    """Let the chosen entries of a published round be written and reviewed until a day.

    Accepted ones are corrected: they are returned, with a comment that says why. All others
    (in review, returned, drafts, not begun) may come in. Their writers are told, with the
    comment. Choosing the same ones for the same day once more does nothing; another day
    replaces the first.
    """
    rights = secretariat(by, now)
    stored = lock(given)
    if words := refusal(stored):
        raise Refused(words)
    rows = _chosen(stored, chosen)
    corrections = [row for row in rows if row.is_accepted]
    supplements = [
        row
        for row in rows
        if not row.is_accepted and (not row.is_let_in or row.write_until != until)
    ]
    _check(rows, corrections, until, comment, on=rights.on)
    for row in corrections:
        _correct(row, until, comment, by=by, rights=rights, now=now)
    for row in supplements:
        _let_in(row, until)
        entries.record(
            row, Event.LET_IN, by=by, rights=rights, now=now, until=until, comment=comment.strip()
        )
    told = [row for row in supplements if row.is_writable]
    events.let_in(stored, told, comment=comment.strip(), now=now)
    return Included(len(corrections), len(supplements))


def _chosen(given: ReportingRound, keys: Iterable[int]) -> list[Entry]:
    """Return the chosen entries of a round, locked."""
    rows = Entry.objects.select_for_update(of=("self",)).select_related(*entries.WHOLE_ROW)
    return list(rows.filter(round=given, pk__in=list(keys)).order_by("pk"))


def _check(
    rows: list[Entry], corrections: list[Entry], until: date, comment: str, *, on: date
) -> None:
    found = {}
    if not rows:
        found["chosen"] = _("Choose at least one entry.")
    if until < on:
        found["until"] = _("Choose today or a later day.")
    for row in rows:
        entries.check_not_too_late("until", until, after=row.round.closes_on, on=on)
    if corrections and not comment.strip():
        found["comment"] = _("Say what has to be corrected.")
    if any(row.is_carried for row in corrections):
        found["chosen"] = _(
            "An entry that was carried over must be corrected in the round it comes from."
        )
    if found:
        raise ValidationError(found)


def _correct(
    entry: Entry, until: date, comment: str, *, by: User, rights: Rights, now: datetime
) -> None:
    if not permissions.can_do(rights, entry, Act.SEND_BACK, entries.authors(entry)):
        raise PermissionDenied
    _let_in(entry, until)
    text = entries.checked_reason(comment, "comment")
    entries.give_back(entry, text, {}, by=by, rights=rights, now=now)


def _let_in(entry: Entry, until: date) -> None:
    entry.let_in, entry.write_until, entry.left_out = entry.round.published, until, False
    entry.save(update_fields=["let_in", "write_until", "left_out"])
