"""What the ways by a provider share: which there are, and the pages that say what went wrong."""

import copy
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from actions import providers
from actions.models import User
from actions.openid.problems import NoAnswerError, ProviderError
from actions.providers import Provider
from actions.services import links

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]
LOGIN, LINK, CONFIRM = "login", "link", "confirm"
AGAIN = {LOGIN: "account_login", LINK: "provider_link", CONFIRM: "provider_confirm"}
TEXTS = "provider_texts"  # in the session: what is carried on, by the state of the way back
# What is said where it did not work, with the status of the answer.
PROBLEMS = {
    "cancelled": HTTPStatus.FORBIDDEN,
    "expired": HTTPStatus.BAD_REQUEST,
    "down": HTTPStatus.SERVICE_UNAVAILABLE,
    "bad": HTTPStatus.FORBIDDEN,
    "untrusted": HTTPStatus.FORBIDDEN,
    "unverified": HTTPStatus.FORBIDDEN,
    "uninvited": HTTPStatus.FORBIDDEN,
    "other_person": HTTPStatus.FORBIDDEN,
    "not_anew": HTTPStatus.FORBIDDEN,
    "no_factor": HTTPStatus.FORBIDDEN,
    "refused": HTTPStatus.CONFLICT,
}


class ProblemError(Exception):
    """It did not work: ``kind`` is why, ``words`` a service's own."""

    def __init__(self, kind: str, words: str = "") -> None:
        super().__init__(kind)
        self.kind, self.words = kind, words


def offered(view: View) -> View:
    """Answer with 404 for a provider that the settings do not name; have nobody keep the page."""

    @wraps(view)
    def wrapped(request: HttpRequest, name: str) -> HttpResponse:
        provider = providers.configured().get(name)
        if provider is None:
            raise Http404
        response = view(request, provider)
        add_never_cache_headers(response)
        return response

    return wrapped


def named(provider: Provider, error: ProviderError) -> ProblemError:
    """Return what to say of what is wrong with a provider, and write it to the log."""
    logger.warning("provider %s %s", provider.id, error)
    return ProblemError("down" if isinstance(error, NoAnswerError) else "bad")


def problem(
    request: HttpRequest,
    provider: Provider,
    process: str,
    error: ProblemError,
    *,
    leads_to: str | None = None,
) -> HttpResponse:
    """Say in plain words why it did not work, and what can be done instead."""
    again = again_at(provider, process)
    context = {
        "provider": provider,
        "kind": error.kind,
        "words": error.words,
        "leads_to": leads_to or "",
        "again": f"{again}?{urlencode({'next': leads_to})}" if leads_to else again,
        "is_signed_in": request.user.is_authenticated,
    }
    template = "account/provider_problem.html"
    return page(request, template, context, again, status=PROBLEMS[error.kind])


def again_at(provider: Provider, process: str) -> str:
    """Return the page on which somebody begins anew."""
    return reverse(AGAIN[process], args=[] if process == LOGIN else [provider.id])


def page(
    request: Any, template: str, context: dict[str, Any], place: str, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Return a page that says to stand at another place: its own cannot be asked for again.

    So its links to other languages lead somewhere, and hold nothing of what came with the answer.
    """
    get_token(request)  # the forms of the page need a token, and its cookie stands at this request
    shown = copy.copy(request)
    shown.path = shown.path_info = place
    shown.META = request.META | {"PATH_INFO": place, "QUERY_STRING": ""}
    return TemplateResponse(shown, template, context, status=status)


def has_link(user: User, name: str) -> bool:
    """Tell whether an account is linked to a provider."""
    return any(row.provider == name for row in links.of(user))
