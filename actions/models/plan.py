"""A plan and its sections."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actions.models.fields import (
    WRITE_TITLE,
    address_field,
    char_field,
    in_language,
    language_property,
    period_check,
    some_text,
    text_field,
    text_property,
)
from actions.models.history import history
from actions.models.natural import NaturalKey, NaturalKeyManager
from actions.models.sources import Source
from actions.querysets import PlanQuerySet


class PlanManager(NaturalKeyManager.from_queryset(PlanQuerySet)):  # type: ignore[misc]
    """Finds plans: see ``PlanQuerySet``."""


class Plan(NaturalKey):
    """A national action plan."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField(_("key in addresses"), max_length=30, unique=True)
    title_en = char_field(_("title (English)"), 300, blank=True, default="")
    title_fr = char_field(_("title (French)"), 300, blank=True, default="")
    title_nl = char_field(_("title (Dutch)"), 300, blank=True, default="")
    title_de = char_field(_("title (German)"), 300, blank=True, default="")
    intro_en = text_field(_("introduction (English)"))
    intro_fr = text_field(_("introduction (French)"))
    intro_nl = text_field(_("introduction (Dutch)"))
    intro_de = text_field(_("introduction (German)"))
    working_languages = char_field(_("languages of working titles"), 20, blank=True, default="")
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    valid_from = models.DateField(_("runs from"), null=True, blank=True)
    valid_to = models.DateField(_("runs until"), null=True, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")
    source_detail = char_field(_("where in the source"), 500, blank=True, default="")
    document_en = address_field(_("address of the document (English)"))
    document_fr = address_field(_("address of the document (French)"))
    document_nl = address_field(_("address of the document (Dutch)"))
    document_de = address_field(_("address of the document (German)"))
    # A plan that was imported or made on the site is the secretariat's until it is published.
    is_published = models.BooleanField(_("seen by readers"), default=True, editable=False)

    objects: ClassVar[PlanManager] = PlanManager()
    history = history()

    title = text_property("title")
    title_language = language_property("title")
    intro = text_property("intro")
    document = text_property("document")
    document_language = language_property("document")
    intro_language = language_property("intro")

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["-valid_from", "slug"]
        constraints = [
            period_check("plan_runs_in_order"),
            some_text("plan_has_title", "title", WRITE_TITLE),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The title, with the year of adoption where the title names none."""
        year = str(self.adopted_on.year) if self.adopted_on else ""
        return self.title if not year or year in self.title else f"{self.title} ({year})"

    @property
    def contact(self) -> Contact | None:
        """Whom members ask; without a row of its own, the address of the whole site."""
        row: Contact | None = getattr(self, "contact_row", None)
        if row is None and settings.CONTACT_EMAIL:
            return Contact(plan=self, email=settings.CONTACT_EMAIL)
        return row

    def get_absolute_url(self) -> str:
        """Return the plan's overview in the active language."""
        return reverse("actions:plan", args=[self.slug])


class Contact(models.Model):
    """Whom members ask about a plan: shown on their pages and in letters; no part of its facts."""

    plan = models.OneToOneField(
        Plan, models.CASCADE, related_name="contact_row", verbose_name=_("plan")
    )
    name = char_field(_("name of the secretariat or the person"), 200)
    email = models.EmailField(_("e-mail address"))
    phone = char_field(_("telephone"), 60, blank=True, default="")

    history = history()

    class Meta:
        verbose_name = _("contact for members")
        verbose_name_plural = _("contacts for members")
        ordering = ["plan"]

    def __str__(self) -> str:
        return self.name


def site_contact() -> Contact | None:
    """Return whom to ask where something is about no plan: the contact of the current one."""
    plan = Plan.objects.filter(slug=settings.CURRENT_PLAN).select_related("contact_row").first()
    return plan.contact if plan else None


class Section(NaturalKey):
    """A numbered chapter of a plan."""

    NATURAL_KEY = ("plan__slug", "number")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sections", verbose_name=_("plan"))
    number = models.PositiveSmallIntegerField(_("number"))
    label = char_field(
        _("what the plan calls it"),
        10,
        blank=True,
        default="",
        help_text=_("Where it is no number: A, I.3. The number then only says the order."),
    )
    heading_label = char_field(_("number as the heading prints it"), 10, blank=True, default="")
    title_en = char_field(_("title (English)"), 300, blank=True, default="")
    title_fr = char_field(_("title (French)"), 300, blank=True, default="")
    title_nl = char_field(_("title (Dutch)"), 300, blank=True, default="")
    title_de = char_field(_("title (German)"), 300, blank=True, default="")
    short_en = char_field(_("short title (English)"), 60, blank=True, default="")
    short_fr = char_field(_("short title (French)"), 60, blank=True, default="")
    short_nl = char_field(_("short title (Dutch)"), 60, blank=True, default="")
    short_de = char_field(_("short title (German)"), 60, blank=True, default="")
    official_languages = char_field(_("languages of official titles"), 20, blank=True, default="")
    note_en = text_field(_("what is odd in the source (English)"))
    note_fr = text_field(_("what is odd in the source (French)"))
    note_nl = text_field(_("what is odd in the source (Dutch)"))
    note_de = text_field(_("what is odd in the source (German)"))
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    title = text_property("title")
    title_language = language_property("title")
    note = text_property("note")

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="section_number_once",
                violation_error_message=_("The plan has a section with this number already."),
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="section_number_from_1"),
            some_text("section_has_title", "title", WRITE_TITLE),
            models.UniqueConstraint(
                fields=["plan", "label"],
                condition=~Q(label=""),
                name="section_label_once",
                violation_error_message=_("The plan calls another section so already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown}. {self.title}"

    @property
    def shown(self) -> str:
        """What readers see as its number: what the plan calls it, else its number."""
        return self.label or str(self.number)

    def clean(self) -> None:
        """Refuse a number as a name, and to move a section with actions to another plan."""
        if self.label.isdecimal():
            raise ValidationError({"label": _("Leave this empty where it is a number.")})
        if self.pk and self.actions.exclude(plan=self.plan_id).exists():
            raise ValidationError({"plan": _("The section has actions of another plan.")})

    @property
    def short(self) -> str:
        """The short title where there is one, else the title; for boards and menus."""
        return in_language(self, "short")[0] or self.title

    @property
    def short_language(self) -> str:
        """The language of ``short``."""
        text, language = in_language(self, "short")
        return language if text else self.title_language

    @property
    def title_is_official(self) -> bool:
        """Tell whether the title that is shown is the plan's own wording."""
        return self.title_language in self.official_languages.split()
