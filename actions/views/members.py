"""A coordinator's colleagues: invite, remove, hand over, and who submits."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions import permissions
from actions.enums import MemberRole
from actions.forms.members import InvitationForm
from actions.forms.refusals import show_refusal
from actions.models import Actor, Invitation, Membership
from actions.permissions import Rights
from actions.services import members as service
from actions.views.confirming import require_fresh
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    everybody,
    member_page,
    was_done,
)
from actions.views.offering import offer


def coordinators(rights: Rights) -> bool:
    """Let coordinators in."""
    return rights.is_coordinator


@member_page(coordinators, methods=READ_WRITE)
def members(request: MemberRequest) -> HttpResponse:
    """Show the colleagues of each organisation that the person coordinates; invite somebody."""
    actors = coordinated(request)
    bound = None
    if request.method == "POST":
        actor = chosen(actors, request.POST.get("actor", ""))
        bound = offer(request, form_for(actor, request, request.POST))
        if actor is not None and bound.is_valid() and invite(request, bound, actor):
            return redirect("actions:members")
    sections = [one_actor(request, actor, bound) for actor in actors]
    context = {"sections": sections, "form": bound}
    return TemplateResponse(request, "desk/members.html", context)


@member_page(everybody, methods=READ_WRITE)
def remove(request: MemberRequest, key: int) -> HttpResponse:
    """Ask once more, then end a membership: a colleague's, or the own."""
    membership = get_object_or_404(manageable(request, or_own=True), pk=key)
    if request.method == "POST":
        was_done(
            request,
            lambda: service.remove(membership, by=request.user, now=request.now),
            _("The membership has ended."),
        )
        return back(request, membership)
    context = {
        "membership": membership,
        "is_own": membership.user_id == request.user.pk,
        "is_last": is_last_coordinator(membership),
        "assigned": membership.user.assignments.filter(ended_at=None).count(),
    }
    return TemplateResponse(request, "desk/member_remove.html", context)


@member_page(coordinators, methods=READ_WRITE)
def hand_over(request: MemberRequest, key: int) -> HttpResponse:
    """Ask once more, then make a colleague coordinator in one's own place."""
    to = get_object_or_404(manageable(request), pk=key)
    own = get_object_or_404(
        Membership.objects.current(),
        user=request.user,
        actor=to.actor_id,
        role=MemberRole.COORDINATOR,
    )
    if request.method == "POST":
        require_fresh(request)
        was_done(
            request,
            lambda: service.hand_over(own, to=to, by=request.user, now=request.now),
            _("You have handed over the coordination. Your role is now: contributor."),
        )
        return redirect("actions:profile")
    return TemplateResponse(request, "desk/member_hand_over.html", {"membership": to})


@member_page(methods=WRITE)
def withdraw(request: MemberRequest, key: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(Invitation, pk=key)
    if not permissions.can_give_role(request.rights, invitation.actor_id, invitation.role):
        raise Http404
    was_done(
        request,
        lambda: service.withdraw_invitation(invitation, by=request.user, now=request.now),
        _("The invitation is withdrawn; its link no longer works."),
    )
    return redirect("actions:all-members" if request.rights.is_secretariat else "actions:members")


@member_page(coordinators, methods=WRITE)
def submitting(request: MemberRequest, key: int) -> HttpResponse:
    """Store whether only coordinators of an organisation submit."""
    mine = request.rights.actors_as(MemberRole.COORDINATOR)
    actor = get_object_or_404(Actor.objects.filter(pk__in=mine), pk=key)
    value = request.POST.get("only_coordinators") == "on"
    service.let_only_coordinators_submit(actor, value=value, by=request.user, now=request.now)
    messages.success(
        request,
        _("From now on only coordinators submit.")
        if value
        else _("From now on every contributor can submit."),
    )
    return redirect("actions:members")


# --- Parts ----------------------------------------------------------------------


def coordinated(request: MemberRequest) -> list[Actor]:
    """Return the organisations that the person coordinates, by name."""
    mine = request.rights.actors_as(MemberRole.COORDINATOR)
    rows = Actor.objects.with_names().filter(pk__in=mine)
    return sorted(rows, key=lambda actor: actor.sort_key)


def chosen(actors: list[Actor], key: str) -> Actor | None:
    """Return the organisation that a form names, if it is one of these."""
    return next((actor for actor in actors if str(actor.pk) == key), None)


def form_for(actor: Actor | None, request: MemberRequest, data: Any = None) -> InvitationForm:
    """Return the form that invites to an organisation; its fields carry the organisation's key."""
    initial = {"language": request.user.language, "role": MemberRole.CONTRIBUTOR}
    return InvitationForm(data, prefix=f"a{actor.pk if actor else 0}", initial=initial)


def invite(request: MemberRequest, form: InvitationForm, actor: Actor) -> bool:
    """Invite whom the form names; tell whether it was done."""
    require_fresh(request)
    given = {name: form.cleaned_data[name] for name in ("email", "role", "language")}
    try:
        service.invite(**given, actor=actor, by=request.user, now=request.now)
    except ValidationError as error:
        show_refusal(form, error)
        return False
    messages.success(
        request, _("An invitation is on its way to %(email)s.") % {"email": given["email"]}
    )
    return True


def one_actor(request: MemberRequest, actor: Actor, bound: InvitationForm | None) -> dict[str, Any]:
    """Return what the page shows of an organisation."""
    rows = Membership.objects.current().filter(actor=actor).select_related("user")
    fresh = offer(request, form_for(actor, request))
    return {
        "actor": actor,
        "rows": sorted(rows, key=lambda row: row.user.sort_key),
        "managed": service.MANAGED,
        "invitations": open_invitations(request).filter(actor=actor),
        "form": bound if bound is not None and bound.prefix == fresh.prefix else fresh,
    }


def open_invitations(request: MemberRequest) -> QuerySet[Invitation]:
    """Return invitations that nobody has used or withdrawn; expired ones are marked."""
    rows = Invitation.objects.filter(used_at=None, withdrawn_at=None)
    expired = ExpressionWrapper(Q(expires_at__lte=request.now), output_field=BooleanField())
    return rows.select_related("invited_by").annotate(has_expired=expired)


def manageable(request: MemberRequest, *, or_own: bool = False) -> QuerySet[Membership]:
    """Return the memberships that the person may end: their colleagues', their own, or all."""
    rows = Membership.objects.current().select_related("user", "actor")
    if request.rights.is_secretariat:
        return rows
    mine = request.rights.actors_as(MemberRole.COORDINATOR)
    colleagues = rows.filter(actor__in=mine, role__in=service.MANAGED)
    return colleagues | rows.filter(user=request.user) if or_own else colleagues


def is_last_coordinator(membership: Membership) -> bool:
    """Tell whether an organisation would have no coordinator without this member."""
    if membership.role != MemberRole.COORDINATOR:
        return False
    rows = Membership.objects.current().filter(
        actor=membership.actor_id, role=MemberRole.COORDINATOR
    )
    return not rows.exclude(pk=membership.pk).exists()


def back(request: MemberRequest, membership: Membership) -> HttpResponse:
    """Go back to the page that the person came from."""
    if membership.user_id == request.user.pk:
        return redirect("actions:profile")
    return redirect("actions:all-members" if request.rights.is_secretariat else "actions:members")
