"""The command that works beside the web processes: sends letters, makes files of editions."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from actions.management import letters, signals
from reports.models import DONE, FAILED
from reports.pulse import Pulse
from reports.services import renderings

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks; somebody may wait for a code to sign in with
MOST_LETTERS = 100  # at a time, so that files are not kept waiting


class Command(BaseCommand):
    """Go on until told to stop, never in the middle of a letter or a file."""

    help = "Send letters and make the files of editions, until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how often to look, and whether to stop once nothing is left to do."""
        parser.add_argument(
            "--every", type=float, default=PAUSE, metavar="SECONDS", help="how often to look"
        )
        parser.add_argument("--once", action="store_true", help="stop when nothing is left to do")

    def handle(self, *_: Any, every: float, once: bool, **__: Any) -> None:
        """Work; a database that is away for a while is waited for."""
        if every <= 0:
            raise CommandError("--every takes a number above 0.")
        stop, pulse = signals.stop_signal(), Pulse()
        while not stop.is_set():
            is_idle = True
            for task in (self.letters, self.files):
                try:
                    pulse.beat()
                    is_idle = not task(stop.is_set) and is_idle
                except Exception as error:
                    if once:
                        raise
                    # Whatever one task meets, the other goes on, and this one is tried again.
                    logger.exception("Something went wrong; trying again.")
                    if isinstance(error, DatabaseError):
                        connection.close()
            if is_idle:
                if once:
                    return
                stop.wait(every)

    def letters(self, is_stopped: Callable[[], bool]) -> int:
        """Send what is due; return how many letters there were."""
        found = letters.send(limit=MOST_LETTERS, is_stopped=is_stopped)
        if found:
            self.stdout.write(letters.told(found))
        return found.total()

    def files(self, is_stopped: Callable[[], bool]) -> int:
        """Make the files of one edition; return 1 where there was one."""
        start = time.monotonic()
        row = renderings.work(is_stopped=is_stopped)
        if row is None:
            return 0
        seconds = time.monotonic() - start
        if row.state == DONE:
            self.stdout.write(f"{row.edition}: all files are made ({seconds:.1f} s).")
        elif row.state == FAILED:
            self.stdout.write(f"{row.edition}: {len(row.problems)} files could not be made.")
        return 1
