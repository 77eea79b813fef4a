"""Where an action belongs, and what is odd about it: themes, schemes, flags."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actions.enums import SCHEME_SIZE, Basis, FlagCode, Scheme
from actions.models.actions import Action
from actions.models.fields import (
    WRITE_TITLE,
    char_field,
    code_check,
    draft_of,
    language_property,
    some_text,
    text_field,
    text_property,
)
from actions.models.history import history
from actions.models.natural import NaturalKey, NaturalKeyManager
from actions.models.sources import Source

BASES = [
    (Basis.SOURCE.value, _("Stated by the source")),
    (Basis.EDITORS.value, _("Classified by the editors")),
]
SCHEMES = [
    (Scheme.SDG.value, _("Sustainable Development Goal")),
    (Scheme.PILLAR.value, _("Pillar of the UN Guiding Principles")),
]
FLAGS = [
    (FlagCode.TITLE_DIFFERS.value, _("Heading and table print different titles")),
    (FlagCode.TITLE_WRONG.value, _("The table prints a wrong title")),
    (FlagCode.TITLE_SLIP.value, _("Slip in the wording of the title")),
    (FlagCode.TITLE_MISSING.value, _("Title not available")),
    (FlagCode.TITLE_INCOMPLETE.value, _("Title known in part only")),
    (FlagCode.TEXT_DIFFERS.value, _("The sources describe it in different words")),
    (FlagCode.REFERENCE_WRONG.value, _("A source refers to it by a wrong number")),
    (FlagCode.LABEL_DIFFERS.value, _("Heading and table number it differently")),
    (FlagCode.LABEL_MISSING.value, _("The table prints no number")),
    (FlagCode.HEADING_SCRAMBLED.value, _("The lines of the heading are out of order")),
    (FlagCode.ACTOR_MISSING.value, _("The source names no actor")),
    (FlagCode.ACTOR_UNNAMED.value, _("Some actors are not named")),
    (FlagCode.ACTOR_WHOLE_GOVERNMENT.value, _("A whole government without a service")),
    (FlagCode.ACTOR_ALIAS.value, _("Unusual name or spelling of an actor")),
    (FlagCode.ACTOR_WRONG_NAME.value, _("An actor under a wrong name")),
    (FlagCode.ACTOR_WRONG_PLACE.value, _("An actor listed under another organisation")),
    (FlagCode.ACTOR_DEFUNCT.value, _("An actor that no longer existed")),
    (FlagCode.ACTOR_SCOPE_UNCLEAR.value, _("Unclear which actors are meant")),
    (FlagCode.ACTOR_ROLE_IN_WORDS.value, _("The role of an actor stands in the wording")),
    (FlagCode.ACTOR_NOT_A_DEPARTMENT.value, _("An actor that is not a public service")),
    (FlagCode.PUNCTUATION.value, _("Separators or brackets are missing")),
    (FlagCode.PERIOD_MISSING.value, _("The source states no period")),
    (FlagCode.PERIOD_UNCLEAR.value, _("The period cannot be dated exactly")),
    (
        FlagCode.PERIOD_ENDED_BEFORE_ADOPTION.value,
        _("The period ended before the plan was adopted"),
    ),
    (FlagCode.PERIOD_BEYOND_PLAN.value, _("The period goes on after the plan")),
    (FlagCode.NATURE_UNCLEAR.value, _("One-off or continuous is unclear")),
    (FlagCode.OVERLAP.value, _("Overlaps with other actions")),
    (FlagCode.SELF_REFERENCE.value, _("The action is the follow-up itself")),
]


class Theme(NaturalKey):
    """An issue under which readers look for actions, across plans."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField(_("key in addresses"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title_en = char_field(_("title (English)"), 120, blank=True, default="")
    title_fr = char_field(_("title (French)"), 120, blank=True, default="")
    title_nl = char_field(_("title (Dutch)"), 120, blank=True, default="")
    title_de = char_field(_("title (German)"), 120, blank=True, default="")
    intro_en = text_field(_("introduction (English)"))
    intro_fr = text_field(_("introduction (French)"))
    intro_nl = text_field(_("introduction (Dutch)"))
    intro_de = text_field(_("introduction (German)"))
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, verbose_name=_("source"), related_name="+"
    )
    draft_of = draft_of()

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    title = text_property("title")
    title_language = language_property("title")
    intro = text_property("intro")

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["position", "slug"]
        constraints = [some_text("theme_has_title", "title", WRITE_TITLE)]

    def __str__(self) -> str:
        return self.title


class ActionTheme(NaturalKey):
    """An action under a theme, with what the source says of it there."""

    NATURAL_KEY = ("action__plan__slug", "action__label", "theme__slug", "source__key")

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="theme_links", verbose_name=_("action")
    )
    theme = models.ForeignKey(
        Theme, models.PROTECT, related_name="action_links", verbose_name=_("theme")
    )
    basis = models.CharField(_("basis"), max_length=10, choices=BASES)
    note_en = text_field(_("note (English)"))
    note_fr = text_field(_("note (French)"))
    note_nl = text_field(_("note (Dutch)"))
    note_de = text_field(_("note (German)"))
    done_en = text_field(_("what was done (English)"))
    done_fr = text_field(_("what was done (French)"))
    done_nl = text_field(_("what was done (Dutch)"))
    done_de = text_field(_("what was done (German)"))
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, verbose_name=_("source"), related_name="+"
    )
    source_detail = char_field(_("where in the source"), 500, blank=True, default="")

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    note = text_property("note")
    note_language = language_property("note")
    done = text_property("done")
    done_language = language_property("done")

    class Meta:
        verbose_name = _("action under a theme")
        verbose_name_plural = _("actions under a theme")
        ordering = ["theme", "action"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "theme", "source"],
                name="action_theme_once_a_source",
                violation_error_message=_("The action is listed under this theme already."),
            ),
            models.UniqueConstraint(
                fields=["action", "theme"],
                condition=Q(source__isnull=True),
                name="action_theme_once_by_editors",
                violation_error_message=_("The action is listed under this theme already."),
            ),
            code_check("action_theme_basis_known", "basis", Basis),
            models.CheckConstraint(
                condition=Q(basis=Basis.EDITORS.value) | Q(source__isnull=False),
                name="action_theme_with_source",
                violation_error_message=_("Name the source that states it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.label} – {self.theme}"


class Classification(NaturalKey):
    """An action's place in an international scheme: a development goal, a UNGP pillar."""

    NATURAL_KEY = ("action__plan__slug", "action__label", "scheme", "number")

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="classifications", verbose_name=_("action")
    )
    scheme = models.CharField(_("scheme"), max_length=10, choices=SCHEMES)
    number = models.PositiveSmallIntegerField(_("number"))
    basis = models.CharField(_("basis"), max_length=10, choices=BASES)
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, verbose_name=_("source"), related_name="+"
    )
    reason = char_field(_("reason"), 300, blank=True, default="")

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        ordering = ["action", "scheme", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "scheme", "number"],
                name="classification_once",
                violation_error_message=_("The action has this classification already."),
            ),
            code_check("classification_basis_known", "basis", Basis),
            models.CheckConstraint(
                condition=Q(scheme=Scheme.SDG.value, number__range=(1, SCHEME_SIZE[Scheme.SDG]))
                | Q(scheme=Scheme.PILLAR.value, number__range=(1, SCHEME_SIZE[Scheme.PILLAR])),
                name="classification_number_in_scheme",
                violation_error_message=_("There is no such number in this scheme."),
            ),
            models.CheckConstraint(
                condition=Q(basis=Basis.EDITORS.value) | Q(source__isnull=False),
                name="classification_with_source",
                violation_error_message=_("Name the source that states it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.number}"


class ActionFlag(NaturalKey):
    """Something odd in the source about an action, and why it is shown as it is."""

    NATURAL_KEY = ("action__plan__slug", "action__label", "code")

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="flags", verbose_name=_("action")
    )
    code = models.CharField(_("what is odd"), max_length=40, choices=FLAGS)
    reason_en = text_field(_("explanation (English)"), blank=False)
    reason_fr = text_field(_("explanation (French)"), blank=False)
    reason_nl = text_field(_("explanation (Dutch)"), blank=False)
    reason_de = text_field(_("explanation (German)"), blank=False)

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    reason = text_property("reason")
    reason_language = language_property("reason")

    class Meta:
        verbose_name = _("oddity of the source")
        verbose_name_plural = _("oddities of the source")
        ordering = ["action", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "code"],
                name="action_flag_once",
                violation_error_message=_("The action has this oddity already."),
            ),
            code_check("action_flag_code_known", "code", FlagCode),
        ]

    def __str__(self) -> str:
        return str(self.get_code_display())
