"""Covering letters: who receives the reports of a plan, and what goes with an edition to each."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from actions.models import Plan, Returned
from actions.services import seen
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    secretariat,
    was_done,
)
from actions.views.offering import attempt, offer
from actions.views.uploads import as_file
from reports import covering
from reports.formats import FORMATS
from reports.forms.covering import LetterForm, RecipientForm, SentForm
from reports.models import CoveringLetter, Edition, Recipient
from reports.services import covering as service
from reports.views.editing import find_edition

# --- Who receives reports -----------------------------------------------------------


@member_page(secretariat)
def recipients(request: MemberRequest, plan: str) -> HttpResponse:
    """Show who receives the reports of a plan."""
    found = find_plan(plan)
    rows = list(Recipient.objects.filter(plan=found))
    Returned.mark(rows)
    return TemplateResponse(request, "covering/recipients.html", {"plan": found, "rows": rows})


@member_page(secretariat, methods=READ_WRITE)
def recipient(request: MemberRequest, plan: str, key: int) -> HttpResponse:
    """Put somebody into the list, or change what it says; 0 is a new one."""
    found = find_plan(plan)
    row = find_recipient(found, key) if key else Recipient(plan=found)
    start: dict[str, Any] = {name: getattr(row, name) for name in service.LISTED}
    start["seen"] = seen.digest(row, service.LISTED)
    form = RecipientForm(request.POST if request.method == "POST" else None, initial=start)
    offer(request, form)
    if request.method == "POST" and form.is_valid():
        stored = attempt(
            form,
            lambda: service.save_recipient(
                row, form.columns(), seen=form.cleaned_data["seen"], by=request.user,
                now=request.now,
            ),
            service.LISTED,
        )  # fmt: skip
        if stored is not None:
            messages.success(request, _("The recipient is saved."))
            return redirect("reports:recipients", found.slug)
    context = {"plan": found, "row": row, "form": form}
    return TemplateResponse(request, "covering/recipient.html", context)


@member_page(secretariat, methods=WRITE)
def recipient_remove(request: MemberRequest, plan: str, key: int) -> HttpResponse:
    """Take somebody from the list."""
    found = find_plan(plan)
    row = find_recipient(found, key)
    was_done(
        request,
        lambda: service.remove_recipient(row, by=request.user, now=request.now),
        _("The recipient is removed."),
    )
    return redirect("reports:recipients", found.slug)


# --- Letters ------------------------------------------------------------------------


@member_page(secretariat)
def letters(request: MemberRequest, key: int) -> HttpResponse:
    """Show to whom an edition goes, and how far each letter is."""
    edition = find_published(key)
    written = {row.recipient_id: row for row in letters_of(edition)}
    rows = Recipient.objects.filter(plan=edition.round.plan_id)
    context = {
        "edition": edition,
        "round": edition.round,
        "plan": edition.round.plan,
        "lines": [{"recipient": row, "letter": written.get(row.pk)} for row in rows],
    }
    return TemplateResponse(request, "covering/letters.html", context)


@member_page(secretariat, methods=READ_WRITE)
def letter(request: MemberRequest, key: int, recipient: int) -> HttpResponse:
    """Write the letter to somebody: it begins with what the edition says."""
    edition, row = find_letter(key, recipient)
    start: dict[str, Any] = {name: getattr(row, name) for name in service.WRITTEN}
    start["seen"] = seen.digest(row, service.WRITTEN)
    sent = request.POST if request.method == "POST" else None
    form = offer(request, LetterForm(sent, language=row.language, initial=start))
    if request.method == "POST" and form.is_valid():
        stored = attempt(
            form,
            lambda: service.save(
                row, form.columns(), seen=form.cleaned_data["seen"], by=request.user,
                now=request.now,
            ),
            service.WRITTEN,
        )  # fmt: skip
        if stored is not None:
            messages.success(request, _("The covering letter is saved."))
            return redirect("reports:letter", edition.pk, row.recipient_id)
    return show_letter(request, row, form, SentForm(initial={"sent_on": request.on}))


@member_page(secretariat, methods=READ_WRITE)
def letter_sent(request: MemberRequest, key: int, recipient: int) -> HttpResponse:
    """Ask once more, then send a stored letter by e-mail; or log that it was sent otherwise."""
    edition, row = find_letter(key, recipient)
    can_ask = row.pk and not row.is_sent and row.recipient.email
    if not row.pk or (request.method != "POST" and not can_ask):
        return redirect("reports:letter", edition.pk, row.recipient_id)
    if request.method != "POST":
        known = {"seen": seen.digest(row, service.WRITTEN)}
        return TemplateResponse(request, "covering/confirm.html", about(row) | known)
    if request.POST.get("act") == "mail":
        was_done(
            request,
            lambda: service.send(
                row, seen=request.POST.get("seen"), by=request.user, now=request.now
            ),
            _("The covering letter is in the outbox, and logged as sent."),
        )
        return redirect("reports:letters", edition.pk)
    form = SentForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["sent_on"]
        done = attempt(
            form, lambda: service.record(row, sent_on=day, by=request.user, now=request.now)
        )
        if done is not None:
            messages.success(request, _("The covering letter is logged as sent."))
            return redirect("reports:letters", edition.pk)
    start: dict[str, Any] = {name: getattr(row, name) for name in service.WRITTEN}
    start["seen"] = seen.digest(row, service.WRITTEN)
    return show_letter(request, row, LetterForm(language=row.language, initial=start), form)


@member_page(secretariat)
def letter_file(request: MemberRequest, key: int, recipient: int) -> HttpResponse:
    """Return a stored letter as a Word document."""
    edition, row = find_letter(key, recipient)
    if not row.pk:
        raise Http404
    on = row.transmission.sent_on if row.transmission and row.is_sent else request.on
    given = edition.round
    name = f"{given.plan.slug}-{given.name}-{slugify(row.recipient.organisation)[:60]}"
    content, kind = covering.write(row, on=on), FORMATS["docx"].media_type
    return as_file(content, f"{name}-{row.language}.docx", kind)


# --- Parts --------------------------------------------------------------------------


def about(row: CoveringLetter) -> dict[str, Any]:
    """Return what each page of a letter shows of it."""
    given = row.edition.round
    return {"edition": row.edition, "round": given, "plan": given.plan, "row": row}


def show_letter(
    request: MemberRequest, row: CoveringLetter, form: LetterForm, sent: SentForm
) -> HttpResponse:
    """Show a letter: its form, and once it is sent what was sent."""
    context = about(row) | {
        "form": form,
        "sent": sent,
    }
    return TemplateResponse(request, "covering/letter.html", context)


def find_plan(slug: str) -> Plan:
    """Return a plan that readers see; 404 otherwise."""
    return get_object_or_404(Plan.objects.published(), slug=slug)


def find_recipient(plan: Plan, key: int) -> Recipient:
    """Return a recipient of a plan; 404 otherwise."""
    return get_object_or_404(Recipient, plan=plan, pk=min(key, LARGEST_KEY))


def find_published(key: int) -> Edition:
    """Return a published edition; 404 otherwise."""
    edition = find_edition(key)
    if not edition.is_published:
        raise Http404
    return edition


def letters_of(edition: Edition) -> QuerySet[CoveringLetter]:
    """Return the stored letters of an edition."""
    rows = CoveringLetter.objects.filter(edition=edition)
    return rows.select_related("recipient", "transmission__by")


def find_letter(key: int, recipient: int) -> tuple[Edition, CoveringLetter]:
    """Return an edition with the letter to a recipient: the stored one, or one to begin with."""
    edition = find_published(key)
    to = find_recipient(edition.round.plan, recipient)
    row = letters_of(edition).filter(recipient=to).first() or covering.begin(edition, to)
    row.edition = edition
    return edition, row
