"""The evaluation of a plan: chapters and advice over the published yearly editions, as a snapshot.

It reads what was published and what the secretariat wrote, never an entry.
"""

from dataclasses import fields, replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.models import ReportingRound
from document.errors import RenderError
from document.snapshot import SCHEMA_VERSION, Basis, Evaluation, Snapshot, Words
from reports import builder, comparison, words
from reports.models import Edition


def build(
    given: ReportingRound, *, now: datetime, edition: int = 0, note: Words | None = None
) -> Evaluation:
    """Return everything that an evaluation says now; ``edition`` is 0 for a draft.

    Raises RenderError where no yearly edition is published any more: it rests on nothing.
    """
    editions = builder.speaking(given)
    if not editions:
        raise RenderError(_("No yearly report is published on which this evaluation could rest."))
    local = timezone.localtime(now)
    replaced = builder.newest(given)
    consultation = getattr(given, "consultation", None)
    last = last_of(editions)
    taken = {one.name: getattr(last, one.name) for one in fields(Snapshot)}
    return Evaluation(**taken | {
        "schema": SCHEMA_VERSION,
        "plan_titles": words.per_language(given.plan, "title"),
        "year": given.year,
        "kind": given.kind,
        "edition": edition,
        "date": local.date().isoformat(),
        "opened_on": "",
        "deadline": "",
        "closed_on": "",
        "is_sample": any(one.round.is_sample for one in editions),
        "site": settings.SITE_URL,
        "vocabulary": builder.vocabulary(),
        "labels": words.labels(
            evaluates=True, was_validated=builder.was_validated(consultation, replaced)
        ),
        "chapters": builder.build_chapters(given),
        "note": note or {},
        "replaces": replaced.number if replaced else None,
        "further": ("correction",) if replaced else (),
        "validated_on": (
            consultation.validated_on.isoformat()
            if consultation and consultation.validated_on
            else ""
        ),
        "validation": words.per_language(consultation, "note") if consultation else {},
        "made_at": "" if edition else local.isoformat(timespec="minutes"),
        "publisher": settings.REPORT_PUBLISHER,
        "contact": settings.CONTACT_EMAIL,
        "issn": settings.REPORT_ISSN,
        "basis": tuple(build_basis(one) for one in editions),
        "advice": builder.build_advice(given),
    })  # fmt: skip


def last_of(editions: list[Edition]) -> Snapshot:
    """Return what the last of some editions said of the actions, with all the years before it.

    Without what the actors wrote and the secretariat's own texts: they stand in that edition.
    """
    *before, last = [one.snapshot for one in editions]
    found = replace(
        last,
        actions=tuple(replace(action, history=()) for action in last.actions),
        sections=tuple(replace(section, intro={}) for section in last.sections),
        past=(),
        compared=None,
        withdrawn=(),
        notes=(),
        invited=0,
        refused=0,
    )
    found = comparison.told(found, before[::-1])
    return replace(found, actions=tuple(replace(action, entries=()) for action in found.actions))


def build_basis(edition: Edition) -> Basis:
    """Return an edition that an evaluation rests on."""
    return Basis(
        year=edition.round.year,
        edition=edition.number,
        published_on=timezone.localdate(edition.published_at).isoformat(),
        reference_date=edition.round.reference_date.isoformat(),
        checksum=edition.checksum,
    )
