"""What a report says, and in what order: the one selection that HTML, PDF and Word share.

Plain functions on a Snapshot; no look, no database, no clock.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from document import collation, names
from document.snapshot import (
    Action,
    Actor,
    Chapter,
    Dossier,
    Entry,
    Section,
    Snapshot,
    Text,
    Words,
    plain,
    status_code,
    to_json,
)
from document.typography import sign

# A line in pieces, each with the language it is in.
Pieces = list[tuple[str, str]]

# The chapters in their order; further ones of the secretariat stand at FURTHER.
FURTHER = "further"
CHAPTERS = (
    "foreword", "about", "figures", "changes", "actions", "not_reported", FURTHER, "annex",
    "method",
)  # fmt: skip
# Status codes as charts and legends order them, the furthest first.
ORDER = (
    "done", "continuous", "partly_done", "in_progress", "not_started", "discontinued",
    "not_applicable", "insufficient", "not_reported",
)  # fmt: skip
# The texts of an entry in the order of reading.
FIELDS = ("done", "results", "obstacles", "next_steps", "reason", "gender", "sme")
# The groups of "what changed", in their order.
CHANGES = ("moved_up", "moved_back", "unmoved", "completed", "overdue", "amended", "new")

MONTHS = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus",
        "september", "oktober", "november", "december",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
        "septembre", "octobre", "novembre", "décembre",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
        "September", "Oktober", "November", "Dezember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August",
        "September", "October", "November", "December",
    ),
}  # fmt: skip


# --- Chapters -----------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A chapter of the report: its key in CHAPTERS, its title, the secretariat's text if any.

    ``language`` is that of the title.
    """

    key: str
    title: str
    language: str
    chapter: Chapter | None = None


def chapters(snapshot: Snapshot, language: str) -> list[Part]:
    """Return the chapters in order; those of the secretariat only where they have a text."""
    found = []
    for key in (key for key in CHAPTERS if key not in snapshot.left_out):
        if key in {"foreword", FURTHER}:
            found += [part for part in _written(snapshot, language) if part.key == key]
        else:
            found.append(Part(key, _title(key, snapshot, language), language))
    return found


def _written(snapshot: Snapshot, language: str) -> list[Part]:
    found = []
    for chapter in snapshot.chapters:
        if not plain(chapter.texts, language)[0].strip():
            continue
        key = "foreword" if chapter.code == "foreword" else FURTHER
        title, spoken = plain(chapter.titles, language)
        found.append(Part(key, title or snapshot.label(key, language), spoken, chapter))
    return found


def _title(key: str, snapshot: Snapshot, language: str) -> str:
    if key == "changes":
        return changes_title(snapshot, language)
    return snapshot.label(key, language)


def title(snapshot: Snapshot, language: str) -> str:
    """Return the title of the report: "Progress report 2025"."""
    return snapshot.label("title", language).format(year=snapshot.year)


def subtitle(snapshot: Snapshot, language: str) -> str:
    """Return the line below the title, which names the plan."""
    return snapshot.label("subtitle", language).format(
        plan=plain(snapshot.plan_titles, language)[0]
    )


def edition(snapshot: Snapshot, language: str) -> str:
    """Return "Edition 1 of 15 April 2026", or for a draft what it is."""
    if snapshot.is_draft:
        return snapshot.label("draft", language)
    return snapshot.label("edition", language).format(
        number=snapshot.edition, date=day(snapshot.date, language)
    )


def marks(snapshot: Snapshot, language: str) -> list[str]:
    """Return what must stand on every page: that it is a draft, that it is sample data."""
    found = [("draft", snapshot.is_draft), ("sample", snapshot.is_sample)]
    return [snapshot.label(key, language) for key, holds in found if holds]


# --- Texts --------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A text as readers of a language get it; ``original`` says "original in Dutch", or ""."""

    text: str
    language: str
    original: str = ""


def read(text: Text, snapshot: Snapshot, language: str) -> Reading:
    """Return a member's text: a checked translation, else the original, marked so."""
    found, spoken = text.read(language)
    return Reading(found, spoken, original(spoken, snapshot, language))


def words(text: Words, snapshot: Snapshot, language: str) -> Reading:
    """Return a text per language in this one, else in another one, marked so."""
    found, spoken = plain(text, language)
    return Reading(found, spoken, original(spoken, snapshot, language) if found else "")


def original(spoken: str, snapshot: Snapshot, language: str) -> str:
    """Return "original in Dutch" for readers of another language, else ""."""
    key = f"original_{spoken}"
    known = snapshot.labels[language]
    return "" if spoken == language else known.get(key, spoken)


def name(titles: Words, official: Iterable[str], snapshot: Snapshot, language: str) -> Reading:
    """Return the title of an action or a section; ``original`` marks a working translation."""
    found, spoken = plain(titles, language)
    if spoken != language:
        return Reading(found, spoken, original(spoken, snapshot, language))
    mark = "" if language in set(official) else snapshot.label("working_title", language)
    return Reading(found, spoken, mark)


def entry_texts(entry: Entry, snapshot: Snapshot, language: str) -> list[tuple[str, Reading]]:
    """Return the texts that an actor wrote, each with the word for its field, in order."""
    return [
        (snapshot.label(field, language), read(entry.texts[field], snapshot, language))
        for field in FIELDS
        if field in entry.texts and entry.texts[field].original.strip()
    ]


def remarks(entry: Entry, snapshot: Snapshot, language: str) -> list[str]:
    """Return what readers must know of an entry: voluntary, since 2024, late …"""
    found = [
        ("voluntary", not entry.expected),
        ("since", entry.since is not None),
        ("late", entry.late),
        ("on_behalf", entry.on_behalf),
        ("unchanged", entry.unchanged),
        ("through", bool(entry.through)),
    ]
    facts = {"year": entry.since, "actor": actor_name(entry.through, snapshot, language)}
    return [snapshot.label(key, language).format(**facts) for key, holds in found if holds]


def actor_name(slug: str, snapshot: Snapshot, language: str) -> str:
    """Return the name of an actor by its key; what is no key is a name already."""
    return called_by_key(slug, snapshot, language)[0]


def called_by_key(slug: str, snapshot: Snapshot, language: str) -> tuple[str, str]:
    """As ``called``, of the actor with a key; what is no key is a name already."""
    found = next((actor for actor in snapshot.actors if actor.slug == slug), None)
    return called(found, language) if found else (slug, language)


def actor_short(slug: str, snapshot: Snapshot, language: str) -> str:
    """Return an actor's abbreviation, else its name."""
    found = next((actor for actor in snapshot.actors if actor.slug == slug), None)
    return abbreviated(found, language)[0] if found else slug


def called(actor: Actor, language: str) -> tuple[str, str]:
    """Return an actor's name and the language it is in: the reader's, else see ``rules.names``."""
    return plain(actor.names, language, names.fallbacks(actor.level))


def abbreviated(actor: Actor, language: str) -> tuple[str, str]:
    """Return an actor's abbreviation in the language of its name, else the name, and which."""
    found, spoken = called(actor, language)
    return actor.short.get(spoken) or found, spoken


# --- Actions ------------------------------------------------------------------------


def by_section(snapshot: Snapshot) -> list[tuple[Section | None, list[Action]]]:
    """Return the actions, sub-actions behind theirs, under their sections; None is no section."""
    found: list[tuple[Section | None, list[Action]]] = [
        (section, [a for a in snapshot.actions if a.section == section.number])
        for section in snapshot.sections
    ]
    known = {section.number for section in snapshot.sections}
    found.append((None, [a for a in snapshot.actions if a.section not in known]))
    return [(section, actions) for section, actions in found if actions]


def numbered(actions: Iterable[Action]) -> list[Action]:
    """Return the actions without the sub-actions, which are counted beside them."""
    return [action for action in actions if not action.is_sub_action]


def heading(action: Action, snapshot: Snapshot, language: str) -> str:
    """Return "Action 22" or "Sub-action 22.1"."""
    key = "sub_action" if action.is_sub_action else "action"
    return snapshot.label(key, language).format(label=action.label)


def entry_code(entry: Entry, action: Action) -> str:
    """Return the code of an entry's status; silence where one is expected is "not_reported"."""
    return status_code(entry.status, action.nature) or ("not_reported" if entry.expected else "")


def shown(action: Action) -> list[Entry]:
    """Return the entries that stand under an action: all but the silence of volunteers."""
    return [entry for entry in action.entries if entry.expected or entry.status]


def coverage(action: Action, snapshot: Snapshot, language: str) -> str:
    """Return "3 of 5 reported"."""
    if not action.expected:
        return snapshot.label("none_expected", language)
    return snapshot.label("coverage", language).format(
        reported=action.reported, expected=action.expected
    )


def last_year(action: Action, snapshot: Snapshot, language: str) -> str:
    """Return "In 2024: In progress", or "" where no earlier edition has the action."""
    before = [past for past in action.history if past.year < snapshot.year]
    if not before:
        return ""
    past = max(before, key=lambda one: (one.year, one.edition))
    word = snapshot.word(status_code(past.status, action.nature), language)
    return snapshot.label("last_year", language).format(year=past.year, status=word)


def about(action: Action, snapshot: Snapshot, language: str) -> list[Pieces]:
    """Return the lines under the status of an action: who set it, who is silent, who left out."""
    lines = (
        override_line(action, snapshot, language),
        listed("missing", action.missing, snapshot, language),
        listed("left_out", action.left_out, snapshot, language),
    )
    return [line for line in lines if line]


def override_line(action: Action, snapshot: Snapshot, language: str) -> Pieces:
    """Return who put the status in place of the derived one, and why, or nothing."""
    if action.override is None:
        return []
    derived = snapshot.word(status_code(action.derived, action.nature), language)
    return filled(
        "overridden",
        snapshot,
        language,
        institution=[called_by_key(action.override.institution, snapshot, language)],
        derived=[(derived, language)],
        reason=[plain(action.override.reason, language)],
    )


def listed(key: str, slugs: Iterable[str], snapshot: Snapshot, language: str) -> Pieces:
    """Return a line that lists actors, each name with its language, or nothing."""
    found: Pieces = []
    for slug in slugs:
        found += [(f"{sign(';', language)} ", language)] if found else []
        found.append(called_by_key(slug, snapshot, language))
    return filled(key, snapshot, language, actors=found) if found else []


def filled(key: str, snapshot: Snapshot, language: str, **facts: Pieces) -> Pieces:
    """Return a fixed word with its {names} filled in, each piece with the language it is in."""
    found: Pieces = []
    for place, part in enumerate(re.split(r"\{(\w+)\}", snapshot.label(key, language))):
        found += facts[part] if place % 2 else [(part, language)]
    return [piece for piece in found if piece[0]]


# --- Counts -------------------------------------------------------------------------


def tally(codes: Iterable[str]) -> list[tuple[str, int]]:
    """Return how often each status occurs, in ORDER, without those that do not."""
    counted = Counter(codes)
    return [(code, counted[code]) for code in ORDER if counted[code]]


def status_counts(actions: Iterable[Action]) -> list[tuple[str, int]]:
    """Return the tally of the numbered actions among some."""
    return tally(action.code for action in numbered(actions))


def level_counts(snapshot: Snapshot) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return, by level of government, the tally of the statuses of its expected entries."""
    level_of = {actor.slug: actor.level for actor in snapshot.actors}
    codes: dict[str, list[str]] = {level: [] for level in snapshot.levels}
    for action in snapshot.actions:
        for entry in action.entries:
            if entry.expected and entry.actor in level_of:
                codes[level_of[entry.actor]].append(entry_code(entry, action))
    return [(level, tally(found)) for level, found in codes.items() if found]


# --- What changed -------------------------------------------------------------------


def previous_year(snapshot: Snapshot) -> int | None:
    """Return the latest year before this one of which an edition speaks."""
    years = {past.year for action in snapshot.actions for past in action.history}
    return max((year for year in years if year < snapshot.year), default=None)


def changes_title(snapshot: Snapshot, language: str) -> str:
    """Return "What changed since 2024"; of the first report there is no year to compare with."""
    year = previous_year(snapshot)
    if year is None:
        return snapshot.label("changes_first", language)
    return snapshot.label("changes", language).format(year=year)


def changes(snapshot: Snapshot) -> list[tuple[str, list[Action]]]:
    """Return the groups of actions that moved, stand still or are overdue; no empty group."""
    tests = {
        "moved_up": lambda action: action.movement == "up",
        "moved_back": lambda action: action.movement == "back",
        "unmoved": lambda action: action.still >= 2,  # noqa: PLR2004 - two years, as published
        "completed": lambda action: action.movement == "completed",
        "overdue": lambda action: action.overdue,
        "amended": lambda action: action.movement == "amended",
        "new": lambda action: action.movement == "new",
    }
    found = [(key, [a for a in snapshot.actions if tests[key](a)]) for key in CHANGES]
    return [(key, actions) for key, actions in found if actions]


def years(snapshot: Snapshot) -> list[int]:
    """Return the years of which an edition speaks, this one last."""
    past = {one.year for action in snapshot.actions for one in action.history}
    return [*sorted(year for year in past if year < snapshot.year), snapshot.year]


def code_in(action: Action, year: int, snapshot: Snapshot) -> str:
    """Return the code of an action's status in a year, that of the newest edition, or ""."""
    if year == snapshot.year:
        return action.code
    found = [past for past in action.history if past.year == year]
    status = max(found, key=lambda past: past.edition).status if found else ""
    return status_code(status, action.nature)


# --- Silence, and the annex ---------------------------------------------------------


def not_reported(snapshot: Snapshot, language: str) -> list[tuple[Actor, list[Action]]]:
    """Return, by name, the actors that gave no expected entry, with the actions concerned."""
    silent: dict[str, list[Action]] = {}
    for action in snapshot.actions:
        for entry in action.entries:
            if entry.expected and not entry.status:
                silent.setdefault(entry.actor, []).append(action)
    found = [(actor, silent[actor.slug]) for actor in snapshot.actors if actor.slug in silent]
    return sorted(
        found, key=lambda one: collation.by_name(called(one[0], language)[0], one[0].slug)
    )


@dataclass(frozen=True)
class Row:
    """A responsibility in the annex; ``code`` is "" for a volunteer who wrote nothing."""

    action: Action
    entry: Entry
    code: str


def annex_rows(snapshot: Snapshot) -> list[Row]:
    """Return every responsibility, in the order of the plan."""
    return [
        Row(action, entry, entry_code(entry, action))
        for action in snapshot.actions
        for entry in action.entries
    ]


# --- Days, addresses, proof ---------------------------------------------------------


def day(text: str, language: str) -> str:
    """Return a day of ISO 8601 in words: "1er mai 2025"; what is no day stays as it is."""
    try:
        year, month, number = (int(piece) for piece in text[:10].split("-"))
        word = MONTHS[language][month - 1]
    except (ValueError, IndexError):
        return text
    ordinal = {"fr": "1er", "de": "1."}.get(language, "1") if number == 1 else str(number)
    if language == "de" and number != 1:
        ordinal += "."
    return f"{ordinal} {word} {year}"


def percent(number: int, language: str) -> str:
    """Return a share as the language writes it: "75%", "75 %" with a space that holds."""
    return f"{number}%" if language == "en" else f"{number}\u00a0%"


def address(snapshot: Snapshot, language: str) -> str:
    """Return where the edition stands for ever; of a draft, where the newest edition will."""
    base = f"{snapshot.site}/{language}/plans/{snapshot.plan}/reports/{snapshot.year}/"
    return base if snapshot.is_draft else f"{base}e{snapshot.edition}/"


def citation(snapshot: Snapshot, language: str) -> str:
    """Return how to cite the edition."""
    pieces = [
        snapshot.label("made_by", language),
        f"{title(snapshot, language)}{sign(':', language)} {subtitle(snapshot, language)}",
        edition(snapshot, language),
        address(snapshot, language),
    ]
    return ", ".join(pieces)


def checksum(snapshot: Snapshot) -> str:
    """Return the SHA-256 of the canonical JSON, which data.json holds byte for byte.

    A dossier names that of the edition that it was taken from.
    """
    if isinstance(snapshot, Dossier):
        return snapshot.source
    return hashlib.sha256(to_json(snapshot).encode()).hexdigest()
