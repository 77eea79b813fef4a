"""Forms about the evaluation of a plan, and about advice for any report."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from actions.forms.bodies import BasisForm, line
from actions.forms.rounds import days
from actions.forms.seen import SeenForm
from actions.models import Plan
from document.snapshot import LANGUAGES
from reports.forms.editing import per_language
from reports.services.evaluations import ADVISED

FIRST_YEAR, LAST_YEAR = 2017, 2100
LONGEST_AUTHOR, LONGEST_DOCUMENT = 200, 300
TITLES = {
    "nl": _("Title of the document (Dutch)"),
    "fr": _("Title of the document (French)"),
    "de": _("Title of the document (German)"),
    "en": _("Title of the document (English)"),
}
AUTHORS = {
    "nl": _("From whom (Dutch)"),
    "fr": _("From whom (French)"),
    "de": _("From whom (German)"),
    "en": _("From whom (English)"),
}


class PlanChoice(forms.ModelChoiceField):
    """A choice of plans by their titles."""

    def label_from_instance(self, obj: Any) -> str:
        """Return what readers call a plan."""
        return str(obj.label)


class EvaluationForm(forms.Form):
    """Which plan is evaluated, and in which year."""

    plan = PlanChoice(
        label=_("plan"),
        queryset=Plan.objects.none(),
        widget=forms.Select({"class": "form-select"}),
    )
    year = forms.IntegerField(
        label=_("year of the evaluation"),
        help_text=_("It rests on the published yearly reports up to this year."),
        validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)],
        widget=forms.NumberInput({"class": "form-control"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer the plans that readers see."""
        super().__init__(*args, **options)
        field: Any = self.fields["plan"]
        field.queryset = Plan.objects.published().order_by("-valid_from", "slug")


class AdviceForm(SeenForm):
    """What a stakeholder advised, and what was done with it, in four languages."""

    received_on = days(
        label=_("received on"), help_text=_("Of a meeting, the day of the meeting."), required=False
    )
    address = line(_("address of the document"), 500, attrs={"inputmode": "url"})
    clean_address = BasisForm.clean_address

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for code in LANGUAGES:
            self.fields[f"author_{code}"] = line(
                AUTHORS[code],
                LONGEST_AUTHOR,
                attrs={"lang": code},
                help_text=_("A council, an organisation or a meeting.") if code == "nl" else "",
            )
            self.fields[f"title_{code}"] = line(
                TITLES[code], LONGEST_DOCUMENT, attrs={"lang": code}
            )
        per_language(self, "participants", _("Organisations that took part"), 3, ())
        per_language(self, "text", _("What was advised"), 6, ())
        per_language(self, "done", _("What was done with it"), 6, ())
        authors = [f"author_{code}" for code in LANGUAGES]
        titles = [f"title_{code}" for code in LANGUAGES]
        self.order_fields([*authors, "received_on", *titles, "address"])

    def columns(self) -> dict[str, Any]:
        """Return what was typed, by column."""
        return {name: self.cleaned_data[name] for name in ADVISED}
