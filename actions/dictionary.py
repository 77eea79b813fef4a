"""The data dictionary: what each field and each column of the downloads means.

``FIELDS`` is the one source: the columns of CSV and XLSX follow from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

# Text that is translated when it is shown.
Text = Any


class Kind(NamedTuple):
    """A type: how JSON says it, and how a cell of CSV or XLSX does."""

    json: Text
    cell: Text


class Column(NamedTuple):
    """A column of CSV or XLSX."""

    name: str
    kind: Text
    meaning: Text


TEXT = Kind(_("text"), _("text"))
TEXT_OR_NULL = Kind(_("text or null"), _("text or empty"))
CODE = Kind(_("code"), _("code"))
CODE_OR_NULL = Kind(_("code or null"), _("code or empty"))
DATE_OR_NULL = Kind(_("date or null"), _("date or empty"))
NUMBER = Kind(_("whole number"), _("whole number"))
TRUE_OR_FALSE = Kind(_("true or false"), _("true or false"))
NUMBER_OR_NULL = Kind(_("whole number or null"), _("whole number or empty"))
TRUE_FALSE_OR_NULL = Kind(_("true, false or null"), _("true, false or empty"))
TEXTS = Kind(_("list of texts"), _("one text a line"))
KEYS = Kind(_("list of texts"), _("keys with “; ” between"))
NUMBERS = Kind(_("list of numbers"), _("numbers with “; ” between"))
CODES = Kind(_("list of codes"), _("codes with “; ” between"))
# These have no column: what is in them has.
LIST = Kind(_("list"), None)
OBJECT = Kind(_("object"), None)
OBJECT_OR_NULL = Kind(_("object or null"), None)

PAIRS = _("one “key: text” a line")
TEXT_OR_EMPTY = TEXT_OR_NULL.cell
NUMBER_OR_EMPTY = _("whole number or empty")
TRUE_FALSE_OR_EMPTY = _("true, false or empty")

OF_AN_ACTOR = "actors[]."


@dataclass(frozen=True)
class Field:
    """A field of JSON, and the columns of CSV and XLSX that hold it."""

    name: str
    kind: Kind
    meaning: Text
    # Its column among the actions, where that has another name, type or meaning.
    flat: Column | None = None
    # True for a field around the rows: only JSON has it.
    around: bool = False

    @property
    def column(self) -> Column | None:
        """The column of CSV and of the sheet of actions, if it has one."""
        if self.flat or self.around or self.kind.cell is None:
            return self.flat
        return Column(self.name, self.kind.cell, self.meaning)

    @property
    def actor_column(self) -> Column | None:
        """The column of the sheet of actors, if it has one."""
        if self.name != "label" and not self.name.startswith(OF_AN_ACTOR):
            return None
        return Column(self.name.removeprefix(OF_AN_ACTOR), self.kind.cell, self.meaning)


def _around(name: str, kind: Kind, meaning: Text) -> Field:
    return Field(name, kind, meaning, around=True)


def _flat(
    name: str, kind: Kind, meaning: Text, column: str, cell: Text = None, says: Text = None
) -> Field:
    """Return a field whose column has a name, perhaps a type and a meaning, of its own."""
    return Field(name, kind, meaning, Column(column, cell or kind.cell, says or meaning))


FIELDS = [
    _around("plan", TEXT, _("Key of the plan in addresses.")),
    _around("plan_title", TEXT, _("Title of the plan.")),
    _around("plan_document", TEXT_OR_NULL, _("Address of the plan’s document, where it is known.")),
    _around("language", CODE, _("Language asked for: en, fr, nl or de.")),
    _around("licence", TEXT, _("Address of the licence of the data.")),
    _around("count", NUMBER, _("Number of rows.")),
    _around(
        "ignored_parameters",
        OBJECT,
        _("Filters in the address whose value is not known; they were left out."),
    ),
    _around("actions", LIST, _("The rows, in the order of the plan.")),
    Field(
        "label",
        TEXT,
        _("Number of the action in the plan’s final table; sub-actions have their own."),
    ),
    Field("heading_label", TEXT, _("Number as the heading in the plan’s text prints it.")),
    Field("parent", TEXT_OR_NULL, _("Number of the numbered action that a sub-action belongs to.")),
    Field("section", OBJECT_OR_NULL, _("Number and title of the section.")),
    _flat("section.number", NUMBER, _("Number of the section."), "section_number", NUMBER_OR_EMPTY),
    _flat(
        "section.title",
        TEXT,
        _("Title of the section, in the language asked for."),
        "section_title",
        TEXT_OR_EMPTY,
    ),
    _flat(
        "section.title_is_official",
        TRUE_OR_FALSE,
        _(
            "True where the title of the section is the plan’s own wording in that language; "
            "false for a working translation."
        ),
        "section_title_is_official",
        TRUE_FALSE_OR_EMPTY,
    ),
    Field(
        "title",
        TEXT_OR_NULL,
        _(
            "Title in the language asked for, else in the language given next; missing where no "
            "source gives one."
        ),
    ),
    Field("title_language", TEXT_OR_NULL, _("Language of the title: en, fr, nl or de.")),
    Field(
        "title_is_official",
        TRUE_OR_FALSE,
        _(
            "True where the title is the plan’s own wording in that language; false for a working"
            " translation."
        ),
    ),
    Field(
        "other_title",
        TEXT_OR_NULL,
        _("The other printed title, where heading and table of the source differ."),
    ),
    Field(
        "nature",
        CODE_OR_NULL,
        _(
            "one_off (done once) or continuous (applied as long as the plan runs); derived by the"
            " editors from the period and the title."
        ),
    ),
    Field("period", OBJECT, _("The period as printed, its kind, its first and its last day.")),
    _flat("period.text", TEXT_OR_NULL, _("The period as the source prints it."), "period_text"),
    _flat(
        "period.kind",
        CODE,
        _(
            "How the source words the period: open, plan, range, year, deadline, milestone, "
            "phases, mixed, external or missing."
        ),
        "period_kind",
    ),
    _flat("period.start", DATE_OR_NULL, _("First day of the period (YYYY-MM-DD)."), "period_start"),
    _flat("period.end", DATE_OR_NULL, _("Last day of the period (YYYY-MM-DD)."), "period_end"),
    Field("actors_text", TEXT_OR_NULL, _("The actors as the source prints them.")),
    Field("actors", LIST, _("The actors as organisations, in the order of the source.")),
    _flat(
        "actors[].slug",
        TEXT,
        _("Key of the actor in addresses; it does not change."),
        "actor_slugs",
        KEYS.cell,
        _(
            "Keys of the actors, in the order of the source. In the columns that follow, each "
            "line holds a key, a colon and what is said of that actor; an actor of which nothing "
            "is said has no line."
        ),
    ),
    _flat(
        "actors[].name",
        TEXT,
        _("Name in the language asked for, else in another one."),
        "actors",
        PAIRS,
    ),
    _flat(
        "actors[].abbreviation",
        TEXT_OR_NULL,
        _("Abbreviation in the same language."),
        "actor_abbreviations",
        PAIRS,
    ),
    _flat(
        "actors[].aliases",
        TEXTS,
        _("Other ways in which the sources write the actor, slips included."),
        "actor_aliases",
        PAIRS,
    ),
    _flat(
        "actors[].level",
        CODE,
        _(
            "Level of government: federal, flemish, walloon, brussels, communities, independent "
            "or partner."
        ),
        "actor_levels",
        PAIRS,
    ),
    _flat(
        "actors[].parent",
        TEXT_OR_NULL,
        _("Key of the organisation that the actor is part of."),
        "actor_parents",
        PAIRS,
    ),
    _flat(
        "actors[].role", CODE, _("lead, responsible, partner or beneficiary."), "actor_roles", PAIRS
    ),
    _flat(
        "actors[].phases",
        TEXTS,
        _("Phases that the source names for this actor."),
        "actor_phases",
        PAIRS,
    ),
    _flat(
        "actors[].printed_as",
        TEXT_OR_NULL,
        _("The words of the source for this actor."),
        "actors_as_printed",
        PAIRS,
    ),
    _flat(
        "actors[].inferred",
        TRUE_OR_FALSE,
        _("True where the editors inferred the actor or its role."),
        "actors_inferred",
        KEYS.cell,
        _("Those actors that the editors inferred, or whose role they inferred."),
    ),
    _flat(
        "actors[].entry_expected",
        TRUE_OR_FALSE,
        _("True where an entry is expected of the actor in every yearly round."),
        "actors_entry_expected",
        KEYS.cell,
        _("Those actors of which an entry is expected in every yearly round."),
    ),
    _flat("themes", KEYS, _("Keys of the themes."), "themes"),
    _flat("sdgs", NUMBERS, _("Sustainable Development Goals, 1 to 17."), "sdgs"),
    _flat("pillars", NUMBERS, _("Pillars of the UN Guiding Principles, 1 to 3."), "pillars"),
    Field(
        "classified_by_editors",
        OBJECT,
        _("Those themes, goals and pillars that the editors chose and no source states."),
    ),
    _flat(
        "classified_by_editors.themes",
        KEYS,
        _("Those themes that the editors chose and no source states."),
        "themes_by_editors",
    ),
    _flat(
        "classified_by_editors.sdgs",
        NUMBERS,
        _("Those goals that the editors chose and no source states."),
        "sdgs_by_editors",
    ),
    _flat(
        "classified_by_editors.pillars",
        NUMBERS,
        _("Those pillars that the editors chose and no source states."),
        "pillars_by_editors",
    ),
    Field(
        "promise",
        TEXT_OR_NULL,
        _("What the plan promises, in the language given next; missing where not entered."),
    ),
    Field("promise_language", TEXT_OR_NULL, _("Language of that text: en, fr, nl or de.")),
    Field(
        "promise_is_official",
        TRUE_FALSE_OR_NULL,
        _("True where that text is the plan’s own; false for a working translation."),
    ),
    Field("promise_source", TEXT_OR_NULL, _("Document that the text is from.")),
    Field("promise_source_url", TEXT_OR_NULL, _("Address of that document.")),
    _flat("flags", CODES, _("What is odd in the source about this action."), "flags"),
    _flat(
        "flag_reasons",
        OBJECT,
        _("For each oddity: what is printed, what is shown here, and why."),
        "flag_reasons",
        PAIRS,
        _(
            "For each oddity: what is printed, what is shown here, and why. Here as in every cell "
            "with lines, a line that starts with a space goes on with the text above it."
        ),
    ),
    Field("url", TEXT, _("Address of the action’s page.")),
    Field(
        "status",
        CODE_OR_NULL,
        _(
            "Status in the newest published report (or the one of the year asked for): done, "
            "partly_done, in_progress, not_started, discontinued, not_applicable, not_reported or "
            "insufficient; missing where no report speaks of the action."
        ),
    ),
    Field(
        "overdue",
        TRUE_FALSE_OR_NULL,
        _(
            "True where the period ended before the report’s reference date and the action was "
            "not finished."
        ),
    ),
    Field(
        "entries_expected", NUMBER_OR_NULL, _("Number of actors of which an entry was expected.")
    ),
    Field("entries_accepted", NUMBER_OR_NULL, _("Number of those of which an entry was accepted.")),
    Field(
        "movement",
        CODE_OR_NULL,
        _(
            "Movement since the previous report, judged by the actors that reported both times: "
            "moved_up, moved_back, suspended, more_information, less_information, reassessed, "
            "same or new; missing where there is nothing to compare with."
        ),
    ),
    Field("report_year", NUMBER_OR_NULL, _("Year of the report that the status is from.")),
    Field("report_edition", NUMBER_OR_NULL, _("Edition of that report.")),
    Field(
        "report_is_sample",
        TRUE_FALSE_OR_NULL,
        _("True where the report is sample data: it contains no real entries."),
    ),
]


def action_columns() -> Iterator[Column]:
    """Yield the columns of CSV and of the sheet of actions, in their order."""
    return (column for field in FIELDS if (column := field.column))


def actor_columns() -> Iterator[Column]:
    """Yield the columns of the sheet of actors, in their order."""
    return (column for field in FIELDS if (column := field.actor_column))
