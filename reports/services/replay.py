"""Does again, in a restored database, what had ended after its backup was made."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from actions.models import Invitation, Membership, User
from actions.services import accounts, factors, members, plan
from actions.services import rounds as round_service
from actions.services.endings import Ending, Kind
from reports.models import Edition
from reports.services import editions

# The row that a kind speaks of, and the column that says when that row came into being.
ROWS: dict[Kind, tuple[Any, str]] = {
    Kind.ERASED: (User, "date_joined"),
    Kind.DEACTIVATED: (User, "date_joined"),
    Kind.REACTIVATED: (User, "date_joined"),
    Kind.FACTORS: (User, "date_joined"),
    Kind.LEFT: (Membership, "started_at"),
    Kind.ROLE: (Membership, "started_at"),
    Kind.UNINVITED: (Invitation, "invited_at"),
    Kind.WITHDRAWN: (Edition, "frozen_at"),
}


@transaction.atomic
def replay(endings: Iterable[Ending]) -> list[Ending]:
    """Do again what was done, in its order; return what had to be.

    Rows that the backup does not hold, or that came into being later under the same key, are
    left alone. Nobody is asked for a right, and a secretariat may be left without anybody:
    ``add_secretariat`` puts somebody in.
    """
    return [ending for ending in endings if again(ending)]


def again(ending: Ending) -> bool:
    """Do one act again; tell whether it had to be done."""
    model, born = ROWS[ending.kind]
    row = (
        model.objects.select_for_update(of=("self",))
        .filter(pk=ending.key, **{born: ending.born})
        .first()
    )
    return row is not None and bool(ACTS[ending.kind](row, ending, author(ending)))


def author(ending: Ending) -> User | None:
    """Return who did it then, where the backup knows them."""
    return None if ending.by is None else User.objects.filter(pk=ending.by).first()


# --- The acts; each tells whether it had to be done -------------------------------


def erased(user: User, ending: Ending, by: User | None) -> bool:
    """Keep nothing of the person."""
    if user.is_erased:
        return False
    accounts.forget(user, by=by, now=ending.at)
    return True


def deactivated(user: User, ending: Ending, by: User | None) -> bool:
    """Let somebody sign in no longer."""
    if not user.is_active:
        return False
    accounts.close(user, by=by, now=ending.at)
    return True


def reactivated(user: User, _ending: Ending, _by: User | None) -> bool:
    """Let somebody sign in again."""
    if user.is_active or user.is_erased:
        return False
    user.is_active = True
    user.save(update_fields=["is_active"])
    return True


def without_factors(user: User, ending: Ending, _by: User | None) -> bool:
    """Take the second factors away that were reset: a device that was lost opens nothing again."""
    return bool(factors.take_away(user, until=ending.at))


def left(membership: Membership, ending: Ending, by: User | None) -> bool:
    """End a membership."""
    if membership.ended_at:
        return False
    members.end(membership, by=by, now=ending.at)
    return True


def role(membership: Membership, ending: Ending, by: User | None) -> bool:
    """Give a membership the role that it had."""
    before, given = membership.role, ending.facts["role"]
    if membership.ended_at or before == given:
        return False
    membership.role = given
    plan.save(membership, by=by)
    members.settle(membership, {before, given}, by=by)
    members.withdraw_unfounded(membership.user, by=by, now=ending.at)
    return True


def uninvited(invitation: Invitation, ending: Ending, by: User | None) -> bool:
    """Let a link lead nowhere."""
    if invitation.used_at or invitation.withdrawn_at:
        return False
    invitation.withdrawn_at = ending.at
    plan.save(invitation, by=by)
    return True


def withdrawn(edition: Edition, ending: Ending, by: User | None) -> bool:
    """Take an edition back; one that was only frozen then is published nowhere."""
    if not edition.is_published:
        return False
    words = {name: str(text) for name, text in ending.facts["reason"].items()}
    stored = round_service.lock(edition.round)
    editions.take_back(stored, edition, by=by or edition.published_by, words=words, now=ending.at)
    return True


ACTS: dict[Kind, Any] = {
    Kind.ERASED: erased,
    Kind.DEACTIVATED: deactivated,
    Kind.REACTIVATED: reactivated,
    Kind.FACTORS: without_factors,
    Kind.LEFT: left,
    Kind.ROLE: role,
    Kind.UNINVITED: uninvited,
    Kind.WITHDRAWN: withdrawn,
}
