"""Takes messages that mail servers returned, finds whom they are about, and settles them."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from actions.models import Invitation, Returned, User
from actions.models.returned import HOLDERS, held_elsewhere
from actions.refusals import Refused
from actions.rules import bounces
from actions.rules.bounces import Bounce, BounceError, Fault
from actions.services.rounds import secretariat

logger = logging.getLogger(__name__)

WORDS = {
    Fault.EMPTY: _("The file is empty."),
    Fault.TOO_LARGE: _("The file is larger than 1 MB, or has more parts than a returned e-mail."),
    Fault.UNREADABLE: _("The file cannot be read as an e-mail. Save the message as an .eml file."),
    Fault.NOT_FAILED: _("The message says that the e-mail is delayed or delivered, not failed."),
    Fault.NO_ADDRESS: _("This is no message of a mail server about an e-mail that failed."),
}
UNKNOWN = _("Nobody here has the address that failed.")
SEVERAL = _("The message names several people here; which of them failed cannot be told.")
KNOWN = _("This message was uploaded already.")
LASTS = timedelta(days=30)  # of an invitation that nobody accepted
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@transaction.atomic
def take(content: bytes, *, by: User, now: datetime) -> list[Returned]:
    """Store which addresses a returned message says have failed; the message is not kept.

    Only for the secretariat; raises PermissionDenied. Raises Refused, with the reason, for what
    is no such message, for one about nobody here, and for one that was taken already.
    """
    secretariat(by, now)
    digest = hashlib.sha256(content).hexdigest()
    if Returned.objects.filter(digest=digest).exists():
        raise Refused(KNOWN)
    try:
        found = bounces.read(content)
    except BounceError as error:
        raise Refused(WORDS[error.fault]) from error
    named = {address for failure in found.failures for address in failure.addresses}
    people = known(named)
    if not people:
        raise Refused(UNKNOWN)
    if not found.is_certain and len(people) > 1:
        raise Refused(SEVERAL)
    rows = [
        Returned(
            address=address, user=people[address], at=moment(found, now=now), digest=digest,
            sentence=sentence, taken_by=by, taken_at=now,
        )
        for address, sentence in about(found, people).items()
    ]  # fmt: skip
    try:
        with transaction.atomic():
            Returned.objects.bulk_create(rows)
    except IntegrityError as error:  # somebody else uploaded it at the same moment
        raise Refused(KNOWN) from error
    logger.info("user %s took a returned message about %s addresses", by.pk, len(rows))
    return rows


@transaction.atomic
def settle(row: Returned, *, by: User, now: datetime) -> None:
    """Say that an address works after all, or that all is done about it: all that came back."""
    secretariat(by, now)
    Returned.objects.filter(address=row.address, settled_at=None).update(
        settled_by=by, settled_at=now
    )


@transaction.atomic
def purge(*, now: datetime) -> int:
    """Forget what came back from invitations that are over and nobody's; return how many went."""
    people = User.objects.annotate(low=Lower("email")).filter(low=OuterRef("address"))
    invited = Invitation.objects.annotate(low=Lower("email")).filter(
        low=OuterRef("address"), used_at=None, withdrawn_at=None, expires_at__gt=now
    )
    rows = Returned.objects.filter(user=None, taken_at__lte=now - LASTS)
    over = rows.filter(~Exists(people), ~Exists(invited))
    return (over.filter(~held_elsewhere()) if HOLDERS else over).delete()[0]


def forget(user: User, address: str) -> None:
    """Delete what came back from a person's addresses."""
    Returned.objects.filter(user=user).delete()
    Returned.objects.filter(address=address.lower()).delete()


# --- Parts --------------------------------------------------------------------------


def known(addresses: Iterable[str]) -> dict[str, User | None]:
    """Return which addresses are somebody's here, with the account; None without one."""
    given = list(addresses)
    invited = Invitation.objects.annotate(low=Lower("email")).filter(
        low__in=given, used_at=None, withdrawn_at=None
    )
    found: dict[str, User | None] = dict.fromkeys(invited.values_list("low", flat=True))
    people = User.objects.annotate(low=Lower("email")).filter(low__in=given, is_active=True)
    for holders in HOLDERS:
        rows = holders.rows().filter(low__in=given)
        found |= dict.fromkeys(rows.values_list("low", flat=True))
    return found | {person.email.lower(): person for person in people}


def about(found: Bounce, people: dict[str, User | None]) -> dict[str, str]:
    """Return what was said of each address that is somebody's here."""
    return {
        address: failure.sentence
        for failure in found.failures
        for address in failure.addresses
        if address in people
    }


def moment(found: Bounce, *, now: datetime) -> datetime:
    """Return when a message was written; now, where it says no day that can be right."""
    at = found.at
    return at if at is not None and EARLIEST < at < now + timedelta(days=1) else now
