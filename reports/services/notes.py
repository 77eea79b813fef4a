"""Writes the notes of voices: draft, submit, take back; take, refuse, look a second time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions import permissions
from actions.models import Action, Section, User
from actions.models.entries import WRITTEN_IN
from actions.refusals import Conflict, Refused
from actions.services import plan
from actions.services import seen as seeing
from actions.services.entries import checked_reason
from reports import voices
from reports.outbox import voices as outbox
from reports.services.voices import lock
from reports.voice_models import (
    DRAFT,
    GROUNDS,
    REFUSED,
    SECOND_LOOK,
    SUBMITTED,
    TAKEN,
    UPHELD,
    InvitedVoice,
    RightOfReply,
    VoiceNote,
)

# What a note says, and what a decision rests on, in the order of their digests.
WRITTEN = ("language", "text", "evidence")
READ = (*WRITTEN, "state")
WITHDRAWN = _("The invitation of your organisation was withdrawn.")
NOT_NOW = _("This note can no longer be written: its last day has passed, or it was answered.")
ANSWERED = _("This note was answered already: it stays in the report.")
CHOSEN_GROUND = _("Choose one of the grounds.")


@transaction.atomic
def save(  # noqa: PLR0913  what is written is three things
    voice: InvitedVoice,
    about: Action | Section,
    *,
    language: str,
    text: str,
    evidence: Sequence[str],
    submits: bool,
    seen: str | None = None,
    by: User,
    now: datetime,
) -> VoiceNote:
    """Store the note of a voice on an action or a section, as a draft or submitted.

    A note that is submitted, taken or refused can only be submitted anew, and then waits for the
    secretariat again. Raises PermissionDenied for who does not write for the organisation, Refused
    after the last day, ValidationError by field, and Conflict where the note is no longer what was
    ``seen``. The same again does nothing.
    """
    right, stored = open_voice(voice, by=by, now=now)
    if not is_subject(right, about):
        raise Refused(_("The report does not speak of this action or section."))
    row = find(stored, about)
    wanted = {"language": language, "text": tidy(text), "evidence": list(evidence)}
    seeing.check(row, wanted, seen)
    if not voices.can_change(row, right, on=timezone.localdate(now)):
        raise Refused(NOT_NOW)
    if not submits and not row.is_draft:
        raise Refused(_("This note is submitted: submit the change too, or take it back first."))
    if row.pk and row.state in {SUBMITTED, TAKEN} and says(row, wanted):
        return row
    for name, value in wanted.items():
        setattr(row, name, value)
    row.written_by, row.written_at = by, now
    if submits:
        submit(row, now=now)
    plan.save(row, by=by)
    return row


def submit(row: VoiceNote, *, now: datetime) -> None:
    """Hand a note in; raises ValidationError, by field, for what is missing."""
    check_whole(row.text, row.language, _("Write the note."))
    row.state, row.submitted_at = SUBMITTED, now
    row.ground, row.reason, row.decided_by, row.decided_at = "", "", None, None


@transaction.atomic
def withdraw(note: VoiceNote, *, by: User, now: datetime) -> VoiceNote:
    """Take a note back: it is a draft again, which only its organisation reads."""
    right, _voice = open_voice(note.voice, by=by, now=now)
    row = read(note)
    if row.is_draft:
        return row
    if not voices.can_change(row, right, on=timezone.localdate(now)):
        raise Refused(NOT_NOW)
    if row.is_refused:
        raise Refused(_("This note was not taken: write it anew, or ask for a second look."))
    row.state, row.decided_by, row.decided_at = DRAFT, None, None
    plan.save(row, by=by)
    return row


@transaction.atomic
def take(note: VoiceNote, *, seen: str | None = None, by: User, now: datetime) -> VoiceNote:
    """Take a note into the report; those who can answer it are told. Twice does nothing.

    For the secretariat; raises Conflict where the note is no longer what was ``seen``.
    """
    row = to_decide(note, seen=seen, by=by, now=now)
    if row.is_taken:
        return row
    if row.state not in {SUBMITTED, REFUSED}:
        raise Refused(_("This note does not wait for a decision."))
    row.state, row.ground, row.reason = TAKEN, "", ""
    row.decided_by, row.decided_at = by, now
    plan.save(row, by=by)
    outbox.taken(row, now=now)
    return row


@transaction.atomic
def refuse(
    note: VoiceNote, *, ground: str, reason: str, seen: str | None = None, by: User, now: datetime
) -> VoiceNote:
    """Leave a note out of the report, on one of the five grounds; the reason goes to its author.

    Raises as ``take`` does, ValidationError by field, and Refused where somebody answered it.
    """
    row = to_decide(note, seen=seen, by=by, now=now)
    if row.state not in {SUBMITTED, TAKEN}:
        raise Refused(_("This note does not wait for a decision."))
    if row.answers.filter(state=SUBMITTED).exists():
        raise Refused(ANSWERED)
    if ground not in dict(GROUNDS):
        raise ValidationError({"ground": CHOSEN_GROUND})
    row.state, row.ground, row.reason = REFUSED, ground, checked_reason(reason, "reason")
    row.decided_by, row.decided_at = by, now
    plan.save(row, by=by)
    outbox.decided(row, now=now)
    return row


@transaction.atomic
def ask_again(note: VoiceNote, *, by: User, now: datetime) -> VoiceNote:
    """Ask the co-chair for a second look at a refused note: once. Raises Refused otherwise."""
    right, _voice = open_voice(note.voice, by=by, now=now)
    row = read(note)
    if not voices.can_ask_again(row, right, on=timezone.localdate(now)):
        raise Refused(_("A second look can be asked for once, of a note that was not taken."))
    row.state, row.asked_by, row.asked_at = SECOND_LOOK, by, now
    plan.save(row, by=by)
    outbox.asked_again(row, now=now)
    return row


@transaction.atomic
def look_again(
    note: VoiceNote, *, takes: bool, reason: str = "", by: User, now: datetime
) -> VoiceNote:
    """Decide for the co-chair on a refused note: it is taken, or stays out; either is final.

    Raises PermissionDenied for others and for who refused it, ValidationError for a refusal
    without a reason, and Refused where no second look is asked for any more.
    """
    lock(note.voice.round)
    row = read(note)
    if not voices.can_look_again(row, permissions.rights(by, on=timezone.localdate(now))):
        raise PermissionDenied
    if not row.is_asked:
        raise Refused(_("No second look is asked for, or somebody has decided meanwhile."))
    row.second_reason = reason.strip() if takes else checked_reason(reason, "reason")
    row.state = TAKEN if takes else UPHELD
    row.second_by, row.second_at = by, now
    plan.save(row, by=by)
    outbox.decided(row, now=now)
    if takes:
        outbox.taken(row, now=now)
    return row


# --- Parts --------------------------------------------------------------------------


def open_voice(
    voice: InvitedVoice, *, by: User, now: datetime
) -> tuple[RightOfReply, InvitedVoice]:
    """Return the right of reply and the invitation, locked; raises for who may not write for it."""
    given = lock(voice.round)
    rights = permissions.rights(by, on=timezone.localdate(now))
    if voice.actor_id not in rights.notes_for:
        raise PermissionDenied
    stored = InvitedVoice.objects.select_related("actor").filter(pk=voice.pk).first()
    if stored is None:
        raise Refused(WITHDRAWN)
    stored.round = given
    return voices.right_of(given), stored


def to_decide(note: VoiceNote, *, seen: str | None, by: User, now: datetime) -> VoiceNote:
    """Return a note as it stands, locked, for whoever of the secretariat may decide on it."""
    lock(note.voice.round)
    row = read(note)
    if not voices.can_decide(row, permissions.rights(by, on=timezone.localdate(now))):
        raise PermissionDenied
    if seen is not None and seeing.digest(row, READ) != seen:
        raise Conflict(seeing.CHANGED, row)
    return row


def read(note: VoiceNote) -> VoiceNote:
    """Read a note anew and keep others from changing it."""
    rows = VoiceNote.objects.select_for_update(of=("self",)).select_related(*voices.SHOWN)
    found: VoiceNote = rows.get(pk=note.pk)
    return found


def find(voice: InvitedVoice, about: Action | Section) -> VoiceNote:
    """Return the note of a voice on an action or a section, or a new one."""
    column = "action" if isinstance(about, Action) else "section"
    row = VoiceNote.objects.select_for_update(of=("self",)).filter(
        voice=voice, **{column: about.pk}
    )
    return row.first() or VoiceNote(voice=voice, **{column: about})


def is_subject(right: RightOfReply, about: Action | Section) -> bool:
    """Tell whether the report speaks of an action or a section."""
    for group in voices.subjects(right.round):
        if isinstance(about, Section) and group.section == about:
            return True
        if isinstance(about, Action) and any(row.pk == about.pk for row in group.actions):
            return True
    return False


def says(row: VoiceNote, wanted: dict[str, Any]) -> bool:
    """Tell whether a note says this already."""
    return all(getattr(row, name) == value for name, value in wanted.items())


def check_whole(text: str, language: str, words: Any) -> None:
    """Raise ValidationError, by field, for a text that is empty, or in no language."""
    found = {}
    if not text:
        found["text"] = words
    if language not in dict(WRITTEN_IN):
        found["language"] = _("Choose the language that you write in.")
    if found:
        raise ValidationError(found)


def tidy(text: str) -> str:
    """Return a text as it is stored."""
    return text.replace("\r\n", "\n").strip()
