"""Lists of actions as JSON, CSV and XLSX; what each field means stands in the data dictionary."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, partial
from operator import itemgetter
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook

from actions import spreadsheets
from actions.dictionary import action_columns, actor_columns
from actions.enums import Basis, Scheme
from actions.models import Action, Actor, Plan, PublishedAction, PublishedRound, Section
from actions.models.responsibilities import expected_of
from actions.spreadsheets import joined, stacked
from document import collation

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"

# What a published report says of an action.
PROGRESS = (
    "status", "overdue", "entries_expected", "entries_accepted", "movement",
    "report_year", "report_edition", "report_is_sample",
)  # fmt: skip

# What the plan promises under an action.
PROMISE = (
    "promise", "promise_language", "promise_is_official", "promise_source", "promise_source_url",
)  # fmt: skip

Described = Callable[[Actor], dict[str, Any]]


class Row(dict[str, Any]):
    """One action as plain values, in the order of the data dictionary."""


def rows(
    actions: Iterable[Action],
    parents: dict[int, int | None],
    slugs: dict[int, str],
    *,
    site: str,
    report: PublishedRound | None = None,
    statuses: Mapping[int, PublishedAction] | None = None,
) -> list[Row]:
    """Return the actions as rows in the active language.

    ``actions`` come from ``for_export``, which holds what is valid on its day; ``parents``
    is the tree of actors and ``slugs`` their names in addresses, by key; ``site`` is the
    site's root address. ``statuses`` are those of a published report, by action.
    """
    described = cache(partial(_description, slugs=slugs))  # an actor stands under many actions
    said = statuses or {}
    return [
        Row(_row(action, parents, described, site) | _progress(report, said.get(action.pk)))
        for action in actions
    ]


def _progress(report: PublishedRound | None, said: PublishedAction | None) -> Row:
    """Return what a published report says of an action; nothing where none speaks of it."""
    if report is None or said is None:
        return Row(dict.fromkeys(PROGRESS))
    values = (
        said.status, said.overdue, said.expected, said.reported, said.movement or None,
        report.year, report.edition, report.is_sample,
    )  # fmt: skip
    return Row(zip(PROGRESS, values, strict=True))


def _row(action: Action, parents: dict[int, int | None], described: Described, site: str) -> Row:
    return Row(
        label=action.label,
        heading_label=action.heading_label or action.label,
        parent=action.parent.label if action.parent else None,
        section=_section(action.section) if action.section else None,
        **_wording(action),
        nature=action.nature or None,
        period=_period(action),
        actors_text=action.actors_text or None,
        actors=_actors(action, parents, described),
        **_classes(action),
        **_promise(action),
        **_oddities(action),
        url=site + action.get_absolute_url(),
    )


def _section(section: Section) -> dict[str, Any]:
    return {
        "number": section.number,
        "title": section.title,
        "title_is_official": section.title_is_official,
    }


def _wording(action: Action) -> dict[str, Any]:
    known = action.has_title
    return {
        "title": action.title if known else None,
        "title_language": action.title_language if known else None,
        "title_is_official": action.title_is_official,
        "other_title": action.other_title or None,
    }


def _promise(action: Action) -> dict[str, Any]:
    """Return what the plan promises under an action, where its text is known."""
    source = action.promise_source
    if not action.promise or source is None:
        return dict.fromkeys(PROMISE)
    values = (
        action.promise, action.promise_language, action.promise_is_official, source.label,
        source.url or None,
    )  # fmt: skip
    return dict(zip(PROMISE, values, strict=True))


def _period(action: Action) -> dict[str, str | None]:
    start, end = action.period_start, action.period_end
    return {
        "text": action.period_text or None,
        "kind": action.period_kind,
        "start": start.isoformat() if start else None,
        "end": end.isoformat() if end else None,
    }


def _actors(
    action: Action, parents: dict[int, int | None], described: Described
) -> list[dict[str, Any]]:
    held = list(action.responsibilities.all())
    expected = expected_of(held, parents, on=timezone.localdate())
    return [
        {
            **described(r.actor),
            "role": r.role_on(timezone.localdate()),
            "phases": r.phases,
            "printed_as": r.printed_as or None,
            "inferred": r.inferred,
            "entry_expected": r.pk in expected,
        }
        for r in held
    ]


def _description(actor: Actor, *, slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "slug": actor.slug,
        "name": actor.name,
        "abbreviation": actor.abbreviation or None,
        "aliases": sorted((alias.text for alias in actor.aliases.all()), key=collation.key),
        "level": actor.level,
        "parent": slugs.get(actor.parent_id) if actor.parent_id else None,
    }


def _classes(action: Action) -> dict[str, Any]:
    """Return what the action is classified under, and what of it the editors chose."""
    links = sorted(action.theme_links.all(), key=lambda link: link.theme.position)
    themes = list(dict.fromkeys(link.theme.slug for link in links))
    stated = {link.theme.slug for link in links if link.basis == Basis.SOURCE}
    chosen = [c for c in action.classifications.all() if c.basis == Basis.EDITORS]
    return {
        "themes": themes,
        "sdgs": _numbers(action.classifications.all(), Scheme.SDG),
        "pillars": _numbers(action.classifications.all(), Scheme.PILLAR),
        "classified_by_editors": {
            "themes": [slug for slug in themes if slug not in stated],
            "sdgs": _numbers(chosen, Scheme.SDG),
            "pillars": _numbers(chosen, Scheme.PILLAR),
        },
    }


def _numbers(classifications: Iterable[Any], scheme: Scheme) -> list[int]:
    return sorted(c.number for c in classifications if c.scheme == scheme)


def _oddities(action: Action) -> dict[str, Any]:
    reasons = {flag.code: flag.reason for flag in action.flags.all()}
    return {"flags": list(reasons), "flag_reasons": reasons}


def to_json(plan: Plan, found: list[Row], *, ignored: dict[str, str]) -> str:
    """Return the rows as a JSON document; ``ignored`` names parameters that were left out."""
    document = {
        "plan": plan.slug,
        "plan_title": plan.title,
        "plan_document": plan.document or None,
        "language": get_language(),
        "licence": LICENCE,
        "count": len(found),
        "ignored_parameters": ignored,
        "actions": found,
    }
    # Valid JSON either way; escaped, it can never be taken for a page.
    return json.dumps(document, ensure_ascii=False, indent=1).replace("<", "\\u003c")


def _part(name: str, part: str) -> Callable[[Row], Any]:
    return lambda row: row[name] and row[name][part]


def _day(part: str) -> Callable[[Row], date | None]:
    def day(row: Row) -> date | None:
        text = row["period"][part]
        return date.fromisoformat(text) if text else None

    return day


def _list(name: str) -> Callable[[Row], str]:
    return lambda row: joined(row[name])


def _by_editors(name: str) -> Callable[[Row], str]:
    return lambda row: joined(row["classified_by_editors"][name])


def _of_actors(name: str) -> Callable[[Row], str]:
    """Return the function that writes what is said of each actor."""
    return lambda row: _pairs((actor["slug"], actor[name]) for actor in row["actors"])


def _actors_that(name: str) -> Callable[[Row], str]:
    """Return the function that names the actors of whom something is true."""
    return lambda row: joined(actor["slug"] for actor in row["actors"] if actor[name])


def _pairs(said: Iterable[tuple[str, str | list[str] | None]]) -> str:
    """Write a line "key: text" for each text; nothing said is no line."""
    pairs = ((key, [value] if isinstance(value, str) else value or []) for key, value in said)
    return stacked(f"{key}: {text}" for key, texts in pairs for text in texts)


# Column, and what it says of a row, in the order of the data dictionary. Codes stay codes.
COLUMNS: dict[str, Callable[[Row], Any]] = {
    "label": itemgetter("label"),
    "heading_label": itemgetter("heading_label"),
    "parent": itemgetter("parent"),
    "section_number": _part("section", "number"),
    "section_title": _part("section", "title"),
    "section_title_is_official": _part("section", "title_is_official"),
    "title": itemgetter("title"),
    "title_language": itemgetter("title_language"),
    "title_is_official": itemgetter("title_is_official"),
    "other_title": itemgetter("other_title"),
    "nature": itemgetter("nature"),
    "period_text": _part("period", "text"),
    "period_kind": _part("period", "kind"),
    "period_start": _day("start"),
    "period_end": _day("end"),
    "actors_text": itemgetter("actors_text"),
    "actor_slugs": lambda row: joined(actor["slug"] for actor in row["actors"]),
    "actors": _of_actors("name"),
    "actor_abbreviations": _of_actors("abbreviation"),
    "actor_aliases": _of_actors("aliases"),
    "actor_levels": _of_actors("level"),
    "actor_parents": _of_actors("parent"),
    "actor_roles": _of_actors("role"),
    "actor_phases": _of_actors("phases"),
    "actors_as_printed": _of_actors("printed_as"),
    "actors_inferred": _actors_that("inferred"),
    "actors_entry_expected": _actors_that("entry_expected"),
    "themes": _list("themes"),
    "sdgs": _list("sdgs"),
    "pillars": _list("pillars"),
    "themes_by_editors": _by_editors("themes"),
    "sdgs_by_editors": _by_editors("sdgs"),
    "pillars_by_editors": _by_editors("pillars"),
    **{name: itemgetter(name) for name in PROMISE},
    "flags": _list("flags"),
    "flag_reasons": lambda row: _pairs(row["flag_reasons"].items()),
    "url": itemgetter("url"),
    **{name: itemgetter(name) for name in PROGRESS},
}


def _table(found: list[Row]) -> Iterator[list[Any]]:
    return ([value(row) for value in COLUMNS.values()] for row in found)


def to_csv(found: list[Row]) -> str:
    """Return the rows as CSV (commas, UTF-8, CRLF); a cell can never run as a formula."""
    return spreadsheets.to_csv(COLUMNS, _table(found))


def to_xlsx(plan: Plan, found: list[Row]) -> bytes:
    """Return the rows as a workbook: sheets of actions, of their actors, of explanations."""
    book = Workbook(write_only=True)
    actions, actors = _("Actions")[:31], _("Actors")[:31]
    spreadsheets.fill(book.create_sheet(actions), list(COLUMNS), list(_table(found)))
    names = [column.name for column in actor_columns()]
    spreadsheets.fill(book.create_sheet(actors), names, list(_actor_table(found, names)))
    head = [_("Sheet"), _("Column"), _("Type"), _("Meaning")]
    lines = [[actions, *map(str, column)] for column in action_columns()]
    lines += [[actors, *map(str, column)] for column in actor_columns()]
    spreadsheets.fill(book.create_sheet(_("Data dictionary")[:31]), head, lines)
    book.properties.title = plan.title
    book.properties.creator = "napmonitor"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _actor_table(found: list[Row], names: list[str]) -> Iterator[list[Any]]:
    """Yield a line per action and actor."""
    for row in found:
        for actor in row["actors"]:
            said = {"label": row["label"], **actor}
            yield [stacked(v) if isinstance(v := said[name], list) else v for name in names]
