"""The forms about errors on pages: a reader reports one, the secretariat settles it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.forms.texts import Shorter, TextField
from actions.models.notices import MOST_TEXT

LONGEST_EMAIL = 254
MOST_NOTE = 1000


class NoticeForm(forms.Form):
    """What is wrong on a page, and where an answer goes if one is wanted."""

    text = TextField(
        label=_("What is wrong?"),
        help_text=_("Quote what stands there, and say what is right if you know it."),
        rows=8,
        most=MOST_TEXT,
        error_messages={"required": _("Write what is wrong on the page.")},
    )
    # Without a length in the field, as that would cut off what is pasted.
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_(
            "Only if you want an answer. It is used for that alone, and erased thirty days after "
            "your message is settled, a year after it came at the latest."
        ),
        required=False,
        max_length=None,
        validators=[Shorter(LONGEST_EMAIL)],
        error_messages={"invalid": _("Enter an e-mail address such as name@example.org, or none.")},
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class SettleForm(forms.Form):
    """What the secretariat answers and notes; without an address nothing can be answered."""

    answer = TextField(
        label=_("Answer by e-mail"),
        help_text=_("It goes out with a greeting and the name of the secretariat."),
        rows=8,
        most=MOST_TEXT,
        required=False,
    )
    note = TextField(
        label=_("Note"),
        help_text=_("What was done about it; only the secretariat reads this."),
        rows=3,
        most=MOST_NOTE,
        required=False,
    )

    def __init__(self, *args: Any, has_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_address:
            del self.fields["answer"]
