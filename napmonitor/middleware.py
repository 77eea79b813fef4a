"""Middleware of the project: readable error pages in development too."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request, page_not_found


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
        if settings.DEBUG and response.status_code == HTTPStatus.NOT_FOUND:
            return page_not_found(request, None)
        return response
