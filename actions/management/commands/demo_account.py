"""The command that makes a sample account for trying the application out."""

import os
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from actions.models import User

EMAIL = "secretariat@example.org"


class Command(BaseCommand):
    """Make the sample account of the secretariat; refused where DEBUG is off."""

    help = "Make the sample account of the secretariat (only where DEBUG is on)."

    def handle(self, *_: Any, **__: Any) -> None:
        """Create the account once, and print its password; keep it as it is afterwards."""
        if not settings.DEBUG:
            raise CommandError("Sample accounts are only for trying out: DEBUG is off.")
        given = os.environ.get("DEMO_PASSWORD", "")
        user = User.objects.filter(email=EMAIL).first()
        if user is None:
            password = given or secrets.token_urlsafe(9)
            User.objects.create_superuser(EMAIL, password, name="Secretariat (sample account)")
            self.stdout.write(f"Sample account: {EMAIL}, password: {password}")
        elif given and not user.check_password(given):
            user.set_password(given)
            user.save(update_fields=["password"])
            self.stdout.write(f"Sample account: {EMAIL}, password: {given}")
        else:
            self.stdout.write(
                f"Sample account: {EMAIL}, password as printed at the first start "
                "(DEMO_PASSWORD=… sets a new one)."
            )
