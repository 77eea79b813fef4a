"""Fields of the administration: languages to tick, long lines in full, places by neighbour."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actions.forms.texts import TidyField
from actions.models import Action, Responsibility, Theme
from actions.models.fields import LANGUAGE_NAMES, LANGUAGES

CODES = [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]


class LanguagesField(forms.MultipleChoiceField):
    """Some languages to tick; stored as codes with spaces between."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=CODES, **options)

    def prepare_value(self, value: Any) -> Any:
        """Return the codes that are ticked."""
        return value.split() if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """Return the codes in the order in which the project names them."""
        given = super().clean(value)
        return " ".join(code for code in LANGUAGES if code in given)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether other languages are ticked than before."""
        return set(self.prepare_value(initial) or ()) != set(data or ())


class LineField(TidyField):
    """A long text without line breaks, shown in full."""

    is_line = True

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 2, "cols": 60}), **options)


OF_SOURCE = {
    "title_source_detail", "other_title", "other_title_place", "period_text", "actors_text",
    "printed_as", "commitment",
}  # fmt: skip


def language_of_source(row: Any) -> str:
    """Return the language of the document that a row is taken from; "" where nobody knows it."""
    key = "title_source" if hasattr(row, "title_source_id") else "source"
    source = getattr(row, key, None) if getattr(row, f"{key}_id", None) else None
    return source.language if source is not None and source.is_document else ""


def speak_as_source(form: forms.ModelForm) -> None:
    """Have what a row says in the words of its source spelled and read in the source's language."""
    known = language_of_source(form.instance)
    for name in OF_SOURCE & set(form.fields):
        own = getattr(form.instance, f"{name}_language", "")
        if own or known:
            form.fields[name].widget.attrs["lang"] = own or known


class PlacedForm(forms.ModelForm):
    """A form whose row has its place by its neighbour, never by a number.

    ``beside`` are the rows among which it stands, ``index`` says behind how many of them.
    """

    after: Any = forms.ModelChoiceField(label=_("stands after"), queryset=None, required=False)
    beside: Sequence[Any] = ()
    index = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer the rows beside it; it starts where it stands, and a new one comes last."""
        super().__init__(*args, **options)
        speak_as_source(self)
        if "after" not in self.fields:  # nothing may be changed
            return
        place: Any = self.fields["after"]
        place.queryset = self.offered()
        is_new = self.instance.pk is None
        place.help_text = _("Empty: it comes last.") if is_new else _("Empty: it comes first.")
        if not is_new:
            place.initial = self.now()

    def offered(self) -> QuerySet:
        """Return the rows that can be chosen: those beside it."""
        return self.siblings()

    def siblings(self) -> QuerySet:
        """Return the other rows among which it stands, in order."""
        raise NotImplementedError

    def now(self) -> Any:
        """Return the key of the row behind which it stands; None where it comes first."""
        here = (self.instance.position, self.instance.pk)
        before = [row.pk for row in self.siblings() if (row.position, row.pk) < here]
        return before[-1] if before else None

    def clean(self) -> dict[str, Any]:
        """Note behind how many rows it is to stand; refuse one that is not beside it."""
        found = super().clean() or self.cleaned_data
        self.beside = list(self.siblings())
        keys = [row.pk for row in self.beside]
        chosen = found.get("after")
        if chosen is None:
            self.index = len(keys) if self.instance.pk is None else 0
        elif chosen.pk in keys:
            self.index = keys.index(chosen.pk) + 1
        elif "after" in self.changed_data or not self.is_elsewhere():
            raise ValidationError({"after": _("This does not stand beside it.")})
        else:
            self.index = len(keys)
        return found

    def is_elsewhere(self) -> bool:
        """Tell whether the row goes to where it did not stand before."""
        return False


class ActionForm(PlacedForm):
    """An action, in its place in the plan."""

    class Meta:
        model = Action
        exclude = ("position",)  # noqa: DJ006  all but the place, which has a field of its own

    def offered(self) -> QuerySet:
        """Return the actions of all plans, of which a part is looked up while typing."""
        return Action.objects.exclude(pk=self.instance.pk)

    def plan(self) -> Any:
        """Return the plan that is chosen, else the one in which it stands."""
        return getattr(self, "cleaned_data", {}).get("plan") or self.instance.plan_id

    def siblings(self) -> QuerySet:
        """Return the other actions of its plan."""
        rows = Action.objects.filter(plan=self.plan()).exclude(pk=self.instance.pk)
        return rows.order_by("position", "id")

    def is_elsewhere(self) -> bool:
        """Tell whether it goes to another plan."""
        return "plan" in self.changed_data


class ThemeForm(PlacedForm):
    """A theme, in its place."""

    class Meta:
        model = Theme
        exclude = ("position",)  # noqa: DJ006  all but the place, which has a field of its own

    def siblings(self) -> QuerySet:
        """Return the other themes."""
        return Theme.objects.exclude(pk=self.instance.pk).order_by("position", "pk")


class ResponsibilityForm(PlacedForm):
    """A responsibility, in its place under the action."""

    class Meta:
        model = Responsibility
        exclude = ("position",)  # noqa: DJ006  all but the place, which has a field of its own

    def siblings(self) -> QuerySet:
        """Return the others under its action."""
        action = getattr(self, "cleaned_data", {}).get("action") or self.instance.action_id
        rows = Responsibility.objects.filter(action=action).exclude(pk=self.instance.pk)
        named = rows.select_related("action", "actor").prefetch_related("actor__names")
        return named.order_by("position", "id")

    def is_elsewhere(self) -> bool:
        """Tell whether it goes under another action."""
        return "action" in self.changed_data
