"""Keeps what somebody typed and has not saved yet, and knows which forms were sent already.

Neither has a history: it is nobody's business but the writer's, and goes after a while.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from actions.models import SentForm, UnsavedText, User

LASTS = timedelta(days=30)
LONGEST_ADDRESS = 300
LANGUAGE = re.compile(r"^/(?:nl|fr|de|en)(?=/)")
Fields = Sequence[tuple[str, str]]


@transaction.atomic
def keep(address: str, fields: Fields, *, by: User, now: datetime) -> UnsavedText:
    """Keep what stands in a form, in place of what was kept of it before; only its writer sees it.

    PostgreSQL stores no NUL in JSON; nobody types one.
    """
    content = [[name, value.replace("\0", "")] for name, value in fields]
    row, _is_new = UnsavedText.objects.update_or_create(
        user=by,
        address=address_of(address),
        defaults={"content": content, "updated_at": now},
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


def address_of(path: str) -> str:
    """Return the address of a form whatever the language of its page."""
    return LANGUAGE.sub("", path)[:LONGEST_ADDRESS]


def digest_of(token: str, fields: Fields, by: User) -> str:
    """Return what two forms have in common that were sent twice: person, token and content."""
    said = json.dumps([by.pk, token, *fields], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
