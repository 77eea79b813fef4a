"""The command that looks whether stored editions are what they were, and can be made again."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from document.errors import RenderError
from reports import rendering
from reports.formats import FORMATS
from reports.management import asked
from reports.management.progress import Progress
from reports.models import Edition, EditionFile
from reports.services import editions


class Command(BaseCommand):
    """Compare stored files with their checksums, which must match, and with new renderings."""

    help = (
        "Fail when a stored file of an edition does not match its SHA-256; "
        "say whether a new rendering is equal."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the plan, the year and the number of an edition; all of the round without one."""
        parser.add_argument("plan", help="the plan: nap2")
        parser.add_argument("year", help="the round: 2025, or 2027-evaluation")
        parser.add_argument("--edition", help="the number of one edition; all without it")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print a line for each file; raises CommandError when something does not match."""
        given = asked.round_of(options["plan"], options["year"])
        number = options["edition"]
        chosen = asked.editions_of(given) if number is None else [asked.edition_of(given, number)]
        if not chosen:
            raise CommandError(f"{given.plan.slug} {given.name} has no edition.")
        wrong: list[str] = []
        for edition in chosen:
            wrong += self.verify(edition, f"{given.plan.slug} {given.name} e{edition.number}")
        if wrong:
            raise CommandError("Not as stored: " + "; ".join(wrong) + ".")

    def verify(self, edition: Edition, name: str) -> list[str]:
        """Print what stands with an edition; return what is not as it was stored."""
        is_whole = editions.digest(edition.content.encode()) == edition.checksum
        self.stdout.write(f"{name} ({edition.state})")
        self.stdout.write(f"  snapshot  {'matches' if is_whole else 'DOES NOT MATCH'} its SHA-256")
        wrong = [] if is_whole else [f"{name} snapshot"]
        try:
            is_readable = is_whole and bool(edition.snapshot)
        except ValueError as error:
            is_readable = False
            self.stdout.write(f"  snapshot  cannot be read: {error}")
            wrong = [f"{name} snapshot (cannot be read)"]
        with Progress(self.stderr) as progress:
            for row in files(edition):
                title = f"{row.format} {row.language}".strip()
                progress.say(f"  {title} …")
                fits = editions.digest(bytes(row.content)) == row.checksum
                progress.say("")
                made = again(edition, row, is_readable=is_readable)
                self.stdout.write(f"  {title:<9} {said(fits=fits)}, {made}")
                wrong += [] if fits else [f"{name} {title}"]
        for kind, language in editions.missing_files(edition):
            title = f"{kind} {language}".strip()
            self.stdout.write(f"  {title:<9} is not there")
            wrong += [] if edition.is_frozen else [f"{name} {title} (missing)"]
        return wrong


def files(edition: Edition) -> Iterator[EditionFile]:
    """Yield the stored files, one at a time in memory."""
    order = list(FORMATS)
    keys = edition.files.values_list("pk", "format", "language")
    for key, _format, _language in sorted(keys, key=lambda row: (order.index(row[1]), row[2])):
        yield EditionFile.objects.get(pk=key)


def said(*, fits: bool) -> str:
    """Return the word for whether a file is as it was stored."""
    return "matches its SHA-256" if fits else "DOES NOT MATCH its SHA-256"


def again(edition: Edition, row: EditionFile, *, is_readable: bool) -> str:
    """Return whether a new rendering has the same bytes."""
    if not is_readable:
        return "no new rendering without the snapshot"
    try:
        made = rendering.made(edition.content, row.format, row.language)
    except RenderError as error:
        return f"a new rendering fails: {error}"
    if made == bytes(row.content):
        return "a new rendering is equal"
    return "a new rendering differs"
