"""The command that works beside the web processes: sends letters, makes documents and files."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.utils import timezone

from actions.database import UnguardedError, require_triggers
from actions.management import letters, signals
from actions.outbox import reminders
from actions.outbox.events import MORNING
from actions.pulse import Pulse
from actions.search import index as search_index
from actions.services import (
    amendments,
    assignments,
    bodies,
    guesses,
    notices,
    returned,
    unsaved,
)
from reports.models import DONE, FAILED
from reports.services import documents, renderings

logger = logging.getLogger(__name__)

PURGED_EVERY = 3_600  # seconds
LOOKED_EVERY = 60  # for what is due on a day
PAUSE = 1.0  # seconds between two looks; somebody may wait for a code to sign in with
MOST_LETTERS = 100  # at a time, so that a stop is not kept waiting
Task = Callable[[Callable[[], bool]], int]


class Command(BaseCommand):
    """Go on until told to stop, never in the middle of a letter or a file.

    Codes and invitations, other letters, documents on request and files of editions each go on
    by themselves: whoever waits for a code does not wait for a report, nor for 60 reminders.
    """

    help = "Send letters, make documents and the files of editions, until it is stopped."
    purges_at = 0.0
    looks_at = 0.0
    reminds_at = 0.0
    complains_at = 0.0

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
        with suppress(DatabaseError):
            try:
                require_triggers()
            except UnguardedError as error:
                raise CommandError(str(error)) from error
        stop = signals.stop_signal()
        tasks = (
            self.codes, self.reminders, self.letters, self.documents, self.files, self.purge,
            self.bodies, self.search,
        )  # fmt: skip
        if once:
            Pulse().beat()
            while sum(task(stop.is_set) for task in tasks) and not stop.is_set():
                pass
            return
        # They end with whatever process this is called in, be it only to start anew.
        threads = [
            Thread(target=self.go_on, args=(task, stop, every), daemon=True) for task in tasks
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def go_on(self, task: Task, stop: Event, every: float) -> None:
        """Do a task again and again; whatever it meets, it is tried again, as are the others."""
        pulse = Pulse()
        while not stop.is_set():
            is_idle = True
            try:
                pulse.beat()
                is_idle = not task(stop.is_set)
            except Exception as error:
                logger.exception("Something went wrong; trying again.")
                if isinstance(error, DatabaseError):
                    connection.close()
            if is_idle:
                stop.wait(every)
        connection.close()

    def purge(self, _is_stopped: Callable[[], bool]) -> int:
        """Forget, once an hour, unsaved texts, old counts, addresses that are of no more use."""
        moment = time.monotonic()
        if moment >= self.purges_at:
            self.purges_at = moment + PURGED_EVERY
            unsaved.purge(now=timezone.now())
            guesses.purge(now=timezone.now())
            returned.purge(now=timezone.now())
            notices.purge(now=timezone.now())
        return 0

    def bodies(self, _is_stopped: Callable[[], bool]) -> int:
        """Do, once a minute, what is due on a day: amendments, and members of bodies that ended."""
        moment = time.monotonic()
        if moment >= self.looks_at:
            self.looks_at = moment + LOOKED_EVERY
            if forced := amendments.force_due(now=timezone.now()):
                self.stdout.write(f"Amendments of plans have come into force: {forced}.")
            if moved := bodies.move_due(now=timezone.now()):
                self.stdout.write(f"Members of bodies that were taken over have moved: {moved}.")
            assignments.end_due(now=timezone.now())
        return 0

    def reminders(self, _is_stopped: Callable[[], bool]) -> int:
        """Write, every morning, the reminders of the day; return how many."""
        moment = time.monotonic()
        if moment < self.reminds_at:
            return 0
        self.reminds_at = moment + LOOKED_EVERY
        now = timezone.localtime()
        if now.time() < MORNING:
            return 0
        count = reminders.put_due(on=now.date(), now=now) or 0
        if count:
            self.stdout.write(f"Reminders: {count}.")
        return count

    def codes(self, is_stopped: Callable[[], bool]) -> int:
        """Send what somebody waits for; return how many letters there were."""
        return self.send(is_stopped, is_urgent=True)

    def search(self, _is_stopped: Callable[[], bool]) -> int:
        """Make the search index anew where what readers see has changed; return 1 where it had."""
        start = time.monotonic()
        try:
            made = search_index.store(on=timezone.localdate())
        except OSError as error:
            moment = time.monotonic()
            if moment >= self.complains_at:
                self.complains_at = moment + PURGED_EVERY
                logger.warning("The search index cannot be stored: %s", error)
            return 0
        if made:
            self.stdout.write(f"The search index was made anew ({time.monotonic() - start:.1f} s).")
        return int(made)

    def letters(self, is_stopped: Callable[[], bool]) -> int:
        """Send what else is due; return how many letters there were."""
        return self.send(is_stopped, is_urgent=False)

    def send(self, is_stopped: Callable[[], bool], *, is_urgent: bool) -> int:
        """Send letters that are due, and say how it went."""
        found = letters.send(limit=MOST_LETTERS, is_stopped=is_stopped, is_urgent=is_urgent)
        if found:
            self.stdout.write(letters.told(found))
        return found.total()

    def documents(self, _is_stopped: Callable[[], bool]) -> int:
        """Make one document that somebody waits for; return 1 where there was one."""
        start = time.monotonic()
        row = documents.work()
        if row is None:
            return 0
        seconds = time.monotonic() - start
        ended = f"made ({seconds:.1f} s)" if row.state == DONE else "not made"
        self.stdout.write(f"A {row.recipe['kind']} was {ended}.")
        return 1

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
