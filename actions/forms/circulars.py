"""The form of a letter by hand: to whom, and what, in each language."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.forms.texts import TextField
from actions.models import User

MOST_TEXT, MOST_SUBJECT = 5000, 150
ASKED_FROM = 50  # so many people are written to only where that is confirmed
MOST_PEOPLE = 2000


class CircularForm(forms.Form):
    """Whom to write to, and in each language the subject and the text."""

    people = forms.TypedMultipleChoiceField(
        label=_("To"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    sure = forms.BooleanField(label=_("Yes, write to all of them"), required=False)

    def __init__(self, *args: Any, offered: Iterable[User], **options: Any) -> None:
        """Offer some people, all of them chosen at first."""
        super().__init__(*args, **options)
        listed = list(offered)[:MOST_PEOPLE]
        field: Any = self.fields["people"]
        field.choices = [(one.pk, line(one)) for one in listed]
        self.initial.setdefault("people", [one.pk for one in listed])
        for code, name in (
            ("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch"), ("en", "English"),
        ):  # fmt: skip
            attrs = {"class": "form-control", "lang": code}
            self.fields[f"subject_{code}"] = TextField(
                label=_("Subject – %(language)s") % {"language": name}, rows=None,
                most=MOST_SUBJECT, is_silent=True, required=False, attrs=attrs,
            )  # fmt: skip
            self.fields[f"text_{code}"] = TextField(
                label=_("Text – %(language)s") % {"language": name}, rows=6, most=MOST_TEXT,
                is_silent=True, required=False, attrs=attrs,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask once more before very many people are written to."""
        found = super().clean() or self.cleaned_data
        if len(found.get("people", ())) >= ASKED_FROM and not found.get("sure"):
            message = _("These are %(n)s people. Tick the box if you mean all of them.")
            self.add_error(
                "sure", forms.ValidationError(message, params={"n": len(found["people"])})
            )
        return found


def line(person: User) -> str:
    """Return whom a box stands for, and that their address failed where it did."""
    told = f"{person.get_full_name()} <{person.email}> ({person.language})"
    return f"{told} – {_('address that failed')}" if getattr(person, "failed", None) else told
