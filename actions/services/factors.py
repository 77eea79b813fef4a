"""Seals the secrets of all second factors, under the key of today; takes somebody's away."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q

from actions import sealing
from actions.models import User

# Where allauth keeps the secret of each kind; a passkey has none.
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class Found(NamedTuple):
    """How many factors can be read, and whose cannot."""

    readable: int
    unreadable: list[int]


def look() -> Found:
    """Return how many factors with a secret this SECRET_KEY opens, and whose it does not."""
    readable, unreadable = 0, []
    for row in Authenticator.objects.filter(type__in=list(SECRETS)).order_by("user_id"):
        try:
            sealing.unseal(row.data[SECRETS[row.type]])
            readable += 1
        except sealing.UnreadableError:
            unreadable.append(row.user_id)
    return Found(readable, unreadable)


@transaction.atomic
def seal_all() -> Found:
    """Seal every secret under the key of today; what cannot be read stays as it is."""
    readable, unreadable = 0, []
    rows = Authenticator.objects.select_for_update().filter(type__in=list(SECRETS))
    for row in rows.order_by("user_id"):
        name = SECRETS[row.type]
        try:
            row.data[name] = sealing.seal(sealing.unseal(row.data[name]))
        except sealing.UnreadableError:
            unreadable.append(row.user_id)
            continue
        row.save(update_fields=["data"])
        readable += 1
    return Found(readable, unreadable)


def owners(people: Iterable[User]) -> set[int]:
    """Return the keys of those of some people who have a second factor of their own."""
    return set(Authenticator.objects.filter(user__in=people).values_list("user_id", flat=True))


def since(user: User, moment: datetime) -> bool:
    """Tell whether somebody has used or added a second factor after a moment."""
    rows = Authenticator.objects.filter(user_id=user.pk)
    return rows.filter(Q(last_used_at__gt=moment) | Q(created_at__gt=moment)).exists()


def take_away(user: User, *, until: datetime) -> int:
    """Delete apps, passkeys and recovery codes that somebody had at a moment; return how many."""
    return int(Authenticator.objects.filter(user_id=user.pk, created_at__lte=until).delete()[0])


def told(found: Found) -> str:
    """Return in a sentence whose factors cannot be read, and what to do; "" where all can."""
    if not found.unreadable:
        return ""
    people = len(set(found.unreadable))
    return (
        f"The second factors of {people} people cannot be read with this SECRET_KEY: they cannot "
        "sign in. Add the SECRET_KEY under which they were made to SECRET_KEY_FALLBACKS, and run "
        "manage.py seal_factors; where it is lost, docs/operations.md says how to take them away."
    )
