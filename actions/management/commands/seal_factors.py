"""The command that seals the secrets of second factors under the SECRET_KEY of today."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from actions.services import factors


class Command(BaseCommand):
    """Seal all anew; the last step of changing SECRET_KEY, before the old one is forgotten."""

    help = "Seal the secrets of second factors under SECRET_KEY, after it was changed."

    def handle(self, *_: Any, **__: Any) -> None:
        """Seal, and fail where some cannot be read."""
        found = factors.seal_all()
        self.stdout.write(f"Secrets of second factors sealed: {found.readable}.")
        if problem := factors.told(found):
            raise CommandError(problem)
