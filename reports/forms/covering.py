"""Forms about covering letters: a recipient, a letter, and on which day it was sent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.forms.bodies import line
from actions.forms.rounds import days
from actions.forms.seen import SeenForm
from actions.forms.texts import TextField
from actions.models.entries import WRITTEN_IN
from reports.models import RECIPIENT_KINDS
from reports.services.covering import LISTED, WRITTEN

MOST_ADDRESS, MOST_TEXT, MOST_SUBJECT, MOST_ORGANISATION = 500, 10_000, 200, 200


def choice(label: Any, choices: Any) -> forms.ChoiceField:
    """Return a menu in which nothing is chosen at first."""
    lines = [("", _("Choose …")), *choices]
    return forms.ChoiceField(
        label=label, choices=lines, widget=forms.Select({"class": "form-select"})
    )


class RecipientForm(SeenForm):
    """Who is to receive the reports of a plan."""

    kind = choice(_("kind"), RECIPIENT_KINDS)
    organisation = TextField(label=_("organisation"), rows=None, most=MOST_ORGANISATION)
    function = line(
        _("function of the person"), 200, help_text=_("Not the name: functions outlast people.")
    )
    language = choice(_("language"), WRITTEN_IN)
    email = forms.EmailField(
        label=_("e-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput({"class": "form-control"}),
    )
    address = TextField(label=_("postal address"), rows=3, most=MOST_ADDRESS, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # A browser would cut a paste off in silence.
        self.fields["email"].widget.attrs.pop("maxlength", None)

    def columns(self) -> dict[str, Any]:
        """Return what was typed, by column."""
        return {name: self.cleaned_data[name] for name in LISTED}


class LetterForm(SeenForm):
    """A covering letter."""

    to = TextField(label=_("addressed to"), rows=4, most=MOST_ADDRESS)
    subject = TextField(label=_("subject"), rows=None, most=MOST_SUBJECT)
    text = TextField(label=_("text"), rows=20, most=MOST_TEXT)

    def __init__(self, *args: Any, language: str, **options: Any) -> None:
        """Say in which language the letter is."""
        super().__init__(*args, **options)
        for name in WRITTEN:
            self.fields[name].widget.attrs["lang"] = language

    def columns(self) -> dict[str, str]:
        """Return what was typed, by column."""
        return {name: self.cleaned_data[name] for name in WRITTEN}


class SentForm(forms.Form):
    """On which day a letter was sent."""

    sent_on = days(label=_("Sent on"))
