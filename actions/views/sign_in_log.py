"""Logs who signs in and out, what was refused, and what changes about how: accounts by their key.

No line holds an address, a code or a password that somebody typed. Its logger,
``napmonitor.security``, speaks whatever ``LOG_LEVEL`` says.
"""

import logging
from typing import Any

from allauth.account.signals import (
    authentication_step_completed,
    login_code_rejected,
    password_changed,
    password_set,
)
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from actions.models import User

logger = logging.getLogger("napmonitor.security")


@receiver(authentication_step_completed)
def step_taken(user: Any, method: str, **more: Any) -> None:
    """Log that a code, a password or a factor was right."""
    again = "again " if more.get("reauthenticated") else ""
    kind = f" ({more['type']})" if more.get("type") else ""
    logger.info("account %s proved %swho it is by %s%s", user.pk, again, method, kind)


@receiver(user_logged_in)
def signed_in(user: Any, **_more: Any) -> None:
    """Log that somebody is in."""
    logger.info("account %s signed in", user.pk)


@receiver(user_logged_out)
def signed_out(user: Any, **_more: Any) -> None:
    """Log that somebody left."""
    logger.info("account %s signed out", user and user.pk)


@receiver(user_login_failed)
def wrong_password(credentials: dict[str, Any], **_more: Any) -> None:
    """Log a wrong password; the look-up is made for an address without an account as well."""
    given = str(credentials.get("email") or "")
    found = User.objects.filter(email__iexact=given).values_list("pk", flat=True).first()
    logger.warning("wrong password for account %s", found)


@receiver(login_code_rejected)
def wrong_code(user: Any, **_more: Any) -> None:
    """Log a wrong code of a letter."""
    logger.warning("wrong mailed code for account %s", user and user.pk)


@receiver(authentication_failed)
def wrong_factor(user: Any, **_more: Any) -> None:
    """Log a wrong code of an app, or a recovery code that is none."""
    logger.warning("wrong second factor for account %s", user.pk)


@receiver([password_changed, password_set])
def new_password(user: Any, **_more: Any) -> None:
    """Log a new password."""
    logger.info("account %s has a new password", user.pk)


@receiver(authenticator_added)
def factor_added(user: Any, authenticator: Any, **_more: Any) -> None:
    """Log a new factor."""
    logger.info("account %s added a factor (%s)", user.pk, authenticator.type)


@receiver(authenticator_removed)
def factor_removed(user: Any, authenticator: Any, **_more: Any) -> None:
    """Log that a factor went."""
    logger.info("account %s removed a factor (%s)", user.pk, authenticator.type)


@receiver(authenticator_reset)
def factor_renewed(user: Any, authenticator: Any, **_more: Any) -> None:
    """Log new recovery codes."""
    logger.info("account %s renewed a factor (%s)", user.pk, authenticator.type)
