"""The command that sends the letters that are due, once or for ever."""

import logging
import signal
import threading
from collections import Counter
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from actions.models import Letter
from actions.outbox import sending

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Send what is due; with --every go on until told to stop, never in the middle of a letter."""

    help = "Send the letters that are due (--every 60 goes on for ever, once a minute)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how often, how many at a time, and whether only to look."""
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on for ever")
        parser.add_argument("--limit", type=int, default=500, help="send at most so many at a time")
        parser.add_argument("--dry-run", action="store_true", help="list what is due, send nothing")

    def handle(self, *_: Any, every: float | None, limit: int, dry_run: bool, **__: Any) -> None:
        """Send once, or again and again; a database that is away for a while is waited for."""
        if (every is not None and every <= 0) or limit <= 0:
            raise CommandError("--every and --limit take numbers above 0.")
        if dry_run:
            self.list_due(limit)
            return
        stop = stop_signal()
        if every is None:
            self.send(limit, stop)
            return
        while not stop.is_set():
            try:
                close_old_connections()
                self.send(limit, stop, quiet=True)
            except DatabaseError:
                logger.exception("The letters that are due could not be read; trying again.")
            stop.wait(every)

    def send(self, limit: int, stop: threading.Event, *, quiet: bool = False) -> None:
        """Send what is due and say how it went."""
        found: Counter[str] = Counter()
        for outcome in sending.send_due(now=timezone.now(), limit=limit):
            found[outcome] += 1
            if stop.is_set():
                break
        if found or not quiet:
            numbers = ", ".join(f"{number} {name}" for name, number in sorted(found.items()))
            self.stdout.write(f"Letters: {numbers or 'none due'}.")

    def list_due(self, limit: int) -> None:
        """Say what would be sent, without anybody's address."""
        rows = Letter.objects.filter(pk__in=sending.due(now=timezone.now(), limit=limit))
        for letter in rows.order_by("due_at", "pk"):
            self.stdout.write(f"{letter.pk}  {letter.kind}  due {letter.due_at:%Y-%m-%d %H:%M}")
        self.stdout.write(f"{len(rows)} due; nothing was sent.")


def stop_signal() -> threading.Event:
    """Return what is set once the process is asked to end (SIGTERM, Ctrl-C)."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask)
    return stop
