"""Sessions of tests: signed in without the steps, with what those steps would have proved."""

from typing import Any

from django.test import Client
from django.utils import timezone

from actions.models import User

# A session of a test has always just been signed in, whatever the test does to the clock: a
# test of what becomes old signs in by itself.
ALWAYS_FRESH = 10 * 365 * 24 * 3600


def proofs(user: User, *, with_factor: bool = True) -> dict[str, Any]:
    """Return what a session holds of how somebody proved who they are."""
    at = timezone.now().timestamp() + ALWAYS_FRESH
    rows = [{"method": "code", "at": at, "email": user.email}]
    if with_factor:
        rows.append({"method": "mfa", "at": at, "type": "totp"})
    return {
        "account_authentication_methods": rows,
        "account_authentication_methods_user": str(user.pk),
    }


def enter(client: Client, user: User, *, with_factor: bool = True) -> Client:
    """Sign somebody in in a browser, second factor included."""
    client.force_login(user)
    session = client.session
    session.update(proofs(user, with_factor=with_factor))
    session.save()
    return client
