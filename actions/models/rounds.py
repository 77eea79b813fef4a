"""Rounds of the follow-up, extensions for actors, and overridden statuses."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import REPORTABLE, RoundKind, RoundState
from actions.models.actions import Action
from actions.models.actors import Actor
from actions.models.fields import code_check, language_property, text_field, text_property
from actions.models.history import history
from actions.models.plan import Plan
from actions.models.statuses import STATUS_WORDS
from actions.rules import reminders

ROUND_KINDS = [
    (RoundKind.YEARLY.value, _("Yearly follow-up")),
    (RoundKind.EVALUATION.value, _("Evaluation of the plan")),
]
ROUND_STATES = [
    (RoundState.PLANNED.value, pgettext_lazy("state of a round", "Planned")),
    (RoundState.OPEN.value, pgettext_lazy("state of a round", "Open")),
    (RoundState.CLOSED.value, pgettext_lazy("state of a round", "Closed")),
]


def days_before() -> list[int]:
    """Return how many days before the deadline of a new round somebody is reminded."""
    return list(reminders.BEFORE)


def days_after() -> list[int]:
    """Return how many days after the deadline of a new round somebody is reminded."""
    return list(reminders.AFTER)


def validate_counts(value: Any) -> None:
    """Refuse anything but some different numbers of days."""
    is_list = isinstance(value, list) and all(type(count) is int for count in value)
    if not is_list or not all(0 <= count <= reminders.MOST_DAYS for count in value):
        message = _("Give numbers of days from 0 to %(most)s.")
        raise ValidationError(message, params={"most": reminders.MOST_DAYS})
    if len(value) > reminders.MOST_REMINDERS or len(set(value)) < len(value):
        message = _("Give at most %(most)s numbers, each once.")
        raise ValidationError(message, params={"most": reminders.MOST_REMINDERS})


class YearlyRounds(models.Manager["ReportingRound"]):
    """The rounds that follow up: an evaluation asks nobody and takes no part in any year."""

    def get_queryset(self) -> models.QuerySet["ReportingRound"]:
        """Leave the evaluations out."""
        return super().get_queryset().filter(kind=RoundKind.YEARLY.value)


class ReportingRound(models.Model):
    """One follow-up of a plan: a year, with the days that structure it.

    An evaluation is a round of its own kind, over the published yearly ones: closed from the
    start, as nobody is asked. Only what speaks of reports and editions reads it, by
    ``of_any_kind``; ``objects`` and ``plan.rounds`` are the yearly rounds.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="rounds", verbose_name=_("plan"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2017), MaxValueValidator(2100)]
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=ROUND_KINDS, default=RoundKind.YEARLY.value
    )
    opens_on = models.DateField(_("opens on"))
    deadline = models.DateField(
        _("deadline"), help_text=_("Entries submitted after this day are marked as late.")
    )
    closes_on = models.DateField(
        _("closes on"), help_text=_("The last day on which members can write.")
    )
    reference_date = models.DateField(
        _("reference date"),
        help_text=_("The day that the status refers to, as a rule 31 December."),
    )
    remind_before = models.JSONField(
        _("reminders before the deadline, in days"), default=days_before, blank=True,
        validators=[validate_counts],
    )  # fmt: skip
    remind_after = models.JSONField(
        _("reminders after the deadline, in days"), default=days_after, blank=True,
        validators=[validate_counts],
    )  # fmt: skip
    state = models.CharField(
        _("state"), max_length=20, choices=ROUND_STATES, default=RoundState.PLANNED.value,
        editable=False,
    )  # fmt: skip
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    frozen_at = models.DateTimeField(_("report frozen at"), null=True, blank=True, editable=False)
    published = models.PositiveSmallIntegerField(
        _("newest published edition"), null=True, blank=True, editable=False
    )
    reopening_reason = text_field(_("why it was reopened"), editable=False)
    is_sample = models.BooleanField(_("sample data"), default=False, editable=False)

    history = history()

    objects = YearlyRounds()
    of_any_kind = models.Manager["ReportingRound"]()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["plan", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "year", "kind"],
                name="round_once_a_year",
                violation_error_message=_("The plan has a round for this year already."),
            ),
            code_check("round_kind_known", "kind", RoundKind),
            code_check("round_state_known", "state", RoundState),
            models.CheckConstraint(
                condition=Q(deadline__gte=F("opens_on")),
                name="round_deadline_after_opening",
                violation_error_message=_("The deadline is before the opening."),
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("deadline")),
                name="round_close_after_deadline",
                violation_error_message=_("The round closes before the deadline."),
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.PLANNED.value, opened_at__isnull=True)
                | (~Q(state=RoundState.PLANNED.value) & Q(opened_at__isnull=False)),
                name="round_opened_with_time",
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.CLOSED.value, closed_at__isnull=False)
                | (~Q(state=RoundState.CLOSED.value) & Q(closed_at__isnull=True)),
                name="round_closed_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.slug} {self.name}"

    @property
    def name(self) -> str:
        """What addresses and commands call it in its plan: "2025", "2027-evaluation"."""
        return f"{self.year}-{self.kind}" if self.is_evaluation else str(self.year)

    @property
    def is_evaluation(self) -> bool:
        """Tell whether it evaluates the plan over the published yearly rounds."""
        return self.kind == RoundKind.EVALUATION

    def clean(self) -> None:
        """Say at which field the days are out of order."""
        found = {}
        if self.opens_on and self.deadline and self.deadline < self.opens_on:
            found["deadline"] = _("The deadline is before the opening.")
        if self.deadline and self.closes_on and self.closes_on < self.deadline:
            found["closes_on"] = _("The round closes before the deadline.")
        is_yearly = not self.is_evaluation
        if (
            is_yearly
            and self.year
            and self.reference_date
            and self.reference_date.year != self.year
        ):
            found["reference_date"] = _("The reference date lies outside the round’s year.")
        if found:
            raise ValidationError(found)

    @property
    def is_open(self) -> bool:
        """Tell whether the round was opened and not closed."""
        return self.state == RoundState.OPEN

    @property
    def is_frozen(self) -> bool:
        """Tell whether an edition of its report is frozen and not published yet."""
        return self.frozen_at is not None

    @property
    def is_published(self) -> bool:
        """Tell whether an edition of its report was published; then only corrections are made."""
        return self.published is not None

    @property
    def is_planned(self) -> bool:
        """Tell whether the round was never opened."""
        return self.state == RoundState.PLANNED


class Extension(models.Model):
    """A later last day for one actor, with the reason."""

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="extensions", verbose_name=_("round")
    )
    actor = models.ForeignKey(
        Actor, models.PROTECT, related_name="extensions", verbose_name=_("actor")
    )
    until = models.DateField(_("may write until"))
    reason = text_field(_("reason"), blank=False)

    history = history()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["round", "actor"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "actor"],
                name="extension_once",
                violation_error_message=_("The actor has an extension in this round already."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.until}"

    def clean(self) -> None:
        """Refuse an extension that ends before the round does."""
        if self.round_id and self.until and self.until <= self.round.closes_on:
            raise ValidationError(
                {"until": _("Choose a day after the round closes; before, everybody may write.")}
            )


class Override(models.Model):
    """A status that the secretariat puts in place of the derived one, with a published reason."""

    round = models.ForeignKey(
        ReportingRound, models.PROTECT, related_name="overrides", verbose_name=_("round")
    )
    action = models.ForeignKey(
        Action, models.PROTECT, related_name="overrides", verbose_name=_("action")
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=[(code, word) for code, word in STATUS_WORDS.items() if code in REPORTABLE],
    )
    reason_en = text_field(_("reason (English)"))
    reason_fr = text_field(_("reason (French)"), blank=False)
    reason_nl = text_field(_("reason (Dutch)"), blank=False)
    reason_de = text_field(_("reason (German)"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    institution = models.ForeignKey(
        Actor, models.PROTECT, related_name="+", verbose_name=_("institution of the author")
    )
    at = models.DateTimeField(_("set at"))

    history = history()

    reason = text_property("reason")
    reason_language: ClassVar[property] = language_property("reason")

    class Meta:
        verbose_name = _("status set by the secretariat")
        verbose_name_plural = _("statuses set by the secretariat")
        ordering = ["round", "action"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "action"],
                name="override_once",
                violation_error_message=_(
                    "The secretariat has already set a status for this action."
                ),
            ),
            code_check("override_status_known", "status", sorted(REPORTABLE)),
            models.CheckConstraint(
                condition=~Q(reason_nl="") & ~Q(reason_fr=""), name="override_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.label}: {self.status}"
