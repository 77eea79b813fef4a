"""Fields for what people write: tidied with a word about it, limited in sight, in a language."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from actions.models.entries import LONGEST_TEXT, validate_address, validate_length
from actions.models.fields import no_control_characters
from actions.rules import addresses
from document import characters
from document.writers import glyphs

MOST_NAMED = 5  # of what was taken out of a field


def completed_address(typed: str) -> str:
    """Return an address, completed and encoded; raises ValidationError for what is none."""
    if not typed:
        return ""
    found = addresses.encoded(typed)
    validate_address(found)
    return found


def language_of(name: str) -> str:
    """Return the language that the name of a field ends with, as ``note_fr``; "" if with none."""
    code = name.rpartition("_")[2]
    return code if code in dict(settings.LANGUAGES) else ""


class Described:
    """A widget that names the language of what is written, and where its limit is told."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Return what the template of the widget needs."""
        widget: Any = super()
        context: dict[str, Any] = widget.get_context(name, value, attrs)
        made = context["widget"]["attrs"]
        made.setdefault("lang", language_of(name) or get_language())
        if made.get("id") and not made.pop("data-silent", False):
            said = [made.get("aria-describedby", ""), f"{made['id']}_limit"]
            made["aria-describedby"] = " ".join(filter(None, said))
        return context


class Lines(Described, forms.Textarea):
    """A field of several lines."""


class Line(Described, forms.TextInput):
    """A field of one line; a browser cuts nothing off that is pasted."""


class TidyField(forms.CharField):
    """A text of which what cannot be kept of a paste is taken out, and told."""

    is_line = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.taken_out: list[tuple[str, int]] = []

    def to_python(self, value: Any) -> Any:
        """Return the text as it can be kept; ``taken_out`` says what went."""
        text, self.taken_out = characters.from_paste(str(value or ""))
        return super().to_python(" ".join(text.split("\n")) if self.is_line else text)


class TextField(TidyField):
    """A text: what cannot be kept of a paste is taken out and told, and nothing is cut off.

    ``rows`` is None for one line. A form that ``is_silent`` about the limit tells it once
    somebody comes near. A report prints what ``is_printed``.
    """

    def __init__(
        self,
        *,
        rows: int | None = 3,
        most: int = LONGEST_TEXT,
        is_silent: bool = False,
        is_printed: bool = False,
        attrs: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        given = {"data-most": most} | ({"data-silent": True} if is_silent else {}) | (attrs or {})
        widget = Line(given) if rows is None else Lines({"rows": rows} | given)
        own = [no_control_characters, shorter_than(most)]
        checks = [*own, *options.pop("validators", [])]
        super().__init__(widget=widget, validators=checks, **options)
        self.most, self.is_silent, self.is_line = most, is_silent, rows is None
        self.is_printed = is_printed


class Shorter:
    """Refuses a text that is longer than it may be, and says how long it is."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, text: str) -> None:
        """Raise ValidationError for a text that is too long."""
        if len(text) > self.most:
            message = gettext_lazy("Write at most %(most)s characters; this text has %(length)s.")
            params = {"most": self.most, "length": len(text)}
            raise forms.ValidationError(message, code="too_long", params=params)


def shorter_than(most: int) -> Any:
    """Return what refuses a text that is too long."""
    return validate_length if most == LONGEST_TEXT else Shorter(most)


def taken_out(form: forms.BaseForm) -> list[str]:
    """Return, for each field of a checked form, what was taken out of it and where."""
    return [
        words(form.fields[name].label or name, part.taken_out)
        for name, part in form.fields.items()
        if isinstance(part, TidyField) and part.taken_out
    ]


def not_printed(form: forms.BaseForm) -> list[str]:
    """Return, for each field of a form that was sent, which signs the PDF cannot print."""
    said = _(
        "“%(field)s”: the PDF of the report cannot print %(signs)s. Write it in words or in the "
        "Latin alphabet; everywhere else it stays as you wrote it."
    )
    return [
        said % {"field": capfirst(str(part.label or name)), "signs": " ".join(signs)}
        for name, part in form.fields.items()
        if getattr(part, "is_printed", False)
        and (signs := glyphs.unprintable(str(form[name].value() or "")))
    ]


def words(label: Any, taken: list[tuple[str, int]]) -> str:
    """Return in words what was taken out of a field."""
    named = taken[:MOST_NAMED]
    places = [_("%(code)s in line %(line)s") % {"code": code, "line": n} for code, n in named]
    more = ["…"] if len(taken) > MOST_NAMED else []
    return _("“%(field)s”: a character that cannot be saved was taken out (%(what)s).") % {
        "field": label,
        "what": ", ".join(places + more),
    }
