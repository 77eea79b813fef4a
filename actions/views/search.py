"""The search over everything published: one box on every page, results in groups."""

import logging
from collections.abc import Collection, Iterable
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from actions.models import Action, Actor, Plan, PublishedRound, Theme
from actions.models.entries import HEADINGS
from actions.search import finding, index
from actions.search.asking import MOST_LETTERS
from actions.search.documents import KINDS, Document
from actions.search.finding import Group, Hit, Narrowing, Results
from actions.search.passages import Run
from actions.views.http import public_page
from actions.views.presentation import words as in_reader_language

logger = logging.getLogger(__name__)

EACH = 5  # results of a kind among the others
PER_PAGE = 20  # results of a kind by itself
PAGE_DIGITS = 3
GROUPS = {
    "action": _("Actions"),
    "actor": _("Actors"),
    "theme": _("Themes, sections and goals"),
    "text": _("What actors reported"),
    "report": _("Plans and reports"),
}
# What the text of a passage is, where that is not plain.
LABELS = {
    **HEADINGS,
    "theme": _("Theme"),
    "section": _("Section"),
    "actor": _("Actor"),
    "goal": _("Sustainable Development Goal"),
    "period": _("Period"),
    "note": pgettext_lazy("a remark", "Note"),
    "former": pgettext_lazy("of names and titles", "Formerly"),
    "short": _("Abbreviation"),
    "commitment": _("Commitment"),
    "override": _("Reason for the status"),
}


class Choice(NamedTuple):
    """A value that the results can be narrowed to."""

    value: str
    label: Any
    is_chosen: bool


class Line(NamedTuple):
    """A result as the page shows it."""

    hit: Hit
    address: str
    label: Any
    about: dict[str, str]


class Block(NamedTuple):
    """A group of results as the page shows it, with the ways to the rest."""

    kind: str
    title: Any
    total: int
    lines: list[Line]
    more: str
    lists: list[tuple[Plan, str]]


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """Show what is found for some words, in groups; nothing found: what else to try.

    It is never kept: every question has an address of its own, and they are without number.
    """
    text = request.GET.get("q", "").replace("\0", " ")[:MOST_LETTERS].strip()
    plans = list(Plan.objects.published())
    years = sorted(set(PublishedRound.objects.values_list("year", flat=True)), reverse=True)
    within = Narrowing(
        kinds=known(request, "in", KINDS),
        plans=known(request, "plan", [plan.slug for plan in plans]),
        years=known(request, "year", [str(year) for year in years]),
    )
    page = page_number(request)
    is_alone = len(within.kinds) == 1
    each = PER_PAGE if is_alone else EACH
    start = (page - 1) * PER_PAGE if is_alone else 0
    results = found(text, within, each=each, start=start)
    blocks = [block(request, group, plans, text, is_alone=is_alone) for group in results.groups]
    context = {
        "text": text,
        "results": results,
        "blocks": blocks,
        "choices": {
            "in": choices([(kind, GROUPS[kind]) for kind in KINDS], within.kinds),
            "plan": choices([(plan.slug, plan.label) for plan in plans], within.plans),
            "year": choices([(str(year), year) for year in years], within.years),
        },
        "is_narrowed": bool(within.kinds or within.plans or within.years),
        "pages": pages(request, results, page) if is_alone else None,
        "themes": [] if blocks else themes(),
        "wide": f"?{urlencode(q=text)}",
        "is_plain": results.asked is None and bool(text),
        "is_sample": any(line.hit.document.sample for one in blocks for line in one.lines),
    }
    response = TemplateResponse(request, "actions/search.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def found(text: str, within: Narrowing, *, each: int, start: int) -> Results:
    """Return what is found; by titles and names alone while there is no index to be asked."""
    if not text:
        return Results()
    language = get_language() or "en"
    try:
        if ready := index.keeper.now():
            return finding.find(ready, text, language, within=within, each=each, start=start)
    except (OSError, ValueError):
        logger.exception("The search index could not be asked.")
    return by_titles(text, within, each=each)


def known(request: HttpRequest, name: str, values: Collection[str]) -> list[str]:
    """Return the values of a filter that are known; the others narrow nothing."""
    return [value for value in dict.fromkeys(request.GET.getlist(name)) if value in values]


def choices(values: Iterable[tuple[str, Any]], chosen: Collection[str]) -> list[Choice]:
    """Return the values of a filter, the chosen ones marked."""
    return [Choice(value, label, value in chosen) for value, label in values]


def page_number(request: HttpRequest) -> int:
    """Return the page that is asked for; the first one where that is no number."""
    wanted = request.GET.get("page", "")
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) <= PAGE_DIGITS
    return min(max(int(wanted), 1) if is_number else 1, finding.DEEPEST // PER_PAGE)


def pages(request: HttpRequest, results: Results, page: int) -> dict[str, Any]:
    """Return the ways to the page before and after, where there are such."""
    count = min(results.count, finding.DEEPEST)
    last = max(1, -(-count // PER_PAGE))
    return {
        "number": page,
        "last": last,
        "previous": query(request, page=str(page - 1)) if 1 < page <= last else "",
        "next": query(request, page=str(page + 1)) if page < last else "",
    }


def query(request: HttpRequest, **changed: str) -> str:
    """Return the question of the address with some values in place of others."""
    given = QueryDict(mutable=True)
    for name in ("q", "in", "plan", "year"):
        given.setlist(name, [value for value in request.GET.getlist(name) if value])
    for name, value in changed.items():
        given[name] = value
    return f"?{given.urlencode()}"


def urlencode(**values: str) -> str:
    """Return values as they stand in an address."""
    given = QueryDict(mutable=True)
    given.update(values)
    return given.urlencode()


def block(
    request: HttpRequest, group: Group, plans: Iterable[Plan], text: str, *, is_alone: bool
) -> Block:
    """Return a group as the page shows it; actions lead to their list, with all its filters."""
    more = query(request, **{"in": group.kind}) if group.count > len(group.hits) else ""
    shown = {hit.document.plan for hit in group.hits}
    lists = [
        (plan, f"{reverse('actions:action-list', args=[plan.slug])}?{urlencode(q=text)}")
        for plan in plans
        if group.kind == "action" and plan.slug in shown
    ]
    lines = [line(hit) for hit in group.hits]
    return Block(
        group.kind, GROUPS[group.kind], group.count, lines, "" if is_alone else more, lists
    )


def line(hit: Hit) -> Line:
    """Return a result with its address, what its passage is, and whose it is."""
    given = hit.document
    label = LABELS.get(hit.passage.label, "") if hit.passage else ""
    return Line(hit, address(given), label, in_reader_language(given.about or {}))


def address(given: Document) -> str:
    """Return where a result stands: of an earlier year, on the page of that year."""
    year = f"?{urlencode(year=str(given.year))}" if given.kind == "text" else ""
    return f"{reverse(given.page, args=given.place)}{year}{given.fragment}"


# --- Without an index ----------------------------------------------------------------


def by_titles(text: str, within: Narrowing, *, each: int) -> Results:
    """Return actions and actors by their titles and names, as the database finds them."""
    groups = [make(text, within, each) for make in (actions_by_title, actors_by_name)]
    wanted = [g for g in groups if g.count and (not within.kinds or g.kind in within.kinds)]
    return Results(tuple(wanted))


def actions_by_title(text: str, within: Narrowing, each: int) -> Group:
    """Return the actions whose titles hold every word."""
    seen = Action.objects.filter(plan__is_published=True)
    rows = seen.with_words(text).select_related("plan").order_by("plan", "position")
    if within.plans:
        rows = rows.filter(plan__slug__in=within.plans)
    make = partial(plainly, kind="action", page="actions:action")
    hits = (
        make(place=(row.plan.slug, row.label), title=row.title, language=row.title_language)
        for row in rows[:each]
    )
    return Group("action", rows.count(), tuple(hits))


def actors_by_name(text: str, _within: Narrowing, each: int) -> Group:
    """Return the actors with the words in one of their names."""
    holds = Q()
    for code in ("nl", "fr", "de", "en"):
        for field in ("name", "abbreviation"):
            holds |= Q(**{f"names__{field}_{code}__icontains": text})
    seen = Actor.objects.filter(draft_of__isnull=True)
    rows = seen.with_names().filter(holds).distinct().order_by("slug")
    make = partial(plainly, kind="actor", page="actions:actor")
    hits = (
        make(place=(settings.CURRENT_PLAN, row.slug), title=row.name, language=row.name_language)
        for row in rows[:each]
    )
    return Group("actor", rows.count(), tuple(hits))


def themes() -> QuerySet[Theme]:
    """Return the themes that a plan has actions under."""
    return Theme.objects.filter(action_links__action__plan__is_published=True).distinct()


def plainly(*, kind: str, page: str, place: tuple[str, str], title: str, language: str) -> Hit:
    """Return a result without a passage."""
    given = Document(kind, f"{kind}:{place[-1]}", page, place, {language: title}, plan=place[0])
    runs = (Run(title, is_marked=False),)
    return Hit(given, runs, language, None, 0.0, finding.REST)
