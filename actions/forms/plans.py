"""Forms of the secretariat about whole plans: a new one, and a workbook to bring in."""

from typing import Any

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from actions.forms.bodies import CONTROL, LANGUAGES, BasisForm, line
from actions.forms.rounds import days
from actions.forms.texts import TextField

LONGEST_TITLE, LONGEST_KEY = 300, 30
TITLES = {
    "nl": _("title (Dutch)"),
    "fr": _("title (French)"),
    "de": _("title (German)"),
    "en": _("title (English)"),
}


class PlanForm(forms.Form):
    """What a plan is called, from when until when it runs, and where its text stands."""

    slug = TextField(
        label=_("key in addresses"),
        rows=None,
        most=LONGEST_KEY,
        is_silent=True,
        validators=[validate_slug],
        help_text=_("Lower case, digits and hyphens; stands in addresses for good."),
        attrs=CONTROL | {"spellcheck": "false", "autocapitalize": "none"},
    )
    adopted_on = days(label=_("adopted on"), required=False)
    valid_from = days(label=_("runs from"), required=False)
    valid_to = days(label=_("runs until"), required=False)
    document = line(_("title of its document"), LONGEST_TITLE)
    address = line(_("address of its document"), 500, attrs={"inputmode": "url"})
    clean_address = BasisForm.clean_address

    def __init__(self, *args: Any, **options: Any) -> None:
        """Add a title for each language."""
        super().__init__(*args, **options)
        for code in LANGUAGES:
            self.fields[f"title_{code}"] = line(TITLES[code], LONGEST_TITLE, attrs={"lang": code})
        self.order_fields(["slug", *(f"title_{code}" for code in LANGUAGES)])

    def columns(self) -> dict[str, Any]:
        """Return what was typed of the plan itself."""
        names = ["slug", "adopted_on", "valid_from", "valid_to"]
        names += [f"title_{code}" for code in LANGUAGES]
        return {name: self.cleaned_data[name] for name in names}


class WorkbookForm(forms.Form):
    """A workbook to bring in."""

    workbook = forms.FileField(
        label=_("workbook (.xlsx)"),
        allow_empty_file=True,  # the reader of workbooks says what an empty file is
        widget=forms.FileInput(
            {
                "class": "form-control",
                "accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        ),
    )
