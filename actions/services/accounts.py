"""Writes accounts: a person's own settings; deactivate, reactivate and erase somebody."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.http import int_to_base36
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from actions import permissions
from actions.enums import LetterState, MemberRole
from actions.models import Contact, FactorReset, Invitation, Letter, Membership, User
from actions.refusals import Refused
from actions.services import endings, links, members, notices, plan, returned, unsaved

logger = logging.getLogger(__name__)

LANGUAGES = ("en", "fr", "nl", "de")
# Below this length a name is too likely to be a part of other words.
SHORTEST_NAME = 4
# Who else keeps addresses: each takes one out of what it keeps when a person is erased.
ELSEWHERE: list[Callable[[str], None]] = []


@transaction.atomic
def save_profile(
    user: User, *, name: str, language: str, only_needed: bool = False, receipts: bool = False
) -> User:
    """Store a person's own name, and language and choice of letters; ValidationError by field."""
    stored = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    stored.name, stored.language = members.check_name(name), language
    stored.only_needed, stored.receipts = only_needed, receipts
    stored.full_clean(exclude=["password"])
    stored.save(update_fields=["name", "language", "only_needed", "receipts"])
    return stored


@transaction.atomic
def deactivate(user: User, *, by: User, now: datetime) -> User:
    """Let somebody sign in no longer: sessions end at once, memberships too; history stays.

    Only the secretariat; raises PermissionDenied. Raises Refused for the only one of the
    secretariat.
    """
    check_secretariat(by, now=now)
    stored = lock(user)
    if stored.is_erased:
        raise Refused(_("This account was erased."))
    check_may_go(stored)
    close(stored, by=by, now=now)
    endings.of_account(endings.Kind.DEACTIVATED, stored, by=by, now=now)
    logger.info("user %s deactivated user %s", by.pk, stored.pk)
    return stored


@transaction.atomic
def reactivate(user: User, *, by: User, now: datetime) -> User:
    """Let somebody sign in again; roles have to be given anew, by an invitation."""
    check_secretariat(by, now=now)
    stored = lock(user)
    if stored.is_erased:
        raise Refused(_("This account was erased."))
    stored.is_active = True
    stored.save(update_fields=["is_active"])
    endings.of_account(endings.Kind.REACTIVATED, stored, by=by, now=now)
    logger.info("user %s reactivated user %s", by.pk, stored.pk)
    return stored


@transaction.atomic
def erase(user: User, *, by: User, now: datetime) -> User:
    """Keep nothing of a person but that a member of their organisation was there.

    Name and address go from the account, invitations, letters, history and the log of the
    administration; passwords, passkeys, codes and links to providers are deleted. What they wrote
    stays, as the organisation's. Raises as ``deactivate`` does.
    """
    check_secretariat(by, now=now)
    stored = lock(user)
    if stored.is_erased:
        return stored
    check_may_go(stored)
    forget(stored, by=by, now=now)
    endings.of_account(endings.Kind.ERASED, stored, by=by, now=now)
    logger.info("user %s erased user %s", by.pk, stored.pk)
    return stored


# --- Parts ----------------------------------------------------------------------


def check_secretariat(by: User, *, now: datetime) -> None:
    """Raise PermissionDenied for who does not belong to the secretariat."""
    if not permissions.rights(by, on=timezone.localdate(now)).is_secretariat:
        raise PermissionDenied


def lock(user: User) -> User:
    """Read an account anew and keep others from writing it until the transaction ends."""
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def check_may_go(user: User) -> None:
    """Raise Refused for the only one of the secretariat."""
    for membership in Membership.objects.filter(user=user, ended_at__isnull=True):
        if user.is_active:
            members.check_somebody_remains(members.lock(membership))


def close(user: User, *, by: User | None, now: datetime) -> None:
    """End an account's memberships, invitations, rights, links to providers and sessions."""
    for membership in Membership.objects.filter(user=user, ended_at__isnull=True):
        members.end(members.lock(membership), by=by, now=now)
    user.is_active = user.is_staff = user.is_superuser = False
    user.save(update_fields=["is_active", "is_staff", "is_superuser"])
    members.withdraw_unfounded(user, by=by, now=now)
    links.forget(user)
    end_sessions(user)


def end_sessions(user: User, *, but: str = "") -> None:
    """Delete the sessions in which somebody is signed in, or is about to be, except one."""
    for session in Session.objects.exclude(pk=but).iterator():
        found = session.get_decoded()
        pending: Any = found.get("account_login") or {}
        if is_signed_in(found, user) or pending.get("user_pk") == int_to_base36(user.pk):
            session.delete()


def is_signed_in(session: Mapping[str, Any], user: User) -> bool:
    """Tell whether somebody is signed in in a session, by what it holds."""
    return str(session.get(SESSION_KEY, "")) == str(user.pk)


def forget(user: User, *, by: User | None, now: datetime) -> None:
    """Close an account and take the person out of everything that names them."""
    former = former_actor(user)
    close(user, by=by, now=now)
    nowhere = f"erased-{user.pk}@erased.invalid"
    for address in addresses_of(user):
        forget_invitations(user, address, nowhere, by=by, now=now)
        forget_letters(user, address, user.name, nowhere)
        forget_contacts(address, nowhere)
        for wipe in ELSEWHERE:
            wipe(address)
        returned.forget(user, address)
        notices.forget(address)
        LogEntry.objects.filter(object_repr__icontains=address).update(object_repr="")
        LogEntry.objects.filter(change_message__icontains=address).update(change_message="")
    forget_factors(user)
    forget_resets(user)
    unsaved.forget(user)
    user.email, user.name, user.former_of = nowhere, "", former
    user.erased_at, user.last_login = now, None
    user.set_unusable_password()
    user.save()


def addresses_of(user: User) -> list[str]:
    """Return a person's address, and those at which they were invited; none that is another's."""
    invited = Invitation.objects.filter(used_by=user).values_list("email", flat=True)
    past = Invitation.history.model.objects.filter(used_by=user.pk)
    earlier = {one.lower() for one in (*invited, *past.values_list("email", flat=True))}
    own = user.email.lower()
    others = User.objects.exclude(pk=user.pk).annotate(low=Lower("email"))
    taken = others.filter(low__in=earlier).values_list("low", flat=True)
    return [user.email, *sorted(earlier - {own, *taken})]


def former_actor(user: User) -> dict[str, str]:
    """Return what the organisation of somebody's last membership is called, in each language."""
    rows = Membership.objects.filter(user=user).exclude(role=MemberRole.OBSERVER)
    found = rows.order_by("-started_at").first() or Membership.objects.filter(user=user).first()
    labels: dict[str, str] = {}
    for language in LANGUAGES if found else ():
        with override(language):
            labels[language] = str(found.actor.label) if found else ""
    return labels


def forget_invitations(
    user: User, address: str, nowhere: str, *, by: User | None, now: datetime
) -> None:
    """Take an address out of invitations and their history; open ones are withdrawn."""
    rows = Invitation.objects.filter(email__iexact=address)
    for invitation in rows.filter(used_at=None, withdrawn_at=None):
        invitation.withdrawn_at = now
        plan.save(invitation, by=by)
    rows.update(email=nowhere)
    Invitation.objects.filter(used_by=user).update(email=nowhere)
    past = Invitation.history.model.objects
    past.filter(email__iexact=address).update(email=nowhere)
    past.filter(used_by=user.pk).update(email=nowhere)


def forget_letters(user: User, address: str, name: str, nowhere: str) -> None:
    """Empty a person's letters, and those to others that name them; what waits is dropped."""
    own = Letter.objects.filter(user=user) | Letter.objects.filter(address__iexact=address)
    own.filter(state=LetterState.WAITING).update(state=LetterState.DROPPED)
    own.update(address=nowhere, facts={}, subject="", text="", problem="")
    for word in (address, name):
        if len(word) >= SHORTEST_NAME:
            Letter.objects.filter(text__icontains=word).update(text="", subject="")


def forget_contacts(address: str, nowhere: str) -> None:
    """Take away a person as the one whom members ask; the site's own address stays."""
    Contact.objects.filter(email__iexact=address).delete()
    past = Contact.history.model.objects.filter(email__iexact=address)
    past.update(email=nowhere, name="", phone="")


def forget_factors(user: User) -> None:
    """Delete what allauth keeps of an account: addresses, passkeys, apps and codes."""
    related: Any = user
    related.emailaddress_set.all().delete()
    related.authenticator_set.all().delete()


def forget_resets(user: User) -> None:
    """Empty what was written on the resets of a person's second factor, and where it names them."""
    FactorReset.objects.filter(person=user).update(reason="", note="")
    for word in (user.email, user.name):
        if len(word) >= SHORTEST_NAME:
            FactorReset.objects.filter(reason__icontains=word).update(reason="")
            FactorReset.objects.filter(note__icontains=word).update(note="")
