"""Who does what: a coordinator divides the entries of an organisation among colleagues."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions import menus, permissions
from actions.enums import HANDED_IN, LetterKind, RoundState
from actions.forms.assignments import AssignForm
from actions.models import Actor, Assignment, Entry, Letter, ReportingRound, User
from actions.models.entries import TEXTS
from actions.permissions import Rights
from actions.refusals import Refused
from actions.services import assignments as service
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    tell_refusal,
    was_done,
)

PER_PAGE = 100


def dividers(rights: Rights) -> bool:
    """Let coordinators and the secretariat in."""
    return rights.is_coordinator or rights.is_secretariat


@member_page(dividers, methods=READ_WRITE)
def who_does_what(request: MemberRequest) -> HttpResponse:
    """Show who sees to which entries; assign those that were chosen, take away, or remind."""
    rounds = newest_rounds()
    every = entries_of(request, rounds)
    actors = list(Actor.objects.with_names().filter(responsibilities__entries__in=every).distinct())
    actor = next((one for one in actors if one.slug == request.GET.get("actor")), None)
    rows = every.filter(responsibility__actor=actor) if actor else every
    people = colleagues(request, rows)
    page = Paginator(rows.for_list().defer(*TEXTS, "evidence"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    given = list(page.object_list)
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        rows={row.responsibility_id for row in given},
        people=people,
    )
    if request.method == "POST" and taken(request, form):
        return redirect(request.get_full_path())
    groups = by_actor(given, form)
    context = {
        "form": form,
        "rounds": rounds,
        "is_sample": any(row.round.is_sample for row in given),
        "groups": groups,
        "shares": shares(request, rows),
        "left": [one for group in groups for one in group["lines"] if is_left(one)],
        "actors": menus.of_actors(actors, "slug") if len(actors) > 1 else [],
        "actor": actor,
        "page": page,
        "query": f"actor={actor.slug}" if actor else "",
    }
    return TemplateResponse(request, "desk/assignments.html", context)


# --- Doing --------------------------------------------------------------------------


def taken(request: MemberRequest, form: AssignForm) -> bool:
    """Do what the form asks; tell whether it was done, or refused on the next page."""
    act = request.POST.get("act")
    if act == "remind":
        return remind(request)
    if not form.is_valid() or act not in ("assign", "take_away"):
        return False
    seen, person = form.cleaned_data["rows"], form.cleaned_data["person"]
    try:
        if act == "assign":
            to = get_object_or_404(User, pk=person)
            done = service.assign(seen, to=to, by=request.user, now=request.now)
        else:
            done = service.take_away(seen, by=request.user, now=request.now)
    except Refused as refusal:
        tell_refusal(request, refusal)
        return True
    say(request, done)
    return True


def say(request: MemberRequest, done: service.Done) -> None:
    """Say on the next page what was changed, and what somebody else had changed meanwhile."""
    words = ngettext("%(n)s entry is changed.", "%(n)s entries are changed.", done.number)
    if done.number or not done.changed:
        messages.success(request, words % {"n": done.number})
    if done.changed:
        words = _(
            "Somebody else assigned these actions meanwhile, so they stay as they are: %(labels)s."
        )
        messages.warning(request, words % {"labels": service.labels(done.changed)})


def remind(request: MemberRequest) -> bool:
    """Remind a colleague; whoever is none gets nothing."""
    key = request.POST.get("person", "")
    is_key = key.isascii() and key.isdigit() and len(key) <= 18  # noqa: PLR2004
    person = get_object_or_404(User, pk=int(key) if is_key else 0, erased_at=None)
    words = _("A reminder is on its way to %(person)s.") % {"person": person.get_full_name()}
    was_done(request, lambda: service.remind(person, by=request.user, now=request.now), words)
    return True


# --- Showing ------------------------------------------------------------------------


def newest_rounds() -> list[ReportingRound]:
    """Return the newest round of each plan that was opened: its entries stand for the work."""
    found: dict[int, ReportingRound] = {}
    rows = ReportingRound.objects.exclude(state=RoundState.PLANNED).select_related("plan")
    for row in rows.order_by("plan", "year"):
        found[row.plan_id] = row
    return list(found.values())


def entries_of(request: MemberRequest, rounds: list[ReportingRound]) -> Any:
    """Return the entries that the person divides; what was carried over is nobody's work."""
    rows = Entry.objects.filter(round__in=rounds, carried_from=None)
    if request.rights.is_secretariat:
        return rows
    return rows.written_by(request.rights.coordinates, on=request.on)


def colleagues(request: MemberRequest, rows: Any) -> list[User]:
    """Return, by name, everybody who writes some of some entries."""
    held = rows.order_by().values_list("responsibility__actor", "responsibility__reports_through")
    actors = {key for pair in held.distinct() for key in pair if key}
    able = [key for key, reach in permissions.writers(on=request.on).items() if reach & actors]
    people = User.objects.filter(pk__in=able)
    return sorted(people, key=lambda one: one.sort_key)


def by_actor(rows: list[Any], form: AssignForm) -> list[dict[str, Any]]:
    """Return the entries of each organisation, by name, with who sees to each."""
    found = Assignment.of([row.responsibility_id for row in rows])
    ticked = set(form.data.getlist("rows")) if form.is_bound else set()  # type: ignore[attr-defined]
    groups: dict[int, dict[str, Any]] = {}
    for row in rows:
        there = found.get(row.responsibility_id)
        key = there.pk if there and there.is_current else 0
        value = f"{row.responsibility_id}-{key}"
        line = {"entry": row, "there": there, "value": value, "is_ticked": value in ticked}
        group = groups.setdefault(row.actor.pk, {"actor": row.actor, "lines": []})
        group["lines"].append(line)
    return sorted(groups.values(), key=lambda group: group["actor"].sort_key)


def is_left(line: dict[str, Any]) -> bool:
    """Tell whether an entry is still told to be assigned to somebody who has left."""
    return line["there"] is not None and not line["there"].is_current


def shares(request: MemberRequest, rows: Any) -> list[dict[str, Any]]:
    """Return, by name, of how many entries each colleague sees to how many are in.

    With the day of the last reminder, and whether something is left to be reminded of.
    """
    states = dict(rows.order_by().values_list("responsibility", "state"))
    found: dict[int, dict[str, Any]] = defaultdict(lambda: {"count": 0, "in": 0})
    for row in current_of(states):
        share = found[row.person_id]
        share["person"] = row.person
        share["count"] += 1
        share["in"] += states[row.responsibility_id] in HANDED_IN
    asked = Letter.objects.filter(kind=LetterKind.ASKED, user__in=found).order_by()
    last = dict(asked.values_list("user").annotate(Max("written_at")))
    for key, share in found.items():
        share["last"] = last.get(key)
        share["is_open"] = share["in"] < share["count"] and key != request.user.pk
    return sorted(found.values(), key=lambda share: share["person"].sort_key)


def current_of(keys: Iterable[int]) -> list[Assignment]:
    """Return who sees to some responsibilities now."""
    return [row for row in Assignment.of(keys).values() if row.is_current]
