"""The command that plays the sample rounds into the database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from actions.management.sample import replay
from actions.models import Plan, ReportingRound, User


class Command(BaseCommand):
    """Load the sample rounds of the second plan; refused where DEBUG is off."""

    help = "Load the sample rounds of the second plan (only where DEBUG is on)."

    def handle(self, *_: Any, **__: Any) -> None:
        """Load once; afterwards only move days that have passed."""
        if not settings.DEBUG:
            raise CommandError("Sample rounds are only for trying out: DEBUG is off.")
        people = accounts()
        if not Plan.objects.filter(slug=replay.PLAN).exists():
            raise CommandError("Load the plans first: manage.py load_plans.")
        now = timezone.now()
        with translation.override("en"):
            self.stdout.write(load(people, now))


def load(people: replay.People, now: Any) -> str:
    """Load the rounds, or keep those that are there; return what was done."""
    there = ReportingRound.objects.filter(plan__slug=replay.PLAN)
    if not there.exists():
        replay.play(people, today=timezone.localdate(now))
        return "Sample rounds: 2024 (closed) and 2025 (open)."
    passed = there.filter(is_sample=True, state="open", closes_on__lt=timezone.localdate(now))
    for given in passed:
        replay.bring_forward(given, people, now=now)
    if passed:
        return "The sample rounds are there already; the open one got new days."
    return "There are rounds already."


def accounts() -> replay.People:
    """Return the sample accounts that act in the rounds."""
    names = replay.People._fields
    found = {name: User.objects.filter(email=f"{name}@example.org").first() for name in names}
    missing = [name for name, user in found.items() if user is None]
    if missing:
        raise CommandError(f"Make the sample accounts first ({', '.join(missing)} missing).")
    return replay.People(**{name: user for name, user in found.items() if user})
