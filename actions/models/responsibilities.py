"""Who is responsible for what: an action and an actor, at most once together."""

from collections.abc import Collection
from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import EXPECTED_ROLES, Role
from actions.models.actions import Action
from actions.models.actors import Actor
from actions.models.fields import (
    char_field,
    code_check,
    no_control_characters,
    period_check,
    text_field,
    text_property,
)
from actions.models.history import history
from actions.models.natural import NaturalKey, NaturalKeyManager
from actions.models.sources import Source
from actions.rules import duties
from actions.rules.duties import Duty

ROLES = [
    (Role.LEAD.value, _("Lead")),
    (Role.RESPONSIBLE.value, _("Responsible")),
    (Role.PARTNER.value, pgettext_lazy("role in an action", "Partner")),
    (Role.BENEFICIARY.value, _("Beneficiary")),
]


def validate_phases(value: object) -> None:
    """Refuse anything but a list of short texts."""
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ValidationError(_("Write one phase a line."))
    for phase in value:
        no_control_characters(phase)


class Responsibility(NaturalKey):
    """What an actor is to an action, as printed or as inferred by the editors."""

    NATURAL_KEY = ("action__plan__slug", "action__label", "actor__slug")

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="responsibilities", verbose_name=_("action")
    )
    actor = models.ForeignKey(
        Actor, models.PROTECT, related_name="responsibilities", verbose_name=_("actor")
    )
    position = models.PositiveSmallIntegerField(_("order in the source"), default=0)
    role = models.CharField(_("role"), max_length=20, choices=ROLES)
    phases = models.JSONField(
        _("phases, as printed"),
        default=list,
        blank=True,
        validators=[validate_phases],
        help_text=_("One a line."),
    )
    printed_as = char_field(_("as printed"), 300, blank=True, default="")
    inferred = models.BooleanField(
        _("inferred by the editors"),
        default=False,
        help_text=_("The source does not print this actor or this role in so many words."),
    )
    reason_en = text_field(_("grounds (English)"))
    reason_fr = text_field(_("grounds (French)"))
    reason_nl = text_field(_("grounds (Dutch)"))
    reason_de = text_field(_("grounds (German)"))
    commitment = text_field(_("commitment in the actor's own words"))
    commitment_language = models.CharField(
        _("language of the commitment"), max_length=2, blank=True, default=""
    )
    expected_decision = models.BooleanField(
        _("an entry is expected"),
        null=True,
        blank=True,
        help_text=_(
            "Unknown: the rule decides (one is expected of lead and responsible actors, unless an "
            "organisation above them is responsible too)."
        ),
    )
    reports_through = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports_for",
        verbose_name=_("reports through"),
    )
    reports_through_from = models.DateField(_("reports through it from"), null=True, blank=True)
    reports_through_to = models.DateField(_("reports through it until"), null=True, blank=True)
    # Where a takeover raised the role: from which day on, and what held before.
    raised_on = models.DateField(_("in this role from"), null=True, blank=True, editable=False)
    role_before = models.CharField(
        _("role before"), max_length=20, blank=True, default="", choices=ROLES, editable=False
    )
    decision_before = models.BooleanField(
        _("an entry was expected before"), null=True, blank=True, editable=False
    )
    valid_from = models.DateField(_("responsible from"), null=True, blank=True)
    valid_to = models.DateField(_("responsible until"), null=True, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")
    source_detail = char_field(_("where in the source"), 500, blank=True, default="")

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    reason = text_property("reason")

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering = ["action", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "actor"],
                name="responsibility_once",
                violation_error_message=_("The actor is listed under this action already."),
            ),
            code_check("responsibility_role_known", "role", Role),
            period_check("responsibility_valid_in_order"),
            period_check(
                "responsibility_through_in_order", "reports_through_from", "reports_through_to"
            ),
            models.CheckConstraint(
                condition=Q(reports_through__isnull=True) | ~Q(reports_through=F("actor")),
                name="responsibility_through_another",
                violation_error_message=_("An actor cannot report through itself."),
            ),
            models.CheckConstraint(
                condition=Q(reports_through__isnull=False)
                | Q(reports_through_from__isnull=True, reports_through_to__isnull=True),
                name="responsibility_through_with_actor",
                violation_error_message=_("Say through which actor it reports."),
            ),
            models.CheckConstraint(
                condition=Q(commitment="", commitment_language="")
                | (~Q(commitment="") & ~Q(commitment_language="")),
                name="responsibility_commitment_with_language",
                violation_error_message=_("Say in which language the commitment is written."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.label} – {self.actor}"

    def clean(self) -> None:
        """Refuse a body that readers do not see yet under an action that they see."""
        if self.actor.draft_of_id and self.action.plan.is_published:
            message = _("This organisation came with a plan that readers do not see yet.")
            raise ValidationError({"actor": message})

    def is_valid(self, on: date) -> bool:
        """Tell whether the actor stands under the action on a day; see ``valid_on``."""
        started = self.valid_from is None or self.valid_from <= on
        ended = self.valid_to is not None and self.valid_to < on
        return started and not ended

    def goes_through(self, on: date) -> bool:
        """Tell whether another actor writes for this one on a day."""
        started = self.reports_through_from is None or self.reports_through_from <= on
        ended = self.reports_through_to is not None and self.reports_through_to < on
        return self.reports_through_id is not None and started and not ended

    def role_on(self, on: date) -> str:
        """Return the role on a day: before a takeover raised it, the one of before."""
        return self.role_before if self.raised_on and on < self.raised_on else self.role

    @property
    def role_label(self) -> str:
        """Today's role in words."""
        return str(dict(ROLES)[self.role_on(timezone.localdate())])

    def duty(self, on: date) -> Duty:
        """Return what the rule of expected entries needs to know of a day."""
        is_before = self.raised_on is not None and on < self.raised_on
        return Duty(
            actor=self.actor_id,
            expected_role=self.role_on(on) in EXPECTED_ROLES,
            unspecified=self.actor.is_unspecified,
            decision=self.decision_before if is_before else self.expected_decision,
        )


def expected_of(
    responsibilities: Collection[Responsibility], parents: duties.Tree, *, on: date
) -> set[int]:
    """Return the keys of the responsibilities of one action with an entry expected on a day."""
    expected = duties.expected_of([r.duty(on) for r in responsibilities], parents)
    return {r.pk for r in responsibilities if r.actor_id in expected}
