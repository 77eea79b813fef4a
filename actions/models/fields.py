"""Columns that several models have: one text per language, a period of validity, a link address."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, signals
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actions.rules.search import fold
from document import characters

# Text, or text that is translated when it is shown.
Label = Any

LANGUAGES = ("en", "fr", "nl", "de")
# As menus and lists call them; a language's own name for itself stands in ``WRITTEN_IN``.
LANGUAGE_NAMES = {"nl": _("Dutch"), "fr": _("French"), "de": _("German"), "en": _("English")}
WRITE_TITLE = _("Write the title in at least one language.")


def no_control_characters(text: str) -> None:
    """Refuse characters that no font shows, that reorder text, or that mean nothing fixed."""
    if characters.FORBIDDEN_PATTERN.search(text):
        message = _("Leave out control characters and characters that have no fixed meaning.")
        raise ValidationError(message, code="forbidden_characters")


class FoldedField(models.TextField):
    """A derived column: other columns folded for the search, written at every save.

    Also at the raw saves of ``loaddata``, which skip a field's ``pre_save``.
    """

    def __init__(self, *args: Any, sources: Sequence[str] = (), **options: Any) -> None:
        self.sources = list(sources)
        settings: dict[str, Any] = {"editable": False, "default": ""}
        super().__init__(*args, **settings | options)

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any) -> None:
        """Fold before every save of the model."""
        super().contribute_to_class(cls, name, *args)
        signals.pre_save.connect(self._before_save, sender=cls)

    def _before_save(self, instance: models.Model, **_: Any) -> None:
        self.pre_save(instance, add=False)

    def pre_save(self, instance: models.Model, add: bool) -> str:  # noqa: ARG002, FBT001
        """Return the folded texts of the source columns."""
        value = fold(" ".join(getattr(instance, name) for name in self.sources))
        setattr(instance, self.attname, value)
        return value


class SortField(FoldedField):
    """A derived column to sort by: the first source column with a text, folded.

    Quotation marks before it do not count; nothing sorts after everything.
    """

    NOTHING = "~"  # after every letter that folding leaves

    def pre_save(self, instance: models.Model, add: bool) -> str:  # noqa: ARG002, FBT001
        """Return the folded text."""
        text = next(filter(None, (getattr(instance, name) for name in self.sources)), "")
        value = re.sub(r"^\W+", "", fold(text)) or self.NOTHING
        setattr(instance, self.attname, value)
        return value


def text_field(label: Label, **options: Any) -> models.TextField:
    """Return a text column that is empty, never null, when there is no text."""
    settings: dict[str, Any] = {
        "blank": True,
        "default": "",
        "validators": [no_control_characters],
    } | options
    return models.TextField(label, **settings)


def char_field(label: Label, max_length: int, **options: Any) -> models.CharField:
    """Return a short text column that refuses control characters."""
    return models.CharField(
        label, max_length=max_length, validators=[no_control_characters], **options
    )


def person(label: Label, **options: Any) -> Any:
    """Return a link to a person, which outlives their leaving."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options
    )


def address_field(label: Label) -> models.URLField:
    """Return a column for the address of a document, empty where none is known."""
    return models.URLField(label, max_length=500, blank=True, default="")


def in_language(
    instance: models.Model, field: str, fallbacks: Sequence[str] = LANGUAGES
) -> tuple[str, str]:
    """Return a text and the language it is in.

    The active language first, then the fallbacks (English, French, Dutch, German, unless
    others are given); ``("", language)`` where no language has the text.
    """
    wanted = get_language() or "en"
    for code in (wanted, *fallbacks):
        if text := getattr(instance, f"{field}_{code}"):
            return text, code
    return "", wanted


def text_property(field: str) -> property:
    """Return a property that reads ``field`` in the active language, else in another one."""
    return property(
        lambda self: in_language(self, field)[0], doc=f"The {field} in the active language."
    )


def language_property(field: str) -> property:
    """Return a property with the code of the language that ``field`` is shown in."""
    return property(
        lambda self: in_language(self, field)[1], doc=f"The language the {field} is shown in."
    )


def some_text(name: str, field: str, words: Label) -> models.CheckConstraint:
    """Return the constraint that a text stands there in at least one language."""
    return models.CheckConstraint(
        condition=~Q(**{f"{field}_{code}": "" for code in LANGUAGES}),
        name=name,
        violation_error_message=words,
    )


def draft_of() -> models.ForeignKey:
    """Return the column that says with which plan a row came that readers do not see yet.

    Such a row is seen by nobody either; it loses the mark when a plan that needs it is published.
    """
    return models.ForeignKey(
        "actions.Plan",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("came with the draft of"),
    )


def period_check(
    name: str, start: str = "valid_from", end: str = "valid_to"
) -> models.CheckConstraint:
    """Return the constraint that a period does not end before it starts."""
    return models.CheckConstraint(
        condition=Q(**{f"{start}__isnull": True})
        | Q(**{f"{end}__isnull": True})
        | Q(**{f"{end}__gte": F(start)}),
        name=name,
        violation_error_message=_("The period ends before it starts."),
    )


def code_check(
    name: str, field: str, codes: Iterable[StrEnum], *, blank: bool = False
) -> models.CheckConstraint:
    """Return the constraint that a coded column holds one of its codes (or nothing)."""
    values = [code.value for code in codes] + ([""] if blank else [])
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": values}),
        name=name,
        violation_error_message=_("Choose one of the listed values."),
    )
