"""Everything a report says, frozen: plain data, to and from JSON, with the standard library alone.

Renderers read nothing else. Texts per language are mappings from a code (nl, fr, de, en) to a
text; days are ISO 8601; an absent text is "".
"""

import dataclasses
import json
import types
import typing
from dataclasses import dataclass, field
from typing import Any

from document.readers import lift

SCHEMA_VERSION = 2
LANGUAGES = ("nl", "fr", "de", "en")

Words = dict[str, str]  # language: text


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
class Actor:
    """An organisation as it was called on the reference date."""

    slug: str
    names: Words
    short: Words
    level: str
    parent: str = ""


@dataclass(frozen=True)
class Section:
    """A chapter of the plan, with the secretariat's introduction where there is one."""

    number: int
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
    written. ``since`` is the year of finished work that was carried over.
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


@dataclass(frozen=True)
class Override:
    """The status that the secretariat put in place of the derived one, and why."""

    status: str
    reason: Words
    institution: str


@dataclass(frozen=True)
class PastStatus:
    """The status of an action in an earlier edition."""

    year: int
    edition: int
    status: str


@dataclass(frozen=True)
class Action:
    """An action with its status, why it has it, and what each actor said.

    ``status`` is the override's where there is one, else ``derived``. ``rule`` names the rule
    that matched. ``movement`` is one of up, back, none, new, completed, amended, or "" where
    there is nothing to compare with. ``still`` counts the years without movement.
    """

    label: str
    section: int | None
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
    still: int = 0

    @property
    def is_sub_action(self) -> bool:
        """Tell whether it is counted beside the numbered actions."""
        return bool(self.parent)

    @property
    def code(self) -> str:
        """What picks the word and the colour of its status."""
        return status_code(self.status, self.nature)


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
    """The document that the plan stands in."""

    title: str
    url: str


@dataclass(frozen=True)
class Snapshot:
    """One edition of a progress report.

    ``edition`` is 0 for a draft. ``labels`` holds every fixed word of the report, by language
    and key, so that an edition reads the same however the software changes.
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
    levels: dict[str, Words]
    roles: dict[str, Words]
    sections: tuple[Section, ...]
    actors: tuple[Actor, ...]
    actions: tuple[Action, ...]
    figures: tuple[Figure, ...]
    chapters: tuple[Chapter, ...] = ()
    note: Words = field(default_factory=dict)
    replaces: int | None = None
    validated_on: str = ""
    validation: Words = field(default_factory=dict)

    @property
    def is_draft(self) -> bool:
        """Tell whether it is no edition yet."""
        return self.edition == 0

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
        return frozenset({"figures", "changes", "annex"})


def status_code(status: str, nature: str) -> str:
    """Return the vocabulary's code of a status, for an action of a nature."""
    return "continuous" if status == "in_progress" and nature == "continuous" else status


def plain(
    text: Words, language: str, fallbacks: tuple[str, ...] = ("en", "fr", "nl", "de")
) -> tuple[str, str]:
    """Return a text in a language, else in the first other one, and the language it is in."""
    for code in (language, *fallbacks):
        if text.get(code):
            return text[code], code
    return "", language


# --- To and from JSON ---------------------------------------------------------------


def to_json(snapshot: Snapshot) -> str:
    """Return the canonical JSON: sorted keys, two spaces, UTF-8 as it is, one line feed last."""
    data = dataclasses.asdict(snapshot)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def from_json(text: str) -> Snapshot:
    """Return the snapshot that some JSON of this schema or an earlier one holds.

    Raises ValueError for anything else, a later schema included.
    """
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("this is no snapshot")
    found: Snapshot = _build(Snapshot, lift(data, SCHEMA_VERSION))
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
    hints = typing.get_type_hints(kind)
    if set(value) - set(hints):
        raise ValueError(f"{kind.__name__} has no {sorted(set(value) - set(hints))}")
    try:
        return kind(**{name: _build(hints[name], one) for name, one in value.items()})
    except TypeError as error:
        raise ValueError(str(error)) from error
