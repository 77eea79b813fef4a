"""What can be found: the plans as they stand, and what the newest published editions say."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import translation

from actions import published
from actions.enums import Scheme
from actions.models import (
    Action,
    Actor,
    ActorName,
    Classification,
    FormerWording,
    Plan,
    PublishedAction,
    PublishedRound,
    Responsibility,
    Section,
    Succession,
    Theme,
)
from actions.models.actors import name_valid
from actions.models.schemes import TITLES
from actions.querysets import valid_on
from actions.search.words import LANGUAGES
from document import richtext, snapshot

# The groups of the results, in the order in which they stand where they are equally good.
KINDS = ("action", "actor", "theme", "text", "report")
# How readers call a place of a scheme, whatever their language.
SHORT = {Scheme.SDG: "SDG", Scheme.PILLAR: "UNGP"}
PLAIN = "-"  # the edition of what stands in none

Words = Mapping[str, str]
Source = Callable[[date], Iterable["Document"]]
# Who else has something to find: what stands above this application adds itself.
SOURCES: list[Source] = []


@dataclass(frozen=True)
class Part:
    """A text to find something by: what it is (``label``), its language ("" where any), itself.

    What is only ``around`` leads to the document less surely: a theme, an actor's name.
    """

    label: str
    language: str
    text: str
    around: bool = False


@dataclass(frozen=True)
class Document:
    """One thing that can be found, with all that its line among the results shows.

    ``page`` and ``place`` make its address. ``edition`` names the published edition that it
    stands in ("nap2/2025/1"), so that nothing of one that readers do not see is ever found.
    ``names`` are in no particular language; ``row`` is the key of an action.
    """

    kind: str
    key: str
    page: str
    place: tuple[str, ...]
    titles: Words
    parts: tuple[Part, ...] = ()
    names: tuple[str, ...] = ()
    plan: str = ""
    edition: str = PLAIN
    year: int = 0
    label: str = ""
    row: int = 0
    about: Words | None = None
    fragment: str = ""
    sample: bool = False


def documents(on: date) -> Iterator[Document]:
    """Yield everything that readers can find on a day, in an order that is always the same."""
    for source in (actions, actors, themes, sections, places, texts, *SOURCES):
        yield from source(on)


def edition_key(plan: str, name: str | int, edition: int) -> str:
    """Return what a document names the edition by that it stands in; ``name`` is its round's."""
    return f"{plan}/{name}/{edition}"


def public_editions() -> list[str]:
    """Return the editions that readers see at this moment."""
    rows = PublishedRound.objects.order_by("plan__slug", "-year")
    found = [edition_key(*row) for row in rows.values_list("plan__slug", "year", "edition")]
    evaluated = published.evaluations().select_related("plan").order_by("plan__slug", "-year")
    return found + [edition_key(one.plan.slug, one.name, one.published or 0) for one in evaluated]


# --- Parts --------------------------------------------------------------------------


def in_languages(row: Any, field: str) -> dict[str, str]:
    """Return a text of a row that has it per language."""
    found = {code: getattr(row, f"{field}_{code}") for code in LANGUAGES}
    return {code: text for code, text in found.items() if text}


def parts(label: str, given: Words, *, around: bool = False) -> Iterator[Part]:
    """Yield a text per language as parts."""
    for code, text in given.items():
        yield Part(label, code, text, around)


def said(label: str, text: snapshot.Text) -> Iterator[Part]:
    """Yield what a member wrote, with its checked translations, without marks."""
    for code, content in ({text.language: text.original} | dict(text.translations)).items():
        yield Part(label, code, richtext.plain(content))


def names_of(rows: Iterable[ActorName]) -> Iterator[Part]:
    """Yield the names and abbreviations of an actor."""
    for row in rows:
        for field in ("name", "abbreviation"):
            yield from parts("actor", in_languages(row, field), around=True)


def names_by_actor(on: date) -> dict[int, list[ActorName]]:
    """Return the names of each actor up to that of a day, which stands last, in order of time.

    An announced name waits for its day.
    """
    found: dict[int, list[ActorName]] = defaultdict(list)
    # PostgreSQL puts the first name, which has no day, last by itself.
    in_time = F("valid_from").asc(nulls_first=True)
    for row in ActorName.objects.order_by("actor", in_time, "pk"):
        found[row.actor_id].append(row)
    return {actor: up_to(rows, on) for actor, rows in found.items()}


def up_to(rows: list[ActorName], on: date) -> list[ActorName]:
    """Return names in order of time, up to that of a day."""
    now = name_valid(rows, on)
    return rows[: rows.index(now) + 1] if now else []


# --- The plans ----------------------------------------------------------------------


def actions(on: date) -> Iterator[Document]:
    """Yield the actions of all plans: titles, old wordings, themes, section, goals, actors."""
    names = names_by_actor(on)
    held: dict[int, list[Responsibility]] = defaultdict(list)
    for duty in Responsibility.objects.filter(valid_on(on)).order_by("action", "position", "pk"):
        held[duty.action_id].append(duty)
    wordings: dict[int, list[FormerWording]] = defaultdict(list)
    for row in FormerWording.objects.order_by("action", "valid_to"):
        wordings[row.action_id].append(row)
    rows = (
        Action.objects.filter(valid_on(on), plan__is_published=True)
        .select_related("plan", "section")
        .prefetch_related("theme_links__theme", "classifications")
        .order_by("plan__slug", "position", "pk")
    )
    for action in rows.iterator(chunk_size=500):
        yield Document(
            kind="action",
            key=f"action:{action.plan.slug}/{action.label}",
            page="actions:action",
            place=(action.plan.slug, action.label),
            titles=in_languages(action, "title"),
            parts=(
                *action_parts(action),
                *(
                    p
                    for row in wordings[action.pk]
                    for p in parts("former", in_languages(row, "title"))
                ),
                *(p for duty in held[action.pk] for p in duty_parts(duty, names)),
            ),
            names=(action.label, action.other_title, *former_numbers(action, wordings[action.pk])),
            plan=action.plan.slug,
            label=action.label,
            row=action.pk,
        )


def former_numbers(action: Action, rows: Iterable[FormerWording]) -> list[str]:
    """Return the numbers that an action had before, once each."""
    return list(dict.fromkeys(row.label for row in rows if row.label not in {"", action.label}))


def action_parts(action: Action) -> Iterator[Part]:
    """Yield what else the plan says of an action."""
    if action.period_text:
        yield Part("period", "", action.period_text)
    links = sorted(action.theme_links.all(), key=lambda link: (link.theme.position, link.pk))
    for link in links:
        yield from parts("theme", in_languages(link.theme, "title"), around=True)
        yield from parts("note", in_languages(link, "note"))
        yield from parts("done", in_languages(link, "done"))
    if action.section:
        yield from parts("section", in_languages(action.section, "title"), around=True)
    for place in sorted(action.classifications.all(), key=lambda c: (c.scheme, c.number)):
        if place.scheme == Scheme.SDG:
            yield Part("goal", "", f"SDG {place.number}", around=True)


def duty_parts(duty: Responsibility, names: Mapping[int, list[ActorName]]) -> Iterator[Part]:
    """Yield what one actor promised, and what it is called."""
    if duty.commitment:
        yield Part("commitment", duty.commitment_language, duty.commitment)
    yield from names_of(names.get(duty.actor_id, ()))


def actors(on: date) -> Iterator[Document]:
    """Yield the actors with all names they ever had, and those of whom they took over from."""
    names = names_by_actor(on)
    before: dict[int, list[ActorName]] = defaultdict(list)
    for heir, dead in Succession.objects.order_by("pk").values_list("successor", "predecessor"):
        before[heir] += names.get(dead, [])
    # What was noted before it became known who takes over is overtaken: its page hides it too.
    recorded = Succession.objects.select_related("source")
    overtaken = {row.predecessor_id for row in recorded if row.source.is_of_an_act}
    # A draft is the secretariat's. By Python's order of letters: each database has its own.
    seen = Actor.objects.filter(draft_of__isnull=True).prefetch_related("aliases")
    for actor in sorted(seen, key=lambda one: one.slug):
        own = names.get(actor.pk, [])
        now = own[-1:]
        yield Document(
            kind="actor",
            key=f"actor:{actor.slug}",
            page="actions:actor",
            place=(settings.CURRENT_PLAN, actor.slug),
            titles=in_languages(now[0], "name") if now else {},
            parts=(
                *(p for row in now for p in parts("short", in_languages(row, "abbreviation"))),
                *(p for row in own[:-1] for p in former(row)),
                *(p for row in before[actor.pk] for p in former(row)),
                *(() if actor.pk in overtaken else parts("note", in_languages(actor, "note"))),
            ),
            names=(
                *(text for row in now for text in in_languages(row, "abbreviation").values()),
                *sorted(alias.text for alias in actor.aliases.all()),
            ),
            label=actor.level,
        )


def former(row: ActorName) -> Iterator[Part]:
    """Yield a name that was, or that of a body that was taken over."""
    for field in ("name", "abbreviation"):
        yield from parts("former", in_languages(row, field))


def themes(_on: date) -> Iterator[Document]:
    """Yield the themes that a plan has actions under."""
    used = Theme.objects.order_by("action_links__action__plan__slug", "position", "pk").filter(
        action_links__action__plan__is_published=True
    )
    plans = used.values_list("pk", "action_links__action__plan__slug").distinct()
    by_key = Theme.objects.in_bulk()
    for key, plan in dict.fromkeys(plans):
        theme = by_key[key]
        yield Document(
            kind="theme",
            key=f"theme:{theme.slug}",
            page="actions:theme",
            place=(plan, theme.slug),
            titles=in_languages(theme, "title"),
            parts=tuple(parts("", in_languages(theme, "intro"))),
            plan=plan,
        )


def sections(on: date) -> Iterator[Document]:
    """Yield the sections of the plans that have actions there."""
    rows = Section.objects.filter(
        valid_on(on, "actions__"), actions__isnull=False, plan__is_published=True
    )
    for row in rows.select_related("plan").order_by("plan__slug", "number").distinct():
        yield Document(
            kind="theme",
            key=f"section:{row.plan.slug}/{row.number}",
            page="actions:section",
            place=(row.plan.slug, str(row.number)),
            titles=in_languages(row, "title"),
            parts=tuple(parts("", in_languages(row, "short"))),
            plan=row.plan.slug,
        )


def places(on: date) -> Iterator[Document]:
    """Yield the pillars and goals that a plan has actions under."""
    rows = Classification.objects.filter(valid_on(on, "action__"), action__plan__is_published=True)
    rows = rows.order_by("action__plan__slug", "scheme", "number")
    for plan, code, number in dict.fromkeys(
        rows.values_list("action__plan__slug", "scheme", "number")
    ):
        scheme = Scheme(code)
        yield Document(
            kind="theme",
            key=f"{scheme.value}:{plan}/{number}",
            page=f"actions:{scheme.value}",
            place=(plan, str(number)),
            titles=translated(TITLES[scheme][number]),
            names=(f"{SHORT[scheme]} {number}",),
            plan=plan,
        )


def translated(text: Any) -> dict[str, str]:
    """Return a text of the software in each language."""
    found = {}
    for code in LANGUAGES:
        with translation.override(code):
            found[code] = str(text)
    return found


# --- What was published -------------------------------------------------------------


def texts(_on: date) -> Iterator[Document]:
    """Yield what actors reported, by action, year and actor: newest first, in the plan's order."""
    for plan in Plan.objects.published().order_by("slug"):
        for given in published.rounds_of(plan):
            yield from texts_of(plan, given)


def texts_of(plan: Plan, given: PublishedRound) -> Iterator[Document]:
    """Yield what actors reported in a published round."""
    bodies = published.actors_of(given)
    rows = PublishedAction.objects.filter(shown=given).select_related("action")
    for row in rows.order_by("action__position", "action").iterator(chunk_size=200):
        told = published.action_of(row)
        for entry in told.entries:
            found = tuple(entry_parts(entry))
            if found:
                yield text_of(plan, given, row.action, told, bodies.get(entry.actor), found)
        if told.override:
            body = bodies.get(told.override.institution)
            reason = tuple(parts("override", told.override.reason))
            yield text_of(plan, given, row.action, told, body, reason)


def text_of(
    plan: Plan,
    given: PublishedRound,
    action: Action,
    told: snapshot.Action,
    body: snapshot.Actor | None,
    found: tuple[Part, ...],
) -> Document:
    """Return what one actor said of an action in a year."""
    names = body.names if body else {}
    short = body.short if body else {}
    return Document(
        kind="text",
        key=f"text:{plan.slug}/{action.label}/{given.year}/{body.slug if body else ''}",
        page="actions:action",
        place=(plan.slug, action.label),
        titles=told.titles,
        parts=(*found, *parts("actor", names, around=True), *parts("actor", short, around=True)),
        names=(action.label,),
        plan=plan.slug,
        edition=edition_key(plan.slug, given.year, given.edition),
        year=given.year,
        label=action.label,
        about=names,
        sample=given.is_sample,
    )


def entry_parts(entry: snapshot.Entry) -> Iterator[Part]:
    """Yield what an entry says."""
    for field, text in entry.texts.items():
        yield from said(field, text)
    if entry.reopened:
        yield from said("reason", entry.reopened)
    for piece in entry.evidence:
        yield Part("evidence", "", piece.title)
