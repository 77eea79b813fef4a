"""The secretariat writes to the people of the bodies that a filter finds: preview, then send."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions import emails
from actions.filters import ExpectedFilter
from actions.forms.circulars import ASKED_FROM, CircularForm
from actions.models import (
    Actor,
    Circular,
    Entry,
    ReportingRound,
    Responsibility,
    Returned,
    User,
)
from actions.refusals import Refused
from actions.seats import Seats
from actions.services import circulars
from actions.typography import date_format
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    secretariat,
    tell_refusal,
)
from actions.views.offering import attempt, offer
from actions.views.round_management import get_round

TEMPLATES = ("reminder", "welcome")


@member_page(secretariat, methods=READ_WRITE)
def write(request: MemberRequest, pk: int) -> HttpResponse:
    """Write to those who are asked for some entries of a round; show it before it goes."""
    found = get_round(pk)
    if found.is_planned:
        tell_refusal(request, Refused(_("The round is not open yet.")))
        return redirect("actions:round", pk)
    filters = filtered(request, found)
    offered, alone = asked(filters.qs, on=request.on)
    start = template(request.GET.get("template", ""), found)
    query = request.GET.copy()
    # Whether a kept text is put in says nothing of which form it is.
    query.pop("unsaved", None)
    address = f"{request.path}?{query.urlencode()}" if query else request.path
    form = CircularForm(request.POST or None, offered=offered, initial=start)
    offer(request, form, address=address)
    preview: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        if request.POST.get("act") == "send":
            count = attempt(form, lambda: send(request, found, form))
            if count is not None:
                told = ngettext("%(n)s e-mail is sent.", "%(n)s e-mails are sent.", count)
                messages.success(request, told % {"n": count})
                return redirect("actions:letters")
        else:
            preview = shown(found, form, offered)
    context = {
        "plan": found.plan,
        "round": found,
        "filter": filters,
        "form": form,
        "address": address,
        "preview": preview,
        "count": len(offered),
        "alone": alone,
        "asked_from": ASKED_FROM,
        "languages": [
            {"subject": form[f"subject_{code}"], "text": form[f"text_{code}"]}
            for code in circulars.LANGUAGES
        ],
        "query": query.urlencode(),
    }
    return TemplateResponse(request, "rounds/write.html", context)


def filtered(request: MemberRequest, found: ReportingRound) -> ExpectedFilter:
    """Return the filter of the expected entries whose people are written to."""
    keys = Entry.objects.filter(round=found, expected=True).values("responsibility__actor")
    actors = list(Actor.objects.filter(pk__in=keys).with_names())
    return ExpectedFilter(request.GET, given=found, on=request.on, actors=actors)


def asked(rows: Any, *, on: date) -> tuple[list[User], list[Actor]]:
    """Return who is asked for some entries, and the bodies for which nobody is; both by name.

    Of a body without members those of one above it are asked.
    """
    seats = Seats.read(on=on)
    held = Responsibility.objects.filter(entries__in=rows.order_by().values("pk")).distinct()
    people: set[int] = set()
    alone: set[int] = set()
    for row in held:
        found = seats.asked(row, on=on)
        people |= set(found)
        alone |= set() if found else {row.actor_id}
    listed = sorted((seats.people[key] for key in people), key=lambda one: one.sort_key)
    Returned.mark(listed)
    bodies = Actor.objects.filter(pk__in=alone).with_names()
    return listed, sorted(bodies, key=lambda one: one.sort_key)


def circular_of(found: ReportingRound, form: CircularForm) -> Circular:
    """Return the letter that a form holds, not stored."""
    texts = {name: value for name, value in form.cleaned_data.items() if "_" in name}
    return Circular(round=found, **texts)


def send(request: MemberRequest, found: ReportingRound, form: CircularForm) -> int:
    """Send what a form holds."""
    people = form.cleaned_data["people"]
    return circulars.send(circular_of(found, form), people=people, by=request.user, now=request.now)


def shown(found: ReportingRound, form: CircularForm, offered: list[User]) -> list[dict[str, Any]]:
    """Return the letter of each chosen person as it goes out; those of one language together."""
    given, chosen = circular_of(found, form), set(form.cleaned_data["people"])
    parts = []
    for code, name in circulars.LANGUAGES.items():
        people = [one for one in offered if one.pk in chosen and one.language == code]
        if not people:
            continue
        with translation.override(code):
            own = getattr(given, f"text_{code}") and getattr(given, f"subject_{code}")
            mail = emails.worded_by_hand(given) if own else None
        parts.append({"code": code, "language": name, "people": people, "mail": mail})
    return parts


def template(name: str, found: ReportingRound) -> dict[str, Any]:
    """Return a letter to begin with, in each language; nothing for a name that is none."""
    if name not in TEMPLATES:
        return {}
    start: dict[str, Any] = {}
    for code in circulars.LANGUAGES:
        with translation.override(code):
            told = {"year": found.year, "day": date_format(found.deadline, "DATE_FORMAT")}
            if name == "reminder":
                subject = _("Follow-up %(year)s: your entries are still to come")
                text = _(
                    "Some entries of your organisation for the follow-up of %(year)s have not come "
                    "in yet. The deadline is %(day)s. If something keeps you from writing, please "
                    "tell us."
                )
            else:
                subject = _("Follow-up %(year)s: how it works")
                text = _(
                    "The follow-up of %(year)s is under way. For each action, please say how far "
                    "your organisation is, and submit by %(day)s. Last year’s text stands beside "
                    "each field."
                )
            start |= {f"subject_{code}": subject % told, f"text_{code}": text % told}
    return start
