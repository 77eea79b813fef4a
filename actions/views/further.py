"""What the secretariat does after the last day: drafts taken or left out, further editions."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions import permissions
from actions.enums import Act
from actions.forms.further import TAKE, FurtherForm, SettleForm
from actions.models import Entry, ReportingRound
from actions.querysets import EntryQuerySet
from actions.refusals import Refused
from actions.rules import workdays
from actions.rules.writing import DAYS_TO_CHANGE
from actions.services import further as further_service
from actions.services import passed as passed_service
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    secretariat,
    tell_refusal,
)
from actions.views.offering import attempt, offer
from actions.views.review import with_authors
from actions.views.round_management import get_round


@member_page(secretariat)
def passed(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the drafts whose last day has passed, to take as submitted or leave out."""
    found = get_round(pk)
    rows = passed_service.waiting(found, on=request.on)
    context = {"plan": found.plan, "round": found, "rows": rows}
    return TemplateResponse(request, "rounds/passed.html", context)


@member_page(secretariat, methods=WRITE)
def settle_passed(request: MemberRequest, key: int) -> HttpResponse:
    """Take a draft as submitted, or leave it out, in the version that was seen."""
    row = get_object_or_404(Entry.objects.with_action(), pk=min(key, LARGEST_KEY))
    form = SettleForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(_("Choose entries from the list."))
    takes, version = form.cleaned_data["act"] == TAKE, form.cleaned_data["version"]
    settle = passed_service.take if takes else passed_service.leave_out
    try:
        settle(row, by=request.user, version=version, now=request.now)
        done = _("Submitted: %s") if takes else _("Left out: %s")
        messages.success(request, done % named(row))
    except ValidationError as error:
        wanting = " ".join(error.messages)
        messages.error(request, _("Incomplete, and so not taken as submitted: %s") % wanting)
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("actions:round-passed", row.round_id)


def named(row: Entry) -> str:
    """Return the action's number and the actor, for a message."""
    return f"{row.action.label}, {row.actor.short}"


@member_page(secretariat, methods=READ_WRITE)
def further(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose what a further edition corrects and lets in, and until when; tell those who write."""
    found = get_round(pk)
    if request.method != "POST" and (words := further_service.refusal(found)):
        tell_refusal(request, Refused(words))
        return redirect("actions:round", pk)
    offered = offered_entries(request, found)
    rows = Entry.objects.filter(pk__in=[row.pk for row in offered])
    start = {
        "until": workdays.after(request.on, DAYS_TO_CHANGE),
        "chosen": request.GET.getlist("entry"),
    }
    form = offer(request, FurtherForm(request.POST or None, entries=rows, initial=start))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: include(request, found, form))
        if done is not None:
            tell_included(request, done)
            return redirect("actions:round", pk)
    context = {
        "plan": found.plan,
        "round": found,
        "form": form,
        "groups": groups(form, offered),
        "not_offered": all_entries(found).count() - len(offered),
        "next_number": (found.published or 0) + 1,
    }
    return TemplateResponse(request, "rounds/further.html", context)


def include(
    request: MemberRequest, found: ReportingRound, form: FurtherForm
) -> further_service.Included:
    """Let in what was chosen."""
    return further_service.include(
        found,
        chosen=form.keys(),
        until=form.cleaned_data["until"],
        comment=form.cleaned_data["comment"],
        by=request.user,
        now=request.now,
    )


def tell_included(request: MemberRequest, done: further_service.Included) -> None:
    """Say on the next page what was let in."""
    words = _("The further edition corrects %(corrections)s and may add %(supplements)s entries.")
    messages.success(request, words % done._asdict())


def offered_entries(request: MemberRequest, found: ReportingRound) -> list[Entry]:
    """Return what the person can let in: not what was carried over, nor what they decide not on."""
    rows = with_authors(all_entries(found).for_list())
    rights: Any = request.rights
    return [
        row
        for row in rows
        if not row.is_accepted or permissions.can_do(rights, row, Act.SEND_BACK, row.all_authors)  # type: ignore[attr-defined]
    ]


def all_entries(found: ReportingRound) -> EntryQuerySet:
    """Return the entries of a round but those that were carried over."""
    return Entry.objects.filter(round=found, carried_from__isnull=True)


def groups(form: FurtherForm, offered: list[Entry]) -> list[dict[str, Any]]:
    """Return the offered entries by actor, in the order of their names."""
    by_actor: dict[Any, list[Entry]] = {}
    for row in offered:
        by_actor.setdefault(row.actor, []).append(row)
    found = [group(form, actor, rows) for actor, rows in by_actor.items()]
    return sorted(found, key=lambda one: one["actor"].sort_key)


def group(form: FurtherForm, actor: Any, rows: list[Entry]) -> dict[str, Any]:
    """Return one actor with its entries, and which boxes are ticked."""
    lines = [{"entry": row, "is_chosen": form.is_chosen("chosen", row.pk)} for row in rows]
    accepted = sum(row.is_accepted for row in rows)
    is_chosen = form.is_chosen("actors", actor.pk)
    return {
        "actor": actor,
        "lines": lines,
        "accepted": accepted,
        "others": len(rows) - accepted,
        "is_chosen": is_chosen,
        "is_open": is_chosen or any(line["is_chosen"] for line in lines),
    }
