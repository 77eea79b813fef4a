"""The command that makes sample accounts, one for each role, for trying the application out."""

import os
import secrets
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from actions.enums import MemberRole
from actions.models import Actor, User
from actions.services import members

DOMAIN = "example.org"


class Sample(NamedTuple):
    """An account to try a role with."""

    role: MemberRole
    actor: str
    language: str
    name: str

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.role}@{DOMAIN}"


SAMPLES = (
    Sample(MemberRole.SECRETARIAT, "fisd", "nl", "Secretariaat (voorbeeldaccount)"),
    Sample(MemberRole.REVIEWER, "fps-foreign", "fr", "Vérification (compte d’exemple)"),
    Sample(MemberRole.OBSERVER, "federal-planning-bureau", "fr", "Observation (compte d’exemple)"),
    Sample(MemberRole.COORDINATOR, "brussels-environment", "nl", "Coördinator (voorbeeldaccount)"),
    Sample(MemberRole.CONTRIBUTOR, "brussels-environment", "fr", "Rédaction (compte d’exemple)"),
)


class Command(BaseCommand):
    """Make the sample accounts; refused where DEBUG is off."""

    help = "Make a sample account for each role (only where DEBUG is on)."

    def handle(self, *_: Any, **__: Any) -> None:
        """Create the accounts once, and print how to sign in; keep them as they are afterwards."""
        if not settings.DEBUG:
            raise CommandError("Sample accounts are only for trying out: DEBUG is off.")
        with transaction.atomic():
            printed = password()
            users = {sample.role: make(sample) for sample in SAMPLES}
            if printed:
                for user in users.values():
                    give(user, printed)
            secret = second_factor(users[MemberRole.SECRETARIAT])
        self.stdout.write("Sample accounts: " + ", ".join(sample.email for sample in SAMPLES))
        self.stdout.write(
            f"Password of each: {printed}"
            if printed
            else "Password of each: as printed at the first start (DEMO_PASSWORD=… sets a new one)."
        )
        self.stdout.write(f"Second factor of {SAMPLES[0].email}: {secret}")
        self.stdout.write(f"  {address(SAMPLES[0].email, secret)}")


def password() -> str:
    """Return the password to set and print; nothing where one is set already."""
    addresses = [sample.email for sample in SAMPLES]
    known = User.objects.filter(email__in=addresses, is_sample=True).count()
    given = os.environ.get("DEMO_PASSWORD", "")
    return given or ("" if known == len(SAMPLES) else secrets.token_urlsafe(9))


def make(sample: Sample) -> User:
    """Return a sample account with its role; made where it is missing."""
    user = User.objects.filter(email=sample.email).first()
    if user is None:
        user = User.objects.create_user(
            sample.email, None, name=sample.name, language=sample.language, is_sample=True
        )
    elif not user.is_sample:
        user.is_sample = True
        user.save(update_fields=["is_sample"])
    actor = Actor.objects.get(slug=sample.actor)
    if not user.memberships.exists():
        members.start(user, actor, sample.role, by=user, now=timezone.now())
    return user


def give(user: User, wanted: str) -> None:
    """Set a password where it is not the one already, so that sessions last."""
    if not user.check_password(wanted):
        user.set_password(wanted)
        user.save(update_fields=["password"])


def second_factor(user: User) -> str:
    """Return the secret of an account's authenticator app; made where there is none."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if found is not None:
        return decrypt(found.data["secret"])
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def address(email: str, secret: str) -> str:
    """Return what an authenticator app reads from a QR code."""
    issuer = settings.MFA_TOTP_ISSUER
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?{query}"
