"""The form of what a further edition includes: entries, whole actors, until when, and why."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actions.enums import EntryState
from actions.forms.rounds import days, reason_field
from actions.models import Actor, Entry

TAKE, LEAVE_OUT = "take", "leave_out"
MOST_DIGITS = 18  # of a key that both databases can look up


class RowsField(forms.ModelMultipleChoiceField):
    """Some rows of a table; a number that no key can have is none of them, on SQLite as well."""

    def clean(self, value: Any) -> Any:
        """Return the chosen rows; refuse what is no key of one."""
        for key in value if isinstance(value, list | tuple) else ():
            if len(str(key)) > MOST_DIGITS:
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(key)[:MOST_DIGITS]},
                )
        return super().clean(value)


class SettleForm(forms.Form):
    """What becomes of a draft whose last day has passed, in the version that was seen."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    act = forms.ChoiceField(choices=[(TAKE, TAKE), (LEAVE_OUT, LEAVE_OUT)])


class FurtherForm(forms.Form):
    """Which entries of a published round can be written again; accepted ones are corrected."""

    until = days(
        label=_("Entries can be written until"),
        help_text=_("The e-mail to those who write gives this date."),
    )
    comment = reason_field(
        _("What has to be corrected or added"),
        required=False,
        help_text=_(
            "The e-mail to those who write quotes it. Needed where an accepted entry is corrected."
        ),
    )
    chosen = RowsField(label=_("Entries"), queryset=Entry.objects.none(), required=False)
    actors = RowsField(label=_("Actors"), queryset=Actor.objects.none(), required=False)

    def __init__(self, *args: Any, entries: QuerySet, **options: Any) -> None:
        """Offer some entries, and their actors."""
        super().__init__(*args, **options)
        self.entries = entries
        chosen: Any = self.fields["chosen"]
        chosen.queryset = entries
        actors: Any = self.fields["actors"]
        actors.queryset = Actor.objects.filter(responsibilities__entries__in=entries).distinct()

    def keys(self) -> set[int]:
        """Return the chosen entries, and of the chosen actors all that was not accepted."""
        open_ones = self.entries.exclude(state=EntryState.ACCEPTED)
        whole = open_ones.filter(responsibility__actor__in=self.cleaned_data["actors"])
        return {row.pk for row in self.cleaned_data["chosen"]} | set(
            whole.values_list("pk", flat=True)
        )

    def is_chosen(self, name: str, key: int) -> bool:
        """Tell whether a box is ticked, in what was sent or at the start."""
        return str(key) in {str(value) for value in self[name].value() or ()}
