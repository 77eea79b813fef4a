"""Writes what actors answer to the notes of voices: one answer each, until the second date."""

from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions import permissions
from actions.models import Actor, User
from actions.refusals import Refused
from actions.services import plan
from actions.services import seen as seeing
from reports import voices
from reports.services.notes import WRITTEN as OF_NOTE
from reports.services.notes import check_whole, read, tidy
from reports.services.voices import lock
from reports.voice_models import DRAFT, SUBMITTED, NoteAnswer, VoiceNote

WRITTEN = ("language", "text")
NOTE_CHANGED = _(
    "The note was changed since this page was opened. Read it again, then send your answer once "
    "more."
)


class Read(NamedTuple):
    """Digests of what the writer saw of the answer and of the note; None from no form of ours."""

    answer: str | None = None
    note: str | None = None


READ_NOTHING = Read()


@transaction.atomic
def save(
    note: VoiceNote,
    actor: Actor,
    *,
    language: str,
    text: str,
    submits: bool,
    seen: Read = READ_NOTHING,
    by: User,
    now: datetime,
) -> NoteAnswer:
    """Store what an actor answers to a note, as a draft or submitted.

    There is one answer an actor, which can be changed until the last day; once submitted, a change
    is submitted too. Raises PermissionDenied for an actor that is not expected to report on that
    action or section, for who does not write for it, and for whoever wrote the note; Refused
    after the last day and for a note that is not in the report, or no longer what was seen of it;
    ValidationError by field; Conflict where the answer is no longer what was ``seen``. Only who
    submits the entries of an actor submits its answers.
    """
    given = lock(note.voice.round)
    stored = read(note)
    rights = permissions.rights(by, on=timezone.localdate(now))
    entries = voices.expected_entries([stored])[stored.pk]
    if actor not in voices.answering(stored, entries, rights):
        raise PermissionDenied
    if submits and not voices.can_submit(entries, actor, rights):
        raise PermissionDenied
    if not stored.is_taken:
        raise Refused(_("This note is not in the report, or no longer."))
    if not voices.right_of(given).takes_answers(on=timezone.localdate(now)):
        raise Refused(_("The last day for answers has passed."))
    if seen.note is not None and seen.note != seeing.digest(stored, OF_NOTE):
        raise Refused(NOTE_CHANGED)
    found = NoteAnswer.objects.select_for_update(of=("self",)).filter(note=stored, actor=actor)
    row = found.first() or NoteAnswer(note=stored, actor=actor)
    wanted = {"language": language, "text": tidy(text)}
    seeing.check(row, wanted, seen.answer)
    if row.is_submitted and not submits:
        raise Refused(_("This answer is submitted: submit the change too."))
    if row.is_submitted and all(getattr(row, name) == said for name, said in wanted.items()):
        return row
    for name, value in wanted.items():
        setattr(row, name, value)
    if submits:
        check_whole(row.text, row.language, _("Write the answer."))
    row.state = SUBMITTED if submits else DRAFT
    row.written_by, row.written_at = by, now
    plan.save(row, by=by)
    return row
