"""Lists of actions as JSON, CSV and XLSX; what each field means stands in the data dictionary."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache, partial
from operator import itemgetter
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from actions.dictionary import action_columns, actor_columns
from actions.enums import Basis, Scheme
from actions.models import Action, Actor, Plan, Section
from actions.models.fields import FORBIDDEN_PATTERN
from actions.models.responsibilities import owing

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LIST_SEPARATOR = "; "  # between keys, codes and numbers, which never hold it
LINE_BREAK = re.compile(r"\r\n?|\n")
WIDEST_COLUMN = 60

Described = Callable[[Actor], dict[str, Any]]


class Row(dict[str, Any]):
    """One action as plain values, in the order of the data dictionary."""


def rows(
    actions: Iterable[Action], parents: dict[int, int | None], slugs: dict[int, str], *, site: str
) -> list[Row]:
    """Return the actions as rows in the active language.

    ``actions`` come from ``for_export``, which holds what is valid on its day; ``parents``
    is the tree of actors and ``slugs`` their names in addresses, by key; ``site`` is the
    site's root address.
    """
    described = cache(partial(_description, slugs=slugs))  # an actor stands under many actions
    return [_row(action, parents, described, site) for action in actions]


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
    owed = owing(held, parents)
    return [
        {
            **described(r.actor),
            "role": r.role,
            "phases": r.phases,
            "printed_as": r.printed_as or None,
            "inferred": r.inferred,
            "owes_entry": r.pk in owed,
        }
        for r in held
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
    return lambda row: _joined(row[name])


def _by_editors(name: str) -> Callable[[Row], str]:
    return lambda row: _joined(row["classified_by_editors"][name])


def _of_actors(name: str) -> Callable[[Row], str]:
    """Return the function that writes what is said of each actor."""
    return lambda row: _pairs((actor["slug"], actor[name]) for actor in row["actors"])


def _actors_that(name: str) -> Callable[[Row], str]:
    """Return the function that names the actors of whom something is true."""
    return lambda row: _joined(actor["slug"] for actor in row["actors"] if actor[name])


def _joined(values: Iterable[Any]) -> str:
    return LIST_SEPARATOR.join(str(value) for value in values)


def _pairs(said: Iterable[tuple[str, str | list[str] | None]]) -> str:
    """Write a line "key: text" for each text; nothing said is no line."""
    pairs = ((key, [value] if isinstance(value, str) else value or []) for key, value in said)
    return _lines(f"{key}: {text}" for key, texts in pairs for text in texts)


def _lines(texts: Iterable[str]) -> str:
    """Write a text a line; a space marks the further lines of a text that has several."""
    return "\n".join(LINE_BREAK.sub("\n ", text) for text in texts)


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
    "actor_slugs": lambda row: _joined(actor["slug"] for actor in row["actors"]),
    "actors": _of_actors("name"),
    "actor_abbreviations": _of_actors("abbreviation"),
    "actor_aliases": _of_actors("aliases"),
    "actor_levels": _of_actors("level"),
    "actor_parents": _of_actors("parent"),
    "actor_roles": _of_actors("role"),
    "actor_phases": _of_actors("phases"),
    "actors_as_printed": _of_actors("printed_as"),
    "actors_inferred": _actors_that("inferred"),
    "actors_owing_an_entry": _actors_that("owes_entry"),
    "themes": _list("themes"),
    "sdgs": _list("sdgs"),
    "pillars": _list("pillars"),
    "themes_by_editors": _by_editors("themes"),
    "sdgs_by_editors": _by_editors("sdgs"),
    "pillars_by_editors": _by_editors("pillars"),
    "flags": _list("flags"),
    "flag_reasons": lambda row: _pairs(row["flag_reasons"].items()),
    "url": itemgetter("url"),
}


def _table(found: list[Row]) -> Iterator[list[Any]]:
    return ([value(row) for value in COLUMNS.values()] for row in found)


def to_csv(found: list[Row]) -> str:
    """Return the rows as CSV (commas, UTF-8, CRLF); a cell can never run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(map(_harmless, line) for line in _table(found))
    return out.getvalue()


def _harmless(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def to_xlsx(plan: Plan, found: list[Row]) -> bytes:
    """Return the rows as a workbook: sheets of actions, of their actors, of explanations."""
    book = Workbook(write_only=True)
    actions, actors = _("Actions")[:31], _("Actors")[:31]
    _write(book.create_sheet(actions), list(COLUMNS), list(_table(found)))
    names = [column.name for column in actor_columns()]
    _write(book.create_sheet(actors), names, list(_actor_table(found, names)))
    head = [_("Sheet"), _("Column"), _("Type"), _("Meaning")]
    lines = [[actions, *map(str, column)] for column in action_columns()]
    lines += [[actors, *map(str, column)] for column in actor_columns()]
    _write(book.create_sheet(_("Data dictionary")[:31]), head, lines)
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
            yield [_lines(v) if isinstance(v := said[name], list) else v for name in names]


def _write(sheet: Worksheet, head: list[str], lines: list[list[Any]]) -> None:
    """Fill a sheet whose cells are written once, in order: so what frames them comes first."""
    letters = [get_column_letter(column) for column in range(1, len(head) + 1)]
    for column, letter in enumerate(letters):
        width = _width([head[column], *(line[column] for line in lines)])
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{letters[-1]}{len(lines) + 1}"
    sheet.append([_cell(sheet, name, bold=True) for name in head])
    pens: dict[type, Any] = {kind: _cell(sheet) for kind in (str, bool, int, date)}
    for line in lines:
        sheet.append(_set(pens, value) for value in line)


def _width(values: Iterable[Any]) -> int:
    """Return how wide a column has to be for its longest line."""
    longest = 0
    for value in values:
        if longest >= WIDEST_COLUMN:
            break
        longest = max(longest, *map(len, str(value or "").split("\n")))
    return min(longest + 2, WIDEST_COLUMN)


def _cell(sheet: Worksheet, value: Any = None, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    return cell


def _set(pens: dict[type, Any], value: Any) -> Any:
    """Return a cell with the value: the one of its type, as each is written at once."""
    if value is None or value == "":
        return None
    is_text = isinstance(value, str)
    cell = pens[str if is_text else type(value)]
    cell.value = FORBIDDEN_PATTERN.sub("", value) if is_text else value
    if is_text:
        cell.data_type = "s"  # "=1+1" stays text
    return cell
