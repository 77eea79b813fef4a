"""Live data in, Snapshot out: the only reader of follow-up, texts and translations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from actions import round_status
from actions.enums import UNFINISHED, AmendmentAct, Event, EvidenceKind, RoundKind, Scheme
from actions.exporters import LICENCE
from actions.models import (
    ActionTheme,
    ActorName,
    AmendmentLine,
    Classification,
    ReportingRound,
    ReviewEvent,
    Theme,
)
from actions.models import Actor as ActorRow
from actions.models import Amendment as AmendmentRow
from actions.models import Entry as EntryRow
from actions.models import Override as OverrideRow
from actions.models import Section as SectionRow
from actions.models import Succession as SuccessionRow
from actions.models.actors import LEVELS, name_valid
from actions.models.entries import EVIDENCE_KINDS, OBSTACLE_KINDS, PUBLISHED_TEXTS
from actions.models.responsibilities import ROLES
from actions.models.schemes import TITLES
from actions.models.statuses import RULE_WORDS, STATUSES
from actions.round_status import ActionStatus, RoundStatus, Voice
from actions.rules.figures import Ratio, figures
from document.snapshot import (
    SCHEMA_VERSION,
    Action,
    Actor,
    Advice,
    Amended,
    Amendment,
    Chapter,
    Document,
    Entry,
    Figure,
    Naming,
    Override,
    Section,
    Snapshot,
    Source,
    Status,
    Succession,
    Term,
    Text,
    Words,
)
from reports import comparison, further, voices, words
from reports.models import (
    CHECKED,
    FOREWORD,
    FURTHER,
    PUBLISHED,
    RECIPIENTS,
    SECTION,
    SINGLE,
    Edition,
    Translation,
)
from reports.models import Advice as AdviceRow
from reports.models import Chapter as ChapterRow
from reports.words import per_language

Translations = dict[tuple[int, str], list[Translation]]


def build(
    given: ReportingRound, *, now: datetime, edition: int = 0, note: Words | None = None
) -> Snapshot:
    """Return everything that the report of a round says now.

    ``edition`` is 0 for a draft. What became of the actions is told by the editions before. Once
    an edition is published, the next one is that one with what changed since; see ``further``.
    """
    replaced = newest(given)
    alone = build_round(given, now, edition, note or {}, replaced)
    if replaced is not None:
        alone = further.merged(replaced.snapshot, alone, touched(given, replaced))
    return comparison.told(alone, earlier_editions(given, replaced))


def touched(given: ReportingRound, replaced: Edition) -> set[tuple[str, str]]:
    """Return what was let in since an edition: the key of each action, and the actor."""
    rows = EntryRow.objects.filter(round=given, let_in__gte=replaced.number)
    named = rows.values_list(
        "responsibility__action__key",
        "responsibility__action__label",
        "responsibility__actor__slug",
    )
    return {(key or label, slug) for key, label, slug in named}


def build_round(
    given: ReportingRound, now: datetime, edition: int, note: Words, replaced: Edition | None
) -> Snapshot:
    """Return what the report of a round says of that round alone.

    ``replaced`` is the edition that it takes the place of.
    """
    local = timezone.localtime(now)
    stands = round_status.of_round(given, texts=True)
    told = Told(read_translations(stands), read_reopenings(stands), read_classes(given))
    actions = tuple(build_action(row, told) for row in stands.rows)
    successions = build_successions()
    consultation = getattr(given, "consultation", None)
    return Snapshot(
        schema=SCHEMA_VERSION,
        plan=given.plan.slug,
        plan_titles=per_language(given.plan, "title"),
        plan_source=Source(
            given.plan.source.title, given.plan.source.url, given.plan.source.language
        ),
        year=given.year,
        kind=given.kind,
        edition=edition,
        date=local.date().isoformat(),
        reference_date=given.reference_date.isoformat(),
        opened_on=given.opens_on.isoformat(),
        deadline=given.deadline.isoformat(),
        closed_on=(timezone.localdate(given.closed_at) if given.closed_at else given.closes_on)
        .isoformat(),
        is_sample=given.is_sample,
        site=settings.SITE_URL,
        vocabulary=vocabulary(),
        labels=words.labels(
            is_closed=given.closed_at is not None,
            was_validated=was_validated(consultation, replaced),
        ),
        levels=terms(LEVELS),
        roles=terms(ROLES),
        sections=build_sections(given),
        actors=build_actors(stands, actions, successions),
        actions=actions,
        figures=build_figures(stands),
        chapters=build_chapters(given),
        note=note,
        replaces=replaced.number if replaced else None,
        validated_on=(
            consultation.validated_on.isoformat()
            if consultation and consultation.validated_on
            else ""
        ),
        validation=per_language(consultation, "note") if consultation else {},
        made_at="" if edition else local.isoformat(timespec="minutes"),
        successions=successions,
        goals=terms((str(number), title) for number, title in TITLES[Scheme.SDG].items()),
        pillars=terms((str(number), title) for number, title in TITLES[Scheme.PILLAR].items()),
        obstacles=terms(OBSTACLE_KINDS),
        themes=tuple(Term(row.slug, per_language(row, "title")) for row in Theme.objects.all()),
        publisher=settings.REPORT_PUBLISHER,
        contact=settings.CONTACT_EMAIL,
        licence=LICENCE,
        issn=settings.REPORT_ISSN,
        recipients=tuple(words.in_languages(name) for name in RECIPIENTS),
        amendments=tuple(build_amendments(given)),
        advice=build_advice(given),
        **voices.build(given),
    )  # fmt: skip


def terms(listed: Iterable[tuple[str, Any]]) -> tuple[Term, ...]:
    """Return some codes with their words, in their order."""
    return tuple(Term(str(code), words.in_languages(word)) for code, word in listed)


def vocabulary() -> tuple[Status, ...]:
    """Return the words of the statuses with their meanings."""
    return tuple(
        Status(code, words.in_languages(word), words.in_languages(meaning))
        for code, word, meaning in STATUSES
    )


# --- Actions ------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What is read beside the round's status, once for all actions."""

    translations: Translations
    reopenings: dict[int, str]
    classes: dict[int, dict[str, tuple[str, ...]]]


def build_action(row: ActionStatus, told: Told) -> Action:
    """Return an action with its status, why it has it, and what its actors say."""
    action = row.action
    classes = told.classes.get(action.pk, {})
    entries = tuple(build_entries(row, told))
    return Action(
        action_id=action.key or action.label,
        label=action.label,
        section=action.section.shown if action.section else "",
        parent=action.parent.as_on(row.on).label if action.parent else "",
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
        entries=entries,
        # The latest of its unfinished actors.
        expected_by=max((one.expected_by for one in entries if one.expected), default=""),
        override=build_override(row.override),
        period_start=action.period_start.isoformat() if action.period_start else "",
        goals=classes.get(Scheme.SDG, ()),
        pillars=classes.get(Scheme.PILLAR, ()),
        themes=classes.get("theme", ()),
    )


def read_classes(given: ReportingRound) -> dict[int, dict[str, tuple[str, ...]]]:
    """Return, by action, its goals, its pillars and its themes, each in their order."""
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    classed = Classification.objects.filter(action__plan=given.plan_id).order_by("number")
    for key, scheme, number in classed.values_list("action", "scheme", "number"):
        held = found.setdefault(key, {})
        held[scheme] = (*held.get(scheme, ()), str(number))
    linked = ActionTheme.objects.filter(action__plan=given.plan_id)
    for key, slug in linked.order_by("theme__position", "theme__slug").values_list(
        "action", "theme__slug"
    ):
        held = found.setdefault(key, {})
        held["theme"] = tuple(dict.fromkeys((*held.get("theme", ()), slug)))
    return found


def read_reopenings(now: RoundStatus) -> dict[int, str]:
    """Return, by entry, why finished work was taken up again; the last reason that was given."""
    keys = [
        voice.entry.pk
        for row in now.rows
        for voice in row.voices
        if voice.entry and not voice.entry.is_carried
    ]
    rows = ReviewEvent.objects.filter(entry__in=keys, kind=Event.REOPENED).order_by("pk")
    return dict(rows.values_list("entry", "comment"))


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


def build_entries(row: ActionStatus, told: Told) -> Iterator[Entry]:
    """Yield what actors say of which an entry is expected, then what others wrote unasked."""
    for voice in row.expected:
        yield build_entry(voice, row, told, expected=True)
    for voice in row.voluntary:
        if voice.status is not None:
            yield build_entry(voice, row, told, expected=False)


def build_entry(voice: Voice, row: ActionStatus, told: Told, *, expected: bool) -> Entry:
    """Return what one actor says; only what was accepted has a status and texts.

    Why finished work was taken up again is said even while nothing else is accepted: without
    it, readers would only see that it vanished.
    """
    held = voice.responsibility
    through = held.reports_through if held.goes_through(row.on) else None
    reason = told.reopenings.get(voice.entry.pk, "") if voice.entry else ""
    facts: dict[str, Any] = {
        "actor": voice.actor.slug,
        "role": held.role_on(row.on),
        "expected": expected,
        "through": through.slug if through else "",
        "reopened": Text(voice.entry.language or "fr", reason) if voice.entry and reason else None,
    }
    entry = voice.entry
    if entry is None or voice.status is None:
        return Entry(**facts)
    spoken = entry.spoken
    texts = {
        name: build_text(
            getattr(spoken, name), spoken.language, told.translations.get((spoken.pk, name), [])
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
        expected_by=spoken.expected_by if entry.status in UNFINISHED else "",
        obstacle_codes=tuple(spoken.obstacle_codes),
        submitted_on=day_of(spoken.submitted_at),
        accepted_on=day_of(spoken.decided_at),
    )


def day_of(moment: datetime | None) -> str:
    """Return the day of a moment in Brussels, "" of none."""
    return timezone.localdate(moment).isoformat() if moment else ""


def build_text(original: str, language: str, rows: Iterable[Translation]) -> Text:
    """Return a text with its checked translations; one of an older original does not count."""
    checked = {
        row.language: row.text
        for row in rows
        if row.state_for(original) == CHECKED and row.language != language
    }
    return Text(language, original, checked)


def build_documents(evidence: list[dict[str, str]]) -> Iterator[Document]:
    """Yield the evidence of an entry; what nobody said the kind of has none."""
    kinds = dict(EVIDENCE_KINDS)
    for row in evidence:
        is_told = row["kind"] != EvidenceKind.OTHER
        kind = words.in_languages(kinds[row["kind"]]) if is_told else {}
        yield Document(row["title"], row["address"], kind, row["date"])


def read_translations(now: RoundStatus) -> Translations:
    """Return the translations of a round's texts by entry and field."""
    keys = {
        voice.entry.spoken.pk
        for row in now.rows
        for voice in row.voices
        if voice.entry and voice.status
    }
    found: Translations = {}
    for row in Translation.objects.filter(entry__in=keys):
        found.setdefault((row.entry_id, row.field), []).append(row)
    return found


# --- Earlier editions ---------------------------------------------------------------


def speaking(given: ReportingRound) -> list[Edition]:
    """Return the newest published edition of each yearly round up to one, oldest first."""
    rows = Edition.objects.filter(
        round__plan=given.plan_id,
        round__year__lte=given.year,
        round__kind=RoundKind.YEARLY,
        state=PUBLISHED,
    )
    listed = rows.select_related("round").order_by("round__year", "number")
    return list({row.round_id: row for row in listed}.values())


def earlier_editions(given: ReportingRound, replaced: Edition | None) -> list[Snapshot]:
    """Return what the rounds before said, newest first: the newest published edition of each.

    A further edition keeps the comparison of the one that it takes the place of.
    """
    rows = Edition.objects.filter(
        round__plan=given.plan_id,
        round__year__lt=given.year,
        round__kind=RoundKind.YEARLY,
        state=PUBLISHED,
    ).select_related("round")
    listed = list(rows.order_by("round__year", "number"))
    found = {row.round.year: row for row in listed}
    if replaced is not None:
        fixed = replaced.snapshot.compared
        found = {year: row for year, row in found.items() if fixed and year <= fixed.year}
        found |= {
            row.round.year: row
            for row in listed
            if fixed and (row.round.year, row.number) == (fixed.year, fixed.edition)
        }
    return [found[year].snapshot for year in sorted(found, reverse=True)]


def newest(given: ReportingRound) -> Edition | None:
    """Return the published edition of a round that speaks, which a new one takes the place of."""
    return Edition.objects.filter(round=given, state=PUBLISHED).order_by("-number").first()


# --- The rest -----------------------------------------------------------------------


def build_sections(given: ReportingRound) -> tuple[Section, ...]:
    """Return the plan's sections with their introductions."""
    intros = {
        row.section: per_language(row, "text")
        for row in ChapterRow.objects.filter(round=given, kind=SECTION)
    }
    rows = SectionRow.objects.filter(plan=given.plan_id).order_by("number")
    return tuple(
        Section(
            row.shown,
            position,
            per_language(row, "title"),
            tuple(row.official_languages.split()),
            intros.get(row.number, {}),
        )
        for position, row in enumerate(rows, start=1)
    )


def build_chapters(given: ReportingRound) -> tuple[Chapter, ...]:
    """Return the chapters that have a text: the foreword first, no introductions of sections."""
    fixed = words.LABELS | words.EVALUATION if given.is_evaluation else words.LABELS
    rows = ChapterRow.objects.filter(round=given, kind__in=[*SINGLE, FURTHER])
    order = sorted(rows, key=lambda row: (row.kind != FOREWORD, row.position, row.pk))
    return tuple(
        Chapter(
            row.kind if row.kind in SINGLE else f"chapter-{number}",
            per_language(row, "title") or words.in_languages(fixed[row.kind]),
            per_language(row, "text"),
        )
        for number, row in enumerate(order)
        if per_language(row, "text")
    )


def build_advice(given: ReportingRound) -> tuple[Advice, ...]:
    """Return the advice of stakeholders and meetings, in the order in which it was recorded."""
    return tuple(
        Advice(
            names=per_language(row, "author"),
            texts=per_language(row, "text"),
            done=per_language(row, "done"),
            received_on=row.received_on.isoformat() if row.received_on else "",
            address=row.address,
            titles=per_language(row, "title"),
            participants=per_language(row, "participants"),
        )
        for row in AdviceRow.objects.filter(round=given).order_by("pk")
    )


def build_figures(now: RoundStatus) -> tuple[Figure, ...]:
    """Return the figures of the numbered actions, with their formulas."""
    ratios = figures(row.followed for row in now.rows if not row.action.is_sub_action)
    return tuple(
        build_figure(code, getattr(ratios, code), *texts) for code, texts in words.FIGURES.items()
    )


def build_figure(code: str, ratio: Ratio, title: Any, formula: Any) -> Figure:
    """Return one figure with its words."""
    given = comparison.share(code, ratio)
    return Figure(
        code=code,
        part=given.part,
        whole=given.whole,
        percent=given.percent,
        incomplete=given.incomplete,
        titles=words.in_languages(title),
        formulas=words.in_languages(formula),
    )


def build_successions() -> tuple[Succession, ...]:
    """Return who took over from whom, and who is announced to."""
    listed = SuccessionRow.objects.order_by("on", "predecessor__slug", "successor__slug")
    return tuple(
        Succession(predecessor, successor, on.isoformat())
        for predecessor, successor, on in listed.values_list(
            "predecessor__slug", "successor__slug", "on"
        )
    )


def was_validated(consultation: Any, replaced: Edition | None) -> bool:
    """Tell whether the working group validated an edition before, and none since."""
    when = consultation.validated_on if consultation else None
    if replaced is None or when is None or replaced.published_at is None:
        return False
    return bool(when <= timezone.localdate(replaced.published_at))


def build_amendments(given: ReportingRound) -> Iterator[Amendment]:
    """Yield the amendments of the plan that are decided, each with what it does to which action."""
    rows = AmendmentRow.objects.filter(plan=given.plan_id, confirmed_at__isnull=False)
    decided = list(rows.order_by("on", "pk"))
    lines: dict[int, list[AmendmentLine]] = {}
    for line in (
        AmendmentLine.objects.filter(amendment__in=decided, action__isnull=False)
        .select_related("action")
        .prefetch_related("action__former_wordings")
        .order_by("action__position", "pk")
    ):
        lines.setdefault(line.amendment_id, []).append(line)
    for row in decided:
        yield Amendment(
            on=row.on.isoformat() if row.on else "",
            decided_on=row.decided_on.isoformat() if row.decided_on else "",
            document=row.document,
            address=row.address,
            note=per_language(row, "note"),
            actions=tuple(build_amended(line, row) for line in lines.get(row.pk, ())),
        )


def build_amended(line: AmendmentLine, row: AmendmentRow) -> Amended:
    """Return what an amendment does to one action, as it stands from then on."""
    action, on = line.action, row.on
    assert action is not None and on is not None  # noqa: S101, PT018 - see build_amendments()
    day = timedelta(days=1)
    before = action.as_on(on - day)
    # Before its day the new wording stands in the line alone.
    after = action.as_on(on) if row.in_force_at else action.saying(line.said)
    if line.act == AmendmentAct.WITHDRAW:
        after = before
    texts = [per_language(one, "promise") for one in (before, after)]
    if line.act != AmendmentAct.CHANGE or texts[0] == texts[1]:
        texts = [{}, {}]
    return Amended(
        act=line.act,
        action_id=action.key or action.label,
        label=after.label,
        titles=per_language(after, "title"),
        official=tuple(after.official_languages.split()),
        note=per_language(line, "note"),
        text_before=texts[0],
        text_after=texts[1],
    )


def build_actors(
    now: RoundStatus, actions: Iterable[Action], successions: Iterable[Succession]
) -> tuple[Actor, ...]:
    """Return every actor that is spoken of, and those above, as called on the reference date.

    Those before and after it are spoken of too.
    """
    wanted = {entry.actor for action in actions for entry in action.entries}
    wanted |= {entry.through for action in actions for entry in action.entries}
    wanted |= {action.override.institution for action in actions if action.override}
    pairs = [{one.predecessor, one.successor} for one in successions]
    wanted |= {slug for pair in pairs if pair & wanted for slug in pair}
    rows = {row.slug: row for row in ActorRow.objects.select_related("parent").with_names()}
    for slug in list(wanted - {""}):
        wanted |= {row.slug for row in above(rows[slug], rows)}
    begins = now.round.plan.valid_from or date.min
    return tuple(
        build_actor(row, now.round.reference_date, begins)
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


def build_actor(row: ActorRow, on: date, begins: date = date.min) -> Actor:
    """Return an actor as it was called on a day, with its other names since the plan began."""
    listed = list(row.names.all())
    record: ActorName | None = name_valid(listed, on)
    names = per_language(record, "name") if record else {"en": row.slug}
    short = per_language(record, "abbreviation") if record else {}
    parent = row.parent.slug if row.parent else ""
    renamed = tuple(build_namings(listed, record, begins)) if record else ()
    return Actor(row.slug, names, short, row.level, parent, renamed)


def build_namings(listed: Iterable[ActorName], record: ActorName, begins: date) -> Iterator[Naming]:
    """Yield what an actor was called before and will be called after, oldest first."""
    ordered = sorted(listed, key=lambda name: name.valid_from or date.min)
    for name, later in zip(ordered, [*ordered[1:], None], strict=True):
        ends = later.valid_from if later else None
        if name.pk == record.pk or (ends and ends <= begins):
            continue
        yield Naming(
            per_language(name, "name"),
            per_language(name, "abbreviation"),
            name.valid_from.isoformat() if name.valid_from else "",
            (ends - timedelta(days=1)).isoformat() if ends else "",
        )
