"""What every page for members shares: who may open it, the clock, the way back from refusals."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from actions import permissions
from actions.models import User
from actions.permissions import Rights
from actions.refusals import Refused
from actions.views.accounts import lacks_second_factor, lead_to_second_factor

View = Callable[..., HttpResponse]
RENEW_AFTER = 3600  # seconds after which an opened page lets the session last anew
READ = ("GET", "HEAD")
WRITE = ("POST",)
READ_WRITE = ("GET", "HEAD", "POST")


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in: with their rights, the moment and the day."""

    user: User
    rights: Rights
    now: datetime
    on: date
    htmx: Any


def anybody(rights: Rights) -> bool:
    """Let every member in."""
    return rights.is_member


def reviewers(rights: Rights) -> bool:
    """Let reviewers and the secretariat in."""
    return rights.is_reviewer


def secretariat(rights: Rights) -> bool:
    """Let the secretariat in."""
    return rights.is_secretariat


def member_page(
    allow: Callable[[Rights], bool] = anybody, *, methods: tuple[str, ...] = READ
) -> Callable[[View], View]:
    """Make a page for members: signed in, allowed, in these methods; nobody keeps a copy.

    Somebody who is not signed in goes to the sign-in page and comes back, or gets 401 where
    only a part of a page was asked for; the secretariat
    without a second factor goes to add one; somebody who may not is told so (403). The view
    finds ``rights``, ``now`` and ``on`` on the request.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            response = answer(request, view, allow, methods, args, kwargs)
            add_never_cache_headers(response)
            response["X-Robots-Tag"] = "noindex"
            return response

        return wrapped

    return decorate


def answer(
    request: Any,
    view: View,
    allow: Callable[[Rights], bool],
    methods: tuple[str, ...],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponse:
    """Let a view answer where the person may."""
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    if not request.user.is_authenticated:
        # Half a page that led to the sign-in page would put that page into a line of this one.
        if request.htmx:
            return HttpResponse(_("You are signed out."), status=HTTPStatus.UNAUTHORIZED)
        return redirect_to_login(request.get_full_path())
    request.now = timezone.now()
    request.on = timezone.localdate(request.now)
    request.rights = permissions.remember(request.user, on=request.on)
    if lacks_second_factor(request, request.rights):
        return lead_to_second_factor(request)
    renew_session(request)
    if not request.rights.is_member:
        return TemplateResponse(request, "desk/no_role.html", status=HTTPStatus.FORBIDDEN)
    if not allow(request.rights):
        raise PermissionDenied
    return view(request, *args, **kwargs)


def renew_session(request: Any) -> None:
    """Let a session in use last; it is written once an hour, not at every page."""
    moment = int(request.now.timestamp())
    if moment - request.session.get("renewed", 0) > RENEW_AFTER:
        request.session["renewed"] = moment


def tell_refusal(request: HttpRequest, refusal: Refused) -> None:
    """Show what a service refused on the next page."""
    messages.error(request, str(refusal))
