"""The command that writes the whole database into one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from actions.services import endings
from reports.management.files import PRIVATE, written
from reports.management.progress import Progress
from reports.services import backup


class Command(BaseCommand):
    """Write a backup that either database can be restored from."""

    help = "Write the whole database into one new file, which only its owner can read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name of the file."""
        parser.add_argument("file", help="the file to write; it must not exist yet")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write it beside its place, then put it there; say how much it is."""
        path = Path(options["file"])
        endings.begin()
        with Progress(self.stderr) as progress, written(path, new=True, mode=PRIVATE) as file:
            manifest = backup.write(file, now=timezone.now(), say=progress.say)
        rows = sum(table["rows"] for table in manifest["tables"])
        self.stdout.write(f"{path}: {rows:,} rows, {path.stat().st_size:,} bytes.")
