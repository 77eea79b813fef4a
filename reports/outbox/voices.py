"""Decides who is told what of notes and answers, and puts the e-mails into the outbox."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from actions import permissions
from actions.enums import NOTE_ROLES, LetterKind, MemberRole
from actions.models import Membership, User
from actions.outbox import letters
from actions.outbox.events import MORNING, drop
from reports import voices
from reports.voice_models import InvitedVoice, RightOfReply, VoiceNote


def opened(right: RightOfReply, *, only: Iterable[int] | None = None, now: datetime) -> None:
    """Tell those who write for invited organisations until when; ``only`` some of these.

    What still waits of other days is not sent.
    """
    rows = InvitedVoice.objects.filter(round=right.round)
    if only is None:
        drop(LetterKind.NOTES_OPENED, facts__round=right.round_id)
    else:
        rows = rows.filter(actor__in=list(only))
    if not right.takes_notes(on=timezone.localdate(now)):
        return
    start = f"notes_opened:{right.round_id}:{now.isoformat()}"
    actors = list(rows.values_list("actor", flat=True))
    letters.put_many(
        LetterKind.NOTES_OPENED,
        [
            (f"{start}:{person.pk}", person, {"round": right.round_id, "person": person.pk})
            for person in people_of(actors)
        ],
        now=now,
    )


def decided(note: VoiceNote, *, now: datetime) -> None:
    """Tell who wrote a note what became of it; where they left, all who write for the voice."""
    drop(LetterKind.NOTE_DECIDED, facts__note=note.pk)
    able = people_of([note.voice.actor_id])
    told = [person for person in able if person.pk == note.written_by_id] or list(able)
    letters.put_many(
        LetterKind.NOTE_DECIDED,
        [
            (
                f"note_decided:{note.pk}:{note.state}:{now.isoformat()}:{person.pk}",
                person,
                {"note": note.pk, "person": person.pk},
            )
            for person in told
        ],
        now=now,
    )


def taken(note: VoiceNote, *, now: datetime) -> None:
    """Tell those who can answer a note, the next morning: one e-mail a person for all of a day.

    It says what is still to be answered when it is sent.
    """
    on = timezone.localdate(now)
    morning = timezone.make_aware(datetime.combine(on + timedelta(days=1), MORNING))
    for person in answerers(note, on=on):
        letters.put(
            LetterKind.NOTES_TAKEN,
            key=f"notes_taken:{person.pk}:{on}",
            to=person,
            facts={"person": person.pk},
            now=now,
            wait=morning - now,
        )


def asked_again(note: VoiceNote, *, now: datetime) -> None:
    """Tell those who decide for the co-chair that a second look is asked for."""
    seats = Membership.objects.current().filter(role=MemberRole.REVIEWER)
    people = User.objects.filter(pk__in=seats.values("user"), erased_at=None)
    told = [
        person
        for person in people.order_by("pk")
        if voices.can_look_again(note, permissions.read_rights(person, on=timezone.localdate(now)))
    ]
    letters.put_many(
        LetterKind.SECOND_LOOK,
        [(f"second_look:{note.pk}:{person.pk}", person, {"note": note.pk}) for person in told],
        now=now,
    )


# --- Parts ----------------------------------------------------------------------


def people_of(actors: Iterable[int]) -> QuerySet[User]:
    """Return those who write notes in the name of some organisations."""
    seats = Membership.objects.current().filter(actor__in=list(actors), role__in=sorted(NOTE_ROLES))
    people = User.objects.filter(pk__in=seats.values("user"), is_active=True, erased_at=None)
    return people.order_by("pk")


def answerers(note: VoiceNote, *, on: date) -> list[User]:
    """Return those who can answer a note in the name of an actor of which an entry is expected."""
    entries = voices.expected_entries([note])[note.pk]
    found = []
    for person in User.objects.filter(pk__in=permissions.writers(on=on)).order_by("pk"):
        rights = permissions.read_rights(person, on=on)
        if voices.answering(note, entries, rights):
            found.append(person)
    return found
