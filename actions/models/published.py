"""What the newest published edition of each round says: the only follow-up that readers see."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from actions.enums import Nature, Status
from actions.models.actions import Action
from actions.models.fields import code_check
from actions.models.plan import Plan
from actions.models.responsibilities import Responsibility
from actions.models.rounds import ReportingRound
from actions.models.statuses import coverage_words, status_word
from document.snapshot import is_partial, status_code


class PublishedRound(models.Model):
    """A round with a published edition: its newest one."""

    round = models.OneToOneField(
        ReportingRound, models.CASCADE, related_name="shown", verbose_name=_("round")
    )
    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="published_rounds", verbose_name=_("plan")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    edition = models.PositiveSmallIntegerField(_("edition"))
    published_on = models.DateField(_("published on"))
    reference_date = models.DateField(_("reference date"))
    is_sample = models.BooleanField(_("sample data"), default=False)
    facts = models.JSONField(_("figures and changes"), default=dict)

    class Meta:
        verbose_name = _("published round")
        verbose_name_plural = _("published rounds")
        ordering = ["plan", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "year"], name="published_round_once"),
        ]

    def __str__(self) -> str:
        return f"{self.plan.slug} {self.year} e{self.edition}"


class PublishedAction(models.Model):
    """The published status of an action in a round, with all that the edition says of it.

    ``facts`` is the action of the edition's snapshot.
    """

    shown = models.ForeignKey(
        PublishedRound, models.CASCADE, related_name="actions", verbose_name=_("published round")
    )
    action = models.ForeignKey(
        Action, models.CASCADE, related_name="published", verbose_name=_("action")
    )
    nature = models.CharField(_("nature"), max_length=20, blank=True, default="")
    status = models.CharField(_("status"), max_length=20)
    overdue = models.BooleanField(_("overdue"), default=False)
    expected = models.PositiveSmallIntegerField(_("expected"), default=0)
    reported = models.PositiveSmallIntegerField(_("reported"), default=0)
    movement = models.CharField(_("movement"), max_length=20, blank=True, default="")
    facts = models.JSONField(_("content of the edition"), default=dict)

    class Meta:
        verbose_name = _("published status of an action")
        verbose_name_plural = _("published statuses of actions")
        ordering = ["shown", "action"]
        constraints = [
            models.UniqueConstraint(fields=["shown", "action"], name="published_action_once"),
            code_check("published_action_status_known", "status", Status),
            code_check("published_action_nature_known", "nature", Nature, blank=True),
        ]

    def __str__(self) -> str:
        return f"{self.shown}: {self.action.label} {self.status}"

    @property
    def code(self) -> str:
        """What picks the word, colour and sign of the status."""
        return status_code(self.status, self.nature)

    @property
    def word(self) -> str:
        """The word of the status."""
        return str(status_word(self.status, self.nature))

    @property
    def is_incomplete(self) -> bool:
        """Tell whether the status rests on some of the expected entries only."""
        return is_partial(self.reported, self.expected)

    @property
    def coverage_words(self) -> str:
        """On how many reports the status rests: "3 of 5 reported"."""
        return coverage_words(self.reported, self.expected)


class PublishedEntry(models.Model):
    """The published status of one actor on one action in a round; "" where nothing came."""

    shown = models.ForeignKey(
        PublishedRound, models.CASCADE, related_name="entries", verbose_name=_("published round")
    )
    responsibility = models.ForeignKey(
        Responsibility, models.CASCADE, related_name="published", verbose_name=_("responsibility")
    )
    nature = models.CharField(_("nature"), max_length=20, blank=True, default="")
    status = models.CharField(_("status"), max_length=20, blank=True, default="")
    expected = models.BooleanField(_("expected"), default=True)
    since = models.PositiveSmallIntegerField(_("since"), null=True, blank=True)
    late = models.BooleanField(_("late"), default=False)

    class Meta:
        verbose_name = _("published status of an actor")
        verbose_name_plural = _("published statuses of actors")
        ordering = ["shown", "responsibility"]
        constraints = [
            models.UniqueConstraint(
                fields=["shown", "responsibility"], name="published_entry_once"
            ),
            code_check("published_entry_status_known", "status", Status, blank=True),
        ]

    def __str__(self) -> str:
        return f"{self.shown}: {self.responsibility} {self.status}"

    @property
    def code(self) -> str:
        """What picks the word, colour and sign of the status."""
        return status_code(self.status or Status.NOT_REPORTED, self.nature)

    @property
    def word(self) -> str:
        """The word of the status."""
        return str(status_word(self.status or Status.NOT_REPORTED, self.nature))
