"""Two years of a plan beside each other: what became of each action, as a page and as data."""

import json
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions import spreadsheets
from actions.exporters import LICENCE
from actions.models import Plan
from actions.models.movements import CAUSE_WORDS, movement_word
from actions.models.statuses import STATUS_WORDS
from actions.views import presentation
from actions.views.drafts import plan_of
from actions.views.http import public_page
from reports import archive, comparison
from reports.comparison import Line
from reports.models import Edition

COLUMNS = (
    "label", "title", "title_language", "status_before", "status_before_word", "status_now",
    "status_now_word", "movement", "movement_word", "completed", "amended", "year_before",
    "edition_before", "year_now", "edition_now", "is_sample",
)  # fmt: skip


class Pair(NamedTuple):
    """The two editions to compare."""

    before: Edition
    now: Edition


@public_page
def compare(request: HttpRequest, plan: str) -> HttpResponse:
    """Show what became of each action between the newest editions of two years."""
    found = plan_of(request, plan)
    speaking = archive.speaking(archive.of_plan(found))
    wanted = years(request, speaking)
    pair = choose(speaking, *wanted)
    context: dict[str, Any] = {
        "plan": found,
        "years": [edition.round.year for edition in speaking],
        "wanted_from": wanted[0],
        "wanted_to": wanted[1],
    }
    if isinstance(pair, Pair):
        lines = compared(pair)
        context |= {
            "pair": pair,
            "is_sample": any(edition.round.is_sample for edition in pair),
            "groups": [
                {
                    "key": key,
                    "heading": movement_word(key, pair.before.round.year),
                    "lines": [shown(one) for one in listed],
                    "count": sum(not one.action.is_sub_action for one in listed),
                    "sub_count": sum(one.action.is_sub_action for one in listed),
                }
                for key, listed in comparison.grouped(lines)
            ],
        }
    else:
        context["problem"] = pair
    return TemplateResponse(request, "archive/compare.html", context)


@public_page
def compare_data(request: HttpRequest, plan: str, extension: str) -> HttpResponse:
    """Return the same as data; where the years are wrong, a sentence that says so (404)."""
    found = plan_of(request, plan)
    speaking = archive.speaking(archive.of_plan(found))
    pair = choose(speaking, *years(request, speaking))
    if isinstance(pair, str):
        return refused(pair, extension)
    rows = data(pair)
    if extension == "json":
        response = HttpResponse(document(found, pair, rows), content_type="application/json")
    else:
        table = ([row[column] for column in COLUMNS] for row in rows)
        content = spreadsheets.to_csv(COLUMNS, table)
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
        name = f"{found.slug}-{pair.before.round.year}-{pair.now.round.year}-{get_language()}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    response["Access-Control-Allow-Origin"] = "*"  # open data: other sites may read it
    return response


def refused(problem: str, extension: str) -> HttpResponse:
    """Say why there is nothing to compare, to a program."""
    if extension == "json":
        content = json.dumps({"problem": problem}, ensure_ascii=False).replace("<", "\\u003c")
        return HttpResponse(content, status=404, content_type="application/json")
    return HttpResponse(f"{problem}\n", status=404, content_type="text/plain; charset=utf-8")


# --- Which years --------------------------------------------------------------------


def years(request: HttpRequest, speaking: list[Edition]) -> tuple[str, str]:
    """Return the years that an address asks for; the newest two where it asks for none."""
    listed = [str(edition.round.year) for edition in speaking]
    now = request.GET.get("to") or (listed[0] if listed else "")
    older = [year for year in listed if year < now]
    return request.GET.get("from") or (older[0] if older else ""), now


def choose(speaking: list[Edition], before: str, now: str) -> Pair | str:
    """Return the newest editions of two years, or the sentence that says why there are none."""
    by_year = {str(edition.round.year): edition for edition in speaking}
    if len(by_year) < 2:  # noqa: PLR2004 - two years to compare
        return _("Two years can be compared once two reports are published.")
    for year in (before, now):
        if year not in by_year:
            return _("There is no published report of the year “%(year)s”. Choose two years.") % {
                "year": year[:20]
            }
    if before >= now:
        return _("Choose an earlier year first, then a later one.")
    return Pair(by_year[before], by_year[now])


# --- Lines --------------------------------------------------------------------------


def compared(pair: Pair) -> list[Line]:
    """Return what became of each action between two editions."""
    return comparison.compare(archive.snapshot_of(pair.before), archive.snapshot_of(pair.now))


def shown(line: Line) -> dict[str, Any]:
    """Return what a line of the page shows."""
    return {
        "label": line.label,
        "title": presentation.words(line.action.titles),
        "is_official": presentation.words(line.action.titles)["language"] in line.action.official,
        "is_sub_action": line.action.is_sub_action,
        "code_before": line.code_before,
        "word_before": STATUS_WORDS.get(line.code_before, ""),
        "code_now": line.code_now,
        "word_now": STATUS_WORDS.get(line.code_now, ""),
        "part_before": bool(line.before and line.before.is_incomplete),
        "part_now": bool(line.now and line.now.is_incomplete),
        "amended": line.is_amended,
        "completed": line.step.completed,
        "causes": [CAUSE_WORDS[cause] for cause in line.step.causes],
        "common": presentation.common(
            line.movement,
            (line.step.before or "", line.step.now or ""),
            (line.before.status, line.now.status),
            line.now.nature,
        )
        if line.before and line.now
        else None,
        "in_later": line.now is not None,
    }


def data(pair: Pair) -> list[dict[str, Any]]:
    """Return a row per action, in the language of the address."""
    before, now = pair
    found = []
    for line in compared(pair):
        title = presentation.words(line.action.titles)
        row = (
            line.label,
            title["text"],
            title["language"],
            line.before.status if line.before else None,
            word(line.code_before),
            line.now.status if line.now else None,
            word(line.code_now),
            line.movement.value,
            movement_word(line.movement, before.round.year),
            line.step.completed,
            line.is_amended,
            before.round.year,
            before.number,
            now.round.year,
            now.number,
            before.round.is_sample or now.round.is_sample,
        )
        found.append(dict(zip(COLUMNS, row, strict=True)))
    return found


def word(code: str) -> str | None:
    """Return the word of a status, None of none."""
    return str(STATUS_WORDS[code]) if code else None


def document(plan: Plan, pair: Pair, rows: list[dict[str, Any]]) -> str:
    """Return the rows as JSON."""
    about = {
        "plan": plan.slug,
        "plan_title": plan.title,
        "language": get_language(),
        "licence": LICENCE,
        "from": {"year": pair.before.round.year, "edition": pair.before.number},
        "to": {"year": pair.now.round.year, "edition": pair.now.number},
        "is_sample": any(edition.round.is_sample for edition in pair),
        "count": len(rows),
        "actions": rows,
    }
    # Valid JSON either way; escaped, it can never be taken for a page.
    return json.dumps(about, ensure_ascii=False, indent=1).replace("<", "\\u003c")
