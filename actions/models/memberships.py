"""Who may do what for which actor, and who was invited to."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import MemberRole
from actions.models.actors import Actor
from actions.models.fields import code_check
from actions.models.history import history

MEMBER_ROLES = [
    (MemberRole.VOICE.value, pgettext_lazy("role of a member", "Voice")),
    (MemberRole.OBSERVER.value, _("Observer")),
    (MemberRole.CONTRIBUTOR.value, _("Contributor")),
    (MemberRole.COORDINATOR.value, _("Coordinator")),
    (MemberRole.REVIEWER.value, _("Reviewer")),
    (MemberRole.SECRETARIAT.value, _("Secretariat")),
]
ROLE_MEANINGS = {
    MemberRole.VOICE: _("writes notes on the draft of a report, where the organisation is invited"),
    MemberRole.OBSERVER: _("reads entries and drafts of reports"),
    MemberRole.CONTRIBUTOR: _("writes and submits the entries of the organisation"),
    MemberRole.COORDINATOR: _("also invites and removes colleagues of the organisation"),
    MemberRole.REVIEWER: _("accepts or returns entries of other organisations"),
    MemberRole.SECRETARIAT: _("manages rounds, members, reviews and reports"),
}


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about memberships."""

    def current(self) -> "MembershipQuerySet":
        """Return the memberships that have not ended, of people who may sign in."""
        return self.filter(ended_at__isnull=True, user__is_active=True)


class Membership(models.Model):
    """A role of a person for an actor; it ends, and is never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships",
        verbose_name=_("person"),
    )  # fmt: skip
    actor = models.ForeignKey(
        Actor, models.PROTECT, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=MEMBER_ROLES)
    started_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    history = history()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["actor", "user", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "actor"],
                condition=Q(ended_at__isnull=True),
                name="membership_one_role",
                violation_error_message=_("This person has a role in the organisation already."),
            ),
            code_check("membership_role_known", "role", MemberRole),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.actor} ({self.role})"

    @property
    def role_meaning(self) -> str:
        """What the role lets somebody do, in words."""
        return str(ROLE_MEANINGS[MemberRole(self.role)])

    @property
    def role_label(self) -> str:
        """The role in words."""
        return str(dict(MEMBER_ROLES)[self.role])


class Invitation(models.Model):
    """An invitation by e-mail: a secret in a link, good once and for some days."""

    email = models.EmailField(_("e-mail address"), max_length=254)
    actor = models.ForeignKey(
        Actor, models.PROTECT, related_name="invitations", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=MEMBER_ROLES)
    language = models.CharField(
        _("language of correspondence"),
        max_length=2,
        default="nl",
        choices=[("nl", "Nederlands"), ("fr", "français"), ("de", "Deutsch"), ("en", "English")],
    )
    digest = models.CharField(_("digest of the secret"), max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="invitations",
        verbose_name=_("used by"),
    )  # fmt: skip

    history = history()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "-id"]
        constraints = [
            code_check("invitation_role_known", "role", MemberRole),
            models.UniqueConstraint(
                Lower("email"),
                "actor",
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open",
                violation_error_message=_("There is an open invitation to this address already."),
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.actor}"

    def clean(self) -> None:
        """Write addresses as accounts do."""
        self.email = self.email.strip().lower()
        if len(self.email) == 0:
            raise ValidationError({"email": _("Enter an e-mail address.")})

    @property
    def role_meaning(self) -> str:
        """What the role lets somebody do, in words."""
        return str(ROLE_MEANINGS[MemberRole(self.role)])

    def is_open(self, *, now: Any) -> bool:
        """Tell whether it can still be used."""
        return self.used_at is None and self.withdrawn_at is None and now < self.expires_at

    @property
    def role_label(self) -> str:
        """The role in words."""
        return str(dict(MEMBER_ROLES)[self.role])
