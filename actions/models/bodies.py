"""Acts by which bodies change: renamed, taken over as a whole or in parts; and their undoing."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actions.enums import BodyAct
from actions.models.actors import Actor
from actions.models.fields import code_check

BODY_ACTS = [
    (BodyAct.RENAME.value, _("New name")),
    (BodyAct.MERGER.value, _("Taken over by another body")),
    (BodyAct.SPLIT.value, _("Divided among several bodies")),
]


class BodyChange(models.Model):
    """What was done to a body, effective on a day, with what it takes to undo it.

    ``made`` has the keys of the rows that the act made and what it changed in others stood
    before; see ``services.bodies``. ``moved_at`` is when the members of the body were given
    their places in its successors: on the day, by whoever works then.
    """

    act = models.CharField(_("act"), max_length=20, choices=BODY_ACTS)
    actor = models.ForeignKey(
        Actor, models.CASCADE, related_name="changes", verbose_name=_("organisation")
    )
    on = models.DateField(_("takes effect on"))
    made = models.JSONField(_("what it changed"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    moved_at = models.DateTimeField(_("members moved at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("undone by"),
    )  # fmt: skip
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a body")
        verbose_name_plural = _("changes of bodies")
        ordering = ["-at", "-id"]
        constraints = [
            code_check("body_change_act_known", "act", BodyAct),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True)
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="body_change_undone_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["actor"],
                condition=Q(act__in=[BodyAct.MERGER.value, BodyAct.SPLIT.value], undone_at=None),
                name="body_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.actor_id} {self.on}"
