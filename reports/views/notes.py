"""Where voices read the draft and write notes on it, and actors answer them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions.forms.seen import change
from actions.models import Action, Actor, Entry, ReportingRound, Section
from actions.services import seen
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    everybody,
    member_page,
    was_done,
)
from actions.views.offering import attempt, offer
from reports import voices
from reports.forms.voices import NoteAnswerForm, NoteForm
from reports.services import note_answers, notes
from reports.voice_models import TAKEN, InvitedVoice, NoteAnswer, VoiceNote

ACTION, SECTION = "action", "section"


@member_page(everybody)
def voice(request: MemberRequest, plan: str, year: int) -> HttpResponse:
    """Lead a voice to the draft, and show what it can write of and what it wrote."""
    given, mine = find_voices(request, plan, year)
    right = voices.right_of(given)
    context = {
        "round": given,
        "plan": given.plan,
        "right": right,
        "is_open": right.takes_notes(on=request.on),
        "voices": [{"voice": one, "groups": groups(given, one)} for one in mine],
    }
    return TemplateResponse(request, "voices/voice.html", context)


def groups(given: ReportingRound, one: InvitedVoice) -> list[dict[str, Any]]:
    """Return what a voice can write of, section by section, each with its note."""
    rows = list(VoiceNote.objects.filter(voice=one).select_related("action", "section"))
    of_action = {row.action_id: row for row in rows if row.action_id}
    of_section = {row.section_id: row for row in rows if row.section_id}
    return [
        {
            "section": group.section,
            "note": of_section.get(group.section.pk) if group.section else None,
            "lines": [{"action": row, "note": of_action.get(row.pk)} for row in group.actions],
        }
        for group in voices.subjects(given)
    ]


@member_page(everybody, methods=READ_WRITE)
def note(
    request: MemberRequest, plan: str, year: int, voice: int, kind: str, key: int
) -> HttpResponse:
    """Write the note of a voice on an action or a section: keep a draft, submit, change."""
    given, mine = find_voices(request, plan, year)
    one = next((row for row in mine if row.pk == voice), None)
    if one is None:
        raise Http404
    about = find_subject(given, kind, key)
    row = VoiceNote.objects.filter(voice=one, **{kind: about.pk}).first()
    row = row or VoiceNote(voice=one, **{kind: about})
    row.voice = one
    right = voices.right_of(given)
    start = {
        "text": row.text,
        "evidence": "\n".join(row.evidence),
        "language": row.language or get_language(),
        "seen": seen.digest(row, notes.WRITTEN),
    }
    sent = request.POST if request.method == "POST" else None
    form = offer(request, NoteForm(sent, initial=start))
    submits = request.POST.get("act") == "submit"
    if sent is not None and form.is_valid() and not (submits and form.ask_language()):
        done = attempt(
            form,
            lambda: notes.save(
                one, about, **form.said(), submits=submits, by=request.user, now=request.now
            ),
            notes.WRITTEN,
        )
        if done is not None:
            said = _("The note is submitted.") if submits else _("The draft is saved.")
            messages.success(request, said)
            return redirect("reports:voice", plan, year)
    context = {
        "round": given,
        "plan": given.plan,
        "right": right,
        "voice": one,
        "about": about,
        "note": row,
        "form": form,
        "may_write": voices.can_change(row, right, on=request.on),
        "may_ask": voices.can_ask_again(row, right, on=request.on),
        "answers": submitted_answers(row),
    }
    status = 409 if getattr(form, "conflict", None) else 200
    return TemplateResponse(request, "voices/note_form.html", context, status=status)


@member_page(everybody, methods=WRITE)
def withdraw(request: MemberRequest, key: int) -> HttpResponse:
    """Take a submitted note back, to go on writing it as a draft."""
    row = find_own(request, key)
    was_done(
        request,
        lambda: notes.withdraw(row, by=request.user, now=request.now),
        _("The note is a draft again."),
    )
    return redirect(*address_of(row))


@member_page(everybody, methods=WRITE)
def ask_again(request: MemberRequest, key: int) -> HttpResponse:
    """Ask the co-chair for a second look at a note that was not taken."""
    row = find_own(request, key)
    was_done(
        request,
        lambda: notes.ask_again(row, by=request.user, now=request.now),
        _("The co-chair will look at your note a second time."),
    )
    return redirect(*address_of(row))


@member_page(methods=READ_WRITE)
def answer(request: MemberRequest, key: int, actor: int) -> HttpResponse:
    """Answer a note in the name of an actor: keep a draft, submit, change."""
    rows = VoiceNote.objects.filter(state=TAKEN).select_related(*voices.SHOWN)
    row = get_object_or_404(rows, pk=min(key, LARGEST_KEY))
    entries = voices.expected_entries([row])[row.pk]
    whose = find_answering(request, row, entries, actor)
    given = row.voice.round
    right = voices.right_of(given)
    there = NoteAnswer.objects.filter(note=row, actor=whose).first()
    there = there or NoteAnswer(note=row, actor=whose)
    start = {
        "text": there.text,
        "language": there.language or get_language(),
        "seen": seen.digest(there, note_answers.WRITTEN),
        "note_seen": seen.digest(row, notes.WRITTEN),
    }
    sent = request.POST if request.method == "POST" else None
    form = offer(request, NoteAnswerForm(sent, initial=start))
    submits = request.POST.get("act") == "submit"
    if sent is not None and form.is_valid() and not (submits and form.ask_language()):
        done = attempt(
            form,
            lambda: note_answers.save(
                row,
                whose,
                **form.said(),
                submits=submits,
                seen=read_of(form),
                by=request.user,
                now=request.now,
            ),
            note_answers.WRITTEN,
        )
        if done is not None:
            said = _("The answer is submitted.") if submits else _("The draft is saved.")
            messages.success(request, said)
            return redirect("actions:desk")
        change(form, "note_seen", start["note_seen"])
    context = {
        "round": given,
        "plan": given.plan,
        "right": right,
        "note": row,
        "actor": whose,
        "answer": there,
        "form": form,
        "may_write": right.takes_answers(on=request.on),
        "may_submit": voices.can_submit(entries, whose, request.rights),
    }
    status = 409 if getattr(form, "conflict", None) else 200
    return TemplateResponse(request, "voices/answer_form.html", context, status=status)


# --- Parts ----------------------------------------------------------------------


def find_voices(
    request: MemberRequest, plan: str, year: int
) -> tuple[ReportingRound, list[InvitedVoice]]:
    """Return a round and the invited organisations that the person writes for; 404 for none."""
    rows = ReportingRound.objects.select_related("plan__contact_row")
    given = get_object_or_404(rows, plan__slug=plan, year=year)
    mine = voices.invited(given, request.rights)
    if not mine or given.is_planned or not voices.has_it(given):
        raise Http404
    return given, mine


def find_subject(given: ReportingRound, kind: str, key: int) -> Action | Section:
    """Return an action or a section that the report speaks of; 404 for anything else."""
    for group in voices.subjects(given):
        if kind == SECTION and group.section is not None and group.section.pk == key:
            return group.section
        for action in group.actions if kind == ACTION else ():
            if action.pk == key:
                return action
    raise Http404


def find_own(request: MemberRequest, key: int) -> VoiceNote:
    """Return a note of an organisation that the person writes for; 404 otherwise."""
    rows = VoiceNote.objects.select_related(*voices.SHOWN)
    mine = rows.filter(voice__actor__in=request.rights.notes_for)
    return get_object_or_404(mine, pk=min(key, LARGEST_KEY))


def address_of(row: VoiceNote) -> tuple[Any, ...]:
    """Return what leads to the page of a note."""
    given = row.voice.round
    kind, key = (ACTION, row.action_id) if row.action_id else (SECTION, row.section_id)
    return "reports:voice-note", given.plan.slug, given.year, row.voice_id, kind, key


def find_answering(request: MemberRequest, row: VoiceNote, entries: list[Entry], key: int) -> Actor:
    """Return an actor in whose name the person answers a note on some entries; 404 otherwise."""
    mine = voices.answering(row, entries, request.rights)
    found = next((actor for actor in mine if actor.pk == key), None)
    if found is None:
        raise Http404
    return found


def read_of(form: NoteAnswerForm) -> note_answers.Read:
    """Return what the writer of an answer saw of it and of the note."""
    return note_answers.Read(form.cleaned_data["seen"], form.cleaned_data["note_seen"])


def submitted_answers(row: VoiceNote) -> list[NoteAnswer]:
    """Return the answers to a note that are in."""
    if not row.pk:
        return []
    rows = row.answers.select_related("actor").prefetch_related("actor__names")
    return [one for one in rows if one.is_submitted]
