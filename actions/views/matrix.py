"""The matrix of a round, actions by actors, and that of the years, actors by rounds."""

import io
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook

from actions import spreadsheets
from actions.enums import RoundState
from actions.filters import ExpectedFilter
from actions.models import Actor, Entry, Plan, ReportingRound
from actions.models.actors import LEVELS
from actions.round_status import matrix
from actions.services import rounds
from actions.views.exports import TYPES
from actions.views.members_only import MemberRequest, member_page, reviewers

# So many stand on one page; further ones on the next.
MOST_ACTORS, MOST_ACTIONS = 80, 100


@member_page(reviewers)
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a round's matrix: where each expected entry stands, each a link to it."""
    found = get_round(pk)
    filters = filtered(request, found)
    whole = matrix.read(found, filters.qs, on=request.on)
    actors = Paginator(whole.columns, MOST_ACTORS).get_page(request.GET.get("actors"))
    actions = Paginator(whole.actions, MOST_ACTIONS).get_page(request.GET.get("actions"))
    part = matrix.Matrix(list(actions), list(actors), whole.cells)
    context = {
        "plan": found.plan,
        "round": found,
        "filter": filters,
        "levels": levels(part.columns),
        "columns": part.columns,
        "rows": list(part.rows()),
        "by_actor": [
            {"column": one, "cells": cells, "counts": counts(cells)}
            for one, cells in part.by_actor()
        ],
        "words": matrix.words(),
        "legend": legend(),
        "totals": {"cells": len(whole.cells), "late": sum(c.late for c in whole.cells.values())},
        "pages": [
            page
            for page in (
                pages(request, actors, "actors", _("Actors")),
                pages(request, actions, "actions", _("Actions")),
            )
            if page
        ],
        "query": request.GET.urlencode(),
        "choosing": request.GET.get("choose") == "yes",
        "may_extend": request.rights.is_secretariat and rounds.reported(found) is None,
        "choose_query": choose_query(request),
    }
    return TemplateResponse(request, "rounds/matrix.html", context)


@member_page(reviewers)
def download(request: MemberRequest, pk: int, extension: str) -> HttpResponse:
    """Return the whole matrix as a file, under the same filters."""
    found = get_round(pk)
    whole = matrix.read(found, filtered(request, found).qs, on=request.on)
    if extension == "csv":
        head, *table = listed(whole)
        content: str | bytes = spreadsheets.to_csv(head, table)
    else:
        content = workbook(found, whole)
    response = HttpResponse(content, content_type=TYPES[extension])
    name = f"{found.plan.slug}-{found.year}-matrix-{get_language()}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@member_page(reviewers)
def years(request: MemberRequest, plan: str) -> HttpResponse:
    """Show how each actor stood in each round of a plan."""
    found = get_object_or_404(Plan, slug=plan)
    opened = list(found.rounds.exclude(state=RoundState.PLANNED).order_by("year"))
    rows = matrix.over_the_years(opened, on=request.on) if opened else []
    lines: list[dict[str, Any]] = [
        {"column": one, "cells": list(zip(opened, told, strict=True))} for one, told in rows
    ]
    groups = [
        {"label": label, "lines": [li for li in lines if li["column"].actor.level == level]}
        for level, label in LEVELS
    ]
    context = {
        "plan": found,
        "rounds": opened,
        "groups": [group for group in groups if group["lines"]],
        "is_sample": any(given.is_sample for given in opened),
    }
    return TemplateResponse(request, "rounds/years.html", context)


# --- Parts ----------------------------------------------------------------------


def get_round(pk: int) -> ReportingRound:
    """Return a round, or 404; a planned one has no entries yet."""
    found = get_object_or_404(ReportingRound.objects.select_related("plan"), pk=pk)
    if found.is_planned:
        raise Http404
    return found


def filtered(request: MemberRequest, found: ReportingRound) -> ExpectedFilter:
    """Return the filter of a round's expected entries, as the address has it."""
    keys = Entry.objects.filter(round=found, expected=True).values("responsibility__actor")
    actors = list(Actor.objects.filter(pk__in=keys).with_names())
    return ExpectedFilter(request.GET, given=found, on=request.on, actors=actors)


def choose_query(request: MemberRequest) -> str:
    """Return the address with boxes to choose, or without them where they are shown."""
    query = request.GET.copy()
    if query.pop("choose", None) != ["yes"]:
        query["choose"] = "yes"
    return query.urlencode()


def levels(columns: list[matrix.Column]) -> list[dict[str, Any]]:
    """Return the levels of government with how many columns each has."""
    found = [
        {"label": label, "count": sum(one.actor.level == level for one in columns)}
        for level, label in LEVELS
    ]
    return [one for one in found if one["count"]]


def counts(cells: list[tuple[Any, matrix.Cell]]) -> list[dict[str, Any]]:
    """Return how many of an actor's entries stand where, only what there is."""
    words = matrix.words()
    found = [
        {"code": code, "word": word, "count": sum(cell.code == code for _a, cell in cells)}
        for code, word in words.items()
    ]
    return [one for one in found if one["count"]]


def legend() -> list[dict[str, str]]:
    """Return the signs with their words."""
    words = matrix.words()
    return [
        {"code": code, "sign": matrix.SIGNS[code], "word": word} for code, word in words.items()
    ]


def pages(request: MemberRequest, page: Page[Any], name: str, label: str) -> dict[str, Any] | None:
    """Return the ways to the further parts of a matrix that is too large for one page."""
    if not page.has_other_pages():
        return None
    links = []
    for number in page.paginator.page_range:
        query = request.GET.copy()
        query[name] = str(number)
        links.append({"number": number, "query": query.urlencode()})
    start, end = page.start_index(), page.end_index()
    told = {"start": start, "end": end, "count": page.paginator.count}
    return {"label": label, "links": links, "number": page.number, **told}


def listed(whole: matrix.Matrix) -> Iterator[list[Any]]:
    """Yield the head and a line for each entry, for a spreadsheet."""
    words, names = matrix.words(), dict(LEVELS)
    yield [_("Action"), _("Title"), _("Actor"), _("Level of government"), _("State"), _("Late")]
    for one, cells in whole.by_actor():
        for action, cell in cells:
            late = _("yes") if cell.late else ""
            level = str(names[one.actor.level])
            yield [action.label, action.title, one.label, level, words[cell.code], late]


def grid(whole: matrix.Matrix) -> Iterator[list[Any]]:
    """Yield the head and a line for each action, with the state of each actor's entry in words."""
    words = matrix.words()
    yield [_("Action"), _("Title"), *(one.label for one in whole.columns)]
    for action, cells in whole.rows():
        yield [action.label, action.title, *(told(cell, words) if cell else "" for cell in cells)]


def told(cell: matrix.Cell, words: dict[str, str]) -> str:
    """Return where an entry stands in words."""
    return f"{words[cell.code]}, {_('late')}" if cell.late else words[cell.code]


def workbook(found: ReportingRound, whole: matrix.Matrix) -> bytes:
    """Return the matrix and the list of its entries as a workbook."""
    book = Workbook(write_only=True)
    for title, lines in ((_("Matrix"), grid(whole)), (_("Entries"), listed(whole))):
        head, *table = lines
        spreadsheets.fill(book.create_sheet(title[:31]), head, table)
    sample = f"{_('sample data')} – " if found.is_sample else ""
    book.properties.title = f"{sample}{found.plan.label} {found.year}"
    book.properties.creator = "napmonitor"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
