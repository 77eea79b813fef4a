"""The command that writes the report of a round into a file: a draft, or an edition."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from actions.models import ReportingRound
from document.errors import RenderError
from reports.formats import FORMATS
from reports.management import asked
from reports.management.files import written
from reports.management.progress import Progress
from reports.models import Edition
from reports.services import editions


class Command(BaseCommand):
    """Write the draft of a round as it stands now, or a published edition as it was stored."""

    help = "Write the report of a round into a file: a draft, or with --edition a published one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the plan and the year, and which file is wanted."""
        parser.add_argument("plan", help="the plan: nap2")
        parser.add_argument("year", help="the round: 2025, or 2027-evaluation")
        parser.add_argument("--language", default="", help="nl, fr, de or en")
        parser.add_argument("--format", required=True, help=", ".join(FORMATS))
        parser.add_argument("--output", required=True, help="the file to write")
        parser.add_argument("--edition", help="the number of a published edition")

    def handle(self, *_: Any, **options: Any) -> None:
        """Find, make, write; say how much it is."""
        given = asked.round_of(options["plan"], options["year"])
        name, language = asked.format_of(
            options["format"], options["language"], evaluates=given.is_evaluation
        )
        path = Path(options["output"])
        number = options["edition"]
        edition = asked.edition_of(given, number) if number is not None else None
        with Progress(self.stderr) as progress, written(path) as file:
            if edition:
                progress.say(f"Reading edition {edition.number} …")
                content = stored(edition, name, language)
            else:
                content = draft(given, name, language, progress)
            file.write(content)
        kind = f"edition {edition.number}" if edition else "draft"
        self.stdout.write(f"{path}: {kind}, {len(content):,} bytes.")


def stored(edition: Edition, name: str, language: str) -> bytes:
    """Return a stored file; raises CommandError where the edition is not published."""
    if edition.is_withdrawn:
        raise CommandError(f"Edition {edition.number} was withdrawn.")
    if not edition.is_published:
        raise CommandError(f"Edition {edition.number} is not published yet.")
    row = edition.files.filter(format=name, language=language).first()
    if row is None:
        raise CommandError(f"Edition {edition.number} has no such file: {name} {language}.")
    content = bytes(row.content)
    if editions.digest(content) != row.checksum:
        raise CommandError(f"The stored file {name} {language} does not match its SHA-256.")
    return content


def draft(given: ReportingRound, name: str, language: str, progress: Progress) -> bytes:
    """Return the draft of a round in a format; raises CommandError where it cannot be made."""
    if given.is_planned:
        raise CommandError(f"The round {given.plan.slug} {given.name} has not opened yet.")
    progress.say(f"Reading the round {given.name} …")
    try:
        snapshot = editions.draft(given, now=timezone.now())
        progress.say(f"Making {name} …")
        return FORMATS[name].render(snapshot, language or "en")
    except RenderError as error:
        raise CommandError(f"The report could not be made. {error}") from error
