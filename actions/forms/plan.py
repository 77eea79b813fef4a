"""The filter form of the list of actions, and a field for lists of texts."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms

MENUS = ("section", "actor", "level", "nature", "period", "theme", "pillar", "sdg")
# What only a published report can tell.
REPORT_MENUS = ("status", "overdue", "year")


def filter_layout(*, with_report: bool = False) -> FormHelper:
    """Return the layout of the list's menus; the search field stands before them.

    The form tag stands in the template; it is a plain GET form, so that a filtered list
    has an address of its own.
    """
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    menus = (*REPORT_MENUS, *MENUS) if with_report else MENUS
    helper.layout = Layout(Div(*menus, css_class="filters-menus"))
    return helper


class LinesField(forms.CharField):
    """A list of texts, written one a line; for columns that hold a JSON list."""

    widget = forms.Textarea

    def __init__(
        self, *args: Any, encoder: Any = None, decoder: Any = None, **options: Any
    ) -> None:
        del encoder, decoder  # what a JSON column passes to its form field
        super().__init__(*args, **options)
        self.widget.attrs |= {"rows": 2, "cols": 60}

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines; leave what somebody has just typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that are not empty."""
        lines = (value or "").replace("\r\n", "\n").split("\n")
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists, not texts."""
        return (initial or []) != self.to_python(data)
