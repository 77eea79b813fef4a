"""Writes the right of reply of a round: the switch with its days, and who is invited."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.enums import MemberRole, StepKind
from actions.models import Actor, Invitation, ReportingRound, RoundStep, User
from actions.refusals import Refused
from actions.services import members, plan
from actions.services import rounds as round_service
from actions.services import seen as seeing
from actions.typography import date_format
from reports import voices
from reports.outbox import voices as outbox
from reports.voice_models import InvitedVoice, RightOfReply, VoiceNote, is_over

SAID = ("is_on", "notes_until", "answers_until")
FROZEN = _("The report is frozen or published: nothing of its notes can be changed any more.")


@transaction.atomic
def save(
    given: ReportingRound,
    *,
    is_on: bool,
    notes_until: date | None,
    answers_until: date | None,
    seen: str | None = None,
    by: User,
    now: datetime,
) -> RightOfReply:
    """Switch the right of reply of a round on or off, and set its two last days.

    Raises ValidationError, by field, for days that cannot be, Refused once the report is frozen
    and where notes are there already, and Conflict where it is no longer what was ``seen``. Those
    who write for the invited organisations are told a new last day.
    """
    round_service.secretariat(by, now)
    stored = lock(given)
    row = voices.right_of(stored)
    wanted = {"is_on": is_on, "notes_until": notes_until, "answers_until": answers_until}
    seeing.check(row, wanted, seen)
    if row.is_on and not is_on and VoiceNote.objects.filter(voice__round=stored).exists():
        raise Refused(_("Notes are there already: the right of reply stays switched on."))
    before = (row.is_on, row.notes_until, row.answers_until)
    for name, value in wanted.items():
        setattr(row, name, value)
    if is_on:
        check_days(row, before, on=timezone.localdate(now))
    plan.save(row, by=by)
    if (is_on, notes_until, answers_until) != before:
        outbox.opened(row, now=now)
    return row


def check_days(
    row: RightOfReply, before: tuple[bool, date | None, date | None], *, on: date
) -> None:
    """Raise ValidationError, by field, for last days that are missing, over or out of order."""
    found: dict[str, Any] = {
        name: _("Choose a day.")
        for name in ("notes_until", "answers_until")
        if getattr(row, name) is None
    }
    if found or row.notes_until is None or row.answers_until is None:
        raise ValidationError(found)
    for name, was in zip(("notes_until", "answers_until"), before[1:], strict=True):
        if getattr(row, name) != was and getattr(row, name) < on:
            found[name] = _("Choose today or a later day.")
    if row.answers_until <= row.notes_until:
        found["answers_until"] = _("Choose a day after the last day of notes.")
    freeze = RoundStep.objects.filter(round=row.round, kind=StepKind.FREEZE).first()
    if freeze and freeze.planned_on and row.answers_until >= freeze.planned_on:
        message = _("Choose a day before the report is frozen, which is planned on %(day)s.")
        found["answers_until"] = message % {"day": date_format(freeze.planned_on, "DATE_FORMAT")}
    if found:
        raise ValidationError(found)


@transaction.atomic
def invite(
    given: ReportingRound, *, actor: Actor, email: str = "", language: str, by: User, now: datetime
) -> InvitedVoice:
    """Invite an organisation to write notes, and somebody by e-mail to write them.

    Without an address those who have a role in the organisation are told; with one the person
    gets an invitation in their language. Somebody more may be invited later. Raises
    ValidationError, by field, as an invitation does, where nobody could write, and for an
    organisation that is there without an address.
    """
    round_service.secretariat(by, now)
    stored = lock(given)
    right = voices.right_of(stored)
    if not right.takes_notes(on=timezone.localdate(now)):
        raise Refused(_("Switch the right of reply on first, with days that are still to come."))
    row = InvitedVoice.objects.filter(round=stored, actor=actor).first()
    is_new = row is None
    if row is None:
        row = InvitedVoice(round=stored, actor=actor, by=by, at=now)
        plan.save(row, by=by)
    elif not email:
        raise ValidationError({"actor": _("This organisation is invited already.")})
    people = outbox.people_of([actor.pk])
    if email:
        members.invite(email, actor=actor, role=MemberRole.VOICE, language=language, by=by, now=now)
    elif not people and not open_invitations(actor, now=now):
        message = _("Nobody of this organisation could write a note: say whom to invite.")
        raise ValidationError({"email": message})
    if is_new:
        outbox.opened(right, only=[actor.pk], now=now)
    return row


@transaction.atomic
def withdraw(voice: InvitedVoice, *, by: User, now: datetime) -> None:
    """Take the invitation of an organisation back, as long as it has written nothing.

    Open invitations of persons to write for it go with it where it is invited nowhere else.
    Twice does nothing.
    """
    round_service.secretariat(by, now)
    lock(voice.round)
    stored = InvitedVoice.objects.select_for_update(of=("self",)).filter(pk=voice.pk).first()
    if stored is None:
        return
    if stored.notes.exists():
        raise Refused(_("This organisation has written a note already: it stays invited."))
    actor = stored.actor
    plan.delete(stored, by=by)
    if not InvitedVoice.objects.filter(actor=actor).exists():
        for invitation in open_invitations(actor, now=now):
            members.withdraw_invitation(invitation, by=by, now=now)


def open_invitations(actor: Actor, *, now: datetime) -> list[Invitation]:
    """Return the invitations to write for an organisation as a voice that can still be used."""
    rows = Invitation.objects.filter(actor=actor, role=MemberRole.VOICE, expires_at__gt=now)
    return list(rows.filter(used_at=None, withdrawn_at=None))


def lock(given: ReportingRound) -> ReportingRound:
    """Read a yearly round anew and keep others from freezing it; raises Refused once it is over."""
    stored = round_service.lock(given)
    if stored.is_evaluation:
        raise Refused(_("An evaluation has no right of reply."))
    if is_over(stored):
        raise Refused(FROZEN)
    return stored
