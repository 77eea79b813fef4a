"""A plan: sections, actions, themes, classifications, what is odd in the source."""

from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actions.enums import SCHEME_SIZE, Basis, FlagCode, Nature, PeriodKind, Scheme
from actions.models.fields import (
    LANGUAGES,
    FoldedField,
    char_field,
    code_check,
    in_language,
    language_property,
    period_check,
    text_field,
    text_property,
)
from actions.models.history import history
from actions.models.natural import NaturalKey, NaturalKeyManager
from actions.models.sources import Source
from actions.querysets import ActionQuerySet

NATURES = [
    (Nature.ONE_OFF.value, _("One-off")),
    (Nature.CONTINUOUS.value, _("Continuous")),
]
PERIOD_KINDS = [
    (PeriodKind.OPEN.value, _("Open, without an end")),
    (PeriodKind.PLAN.value, _("Duration of the plan")),
    (PeriodKind.RANGE.value, _("From a year to a year")),
    (PeriodKind.YEAR.value, _("One year")),
    (PeriodKind.DEADLINE.value, _("Until a date")),
    (PeriodKind.MILESTONE.value, _("Until an event")),
    (PeriodKind.PHASES.value, _("In phases")),
    (PeriodKind.MIXED.value, _("Partly with an end, partly open")),
    (PeriodKind.EXTERNAL.value, _("Depends on others")),
    (PeriodKind.MISSING.value, _("Not stated")),
]
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
    (FlagCode.TEXT_DIFFERS.value, _("Sources tell of it in different words")),
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

label_validator = RegexValidator(
    r"^[0-9]{1,4}([A-Z]|\.[0-9]{1,2})?\Z", _("Write a number such as 22, 22.1 or 18A.")
)


class Plan(NaturalKey):
    """A national action plan."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField(_("key in addresses"), max_length=30, unique=True)
    title_en = char_field(_("title (English)"), 300)
    title_fr = char_field(_("title (French)"), 300)
    title_nl = char_field(_("title (Dutch)"), 300)
    title_de = char_field(_("title (German)"), 300)
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

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    title = text_property("title")
    intro = text_property("intro")

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["-valid_from", "slug"]
        constraints = [period_check("plan_runs_in_order")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The title, with the year of adoption where the title names none."""
        year = str(self.adopted_on.year) if self.adopted_on else ""
        return self.title if not year or year in self.title else f"{self.title} ({year})"

    def get_absolute_url(self) -> str:
        """Return the plan's overview in the active language."""
        return reverse("actions:plan", args=[self.slug])


class Section(NaturalKey):
    """A numbered chapter of a plan."""

    NATURAL_KEY = ("plan__slug", "number")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sections", verbose_name=_("plan"))
    number = models.PositiveSmallIntegerField(_("number"))
    heading_label = char_field(_("number as the heading prints it"), 10, blank=True, default="")
    title_en = char_field(_("title (English)"), 300)
    title_fr = char_field(_("title (French)"), 300)
    title_nl = char_field(_("title (Dutch)"), 300)
    title_de = char_field(_("title (German)"), 300)
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
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def short(self) -> str:
        """The short title where there is one, else the title; for boards and menus."""
        return in_language(self, "short")[0] or self.title

    @property
    def title_is_official(self) -> bool:
        """Tell whether the title in the active language is the plan's own wording."""
        return (get_language() or "en") in self.official_languages.split()


class Theme(NaturalKey):
    """An issue under which readers look for actions, across plans."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField(_("key in addresses"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title_en = char_field(_("title (English)"), 120)
    title_fr = char_field(_("title (French)"), 120)
    title_nl = char_field(_("title (Dutch)"), 120)
    title_de = char_field(_("title (German)"), 120)
    intro_en = text_field(_("introduction (English)"))
    intro_fr = text_field(_("introduction (French)"))
    intro_nl = text_field(_("introduction (Dutch)"))
    intro_de = text_field(_("introduction (German)"))
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, verbose_name=_("source"), related_name="+"
    )

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    title = text_property("title")
    intro = text_property("intro")

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title


class ActionManager(NaturalKeyManager.from_queryset(ActionQuerySet)):  # type: ignore[misc]
    """Finds actions: see ``ActionQuerySet``."""


class Action(NaturalKey):
    """What a plan promises: one row to follow up."""

    NATURAL_KEY = ("plan__slug", "label")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="actions", verbose_name=_("plan"))
    section = models.ForeignKey(
        Section,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("section"),
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sub_actions",
        verbose_name=_("sub-action of"),
        help_text=_("Empty for a numbered action."),
    )
    position = models.PositiveIntegerField(_("order in the plan"))
    label = models.CharField(_("number"), max_length=10, validators=[label_validator])
    heading_label = char_field(_("number as the heading prints it"), 10, blank=True, default="")
    title_en = char_field(_("title (English)"), 600, blank=True, default="")
    title_fr = char_field(_("title (French)"), 600, blank=True, default="")
    title_nl = char_field(_("title (Dutch)"), 600, blank=True, default="")
    title_de = char_field(_("title (German)"), 600, blank=True, default="")
    official_languages = char_field(
        _("languages of official titles"),
        20,
        blank=True,
        default="",
        help_text=_("Codes such as “en fr”; titles in other languages are working translations."),
    )
    title_source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("source of the title"),
        related_name="+",
    )
    title_source_detail = char_field(_("where in the source"), 500, blank=True, default="")
    other_title = char_field(
        _("other printed title"),
        600,
        blank=True,
        default="",
        help_text=_("Where heading and table of the source differ, the one not chosen."),
    )
    other_title_place = char_field(
        _("where the other title is printed"),
        20,
        blank=True,
        default="",
        choices=[("heading", _("heading")), ("table", _("table"))],
    )
    nature = models.CharField(_("nature"), max_length=20, choices=NATURES, blank=True, default="")
    period_text = char_field(_("period, as printed"), 300, blank=True, default="")
    period_kind = models.CharField(
        _("kind of period"), max_length=20, choices=PERIOD_KINDS, default=PeriodKind.MISSING.value
    )
    period_start = models.DateField(_("period starts"), null=True, blank=True)
    period_end = models.DateField(_("period ends"), null=True, blank=True)
    actors_text = text_field(_("actors, as printed"))
    valid_from = models.DateField(_("in the plan from"), null=True, blank=True)
    valid_to = models.DateField(_("in the plan until"), null=True, blank=True)
    search_text = FoldedField(
        sources=["label", "title_en", "title_fr", "title_nl", "title_de", "other_title"]
    )

    objects: ClassVar[ActionManager] = ActionManager()
    history = history()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["plan", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "label"],
                name="action_label_once",
                violation_error_message=_("The plan has an action with this number already."),
            ),
            code_check("action_nature_known", "nature", Nature, blank=True),
            code_check("action_period_kind_known", "period_kind", PeriodKind),
            period_check("action_period_in_order", "period_start", "period_end"),
            period_check("action_valid_in_order"),
            models.CheckConstraint(
                condition=Q(other_title="", other_title_place="")
                | (~Q(other_title="") & ~Q(other_title_place="")),
                name="action_other_title_with_place",
                violation_error_message=_("Say where the other title is printed."),
            ),
            models.CheckConstraint(
                condition=Q(title_en="", title_fr="", title_nl="", title_de="")
                | Q(title_source__isnull=False),
                name="action_title_with_source",
                violation_error_message=_("Say which source the title is from."),
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "position", "id"], name="action_in_plan_order"),
            models.Index(fields=["plan", "section", "position"], name="action_by_section"),
            models.Index(fields=["plan", "period_end"], name="action_by_period_end"),
        ]

    def __str__(self) -> str:
        return f"{self.label}. {self.title}"

    def get_absolute_url(self) -> str:
        """Return the action's page in the active language."""
        return reverse("actions:action", args=[self.plan.slug, self.label])

    def clean(self) -> None:
        """Refuse a section or parent of another plan, and a code that is no language."""
        if self.section and self.section.plan_id != self.plan_id:
            raise ValidationError({"section": _("The section belongs to another plan.")})
        if self.parent:
            self._clean_parent(self.parent)
        if set(self.official_languages.split()) - set(LANGUAGES):
            message = _("Use the codes en, fr, nl and de, with spaces between.")
            raise ValidationError({"official_languages": message})

    def _clean_parent(self, parent: "Action") -> None:
        if parent.plan_id != self.plan_id:
            raise ValidationError({"parent": _("The action above belongs to another plan.")})
        if parent.parent_id or parent.pk == self.pk:
            message = _("A sub-action hangs under a numbered action.")
            raise ValidationError({"parent": message})

    @property
    def is_sub_action(self) -> bool:
        """Tell whether it hangs under a numbered action and is counted beside those."""
        return self.parent_id is not None

    @property
    def title(self) -> str:
        """The title in the active language, else in another one, else "title not available"."""
        return in_language(self, "title")[0] or str(_("Title not available"))

    @property
    def title_language(self) -> str:
        """The language that ``title`` is shown in."""
        text, language = in_language(self, "title")
        return language if text else (get_language() or "en")

    @property
    def title_is_official(self) -> bool:
        """Tell whether the title shown is the plan's own wording in that language."""
        return self.title_language in self.official_languages.split()

    @property
    def has_title(self) -> bool:
        """Tell whether any source gives a title."""
        return any(getattr(self, f"title_{code}") for code in LANGUAGES)

    @property
    def period_label(self) -> str:
        """The period in the reader's language; what the source prints stands on its page."""
        start, end = self.period_start, self.period_end
        if start and end and whole_years(start, end):
            return str(end.year) if start.year == end.year else f"{start.year}–{end.year}"
        if end and self.period_kind != PeriodKind.PLAN:
            return _("until %(day)s") % {"day": date_format(end)}
        return str(self.get_period_kind_display())

    def period_ended(self, on: date) -> bool:
        """Tell whether the period ended before this day; one without an end never does."""
        return self.period_end is not None and self.period_end < on


def whole_years(start: date, end: date) -> bool:
    """Tell whether a period starts on 1 January and ends on 31 December."""
    return (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)


class FormerWording(NaturalKey):
    """What an action said until it was amended; editions of those years keep it."""

    NATURAL_KEY = ("action__plan__slug", "action__label", "valid_to")

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="former_wordings", verbose_name=_("action")
    )
    valid_to = models.DateField(_("worded so until"))
    title_en = char_field(_("title (English)"), 600, blank=True, default="")
    title_fr = char_field(_("title (French)"), 600, blank=True, default="")
    title_nl = char_field(_("title (Dutch)"), 600, blank=True, default="")
    title_de = char_field(_("title (German)"), 600, blank=True, default="")
    official_languages = char_field(_("languages of official titles"), 20, blank=True, default="")
    period_text = char_field(_("period, as printed"), 300, blank=True, default="")
    actors_text = text_field(_("actors, as printed"))
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")

    objects: ClassVar[NaturalKeyManager] = NaturalKeyManager()
    history = history()

    title = text_property("title")
    title_language = language_property("title")

    class Meta:
        verbose_name = _("former wording")
        verbose_name_plural = _("former wordings")
        ordering = ["action", "valid_to"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "valid_to"],
                name="former_wording_one_a_day",
                violation_error_message=_("There is a wording until this day already."),
            ),
        ]

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
                violation_error_message=_("The action stands under this theme already."),
            ),
            models.UniqueConstraint(
                fields=["action", "theme"],
                condition=Q(source__isnull=True),
                name="action_theme_once_by_editors",
                violation_error_message=_("The action stands under this theme already."),
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
                violation_error_message=_("The action is classified so already."),
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
                violation_error_message=_("The action has this flag already."),
            ),
            code_check("action_flag_code_known", "code", FlagCode),
        ]

    def __str__(self) -> str:
        return str(self.get_code_display())
