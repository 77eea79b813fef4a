"""A person's own page, and the page that an invitation leads to."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions import providers
from actions.forms.members import AcceptForm, ProfileForm, initial_of
from actions.forms.refusals import show_refusal
from actions.models import Invitation, Membership, User
from actions.refusals import Refused
from actions.services import accounts, links
from actions.services import members as service
from actions.views.confirming import has_factor
from actions.views.members_only import READ_WRITE, MemberRequest, everybody, member_page
from actions.views.offering import offer

BACKEND = "actions.views.accounts.Backend"
GONE = 410


@member_page(everybody, methods=READ_WRITE)
def profile(request: MemberRequest) -> HttpResponse:
    """Show and store the own name and language; show the roles and the ways to sign in."""
    form = offer(request, ProfileForm(request.POST or None, initial=initial_of(request.user)))
    if request.method == "POST" and form.is_valid():
        try:
            accounts.save_profile(request.user, **form.cleaned_data)
        except ValidationError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Your details are saved."))
            return redirect("actions:profile")
    mine = Membership.objects.current().filter(user=request.user).select_related("actor")
    rows = mine.prefetch_related("actor__names")
    context = {
        "form": form,
        "memberships": sorted(rows, key=lambda row: row.actor.sort_key),
        "has_second_factor": has_factor(request.user),
        "has_password": request.user.has_usable_password(),
        "links": links_of(request.user),
        "keeper": next(iter(links.vouching(request.user)), None),
    }
    return TemplateResponse(request, "desk/profile.html", context)


def links_of(user: User) -> list[dict[str, Any]]:
    """Return the providers that somebody can be linked to, or is, each with the link there is.

    One that is no longer offered is named as it was stored.
    """
    offered = providers.configured()
    if not offered:
        return []
    rows = {row.provider: row for row in links.of(user)}
    can_be = [one for one in offered.values() if one.trusts(user.email) or one.id in rows]
    found = [
        {"id": one.id, "name": one.name, "link": rows.get(one.id), "works": one.trusts(user.email)}
        for one in can_be
    ]
    gone = [row for name, row in rows.items() if name not in offered]
    return found + [
        {"id": row.provider, "name": row.provider, "link": row, "works": False} for row in gone
    ]


def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation, and let the invited person accept it.

    The link proves that the mailbox is theirs: a new person is signed in right away. Somebody
    who has an account signs in as ever, so that the link goes around no second factor.
    """
    response = answer(request, secret)
    add_never_cache_headers(response)
    # The address itself is a secret: no other site may hear of it. Of this site it must be
    # told, as browsers send a form from a page without referrer as if from nowhere.
    response["Referrer-Policy"] = "same-origin"
    return response


def answer(request: HttpRequest, secret: str) -> HttpResponse:
    """Return the page of an invitation, or what follows from accepting it."""
    if request.method not in READ_WRITE:
        return HttpResponseNotAllowed(READ_WRITE)
    found = service.find_invitation(secret)
    if found is None:
        raise Http404
    now = timezone.now()
    if reason := service.refusal(found, now=now):
        return page(request, found, status=GONE, reason=reason)
    known = User.objects.filter(email__iexact=found.email).exists()
    form = AcceptForm(request.POST or None, initial={"language": get_language()})
    if request.method != "POST" or (not known and not form.is_valid()):
        return page(request, found, form=form, known=known)
    given: dict[str, str] = {} if known else form.cleaned_data
    try:
        user, is_new = service.accept_invitation(secret, **given, now=now)
    except Refused as refusal:
        return page(request, found, status=GONE, reason=str(refusal))
    except ValidationError as error:
        show_refusal(form, error)
        return page(request, found, form=form, known=known)
    return welcome(request, user) if is_new else lead_to_sign_in(request, user)


def page(request: HttpRequest, found: Invitation, status: int = 200, **more: Any) -> HttpResponse:
    """Return the page of an invitation."""
    context = {"invitation": found, **more}
    return TemplateResponse(request, "account/invitation.html", context, status=status)


def welcome(request: HttpRequest, user: User) -> HttpResponse:
    """Sign a new person in."""
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="invitation")
    messages.success(request, _("Welcome. From now on you sign in with your e-mail address."))
    return redirect("account_login")


def lead_to_sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """Send somebody who has an account to the sign-in page, or on where they are signed in."""
    messages.success(request, _("You have accepted the invitation."))
    if request.user.is_authenticated and request.user.pk != user.pk:
        messages.warning(request, _("You are signed in with another account. Sign out first."))
    return redirect("account_login")
