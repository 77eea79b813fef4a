"""The secretariat's page of all members: find, invite, give roles, deactivate, erase."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions import permissions
from actions.enums import WRITING_ROLES, MemberRole
from actions.forms.members import InvitationForm, PeopleForm, RoleForm
from actions.models import Actor, Membership, Plan, ReportingRound, Returned, User
from actions.refusals import Refused
from actions.round_status import lateness
from actions.rules.search import fold
from actions.services import accounts, factors
from actions.services import members as service
from actions.views.confirming import require_fresh
from actions.views.members import invite, open_invitations
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    secretariat,
    tell_refusal,
    was_done,
)
from actions.views.offering import offer

PER_PAGE = 50


@member_page(secretariat, methods=READ_WRITE)
def all_members(request: MemberRequest) -> HttpResponse:
    """Show all people with their roles, and organisations nobody looks after; invite somebody."""
    wanted = PeopleForm(request.GET)
    # Who looks at one organisation is about to invite somebody to it.
    actor = wanted.cleaned_data.get("actor") if wanted.is_valid() else None
    role = MemberRole.CONTRIBUTOR
    initial = {"language": request.user.language, "role": role, "actor": actor}
    form = offer(request, InvitationForm(request.POST or None, everything=True, initial=initial))
    if request.method == "POST" and form.is_valid():
        actor = get_object_or_404(Actor, pk=form.cleaned_data["actor"])
        if invite(request, form, actor):
            return redirect("actions:all-members")
    page = Paginator(found(wanted), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_roles(list(page.object_list))
    invitations = open_invitations(request).select_related("actor").prefetch_related("actor__names")
    mark_resettable(request, page.object_list)
    Returned.mark([*page.object_list, *invitations])
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "wanted": wanted,
        "page": page,
        "query": query.urlencode(),
        "invitations": invitations,
        "gaps": gaps(request),
    }
    return TemplateResponse(request, "secretariat/members.html", context)


@member_page(secretariat, methods=READ_WRITE)
def role(request: MemberRequest, key: int) -> HttpResponse:
    """Give a member another role for the same organisation."""
    rows = Membership.objects.current().select_related("user", "actor")
    membership = get_object_or_404(rows, pk=key)
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        require_fresh(request)
        wanted = form.cleaned_data["role"]
        was_done(
            request,
            lambda: service.change_role(membership, role=wanted, by=request.user, now=request.now),
            _("The role is changed."),
        )
        return redirect("actions:all-members")
    context = {"form": form, "membership": membership}
    return TemplateResponse(request, "secretariat/member_role.html", context)


@member_page(secretariat, methods=READ_WRITE)
def deactivate(request: MemberRequest, key: int) -> HttpResponse:
    """Ask once more, then let somebody sign in no longer."""
    person = get_object_or_404(living(), pk=key)
    if request.method == "POST":
        return act(request, accounts.deactivate, person, _("The account is deactivated."))
    return TemplateResponse(request, "secretariat/deactivate.html", {"person": person})


@member_page(secretariat, methods=WRITE)
def reactivate(request: MemberRequest, key: int) -> HttpResponse:
    """Let somebody sign in again."""
    person = get_object_or_404(living(), pk=key)
    done = _("The account works again. Invite the person again to give them a role.")
    return act(request, accounts.reactivate, person, done)


@member_page(secretariat, methods=READ_WRITE)
def erase(request: MemberRequest, key: int) -> HttpResponse:
    """Ask once more, then keep nothing of a person."""
    person = get_object_or_404(living(), pk=key)
    if request.method == "POST":
        if request.POST.get("sure") == "on":
            return act(request, accounts.erase, person, _("The person is erased."))
        messages.error(request, _("Nothing was erased. Tick the box to confirm."))
    return TemplateResponse(request, "secretariat/erase.html", {"person": person})


# --- Parts ----------------------------------------------------------------------


def living() -> QuerySet[User]:
    """Return everybody who was not erased."""
    return User.objects.filter(erased_at=None)


def act(request: MemberRequest, service_act: Any, person: User, done: str) -> HttpResponse:
    """Have a service do something to an account, and say what came of it."""
    try:
        service_act(person, by=request.user, now=request.now)
    except Refused as refusal:
        tell_refusal(request, refusal)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("actions:all-members")


def found(form: PeopleForm) -> list[User]:
    """Return the people that a filter finds, by name; everybody active without one."""
    given = form.cleaned_data if form.is_valid() else {}
    people = living().filter(is_active=given.get("state") != "closed")
    current = Membership.objects.filter(ended_at__isnull=True)
    if actor := given.get("actor"):
        people = people.filter(memberships__in=current.filter(actor=actor))
    if role := given.get("role"):
        people = people.filter(memberships__in=current.filter(role=role))
    words = fold(given.get("words") or "").split()
    wanted = [
        person
        for person in people.distinct()
        if all(word in fold(f"{person.name} {person.email}") for word in words)
    ]
    return sorted(wanted, key=lambda person: person.sort_key)


def with_roles(people: Sequence[User]) -> list[User]:
    """Return some people with their present roles, by the names of the organisations."""
    shown = Membership.objects.filter(ended_at__isnull=True).select_related("actor")
    roles = Prefetch("memberships", shown.prefetch_related("actor__names"), to_attr="current_roles")
    prefetch_related_objects(list(people), roles)
    for person in people:
        person.current_roles.sort(key=lambda role: role.actor.sort_key)  # type: ignore[attr-defined]
    return list(people)


def mark_resettable(request: MemberRequest, people: Sequence[Any]) -> None:
    """Mark those of some people whose lost second factor the reader can see to."""
    owners = factors.owners(people)
    for person in people:
        is_other = person.pk != request.user.pk and permissions.may_sign_in(person)
        person.is_resettable = is_other and person.pk in owners


def gaps(request: MemberRequest) -> list[dict[str, Any]]:
    """Return the organisations with an entry expected but no coordinator, by name.

    Somebody of an organisation above, of a successor, or of the one that reports for it
    counts, as the role reaches so far. ``has_writer`` tells whether a contributor is there.
    """
    plan = Plan.objects.filter(slug=settings.CURRENT_PLAN).first()
    if plan is None:
        return []
    rows = lateness.expected(
        ReportingRound(plan=plan, year=request.on.year, reference_date=request.on)
    )
    writers, coordinators = reached(request)
    expected: Counter[int] = Counter()
    written: set[int] = set()
    for row in rows:
        speakers = {row.actor_id}
        if row.reports_through_id and row.goes_through(request.on):
            speakers.add(row.reports_through_id)
        if not speakers & coordinators:
            expected[row.actor_id] += 1
            written |= {row.actor_id} if speakers & writers else set()
    actors = Actor.objects.with_names().filter(pk__in=expected)
    return [
        {"actor": actor, "expected": expected[actor.pk], "has_writer": actor.pk in written}
        for actor in sorted(actors, key=lambda actor: actor.sort_key)
    ]


def reached(request: MemberRequest) -> tuple[set[int], set[int]]:
    """Return the organisations that somebody writes for, and that somebody coordinates."""
    held = set(
        Membership.objects.current().filter(role__in=WRITING_ROLES).values_list("actor", "role")
    )
    tree = Actor.objects.parents()
    heirs = permissions.succession_pairs(request.on)
    coordinating = {actor for actor, role in held if role == MemberRole.COORDINATOR}
    return (
        permissions.reach({actor for actor, _role in held}, tree, heirs),
        permissions.reach(coordinating, tree, heirs),
    )
