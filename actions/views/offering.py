"""Puts into a form what somebody typed and has not saved, or offers it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from actions.forms import texts
from actions.forms.refusals import show_refusal
from actions.refusals import Conflict, Refused
from actions.services import seen
from actions.services import unsaved as service
from actions.typography import date_format
from actions.views import earlier, keeping
from actions.views.earlier import tidy

Form = TypeVar("Form", bound=forms.BaseForm)
USE = "use"


@dataclass
class Unsaved:
    """What a page says of a text that is not saved.

    ``is_put`` tells that it stands in the form, beside ``stored``: what is saved, by the labels
    of the fields that differ. Else it is offered, with what was ``typed``. ``at`` is when it was
    kept, None where it came through signing in. ``rest`` stands beside the form: see ``earlier``.
    ``is_sent`` tells that the form was just sent, and that nothing but the rest is to be said.
    """

    address: str
    is_put: bool
    data: QueryDict
    at: datetime | None = None
    stored: list[tuple[str, str]] = field(default_factory=list)
    typed: list[tuple[str, str]] = field(default_factory=list)
    rest: list[tuple[str, str]] = field(default_factory=list)
    is_sent: bool = False


def offer(request: Any, form: Form, *, address: str = "") -> Form:
    """Return a form, with the text that came with the request, or that was kept, where asked.

    A form that was just sent has its text already. ``address`` is where the form is sent.
    """
    address = address or request.path
    form.unsaved, form.writer = None, request.user  # type: ignore[attr-defined]
    if form.is_bound:
        for words in (*texts.taken_out(checked(form)), *not_printed(form)):
            messages.warning(request, words)
        refuse_outdated(request, form, address)
        return form
    kept = keeping.carried_by(request)
    mark = keeping.read_mark(kept.mark) if kept else None
    if kept and mark and mark.address == address and belongs(form, kept.data):
        stored, rest = put(form, kept.data), earlier.beside(form, kept.data)
        request.kept_is_shown = True
        earlier.carry(request, address, rest)
        named = earlier.named(form, rest)
        form.unsaved = Unsaved(  # type: ignore[attr-defined]
            address, is_put=True, data=kept.data, stored=stored, rest=named
        )
        return form
    return offer_kept(request, form, address)


def refuse_outdated(request: Any, form: Any, address: str) -> bool:
    """Refuse a form with texts that it has no field for any more; show what stands beside it."""
    is_outdated = earlier.is_outdated(request, form)
    if rest := earlier.beside(form, request.POST):
        earlier.carry(request, address, rest)
        named = earlier.named(form, rest)
        form.unsaved = Unsaved(address, is_put=True, data=request.POST, rest=named, is_sent=True)
    if is_outdated:
        earlier.fill_in(form)
        form.full_clean()
        form.add_error(None, earlier.RENEWED)
    return is_outdated


def not_printed(form: Form) -> list[str]:
    """Return what a form that is taken says of signs that the PDF cannot print.

    At a form that is refused it stands beside the field.
    """
    return [] if form.errors else texts.not_printed(form)


def checked(form: Form) -> Form:
    """Return a form whose fields have been read."""
    form.is_valid()
    return form


def conflict_with(form: forms.BaseForm, conflict: Conflict) -> dict[str, Any]:
    """Return what a page shows of a conflict: by the form's labels, what is stored and differs."""
    mine, stored = getattr(form, "cleaned_data", {}), conflict.stored
    rows = [
        (str(label(form, name)), text or "–")
        for name, part in form.fields.items()
        if not part.widget.is_hidden
        and hasattr(stored, name)
        and (text := told(part, getattr(stored, name))) != told(part, mine.get(name, ""))
    ]
    return {"words": words_of(form, conflict), "rows": rows}


def words_of(form: Any, conflict: Conflict) -> str:
    """Return in words who was quicker: somebody else, or the writer in another window."""
    is_own = seen.changed_by(conflict.stored, getattr(form, "writer", None))
    return str(seen.CHANGED_YOURSELF if is_own else conflict)


def attempt(form: Any, work: Callable[[], Any], columns: Iterable[str] = ()) -> Any:
    """Do something that a service may refuse; return what it returns, None where it did.

    What is wrong is said at the form, which keeps what was typed. Where somebody was quicker the
    form says what stands there now, and goes on from its ``columns``.
    """
    try:
        return work()
    except ValidationError as error:
        show_refusal(form, error)
    except Conflict as conflict:
        form.conflict = conflict_with(form, conflict)
        form.go_on_from(seen.digest(conflict.stored, columns))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None


def put_into(form: forms.BaseForm) -> QueryDict | None:
    """Return what was put into a form; None where it starts as ever."""
    unsaved: Unsaved | None = getattr(form, "unsaved", None)
    return unsaved.data if unsaved and unsaved.is_put else None


def offer_kept(request: Any, form: Form, address: str) -> Form:
    """Return a form with what was kept of it, or with an offer of it; nothing where it is saved."""
    row = service.find(address, by=request.user, now=request.now)
    data = keeping.as_data(row.content) if row else QueryDict()
    rest = earlier.beside(form, data)
    if row is None or not (rest or (belongs(form, data) and differs(form, data))):
        return form
    is_put = request.GET.get("unsaved") == USE
    stored = put(form, data) if is_put else []
    rows = [] if is_put else [(name, new) for name, old, new in pairs(form, data) if new != old]
    typed = [
        (str(label(form, name)), earlier.in_words(form.fields[name], name, new))
        for name, new in rows
        if new
    ]
    found = Unsaved(address, is_put, data, row.updated_at, stored, typed)
    found.rest = earlier.named(form, rest)
    form.unsaved = found  # type: ignore[attr-defined]
    # Whoever goes on without it has it kept beside what they write then.
    left = [(form.add_prefix(name), new) for name, new in rows if new]
    earlier.carry(request, address, rest + left)
    return form


def belongs(form: forms.BaseForm, data: QueryDict) -> bool:
    """Tell whether fields are of a form: a page may have several that are sent to one address."""
    return any(form.add_prefix(name) in data for name in form.fields)


def differs(form: forms.BaseForm, data: QueryDict) -> bool:
    """Tell whether a text says anything but what the form starts with."""
    return any(before != typed for _name, before, typed in pairs(form, data))


def put(form: forms.BaseForm, data: QueryDict) -> list[tuple[str, str]]:
    """Let a form start with what was typed; return the texts that it had instead.

    Also the version that was written from: whoever saved meanwhile is noticed at saving.
    """
    rows = list(pairs(form, data))
    before = [(str(label(form, name)), old) for name, old, new in rows if old and old != new]
    for name, part in form.fields.items():
        if not part.disabled and is_given(form, name, data):
            form.initial[name] = part.widget.value_from_datadict(data, {}, form.add_prefix(name))
    return before


def is_given(form: forms.BaseForm, name: str, data: QueryDict) -> bool:
    """Tell whether a browser sent a field; of a box that is not ticked it says nothing."""
    is_box = isinstance(form.fields[name].widget, forms.CheckboxInput)
    return is_box or form.add_prefix(name) in data


def pairs(form: forms.BaseForm, data: QueryDict) -> Any:
    """Yield the fields that are seen: name, what the form starts with, what was typed."""
    for name, part in form.fields.items():
        is_box = isinstance(part.widget, forms.CheckboxInput)
        if is_box or part.widget.is_hidden or part.disabled or form.add_prefix(name) not in data:
            continue
        value = form.get_initial_for_field(part, name)
        yield name, shown(part, value), tidy(data.get(form.add_prefix(name), ""))


def shown(part: forms.Field, value: Any) -> str:
    """Return a value as its field shows it."""
    text = part.widget.format_value(part.prepare_value(value))
    return tidy(", ".join(map(str, text)) if isinstance(text, list) else str(text or ""))


def told(part: forms.Field, value: Any) -> str:
    """Return a stored value in words: the choice that it is, a day as a reader writes it."""
    if isinstance(value, date):
        return str(date_format(value))
    if isinstance(part, forms.BooleanField):
        return str(_("yes") if value else _("no"))
    choices = earlier.choices_of(part)
    if isinstance(part, forms.MultipleChoiceField):
        codes = value.split() if isinstance(value, str) else value or []
        known = [text for code, text in choices.items() if code in codes]
        return tidy(", ".join([*known, *(str(code) for code in codes if code not in choices)]))
    prepared = part.prepare_value(value)
    return tidy(choices.get(str(prepared), "") or shown(part, value))


def label(form: forms.BaseForm, name: str) -> Any:
    """Return what a field is called."""
    return form.fields[name].label or name
