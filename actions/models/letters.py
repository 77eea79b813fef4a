"""The outbox: letters, written with what they report and sent after it is stored."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import LetterKind, LetterState
from actions.models.fields import char_field, code_check, text_field
from actions.models.rounds import ReportingRound

LETTER_KINDS = [
    (LetterKind.INVITATION.value, _("Invitation")),
    (LetterKind.SIGN_IN.value, _("Signing in")),
    (LetterKind.ROUND_OPENED.value, _("Round opened")),
    (LetterKind.RETURNED.value, _("Entry returned")),
    (LetterKind.ACCEPTED.value, _("Entries accepted")),
    (LetterKind.LET_IN.value, _("Entries for a further edition")),
    (LetterKind.WRITING_ENDED.value, _("End of writing")),
    (LetterKind.MORE_TIME.value, _("More time")),
    (LetterKind.DAYS_CHANGED.value, _("Days of a round changed")),
    (LetterKind.DRAFT_OPENED.value, _("Draft open for comments")),
    (LetterKind.PUBLISHED.value, _("Report published")),
    (LetterKind.REMINDER.value, _("Reminder")),
    (LetterKind.RECEIPT.value, _("Receipt")),
    (LetterKind.ASKED.value, _("Reminder by a colleague")),
    (LetterKind.BY_HAND.value, _("Written by the secretariat")),
    (LetterKind.COVERING.value, _("Covering letter")),
    (LetterKind.MOVED.value, _("Organisation taken over")),
    (LetterKind.ANSWER.value, _("Answer to a reader")),
    (LetterKind.NOTES_OPENED.value, _("Invitation to write notes")),
    (LetterKind.NOTE_DECIDED.value, _("Decision on a note")),
    (LetterKind.NOTES_TAKEN.value, _("Notes to answer")),
    (LetterKind.SECOND_LOOK.value, _("Second look at a note")),
]
LETTER_STATES = [
    (LetterState.WAITING.value, pgettext_lazy("state of a letter", "Waiting")),
    (LetterState.SENDING.value, pgettext_lazy("state of a letter", "Being sent")),
    (LetterState.SENT.value, pgettext_lazy("state of a letter", "Sent")),
    (LetterState.FAILED.value, pgettext_lazy("state of a letter", "Failed")),
    (LetterState.DROPPED.value, pgettext_lazy("state of a letter", "Not needed any more")),
]


class Letter(models.Model):
    """One letter to one person; ``key`` says what it is about, so that none goes twice.

    ``facts`` is what its text is made from when it is sent; secrets in it (codes, links of
    invitations) are wiped once it is sent. ``subject`` and ``text`` keep what was sent of
    letters without secrets.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=LETTER_KINDS)
    key = models.CharField(_("key"), max_length=200, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="letters",
        verbose_name=_("person"),
    )  # fmt: skip
    address = models.CharField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=2)
    facts = models.JSONField(_("facts"), default=dict)
    state = models.CharField(
        _("state"), max_length=20, choices=LETTER_STATES, default=LetterState.WAITING.value
    )
    written_at = models.DateTimeField(_("written at"))
    due_at = models.DateTimeField(_("due at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    taken_at = models.DateTimeField(_("taken up at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True, default="")
    subject = models.CharField(_("subject"), max_length=300, blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-written_at", "-id"]
        constraints = [
            code_check("letter_kind_known", "kind", LetterKind),
            code_check("letter_state_known", "state", LetterState),
            models.CheckConstraint(
                condition=Q(state=LetterState.SENT.value, sent_at__isnull=False)
                | (~Q(state=LetterState.SENT.value) & Q(sent_at__isnull=True)),
                name="letter_sent_with_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="letter_to_send")]

    def __str__(self) -> str:
        return self.key


class Circular(models.Model):
    """What the secretariat wrote to several people about a round, in the languages they read."""

    round = models.ForeignKey(
        ReportingRound, models.PROTECT, related_name="circulars", verbose_name=_("round")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    at = models.DateTimeField(_("written at"))
    subject_nl = char_field(_("subject (Dutch)"), 150, blank=True, default="")
    text_nl = text_field(_("text (Dutch)"))
    subject_fr = char_field(_("subject (French)"), 150, blank=True, default="")
    text_fr = text_field(_("text (French)"))
    subject_de = char_field(_("subject (German)"), 150, blank=True, default="")
    text_de = text_field(_("text (German)"))
    subject_en = char_field(_("subject (English)"), 150, blank=True, default="")
    text_en = text_field(_("text (English)"))

    class Meta:
        verbose_name = _("e-mail to several people")
        verbose_name_plural = _("e-mails to several people")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.round} {self.at:%Y-%m-%d}"

    def said(self, language: str) -> tuple[str, str]:
        """Return subject and text in a language, else in the first that it is written in."""
        for code in (language, "nl", "fr", "en", "de"):
            if text := getattr(self, f"text_{code}", ""):
                return getattr(self, f"subject_{code}"), text
        return "", ""


class Reminded(models.Model):
    """Up to which day the reminders lie in the outbox: one row, which a run locks and moves on.

    It is stored together with the letters: so no day is done twice, and none is left out.
    """

    until = models.DateField(_("reminded up to"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reminders sent")
        verbose_name_plural = _("reminders sent")

    def __str__(self) -> str:
        return f"{self.until}"
