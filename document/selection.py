"""What is chosen from a snapshot, in what order: counts, groups, who is silent; no words."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from document.snapshot import (
    MET,
    Action,
    Actor,
    Amended,
    Compared,
    Dossier,
    Entry,
    Section,
    Share,
    Snapshot,
    Wording,
    bodies_below,
    status_code,
    to_json,
)

# Status codes as charts and legends order them, the furthest first.
ORDER = (
    "done", "continuous", "partly_done", "in_progress", "not_started", "discontinued",
    "not_applicable", "insufficient", "not_reported",
)  # fmt: skip
# The texts of an entry in the order of reading.
FIELDS = ("done", "results", "obstacles", "next_steps", "reason", "gender", "sme")
# Movements as the chart shows them: ahead, information, back.
MOVES = (
    "moved_up", "more_information", "same", "new", "reassessed", "less_information", "suspended",
    "moved_back",
)  # fmt: skip
# The groups of "what changed", in their order.
CHANGES = (
    "moved_up", "moved_back", "suspended", "completed", "reopened", "more_information",
    "less_information", "reassessed", "unmoved", "overdue", "slipped", "amended", "new",
)  # fmt: skip
# Movements of those who reported both times.
MOVED = frozenset({"moved_up", "moved_back", "suspended"})
# Statuses after which nothing more is to be done.
FINISHED = frozenset({"done", "discontinued", "not_applicable"})
NOT_REPORTED = "not_reported"
CHANGED = "change"  # the act of an amendment that changes an action
LONG_UNMOVED = 2  # comparisons in a row


def is_empty(snapshot: Snapshot) -> bool:
    """Tell whether no entry at all was accepted."""
    return not any(entry.status for action in snapshot.actions for entry in action.entries)


def by_section(snapshot: Snapshot) -> list[tuple[Section | None, list[Action]]]:
    """Return the actions, sub-actions behind theirs, under their sections; None is no section."""
    found: list[tuple[Section | None, list[Action]]] = [
        (section, [a for a in snapshot.actions if a.section == section.label])
        for section in snapshot.sections
    ]
    known = {section.label for section in snapshot.sections}
    found.append((None, [a for a in snapshot.actions if a.section not in known]))
    return [(section, actions) for section, actions in found if actions]


def numbered(actions: Iterable[Action]) -> list[Action]:
    """Return the actions without the sub-actions, which are counted beside them."""
    return [action for action in actions if not action.is_sub_action]


def entry_code(entry: Entry, action: Action) -> str:
    """Return the code of an entry's status; silence where one is expected is "not_reported"."""
    return status_code(entry.status, action.nature) or ("not_reported" if entry.expected else "")


def shown(action: Action) -> list[Entry]:
    """Return the entries that stand under an action: all but the silence of volunteers."""
    return [entry for entry in action.entries if entry.expected or entry.status]


def said(action: Action) -> list[Entry]:
    """Return the entries that say something: accepted ones, and why work was taken up again."""
    return [entry for entry in action.entries if entry.status or entry.reopened]


def silent(action: Action) -> list[Entry]:
    """Return the entries that are expected and were not received."""
    return [entry for entry in action.entries if entry.expected and not entry.status]


def tally(codes: Iterable[str]) -> list[tuple[str, int]]:
    """Return how often each status occurs, in ORDER, without those that do not."""
    counted = Counter(codes)
    return [(code, counted[code]) for code in ORDER if counted[code]]


def status_counts(actions: Iterable[Action]) -> list[tuple[str, int]]:
    """Return the tally of the numbered actions among some."""
    return tally(action.code for action in numbered(actions))


def held(snapshot: Snapshot, slug: str) -> list[tuple[Action, Entry]]:
    """Return the actions under which an actor stands, each with its entry."""
    return [
        (action, entry)
        for action in snapshot.actions
        for entry in shown(action)
        if entry.actor == slug
    ]


def below(snapshot: Snapshot, slug: str) -> set[str]:
    """Return an actor and all the bodies below it, however deep."""
    return bodies_below(snapshot.actors, slug)


def speaks_of(snapshot: Snapshot, slug: str) -> bool:
    """Tell whether the report says something of an actor, or of a body below it."""
    slugs = below(snapshot, slug)
    return any(entry.actor in slugs for action in snapshot.actions for entry in shown(action))


def level_counts(snapshot: Snapshot) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return, by level of government, the tally of the statuses of its expected entries."""
    level_of = {actor.slug: actor.level for actor in snapshot.actors}
    return level_tally(
        (level.code for level in snapshot.levels),
        (
            (level_of[entry.actor], entry_code(entry, action))
            for action in snapshot.actions
            for entry in action.entries
            if entry.expected and entry.actor in level_of
        ),
    )


def level_tally(
    levels: Iterable[str], entries: Iterable[tuple[str, str]]
) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return, by level in their order, the tally of entries given as level and code."""
    codes: dict[str, list[str]] = {level: [] for level in levels}
    for level, code in entries:
        codes.setdefault(level, []).append(code)
    return [(level, tally(found)) for level, found in codes.items() if found]


def is_reopened(action: Action) -> bool:
    """Tell whether finished work on it was taken up again in this round."""
    return any(entry.reopened for entry in action.entries)


def changes(snapshot: Snapshot) -> list[tuple[str, list[Action]]]:
    """Return the groups of actions that moved, stand still or are overdue; no empty group."""
    flags = {
        "completed": lambda action: action.completed,
        "reopened": is_reopened,
        "unmoved": lambda action: action.unmoved >= LONG_UNMOVED,
        "overdue": lambda action: action.overdue,
        "slipped": lambda action: action.slipped,
        "amended": lambda action: action.amended,
    }
    found = []
    for key in CHANGES:
        holds = flags.get(key, lambda action, key=key: action.movement == key)
        found.append((key, [action for action in snapshot.actions if holds(action)]))
    return [(key, actions) for key, actions in found if actions]


def since(snapshot: Snapshot) -> str:
    """Return the day after which a change is one since the edition before, else of this year."""
    compared = snapshot.compared
    if compared and compared.reference_date:
        return compared.reference_date
    year = compared.year if compared else snapshot.year - 1
    return f"{year}-12-31"


def decided(snapshot: Snapshot, after: str) -> dict[str, list[Amended]]:
    """Return what amendments changed of actions, by their ids: those in force since a day."""
    found: dict[str, list[Amended]] = {}
    for amendment in snapshot.amendments:
        if after < amendment.on <= snapshot.reference_date:
            for one in amendment.actions:
                if one.act == CHANGED:
                    found.setdefault(one.action_id, []).append(one)
    return found


def titles_differ(old: Action | Wording, now: Action, *, is_decided: bool) -> bool:
    """Tell whether the plan’s own title is another one; a corrected translation is none.

    Where an amendment is ``decided``, each title that is official now is its own: before it
    some of them may have been working translations.
    """
    official = set(now.official) if is_decided else set(old.official) & set(now.official)
    return any(old.titles.get(code) != now.titles.get(code) for code in official)


def moves(actions: Iterable[Action]) -> list[tuple[str, int]]:
    """Return how many numbered actions became of what, in MOVES, without what did not occur.

    One on which nobody is asked moves nowhere; see ``counting``.
    """
    counted = Counter(action.movement for action in counting(actions))
    return [(move, counted[move]) for move in MOVES if counted[move]]


def ending(snapshot: Snapshot) -> list[Action]:
    """Return the unfinished actions whose period ends on the reference date itself.

    They are overdue only after it, and are due in no later year.
    """
    return [
        action
        for action in snapshot.actions
        if action.period_end == snapshot.reference_date and action.status not in FINISHED
    ]


def unasked(snapshot: Snapshot) -> list[Action]:
    """Return the numbered actions on which no entry is expected of anybody."""
    return [action for action in numbered(snapshot.actions) if not action.expected]


def counting(actions: Iterable[Action]) -> list[Action]:
    """Return the numbered actions of which a status can be told.

    Where nobody is asked and the secretariat set none, there is neither silence nor movement.
    """
    return [
        action for action in numbered(actions) if action.expected or action.status != NOT_REPORTED
    ]


def lost(snapshot: Snapshot) -> list[Action]:
    """Return the actions that did all that the plan asks, and now lack entries."""
    return [
        action
        for action in numbered(snapshot.actions)
        if before(action, snapshot) in MET and not action.is_met and action.missing
    ]


def due(snapshot: Snapshot, year: int) -> list[Action]:
    """Return the actions whose period ends in a year and that are not finished."""
    return [
        action
        for action in snapshot.actions
        if action.period_end[:4] == str(year) and action.status not in FINISHED
    ]


def years(snapshot: Snapshot) -> list[int]:
    """Return the years of which an edition speaks, this one last."""
    past = {one.year for action in snapshot.actions for one in action.history}
    return [*sorted(year for year in past if year < snapshot.year), snapshot.year]


def code_in(action: Action, year: int, snapshot: Snapshot) -> str:
    """Return the code of an action's status in a year, that of the newest edition, or ""."""
    if year == snapshot.year:
        return action.code
    found = [past for past in action.history if past.year == year]
    return max(found, key=lambda past: past.edition).code if found else ""


def incomplete_in(action: Action, year: int, snapshot: Snapshot) -> bool:
    """Tell whether an action's status in a year rests on some of the expected entries only."""
    if year == snapshot.year:
        return action.is_incomplete
    found = [past for past in action.history if past.year == year]
    return max(found, key=lambda past: past.edition).incomplete if found else False


def before(action: Action, snapshot: Snapshot) -> str:
    """Return the code of an action's status in the edition that this one is compared with."""
    return code_in(action, snapshot.compared.year, snapshot) if snapshot.compared else ""


def was_set(action: Action) -> bool:
    """Tell whether the secretariat had set the status of the edition before, and lifted it."""
    return "override" in action.causes and action.override is None


def share_before(snapshot: Snapshot, code: str) -> Share | None:
    """Return a key figure in the edition that this one is compared with."""
    for past in snapshot.past:
        if snapshot.compared == Compared(past.year, past.edition):
            return next((share for share in past.figures if share.code == code), None)
    return None


def common(action: Action) -> tuple[str, str]:
    """Return the codes that those come to who reported both times: before, and now."""
    then, now = (
        status_code(status, action.nature) for status in (action.common_before, action.common_now)
    )
    return then, now


def differs(movement: str, common: tuple[str | None, ...], published: tuple[str, ...]) -> bool:
    """Tell whether those who reported both times moved otherwise than the published status did.

    An edition of an earlier schema says of nobody what they reported both times.
    """
    return movement in MOVED and all(common) and common != published


def silent_actors(snapshot: Snapshot) -> list[tuple[Actor, list[Action]]]:
    """Return the actors that gave no expected entry, with the actions concerned."""
    found = silent_among(snapshot.actions)
    return [(actor, found[actor.slug]) for actor in snapshot.actors if actor.slug in found]


def silent_among(actions: Iterable[Action]) -> dict[str, list[Action]]:
    """Return, by actor, the actions among some on which an expected entry was not received."""
    found: dict[str, list[Action]] = {}
    for action in actions:
        for entry in silent(action):
            found.setdefault(entry.actor, []).append(action)
    return found


@dataclass(frozen=True)
class Record:
    """How an actor reported: entries expected, received, late; done and overdue among them."""

    actor: Actor
    expected: int
    received: int
    late: int
    done: int
    overdue: int
    actions: tuple[Action, ...]


def records(snapshot: Snapshot) -> list[Record]:
    """Return a record for each actor of which an entry is expected, in no order."""
    held: dict[str, list[tuple[Action, Entry]]] = {}
    for action in snapshot.actions:
        for entry in action.entries:
            if entry.expected:
                held.setdefault(entry.actor, []).append((action, entry))
    return [record(actor, held[actor.slug]) for actor in snapshot.actors if actor.slug in held]


def record(actor: Actor, held: list[tuple[Action, Entry]]) -> Record:
    """Return the record of one actor on the actions on which an entry is expected of it."""
    return Record(
        actor=actor,
        expected=len(held),
        received=sum(bool(entry.status) for _action, entry in held),
        late=sum(entry.late for _action, entry in held),
        done=sum(entry_code(entry, action) in MET for action, entry in held),
        # Of an overdue action, those that have not finished their own part.
        overdue=sum(action.overdue and entry.status not in FINISHED for action, entry in held),
        actions=tuple(action for action, _entry in held),
    )


@dataclass(frozen=True)
class Responsibility:
    """A responsibility in the annex; ``code`` is "" for a volunteer who wrote nothing."""

    action: Action
    entry: Entry
    code: str


def responsibilities(snapshot: Snapshot) -> list[Responsibility]:
    """Return every responsibility, in the order of the plan."""
    return [held for action in snapshot.actions for held in responsibilities_for(action)]


def responsibilities_for(action: Action) -> list[Responsibility]:
    """Return the responsibilities for one action."""
    return [Responsibility(action, entry, entry_code(entry, action)) for entry in action.entries]


def checksum(snapshot: Snapshot) -> str:
    """Return the SHA-256 of the canonical JSON, which data.json holds byte for byte.

    A dossier names that of the edition that it was taken from.
    """
    if isinstance(snapshot, Dossier):
        return snapshot.source
    return hashlib.sha256(to_json(snapshot).encode()).hexdigest()
