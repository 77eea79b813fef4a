"""Makes rows of a plan's workbook: each checked as a form would, and what is wrong by place.

Nothing is stored here, and the database is asked only for what the site has already.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions import models as facts
from actions import workbooks
from actions.models.fields import LANGUAGES
from actions.models.sources import BY_SECRETARIAT
from actions.plan_book import layout
from actions.plan_book.layout import PlanColumn, PlanSheet
from actions.rules import conditions
from actions.rules.search import fold
from actions.workbooks import Contents, Row, Wrong
from actions.workbooks.cells import Broken

YES_AND_NO = {True: gettext_lazy("yes"), False: gettext_lazy("no")}
LONGEST_FAULT = 300


@dataclass
class Parsed:
    """What a workbook makes: new rows by model, in the order in which they are stored.

    ``used`` counts the rows of each model that the site has already. With faults nothing of it
    is to be stored.
    """

    contents: Contents
    new: dict[type[Any], list[Any]] = field(default_factory=dict)
    used: dict[type[Any], int] = field(default_factory=dict)

    @property
    def faults(self) -> list[workbooks.Fault]:
        """What is wrong with it."""
        return self.contents.faults

    @property
    def plan(self) -> facts.Plan | None:
        """The plan that it makes."""
        return next(iter(self.new.get(facts.Plan, [])), None)


def key_of(content: bytes) -> str:
    """Return the key of the plan in a workbook, "" where it names none; raises Refused."""
    sheet = layout.sheet_of(facts.Plan).as_read()
    found = workbooks.read(content, [sheet], purpose=layout.PURPOSE, version=layout.VERSION)
    rows = found.rows.get("plan", [])
    return str(rows[0].values.get("slug", "")).strip() if rows else ""


def read(content: bytes, *, replaced: facts.Plan | None = None) -> Parsed:
    """Return what a workbook makes; raises Refused where it is none that can be read.

    ``replaced`` is the draft that it would stand in for: what came with that is there no more.
    """
    known = [sheet.as_read() for sheet in layout.sheets()]
    contents = workbooks.read(content, known, purpose=layout.PURPOSE, version=layout.VERSION)
    return Reading(contents, replaced).parsed


class Reading:
    """Reads the sheets one after the other; later ones find the rows of the earlier ones."""

    def __init__(self, contents: Contents, replaced: facts.Plan | None) -> None:
        """Read them all."""
        self.replaced = replaced
        self.contents = contents
        self.parsed = Parsed(contents)
        # The rows that a cell can name, by model, and the number of the row that has them.
        self.known: dict[type[Any], dict[str, Any]] = {model: {} for model in layout.SHARED}
        self.places: dict[int, int] = {}
        self.on_site: dict[type[Any], dict[str, Any]] = {}
        for model in layout.SHARED:
            rows = [row for row in model.objects.all() if not came_with(row, replaced)]
            self.on_site[model] = {row.natural_key()[0]: row for row in rows}
            self.known[model] = dict(self.on_site[model])
        self.plan: facts.Plan | None = None
        for kind in layout.ORDER:
            self.read_sheet(layout.sheet_of(kind))
        self.finish()

    # --- Sheets -------------------------------------------------------------------

    def read_sheet(self, sheet: PlanSheet) -> None:
        """Read the rows of a sheet."""
        given = self.contents.rows.get(sheet.name, [])
        self.known.setdefault(sheet.model, {})
        self.parsed.new[sheet.model] = []
        if sheet.model is facts.Actor:
            given = self.with_bodies_above_first(given)
        checks = Once(sheet.model)
        for row in given:
            made = self.made(sheet, row)
            if made is None:
                continue
            self.remember(sheet, row, made)
            self.places[id(made)] = row.number
            if self.is_there(made):
                self.parsed.used[sheet.model] = self.parsed.used.get(sheet.model, 0) + 1
                continue
            for name, words in (*faults_of(made), *checks.faults_of(made, row.number)):
                self.fault(sheet, row, name, words)
            self.parsed.new[sheet.model].append(made)
        if sheet.model is facts.Plan:
            self.find_plan(sheet, given)

    def find_plan(self, sheet: PlanSheet, given: list[Row]) -> None:
        """Note the one plan; a draft until it is published."""
        rows = self.parsed.new[facts.Plan]
        if len(given) != 1:
            row = given[1].number if given else None
            if "plan" in self.contents.titles:
                self.contents.fault("plan", row, "", _("Describe one plan, in one row."))
            return
        if not rows:
            return
        self.plan = rows[0]
        self.plan.is_published = False
        others = facts.Plan.objects.exclude(pk=self.replaced.pk if self.replaced else None)
        if others.filter(slug=self.plan.slug).exists():
            words = _("The site has a plan with this key already. Choose another key.")
            self.fault(sheet, given[0], "slug", words)

    def finish(self) -> None:
        """Put in what the workbook as a whole says; refuse what nobody would see."""
        new = self.parsed.new
        for row in (*new[facts.Theme], *new[facts.Actor]):
            row.draft_of = self.plan
        counts: dict[int, int] = {}
        for row in new[facts.Responsibility]:
            row.position = counts.get(id(row.action), 0)
            counts[id(row.action)] = row.position + 1
        if not new[facts.Action] and "action" in self.contents.titles and not self.parsed.faults:
            self.contents.fault("action", None, "", _("The plan has no action."))

    def with_bodies_above_first(self, given: list[Row]) -> list[Row]:
        """Return the rows of bodies so that each stands below the one that it is part of."""
        by_key = {str(row.values.get("slug", "")).strip(): row for row in given}
        found: dict[int, Row] = {}

        def put(row: Row, depth: int) -> None:
            above = by_key.get(str(row.values.get("parent", "")).strip())
            if above is not None and above.number not in found and depth:
                put(above, depth - 1)
            found.setdefault(row.number, row)

        for row in given:
            put(row, depth=20)
        return list(found.values())

    def is_there(self, row: Any) -> bool:
        """Tell whether the site has a row already, or it hangs under one that it has."""
        model = type(row)
        if model in layout.SHARED:
            return row.natural_key()[0] in self.on_site[model]
        if model in {facts.ActorName, facts.ActorAlias}:
            return row.actor.pk is not None
        if model is facts.Succession:
            return row.predecessor.pk is not None or row.successor.pk is not None
        return False

    def remember(self, sheet: PlanSheet, row: Row, made: Any) -> None:
        """Let later cells name a row."""
        known = self.known[sheet.model]
        if sheet.model in layout.SHARED:
            known.setdefault(made.natural_key()[0], made)
        elif sheet.model is facts.Section:
            known.setdefault(str(made.number), made)
            if made.label:
                known.setdefault(made.label, made)
        elif sheet.model is facts.Action:
            made.key = made.key or made.label
            known.setdefault(made.label, made)
        del row

    # --- Rows and cells ---------------------------------------------------------------

    def made(self, sheet: PlanSheet, row: Row) -> Any:
        """Return the unsaved row that a row of the workbook tells of; None where it cannot be."""
        values: dict[str, Any] = {}
        is_whole = True
        for column in sheet.columns:
            given = row.values.get(column.name)
            try:
                if isinstance(given, Broken):
                    is_whole = False  # said where the cell was read
                elif given is not None:
                    values[column.name] = self.value(column, given)
                elif column.is_required:
                    raise Wrong(_("This must be filled in."))
                elif takes_source(column, values):
                    values[column.name] = self.default_source()
            except Wrong as wrong:
                is_whole = False
                self.fault(sheet, row, column.name, str(wrong))
        if not is_whole:
            return None
        if sheet.model in {facts.Section, facts.Action}:
            values["plan"] = self.plan or facts.Plan()
        if sheet.model is facts.Action:
            values["position"] = len(self.parsed.new[facts.Action]) + 1
        return sheet.model(**values)

    def default_source(self) -> facts.Source:
        """Return what a row without a source rests on: the plan's, or the secretariat."""
        if self.plan is not None:
            return self.plan.source
        known = self.known[facts.Source]
        if BY_SECRETARIAT not in known:
            made = facts.Source(
                key=BY_SECRETARIAT, title="Entered by the secretariat", language="en"
            )
            known[BY_SECRETARIAT] = made
            self.parsed.new[facts.Source].append(made)
        found: facts.Source = known[BY_SECRETARIAT]
        return found

    def value(self, column: PlanColumn, given: Any) -> Any:
        """Return what a column takes for a cell; raises Wrong."""
        if column.field.is_relation:
            return self.named(column, workbooks.as_text(given))
        if column.choices:
            return chosen(column, workbooks.as_text(given))
        kinds = (take for kind, take in TAKERS.items() if isinstance(column.field, kind))
        return next(kinds, workbooks.as_text)(given)

    def named(self, column: PlanColumn, key: str) -> Any:
        """Return the row that a cell names; raises Wrong where there is none, or it comes later."""
        model = column.field.related_model
        found = self.known.get(model, {}).get(key)
        if found is not None:
            return found
        sheet = layout.sheet_of(model)
        name = "label" if model is facts.Action else sheet.columns[0].name
        for row in self.contents.rows.get(sheet.name, []):
            if str(row.values.get(name, "")).strip() != key:
                continue
            if model is column.model:
                words = _("“%(key)s” stands further down, in row %(row)s. Put it above this row.")
                raise Wrong(words % {"key": key[:60], "row": row.number})
            raise Wrong  # that row is wrong itself, as was said there
        words = _("Nothing on the sheet “%(sheet)s” is called “%(key)s”.")
        raise Wrong(words % {"key": key[:60], "sheet": sheet.title})

    def fault(self, sheet: PlanSheet, row: Row, column: str, words: str) -> None:
        """Note what is wrong with a cell, or with a row (""); nothing where that was said."""
        if words:
            self.contents.fault(sheet.name, row.number, column, words[:LONGEST_FAULT])


def came_with(row: Any, plan: facts.Plan | None) -> bool:
    """Tell whether a row came with the draft of a plan."""
    return plan is not None and row.draft_of_id == plan.pk


def takes_source(column: PlanColumn, values: dict[str, Any]) -> bool:
    """Tell whether a column needs a source, which may be the plan's: a title there is, a fact."""
    if not column.field.is_relation or column.field.related_model is not facts.Source:
        return False
    has_title = any(values.get(f"title_{code}") for code in LANGUAGES)
    return not column.field.null or (column.name == "title_source" and has_title)


def chosen(column: PlanColumn, text: str) -> str:
    """Return the code that a text means, in whichever language; raises Wrong."""
    code = column.codes.get(fold(text))
    if code is None:
        words = ", ".join(str(words) for _code, words in column.choices[:8])
        raise Wrong(_("“%(text)s” is none of: %(words)s.") % {"text": text[:60], "words": words})
    return code


def truth(given: Any) -> bool:
    """Return whether a cell says yes; raises Wrong."""
    if isinstance(given, bool):
        return given
    text = fold(str(given))
    for answer, words in YES_AND_NO.items():
        if text in {fold(word) for word in layout.in_all_languages(words)} | {str(answer).lower()}:
            return answer
    raise Wrong(_("Enter yes or no."))


def lines(given: Any) -> list[str]:
    """Return the lines of a cell."""
    return [line.strip() for line in workbooks.as_text(given).split("\n") if line.strip()]


TAKERS: dict[type[Any], Callable[[Any], Any]] = {
    models.DateField: workbooks.as_date,
    models.BooleanField: truth,
    models.IntegerField: workbooks.as_number,
    models.JSONField: lines,
}


def faults_of(row: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a row by itself, by column; "" for the row as a whole."""
    meta = row._meta  # noqa: SLF001
    links = [column.name for column in meta.concrete_fields if column.is_relation]
    checks: list[Callable[[], None]] = [lambda: row.clean_fields(exclude=links), row.clean]
    for check in checks:
        try:
            check()
        except ValidationError as error:
            given = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            for name, messages in given.items():
                yield ("" if name == NON_FIELD_ERRORS else name), " ".join(messages)
    for constraint in meta.constraints:
        if not isinstance(constraint, models.CheckConstraint):
            continue
        if conditions.met(constraint.condition, row) is False:
            yield "", str(constraint.violation_error_message)


class Once:
    """Knows what a model has only once, and says where it stood before."""

    def __init__(self, model: type[Any]) -> None:
        meta = model._meta  # noqa: SLF001
        self.seen: dict[tuple[Any, ...], int] = {}
        self.unique = [c for c in meta.constraints if isinstance(c, models.UniqueConstraint)]
        self.columns = [c.name for c in meta.concrete_fields if c.unique and not c.primary_key]

    def faults_of(self, row: Any, number: int) -> Iterator[tuple[str, str]]:
        """Yield a fault for each thing that an earlier row of the sheet has already."""
        rules: list[tuple[tuple[str, ...], str]] = [((name,), name) for name in self.columns]
        rules += [
            (tuple(rule.fields), rule.name)
            for rule in self.unique
            if rule.condition is None or conditions.met(rule.condition, row)
        ]
        for fields, name in rules:
            values = tuple(same(getattr(row, field)) for field in fields)
            if None in values and name != "actor_name_one_first":
                continue
            first = self.seen.setdefault((name, *values), number)
            if first != number:
                words = _("The same stands in row %(row)s already.") % {"row": first}
                yield fields[-1], words
                return


def same(value: Any) -> Any:
    """Return what two rows are compared by: of a row that is not stored, the row itself."""
    return id(value) if isinstance(value, models.Model) else value
