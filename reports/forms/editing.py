"""Forms about the making of a report: chapters, consultation, notes, transmissions, comments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.forms.rounds import Day
from actions.forms.seen import SeenForm, change
from actions.forms.texts import TextField
from actions.models.fields import LANGUAGE_NAMES
from document.snapshot import LANGUAGES
from reports.models import RECIPIENTS


def lines(label: Any, rows: int = 3, **options: Any) -> forms.CharField:
    """Return a field for a text of some lines."""
    return TextField(label=label, rows=rows, is_printed=True, **options)


def per_language(
    form: forms.Form, name: str, label: Any, rows: int, needed: tuple[str, ...]
) -> None:
    """Give a form one field per language, Dutch and French first."""
    for language in LANGUAGES:
        title = _("%(what)s (%(language)s)") % {
            "what": label, "language": LANGUAGE_NAMES[language],
        }  # fmt: skip
        form.fields[f"{name}_{language}"] = lines(title, rows, required=language in needed)
        form.fields[f"{name}_{language}"].widget.attrs["lang"] = language


class ChapterForm(forms.Form):
    """A chapter in four languages."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, with_titles: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        for language in LANGUAGES:
            if with_titles:
                self.fields[f"title_{language}"] = TextField(
                    label=_("Title (%s)") % LANGUAGE_NAMES[language],
                    rows=None,
                    most=200,
                    required=False,
                    is_printed=True,
                    attrs={"lang": language},
                )
        per_language(self, "text", _("Text"), 10, ())

    def go_on_from(self, version: int) -> None:
        """Let what was typed replace a newer version than it started from."""
        change(self, "version", str(version))

    def texts(self, row: Any) -> dict[str, str]:
        """Return what was typed, by column; of a field that is wrong, what the row has."""
        names = [name for name in self.fields if name != "version"]
        return {
            name: getattr(row, name) if name in self.errors else self.cleaned_data[name]
            for name in names
        }

    def can_store(self, row: Any) -> bool:
        """Tell whether there is something to store: what is wrong keeps nothing else from it."""
        if "version" in self.errors or self.non_field_errors():
            return False
        return not self.errors or any(
            text != getattr(row, name) for name, text in self.texts(row).items()
        )


class NoteForm(forms.Form):
    """A note per language: what a new edition corrects, or why one is withdrawn."""

    def __init__(self, *args: Any, name: str, label: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name = name
        per_language(self, name, label, 3, ("nl", "fr"))

    def words(self) -> dict[str, str]:
        """Return the texts by language."""
        return {
            language: self.cleaned_data.get(f"{self.name}_{language}", "") for language in LANGUAGES
        }


class FreezeForm(NoteForm):
    """That what stays outside was seen, in these numbers; a note from the second edition on."""

    outside = forms.RegexField(
        r"^\d{1,6}-\d{1,6}-\d{1,6}$", required=False, widget=forms.HiddenInput
    )
    confirmed = forms.BooleanField(label=_("These entries stay outside the report"), required=False)

    def __init__(
        self, *args: Any, with_note: bool, with_confirmation: bool, **options: Any
    ) -> None:
        super().__init__(
            *args, name="note", label=_("What the secretariat says of this edition"), **options
        )
        for name in list(self.fields):
            if name.startswith("note_") and not with_note:
                del self.fields[name]
            elif name.startswith("note_"):
                self.fields[name].required = False
        if not with_confirmation:
            del self.fields["confirmed"]

    def seen(self) -> tuple[int, ...]:
        """Return the numbers that were seen and confirmed; none where the box is not ticked."""
        seen = self.cleaned_data["outside"]
        if not seen or not self.cleaned_data.get("confirmed"):
            return (0, 0, 0)
        return tuple(int(number) for number in seen.split("-"))

    def look_again(self, token: str) -> None:
        """Show other numbers, which nobody has confirmed yet."""
        data: Any = self.data
        self.data = data.copy()
        self.data["outside"] = token  # type: ignore[index]
        self.data.pop("confirmed", None)  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What the secretariat answers to a comment on the draft."""

    text = lines(_("Answer"), 5, required=False)
    is_settled = forms.BooleanField(label=_("Settled"), required=False)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def go_on_from(self, version: int) -> None:
        """Let what was typed replace a newer answer than it started from."""
        change(self, "version", str(version))


class ConsultationForm(SeenForm):
    """Until when members comment, and when the group validated the report."""

    until = forms.DateField(label=_("Members comment until"), required=False, widget=Day())
    validated_on = forms.DateField(
        label=_("Validated by the working group on"), required=False, widget=Day()
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        per_language(self, "note", _("Note on the validation"), 2, ())

    def notes(self) -> dict[str, str]:
        """Return the notes by language."""
        return {language: self.cleaned_data[f"note_{language}"] for language in LANGUAGES}


class TransmissionForm(forms.Form):
    """That an edition was sent to somebody."""

    recipient = TextField(label=_("Recipient"), rows=None, most=200, attrs={"list": "recipients"})
    sent_on = forms.DateField(label=_("Sent on"), widget=Day())
    means = TextField(label=_("How, and in which languages"), rows=None, most=200, required=False)

    @property
    def usual(self) -> tuple[Any, ...]:
        """Who usually receives a report."""
        return RECIPIENTS


class StrikeForm(forms.Form):
    """Why a transmission is struck out."""

    reason = lines(_("Why it is struck out"))


class CommentForm(forms.Form):
    """What a member says of the draft."""

    about = TextField(
        label=pgettext_lazy("subject of a comment", "About"),
        help_text=_("For example: action 22, or the foreword."),
        rows=None,
        most=100,
        required=False,
    )
    text = lines(_("Comment"), 4)


class TranslationForm(SeenForm):
    """One text in another language."""

    text = lines(_("Translation"), 10, required=False)
    original = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    checked = forms.BooleanField(
        label=_("Checked: this translation may be printed"), required=False
    )

    def go_on_from_original(self, original: str) -> None:
        """Let the translation be of an original that has changed meanwhile."""
        change(self, "original", original)
