"""Keeps who receives the reports of a plan, and the letters that go with them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.enums import LetterKind
from actions.models import Letter, Plan, User
from actions.models.returned import Holders
from actions.outbox import letters as outbox
from actions.refusals import Refused
from actions.services import plan as plans
from actions.services import rounds as round_service
from actions.services import seen as seeing
from actions.services.entries import day
from actions.workbooks.tables import in_all
from reports.models import PUBLISHED, CoveringLetter, Edition, Recipient, Transmission
from reports.services import editions

# What came back from a recipient is shown where the list is.
RECIPIENTS = Holders(
    rows=lambda: Recipient.objects.select_related("plan").annotate(low=Lower("email")),
    page=lambda row: reverse("reports:recipients", args=[row.plan.slug]),
)
LISTED = ("kind", "organisation", "function", "language", "email", "address")
WRITTEN = ("to", "subject", "text")


@transaction.atomic
def save_recipient(
    recipient: Recipient,
    columns: Mapping[str, Any],
    *,
    seen: str | None = None,
    by: User,
    now: datetime,
) -> Recipient:
    """Store a recipient, by column; raises Conflict where it is no longer what was ``seen``."""
    round_service.secretariat(by, now)
    if recipient.pk:
        stored = Recipient.objects.select_for_update().filter(pk=recipient.pk).first()
        if stored is None:
            raise Refused(_("Somebody else has removed this recipient meanwhile."))
        recipient = stored
    given = {name: columns[name] for name in LISTED}
    seeing.check(recipient, given, seen)
    for name, value in given.items():
        setattr(recipient, name, value)
    plans.save(recipient, by=by)
    return recipient


@transaction.atomic
def forget(address: str) -> None:
    """Take the address of somebody who is erased out of the lists of recipients."""
    for rows in (Recipient.objects, Recipient.history.model.objects):
        rows.filter(email__iexact=address).update(email="")


@transaction.atomic
def remove_recipient(recipient: Recipient, *, by: User, now: datetime) -> None:
    """Take a recipient from the list, where no letter was ever sent to it; twice does nothing.

    A letter that was begun and not sent goes with it; its history stays.
    """
    round_service.secretariat(by, now)
    Plan.objects.select_for_update().get(pk=recipient.plan_id)
    # Whoever writes or sends a letter to it waits here, or is waited for.
    held(recipient)
    rows = list(CoveringLetter.objects.filter(recipient=recipient.pk))
    if any(row.transmission_id for row in rows):
        raise Refused(_("A covering letter was sent to this recipient: it stays in the list."))
    for row in rows:
        plans.delete(row, by=by)
    stored = Recipient.objects.filter(pk=recipient.pk).first()
    if stored is not None:
        plans.delete(stored, by=by)


@transaction.atomic
def save(
    letter: CoveringLetter,
    columns: Mapping[str, str],
    *,
    seen: str | None = None,
    by: User,
    now: datetime,
) -> CoveringLetter:
    """Store a letter, by column; raises Conflict where it is no longer what was ``seen``.

    Raises Refused where its edition does not speak, or it was sent.
    """
    round_service.secretariat(by, now)
    stored = lock(letter)
    given = {name: columns[name] for name in WRITTEN}
    seeing.check(stored if stored.pk else None, given, seen)
    check_open(stored)
    for name, value in given.items():
        setattr(stored, name, value)
    plans.save(stored, by=by)
    return stored


@transaction.atomic
def send(
    letter: CoveringLetter, *, seen: str | None = None, by: User, now: datetime
) -> CoveringLetter:
    """Put a stored letter into the outbox for its recipient's address, and log that it was sent.

    Twice sends it once. Raises Refused without an address, where its edition does not speak, and
    where it is no longer what was ``seen``.
    """
    round_service.secretariat(by, now)
    stored = lock(letter)
    if stored.is_sent:
        return stored
    check_open(stored)
    if seen is not None and seeing.digest(stored, WRITTEN) != seen:
        raise Refused(_("Somebody else has changed the covering letter meanwhile. Look again."))
    if not stored.recipient.email:
        raise Refused(_("No e-mail address of this recipient is known."))
    log(stored, means=means(stored, is_mail=True), sent_on=day(now), by=by, now=now)
    outbox.put(
        LetterKind.COVERING,
        key=f"covering:{stored.pk}:{stored.transmission_id}",
        to=stored.recipient.email,
        language=stored.language,
        facts={
            "plan": stored.edition.round.plan.slug,
            "transmission": stored.transmission_id,
            "subject": stored.subject,
            "text": stored.text,
            "is_sample": stored.edition.round.is_sample,
        },
        now=now,
    )
    return stored


@transaction.atomic
def record(letter: CoveringLetter, *, sent_on: date, by: User, now: datetime) -> CoveringLetter:
    """Log that a stored letter was sent otherwise than from here. Twice logs it once.

    Raises ValidationError for a day that has not come, or lies before the publication.
    """
    round_service.secretariat(by, now)
    stored = lock(letter)
    if stored.is_sent:
        return stored
    check_open(stored)
    if stored.edition.published_at and sent_on < day(stored.edition.published_at):
        raise ValidationError({"sent_on": _("The report was not published yet on this day.")})
    log(stored, means=means(stored, is_mail=False), sent_on=sent_on, by=by, now=now)
    return stored


# --- Parts ----------------------------------------------------------------------


def lock(letter: CoveringLetter) -> CoveringLetter:
    """Return what is stored of a letter, which nobody else writes until this is stored."""
    edition = Edition.objects.select_for_update(of=("self",)).defer("content")
    letter.edition = edition.select_related("round__plan__contact_row").get(pk=letter.edition_id)
    if held(letter.recipient) is None:
        raise Refused(_("Somebody else has removed this recipient meanwhile."))
    rows = CoveringLetter.objects.select_related("recipient", "transmission")
    stored = rows.filter(edition=letter.edition, recipient=letter.recipient).first()
    if stored is None:
        return letter
    stored.edition = letter.edition
    return stored


def held(recipient: Recipient) -> Recipient | None:
    """Keep others from removing a recipient, or writing to it; None where it is gone."""
    return Recipient.objects.select_for_update().filter(pk=recipient.pk).first()


def stands(letter: Letter) -> bool:
    """Tell whether an e-mail with a report is still to leave: logged as sent, and published."""
    rows = Transmission.objects.filter(pk=letter.facts.get("transmission"), struck_at=None)
    return rows.filter(edition__state=PUBLISHED).exists()


def check_open(letter: CoveringLetter) -> None:
    """Refuse a letter that was sent, or whose edition readers do not see."""
    if not letter.edition.is_published:
        raise Refused(_("Only a published edition is sent."))
    if letter.is_sent:
        raise Refused(_("This covering letter was sent: it stays as it was."))


def log(letter: CoveringLetter, *, means: str, sent_on: date, by: User, now: datetime) -> None:
    """Record the transmission of a letter; readers see the organisation, and nobody's name."""
    letter.transmission = editions.record_transmission(
        letter.edition,
        recipient=letter.recipient.organisation,
        sent_on=sent_on,
        means=means,
        by=by,
        now=now,
    )
    plans.save(letter, by=by)


WAYS = (gettext_lazy("by e-mail"), gettext_lazy("by post"))


def means(letter: CoveringLetter, *, is_mail: bool) -> str:
    """Return how a letter went, in its own language."""
    with translation.override(letter.language):
        return str(WAYS[0] if is_mail else WAYS[1])


def means_told(stored: str) -> str:
    """Return how something went in the active language where the site wrote it, else as typed."""
    return next((str(way) for way in WAYS if stored in in_all(way)), stored)
