"""The page of one status entry: write, save, preview, submit, withdraw, take up again, read."""

import logging
import secrets
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, IntegerField, When, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions import permissions, writing
from actions.enums import HANDED_IN, REPORTABLE, UNFINISHED, Act, EntryState, Event
from actions.forms.entries import EntryForm, ReasonForm
from actions.models import (
    Action,
    Assignment,
    Entry,
    EntryVersion,
    ReportingRound,
    Responsibility,
    ReviewEvent,
)
from actions.models.entries import CONTENT, HEADINGS, LONGEST_TEXT, TEXTS
from actions.refusals import Conflict, Refused
from actions.services import entries, unsaved
from actions.services.seen import CHANGED_YOURSELF
from actions.views import days, earlier, keeping, reading
from actions.views.http import is_partial
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    tell_refusal,
    was_done,
)
from actions.views.offering import offer, put_into, refuse_outdated

LOG = logging.getLogger(__name__)
LARGEST_KEY = 2**31 - 1
# Columns of an entry that its form does not have.
FORGED = {field.attname for field in Entry._meta.concrete_fields} - {*CONTENT, "version"}  # noqa: SLF001
FORGED |= {name.removesuffix("_id") for name in FORGED}
# The order in which somebody goes on.
TO_WRITE = (EntryState.RETURNED, EntryState.DRAFT, EntryState.EMPTY)


def find(request: MemberRequest, key: int) -> Entry:
    """Return the entry with this key; one that the person may not read is not there."""
    if key > LARGEST_KEY:
        raise Http404
    entry = get_object_or_404(Entry.whole.with_action(), pk=key)
    if entry.replaced_by_id is not None:
        # Another one counts in its place since bodies were merged, and shows it.
        entry = get_object_or_404(Entry.objects.with_action(), pk=entry.replaced_by_id)
    if not permissions.can_read(request.rights, entry):
        raise Http404
    return entry


@member_page(methods=READ_WRITE)
def entry(request: MemberRequest, key: int) -> HttpResponse:
    """Show an entry: the form to whoever may write it now, else what it says."""
    found = find(request, key)
    if request.method == "POST":
        return write(request, found)
    if not writing.may(request.rights, found, Act.SAVE):
        return read(request, found)
    form = offer(request, EntryForm(entry=found, initial=initial(found)))
    if typed := put_into(form):
        form.evidence = evidence_of(EntryForm(typed, entry=found))
    return form_page(request, found, form)


def initial(found: Entry) -> dict[str, Any]:
    """Return what the form starts from."""
    content = found.content()
    return {
        **content,
        "language": content["language"] or get_language(),
        "version": found.version,
        "page": secrets.token_urlsafe(16),
    }


# --- Writing --------------------------------------------------------------------


def write(request: MemberRequest, found: Entry) -> HttpResponse:
    """Do what the pressed button says, with what was typed."""
    if not permissions.can_write(request.rights, found):
        raise PermissionDenied
    act = request.POST.get("act", "save")
    form = EntryForm(request.POST, entry=found, initial=found.content())
    if act.startswith("copy:"):
        return form_page(request, found, with_copy(request, found, act.removeprefix("copy:")))
    if act == "preview":
        form.is_valid()
        return preview(request, found, form)
    note_attempt(request, found, form)
    form.is_valid()
    if refuse_outdated(request, form, request.path):
        return refused(request, found, form, str(earlier.RENEWED_PART))
    if not form.is_sound:
        return refused(request, found, form, _("Not saved yet: look at the marked fields."))
    return store(request, found, form, submits=act == "submit")


def note_attempt(request: MemberRequest, found: Entry, form: EntryForm) -> None:
    """Log what no form of ours sends: another entry's columns, a status that nobody may choose."""
    forged = sorted(FORGED & set(request.POST))
    chosen = form.data.get("status", "")
    if chosen and chosen not in REPORTABLE:
        forged.append("status")
    if forged:
        LOG.warning(
            "user %s sent what no form has for entry %s: %s",
            request.user.pk,
            found.pk,
            ", ".join(forged),
        )


def store(request: MemberRequest, found: Entry, form: EntryForm, *, submits: bool) -> HttpResponse:
    """Save or submit, and tell how it went; what is wrong keeps nothing else from being saved."""
    try:
        if submits and form.is_valid() and (done := submit(request, found, form)):
            tell_taken_out(request, form)
            tell_day_left_out(request, form, done)
            return redirect("actions:entry", done.pk)
        stored = save(request, found, form)
    except Conflict as conflict:
        return conflict_page(request, conflict, form)
    except Refused as refusal:
        return not_now(request, found, form, str(refusal))
    if is_partial(request):
        return saved_part(request, stored, form)
    tell_taken_out(request, form)
    if form.wrong():
        form.go_on_from(stored.version)
        return form_page(request, stored, form, HTTPStatus.UNPROCESSABLE_ENTITY, saved=True)
    messages.success(request, _("Draft saved at %s.") % clock(request))
    return redirect("actions:entry", stored.pk)


def not_now(request: MemberRequest, found: Entry, form: EntryForm, words: str) -> HttpResponse:
    """Say why nothing is stored: at the form, or with the text to copy where there is none."""
    if not is_partial(request) and not writing.may(request.rights, found, Act.SAVE):
        messages.error(request, words)
        return read(request, found, typed=own_texts(request.POST), status=HTTPStatus.CONFLICT)
    form.add_error(None, words)
    return refused(request, found, form, words)


def submit(request: MemberRequest, found: Entry, form: EntryForm) -> Entry | None:
    """Hand an entry in; None where the form says what is missing, or asks."""
    if form.ask(submitted_before(found)):
        return None
    try:
        return entries.submit(found, content=form.content(), **signature(request, form))
    except ValidationError as error:
        form.refuse(error)
        return None


def submitted_before(found: Entry) -> dict[str, Any]:
    """Return what an entry said when it was last submitted; nothing where it never was.

    What was asked about it then was answered.
    """
    event = found.events.filter(kind=Event.SUBMITTED).last()
    row = found.versions.filter(number=event.version).first() if event else None
    return row.content if row else {}


def save(request: MemberRequest, found: Entry, form: EntryForm) -> Entry:
    """Save what of the form can be stored; the form says what cannot."""
    content = form.content()
    try:
        stored = entries.save(found, content=content, **signature(request, form))
        # What is stored whole is kept beside it no longer, whatever else the page has to ask.
        request.is_stored = set(content) == set(CONTENT) and not form.evidence.total_error_count()
        return stored
    except ValidationError as error:
        form.refuse(error)
    wrong = {"evidence"} if form.evidence.refusals else set()
    content = {name: value for name, value in form.content().items() if name not in wrong}
    return entries.save(found, content=content, **signature(request, form))


def signature(request: MemberRequest, form: EntryForm) -> dict[str, Any]:
    """Return what every save says beside its content."""
    return {
        "by": request.user,
        "version": form.cleaned_data["version"],
        "page": form.cleaned_data["page"],
        "now": request.now,
    }


def tell_taken_out(request: MemberRequest, form: EntryForm) -> None:
    """Say on the next page what of a paste could not be kept, and what will not be printed."""
    for words in (*form.taken_out(), *form.not_printed()):
        messages.warning(request, words)


def tell_day_left_out(request: MemberRequest, form: EntryForm, done: Entry) -> None:
    """Say on the next page that finished work is expected by no other day."""
    if form.cleaned_data.get("expected_by") and not done.expected_by:
        words = _("“Now expected by” was left out: with this status nothing more is expected.")
        messages.warning(request, words)


def saved_part(request: MemberRequest, stored: Entry, form: EntryForm) -> HttpResponse:
    """Tell the page what of its draft is saved, in which version, and what is wrong where."""
    context = {
        "entry": stored,
        "time": clock(request),
        "form": form,
        "wrong": [str(label) for label in form.wrong()],
        "taken_out": form.taken_out(),
    }
    return TemplateResponse(request, "desk/_saved.html", context)


def clock(request: MemberRequest) -> str:
    """Return the time of the request in Brussels."""
    return time_format(localtime(request.now), "H:i")


def refused(request: MemberRequest, found: Entry, form: EntryForm, words: str) -> HttpResponse:
    """Show the form again with what was typed; to the page that saves by itself, the words."""
    if is_partial(request):
        return TemplateResponse(request, "desk/_not_saved.html", {"words": words})
    return form_page(request, found, form)


def conflict_page(request: MemberRequest, conflict: Conflict, form: EntryForm) -> HttpResponse:
    """Show both texts side by side; storing again puts the own one in place of the other."""
    stored = Entry.objects.for_list().get(pk=conflict.stored.pk)
    is_own = stored.written_by_id == request.user.pk
    words = (
        CHANGED_YOURSELF
        if is_own
        else _("%(person)s has changed this entry meanwhile.")
        % {"person": stored.written_by.get_full_name() if stored.written_by else ""}
    )
    if is_partial(request):
        context: dict[str, Any] = {"words": words, "is_conflict": True}
        return TemplateResponse(request, "desk/_not_saved.html", context)
    if not writing.may(request.rights, stored, Act.SAVE):
        form.add_error(None, entries.NOT_NOW)
    own = {name: getattr(stored, name) for name in TEXTS} | form.content()
    form.go_on_from(stored.version)
    differing = [
        {"heading": HEADINGS[name], "name": name, "text": getattr(stored, name)}
        for name in TEXTS
        if getattr(stored, name) != own[name]
    ]
    context = {"conflict": words, "differing": differing, "stored": stored}
    return form_page(request, stored, form, status=409, **context)


def with_copy(request: MemberRequest, found: Entry, name: str) -> EntryForm:
    """Return the form with last year's text put into a field; for browsers without scripts."""
    before = entries.last_year(found)
    data = request.POST.copy()
    if before is not None and name in TEXTS:
        data[name] = getattr(before.spoken, name)
    names = ("version", "page", "language", "status", "expected_by", *TEXTS)
    values: dict[str, Any] = {key: data.get(key, "") for key in names}
    values["obstacle_codes"] = data.getlist("obstacle_codes")
    form = EntryForm(entry=found, initial={**values, "unchanged": bool(data.get("unchanged"))})
    form.evidence = evidence_of(EntryForm(data, entry=found))
    return form


def evidence_of(typed: EntryForm) -> Any:
    """Return the list of evidence that was typed, to go on with."""
    evidence = typed.evidence
    if not evidence.is_valid():
        return evidence
    return type(evidence)(initial=evidence.documents(), prefix="evidence")


def preview(request: MemberRequest, found: Entry, form: EntryForm) -> HttpResponse:
    """Show what was typed as a reader will see it; nothing is stored."""
    typed = {name: shown(form, name) for name in TEXTS}
    code = str(form.data.get("status", ""))
    content = {
        **typed,
        "obstacle_codes": form.cleaned_data.get("obstacle_codes", []),
        "expected_by": str(form.cleaned_data.get("expected_by") or ""),
        "status": code,
        "evidence": form.evidence.documents(),
    }
    chosen = next((o for o in form.options() if o["value"] == code), None)
    context: dict[str, Any] = {
        "preview": {
            "texts": reading.texts(content),
            "documents": reading.documents(content),
            "status": chosen,
            "language": form.data.get("language") or get_language(),
        },
        "entry": found,
    }
    if is_partial(request):
        return TemplateResponse(request, "desk/_preview.html", context)
    return form_page(request, found, form, **context)


def shown(form: EntryForm, name: str) -> str:
    """Return a text as the preview shows it: under the limits of saving, else why it is refused.

    What is longer than any text may be is not read at all, as that could take for ever.
    """
    text = str(form.data.get(name, ""))
    if len(text) <= LONGEST_TEXT:
        return str(form.cleaned_data.get(name, text))
    return " ".join(str(error) for error in form.errors.get(name, []))


def form_page(
    request: MemberRequest, found: Entry, form: EntryForm, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the form with everything that helps to fill it in."""
    before = entries.last_year(found)
    spoken = before.spoken if before else None
    if spoken and not found.version and not form.is_bound:
        # What was expected last year is proposed, to be confirmed by saving it.
        proposed = spoken.expected_by if spoken.status in UNFINISHED else ""
        form.initial["expected_by"] = form.initial.get("expected_by") or proposed
    event = last_return(found)
    comments = event.comments if event else {}
    on_behalf = permissions.writes_on_behalf(request.rights, found)
    context = {
        **frame(request, found),
        "remark": event.comment if event else "",
        "form": form,
        "fields": field_rows(form, comments, spoken),
        "last": before,
        "last_spoken": spoken,
        **last_context(found, before),
        "may_submit": permissions.can_submit(request.rights, found),
        "on_behalf": on_behalf,
        "offers_approval": not on_behalf,
        "reason_css": reason_css(form, comments),
        **more,
    }
    return TemplateResponse(request, "desk/entry_form.html", context, status=status)


def last_context(found: Entry, before: Entry | None) -> dict[str, Any]:
    """Return what helps to read last year's text: whose it is, what else was said, and of what.

    ``last_by`` is the body that reported it, where the actor took over from that one;
    ``plan_before`` is what the plan said then, where it was amended since.
    """
    if before is None:
        return {}
    others = entries.beside_last_year(found, before)
    then = found.action.as_on(before.round.reference_date)
    return {
        "last_by": before.actor if before.actor != found.actor else None,
        "last_others": [
            {"row": row, "said": row.spoken, "texts": reading.texts(row.spoken.content())}
            for row in others
        ],
        "plan_before": then if reads_otherwise(then, found.action) else None,
    }


def reads_otherwise(then: Action, now: Action) -> bool:
    """Tell whether an action said another thing then, to who reads it: a number is none."""
    names = ("title", "nature", "period_label", "promise")
    return then is not now and any(getattr(then, name) != getattr(now, name) for name in names)


def reason_css(form: EntryForm, comments: dict[str, str]) -> str:
    """Return the class that shows the reason only with a status that needs one, or nothing.

    A reason that is written, wrong or commented on shows in any case.
    """
    busy = form["reason"].value() or form["reason"].errors or comments.get("reason")
    return "" if busy else "field--reason"


def field_rows(form: EntryForm, comments: dict[str, str], spoken: Entry | None) -> dict[str, Any]:
    """Return each text's field with last year's text and the reviewer's comment."""
    return {
        name: {
            "field": form[name],
            "last": getattr(spoken, name) if spoken else "",
            "has_last": spoken is not None,
            "comment": comments.get(name, ""),
        }
        for name in TEXTS
    } | {
        "status": {"comment": comments.get("status", "")},
        "evidence": {"comment": comments.get("evidence", "")},
    }


def last_return(found: Entry) -> ReviewEvent | None:
    """Return why a returned entry came back: a remark, and comments per field."""
    if not found.is_returned:
        return None
    event: ReviewEvent | None = found.events.filter(kind=Event.RETURNED).last()
    return event


# --- Reading --------------------------------------------------------------------


def read(
    request: MemberRequest,
    found: Entry,
    reason_form: ReasonForm | None = None,
    *,
    typed: list[tuple[Any, str]] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Show what an entry says, what the person may do with it, and what they typed in vain.

    ``typed`` is what was just sent and cannot be saved now; without it, what was kept of them.
    """
    known = writing.read_extensions([found.round])
    rights = request.rights
    reason_form = reason_form or ReasonForm()
    may_reopen = writing.may(rights, found, Act.REOPEN, extensions=known)
    if may_reopen:
        offer(request, reason_form, address=reverse("actions:entry-reopen", args=[found.pk]))
    may_withdraw = writing.may(rights, found, Act.WITHDRAW, extensions=known)
    last_day = writing.last_day(found, on=request.on, extensions=known)
    context = {
        **frame(request, found, known),
        "published": reading.published(found),
        "why_not": why_not(request, found, known),
        "may_withdraw": may_withdraw,
        "withdraw_until": last_day if may_withdraw else None,
        "may_reopen": may_reopen,
        "reason_form": reason_form,
        "typed": kept_texts(request, found) if typed is None else typed,
    }
    return TemplateResponse(request, "desk/entry.html", context, status=status)


def kept_texts(request: MemberRequest, found: Entry) -> list[tuple[Any, str]]:
    """Return what the person typed into an entry that can no longer be written, and not saved."""
    if not permissions.can_write_for(request.rights, found.responsibility):
        return []
    address = reverse("actions:entry", args=[found.pk])
    row = unsaved.find(address, by=request.user, now=request.now)
    if row is None:
        return []
    data = keeping.as_data(row.content)
    rest = [(name.removeprefix(earlier.CARRIED), text) for name, text in earlier.brought(data)]
    beside = [(HEADINGS.get(name) or keeping.label_of(name) or "–", text) for name, text in rest]
    return own_texts(data, found) + beside


def own_texts(data: Any, found: Entry | None = None) -> list[tuple[Any, str]]:
    """Return the texts of a form with their headings; of an entry, only what it does not say."""
    texts = ((name, str(data.get(name, "")).strip()) for name in TEXTS)
    return [
        (HEADINGS[name], text)
        for name, text in texts
        if text and (found is None or text != getattr(found, name))
    ]


def why_not(request: MemberRequest, found: Entry, known: writing.Extensions) -> Any:
    """Return in words why an entry that its institution has not submitted cannot be written."""
    if not found.is_writable or not permissions.can_write(request.rights, found):
        return ""
    refusal = writing.refusal_to(request.rights, found, Act.SAVE, extensions=known)
    return writing.WORDS[refusal] if refusal else ""


def frame(
    request: MemberRequest, found: Entry, known: writing.Extensions | None = None
) -> dict[str, Any]:
    """Return what stands around an entry: deadline, colleagues, other actors, its thread."""
    rights = request.rights
    prefetch_related_objects([found], "responsibility__actor__names")
    reads_thread = permissions.can_read_thread(rights, found)
    known = writing.read_extensions([found.round]) if known is None else known
    return {
        "entry": found,
        "action": found.action,
        "round": found.round,
        "days": days.of_entry(found, on=request.on, extensions=known),
        "strip": strip(found),
        "mine": progress(found),
        "next_entry": next_entry(request, found, known),
        "reads_thread": reads_thread,
        "assigned": assigned(found) if reads_thread else None,
        "thread": thread(found) if reads_thread else [],
        "beside": beside(found) if reads_thread else [],
    }


def assigned(found: Entry) -> Assignment | None:
    """Return which colleague sees to an entry."""
    row = Assignment.of([found.responsibility_id]).get(found.responsibility_id)
    return row if row is not None and row.is_current else None


def beside(found: Entry) -> list[dict[str, Any]]:
    """Return what other bodies wrote for the action before their work was taken over.

    Nobody counts it any more; who took over may need it.
    """
    if not getattr(found, "stands_for_others", False):
        return []
    rows = Entry.whole.filter(replaced_by=found).for_list()
    return [{"row": row, "texts": reading.texts(row.content())} for row in rows]


def strip(found: Entry) -> dict[str, Any]:
    """Return the entries that are expected for this action, and how many are in."""
    rows = list(
        Entry.objects.for_list().filter(
            round=found.round_id, responsibility__action=found.action.pk, expected=True
        )
    )
    return {"rows": rows, "expected": len(rows), "in": sum(r.state in HANDED_IN for r in rows)}


def progress(found: Entry) -> dict[str, int]:
    """Return how many of the actor's expected entries of the round are in."""
    rows = Entry.objects.filter(
        round=found.round_id, responsibility__actor=found.actor.pk, expected=True
    )
    states = list(rows.values_list("state", flat=True))
    return {"expected": len(states), "in": sum(state in HANDED_IN for state in states)}


def next_entry(request: MemberRequest, found: Entry, known: writing.Extensions) -> Entry | None:
    """Return what the person can write next: what came back first, then drafts, then the rest."""
    turn = Case(
        *(When(state=state, then=place) for place, state in enumerate(TO_WRITE)),
        output_field=IntegerField(),
    )
    rows = (
        Entry.objects.with_action()
        .written_by(request.rights.writes_for, on=request.on)
        .filter(round=found.round_id, state__in=TO_WRITE, expected=True)
        .exclude(pk=found.pk)
    )
    in_order = rows.order_by(turn, "responsibility__action__position", "pk").defer(*TEXTS)
    rights = request.rights
    return next((r for r in in_order if writing.may(rights, r, Act.SAVE, extensions=known)), None)


def thread(found: Entry) -> list[dict[str, Any]]:
    """Return the permanent thread: events with the versions that they speak of, newest first."""
    events = found.events.select_related("by", "institution").prefetch_related("institution__names")
    return [
        {
            "event": event,
            "comments": [(HEADINGS.get(name, name), text) for name, text in event.comments.items()],
        }
        for event in events.order_by("-id")
    ]


@member_page()
def version(request: MemberRequest, key: int, number: int) -> HttpResponse:
    """Show an old version of an entry to those who may read its thread."""
    found = find(request, key)
    if not permissions.can_read_thread(request.rights, found):
        raise Http404
    rows = EntryVersion.objects.select_related("author")
    old = get_object_or_404(rows, entry=found, number=min(number, LARGEST_KEY))
    numbers = list(found.versions.values_list("number", flat=True))
    context = {
        "entry": found,
        "action": found.action,
        "round": found.round,
        "version": old,
        "numbers": numbers,
        "texts": reading.texts(old.content),
        "documents": reading.documents(old.content),
        "internal": old.content.get("internal", ""),
    }
    return TemplateResponse(request, "desk/version.html", context)


# --- Steps ----------------------------------------------------------------------


@member_page(methods=WRITE)
def withdraw(request: MemberRequest, key: int) -> HttpResponse:
    """Take a submitted entry back."""
    found = find(request, key)
    was_done(
        request,
        lambda: entries.withdraw(found, by=request.user, now=request.now),
        _("The entry is a draft again."),
    )
    return redirect("actions:entry", found.pk)


@member_page(methods=WRITE)
def reopen(request: MemberRequest, key: int) -> HttpResponse:
    """Take finished work up again, with a reason."""
    found = find(request, key)
    if not permissions.can_submit(request.rights, found):
        raise PermissionDenied
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            entries.reopen(found, by=request.user, reason=reason, now=request.now)
            messages.success(request, _("You can write an entry on this action again."))
            return redirect("actions:entry", found.pk)
        except ValidationError as error:
            form.add_error(None, error.messages)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return read(request, found, form)


@member_page(methods=WRITE)
def start(request: MemberRequest, key: int, responsibility: int) -> HttpResponse:
    """Begin an entry that is not expected."""
    followed = get_object_or_404(ReportingRound, pk=min(key, LARGEST_KEY))
    held = get_object_or_404(
        Responsibility.objects.select_related("action", "actor"),
        pk=min(responsibility, LARGEST_KEY),
    )
    try:
        made = entries.start(held, reporting_round=followed, by=request.user, now=request.now)
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect("actions:desk")
    return redirect("actions:entry", made.pk)
