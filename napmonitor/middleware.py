"""Middleware of the project: numbers of requests, known methods, who keeps copies, error pages."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost, TooManyFieldsSent
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotAllowed,
)
from django.template.response import SimpleTemplateResponse
from django.urls import resolve
from django.utils.cache import add_never_cache_headers
from django.views.defaults import bad_request, page_not_found

from napmonitor.logs import request_number, without_secrets

logger = logging.getLogger(__name__)

METHODS = ("GET", "HEAD", "POST")
INTERFACE = "/api/"
requests = logging.getLogger("napmonitor.requests")


class Numbered:
    """Give each request a number, which stands in its log lines and in ``X-Request-Id``.

    A proxy that gives numbers itself (``BEHIND_PROXY``) is followed, a visitor is not.
    With ``LOG_LEVEL=INFO`` a line says of each request what it asked, without its query string,
    as that may hold what somebody searched for, and how long the answer took.
    """

    GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Number the request and its answer."""
        given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
        number = given if self.GIVEN.fullmatch(given) else secrets.token_hex(8)
        request.META["HTTP_X_REQUEST_ID"] = number
        token = request_number.set(number)
        start = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = number
            facts = {
                "method": request.method,
                "path": without_secrets(request.path),
                "status": response.status_code,
                "milliseconds": round(1000 * (time.monotonic() - start)),
            }
            line = "%(method)s %(path)s %(status)s in %(milliseconds)s ms"
            requests.info(line, facts, extra={"facts": facts})
            return response
        finally:
            request_number.reset(token)


class KnownHosts:
    """Refuse, without a word in the log but at INFO, a host that is not ours; answer its probes.

    Whoever watches the machine asks by its address, and gets an answer; a stranger who tries
    names is no fault of ours.
    """

    PROBES = ("/health/", "/ready/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what comes under our name."""
        try:
            request.get_host()
        except DisallowedHost:
            if request.path in self.PROBES:
                found: HttpResponse = resolve(request.path).func(request)
                return found
            logger.info("refused a request for a host that is not in ALLOWED_HOSTS")
            return HttpResponseBadRequest(
                "Bad Request (400)", content_type="text/plain; charset=utf-8"
            )
        return self.get_response(request)


class ProgramsByTls:
    """Refuse a program that asks in the clear, where a person would be led on to TLS.

    It would go on asking so, with its token, and nobody would notice (ASVS 4.1.2).
    """

    PLACES = ("/api/", "/metrics/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what came over TLS, or is for people."""
        is_open = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if is_open and request.path.startswith(self.PLACES):
            return HttpResponseForbidden(
                "Ask by https://", content_type="text/plain; charset=utf-8"
            )
        return self.get_response(request)


class KnownMethods:
    """Refuse every method but reading and sending a form, and a form in another encoding.

    No page takes another method, no form of ours is in anything but UTF-8, and some of what
    Python can decode is no text at all.
    """

    ENCODINGS = frozenset({"utf-8", "utf8"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what is known."""
        # The interface for programs says by itself what it takes, in its own words.
        if request.method not in METHODS and not request.path.startswith(INTERFACE):
            return HttpResponseNotAllowed(METHODS)
        if (request.content_params or {}).get("charset", "utf-8").lower() not in self.ENCODINGS:
            return HttpResponseBadRequest(
                "Bad Request (400)", content_type="text/plain; charset=utf-8"
            )
        return self.get_response(request)


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
        is_page = response.get("Content-Type", "").startswith("text/html")
        is_ours = isinstance(response, SimpleTemplateResponse) or not is_page
        if settings.DEBUG and response.status_code == HTTPStatus.NOT_FOUND and not is_ours:
            return page_not_found(request, None)
        return response
