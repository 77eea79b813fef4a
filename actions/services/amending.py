"""Foresees what an amendment of a plan does on its day, and says what keeps it from being."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from actions.enums import CARRIED_OVER, AmendmentAct, EntryState, RoundState
from actions.models import (
    Action,
    Actor,
    Amendment,
    AmendmentLine,
    Entry,
    EntryVersion,
    Plan,
    ReportingRound,
    Responsibility,
    Section,
)
from actions.models.actions import SAID
from actions.models.responsibilities import ROLES
from actions.rules import numbering
from actions.services.takeover import DAY
from actions.typography import date_format

# What makes an action another one: its wording, its term, its kind, what the plan promises.
REWORDED = ("title_", "period_", "nature", "promise_")
DECISION = ("on", "decided_on", "document", "address")


@dataclass(frozen=True)
class Fault:
    """What keeps an amendment from being confirmed; ``line`` where it is about one action."""

    words: str
    line: AmendmentLine | None = None


@dataclass(frozen=True)
class Begin:
    """Somebody who becomes responsible for an action."""

    actor: Actor
    role: str

    @property
    def role_label(self) -> str:
        """The role in words."""
        return str(dict(ROLES)[self.role])


@dataclass(frozen=True)
class Change:
    """What becomes of one action: as it is, and as it is to be (None where it is withdrawn)."""

    line: AmendmentLine
    before: Action | None
    after: Action | None
    held: tuple[Responsibility, ...] = ()
    ends: tuple[Responsibility, ...] = ()
    begins: tuple[Begin, ...] = ()
    finished: tuple[Responsibility, ...] = ()

    @property
    def carries_on(self) -> tuple[Responsibility, ...]:
        """The bodies whose work on a reworded action is finished, so that none is asked anew.

        Finished work is carried over whatever the plan says since; its actor may take it up again.
        """
        is_reworded = any(name.startswith(REWORDED) for name in self.differing)
        return tuple(row for row in self.stays if row in self.finished) if is_reworded else ()

    @property
    def label(self) -> str:
        """The number that readers know it by now, else the one that it is to have."""
        return (self.before or self.after or self.line).label

    @property
    def differing(self) -> tuple[str, ...]:
        """The columns in which it is to say something else."""
        before, after = self.before, self.after
        if before is None or after is None:
            return ()
        return tuple(n for n in SAID if getattr(before, n) != getattr(after, n))

    @property
    def stays(self) -> tuple[Responsibility, ...]:
        """The responsibilities that go on."""
        return tuple(row for row in self.held if row not in self.ends)

    @property
    def is_left_alone(self) -> bool:
        """Tell whether nobody is responsible from the day on."""
        return self.after is not None and not (self.stays or self.begins)


@dataclass(frozen=True)
class Foreseen:
    """What an amendment will do, for whoever decides on it."""

    changes: list[Change]
    faults: list[Fault]
    rounds_kept: list[ReportingRound]
    rounds_asked: list[ReportingRound]
    digest: str


@dataclass
class Standing:
    """The plan as it stands, read once."""

    amendment: Amendment
    on: date | None
    actions: dict[int, Action]
    sections: dict[int, Section]
    held: dict[int, list[Responsibility]] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)
    actors: dict[str, Actor] = field(default_factory=dict)


def foresee(amendment: Amendment) -> Foreseen:
    """Return what an amendment will do, with all that keeps it from being confirmed."""
    lines = list(amendment.lines.order_by("pk"))
    standing = read(amendment, lines)
    changes = [change_of(line, standing) for line in lines]
    labels = [*(row.label for row in standing.actions.values()), *(row.label for row in changes)]
    by_number = numbering.order(labels)
    changes.sort(key=lambda change: by_number(change.label))
    rounds = running(amendment.plan)
    on = amendment.on
    faults = [
        *day_faults(amendment),
        *([] if lines else [Fault(_("The amendment changes nothing yet."))]),
        *label_faults(changes, standing),
        *(fault for change in changes for fault in change_faults(change, changes, standing)),
        *entry_faults(changes, amendment),
    ]
    return Foreseen(
        changes=changes,
        faults=faults,
        rounds_kept=[row for row in rounds if on and row.reference_date < on],
        rounds_asked=[row for row in rounds if on and row.reference_date >= on],
        digest=digest(amendment, lines, changes, rounds),
    )


def read(amendment: Amendment, lines: list[AmendmentLine]) -> Standing:
    """Read the plan that an amendment changes, with the same number of queries for any of it."""
    rows = Action.objects.filter(plan=amendment.plan_id).select_related("plan", "section")
    actions = {row.pk: row for row in rows.order_by("position", "pk")}
    sections = {row.pk: row for row in Section.objects.filter(plan=amendment.plan_id)}
    slugs = {slug for line in lines for slug, _role in line.begins}
    standing = Standing(amendment, amendment.on, actions, sections)
    for actor in Actor.objects.filter(slug__in=slugs).with_names():
        standing.actors[actor.slug] = actor
    named = {line.action_id for line in lines if line.action_id}
    held = Responsibility.objects.filter(action__in=named).select_related("actor")
    for row in held.prefetch_related("actor__names").order_by("position", "pk"):
        standing.held.setdefault(row.action_id, []).append(row)
    newest: dict[int, str] = {}
    accepted = Entry.objects.filter(responsibility__action__in=named, state=EntryState.ACCEPTED)
    rows_of_work = accepted.order_by("-round__year", "pk").values_list(
        "responsibility", "status", "carried_from__status"
    )
    for key, status, carried in rows_of_work:
        newest.setdefault(key, carried or status)
    standing.finished = {key for key, status in newest.items() if status in CARRIED_OVER}
    return standing


def change_of(line: AmendmentLine, standing: Standing) -> Change:
    """Return what a line does to its action."""
    before = standing.actions.get(line.action_id) if line.action_id else None
    held = tuple(
        row
        for row in standing.held.get(line.action_id or 0, ())
        if standing.on is None or row.valid_to is None or row.valid_to >= standing.on
    )
    if line.act == AmendmentAct.WITHDRAW:
        return Change(line, before, None, held)
    if before is not None:
        after = before.saying(line.said)
    else:
        parent = standing.actions.get(line.parent_id) if line.parent_id else None
        start = Action(plan=standing.amendment.plan, parent=parent, valid_from=standing.on)
        after = start.saying(line.said)
    if after.section_id in standing.sections:
        after.section = standing.sections[after.section_id]
    begins = tuple(
        Begin(standing.actors[slug], role) for slug, role in line.begins if slug in standing.actors
    )
    ends = tuple(row for row in held if row.actor.slug in line.ends)
    finished = tuple(row for row in held if row.pk in standing.finished)
    return Change(line, before, after, held, ends, begins, finished)


def running(plan: Plan) -> list[ReportingRound]:
    """Return the rounds of a plan that were opened and whose report is not frozen."""
    rows = plan.rounds.exclude(state=RoundState.PLANNED).select_related("plan")
    return list(rows.filter(published=None, frozen_at=None).order_by("year", "pk"))


def digest(
    amendment: Amendment,
    lines: list[AmendmentLine],
    changes: list[Change],
    rounds: list[ReportingRound],
) -> str:
    """Return a short digest, by which a change before the confirmation is noticed."""
    said: list[Any] = [
        [str(getattr(amendment, name)) for name in (*DECISION, *NOTES)],
        [[line.pk, line.wanted()] for line in lines],
        [[row.pk, str(row.valid_to), row.role] for one in changes for row in one.held],
        [[row.pk, str(row.reference_date), row.state] for row in rounds],
    ]
    said.append([[n, str(getattr(c.before, n))] for c in changes if c.before for n in c.differing])
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:32]


# What is looked at, or given, elsewhere.
ELSEWHERE = ("plan", "section", "parent", "position", "title_source", "promise_source")
NOTES = ("note_nl", "note_fr", "note_de", "note_en")


# --- What cannot be -----------------------------------------------------------------


def day_faults(amendment: Amendment) -> Iterator[Fault]:
    """Yield why an amendment cannot take effect on its day."""
    on = amendment.on
    if on is None:
        yield Fault(_("Say on which day the amendment takes effect."))
        return
    rounds = list(amendment.plan.rounds.order_by("reference_date"))
    fixed = [
        row
        for row in rounds
        if (row.published is not None or row.frozen_at) and row.reference_date >= on
    ]
    if fixed:
        words = _(
            "The report of %(year)s is frozen or published and says how it was on %(day)s. "
            "Choose a later day."
        )
        last = fixed[-1]
        yield Fault(words % {"year": last.year, "day": date_format(last.reference_date)})
    for row in rounds:
        if row.opens_on == on:
            words = _(
                "The round %(year)s opens on that day. A round asks for what stands in the plan "
                "when it opens, so choose the day before or the day after."
            )
            yield Fault(words % {"year": row.year})
    others = Amendment.objects.filter(plan=amendment.plan_id).exclude(pk=amendment.pk)
    last_one = others.exclude(confirmed_at=None).order_by("-on").first()
    if last_one is not None and last_one.on is not None and last_one.on >= on:
        words = _(
            "Another amendment takes effect on %(day)s. Amendments follow one another: choose a "
            "later day, or undo that one first."
        )
        yield Fault(words % {"day": date_format(last_one.on)})


def label_faults(changes: list[Change], standing: Standing) -> Iterator[Fault]:
    """Yield numbers that two actions would have; one that was withdrawn keeps its number."""
    labels = {pk: action.label for pk, action in standing.actions.items()}
    labels |= {c.before.pk: c.after.label for c in changes if c.before and c.after}
    added = [c.after.label for c in changes if c.before is None and c.after]
    counted = Counter([*labels.values(), *added])
    for change in changes:
        if change.after and counted[change.after.label] > 1 and change.after.label:
            words = _("Two actions would have the number %(number)s. One that is withdrawn keeps "
                      "its number.")  # fmt: skip
            yield Fault(words % {"number": change.after.label}, change.line)


def change_faults(change: Change, changes: list[Change], standing: Standing) -> Iterator[Fault]:
    """Yield what is wrong with what becomes of one action."""
    line, on = change.line, standing.on
    if change.before and on and not change.before.is_valid(on - DAY):
        yield Fault(_("The action does not stand in the plan on the day before."), line)
    if change.after is None:
        yield from withdrawal_faults(change, changes, standing)
        return
    if change.before and not (change.differing or change.ends or change.begins):
        yield Fault(_("Nothing changes for this action."), line)
    for words in wording_faults(change.after, standing.sections).values():
        yield Fault(words, line)
    if line.parent_id:
        gone = {c.before.pk for c in changes if c.before and c.after is None}
        parent = standing.actions.get(line.parent_id)
        if parent is None or parent.parent_id or parent.pk in gone or (
            on and not parent.is_valid(on)
        ):  # fmt: skip
            yield Fault(_("A sub-action belongs to a numbered action of the plan."), line)
    yield from end_faults(change, on)
    yield from begin_faults(change, standing)


def wording_faults(action: Action, sections: Mapping[int, Section]) -> dict[str, str]:
    """Return, by column, what is wrong with what an action is to say."""
    found: dict[str, str] = {}
    try:
        action.clean_fields(exclude=ELSEWHERE)
    except ValidationError as error:
        found = {name: " ".join(words) for name, words in error.message_dict.items()}
    if action.section_id and action.section_id not in sections:
        found["section_id"] = _("The plan has no such section.")
    if not action.has_title:
        found["title_nl"] = _("Write the title in at least one language.")
    start, end = action.period_start, action.period_end
    if start and end and end < start:
        found["period_end"] = _("The period ends before it starts.")
    return found


def withdrawal_faults(change: Change, changes: list[Change], standing: Standing) -> Iterator[Fault]:
    """Yield sub-actions that would hang under nothing."""
    if change.before is None:
        return
    gone = {c.before.pk for c in changes if c.before and c.after is None}
    left = [
        row.label
        for row in standing.actions.values()
        if row.parent_id == change.before.pk
        and row.pk not in gone
        and (standing.on is None or row.is_valid(standing.on))
    ]
    if left:
        words = _("Its sub-actions would stay without it: %s. Withdraw them too.")
        yield Fault(words % ", ".join(left), change.line)


def end_faults(change: Change, on: date | None) -> Iterator[Fault]:
    """Yield responsibilities that cannot end on the day."""
    there = {row.actor.slug for row in change.held}
    if set(change.line.ends) - there:
        yield Fault(_("An organisation whose responsibility is to end has none any more."),
                    change.line)  # fmt: skip
    for row in change.ends:
        if row.valid_to is not None or (on and row.valid_from and row.valid_from >= on):
            words = _("The responsibility of this organisation begins or ends on another day "
                      "already: %s. Undo that first.")  # fmt: skip
            yield Fault(words % row.actor.label, change.line)


def begin_faults(change: Change, standing: Standing) -> Iterator[Fault]:
    """Yield organisations that cannot become responsible on the day."""
    line, on = change.line, standing.on
    slugs = [slug for slug, _role in line.begins]
    if set(slugs) - standing.actors.keys():
        yield Fault(_("An organisation that becomes responsible is no longer there."), line)
    if len(slugs) != len(set(slugs)):
        yield Fault(_("Name each organisation once."), line)
    there = {row.actor_id for row in standing.held.get(line.action_id or 0, ())}
    for begin in change.begins:
        actor = begin.actor
        if actor.pk in there:
            words = _("This organisation is, or was, listed under the action already: %s.")
            yield Fault(words % actor.label, line)
        elif on and actor.valid_to:
            words = _("This organisation ends on %(day)s: %(actor)s. Choose who takes over from "
                      "it.")  # fmt: skip
            facts = {"day": date_format(actor.valid_to), "actor": actor.label}
            yield Fault(words % facts, line)
        elif on and actor.valid_from and actor.valid_from > on:
            words = _("This organisation does not exist yet on that day: %s.")
            yield Fault(words % actor.label, line)


def entry_faults(changes: list[Change], amendment: Amendment) -> Iterator[Fault]:
    """Yield withdrawn actions about which something was said in a round that looks past the day."""
    gone = {c.before.pk: c for c in changes if c.before and c.after is None}
    if amendment.on is None or not gone:
        return
    for key, year in sorted(set(written(gone, amendment))):
        words = _(
            "It has entries in the round %(year)s, which looks at a later day: they would be left "
            "without an action. Choose a day after its reference date."
        )
        yield Fault(words % {"year": year}, gone[key].line)


def written(keys: Mapping[int, Any], amendment: Amendment) -> Iterator[tuple[int, int]]:
    """Yield action and year of entries on some actions that are not empty."""
    versions = EntryVersion.objects.filter(entry=OuterRef("pk"))
    rows = Entry.whole.filter(
        ~Q(state=EntryState.EMPTY) | Exists(versions),
        responsibility__action__in=keys,
        round__reference_date__gte=amendment.on,
    ).exclude(round__state=RoundState.PLANNED)
    yield from rows.values_list("responsibility__action", "round__year")
