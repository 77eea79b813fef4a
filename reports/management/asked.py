"""What the commands are asked for: a plan, a round, an edition, a format; or one clear sentence."""

from collections.abc import Iterable

from django.core.management.base import CommandError

from actions.models import Plan, ReportingRound
from document.snapshot import LANGUAGES
from reports.formats import FORMATS, of_today
from reports.models import Edition

MOST_DIGITS = 4


def number(text: str, what: str) -> int:
    """Return a number as typed; raises CommandError for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise CommandError(f"“{text}” is no {what}.")
    return int(text)


def listed(names: Iterable[object]) -> str:
    """Return some names with commas between, or that there are none."""
    return ", ".join(str(name) for name in names) or "none"


def round_of(plan: str, year: str) -> ReportingRound:
    """Return the round of a plan and a year; raises CommandError where there is none."""
    plans = Plan.objects.order_by("slug").values_list("slug", flat=True)
    if plan not in plans:
        raise CommandError(f"There is no plan “{plan}”; there are: {listed(plans)}.")
    wanted = number(year, "year")
    rounds = ReportingRound.objects.filter(plan__slug=plan).select_related("plan__source")
    found = rounds.filter(year=wanted).first()
    if found is None:
        years = rounds.order_by("year").values_list("year", flat=True)
        raise CommandError(f"{plan} has no round {wanted}; there are: {listed(years)}.")
    return found


def editions_of(given: ReportingRound) -> list[Edition]:
    """Return the editions of a round, the first first."""
    return list(Edition.objects.filter(round=given).order_by("number"))


def edition_of(given: ReportingRound, text: str) -> Edition:
    """Return an edition of a round by its number; raises CommandError where there is none."""
    wanted = number(text, "number of an edition")
    editions = editions_of(given)
    found = next((edition for edition in editions if edition.number == wanted), None)
    if found is None:
        there = listed(edition.number for edition in editions)
        name = f"{given.plan.slug} {given.year}"
        raise CommandError(f"{name} has no edition {wanted}; there are: {there}.")
    return found


def format_of(name: str, language: str) -> tuple[str, str]:
    """Return a format and the language of its file ("" for all); raises CommandError."""
    if name not in of_today():
        raise CommandError(f"There is no format “{name}”; there are: {listed(of_today())}.")
    if language and language not in LANGUAGES:
        raise CommandError(f"There is no language “{language}”; there are: {listed(LANGUAGES)}.")
    if not FORMATS[name].per_language:
        return name, ""
    if not language:
        raise CommandError(f"Choose a language with --language: {listed(LANGUAGES)}.")
    return name, language
