"""What a plan promises: actions and sub-actions, as printed and as amended."""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actions.enums import Nature, PeriodKind
from actions.models.fields import (
    LANGUAGES,
    FoldedField,
    SortField,
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
from actions.models.plan import Plan, Section
from actions.models.sources import Source
from actions.querysets import ActionQuerySet
from actions.typography import date_format

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

MOST_TURNS = 100  # how often a number can go to another action
# What plans number by: digits, capitals, both as a code; parts between full stops or hyphens.
LABEL = r"[0-9A-Z]+(?:[.-][0-9A-Z]+)*"
label_validator = RegexValidator(
    rf"^{LABEL}\Z", _("Enter a number such as 22, 22.1, 18A, A.1, I.3.2 or US0113.")
)


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
    # What editions and data know it by: the number under which it first stood, for ever.
    key = models.CharField(_("lasting key"), max_length=20, blank=True, default="", editable=False)
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
    promise_en = text_field(_("text of the plan (English)"))
    promise_fr = text_field(_("text of the plan (French)"))
    promise_nl = text_field(_("text of the plan (Dutch)"))
    promise_de = text_field(_("text of the plan (German)"))
    official_promises = char_field(
        _("languages of official texts"),
        20,
        blank=True,
        default="",
        help_text=_("Codes such as “en fr”; texts in other languages are working translations."),
    )
    promise_source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("source of the text"),
        related_name="+",
    )
    promise_source_detail = char_field(_("where in the source"), 500, blank=True, default="")
    # Since when it says what it says; empty: since it stands in the plan. See ``as_on``.
    reworded_on = models.DateField(_("reworded on"), null=True, blank=True, editable=False)
    valid_from = models.DateField(_("in the plan from"), null=True, blank=True)
    valid_to = models.DateField(_("in the plan until"), null=True, blank=True)
    search_text = FoldedField(
        sources=["label", "title_en", "title_fr", "title_nl", "title_de", "other_title"]
    )
    # In the order in which a title in another language stands in: see ``in_language``.
    sort_en = SortField(sources=["title_en", "title_fr", "title_nl", "title_de"])
    sort_fr = SortField(sources=["title_fr", "title_en", "title_nl", "title_de"])
    sort_nl = SortField(sources=["title_nl", "title_en", "title_fr", "title_de"])
    sort_de = SortField(sources=["title_de", "title_en", "title_fr", "title_nl"])

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
            models.UniqueConstraint(
                fields=["plan", "key"],
                condition=~Q(key=""),
                name="action_key_once",
                violation_error_message=_("Another action of the plan had this number first."),
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
            models.CheckConstraint(
                condition=Q(promise_en="", promise_fr="", promise_nl="", promise_de="")
                | Q(promise_source__isnull=False),
                name="action_promise_with_source",
                violation_error_message=_("Say which source the text is from."),
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
        self.key = self.key or self._free_key()
        if self.section and self.section.plan_id != self.plan_id:
            raise ValidationError({"section": _("The section belongs to another plan.")})
        if self.parent:
            self._clean_parent(self.parent)
        for name in ("official_languages", "official_promises"):
            if set(getattr(self, name).split()) - set(LANGUAGES):
                message = _("Use the codes en, fr, nl and de, with spaces between.")
                raise ValidationError({name: message})

        if self.pk and (self.parent or self._has_moved()) and self.sub_actions.exists():
            message = _("An action with sub-actions stays a numbered action of its plan.")
            raise ValidationError({"parent" if self.parent else "plan": message})

    def _free_key(self) -> str:
        """Return its number, or that with a digit behind it where another action had it first."""
        others = Action.objects.filter(plan=self.plan_id).exclude(pk=self.pk)
        taken = set(others.values_list("key", flat=True))
        wanted = (self.label, *(f"{self.label}-{n}" for n in range(2, MOST_TURNS)))
        return next((key for key in wanted if key not in taken), self.label)

    def _has_moved(self) -> bool:
        return not Action.objects.filter(pk=self.pk, plan=self.plan_id).exists()

    def _clean_parent(self, parent: "Action") -> None:
        if parent.plan_id != self.plan_id:
            raise ValidationError({"parent": _("The action above belongs to another plan.")})
        if parent.parent is not None or parent is self or parent.pk == self.pk is not None:
            message = _("A sub-action belongs to a numbered action.")
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

    promise = text_property("promise")
    promise_language = language_property("promise")

    @property
    def promise_is_official(self) -> bool:
        """Tell whether the text shown is the plan's own in that language."""
        return self.promise_language in self.official_promises.split()

    @property
    def period_label(self) -> str:
        """The period in the reader's language; what the source prints stands on its page."""
        start, end = self.period_start, self.period_end
        if start and end and whole_years(start, end):
            return str(end.year) if start.year == end.year else f"{start.year}–{end.year}"
        if end and self.period_kind != PeriodKind.PLAN:
            return _("until %(day)s") % {"day": date_format(end)}
        return str(self.get_period_kind_display())

    def is_valid(self, on: date) -> bool:
        """Tell whether it stands in its plan on a day; see ``valid_on``."""
        started = self.valid_from is None or self.valid_from <= on
        return started and (self.valid_to is None or self.valid_to >= on)

    def as_on(self, on: date) -> "Action":
        """Return the action with what it said on a day: its wording, number and place of then.

        Asks the database only where it was amended after that day.
        """
        if self.reworded_on is None or on >= self.reworded_on:
            return self
        kept: dict[date, Action] = self.__dict__.setdefault("_as_on", {})
        if on not in kept:
            rows = sorted(self.former_wordings.all(), key=lambda row: row.valid_to)
            found = next((row for row in rows if row.valid_to >= on), None)
            kept[on] = found.put_into(self) if found else self
        return kept[on]

    def saying(self, said: Mapping[str, Any]) -> "Action":
        """Return a copy that says something else; it is not to be stored."""
        found = copy.copy(self)
        found.__dict__.pop("_as_on", None)
        # A shallow copy would share the cache of linked rows with the original.
        found._state = copy.copy(self._state)  # noqa: SLF001
        found._state.fields_cache = dict(self._state.fields_cache)  # noqa: SLF001
        put_said(found, said)
        return found

    def period_ended(self, on: date) -> bool:
        """Tell whether the period ended before this day; one without an end never does."""
        return self.period_end is not None and self.period_end < on


def whole_years(start: date, end: date) -> bool:
    """Tell whether a period starts on 1 January and ends on 31 December."""
    return (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)


class FormerWording(NaturalKey):
    """What an action said until it was amended; editions of those years keep it.

    ``rest`` is what it said beside the columns here, by column: number, section, nature …
    """

    NATURAL_KEY = ("action__plan__slug", "action__label", "valid_to")

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="former_wordings", verbose_name=_("action")
    )
    valid_to = models.DateField(_("wording valid until"))
    title_en = char_field(_("title (English)"), 600, blank=True, default="")
    title_fr = char_field(_("title (French)"), 600, blank=True, default="")
    title_nl = char_field(_("title (Dutch)"), 600, blank=True, default="")
    title_de = char_field(_("title (German)"), 600, blank=True, default="")
    official_languages = char_field(_("languages of official titles"), 20, blank=True, default="")
    period_text = char_field(_("period, as printed"), 300, blank=True, default="")
    actors_text = text_field(_("actors, as printed"))
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="+")
    rest = models.JSONField(_("what else it said"), default=dict, blank=True, editable=False)

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

    @property
    def label(self) -> str:
        """The number that it had, "" where that is not known."""
        return str(self.rest.get("label", ""))

    def put_into(self, action: Action) -> Action:
        """Return a copy of the action that says what it said then; it is not to be stored."""
        found = action.saying({name: getattr(self, name) for name in FORMER} | self.rest)
        found.reworded_on = None
        return found


# What an amendment may change in an action: by column, with links by key.
SAID = (
    "label", "heading_label", "section_id",
    *(f"title_{code}" for code in LANGUAGES), "official_languages", "title_source_id",
    "title_source_detail", "other_title", "other_title_place", "nature", "period_text",
    "period_kind", "period_start", "period_end", "actors_text",
    *(f"promise_{code}" for code in LANGUAGES), "official_promises", "promise_source_id",
    "promise_source_detail",
)  # fmt: skip
# Of these, what a former wording has columns for.
FORMER = (
    *(f"title_{code}" for code in LANGUAGES), "official_languages", "period_text", "actors_text",
)  # fmt: skip
DAYS = frozenset({"period_start", "period_end"})


def said_by(action: Action) -> dict[str, Any]:
    """Return all that an amendment may change in an action, as JSON holds it."""
    found = {name: getattr(action, name) for name in SAID}
    return found | {name: found[name].isoformat() if found[name] else None for name in DAYS}


def put_said(action: Action, said: Mapping[str, Any]) -> None:
    """Let an action say some of what ``said_by`` returned, or an amendment holds."""
    for name, value in said.items():
        if name in SAID:
            is_day = name in DAYS and value
            setattr(action, name, date.fromisoformat(value) if is_day else value)
