"""How often somebody has guessed a code: counted where all processes see it at once."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Guesses(models.Model):
    """How many guesses of one code were judged; gone after a day.

    ``key`` is a digest of the session and the moment in which the code was asked for, so that
    it says nothing of whose code it is. What readers report is counted here too, by the hour and
    by a digest of the network it comes from.
    """

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    number = models.PositiveSmallIntegerField(_("number"), default=0)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("guesses of a code")
        verbose_name_plural = _("guesses of codes")
        ordering = ["since"]
        indexes = [models.Index(fields=["since"], name="guesses_age")]

    def __str__(self) -> str:
        return self.key
