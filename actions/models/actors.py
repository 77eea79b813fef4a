"""Organisations: a tree with levels, names valid for a time, aliases and successors."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import ActorKind, IcsdRole, Level
from actions.models.fields import (
    char_field,
    code_check,
    draft_of,
    in_language,
    language_property,
    period_check,
    text_field,
    text_property,
)
from actions.models.history import history
from actions.models.natural import NaturalKey, NaturalKeyManager
from actions.models.sources import Source
from actions.querysets import ActorQuerySet
from document import collation
from document import names as naming

LEVELS = [
    (Level.FEDERAL.value, _("Federal")),
    (Level.FLEMISH.value, _("Flemish")),
    (Level.WALLOON.value, _("Walloon")),
    (Level.BRUSSELS.value, pgettext_lazy("level of government", "Brussels")),
    (Level.COMMUNITIES.value, _("Communities")),
    (Level.INDEPENDENT.value, _("Independent")),
    (Level.PARTNER.value, pgettext_lazy("level of government", "Partner")),
]
KINDS = [
    (ActorKind.GOVERNMENT.value, _("Government")),
    (ActorKind.ORGANISATION.value, _("Organisation")),
    (ActorKind.SERVICE.value, _("Service of an organisation")),
    (ActorKind.PLATFORM.value, _("Platform without legal personality")),
    (ActorKind.COMMITTEE.value, _("Committee or council")),
    (ActorKind.UNSPECIFIED.value, _("Not named by the source")),
]
ICSD_ROLES = [
    (IcsdRole.MEMBER.value, _("Member of the ICSD")),
    (IcsdRole.OBSERVER.value, _("Observer at the ICSD")),
]


class ActorManager(NaturalKeyManager.from_queryset(ActorQuerySet)):  # type: ignore[misc]
    """Finds actors: see ``ActorQuerySet``."""


class Actor(NaturalKey):
    """An organisation that a source names, with its place in the tree of government."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField(
        _("key in addresses"),
        max_length=60,
        unique=True,
        help_text=_("Used permanently in addresses and files; do not change it."),
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    level = models.CharField(_("level of government"), max_length=20, choices=LEVELS)
    kind = models.CharField(
        _("kind"), max_length=20, choices=KINDS, default=ActorKind.ORGANISATION.value
    )
    icsd_role = models.CharField(
        _("seat in the ICSD"), max_length=20, choices=ICSD_ROLES, blank=True, default=""
    )
    valid_from = models.DateField(_("exists from"), null=True, blank=True)
    valid_to = models.DateField(_("exists until"), null=True, blank=True)
    coordinator_submits = models.BooleanField(
        _("only coordinators submit"),
        default=False,
        help_text=_("Contributors write; a coordinator of the organisation approves and submits."),
    )
    note_en = text_field(_("note (English)"))
    note_fr = text_field(_("note (French)"))
    note_nl = text_field(_("note (Dutch)"))
    note_de = text_field(_("note (German)"))
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")
    source_detail = char_field(_("where in the source"), 500, blank=True, default="")
    draft_of = draft_of()

    objects: ClassVar[ActorManager] = ActorManager()
    history = history()

    note = text_property("note")
    note_language = language_property("note")

    class Meta:
        verbose_name = _("actor")
        verbose_name_plural = _("actors")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="actor_not_its_own_parent",
                violation_error_message=_("An actor cannot be part of itself."),
            ),
            code_check("actor_level_known", "level", Level),
            code_check("actor_kind_known", "kind", ActorKind),
            code_check("actor_icsd_role_known", "icsd_role", IcsdRole, blank=True),
            period_check("actor_exists_in_order"),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        """Return the actor's page under the current plan, in the active language."""
        return reverse("actions:actor", args=[settings.CURRENT_PLAN, self.slug])

    def clean(self) -> None:
        """Refuse a parent that would close a circle."""
        ancestor, seen = self.parent, set()
        while ancestor is not None and ancestor.pk not in seen:
            if ancestor.pk == self.pk is not None:
                raise ValidationError({"parent": _("An actor cannot be part of itself.")})
            seen.add(ancestor.pk)
            ancestor = ancestor.parent

    @property
    def is_unspecified(self) -> bool:
        """Tell whether the source speaks of this body without naming it."""
        return self.kind == ActorKind.UNSPECIFIED

    def name_record(self, on: date | None = None) -> "ActorName | None":
        """Return the name valid on a day, without one today: an announced name waits for its."""
        return name_valid(self.names.all(), on or timezone.localdate())

    @property
    def name(self) -> str:
        """Today's name in the active language; the slug where there is none."""
        record = self.name_record()
        return record.name if record else self.slug

    @property
    def abbreviation(self) -> str:
        """Today's abbreviation in the active language, or nothing."""
        record = self.name_record()
        return record.abbreviation if record else ""

    @property
    def name_language(self) -> str:
        """The language that ``name`` is shown in."""
        record = self.name_record()
        return record.name_language if record else "en"

    @property
    def label(self) -> str:
        """Today's name, with the abbreviation in brackets where it adds something."""
        record = self.name_record()
        return record.label if record else self.slug

    @property
    def short(self) -> str:
        """The shortest thing to call it by: the abbreviation, else the name."""
        return self.abbreviation or self.name

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """What it is sorted by where bodies stand in the order of their names."""
        return collation.by_name(self.label, self.slug)


def name_valid(names: Iterable["ActorName"], on: date) -> "ActorName | None":
    """Return the name that is valid on a day: the latest one that started by then.

    Before the first dated name the first name stands in, as an organisation always has one.
    """
    ordered = sorted(names, key=lambda name: name.valid_from or date.min)
    started = [n for n in ordered if (n.valid_from or date.min) <= on]
    return started[-1] if started else (ordered[0] if ordered else None)


class ActorName(NaturalKey):
    """What an actor is called from a day on, until its next name starts."""

    NATURAL_KEY = ("actor__slug", "valid_from")

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="names", verbose_name=_("actor"))
    valid_from = models.DateField(
        _("name valid from"), null=True, blank=True, help_text=_("Empty: since it exists.")
    )
    name_en = char_field(_("name (English)"), 200, blank=True, default="")
    name_fr = char_field(_("name (French)"), 200, blank=True, default="")
    name_nl = char_field(_("name (Dutch)"), 200, blank=True, default="")
    name_de = char_field(_("name (German)"), 200, blank=True, default="")
    abbreviation_en = char_field(_("abbreviation (English)"), 40, blank=True, default="")
    abbreviation_fr = char_field(_("abbreviation (French)"), 40, blank=True, default="")
    abbreviation_nl = char_field(_("abbreviation (Dutch)"), 40, blank=True, default="")
    abbreviation_de = char_field(_("abbreviation (German)"), 40, blank=True, default="")
    working_languages = char_field(
        _("languages of working names"),
        20,
        blank=True,
        default="",
        help_text=_("Codes of the languages whose name is not confirmed, such as “de fr”."),
    )
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")
    source_detail = char_field(_("where in the source"), 500, blank=True, default="")

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    class Meta:
        verbose_name = _("name of an actor")
        verbose_name_plural = _("names of an actor")
        ordering = ["actor", F("valid_from").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "valid_from"],
                name="actor_name_one_a_day",
                violation_error_message=_("The actor has a name from this day on already."),
            ),
            models.UniqueConstraint(
                fields=["actor"],
                condition=Q(valid_from__isnull=True),
                name="actor_name_one_first",
                violation_error_message=_("The actor has a first name already; date this one."),
            ),
            models.CheckConstraint(
                condition=~Q(name_en="", name_fr="", name_nl="", name_de=""),
                name="actor_name_in_some_language",
                violation_error_message=_("Write the name in at least one language."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def _spoken(self) -> tuple[str, str]:
        return in_language(self, "name", naming.fallbacks(self.actor.level))

    @property
    def name(self) -> str:
        """The name in the active language, else in the one that ``rules.names`` puts first."""
        return self._spoken()[0]

    @property
    def name_language(self) -> str:
        """The language that name and abbreviation are shown in."""
        return self._spoken()[1]

    @property
    def abbreviation(self) -> str:
        """The abbreviation in the language of the name; none where it has none there."""
        return str(getattr(self, f"abbreviation_{self.name_language}"))

    @property
    def label(self) -> str:
        """The name, with the abbreviation in brackets where it adds something."""
        name, short = self.name, self.abbreviation
        return f"{name} ({short})" if naming.adds(short, name) else name

    @property
    def short(self) -> str:
        """The shortest thing to call it by: the abbreviation, else the name."""
        return self.abbreviation or self.name

    def clean(self) -> None:
        """Refuse a code that is no language."""
        if set(self.working_languages.split()) - {"en", "fr", "nl", "de"}:
            message = _("Use the codes en, fr, nl and de, with spaces between.")
            raise ValidationError({"working_languages": message})


class ActorAlias(NaturalKey):
    """Another way in which a source writes an actor, slips of the pen included."""

    NATURAL_KEY = ("actor__slug", "text")

    actor = models.ForeignKey(
        Actor, models.CASCADE, related_name="aliases", verbose_name=_("actor")
    )
    text = char_field(_("as written"), 200)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ["actor", "text"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "text"],
                name="actor_alias_once",
                violation_error_message=_("The actor has this alias already."),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="actor_alias_not_empty"),
        ]

    def __str__(self) -> str:
        return self.text


class Succession(NaturalKey):
    """An actor that took over from another one on a day; a split has several successors."""

    NATURAL_KEY = ("predecessor__slug", "successor__slug")

    predecessor = models.ForeignKey(
        Actor, models.PROTECT, related_name="successions", verbose_name=_("predecessor")
    )
    successor = models.ForeignKey(
        Actor, models.PROTECT, related_name="origins", verbose_name=_("successor")
    )
    on = models.DateField(_("took over on"))
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")
    source_detail = char_field(_("where in the source"), 500, blank=True, default="")

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["on", "predecessor"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"],
                name="succession_once",
                violation_error_message=_("This succession is recorded already."),
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")),
                name="succession_of_another",
                violation_error_message=_("An actor cannot succeed itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"
