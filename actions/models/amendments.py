"""Amendments of a plan: drafts, what is confirmed for a day, what is in force, and its lines."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import AmendmentAct, AmendmentState
from actions.models.actions import Action
from actions.models.fields import (
    address_field,
    char_field,
    code_check,
    language_property,
    text_field,
    text_property,
)
from actions.models.history import history
from actions.models.plan import Plan

AMENDMENT_ACTS = [
    (AmendmentAct.ADD.value, _("Added")),
    (AmendmentAct.CHANGE.value, pgettext_lazy("an action of the plan", "Changed")),
    (AmendmentAct.WITHDRAW.value, _("Withdrawn")),
]


class Amendment(models.Model):
    """Changes of a plan that take effect together on a day.

    A draft until somebody confirms it; nothing of the plan changes before. ``made`` has the
    keys of the rows that it made and how others stood before; see ``services.amendments``.
    ``in_force_at`` is when the new wording took the place of the old one: on the day, by
    whoever works then.
    """

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="amendments", verbose_name=_("plan")
    )
    on = models.DateField(_("takes effect on"), null=True, blank=True)
    decided_on = models.DateField(_("date of the decision"), null=True, blank=True)
    document = char_field(_("title of the decision"), 300, blank=True, default="")
    address = address_field(_("address of the decision"))
    note_en = text_field(_("note (English)"))
    note_fr = text_field(_("note (French)"))
    note_nl = text_field(_("note (Dutch)"))
    note_de = text_field(_("note (German)"))
    made = models.JSONField(_("what it changed"), default=dict, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False,
        verbose_name=_("started by"),
    )  # fmt: skip
    started_at = models.DateTimeField(_("started at"), editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        editable=False, verbose_name=_("confirmed by"),
    )  # fmt: skip
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)
    in_force_at = models.DateTimeField(_("in force at"), null=True, blank=True, editable=False)

    history = history()

    note = text_property("note")
    note_language: ClassVar[property] = language_property("note")

    class Meta:
        verbose_name = _("amendment of a plan")
        verbose_name_plural = _("amendments of plans")
        ordering = ["plan", "-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(confirmed_at=None),
                name="amendment_one_draft",
                violation_error_message=_("An amendment of this plan is being prepared already."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None, in_force_at=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, on__isnull=False),
                name="amendment_confirmed_who_when_and_for",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.slug} {self.on or '–'}"

    @property
    def state(self) -> AmendmentState:
        """Where it stands."""
        if self.confirmed_at is None:
            return AmendmentState.DRAFT
        return AmendmentState.IN_FORCE if self.in_force_at else AmendmentState.WAITING

    @property
    def is_draft(self) -> bool:
        """Tell whether it is being prepared, and nothing rests on it."""
        return self.state == AmendmentState.DRAFT


class AmendmentLine(models.Model):
    """What an amendment does to one action.

    ``said`` holds, by column, what the action is to say (``actions.models.actions.SAID``);
    ``begins`` pairs of an organisation's key in addresses and a role; ``ends`` the keys of
    the organisations whose responsibility ends.
    """

    amendment = models.ForeignKey(
        Amendment, models.CASCADE, related_name="lines", verbose_name=_("amendment")
    )
    act = models.CharField(_("act"), max_length=20, choices=AMENDMENT_ACTS)
    # Of one that is added: from the confirmation on.
    action = models.ForeignKey(
        Action, models.CASCADE, null=True, blank=True, related_name="amendment_lines",
        verbose_name=_("action"),
    )  # fmt: skip
    parent = models.ForeignKey(
        Action, models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("sub-action of"),
    )  # fmt: skip
    said = models.JSONField(_("what it is to say"), default=dict, blank=True)
    begins = models.JSONField(_("who becomes responsible"), default=list, blank=True)
    ends = models.JSONField(_("whose responsibility ends"), default=list, blank=True)
    note_en = text_field(_("note (English)"))
    note_fr = text_field(_("note (French)"))
    note_nl = text_field(_("note (Dutch)"))
    note_de = text_field(_("note (German)"))

    history = history()

    note = text_property("note")
    note_language: ClassVar[property] = language_property("note")

    class Meta:
        verbose_name = _("line of an amendment")
        verbose_name_plural = _("lines of an amendment")
        ordering = ["amendment", "id"]
        constraints = [
            code_check("amendment_line_act_known", "act", AmendmentAct),
            models.UniqueConstraint(
                fields=["amendment", "action"],
                name="amendment_line_once",
                violation_error_message=_("This amendment changes the action already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.label}"

    @property
    def label(self) -> str:
        """The number that the action has now, or is to have where it is added."""
        return self.action.label if self.action else str(self.said.get("label", ""))

    def wanted(self) -> dict[str, Any]:
        """Return what the line says, to tell whether somebody changed it meanwhile."""
        names = ("act", "parent_id", "said", "begins", "ends")
        notes = ("note_nl", "note_fr", "note_de", "note_en")
        return {name: getattr(self, name) for name in (*names, *notes)}
