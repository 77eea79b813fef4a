"""Documents that facts were taken from; every fact names one."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actions.models.fields import char_field, draft_of, text_field
from actions.models.history import history
from actions.models.natural import NaturalKey, NaturalKeyManager

# The key of the source of what the secretariat enters without naming a document.
BY_SECRETARIAT = "secretariat"
# What the keys of decrees and decisions begin with that acts on the site rest on.
OF_AN_ACT = "act-"


class Source(NaturalKey):
    """A document: what it is called, in which language it is, where it stands."""

    NATURAL_KEY = ("key",)

    key = models.SlugField(_("key"), max_length=60, unique=True)
    title = char_field(_("title"), 300)
    language = models.CharField(_("language"), max_length=2, default="en")
    url = models.URLField(_("address"), max_length=500, blank=True)
    note = text_field(_("note"))
    is_confirmed = models.BooleanField(
        _("read by the editors"),
        default=True,
        help_text=_("Not ticked: a fact with this source is shown as not confirmed."),
    )
    draft_of = draft_of()

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_document(self) -> bool:
        """Tell whether it is a document, and not the secretariat that entered something."""
        return self.key != BY_SECRETARIAT

    @property
    def is_of_an_act(self) -> bool:
        """Tell whether the secretariat gave it for something that it recorded on the site."""
        return self.key == BY_SECRETARIAT or self.key.startswith(OF_AN_ACT)

    @property
    def label(self) -> str:
        """What it is called: its title; of what the secretariat entered, that in words."""
        return self.title if self.is_document else str(_("entered by the secretariat"))

    @property
    def label_language(self) -> str:
        """The language of ``label``."""
        return self.language if self.is_document else (get_language() or "en")

    def natural_key(self) -> tuple[str]:
        """Return what fixtures name this row by."""
        return (self.key,)
