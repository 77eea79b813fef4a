"""How the interface for programs answers: JSON in pages, and errors that name the parameter."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from actions.models import Plan
from actions.views.http import View, public_page
from reports.openapi import MOST

JSON = "application/json; charset=utf-8"
PROBLEM = "application/problem+json; charset=utf-8"
USUAL = 50
DIGITS = 6  # more is no number but an attack on the parser
READING = ("GET", "HEAD")
PAGING = ("page", "per_page")


class WrongError(Exception):
    """Parameters that do not fit: the name of each with what is wrong."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Take what is wrong by parameter."""
        super().__init__(errors)
        self.errors = dict(errors)


def endpoint(*parameters: str, is_list: bool = False) -> Callable[[View], View]:
    """Make a view one of the interface: kept as every public page, readable from other sites.

    ``parameters`` are those that it knows beside ``language``; ``is_list`` adds those of pages.
    """
    known = {*parameters, "language", *(PAGING if is_list else ())}

    def decorate(view: View) -> View:
        kept = public_page(view)

        @csrf_exempt
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = answer(kept, request, known, *args, **kwargs)
            response["Access-Control-Allow-Origin"] = "*"
            response["X-Content-Type-Options"] = "nosniff"
            return response

        return wrapped

    return decorate


def answer(
    view: View, request: HttpRequest, known: set[str], *args: Any, **kwargs: Any
) -> HttpResponse:
    """Return what a view answers, or the problem with it."""
    language = "en"
    try:
        if request.method in READING:  # else the view says that this is for reading
            with translation.override("en"):
                check_names(request, known)
                language = choice(request, "language", dict(settings.LANGUAGES), usual="en")
        with translation.override(language):
            response = view(request, *args, **kwargs)
    except WrongError as wrong:
        return problem(HTTPStatus.BAD_REQUEST, "A parameter does not fit.", wrong.errors)
    except Http404:
        return problem(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = response["Allow"]
        response = problem(HTTPStatus.METHOD_NOT_ALLOWED, "This interface is for reading only.")
        response["Allow"] = allowed
    return response


def problem(
    status: HTTPStatus, detail: str, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return an error as RFC 9457 has it; ``errors`` name the parameters."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if errors:
        body["errors"] = [{"parameter": name, "detail": said} for name, said in errors.items()]
    response = HttpResponse(json.dumps(body, ensure_ascii=False), PROBLEM, status)
    response["Cache-Control"] = "no-store"
    return response


def data(content: Mapping[str, Any]) -> HttpResponse:
    """Return data as JSON; no search engine shows it as a page."""
    text = json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder)
    response = HttpResponse(text, JSON)
    response["X-Robots-Tag"] = "noindex"
    return response


# --- Parameters ---------------------------------------------------------------------


def check_names(request: HttpRequest, known: set[str]) -> None:
    """Refuse parameters that are not known: a slip must not look like an answer."""
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        listed = ", ".join(sorted(known))
        raise WrongError(
            dict.fromkeys(unknown, f"There is no such parameter. Known are: {listed}.")
        )


def choice(request: HttpRequest, name: str, known: Iterable[str], *, usual: str = "") -> str:
    """Return a parameter that is one of some values, at most once."""
    values = request.GET.getlist(name)
    listed = list(known)
    if not values:
        return usual
    if len(values) > 1:
        raise WrongError({name: "Give it once only."})
    if values[0] not in listed:
        raise WrongError({name: f"No such value. Known are: {', '.join(listed) or 'none'}."})
    return values[0]


def number(request: HttpRequest, name: str, usual: int, most: int | None = None) -> int:
    """Return a parameter that is a number from 1 on."""
    values = request.GET.getlist(name)
    if not values:
        return usual
    text = values[0]
    is_number = text.isascii() and text.isdigit() and len(text) <= DIGITS
    found = int(text) if is_number and len(values) == 1 else 0
    if found < 1 or (most is not None and found > most):
        until = f" to {most}" if most is not None else " on"
        raise WrongError({name: f"Give one whole number from 1{until}."})
    return found


def plan_of(slug: str) -> Plan:
    """Return a plan that readers see; raises Http404."""
    return get_object_or_404(Plan.objects.published().select_related("source"), slug=slug)


# --- Pages --------------------------------------------------------------------------


def page(
    request: HttpRequest,
    rows: QuerySet[Any],
    make: Callable[[list[Any]], list[dict[str, Any]]],
    **around: Any,
) -> HttpResponse:
    """Return a page of some rows; the addresses of those before and after stand in it."""
    per_page = number(request, "per_page", USUAL, MOST)
    wanted = number(request, "page", 1)
    count = rows.count()
    pages = max(1, -(-count // per_page))
    if wanted > pages:
        raise WrongError({"page": f"The last page is {pages}."})
    start = (wanted - 1) * per_page
    results = make(list(rows[start : start + per_page]))
    return data(
        {
            **around,
            "count": count,
            "page": wanted,
            "pages": pages,
            "next": beside(request, wanted + 1) if wanted < pages else None,
            "previous": beside(request, wanted - 1) if wanted > 1 else None,
            "results": results,
        }
    )


def beside(request: HttpRequest, wanted: int) -> str:
    """Return the address of another page."""
    query = request.GET.copy()
    query["page"] = str(wanted)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
