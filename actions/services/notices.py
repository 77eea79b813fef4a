"""Takes what readers report, counts how often they do, settles it, and forgets their addresses."""

import hashlib
import ipaddress
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from actions.enums import LetterKind, LetterState
from actions.models import ErrorNotice, Letter, Plan, User
from actions.outbox import letters
from actions.refusals import Refused
from actions.rules.search import fold
from actions.services import guesses
from actions.services.rounds import secretariat

logger = logging.getLogger(__name__)

ADDRESS_LASTS = timedelta(days=30)  # after a notice was settled
LONGEST = timedelta(days=365)  # of an address nobody settled, and of what was settled
NOWHERE = "erased@erased.invalid"
# An hour, from one network and from all together; those without a proof have counts of their own,
# so that whoever sends many without one keeps out nobody with one.
OWN, OF_ALL = 20, 200
OWN_PLAIN, OF_ALL_PLAIN = 5, 60

TOO_MANY = _(
    "Very many messages came in the last hour, and yours is not sent. Your text is still here: "
    "please send it again in an hour."
)
SENT_BEFORE = _(
    "A message was sent from this form already. Press the button once more to send this one too."
)
SETTLED = _("Somebody else has settled this message meanwhile.")
NO_ADDRESS = _("There is no address any more to which an answer could go.")


class TooManyError(Refused):
    """More was sent in an hour than is taken."""


class SentBeforeError(Refused):
    """Another text was sent from the same form."""


class Said(NamedTuple):
    """What a reader says: of which page and plan, what is wrong, whom to answer in which words."""

    page: str
    plan: str
    text: str
    email: str
    language: str

    @property
    def digest(self) -> str:
        """What the same words on the same page have in common, however they are spaced."""
        words = " ".join(fold(self.text).split())
        return hashlib.sha256(f"{self.page}\n{words}".encode()).hexdigest()


@transaction.atomic
def take(said: Said, *, form: str, asker: str, is_proved: bool, now: datetime) -> ErrorNotice:
    """Store what a reader reports; what was reported in the same words is counted there.

    ``form`` names the form, which makes one notice however often it is sent; ``asker`` is the
    network address it comes from, kept as a digest for a day. Raises SentBeforeError where the
    form brought another text before, and TooManyError where an hour has had enough.
    """
    token = hashlib.sha256(form.encode()).hexdigest()
    if (sent := from_form(token, said)) is not None:
        return sent
    for key, most in limits(asker, is_proved=is_proved, now=now):
        if not guesses.may_judge(key, now=now, most=most):
            raise TooManyError(TOO_MANY)
    # The count of the hour is locked until all is stored: what comes at once comes in turn here.
    if (sent := from_form(token, said)) is not None:
        return sent
    if (known := same_words(said)) is not None:
        return count(known, said, now=now)
    row = ErrorNotice(
        page=said.page, plan=Plan.objects.published().filter(slug=said.plan).first(),
        text=said.text, email=said.email, language=said.language, at=now, last_at=now,
        token=token, digest=said.digest,
    )  # fmt: skip
    row.clean_fields()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the same form, with and without its proof at one moment
        return from_form(token, said) or row
    logger.info("a reader reported an error: notice %s", row.pk)
    return row


@transaction.atomic
def settle(notice: ErrorNotice, *, answer: str, note: str, by: User, now: datetime) -> None:
    """Say that nothing is left to be done; an answer goes to the address that was left.

    Only for the secretariat; raises PermissionDenied. Raises Refused where somebody else was
    quicker, and where there is no address for an answer.
    """
    secretariat(by, now)
    row = ErrorNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if row.settled_at is not None:
        raise Refused(SETTLED)
    if answer and not row.email:
        raise Refused(NO_ADDRESS)
    row.answer, row.note, row.settled_by, row.settled_at = answer, note, by, now
    row.full_clean()
    row.save()
    if answer:
        letters.put(
            LetterKind.ANSWER, key=letter_key(row), to=row.email, language=row.language,
            facts={"notice": row.pk}, now=now,
        )  # fmt: skip
    logger.info("user %s settled notice %s", by.pk, row.pk)


@transaction.atomic
def purge(*, now: datetime) -> int:
    """Forget addresses a while after they were of use, and what was settled a year ago.

    Return how many addresses went. The letters that went to them lose address and text as well.
    """
    over = Q(settled_at__lte=now - ADDRESS_LASTS) | Q(settled_at=None, at__lte=now - LONGEST)
    rows = list(ErrorNotice.objects.filter(over).exclude(email=""))
    forget_letters(rows)
    ErrorNotice.objects.filter(pk__in=[row.pk for row in rows]).update(email="")
    ErrorNotice.objects.filter(settled_at__lte=now - LONGEST).delete()
    return len(rows)


def forget(address: str) -> None:
    """Take an address out of what was reported; the letters to it are emptied elsewhere."""
    ErrorNotice.objects.filter(email__iexact=address).update(email="")


# --- Parts --------------------------------------------------------------------------


def from_form(token: str, said: Said) -> ErrorNotice | None:
    """Return what a form brought before; raises SentBeforeError where that was another text."""
    row = ErrorNotice.objects.filter(token=token).first()
    if row is not None and row.digest != said.digest:
        raise SentBeforeError(SENT_BEFORE)
    return row


def limits(asker: str, *, is_proved: bool, now: datetime) -> Iterator[tuple[str, int]]:
    """Yield under which keys the notices of an hour are counted, and how many may come."""
    own, of_all = (OWN, OF_ALL) if is_proved else (OWN_PLAIN, OF_ALL_PLAIN)
    hour = f"{now:%Y-%m-%dT%H}|{is_proved}"
    for who, most in ((network(asker), own), ("all", of_all)):
        yield salted_hmac("notices", f"{who}|{hour}", algorithm="sha256").hexdigest(), most


def network(asker: str) -> str:
    """Return the network of an address: of IPv6 the half that one connection is given."""
    try:
        address = ipaddress.ip_address(asker)
    except ValueError:
        return "unknown"
    address = getattr(address, "ipv4_mapped", None) or address
    bits = 32 if isinstance(address, ipaddress.IPv4Address) else 64
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def same_words(said: Said) -> ErrorNotice | None:
    """Return an open notice in the same words, unless another reader waits for an answer to it."""
    rows = ErrorNotice.objects.open().filter(digest=said.digest)
    if said.email:
        rows = rows.filter(email__in=["", said.email])
    return rows.order_by("at", "pk").first()


def count(known: ErrorNotice, said: Said, *, now: datetime) -> ErrorNotice:
    """Count once more what is known, and note who wants an answer to it."""
    if said.email and not known.email:
        known.email, known.language = said.email, said.language
    known.times, known.last_at = F("times") + 1, now
    known.save(update_fields=["email", "language", "times", "last_at"])
    return known


def letter_key(notice: ErrorNotice) -> str:
    """Return the key of the letter with the answer to a notice."""
    return f"answer:{notice.pk}"


def forget_letters(rows: list[ErrorNotice]) -> None:
    """Empty the answers to some notices; what has not gone does not go any more."""
    sent = Letter.objects.filter(kind=LetterKind.ANSWER, key__in=[letter_key(row) for row in rows])
    sent.exclude(state=LetterState.SENT).update(state=LetterState.DROPPED)
    sent.update(address=NOWHERE, facts={}, subject="", text="", problem="")
