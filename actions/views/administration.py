"""The administration: who gets in, and that no text which its forms bring is lost.

Its forms are Django's: made from the request, with rows below. So a text that is not saved comes
back into one by asking for the form as if it had been sent, and refused.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from actions.services import unsaved
from actions.views import earlier, keeping
from actions.views.accounts import lacks_second_factor, lead_to_second_factor
from actions.views.earlier import tidy
from actions.views.members_only import sent, settle
from actions.views.offering import USE, Unsaved, told

COUNT = "-TOTAL_FORMS"
Show = Callable[[Any], HttpResponse]


class Administration(AdminSite):
    """The administration: for who signed in on the site's own page, second factor included."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Lose no text that a form brings, whoever is signed in by then."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> Any:
            def answer() -> HttpResponse:
                response: HttpResponse = inner(request, *args, **kwargs)
                return response

            return self.taken(request, answer) if request.method == "POST" else answer()

        return wrapped

    def taken(self, request: Any, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """Let a view take a form; what it cannot take is shown, and what it took is kept no longer.

        A window for a row beside closes by a page of its own, not by leading on.
        """
        kept = keeping.of_form(request)
        if not request.user.is_authenticated:
            return keeping.ask_to_sign_in(request) if kept.texts else answer()
        if kept.mark and kept.texts and not self.has_permission(request):
            return keeping.to_copy(request, kept, HTTPStatus.FORBIDDEN)
        request.now = timezone.now()
        response = sent(request, answer)
        mark = keeping.read_mark(kept.mark)
        if mark and "popup_response_data" in (getattr(response, "context_data", None) or {}):
            settle(request, mark.address)
        return response

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who may use it and has a second factor."""
        return super().has_permission(request) and not lacks_second_factor(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        """Lead to the site's sign-in page, or to the second factor that is missing."""
        target = request.GET.get("next") or reverse("admin:index")
        if self.has_permission(request):
            return redirect("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if lacks_second_factor(request):
            return lead_to_second_factor(request, target)
        raise PermissionDenied


@dataclass
class Offer:
    """What stands in place of a form where the page offers what is not saved of it."""

    unsaved: Unsaved


def with_unsaved(request: Any, show: Show) -> HttpResponse:
    """Show a form with the text that came with the request, or that was kept, where asked.

    What is kept and not asked for is offered; nothing is where it is saved already.
    """
    data, at = waiting(request)
    if data is None:
        return show(request)
    is_put = at is None or request.GET.get("unsaved") == USE
    filled: Any = show(as_sent(request, data))
    rows = [row for row in differing(filled.context_data) if row[1] != row[2]]
    form = filled.context_data["adminform"].form
    rest = earlier.beside(form, data, below=rows_below(data))
    if not is_put and not rows and not rest:
        return show(request)
    page: Any = filled if is_put else show(request)
    old = [(name, stored) for name, stored, _new in rows if stored]
    new = [(name, typed) for name, _stored, typed in rows if typed]
    found = Unsaved(request.path, is_put, data, at, old if is_put else [], [] if is_put else new)
    found.rest = earlier.named(form, rest)
    left = (
        []
        if is_put
        else [(name, text) for name, text in earlier.typed(data) if name in changed(form)]
    )
    earlier.carry(request, request.path, rest + left)
    page.context_data["offer"] = Offer(found)
    if is_put and not getattr(filled, "is_late", False):
        page.context_data["errors"] = []  # nothing was sent that could be wrong
    request.kept_is_shown = True
    return page


def offer_on(request: HttpRequest, page: str) -> Unsaved | None:
    """Return what the administration's form on a page offers of a text that is not saved.

    None where no such form is there any more, or where it says the same already.
    """
    try:
        if resolve(page.partition("?")[0]).app_name != keeping.ADMINISTRATION:
            return None
        shown: Any = keeping.as_page(request, page, keeping.Kept("", ()))
    except (Http404, PermissionDenied, Resolver404):
        return None
    offer: Offer | None = (getattr(shown, "context_data", None) or {}).get("offer")
    return offer.unsaved if offer else None


def rows_below(data: QueryDict) -> list[str]:
    """Return the prefixes of the rows below a form that it brought."""
    return [name.removesuffix(COUNT) for name in data if name.endswith(COUNT)]


def changed(form: Any) -> set[str]:
    """Return the names under which a form sends what differs from what is stored."""
    return {form.add_prefix(name) for name in form.changed_data}


def with_rest(request: Any, page: Any) -> Any:
    """Show beside a form that was sent what it has no field for."""
    context = getattr(page, "context_data", None) or {}
    if "adminform" in context and not hasattr(request, "is_only_shown"):
        form = context["adminform"].form
        if rest := earlier.beside(form, request.POST, below=rows_below(request.POST)):
            named = earlier.named(form, rest)
            found = Unsaved(request.path, True, request.POST, rest=named, is_sent=True)
            context["offer"] = Offer(found)
            earlier.carry(request, request.path, rest)
    return page


def refuse_outdated(request: Any, form: Any) -> Any:
    """Return a form of a class that refuses what was typed before its page was renewed."""

    def clean(self: Any) -> Any:
        if earlier.is_outdated(request, self, below=rows_below(request.POST)):
            earlier.fill_in(self)
            raise ValidationError(earlier.RENEWED)
        return form.clean(self)

    return type(form.__name__, (form,), {"clean": clean})


def waiting(request: Any) -> tuple[QueryDict | None, datetime | None]:
    """Return the text that belongs into a form here, and when it was kept if it was."""
    carried = keeping.carried_by(request)
    mark = keeping.read_mark(carried.mark) if carried else None
    if carried and mark and mark.address == request.path:
        return carried.data, None
    row = unsaved.find(request.path, by=request.user, now=timezone.now())
    return (keeping.as_data(row.content), row.updated_at) if row else (None, None)


def as_sent(request: Any, data: QueryDict) -> Any:
    """Return a request that brings a form, which is to be refused."""
    asked = copy.copy(request)
    asked.method = "POST"
    asked._post, asked._files = data, MultiValueDict()  # noqa: SLF001
    asked.is_only_shown = True
    return asked


def differing(context: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what a form and the rows below it would change: name, what is stored, what is typed."""
    yield from changes(context["adminform"].form, "")
    for below in context.get("inline_admin_formsets", ()):
        for form in below.formset.forms:
            yield from changes(form, f"{below.opts.verbose_name}, ")


def changes(form: Any, head: str) -> Iterator[tuple[str, str, str]]:
    """Yield the fields of a form that differ from what is stored."""
    for name in form.changed_data:
        part = form.fields[name]
        if not part.widget.is_hidden:
            before = in_words(part, form.get_initial_for_field(part, name))
            yield f"{head}{part.label or name}", before, in_words(part, form[name].value())


def in_words(part: forms.Field, value: Any) -> str:
    """Return a value as a reader takes it: the name of a row, the word of a choice."""
    if isinstance(part, forms.ModelChoiceField):
        try:
            value = part.to_python(value)
        except ValidationError:
            return str(value)
        return str(value or "")
    if isinstance(value, list | tuple):
        return tidy(", ".join(map(str, value)))
    return told(part, value)
