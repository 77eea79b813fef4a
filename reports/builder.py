"""Live data in, Snapshot out: the only reader of follow-up, texts and translations."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from actions import round_status
from actions.enums import CARRIED_OVER
from actions.models import Actor as ActorRow
from actions.models import ActorName, ReportingRound
from actions.models import Override as OverrideRow
from actions.models import Section as SectionRow
from actions.models.actors import LEVELS, name_valid
from actions.models.entries import EVIDENCE_KINDS, PUBLISHED_TEXTS
from actions.models.fields import LANGUAGES as TEXT_LANGUAGES
from actions.models.responsibilities import ROLES
from actions.models.statuses import RULE_WORDS, STATUSES
from actions.round_status import ActionStatus, RoundStatus, Voice
from actions.rules.figures import Ratio
from actions.rules.status import is_met
from document.snapshot import (
    SCHEMA_VERSION,
    Action,
    Actor,
    Chapter,
    Document,
    Entry,
    Figure,
    Override,
    PastStatus,
    Section,
    Snapshot,
    Source,
    Status,
    Text,
    Words,
)
from reports import comparison, words
from reports.models import CHECKED, FOREWORD, FURTHER, PUBLISHED, SECTION, Edition, Translation
from reports.models import Chapter as ChapterRow

Translations = dict[tuple[int, str], list[Translation]]


def build(
    given: ReportingRound, *, on: date, edition: int = 0, note: Words | None = None
) -> Snapshot:
    """Return everything that the report of a round says now.

    ``edition`` is 0 for a draft; ``on`` the day that the report bears.
    """
    now = round_status.of_round(given, texts=True)
    past = earlier_editions(given)
    translations = read_translations(now)
    actions = tuple(build_action(row, past, translations) for row in now.rows)
    consultation = getattr(given, "consultation", None)
    return Snapshot(
        schema=SCHEMA_VERSION,
        plan=given.plan.slug,
        plan_titles=per_language(given.plan, "title"),
        plan_source=Source(given.plan.source.title, given.plan.source.url),
        year=given.year,
        kind=given.kind,
        edition=edition,
        date=on.isoformat(),
        reference_date=given.reference_date.isoformat(),
        opened_on=given.opens_on.isoformat(),
        deadline=given.deadline.isoformat(),
        closed_on=(timezone.localdate(given.closed_at) if given.closed_at else given.closes_on)
        .isoformat(),
        is_sample=given.is_sample,
        site=settings.SITE_URL,
        vocabulary=vocabulary(),
        labels=words.labels(is_closed=given.closed_at is not None),
        levels={code: words.in_languages(word) for code, word in LEVELS},
        roles={code: words.in_languages(word) for code, word in ROLES},
        sections=build_sections(given),
        actors=build_actors(now, actions),
        actions=actions,
        figures=build_figures(now),
        chapters=build_chapters(given),
        note=note or {},
        replaces=replaced(given),
        validated_on=(
            consultation.validated_on.isoformat()
            if consultation and consultation.validated_on
            else ""
        ),
        validation=per_language(consultation, "note") if consultation else {},
    )  # fmt: skip


def per_language(row: Any, field: str) -> Words:
    """Return the texts of a column per language that are not empty."""
    found = {language: getattr(row, f"{field}_{language}") for language in TEXT_LANGUAGES}
    return {language: text for language, text in found.items() if text}


def vocabulary() -> tuple[Status, ...]:
    """Return the words of the statuses with their meanings."""
    return tuple(
        Status(code, words.in_languages(word), words.in_languages(meaning))
        for code, word, meaning in STATUSES
    )


# --- Actions ------------------------------------------------------------------------


def build_action(row: ActionStatus, past: list[Snapshot], translations: Translations) -> Action:
    """Return an action with its status, why it has it, and what its actors say."""
    action = row.action
    history = history_of(action.label, past)
    return Action(
        label=action.label,
        section=action.section.number if action.section else None,
        parent=action.parent.label if action.parent else "",
        titles=per_language(action, "title"),
        official=tuple(action.official_languages.split()),
        nature=action.nature,
        period=words.in_languages(LazyPeriod(action)),
        period_text=action.period_text,
        period_end=action.period_end.isoformat() if action.period_end else "",
        status=row.status,
        derived=row.explanation.status,
        rule=row.explanation.rule,
        why=words.in_languages(RULE_WORDS[row.explanation.rule]),
        overdue=row.overdue,
        expected=row.explanation.expected,
        reported=row.explanation.reported,
        missing=tuple(voice.actor.slug for voice in row.missing),
        left_out=tuple(voice.actor.slug for voice in row.left_out),
        entries=tuple(build_entries(row, translations)),
        override=build_override(row.override),
        history=history,
        movement=movement(row, history, past),
        still=still(row, history),
    )


class LazyPeriod:
    """The period of an action, worded in the language of the moment."""

    def __init__(self, action: Any) -> None:
        self.action = action

    def __str__(self) -> str:
        return str(self.action.period_label)


def build_override(row: OverrideRow | None) -> Override | None:
    """Return the status that the secretariat set."""
    if row is None:
        return None
    return Override(row.status, per_language(row, "reason"), row.institution.slug)


def build_entries(row: ActionStatus, translations: Translations) -> Iterator[Entry]:
    """Yield what actors say of which an entry is expected, then what others wrote unasked."""
    for voice in row.expected:
        yield build_entry(voice, row, translations, expected=True)
    for voice in row.voluntary:
        if voice.status is not None:
            yield build_entry(voice, row, translations, expected=False)


def build_entry(
    voice: Voice, row: ActionStatus, translations: Translations, *, expected: bool
) -> Entry:
    """Return what one actor says; only what was accepted has a status and texts."""
    held = voice.responsibility
    through = held.reports_through if held.goes_through(row.on) else None
    facts: dict[str, Any] = {
        "actor": voice.actor.slug,
        "role": held.role,
        "expected": expected,
        "through": through.slug if through else "",
    }
    entry = voice.entry
    if entry is None or voice.status is None:
        return Entry(**facts)
    spoken = entry.spoken
    texts = {
        name: build_text(
            getattr(spoken, name), spoken.language, translations.get((spoken.pk, name), [])
        )
        for name in PUBLISHED_TEXTS
        if getattr(spoken, name)
    }
    return Entry(
        **facts,
        status=voice.status,
        texts=texts,
        evidence=tuple(build_documents(spoken.evidence)),
        since=entry.since,
        late=entry.late,
        on_behalf=spoken.on_behalf,
        unchanged=spoken.unchanged and not entry.is_carried,
    )


def build_text(original: str, language: str, rows: Iterable[Translation]) -> Text:
    """Return a text with its checked translations; one of an older original does not count."""
    checked = {
        row.language: row.text
        for row in rows
        if row.state_for(original) == CHECKED and row.language != language
    }
    return Text(language, original, checked)


def build_documents(evidence: list[dict[str, str]]) -> Iterator[Document]:
    """Yield the evidence of an entry."""
    kinds = dict(EVIDENCE_KINDS)
    for row in evidence:
        kind = words.in_languages(kinds[row["kind"]])
        yield Document(row["title"], row["address"], kind, row["date"])


def read_translations(now: RoundStatus) -> Translations:
    """Return the translations of a round's texts by entry and field."""
    voices = [v for row in now.rows for v in (*row.expected, *row.voluntary)]
    keys = {voice.entry.spoken.pk for voice in voices if voice.entry and voice.status}
    found: Translations = {}
    for row in Translation.objects.filter(entry__in=keys):
        found.setdefault((row.entry_id, row.field), []).append(row)
    return found


# --- Earlier editions ---------------------------------------------------------------


def earlier_editions(given: ReportingRound) -> list[Snapshot]:
    """Return the newest published editions of the rounds before, newest first."""
    rows = Edition.objects.filter(
        round__plan=given.plan_id, round__year__lt=given.year, state=PUBLISHED
    ).order_by("-round__year", "-number")
    newest: dict[int, Edition] = {}
    for row in rows:
        newest.setdefault(row.round_id, row)
    return [row.snapshot for row in newest.values()]


def replaced(given: ReportingRound) -> int | None:
    """Return the number of the published edition that a new one takes the place of."""
    rows = Edition.objects.filter(round=given, state=PUBLISHED).order_by("-number")
    return rows.values_list("number", flat=True).first()


def history_of(label: str, past: list[Snapshot]) -> tuple[PastStatus, ...]:
    """Return an action's statuses in earlier editions, newest first."""
    return tuple(
        PastStatus(snapshot.year, snapshot.edition, action.status)
        for snapshot in past
        for action in snapshot.actions
        if action.label == label
    )


def movement(row: ActionStatus, history: tuple[PastStatus, ...], past: list[Snapshot]) -> str:
    """Return what became of an action since the edition of the year before."""
    if not past:
        return ""
    before = next((one for one in history if one.year == past[0].year), None)
    if before is None:
        return "new"
    then = next(action for action in past[0].actions if action.label == row.action.label)
    amended = then.titles != per_language(row.action, "title")
    return comparison.movement(before.status, row.status, row.nature, amended=amended)


def still(row: ActionStatus, history: tuple[PastStatus, ...]) -> int:
    """Return for how many years unfinished work has not moved; 0 for finished or applied work."""
    if row.status in CARRIED_OVER or is_met(row.status, row.nature):
        return 0
    years = 0
    for one in history:
        if one.status != row.status:
            break
        years += 1
    return years


# --- The rest -----------------------------------------------------------------------


def build_sections(given: ReportingRound) -> tuple[Section, ...]:
    """Return the plan's sections with their introductions."""
    intros = {
        row.section: per_language(row, "text")
        for row in ChapterRow.objects.filter(round=given, kind=SECTION)
    }
    return tuple(
        Section(
            row.number,
            per_language(row, "title"),
            tuple(row.official_languages.split()),
            intros.get(row.number, {}),
        )
        for row in SectionRow.objects.filter(plan=given.plan_id).order_by("number")
    )


def build_chapters(given: ReportingRound) -> tuple[Chapter, ...]:
    """Return the foreword and the further chapters that have a text."""
    rows = ChapterRow.objects.filter(round=given, kind__in=[FOREWORD, FURTHER])
    order = sorted(rows, key=lambda row: (row.kind != FOREWORD, row.position, row.pk))
    return tuple(
        Chapter(
            FOREWORD if row.kind == FOREWORD else f"chapter-{number}",
            per_language(row, "title") or words.in_languages(words.LABELS["foreword"]),
            per_language(row, "text"),
        )
        for number, row in enumerate(order)
        if per_language(row, "text")
    )


def build_figures(now: RoundStatus) -> tuple[Figure, ...]:
    """Return the figures of the numbered actions, with their formulas."""
    ratios = now.figures
    return tuple(
        build_figure(code, getattr(ratios, code), *texts) for code, texts in words.FIGURES.items()
    )


def build_figure(code: str, ratio: Ratio, title: Any, formula: Any) -> Figure:
    """Return one figure; how many rest on incomplete reporting is not asked of coverage."""
    return Figure(
        code=code,
        part=ratio.part,
        whole=ratio.whole,
        percent=ratio.percent,
        incomplete=None if code == "coverage" else ratio.incomplete,
        titles=words.in_languages(title),
        formulas=words.in_languages(formula),
    )


def build_actors(now: RoundStatus, actions: Iterable[Action]) -> tuple[Actor, ...]:
    """Return every actor that is spoken of, and those above, as called on the reference date."""
    wanted = {entry.actor for action in actions for entry in action.entries}
    wanted |= {entry.through for action in actions for entry in action.entries}
    wanted |= {action.override.institution for action in actions if action.override}
    rows = {row.slug: row for row in ActorRow.objects.select_related("parent").with_names()}
    for slug in list(wanted - {""}):
        wanted |= {row.slug for row in above(rows[slug], rows)}
    return tuple(
        build_actor(row, now.round.reference_date)
        for row in sorted(rows.values(), key=lambda row: row.slug)
        if row.slug in wanted
    )


def above(row: ActorRow, rows: dict[str, ActorRow]) -> Iterator[ActorRow]:
    """Yield the organisations above an actor."""
    seen = {row.slug}
    while row.parent is not None and row.parent.slug not in seen:
        row = rows[row.parent.slug]
        seen.add(row.slug)
        yield row


def build_actor(row: ActorRow, on: date) -> Actor:
    """Return an actor as it was called on a day."""
    record: ActorName | None = name_valid(row.names.all(), on)
    names = per_language(record, "name") if record else {"en": row.slug}
    short = per_language(record, "abbreviation") if record else {}
    parent = row.parent.slug if row.parent else ""
    return Actor(row.slug, names, short, row.level, parent)
