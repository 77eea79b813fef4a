"""Texts that have no field in their form: typed before the site was renewed, or left aside.

Nothing is stored of a form that was opened before its page was renewed, as what has no field any
more would be lost. It comes back with the rest beside it, to be copied. What stands beside a form
is carried on by it, and stays kept until its writer deletes it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.choices import flatten_choices
from django.utils.translation import gettext_lazy as _

from actions.services.unsaved import BESIDE
from actions.views import keeping

# Before the names under which a form carries what it has no field for.
CARRIED = BESIDE
RENEWED = _(
    "This form was renewed after you opened it, and nothing is saved yet. Your texts are in it; "
    "those that have no field any more stand beside it. Check it, then save it again."
)
RENEWED_PART = _(
    "Not saved: this form was renewed after you opened it. Load the page again; your text is kept."
)
Texts = list[tuple[str, str]]


def beside(form: forms.BaseForm, data: QueryDict, *, below: Iterable[str] | None = None) -> Texts:
    """Return what a form has no field for, by name: what it carries on, and what is new."""
    carried = [(name, text) for name, text in typed(data) if is_carried(form, name, text)]
    return carried + unknown(form, data, below=below)


def unknown(form: forms.BaseForm, data: QueryDict, *, below: Iterable[str] | None = None) -> Texts:
    """Return what a form brought, or was kept of it, and has no field for.

    ``below`` are the prefixes of rows that a form has below it and does not know itself. A form
    with a prefix shares its page with others, and speaks of its own names alone.
    """
    own = f"{form.prefix}-" if form.prefix else ""
    ours = tuple(f"{prefix}-" for prefix in below or ())
    return [
        (name, text)
        for name, text in typed(data)
        if name.startswith(own)
        and not name.startswith((CARRIED, "_", *ours))
        and not is_known(form, name)
    ]


def typed(data: QueryDict) -> Texts:
    """Return the texts of a form by name, those left out that nobody would miss."""
    rows = tuple((name, text) for name in data for text in data.getlist(name))
    return keeping.Kept("", rows).typed


def is_carried(form: forms.BaseForm, name: str, text: str) -> bool:
    """Tell whether a text is carried on beside a form, and is not saved in it by now."""
    own = name.removeprefix(CARRIED)
    part = {form.add_prefix(one): one for one in form.fields}.get(own)
    stored = form.get_initial_for_field(form.fields[part], part) if part else None
    return name != own and tidy(text) != tidy(str(stored or ""))


def tidy(text: str) -> str:
    """Return a text without what a browser adds to it."""
    return text.replace("\r\n", "\n").strip()


def is_known(form: forms.BaseForm, name: str) -> bool:
    """Tell whether a field of a form sends this name, or one of the rows below it."""
    names = {form.add_prefix(one) for one in form.fields}
    whole = re.sub(r"_\d\Z", "", name)  # a field of several parts numbers them
    return bool(names & {name, whole}) or any(is_below(rows, name) for rows in rows_of(form))


def rows_of(form: forms.BaseForm) -> Iterator[forms.BaseFormSet]:
    """Yield the rows that a form knows below it."""
    yield from (part for part in vars(form).values() if isinstance(part, forms.BaseFormSet))


def is_below(rows: forms.BaseFormSet, name: str) -> bool:
    """Tell whether a name is that of a field of a row."""
    found = re.fullmatch(rf"{re.escape(str(rows.prefix))}-(?:\d+|__prefix__)-(\w+)", name)
    return found is not None and found[1] in rows.empty_form.fields


def named(form: forms.BaseForm, rows: Texts) -> Texts:
    """Return texts by what their fields are called, "" where nobody knows it any more."""
    known = {form.add_prefix(name): part for name, part in form.fields.items()}
    own = [(name.removeprefix(CARRIED), text) for name, text in rows]
    return [
        (
            str(getattr(known.get(name), "label", "") or keeping.label_of(name)),
            in_words(known.get(name), name, text),
        )
        for name, text in own
    ]


def in_words(part: forms.Field | None, name: str, text: str) -> str:
    """Return a text; of a menu the words of its line, as nobody typed its key."""
    words = choices_of(part).get(text) if part else None
    return words or keeping.in_words(name, text)


def choices_of(part: forms.Field) -> dict[str, str]:
    """Return the lines of a menu by key, those of its groups one by one; {} of another field."""
    lines: Any = flatten_choices(getattr(part, "choices", ()))
    return {str(getattr(value, "value", value)): str(text) for value, text in lines}


# --- Carried on by the form ---------------------------------------------------------


def carry(request: Any, address: str, rows: Texts) -> None:
    """Have the form that is sent to an address carry texts on: see the tag ``own_form``."""
    request.carried_on = {**getattr(request, "carried_on", {}), address: rows}


def carried_on(request: HttpRequest, address: str) -> Texts:
    """Return what a form carries on, under the names by which it is known again."""
    rows: Texts = getattr(request, "carried_on", {}).get(address, [])
    return [(f"{CARRIED}{name.removeprefix(CARRIED)}", text) for name, text in rows]


def brought(data: QueryDict) -> Texts:
    """Return what a form carried: it stays kept when the form is saved."""
    return [(name, text) for name, text in typed(data) if name.startswith(CARRIED)]


# --- A form that was opened before its page was renewed ------------------------------


def is_outdated(request: HttpRequest, form: forms.BaseForm, **more: Any) -> bool:
    """Tell whether a form of ours was sent with texts that it has no field for any more."""
    is_ours = keeping.read_mark(request.POST.get(keeping.MARK, "")) is not None
    return is_ours and bool(unknown(form, request.POST, **more))


def fill_in(form: Any) -> None:
    """Let fields that were not sent show what is stored."""
    data = form.data.copy()
    for name, part in form.fields.items():
        key = form.add_prefix(name)
        if part.widget.value_omitted_from_data(data, {}, key):
            value = part.prepare_value(form.get_initial_for_field(part, name))
            shown = part.widget.format_value(value)
            data.setlist(
                key, list(shown or []) if isinstance(shown, list | tuple) else [shown or ""]
            )
    form.data = data
