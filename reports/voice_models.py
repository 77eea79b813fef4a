"""The right of reply: its days, the organisations that are invited, their notes, the answers."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.models import Action, Actor, ReportingRound, Section
from actions.models.entries import WRITTEN_IN, validate_address
from actions.models.fields import no_control_characters, person, text_field
from actions.models.history import history

LONGEST_NOTE, LONGEST_ANSWER = 3_000, 1_500
MOST_ADDRESSES = 10

DRAFT, SUBMITTED, TAKEN = "draft", "submitted", "taken"
REFUSED, SECOND_LOOK, UPHELD = "refused", "second_look", "upheld"
NOTE_STATES = [
    (DRAFT, pgettext_lazy("state of a note", "Draft")),
    (SUBMITTED, pgettext_lazy("state of a note", "Submitted")),
    (TAKEN, pgettext_lazy("state of a note", "Taken into the report")),
    (REFUSED, pgettext_lazy("state of a note", "Not taken")),
    (SECOND_LOOK, pgettext_lazy("state of a note", "Second look asked for")),
    (UPHELD, pgettext_lazy("state of a note", "Not taken, after a second look")),
]
ANSWER_STATES = [row for row in NOTE_STATES if row[0] in {DRAFT, SUBMITTED}]
# What waits for a decision: of the secretariat, of the co-chair.
WAITING = (SUBMITTED, SECOND_LOOK)
# What does not stand in the report, for a reason that its author knows.
NOT_TAKEN = (REFUSED, UPHELD)

INSULT, PERSONAL, UNLAWFUL, ADVERTISING, LENGTH = (
    "insult", "personal", "unlawful", "advertising", "length",
)  # fmt: skip
# The only grounds on which a note is not taken.
GROUNDS = [
    (INSULT, _("Insult")),
    (PERSONAL, _("Personal data")),
    (UNLAWFUL, _("Unlawful content")),
    (ADVERTISING, _("Advertising")),
    (LENGTH, pgettext_lazy("ground of a refusal", "Length")),
]


def validate_addresses(value: object) -> None:
    """Refuse anything but some addresses of pages or documents."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValidationError(_("Enter an address that starts with https:// or http://."))
    if len(value) > MOST_ADDRESSES:
        message = _("Give at most %(most)s addresses.")
        raise ValidationError(message, params={"most": MOST_ADDRESSES})
    for address in value:
        validate_address(address)


def is_over(given: ReportingRound) -> bool:
    """Tell whether nothing of a round's notes changes any more: frozen, or published."""
    return given.is_frozen or given.is_published


class RightOfReply(models.Model):
    """Whether and until when invited organisations write notes, and actors answer them.

    A round without one, or with one that is switched off, has none of it.
    """

    round = models.OneToOneField(
        ReportingRound, models.CASCADE, related_name="right_of_reply", verbose_name=_("round")
    )
    is_on = models.BooleanField(_("invited organisations write notes"), default=False)
    notes_until = models.DateField(_("notes until"), null=True, blank=True)
    answers_until = models.DateField(_("answers until"), null=True, blank=True)

    history = history()

    class Meta:
        verbose_name = _("right of reply")
        verbose_name_plural = _("rights of reply")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_on=False)
                | Q(
                    notes_until__isnull=False,
                    answers_until__isnull=False,
                    answers_until__gt=F("notes_until"),
                ),
                name="right_of_reply_with_days",
            ),
        ]

    def __str__(self) -> str:
        return str(self.round)

    def takes_notes(self, *, on: date) -> bool:
        """Tell whether voices read the draft and write notes on a day, the last one included."""
        return self.is_running(self.notes_until, on=on)

    def takes_answers(self, *, on: date) -> bool:
        """Tell whether actors answer notes on a day, the last one included."""
        return self.is_running(self.answers_until, on=on)

    def is_running(self, until: date | None, *, on: date) -> bool:
        """Tell whether something that ends on a day still goes on."""
        is_shut = not self.is_on or self.round.is_planned or is_over(self.round)
        return until is not None and on <= until and not is_shut


class InvitedVoice(models.Model):
    """That an organisation is invited to write notes on the draft of a round's report."""

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="voices", verbose_name=_("round")
    )
    actor = models.ForeignKey(
        Actor, models.PROTECT, related_name="voices", verbose_name=_("organisation")
    )
    by = person(_("invited by"))
    at = models.DateTimeField(_("invited at"))

    history = history()

    class Meta:
        verbose_name = _("invited organisation")
        verbose_name_plural = _("invited organisations")
        ordering = ["round", "actor"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "actor"],
                name="voice_once",
                violation_error_message=_("This organisation is invited already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.actor}"


class VoiceNote(models.Model):
    """What an invited organisation writes of one action or one section, and what became of it.

    It belongs to the organisation. ``reason`` goes to the author; so does ``second_reason``, with
    which the co-chair ends the matter.
    """

    voice = models.ForeignKey(
        InvitedVoice, models.PROTECT, related_name="notes", verbose_name=_("voice")
    )
    action = models.ForeignKey(
        Action, models.PROTECT, null=True, blank=True, related_name="voice_notes",
        verbose_name=_("action"),
    )  # fmt: skip
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="voice_notes",
        verbose_name=_("section"),
    )  # fmt: skip
    language = models.CharField(
        _("language"), max_length=2, blank=True, default="", choices=WRITTEN_IN
    )
    text = text_field(
        _("note"), validators=[no_control_characters, MaxLengthValidator(LONGEST_NOTE)]
    )
    evidence = models.JSONField(
        _("evidence"), default=list, blank=True, validators=[validate_addresses]
    )
    state = models.CharField(_("state"), max_length=20, choices=NOTE_STATES, default=DRAFT)
    written_by = person(_("written by"))
    written_at = models.DateTimeField(_("written at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    ground = models.CharField(_("ground"), max_length=20, blank=True, default="", choices=GROUNDS)
    reason = text_field(_("reason"))
    decided_by = person(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    asked_by = person(_("second look asked for by"), null=True, blank=True)
    asked_at = models.DateTimeField(_("second look asked for at"), null=True, blank=True)
    second_reason = text_field(_("reason of the co-chair"))
    second_by = person(_("looked at again by"), null=True, blank=True)
    second_at = models.DateTimeField(_("looked at again at"), null=True, blank=True)

    history = history()

    class Meta:
        verbose_name = _("note of a voice")
        verbose_name_plural = _("notes of voices")
        ordering = ["voice", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["voice", "action"],
                condition=Q(action__isnull=False),
                name="note_once_an_action",
            ),
            models.UniqueConstraint(
                fields=["voice", "section"],
                condition=Q(section__isnull=False),
                name="note_once_a_section",
            ),
            models.CheckConstraint(
                condition=Q(action__isnull=False, section__isnull=True)
                | Q(action__isnull=True, section__isnull=False),
                name="note_of_an_action_or_a_section",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[code for code, _word in NOTE_STATES]),
                name="note_state_known",
            ),
            models.CheckConstraint(
                condition=Q(ground__in=["", *(code for code, _word in GROUNDS)]),
                name="note_ground_known",
            ),
            models.CheckConstraint(
                condition=Q(state=DRAFT)
                | (Q(submitted_at__isnull=False) & ~Q(text="") & ~Q(language="")),
                name="note_submitted_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[REFUSED, SECOND_LOOK, UPHELD])
                | (~Q(ground="") & ~Q(reason="") & Q(decided_by__isnull=False)),
                name="note_refused_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voice} {self.about}"

    @property
    def about(self) -> str:
        """What it is about, in the active language: "Action 22", "Section 7"."""
        if self.action is not None:
            return _("Action %s") % self.action.label
        return _("Section %s") % (self.section.shown if self.section else "")

    @property
    def is_draft(self) -> bool:
        """Tell whether nobody but its organisation reads it."""
        return self.state == DRAFT

    @property
    def is_submitted(self) -> bool:
        """Tell whether it waits for the secretariat."""
        return self.state == SUBMITTED

    @property
    def is_taken(self) -> bool:
        """Tell whether the report prints it."""
        return self.state == TAKEN

    @property
    def is_refused(self) -> bool:
        """Tell whether it was refused, and its author may ask for a second look."""
        return self.state == REFUSED

    @property
    def is_asked(self) -> bool:
        """Tell whether it waits for the co-chair."""
        return self.state == SECOND_LOOK

    @property
    def is_upheld(self) -> bool:
        """Tell whether the co-chair refused it too: that is final."""
        return self.state == UPHELD


class NoteAnswer(models.Model):
    """What an actor answers to a note: one for each, written by its members."""

    note = models.ForeignKey(
        VoiceNote, models.PROTECT, related_name="answers", verbose_name=_("note")
    )
    actor = models.ForeignKey(
        Actor, models.PROTECT, related_name="note_answers", verbose_name=_("actor")
    )
    language = models.CharField(
        _("language"), max_length=2, blank=True, default="", choices=WRITTEN_IN
    )
    text = text_field(
        _("answer"), validators=[no_control_characters, MaxLengthValidator(LONGEST_ANSWER)]
    )
    state = models.CharField(_("state"), max_length=20, choices=ANSWER_STATES, default=DRAFT)
    written_by = person(_("written by"))
    written_at = models.DateTimeField(_("written at"))

    history = history()

    class Meta:
        verbose_name = _("answer to a note")
        verbose_name_plural = _("answers to notes")
        ordering = ["note", "id"]
        constraints = [
            models.UniqueConstraint(fields=["note", "actor"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(state=DRAFT) | (Q(state=SUBMITTED) & ~Q(text="") & ~Q(language="")),
                name="answer_submitted_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.note}: {self.actor}"

    @property
    def is_submitted(self) -> bool:
        """Tell whether the report prints it."""
        return self.state == SUBMITTED
