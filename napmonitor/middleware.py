"""Middleware of the project: which methods are known, who keeps copies, readable error pages."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import SimpleTemplateResponse
from django.utils.cache import add_never_cache_headers
from django.views.defaults import bad_request, page_not_found

METHODS = ("GET", "HEAD", "POST")


class KnownMethods:
    """Refuse every method but reading and sending a form: no page takes another one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what is known."""
        return (
            self.get_response(request)
            if request.method in METHODS
            else HttpResponseNotAllowed(METHODS)
        )


class NobodyKeeps:
    """Let no browser keep a page that was made for somebody who is signed in.

    It names them, an error page and a page for readers too. What was made without a look at
    the session, such as the stored files of an edition, says the same to everybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers."""
        response = self.get_response(request)
        if request.session.accessed and request.user.is_authenticated:
            add_never_cache_headers(response)
        return response


class FriendlyErrors:
    """Show readers' error pages instead of Django's technical ones while DEBUG is on.

    ``make run`` is how a stranger sees the application first; an unknown
    address must look there as it looks in production.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace the technical page; refuse an address with a thousand parameters."""
        try:
            _ = request.GET
        except TooManyFieldsSent as error:
            return bad_request(request, error)
        response = self.get_response(request)
        is_ours = isinstance(response, SimpleTemplateResponse)
        if settings.DEBUG and response.status_code == HTTPStatus.NOT_FOUND and not is_ours:
            return page_not_found(request, None)
        return response
