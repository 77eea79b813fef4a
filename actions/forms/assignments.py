"""The form that says which colleague sees to which entries."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.forms.members import Select
from actions.models import User

# The key of a responsibility, and of the assignment that was seen at it; 0 for none.
SEEN = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


class SeenField(forms.MultipleChoiceField):
    """Rows that were chosen, each as it was seen."""

    keys: frozenset[int] = frozenset()

    def valid_value(self, value: Any) -> bool:
        """Tell whether a row is one of those that were offered."""
        found = SEEN.fullmatch(str(value))
        return found is not None and int(found[1]) in self.keys

    def clean(self, value: Any) -> dict[int, int]:
        """Return what was seen at each chosen row."""
        parts = (SEEN.fullmatch(one) for one in super().clean(value))
        return {int(found[1]): int(found[2]) for found in parts if found}


class AssignForm(forms.Form):
    """Asks which entries, and which colleague sees to them."""

    rows = SeenField(
        label=_("Entries"),
        error_messages={
            "required": _("Choose entries first."),
            "invalid_choice": _("Somebody changed the list meanwhile. Look through it again."),
        },
    )
    person = forms.TypedChoiceField(
        label=_("Colleague"), coerce=int, empty_value=None, required=False, widget=Select()
    )

    def __init__(
        self, *args: Any, rows: Iterable[int], people: Iterable[User], **options: Any
    ) -> None:
        """Offer some responsibilities, by key, and some people."""
        super().__init__(*args, **options)
        menu = [(one.pk, one.get_full_name()) for one in people]
        self.fields["person"].choices = [("", _("Choose …")), *menu]  # type: ignore[attr-defined]
        self.fields["rows"].keys = frozenset(rows)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for a colleague where something is to be assigned."""
        found = super().clean() or self.cleaned_data
        if self.data.get("act") == "assign" and "person" in found and not found["person"]:
            self.add_error("person", _("Choose a colleague."))
        return found
