"""What is checked of the settings and of the database when the application starts."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from actions.database import missing_triggers

HERE = {"", "localhost", "127.0.0.1", "::1"}  # on this machine


@register()
def site_address(**_: Any) -> list[CheckMessage]:
    """Warn where letters would have links that lead nowhere."""
    if settings.SITE_URL.startswith(("https://", "http://")):
        return []
    return [
        Warning(
            "SITE_URL is not set: the links in letters lead nowhere.",
            hint="Set SITE_URL to the address of the site, such as https://napmonitor.example.",
            id="actions.W001",
        )
    ]


@register()
def encrypted_ways(**_: Any) -> list[CheckMessage]:
    """Warn where letters or rows would cross a network in the clear (ASVS 12.3.1)."""
    return [
        Warning(f"{name} is asked over a network without TLS.", hint=hint, id="actions.W002")
        for name, hint in open_ways()
        if not settings.DEBUG
    ]


def open_ways() -> Iterator[tuple[str, str]]:
    """Yield what is reached on another machine without TLS, and how to mend it."""
    if settings.EMAIL_HOST not in HERE and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield "The mail server", "Begin EMAIL_URL with smtp+tls:// or smtp+ssl://."
    database = settings.DATABASES["default"]
    host = database.get("HOST") or ""
    is_here = host in HERE or host.startswith("/")
    if not is_here and database.get("OPTIONS", {}).get("sslmode") != "verify-full":
        yield "The database", "End DATABASE_URL with ?sslmode=verify-full&sslrootcert=FILE."


@register(Tags.database)
def guards(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a database in which something that guards it is missing (``check --database``)."""
    return [
        Error(
            f"The database {name} is not guarded: {', '.join(missing)}.",
            hint="A migration was stopped in the middle: run manage.py migrate.",
            id="actions.E001",
        )
        for name in databases or ()
        if (missing := missing_triggers(using=name))
    ]


@register()
def endings_list(**_: Any) -> list[CheckMessage]:
    """Refuse a place where the list of what ended cannot be written."""
    place = Path(settings.ENDINGS_FILE)
    there = next(one for one in (place, *place.parents) if one.exists())
    if not place.is_dir() and os.access(there, os.W_OK):
        return []
    return [
        Error(
            f"{place} cannot be written: a restored backup would bring back who was erased since.",
            hint="Set ENDINGS_FILE to a file that the site may write, apart from the database.",
            id="actions.E002",
        )
    ]
