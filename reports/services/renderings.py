"""The files of frozen editions: asked for by the secretariat, made by ``manage.py work``."""

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.models import User
from actions.refusals import Refused
from actions.services import rounds as round_service
from document.errors import RenderError
from reports import rendering
from reports.models import DONE, FAILED, WAITING, Edition, Rendering
from reports.services import editions, jobs

logger = logging.getLogger(__name__)


class Progress(NamedTuple):
    """How far the files of an edition are; ``problems`` say which failed, and why.

    ``is_under_way`` tells that nobody has to ask again, ``is_waiting`` that no worker is at it.
    """

    made: int
    whole: int
    is_under_way: bool
    is_waiting: bool
    problems: list[dict[str, str]]


def ask(edition: Edition, *, by: User, now: datetime) -> Rendering:
    """Ask for the files that a frozen edition lacks; asking twice changes nothing.

    Only for the secretariat. Raises Refused for an edition that is not frozen any more.
    """
    round_service.secretariat(by, now)
    with transaction.atomic():
        found = Edition.objects.select_for_update(of=("self",)).filter(pk=edition.pk).first()
        if found is None or not found.is_frozen:
            raise Refused(_("The frozen edition was discarded meanwhile."))
        asked = {"asked_by": by, "asked_at": now}
        row, is_new = Rendering.objects.get_or_create(edition=found, defaults=asked)
        if not is_new and not jobs.is_under_way(row, now=now):
            row.asked_by = by
            jobs.ask_again(row, now=now, also=["asked_by"])
        return row


def progress(edition: Edition, *, now: datetime) -> Progress:
    """Return how far the files of an edition are."""
    row = Rendering.objects.filter(edition=edition).first()
    missing = len(editions.missing_files(edition))
    there = edition.files.count()
    return Progress(
        made=there,
        whole=there + missing,
        is_under_way=bool(missing and row and jobs.is_under_way(row, now=now)),
        is_waiting=bool(missing and row and jobs.is_waiting(row, now=now)),
        problems=row.problems if row and missing and row.state == FAILED else [],
    )


# --- The worker -------------------------------------------------------------------------


def work(
    *, clock: Callable[[], datetime] = timezone.now, is_stopped: Callable[[], bool] = bool
) -> Rendering | None:
    """Make the files of the edition that waits longest; None where none waits.

    Each file is stored by itself, so that a stop in between costs only those at work. A file
    that fails is named, and the others are made all the same.
    """
    row = take(now=clock())
    if row is None:
        return None
    try:
        make(row, clock=clock, is_stopped=is_stopped)
    except Exception:
        jobs.change(row, state=WAITING, taken_at=None)
        raise
    return row


def take(*, now: datetime) -> Rendering | None:
    """Claim the rendering that waits longest, or that somebody left."""
    return jobs.take(Rendering.objects.select_related("edition__round__plan"), now=now)


def make(row: Rendering, *, clock: Callable[[], datetime], is_stopped: Callable[[], bool]) -> None:
    """Make and store the files of an edition, and how that ended."""
    edition = row.edition
    problems: list[dict[str, str]] = []
    with closing(rendering.files(edition.content, editions.missing_files(edition))) as found:
        for (name, language), made in found:
            if isinstance(made, RenderError):
                logger.warning("%s %s %s was not made: %s", edition, name, language, made)
                problems.append(jobs.problem(str(made), name, language))
            elif not store(edition, name, language, made):
                logger.info("%s was discarded while its files were made", edition)
                return
            if not jobs.change(row, taken_at=clock()):
                return  # somebody thought that we were gone, and makes them now
            if is_stopped():
                jobs.change(row, state=WAITING, taken_at=None, attempts=0)
                return
    jobs.change(row, state=FAILED if problems else DONE, problems=problems)


def store(edition: Edition, name: str, language: str, content: bytes) -> bool:
    """Store a file; tell whether the edition was still there, and frozen."""
    try:
        with transaction.atomic():
            rows = Edition.objects.select_for_update(of=("self",)).filter(pk=edition.pk)
            found = rows.only("state").first()
            if found is None or not found.is_frozen:
                return False
            editions.store_file(found, name, language, content)
    except IntegrityError:
        return False
    return True
