"""What is done with entries that were chosen in the matrix or in the list of who is expected."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.filters import CHOSEN
from actions.forms.rounds import ExtensionsForm
from actions.models import Actor, Entry, Extension, ReportingRound
from actions.refusals import Refused
from actions.rules import ranges
from actions.services import rounds, seen
from actions.views.matrix import filtered
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    reviewers,
    secretariat,
    tell_refusal,
)
from actions.views.offering import attempt, offer
from actions.views.round_management import get_round

FILES = ("csv", "xlsx")  # what reviewers take along too
ACTS = (*FILES, "write", "extend", "behalf")
MOST_KEY = 18  # figures of a key


@member_page(reviewers, methods=WRITE)
def choose(request: MemberRequest, pk: int) -> HttpResponse:
    """Lead to the page that does what was asked for with the chosen entries.

    An entry is chosen by itself, by its action or by its actor, among those that the filters
    in the address find. Only the secretariat writes, extends, and enters something on an
    organisation's behalf.
    """
    found = get_round(pk)
    if found.is_planned:
        raise Http404
    act = request.POST.get("act", "")
    keys = chosen(filtered(request, found).qs, request.POST)
    if not keys or act not in ACTS:
        tell_refusal(request, Refused(_("Choose entries first.")))
        return back(request, found)
    if act not in FILES and not request.rights.is_secretariat:
        raise PermissionDenied
    return lead(request, found, act, keys)


@member_page(secretariat, methods=READ_WRITE)
def extend_several(request: MemberRequest, pk: int) -> HttpResponse:
    """Let several actors write until a later day, for one reason."""
    found = get_round(pk)
    if request.method != "POST" and (words := rounds.reported(found)):
        tell_refusal(request, Refused(words))
        return redirect("actions:round", pk)
    text = request.GET.get(CHOSEN, "")
    address = f"{request.path}?{urlencode({CHOSEN: text})}" if text else request.path
    actors = writing_in(found)
    form = ExtensionsForm(
        request.POST or None,
        boxes=boxes(found, actors),
        initial={"actors": [one.pk for one in actors if one.pk in actors_of(found, text)]},
    )
    offer(request, form, address=address)
    if request.method == "POST" and form.is_valid():
        given = {one: form.cleaned_data["actors"].get(one.pk) for one in actors}
        count = attempt(
            form,
            lambda: rounds.extend_several(
                found,
                seen={one: digest for one, digest in given.items() if digest is not None},
                until=form.cleaned_data["until"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=request.now,
            ),
        )
        if count is not None:
            words = ngettext("%(n)s extension is saved.", "%(n)s extensions are saved.", count) % {
                "n": count
            }
            messages.success(request, words)
            return redirect("actions:round", pk)
        form.go_on()
    context = {"plan": found.plan, "round": found, "form": form, "address": address}
    return TemplateResponse(request, "rounds/extend_several.html", context)


# --- Parts --------------------------------------------------------------------------


def chosen(rows: Any, data: QueryDict) -> list[int]:
    """Return the keys of those of some entries that were chosen, in order."""
    either = (
        Q(pk__in=keys_in(data, "entry"))
        | Q(responsibility__actor__in=keys_in(data, "actor"))
        | Q(responsibility__action__in=keys_in(data, "action"))
    )
    return list(rows.filter(either).order_by("pk").values_list("pk", flat=True))


def keys_in(data: QueryDict, name: str) -> set[int]:
    """Return the keys that a form sent under a name; what is none is left out."""
    given = (text for text in data.getlist(name) if text.isascii() and text.isdigit())
    return {int(text) for text in given if len(text) <= MOST_KEY}


def lead(request: MemberRequest, found: ReportingRound, act: str, keys: list[int]) -> HttpResponse:
    """Return the way to what is to be done with some entries."""
    query = urlencode({CHOSEN: ranges.packed(keys)})
    if act in FILES:
        return redirect(f"{reverse('actions:matrix-file', args=[found.pk, act])}?{query}")
    if act == "write":
        return redirect(f"{reverse('actions:round-write', args=[found.pk])}?{query}")
    if act == "extend":
        return redirect(f"{reverse('actions:round-extend-several', args=[found.pk])}?{query}")
    if len(keys) == 1:
        return redirect("actions:entry", keys[0])
    messages.info(request, _("Open each entry to write it on the organisation’s behalf."))
    place = reverse("actions:round-expected", args=[found.pk])
    return redirect(f"{place}?{query}#entries-title")


def back(request: MemberRequest, found: ReportingRound) -> HttpResponse:
    """Go back to where nothing was chosen, under the same filters."""
    query, page = request.GET.copy(), "actions:round-expected"
    if request.POST.get("from") == "matrix":
        query["choose"], page = "yes", "actions:round-matrix"
    place = reverse(page, args=[found.pk])
    return redirect(f"{place}?{query.urlencode()}" if query else place)


def writing_in(found: ReportingRound) -> list[Actor]:
    """Return the actors of whom entries are expected in a round, by name."""
    keys = Entry.objects.filter(round=found, expected=True).values("responsibility__actor")
    actors = Actor.objects.filter(pk__in=keys).with_names()
    return sorted(actors, key=lambda one: one.sort_key)


def actors_of(found: ReportingRound, text: str) -> set[int]:
    """Return the actors of the entries that an address names."""
    rows = Entry.objects.filter(round=found, expected=True)
    pairs = dict(rows.order_by().values_list("pk", "responsibility__actor"))
    return {pairs[key] for key in ranges.among(text, pairs)}


def boxes(found: ReportingRound, actors: list[Actor]) -> list[tuple[Actor, Any, str]]:
    """Return each actor with its extension and what is seen of it now."""
    rows = {row.actor_id: row for row in Extension.objects.filter(round=found)}
    return [
        (one, rows.get(one.pk), seen.digest(rows.get(one.pk), rounds.EXTENDED)) for one in actors
    ]
