"""The command that fills a database from a backup."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from actions.services import endings, factors
from reports.management.files import reason
from reports.management.progress import Progress
from reports.services import backup_check, restore


class Command(BaseCommand):
    """Restore a backup into an empty database; all of it or nothing.

    Who was erased or lost a right after the backup was made does not come back with it: that
    is read from the list of what ended, and done again.
    """

    help = "Check a backup, then fill an empty database from it; --replace empties it first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name of the file, and whether a database may be emptied for it."""
        parser.add_argument("file", help="the backup")
        parser.add_argument(
            "--replace", action="store_true", help="remove everything that the database holds"
        )

        parser.add_argument(
            "--endings", action="append", metavar="FILE", default=[],
            help="a list of what has ended since, other than ENDINGS_FILE; may be said again",
        )  # fmt: skip
        parser.add_argument(
            "--without-endings", action="store_true",
            help="restore without any such list, and see to what ended by hand",
        )  # fmt: skip

    def handle(self, *_: Any, **options: Any) -> None:
        """Check everything, then restore; say how much it was."""
        path = Path(options["file"])
        try:
            with path.open("rb") as file, Progress(self.stderr) as progress:
                size = path.stat().st_size
                with backup_check.opened(file, size=size, say=progress.say) as found:
                    made = moment(found.manifest)
                    ended = [] if options["without_endings"] else since(made, options["endings"])
                    count, again = restore.restore(
                        found, replace=options["replace"], endings=ended, say=progress.say
                    )
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read: {reason(error)}.") from error
        except backup_check.UnusableError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        self.stdout.write(f"Restored {count:,} rows, as they stood at {made.isoformat()}.")
        for ending in again:
            self.stdout.write(f"{ending.at.isoformat()}  done again: {ending.kind}, {ending.key}")
        if problem := factors.told(factors.look()):
            self.stderr.write(self.style.WARNING(problem))


def moment(manifest: Mapping[str, Any]) -> datetime:
    """Return when a backup was made; raises UnusableError where it does not say so."""
    try:
        made = datetime.fromisoformat(manifest["made_at"])
        if made.tzinfo is None:
            raise ValueError(made)
    except (KeyError, TypeError, ValueError) as error:
        raise backup_check.UnusableError("The backup does not say when it was made.") from error
    return made


def since(made: datetime, names: Sequence[str]) -> list[endings.Ending]:
    """Return what ended after a moment; raises UnusableError where that cannot be known."""
    paths = [Path(name) for name in names] or [endings.place()]
    try:
        return endings.since(made, paths)
    except endings.UnreadableError as error:
        problem = f"{error}."
    except OSError as error:
        problem = f"{error.filename} cannot be read: {reason(error)}."
    raise backup_check.UnusableError(
        f"{problem} It lists who was erased, deactivated or lost a right, and which reports were "
        f"withdrawn, since the backup was made on {made:%Y-%m-%d}: without it they would be back. "
        "Name the list with --endings FILE, or say --without-endings and see to them by hand."
    )
