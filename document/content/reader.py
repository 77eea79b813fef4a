"""A snapshot as readers of one language get it: its words, names, texts and days."""

import re
from collections.abc import Iterable
from typing import Any

from document import collation, dates, names, richtext, selection
from document.blocks import Chip, Count, Line, Mark, Piece, Rich, Run, Status, Tile
from document.errors import RenderError
from document.snapshot import (
    Action,
    Actor,
    Entry,
    Naming,
    Section,
    Snapshot,
    Term,
    Text,
    Words,
    plain,
)
from document.typography import sign

FEW = 1  # of which the singular is said; in French also of none
WORKING = "°"
BEHALF = "†"


class Reader:
    """The words of one snapshot in one language."""

    def __init__(self, snapshot: Snapshot, language: str, *, elsewhere: str = "") -> None:
        """Take a snapshot and a language.

        ``elsewhere`` is the address of the document that has the actions, where this one has
        none to lead to.
        """
        self.snapshot = snapshot
        self.language = language
        self.elsewhere = elsewhere
        self.actors = {actor.slug: actor for actor in snapshot.actors}
        self.statuses = {s.code: plain(s.words, language)[0] for s in snapshot.vocabulary}
        # The small signs that were given to some text, which a page explains.
        self.signs: dict[str, Mark] = {}
        self.anchors = Anchors()
        # Labels may be odd or look alike, so each place gets its own name.
        self.places = {
            id(action): self.anchors.take(f"action-{action.label}") for action in snapshot.actions
        }

    # --- Fixed words

    def label(self, key: str) -> str:
        """Return a fixed word; "" where the edition is older than the word."""
        return self.snapshot.label(key, self.language)

    def filled(self, key: str, **facts: Any) -> str:
        """Return a fixed word with its {names} filled in."""
        return self.label(key).format(**facts)

    def many(self, key: str, n: int, **facts: Any) -> str:
        """Return a sentence with a number in it, in the form that the number asks for."""
        is_one = n == FEW or (n == 0 and self.language == "fr")
        return self.filled(f"{key}_{'one' if is_one else 'other'}", n=n, **facts)

    def spoken(self, key: str, **facts: Iterable[Piece]) -> Line:
        """Return a fixed word with pieces in place of its {names}."""
        found: list[Piece] = []
        for place, part in enumerate(re.split(r"\{(\w+)\}", self.label(key))):
            found += facts[part] if place % 2 else [Run(part)]
        return tuple(one for one in found if not isinstance(one, Run) or one.text)

    def colon(self, text: str) -> str:
        """Return a text with the colon that leads to what follows it."""
        return f"{text}{sign(':', self.language)} "

    def joined(self, lines: Iterable[Iterable[Piece]], by: str = ";") -> Line:
        """Return some lines in one, with a sign between them."""
        found: list[Piece] = []
        for line in lines:
            found += [Run(f"{sign(by, self.language)} ")] if found else []
            found += line
        return tuple(found)

    def listed(self, key: str, slugs: Iterable[str]) -> Line:
        """Return a line that lists actors, a sign beside a name in another language, or nothing."""
        found = [self.named(slug) for slug in slugs]
        return self.spoken(key, actors=self.joined(found)) if found else ()

    def day(self, text: str) -> str:
        """Return a day in words."""
        return dates.day(text, self.language)

    def tense(self, day: str, ahead: str, past: str) -> str:
        """Return the key of a word about a day: one for a day that the report is later than.

        An edition from before the words about the past goes on without them.
        """
        made = self.snapshot.made_at[:10] or self.snapshot.date
        known = self.label(past) or self.label(f"{past}_one")
        return past if day < made and known else ahead

    def ending(self) -> str:
        """Return the words over the actions whose period ends on the reference date."""
        day = self.snapshot.reference_date
        return self.filled(self.tense(day, "ending", "ended"), day=self.day(day))

    def percent(self, number: int) -> str:
        """Return a share as the language writes it."""
        return dates.percent(number, self.language)

    # --- Texts

    def tongue(self, language: str) -> str:
        """Return a language, "" where it is that of the document."""
        return "" if language == self.language else language

    def words(self, text: Words) -> Run:
        """Return a short text per language in this one, else in another one."""
        found, spoken = plain(text, self.language)
        return Run(one_line(found), self.tongue(spoken))

    def term(self, code: str, terms: Iterable[Term]) -> Run:
        """Return the word of a code in a list, else the code."""
        found = next((term for term in terms if term.code == code), None)
        run = self.words(found.words) if found else Run(code)
        return run if run.text else Run(code)

    def original(self, language: str) -> tuple[Mark, ...]:
        """Return the mark of a text that is not in the document's language."""
        if language in {"", self.language}:
            return ()
        meaning = self.label(f"original_{language}")
        return (self.mark(f"[{language.upper()}]", meaning or language),)

    def rich(self, text: Text, label: str = "") -> Rich:
        """Return a member's text: a checked translation, else the original, marked so."""
        found, language = text.read(self.language)
        spoken = self.tongue(language)
        return Rich(richtext.parse(found), spoken, label, self.original(spoken))

    def written(self, text: Words, look: str = "") -> Rich:
        """Return a longer text of the secretariat in this language, else in another one."""
        found, language = plain(text, self.language)
        spoken = self.tongue(language)
        return Rich(richtext.parse(found), spoken, "", self.original(spoken), look)

    def title(self, titles: Words, official: Iterable[str]) -> Line:
        """Return a title; a mark tells a working translation or another language."""
        run = self.words(titles)
        if run.language:
            return (run, *self.original(run.language))
        if self.language in set(official) or not run.text:
            return (run,)
        return (run, self.mark(WORKING, self.label("working_title")))

    def mark(self, sign: str, meaning: str) -> Mark:
        """Return a sign with its meaning, which every page then explains."""
        return self.signs.setdefault(sign, Mark(sign, meaning))

    # --- Actors

    def called(self, actor: Actor) -> tuple[str, str]:
        """Return an actor's name and the language it is in; see ``names.fallbacks``."""
        return plain(actor.names, self.language, names.fallbacks(actor.level))

    def calling(self, actor: Actor, naming: Naming) -> Line:
        """Return another name of an actor, as ``full`` says the one of the reference date."""
        name, spoken = plain(naming.names, self.language, names.fallbacks(actor.level))
        return self.with_short(name, naming.short.get(spoken) or "", self.tongue(spoken))

    def actor(self, slug: str) -> Run:
        """Return the name of an actor by its key; what is no key is a name already."""
        found = self.actors.get(slug)
        if found is None:
            return Run(slug)
        name, spoken = self.called(found)
        return Run(one_line(name), self.tongue(spoken))

    def short(self, slug: str) -> Run:
        """Return an actor's abbreviation in the language of its name, else the name."""
        found = self.actors.get(slug)
        if found is None:
            return Run(slug)
        name, spoken = self.called(found)
        return Run(one_line(found.short.get(spoken) or name), self.tongue(spoken))

    def full(self, slug: str) -> Line:
        """Return an actor's name, its abbreviation where that says more, its language if other."""
        name, short = self.actor(slug), self.short(slug)
        return self.with_short(name.text, short.text, name.language)

    def with_short(self, name: str, short: str, language: str) -> Line:
        """Return a name, its abbreviation where that says more, its language if other."""
        name, short = one_line(name), one_line(short)
        more = (Run(f" ({short})", language),) if names.adds(short, name) else ()
        return (Run(name, language), *more, *self.original(language))

    def named(self, slug: str) -> Line:
        """Return an actor's name; a sign tells that it has none in this language."""
        name = self.actor(slug)
        return (name, *self.original(name.language))

    def in_order(self, actors: Iterable[Actor]) -> list[Actor]:
        """Return actors in the order of their names as readers of this language sort."""
        return sorted(
            actors, key=lambda actor: collation.by_name(self.called(actor)[0], actor.slug)
        )

    # --- Actions

    def heading(self, action: Action) -> str:
        """Return "Action 22" or "Sub-action 22.1"."""
        key = "sub_action" if action.is_sub_action else "action"
        return self.filled(key, label=action.label)

    def section(self, section: Section | None) -> Line:
        """Return the title of a section without its number."""
        if section is None:
            return (Run(self.label("without_section")),)
        return self.title(section.titles, section.official)

    def status(self, action: Action) -> Status:
        """Return the status of an action; on incomplete reporting it says on how much."""
        return Status(
            action.code,
            self.word(action.code, action),
            self.coverage(action) if action.is_incomplete else "",
        )

    def plain_status(self, code: str) -> Status:
        """Return a status by its code."""
        return Status(code, self.statuses[code])

    def word(self, code: str, action: Action) -> str:
        """Return the word of a status; raises RenderError, which names the action, without one."""
        if code not in self.statuses:
            raise RenderError(f"no word for the status {code!r}", self.heading(action))
        return self.statuses[code]

    def counts(self, tally: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
        """Return a tally with the words of its statuses."""
        return tuple(Count(n, code, self.statuses[code]) for code, n in tally)

    def coverage(self, action: Action) -> str:
        """Return "3 of 5 reported"."""
        if not action.expected:
            return self.label("none_expected")
        return self.filled("coverage", reported=action.reported, expected=action.expected)

    def last_year(self, action: Action) -> str:
        """Return "In 2024: In progress", or "" where no earlier edition has the action.

        It says where that status rested on a part of the reports, and where the secretariat had
        set it, and lifted it since: what the actors reported both times may then have moved
        another way.
        """
        compared = self.snapshot.compared
        code = selection.before(action, self.snapshot)
        if compared is None or not code:
            return ""
        was_set = selection.was_set(action) and self.label("last_year_set")
        key = "last_year_set" if was_set else "last_year"
        said = self.filled(key, year=compared.year, status=self.statuses[code])
        part = self.label("incomplete")
        if part and selection.incomplete_in(action, compared.year, self.snapshot):
            said += f" ({part})"
        return said

    def tile(self, action: Action) -> Tile:
        """Return an action as a square, and what it shows in words."""
        said = f"{self.colon(self.heading(action))}{self.word(action.code, action)}"
        if action.is_incomplete:
            said += f", {self.coverage(action)}"
        if action.overdue:
            said += f", {self.label('overdue')}"
        return Tile(
            action.label,
            action.code,
            "" if self.elsewhere else self.places[id(action)],
            said,
            action.overdue,
            action.is_incomplete,
            action.is_sub_action,
        )

    def link(self, action: Action, text: str = "") -> Run:
        """Return the number of an action, which leads to it."""
        tile = self.tile(action)
        link = f"{self.elsewhere}#{self.places[id(action)]}" if self.elsewhere else ""
        return Run(text or action.label, look="strong", link=link, to=tile.to, said=tile.said)

    def number_of(self, actions: Iterable[Action]) -> str:
        """Return how many actions these are, sub-actions beside them: "9 + 1 sub-action"."""
        listed = list(actions)
        numbered = len(selection.numbered(listed))
        below = len(listed) - numbered
        if not below or not self.label("sub_actions_one"):
            return str(len(listed))
        return f"{numbered} + {self.many('sub_actions', below)}"

    def strip(self, action: Action) -> tuple[Chip, ...]:
        """Return the actors of an action, each in the colour of what it reported."""
        return tuple(
            Chip(
                self.short(entry.actor),
                code := selection.entry_code(entry, action),
                self.word(code, action),
                self.entry_place(action, entry) if entry.status or entry.reopened else "",
            )
            for entry in selection.shown(action)
        )

    def entry_place(self, action: Action, entry: Entry) -> str:
        """Return the anchor of what an actor said of an action."""
        return self.anchors.kept(f"{self.places[id(action)]}-{entry.actor}")

    def sorted_silent(self) -> list[tuple[Actor, list[Action]]]:
        """Return the silent actors by name, with the actions concerned."""
        found = {actor.slug: actions for actor, actions in selection.silent_actors(self.snapshot)}
        actors = self.in_order(self.actors[slug] for slug in found)
        return [(actor, found[actor.slug]) for actor in actors]


class Anchors:
    """The names of places in a document, each once."""

    def __init__(self) -> None:
        self.taken: set[str] = {"main", "contents"}
        self.known: dict[str, str] = {}

    def take(self, wanted: str) -> str:
        """Return a name for a wanted one that no other place has."""
        base = found = re.sub(r"[^\w.-]", "-", wanted)
        number = 1
        while found in self.taken:
            number += 1
            found = f"{base}--{number}"
        self.taken.add(found)
        return found

    def kept(self, wanted: str) -> str:
        """Return the same name for the same wish."""
        if wanted not in self.known:
            self.known[wanted] = self.take(wanted)
        return self.known[wanted]


def one_line(text: str) -> str:
    """Return a text on one line; French keeps its no-break spaces."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def capitalised(text: str) -> str:
    """Return a text that begins with a capital, as it stands by itself."""
    return text[:1].upper() + text[1:]


def full_stop(line: Line) -> tuple[Run, ...]:
    """Return a full stop where a sentence that goes on has none."""
    last = line[-1]
    ends = isinstance(last, Run) and last.text.rstrip()[-1:] in {".", "!", "?", "…", ")"}
    return () if ends else (Run("."),)
