"""Keeps what somebody typed and has not saved yet, and knows which forms were sent already.

Neither has a history: it is nobody's business but the writer's, and goes after a while.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from actions.models import SentForm, UnsavedText, User

LASTS = timedelta(days=30)
JUST_NOW = timedelta(minutes=10)  # in which the same text is hardly meant a second time
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


class SentBefore(Exception):  # noqa: N818  no error, but a question
    """Raised where the same was sent just now from another page; ``leads_to`` is where it led."""

    def __init__(self, leads_to: str) -> None:
        super().__init__(leads_to)
        self.leads_to = leads_to


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


def settle(
    address: str,
    left: Fields,
    *,
    by: User,
    now: datetime,
    opened: Opened | None = None,
    stored: Fields = (),
) -> None:
    """Forget what was kept of a form that is saved, but what is ``left`` beside it.

    What another window has kept since this one was ``opened`` stays as it is. What is ``stored``
    stands beside it no longer: a browser that went back and forth offers it to itself. Every draft
    that saves itself comes by here: where nothing is kept nobody waits for a turn to write.
    """
    there = UnsavedText.objects.filter(user=by, address=address_of(address))
    if not left and not there.exists():
        return
    with transaction.atomic():
        row = there.select_for_update().first()
        if row is not None and opened is not None and is_of_another(row, opened):
            return
        known = plain(text for _name, text in stored)
        rest = [(name, text) for name, text in left if not is_said(text, known)]
        more = left_beside(row, [*rest, *stored], None)
        rest += [(name, text) for name, text in more]
        discard(address, by=by)
        if rest:
            keep(address, rest, by=by, now=now, page=row.page if row else "")


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
    said: Fields = (),
    again: bool = False,
) -> str:
    """Do something unless the very same form did it before; return where that leads.

    ``do`` returns where it leads, "" where nothing was done: then the form may be sent again.
    Of two that come at the same moment the second waits for the first. ``said`` is what a form
    says whatever its token: where another page said the same just now, as after going back in a
    browser, SentBefore is raised, unless it is meant ``again``.
    """
    digest = digest_of(token, fields, by)
    with transaction.atomic():
        sent = claim(digest, by=by, now=now)
        if sent.leads_to:
            return sent.leads_to
        same = claim(digest_of("", said, by), by=by, now=now) if said else None
        if same and same.leads_to and same.sent_at > now - JUST_NOW and not again:
            raise SentBefore(same.leads_to)
        leads_to = do()
        for row in filter(None, (sent, same)):
            record(row, leads_to, now=now)
        return leads_to


# --- Parts ----------------------------------------------------------------------


def claim(digest: str, *, by: User, now: datetime) -> SentForm:
    """Return what is known of a form that is being sent, for nobody else until this is done."""
    row = SentForm(digest=digest, user=by, sent_at=now)
    SentForm.objects.bulk_create([row], ignore_conflicts=True)
    return SentForm.objects.select_for_update().get(pk=digest)


def record(row: SentForm, leads_to: str, *, now: datetime) -> None:
    """Remember where a form led; forget one that never led anywhere."""
    if leads_to:
        SentForm.objects.filter(pk=row.pk).update(leads_to=leads_to[:500], sent_at=now)
    elif not row.leads_to:
        row.delete()


def is_of_another(row: UnsavedText, opened: Opened) -> bool:
    """Tell whether a text was kept by another window after one was opened, which knows it not."""
    return row.updated_at > opened.at and dict(row.content).get(WINDOW) != opened.window


def left_beside(
    row: UnsavedText | None, content: Iterable[Sequence[str]], opened: Opened | None
) -> list[list[str]]:
    """Return what stands beside a form, and what another window kept, if nothing says it now."""
    if row is None:
        return []
    is_others = opened is not None and is_of_another(row, opened)
    known = plain(text for _name, text in content)
    return [
        [name if name.startswith(BESIDE) else f"{BESIDE}{name}", text]
        for name, text in row.content
        if (is_others or name.startswith(BESIDE)) and name != WINDOW and not is_said(text, known)
    ]


def plain(texts: Iterable[str]) -> list[str]:
    """Return texts as they are compared: without what a browser adds to them."""
    return [text.replace("\r\n", "\n").strip() for text in texts]


def is_said(text: str, known: Iterable[str]) -> bool:
    """Tell whether a text is empty, or one of others or their beginning."""
    own = plain([text])[0]
    return not own or any(one.startswith(own) for one in known)


def address_of(path: str) -> str:
    """Return the address of a form whatever the language of its page."""
    return LANGUAGE.sub("", path)[:LONGEST_ADDRESS]


def digest_of(token: str, fields: Fields, by: User) -> str:
    """Return what two forms have in common that were sent twice: person, token and content."""
    said = json.dumps([by.pk, token, *fields], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
