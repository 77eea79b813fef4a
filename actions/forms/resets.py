"""The forms about a lost second factor: somebody proposes its reset, somebody else decides."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.forms.texts import TextField

MOST = 500


class ProposeForm(forms.Form):
    """Why a second factor is to be reset, and how the owner was recognised."""

    reason = TextField(
        label=_("Reason"),
        help_text=_(
            "What was lost, and how you made sure who asks: by a number that you know already, "
            "not by one from an e-mail. The reviewer reads this, and it is kept."
        ),
        rows=4,
        most=MOST,
        error_messages={"required": _("Write why, and how you made sure who is asking.")},
    )


class DecideForm(forms.Form):
    """A note on the decision; who refuses says why."""

    note = TextField(
        label=_("Note"),
        help_text=_("Kept with the decision. Who refuses says why."),
        rows=3,
        most=MOST,
        required=False,
    )
