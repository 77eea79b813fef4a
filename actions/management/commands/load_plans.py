"""The command that loads the plans and the actors."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from actions import importers
from actions.models import Plan


class Command(BaseCommand):
    """Load both plans and the actors from fixtures; all or nothing, and twice changes nothing."""

    help = "Load the plans and the actors from fixtures/ (all or nothing; twice changes nothing)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take files, or the project's own fixtures without any."""
        parser.add_argument("files", nargs="*", type=Path)
        parser.add_argument(
            "--new-only",
            action="store_true",
            help="do nothing where a plan is there already, so that changes made by hand stay",
        )

    def handle(self, *_: Any, files: list[Path], new_only: bool, **__: Any) -> None:
        """Load, and say how many rows were created, changed and left as they were."""
        if new_only and Plan.objects.exists():
            self.stdout.write("The plans are there already.")
            return
        paths = files or [settings.BASE_DIR / "fixtures" / name for name in importers.FILES]
        try:
            with translation.override("en"):
                outcome = importers.load(paths)
        except importers.FixtureError as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        self.stdout.write(
            f"Plans and actors: {outcome['created']} rows created, "
            f"{outcome['changed']} changed, {outcome['unchanged']} unchanged."
        )
