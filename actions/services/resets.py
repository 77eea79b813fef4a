"""Resets a lost second factor: one of the secretariat proposes, a reviewer confirms within a day.

Neither can do it alone, and neither for themselves. Whoever the factor belongs to is told at each
step, and needs only to sign in with it to show that it is not lost: then nothing is reset. Pages
ask both for a fresh second factor of their own before they call this.
"""

import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from actions import permissions
from actions.enums import LetterKind, MemberRole, ResetState
from actions.models import FactorReset, Membership, User
from actions.models.plan import site_contact
from actions.outbox import letters
from actions.refusals import Refused
from actions.services import accounts, endings, factors, links
from actions.typography import date_format

logger = logging.getLogger(__name__)

LASTS = timedelta(hours=24)
# So long somebody has been a reviewer before a proposal: who proposes could make one for it.
SEATED = timedelta(days=7)
MOST = 10  # proposals of one person in an hour
NOBODY = gettext_lazy(
    "Nobody can confirm it: it takes a reviewer with this role for 7 days, other than you and "
    "the owner of the account. Ask whoever runs the server."
)
OVER = gettext_lazy("This proposal is over: somebody decided on it, or its time has run out.")
IN_USE = gettext_lazy(
    "The second factor was used or added after the proposal, so it is not lost. Nothing is reset."
)
NOT_ALONE = gettext_lazy(
    "It takes two people, and neither may be the owner: you cannot confirm this proposal."
)


# --- Reading --------------------------------------------------------------------


def standing(*, now: datetime) -> Any:
    """Return the proposals that a reviewer can still confirm."""
    return FactorReset.objects.standing(now=now)


def has_lapsed(reset: FactorReset, *, now: datetime) -> bool:
    """Tell whether nobody decided on a proposal, and nobody can any more."""
    if reset.state != ResetState.OPEN:
        return reset.state == ResetState.LAPSED
    return not standing(now=now).filter(pk=reset.pk).exists()


def obstacle(person: User, *, by: User, now: datetime) -> str:
    """Return why somebody cannot propose to reset a person's second factor; "" where they can."""
    if reason := not_for(person):
        return reason
    if person.pk == by.pk:
        return _("Your own second factor is reset by somebody else of the secretariat.")
    return "" if reviewers(but=(person.pk, by.pk), now=now) else str(NOBODY)


def not_for(person: User) -> str:
    """Return why there is nothing to reset for a person; "" where there is."""
    if not permissions.may_sign_in(person) or person.is_erased:
        return _("This account cannot be used to sign in, so there is nothing to reset.")
    if factors.owners([person]):
        return ""
    if keepers := links.vouching(person):
        told = {"provider": keepers[0].name}
        return (
            _("The second factor is kept by %(provider)s: it is replaced there, not here.") % told
        )
    return _("This account has no second factor, so there is nothing to reset.")


def reviewers(*, but: Iterable[int], now: datetime) -> list[User]:
    """Return who may confirm a proposal of today: reviewers since a while, some people left out."""
    limit = now - SEATED
    changed = Membership.history.filter(history_date__gt=limit, history_type="~").values("id")
    seats = (
        Membership.objects.current()
        .filter(role=MemberRole.REVIEWER, started_at__lte=limit)
        .exclude(pk__in=changed)
    )
    people = User.objects.filter(pk__in=seats.values("user"), erased_at=None)
    found = people.exclude(pk__in=list(but)).order_by("pk")
    return [person for person in found if permissions.may_sign_in(person)]


def may_confirm(reset: FactorReset, by: User) -> bool:
    """Tell whether somebody may be the second of the two."""
    left_out = (reset.person_id, reset.proposed_by_id or 0)
    return by in reviewers(but=left_out, now=reset.proposed_at)


def may_refuse(reset: FactorReset, by: User, *, now: datetime) -> bool:
    """Tell whether somebody may refuse: any reviewer, the owner too, but not who proposed."""
    rights = permissions.read_rights(by, on=timezone.localdate(now))
    return bool(rights.actors_as(MemberRole.REVIEWER)) and by.pk != reset.proposed_by_id


# --- Writing --------------------------------------------------------------------


@transaction.atomic
def propose(person: User, *, reason: str, by: User, now: datetime) -> FactorReset:
    """Propose to take a person's second factors away, and tell them and the reviewers.

    Only the secretariat; raises PermissionDenied. Raises Refused where there is nothing to reset,
    for oneself, where nobody could confirm it, where one waits already, and for too many an hour.
    """
    stored, proposer = lock(person, by)
    check_secretariat(proposer, now=now)
    if problem := obstacle(stored, by=proposer, now=now):
        raise Refused(problem)
    if standing(now=now).filter(person=stored).exists():
        raise Refused(_("A proposal for this person waits for a reviewer already."))
    recent = FactorReset.objects.filter(
        proposed_by=proposer, proposed_at__gt=now - timedelta(hours=1)
    )
    if recent.count() >= MOST:
        raise Refused(_("You have proposed very much in the last hour. Go on in an hour."))
    close_open(stored, ResetState.LAPSED, now=now)
    reset = FactorReset(
        person=stored, reason=reason, proposed_by=proposer, proposed_at=now, expires_at=now + LASTS
    )
    reset.full_clean()
    reset.save()
    tell(stored, "proposed", reset, now=now)
    for reviewer in reviewers(but=(stored.pk, proposer.pk), now=now):
        tell(reviewer, "asked", reset, now=now)
    logger.info("user %s proposed to reset the factor of user %s", proposer.pk, stored.pk)
    return reset


@transaction.atomic
def confirm(reset: FactorReset, *, note: str = "", by: User, now: datetime) -> FactorReset:
    """Take the person's second factors away and end all their sessions; tell them at once.

    Only a reviewer who was one a week before the proposal; raises PermissionDenied. Raises Refused
    for the owner and the proposer, for a proposal that is over, and where the factor was in use.
    """
    stored = lock_open(reset, by, now=now)
    if by.pk in (stored.person_id, stored.proposed_by_id):
        raise Refused(NOT_ALONE)
    if not may_confirm(stored, by):
        raise PermissionDenied
    if problem := not_for(stored.person):
        raise Refused(problem)
    if factors.since(stored.person, stored.proposed_at):
        raise Refused(IN_USE)
    close(stored, ResetState.DONE, note=note, by=by, now=now)
    remove(stored.person, by=by, now=now)
    tell(stored.person, "done", stored, now=now)
    tell(stored.proposed_by, "decided", stored, now=now)
    return stored


@transaction.atomic
def refuse(reset: FactorReset, *, note: str, by: User, now: datetime) -> FactorReset:
    """Refuse a proposal: any reviewer but who proposed it; raises PermissionDenied, and Refused."""
    stored = lock_open(reset, by, now=now)
    if not may_refuse(stored, by, now=now):
        raise PermissionDenied
    return give_up(stored, ResetState.REFUSED, note=note, by=by, now=now)


@transaction.atomic
def withdraw(reset: FactorReset, *, note: str = "", by: User, now: datetime) -> FactorReset:
    """Take a proposal back: anybody of the secretariat; raises PermissionDenied, and Refused."""
    stored = lock_open(reset, by, now=now)
    check_secretariat(by, now=now)
    return give_up(stored, ResetState.WITHDRAWN, note=note, by=by, now=now)


@transaction.atomic
def on_server(person: User, *, reason: str, now: datetime) -> FactorReset:
    """Take a person's second factors away from the server, with nobody beside; tell them at once.

    Raises Refused where there is nothing to reset. What was proposed for them is withdrawn.
    """
    (stored,) = lock(person)
    if problem := not_for(stored):
        raise Refused(problem)
    close_open(stored, ResetState.WITHDRAWN, now=now)
    reset = FactorReset(
        person=stored, reason=reason, proposed_at=now, expires_at=now,
        state=ResetState.DONE, closed_at=now,
    )  # fmt: skip
    reset.full_clean()
    reset.save()
    remove(stored, by=None, now=now)
    tell(stored, "done", reset, now=now)
    return reset


# --- Parts ----------------------------------------------------------------------


def check_secretariat(by: User, *, now: datetime) -> None:
    """Raise PermissionDenied for who does not belong to the secretariat at this very moment."""
    rights = permissions.read_rights(by, on=timezone.localdate(now))
    if not rights.is_secretariat or not permissions.may_sign_in(by):
        raise PermissionDenied


def lock(*people: User) -> list[User]:
    """Read accounts anew, and keep others from writing them until the transaction ends.

    Always in the same order, so that two who lock the same people do not wait for each other.
    """
    keys = [person.pk for person in people]
    rows = User.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows}
    return [found[key] for key in keys]


def lock_open(reset: FactorReset, by: User, *, now: datetime) -> FactorReset:
    """Lock a proposal and all whom it concerns; raises Refused where it stands no longer.

    The seats of who proposed are locked too: whoever takes them away waits, or was first.
    """
    people = {one.pk: one for one in (reset.person, reset.proposed_by, by) if one is not None}
    lock(*people.values())
    seats = Membership.objects.select_for_update(of=("self",)).order_by("pk")
    list(seats.filter(user_id__in=[reset.proposed_by_id, by.pk], ended_at=None))
    rows = FactorReset.objects.select_for_update(of=("self",))
    stored = rows.select_related("person", "proposed_by").get(pk=reset.pk)
    if stored.state != ResetState.OPEN or has_lapsed(stored, now=now):
        raise Refused(OVER)
    return stored


def close(
    reset: FactorReset, state: ResetState, *, note: str = "", by: User | None, now: datetime
) -> None:
    """Store how a proposal ended."""
    reset.state, reset.note, reset.closed_by, reset.closed_at = state, note, by, now
    reset.full_clean()
    reset.save()
    logger.info("reset %s of user %s: %s by %s", reset.pk, reset.person_id, state, by and by.pk)


def close_open(person: User, state: ResetState, *, now: datetime) -> None:
    """End what is still open for a person, by nobody."""
    for reset in FactorReset.objects.filter(person=person, state=ResetState.OPEN):
        close(reset, state, by=None, now=now)


def give_up(
    reset: FactorReset, state: ResetState, *, note: str, by: User, now: datetime
) -> FactorReset:
    """End a proposal without a reset, and tell the owner and who proposed it."""
    close(reset, state, note=note, by=by, now=now)
    tell(reset.person, "kept", reset, now=now)
    if reset.proposed_by_id != by.pk:
        tell(reset.proposed_by, "decided", reset, now=now)
    return reset


def remove(person: User, *, by: User | None, now: datetime) -> None:
    """Take all second factors of an account away, and end its sessions."""
    number = factors.take_away(person, until=now)
    accounts.end_sessions(person)
    endings.of_account(endings.Kind.FACTORS, person, by=by, now=now)
    logger.info("%s second factors of user %s were removed by %s", number, person.pk, by and by.pk)


def tell(to: User | None, what: str, reset: FactorReset, *, now: datetime) -> None:
    """Write to somebody what becomes of a second factor; it goes as quickly as a code does."""
    if to is None:
        return
    contact = site_contact()
    with override(to.language):
        path = reverse("actions:reset", args=[reset.pk])
        context = {
            "reset": reset,
            "is_done": reset.state == ResetState.DONE,
            "who": reset.proposed_by.get_full_name() if reset.proposed_by else "",
            "owner": reset.person.get_full_name(),
            "until": date_format(timezone.localtime(reset.expires_at), "SHORT_DATETIME_FORMAT"),
            "contact": contact.email if contact else settings.CONTACT_EMAIL,
            "link": f"{settings.SITE_URL.rstrip('/')}{path}",
        }
        facts = {
            part: render_to_string(f"account/email/reset_{what}_{file}.txt", context).strip()
            for part, file in (("subject", "subject"), ("text", "message"))
        }
    letters.put(
        LetterKind.SIGN_IN, key=f"sign-in:{secrets.token_hex(16)}", to=to, facts=facts, now=now
    )
