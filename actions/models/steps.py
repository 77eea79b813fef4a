"""The steps of the secretariat's year: when each is planned, and who sees to it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actions.enums import NOT_BY_LAW, TICKED, StepKind
from actions.models.fields import LANGUAGE_NAMES, code_check
from actions.models.history import history
from actions.models.rounds import ReportingRound

STEP_KINDS = [
    (StepKind.PLAN.value, _("Plan the round")),
    (StepKind.OPEN.value, _("Open the round")),
    (StepKind.CHASE.value, _("Chase what is not in")),
    (StepKind.CLOSE.value, _("Close the round")),
    (StepKind.REVIEW.value, _("Review")),
    (StepKind.TRANSLATE.value, _("Translate")),
    (StepKind.COMMENTS.value, _("Comments on the draft")),
    (StepKind.VALIDATION.value, _("Validation by the working group")),
    (StepKind.COMMISSION.value, _("Decision of the commission")),
    (StepKind.COUNCIL.value, _("Decision of the Council of Ministers")),
    (StepKind.FREEZE.value, _("Freeze the report")),
    (StepKind.PUBLISH.value, _("Publish the report")),
    (StepKind.SEND.value, _("Send the report")),
]
IS_TICKED = Q(kind__in=[kind.value for kind in TICKED])
IS_TRANSLATION = Q(kind=StepKind.TRANSLATE.value)


class RoundStep(models.Model):
    """What is planned of one step of a round; whether it is done follows from facts elsewhere.

    The translation has one for each language. ``done_on`` and ``not_needed`` are ticked by hand,
    and only where nothing else that is recorded says so.
    """

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="steps", verbose_name=_("round")
    )
    kind = models.CharField(_("step"), max_length=20, choices=STEP_KINDS)
    language = models.CharField(
        _("language"), max_length=2, choices=list(LANGUAGE_NAMES.items()), blank=True, default=""
    )
    planned_on = models.DateField(_("planned on"), null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("person"),
    )  # fmt: skip
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("stand-in"),
    )  # fmt: skip
    done_on = models.DateField(_("done on"), null=True, blank=True)
    not_needed = models.BooleanField(_("not needed"), default=False)

    history = history()

    class Meta:
        verbose_name = _("step of a round")
        verbose_name_plural = _("steps of rounds")
        ordering = ["round", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "language"], name="step_once"),
            code_check("step_kind_known", "kind", StepKind),
            models.CheckConstraint(
                condition=(IS_TRANSLATION & Q(language__in=["nl", "fr", "de", "en"]))
                | (~IS_TRANSLATION & Q(language="")),
                name="step_language_of_translation",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | IS_TICKED, name="step_done_by_hand"
            ),
            models.CheckConstraint(
                condition=Q(not_needed=False)
                | Q(IS_TICKED, done_on__isnull=True)
                | (IS_TRANSLATION & Q(language__in=NOT_BY_LAW)),
                name="step_not_needed_by_hand",
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True)
                | Q(person__isnull=True)
                | ~Q(person=F("stand_in")),
                name="step_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.kind} {self.language}".strip()

    def clean(self) -> None:
        """Say at the field what cannot be together."""
        if self.person_id and self.person_id == self.stand_in_id:
            raise ValidationError({"stand_in": _("Choose somebody else to stand in.")})
        if self.done_on and self.not_needed:
            message = _("A step that was done was needed: give the day or tick the box.")
            raise ValidationError({"not_needed": message})

    @property
    def key(self) -> str:
        """What it is known by in its round: its kind, and the language of a translation."""
        return f"{self.kind}_{self.language}" if self.language else self.kind

    @property
    def label(self) -> str:
        """What it is called in the active language."""
        if not self.language:
            return str(self.get_kind_display())
        return gettext("Translate: %(language)s") % {"language": self.get_language_display()}
