"""Everything a report says, frozen: plain data, to and from JSON, with the standard library alone.

Renderers read nothing else. Texts per language are mappings from a code (nl, fr, de, en) to a
text; days are ISO 8601; an absent text is "".
"""

import dataclasses
import json
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from document.readers import lift

SCHEMA_VERSION = 5
LANGUAGES = ("nl", "fr", "de", "en")
# Where a text is missing in a language.
FALLBACKS = ("en", "fr", "nl", "de")
# Codes of the statuses that do all that the plan asks: fully carried out, or applied for good.
MET = frozenset({"done", "continuous"})

Words = dict[str, str]  # language: text
Kind = typing.TypeVar("Kind")
# Asked of each part of each snapshot, and slow to answer.
_hints = cache(typing.get_type_hints)


@dataclass(frozen=True)
class Text:
    """A text of a member or the secretariat: the original, and translations that were checked.

    Markdown: paragraphs, lists, bold, italic, links.
    """

    language: str
    original: str
    translations: Words = field(default_factory=dict)

    def read(self, language: str) -> tuple[str, str]:
        """Return the text for readers of a language, and the language it is in."""
        if language == self.language or language not in self.translations:
            return self.original, self.language
        return self.translations[language], language


@dataclass(frozen=True)
class Status:
    """A word of the vocabulary; ``continuous`` is "in progress" on a continuous action."""

    code: str
    words: Words
    meanings: Words


@dataclass(frozen=True)
class Term:
    """A word of a list that has an order: a level of government, a role, a theme …"""

    code: str
    words: Words


@dataclass(frozen=True)
class Naming:
    """What an organisation was or will be called from a day to another; "" is an open end."""

    names: Words
    short: Words
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Actor:
    """An organisation as it was called on the reference date.

    ``renamed`` has its other names since the plan began, oldest first, announced ones included.
    """

    slug: str
    names: Words
    short: Words
    level: str
    parent: str = ""
    renamed: tuple[Naming, ...] = ()


@dataclass(frozen=True)
class Succession:
    """That an actor took over from another one on a day; a split has several successors."""

    predecessor: str
    successor: str
    on: str


@dataclass(frozen=True)
class Section:
    """A chapter of the plan, with the secretariat's introduction where there is one.

    ``label`` is what the plan calls it ("7", "A"); ``position`` its place, from 1.
    """

    label: str
    position: int
    titles: Words
    official: tuple[str, ...] = ()
    intro: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A piece of evidence."""

    title: str
    address: str
    kind: Words
    date: str = ""


@dataclass(frozen=True)
class Entry:
    """What an actor said of an action: accepted, carried over, or nothing (``status`` "").

    ``texts`` has those of done, results, obstacles, next_steps, reason, gender, sme that were
    written. ``since`` is the year of finished work that was carried over; ``reopened`` why
    such work was taken up again. ``expected_by`` is the day by which unfinished work is now
    expected. ``mark`` is "corrected" or "supplemented" in a further edition.
    """

    actor: str
    role: str
    expected: bool
    status: str = ""
    texts: dict[str, Text] = field(default_factory=dict)
    evidence: tuple[Document, ...] = ()
    since: int | None = None
    late: bool = False
    on_behalf: bool = False
    unchanged: bool = False
    through: str = ""
    submitted_on: str = ""
    accepted_on: str = ""
    reopened: Text | None = None
    expected_by: str = ""
    obstacle_codes: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Override:
    """The status that the secretariat put in place of the derived one, and why."""

    status: str
    reason: Words
    institution: str


@dataclass(frozen=True)
class Wording:
    """What the plan said of an action in the edition compared with, where it says another thing.

    ``actors_added`` are expected to report since otherwise than by taking over from others,
    ``actors_ended`` no longer.
    """

    label: str
    section: str
    titles: Words
    official: tuple[str, ...]
    nature: str
    period: Words
    period_text: str
    period_start: str = ""
    period_end: str = ""
    actors_added: tuple[str, ...] = ()
    actors_ended: tuple[str, ...] = ()


@dataclass(frozen=True)
class PastStatus:
    """The status of an action in an earlier edition; ``nature`` is that of its year."""

    year: int
    edition: int
    status: str
    nature: str = ""
    incomplete: bool = False

    @property
    def code(self) -> str:
        """What picks the word and the colour of the status."""
        return status_code(self.status, self.nature)


@dataclass(frozen=True)
class Action:
    """An action with its status, why it has it, and what each actor said.

    ``action_id`` outlives a change of number or section. ``status`` is the override's where
    there is one, else ``derived``. ``rule`` names the rule that matched. ``movement`` is one of
    new, reassessed, suspended, moved_up, moved_back, more_information, less_information, same,
    or "" where there is nothing to compare with; ``causes`` say why else
    than by those who reported both times its status differs.
    ``common_before`` and ``common_now`` are the statuses derived from those alone who reported
    both times. ``unmoved`` counts the comparisons in a row in which none of these said anything
    else. ``slipped`` tells that it is expected later than in the edition compared with;
    ``former`` is what that edition says of it, where the plan itself says another thing now.
    """

    action_id: str
    label: str
    section: str
    parent: str
    titles: Words
    official: tuple[str, ...]
    nature: str
    period: Words
    period_text: str
    period_end: str
    status: str
    derived: str
    rule: str
    why: Words
    overdue: bool
    expected: int
    reported: int
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    override: Override | None = None
    history: tuple[PastStatus, ...] = ()
    movement: str = ""
    causes: tuple[str, ...] = ()
    common_before: str = ""
    common_now: str = ""
    completed: bool = False
    amended: bool = False
    slipped: bool = False
    unmoved: int = 0
    period_start: str = ""
    expected_by: str = ""
    goals: tuple[str, ...] = ()
    pillars: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    former: Wording | None = None

    @property
    def is_sub_action(self) -> bool:
        """Tell whether it is counted beside the numbered actions."""
        return bool(self.parent)

    @property
    def code(self) -> str:
        """What picks the word and the colour of its status."""
        return status_code(self.status, self.nature)

    @property
    def is_met(self) -> bool:
        """Tell whether it does all that the plan asks: fully carried out, or applied for good."""
        return self.code in MET

    @property
    def is_incomplete(self) -> bool:
        """Tell whether its status rests on some of the expected entries only."""
        return is_partial(self.reported, self.expected)


@dataclass(frozen=True)
class Withdrawn:
    """An action of the edition compared with that the plan no longer has."""

    action_id: str
    label: str
    titles: Words
    official: tuple[str, ...]
    nature: str
    status: str


@dataclass(frozen=True)
class Amended:
    """What an amendment did to one action: ``act`` is add, change or withdraw.

    ``label`` is its number from that day on. Where the text of the plan changed, ``text_before``
    and ``text_after`` have it.
    """

    act: str
    action_id: str
    label: str
    titles: Words
    official: tuple[str, ...] = ()
    note: Words = field(default_factory=dict)
    text_before: Words = field(default_factory=dict)
    text_after: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Amendment:
    """Changes of the plan that took or take effect together ``on`` a day, by a decision."""

    on: str
    decided_on: str = ""
    document: str = ""
    address: str = ""
    note: Words = field(default_factory=dict)
    actions: tuple[Amended, ...] = ()


@dataclass(frozen=True)
class Share:
    """So many of so many in one edition, ``incomplete`` of the first on incomplete reporting."""

    code: str
    part: int
    whole: int
    percent: int | None
    incomplete: int | None = None


@dataclass(frozen=True)
class Past:
    """The key figures of an earlier edition, by today's formulas."""

    year: int
    edition: int
    figures: tuple[Share, ...]


@dataclass(frozen=True)
class Compared:
    """The edition that this one is compared with, and the day that it speaks of.

    Editions from before that day was kept lack it.
    """

    year: int
    edition: int
    reference_date: str = field(default="", compare=False)


@dataclass(frozen=True)
class Answer:
    """What an actor answered to the note of a voice."""

    actor: str
    text: Text


@dataclass(frozen=True)
class Note:
    """What a council or organisation that was invited wrote of an action or a section.

    ``evidence`` are the addresses that it refers to.
    """

    voice: str
    names: Words
    text: Text
    action_id: str = ""
    section: str = ""
    answers: tuple[Answer, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """What a stakeholder or a meeting advised, and what was done with it.

    ``names`` says from whom it came, ``titles`` what the document is called, ``address`` where it
    can be read in full; ``participants`` are the organisations that took part.
    """

    names: Words
    texts: Words
    done: Words = field(default_factory=dict)
    received_on: str = ""
    address: str = ""
    titles: Words = field(default_factory=dict)
    participants: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """A published figure: so many of so many, ``incomplete`` of them on incomplete reporting."""

    code: str
    part: int
    whole: int
    percent: int | None
    incomplete: int | None
    titles: Words
    formulas: Words


@dataclass(frozen=True)
class Chapter:
    """A text of the secretariat: the foreword, or a further chapter."""

    code: str
    titles: Words
    texts: Words


@dataclass(frozen=True)
class Source:
    """The document that the plan stands in; ``language`` is that of the title, "" unknown."""

    title: str
    url: str
    language: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One edition of a progress report.

    ``edition`` is 0 for a draft, whose ``made_at`` says the minute it was made. ``labels`` holds
    every fixed word of the report, by language and key, so that an edition reads the same
    however the software changes. What has an order is a list: the keys of an object have none.
    ``further`` says what a further edition is: "correction", "supplement" or both. ``past`` has
    the earlier editions, oldest first; ``invited`` counts the voices, ``refused`` their notes
    that were not taken. ``amendments`` are those of the plan that are decided, oldest first;
    ``advice`` is that of stakeholders and meetings, in the order in which it was recorded.
    """

    schema: int
    plan: str
    plan_titles: Words
    plan_source: Source
    year: int
    kind: str
    edition: int
    date: str
    reference_date: str
    opened_on: str
    deadline: str
    closed_on: str
    is_sample: bool
    site: str
    vocabulary: tuple[Status, ...]
    labels: dict[str, Words]
    levels: tuple[Term, ...]
    roles: tuple[Term, ...]
    sections: tuple[Section, ...]
    actors: tuple[Actor, ...]
    actions: tuple[Action, ...]
    figures: tuple[Figure, ...]
    chapters: tuple[Chapter, ...] = ()
    note: Words = field(default_factory=dict)
    replaces: int | None = None
    validated_on: str = ""
    validation: Words = field(default_factory=dict)
    made_at: str = ""
    compared: Compared | None = None
    past: tuple[Past, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    successions: tuple[Succession, ...] = ()
    further: tuple[str, ...] = ()
    goals: tuple[Term, ...] = ()
    pillars: tuple[Term, ...] = ()
    themes: tuple[Term, ...] = ()
    obstacles: tuple[Term, ...] = ()
    notes: tuple[Note, ...] = ()
    invited: int = 0
    refused: int = 0
    publisher: str = ""
    contact: str = ""
    licence: str = ""
    issn: str = ""
    recipients: tuple[Words, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    advice: tuple[Advice, ...] = ()

    @property
    def name(self) -> str:
        """What addresses call its round: the year."""
        return str(self.year)

    @property
    def is_draft(self) -> bool:
        """Tell whether it is no edition yet."""
        return self.edition == 0

    @property
    def reported(self) -> "Snapshot":
        """What it says of the actions, with the round that this is of: itself."""
        return self

    @property
    def left_out(self) -> frozenset[str]:
        """The chapters that are not printed: none of a report."""
        return frozenset()

    def actor(self, slug: str) -> Actor:
        """Return an actor by its key."""
        return next(actor for actor in self.actors if actor.slug == slug)

    def word(self, code: str, language: str) -> str:
        """Return the word of a status."""
        return next(s.words[language] for s in self.vocabulary if s.code == code)

    def label(self, key: str, language: str) -> str:
        """Return a fixed word of the report; an older edition lacks what came later."""
        return self.labels[language].get(key, "")


@dataclass(frozen=True)
class Dossier(Snapshot):
    """Chosen actions of an edition; ``source`` is the SHA-256 of the edition's whole data.

    What counts or lists the whole is not repeated, as it would say something else of a part.
    """

    source: str = ""

    @property
    def left_out(self) -> frozenset[str]:
        """The chapters that speak of the whole."""
        return frozenset(
            {"summary", "figures", "changes", "by_actor", "advice", "classes", "annex"}
        )


@dataclass(frozen=True)
class Basis:
    """A published edition that an evaluation rests on; ``checksum`` is the SHA-256 of its data."""

    year: int
    edition: int
    published_on: str
    reference_date: str
    checksum: str


@dataclass(frozen=True)
class Evaluation(Snapshot):
    """One edition of an evaluation: chapters over the published yearly rounds of a plan.

    ``basis`` has the newest edition of each of these rounds, oldest first. It derives nothing:
    ``actions``, ``figures`` and what belongs to them are those of the last one, as published,
    without what the actors wrote; ``history`` and ``past`` are the editions before that.
    """

    basis: tuple[Basis, ...] = ()

    @property
    def name(self) -> str:
        """What addresses call it: "2027-evaluation"."""
        return f"{self.year}-{self.kind}"

    @property
    def reported(self) -> Snapshot:
        """What the last of the editions that it rests on said."""
        last = self.basis[-1]
        return dataclasses.replace(
            self, year=last.year, edition=last.edition, reference_date=last.reference_date
        )


@dataclass(frozen=True)
class Proposal:
    """What an actor is about to say of an action, before it is submitted.

    ``state`` says in words how far it is, ``internal`` is the note that is never published,
    ``before`` what the actor said in ``year_before``.
    """

    action_id: str
    entry: Entry
    state: Words
    internal: Text | None = None
    before: Entry | None = None
    year_before: int = 0


@dataclass(frozen=True)
class Approval(Snapshot):
    """The plan in a year, with what some actors are about to say, for those who approve it."""

    proposals: tuple[Proposal, ...] = ()


def status_code(status: str, nature: str = "") -> str:
    """Return the code that picks a status's word, colour and sign, for an action of a nature."""
    return "continuous" if status == "in_progress" and nature == "continuous" else status


def bodies_below(actors: Iterable[Actor], slug: str) -> set[str]:
    """Return an actor and all the bodies below it among some, however deep."""
    listed = list(actors)
    found, ahead = set[str](), {slug}
    while ahead:
        found |= ahead
        ahead = {actor.slug for actor in listed if actor.parent in ahead} - found
    return found


def is_partial(reported: int, expected: int) -> bool:
    """Tell whether a status rests on some of the expected entries only."""
    return 0 < reported < expected


def plain(
    text: Mapping[str, str], language: str, fallbacks: Sequence[str] = FALLBACKS
) -> tuple[str, str]:
    """Return a text in a language, else in the first other one, and the language it is in."""
    for code in (language, *fallbacks):
        if text.get(code):
            return text[code], code
    return "", language


# --- To and from JSON ---------------------------------------------------------------


def to_json(snapshot: Snapshot) -> str:
    """Return the canonical JSON: sorted keys, two spaces, UTF-8 as it is, one line feed last.

    It names its schema by address, as tools expect it, and by number.
    """
    kind = "evaluation" if isinstance(snapshot, Evaluation) else "report"
    where = f"{snapshot.site}/static/schema/{kind}-{snapshot.schema}.json"
    data = {"$schema": where} | dataclasses.asdict(snapshot)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def from_json(text: str) -> Snapshot:
    """Return the snapshot that some JSON of this schema or an earlier one holds.

    Raises ValueError for anything else, a later schema included.
    """
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("this is no snapshot")
    lifted = lift(data, SCHEMA_VERSION)
    lifted = {key: value for key, value in lifted.items() if key != "$schema"}
    # The kind alone does not tell: it once was a mere word, and some yearly editions have it.
    found: Snapshot = _build(Evaluation if "basis" in lifted else Snapshot, lifted)
    return found


def of_facts(kind: type[Kind], facts: Mapping[str, Any]) -> Kind:
    """Return a part of a snapshot, an action or an actor, that was stored by itself.

    Raises ValueError for facts that are none in the schema of today.
    """
    found: Kind = _build(kind, facts)
    return found


def _build(kind: Any, value: Any) -> Any:
    """Return a value as its type asks; raises ValueError where it does not fit."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(kind, value)
    if origin in {types.UnionType, typing.Union}:
        return None if value is None else _build(arguments[0], value)
    if origin is tuple and isinstance(value, list):
        return tuple(_build(arguments[0], one) for one in value)
    if origin is dict and isinstance(value, dict):
        return {key: _build(arguments[1], one) for key, one in value.items()}
    if isinstance(kind, type) and type(value) is kind:
        return value
    raise ValueError(f"{value!r} is no {kind}")


def _build_dataclass(kind: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no {kind.__name__}")
    hints = _hints(kind)
    if set(value) - set(hints):
        raise ValueError(f"{kind.__name__} has no {sorted(set(value) - set(hints))}")
    try:
        return kind(**{name: _build(hints[name], one) for name, one in value.items()})
    except TypeError as error:
        raise ValueError(str(error)) from error
