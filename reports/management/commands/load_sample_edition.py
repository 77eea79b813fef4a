"""The command that publishes the sample report of the sample round that is over."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation

from actions.management.sample import replay, sample_script
from actions.models import ReportingRound, User
from reports.management import sample_edition
from reports.management.progress import Progress
from reports.models import FROZEN, Chapter, Edition


class Command(BaseCommand):
    """Publish edition 1 of the sample round; refused where DEBUG is off."""

    help = "Publish the report of the sample round that is over (only where DEBUG is on)."

    def handle(self, *_: Any, **__: Any) -> None:
        """Publish once; do nothing where there is an edition, or no such sample."""
        if not settings.DEBUG:
            raise CommandError("Sample reports are only for trying out: DEBUG is off.")
        given = ReportingRound.objects.filter(
            plan__slug=replay.PLAN, year=sample_script.FIRST, is_sample=True, state="closed"
        ).first()
        by = User.objects.filter(email="secretariat@example.org", is_sample=True).first()
        if given is None or by is None:
            raise CommandError("Load the sample rounds first: manage.py load_sample.")
        if Edition.objects.filter(round=given).exclude(state=FROZEN).exists():
            self.stdout.write("The sample report is there already.")
            return
        self.stdout.write(f"Sample report of {given.year}: making its files, once …")
        with translation.override("en"), Progress(self.stderr) as progress:
            if not Chapter.objects.filter(round=given).exists():
                write(given, by)
            sample_edition.publish(given, by=by, say=progress.say)
        self.stdout.write(
            f"Sample report: {given.year} (published); {sample_script.SECOND} is a draft."
        )


@transaction.atomic
def write(given: ReportingRound, by: User) -> None:
    """Write the chapters and translations of both rounds; all or nothing."""
    sample_edition.write(given, by=by, now=sample_edition.WRITTEN)
    second = ReportingRound.objects.filter(
        plan=given.plan_id, year=sample_script.SECOND, is_sample=True, state="open"
    ).first()
    if second and not Chapter.objects.filter(round=second).exists():
        sample_edition.write(second, by=by, now=timezone.now())
