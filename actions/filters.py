"""The filters of the list of actions, for page and downloads alike, and of expected entries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actions import menus, published, round_status
from actions.enums import WRITABLE, EntryState, Scheme
from actions.models import (
    Action,
    Actor,
    Entry,
    Plan,
    PublishedRound,
    ReportingRound,
    Responsibility,
    Section,
    Theme,
)
from actions.models.actions import NATURES
from actions.models.actors import LEVELS
from actions.models.entries import ENTRY_STATES
from actions.models.schemes import PILLARS, SDGS
from actions.models.statuses import STATUS_WORDS
from actions.querysets import ActionQuerySet, below
from actions.rules import ranges
from actions.rules.duties import ancestors
from actions.search import finding
from actions.seats import Seats

UNKNOWN = _("This value is not known here; the list is not narrowed by it.")
SEARCH_LENGTH = 200
PERIODS = [
    ("ended", _("Has ended")),
    ("running", _("Ends on a later date")),
    ("undated", _("Without a date")),
]
# What only a published report can tell; without one these filters are not there.
OF_REPORTS = ("status", "overdue", "year")


class OneOrMore(menus.NameSelect, forms.SelectMultiple):
    """A menu that takes several values: a plain one until somebody wants more than one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.allow_multiple_selected = False

    def format_value(self, value: Any) -> list[str]:
        """Return the chosen values; "all" where there are none."""
        return super().format_value(value or "")


class SeveralField(forms.MultipleChoiceField):
    """A menu that shows some values and accepts every known one, one or several of them.

    A link to an actor without actions is a list without rows, not a fault.
    """

    widget = OneOrMore

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known: frozenset[str] = frozenset()

    def to_python(self, value: Any) -> list[str]:
        """Return the values once each, without the empty one that a form sends for "all"."""
        return [one for one in dict.fromkeys(super().to_python(value)) if one]

    def valid_value(self, value: str) -> bool:
        """Tell whether the value is known."""
        return value in self.known or super().valid_value(value)

    def offer(self, choices: list[tuple[str, Any]], *, several: bool) -> None:
        """Take the lines of the menu; ``several`` shows all at once, so that more can be chosen."""
        self.widget.allow_multiple_selected = several
        self.choices = choices if several else [("", _("All")), *choices]


class SeveralFilter(django_filters.Filter):
    """A filter that keeps what any of the chosen values fits."""

    field_class = SeveralField


def numbered(titles: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Return menu lines such as "8. Decent work …", put together when they are shown."""
    return [(number, format_lazy("{}. {}", number, title)) for number, title in titles]


def section_line(section: Section) -> str:
    """Return a section's line of the menu; ° marks a working translation, as in the list."""
    return f"{section.shown}. {section.short}{'' if section.title_is_official else '°'}"


class ActionFilter(django_filters.FilterSet):
    """Narrows the actions of one plan; an unknown value is left out, with a hint beside it."""

    q = django_filters.CharFilter(
        label=_("Words or number"), method="with_words", max_length=SEARCH_LENGTH
    )
    section = SeveralFilter(label=_("Section"), method="in_section")
    actor = SeveralFilter(label=_("Actor, with those below it"), method="of_actor")
    level = SeveralFilter(label=_("Level of government"), choices=LEVELS, method="of_level")
    status = SeveralFilter(
        label=_("Status"), choices=list(STATUS_WORDS.items()), method="with_code"
    )
    overdue = SeveralFilter(
        label=_("Overdue"),
        choices=[("yes", _("Overdue")), ("no", _("Not overdue"))],
        method="if_overdue",
    )
    year = django_filters.ChoiceFilter(
        label=_("Progress report"), choices=[], method="of_report", empty_label=None
    )
    nature = SeveralFilter(label=_("Nature"), choices=NATURES, method="of_nature")
    period = SeveralFilter(label=_("Period"), choices=PERIODS, method="in_period")
    theme = SeveralFilter(label=_("Theme"), method="under_theme")
    pillar = SeveralFilter(
        label=_("Pillar of the UN Guiding Principles"),
        choices=numbered(PILLARS),
        method="in_scheme",
    )
    sdg = SeveralFilter(
        label=_("Sustainable Development Goal"), choices=numbered(SDGS), method="in_scheme"
    )

    class Meta:
        model = Action
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, plan: Plan, on: date) -> None:
        """Take the address's parameters; ``on`` decides which periods have ended."""
        super().__init__(data, queryset=Action.objects.of(plan).valid_on(on))
        self.plan, self.on = plan, on
        self.is_current = True
        self.rounds = published.rounds_of(plan)
        self.report: PublishedRound | None = published.pick(self.rounds, data.get("year"))
        for name in OF_REPORTS if self.report is None else ():
            del self.filters[name]
        self.actors = list(Actor.objects.with_names())
        # A body that took over has below it what the one before it had.
        self.parents = Actor.objects.above(on=on)
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
        for name in ("level", "status", "overdue", "nature", "period", "pillar", "sdg"):
            if name in self.form.fields:
                self._fill(name, list(self.form.fields[name].choices))
        if self.report is not None:
            self.form.fields["year"].choices = [(str(r.year), r.year) for r in self.rounds]
        for name, field in self.form.fields.items():
            field.error_messages["invalid_choice"] = UNKNOWN
            field.widget.attrs["id"] = f"filter-{name}"
        self.form.fields["q"].widget.attrs["autocomplete"] = "off"
        self.form.fields["q"].widget.input_type = "search"

    def _fill(self, name: str, choices: list[tuple[str, Any]], known: Iterable[str] = ()) -> None:
        field = self.form.fields[name]
        field.known = frozenset(known)
        wanted = [value for value in self.data.getlist(name) if value]
        field.offer(choices, several=len(wanted) > 1 or "several" in self.data)

    def _actor_menu(self) -> list[tuple[str, Any]]:
        """Return the actors under an action of the plan and those above them, by level."""
        by_key = {actor.pk: actor for actor in self.actors}
        shown: set[int] = set()
        for key in Actor.objects.of(self.plan, on=self.on).values_list("pk", flat=True):
            shown |= {key, *ancestors(key, self.parents)}
        groups: dict[str, list[Actor]] = defaultdict(list)
        for key in shown:
            actor = by_key[key]
            if not actor.is_unspecified:
                groups[actor.level].append(actor)
        return [
            (str(label), menus.of_actors(groups[level], "slug"))
            for level, label in LEVELS
            if groups[level]
        ]

    @property
    def ignored(self) -> dict[str, str]:
        """The parameters that were left out, as they stand in the address."""
        return {name: self._unknown(name) for name in self.form.errors}

    def _unknown(self, name: str) -> str:
        field, values = self.form.fields[name], self.data.getlist(name)
        if not isinstance(field, SeveralField):
            return self.data.get(name, "")
        return ", ".join(value for value in values if value and not field.valid_value(value))

    def with_words(self, rows: ActionQuerySet, _name: str, value: str) -> QuerySet:
        """Keep actions that the search finds for the words, or whose title holds each of them.

        What changed this very moment may not be found yet: ``is_current`` tells.
        """
        in_titles = rows.with_words(value)
        hits = finding.actions(self.plan, value, get_language() or "en")
        if hits is None:
            self.is_current = False
            return in_titles
        keys, self.is_current = hits
        return rows.filter(Q(pk__in=keys) | Q(pk__in=in_titles.order_by().values("pk")))

    def in_section(self, rows: QuerySet, _name: str, values: list[str]) -> QuerySet:
        """Keep actions of the sections with these numbers."""
        return rows.filter(section__number__in=[int(value) for value in values])

    def of_actor(self, rows: ActionQuerySet, _name: str, values: list[str]) -> QuerySet:
        """Keep actions that these actors, or any below them, stand under."""
        chosen = [actor for actor in self.actors if actor.slug in values]
        held = {key for actor in chosen for key in below(actor, self.parents)}
        return rows.of_actors(sorted(held), on=self.on)

    def of_level(self, rows: ActionQuerySet, _name: str, values: list[str]) -> QuerySet:
        """Keep actions that an actor of these levels stands under."""
        return rows.of_actors((a.pk for a in self.actors if a.level in values), on=self.on)

    def with_code(self, rows: QuerySet, _name: str, values: list[str]) -> QuerySet:
        """Keep actions with one of these statuses in the report that is shown."""
        if self.report is None:
            return rows
        return rows.filter(reduce(or_, (published.has_code(self.report, v) for v in values)))

    def if_overdue(self, rows: QuerySet, _name: str, values: list[str]) -> QuerySet:
        """Keep actions that were overdue in the report that is shown, or those that were not."""
        if self.report is None or len(values) > 1:
            return rows
        late = published.is_overdue(self.report)
        return rows.filter(late if values == ["yes"] else ~late)

    def of_report(self, rows: QuerySet, _name: str, _value: str) -> QuerySet:
        """Keep every action: the year tells of which report the statuses are."""
        return rows

    def of_nature(self, rows: QuerySet, _name: str, values: list[str]) -> QuerySet:
        """Keep actions of these natures."""
        return rows.filter(nature__in=values)

    def in_period(self, rows: QuerySet, _name: str, values: list[str]) -> QuerySet:
        """Keep actions by what their period says about today."""
        conditions = {
            "ended": Q(period_end__lt=self.on),
            "running": Q(period_end__gte=self.on),
            "undated": Q(period_end__isnull=True),
        }
        return rows.filter(reduce(or_, (conditions[value] for value in values)))

    def under_theme(self, rows: QuerySet, _name: str, values: list[str]) -> QuerySet:
        """Keep actions under any of these themes."""
        return rows.filter(theme_links__theme__slug__in=values).distinct()

    def in_scheme(self, rows: QuerySet, name: str, values: list[str]) -> QuerySet:
        """Keep actions classified under any of these goals or pillars."""
        numbers = [int(value) for value in values]
        return rows.filter(
            classifications__scheme=Scheme(name), classifications__number__in=numbers
        ).distinct()


CHOSEN = "chosen"  # names entries in an address: see ``rules.ranges``


class ExpectedFilter(django_filters.FilterSet):
    """Narrows the entries expected in a round; an unknown value is left out, with a hint.

    ``chosen`` in the address names entries one by one; where it cannot be read it names none.
    """

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*ENTRY_STATES, ("carried", _("Carried over")), ("open", _("Not in"))],
        method="in_state",
    )
    actor = django_filters.ChoiceFilter(
        label=_("Actor"),
        field_name="responsibility__actor__slug",
        choices=[],
        widget=menus.NameSelect,
    )
    level = django_filters.ChoiceFilter(
        label=_("Level of government"), choices=LEVELS, field_name="responsibility__actor__level"
    )
    late = django_filters.ChoiceFilter(
        label=_("Late"), choices=[("yes", _("Late")), ("no", _("In time"))], method="if_late"
    )
    members = django_filters.ChoiceFilter(
        label=_("Members"), choices=[("none", _("Nobody writes for it"))], method="if_alone"
    )

    class Meta:
        model = Entry
        fields: list[str] = []

    def __init__(
        self, data: QueryDict, *, given: ReportingRound, on: date, actors: Iterable[Actor]
    ) -> None:
        """Take the address's parameters; ``on`` decides who is late, ``actors`` fill the menu."""
        rows = Entry.objects.filter(round=given, expected=True)
        self.chosen = data.get(CHOSEN, "")
        if CHOSEN in data:
            keys = rows.order_by().values_list("pk", flat=True)
            rows = rows.filter(pk__in=ranges.among(self.chosen, keys))
        super().__init__(data, queryset=rows)
        self.on = on
        self.late = round_status.late_ones(given, on=on)
        lines = menus.of_actors(actors, "slug")
        self.form.fields["actor"].choices = [("", _("All")), *lines]
        for name, field in self.form.fields.items():
            field.error_messages["invalid_choice"] = UNKNOWN
            field.widget.attrs["id"] = f"filter-{name}"

    def in_state(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Keep entries that stand there; what was carried over stands apart from accepted."""
        if value == "carried":
            return rows.filter(carried_from__isnull=False)
        if value == "open":
            return rows.filter(state__in=sorted(WRITABLE))
        if value == EntryState.ACCEPTED:
            rows = rows.filter(carried_from__isnull=True)
        return rows.filter(state=value)

    def if_late(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Keep entries that are late, or those that are not."""
        return rows.filter(self.late) if value == "yes" else rows.exclude(self.late)

    def if_alone(self, rows: QuerySet, _name: str, _value: str) -> QuerySet:
        """Keep entries for which nobody is asked: of their body, through another, or above."""
        seats = Seats.read(on=self.on)
        held = Responsibility.objects.filter(entries__in=rows)
        return rows.filter(
            responsibility__in=[row.pk for row in held if not seats.asked(row, on=self.on)]
        )
