"""Forms of the secretariat about plans: an amendment, what becomes of an action, its text."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from actions import menus
from actions.enums import ActorKind, AmendmentAct
from actions.forms.bodies import (
    CONTROL,
    FIRST_DAY,
    LAST_DAY,
    LONGEST_TITLE,
    far_day_box,
    line,
    refuse_far,
)
from actions.forms.rounds import days
from actions.forms.seen import SeenForm
from actions.forms.texts import TextField, completed_address
from actions.models import Action, Actor, AmendmentLine, Plan, Responsibility
from actions.models.actions import DAYS, NATURES, PERIOD_KINDS, SAID, said_by
from actions.models.entries import LONGEST_ADDRESS
from actions.models.fields import LANGUAGE_NAMES
from actions.models.responsibilities import ROLES
from actions.typography import date_format

MOST_FREE = 3  # empty lines for who becomes responsible
LONGEST_LABEL, LONGEST_NAME, LONGEST_PERIOD = 10, 600, 300
CODES = list(LANGUAGE_NAMES.items())
TITLES = {
    "title_nl": _("title (Dutch)"), "title_fr": _("title (French)"),
    "title_de": _("title (German)"), "title_en": _("title (English)"),
}  # fmt: skip
PROMISES = {
    "promise_nl": _("text of the plan (Dutch)"), "promise_fr": _("text of the plan (French)"),
    "promise_de": _("text of the plan (German)"), "promise_en": _("text of the plan (English)"),
}  # fmt: skip
NOTES = {
    "note_nl": _("note (Dutch)"), "note_fr": _("note (French)"),
    "note_de": _("note (German)"), "note_en": _("note (English)"),
}  # fmt: skip
DOCUMENTS = {
    "document_nl": _("address of the document (Dutch)"),
    "document_fr": _("address of the document (French)"),
    "document_de": _("address of the document (German)"),
    "document_en": _("address of the document (English)"),
}
# What an amendment says of an action, by column.
COLUMNS = (
    "label", "section_id", *TITLES, "official_languages", "nature", "period_text", "period_kind",
    "period_start", "period_end", *PROMISES, "official_promises",
)  # fmt: skip
OFFICIAL = ("official_languages", "official_promises")


def a_day(**options: Any) -> forms.DateField:
    """Return an optional field for a day that a plan may speak of."""
    limits = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    return days(required=False, validators=limits, **options)


def menu(label: Any, choices: Iterable[Any], **options: Any) -> forms.ChoiceField:
    """Return an optional menu."""
    widget = menus.NameSelect({"class": "form-select"})
    return forms.ChoiceField(
        label=label, choices=list(choices), widget=widget, required=False, **options
    )


def boxes(label: Any, choices: Iterable[Any], **options: Any) -> forms.MultipleChoiceField:
    """Return a row of boxes to tick."""
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), widget=forms.CheckboxSelectMultiple, required=False,
        **options,
    )  # fmt: skip


def add_texts(form: forms.Form, names: dict[str, Any], rows: int | None, most: int) -> None:
    """Give a form a text in each language."""
    for name, label in names.items():
        form.fields[name] = TextField(
            label=label, rows=rows, most=most, required=False, is_silent=True,
            attrs=CONTROL | {"lang": name[-2:]},
        )  # fmt: skip


class DecisionForm(SeenForm):
    """When an amendment takes effect, and the decision that it rests on, where there is one."""

    on = a_day(
        label=_("takes effect on"),
        help_text=_("Needed before you confirm. Not a day on which a round opens."),
    )
    decided_on = a_day(label=_("date of the decision"))
    document = line(_("title of the decision"), LONGEST_TITLE)
    address = line(_("address of the decision"), LONGEST_ADDRESS, attrs={"inputmode": "url"})

    def __init__(self, *args: Any, plan: Plan, **options: Any) -> None:
        """Ask about a day after the end of ``plan``."""
        super().__init__(*args, **options)
        self.plan = plan
        self.fields["far_day"] = far_day_box()
        self.order_fields(["on", "far_day"])
        add_texts(self, NOTES, 3, 2_000)
        self.fields["note_nl"].help_text = _("For readers, in each language: why the plan changes.")

    def clean_address(self) -> str:
        """Return the address, completed and encoded."""
        return completed_address(self.cleaned_data["address"])

    def clean(self) -> dict[str, Any]:
        """Refuse a decision of after its day; ask about a day that looks like a slip."""
        found = super().clean() or self.cleaned_data
        on, decided_on = found.get("on"), found.get("decided_on")
        if on and decided_on and decided_on > on:
            words = _("The decision is of after the day on which it takes effect.")
            self.add_error("decided_on", words)
        last = self.plan.valid_to
        if on and last and on > last and not found.get("far_day"):
            words = _("The plan runs until %(day)s. Tick the box if the day is right.")
            self.add_error("far_day", words % {"day": date_format(last)})
        else:
            refuse_far(self, found)
        return found

    def facts(self) -> dict[str, Any]:
        """Return what was typed, by column."""
        apart = {"seen", "far_day"}
        return {name: self.cleaned_data[name] for name in self.fields if name not in apart}


class LineForm(SeenForm):
    """What becomes of an action: changed, withdrawn, or added; and who is responsible."""

    def __init__(
        self,
        *args: Any,
        plan: Plan,
        stored: AmendmentLine,
        before: Action | None,
        held: Iterable[Responsibility] = (),
        seen: str = "",
        **options: Any,
    ) -> None:
        """Offer what the action says, with what the draft has changed already."""
        self.plan, self.stored, self.before, self.held = plan, stored, before, list(held)
        shown = (before or Action(plan=plan, period_kind="missing")).saying(stored.said)
        initial = {name: getattr(shown, name) for name in COLUMNS}
        initial |= {name: getattr(shown, name).split() for name in OFFICIAL}
        initial |= {name: getattr(stored, name) for name in NOTES}
        initial |= {"parent_id": stored.parent_id, "ends": stored.ends}
        initial["withdraw"] = stored.act == AmendmentAct.WITHDRAW
        for number, (slug, role) in enumerate(stored.begins):
            initial |= {f"begin_{number}": slug, f"role_{number}": role}
        initial["seen"] = seen
        super().__init__(*args, **options | {"initial": initial})
        if before is not None:
            self.fields["withdraw"] = forms.BooleanField(
                label=_("The action is withdrawn from the plan"), required=False
            )
        self.add_wording()
        self.add_actors()
        add_texts(self, NOTES, 2, 2_000)

    def add_wording(self) -> None:
        """Add the fields of what an action says."""
        fields = self.fields
        fields["label"] = line(_("number"), LONGEST_LABEL)
        sections = [(row.pk, f"{row.number}. {row.title}") for row in self.plan.sections.all()]
        fields["section_id"] = menu(_("section"), [("", _("none")), *sections])
        if self.before is None:
            fields["label"].required = True
            fields["no_section"] = forms.BooleanField(
                label=_("The action stands in no section"), required=False
            )
            rows = Action.objects.filter(plan=self.plan, parent=None).select_related("plan")
            above = [(row.pk, f"{row.label}. {row.title}"[:90]) for row in rows]
            fields["parent_id"] = menu(
                _("sub-action of"), [("", _("none, it is a numbered action")), *above]
            )
        add_texts(self, TITLES, 2, LONGEST_NAME)
        fields["official_languages"] = boxes(
            _("languages of official titles"), CODES,
            help_text=_("In other languages the title is a working translation."),
        )  # fmt: skip
        fields["nature"] = menu(_("nature"), [("", _("not stated")), *NATURES])
        fields["period_text"] = line(_("period, as printed"), LONGEST_PERIOD)
        fields["period_kind"] = menu(_("kind of period"), PERIOD_KINDS)
        fields["period_start"] = a_day(label=_("period starts"))
        fields["period_end"] = a_day(label=_("period ends"))
        add_texts(self, PROMISES, 4, 20_000)
        fields["official_promises"] = boxes(
            _("languages of official texts"), CODES,
            help_text=_("In other languages the text is a working translation."),
        )  # fmt: skip

    def add_actors(self) -> None:
        """Add whose responsibility ends, and lines for who becomes responsible."""
        if self.held:
            ends = [
                (row.actor.slug, menus.Name(f"{row.actor.label} ({row.role_label})",
                                            row.actor.name_language))
                for row in self.held
            ]  # fmt: skip
            self.fields["ends"] = boxes(_("whose responsibility ends"), ends)
        rows = Actor.objects.exclude(kind=ActorKind.UNSPECIFIED).filter(valid_to=None)
        lines = menus.of_actors(rows.with_names(), value="slug")
        self.begin_count = len(self.stored.begins) + MOST_FREE
        for number in range(self.begin_count):
            self.fields[f"begin_{number}"] = menu(
                _("who becomes responsible"), [("", _("nobody")), *lines]
            )
            self.fields[f"role_{number}"] = menu(_("role"), [("", _("Choose …")), *ROLES])

    def part(self, *names: str) -> list[Any]:
        """Return some of the fields, those that the form has."""
        return [self[name] for name in names if name in self.fields]

    @property
    def number_fields(self) -> list[Any]:
        """The fields of number and place."""
        return self.part("label", "section_id", "parent_id")

    @property
    def title_fields(self) -> list[Any]:
        """The fields of the title."""
        return self.part(*TITLES, "official_languages")

    @property
    def period_fields(self) -> list[Any]:
        """The fields of nature and period."""
        return self.part("nature", "period_text", "period_kind", "period_start", "period_end")

    @property
    def promise_fields(self) -> list[Any]:
        """The fields of what the plan promises."""
        return self.part(*PROMISES, "official_promises")

    @property
    def begin_fields(self) -> list[list[Any]]:
        """The lines of who becomes responsible: an organisation and its role."""
        return [self.part(f"begin_{n}", f"role_{n}") for n in range(self.begin_count)]

    @property
    def note_fields(self) -> list[Any]:
        """The fields of the note."""
        return self.part(*NOTES)

    def clean(self) -> dict[str, Any]:
        """Ask for a role beside each organisation; refuse changes of what is withdrawn."""
        found = super().clean() or self.cleaned_data
        for name in TITLES:
            # A no-break space of the plan's own title is no change.
            found[name] = re.sub(r"[ \t\r\n]+", " ", found.get(name, "")).strip()
        if self.asks_section and not found.get("no_section"):
            words = _("The plan has sections: choose one above, or tick the box.")
            self.add_error("no_section", words)
        for number in range(self.begin_count):
            if found.get(f"begin_{number}") and not found.get(f"role_{number}"):
                self.add_error(f"role_{number}", _("Choose a role."))
        if found.get("withdraw") and not self.errors:
            facts = self.facts()
            if facts["said"] or facts["begins"] or facts["ends"]:
                self.add_error(
                    "withdraw",
                    _("An action is either withdrawn or changed. Untick this, or take the changes "
                      "back."),
                )  # fmt: skip
        return found

    @property
    def asks_section(self) -> bool:
        """Tell whether a numbered action is added without a section to a plan that has some."""
        given = self.cleaned_data
        return (
            self.before is None
            and not given.get("section_id")
            and not given.get("parent_id")
            and self.plan.sections.exists()
        )

    @property
    def is_unofficial(self) -> bool:
        """Tell whether a new title or text is in a language that is not marked as official."""
        said = self.said()
        return any(
            said.get(name) and name[-2:] not in self.cleaned_data[official]
            for names, official in zip((TITLES, PROMISES), OFFICIAL, strict=True)
            for name in names
        )

    def facts(self) -> dict[str, Any]:
        """Return what the draft is to hold of the action."""
        given = self.cleaned_data
        act = AmendmentAct.WITHDRAW if given.get("withdraw") else AmendmentAct.CHANGE
        begins = [
            [given[f"begin_{n}"], given[f"role_{n}"]]
            for n in range(self.begin_count)
            if given.get(f"begin_{n}")
        ]
        return {
            "act": act.value if self.before else AmendmentAct.ADD.value,
            "parent_id": int(given["parent_id"]) if given.get("parent_id") else None,
            "said": self.said(),
            "begins": begins,
            "ends": given.get("ends", []),
            **{name: given[name] for name in NOTES},
        }

    def said(self) -> dict[str, Any]:
        """Return what the action is to say, where that differs from what it says."""
        given = {name: self.cleaned_data.get(name) for name in COLUMNS}
        for name in OFFICIAL:
            codes = given[name] or []
            given[name] = " ".join(code for code in ("en", "fr", "nl", "de") if code in codes)
            # What it has in another order says the same.
            if self.before and set(getattr(self.before, name).split()) == set(codes):
                given[name] = getattr(self.before, name)
        for name in DAYS:
            day = given[name]
            given[name] = day.isoformat() if isinstance(day, date) else None
        given["section_id"] = int(given["section_id"]) if given["section_id"] else None
        start = said_by(self.before or Action(plan=self.plan, period_kind="missing"))
        return {n: given[n] for n in SAID if n in given and given[n] != start[n]}


class DocumentForm(SeenForm):
    """Where the document of a plan stands, in each language."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, label in DOCUMENTS.items():
            self.fields[name] = line(label, LONGEST_ADDRESS, attrs={"inputmode": "url"})

    def clean(self) -> dict[str, Any]:
        """Complete and encode the addresses."""
        found = super().clean() or self.cleaned_data
        for name in DOCUMENTS:
            try:
                found[name] = completed_address(found.get(name, ""))
            except forms.ValidationError as error:
                self.add_error(name, error)
        return found

    def facts(self) -> dict[str, str]:
        """Return the addresses, by column."""
        return {name: self.cleaned_data[name] for name in DOCUMENTS}


class PromiseForm(SeenForm):
    """What the plan promises under an action, as its document says it, with the source."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        add_texts(self, PROMISES, 6, 20_000)
        self.fields["official_promises"] = boxes(
            _("languages of official texts"), CODES,
            help_text=_("In other languages the text is a working translation."),
        )  # fmt: skip
        self.fields["source_title"] = line(_("title of the source"), LONGEST_TITLE)
        self.fields["source_address"] = line(
            _("address of the source"), LONGEST_ADDRESS, attrs={"inputmode": "url"}
        )
        self.fields["promise_source_detail"] = line(
            _("where in the source"), 500, help_text=_("Such as a page or a chapter.")
        )

    def clean_source_address(self) -> str:
        """Return the address, completed and encoded."""
        return completed_address(self.cleaned_data["source_address"])

    def clean(self) -> dict[str, Any]:
        """Ask for the source of a text."""
        found = super().clean() or self.cleaned_data
        has_text = any(found.get(name) for name in PROMISES)
        if has_text and not (found.get("source_title") or "source_title" in self.errors):
            self.add_error("source_title", _("Say which document the text is from."))
        return found

    def facts(self) -> dict[str, Any]:
        """Return what was typed, by column."""
        given = {name: self.cleaned_data[name] for name in (*PROMISES, "promise_source_detail")}
        codes = self.cleaned_data["official_promises"]
        given["official_promises"] = " ".join(c for c in ("en", "fr", "nl", "de") if c in codes)
        return given
