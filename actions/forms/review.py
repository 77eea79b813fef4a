"""The forms of the review: a decision on one entry, the filters of the queue."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from actions import menus
from actions.enums import EntryState
from actions.forms.rounds import Day
from actions.forms.texts import TextField
from actions.models import Actor, Entry, ReportingRound, Section
from actions.models.actors import LEVELS
from actions.models.entries import ENTRY_STATES, TEXTS

# What a reviewer can comment on, beside the whole.
COMMENTED = ("status", *TEXTS, "evidence")


def comment_field(label: Any, lines: int = 2) -> forms.CharField:
    """Return a field for a comment."""
    return TextField(label=label, required=False, rows=lines)


class DecisionForm(forms.Form):
    """What a reviewer decides on the version that they saw, with comments."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    comment = comment_field(_("Comment on the entry as a whole"), 3)
    until = forms.DateField(
        label=_("If you return it, it can be changed until"),
        help_text=_(
            "The e-mail gives this date. Proposed: ten working days from today, but never before "
            "the close."
        ),
        required=False,
        widget=Day(),
    )

    def __init__(self, *args: Any, headings: dict[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in COMMENTED:
            label = _("Comment on “%(field)s”") % {"field": headings[name]}
            self.fields[f"comment_{name}"] = comment_field(label)

    def go_on_from(self, version: int) -> None:
        """Let the decision be on a newer version than the one that was shown."""
        data: Any = self.data
        self.data = data.copy()
        self.data["version"] = str(version)  # type: ignore[index]

    @property
    def has_comment(self) -> bool:
        """Tell whether anything is said, on the whole or on a field."""
        return any([self.cleaned_data["comment"], *self.comments().values()])

    def comments(self) -> dict[str, str]:
        """Return the comments per field."""
        return {name: self.cleaned_data.get(f"comment_{name}", "") for name in COMMENTED}


class RoundChoices(ModelChoiceField):
    """A choice of rounds by their year and the title of their plan, not by their keys."""

    def label_from_instance(self, obj: ReportingRound) -> str:
        """Return what a reader of the list is shown."""
        return f"{obj.year} – {obj.plan.label}"


class RoundFilter(django_filters.ModelChoiceFilter):
    """Chooses a round."""

    field_class = RoundChoices


class QueueFilter(django_filters.FilterSet):
    """The filters of the review queue."""

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[row for row in ENTRY_STATES if row[0] != EntryState.EMPTY]
    )
    round = RoundFilter(
        label=_("Round"), queryset=ReportingRound.objects.none(), empty_label=_("All")
    )
    section = django_filters.ModelChoiceFilter(
        label=_("Section"),
        field_name="responsibility__action__section",
        queryset=Section.objects.none(),
    )
    level = django_filters.ChoiceFilter(
        label=_("Level of government"), field_name="responsibility__actor__level", choices=LEVELS
    )
    actor = django_filters.ModelChoiceFilter(
        label=_("Actor"),
        field_name="responsibility__actor",
        queryset=Actor.objects.none(),
        widget=menus.NameSelect,
    )
    settled = django_filters.BooleanFilter(
        label=_("Also where the report is frozen or published"),
        method="also_settled",
        widget=forms.CheckboxInput,
    )
    late = django_filters.BooleanFilter(
        label=_("Late only"), field_name="late", method="only_late", widget=forms.CheckboxInput
    )

    class Meta:
        model = Entry
        fields: list[str] = []

    def __init__(self, data: Any, *, queryset: QuerySet) -> None:
        super().__init__(data, queryset=queryset)
        rounds = ReportingRound.objects.exclude(state="planned").select_related("plan")
        self.filters["round"].queryset = rounds
        self.filters["section"].queryset = Section.objects.filter(
            plan__rounds__in=rounds
        ).distinct()
        actors = Actor.objects.filter(responsibilities__entries__isnull=False).distinct()
        self.filters["actor"].queryset = actors
        field = self.form.fields["actor"]
        lines = menus.of_actors(actors.with_names())
        field.widget.choices = [("", field.empty_label), *lines]

    def also_settled(self, rows: QuerySet, _name: str, value: bool | None) -> QuerySet:  # noqa: FBT001
        """Keep to what can be reviewed, unless all is asked for."""
        entries: Any = rows
        return rows if value else entries.in_play()

    def only_late(self, rows: QuerySet, _name: str, value: bool | None) -> QuerySet:  # noqa: FBT001
        """Keep late entries where that is asked for."""
        return rows.filter(late=True) if value else rows
