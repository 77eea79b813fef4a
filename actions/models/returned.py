"""Addresses at which e-mails did not arrive, as mail servers say in the messages they return."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from actions.models.fields import char_field
from actions.models.memberships import Invitation
from actions.models.people import User


@dataclass(frozen=True)
class Holders:
    """Who has addresses beside people and invitations.

    ``rows`` are theirs, each with its address in lower case as ``low`` and a name as its text;
    ``page`` is where one of them stands.
    """

    rows: Callable[[], models.QuerySet[Any]]
    page: Callable[[Any], str]


# Put in by the applications that keep such addresses.
HOLDERS: list[Holders] = []


def held_elsewhere() -> Q:
    """Return the condition that somebody else has the address of a row."""
    found = Q()
    for holders in HOLDERS:
        found |= Q(Exists(holders.rows().filter(low=OuterRef("address"))))
    return found


class ReturnedQuerySet(models.QuerySet["Returned"]):
    """Questions about addresses that failed."""

    def open(self) -> "ReturnedQuerySet":
        """Return what nobody has settled, of addresses that are still in use.

        Where the address of an account is another one now, the account is closed, or an
        invitation is used or withdrawn, it is settled by that.
        """
        people = User.objects.annotate(low=Lower("email")).filter(low=OuterRef("address"))
        invited = Invitation.objects.annotate(low=Lower("email")).filter(
            low=OuterRef("address"), used_at=None, withdrawn_at=None
        )
        in_use = Q(Exists(people.filter(is_active=True))) | Q(Exists(invited)) | held_elsewhere()
        return self.filter(in_use, settled_at=None)

    def newest(self) -> dict[str, "Returned"]:
        """Return the newest that is open of each address; one query."""
        return {row.address: row for row in self.open().order_by("at", "pk")}


class Returned(models.Model):
    """That an e-mail to an address came back: when, and what the server said of it.

    The message itself is not kept; ``digest`` knows it again.
    """

    address = models.CharField(_("e-mail address"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="returned",
        verbose_name=_("person"),
    )  # fmt: skip
    at = models.DateTimeField(_("returned at"))
    sentence = char_field(_("what the server said"), 300, blank=True, default="")
    digest = models.CharField(_("digest of the message"), max_length=64)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    taken_at = models.DateTimeField(_("uploaded at"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("settled by"),
    )  # fmt: skip
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = ReturnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("address that failed")
        verbose_name_plural = _("addresses that failed")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["digest", "address"], name="returned_once"),
            models.CheckConstraint(
                condition=Q(address=Lower(F("address"))) & ~Q(address=""),
                name="returned_address_in_lower_case",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True, settled_at__isnull=True)
                | Q(settled_by__isnull=False, settled_at__isnull=False),
                name="returned_settled_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.at:%Y-%m-%d}"

    @classmethod
    def mark(cls, rows: Any, name: str = "email") -> None:
        """Let each of some people or invitations know what came back from its address."""
        found = cls.objects.newest()
        for row in rows:
            row.failed = found.get(getattr(row, name).lower())

    @classmethod
    def name_holders(cls, rows: Any) -> None:
        """Let each of some rows know who else has its address: a name, and the page of it."""
        given = {row.address: row for row in rows}
        for holders in HOLDERS:
            for one in holders.rows().filter(low__in=given.keys()):
                given[one.low].holder = (str(one), holders.page(one))
