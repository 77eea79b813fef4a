"""Decides who is told what, and puts the letters into the outbox."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.timezone import localdate

from actions import permissions
from actions.enums import WRITABLE, LetterKind, LetterState, MemberRole
from actions.models import (
    Actor,
    BodyChange,
    Entry,
    Letter,
    Membership,
    ReportingRound,
    ReviewEvent,
    User,
)
from actions.outbox import letters
from actions.seats import Seats
from actions.writing import speakers

MORNING = time(6)  # in Brussels, when the digests of the day before go out


def round_opened(reporting_round: ReportingRound, *, now: datetime) -> None:
    """Tell everybody who is asked for something that a round has opened: one letter a person.

    Each names what reminders would (``Seats.asked``), not all that somebody may write for the
    bodies below theirs. What was carried over is nobody's to write. The number of queries is
    the same for one person and one entry as for many.
    """
    key, facts = f"round_opened:{reporting_round.pk}", {"round": reporting_round.pk}
    theirs = asked_of(to_be_written(reporting_round), on=localdate(now))
    tell(LetterKind.ROUND_OPENED, key, theirs, facts, now=now)


def added(
    keys: Iterable[int],
    *,
    key: str,
    had: Mapping[int, set[int]] | None = None,
    but: Iterable[int] = (),
    now: datetime,
) -> None:
    """Tell everybody of whom entries of an open round are asked since: one letter a round.

    ``had`` are the people who were asked for an entry before, by its key; ``but`` are those who
    are told otherwise.
    """
    rows = Entry.objects.filter(pk__in=list(keys), state__in=WRITABLE, expected=True)
    by_round: dict[int, list[Entry]] = {}
    for entry in rows.select_related("responsibility").order_by("pk"):
        by_round.setdefault(entry.round_id, []).append(entry)
    for given, entries in sorted(by_round.items()):
        told = asked_of(entries, on=localdate(now))
        theirs = {
            person: [one for one in found if person not in (had or {}).get(one, ())]
            for person, found in told.items()
            if person not in set(but)
        }
        theirs = {person: found for person, found in theirs.items() if found}
        facts = {"round": given, "added": True}
        start = f"added:{key}:{given}:{now.isoformat()}"
        tell(LetterKind.ROUND_OPENED, start, theirs, facts, now=now)


def added_no_more(key: str) -> None:
    """Have nobody told any more of entries that an act added, as it is undone."""
    drop(LetterKind.ROUND_OPENED, key__startswith=f"added:{key}:")


def let_in(
    reporting_round: ReportingRound, rows: Iterable[Entry], *, comment: str = "", now: datetime
) -> None:
    """Tell everybody what they can write for a further edition, and why: one letter a person."""
    key = f"let_in:{reporting_round.pk}:{now.isoformat()}"
    facts = {"round": reporting_round.pk, "comment": comment}
    tell_asked(LetterKind.LET_IN, key, rows, facts, now=now)


def writing_ended(rows: Iterable[Entry], *, key: str, now: datetime) -> None:
    """Tell all who may be writing that a report was frozen before the day of their entries."""
    theirs = writers_of(rows, on=localdate(now))
    tell(LetterKind.WRITING_ENDED, f"writing_ended:{key}", theirs, {}, now=now)


def more_time(reporting_round: ReportingRound, actor: Actor, *, until: date, now: datetime) -> None:
    """Tell those who write for a body that it may write until another day; of days only the last.

    ``Extension`` says until when at the moment of sending.
    """
    start = f"more_time:{reporting_round.pk}:{actor.pk}:"
    drop(LetterKind.MORE_TIME, key__startswith=start)
    facts = {"round": reporting_round.pk, "actor": actor.pk}
    rows = to_be_written(reporting_round)
    theirs = [row for row in rows if actor.pk in speakers(row.responsibility, on=localdate(now))]
    key = f"{start}{until}:{now.isoformat()}"
    tell_asked(LetterKind.MORE_TIME, key, theirs, facts, now=now)


def days_changed(reporting_round: ReportingRound, *, now: datetime) -> None:
    """Tell everybody who is still to write something that the days of a round are others now."""
    start = f"days_changed:{reporting_round.pk}:"
    drop(LetterKind.DAYS_CHANGED, key__startswith=start)
    facts = {"round": reporting_round.pk}
    rows = to_be_written(reporting_round)
    days = f"{reporting_round.deadline}:{reporting_round.closes_on}"
    key = f"{start}{days}:{now.isoformat()}"
    tell_asked(LetterKind.DAYS_CHANGED, key, rows, facts, now=now)


def moved(change: BodyChange, *, now: datetime) -> None:
    """Tell the members of a body that was taken over for whom they write now: one letter each."""
    keys = [row["ended"] for row in change.made.get("members", ())]
    people = User.objects.filter(memberships__in=keys, is_active=True, erased_at__isnull=True)
    rows = [
        (f"moved:{change.pk}:{one.pk}", one, {"change": change.pk}) for one in people.distinct()
    ]
    letters.put_many(LetterKind.MOVED, rows, now=now)


def published(reporting_round: ReportingRound, number: int, *, now: datetime) -> None:
    """Tell every member that a report is published: one letter each, and one edition each."""
    facts = {"round": reporting_round.pk, "number": number}
    start = f"published:{reporting_round.pk}:{number}"
    letters.put_many(
        LetterKind.PUBLISHED,
        [(f"{start}:{person.pk}", person, facts) for person in members()],
        now=now,
    )


def draft_opened(
    reporting_round: ReportingRound, *, until: date, changed: bool, but: int, now: datetime
) -> None:
    """Tell every member until when the draft of a report is open for comments: one letter each.

    ``changed`` says that another day was told before; what still waits of that is not sent.
    """
    draft_closed(reporting_round)
    facts = {"round": reporting_round.pk, "until": until.isoformat(), "changed": changed}
    start = f"draft_opened:{reporting_round.pk}:{until}:{now.isoformat()}"
    letters.put_many(
        LetterKind.DRAFT_OPENED,
        [
            (f"{start}:{person.pk}", person, facts)
            for person in members(with_voices=False).exclude(pk=but)
        ],
        now=now,
    )


def comments_ended(
    reporting_round: ReportingRound, *, until: date, key: str, but: int, now: datetime
) -> None:
    """Tell who was told until when a draft is open for comments that these have ended sooner."""
    draft_closed(reporting_round)
    told = Letter.objects.filter(
        kind=LetterKind.DRAFT_OPENED, state=LetterState.SENT, facts__round=reporting_round.pk
    )
    facts = {"round": reporting_round.pk, "until": until.isoformat(), "ended": True}
    people = members().filter(pk__in=told.values("user")).exclude(pk=but)
    start = f"comments_ended:{reporting_round.pk}:{key}"
    rows = [(f"{start}:{person.pk}", person, facts) for person in people]
    letters.put_many(LetterKind.DRAFT_OPENED, rows, now=now)


def draft_closed(reporting_round: ReportingRound) -> None:
    """Have nobody told any more of a draft that is no longer, or until another day, open."""
    drop(LetterKind.DRAFT_OPENED, facts__round=reporting_round.pk)


def returned(entry: Entry, event: ReviewEvent, *, now: datetime) -> None:
    """Tell an entry's writers that it was returned, and why.

    A digest that is still to say that it was accepted does not say so any more.
    """
    _take_out(entry)
    letters.put_many(
        LetterKind.RETURNED,
        [
            (f"returned:{event.pk}:{person.pk}", person, {"event": event.pk, "entry": entry.pk})
            for person in recipients(entry, but=event.by_id, on=timezone.localdate(now))
        ],
        now=now,
    )


@transaction.atomic
def submitted(entry: Entry, *, by: User, now: datetime) -> None:
    """Give somebody who wants one a receipt: one letter for all that is submitted in one act."""
    person = User.objects.filter(pk=by.pk, receipts=True).first()
    if person is None:
        return
    key = f"receipt:{by.pk}:{now.isoformat()}"
    letter = letters.put(LetterKind.RECEIPT, key=key, to=person, facts={"versions": []}, now=now)
    letter.facts["versions"].append([entry.pk, entry.version])
    letter.save(update_fields=["facts"])


@transaction.atomic
def accepted(entry: Entry, *, now: datetime) -> None:
    """Tell an entry's writers that it was accepted: one digest a person and day.

    The digest of a day goes out the next morning. What comes after one has gone waits for
    the next day's.
    """
    on = timezone.localdate(now)
    for person in recipients(entry, but=entry.decided_by_id, on=on):
        digest = _digest(person, on, now)
        if entry.pk not in digest.facts["entries"]:
            digest.facts["entries"].append(entry.pk)
            digest.save(update_fields=["facts"])


# --- Parts ----------------------------------------------------------------------


def to_be_written(reporting_round: ReportingRound) -> QuerySet[Entry]:
    """Return the entries of a round that are expected and not submitted."""
    rows = reporting_round.entries.filter(state__in=WRITABLE, expected=True)
    return rows.select_related("responsibility")


def members(*, with_voices: bool = True) -> QuerySet[User]:
    """Return everybody with a role; without those who are voices alone, where asked."""
    seats = Membership.objects.current().filter(user__erased_at__isnull=True)
    if not with_voices:
        seats = seats.exclude(role=MemberRole.VOICE)
    return User.objects.filter(pk__in=seats.values("user"), is_active=True).order_by("pk")


def drop(kind: LetterKind, **which: Any) -> None:
    """Have letters that wait, and no longer say how it is, not sent."""
    waiting = Letter.objects.filter(kind=kind, state=LetterState.WAITING)
    waiting.filter(**which).update(state=LetterState.DROPPED)


def tell_asked(
    kind: LetterKind, key: str, rows: Iterable[Entry], facts: dict[str, Any], *, now: datetime
) -> None:
    """Put one letter into the outbox for each person who is asked for some of some entries.

    Never for who may write them beside those: nothing is asked of them. The number of queries is
    the same for one person and one entry as for many.
    """
    tell(kind, key, asked_of(rows, on=timezone.localdate(now)), facts, now=now)


def tell(
    kind: LetterKind,
    key: str,
    theirs: Mapping[int, list[int]],
    facts: dict[str, Any],
    *,
    now: datetime,
) -> None:
    """Put one letter into the outbox for each person, by key, with the entries that it is about."""
    people = User.objects.in_bulk(theirs)
    letters.put_many(
        kind,
        [
            (f"{key}:{person}", people[person], facts | {"entries": found})
            for person, found in theirs.items()
        ],
        now=now,
    )


def asked_of(rows: Iterable[Entry], *, on: date) -> dict[int, list[int]]:
    """Return everybody who is asked for some of some entries on a day, with the keys of those."""
    seats = Seats.read(on=on)
    theirs: dict[int, list[int]] = {}
    for entry in rows:
        for person in seats.asked(entry.responsibility, on=on):
            theirs.setdefault(person, []).append(entry.pk)
    return {person: sorted(found) for person, found in theirs.items()}


def writers_of(rows: Iterable[Entry], *, on: date) -> dict[int, list[int]]:
    """Return everybody who writes some of some entries on a day, with the keys of those."""
    by_actor: dict[int, list[int]] = {}
    for entry in rows:
        for actor in speakers(entry.responsibility, on=on):
            by_actor.setdefault(actor, []).append(entry.pk)
    theirs: dict[int, list[int]] = {}
    for person, actors in permissions.writers(on=on).items():
        if found := {key for actor in actors for key in by_actor.get(actor, ())}:
            theirs[person] = sorted(found)
    return theirs


def recipients(entry: Entry, *, but: int | None, on: date) -> list[User]:
    """Return whom a decision on an entry is told: who submitted it, if they still write for it.

    Where they do not (they left, or the secretariat submitted it on the actor's behalf), all
    who do. Never the one who decided.
    """
    actors = set(speakers(entry.responsibility, on=on))
    able = {key for key, reach in permissions.writers(on=on).items() if reach & actors}
    chosen = (able & {entry.submitted_by_id}) or able
    return list(User.objects.filter(pk__in=chosen - {but}).order_by("pk"))


def _digest(person: User, day: date, now: datetime) -> Letter:
    """Return the first digest from a day on that has not gone, made where there is none; locked."""
    while True:
        key = f"accepted:{person.pk}:{day}"
        morning = datetime.combine(day + timedelta(days=1), MORNING)
        letters.put(
            LetterKind.ACCEPTED,
            key=key,
            to=person,
            facts={"entries": []},
            now=now,
            wait=timezone.make_aware(morning) - now,
        )
        digest = Letter.objects.select_for_update(of=("self",)).get(key=key)
        if digest.state == LetterState.WAITING:
            return digest
        day += timedelta(days=1)


def _take_out(entry: Entry) -> None:
    """Take an entry out of the digests that wait; one without entries is not sent."""
    waiting = Letter.objects.filter(kind=LetterKind.ACCEPTED, state=LetterState.WAITING)
    keys = [
        pk
        for pk, facts in waiting.values_list("pk", "facts")
        if entry.pk in facts.get("entries", ())
    ]
    for letter in waiting.filter(pk__in=keys).select_for_update(of=("self",)).order_by("user"):
        letter.facts["entries"].remove(entry.pk)
        letter.save(update_fields=["facts"])
