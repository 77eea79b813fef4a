"""The command that sends the letters that are due, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from actions.management import letters
from actions.management.signals import stop_signal
from actions.models import Letter
from actions.outbox import sending


class Command(BaseCommand):
    """Send what is due; told to stop, end after the letter in hand."""

    help = "Send the letters that are due, once; manage.py work goes on sending."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many at a time, and whether only to look."""
        parser.add_argument("--limit", type=int, default=500, help="send at most so many")
        parser.add_argument("--dry-run", action="store_true", help="list what is due, send nothing")

    def handle(self, *_: Any, limit: int, dry_run: bool, **__: Any) -> None:
        """Send, or list what would be sent."""
        if limit <= 0:
            raise CommandError("--limit takes a number above 0.")
        if dry_run:
            self.list_due(limit)
            return
        self.stdout.write(letters.told(letters.send(limit=limit, is_stopped=stop_signal().is_set)))

    def list_due(self, limit: int) -> None:
        """Say what would be sent, without anybody's address."""
        rows = Letter.objects.filter(pk__in=sending.due(now=timezone.now(), limit=limit))
        for letter in rows.order_by("due_at", "pk"):
            self.stdout.write(f"{letter.pk}  {letter.kind}  due {letter.due_at:%Y-%m-%d %H:%M}")
        self.stdout.write(f"{len(rows)} due; nothing was sent.")
