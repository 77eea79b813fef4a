"""The form that takes messages which mail servers returned."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_FILES = 20


class FilesInput(forms.FileInput):
    """A field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, at most so many."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files; raises ValidationError where there are none, or too many."""
        given = data if isinstance(data, list | tuple) else [data]
        found = [super(FilesField, self).clean(one, initial) for one in given or [None]]
        if len(found) > MOST_FILES:
            message = _("Upload at most %(most)s files at once.")
            raise forms.ValidationError(message, params={"most": MOST_FILES})
        return found


class ReturnedForm(forms.Form):
    """Returned messages to bring in."""

    mails = FilesField(
        label=_("Returned e-mails (.eml)"),
        help_text=_("One or several, at most 1 MB each."),
        allow_empty_file=True,  # the reader says what an empty file is
        widget=FilesInput({"class": "form-control", "accept": ".eml,message/rfc822"}),
    )
