"""The way back from a provider: who came, whose account it is, and what was asked for before."""

import logging
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_login_redirect_url
from allauth.socialaccount.internal import statekit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from actions import permissions
from actions.models import User
from actions.openid import flow
from actions.openid.flow import Identity, Start
from actions.openid.problems import ProviderError
from actions.providers import Provider
from actions.refusals import Refused
from actions.services import links
from actions.views import confirming, keeping, linking
from actions.views.confirming import BY_PROVIDER
from actions.views.openid_pages import (
    CONFIRM,
    LINK,
    LOGIN,
    TEXTS,
    ProblemError,
    View,
    named,
    offered,
    problem,
)

logger = logging.getLogger(__name__)

CANCELLED = "access_denied"


def with_text(view: View) -> View:
    """Give a view the text that was held while somebody was at the provider."""

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        held = request.session.get(TEXTS, {})
        if text := held.pop(request.GET.get("state", ""), ""):
            request.session[TEXTS] = held
            request.kept = keeping.unpacked(text)
        return view(request, *args, **kwargs)

    wrapped.carries = True  # type: ignore[attr-defined]
    return wrapped


@offered
@require_GET
def come_back(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Take the answer of a provider: once, and only in the session that asked for it."""
    state = statekit.unstash_state(
        request, provider_id=provider.id, state_id=request.GET.get("state", "")
    )
    if state is None:
        if request.user.is_authenticated:
            return HttpResponseRedirect(get_login_redirect_url(request))
        is_refused = request.GET.get("error") == CANCELLED  # some forget the state then
        return problem(
            request, provider, LOGIN, ProblemError("cancelled" if is_refused else "expired")
        )
    translation.activate(state["language"])
    request.LANGUAGE_CODE = state["language"]
    try:
        if request.user.pk != state["user"] and state["process"] != LOGIN:
            raise ProblemError("expired")
        identity = identify(request, provider, state)
        return PROCESSES[state["process"]](request, provider, identity, state)
    except ProblemError as error:
        return problem(request, provider, state["process"], error, leads_to=state["next"])


def identify(request: HttpRequest, provider: Provider, state: dict[str, Any]) -> Identity:
    """Return who came back; raises ProblemError where that is not known for sure."""
    refusal, code = request.GET.get("error"), request.GET.get("code", "")
    if refusal or not code:
        logger.info("provider %s let nobody in", provider.id)
        raise ProblemError("cancelled" if refusal == CANCELLED else "bad")
    try:
        return flow.finish(
            provider,
            Start(**state["start"]),
            code=code,
            back=state["back"],
            issuer=request.GET.get("iss"),
        )
    except ProviderError as error:
        raise named(provider, error) from None


def enter(
    request: HttpRequest, provider: Provider, identity: Identity, state: dict[str, Any]
) -> HttpResponse:
    """Sign somebody in: whose account is linked, or else has the address; nobody registers.

    An account with a second factor is linked once that was shown; a link counts for the factor
    only after that.
    """
    if request.user.is_authenticated:
        return HttpResponseRedirect(get_login_redirect_url(request, state["next"]))
    user = links.owner(identity)
    is_linked = user is not None
    if user is None:
        user = by_address(provider, identity)
    elif not provider.trusts(user.email):
        raise ProblemError("untrusted")
    has_own = confirming.has_factor(user)
    if permissions.may_sign_in(user):
        if is_linked or not has_own:
            make_link(user, identity)
        else:
            linking.wait(request, user, identity)
        is_vouched = identity.has_second_factor and (is_linked or not has_own)
        record(request, user, identity, is_vouched=is_vouched)
    else:
        is_vouched = False
    login = Login(user=user, redirect_url=state["next"], email=user.email)
    if is_vouched:
        login.state[linking.VOUCHED] = True
    return perform_login(request, login)


def by_address(provider: Provider, identity: Identity) -> User:
    """Return whose account has the address that a provider has verified.

    Whether there is one is told only to who has proved that the address is theirs; all else is
    answered before anything is looked up. Raises ProblemError.
    """
    if not identity.email:
        raise ProblemError("unverified")
    if not provider.trusts(identity.email):
        raise ProblemError("untrusted")
    user = links.owner_of_address(provider, identity.email)
    if user is None:
        raise ProblemError("uninvited")
    return user


def make_link(user: User, identity: Identity, *, is_asked: bool = False) -> None:
    """Link an account where it is not, and note the use; raises ProblemError."""
    try:
        links.link(user, identity, by=user, now=timezone.now(), is_asked=is_asked)
    except Refused as refusal:
        raise ProblemError("refused", str(refusal)) from None
    links.note_use(user, identity)


def record(
    request: HttpRequest,
    user: User,
    identity: Identity,
    *,
    is_vouched: bool,
    **more: Any,
) -> None:
    """Note in the session what was proved at a provider, and when that was.

    Who was let in there without a question, at a moment that is not told, has proved nothing
    lately.
    """
    facts = {"provider": identity.provider, "at": identity.proved_at or 0.0, **more}
    record_authentication(request, user, "socialaccount", **facts)
    if is_vouched:
        record_authentication(request, user, "mfa", type=BY_PROVIDER, **facts)


def join(
    request: Any, provider: Provider, identity: Identity, state: dict[str, Any]
) -> HttpResponse:
    """Link the account of who is signed in; all its other sessions end."""
    if identity.proved_at is None:
        raise ProblemError("not_anew")
    make_link(request.user, identity, is_asked=True)
    record(request, request.user, identity, is_vouched=identity.has_second_factor)
    confirming.keep_only_this_session(request, request.user)
    words = _("Your account is linked: you can sign in with %(provider)s.")
    messages.success(request, words % {"provider": provider.name})
    return HttpResponseRedirect(state["next"])


def confirmed(
    request: Any, provider: Provider, identity: Identity, state: dict[str, Any]
) -> HttpResponse:
    """Note that somebody has just proved who they are, and do what was asked for before."""
    user = request.user
    owner = links.owner(identity)
    if owner is None or owner.pk != user.pk:
        raise ProblemError("other_person")
    if not provider.trusts(user.email):
        raise ProblemError("untrusted")
    if identity.proved_at is None:
        raise ProblemError("not_anew")
    if confirming.keeps_factor(user) and not identity.has_second_factor:
        raise ProblemError("no_factor")
    links.note_use(user, identity)
    record(request, user, identity, is_vouched=identity.has_second_factor, reauthenticated=True)
    request.GET = QueryDict(mutable=True)
    request.GET["next"] = state["next"] or ""
    leads_to = get_adapter(request).get_login_redirect_url(request)
    return reauthentication.resume_request(request) or HttpResponseRedirect(leads_to)


PROCESSES = {LOGIN: enter, LINK: join, CONFIRM: confirmed}
