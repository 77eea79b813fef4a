"""Forms and their layouts."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout

MENUS = ("section", "actor", "level", "nature", "period", "theme", "pillar", "sdg")


def filter_layout() -> FormHelper:
    """Return the layout of the list's menus; the search field stands before them.

    The form tag stands in the template; it is a plain GET form, so that a filtered list
    has an address of its own.
    """
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    helper.layout = Layout(Div(*MENUS, css_class="filters-menus"))
    return helper
