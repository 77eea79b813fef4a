"""Decides who is told what, and puts the letters into the outbox."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from actions import permissions
from actions.enums import WRITABLE, LetterKind, LetterState
from actions.models import Entry, Letter, ReportingRound, Responsibility, ReviewEvent, User
from actions.outbox import letters

MORNING = time(6)  # in Brussels, when the digests of the day before go out


def round_opened(reporting_round: ReportingRound, *, now: datetime) -> None:
    """Tell everybody who is to write something that a round has opened: one letter a person.

    What was carried over is nobody's to write. The number of queries is the same for one
    person and one entry as for many.
    """
    on = timezone.localdate(now)
    rows = reporting_round.entries.filter(state__in=WRITABLE, expected=True).select_related(
        "responsibility"
    )
    by_actor: dict[int, list[int]] = {}
    for entry in rows:
        for actor in speakers(entry.responsibility, on=on):
            by_actor.setdefault(actor, []).append(entry.pk)
    theirs: dict[int, list[int]] = {}
    for person, actors in permissions.writers(on=on).items():
        if found := {key for actor in actors for key in by_actor.get(actor, ())}:
            theirs[person] = sorted(found)
    people = User.objects.in_bulk(theirs)
    letters.put_many(
        LetterKind.ROUND_OPENED,
        [
            (
                f"round_opened:{reporting_round.pk}:{key}",
                people[key],
                {"round": reporting_round.pk, "entries": found},
            )
            for key, found in theirs.items()
        ],
        now=now,
    )


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


def speakers(responsibility: Responsibility, *, on: date) -> Iterable[int]:
    """Return the actors in whose name an entry is written: its own, and who reports for it."""
    yield responsibility.actor_id
    if responsibility.reports_through_id and responsibility.goes_through(on):
        yield responsibility.reports_through_id


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
