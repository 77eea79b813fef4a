"""Middleware of the project: a readable 404 page in development too."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.defaults import page_not_found


class FriendlyNotFound:
    """Show readers' 404 page instead of Django's technical one while DEBUG is on.

    ``make run`` is how a stranger sees the application first; an unknown
    address must look there as it looks in production.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace the technical page; leave every other answer as it is."""
        response = self.get_response(request)
        if settings.DEBUG and response.status_code == HTTPStatus.NOT_FOUND:
            return page_not_found(request, None)
        return response
