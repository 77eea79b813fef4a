"""The ways to a provider: in, to link an account, and to confirm who one is; and parting from it.

Each leads away by a page of this site, as browsers hold a redirect that answers a form to the same
rules as the form itself: so the site's rules need name no other host. All come back to one address.
"""

import secrets
from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from allauth.account.views import BaseReauthenticateView
from allauth.core.internal.ratelimit import consume
from allauth.socialaccount.internal import statekit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actions import providers
from actions.openid import flow
from actions.openid.problems import ProviderError
from actions.providers import Provider
from actions.refusals import Refused
from actions.services import links
from actions.views import confirming, keeping, linking, shared_computer
from actions.views.openid_pages import (
    CONFIRM,
    LINK,
    LOGIN,
    TEXTS,
    again_at,
    has_link,
    named,
    offered,
    page,
    problem,
)

LIMITS = {"provider": "20/m/ip"}
MOST_TEXTS = 3


@offered
@require_POST
def sign_in(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Lead somebody to a provider to sign in; it is asked anew where others use the computer."""
    leads_to = get_next_redirect_url(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(get_login_redirect_url(request, leads_to))
    linking.drop(request)
    is_anew = shared_computer.is_shared(request)
    return leave(request, provider, LOGIN, leads_to=leads_to, is_anew=is_anew)


@offered
@confirming.only_fresh
def link(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Say what linking means, and lead to the provider."""
    user: Any = request.user
    if not provider.trusts(user.email) or has_link(user, provider.id):
        return redirect("actions:profile")
    if request.method == "POST":
        return leave(request, provider, LINK, leads_to=reverse("actions:profile"), is_anew=True)
    return TemplateResponse(request, "account/provider_link.html", {"provider": provider})


@method_decorator(login_required, name="dispatch")
class Confirm(BaseReauthenticateView):
    """Asks once more, at a provider, who somebody is."""

    form_class = forms.Form
    template_name = "account/provider_confirm.html"
    provider: Provider

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Take the provider from what ``offered`` found."""
        self.provider = args[0]
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ARG002
        """Lead there."""
        leads_to = get_next_redirect_url(self.request)
        return leave(self.request, self.provider, CONFIRM, leads_to=leads_to, is_anew=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the provider."""
        return {**super().get_context_data(**kwargs), "provider": self.provider}


confirm = offered(Confirm.as_view())


def leave(
    request: Any, provider: Provider, process: str, *, leads_to: str | None, is_anew: bool
) -> HttpResponse:
    """Answer with the page that leads on to a provider; what is typed is carried meanwhile."""
    if not consume(request, app="actions", action="provider", config=LIMITS):
        return TemplateResponse(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    start, key = flow.begin(is_anew=is_anew), secrets.token_urlsafe(24)
    language = translation.get_language() or settings.LANGUAGE_CODE
    back = request.build_absolute_uri(reverse("provider_back", args=[provider.id]))
    try:
        address = flow.address(
            provider, start, state=key, back=back, language=language,
            oldest=settings.SESSION_COOKIE_AGE,
        )  # fmt: skip
    except ProviderError as error:
        return problem(request, provider, process, named(provider, error), leads_to=leads_to)
    state = {
        "process": process, "next": leads_to, "language": language, "back": back,
        "user": request.user.pk, "start": start.kept(),
    }  # fmt: skip
    statekit.stash_state(request, provider_id=provider.id, state=state, state_id=key)
    kept = getattr(request, "kept", None)
    context = {
        "provider": provider,
        "address": address,
        "stays_open": kept is not None and not hold_text(request, key, kept),
    }
    return page(request, "account/provider_leaving.html", context, again_at(provider, process))


def hold_text(request: Any, key: str, kept: keeping.Kept) -> bool:
    """Keep a text in the session while somebody is at a provider, and tell whether it is kept.

    Only one that a form of ours brought, with its mark: the table of sessions is no store for
    strangers.
    """
    if keeping.read_mark(kept.mark) is None or len(kept.carried) > 2 * keeping.MOST:
        return False
    held: dict[str, str] = request.session.get(TEXTS, {})
    newest = dict(list(held.items())[1 - MOST_TEXTS :])
    request.session[TEXTS] = newest | {key: kept.carried}
    return True


# --- Parting ------------------------------------------------------------------------


def unlink(request: HttpRequest, name: str) -> HttpResponse:
    """Part the account from a provider, also from one that is no longer offered.

    Where none is offered at all there is no such page.
    """
    if not providers.configured():
        raise Http404
    response = part(request, name)
    add_never_cache_headers(response)
    return response


@confirming.only_fresh
def part(request: Any, name: str) -> HttpResponse:
    """Ask once more, then part the account; all its other sessions end."""
    if not has_link(request.user, name):
        raise Http404
    provider = providers.configured().get(name)
    context = {"provider": provider.name if provider else name}
    if request.method != "POST":
        return TemplateResponse(request, "account/provider_unlink.html", context)
    has_own = confirming.has_factor(request.user)
    now = timezone.now()
    try:
        links.unlink(request.user, name, by=request.user, has_factor=has_own, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("actions:profile")
    confirming.forget_provider(request, name)
    confirming.keep_only_this_session(request, request.user)
    messages.success(request, _("The link is removed."))
    return redirect("actions:profile")
