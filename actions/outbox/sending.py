"""Sends the letters of the outbox: each at most once, failures again later."""

import logging
import re
import smtplib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from actions import emails, permissions
from actions.emails import Mail
from actions.enums import OPTIONAL_LETTERS, SECRET_LETTERS, LetterKind, LetterState
from actions.models import Entry, Invitation, Letter, Membership, User
from actions.refusals import Refused

logger = logging.getLogger(__name__)

# How long to wait after each failure; after one more, the letter is given up.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
# A code is of no use to anybody later than this.
CODE_LIVES = timedelta(minutes=10)
# A process that has not told how it went by now will not tell any more.
UNCLEAR_AFTER = timedelta(minutes=10)
# So long the secretariat may order again a letter with a secret that may have arrived.
SECRET_LIVES = timedelta(days=1)
# What says that the server took nothing; any other fault may come after it took the letter.
REFUSALS = (
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPNotSupportedError,
    ValueError,
)
LONGEST_PROBLEM = 200
# Letters to people who have no account.
OUTSIDERS = frozenset({LetterKind.COVERING, LetterKind.ANSWER})
NOBODY_KNOWS = gettext_noop("It is not known whether it arrived.")


class Outcome(StrEnum):
    """What became of a letter that was claimed."""

    SENT = "sent"
    LATER = "later"
    FAILED = "failed"
    UNCLEAR = "unclear"
    DROPPED = "dropped"


# Who knows whether a letter that goes with a report is still to leave.
STANDS: list[Callable[[Letter], bool]] = []


class UnclearError(Exception):
    """The connection broke while a letter was under way: it may have arrived."""


def due(*, now: datetime, limit: int, is_urgent: bool | None = None) -> list[int]:
    """Return the keys of the letters that are to be sent now, oldest first.

    ``is_urgent`` asks for those that somebody waits for, codes and invitations, or for the rest.
    """
    rows = Letter.objects.filter(state=LetterState.WAITING, due_at__lte=now)
    kinds = [kind.value for kind in SECRET_LETTERS]
    if is_urgent is not None:
        rows = rows.filter(kind__in=kinds) if is_urgent else rows.exclude(kind__in=kinds)
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def send_due(
    *, now: datetime, limit: int = 500, is_urgent: bool | None = None
) -> Iterator[Outcome]:
    """Send what is due, one after the other, and yield what became of each.

    Stop in between to end early: what was not claimed waits for the next time. The clock
    runs on meanwhile, as a slow mail server may take a while over many letters.
    """
    forget_secrets(now=now)
    start = monotonic()
    for key in due(now=now, limit=limit, is_urgent=is_urgent):
        moment = now + timedelta(seconds=monotonic() - start)
        if (outcome := send(key, now=moment)) is not None:
            yield outcome


def send(key: int, *, now: datetime) -> Outcome | None:
    """Send one letter, if it waits and is due; None where it does not, or is claimed already.

    Who changes its state to ``sending`` sends it. A failure puts it back, later each time.
    Whoever dies in between leaves it as ``sending``, and nothing sends it again by itself.
    """
    letter = claim(key, now=now)
    if letter is None:
        return None
    try:
        mail = worded(letter, now=now)
        if mail is not None:
            hand_over(mail, letter.address)
    except UnclearError as error:
        return settle(letter, Outcome.UNCLEAR, now=now, problem=in_short(error.__cause__))
    except Exception as error:  # noqa: BLE001  whatever it is, the letter goes back
        logger.warning("letter %s was not sent: %s", letter.pk, type(error).__name__)
        return put_back(letter, in_short(error), now=now)
    if mail is None:
        if is_to_nobody(letter):
            letter.delete()
            return Outcome.DROPPED
        return settle(letter, Outcome.DROPPED, now=now)
    return settle(letter, Outcome.SENT, now=now, mail=mail)


def send_again(letter: Letter, *, by: User, now: datetime) -> None:
    """Put a letter that failed, or may not have arrived, back to be sent.

    Only for the secretariat; raises PermissionDenied. Raises Refused where it is on its way
    or done, and where its secret was forgotten meanwhile.
    """
    if not permissions.rights(by, on=timezone.localdate(now)).is_secretariat:
        raise PermissionDenied
    with transaction.atomic():
        stored = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
        if not can_send_again(stored, now=now):
            raise Refused(_("This e-mail cannot be sent again."))
        stored.state, stored.attempts, stored.due_at = LetterState.WAITING, 0, now
        stored.taken_at, stored.problem = None, ""
        stored.save(update_fields=["state", "attempts", "due_at", "taken_at", "problem"])
    logger.info("letter %s is sent again, ordered by user %s", stored.pk, by.pk)


def can_send_again(letter: Letter, *, now: datetime) -> bool:
    """Tell whether the secretariat may order a letter again: failed or unclear, not emptied."""
    is_open = letter.state == LetterState.FAILED or is_unclear(letter, now=now)
    return is_open and (letter.kind not in SECRET_LETTERS or has_secret(letter))


def is_unclear(letter: Letter, *, now: datetime) -> bool:
    """Tell whether a letter was claimed and nobody said, or could say, how it went."""
    if letter.state != LetterState.SENDING or letter.taken_at is None:
        return False
    return bool(letter.problem) or letter.taken_at < now - UNCLEAR_AFTER


def unclear(*, now: datetime) -> Q:
    """Return the filter for which ``is_unclear`` holds."""
    return Q(state=LetterState.SENDING) & (~Q(problem="") | Q(taken_at__lt=now - UNCLEAR_AFTER))


# --- Parts ----------------------------------------------------------------------


def claim(key: int, *, now: datetime) -> Letter | None:
    """Claim a letter; None where somebody else was faster. Stored before anything is sent."""
    with transaction.atomic(durable=True):
        rows = Letter.objects.filter(pk=key, state=LetterState.WAITING, due_at__lte=now)
        taken = rows.update(
            state=LetterState.SENDING, attempts=F("attempts") + 1, taken_at=now, problem=""
        )
        return Letter.objects.select_related("user").get(pk=key) if taken else None


def worded(letter: Letter, *, now: datetime) -> Mail | None:
    """Return what a letter says; None where nobody is left to read it, or nothing to say."""
    if not is_wanted(letter, now=now):
        return None
    kind, on = LetterKind(letter.kind), timezone.localdate(now)
    return emails.compose(kind, letter.facts, letter.language, on=on)


def is_wanted(letter: Letter, *, now: datetime) -> bool:
    """Tell whether a letter still has somebody to go to, and a reason."""
    if not letter.address or (letter.user is not None and not wants(letter.user, letter.kind)):
        return False
    if letter.kind == LetterKind.INVITATION:
        found = Invitation.objects.filter(pk=letter.facts.get("invitation")).first()
        return found is not None and found.is_open(now=now)
    if letter.kind == LetterKind.SIGN_IN:
        return "code" not in letter.facts or now <= letter.written_at + CODE_LIVES
    if letter.kind == LetterKind.RETURNED:
        return may_read(letter, on=timezone.localdate(now))
    # Whoever receives a report, or an answer, has no account, and needs none.
    if letter.kind in OUTSIDERS:
        return letter.kind == LetterKind.ANSWER or all(stands(letter) for stands in STANDS)
    return Membership.objects.current().filter(user=letter.user).exists()


def wants(person: User, kind: str) -> bool:
    """Tell whether somebody can be written to, and has not asked to be spared such letters."""
    return person.is_active and not (person.only_needed and kind in OPTIONAL_LETTERS)


def is_to_nobody(letter: Letter) -> bool:
    """Tell whether a letter stands for a code that was asked for an address without an account.

    It is put there so that both cost the page the same; nothing of it is kept.
    """
    return letter.kind == LetterKind.SIGN_IN and not letter.address


def may_read(letter: Letter, *, on: date) -> bool:
    """Tell whether a letter's reader still writes for the entry that it quotes from."""
    entry = Entry.objects.select_related("responsibility").filter(pk=letter.facts["entry"]).first()
    if entry is None or letter.user is None:
        return False
    rights = permissions.rights(letter.user, on=on)
    return permissions.can_write_for(rights, entry.responsibility)


def hand_over(mail: Mail, address: str) -> None:
    """Hand a letter to the mail server; raises UnclearError where it may have taken it."""
    connection = get_connection()
    connection.open()  # a fault before this is done is none of the letter's
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[address], connection=connection)
    message.attach_alternative(mail.html, "text/html")
    message.reply_to = [mail.reply_to] if mail.reply_to else []
    message.extra_headers = {
        "Auto-Submitted": "auto-generated",
        # Notices of absence would reach the secretariat, one for each letter.
        "X-Auto-Response-Suppress": "All",
    }
    try:
        message.send()
    except REFUSALS:
        raise
    except Exception as error:
        raise UnclearError from error
    finally:
        close(connection)


def close(connection: Any) -> None:
    """Take leave of the mail server; what goes wrong now changes nothing."""
    try:
        connection.close()
    except Exception as error:  # noqa: BLE001  the letter is with the server already
        logger.info("the mail server did not take leave: %s", type(error).__name__)


def put_back(letter: Letter, text: str, *, now: datetime) -> Outcome:
    """Let a letter that was not sent wait longer than the last time, or give it up."""
    if letter.attempts > len(PAUSES):
        return settle(letter, Outcome.FAILED, now=now, problem=text)
    later = now + PAUSES[letter.attempts - 1]
    change(letter, state=LetterState.WAITING, due_at=later, taken_at=None, problem=text)
    return Outcome.LATER


STATES = {
    Outcome.SENT: LetterState.SENT,
    Outcome.FAILED: LetterState.FAILED,
    Outcome.DROPPED: LetterState.DROPPED,
    Outcome.UNCLEAR: LetterState.SENDING,
}


def settle(
    letter: Letter,
    outcome: Outcome,
    *,
    now: datetime,
    mail: Mail | None = None,
    problem: str = "",
) -> Outcome:
    """Store what became of a letter; forget its secrets, and keep no text that holds any."""
    kept = mail if letter.kind not in SECRET_LETTERS else None
    columns: dict[str, object] = {
        "state": STATES[outcome],
        "sent_at": now if outcome == Outcome.SENT else None,
        "problem": problem,
        "subject": kept.subject if kept else "",
        "text": kept.text if kept else "",
    }
    if outcome != Outcome.UNCLEAR and has_secret(letter):
        columns["facts"] = without_secrets(letter)
    change(letter, **columns)
    return outcome


def change(letter: Letter, **columns: object) -> None:
    """Store columns of a letter, as long as it is still ours from this very attempt."""
    ours = Letter.objects.filter(
        pk=letter.pk, state=LetterState.SENDING, attempts=letter.attempts, taken_at=letter.taken_at
    )
    ours.update(**columns)


def without_secrets(letter: Letter) -> dict[str, object]:
    """Return the facts of a letter without what only its reader should know."""
    if letter.kind == LetterKind.SIGN_IN:
        return {}
    return {name: value for name, value in letter.facts.items() if name != "secret"}


def has_secret(letter: Letter) -> bool:
    """Tell whether the secret of a letter is still there."""
    return without_secrets(letter) != letter.facts


def forget_secrets(*, now: datetime) -> None:
    """Give up letters with secrets of which nobody has said for a day how they went."""
    rows = Letter.objects.filter(
        kind__in=[kind.value for kind in SECRET_LETTERS],
        state=LetterState.SENDING,
        taken_at__lt=now - SECRET_LIVES,
    )
    for letter in rows:
        settle(letter, Outcome.FAILED, now=now, problem=NOBODY_KNOWS)


def in_short(error: BaseException | None) -> str:
    """Return in short what went wrong, without anybody's address."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return re.sub(r"[^\s<>'\"(]+@[^\s<>'\")]+", "…", text)[:LONGEST_PROBLEM]
