"""Writes who sees to which entries: assign, take away, remind, and end what holds no longer."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions import permissions, writing
from actions.enums import WRITABLE, Act, AssignmentEnd, LetterKind
from actions.models import Assignment, BodyChange, Entry, Letter, Responsibility, User
from actions.outbox import letters
from actions.permissions import Rights
from actions.refusals import Refused
from actions.services import plan

logger = logging.getLogger(__name__)

AN_HOUR = timedelta(hours=1)
# So many reminders of one's own an hour: the colleagues of a body, and no flood of letters.
MOST_OF_SECRETARIAT, MOST_OF_COORDINATOR = 150, 20
# The key of the assignment that somebody saw at a responsibility; 0 where they saw none.
Seen = Mapping[int, int]


class Done(NamedTuple):
    """How many were changed, and those that somebody else had changed since they were seen."""

    number: int
    changed: list[Responsibility]


@transaction.atomic
def assign(seen: Seen, *, to: User, by: User, now: datetime) -> Done:
    """Say that somebody sees to some responsibilities, whoever did before.

    For a coordinator of the organisation, and the secretariat; raises PermissionDenied. What
    somebody else has assigned since it was ``seen`` stays as it is. Raises Refused, and stores
    nothing, where the person does not write for one of them.
    """
    hold(to)
    rows = lock(seen, by=by, now=now)
    reach = permissions.read_rights(to, on=timezone.localdate(now))
    if strange := [row for row in rows if not permissions.can_write_for(reach, row)]:
        words = _("%(person)s does not write for these actions: %(labels)s.")
        told = {"person": to.get_full_name(), "labels": labels(strange)}
        raise Refused(words % told)
    present, count, changed = current(rows), 0, []
    for row in rows:
        there = present.get(row.pk)
        if there is not None and there.person_id == to.pk:
            continue
        if key_of(there) != seen[row.pk]:
            changed.append(row)
            continue
        if there is not None:
            end(there, AssignmentEnd.TAKEN_AWAY, by=by, now=now)
        plan.save(Assignment(responsibility=row, person=to, by=by, started_at=now), by=by)
        count += 1
    logger.info("user %s assigned %s entries to user %s", by.pk, count, to.pk)
    return Done(count, changed)


@transaction.atomic
def take_away(seen: Seen, *, by: User, now: datetime) -> Done:
    """Let nobody in particular see to some responsibilities; raises as ``assign`` does.

    Of one whose person has left it is no longer told that they did.
    """
    rows = lock(seen, by=by, now=now)
    found, count, changed = Assignment.of([row.pk for row in rows]), 0, []
    for row in rows:
        there = found.get(row.pk)
        if there is None:
            continue
        if key_of(there if there.is_current else None) != seen[row.pk]:
            changed.append(row)
            continue
        end(there, AssignmentEnd.TAKEN_AWAY, by=by, now=there.ended_at or now)
        count += 1
    return Done(count, changed)


@transaction.atomic
def remind(person: User, *, by: User, now: datetime) -> Letter:
    """Remind a colleague of what is assigned to them and still to be submitted: one letter.

    For whoever may assign it; raises PermissionDenied where there is nothing of the kind that
    they may. Raises Refused where there is nothing to submit now, where the person was
    reminded within the hour, and where somebody has sent so many that it looks like a fault.
    """
    rights = permissions.rights(by, on=timezone.localdate(now))
    theirs = Assignment.objects.filter(person=person, ended_at=None).select_related(
        "responsibility"
    )
    held = [
        row.responsibility for row in theirs if permissions.can_assign(rights, row.responsibility)
    ]
    if not held:
        raise PermissionDenied
    entries = to_submit(held, rights)
    if not entries:
        raise Refused(_("Nothing that is assigned to this person can be submitted now."))
    check_not_too_many(person, rights, by=by, now=now)
    return letters.put(
        LetterKind.ASKED,
        key=f"asked:{person.pk}:{by.pk}:{now.isoformat()}",
        to=person,
        facts={"person": person.pk, "by": by.pk, "entries": [row.pk for row in entries]},
        now=now,
    )


@transaction.atomic
def end_unfounded(user: User, *, by: User | None, now: datetime) -> None:
    """End what is assigned to somebody who no longer writes for it."""
    hold(user)
    rows = Assignment.objects.filter(person=user, ended_at=None).select_related("responsibility")
    theirs = list(rows)
    if not theirs:
        return
    rights = permissions.read_rights(user, on=timezone.localdate(now))
    for row in theirs:
        if not permissions.can_write_for(rights, row.responsibility):
            end(row, AssignmentEnd.GONE, by=by, now=now)


def end_due(*, now: datetime) -> int:
    """End what holds no longer since a day came, such as that a body reports through another.

    Return of how many people; twice changes nothing. Nobody's row is held where nothing ends.
    """
    on = timezone.localdate(now)
    rows = Assignment.objects.filter(ended_at=None).select_related("responsibility", "person")
    theirs = list(rows)
    able = permissions.writers(on=on) if theirs else {}
    gone = {
        row.person
        for row in theirs
        if not permissions.can_write_for(
            Rights(writes_for=able.get(row.person_id, frozenset()), on=on), row.responsibility
        )
    }
    for person in gone:
        end_unfounded(person, by=None, now=now)
    return len(gone)


# --- Bodies that change -------------------------------------------------------------


def follow(change: BodyChange, *, now: datetime) -> None:
    """Let those who saw to the work of a body that ended see to it at whoever took it over.

    Where the successor has said who does, that stays. The assignment at the old body holds on
    for its earlier rounds, as long as the person writes for it.
    """
    pairs = change.made.get("pairs", ())
    rows = Responsibility.objects.in_bulk([key for pair in pairs for key in pair])
    there = current(rows.values())
    for held, taken in pairs:
        before = there.get(held)
        if before is None or taken not in rows or taken in there:
            continue
        rights = permissions.rights(before.person, on=timezone.localdate(now))
        if permissions.can_write_for(rights, rows[taken]):
            there[taken] = Assignment(
                responsibility=rows[taken], person=before.person, by=change.by, started_at=now,
                follows=before,
            )  # fmt: skip
            plan.save(there[taken], by=change.by)


def unfollow(change: BodyChange, *, by: User, now: datetime) -> None:
    """End what went on from the assignments of a body, as it did not end after all."""
    rows = Assignment.objects.filter(
        responsibility__in=[taken for _held, taken in change.made.get("pairs", ())],
        follows__responsibility__in=[held for held, _taken in change.made.get("pairs", ())],
        ended_at=None,
    )
    for row in rows:
        end(row, AssignmentEnd.TAKEN_AWAY, by=by, now=now)


# --- Parts --------------------------------------------------------------------------


def hold(user: User) -> None:
    """Let nothing be assigned to somebody while it ends that they write, nor the other way."""
    list(User.objects.select_for_update(of=("self",), no_key=True).filter(pk=user.pk))


def lock(seen: Seen, *, by: User, now: datetime) -> list[Responsibility]:
    """Keep others from assigning these meanwhile; raises PermissionDenied for who may not."""
    rights = permissions.rights(by, on=timezone.localdate(now))
    rows = Responsibility.objects.select_for_update(of=("self",)).select_related("action")
    found = list(rows.filter(pk__in=seen).order_by("pk"))
    if not all(permissions.can_assign(rights, row) for row in found):
        raise PermissionDenied
    return found


def current(rows: Iterable[Responsibility]) -> dict[int, Assignment]:
    """Return who sees to some responsibilities now, by their keys."""
    found = Assignment.of([row.pk for row in rows])
    return {key: row for key, row in found.items() if row.is_current}


def key_of(there: Assignment | None) -> int:
    """Return the key of an assignment; 0 for none."""
    return there.pk if there is not None else 0


def end(row: Assignment, why: AssignmentEnd, *, by: User | None, now: datetime) -> None:
    """End an assignment."""
    row.ended_at, row.why = now, why.value
    plan.save(row, by=by)


def labels(rows: Iterable[Responsibility]) -> str:
    """Return the numbers of some actions, for a sentence."""
    return ", ".join(dict.fromkeys(row.action.label for row in rows))


def to_submit(held: Iterable[Responsibility], rights: Rights) -> list[Entry]:
    """Return the entries under some responsibilities that can be submitted now."""
    rows = Entry.objects.in_play().filter(
        responsibility__in=[row.pk for row in held], state__in=sorted(WRITABLE)
    )
    entries = list(rows.select_related("round", "responsibility").order_by("pk"))
    known = writing.read_extensions({row.round_id for row in entries})
    return [
        row
        for row in entries
        if writing.refusal(row, Act.SUBMIT, on=rights.on, extensions=known) is None
    ]


def check_not_too_many(person: User, rights: Rights, *, by: User, now: datetime) -> None:
    """Raise Refused where somebody was reminded, or has reminded too many, in the last hour.

    Both rows are locked, so that many at once are counted one after the other.
    """
    list(
        User.objects.select_for_update(of=("self",))
        .filter(pk__in={person.pk, by.pk})
        .order_by("pk")
    )
    lately = Letter.objects.filter(kind=LetterKind.ASKED, written_at__gt=now - AN_HOUR)
    if lately.filter(user=person).exists():
        words = _("%(person)s was reminded less than an hour ago.")
        raise Refused(words % {"person": person.get_full_name()})
    most = MOST_OF_SECRETARIAT if rights.is_secretariat else MOST_OF_COORDINATOR
    if lately.filter(facts__by=by.pk).count() >= most:
        words = _("You have sent %(number)s reminders in the last hour. Go on in an hour.")
        raise Refused(words % {"number": most})
