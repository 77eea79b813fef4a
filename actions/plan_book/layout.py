"""The sheets of a plan's workbook and their columns, as the models have them.

A column of a model is a column of its sheet, under its own words: in whichever language the
workbook was made, and under its name in the code. So is a code of a choice.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from actions import models as facts
from actions.rules.search import fold
from actions.workbooks import Column, Sheet
from actions.workbooks.making import LONGEST_TITLE
from actions.workbooks.tables import folded

PURPOSE, VERSION = "plan", 1

# What the place of a row says, and what the workbook as a whole does.
IMPLIED = {
    facts.Section: {"plan"},
    facts.Action: {"plan", "position"},
    facts.Responsibility: {"position"},
}
# What no form asks for, and what would be lost without it.
KEPT = {
    facts.Action: ("key",),
    facts.Responsibility: ("raised_on", "role_before", "decision_before"),
}
# What the site may have already; what it has is used as it stands.
SHARED = (facts.Source, facts.Theme, facts.Actor)
# What hangs under one of those, and comes with it or not at all.
HANGING = (facts.ActorName, facts.ActorAlias, facts.Succession)
# In the order in which people fill them in, and in that in which rows need one another.
SHEETS: tuple[type[Any], ...] = (
    facts.Plan, facts.Section, facts.Action, facts.Actor, facts.ActorName, facts.Responsibility,
    facts.Theme, facts.ActionTheme, facts.Classification, facts.Source, facts.FormerWording,
    facts.ActionFlag, facts.ActorAlias, facts.Succession,
)  # fmt: skip
ORDER: tuple[type[Any], ...] = (
    facts.Source, facts.Plan, facts.Theme, facts.Actor, facts.ActorName, facts.ActorAlias,
    facts.Succession, facts.Section, facts.Action, facts.FormerWording, facts.Responsibility,
    facts.ActionTheme, facts.Classification, facts.ActionFlag,
)  # fmt: skip

# More than the models say, where somebody fills a column in who does not know them.
GUIDANCE: dict[tuple[str, str], Any] = {
    ("plan", "slug"): _("Lower case, digits and hyphens; stands in addresses for good."),
    ("section", "number"): _("1, 2, 3 … in the order of the plan."),
    ("action", "section"): _("The number of the section, or what the plan calls it."),
    ("action", "parent"): _("The number of the action above; it stands further up."),
    ("action", "label"): _("As the plan numbers it: 22, 22.1, 18A, A.1, I.3.2, US0113."),
    ("action", "key"): _("Leave it empty; a plan that was exported has it."),
    ("actor", "slug"): _("Lower case, digits and hyphens; stands in addresses for good."),
    ("actor", "parent"): _("The key of the organisation above."),
    ("responsibility", "actor"): _("The key of an organisation of this workbook or of the site."),
    ("responsibility", "raised_on"): _("Leave it empty; a plan that was exported has it."),
    ("responsibility", "role_before"): _("Leave it empty; a plan that was exported has it."),
    ("responsibility", "decision_before"): _("Leave it empty; a plan that was exported has it."),
}
SOURCE_GUIDANCE = _("The key of a source; empty: the source of the plan.")


def in_all_languages(words: Any) -> list[str]:
    """Return words in each language of the site."""
    found = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.append(str(words))
    return found


@dataclass(frozen=True)
class PlanColumn:
    """A column of a sheet, with the model's own."""

    field: Any
    model: type[Any] = field(repr=False)
    # Another column of the sheet has the same words: each then says its name in the code too.
    is_shared: bool = False

    @property
    def name(self) -> str:
        """Its name in the code."""
        return str(self.field.name)

    @property
    def heading(self) -> str:
        """Its words in the active language."""
        return self.with_name(capfirst(self.field.verbose_name))

    def with_name(self, words: Any) -> str:
        """Return its words, with its name where another column has them as well."""
        return f"{words} ({self.name})" if self.is_shared else str(words)

    @property
    def headings(self) -> frozenset[str]:
        """What it is known by: its name, its words in every language."""
        words = in_all_languages(self.field.verbose_name)
        return folded([self.name, *map(self.with_name, words)])

    @property
    def is_required(self) -> bool:
        """Tell whether a row cannot do without it."""
        column = self.field
        if column.is_relation:
            return not column.null and column.related_model is not facts.Source
        return not (column.null or column.blank or column.has_default())

    @property
    def guidance(self) -> str:
        """What somebody who fills it in should know."""
        if self.field.is_relation and self.field.related_model is facts.Source:
            return str(SOURCE_GUIDANCE)
        given = GUIDANCE.get((self.model.__name__.lower(), self.name), self.field.help_text)
        return str(given)

    @cached_property
    def choices(self) -> tuple[tuple[str, Any], ...]:
        """Its codes with their words; none where any value will do."""
        return tuple((code, words) for code, words in self.field.choices or () if code)

    @cached_property
    def codes(self) -> dict[str, str]:
        """The code that a word means, folded, in any language; a code means itself."""
        found = {
            fold(word): code for code, words in self.choices for word in in_all_languages(words)
        }
        return found | {fold(code): code for code, _words in self.choices}

    @property
    def is_day(self) -> bool:
        """Tell whether it holds days."""
        return isinstance(self.field, models.DateField)


@dataclass(frozen=True)
class PlanSheet:
    """A sheet of the workbook: the rows of one model."""

    model: type[Any]
    columns: tuple[PlanColumn, ...]

    @property
    def name(self) -> str:
        """Its name in the code."""
        return self.model.__name__.lower()

    @property
    def title(self) -> str:
        """Its title in the active language."""
        meta = self.model._meta  # noqa: SLF001
        words = meta.verbose_name if self.model is facts.Plan else meta.verbose_name_plural
        return str(capfirst(words))[:LONGEST_TITLE]

    @property
    def is_required(self) -> bool:
        """Tell whether no plan can do without it."""
        return self.model in {facts.Plan, facts.Action}

    def as_read(self) -> Sheet:
        """Return what the reader of workbooks knows it by."""
        titles = {self.name, *(title[:LONGEST_TITLE] for title in self.titles())}
        columns = tuple(
            Column(
                column.name,
                column.headings,
                column.is_required,
            )
            for column in self.columns
        )
        return Sheet(self.name, folded(titles), columns, self.is_required)

    def titles(self) -> Iterable[str]:
        """Yield its title in each language."""
        for code, _name in settings.LANGUAGES:
            with override(code):
                yield self.title


def sheet_of(model: Any) -> PlanSheet:
    """Return the sheet of a model."""
    return made_of(model)


@cache
def made_of(model: type[Any]) -> PlanSheet:
    """Make the sheet of a model, once."""
    hidden = IMPLIED.get(model, set())
    kept = KEPT.get(model, ())
    found = [
        column
        for column in model._meta.concrete_fields  # noqa: SLF001
        if (column.editable and not column.primary_key and column.name not in hidden)
        or column.name in kept
    ]
    words = {column.name: folded(in_all_languages(column.verbose_name)) for column in found}
    times = Counter(word for each in words.values() for word in each)
    columns = [
        PlanColumn(one, model, any(times[word] > 1 for word in words[one.name])) for one in found
    ]
    return PlanSheet(model, tuple(columns))


def sheets() -> list[PlanSheet]:
    """Return all sheets, in the order in which people fill them in."""
    return [sheet_of(model) for model in SHEETS]
