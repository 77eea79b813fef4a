"""The filters of the list of actions; the same for its page and its downloads."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from actions.domain.duties import ancestors
from actions.enums import Scheme
from actions.models import Action, Actor, Plan, Section, Theme
from actions.models.actions import NATURES
from actions.models.actors import LEVELS
from actions.models.schemes import PILLARS, SDGS
from actions.querysets import ActionQuerySet, below

UNKNOWN = _("This value is not known here; the list is not narrowed by it.")
SEARCH_LENGTH = 200
PERIODS = [
    ("ended", _("Has ended")),
    ("running", _("Ends on a later date")),
    ("undated", _("Without a date")),
]


class KnownChoiceField(forms.ChoiceField):
    """A menu that shows some values and accepts every known one.

    A link to an actor without actions is a list without rows, not a fault.
    """

    def __init__(self, *args: Any, known: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = frozenset(known)

    def valid_value(self, value: str) -> bool:
        """Tell whether the value is known."""
        return value in self.known


class KnownChoiceFilter(django_filters.ChoiceFilter):
    """A filter with a menu of some of the known values."""

    field_class = KnownChoiceField


def numbered(titles: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Return menu lines such as "8. Decent work …", put together when they are shown."""
    return [(number, format_lazy("{}. {}", number, title)) for number, title in titles]


def section_line(section: Section) -> str:
    """Return a section's line of the menu; ° marks a working translation, as in the list."""
    return f"{section.number}. {section.short}{'' if section.title_is_official else '°'}"


class ActionFilter(django_filters.FilterSet):
    """Narrows the actions of one plan; an unknown value is left out, with a hint beside it."""

    q = django_filters.CharFilter(
        label=_("Words in the title"), method="with_words", max_length=SEARCH_LENGTH
    )
    section = KnownChoiceFilter(label=_("Section"), method="in_section")
    actor = KnownChoiceFilter(label=_("Actor, with those below it"), method="of_actor")
    level = django_filters.ChoiceFilter(
        label=_("Level of government"), choices=LEVELS, method="of_level"
    )
    nature = django_filters.ChoiceFilter(label=_("Nature"), choices=NATURES)
    period = django_filters.ChoiceFilter(label=_("Period"), choices=PERIODS, method="in_period")
    theme = KnownChoiceFilter(label=_("Theme"), method="under_theme")
    pillar = django_filters.ChoiceFilter(
        label=_("Pillar of the UN Guiding Principles"),
        choices=numbered(PILLARS),
        method="in_scheme",
    )
    sdg = django_filters.ChoiceFilter(
        label=_("Sustainable Development Goal"), choices=numbered(SDGS), method="in_scheme"
    )

    class Meta:
        model = Action
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, plan: Plan, on: date) -> None:
        """Take the address's parameters; ``on`` decides which periods have ended."""
        super().__init__(data, queryset=Action.objects.of(plan).valid_on(on))
        self.plan, self.on = plan, on
        self.actors = list(Actor.objects.with_names())
        self.parents = {actor.pk: actor.parent_id for actor in self.actors}
        self._fill_menus()

    def _fill_menus(self) -> None:
        sections = list(self.plan.sections.all())
        themes = list(Theme.objects.all())
        used = set(
            Theme.objects.filter(action_links__action__plan=self.plan).values_list(
                "slug", flat=True
            )
        )
        self._fill("section", [(str(s.number), section_line(s)) for s in sections])
        self._fill(
            "theme", [(t.slug, t.title) for t in themes if t.slug in used], (t.slug for t in themes)
        )
        self._fill("actor", self._actor_menu(), (a.slug for a in self.actors))
        for name, field in self.form.fields.items():
            field.error_messages["invalid_choice"] = UNKNOWN
            field.widget.attrs["id"] = f"filter-{name}"
        self.form.fields["q"].widget.attrs["autocomplete"] = "off"
        self.form.fields["q"].widget.input_type = "search"

    def _fill(
        self, name: str, choices: list[tuple[str, Any]], known: Iterable[str] | None = None
    ) -> None:
        field = self.form.fields[name]
        field.choices = [("", _("All")), *choices]
        field.known = frozenset(
            known if known is not None else (value for value, _label in choices)
        )

    def _actor_menu(self) -> list[tuple[str, Any]]:
        """Return the actors under an action of the plan and those above them, by level."""
        by_key = {actor.pk: actor for actor in self.actors}
        shown: set[int] = set()
        for key in Actor.objects.of(self.plan, on=self.on).values_list("pk", flat=True):
            shown |= {key, *ancestors(key, self.parents)}
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key in shown:
            actor = by_key[key]
            if not actor.is_unspecified:
                groups[actor.level].append((actor.slug, actor.label))
        return [
            (str(label), sorted(groups[level], key=lambda choice: choice[1].casefold()))
            for level, label in LEVELS
            if groups[level]
        ]

    @property
    def ignored(self) -> dict[str, str]:
        """The parameters that were left out, as they stand in the address."""
        return {name: self.data.get(name, "") for name in self.form.errors}

    def with_words(self, rows: ActionQuerySet, _name: str, value: str) -> QuerySet:
        """Keep actions whose number or title holds every word."""
        return rows.with_words(value)

    def in_section(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Keep actions of the section with this number."""
        return rows.filter(section__number=int(value))

    def of_actor(self, rows: ActionQuerySet, _name: str, value: str) -> QuerySet:
        """Keep actions that this actor, or one below it, stands under."""
        actor = next(a for a in self.actors if a.slug == value)
        return rows.of_actors(below(actor, self.parents), on=self.on)

    def of_level(self, rows: ActionQuerySet, _name: str, value: str) -> QuerySet:
        """Keep actions that an actor of this level stands under."""
        return rows.of_actors((a.pk for a in self.actors if a.level == value), on=self.on)

    def in_period(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Keep actions by what their period says about today."""
        conditions = {
            "ended": Q(period_end__lt=self.on),
            "running": Q(period_end__gte=self.on),
            "undated": Q(period_end__isnull=True),
        }
        return rows.filter(conditions[value])

    def under_theme(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Keep actions under this theme."""
        return rows.filter(theme_links__theme__slug=value).distinct()

    def in_scheme(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Keep actions classified under this goal or pillar."""
        return rows.filter(classifications__scheme=Scheme(name), classifications__number=int(value))
