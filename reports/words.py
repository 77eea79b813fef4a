"""The fixed words of the report; each edition keeps its own copy of them."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.models.entries import HEADINGS, PUBLISHED_TEXTS
from document.snapshot import LANGUAGES, Words
from reports import dictionary

# Texts with {name} are filled in by the renderers with str.format.
LABELS: dict[str, Any] = {
    "title": _("Progress report {year}"),
    "subtitle": _("Follow-up: {plan}"),
    "draft": _("Draft: not a published edition"),
    "sample": _("Sample data: nothing here is real reporting"),
    "edition": _("Edition {number} of {date}"),
    "reference": _("Situation on {date}"),
    "contents": _("Contents"),
    "page": _("Page {page} of {pages}"),
    "foreword": _("Foreword"),
    "about": _("Who made this report, and how to read it"),
    "figures": _("Key figures"),
    "figures_formula": _("Formula"),
    "figures_incomplete": _("of which {n} on incomplete reporting"),
    "by_status": _("Actions by status"),
    "by_section": _("Status by section"),
    "by_level": _("Status by level of government"),
    "by_year": _("Actions and years"),
    "movement_since": _("Movement since {year}"),
    "by_section_note": _("The numbered actions of each section, by status."),
    "movement_note": _("The actions of each section that moved up, moved back or were completed."),
    "by_year_note": _("The status of each action in each year that was reported on."),
    "changes": _("What changed since {year}"),
    "changes_first": pgettext_lazy("first report", "What changed"),
    "no_changes": _("There is no earlier edition to compare with."),
    "moved_up": _("Moved up"),
    "moved_back": _("Moved back"),
    "unmoved": _("No movement for two years or more"),
    "completed": _("Completed"),
    "overdue": _("Overdue"),
    "amended": _("Amended"),
    "new": pgettext_lazy("movement of an action", "New"),
    "actions": _("The actions"),
    "section": _("Section {number}"),
    "without_section": _("Actions without a section"),
    "action": _("Action {label}"),
    "sub_action": _("Sub-action {label}"),
    "period": _("Period"),
    "nature": _("Nature"),
    "one_off": _("One-off"),
    "continuous": _("Continuous"),
    "status": _("Status"),
    "why": _("Why this status"),
    "coverage": _("{reported} of {expected} reported"),
    "none_expected": _("Nobody is asked for an entry"),
    "overridden": _(
        "Status set by the secretariat ({institution}) in place of “{derived}”: {reason}"
    ),
    "last_year": _("In {year}: {status}"),
    **{name: HEADINGS[name] for name in (*PUBLISHED_TEXTS, "evidence")},
    "since": _("since {year}"),
    "late": _("late"),
    "on_behalf": _("entry written on the actor’s behalf by the secretariat"),
    "through": _("reported through: {actor}"),
    "unchanged": _("text unchanged since last year, confirmed"),
    "voluntary": _("voluntary"),
    "no_update": _("No update received"),
    "original_nl": _("original in Dutch"),
    "original_fr": _("original in French"),
    "original_de": _("original in German"),
    "original_en": _("original in English"),
    "working_title": _("working translation"),
    "not_reported": _("Actors that have not reported"),
    "all_reported": _("Every expected entry was received."),
    "annex": _("Annex: all responsibilities"),
    "role": _("Role"),
    "actor": _("Actor"),
    "year": _("Year"),
    "number": pgettext_lazy("how many", "Number"),
    "total": _("Total"),
    "method": _("Method"),
    "method_text": _(
        "Each responsible actor reports on each of its actions how far it is. The secretariat "
        "checks the entries and accepts them; nobody accepts their own entry. The status of an "
        "action follows from the accepted entries by a fixed rule and is explained with it. An "
        "actor that does not report is never counted as “not started”. While an entry is missing, "
        "the action does not count as carried out."
    ),
    "vocabulary": _("Vocabulary"),
    "meaning": _("Meaning"),
    "source": _("Source"),
    "cite": pgettext_lazy("of a report", "How to cite"),
    "correction": _("This edition corrects edition {number}"),
    "validation": _("Validated by the working group on {date}"),
    "schema": _("Version of the data: {version}"),
    "checksum": _("Checksum of the data (SHA-256)"),
    "made_by": _(
        "Social Responsibility working group of the Interdepartmental Commission for "
        "Sustainable Development"
    ),
    "empty_round": _("No entry was received in this round."),
    "how_to_read": _("How to read it"),
    "how_to_read_text": _(
        "Each action has one status, derived from what the responsible actors reported. Beside "
        "it stands how many of them reported. Under it stands what each actor wrote, in its own "
        "words. A text without a checked translation is printed in the language it was written "
        "in, and says so. Statuses are no scores: no percentage of progress is given."
    ),
    "legend": _("Signs and colours"),
    "as_table": _("The same as a table"),
    "skip": _("Skip to the content"),
    "counted": _("Actions: {actions}. Sub-actions, counted beside them: {sub_actions}."),
    "levels_note": _(
        "This counts the expected entries: an action of several actors counts once for each of "
        "them."
    ),
    "round_dates": _(
        "The round opened on {opened}; the deadline was {deadline}; it closed on {closed}."
    ),
    "count_of": _("{word}: {n}"),
    "part_of": _("{part} of {whole}"),
    "section_column": _("Section"),
    "level_column": _("Level of government"),
    "action_column": pgettext_lazy("column of a table", "Action"),
    "page_column": pgettext_lazy("column of a table", "Page"),
    "remarks": _("Remarks"),
    "missing": _("Not received from: {actors}"),
    "left_out": _("Not applicable to: {actors}"),
    "still": _("no movement for {years} years"),
    "further": _("Further chapter"),
    "data_dictionary": _("Data dictionary"),
    **dictionary.LABELS,
}


# In a draft of a round that is not closed yet, of which nothing is said in the past.
ROUND_DATES_AHEAD = _(
    "The round opened on {opened}; the deadline is {deadline}; it closes on {closed}."
)


def labels(*, is_closed: bool = True) -> dict[str, Words]:
    """Return the fixed words in every language, by language and key."""
    chosen = LABELS if is_closed else LABELS | {"round_dates": ROUND_DATES_AHEAD}
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = {key: str(text) for key, text in chosen.items()}
    return found


def in_languages(text: Any) -> Words:
    """Return a text that is translated when it is shown in every language."""
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = str(text)
    return found


# code: title and formula of each published figure
FIGURES: dict[str, tuple[Any, Any]] = {
    "coverage": (
        _("Coverage of the reporting"),
        _("actions for which every expected entry was accepted, of all actions"),
    ),
    "carried_out": (
        _("Carried out or continuously applied"),
        _("actions fully carried out or continuously applied, of the actions that apply"),
    ),
    "at_least_in_part": (
        _("Carried out at least in part"),
        _("the same, with the actions partly carried out"),
    ),
    "overdue": (
        _("Overdue"),
        _("actions whose period ended before the reference date without being finished"),
    ),
}
