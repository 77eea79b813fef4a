"""Words the e-mails about notes: facts in, subject with text and HTML out, as true on the day."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions import permissions
from actions.emails import MOST_LISTED, Facts, Mail, link, render, short_day
from actions.enums import LetterKind
from actions.models import ReportingRound, User
from actions.permissions import Rights
from reports import voices
from reports.voice_models import VoiceNote


def opened(facts: Facts, on: date) -> Mail | None:
    """Tell somebody that their organisation can write notes, until when; facts: round, person."""
    rounds = ReportingRound.objects.select_related("plan__contact_row")
    given = rounds.filter(pk=facts["round"]).first()
    rights = rights_of(facts, on)
    if given is None or rights is None or not voices.reads_draft(given, rights, on=on):
        return None
    right = voices.right_of(given)
    day = {"year": given.year, "day": short_day(right.notes_until)}
    return render(
        "notes_opened",
        _("Draft of the report %(year)s: your notes until %(day)s") % day,
        given.plan.contact,
        round=given,
        is_sample=given.is_sample,
        organisations=[row.actor.label for row in voices.invited(given, rights)],
        until=right.notes_until,
        answers_until=right.answers_until,
        link=link("reports:voice", given.plan.slug, given.year),
    )


def decided(facts: Facts, on: date) -> Mail | None:
    """Tell an author that a note was not taken, and why, or what a second look came to.

    Facts: note, person. Nothing is left to say once it was written anew.
    """
    note = VoiceNote.objects.select_related(*voices.SHOWN).filter(pk=facts["note"]).first()
    rights = rights_of(facts, on)
    if note is None or rights is None or note.voice.actor_id not in rights.notes_for:
        return None
    is_final = note.second_at is not None and (note.is_taken or note.is_upheld)
    if not (note.is_refused or is_final):
        return None
    given = note.voice.round
    told = {"year": given.year, "about": note.about}
    subject = (
        _("Report %(year)s, %(about)s: your note is taken after all")
        if note.is_taken
        else _("Report %(year)s, %(about)s: your note is not taken")
    )
    right = voices.right_of(given)
    return render(
        "note_decided",
        subject % told,
        given.plan.contact,
        note=note,
        whose=note.voice.actor.label,
        reason=note.second_reason if note.is_upheld else note.reason,
        is_sample=given.is_sample,
        ask_until=right.answers_until if voices.can_ask_again(note, right, on=on) else None,
        link=link("reports:voice", given.plan.slug, given.year),
    )


def to_answer(facts: Facts, on: date) -> Mail | None:
    """Tell somebody which notes they can answer, and until when; facts: person."""
    rights = rights_of(facts, on)
    if rights is None:
        return None
    rows = [row for row in voices.to_answer(rights, on=on) if not row.is_answered]
    days = [row.right.answers_until for row in rows if row.right.answers_until]
    if not rows or not days:
        return None
    count = len(rows)
    subject = ngettext(
        "%(count)s note of a council or organisation: your answer until %(day)s",
        "%(count)s notes of councils and organisations: your answers until %(day)s",
        count,
    ) % {"count": count, "day": short_day(min(days))}
    given = rows[0].note.voice.round
    return render(
        "notes_taken",
        subject,
        given.plan.contact,
        is_sample=any(row.note.voice.round.is_sample for row in rows),
        rows=rows[:MOST_LISTED],
        more=max(0, count - MOST_LISTED),
        count=count,
        day=min(days),
        link=link("actions:desk"),
    )


def second_look(facts: Facts, _on: date) -> Mail | None:
    """Tell the co-chair that a second look at a note is asked for; facts: note."""
    note = VoiceNote.objects.select_related(*voices.SHOWN).filter(pk=facts["note"]).first()
    if note is None or not note.is_asked:
        return None
    given = note.voice.round
    return render(
        "second_look",
        _("Report %(year)s, %(about)s: a second look is asked for")
        % {"year": given.year, "about": note.about},
        given.plan.contact,
        note=note,
        is_sample=given.is_sample,
        link=link("reports:note", note.pk),
    )


def rights_of(facts: Facts, on: date) -> Rights | None:
    """Return what the person of a letter may on a day; None where there is none any more."""
    person = User.objects.filter(pk=facts["person"]).first()
    return permissions.read_rights(person, on=on) if person else None


LETTERS: dict[LetterKind, Callable[[Facts, date], Mail | None]] = {
    LetterKind.NOTES_OPENED: opened,
    LetterKind.NOTE_DECIDED: decided,
    LetterKind.NOTES_TAKEN: to_answer,
    LetterKind.SECOND_LOOK: second_look,
}
