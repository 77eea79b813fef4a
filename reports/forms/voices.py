"""Forms about notes of voices: days, invitation, note, answer, decision."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actions.forms.entries import asked_words
from actions.forms.members import LANGUAGES, Select, TextInput, actor_choices
from actions.forms.rounds import days
from actions.forms.seen import SeenForm
from actions.forms.texts import TextField, TidyField, completed_address
from actions.models.entries import LONGEST_ADDRESS, WRITTEN_IN
from actions.rules import addresses, languages
from reports.voice_models import GROUNDS, LONGEST_ANSWER, LONGEST_NOTE, MOST_ADDRESSES

MOST_PASTED = MOST_ADDRESSES * (LONGEST_ADDRESS + 2)
LONGEST_REASON = 2_000


class DaysForm(SeenForm):
    """Whether invited organisations write notes, and the two last days."""

    is_on = forms.BooleanField(label=_("Invited organisations write notes"), required=False)
    notes_until = days(
        label=_("Last day of notes"),
        help_text=_("Until then the invited organisations read the draft and write notes on it."),
        required=False,
    )
    answers_until = days(
        label=_("Last day of answers"),
        help_text=_("A later day, before the report is frozen: so long notes can be answered."),
        required=False,
    )


class VoiceForm(forms.Form):
    """Which organisation is invited, and who of it by e-mail."""

    actor = forms.TypedChoiceField(label=_("Organisation"), coerce=int, widget=Select())
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_(
            "Of whoever is to write for it. Leave it empty where somebody of the organisation has "
            "a role already."
        ),
        max_length=254,
        required=False,
        widget=TextInput(type="email", autocomplete="off", spellcheck="false"),
    )
    language = forms.ChoiceField(
        label=_("Language of correspondence"), choices=LANGUAGES, widget=Select()
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # A browser would cut a paste off in silence.
        self.fields["email"].widget.attrs.pop("maxlength", None)
        choices = [("", _("Choose …")), *actor_choices()]
        self.fields["actor"].choices = choices  # type: ignore[attr-defined]


class SpokenForm(SeenForm):
    """A text in a language, which is asked about once where the text looks written in another."""

    language = forms.ChoiceField(
        label=_("Language that you write in"),
        choices=[("", _("Choose a language")), *WRITTEN_IN],
        required=False,
        widget=Select(),
    )
    # The language that the writer was asked about; choosing it again is the answer.
    asked_language = forms.CharField(max_length=2, required=False, widget=forms.HiddenInput)

    def ask_language(self) -> bool:
        """Ask whether the language is right; tell whether anything is asked."""
        chosen = self.cleaned_data["language"]
        if not chosen or chosen == self.cleaned_data["asked_language"]:
            return False
        seen = languages.looks_like(self.cleaned_data["text"])
        if seen in {"", chosen}:
            return False
        data: Any = self.data
        self.data = data.copy()
        self.data["asked_language"] = chosen  # type: ignore[index]
        self.add_error("language", asked_words(seen=seen, chosen=chosen))
        return True


class NoteForm(SpokenForm):
    """What a voice writes of an action or a section, and the addresses that it refers to."""

    text = TextField(
        label=_("Note"),
        help_text=_("Paragraphs, lists with “- ” and addresses are kept."),
        rows=12,
        most=LONGEST_NOTE,
        required=False,
        is_printed=True,
    )
    evidence = TidyField(
        label=_("Evidence: addresses of pages or documents"),
        help_text=_("One a line, at most ten."),
        required=False,
        max_length=MOST_PASTED,
        # Addresses are of no language.
        widget=forms.Textarea({"rows": 3, "spellcheck": "false", "lang": "zxx"}),
    )
    field_order = ("text", "evidence", "language")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["evidence"].widget.attrs.pop("maxlength", None)

    def clean_evidence(self) -> list[str]:
        """Return the addresses, completed and encoded; raises ValidationError for what is none."""
        lines = self.cleaned_data["evidence"].split("\n")
        typed = [one for line in lines for one in addresses.several(line)]
        if len(typed) > MOST_ADDRESSES:
            message = _("Give at most %(most)s addresses.")
            raise ValidationError(message, params={"most": MOST_ADDRESSES})
        return list(dict.fromkeys(completed_address(one) for one in typed))

    def said(self) -> dict[str, Any]:
        """Return what was typed, as services take it."""
        return {name: self.cleaned_data[name] for name in ("language", "text", "evidence", "seen")}


class NoteAnswerForm(SpokenForm):
    """What an actor answers to a note."""

    text = TextField(
        label=_("Answer"), rows=8, most=LONGEST_ANSWER, required=False, is_printed=True
    )
    note_seen = forms.RegexField(r"^[0-9a-f]{0,32}\Z", required=False, widget=forms.HiddenInput)
    field_order = ("text", "language")

    def clean_note_seen(self) -> str | None:
        """Return the digest of the note; None from what is no form of ours."""
        return self.cleaned_data["note_seen"] if "note_seen" in self.data else None

    def said(self) -> dict[str, Any]:
        """Return what was typed, as services take it."""
        return {name: self.cleaned_data[name] for name in ("language", "text")}


class DecisionForm(SeenForm):
    """On which ground, and for which reason, a note is not taken."""

    ground = forms.ChoiceField(
        label=_("Ground"),
        choices=[("", _("Choose …")), *GROUNDS],
        required=False,
        widget=Select(),
    )
    reason = TextField(
        label=_("Reason"),
        help_text=_("It goes to the author of the note, and is not published."),
        rows=4,
        most=LONGEST_REASON,
        required=False,
    )


class SecondLookForm(SeenForm):
    """Why a note stays out after a second look."""

    reason = TextField(
        label=_("Reason"),
        help_text=_("It goes to the author of the note, and is not published."),
        rows=4,
        most=LONGEST_REASON,
        required=False,
    )
