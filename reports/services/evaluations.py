"""Starts the evaluation of a plan, and keeps what stakeholders advised for any report."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.enums import RoundKind, RoundState
from actions.models import Plan, ReportingRound, User
from actions.refusals import Refused
from actions.services import plan as plans
from actions.services import rounds as round_service
from actions.services import seen as seeing
from document.snapshot import LANGUAGES
from reports import builder
from reports.models import Advice, Chapter, DraftComment, Edition

# What keeps an evaluation from being taken back.
WRITTEN = (Chapter, Advice, DraftComment, Edition)
# What an advice says, in the order of its digest.
ADVISED = (
    *(
        f"{name}_{code}"
        for name in ("author", "title", "participants", "text", "done")
        for code in LANGUAGES
    ),
    "received_on", "address",
)  # fmt: skip


@transaction.atomic
def start(plan: Plan, *, year: int, by: User, now: datetime) -> ReportingRound:
    """Start the evaluation of a plan in a year, over the yearly reports published up to it.

    It is closed for entries from the start. Raises ValidationError, by field, where the plan has
    one for this year, or no yearly report up to then.
    """
    round_service.secretariat(by, now)
    stored = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if not stored.is_published:
        raise ValidationError({"plan": _("Readers do not see this plan yet: publish it first.")})
    same = ReportingRound.of_any_kind.filter(plan=stored, year=year, kind=RoundKind.EVALUATION)
    if same.exists():
        raise ValidationError({"year": _("The plan has an evaluation for this year already.")})
    today = timezone.localdate(now)
    made = ReportingRound(
        plan=stored, year=year, kind=RoundKind.EVALUATION.value, state=RoundState.CLOSED.value,
        opens_on=today, deadline=today, closes_on=today, opened_at=now, closed_at=now,
        reference_date=today,
    )  # fmt: skip
    editions = builder.speaking(made)
    if not editions:
        raise ValidationError(
            {"year": _("No yearly report of this plan is published up to this year.")}
        )
    made.reference_date = editions[-1].round.reference_date
    made.is_sample = any(edition.round.is_sample for edition in editions)
    plans.save(made, by=by)
    return made


@transaction.atomic
def remove(evaluation: ReportingRound, *, by: User, now: datetime) -> None:
    """Take back an evaluation that was started by mistake: nothing was written for it yet."""
    round_service.secretariat(by, now)
    stored = round_service.lock(evaluation)
    if not stored.is_evaluation or not is_empty(stored):
        raise Refused(_("Something is written for this evaluation already: it stays."))
    plans.delete(stored, by=by)


def is_empty(evaluation: ReportingRound) -> bool:
    """Tell whether nobody has written anything for an evaluation, and no edition was made."""
    return not any(kind.objects.filter(round=evaluation).exists() for kind in WRITTEN)


@transaction.atomic
def save_advice(
    advice: Advice, columns: Mapping[str, Any], *, seen: str | None = None, by: User, now: datetime
) -> Advice:
    """Store an advice, by column; raises Conflict where it is no longer what was ``seen``.

    Raises ValidationError where nobody is named from whom it came, or nothing says what it was.
    """
    round_service.secretariat(by, now)
    if advice.pk:
        stored = Advice.objects.select_for_update().filter(pk=advice.pk).first()
        if stored is None:
            raise Refused(_("Somebody else has removed this advice meanwhile."))
        advice = stored
    given = {name: columns[name] for name in ADVISED}
    seeing.check(advice, given, seen)
    for name, value in given.items():
        setattr(advice, name, value)
    _check_advice(advice, on=timezone.localdate(now))
    plans.save(advice, by=by)
    return advice


def _check_advice(advice: Advice, *, on: date) -> None:
    found = {}
    if not any(getattr(advice, f"author_{code}") for code in LANGUAGES):
        found["author_nl"] = _("Say from whom it came.")
    if not any(getattr(advice, f"text_{code}") for code in LANGUAGES) and not advice.address:
        found["text_nl"] = _("Write what was advised, or give the address of the document.")
    if advice.received_on and advice.received_on > on:
        found["received_on"] = _("Choose today or an earlier day.")
    if found:
        raise ValidationError(found)


@transaction.atomic
def remove_advice(advice: Advice, *, by: User, now: datetime) -> None:
    """Remove an advice; its history stays. Twice does nothing."""
    round_service.secretariat(by, now)
    stored = Advice.objects.select_for_update().filter(pk=advice.pk).first()
    if stored is not None:
        plans.delete(stored, by=by)
