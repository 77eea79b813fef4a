"""Forms of the secretariat about rounds: days, reopening, extensions, overridden statuses."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions import menus
from actions.forms.seen import SeenForm, change
from actions.forms.texts import TextField
from actions.models import Actor, Extension, Override, Plan, ReportingRound
from actions.models.statuses import status_word
from actions.querysets import ActorQuerySet
from actions.typography import date_format

FIXED = ("plan", "year", "reference_date")  # once a round was opened


class Day(forms.DateInput):
    """A field for a day, with the browser's calendar; its value is ISO 8601."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "form-control"} | (attrs or {}), format="%Y-%m-%d")


def days(**options: Any) -> forms.DateField:
    """Return a form field for a day."""
    return forms.DateField(widget=Day(), **options)


class CountsField(forms.CharField):
    """A field for some numbers of days, as "30, 7, 1"; its value is a list."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput({"class": "form-control", "autocomplete": "off"})
        super().__init__(widget=widget, required=False, max_length=60, **options)
        # A browser would cut a paste off in silence.
        self.widget.attrs.pop("maxlength", None)

    def prepare_value(self, value: Any) -> Any:
        """Return the numbers as one types them."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        """Return the numbers; raises ValidationError where something else stands there."""
        words = re.split(r"[\s,;]+", super().clean(value).strip())
        if not all(re.fullmatch("[0-9]{0,3}", word) for word in words):
            raise forms.ValidationError(_("Write numbers of days, such as: 30, 7, 1"))
        return [int(word) for word in words if word]


def reason_field(label: Any, **options: Any) -> forms.CharField:
    """Return a form field for a reason of some lines."""
    return TextField(label=label, attrs={"class": "form-control"}, **options)


class RoundForm(SeenForm, forms.ModelForm):
    """The days of a round; plan, year and reference date only until it is opened."""

    remind_before = CountsField(
        label=_("reminders before the deadline, in days"),
        help_text=_(
            "For example: 30, 7, 1. Only whoever still has something to write gets one, on the "
            "last working day by then. An extension moves them. Empty: none."
        ),
    )
    remind_after = CountsField(
        label=_("reminders after the deadline, in days"),
        help_text=_("On the next working day from then, as long as members can write."),
    )

    class Meta:
        model = ReportingRound
        fields = (
            "plan", "year", "reference_date", "opens_on", "deadline", "closes_on",
            "remind_before", "remind_after",
        )  # fmt: skip
        widgets = {
            "plan": forms.Select({"class": "form-select"}),
            "year": forms.NumberInput({"class": "form-control"}),
            "reference_date": Day(),
            "opens_on": Day(),
            "deadline": Day(),
            "closes_on": Day(),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        """Hold fast what an opened round keeps, whatever the browser sends."""
        super().__init__(*args, **options)
        self.fields["plan"].queryset = Plan.objects.published()  # type: ignore[attr-defined]
        if self.instance.pk and not self.instance.is_planned:
            for name in FIXED:
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """Say at the year that the plan has a round for it already."""
        found = super().clean() or self.cleaned_data
        others = ReportingRound.objects.exclude(pk=self.instance.pk)
        if (
            "plan" in found
            and "year" in found
            and others.filter(plan=found["plan"], year=found["year"]).exists()
        ):
            self.add_error("year", _("The plan has a round for this year already."))
        return found


class ReopenForm(forms.Form):
    """Why a closed round is opened again, and until when."""

    closes_on = days(
        label=_("closes on"), help_text=_("The new last day on which members can write.")
    )
    reason = reason_field(_("reason"))


class ExtensionForm(SeenForm):
    """A later last day for one actor, with the reason."""

    actor = forms.ModelChoiceField(
        label=_("actor"), queryset=Actor.objects.none(),
        widget=menus.NameSelect({"class": "form-select"}),
    )  # fmt: skip
    until = days(label=_("may write until"))
    reason = reason_field(_("reason"))

    def __init__(self, *args: Any, actors: ActorQuerySet, **options: Any) -> None:
        """Offer the actors that write in the round, in the order of their names."""
        super().__init__(*args, **options)
        field: Any = self.fields["actor"]
        field.queryset = actors
        lines = menus.of_actors(actors.with_names())
        field.choices = [("", _("Choose …")), *lines]


class ExtensionsForm(forms.Form):
    """A later last day for several actors, for one reason."""

    actors = forms.MultipleChoiceField(
        label=_("actors"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose actors first.")},
    )
    until = days(label=_("may write until"))
    reason = reason_field(_("reason"))

    def __init__(
        self, *args: Any, boxes: Iterable[tuple[Actor, Extension | None, str]], **options: Any
    ) -> None:
        """Offer actors, each with its extension and with what was seen of that."""
        super().__init__(*args, **options)
        self.seen = {str(actor.pk): digest for actor, _row, digest in boxes}
        field: Any = self.fields["actors"]
        field.choices = [(actor.pk, extended(actor, row)) for actor, row, _digest in boxes]
        for key, digest in self.seen.items():
            self.fields[f"seen_{key}"] = forms.RegexField(
                r"^[0-9a-f]{0,32}\Z", required=False, widget=forms.HiddenInput, initial=digest
            )

    def go_on(self) -> None:
        """Let what was typed replace the extensions that the page shows now."""
        for key, digest in self.seen.items():
            change(self, f"seen_{key}", digest)

    def clean_actors(self) -> dict[int, str]:
        """Return the chosen actors with what was seen of their extensions."""
        return {
            int(key): str(self.data.get(f"seen_{key}", self.seen[key]))
            for key in self.cleaned_data["actors"]
        }


def extended(actor: Actor, row: Extension | None) -> str:
    """Return an actor with the day until which it may write already."""
    if row is None:
        return actor.label
    words = _("extension until %(day)s") % {"day": date_format(row.until)}
    return f"{actor.label} – {words}"


class OverrideForm(SeenForm, forms.ModelForm):
    """A status in place of the derived one, with a reason for readers."""

    class Meta:
        model = Override
        fields = ("status", "reason_nl", "reason_fr", "reason_de", "reason_en")
        widgets = {
            "status": forms.Select({"class": "form-select"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask for the reason in each language; call a status as members of the action read it."""
        super().__init__(*args, **options)
        nature = self.instance.action.nature
        status: Any = self.fields["status"]
        status.choices = [
            (code, status_word(code, nature) if code else word) for code, word in status.choices
        ]
        for code in ("nl", "fr", "de", "en"):
            made = self.fields[f"reason_{code}"]
            attrs = {"class": "form-control", "lang": code}
            self.fields[f"reason_{code}"] = TextField(
                label=made.label, attrs=attrs, required=made.required, is_printed=True
            )
