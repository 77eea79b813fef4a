"""The page on which entries go out as a workbook and come back: looked at first, then saved."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from actions import permissions, writing
from actions.entry_book import reading
from actions.entry_book import writing as book_writing
from actions.entry_book.reading import Change, Looked
from actions.enums import BEGUN, Act
from actions.forms.plans import WorkbookForm
from actions.models import Actor, Entry, ReportingRound
from actions.models.entries import TEXTS
from actions.refusals import Conflict, Refused
from actions.rules.differences import Budget
from actions.services import drafts
from actions.views import differing
from actions.views.members_only import READ_WRITE, MemberRequest, member_page
from actions.views.still_true import find_round
from actions.views.uploads import (
    NEW,
    as_file,
    choose,
    packed,
    read_seen,
    told_faults,
    turned_away,
    unpacked,
    uploaded,
)

CHANGED_SINCE = gettext_lazy("Something has changed since you looked. Upload the workbook again.")
MOST_SEEN = 50_000  # characters of what a page says that it showed
MOST_UNREAD = 50  # texts in grey cells, shown on a page


@dataclass
class Desk:
    """The entries of a body in a round, and which of them the person may write now."""

    round: ReportingRound
    actor: Actor
    rows: list[Entry]
    writable: frozenset[int]
    why_not: Any


@member_page(methods=READ_WRITE)
def entry_book(request: MemberRequest, plan: str, year: int, slug: str) -> HttpResponse:
    """Take a workbook; show what it changes and what is wrong with it; save the drafts."""
    desk = find_desk(request, plan, year, slug)
    if request.method == "POST" and request.POST.get("act") == "do":
        return save(request, desk)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    more: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            content = uploaded(form.cleaned_data["workbook"])
            more = preview(content, look(request, desk, content))
        except Refused as refusal:
            form.add_error("workbook", str(refusal))
    return page(request, desk, form=form, **more)


@member_page()
def download(request: MemberRequest, plan: str, year: int, slug: str) -> HttpResponse:
    """Return the entries of a body in a round as a workbook, in the language of the page."""
    desk = find_desk(request, plan, year, slug)
    before = drafts.last_years(desk.rows)
    asked = drafts.asked_of(desk.rows)
    sheaf = book_writing.Sheaf(desk.actor, desk.round, desk.rows, desk.writable, before, asked)
    name = f"{desk.round.plan.slug}-{desk.round.year}-{desk.actor.slug}-{get_language()}.xlsx"
    return as_file(book_writing.made(sheaf), name)


def find_desk(request: MemberRequest, plan: str, year: int, slug: str) -> Desk:
    """Return the entries that a body writes in a round.

    Raises Http404 where there are none, PermissionDenied for who does not write for the body.
    """
    given = find_round(plan, year)
    actor = get_object_or_404(Actor.objects.with_names(), slug=slug)
    if not permissions.can_write_as(request.rights, actor.pk):
        raise PermissionDenied
    rows = drafts.of_body(actor, given, on=request.on)
    if not rows:
        raise Http404
    known = writing.read_extensions([given])
    refusals = {
        row.pk: writing.refusal_to(request.rights, row, Act.SAVE, extensions=known) for row in rows
    }
    writable = frozenset(key for key, refusal in refusals.items() if refusal is None)
    why = next((writing.WORDS[one] for one in refusals.values() if one), "")
    return Desk(given, actor, rows, writable, "" if writable else why)


def page(
    request: MemberRequest, desk: Desk, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    """Show the page: how it goes, what a workbook would do, which drafts wait to be submitted."""
    context = {
        "desk": desk,
        "round": desk.round,
        "actor": desk.actor,
        "is_theirs": desk.actor.pk in request.rights.writes_for,
        "begun": [row for row in desk.rows if row.state in BEGUN and row.pk in desk.writable],
        "form": WorkbookForm(),
        **more,
    }
    return TemplateResponse(request, "desk/entry_book.html", context, status=status)


# --- Looking ----------------------------------------------------------------------


def look(request: MemberRequest, desk: Desk, content: bytes) -> Looked:
    """Return what a workbook changes; raises Refused where nothing at all can be written."""
    if desk.why_not:
        raise Refused(desk.why_not)
    return reading.look(
        content, actor=desk.actor, given=desk.round, rights=request.rights, rows=desk.rows
    )


def preview(content: bytes, looked: Looked) -> dict[str, Any]:
    """Return what the page says of a workbook."""
    if looked.faults:
        return told_faults(looked.faults)
    budget = Budget()
    return {
        "looked": looked,
        "unread": looked.unread[:MOST_UNREAD],
        "more_unread": max(0, len(looked.unread) - MOST_UNREAD),
        "lines": [line(change, budget) for change in looked.changes],
        "seen": json.dumps({change.entry.pk: change.entry.version for change in looked.changes}),
        "book": packed(content),
    }


def line(change: Change, budget: Budget) -> dict[str, Any]:
    """Return what the page shows of an entry that changes: differences, or both sides."""
    before = None if change.is_conflict else change.entry.content()
    return {
        "change": change,
        "entry": change.proposed,
        "action": change.entry.action,
        "rows": differing.changes(before, change.proposed, budget),
        "sides": sides(change) if change.is_conflict else [],
        "choice": choice_of(change),
    }


def sides(change: Change) -> list[dict[str, Any]]:
    """Return what is saved now beside what the workbook says, for each field that it changes."""
    nature = change.entry.action.nature
    now, then = change.entry.content(), change.proposed.content()
    return [
        {
            "heading": differing.HEADINGS[name],
            "old": differing.told(name, now, nature),
            "new": differing.told(name, then, nature),
            "old_language": now["language"] if name in TEXTS else "",
            "new_language": then["language"] if name in TEXTS else "",
        }
        for name in change.content
    ]


def choice_of(change: Change) -> str:
    """Return the name of the choice between what is saved and what the workbook says."""
    return f"take-{change.entry.pk}"


# --- Saving -----------------------------------------------------------------------


def save(request: MemberRequest, desk: Desk) -> HttpResponse:
    """Save the drafts that a page showed; shows them anew where anything has changed since."""
    try:
        content = unpacked(request)
        looked = look(request, desk, content)
        if looked.faults:
            raise Refused(CHANGED_SINCE)
    except ValueError:
        return turned_away(request, Refused(_("Upload the workbook again.")))
    except Refused as refusal:
        return turned_away(request, refusal)
    shown = preview(content, looked)
    seen = read_seen(request, MOST_SEEN) or {}
    is_other = any(seen.get(str(one.entry.pk)) != one.entry.version for one in looked.changes)
    # What was to be saved and can no longer be written is told first.
    if is_other or any(str(one.entry.pk) in seen for one in looked.left):
        words = _("An entry has changed since you looked. Nothing is saved; look again.")
        return again(request, desk, shown, words)
    if not choose(request, shown["lines"]):
        words = _("Choose for each entry that has changed meanwhile which text counts.")
        return again(request, desk, shown, words)
    return saved(request, [one["change"] for one in shown["lines"] if one["chosen"] == NEW])


def saved(request: MemberRequest, chosen: Sequence[Change]) -> HttpResponse:
    """Save drafts, all of them or none, and say so."""
    try:
        drafts.save_all([one.draft for one in chosen], by=request.user, now=request.now)
    except Conflict:
        return turned_away(request, Refused(CHANGED_SINCE))
    except Refused as refusal:
        return turned_away(request, refusal)
    words = ngettext(
        "%(n)s draft is saved. Nothing is submitted yet.",
        "%(n)s drafts are saved. Nothing is submitted yet.",
        len(chosen),
    )
    none = _("Nothing was left to save.")
    messages.success(request, words % {"n": len(chosen)} if chosen else none)
    return redirect(request.path)


def again(request: MemberRequest, desk: Desk, shown: dict[str, Any], words: str) -> HttpResponse:
    """Show what a workbook changes once more, and why it is not saved yet."""
    return page(request, desk, status=HTTPStatus.CONFLICT, not_saved=words, **shown)
