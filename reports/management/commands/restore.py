"""The command that fills a database from a backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.management.files import reason
from reports.management.progress import Progress
from reports.services import backup_check, restore


class Command(BaseCommand):
    """Restore a backup into an empty database; all of it or nothing."""

    help = "Check a backup, then fill an empty database from it; --replace empties it first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name of the file, and whether a database may be emptied for it."""
        parser.add_argument("file", help="the backup")
        parser.add_argument(
            "--replace", action="store_true", help="remove everything that the database holds"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Check everything, then restore; say how much it was."""
        path = Path(options["file"])
        try:
            with path.open("rb") as file, Progress(self.stderr) as progress:
                size = path.stat().st_size
                with backup_check.opened(file, size=size, say=progress.say) as found:
                    count = restore.restore(found, replace=options["replace"], say=progress.say)
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read: {reason(error)}.") from error
        except backup_check.UnusableError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        made = found.manifest.get("made_at")
        self.stdout.write(f"Restored {count:,} rows, as they stood at {made}.")
