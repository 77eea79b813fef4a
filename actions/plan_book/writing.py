"""Makes a workbook of a plan, with all that it is made of, or an empty one; both with guidance."""

import io
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from actions import models as facts
from actions.plan_book import layout
from actions.plan_book.layout import PlanColumn, PlanSheet
from actions.services import plans
from actions.workbooks.cells import MOST_ROWS
from actions.workbooks.making import DAY, HEAD, LONGEST_TITLE, TEXT, TOP, Lists, put
from actions.workbooks.tables import MARK
from document import characters

WIDTHS = {True: 44, False: 18}  # of columns for long texts, and of others
LONG = 60  # characters that make a text long
MOST_IN_A_LIST = MOST_ROWS

Rows = dict[type[Any], list[Any]]


def rows_of(plan: facts.Plan) -> Rows:
    """Return all that a plan is made of, by model, in a lasting order.

    With the bodies under its actions, those above them, those that took over from them, and
    their names; with the themes and the sources that any of it names.
    """
    found: Rows = {facts.Plan: [plan]}
    found[facts.Section] = list(linked(facts.Section).filter(plan=plan).order_by("number"))
    found[facts.Action] = with_parents_first(plan)
    for model, path in plans.PARTS:
        rows = linked(model).filter(**{path: plan})
        more = ("position",) if model is facts.Responsibility else ()
        found[model] = list(rows.order_by("action__position", "action_id", *more, "pk"))
    found[facts.Actor] = actors_of(plan)
    keys = [row.pk for row in found[facts.Actor]]
    for model in (facts.ActorName, facts.ActorAlias):
        found[model] = list(linked(model).filter(actor__in=keys).order_by("actor__slug", "pk"))
    both = Q(predecessor__in=keys, successor__in=keys)
    found[facts.Succession] = list(
        linked(facts.Succession).filter(both).order_by("predecessor__slug", "successor__slug")
    )
    themes = {row.theme_id for row in found[facts.ActionTheme]}
    found[facts.Theme] = list(linked(facts.Theme).filter(pk__in=themes).order_by("slug"))
    named = plans.sources_of(row for rows in found.values() for row in rows)
    found[facts.Source] = list(facts.Source.objects.filter(pk__in=named).order_by("key"))
    return found


def with_parents_first(plan: facts.Plan) -> list[facts.Action]:
    """Return the actions in the order of the plan; none stands above the one that it is part of."""
    rows = list(linked(facts.Action).of(plan))
    found: dict[int, facts.Action] = {}
    for row in rows:
        if row.parent is not None:
            found.setdefault(row.parent.pk, next(one for one in rows if one.pk == row.parent_id))
        found.setdefault(row.pk, row)
    return list(found.values())


def actors_of(plan: facts.Plan) -> list[facts.Actor]:
    """Return the bodies of a plan with those above them and those that took over from them."""
    found: dict[int, facts.Actor] = {}
    left = list(facts.Actor.objects.filter(plans.used_by(plan)).distinct())
    while left:
        found |= {row.pk: row for row in plans.above(left)}
        heirs = Q(origins__predecessor__in=list(found)) & ~Q(pk__in=list(found))
        left = list(facts.Actor.objects.filter(heirs).distinct())
    return list(linked(facts.Actor).filter(pk__in=list(found)).order_by("slug"))


def linked(model: type[Any]) -> Any:
    """Return the rows of a model with those that its columns name."""
    columns = [column.name for column in layout.sheet_of(model).columns if column.field.is_relation]
    return model.objects.select_related(*columns)


def of_plan(plan: facts.Plan) -> bytes:
    """Return a plan as a workbook, in the active language."""
    return made(rows_of(plan), title=plan.title)


def template() -> bytes:
    """Return an empty workbook, in the active language."""
    return made({}, title=_("Template of a plan"))


def made(rows: Rows, *, title: str) -> bytes:
    """Return a workbook with guidance, a sheet per kind of row, and the lists to choose from."""
    book = Workbook()
    guide(book)
    lists = Lists()
    for sheet in layout.sheets():
        fill(book.create_sheet(sheet.title), sheet, rows.get(sheet.model, []), lists)
    lists.write(book.create_sheet(_("Lists")[:LONGEST_TITLE]))
    book.properties.title = characters.without(title)
    book.properties.creator = "napmonitor"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def guide(book: Workbook) -> None:
    """Write the first sheet: what the workbook is, how it is filled in, what each column takes."""
    sheet = book.active
    sheet.title = _("Guidance")[:LONGEST_TITLE]
    sheet.append([MARK, layout.PURPOSE, layout.VERSION])
    for line in (
        _(
            "Fill in a row for each thing on the sheets that follow. Only the sheets of the plan "
            "and of its actions are needed; leave out what the plan does not say."
        ),
        _(
            "The order of the actions on their sheet is that of the plan; sub-actions stand below "
            "their action. One language is enough; the others can follow."
        ),
        _(
            "Dates are dates of the spreadsheet; no formulas. What the site has already under the "
            "same key (organisations, themes, sources) is used as it stands there."
        ),
    ):
        sheet.append([line])
        sheet.merge_cells(
            start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=5
        )
        sheet.row_dimensions[sheet.max_row].height = 32
        sheet.cell(sheet.max_row, 1).alignment = TOP
    head = [_("Sheet"), _("Column"), _("Needed"), _("Takes"), _("Meaning")]
    sheet.append([])
    sheet.append(head)
    for cell in sheet[sheet.max_row]:
        cell.font = HEAD
    for part in layout.sheets():
        for column in part.columns:
            needed = _("yes") if column.is_required else ""
            sheet.append([part.title, column.heading, needed, takes(column), column.guidance])
            for cell in sheet[sheet.max_row]:
                cell.alignment = TOP
    for letter, width in zip("ABCDE", (28, 36, 10, 40, 70), strict=True):
        sheet.column_dimensions[letter].width = width


# What a column of a kind takes, in words.
KINDS = {
    "DateField": gettext_lazy("a date"),
    "BooleanField": gettext_lazy("yes or no"),
    "JSONField": gettext_lazy("a text a line"),
    "PositiveIntegerField": gettext_lazy("a whole number"),
    "PositiveSmallIntegerField": gettext_lazy("a whole number"),
}


def takes(column: PlanColumn) -> str:
    """Return in words what a column takes."""
    if column.choices:
        return "; ".join(str(words) for _code, words in column.choices)
    if column.field.is_relation:
        target = layout.sheet_of(column.field.related_model)
        return _("a row of the sheet “%(sheet)s”") % {"sheet": target.title}
    length = column.field.max_length
    text = (
        _("a text of at most %(count)s characters") % {"count": length} if length else _("a text")
    )
    return str(KINDS.get(column.field.get_internal_type(), text))


def fill(sheet: Worksheet, part: PlanSheet, rows: list[Any], lists: Lists) -> None:
    """Write a sheet: headings, rows, the formats and lists of its columns."""
    for place, column in enumerate(part.columns, start=1):
        letter = get_column_letter(place)
        head = put(sheet, 1, place, column.heading)
        head.font, head.alignment = HEAD, TOP
        is_long = (
            column.field.max_length or 0
        ) > LONG or column.field.get_internal_type() == "TextField"
        sheet.column_dimensions[letter].width = WIDTHS[is_long]
        sheet.column_dimensions[letter].number_format = DAY if column.is_day else TEXT
        if choice := list_of(column, lists):
            choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
            sheet.add_data_validation(choice)
    for number, row in enumerate(rows, start=2):
        for place, column in enumerate(part.columns, start=1):
            put(sheet, number, place, shown(column, row))
    sheet.freeze_panes = "B2"


def list_of(column: PlanColumn, lists: Lists) -> DataValidation | None:
    """Return the drop-down list of a column; other rows of the workbook for what names one."""
    if column.choices:
        lines = [str(words) for _code, words in column.choices]
        return DataValidation("list", lists.range_of(lines), allow_blank=True)
    if column.field.get_internal_type() == "BooleanField":
        return DataValidation("list", lists.range_of([_("yes"), _("no")]), allow_blank=True)
    if column.field.is_relation:
        target = layout.sheet_of(column.field.related_model)
        name = "label" if target.model is facts.Action else target.columns[0].name
        place = next(n for n, c in enumerate(target.columns, start=1) if c.name == name)
        letter = get_column_letter(place)
        where = f"{quote_sheetname(target.title)}!${letter}$2:${letter}${MOST_IN_A_LIST + 1}"
        # What the site has already may be named as well, so other words are let in.
        return DataValidation("list", where, allow_blank=True, showErrorMessage=False)
    return None


def shown(column: PlanColumn, row: Any) -> Any:
    """Return what a cell says."""
    value = getattr(row, column.name)
    if value is None or value == "":
        return None
    if column.field.is_relation:
        return named(value)
    if column.choices:
        return str(dict(column.choices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "\n".join(value) if isinstance(value, list) else value


def named(row: Any) -> str:
    """Return what a cell names a row by."""
    if isinstance(row, facts.Section):
        return str(row.number)
    return str(row.label if isinstance(row, facts.Action) else row.natural_key()[0])
