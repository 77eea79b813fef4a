"""The secretariat's year as a line of steps: what is planned, and what the facts say is done."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from actions.enums import WRITABLE, EntryState, RoundState, StepKind
from actions.models import Entry, ReportingRound, RoundStep, User
from actions.services.steps import PEOPLE, STEPS, eligible, key_of
from reports import untranslated
from reports.models import WITHDRAWN, Consultation, Edition, Transmission


@dataclass(frozen=True)
class Step:
    """One step: what is planned, who sees to it, and whether it is done.

    ``done_on`` is None too where it is done on no day that is known. ``gone`` are those of its
    people who do not belong to the secretariat or the reviewers any more.
    """

    kind: StepKind
    language: str
    label: str
    planned_on: date | None
    person: User | None
    stand_in: User | None
    is_done: bool
    done_on: date | None
    not_needed: bool
    is_overdue: bool
    gone: tuple[User, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be done."""
        return not (self.is_done or self.not_needed)


@dataclass(frozen=True)
class Year:
    """The steps of a round, in order."""

    round: ReportingRound
    steps: tuple[Step, ...]

    @property
    def next(self) -> Step | None:
        """The first step that is still to be done; None once all are."""
        return next((step for step in self.steps if step.is_open), None)

    @property
    def overdue(self) -> list[Step]:
        """The steps whose day has passed."""
        return [step for step in self.steps if step.is_overdue]

    @property
    def orphaned(self) -> list[Step]:
        """The steps still to be done of which somebody has left."""
        return [step for step in self.steps if step.gone]


@dataclass
class Facts:
    """What is known of a round: days by step, and what is still open."""

    days: dict[StepKind, date | None] = field(default_factory=dict)
    in_review: int = 0
    not_in: int = 0
    untranslated: Counter[str] = field(default_factory=Counter)
    comments_until: date | None = None


def read(rounds: Iterable[ReportingRound], *, on: date) -> dict[int, Year]:
    """Return the years of some rounds by key; as many queries for many as for one."""
    given = list(rounds)
    if not given:
        return {}
    facts, known = facts_of(given), eligible()
    planned: dict[int, dict[str, RoundStep]] = defaultdict(dict)
    for row in RoundStep.objects.filter(round__in=given).select_related(*PEOPLE):
        planned[row.round_id][row.key] = row
    return {
        one.pk: Year(one, tuple(steps_of(one, planned[one.pk], facts[one.pk], known=known, on=on)))
        for one in given
    }


def steps_of(
    given: ReportingRound,
    planned: dict[str, RoundStep],
    facts: Facts,
    *,
    known: dict[int, User],
    on: date,
) -> Iterator[Step]:
    """Yield the steps of a round."""
    for kind, language in STEPS:
        row = planned.get(key_of(kind, language)) or RoundStep(kind=kind.value, language=language)
        done = is_done(kind, language, given, row, facts, on=on)
        is_open = not (done or row.not_needed)
        due = planned_on(kind, given, row, facts)
        people = [one for one in (row.person, row.stand_in) if one is not None]
        yield Step(
            kind=kind,
            language=language,
            label=row.label,
            planned_on=due,
            person=row.person,
            stand_in=row.stand_in,
            is_done=done,
            done_on=done_on(kind, row, facts) if done else None,
            not_needed=row.not_needed and not done,
            is_overdue=is_open and due is not None and due < on,
            gone=tuple(one for one in people if is_open and one.pk not in known),
        )


def too_early(steps: Iterable[Step]) -> dict[str, Step]:
    """Return, by key, each step that is planned before one that comes first: the latest such.

    What is not needed counts for nothing; translations into several languages do not wait for
    each other.
    """
    found: dict[str, Step] = {}
    first: list[tuple[date, Step]] = []
    for step in steps:
        due = None if step.not_needed else step.planned_on
        if due is None:
            continue
        later = [one for day, one in first if day > due and one.kind != step.kind]
        if later:
            found[key_of(step.kind, step.language)] = max(
                later, key=lambda one: str(one.planned_on)
            )
        first.append((due, step))
    return found


def planned_on(kind: StepKind, given: ReportingRound, row: RoundStep, facts: Facts) -> date | None:
    """Return the day of a step; what the round or the consultation says goes before.

    Where no other day was set, entries are chased until the round closes.
    """
    if kind == StepKind.OPEN:
        return given.opens_on
    if kind == StepKind.CLOSE:
        return given.closes_on
    if kind == StepKind.COMMENTS and facts.comments_until:
        return facts.comments_until
    if kind == StepKind.CHASE:
        return row.planned_on or given.closes_on
    return row.planned_on


def done_on(kind: StepKind, row: RoundStep, facts: Facts) -> date | None:
    """Return on which day a step was done, as far as that is known."""
    return row.done_on or facts.days.get(kind)


def is_done(
    kind: StepKind,
    language: str,
    given: ReportingRound,
    row: RoundStep,
    facts: Facts,
    *,
    on: date,
) -> bool:
    """Tell whether a step is done, by what is recorded of it."""
    is_over = given.is_frozen or given.is_published
    is_closed = given.state == RoundState.CLOSED
    is_reviewed = is_over or (is_closed and not facts.in_review)
    until, is_validated = facts.comments_until, bool(facts.days.get(StepKind.VALIDATION))
    derived = {
        StepKind.PLAN: True,
        StepKind.CHASE: is_closed or (given.is_open and not facts.not_in),
        StepKind.REVIEW: is_reviewed,
        StepKind.TRANSLATE: given.is_published
        or (is_reviewed and not facts.untranslated[language]),
        StepKind.COMMENTS: until is not None and (until < on or is_validated or is_over),
        StepKind.FREEZE: is_over,
    }
    return derived.get(kind, (row.done_on or facts.days.get(kind)) is not None)


# --- Facts --------------------------------------------------------------------------


def facts_of(rounds: list[ReportingRound]) -> dict[int, Facts]:
    """Return what is known of some rounds."""
    found = {given.pk: Facts() for given in rounds}
    for given in rounds:
        found[given.pk].days |= {
            StepKind.OPEN: local(given.opened_at),
            StepKind.CHASE: local(given.closed_at),
            StepKind.CLOSE: local(given.closed_at),
        }
    add_planning(found)
    add_entries(found)
    add_consultations(found)
    add_editions(found)
    for key, counts in untranslated.counts(rounds).items():
        found[key].untranslated = counts
    return found


def add_planning(found: dict[int, Facts]) -> None:
    """Add on which day each round was first stored."""
    rows = ReportingRound.history.filter(id__in=list(found)).order_by().values_list("id")
    first = dict(rows.annotate(Min("history_date")))
    for key, facts in found.items():
        facts.days[StepKind.PLAN] = local(first.get(key))


def add_entries(found: dict[int, Facts]) -> None:
    """Add how many entries wait for a decision or are not in, and when the last was decided on."""
    rows = Entry.objects.filter(round__in=list(found)).order_by().values("round")
    counted = rows.annotate(
        in_review=Count("pk", filter=Q(state=EntryState.SUBMITTED)),
        not_in=Count("pk", filter=Q(state__in=sorted(WRITABLE), expected=True)),
        last=Max("decided_at"),
    )
    for row in counted:
        facts = found[row["round"]]
        facts.in_review, facts.not_in = row["in_review"], row["not_in"]
        facts.days[StepKind.REVIEW] = local(row["last"])


def add_consultations(found: dict[int, Facts]) -> None:
    """Add until when the draft of each is commented on, and when the group validated it."""
    for row in Consultation.objects.filter(round__in=list(found)):
        facts = found[row.round_id]
        facts.comments_until = row.until
        facts.days[StepKind.VALIDATION] = row.validated_on
        facts.days[StepKind.COMMENTS] = row.until


def add_editions(found: dict[int, Facts]) -> None:
    """Add when each report was first frozen, published and sent."""
    keys = list(found)
    made = Edition.objects.filter(round__in=keys).exclude(state=WITHDRAWN).order_by()
    days = made.values_list("round").annotate(Min("frozen_at"), Min("published_at"))
    for key, frozen, published in days:
        found[key].days[StepKind.FREEZE] = local(frozen)
        found[key].days[StepKind.PUBLISH] = local(published)
    sent = in_force().filter(edition__round__in=keys)
    for key, first in sent.order_by().values_list("edition__round").annotate(Min("sent_on")):
        found[key].days[StepKind.SEND] = first


def in_force() -> QuerySet[Transmission]:
    """Return the transmissions of editions that speak, those recorded by mistake left out."""
    return Transmission.objects.filter(struck_at__isnull=True).exclude(edition__state=WITHDRAWN)


def local(moment: Any) -> date | None:
    """Return the day of a moment where the site stands."""
    return timezone.localdate(moment) if isinstance(moment, datetime) else None


# --- What is left -------------------------------------------------------------------


def unfinished() -> list[ReportingRound]:
    """Return the rounds with a published report and a planned year that was not gone to its end."""
    sent = in_force().values("edition__round")
    rows = ReportingRound.objects.filter(published__isnull=False, steps__isnull=False)
    return list(rows.exclude(pk__in=sent).distinct().select_related("plan").order_by("year", "pk"))
