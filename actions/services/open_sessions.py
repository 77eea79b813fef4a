"""The sessions in which somebody is signed in: which there are, and ending some of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.contrib.sessions.models import Session
from django.utils.crypto import salted_hmac

from actions.models import User
from actions.services import accounts

OPENED = "opened"  # in the session: when it was, and the browser that said so
# As browsers name themselves, the special before the general that they name too.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
    "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "Android": "Android", "iPhone": "iOS", "iPad": "iPadOS", "Windows": "Windows",
    "Mac OS X": "macOS", "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


class OpenSession(NamedTuple):
    """A session: ``mark`` names it in a form and opens nothing; ``device`` may be unknown ("")."""

    mark: str
    at: datetime | None
    device: str
    is_here: bool


def opened(agent: str, *, now: datetime) -> dict[str, Any]:
    """Return what a session keeps of how it began: no address, and of the browser two words."""
    return {"at": now.timestamp(), "device": device(agent)}


def device(agent: str) -> str:
    """Return what a browser calls itself in words: "Firefox, Windows"; "" where it says neither."""
    found = (
        next((word for sign, word in words.items() if sign in agent), "")
        for words in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, found))


def of(user: User, *, here: str, now: datetime) -> list[OpenSession]:
    """Return the sessions of an account, this one first, then the newest."""
    found = [
        OpenSession(mark_of(row.pk), begun(data), str(data.get("device", "")), row.pk == here)
        for row, data in held(user, now=now)
    ]
    return sorted(found, key=lambda one: (one.is_here, one.at is not None, one.at), reverse=True)


def held(user: User, *, now: datetime) -> Iterator[tuple[Session, dict[str, Any]]]:
    """Yield the rows of the sessions of an account that last, with how they began."""
    for row in Session.objects.filter(expire_date__gt=now).iterator():
        data = row.get_decoded()
        if accounts.is_signed_in(data, user):
            yield row, data.get(OPENED) or {}


def begun(data: dict[str, Any]) -> datetime | None:
    """Return when a session began; None for one that began before this was kept."""
    at = data.get("at")
    return None if at is None else datetime.fromtimestamp(at, UTC)


def end(user: User, mark: str, *, here: str, now: datetime) -> None:
    """End one other session of an account; one that has ended already is no fault."""
    for row, _data in held(user, now=now):
        if row.pk != here and mark_of(row.pk) == mark:
            row.delete()


def mark_of(key: str) -> str:
    """Return what names a session in a form: its key itself would open it."""
    return salted_hmac("actions.open_sessions", key, algorithm="sha256").hexdigest()[:32]
