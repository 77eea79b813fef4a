"""The data dictionary of a report's tables: each column of CSV and XLSX, its type, its meaning.

One row is one thing: an action in a round, a responsibility in a round, a document. Keys are the
same in every language; the words for codes stand in a table of their own.
"""

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
    "keys": plan.KEYS.cell,
}


# A chart of how much of what was expected of an actor came in time, by year: a sign for each entry;
# {root} is the address of the interface.
API_EXAMPLE = """\
import json
from urllib.request import urlopen

address = "{root}plans/nap2/entries/?actor=fps-justice&per_page=200"
in_time = {{}}
while address:
    page = json.load(urlopen(address))
    for entry in page["results"]:
        if entry["expected"]:
            came = entry["status"] is not None and not entry["late"]
            in_time.setdefault(entry["year"], []).append(came)
    address = page["next"]
for year, came in sorted(in_time.items()):
    chart = "#" * sum(came) + "." * (len(came) - sum(came))
    print(year, chart, f"{{sum(came)}} of {{len(came)}} in time")
"""


@dataclass(frozen=True)
class Column:
    """A column: its name, its key in TYPES, what it means.

    ``heading`` is the key of the report's word that the meaning starts with, or "". ``is_later``
    tells that it came after schema 3: editions from before have no such column.
    """

    name: str
    type: str
    meaning: Any
    heading: str = ""
    is_later: bool = False


LANGUAGE = _("Language of the text before it: en, fr, nl or de.")
WRITTEN = _("In Markdown; translated where a translation was checked, else as it was written.")

# What every table starts with: the edition that a row is of.
EDITION = (
    Column("plan", "text", _("Key of the plan in addresses.")),
    Column("year", "number", _("Year that the row refers to.")),
    Column(
        "edition",
        "number",
        _("Number of the edition that says it; 0 is a draft, no published edition."),
    ),
    Column("is_draft", "true_or_false", _("True in a draft, which is no published edition.")),
    Column("is_sample", "true_or_false", _("True for sample data, which contain no real entries.")),
)
ACTION_ID = Column(
    "action_id",
    "text",
    _("Lasting key of the action: the number under which it first stood in the plan."),
)
# What tables about actions start with.
ROUND = (*EDITION, ACTION_ID)
ACTOR = Column("actor", "text", _("Key of the actor in addresses."))


def _text(name: str) -> tuple[Column, Column]:
    """Return the columns of a text that an actor wrote; no status is called like one."""
    return (
        Column(f"text_{name}", "text_or_empty", WRITTEN, heading=name),
        Column(f"text_{name}_language", "code_or_empty", LANGUAGE),
    )


MET = Column(
    "met",
    "true_or_false",
    _("True where it does all that the plan asks: done, or applied continuously."),
)
EXPECTED_BY = Column(
    "expected_by",
    "date_or_empty",
    _("Day by which unfinished work is now expected to be completed."),
)

ACTIONS: tuple[Column, ...] = (
    *ROUND,
    Column("action", "text", _("Number of the action in the plan; sub-actions have their own.")),
    Column("parent", "text_or_empty", _("Number of the action that a sub-action belongs to.")),
    Column("section", "text_or_empty", _("Number of the section.")),
    Column("section_title", "text_or_empty", _("Title of the section.")),
    Column(
        "title",
        "text_or_empty",
        _("Title of the action as this edition prints it, also in the rows of earlier years."),
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
    Column("period", "text_or_empty", _("Period of the action, in the language asked for.")),
    Column("period_text", "text_or_empty", _("Period as the plan prints it.")),
    Column("period_start", "date_or_empty", _("First day of the period.")),
    Column("period_end", "date_or_empty", _("Last day of the period.")),
    Column("goals", "keys", _("Numbers of the Sustainable Development Goals of the action.")),
    Column("pillars", "keys", _("Numbers of the pillars of the UN Guiding Principles.")),
    Column("themes", "keys", _("Keys of the themes of the action.")),
    Column(
        "status",
        "code",
        _("Status of the action; in_progress on a continuous action is “applied continuously”."),
    ),
    MET,
    Column(
        "derived_status",
        "code_or_empty",
        _("Status that follows from the entries, where the secretariat put another in its place."),
    ),
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
        "entries_expected",
        "number_or_empty",
        _("Number of actors of which an entry on the action is expected."),
    ),
    Column("entries_received", "number_or_empty", _("Number of them whose entry was accepted.")),
    Column("missing", "keys", _("Keys of the actors of which no entry has been accepted.")),
    Column("left_out", "keys", _("Keys of the actors for which the action was not applicable.")),
    Column(
        "movement",
        "code_or_empty",
        _(
            "Movement of the action since the edition compared with, judged by the actors that "
            "reported both times; empty where there is nothing to compare with."
        ),
    ),
    Column("causes", "keys", _("Why it was reassessed, as codes.")),
    Column(
        "completed",
        "true_false_or_empty",
        _("True where it does all that the plan asks now and did not before."),
    ),
    Column("amended", "true_false_or_empty", _("True where the plan itself was changed.")),
    Column(
        "unmoved",
        "number_or_empty",
        _("Number of comparisons in a row in which no actor that reported both times moved."),
    ),
    EXPECTED_BY,
    Column(
        "slipped",
        "true_false_or_empty",
        _("True where it is expected later than in the edition compared with."),
        is_later=True,
    ),
    Column(
        "former_action", "text_or_empty", _("Number in the edition before, where it was another."),
        is_later=True,
    ),
    Column(
        "former_section", "text_or_empty",
        _("Section in the edition before, where it was another."), is_later=True,
    ),
    Column(
        "former_title", "text_or_empty",
        _("Title in the edition before, where the plan itself had another."), is_later=True,
    ),
    Column("former_title_language", "code_or_empty", LANGUAGE, is_later=True),
    Column(
        "former_nature", "code_or_empty", _("Nature in the edition before, where it was another."),
        is_later=True,
    ),
    Column(
        "former_period_text", "text_or_empty",
        _("Period as the plan printed it before, where it was another."), is_later=True,
    ),
    Column(
        "former_period_end", "date_or_empty",
        _("Last day of the period before, where it was another."), is_later=True,
    ),
    Column(
        "actors_added", "keys",
        _("Keys of the actors that the plan added since the edition before."), is_later=True,
    ),
    Column(
        "actors_ended", "keys",
        _("Keys of the actors that the plan no longer names for the action."), is_later=True,
    ),
)  # fmt: skip

ENTRIES: tuple[Column, ...] = (
    *ROUND,
    ACTOR,
    Column("actor_name", "text_or_empty", _("Name of the actor on the reference date.")),
    Column("actor_abbreviation", "text_or_empty", _("Abbreviation of the actor.")),
    Column("actor_parent", "text_or_empty", _("Key of the actor that it belongs to.")),
    Column("level", "code_or_empty", _("Level of government of the actor.")),
    Column("role", "code_or_empty", _("Role of the actor: lead, responsible, partner …")),
    Column(
        "entry_expected",
        "true_or_false",
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
    MET,
    Column(
        "since", "number_or_empty", _("Year of finished work that was carried over to this year.")
    ),
    Column("late", "true_or_false", _("True where the entry came after the deadline.")),
    Column(
        "on_behalf",
        "true_or_false",
        _("True where the secretariat wrote the entry on the actor’s behalf."),
    ),
    Column(
        "unchanged",
        "true_or_false",
        _("True where the actor confirmed last year’s text without a change."),
    ),
    Column("through", "text_or_empty", _("Key of the actor that wrote for this one.")),
    Column("submitted_on", "date_or_empty", _("Day on which the entry was submitted.")),
    Column("accepted_on", "date_or_empty", _("Day on which the entry was accepted.")),
    EXPECTED_BY,
    Column("obstacle_codes", "keys", _("Kinds of obstacles, as codes.")),
    Column(
        "mark",
        "code_or_empty",
        _("In a further edition: corrected, or supplemented where the entry was received since."),
    ),
    *_text("done"),
    *_text("results"),
    *_text("obstacles"),
    *_text("next_steps"),
    *_text("reason"),
    *_text("gender"),
    *_text("sme"),
    Column(
        "text_reopened",
        "text_or_empty",
        _("Why finished work was taken up again."),
    ),
    Column("text_reopened_language", "code_or_empty", LANGUAGE),
)

EVIDENCE: tuple[Column, ...] = (
    *ROUND,
    ACTOR,
    Column("number", "number", _("Place of the document among those of the entry, from 1.")),
    Column("title", "text_or_empty", _("Title of the document.")),
    Column("address", "text_or_empty", _("Address of the document.")),
    Column("kind", "text_or_empty", _("Kind of document, in the language asked for.")),
    Column("date", "date_or_empty", _("Date of the document.")),
)

NAMES: tuple[Column, ...] = (
    *EDITION,
    ACTOR,
    Column(
        "actor_name",
        "text_or_empty",
        _("Other name of the actor: before the reference date, or announced for after it."),
    ),
    Column("actor_abbreviation", "text_or_empty", _("Abbreviation that goes with that name.")),
    Column("since", "date_or_empty", _("First day of the name; empty where it is not known.")),
    Column("until", "date_or_empty", _("Last day of the name; empty where none is known.")),
)

AMENDMENTS: tuple[Column, ...] = (
    *EDITION,
    Column("amended_on", "date_or_empty", _("Day on which the amendment takes effect.")),
    Column("decided_on", "date_or_empty", _("Day of the decision.")),
    Column("document", "text_or_empty", _("Title of the decision.")),
    Column("address", "text_or_empty", _("Address of the decision.")),
    Column("note", "text_or_empty", _("Note of the secretariat on the amendment.")),
    ACTION_ID,
    Column("act", "code_or_empty", _("What the amendment does: add, change or withdraw.")),
    Column("action", "text_or_empty", _("Number of the action from that day on.")),
    Column("title", "text_or_empty", _("Title of the action from that day on.")),
    Column("action_note", "text_or_empty", _("Note of the secretariat on this action.")),
    Column("text_before", "text_or_empty", _("Text of the plan until then, where it changes.")),
    Column("text_after", "text_or_empty", _("Text of the plan from then on, where it changes.")),
)

NOTES: tuple[Column, ...] = (
    *EDITION,
    Column("number", "number", _("Place of the note among those of the edition, from 1.")),
    Column("kind", "code", _("What the row is: a note of a voice, or an answer to it.")),
    Column("voice", "text", _("Key of the council or organisation that wrote the note.")),
    Column("voice_name", "text_or_empty", _("Name of the council or organisation.")),
    Column("actor", "text_or_empty", _("Key of the actor that answers; empty for a note.")),
    Column("action_id", "text_or_empty", _("Lasting key of the action that the note is about.")),
    Column("section", "text_or_empty", _("Number of the section that the note is about.")),
    Column("text", "text", WRITTEN),
    Column("text_language", "code", LANGUAGE),
    Column("evidence", "text_or_empty", _("Addresses that the note refers to, one a line.")),
)

ADVICE: tuple[Column, ...] = (
    *EDITION,
    Column("number", "number", _("Place of the advice among those of the edition, from 1.")),
    Column("author", "text_or_empty", _("Council, organisation or meeting that it came from.")),
    Column("received_on", "date_or_empty", _("Day of the advice, or of the meeting.")),
    Column("title", "text_or_empty", _("Title of the document.")),
    Column("address", "text_or_empty", _("Address of the document.")),
    Column("participants", "text_or_empty", _("Organisations that took part in the meeting.")),
    Column("text", "text_or_empty", _("What was advised, in Markdown.")),
    Column("what_was_done", "text_or_empty", _("What was done with the advice, in Markdown.")),
)

# The tables that are files of their own, and sheets of the workbook.
TABLES: dict[str, tuple[Column, ...]] = {
    "entries": ENTRIES,
    "actions": ACTIONS,
    "evidence": EVIDENCE,
}
# Further sheets of the workbook; editions of earlier schemas lack some, or all.
SHEETS: dict[str, tuple[Column, ...]] = {
    "amendments": AMENDMENTS,
    "names": NAMES,
    "notes": NOTES,
    "advice": ADVICE,
}

# An example that stands in the dictionary: how much each level of government has carried out.
EXAMPLE = """\
import pandas
rows = pandas.read_csv("entries.csv").query("entry_expected")
print(rows.groupby("level")["met"].mean().mul(100).round(1))
"""

# What the data files and the workbook say besides.
LABELS: dict[str, Any] = {
    **{f"type_{key}": text for key, text in TYPES.items()},
    **{
        f"column_{table}_{column.name}": column.meaning
        for table, columns in (TABLES | SHEETS).items()
        for column in columns
    },
    "column": _("Column"),
    "type": _("Type"),
    "table": _("Table"),
    "example": _(
        "Example: of the entries expected at each level of government, the share whose action "
        "is carried out or continuously applied"
    ),
    "movement": _("Movement"),
}
