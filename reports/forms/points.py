"""Forms about the open points of the working group: add one, change or settle one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actions.forms.seen import SeenForm
from actions.forms.texts import TextField

MOST_TEXT = 3000


class NewPointForm(forms.Form):
    """A point to be added."""

    text = TextField(label=_("Point"), rows=3, most=MOST_TEXT)


class PointForm(SeenForm):
    """What a point says, and whether it is settled."""

    text = TextField(label=_("Point"), rows=6, most=MOST_TEXT)
    is_settled = forms.BooleanField(label=_("Settled"), required=False)
