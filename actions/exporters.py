"""Lists of actions as JSON, CSV and XLSX; what each field means stands in the data dictionary."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, partial
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from actions.enums import Basis, Scheme
from actions.models import Action, Actor, Plan
from actions.models.fields import FORBIDDEN_PATTERN
from actions.models.responsibilities import owing

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LIST_SEPARATOR = "; "


Described = Callable[[Actor], dict[str, Any]]


class Row(dict[str, Any]):
    """One action as plain values, in the order of the data dictionary."""


def rows(
    actions: Iterable[Action], parents: dict[int, int | None], slugs: dict[int, str], *,
    site: str, on: date,
) -> list[Row]:  # fmt: skip
    """Return the actions as rows in the active language.

    ``parents`` is the tree of actors and ``slugs`` their names in addresses, by key;
    ``site`` is the site's root address; ``on`` the day on which duties are looked at.
    """
    described = cache(partial(_description, slugs=slugs))  # an actor stands under many actions
    return [_row(action, parents, described, site, on) for action in actions]


def _row(
    action: Action, parents: dict[int, int | None], described: Described, site: str, on: date
) -> Row:
    section = action.section
    links = sorted(action.theme_links.all(), key=lambda link: link.theme.position)
    flags = list(action.flags.all())
    return Row(
        label=action.label,
        heading_label=action.heading_label or action.label,
        parent=action.parent.label if action.parent else None,
        section={"number": section.number, "title": section.title} if section else None,
        title=action.title if action.has_title else None,
        title_language=action.title_language if action.has_title else None,
        title_is_official=action.title_is_official,
        other_title=action.other_title or None,
        nature=action.nature or None,
        period={
            "text": action.period_text or None,
            "kind": action.period_kind,
            "start": action.period_start.isoformat() if action.period_start else None,
            "end": action.period_end.isoformat() if action.period_end else None,
        },
        actors_text=action.actors_text or None,
        actors=_actors(action, parents, described, on),
        themes=list(dict.fromkeys(link.theme.slug for link in links)),
        sdgs=_numbers(action, Scheme.SDG),
        pillars=_numbers(action, Scheme.PILLAR),
        classified_by_editors=_by_editors(action, links),
        flags=[flag.code for flag in flags],
        flag_reasons={flag.code: flag.reason for flag in flags},
        url=site + action.get_absolute_url(),
    )


def _actors(
    action: Action, parents: dict[int, int | None], described: Described, on: date
) -> list[dict[str, Any]]:
    valid = [r for r in action.responsibilities.all() if r.is_valid_on(on)]
    owed = owing(valid, parents)
    return [
        {
            **described(r.actor),
            "role": r.role,
            "phases": r.phases,
            "printed_as": r.printed_as or None,
            "inferred": r.inferred,
            "owes_entry": r.pk in owed,
        }
        for r in valid
    ]


def _description(actor: Actor, *, slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "slug": actor.slug,
        "name": actor.name,
        "abbreviation": actor.abbreviation or None,
        "aliases": [alias.text for alias in actor.aliases.all()],
        "level": actor.level,
        "parent": slugs.get(actor.parent_id) if actor.parent_id else None,
    }


def _numbers(action: Action, scheme: Scheme) -> list[int]:
    return sorted(c.number for c in action.classifications.all() if c.scheme == scheme)


def _by_editors(action: Action, links: Iterable[Any]) -> dict[str, list[Any]]:
    """Return what the editors classified, apart from what a source states."""
    chosen = [c for c in action.classifications.all() if c.basis == Basis.EDITORS]
    stated = {link.theme.slug for link in links if link.basis == Basis.SOURCE}
    return {
        "themes": [link.theme.slug for link in links if link.theme.slug not in stated],
        "sdgs": sorted(c.number for c in chosen if c.scheme == Scheme.SDG),
        "pillars": sorted(c.number for c in chosen if c.scheme == Scheme.PILLAR),
    }


def to_json(plan: Plan, found: list[Row], *, ignored: dict[str, str]) -> str:
    """Return the rows as a JSON document; ``ignored`` names parameters that were left out."""
    document = {
        "plan": plan.slug,
        "plan_title": plan.title,
        "language": get_language(),
        "licence": LICENCE,
        "count": len(found),
        "ignored_parameters": ignored,
        "actions": found,
    }
    # Valid JSON either way; escaped, it can never be taken for a page.
    return json.dumps(document, ensure_ascii=False, indent=1).replace("<", "\\u003c")


# Column, and what it says of a row. Codes stay codes; lists become one cell.
COLUMNS = {
    "label": lambda r: r["label"],
    "heading_label": lambda r: r["heading_label"],
    "parent": lambda r: r["parent"],
    "section_number": lambda r: r["section"] and r["section"]["number"],
    "section_title": lambda r: r["section"] and r["section"]["title"],
    "title": lambda r: r["title"],
    "title_language": lambda r: r["title_language"],
    "title_is_official": lambda r: r["title_is_official"],
    "other_title": lambda r: r["other_title"],
    "nature": lambda r: r["nature"],
    "period_text": lambda r: r["period"]["text"],
    "period_kind": lambda r: r["period"]["kind"],
    "period_start": lambda r: _day(r["period"]["start"]),
    "period_end": lambda r: _day(r["period"]["end"]),
    "actors_text": lambda r: r["actors_text"],
    "actors": lambda r: _joined(a["name"] for a in r["actors"]),
    "actor_slugs": lambda r: _joined(a["slug"] for a in r["actors"]),
    "actors_owing_an_entry": lambda r: _joined(a["slug"] for a in r["actors"] if a["owes_entry"]),
    "themes": lambda r: _joined(r["themes"]),
    "sdgs": lambda r: _joined(r["sdgs"]),
    "pillars": lambda r: _joined(r["pillars"]),
    "flags": lambda r: _joined(r["flags"]),
    "url": lambda r: r["url"],
}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _joined(values: Iterable[Any]) -> str:
    return LIST_SEPARATOR.join(str(value) for value in values)


def to_csv(found: list[Row]) -> str:
    """Return the rows as CSV (commas, UTF-8, CRLF); a cell can never run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in found:
        writer.writerow([_harmless(value(row)) for value in COLUMNS.values()])
    return out.getvalue()


def _harmless(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def to_xlsx(plan: Plan, found: list[Row], dictionary: Iterable[tuple[str, str]]) -> bytes:
    """Return the rows as a workbook: one sheet of actions, one with the data dictionary."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("Actions")[:31]
    _write(sheet, list(COLUMNS), [[v(row) for v in COLUMNS.values()] for row in found])
    about = book.create_sheet(_("Data dictionary")[:31])
    _write(about, [_("Field"), _("Meaning")], [list(line) for line in dictionary])
    book.properties.title = plan.title
    book.properties.creator = "napmonitor"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, head: list[str], lines: list[list[Any]]) -> None:
    for column, name in enumerate(head, start=1):
        sheet.cell(1, column, name).font = Font(bold=True)
        longest = max([len(name), *(len(str(line[column - 1] or "")) for line in lines)])
        sheet.column_dimensions[get_column_letter(column)].width = min(longest + 2, 60)
    for number, line in enumerate(lines, start=2):
        for column, value in enumerate(line, start=1):
            _set(sheet, number, column, value)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _set(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = FORBIDDEN_PATTERN.sub("", value)
        cell.data_type = "s"  # "=1+1" stays text
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell.value = value
