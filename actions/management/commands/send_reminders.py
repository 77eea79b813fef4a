"""The command that reminds people of what they have to write: once a day, each day once."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from actions.outbox import reminders


class Command(BaseCommand):
    """Put the reminders of a day into the outbox; ``work`` or ``send_letters`` sends them."""

    help = (
        "Remind people of the entries that they still have to submit: one e-mail a person and day, "
        "never twice. manage.py work does it by itself, every morning."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the day, and whether only to look."""
        parser.add_argument("--dry-run", action="store_true", help="list them, write nothing")
        parser.add_argument(
            "--on", metavar="DATE", help="the day, as 2026-02-14; without it, today"
        )

    def handle(self, *_: Any, dry_run: bool, on: str | None, **__: Any) -> None:
        """Remind, or list who would be reminded of how much."""
        now = timezone.now()
        today = timezone.localdate(now)
        chosen = today if on is None else read_day(on)
        if dry_run:
            self.list_due(chosen)
            return
        if chosen > today:
            raise CommandError("--on takes a day up to today; with --dry-run, any day.")
        count = reminders.put_due(on=chosen, now=now)
        if count is None:
            self.stdout.write(f"{chosen}: was done already; nobody is reminded twice.")
        else:
            self.stdout.write(f"{chosen}: {count} reminders lie in the outbox.")

    def list_due(self, chosen: date) -> None:
        """Say who would be reminded of how much, without anybody's address."""
        done = reminders.done_until()
        day_before = date.fromordinal(chosen.toordinal() - 1)
        since = done if done is not None and done < chosen else day_before
        found = reminders.digests(since=since, on=chosen)
        for one in found:
            line = f"user {one.person.pk}  {one.person.language}  {len(one.entries)} entries"
            if one.orphans:
                line += f", {len(one.orphans)} of bodies without members"
            self.stdout.write(line)
        self.stdout.write(f"{chosen}: {len(found)} reminders; nothing was written.")


def read_day(text: str) -> date:
    """Return a day that somebody typed; raises CommandError where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError("--on takes a day, as 2026-02-14.") from None
