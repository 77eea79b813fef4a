"""The command that resets a lost second factor where the two people for it are not there."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from actions.models import User
from actions.refusals import Refused
from actions.services import resets


class Command(BaseCommand):
    """Take somebody's apps, passkeys and recovery codes away, after asking once more."""

    help = "Reset a lost second factor, where no other of the secretariat and no reviewer can."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, the reason, and whether to ask."""
        parser.add_argument("email")
        parser.add_argument("--reason", default="", help="what was lost, and how you made sure")
        parser.add_argument("--no-input", action="store_true", help="do not ask once more")

    def handle(self, *_: Any, email: str, reason: str, no_input: bool, **__: Any) -> None:
        """Reset, unless there is nothing to reset or the answer is no."""
        person = User.objects.filter(email__iexact=email.strip(), erased_at=None).first()
        if person is None:
            raise CommandError(f"There is no account with the address {email}.")
        if not no_input and not self.is_sure(person):
            raise CommandError("Nothing was done.")
        try:
            with translation.override("en"):
                resets.on_server(person, reason=reason, now=timezone.now())
        except (Refused, ValidationError) as error:
            words = error.messages if isinstance(error, ValidationError) else [str(error)]
            raise CommandError(f"Nothing was done. {' '.join(words)}") from error
        self.stdout.write(
            f"The second factor of {person.email} is reset, and all sessions have ended. They sign "
            "in with a code sent by e-mail; the secretariat is asked at once to add a new one."
        )

    def is_sure(self, person: User) -> bool:
        """Ask for the whole word: an address is easily mistyped."""
        self.stdout.write(
            f"All apps, passkeys and recovery codes of {person.name or '–'} <{person.email}> go, "
            "and all sessions end. The owner is told by e-mail."
        )
        return input("Type yes to go on: ").strip().lower() == "yes"
