"""No text that a form brought is lost: carried through signing in, put into its form again.

A form with texts carries a mark, signed by us: whose it is, where it is sent, on which page it
stands. What comes without a session, or with a token that is no longer good, is stored nowhere:
the answer itself carries it on. With a person's own mark it comes back in their form, never saved
by itself; with another one's or none it is only shown, to be copied.
"""

import copy
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core import signing
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_failure

from actions.forms.entries import DocumentForm, EntryForm
from actions.models import Entry
from actions.services import unsaved
from actions.services.unsaved import BESIDE, Opened
from actions.views import shared_computer
from actions.views.http import is_partial

if TYPE_CHECKING:
    from collections.abc import Callable

    from actions.models import User

SALT = "actions.forms.mark"
ADMINISTRATION = "admin"
OWN_APPS = {"actions", "reports"}
MARK, TOKEN, CARRIED, ONLY_SHOW = "mark", "token", "kept", "kept_show"
OPENED, AGAIN = "opened", "again"
BEFORE = "initial-"
# What a form sends beside what somebody typed.
OURS = {"csrfmiddlewaretoken", MARK, TOKEN, OPENED, AGAIN, "act"}
# What a page says of itself, another each time it is opened.
OF_PAGE = {"version", "page", "seen"}
TECHNICAL = OURS | {
    "version",
    "page",
    "seen",
    "book",
    "original",
    "status",
    "language",
    "actor",
    "role",
    "chosen",
}
SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character, which nothing can store
SHORTEST = 4  # of what somebody would miss; "on" is a ticked box
# Of a text that is carried, in characters: the longest form has eight texts and twenty documents.
MOST = 400_000


@dataclass(frozen=True)
class Mark:
    """What a mark says: the person's key, where the form is sent, on which page it stands."""

    person: int
    address: str
    page: str


def sign(user: "User", address: str, page: str) -> str:
    """Return the mark of a form."""
    return signing.dumps([user.pk, address, page], salt=SALT)


def read_mark(text: str) -> Mark | None:
    """Return what a mark says; None where it is not ours."""
    try:
        return Mark(*signing.loads(text, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def opened_now(now: datetime) -> str:
    """Return what names the window of a page that is shown now."""
    return f"{now.timestamp():.6f}.{secrets.token_urlsafe(8)}"


def opened_by(request: HttpRequest) -> Opened | None:
    """Return which window sent a form, and when it was opened; None where it does not say."""
    return opened_of(request.POST.get(OPENED, ""))


def opened_of(given: str) -> Opened | None:
    """Return the window of that name; None where there can be none."""
    found = re.fullmatch(r"(\d{9,11}\.\d{6})\.[-\w]{1,20}", given)
    return Opened(given, datetime.fromtimestamp(float(found[1]), UTC)) if found else None


@dataclass(frozen=True)
class Kept:
    """What a form brought: its mark, and its fields as a browser sends them."""

    mark: str
    fields: tuple[tuple[str, str], ...]

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What somebody typed, by field; of a form without a mark only what is no mere code."""
        shortest = 1 if self.mark else SHORTEST
        return [
            (name, value)
            for name, value in self.fields
            if len(value.strip()) >= shortest
            and name.removeprefix(BESIDE) not in TECHNICAL
            # What Django sends along of what stood there before, and of its rows.
            and not name.endswith("_FORMS")
            and not name.startswith(BEFORE)
        ]

    @property
    def texts(self) -> list[str]:
        """What somebody typed, to be copied."""
        return [value for _name, value in self.typed]

    @property
    def labelled(self) -> list[tuple[str, str]]:
        """The texts, each with what its field is called as far as that is known."""
        return [
            (label_of(name), in_words(name, value)) for name, value in self.typed if name[:1] != "_"
        ]

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """What it says whichever page it was sent from; nothing where nobody typed a text."""
        rows = tuple(
            (name, value)
            for name, value in self.fields
            if name not in OF_PAGE and not name.startswith((BEFORE, BESIDE))
        )
        return rows if Kept(self.mark, rows).typed else ()

    @property
    def carried(self) -> str:
        """It as one field of a form."""
        return json.dumps([self.mark, self.fields], ensure_ascii=False)

    @property
    def data(self) -> QueryDict:
        """Its fields as a form takes them."""
        return as_data(self.fields)


def label_of(name: str) -> str:
    """Return what the field or column is called that a text is named after; "" if unknown.

    Of columns with one name that of an entry comes first: most that is kept is of one.
    """
    if field := evidence_field(name):
        return str(capfirst(field.label))
    column = name.rpartition("-")[2]
    models = sorted(apps.get_models(), key=lambda model: model is not Entry)
    for model in models:
        if model._meta.app_label in OWN_APPS:  # noqa: SLF001
            try:
                found: Any = model._meta.get_field(column)  # noqa: SLF001
                return str(capfirst(found.verbose_name))
            except (FieldDoesNotExist, AttributeError):
                continue
    return ""


def evidence_field(name: str) -> Any:
    """Return the field of a document that a text is named after; None if it is of none."""
    row, _dash, column = name.rpartition("-")
    is_evidence = row.startswith("evidence-")
    return DocumentForm.base_fields.get(column) if is_evidence else None


def in_words(name: str, value: str) -> str:
    """Return a text, or what a code stands for where the field offers it in words."""
    field = evidence_field(name) or EntryForm.base_fields.get(name)
    words = dict(getattr(field, "choices", ()))
    return str(words.get(value, value))


def as_data(fields: Iterable[Iterable[str]]) -> QueryDict:
    """Return pairs of names and values as a form takes them."""
    data = QueryDict(mutable=True)
    for name, value in fields:
        data.appendlist(name, value)
    return data


def of_form(request: HttpRequest) -> Kept:
    """Return what a form has just brought."""
    rows = ((name, value) for name, values in request.POST.lists() for value in values)
    return Kept(request.POST.get(MARK, ""), tuple(row for row in rows if row[0] not in OURS))


def with_window(request: HttpRequest) -> Kept:
    """Return what a form has just brought, with the window that sent it."""
    kept, opened = of_form(request), request.POST.get(OPENED, "")
    return Kept(kept.mark, (*kept.fields, (OPENED, opened))) if opened else kept


def keep(request: Any, kept: Kept, mark: Mark) -> bool:
    """Keep what came with the person's own mark; tell whether it is kept now.

    Nothing is from a shared computer, nor what is too long.
    """
    is_theirs = mark.person == request.user.pk
    if not is_theirs or shared_computer.is_shared(request) or is_long(kept):
        return False
    fields = [row for row in kept.fields if row[0] not in OURS]
    by, opened = request.user, opened_of(dict(kept.fields).get(OPENED, ""))
    now = timezone.now()
    unsaved.keep(mark.address, fields, by=by, now=now, opened=opened, page=mark.page)
    return True


def is_long(kept: Kept) -> bool:
    """Tell whether a form brought more than is kept or carried."""
    return sum(len(value) for _name, value in kept.fields) > MOST


def kept_in(content: Iterable[Iterable[str]]) -> Kept:
    """Return what is kept of a form as what it brought, with what stands beside it."""
    rows = ((name.removeprefix(BESIDE), text) for name, text in content)
    return Kept("kept", tuple(rows))


def carried_by(request: HttpRequest) -> Kept | None:
    """Return the text that a step of signing in carries on."""
    given = getattr(request, CARRIED, None)
    if given is not None:
        return given
    return unpacked(request.POST.get(CARRIED, "") if request.method == "POST" else "")


def unpacked(text: str) -> Kept | None:
    """Return what ``Kept.carried`` packed; None where it cannot be read."""
    try:
        mark, rows = json.loads(text[: MOST * 2]) if text else ("", [])
        fields = tuple((name, value) for name, value in rows)
    except (ValueError, TypeError, RecursionError):
        return None
    said = (mark, *(one for row in fields for one in row))
    is_sound = all(isinstance(one, str) and not SURROGATE.search(one) for one in said)
    return Kept(mark, fields) if fields and is_sound else None


# --- Where a text cannot be stored now --------------------------------------------


def has_text(request: HttpRequest) -> bool:
    """Tell whether a form brought something that somebody would miss."""
    return request.method == "POST" and bool(of_form(request).texts)


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Answer a form that came without a session: the sign-in page, with the text in hand."""
    kept = with_window(request)
    if is_long(kept):
        return to_copy(request, kept, status=HTTPStatus.UNAUTHORIZED)
    response = as_page(request, reverse("account_login"), kept)
    response.status_code = HTTPStatus.UNAUTHORIZED
    return response


def show(request: HttpRequest, kept: Kept, status: int = HTTPStatus.OK) -> HttpResponse:
    """Show a text in its form where it is the person's own, else only to be copied.

    Their own is kept from now on: whoever goes to another page finds it again.
    """
    mark = read_mark(kept.mark)
    if mark is None or mark.person != request.user.pk:
        return to_copy(request, kept, status)
    is_kept = keep(request, kept, mark)
    try:
        response = as_page(request, mark.page, kept)
    except (Http404, PermissionDenied, Resolver404):
        return to_copy(request, kept, status, is_kept=is_kept, is_refused=True)
    if not getattr(response, "has_kept", False):
        return to_copy(request, kept, status, leads_to=mark.page, is_kept=is_kept)
    response.status_code = status
    return response


def to_copy(
    request: HttpRequest,
    kept: Kept,
    status: int = HTTPStatus.OK,
    *,
    leads_to: str = "",
    is_kept: bool = False,
    is_refused: bool = False,
) -> HttpResponse:
    """Show a text, to be copied, on a page without a form; say whether it is kept elsewhere.

    ``is_refused`` tells that its writer may not write there any more.
    """
    context = {
        "labelled": kept.labelled,
        "leads_to": leads_to or reverse("actions:desk"),
        "is_kept": is_kept,
        "is_refused": is_refused,
    }
    response = TemplateResponse(request, "desk/unsaved_copy.html", context, status=status)
    add_never_cache_headers(response)
    return response


def as_page(request: HttpRequest, address: str, kept: Kept) -> HttpResponse:
    """Answer as if a page were asked for, with a text in hand."""
    get_token(request)  # the answer needs a token, and its cookie stands at this request
    path, _sign, query = address.partition("?")
    asked: Any = copy.copy(request)
    asked.method = "GET"
    asked.path = asked.path_info = path
    asked.META = request.META | {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query,
    }  # fmt: skip
    asked.GET, asked.POST = QueryDict(query), QueryDict()
    asked.resolver_match = match = resolve(path)
    asked.kept = kept
    response: Any = match.func(asked, *match.args, **match.kwargs)
    response.has_kept = getattr(asked, "kept_is_shown", False)
    add_never_cache_headers(response)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is no longer good, as after signing in in another window.

    What comes from another site has no mark of ours: it is shown at most.
    """
    kept = carried_by(request) if is_signing_in(request) else with_window(request)
    if is_partial(request):
        return HttpResponse(_("You are signed out."), status=HTTPStatus.FORBIDDEN)
    if kept is None or not kept.texts or not (is_signing_in(request) or takes_texts(request)):
        return plain_failure(request, reason)
    if not request.user.is_authenticated:
        return as_page(request, reverse("account_login"), kept)
    return show(request, kept, HTTPStatus.FORBIDDEN)


def is_signing_in(request: HttpRequest) -> bool:
    """Tell whether an address is a step of signing in."""
    return bool(getattr(view_at(request.path), "carries", False))


def takes_texts(request: HttpRequest) -> bool:
    """Tell whether an address is a page of members, or of the administration."""
    try:
        match = resolve(request.path)
    except Resolver404:
        return False
    return match.app_name == ADMINISTRATION or bool(getattr(match.func, "is_for_members", False))


def view_at(path: str) -> Any:
    """Return what answers at an address."""
    try:
        return resolve(path).func
    except Resolver404:
        return None


# --- Through the steps of signing in ------------------------------------------------


def carrying(view: "Callable[..., HttpResponse]") -> "Callable[..., HttpResponse]":
    """Have a step of signing in carry a text on; after the last one the text is shown.

    A step leads to the next by a redirect, which would lose it: the next is shown at once.
    """

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        kept = request.kept = carried_by(request)
        if kept is not None and ONLY_SHOW in request.POST:
            return as_page(request, request.path, kept)
        shared_computer.note(request)
        response = view(request, *args, **kwargs)
        if kept is None or "Location" not in response:
            return response
        if request.user.is_authenticated:
            return show(request, kept)
        leads_to = response["Location"]
        is_step = getattr(view_at(leads_to.partition("?")[0]), "carries", False)
        return as_page(request, leads_to, kept) if is_step else to_copy(request, kept)

    wrapped.carries = True  # type: ignore[attr-defined]
    return wrapped
