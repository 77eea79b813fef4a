"""Keeps what somebody typed and has not saved yet, and knows which forms were sent already.

Neither has a history: it is nobody's business but the writer's, and goes after a while.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from actions.models import SentForm, UnsavedText, User

LASTS = timedelta(days=30)
LONGEST_ADDRESS, LONGEST_PAGE = 300, 500
LANGUAGE = re.compile(r"^/(?:nl|fr|de|en)(?=/)")
Fields = Sequence[tuple[str, str]]
# Before the names of texts that stand beside a form; the window in which a text was typed.
BESIDE, WINDOW = "earlier:", "opened"


@dataclass(frozen=True)
class Opened:
    """A page with a form: its window, by a name of its own, and when it was opened."""

    window: str
    at: datetime


@transaction.atomic
def keep(
    address: str,
    fields: Fields,
    *,
    by: User,
    now: datetime,
    opened: Opened | None = None,
    page: str = "",
) -> UnsavedText:
    """Keep what stands in a form, in place of what was kept of it before; only its writer sees it.

    ``page`` is where the form stands; "" leaves what is known of it.

    What another window has kept since this one was ``opened`` stays beside it. PostgreSQL stores
    no NUL in JSON; nobody types one.
    """
    content = [[name, value.replace("\0", "")] for name, value in fields]
    there = UnsavedText.objects.select_for_update().filter(user=by, address=address_of(address))
    content += left_beside(there.first(), content, opened)
    content += [[WINDOW, opened.window]] if opened is not None else []
    where = {"page": page} if 0 < len(page) <= LONGEST_PAGE else {}
    row, _is_new = UnsavedText.objects.update_or_create(
        user=by,
        address=address_of(address),
        defaults={"content": content, "updated_at": now, **where},
    )
    return row


def find(address: str, *, by: User, now: datetime) -> UnsavedText | None:
    """Return what somebody has not saved of a form, if it is not too old."""
    return all_of(by, now=now).filter(address=address_of(address)).first()


def all_of(user: User, *, now: datetime) -> QuerySet[UnsavedText]:
    """Return all that somebody has not saved and that is not too old, the newest first."""
    rows = UnsavedText.objects.filter(user=user, updated_at__gt=now - LASTS)
    return rows.order_by("-updated_at", "pk")


@transaction.atomic
def discard(address: str, *, by: User) -> None:
    """Forget what somebody typed into a form: it is saved, or they want it no longer."""
    UnsavedText.objects.filter(user=by, address=address_of(address)).delete()


@transaction.atomic
def settle(
    address: str, left: Fields, *, by: User, now: datetime, opened: Opened | None = None
) -> None:
    """Forget what was kept of a form that is saved, but what is ``left`` beside it.

    What another window has kept since this one was ``opened`` stays as it is.
    """
    rows = UnsavedText.objects.select_for_update()
    row = rows.filter(user=by, address=address_of(address)).first()
    if row is not None and opened is not None and is_of_another(row, opened):
        return
    if left or left_beside(row, [], None):
        keep(address, left, by=by, now=now)
    else:
        discard(address, by=by)


@transaction.atomic
def purge(*, now: datetime) -> int:
    """Forget what is too old, of everybody; return how many texts went."""
    SentForm.objects.filter(sent_at__lte=now - LASTS).delete()
    return UnsavedText.objects.filter(updated_at__lte=now - LASTS).delete()[0]


@transaction.atomic
def forget(user: User) -> None:
    """Forget all that is kept of a person."""
    UnsavedText.objects.filter(user=user).delete()
    SentForm.objects.filter(user=user).delete()


def once(
    token: str,
    fields: Fields,
    do: Callable[[], str],
    *,
    by: User,
    now: datetime,
) -> str:
    """Do something unless the very same form did it before; return where that leads.

    ``do`` returns where it leads, "" where nothing was done: then the form may be sent again.
    Of two that come at the same moment the second waits for the first.
    """
    digest = digest_of(token, fields, by)
    with transaction.atomic():
        row = SentForm(digest=digest, user=by, sent_at=now)
        SentForm.objects.bulk_create([row], ignore_conflicts=True)
        stored = SentForm.objects.select_for_update().get(pk=digest)
        if stored.leads_to:
            return stored.leads_to
        leads_to = do()
        if leads_to:
            SentForm.objects.filter(pk=digest).update(leads_to=leads_to[:500])
        else:
            stored.delete()
        return leads_to


# --- Parts ----------------------------------------------------------------------


def is_of_another(row: UnsavedText, opened: Opened) -> bool:
    """Tell whether a text was kept by another window after one was opened, which knows it not."""
    return row.updated_at > opened.at and dict(row.content).get(WINDOW) != opened.window


def left_beside(
    row: UnsavedText | None, content: list[list[str]], opened: Opened | None
) -> list[list[str]]:
    """Return what stands beside a form, and what another window kept, if nothing says it now."""
    if row is None:
        return []
    is_others = opened is not None and is_of_another(row, opened)
    said = [text for _name, text in content]
    return [
        [name if name.startswith(BESIDE) else f"{BESIDE}{name}", text]
        for name, text in row.content
        if (is_others or name.startswith(BESIDE))
        and name != WINDOW
        and text.strip()
        and not any(own.startswith(text) for own in said)
    ]


def address_of(path: str) -> str:
    """Return the address of a form whatever the language of its page."""
    return LANGUAGE.sub("", path)[:LONGEST_ADDRESS]


def digest_of(token: str, fields: Fields, by: User) -> str:
    """Return what two forms have in common that were sent twice: person, token and content."""
    said = json.dumps([by.pk, token, *fields], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
