"""A dossier on request: the actions that the list's filters choose, from a published edition."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from actions.filters import ActionFilter
from actions.models import Plan
from actions.views.drafts import plan_of
from document.errors import RenderError
from document.writers.html import own_sources
from reports import archive as shelf
from reports.formats import FORMATS
from reports.making import BusyError, OnRequest
from reports.models import FAILED, Edition
from reports.services import documents, recipes
from reports.services.recipes import Recipe
from reports.views import documents as waiting

OFFERED = ("html", "pdf", "docx")
KEPT = 12  # dossiers in each process's memory
MOST_AT_ONCE = 10  # actions that a file may hold that is made while the reader waits


@csrf_exempt  # it refuses every method that writes; a POST is told so
@require_safe
def dossier(request: HttpRequest, plan: str) -> HttpResponse:
    """Return a dossier of the chosen actions, or a page that says why there is none."""
    found = plan_of(request, plan)
    name = request.GET.get("format", "html")
    if name not in OFFERED:
        raise Http404
    filters = ActionFilter(request.GET, plan=found, on=timezone.localdate())
    edition = newest(found, filters)
    if edition is None:
        return none(request, found, _("No progress report has been published yet."))
    if filters.form.errors:
        return none(request, found, _("The address contains something that is not known here."))
    labels = set(request.GET.getlist("action"))
    # By the number that an action has now; one that the plan no longer has, by its last.
    now = numbers(found.actions.all())
    actions = shelf.snapshot_of(edition).actions
    known = {now.get(action.action_id, action.label): action for action in actions}
    if labels - known.keys():
        return none(request, found, _("The report has no such action."))
    listed = numbers(filters.qs)
    chosen = [
        action
        for number, action in known.items()
        if action.action_id in listed and number in (labels or known)
    ]
    if not chosen:
        return none(request, found, _("No action of the report fits this choice."))
    asked = [action.label for action in chosen] if labels else []
    words = "; ".join(in_words(filters, asked)) or _("all actions of the plan")
    keys = [action.action_id for action in chosen]
    language, on = get_language() or "en", timezone.localdate()
    recipe = recipes.of_dossier(edition, keys, words, name, language, on)
    give = beside if name != "html" and len(keys) > MOST_AT_ONCE else at_once
    try:
        return give(request, found, recipe, f"{plan}-{edition.round.year}-dossier")
    except (BusyError, RenderError):
        return later(request, found)


def at_once(_request: HttpRequest, _plan: Plan, recipe: Recipe, stem: str) -> HttpResponse:
    """Return a small dossier. Raises BusyError and RenderError."""
    content = made(json.dumps(recipe, sort_keys=True))
    return answer(content, recipe["format"], stem)


def beside(request: HttpRequest, plan: Plan, recipe: Recipe, stem: str) -> HttpResponse:
    """Return a large dossier, which is made beside the web, or the page that waits for it.

    Raises BusyError.
    """
    name = recipe["format"]
    row = documents.ask(recipe, now=timezone.now())
    if row.state == FAILED:
        return waiting.failed(request) or later(request, plan)

    def serve(content: bytes) -> HttpResponse:
        return answer(content, name, stem)

    return waiting.answer(
        request, row, title=_("Dossier"), serve=serve, opens=name == "pdf", layout="base.html"
    )


def numbers(actions: Any) -> dict[str, str]:
    """Return the numbers of some actions by what editions know them by; see ``Action.key``."""
    return {key or label: label for key, label in actions.values_list("key", "label")}


def newest(plan: Plan, filters: ActionFilter) -> Edition | None:
    """Return the edition that speaks of the year that was asked for, else of the newest."""
    speaking = shelf.speaking(shelf.of_plan(plan))
    year = filters.report.year if filters.report else None
    return next((edition for edition in speaking if edition.round.year == year), None)


def in_words(filters: ActionFilter, labels: Any) -> Iterator[str]:
    """Yield what the reader chose, filter by filter, in their language."""
    if labels:
        yield _("actions %(labels)s") % {"labels": ", ".join(labels)}
    for name, value in filters.form.cleaned_data.items():
        field = filters.form.fields[name]
        if value and name != "year":
            values = value if isinstance(value, list) else [value]
            chosen = ", ".join(shown(field, str(one)) for one in values)
            yield f"{capfirst(field.label)}: {chosen}"


def shown(field: Any, value: str) -> str:
    """Return the word for a value of a filter; what was typed where there is no menu."""
    for key, label in getattr(field, "choices", ()):
        group = label if isinstance(label, list | tuple) else [(key, label)]
        for code, word in group:
            if str(code) == value:
                return str(word)
    return value


# --- Making -------------------------------------------------------------------------


def make(recipe: str) -> bytes:
    """Return a dossier, whose recipe comes as JSON."""
    snapshot, name, language = recipes.order(json.loads(recipe))
    return FORMATS[name].render(snapshot, language)


made = OnRequest(make, size=KEPT)


def answer(content: bytes, name: str, stem: str) -> HttpResponse:
    """Return a dossier as a page or a file that no search engine lists."""
    response = HttpResponse(content, content_type=FORMATS[name].media_type)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    if name == "html":
        response._csp_update = own_sources(content.decode())  # type: ignore[attr-defined]  # noqa: SLF001
        return response
    shown_as = "inline" if name == "pdf" else "attachment"
    file_name = f"{stem}-{get_language() or 'en'}.{FORMATS[name].extension}"
    response["Content-Disposition"] = f'{shown_as}; filename="{file_name}"'
    return response


def none(request: HttpRequest, plan: Plan, reason: str) -> HttpResponse:
    """Say why there is no dossier."""
    context = {"plan": plan, "title": _("No dossier"), "reason": reason, "is_choice": True}
    return TemplateResponse(
        request, "reports/no_document.html", context, status=HTTPStatus.NOT_FOUND
    )


def later(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Ask to come back."""
    reason = _("The document could not be made at this moment. Try again in a minute.")
    context = {"plan": plan, "title": _("Not at this moment"), "reason": reason}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    response = TemplateResponse(request, "reports/no_document.html", context, status=status)
    response["Retry-After"] = "60"
    return response
