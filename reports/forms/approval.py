"""The form that chooses entries for the approval before they are submitted."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.models import Entry

OFFERED = (("docx", "Word"), ("pdf", "PDF"))


class ApprovalForm(forms.Form):
    """Which entries, in which format, and whether last year's texts stand beside them."""

    entries = forms.TypedMultipleChoiceField(
        label=_("Entries"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one entry."),
            "invalid_choice": _(
                "One of these entries has been submitted meanwhile, or is not your organisation’s."
            ),
        },
    )
    before = forms.BooleanField(label=_("With last year’s texts"), required=False)
    format = forms.ChoiceField(label=_("Kind"), choices=OFFERED)

    def __init__(self, *args: Any, rows: Sequence[Entry], **kwargs: Any) -> None:
        """Offer some entries."""
        super().__init__(*args, **kwargs)
        self.rows = rows
        self.fields["entries"].choices = [(row.pk, str(row)) for row in rows]  # type: ignore[attr-defined]

    def chosen(self) -> list[Entry]:
        """Return the entries that were chosen, in the plan's order."""
        keys = set(self.cleaned_data["entries"])
        return [row for row in self.rows if row.pk in keys]

    def lines(self) -> list[dict[str, Any]]:
        """Return each entry with its box."""
        boxes = list(self["entries"].subwidgets)
        return [{"entry": row, "box": box} for row, box in zip(self.rows, boxes, strict=True)]
