"""Foresees what it does that bodies take over from another on a day, and refuses what cannot be."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.enums import BodyAct, Role, RoundState
from actions.models import (
    Actor,
    Invitation,
    Membership,
    ReportingRound,
    Responsibility,
    Succession,
)
from actions.models.responsibilities import ROLES
from actions.refusals import Refused
from actions.rules.duties import ancestors
from actions.typography import date_format

DAY = timedelta(days=1)
ENDING = (BodyAct.MERGER, BodyAct.SPLIT)
# The stronger of two roles that meet under one action comes first.
STRONGEST = (Role.LEAD, Role.RESPONSIBLE, Role.PARTNER, Role.BENEFICIARY)


@dataclass(frozen=True)
class TakeOver:
    """That others take over from a body on a day.

    ``share`` says, by key of a responsibility, which of the ``heirs`` take it, by key; where
    it says nothing, all do.
    """

    actor: Actor
    on: date
    heirs: tuple[Actor, ...]
    share: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def heirs_of(self, held: Responsibility) -> list[Actor]:
        """Return who takes over one responsibility."""
        chosen = self.share.get(held.pk)
        return [heir for heir in self.heirs if chosen is None or heir.pk in chosen]

    @property
    def act(self) -> BodyAct:
        """What it is called."""
        return BodyAct.MERGER if len(self.heirs) == 1 else BodyAct.SPLIT


@dataclass(frozen=True)
class Move:
    """A responsibility and who takes it; ``present`` is what they have under the action."""

    held: Responsibility
    heir: Actor
    present: Responsibility | None

    @property
    def role(self) -> Role:
        """The role from the day on: the stronger of both."""
        roles = [Role(row.role) for row in (self.held, self.present) if row is not None]
        return min(roles, key=STRONGEST.index)

    @property
    def role_label(self) -> str:
        """That role in words."""
        return str(dict(ROLES)[self.role])


@dataclass(frozen=True)
class Foreseen:
    """What a takeover will do, for whoever decides on it.

    ``possible`` are the moves of every action to every successor, whoever is to take it.
    """

    moves: list[Move]
    possible: list[Move]
    rounds_kept: list[ReportingRound]
    rounds_moved: list[ReportingRound]
    members: list[Membership]
    invitations: int
    below: list[Actor]

    @property
    def digest(self) -> str:
        """A short digest, by which a change before the confirmation is noticed.

        Who takes which action is no such change: that is what the confirmation says.
        """
        said = [
            [(m.held.pk, m.heir.slug, m.present.pk if m.present else 0) for m in self.possible],
            [[row.pk for row in rows] for rows in (self.rounds_kept, self.rounds_moved)],
            [row.pk for row in self.members],
            self.invitations,
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def foresee(given: TakeOver) -> Foreseen:
    """Return what a takeover will do; raises ValidationError, by field, or Refused."""
    check(given)
    held = held_from(given.actor, given.on)
    rows = Responsibility.objects.filter(
        action__in=[row.action_id for row in held], actor__in=given.heirs
    )
    present = {(row.action_id, row.actor_id): row for row in rows}
    possible = [
        Move(row, heir, present.get((row.action_id, heir.pk)))
        for row in held
        for heir in given.heirs
    ]
    moves = [move for move in possible if move.heir in given.heirs_of(move.held)]
    check_moves(given, held, moves)
    running = (
        ReportingRound.objects.filter(plan__actions__responsibilities__in=held)
        .exclude(state=RoundState.PLANNED)
        .filter(published=None, frozen_at=None)
    )
    rounds = list(running.distinct().select_related("plan").order_by("year", "pk"))
    return Foreseen(
        moves=moves,
        possible=possible,
        rounds_kept=[row for row in rounds if row.reference_date < given.on],
        rounds_moved=[row for row in rounds if row.reference_date >= given.on],
        members=members_of(given.actor),
        invitations=invitations_of(given.actor).count(),
        below=sorted(given.actor.children.with_names(), key=lambda child: child.sort_key),
    )


def held_from(actor: Actor, on: date) -> list[Responsibility]:
    """Return the responsibilities that a body has on a day or later, in the order of the plans."""
    rows = actor.responsibilities.filter(Q(valid_to=None) | Q(valid_to__gte=on))
    in_order = rows.order_by("action__plan", "action__position", "pk")
    return list(in_order.select_related("action__plan", "action__section", "actor"))


def members_of(actor: Actor) -> list[Membership]:
    """Return the present members of a body, by name."""
    rows = Membership.objects.filter(actor=actor, ended_at=None).select_related("user", "actor")
    return sorted(rows, key=lambda row: row.user.sort_key)


def invitations_of(actor: Actor) -> QuerySet[Invitation]:
    """Return the invitations to a body that nobody has used or withdrawn."""
    return Invitation.objects.filter(actor=actor, used_at=None, withdrawn_at=None)


# --- What cannot be -----------------------------------------------------------------


def check(given: TakeOver) -> None:
    """Raise ValidationError, by field, or Refused where bodies cannot take over from another."""
    actor = given.actor
    if actor.is_unspecified:
        raise Refused(_("The source does not name this body, so nobody can take over from it."))
    refuse_taken(actor)
    if (actor.valid_to and actor.valid_to < given.on) or (
        actor.valid_from and actor.valid_from >= given.on
    ):
        raise ValidationError({"on": _("The body does not exist on the day before.")})
    if not given.heirs:
        raise ValidationError({"heir": _("Choose who takes over.")})
    for heir in given.heirs:
        check_heir(given, heir)
    refuse_fixed(actor, given.on)


def refuse_taken(actor: Actor) -> None:
    """Raise Refused where somebody takes over from a body already; say who recorded it when."""
    rows = Succession.objects.filter(predecessor=actor).select_related("successor")
    heirs = list(rows.prefetch_related("successor__names"))
    if not heirs:
        return
    act = actor.changes.filter(act__in=ENDING, undone_at=None).select_related("by").first()
    if act is None:
        raise Refused(_("Another body has taken over from it already, or will."))
    words = _("%(person)s recorded on %(day)s that it is taken over on %(on)s by %(heirs)s.")
    facts = {
        "person": act.by.get_full_name(),
        "day": date_format(timezone.localdate(act.at)),
        "on": date_format(act.on),
        "heirs": "; ".join(row.successor.label for row in heirs),
    }
    raise Refused(words % facts)


def check_heir(given: TakeOver, heir: Actor) -> None:
    """Raise ValidationError where one body cannot take over from the other."""
    if heir.pk == given.actor.pk:
        raise ValidationError({"heir": _("A body cannot take over from itself.")})
    begins_later = heir.valid_from and heir.valid_from > given.on
    if heir.is_unspecified or begins_later or (heir.valid_to and heir.valid_to < given.on):
        raise ValidationError({"heir": _("This body does not exist on that day.")})
    if given.actor.pk in ancestors(heir.pk, Actor.objects.parents()):
        message = _("This body is a part of the one that ends. Make it independent first.")
        raise ValidationError({"heir": message})
    if given.actor.pk in heirs_after(heir):
        raise ValidationError({"heir": _("The body that ends is to take over from this one.")})
    if heir.valid_to:
        words = _("This body ends on %(day)s. Choose who takes over from it.")
        raise ValidationError({"heir": words % {"day": date_format(heir.valid_to)}})


def heirs_after(actor: Actor) -> set[int]:
    """Return who takes over from a body, at once or one after another."""
    pairs = list(Succession.objects.values_list("predecessor", "successor"))
    found: set[int] = set()
    todo = {actor.pk}
    while todo:
        todo = {heir for before, heir in pairs if before in todo} - found
        found |= todo
    return found


def check_moves(given: TakeOver, held: Sequence[Responsibility], moves: Sequence[Move]) -> None:
    """Raise ValidationError where an action would have nobody, or somebody at two times."""
    taken = {move.held.pk for move in moves}
    refuse_if("heir", _("Nobody takes over these actions: %s."), (
        row for row in held if row.pk not in taken
    ))  # fmt: skip
    refuse_if("on", _("It becomes responsible for these actions on that day or later: %s."), (
        row for row in held if row.valid_from and row.valid_from >= given.on
    ))  # fmt: skip
    refuse_if("heir", _("The successor was responsible for these actions before: %s."), (
        move.held
        for move in moves
        if move.present and move.present.valid_to and move.present.valid_to < given.on - DAY
    ))  # fmt: skip


def refuse_if(name: str, words: str, rows: Any) -> None:
    """Raise ValidationError at a field, which names the actions of some rows, if there are any."""
    if labels := list(dict.fromkeys(row.action.label for row in rows)):
        raise ValidationError({name: words % ", ".join(labels)})


def refuse_fixed(actor: Actor, on: date) -> None:
    """Raise ValidationError where a report that is frozen or published says how a day was."""
    fixed = ReportingRound.objects.filter(
        Q(published__isnull=False) | Q(frozen_at__isnull=False),
        plan__actions__responsibilities__actor=actor,
        reference_date__gte=on,
    )
    last = fixed.order_by("-reference_date").first()
    if last is not None:
        words = _(
            "The report of %(year)s is frozen or published and says how it was on %(day)s. "
            "Choose a later day."
        )
        day = date_format(last.reference_date)
        raise ValidationError({"on": words % {"year": last.year, "day": day}})
