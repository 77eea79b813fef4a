"""The fixed words of the report; each edition keeps its own copy of them."""

from typing import Any

from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from actions.models.entries import HEADINGS, PUBLISHED_TEXTS
from actions.models.movements import CAUSE_WORDS, MOVEMENT_WORDS
from document.snapshot import LANGUAGES, Words
from reports import dictionary


def done(n: int) -> str:
    """Return the form for a number of actions that do all that the plan asks."""
    return ngettext(
        "{n} of {whole} actions is carried out or continuously applied",
        "{n} of {whole} actions are carried out or continuously applied",
        n,
    )


def covered(n: int) -> str:
    """Return the form for a number of actions on which all expected entries were received."""
    return ngettext(
        "All expected entries have been accepted for {n} of {whole} actions",
        "All expected entries have been accepted for {n} of {whole} actions",
        n,
    )


def none_in(n: int) -> str:
    """Return the form for a number of actors among those of which no entry is accepted."""
    return ngettext(
        "{n} of them has no entry in it at all.",
        "{n} of them have no entry in it at all.",
        n,
    )


def lost(n: int) -> str:
    """Return the form for a number of actions that did all that was asked, and lack entries now."""
    return ngettext(
        "For {n} action that was carried out or applied in {year}, entries are now missing.",
        "For {n} actions that were carried out or applied in {year}, entries are now missing.",
        n,
    )


def part(n: int) -> str:
    """Return the form for a number of actions that are carried out at least in part."""
    return ngettext(
        "{n} of {whole} actions is carried out at least in part",
        "{n} of {whole} actions are carried out at least in part",
        n,
    )


def resting(n: int) -> str:
    """Return the form for a number of statuses that rest on a part of the entries."""
    return ngettext(
        "Of these {whole} statuses, {n} rests on incomplete reporting; the bars do not show which.",
        "Of these {whole} statuses, {n} rest on incomplete reporting; the bars do not show which.",
        n,
    )


def silent(n: int) -> str:
    """Return the form for a number of actors of which not all that was expected is accepted."""
    return ngettext(
        "For {n} of {whole} actors, at least one expected entry is missing from this report.",
        "For {n} of {whole} actors, at least one expected entry is missing from this report.",
        n,
    )


def late(n: int) -> str:
    """Return the form for a number of actions that are overdue."""
    return ngettext("{n} action is overdue.", "{n} actions are overdue.", n)


def due(n: int) -> str:
    """Return the form for a number of unfinished actions whose period ends in a year."""
    return ngettext(
        "{n} unfinished action is due in {year}.", "{n} unfinished actions are due in {year}.", n
    )


def ends(n: int) -> str:
    """Return the form for a number of unfinished actions whose period ends on a day."""
    return ngettext(
        "{n} unfinished action reaches the end of its period on {day}.",
        "{n} unfinished actions reach the end of their period on {day}.",
        n,
    )


def ended(n: int) -> str:
    """Return the form for a number of unfinished actions whose period ended on a past day."""
    return ngettext(
        "{n} unfinished action reached the end of its period on {day}.",
        "{n} unfinished actions reached the end of their period on {day}.",
        n,
    )


def sub_actions(n: int) -> str:
    """Return the form for a number of sub-actions, counted beside the actions."""
    return ngettext("{n} sub-action", "{n} sub-actions", n)


# The form of a sentence with a number: that for one, and that for several.
form = lazy(lambda make, n: make(n), str)


# Texts with {name} are filled in by the content with str.format.
LABELS: dict[str, Any] = {
    "title": _("Progress report {year}"),
    "subtitle": _("Follow-up: {plan}"),
    "draft": _("Draft: not a published edition"),
    "sample": _("Sample data: no real entries"),
    "edition": _("Edition {number} of {date}"),
    "reference": _("Situation on {date}"),
    "contents": _("Contents"),
    "page": _("Page {page} of {pages}"),
    "foreword": _("Foreword"),
    "about": _("Who made this report, and how to read it"),
    "figures": _("Key figures"),
    "figures_formula": _("Formula"),
    "figures_incomplete": _("of which {n} based on incomplete reporting"),
    "by_status": _("Actions by status"),
    "by_section": _("Status by section"),
    "by_section_note": _("The numbered actions of each section, by status."),
    "by_level": _("Status by level of government"),
    "by_year": _("Actions and years"),
    "movement_since": _("Movement since {year}"),
    "trend": _("Key figures over the years"),
    "trend_note": _("The key figures of each report, by the formulas of this one."),
    "bars_incomplete_one": form(resting, 1),
    "bars_incomplete_other": form(resting, 2),
    "by_rule": _("By the rule"),
    "by_year_note": _("The status of each action in each year that was reported on."),
    "same_note": _(
        "An action that shows the same status may have moved all the same, among those that "
        "reported both times: see “What changed since {year}”."
    ),
    "changes": _("What changed since {year}"),
    "changes_first": pgettext_lazy("first report", "Deadlines"),
    "no_changes": _("There is no earlier report to compare with."),
    **MOVEMENT_WORDS,
    **{f"cause_{code}": word for code, word in CAUSE_WORDS.items()},
    "unmoved": _("No movement for two years or more"),
    "completed": _("Carried out or applied since {year}"),
    "overdue": _("Overdue"),
    "amended": _("Amended"),
    "reopened": _("Finished work taken up again"),
    "slipped": _("Expected later than before"),
    "due": _("Due in {year}"),
    "ending": _("Period ends on {day}, not finished"),
    "ended": _("Period ended on {day}, not finished"),
    "compared": _(
        "Compared with edition {edition} of the report on {year}. An action counts as moved only "
        "on the basis of actors whose entries were accepted in both rounds. What changed because "
        "others no longer reported, or reported for the first time, is listed under “Less "
        "information” or “More information”."
    ),
    "common": _("Among those who reported both times: {before} → {now}"),
    "s_coverage_one": form(covered, 1),
    "s_coverage_other": form(covered, 2),
    "s_none_sent_one": form(none_in, 1),
    "s_none_sent_other": form(none_in, 2),
    "s_lost_one": form(lost, 1),
    "s_lost_other": form(lost, 2),
    "s_done_one": form(done, 1),
    "s_done_other": form(done, 2),
    "s_part_one": form(part, 1),
    "s_part_other": form(part, 2),
    "s_before": _("({year}: {n} of {whole})"),
    "s_first": _("This is the first report: there is none to compare it with."),
    "s_moved": _(
        "Since {year}, comparing only actors that reported in both rounds: {moved_up} moved up, "
        "{moved_back} moved back, {suspended} newly suspended. Actions about which less is known "
        "than in {year}, because entries are missing: {less_information}; about which more is "
        "known: {more_information}."
    ),
    "s_silent_one": form(silent, 1),
    "s_silent_other": form(silent, 2),
    "s_silent_none": _("All expected entries are in this report."),
    "s_overdue_one": form(late, 1),
    "s_overdue_other": form(late, 2),
    "s_overdue_none": _("No action is overdue."),
    "s_ends_one": form(ends, 1),
    "s_ends_other": form(ends, 2),
    "s_ended_one": form(ended, 1),
    "s_ended_other": form(ended, 2),
    "s_due_one": form(due, 1),
    "s_due_other": form(due, 2),
    "nothing_due": pgettext_lazy("deadlines", "None"),
    "s_due_none": _("No action that is neither finished nor suspended is due in {year}."),
    "f_status": _("Actions carried out or applied: {done}; without usable information: {none}"),
    "f_level": _("Entries accepted by level: from {low} ({lowest}) to {high} ({highest})"),
    "f_section": _("Sections in which no action is carried out or applied: {n} of {whole}"),
    "sub_actions_one": form(sub_actions, 1),
    "sub_actions_other": form(sub_actions, 2),
    "f_years": _("Same status as in {year}: {n} of {whole} actions"),
    "f_trend": _("{title}: {before} in {year_before}, {now} in {year}"),
    "f_movement": _(
        "Since {year}: {up} moved up, {back} moved back or suspended, {less} with less information"
    ),
    "summary": _("Summary"),
    "summary_lists": _("What changed, what is due, which entries are missing"),
    "summary_lists_first": _("What is due, which entries are missing"),
    "summary_none": _("No entry in this report"),
    "summary_some": _("Some of the expected entries in this report"),
    "draft_note": _(
        "This draft contains only what has been accepted so far, not the entries that wait for "
        "review: their actors are shown as “No update received”."
    ),
    "draft_compared": _("Comparisons with earlier years are provisional."),
    "silence_note": _(
        "An actor that did not report is shown as “No update received”, with a question mark, and "
        "never as “Not started”. A second, dashed edge around a status means that it rests on "
        "some of the expected entries only."
    ),
    "outlook": _("Obstacles and next steps"),
    "outlook_note": _(
        "Entries of this round only: work that was finished or suspended earlier, and is carried "
        "over, is left out."
    ),
    "by_actor": _("How each actor reported"),
    "by_actor_note": _(
        "The figures count entries. “Carried out” includes continuous application; “Overdue” "
        "counts unfinished parts of actions whose period has ended."
    ),
    "actor_expected": pgettext_lazy("entries", "Expected"),
    "actor_received": pgettext_lazy("entries", "Accepted"),
    "actor_late": pgettext_lazy("entries", "Late"),
    "actor_done": pgettext_lazy("entries", "Carried out"),
    "actor_overdue": pgettext_lazy("entries", "Overdue"),
    "incomplete": _("rests on some of the expected entries only"),
    "figure_column": _("Key figure"),
    "own_status": _("Status it reported"),
    "action_status": _("Status of the action"),
    "extract_title": _("{report}: extract for one actor"),
    "extract_note": _(
        "What the report says about this actor. Each action links to the full report."
    ),
    "bars_note": _("Not shown in the bars, as no entry is expected: {actions}."),
    "with_bodies": _("With the bodies below it"),
    "successions": _("Change of bodies"),
    "took_over": _("on {day} it took over the work of: {actors}"),
    "will_take_over": _("on {day} it will take over the work of: {actors}"),
    "was_taken_over": _("on {day} its work was taken over by: {actors}"),
    "will_be_taken_over": _("on {day} its work will be taken over by: {actors}"),
    "formerly": _("until {day} it was called: {name}"),
    "will_be_called": _("from {day} it will be called: {name}"),
    "is_called_since": _("since {day} it has been called: {name}"),
    "amendments": _("Amendments of the plan"),
    "amended_on": _("In force since {day}."),
    "amended_after": _(
        "In force from {day}, after the reference date; the rest of this report does not take "
        "account of it yet."
    ),
    "decision": _("Decision"),
    "act_add": pgettext_lazy("an action of the plan", "added"),
    "act_change": pgettext_lazy("an action of the plan", "changed"),
    "act_withdraw": pgettext_lazy("an action of the plan", "withdrawn"),
    "text_before": _("Text of the plan before"),
    "text_after": _("Text of the plan now"),
    "former_wording": _("Before the change"),
    "was_label": _("number before: {label}"),
    "was_title": _("title before: {title}"),
    "was_section": _("section before: {label}"),
    "was_period": _("period before: {period}"),
    "was_nature": _("nature before: {nature}"),
    "actors_added": _("actors added: {actors}"),
    "actors_ended": _("actors no longer named: {actors}"),
    "names_note": _(
        "A body without a name in this language is named in its own; a sign tells which it is."
    ),
    "page_short": pgettext_lazy("page of an action in a table", "p."),
    "number_column": pgettext_lazy("number of an action", "No."),
    "draft_of": _("Draft of {date}, {time}: not a published edition"),
    "as_printed": _("(in the plan: “{text}”)"),
    "now_expected": _("Now expected by"),
    "expected_by": _("now expected by {day}"),
    "obstacle_kinds": _("Kinds of obstacles"),
    "obstacle_counts": _("Obstacles named, by kind, with the number of entries"),
    "reopened_because": _("Taken up again because"),
    "reopened_awaited": _("Taken up again, with no new entry yet; reason"),
    "mark_corrected": _("corrected in this edition"),
    "mark_supplemented": _("received since the edition before"),
    "advice": _("Advice received, and what was done with it"),
    "no_advice": _("No advice of a council or organisation is recorded for this report."),
    "advice_received": _("Received on"),
    "advice_title": pgettext_lazy("name of an advice", "Title"),
    "advice_address": _("Full text"),
    "advice_participants": _("Organisations that took part"),
    "advice_text": pgettext_lazy("what a stakeholder advises", "Advice"),
    "advice_done": _("What was done with it"),
    "advice_not_answered": _("This report does not state what was done with it."),
    "voices_title": _("Other voices"),
    "voices": _("{n} of {m} councils and organisations that were invited wrote a note."),
    "voices_refused": _(
        "Notes that were not taken, because of insults, personal data, unlawful content, "
        "advertising or their length: {n}."
    ),
    "voices_disclaimer": _(
        "Councils and organisations wrote these notes on the draft of the report, at the "
        "invitation of the secretariat. Each note says what its author thinks; it is no text of a "
        "government, of the working group or of the secretariat, and nobody changed it. The "
        "answers are those of the actors that were asked to report."
    ),
    "answer": _("Answer: {actor}"),
    "classes": _("Annex: by pillar, goal and theme"),
    "by_pillars": _("By pillar of the UN Guiding Principles"),
    "by_goals": _("By Sustainable Development Goal"),
    "by_themes": _("By theme"),
    "pillars_column": _("Pillar"),
    "goals_column": _("Goal"),
    "themes_column": _("Theme"),
    "without_pillars": _("Without a pillar in the plan: {n}"),
    "without_goals": _("Without a goal in the plan: {n}"),
    "without_themes": _("Without a theme: {n}"),
    "rule_title": _("The rule"),
    "rule_intro": _(
        "The rule counts the accepted entries of this round, carried-over ones included, from "
        "every actor that is expected to report; entries that say “not applicable” are left out "
        "first. An actor that has fully carried out its part, or applies a continuous action, does "
        "all that the plan asks. The first line that holds gives the status:"
    ),
    "rule_1": _(
        "All entries say “not applicable”: not applicable. No entry is expected, or none is "
        "accepted: no update received."
    ),
    "rule_2": _(
        "Every actor reported, and all suspended or dropped their work: suspended or dropped."
    ),
    "rule_3": _(
        "Every actor reported and does all that the plan asks: fully carried out where all have "
        "finished, else applied continuously."
    ),
    "rule_4": _(
        "At least one actor has carried out a part, or applies the action: partly carried out."
    ),
    "rule_5": _("At least one actor is working on it: in progress."),
    "rule_6": _("At least one actor has not started: not started."),
    "rule_7": _(
        "Otherwise some have suspended or dropped their work and the rest have not reported: "
        "insufficient information."
    ),
    "rule_overdue": _(
        "An action is overdue if its period in the plan ended before the reference date and it is "
        "not fully carried out, suspended or not applicable. A continuous action without "
        "an end is never overdue."
    ),
    "rule_carried": _(
        "Work that is finished, suspended or not applicable is carried over to later rounds as it "
        "was accepted, marked with the year; nothing more is expected. It can be taken up again, "
        "with a reason that is printed."
    ),
    "rule_override": _(
        "Where the entries do not show how far an action is, the secretariat can set another "
        "status; the report then says so, with the status by the rule and the reason."
    ),
    "rule_movement": _(
        "Two rounds are compared by the actors whose entries were accepted in both; a successor "
        "stands for those that it took over from. So no report that goes missing, or comes in "
        "for the first time, moves an action by itself."
    ),
    "limits_title": _("Limits of this report"),
    "limits_self": _("The actors report on themselves; the secretariat checks what they write."),
    "limits_evidence": _("Entries with evidence: {n} of {whole}, voluntary ones included."),
    "limits_behalf": _("Entries written by the secretariat on an actor’s behalf: {n} of {whole}."),
    "limits_language": _(
        "Texts that are not translated into the language of this report: {n} of {whole}."
    ),
    "limits_incomplete": _("Actions whose status rests on some of the expected entries only: {n}."),
    "method_page": _("The method in full"),
    "colophon": _("Colophon"),
    "publisher": _("Responsible publisher"),
    "contact": _("Contact"),
    "issn": _("ISSN"),
    "licence": _("Licence"),
    "available": _("Languages and formats"),
    "other_formats": _("Dutch, French, German and English; as a web page, PDF, Word and data:"),
    "recipients": _("Recipients"),
    "accessibility": _("Accessibility"),
    "accessible": _(
        "The PDF is tagged (PDF/UA-1) and archival (PDF/A-2a); every status has a word and a sign "
        "beside its colour; each chart is described in words."
    ),
    "actions": _("The actions"),
    "section": _("Section {number}"),
    "run_one": _("Section {section} · Action {first}"),
    "run_many": _("Section {section} · Actions {first}–{last}"),
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
    "none_expected_note": _(
        "Actions for which no entry is expected, by number: {actions}. They are left out of the "
        "coverage but counted in the other figures."
    ),
    "overridden": _(
        "Status set by the secretariat ({institution}) in place of “{derived}”: {reason}"
    ),
    "last_year": _("In {year}: {status}"),
    "last_year_set": _("In {year}: {status} (set by the secretariat)"),
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
    "not_reported": _("Missing entries, by actor"),
    "all_reported": _("Every expected entry is in this report."),
    "annex": _("Annex: all responsibilities"),
    "role": _("Role"),
    "actor": _("Actor"),
    "year": _("Year"),
    "number": pgettext_lazy("how many", "Number"),
    "total": _("Total"),
    "method": _("Method"),
    "method_text": _(
        "Each responsible actor reports how far each of its actions has progressed. The "
        "secretariat checks the entries and accepts them; nobody accepts their own entry. The "
        "status of an action follows from the accepted entries by a fixed rule and is explained "
        "with it. An actor that does not report is never counted as “not started”. While an entry "
        "is missing, the action does not count as carried out."
    ),
    "vocabulary": _("Vocabulary"),
    "meaning": _("Meaning"),
    "source": _("Source"),
    "cite": pgettext_lazy("of a report", "How to cite"),
    "copy": pgettext_lazy("a citation", "Copy"),
    "copied": pgettext_lazy("a citation", "Copied"),
    "cite_action": _("Cite this action"),
    "correction": _("This edition corrects edition {number}"),
    "supplement": _("This edition supplements edition {number}"),
    "correction_supplement": _("This edition corrects and supplements edition {number}"),
    "validation": _("Validated by the working group on {date}"),
    "schema": _("Version of the data: {version}"),
    "checksum": _("Checksum of the data (SHA-256)"),
    "made_by": _(
        "Social Responsibility working group of the Interdepartmental Commission for "
        "Sustainable Development"
    ),
    "empty_round": _("No entry has been accepted in this round."),
    "how_to_read": _("How to read it"),
    "how_to_read_text": _(
        "Each action has one status, derived from what the responsible actors reported. Next to it "
        "is how many of them reported. Below is what each actor wrote, in its own "
        "words. A text without a checked translation is printed in the language it was written "
        "in, and says so. Statuses are not scores: no action is given a percentage of progress."
    ),
    "legend": _("Signs and colours"),
    "as_table": _("The same as a table"),
    "skip": _("Skip to the content"),
    "counted": _("Actions: {actions}. Sub-actions, counted separately: {sub_actions}."),
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
    "missing": _("No accepted entry from: {actors}"),
    "left_out": _("Not applicable to: {actors}"),
    "still": _("no movement for {years} years"),
    "further": _("Further chapter"),
    "data_dictionary": _("Data dictionary"),
    **dictionary.LABELS,
}


# What an evaluation says otherwise, or alone.
EVALUATION: dict[str, Any] = {
    "title": _("Evaluation {year}"),
    "subtitle": "{plan}",
    "reference": _("Based on the yearly reports up to {date}"),
    "summary": _("Summary and main findings"),
    "no_summary": _("No summary has been written."),
    "about": _("What this evaluation rests on"),
    "rests": _(
        "The figures and statuses are those of the yearly reports, each in its newest edition at "
        "the time of this evaluation."
    ),
    "basis": _(
        "Progress report {year}, edition {number}, published on {published}; situation on {date}"
    ),
    "basis_checksum": _("SHA-256 of its data"),
    "years": _("What the yearly reports showed"),
    "years_text": _(
        "Each yearly report derives the status of an action from what the responsible actors "
        "reported. This evaluation derives none: it shows what was published year by year."
    ),
    "years_figures": _("Key figures by year"),
    "years_board": _("The actions as in the progress report {year}"),
    "trend_note": _("The key figures of each report, by the formulas of the last one."),
    "advice": _("Advice of stakeholders, and what was done with it"),
    "no_advice": _("No advice of stakeholders is recorded for this evaluation."),
    "advice_not_answered": _("This evaluation does not state what was done with it."),
    "conclusions": _("Conclusions and recommendations"),
    "method_text": _(
        "An evaluation looks back on the plan over several years, with the stakeholders. It rests "
        "on the published yearly reports: it asks no actor for new entries, and sets no status. "
        "Whoever gave advice is named with it, and beside each advice stands what was done with "
        "it."
    ),
}


# In a draft of a round that is not closed yet, of which nothing is said in the past.
ROUND_DATES_AHEAD = _(
    "The round opened on {opened}; the deadline is {deadline}; it closes on {closed}."
)

# In an edition that takes the place of one that was validated, and was not validated again.
VALIDATION_BEFORE = _("An earlier edition was validated by the working group on {date}")


# What the note on a further edition lists by itself.
NOTE_LINES = {
    "corrected": _("Entries corrected, by action: {what}."),
    "received": _("Entries received since edition {number}, by action: {what}."),
    "status": _("Actions whose status the secretariat set anew: {what}."),
    "texts": _("Texts of the secretariat that changed: {what}."),
}


def note_lines(language: str) -> dict[str, str]:
    """Return what the note on a further edition lists, in a language."""
    with translation.override(language):
        return {name: str(text) for name, text in NOTE_LINES.items()}


def labels(
    *, is_closed: bool = True, evaluates: bool = False, was_validated: bool = False
) -> dict[str, Words]:
    """Return the fixed words in every language, by language and key.

    ``was_validated``: what the working group validated is an edition before this one.
    """
    chosen = LABELS if is_closed else LABELS | {"round_dates": ROUND_DATES_AHEAD}
    chosen = chosen | EVALUATION if evaluates else chosen
    chosen = chosen | {"validation": VALIDATION_BEFORE} if was_validated else chosen
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = {key: str(text) for key, text in chosen.items()}
    return found


def per_language(row: Any, field: str) -> Words:
    """Return the texts of a column per language that are not empty."""
    found = {language: getattr(row, f"{field}_{language}") for language in LANGUAGES}
    return {language: text for language, text in found.items() if text}


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
        _(
            "actions on which every expected entry was accepted, out of the actions on which an "
            "entry is expected"
        ),
    ),
    "carried_out": (
        _("Carried out or continuously applied"),
        _(
            "actions fully carried out or continuously applied, out of the actions that apply "
            "to at least one actor"
        ),
    ),
    "at_least_in_part": (
        _("Carried out at least in part"),
        _("the same, plus the actions partly carried out"),
    ),
    "overdue": (
        _("Overdue"),
        _(
            "actions whose period ended before the reference date without being fully carried out, "
            "suspended or not applicable, out of all actions"
        ),
    ),
}
