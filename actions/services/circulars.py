"""Letters that the secretariat writes by hand, to people that it chooses."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions import permissions
from actions.enums import LetterKind
from actions.models import Circular, Membership, User
from actions.outbox import letters
from actions.services.rounds import secretariat

LANGUAGES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}


@transaction.atomic
def send(given: Circular, *, people: Iterable[int], by: User, now: datetime) -> int:
    """Store a letter and put it into the outbox, one for each person; return to how many.

    Only the secretariat. Raises ValidationError, by field, where nobody is chosen, somebody is
    no member any more, or a language that somebody reads is not written.
    """
    secretariat(by, now)
    chosen = readers(people)
    check(given, chosen)
    given.by, given.at = by, now
    given.full_clean()
    given.save()
    letters.put_many(
        LetterKind.BY_HAND,
        [(f"by_hand:{given.pk}:{one.pk}", one, {"circular": given.pk}) for one in chosen],
        now=now,
    )
    return len(chosen)


def readers(people: Iterable[int]) -> list[User]:
    """Return the chosen people; raises ValidationError where one cannot be written to."""
    keys = set(people)
    if not keys:
        raise ValidationError({"people": _("Choose whom to write to.")})
    seats = Membership.objects.current().filter(user__in=keys, user__erased_at__isnull=True)
    found = User.objects.filter(pk__in=seats.values("user")).order_by("pk")
    chosen = [one for one in found if permissions.may_sign_in(one)]
    if len(chosen) < len(keys):
        message = _("Somebody of those chosen is no member any more. Look through the list again.")
        raise ValidationError({"people": message})
    return chosen


def check(given: Circular, chosen: Iterable[User]) -> None:
    """Refuse a letter that is not written in a language of those who get it."""
    reading: dict[str, int] = {}
    for one in chosen:
        reading[one.language] = reading.get(one.language, 0) + 1
    found: dict[str, str] = {}
    for code, count in reading.items():
        for name in ("subject", "text"):
            if not getattr(given, f"{name}_{code}").strip():
                found[f"{name}_{code}"] = ngettext(
                    "%(n)s person reads this language: write it here too.",
                    "%(n)s people read this language: write it here too.",
                    count,
                ) % {"n": count}
    if found:
        raise ValidationError(found)
