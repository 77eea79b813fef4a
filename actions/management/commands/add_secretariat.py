"""The command that makes the first account of an installation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from actions.models import Actor
from actions.refusals import Refused
from actions.services import members


class Command(BaseCommand):
    """Give an e-mail address an account in the secretariat; twice changes nothing."""

    help = "Give somebody an account in the secretariat, so that they can invite all others."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, the organisation, a name and the language of letters."""
        parser.add_argument("email")
        parser.add_argument("--actor", required=True, help="the organisation's key, such as fisd")
        parser.add_argument("--name", default="", help="the person's name (the address without)")
        parser.add_argument("--language", default="nl", choices=["nl", "fr", "de", "en"])

    def handle(self, *_: Any, email: str, actor: str, name: str, language: str, **__: Any) -> None:
        """Make account and role, and say how they sign in."""
        found = Actor.objects.filter(slug=actor).first()
        if found is None:
            raise CommandError(f"There is no organisation with the key {actor}.")
        now = timezone.now()
        try:
            with translation.override("en"):
                user = members.found_secretariat(
                    email, name=name or email, language=language, actor=found, now=now
                )
        except (ValidationError, Refused) as error:
            words = error.messages if isinstance(error, ValidationError) else [str(error)]
            raise CommandError(f"Nothing was done. {' '.join(words)}") from error
        self.stdout.write(
            f"{user.email} belongs to the secretariat. They sign in with a code sent by e-mail, "
            "and are asked at once to add a second factor."
        )
