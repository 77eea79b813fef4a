"""What forms brought beside the record: texts that are not saved yet, and forms sent already."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class UnsavedText(models.Model):
    """What somebody typed into a form and has not saved; seen by nobody else, gone after a while.

    ``address`` is where the form is sent, without its language, ``page`` where it stands. No
    history: it is theirs alone until they save it, and goes without a trace when they discard it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    address = models.CharField(_("address of the form"), max_length=300)
    page = models.CharField(_("page of the form"), max_length=500, blank=True, default="")
    # A list of pairs of names and values, as a browser sends them.
    content = models.JSONField(_("content"), default=list)
    updated_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("unsaved text")
        verbose_name_plural = _("unsaved texts")
        ordering = ["user", "address"]
        constraints = [
            models.UniqueConstraint(fields=["user", "address"], name="unsaved_text_once"),
        ]
        indexes = [models.Index(fields=["updated_at"], name="unsaved_text_age")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.address}"


class SentForm(models.Model):
    """That a form which makes something was sent, so that the same form makes one.

    ``digest`` is of its token and its content, ``leads_to`` where it led.
    """

    digest = models.CharField(_("digest"), max_length=64, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    leads_to = models.CharField(_("leads to"), max_length=500, blank=True, default="")
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")
        ordering = ["sent_at"]
        indexes = [models.Index(fields=["sent_at"], name="sent_form_age")]

    def __str__(self) -> str:
        return self.digest
