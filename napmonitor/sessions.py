"""Sessions and messages: a session ends a day after signing in; cookies are this host's alone."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

SINCE = "signed_in_at"  # in the session: when it began


class SessionStore(DatabaseSessions):
    """A session in the database: it ends with silence, and at the latest so long after signing in.

    The times are ``SESSION_COOKIE_AGE`` and ``SESSION_LONGEST``.
    """

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Return for how many seconds the session lasts if nobody uses it."""
        return max(0, min(super().get_expiry_age(**kwargs), self.seconds_left()))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """Return when the session ends if nobody uses it."""
        latest = timezone.now() + timedelta(seconds=self.seconds_left())
        return min(super().get_expiry_date(**kwargs), latest)

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  as Django has it
        """Store the session; raise what the database said where it is away.

        Django takes each fault here for a session that somebody ended meanwhile, and answers 400:
        who asks while the database starts anew would read that they asked wrongly.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise

    def seconds_left(self) -> int:
        """Return after how many seconds it is asked anew who it is, however much they do."""
        began = self.get(SINCE)
        spent = 0 if began is None else time.time() - began
        return int(settings.SESSION_LONGEST - spent)


@receiver(user_logged_in)
def note_begin(request: HttpRequest, **_more: Any) -> None:
    """Remember when somebody signed in."""
    request.session[SINCE] = time.time()


class HostMessages(CookieStorage):
    """Keeps a message for the next page in a cookie that no other host can set."""

    cookie_name = f"{settings.HOST_ONLY}messages"


class Messages(FallbackStorage):
    """Keeps messages in that cookie; what it cannot hold, in the session."""

    storage_classes = (HostMessages, SessionStorage)
