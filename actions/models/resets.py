"""Resets of a lost second factor: who proposed, why, and what became of it; never deleted."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import MemberRole, ResetState
from actions.models.fields import code_check, text_field
from actions.models.memberships import Membership

RESET_STATES = [
    (ResetState.OPEN.value, pgettext_lazy("state of a reset", "Waits for a reviewer")),
    (ResetState.DONE.value, pgettext_lazy("state of a reset", "Reset")),
    (ResetState.REFUSED.value, pgettext_lazy("state of a reset", "Refused")),
    (ResetState.WITHDRAWN.value, pgettext_lazy("state of a reset", "Withdrawn")),
    (ResetState.LAPSED.value, pgettext_lazy("state of a reset", "Lapsed")),
]


class FactorResetQuerySet(models.QuerySet["FactorReset"]):
    """Questions about resets."""

    def standing(self, *, now: datetime) -> "FactorResetQuerySet":
        """Return those that a reviewer can still confirm.

        Their day is not over, the person may be helped, and whoever proposed belongs to the
        secretariat without a break since.
        """
        seats = Membership.objects.current().filter(
            user=models.OuterRef("proposed_by"),
            role=MemberRole.SECRETARIAT,
            started_at__lte=models.OuterRef("proposed_at"),
        )
        return self.filter(
            models.Exists(seats), state=ResetState.OPEN, expires_at__gt=now, person__is_active=True
        )


class FactorReset(models.Model):
    """A proposal to take somebody's second factors away, and how it ended.

    Nobody proposed what the command on the server did. ``reason`` and ``note`` are emptied when
    the person is erased; nothing else ever changes after it ended.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    reason = text_field(_("reason"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("proposed by"),
    )  # fmt: skip
    proposed_at = models.DateTimeField(_("proposed at"))
    expires_at = models.DateTimeField(_("valid until"))
    state = models.CharField(
        _("state"), max_length=20, choices=RESET_STATES, default=ResetState.OPEN.value
    )
    note = text_field(_("note"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip
    closed_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = FactorResetQuerySet.as_manager()

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        ordering = ["-proposed_at", "-id"]
        constraints = [
            code_check("factor_reset_state_known", "state", ResetState),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state=ResetState.OPEN.value),
                name="factor_reset_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state=ResetState.OPEN.value, closed_at=None, closed_by=None)
                | (~Q(state=ResetState.OPEN.value) & Q(closed_at__isnull=False)),
                name="factor_reset_closed_with_time",
            ),
            # Two people, and neither of them the owner; nobody where the server did it.
            models.CheckConstraint(
                condition=~Q(state=ResetState.DONE.value)
                | Q(proposed_by=None, closed_by=None)
                | (
                    Q(proposed_by__isnull=False, closed_by__isnull=False)
                    & ~Q(closed_by=F("proposed_by")) & ~Q(closed_by=F("person"))
                ),
                name="factor_reset_by_two",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None) | ~Q(proposed_by=F("person")),
                name="factor_reset_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=ResetState.OPEN.value) | Q(proposed_by__isnull=False),
                name="factor_reset_proposed_by_somebody",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person_id} {self.proposed_at:%Y-%m-%d} ({self.state})"
