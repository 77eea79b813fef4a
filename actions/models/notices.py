"""What readers say is wrong on a page: for the secretariat alone, never shown in public."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actions.models.fields import char_field, text_field
from actions.models.plan import Plan

LONGEST_PAGE = 300
MOST_TEXT = 3000


class ErrorNoticeQuerySet(models.QuerySet["ErrorNotice"]):
    """Questions about what readers reported."""

    def open(self) -> "ErrorNoticeQuerySet":
        """Return what nobody has settled."""
        return self.filter(settled_at=None)


class ErrorNotice(models.Model):
    """One error that a reader reported, on one page; ``times`` says how often in the same words.

    ``page`` is a path of this site, "" where none is known. ``email`` is there for an answer
    alone, and goes a while after the notice is settled. ``token`` is a digest of what the form was
    opened with, so that one form sent twice is one notice; ``digest`` knows the same words again.
    """

    page = char_field(_("path of the page"), LONGEST_PAGE, blank=True, default="")
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("plan")
    )
    text = text_field(_("what is wrong"), blank=False)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True, default="")
    language = models.CharField(_("language"), max_length=2)
    at = models.DateTimeField(_("sent at"))
    last_at = models.DateTimeField(_("last sent at"))
    times = models.PositiveIntegerField(_("how often"), default=1)
    token = models.CharField(_("digest of the form"), max_length=64, unique=True)
    digest = models.CharField(_("digest of the words"), max_length=64)
    answer = text_field(_("answer"))
    note = text_field(_("note"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("settled by"),
    )  # fmt: skip
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = ErrorNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("error that a reader reported")
        verbose_name_plural = _("errors that readers reported")
        ordering = ["-last_at", "-id"]
        indexes = [models.Index(fields=["digest"], name="error_notice_words")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="error_notice_says_something"),
            models.CheckConstraint(
                condition=Q(page="") | (Q(page__startswith="/") & ~Q(page__startswith="//")),
                name="error_notice_of_this_site",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True, settled_at__isnull=True)
                | Q(settled_by__isnull=False, settled_at__isnull=False),
                name="error_notice_settled_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page or '–'} {self.at:%Y-%m-%d}"
