"""Who of an organisation sees to which of its entries: agreed among colleagues, no right."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actions.enums import AssignmentEnd
from actions.models.fields import code_check
from actions.models.history import history
from actions.models.responsibilities import Responsibility

ASSIGNMENT_ENDS = [
    (AssignmentEnd.TAKEN_AWAY.value, _("taken away, or given to somebody else")),
    (AssignmentEnd.GONE.value, _("the person writes for it no longer")),
]


class Assignment(models.Model):
    """A person who sees to a responsibility, from round to round; it ends, and is never deleted.

    It says whom colleagues count on. Everybody who writes for the organisation still may.
    """

    responsibility = models.ForeignKey(
        Responsibility, models.CASCADE, related_name="assignments",
        verbose_name=_("responsibility"),
    )  # fmt: skip
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments",
        verbose_name=_("person"),
    )  # fmt: skip
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("assigned by"),
    )  # fmt: skip
    started_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    why = models.CharField(
        _("why it ended"), max_length=20, blank=True, default="", choices=ASSIGNMENT_ENDS
    )
    # Of a body that took over: the assignment at the one before, which this one goes on from.
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by",
        verbose_name=_("follows"),
    )  # fmt: skip

    history = history()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["responsibility", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["responsibility"],
                condition=Q(ended_at__isnull=True),
                name="assignment_one_person",
                violation_error_message=_("This is assigned to somebody already."),
            ),
            code_check("assignment_end_known", "why", AssignmentEnd, blank=True),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, why="")
                | (Q(ended_at__isnull=False) & ~Q(why="")),
                name="assignment_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.responsibility_id}: {self.person}"

    @property
    def is_current(self) -> bool:
        """Tell whether the person still sees to it."""
        return self.ended_at is None

    @classmethod
    def of(cls, responsibilities: Any) -> dict[int, "Assignment"]:
        """Return, by responsibility, who sees to it, or who did until they left; one query."""
        rows = cls.objects.filter(responsibility__in=list(responsibilities))
        found = {row.responsibility_id: row for row in rows.select_related("person").order_by("pk")}
        return {
            key: row
            for key, row in found.items()
            if row.is_current or row.why == AssignmentEnd.GONE
        }
