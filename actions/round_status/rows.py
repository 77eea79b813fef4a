"""What is said of a round: one actor's voice, one action, its actions."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from actions.enums import HAS_BEEN_HANDED_IN, EntryState, Nature, Status
from actions.models import Action, Actor, ActorName, Entry, Override, ReportingRound, Responsibility
from actions.models.movements import movement_word
from actions.models.statuses import coverage_words, status_word
from actions.rules import movement as rule
from actions.rules.figures import Followed
from actions.rules.status import Explanation, is_overdue
from document.snapshot import is_partial, status_code

UNSAID = rule.Movement.LESS_INFORMATION


@dataclass(frozen=True)
class Voice:
    """What one actor says of an action in a round.

    ``name`` is the one valid on the round's reference date; ``before`` what the actor said
    in the round before, if that was accepted. ``entry`` is None only in a planned round.
    """

    responsibility: Responsibility
    name: ActorName | None
    entry: Entry | None = None
    before: Status | None = None

    @property
    def actor(self) -> Actor:
        """The actor."""
        return self.responsibility.actor

    @property
    def label(self) -> str:
        """What the actor was called on the reference date, with its abbreviation."""
        return self.name.label if self.name else self.actor.slug

    @property
    def short(self) -> str:
        """The shortest thing that it was called."""
        return self.name.short if self.name else self.actor.slug

    @property
    def label_language(self) -> str:
        """The language of the label."""
        return str(self.name.name_language) if self.name else "en"

    @property
    def state(self) -> EntryState:
        """Where the entry stands."""
        return EntryState(self.entry.state) if self.entry else EntryState.EMPTY

    @property
    def status(self) -> Status | None:
        """What counts: the status of an accepted entry."""
        return Status(self.entry.status) if self.entry and self.entry.is_accepted else None

    @property
    def since(self) -> int | None:
        """The year of the round that finished work was carried over from."""
        return self.entry.since if self.entry else None

    @property
    def was_late(self) -> bool:
        """Tell whether the entry was handed in after the deadline."""
        return bool(self.entry and self.entry.late and self.state in HAS_BEEN_HANDED_IN)

    @property
    def status_code(self) -> str:
        """What picks the word, colour and sign of the status."""
        return status_code(self.status or Status.NOT_REPORTED, self.responsibility.action.nature)

    @property
    def status_word(self) -> str:
        """The word of the status."""
        return str(
            status_word(self.status or Status.NOT_REPORTED, self.responsibility.action.nature)
        )


@dataclass(frozen=True)
class ActionStatus:
    """How one action stands in a round.

    ``expected`` are the actors of which an entry is expected, ``voluntary`` those that wrote
    one all the same: they stand beside and do not count. ``earlier`` is how the action stood
    the round before; ``successions`` tell who took over from whom.
    """

    action: Action
    explanation: Explanation
    expected: tuple[Voice, ...]
    voluntary: tuple[Voice, ...]
    override: Override | None
    on: date
    earlier: "ActionStatus | None" = None
    successions: tuple[rule.Succession, ...] = ()

    @property
    def before(self) -> Status | None:
        """The status shown the round before."""
        return self.earlier.status if self.earlier else None

    @property
    def nature(self) -> Nature:
        """As what the action is judged."""
        return Nature.judged(self.action.nature)

    @cached_property
    def status(self) -> Status:
        """The status shown: the secretariat's where it set one, else the derived one."""
        return Status(self.override.status) if self.override else self.explanation.status

    @property
    def code(self) -> str:
        """What picks the word, colour and sign of the status shown."""
        return status_code(self.status, self.action.nature)

    @property
    def word(self) -> str:
        """The word of the status shown."""
        return str(status_word(self.status, self.action.nature))

    @property
    def derived_code(self) -> str:
        """As ``code``, of the derived status."""
        return status_code(self.explanation.status, self.action.nature)

    @property
    def derived_word(self) -> str:
        """The word of the derived status."""
        return str(status_word(self.explanation.status, self.action.nature))

    @property
    def before_code(self) -> str:
        """As ``code``, of the round before; nothing where there was none."""
        return status_code(self.before, self.action.nature) if self.before else ""

    @property
    def before_word(self) -> str:
        """The word of the status of the round before."""
        return str(status_word(self.before, self.action.nature)) if self.before else ""

    @property
    def overdue(self) -> bool:
        """Tell whether the period ended before the reference date without being finished."""
        return self.followed.overdue

    @cached_property
    def movement(self) -> str:
        """What became of it since the round before: see ``rules.movement``; "" without one."""
        if self.earlier is None:
            return ""
        return rule.movement(self.earlier.side, self.side, self.successions).movement.value

    @property
    def movement_word(self) -> str:
        """The word for it; while entries come in, silence is no news."""
        if self.earlier is None or self.movement in {rule.Movement.SAME, UNSAID}:
            return ""
        return movement_word(self.movement, self.earlier.on.year)

    @property
    def side(self) -> rule.Side:
        """The action as the rule of movement sees it."""
        return rule.Side(
            nature=self.nature,
            status=self.status,
            reports={voice.actor.slug: voice.status for voice in self.expected},
            override=Status(self.override.status) if self.override else None,
        )

    @property
    def voices(self) -> tuple[Voice, ...]:
        """All actors that say something or of which something is expected."""
        return (*self.expected, *self.voluntary)

    @property
    def missing(self) -> tuple[Voice, ...]:
        """The actors of which an entry is expected and none is accepted."""
        return tuple(voice for voice in self.expected if voice.status is None)

    @property
    def left_out(self) -> tuple[Voice, ...]:
        """The actors to whom the action does not apply."""
        return tuple(voice for voice in self.expected if voice.status == Status.NOT_APPLICABLE)

    @property
    def counted(self) -> tuple[Voice, ...]:
        """The actors whose accepted entries made the status."""
        found = (Status.NOT_APPLICABLE, None)
        return tuple(voice for voice in self.expected if voice.status not in found)

    @property
    def is_incomplete(self) -> bool:
        """Tell whether the status rests on some of the expected entries only."""
        return is_partial(self.explanation.reported, self.explanation.expected)

    @property
    def coverage_words(self) -> str:
        """On how many reports the status rests: "3 of 5 reported"."""
        return coverage_words(self.explanation.reported, self.explanation.expected)

    @cached_property
    def followed(self) -> Followed:
        """What the figures need of it."""
        return followed(self.action, self.explanation, self.status, on=self.on)


def followed(action: Action, derived: Explanation, shown: Status, *, on: date) -> Followed:
    """Return what the figures need of an action: its status derived, and the one that is shown."""
    return Followed(
        Nature.judged(action.nature),
        shown,
        derived.expected,
        derived.reported,
        is_overdue(shown, period_end=action.period_end, on=on),
    )


@dataclass(frozen=True)
class RoundStatus:
    """How a round stands; ``before`` is the round before, None for the first."""

    round: ReportingRound
    rows: tuple[ActionStatus, ...]
    before: "RoundStatus | None" = None
