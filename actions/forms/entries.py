"""The form of a status entry, with its list of evidence."""

import re
from collections.abc import Container, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from actions.enums import REPORTABLE, Status
from actions.forms.refusals import show_refusal
from actions.forms.texts import TextField, completed_address, not_printed, taken_out
from actions.models import Entry
from actions.models.entries import (
    EVIDENCE_KINDS,
    HEADINGS,
    LONGEST_ADDRESS,
    LONGEST_TITLE,
    MOST_EVIDENCE,
    OBSTACLE_KINDS,
    PUBLISHED_TEXTS,
    TEXTS,
    WRITTEN_IN,
)
from actions.models.statuses import CHOICE_WORDS, status_word
from actions.rules import addresses, languages
from document.snapshot import status_code

CHOICES = (
    Status.NOT_STARTED,
    Status.IN_PROGRESS,
    Status.PARTLY_DONE,
    Status.DONE,
    Status.DISCONTINUED,
    Status.NOT_APPLICABLE,
)
LABELS = {
    "done": _("What was done?"),
    "results": _("What are the results?"),
    "obstacles": _("What obstacles were there?"),
    "next_steps": _("What comes next?"),
    "reason": _("Why was the action suspended or dropped, or why is it not applicable?"),
    "gender": _("Did the action affect women and men differently?"),
    "sme": _("What did the action mean for small and medium-sized enterprises?"),
    "internal": _("Note for the secretariat and your colleagues"),
}
GUIDANCE = {
    "done": _(
        "Two or three sentences that a member of parliament understands. "
        "For example: “The order was adopted on 14 March and applies to all new contracts.”"
    ),
    "results": _(
        "What changed for people or companies; figures where you have them. "
        "For example: “120 companies took part; 45 of them adopted a procedure.”"
    ),
    "obstacles": _(
        "Delays and their causes. "
        "For example: “The call for tenders had to be repeated, which took four months.”"
    ),
    "next_steps": _(
        "What is planned, and when. For example: “The evaluation follows in the autumn of 2026.”"
    ),
    "reason": _(
        "Needed for these two statuses, and published. "
        "For example: “The government decided on 3 May not to renew the programme.”"
    ),
    "gender": _(
        "The plan asks for this to be monitored. For example: “Two thirds of the participants were "
        "women.”"
    ),
    "sme": _(
        "The plan asks for this to be monitored. For example: “The tool is free and takes an hour "
        "to fill in.”"
    ),
    "internal": _("Never published. For example: “Figures to be confirmed by the cabinet.”"),
}
# The languages as they stand within a sentence: "written in Dutch".
WITHIN = {
    "nl": pgettext_lazy("language within a sentence", "Dutch"),
    "fr": pgettext_lazy("language within a sentence", "French"),
    "de": pgettext_lazy("language within a sentence", "German"),
    "en": pgettext_lazy("language within a sentence", "English"),
}
# How many lines each text gets at first.
LINES = {"done": 6, "results": 4, "obstacles": 3, "next_steps": 3, "reason": 3}


def asked_words(*, seen: str, chosen: str) -> Any:
    """Return the question about the language of a text."""
    words = _(
        "The texts look written in %(seen)s, but the language that is chosen is %(chosen)s. "
        "Change it if it is wrong, and submit again."
    )
    return words % {"seen": WITHIN[seen], "chosen": WITHIN[chosen]}


class StatusField(forms.ChoiceField):
    """The statuses that an actor may choose, in the words for this action's nature."""

    def __init__(self, nature: str) -> None:
        super().__init__(
            choices=[(code.value, status_word(code, nature)) for code in CHOICES],
            widget=forms.RadioSelect,
            required=False,
            label=_("How far has your organisation got with this action?"),
            error_messages={"invalid_choice": _("Choose one of the listed statuses.")},
        )


def text_field(name: str) -> forms.CharField:
    """Return the field of one text; its length is checked without cutting it off."""
    return TextField(
        label=LABELS[name],
        help_text=GUIDANCE[name],
        required=False,
        rows=LINES.get(name, 2),
        is_printed=name in PUBLISHED_TEXTS,
    )


class EntryForm(forms.Form):
    """What an actor says of an action in a round."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    page = forms.RegexField(r"^[-\w]{0,32}\Z", required=False, widget=forms.HiddenInput)
    language = forms.ChoiceField(
        choices=[("", _("Choose a language")), *WRITTEN_IN],
        required=False,
        label=_("Language that you write in"),
        help_text=_("Write in your own language; the secretariat has the texts translated."),
    )
    # The language that the writer was asked about; choosing it again is the answer.
    asked_language = forms.CharField(max_length=2, required=False, widget=forms.HiddenInput)
    obstacle_codes = forms.MultipleChoiceField(
        label=_("Kinds of obstacles"),
        choices=OBSTACLE_KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The report counts them; tick what stands in the way."),
    )
    expected_by = forms.DateField(
        label=_("Now expected by"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Enter the date as day, month and year.")},
        help_text=_(
            "Only where unfinished work takes longer than the plan says; say why under "
            "“What obstacles were there?”. Whether it is overdue is still judged by the plan."
        ),
    )
    unchanged = forms.BooleanField(
        required=False,
        label=_("The texts that I left as they were last year are still true."),
        help_text=_("The report will say so."),
    )

    def __init__(self, data: Any = None, *, entry: Entry, **options: Any) -> None:
        super().__init__(data, **options)
        self.entry = entry
        self.sound: dict[str, Any] | None = None
        self.is_asked = False
        self.fields["status"] = StatusField(entry.action.nature)
        for name in TEXTS:
            self.fields[name] = text_field(name)
        rows = spread(data) if data is not None else None
        self.evidence: Any = EvidenceFormSet(rows, initial=entry.evidence, prefix="evidence")
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        self.speak(self["language"].value())

    def speak(self, language: str) -> None:
        """Have the spelling of its texts checked in the language that is written."""
        titles = [form.fields["title"] for form in self.evidence.forms]
        for field in (*(self.fields[name] for name in TEXTS), *titles):
            if language in dict(WRITTEN_IN):
                field.widget.attrs["lang"] = language

    def clean_obstacle_codes(self) -> list[str]:
        """Return the kinds in their order, each once."""
        ticked = set(self.cleaned_data["obstacle_codes"])
        return [code for code, _word in OBSTACLE_KINDS if code in ticked]

    def is_valid(self) -> bool:
        """Check the fields and the list of evidence."""
        return super().is_valid() & self.evidence.is_valid()

    def content(self) -> dict[str, Any]:
        """Return what was typed and can be stored, as services take it: no field that is wrong.

        A document keeps what of it can be stored; a list that is wrong as a whole is left out.
        What is only asked about is not wrong.
        """
        if self.sound is not None:
            return self.sound
        names = ("status", "language", "unchanged", "obstacle_codes", *TEXTS)
        kept = {name: self.cleaned_data[name] for name in names if name not in self.errors}
        if "expected_by" not in self.errors:
            day = self.cleaned_data["expected_by"]
            kept["expected_by"] = day.isoformat() if day else ""
        is_listed = not self.evidence.non_form_errors()
        return kept | ({"evidence": self.evidence.documents()} if is_listed else {})

    def ask(self, before: Mapping[str, Any] | None = None) -> bool:
        """Ask at their fields what only the writer knows, each once; tell whether anything is.

        What stands as it did in what was submitted ``before`` was answered then.
        """
        sound, before = self.content(), before or {}
        known = {row["address"] for row in before.get("evidence") or ()}
        asked = [self.evidence.ask(known), self.ask_language(before)]
        self.is_asked = any(asked)
        self.sound = sound if self.is_asked else None
        return self.is_asked

    def ask_language(self, before: Mapping[str, Any]) -> bool:
        """Ask whether the language is right where the texts look written in another one."""
        chosen = self.cleaned_data["language"]
        said = ("language", *PUBLISHED_TEXTS)
        is_answered = all(self.cleaned_data[name] == before.get(name) for name in said)
        if not chosen or is_answered or chosen == self.cleaned_data["asked_language"]:
            return False
        seen = languages.looks_like("\n".join(self.cleaned_data[name] for name in PUBLISHED_TEXTS))
        if seen in {"", chosen}:
            return False
        data: Any = self.data
        self.data = data.copy()
        self.data["asked_language"] = chosen  # type: ignore[index]
        self.add_error("language", asked_words(seen=seen, chosen=chosen))
        return True

    def marked(self) -> list[Any]:
        """Return the bound fields at which something may be wrong."""
        fields = [self[name] for name in ("status", "language", "expected_by", *TEXTS)]
        rows = [document[name] for document in self.evidence for name in DocumentForm.SHOWN]
        return fields + rows

    @property
    def is_sound(self) -> bool:
        """Tell whether it says what it was written from, without which nothing can be stored."""
        return not {"version", "page"} & set(self.errors)

    def wrong(self) -> list[Any]:
        """Return what its fields that are wrong are called."""
        found = [self[name].label for name in self.errors if name in self.fields]
        is_evidence = self.evidence.total_error_count() or self.evidence.refusals
        return found + ([HEADINGS["evidence"]] if is_evidence else [])

    def taken_out(self) -> list[str]:
        """Return what was taken out of texts and documents as it cannot be kept."""
        return [words for form in (self, *self.evidence) for words in taken_out(form)]

    def not_printed(self) -> list[str]:
        """Return which signs of texts and titles the PDF of a report cannot print."""
        return [words for form in (self, *self.evidence) for words in not_printed(form)]

    def go_on_from(self, version: int) -> None:
        """Let what was typed replace a newer version than it started from."""
        data: Any = self.data
        self.data = data.copy()
        self.data["version"] = str(version)  # type: ignore[index]

    def refuse(self, error: ValidationError) -> None:
        """Show at their fields what a service refused; the list of evidence shows its own."""
        faults = error.message_dict if hasattr(error, "error_dict") else {}
        self.evidence.refusals += faults.get("evidence", [])
        if "evidence" in faults:
            self.sound = self.content()
            for row in self.evidence:
                row.mark_missing()
        show_refusal(self, error)

    def texts(self) -> list[Any]:
        """Return the bound fields of the texts that stand open, in order."""
        return [self[name] for name in ("done", "results", "obstacles", "next_steps")]

    def notes(self) -> list[Any]:
        """Return the bound fields of the optional notes."""
        return [self["gender"], self["sme"]]

    def options(self) -> list[dict[str, Any]]:
        """Return the statuses, each with the code of its colour and sign, and if it is chosen."""
        chosen = self["status"].value() or ""
        nature = self.entry.action.nature
        return [
            {
                "value": code.value,
                "code": status_code(code, nature),
                "label": status_word(code, nature),
                "meaning": CHOICE_WORDS[status_code(code, nature)],
                "is_chosen": code == chosen,
            }
            for code in CHOICES
            if code in REPORTABLE
        ]


# Letters of what is pasted for addresses and still read as several.
MOST_PASTED = 20 * LONGEST_ADDRESS


class DocumentForm(forms.Form):
    """One document or page that shows what was done."""

    SHOWN = ("title", "address", "kind", "date")

    title = TextField(
        label=_("Title"),
        required=False,
        rows=None,
        most=LONGEST_TITLE,
        is_silent=True,
        is_printed=True,
    )
    address = TextField(
        label=_("Address on the web"),
        required=False,
        rows=None,
        most=LONGEST_ADDRESS,
        is_silent=True,
        attrs={"inputmode": "url", "placeholder": "https://"},
    )
    is_open_to_all = forms.BooleanField(label=_("Everybody can open this address"), required=False)
    # Nothing is preset; what nobody says of what kind it is, is of another one.
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("Choose …")), *EVIDENCE_KINDS], required=False
    )
    date = forms.DateField(
        label=_("Date"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Enter the date as day, month and year.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer the kinds that say something: "other" is what nobody says anything of."""
        super().__init__(*args, **options)
        kind: Any = self.fields["kind"]
        kind.widget.choices = kind.choices[:-1]

    def clean_address(self) -> str:
        """Return the address that was typed, completed and encoded."""
        typed: str = self.cleaned_data["address"]
        if len(addresses.several(typed)) > 1:
            raise ValidationError(_("Give each address a line of its own, with a title."))
        return completed_address(typed)

    def documents(self) -> list[dict[str, str]]:
        """Return what was typed; nothing for an empty row."""
        data: Mapping[str, Any] = getattr(self, "cleaned_data", {})
        title, address = data.get("title", ""), data.get("address") or ""
        if "address" in self.errors and self.initial.get("address"):
            # What cannot be stored never takes away what was.
            address = self.initial["address"]
        if not title and not address:
            return []
        day = data.get("date")
        return [
            {
                "title": title,
                "address": address,
                "kind": data.get("kind") or EVIDENCE_KINDS[-1][0],
                "date": day.isoformat() if day else "",
            }
        ]

    def mark_missing(self) -> None:
        """Say at the row what its document lacks: a title or an address."""
        found = self.documents()
        if found and not found[0]["title"]:
            self.add_error("title", _("Give the document a title, or remove it."))
        elif found and not found[0]["address"] and "address" not in self.errors:
            self.add_error("address", _("Give the document an address, or remove it."))

    @property
    def is_asked(self) -> bool:
        """Tell whether an address of the row seems to open only inside an organisation."""
        typed = addresses.several(str(self["address"].value() or ""))
        return any(addresses.opens_inside_only(address) for address in typed)

    def ask(self, known: Container[str] = ()) -> bool:
        """Ask at the address whether readers can open it, unless that was said; tell whether so.

        That was said of those that are ``known``.
        """
        is_answered = self.cleaned_data.get("is_open_to_all")
        if not self.is_asked or is_answered or self.cleaned_data.get("address") in known:
            return False
        self.add_error(
            "address",
            _(
                "This address seems to open only inside your organisation. Give one that "
                "everybody can open, or confirm that everybody can open this one."
            ),
        )
        return True


class BaseEvidence(forms.BaseFormSet):
    """The documents of an entry; emptied rows fall away."""

    default_error_messages: ClassVar = {
        **forms.BaseFormSet.default_error_messages,
        "too_many_forms": ngettext_lazy(
            "An entry has at most %(num)d document.",
            "An entry has at most %(num)d documents.",
            "num",
        ),
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.refusals: list[str] = []

    def documents(self) -> list[dict[str, str]]:
        """Return the documents that were typed."""
        return [document for form in self.forms for document in form.documents()]

    def ask(self, known: Container[str]) -> bool:
        """Ask about addresses that seem to open only inside; tell whether there are any."""
        asked = [form.ask(known) for form in self.forms]
        return any(asked)

    @property
    def is_open(self) -> bool:
        """Tell whether there is something to see."""
        return bool(self.refusals or self.total_error_count() or self.initial)


def spread(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a form brought with a row for each of several addresses pasted into one."""
    found: dict[str, Any] = {name: data[name] for name in data if name.startswith("evidence-")}
    total = str(found.get("evidence-TOTAL_FORMS", ""))
    if not re.fullmatch(r"\d{1,3}", total):
        return found
    count = int(total)
    for row in range(min(count, MOST_EVIDENCE)):
        typed = str(found.get(f"evidence-{row}-address", ""))
        several = addresses.several(typed) if len(typed) <= MOST_PASTED else []
        if count + len(several) - 1 > MOST_EVIDENCE:
            continue  # more than there may be stay where they were pasted, and are told there
        if len(several) > 1:
            found[f"evidence-{row}-address"] = several[0]
        for address in several[1:]:
            found[f"evidence-{count}-address"] = address
            for name in ("kind", "date"):
                found[f"evidence-{count}-{name}"] = found.get(f"evidence-{row}-{name}", "")
            count += 1
    found["evidence-TOTAL_FORMS"] = str(count)
    return found


EvidenceFormSet = forms.formset_factory(
    DocumentForm,
    formset=BaseEvidence,
    extra=1,
    max_num=MOST_EVIDENCE,
    absolute_max=MOST_EVIDENCE + 10,
    validate_max=True,
)


class ReasonForm(forms.Form):
    """A reason, for taking finished work up again."""

    reason = TextField(
        label=_("Why is the closed work taken up again?"),
        help_text=_("The report prints this reason."),
        error_messages={"required": _("Give a reason.")},
    )
