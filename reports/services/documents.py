"""Documents on request that take long: asked for on a page, made by ``manage.py work``."""

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from actions.models import User
from document.errors import RenderError
from reports import rendering
from reports.making import BusyError
from reports.models import DONE, FAILED, RUNNING, WAITING, Document
from reports.services import jobs, recipes
from reports.services.recipes import Recipe

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)
MOST_KEPT = 100  # of what everybody may ask for; a megabyte each at most
MOST_WAITING = 20  # of what everybody may ask for
AGAIN_AFTER = timedelta(minutes=1)  # what failed may be asked for again


def ask(
    recipe: Recipe, *, owner: User | None = None, anew: bool = False, now: datetime
) -> Document:
    """Ask for a document, and return it as it stands: equal ones are made once.

    ``owner`` alone gets what is not for everybody. ``anew`` asks once more for what is made.
    Raises BusyError where too many ask.
    """
    key = key_of(recipe, owner)
    row = Document.objects.filter(key=key).first()
    if row is None:
        if owner is None and waiting() >= MOST_WAITING:
            raise BusyError
        asked = {"recipe": dict(recipe), "owner": owner, "asked_at": now}
        return Document.objects.get_or_create(key=key, defaults=asked)[0]
    if (row.state == DONE and anew) or (row.state == FAILED and may_ask_again(row, now)):
        with transaction.atomic():
            row.content = None
            jobs.ask_again(row, now=now, also=["content"])
    return row


def key_of(recipe: Recipe, owner: User | None) -> str:
    """Return the key under which a recipe is kept, for everybody or for one person."""
    whose = owner.pk if owner else None
    text = json.dumps([whose, recipe], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def waiting() -> int:
    """Return how many documents everybody may ask for are not made yet."""
    return Document.objects.filter(owner=None, state__in=[WAITING, RUNNING]).count()


def may_ask_again(row: Document, now: datetime) -> bool:
    """Tell whether what failed is worth another try; its owner says when, others wait."""
    return row.owner_id is not None or row.asked_at <= now - AGAIN_AFTER


# --- The worker -------------------------------------------------------------------------


def work(*, clock: Callable[[], datetime] = timezone.now) -> Document | None:
    """Make the document that waits longest; None where none waits. What is old is forgotten."""
    forget(now=clock())
    row = jobs.take(Document.objects.defer("content"), now=clock())
    if row is None:
        return None
    try:
        content = rendering.alone(*recipes.order(row.recipe))
    except RenderError as error:
        logger.warning("%s was not made: %s", row, error)
        jobs.change(row, state=FAILED, problems=[jobs.problem(str(error))])
    except DatabaseError:
        jobs.change(row, state=WAITING, taken_at=None)
        raise
    except Exception as error:
        logger.exception("%s was not made", row)
        jobs.change(row, state=FAILED, problems=[jobs.problem(str(rendering.named(error)))])
    else:
        jobs.change(row, state=DONE, content=content)
    return row


def forget(*, now: datetime) -> None:
    """Remove documents of yesterday, and of those for everybody all but the newest."""
    ended = Document.objects.filter(state__in=[DONE, FAILED])
    remove(ended.filter(asked_at__lt=now - KEPT))
    beyond = ended.filter(owner=None).order_by("-asked_at", "-pk")[MOST_KEPT:]
    remove(Document.objects.filter(pk__in=list(beyond.values_list("pk", flat=True))))


def remove(rows: QuerySet[Document]) -> None:
    """Remove documents; where there are none, nobody else's writing waits for it."""
    if rows.exists():
        rows.delete()
