"""The form of a round's steps: days, people, and what is ticked by hand."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.enums import StepKind
from actions.forms.rounds import days
from actions.forms.seen import SeenForm
from actions.models import RoundStep, User
from actions.services import steps

LABELS = {
    "planned_on": _("planned on"),
    "person": _("person"),
    "stand_in": _("stand-in"),
    "done_on": _("done on"),
    "not_needed": _("not needed"),
}


class StepsForm(SeenForm):
    """All steps of a round; whoever saw to one and has left stays until somebody else is chosen."""

    def __init__(
        self, *args: Any, rows: Mapping[str, RoundStep], people: Iterable[User], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.rows = rows
        active = sorted(people, key=lambda one: one.sort_key)
        for key, row in rows.items():
            for part in steps.parts_of(StepKind(row.kind), row.language):
                made = field(part, row, active)
                made.short = LABELS[part]  # type: ignore[attr-defined]
                self.fields[f"{key}_{part}"] = made

    def parts(self) -> dict[str, Any]:
        """Return what was given, by name."""
        return {name: self.cleaned_data[name] for name in steps.NAMES}

    def lines(self) -> Iterator[tuple[RoundStep, list[forms.BoundField]]]:
        """Yield each step with its fields."""
        for key, row in self.rows.items():
            parts = steps.parts_of(StepKind(row.kind), row.language)
            yield row, [self[f"{key}_{part}"] for part in parts]


def field(part: str, row: RoundStep, active: list[User]) -> forms.Field:
    """Return the field of one part of a step."""
    label = f"{row.label} – {LABELS[part]}"
    if part in steps.PEOPLE:
        return person(label, active, getattr(row, part))
    if part == "not_needed":
        return forms.BooleanField(label=label, required=False)
    return days(label=label, required=False)


def person(label: Any, active: list[User], stored: User | None) -> forms.Field:
    """Return a menu of who may see to a step."""
    lines: list[tuple[Any, Any]] = [("", _("Nobody yet"))]
    lines += [(one.pk, one.get_full_name()) for one in active]
    if stored is not None and stored not in active:
        gone = _("%(person)s (no longer active)") % {"person": stored.get_full_name()}
        lines.append((stored.pk, gone))
    widget = forms.Select({"class": "form-select"})
    return forms.TypedChoiceField(
        label=label, choices=lines, coerce=int, empty_value=None, required=False, widget=widget
    )
