"""A link to a provider that waits until its owner has shown the second factor of the account."""

import logging
import time
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from actions.models import User
from actions.openid.flow import Identity
from actions.refusals import Refused
from actions.services import links
from actions.views import confirming

logger = logging.getLogger(__name__)

WAITING = "provider_link"  # in the session: whose account, and who they are at the provider
VOUCHED = "provider_vouched"  # in the state of a sign-in
LASTS = 30 * 60  # seconds, as a sign-in that was begun


def wait(request: HttpRequest, user: User, identity: Identity) -> None:
    """Remember through the steps of signing in what is to be linked after the last one."""
    request.session[WAITING] = {"user": user.pk, "at": time.time(), "identity": asdict(identity)}


def drop(request: HttpRequest) -> None:
    """Remember nothing of the sort any more: another sign-in begins."""
    request.session.pop(WAITING, None)


def finish(request: HttpRequest, user: User) -> None:
    """Make the link that waited, if it is this person's and they have shown their factor."""
    found: dict[str, Any] | None = request.session.pop(WAITING, None)
    if not found or found["user"] != user.pk or time.time() - found["at"] > LASTS:
        return
    if not confirming.passed_factor(request):
        return
    identity = Identity(**found["identity"])
    try:
        links.link(user, identity, by=user, now=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        links.note_use(user, identity)
