"""A further edition: the edition before, with what was corrected and what came in since.

Names, wording, formulas and the comparison stay; only what was let in changes, and what follows
from it is derived anew. Snapshots in, a snapshot out: no database.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from actions.enums import Nature, Status
from actions.models.statuses import RULE_WORDS
from actions.rules.status import Report, derive, is_overdue
from document.snapshot import (
    LANGUAGES,
    Action,
    Actor,
    Entry,
    Figure,
    Override,
    Section,
    Snapshot,
    Text,
    Words,
    plain,
)
from reports import comparison, words

CORRECTED, SUPPLEMENTED = "corrected", "supplemented"
# What a further edition is, by the marks of its entries.
KINDS = {CORRECTED: "correction", SUPPLEMENTED: "supplement"}
# What it takes from the edition before as it stood.
KEPT = (
    "plan_titles", "plan_source", "kind", "reference_date", "opened_on", "deadline", "closed_on",
    "vocabulary", "levels", "roles", "successions", "goals", "pillars", "themes", "obstacles",
    "notes", "invited", "refused", "amendments",
)  # fmt: skip
Touched = Collection[tuple[str, str]]  # the key of an action, and an actor


@dataclass(frozen=True)
class Changes:
    """What a further edition says otherwise than the one before.

    Entries by action and actor; actions whose status the secretariat set anew; chapters.
    """

    corrected: tuple[tuple[Action, Entry], ...]
    supplemented: tuple[tuple[Action, Entry], ...]
    overridden: tuple[Action, ...]
    chapters: tuple[Words, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the edition is; what adds nothing corrects."""
        corrects = self.corrected or self.overridden or self.chapters or not self.supplemented
        found = [KINDS[CORRECTED]] if corrects else []
        return (*found, KINDS[SUPPLEMENTED]) if self.supplemented else tuple(found)


def merged(base: Snapshot, live: Snapshot, touched: Touched) -> Snapshot:
    """Return what a further edition says, without what became of its actions.

    ``base`` is the edition before, ``live`` all that stands there now, ``touched`` the entries
    that were let in since. One that was let in and is not accepted stays as it was published.
    """
    actions = tuple(merged_actions(base, live, touched))
    found = replace(
        live,
        **{name: getattr(base, name) for name in KEPT},
        labels={
            code: live.labels[code]
            | base.labels[code]
            | {"validation": live.labels[code]["validation"]}
            for code in LANGUAGES
        },
        sections=tuple(sections(base, live)),
        actions=actions,
        actors=tuple(actors(base, live, actions)),
        figures=figures(base, live, actions),
    )
    what = changes(base, found)
    return replace(found, further=what.kinds, note=note(found, what, base.edition))


# --- Actions ------------------------------------------------------------------------


def merged_actions(base: Snapshot, live: Snapshot, touched: Touched) -> Iterator[Action]:
    """Yield the actions of the edition before, each with what its entries say now."""
    now = {action.action_id: action for action in live.actions}
    why = {action.rule: action.why for action in base.actions}
    on = date.fromisoformat(base.reference_date)
    for action in base.actions:
        alive = now.get(action.action_id)
        if alive is None:
            yield replace(action, entries=tuple(replace(e, mark="") for e in action.entries))
            continue
        who = {actor for key, actor in touched if key == action.action_id}
        entries = tuple(merged_entries(action, alive, who))
        if not weighs(action, entries, alive.override):
            yield replace(action, entries=entries)
        else:
            yield derived(replace(action, entries=entries, override=alive.override), why, on)


def merged_entries(action: Action, alive: Action, who: Collection[str]) -> Iterator[Entry]:
    """Yield the entries of an action: those let in as accepted now, the others as before."""
    now = {entry.actor: entry for entry in alive.entries if entry.status}
    for entry in action.entries:
        current = now.pop(entry.actor, None)
        if current is None:
            yield replace(entry, mark="")
        elif entry.actor in who and said(current) != said(entry):
            yield replace(
                current,
                role=entry.role,
                expected=entry.expected,
                through=entry.through,
                mark=CORRECTED if entry.status else SUPPLEMENTED,
            )
        else:
            yield retranslated(entry, current)
    yield from (replace(now[actor], mark=SUPPLEMENTED) for actor in now if actor in who)


def said(entry: Entry) -> Entry:
    """Return what an entry says, without how it got there and into which languages."""
    texts = {name: Text(text.language, text.original) for name, text in entry.texts.items()}
    return replace(
        entry, texts=texts, role="", expected=True, through="", mark="", submitted_on="",
        accepted_on="",
    )  # fmt: skip


def retranslated(entry: Entry, current: Entry) -> Entry:
    """Return a published entry with the translations of now; marked where one was corrected."""
    texts, is_corrected = {}, False
    for name, text in entry.texts.items():
        other = current.texts.get(name)
        same = other is not None and (other.language, other.original) == (
            text.language, text.original,
        )  # fmt: skip
        texts[name] = other if other is not None and same else text
        known, told = text.translations, texts[name].translations
        is_corrected |= any(told.get(code) != known[code] for code in known)
    return replace(entry, texts=texts, mark=CORRECTED if is_corrected else "")


def weighs(action: Action, entries: tuple[Entry, ...], override: Override | None) -> bool:
    """Tell whether the status of an action may have changed."""
    statuses = [(entry.actor, entry.status) for entry in entries]
    return override != action.override or statuses != [
        (entry.actor, entry.status) for entry in action.entries
    ]


def derived(action: Action, why: dict[str, Words], on: date) -> Action:
    """Return an action with the status that follows from its entries, and what goes with it."""
    asked = [entry for entry in action.entries if entry.expected]
    reports = [
        Report(place, Status(entry.status) if entry.status else None, entry.since)
        for place, entry in enumerate(asked)
    ]
    found = derive(reports, Nature.judged(action.nature))
    status = action.override.status if action.override else found.status.value
    end = date.fromisoformat(action.period_end) if action.period_end else None
    return replace(
        action,
        status=status,
        derived=found.status.value,
        rule=found.rule.value,
        why=why.get(found.rule.value) or words.in_languages(RULE_WORDS[found.rule]),
        overdue=is_overdue(Status(status), period_end=end, on=on),
        expected=found.expected,
        reported=found.reported,
        missing=tuple(asked[place].actor for place in sorted(found.missing)),
        left_out=tuple(asked[place].actor for place in sorted(found.left_out)),
    )


# --- The rest -----------------------------------------------------------------------


def sections(base: Snapshot, live: Snapshot) -> Iterator[Section]:
    """Yield the sections of the edition before with the introductions of now."""
    intros = {section.label: section.intro for section in live.sections}
    for section in base.sections:
        yield replace(section, intro=intros.get(section.label, section.intro))


def actors(base: Snapshot, live: Snapshot, actions: tuple[Action, ...]) -> list[Actor]:
    """Return the actors of the edition before, and those that are spoken of for the first time."""
    found = {actor.slug: actor for actor in base.actors}
    known = {actor.slug: actor for actor in live.actors}
    wanted = {entry.actor for action in actions for entry in action.entries}
    wanted |= {entry.through for action in actions for entry in action.entries}
    wanted |= {action.override.institution for action in actions if action.override}
    for slug in wanted:
        while slug and slug not in found:
            found[slug] = known[slug]
            slug = known[slug].parent  # noqa: PLW2901 - up the tree, as far as it is new
    return sorted(found.values(), key=lambda actor: actor.slug)


def figures(base: Snapshot, live: Snapshot, actions: tuple[Action, ...]) -> tuple[Figure, ...]:
    """Return the figures of some actions, with the words of the edition before.

    Where the edition before counted otherwise, the words of today go with today's formulas.
    """
    printed = [(f.code, f.part, f.whole, f.percent, f.incomplete) for f in base.figures]
    counted = [(s.code, s.part, s.whole, s.percent, s.incomplete) for s in comparison.shares(base)]
    source = base if printed == counted else live
    told = {figure.code: figure for figure in source.figures}
    return tuple(
        replace(
            told[share.code], part=share.part, whole=share.whole, percent=share.percent,
            incomplete=share.incomplete,
        )
        for share in comparison.shares(replace(base, actions=actions))
        if share.code in told
    )  # fmt: skip


# --- What changed, and the note that says it ----------------------------------------


def changes(base: Snapshot, found: Snapshot) -> Changes:
    """Return what a further edition says otherwise than the one before."""
    before = {action.action_id: action for action in base.actions}
    texts = {chapter.code: chapter.texts for chapter in base.chapters}
    intros = {section.label: section.intro for section in base.sections}
    return Changes(
        corrected=tuple(marked(found, CORRECTED)),
        supplemented=tuple(marked(found, SUPPLEMENTED)),
        overridden=tuple(
            action
            for action in found.actions
            if action.override != before[action.action_id].override
        ),
        chapters=(
            *(c.titles for c in found.chapters if c.texts != texts.get(c.code)),
            *(s.titles for s in found.sections if s.intro != intros.get(s.label)),
            *([advice_title(found)] if found.advice != base.advice else []),
        ),
    )


def advice_title(found: Snapshot) -> Words:
    """Return what the chapter of advice is called."""
    return {code: found.label("advice", code) for code in LANGUAGES}


def marked(found: Snapshot, mark: str) -> Iterator[tuple[Action, Entry]]:
    """Yield the entries with a mark, each with its action."""
    for action in found.actions:
        yield from ((action, entry) for entry in action.entries if entry.mark == mark)


def note(found: Snapshot, what: Changes, number: int) -> Words:
    """Return the note on a further edition: what the secretariat wrote, then what it lists.

    In a language in which the secretariat wrote nothing, the list alone.
    """
    lines = {code: sentences(found, what, number, code) for code in LANGUAGES}
    told = {
        code: " ".join(filter(None, (found.note.get(code, ""), *lines[code]))) for code in LANGUAGES
    }
    return {code: text for code, text in told.items() if text}


def sentences(found: Snapshot, what: Changes, number: int, language: str) -> list[str]:
    """Return what the note lists, in a language."""
    lists = {
        "corrected": [entry_name(found, *pair, language) for pair in what.corrected],
        "received": [entry_name(found, *pair, language) for pair in what.supplemented],
        "status": [action.label for action in what.overridden],
        "texts": [plain(titles, language)[0] for titles in what.chapters],
    }
    forms = words.note_lines(language)
    return [
        forms[name].format(what=", ".join(items), number=number)
        for name, items in lists.items()
        if items
    ]


def entry_name(found: Snapshot, action: Action, entry: Entry, language: str) -> str:
    """Return what names an entry in a list: "24 (FPS Justice)"."""
    actor = found.actor(entry.actor)
    return f"{action.label} ({plain(actor.short or actor.names, language)[0]})"
