"""What the commands are asked for: a plan, a round, an edition, a format; or one clear sentence."""

from collections.abc import Iterable

from django.core.management.base import CommandError

from actions.enums import RoundKind
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
    rounds = ReportingRound.of_any_kind.filter(plan__slug=plan).select_related("plan__source")
    found = next((one for one in rounds if one.name == name_of(year)), None)
    if found is None:
        there = listed(one.name for one in rounds.order_by("year", "-kind"))
        raise CommandError(f"{plan} has no round {name_of(year)}; there are: {there}.")
    return found


def name_of(text: str) -> str:
    """Return the name of a round, 2025 or 2027-evaluation; raises CommandError for another text."""
    year, dash, kind = text.partition("-")
    given = str(number(year, "year"))
    if dash and kind != RoundKind.EVALUATION:
        raise CommandError(f"“{text}” is no round: give a year, or a year with -evaluation.")
    return f"{given}-{kind}" if dash else given


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
        name = f"{given.plan.slug} {given.name}"
        raise CommandError(f"{name} has no edition {wanted}; there are: {there}.")
    return found


def format_of(name: str, language: str, *, evaluates: bool = False) -> tuple[str, str]:
    """Return a format and the language of its file ("" for all); raises CommandError."""
    there = of_today(evaluates=evaluates)
    if name not in there:
        raise CommandError(f"There is no format “{name}”; there are: {listed(there)}.")
    if language and language not in LANGUAGES:
        raise CommandError(f"There is no language “{language}”; there are: {listed(LANGUAGES)}.")
    if not FORMATS[name].per_language:
        return name, ""
    if not language:
        raise CommandError(f"Choose a language with --language: {listed(LANGUAGES)}.")
    return name, language
