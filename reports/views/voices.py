"""Where the secretariat lets organisations write notes, invites them, and decides on what came."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.models import Actor, ReportingRound
from actions.services import seen
from actions.views.confirming import require_fresh
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    reviewers,
    secretariat,
    was_done,
)
from actions.views.offering import attempt, offer
from reports import voices as reading
from reports.forms.voices import DaysForm, DecisionForm, SecondLookForm, VoiceForm
from reports.services import notes, voices
from reports.views.editing import find_round
from reports.voice_models import DRAFT, SUBMITTED, InvitedVoice, VoiceNote


def find_yearly(key: int) -> ReportingRound:
    """Return a yearly round that was opened; 404 otherwise."""
    found = find_round(key)
    if found.is_evaluation:
        raise Http404
    return found


@member_page(secretariat, methods=READ_WRITE)
def overview(request: MemberRequest, key: int) -> HttpResponse:
    """Show who is invited and what they wrote, and invite an organisation."""
    found = find_yearly(key)
    right = reading.right_of(found)
    sent = request.POST if request.method == "POST" else None
    form = offer(request, VoiceForm(sent, initial={"language": request.user.language}))
    if sent is not None and form.is_valid() and invite(request, found, form):
        messages.success(request, _("The organisation is invited."))
        return redirect("reports:voices", found.pk)
    context = {
        "round": found,
        "plan": found.plan,
        "right": right,
        "may_invite": right.takes_notes(on=request.on),
        "form": form,
        "voices": invited(found),
        "notes": submitted(found),
        "counts": reading.counts([found])[found.pk],
    }
    return TemplateResponse(request, "voices/overview.html", context)


def invite(request: MemberRequest, found: ReportingRound, form: VoiceForm) -> bool:
    """Invite whom the form names; tell whether it was done."""
    if form.cleaned_data["email"]:
        require_fresh(request)
    actor = get_object_or_404(Actor, pk=form.cleaned_data["actor"])
    said = {name: form.cleaned_data[name] for name in ("email", "language")}
    made = attempt(
        form,
        lambda: voices.invite(found, actor=actor, **said, by=request.user, now=request.now),
    )
    return made is not None


def invited(found: ReportingRound) -> list[InvitedVoice]:
    """Return the invited organisations of a round by name, each with how many notes it wrote."""
    rows = InvitedVoice.objects.filter(round=found).select_related("actor")
    listed = list(rows.prefetch_related("actor__names", "notes"))
    return sorted(listed, key=lambda row: row.actor.sort_key)


def submitted(found: ReportingRound) -> list[VoiceNote]:
    """Return the notes of a round that were submitted, in the order of the plan."""
    rows = VoiceNote.objects.filter(voice__round=found).exclude(state=DRAFT)
    shown = rows.select_related(*reading.SHOWN).prefetch_related("voice__actor__names", "answers")
    return reading.in_plan(shown)


@member_page(secretariat, methods=READ_WRITE)
def days(request: MemberRequest, key: int) -> HttpResponse:
    """Switch the right of reply of a round on or off, and set its last days."""
    found = find_yearly(key)
    row = reading.right_of(found)
    start: dict[str, Any] = {name: getattr(row, name) for name in voices.SAID}
    start["seen"] = seen.digest(row, voices.SAID)
    form = offer(
        request, DaysForm(request.POST if request.method == "POST" else None, initial=start)
    )
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: voices.save(found, **form.cleaned_data, by=request.user, now=request.now),
            voices.SAID,
        )
        if done is not None:
            messages.success(request, _("The right of reply is saved."))
            return redirect("reports:voices", found.pk)
    context = {"round": found, "plan": found.plan, "form": form}
    status = 409 if getattr(form, "conflict", None) else 200
    return TemplateResponse(request, "voices/days.html", context, status=status)


@member_page(secretariat, methods=WRITE)
def withdraw(request: MemberRequest, key: int, number: int) -> HttpResponse:
    """Take the invitation of an organisation back."""
    found = find_yearly(key)
    row = get_object_or_404(InvitedVoice, round=found, pk=min(number, LARGEST_KEY))
    was_done(
        request,
        lambda: voices.withdraw(row, by=request.user, now=request.now),
        _("The invitation is withdrawn."),
    )
    return redirect("reports:voices", found.pk)


@member_page(reviewers, methods=READ_WRITE)
def note(request: MemberRequest, key: int) -> HttpResponse:
    """Show a note; the secretariat takes or refuses it, the co-chair looks a second time."""
    row = find_note(request, key)
    is_second = row.is_asked
    kind = SecondLookForm if is_second else DecisionForm
    start = {"seen": seen.digest(row, notes.READ)}
    sent = request.POST if request.method == "POST" else None
    form: Any = offer(request, kind(sent, initial=start))
    if sent is not None:
        done = form.is_valid() and decide(request, row, form, is_second=is_second)
        if done:
            messages.success(request, _("The decision is saved."))
            if request.rights.is_secretariat:
                return redirect("reports:voices", row.voice.round_id)
            return redirect("reports:note", row.pk)
    context = {
        "round": row.voice.round,
        "plan": row.voice.round.plan,
        "note": row,
        "form": form,
        "may_decide": may_decide(request, row),
        "answers": row.answers.filter(state="submitted").select_related("actor"),
    }
    status = 409 if getattr(form, "conflict", None) else 200
    return TemplateResponse(request, "voices/note.html", context, status=status)


def find_note(request: MemberRequest, key: int) -> VoiceNote:
    """Return a submitted note; for who is not in the secretariat, one with a second look."""
    rows = VoiceNote.objects.exclude(state=DRAFT).select_related(*reading.SHOWN)
    if not request.rights.is_secretariat:
        rows = rows.filter(asked_at__isnull=False)
    return get_object_or_404(rows, pk=min(key, LARGEST_KEY))


def may_decide(request: MemberRequest, row: VoiceNote) -> bool:
    """Tell whether the person decides on a note now."""
    given = row.voice.round
    if given.is_frozen or given.is_published or row.is_upheld:
        return False
    if row.is_asked:
        return reading.can_look_again(row, request.rights)
    is_answered = row.answers.filter(state=SUBMITTED).exists()
    return reading.can_decide(row, request.rights) and not is_answered


def decide(request: MemberRequest, row: VoiceNote, form: Any, *, is_second: bool) -> bool:
    """Do what the form says; tell whether it was done."""
    takes = request.POST.get("act") == "take"
    said: dict[str, Any] = {"by": request.user, "now": request.now}
    if is_second:
        reason = form.cleaned_data["reason"]
        return attempted(form, lambda: notes.look_again(row, takes=takes, reason=reason, **said))
    if not reading.can_decide(row, request.rights):
        raise PermissionDenied
    seen_by = form.cleaned_data["seen"]
    if takes:
        return attempted(form, lambda: notes.take(row, seen=seen_by, **said))
    given: dict[str, Any] = {name: form.cleaned_data[name] for name in ("ground", "reason")}
    return attempted(form, lambda: notes.refuse(row, **given, seen=seen_by, **said))


def attempted(form: Any, work: Any) -> bool:
    """Tell whether a work was done; what is wrong stands at the form."""
    return attempt(form, work, notes.READ) is not None
