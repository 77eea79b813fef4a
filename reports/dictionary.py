"""The data dictionary of a report's rows: each column of CSV and XLSX, its type, its meaning."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from actions import dictionary as plan

# The types, as the plan's own downloads say them.
TYPES: dict[str, Any] = {
    "text": plan.TEXT.cell,
    "text_or_empty": plan.TEXT_OR_NULL.cell,
    "code": plan.CODE.cell,
    "code_or_empty": plan.CODE_OR_NULL.cell,
    "date_or_empty": plan.DATE_OR_NULL.cell,
    "number": plan.NUMBER.cell,
    "number_or_empty": plan.NUMBER_OR_EMPTY,
    "true_or_false": plan.TRUE_OR_FALSE.cell,
    "true_false_or_empty": plan.TRUE_FALSE_OR_EMPTY,
    "lines": plan.TEXTS.cell,
    "keys": plan.KEYS.cell,
}


@dataclass(frozen=True)
class Column:
    """A column: its name, its key in TYPES, what it means.

    ``heading`` is the key of the report's word that the meaning starts with, or "".
    """

    name: str
    type: str
    meaning: Any
    heading: str = ""


WORD = _("The code before it in words, in the language asked for.")
LANGUAGE = _("Language of the text before it: en, fr, nl or de.")
WRITTEN = _("In Markdown; translated where a translation was checked, else as it was written.")


def _text(name: str) -> tuple[Column, Column]:
    """Return the columns of a text that an actor wrote."""
    return (
        Column(name, "text_or_empty", WRITTEN, heading=name),
        Column(f"{name}_language", "code_or_empty", LANGUAGE),
    )


COLUMNS: tuple[Column, ...] = (
    Column("plan", "text", _("Key of the plan in addresses.")),
    Column("year", "number", _("Year that the row speaks of.")),
    Column(
        "edition",
        "number",
        _("Number of the edition that says it; 0 is a draft, no published edition."),
    ),
    Column("is_draft", "true_or_false", _("True in a draft, which is no published edition.")),
    Column(
        "is_sample", "true_or_false", _("True for sample data, where nothing is real reporting.")
    ),
    Column("action", "text", _("Number of the action in the plan; sub-actions have their own.")),
    Column("parent", "text_or_empty", _("Number of the action that a sub-action hangs under.")),
    Column("section", "number_or_empty", _("Number of the section.")),
    Column("section_title", "text_or_empty", _("Title of the section.")),
    Column(
        "title", "text_or_empty", _("Title of the action as this edition prints it, in each year.")
    ),
    Column("title_language", "code_or_empty", LANGUAGE),
    Column(
        "title_is_official",
        "true_or_false",
        _(
            "True where the title is the plan’s own wording in that language; false for a working"
            " translation."
        ),
    ),
    Column("nature", "code_or_empty", _("Nature of the action: one_off or continuous.")),
    Column("nature_word", "text_or_empty", WORD),
    Column("period", "text_or_empty", _("Period of the action, in the language asked for.")),
    Column("period_text", "text_or_empty", _("Period as the plan prints it.")),
    Column("period_end", "date_or_empty", _("Last day of the period.")),
    Column(
        "action_status",
        "code",
        _("Status of the action; in_progress on a continuous action is “applied continuously”."),
    ),
    Column("action_status_word", "text", WORD),
    Column(
        "derived_status",
        "code_or_empty",
        _("Status that follows from the entries, where the secretariat put another in its place."),
    ),
    Column("derived_status_word", "text_or_empty", WORD),
    Column(
        "override_reason",
        "text_or_empty",
        _("Why the secretariat put another status in place of the derived one."),
    ),
    Column(
        "override_institution",
        "text_or_empty",
        _("Key of the institution that put it there, for the secretariat."),
    ),
    Column("rule", "code_or_empty", _("Rule by which the status follows from the entries.")),
    Column("why", "text_or_empty", _("Why the action has its status.")),
    Column(
        "overdue",
        "true_false_or_empty",
        _("True where the period ended before the reference date and the action is not finished."),
    ),
    Column(
        "expected",
        "number_or_empty",
        _("Number of actors of which an entry on the action is expected."),
    ),
    Column("reported", "number_or_empty", _("Number of them whose entry was accepted.")),
    Column("missing", "keys", _("Keys of the actors of which no entry was received.")),
    Column("left_out", "keys", _("Keys of the actors for which the action was not applicable.")),
    Column(
        "movement",
        "code_or_empty",
        _("Movement since the year before: up, back, none, new, completed or amended."),
    ),
    Column("movement_word", "text_or_empty", WORD),
    Column("years_without_movement", "number_or_empty", _("Number of years without movement.")),
    Column(
        "actor",
        "text_or_empty",
        _(
            "Key of the actor in addresses; empty where the action has no actor, and in earlier"
            " years, of which an edition keeps the status of the action alone."
        ),
    ),
    Column("actor_name", "text_or_empty", _("Name of the actor on the reference date.")),
    Column("actor_abbreviation", "text_or_empty", _("Abbreviation of the actor.")),
    Column("actor_parent", "text_or_empty", _("Key of the actor that it belongs to.")),
    Column("level", "code_or_empty", _("Level of government of the actor.")),
    Column("level_word", "text_or_empty", WORD),
    Column("role", "code_or_empty", _("Role of the actor: lead, responsible, partner …")),
    Column("role_word", "text_or_empty", WORD),
    Column(
        "entry_expected",
        "true_false_or_empty",
        _("True where an entry on the action is expected of the actor."),
    ),
    Column(
        "status",
        "code_or_empty",
        _(
            "Status that the actor reported; not_reported where an entry is expected and none was "
            "received."
        ),
    ),
    Column("status_word", "text_or_empty", WORD),
    Column(
        "since", "number_or_empty", _("Year of finished work that was carried over to this year.")
    ),
    Column("late", "true_false_or_empty", _("True where the entry came after the deadline.")),
    Column(
        "on_behalf",
        "true_false_or_empty",
        _("True where the secretariat wrote the entry on the actor’s behalf."),
    ),
    Column(
        "unchanged",
        "true_false_or_empty",
        _("True where the actor confirmed last year’s text without a change."),
    ),
    Column("through", "text_or_empty", _("Key of the actor that wrote for this one.")),
    *_text("done"),
    *_text("results"),
    *_text("obstacles"),
    *_text("next_steps"),
    *_text("reason"),
    *_text("gender"),
    *_text("sme"),
    Column("evidence_titles", "lines", _("Titles of the evidence.")),
    Column("evidence_addresses", "lines", _("Addresses of the evidence, in the same order.")),
    Column("evidence_kinds", "lines", _("Kinds of evidence, in the same order.")),
    Column("evidence_dates", "lines", _("Dates of the evidence, in the same order.")),
)

# What the data file and the workbook say besides.
LABELS: dict[str, Any] = {
    **{f"type_{key}": text for key, text in TYPES.items()},
    **{f"column_{column.name}": column.meaning for column in COLUMNS},
    "responsibilities": _("Responsibilities"),
    "column": _("Column"),
    "type": _("Type"),
    "code": _("Code"),
    "word": _("Word"),
    "level": _("Level of government"),
    "movement": _("Movement"),
    "movement_none": _("No movement"),
}
