"""Plans the steps of a round: days, who sees to each, who stands in, and what is ticked by hand."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.enums import DATED_BY_ROUND, NOT_BY_LAW, REVIEWING_ROLES, TICKED, StepKind
from actions.models import Membership, ReportingRound, RoundStep, User
from actions.rules import workdays
from actions.services import plan
from actions.services import seen as seeing
from actions.services.entries import day
from actions.services.rounds import lock, secretariat

# The steps of a round in order, the translation once for each language.
STEPS: tuple[tuple[StepKind, str], ...] = tuple(
    (kind, language)
    for kind in StepKind
    for language in (("nl", "fr", "de", "en") if kind == StepKind.TRANSLATE else ("",))
)
PEOPLE = ("person", "stand_in")
YEARS_BEFORE, YEARS_AFTER = 1, 3  # in which a step of a round may be planned


def key_of(kind: StepKind, language: str) -> str:
    """Return what a step is known by in its round; see ``RoundStep.key``."""
    return f"{kind}_{language}" if language else kind.value


def parts_of(kind: StepKind, language: str) -> Iterator[str]:
    """Yield what of a step somebody sets; the days of a round are set with the round."""
    if kind not in DATED_BY_ROUND:
        yield "planned_on"
    yield from PEOPLE
    if kind in TICKED:
        yield "done_on"
    if kind in TICKED or language in NOT_BY_LAW:
        yield "not_needed"


# Every part of every step, as forms name it.
NAMES = tuple(
    f"{key_of(*step)}_{part}" for step in STEPS for part in parts_of(*step)
)  # fmt: skip


def of_round(given: ReportingRound) -> dict[str, RoundStep]:
    """Return what is planned of a round by the key of each step; what is not stored is empty."""
    stored = {row.key: row for row in given.steps.select_related(*PEOPLE)}
    return {
        key_of(*step): stored.get(key_of(*step))
        or RoundStep(round=given, kind=step[0].value, language=step[1])
        for step in STEPS
    }


def as_one(given: ReportingRound, rows: Mapping[str, RoundStep]) -> Any:
    """Return all steps of a round as one thing, with every part by the name that forms have."""
    found = SimpleNamespace(pk=given.pk)
    for step in STEPS:
        row = rows[key_of(*step)]
        for part in parts_of(*step):
            column = f"{part}_id" if part in PEOPLE else part
            setattr(found, f"{row.key}_{part}", getattr(row, column))
    return found


def eligible() -> dict[int, User]:
    """Return who may see to a step: whoever belongs to the secretariat, or reviews; by key."""
    seats = Membership.objects.current().filter(
        role__in=[role.value for role in REVIEWING_ROLES], user__erased_at__isnull=True
    )
    return {user.pk: user for user in User.objects.filter(pk__in=seats.values("user"))}


@transaction.atomic
def save(
    given: ReportingRound,
    *,
    parts: Mapping[str, Any],
    seen: str | None = None,
    by: User,
    now: datetime,
) -> ReportingRound:
    """Store what is planned of the steps of a round: every part by its name, see ``NAMES``.

    Only the secretariat. Raises ValidationError by name, and Conflict where what is stored is no
    longer what was ``seen``, a digest of it.
    """
    secretariat(by, now)
    stored = lock(given)
    rows = of_round(stored)
    wanted = {name: parts[name] for name in NAMES}
    seeing.check(as_one(stored, rows), wanted, seen)
    known = eligible()
    problems: dict[str, Any] = {}
    for step in STEPS:
        row = rows[key_of(*step)]
        problems |= change(row, wanted, known=known, on=day(now), by=by)
    if problems:
        raise ValidationError(problems)
    return stored


def change(
    row: RoundStep, wanted: Mapping[str, Any], *, known: Mapping[int, User], on: date, by: User
) -> dict[str, Any]:
    """Store one step; return what is wrong with it, by the name of each part."""
    step = (StepKind(row.kind), row.language)
    before = (row.person_id, row.stand_in_id)
    problems: dict[str, Any] = {}
    for part in parts_of(*step):
        value = wanted[f"{row.key}_{part}"]
        if part in PEOPLE and value is not None and value not in (*known, *before):
            problems[part] = _("This person does not belong to the secretariat or the reviewers.")
            continue
        setattr(row, f"{part}_id" if part in PEOPLE else part, value)
    problems |= wrong_days(row, on=on)
    is_empty = not any((row.planned_on, row.person_id, row.stand_in_id, row.done_on))
    if not problems and (row.pk or row.not_needed or not is_empty):
        try:
            plan.save(row, by=by)
        except ValidationError as error:
            problems |= error.message_dict
    return {f"{row.key}_{part}": words for part, words in problems.items()}


def wrong_days(row: RoundStep, *, on: date) -> dict[str, Any]:
    """Return which days of a step cannot be, by part."""
    found: dict[str, Any] = {}
    year = row.round.year
    if row.planned_on and not year - YEARS_BEFORE <= row.planned_on.year <= year + YEARS_AFTER:
        message = _("Choose a day in the years %(first)s to %(last)s.")
        params = {"first": year - YEARS_BEFORE, "last": year + YEARS_AFTER}
        found["planned_on"] = ValidationError(message, params=params)
    if row.done_on and row.done_on > on:
        found["done_on"] = _("Choose today or an earlier day.")
    return found


def days_off(given: ReportingRound) -> list[tuple[RoundStep, date]]:
    """Return the steps that are planned on a day on which nobody works, with the next working day.

    Those that are the days of the round itself are told where these are set.
    """
    rows = [row for row in of_round(given).values() if row.planned_on]
    return [
        (row, workdays.first_from(row.planned_on))
        for row in rows
        if row.planned_on and not workdays.is_working_day(row.planned_on)
    ]
