"""Writes by which providers somebody signs in: links an account to who they are there, parts it.

allauth's table of social accounts holds a row per link: the provider, a digest of the issuer and of
what it calls the person, when it was made and last used, and whether a second factor was shown
there. No name, no number, no address, and no token of a provider is stored. Who removes a link
leaves a row that stands for nobody: so the next sign-in does not make it again by itself.
"""

import logging
import secrets
from datetime import datetime
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from actions import permissions, providers
from actions.enums import LetterKind
from actions.models import User
from actions.openid.flow import Identity
from actions.outbox import letters
from actions.providers import Provider
from actions.refusals import Refused

logger = logging.getLogger(__name__)

VOUCHED = "second_factor"
PARTED = "parted:"  # what the row that stands for nobody begins with
REMOVED = _(
    "The link with your account was removed. Sign in another way, and make it again on the page "
    "“Your account”."
)
OTHER_LINK = _(
    "Your account is already linked to another identity there. Sign in another way, and remove "
    "that link on the page “Your account” first."
)
ELSEWHERE = _(
    "Your account has its second factor elsewhere. Sign in with that one, and link your account on "
    "the page “Your account” then."
)
TAKEN = _("This identity is linked to another account. Sign out, and sign in with that one.")
NOT_TRUSTED = _("Its word does not count for the e-mail address of this account.")
OTHER_ADDRESS = _("You are known there under another e-mail address, or under one not verified.")
LAST_FACTOR = _(
    "It is your only second factor, which your role asks for. Add one of your own first: a passkey "
    "or an authenticator app."
)


# --- Reading --------------------------------------------------------------------


def owner(identity: Identity) -> User | None:
    """Return whose account is linked to somebody at a provider."""
    found = links().filter(provider=identity.provider, uid=identity.key)
    row = found.select_related("user").first()
    return row.user if row else None


def owner_of_address(provider: Provider, address: str) -> User | None:
    """Return whose account has an address that a provider has verified, and is trusted for."""
    if not address or not provider.trusts(address):
        return None
    for spelling in sorted(providers.spellings(address)):
        for user in User.objects.filter(email__iexact=spelling, erased_at=None):
            if providers.is_same(user.email, address):
                return user
    return None


def of(user: User) -> list[SocialAccount]:
    """Return all links of an account, the oldest first."""
    return list(links().filter(user_id=user.pk).order_by("pk"))


def usable(user: User) -> list[Provider]:
    """Return the providers by which somebody can sign in now: linked, offered, and trusted."""
    offered = providers.configured()
    if not offered or not user.is_authenticated:
        return []
    linked = {row.provider for row in of(user)}
    return [one for one in offered.values() if one.id in linked and one.trusts(user.email)]


def vouching(user: User) -> list[Provider]:
    """Return the providers that keep somebody's second factor: they have vouched for one."""
    offered = providers.configured()
    if not offered or not user.is_authenticated:
        return []
    linked = {row.provider for row in rows().filter(user_id=user.pk) if row.extra_data.get(VOUCHED)}
    return [
        one
        for one in offered.values()
        if one.id in linked and one.can_vouch and one.trusts(user.email)
    ]


# --- Writing --------------------------------------------------------------------


@transaction.atomic
def link(
    user: User, identity: Identity, *, by: User, now: datetime, is_asked: bool = False
) -> SocialAccount:
    """Link an account to who its owner is at a provider, and tell the owner by e-mail.

    Only the owner; the provider has to be trusted for the account's mail domain, and may state no
    other address. Raises Refused where it does not fit, or where one of the two is linked to
    another one already. Twice changes nothing.
    """
    stored = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    provider = providers.configured().get(identity.provider)
    if by.pk != stored.pk or provider is None or not permissions.may_sign_in(stored):
        raise Refused(NOT_TRUSTED)
    if not provider.trusts(stored.email):
        raise Refused(NOT_TRUSTED)
    is_unknown = is_asked and not identity.states_email
    there = links().filter(provider=provider.id, uid=identity.key).first()
    if there and there.user_id == stored.pk:
        return there
    if there:
        raise Refused(TAKEN)
    if not is_unknown and not providers.is_same(identity.email, stored.email):
        raise Refused(OTHER_ADDRESS)
    if links().filter(user=stored, provider=provider.id).exists():
        raise Refused(OTHER_LINK)
    if not is_asked and vouching(stored):
        raise Refused(ELSEWHERE)
    if not is_asked and rows().filter(provider=provider.id, uid=f"{PARTED}{stored.pk}").exists():
        raise Refused(REMOVED)
    return make(stored, provider, identity, now=now)


@transaction.atomic
def note_use(user: User, identity: Identity) -> None:
    """Note that somebody signed in by a link, and whether a second factor was shown there."""
    found = links().select_for_update(of=("self",)).filter(user=user, provider=identity.provider)
    if row := found.filter(uid=identity.key).first():
        row.extra_data = row.extra_data | ({VOUCHED: True} if identity.has_second_factor else {})
        row.save(update_fields=["extra_data", "last_login"])


@transaction.atomic
def unlink(user: User, name: str, *, by: User, has_factor: bool, now: datetime) -> bool:
    """Part an account from a provider, and tell its owner by e-mail; return whether it was linked.

    Only the owner. A code by e-mail is always left to sign in with. Raises Refused for who must
    have a second factor where no other is left (``has_factor``: one of their own).
    """
    stored = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    row = links().filter(user=stored, provider=name).first()
    if row is None or by.pk != stored.pk:
        return False
    keeps = vouching(stored)
    left = has_factor or any(one.id != name for one in keeps)
    rights = permissions.read_rights(stored, on=timezone.localdate(now))
    if not left and keeps and permissions.needs_second_factor(stored, rights):
        raise Refused(LAST_FACTOR)
    row.uid, row.extra_data = f"{PARTED}{stored.pk}", {}
    row.save()
    provider = providers.configured().get(name)
    logger.info("user %s unlinked provider %s", stored.pk, name)
    tell(stored, "unlinked", provider.name if provider else name, now=now)
    return True


def forget(user: User) -> None:
    """Part an account from all providers: it was deactivated, or its owner erased."""
    number, _kinds = rows().filter(user=user).delete()
    if number:
        logger.info("user %s was parted from all providers", user.pk)


# --- Parts ----------------------------------------------------------------------


def rows() -> Any:
    """Return allauth's table of links, with what stands for those that were removed."""
    return SocialAccount.objects.all()


def links() -> Any:
    """Return the links that there are."""
    return rows().exclude(uid__startswith=PARTED)


def make(user: User, provider: Provider, identity: Identity, *, now: datetime) -> SocialAccount:
    """Store a link; of two that are made at once the first one has the identity."""
    rows().filter(provider=provider.id, uid=f"{PARTED}{user.pk}").delete()
    made: SocialAccount
    made, is_new = rows().get_or_create(
        provider=provider.id, uid=identity.key, defaults={"user": user}
    )
    if made.user_id != user.pk:
        raise Refused(TAKEN)
    if is_new:
        logger.info("user %s linked provider %s", user.pk, provider.id)
        tell(user, "linked", provider.name, now=now)
    return made


def tell(user: User, what: str, name: str, *, now: datetime) -> None:
    """Write to somebody how their account can be used from now on."""
    with override(user.language):
        facts = {
            part: render_to_string(
                f"account/email/provider_{what}_{file}.txt", {"provider": name}
            ).strip()
            for part, file in (("subject", "subject"), ("text", "message"))
        }
    key = f"sign-in:{secrets.token_hex(16)}"
    letters.put(LetterKind.SIGN_IN, key=key, to=user, facts=facts, now=now)
