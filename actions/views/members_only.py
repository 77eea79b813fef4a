"""What every page for members shares: who may open it, the clock, the way back from refusals."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions import permissions
from actions.models import User
from actions.permissions import Rights
from actions.refusals import Refused
from actions.services import unsaved
from actions.views import confirming, earlier, keeping
from actions.views.accounts import lacks_second_factor, lead_to_second_factor
from actions.views.http import is_partial

View = Callable[..., HttpResponse]
RENEW_AFTER = 3600  # seconds after which an opened page lets the session last anew
READ = ("GET", "HEAD")
WRITE = ("POST",)
PLAIN = "text/plain; charset=utf-8"  # by which a page knows words that it is to show
READ_WRITE = ("GET", "HEAD", "POST")
NO_LONGER = gettext_lazy("Not saved: you may not write here any more. Copy your text.")
NO_LONGER_KEPT = gettext_lazy(
    "Not saved: you may not write here any more. Your text is kept among your unsaved texts."
)


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in: with their rights, the moment and the day."""

    user: User
    rights: Rights
    now: datetime
    on: date
    htmx: Any
    is_stored: bool  # set where a form that goes on asking was stored whole


def anybody(rights: Rights) -> bool:
    """Let every member in."""
    return rights.is_member


def everybody(rights: Rights) -> bool:
    """Let in everybody with a role, voices too."""
    return rights.has_role


def reviewers(rights: Rights) -> bool:
    """Let reviewers and the secretariat in."""
    return rights.is_reviewer


def secretariat(rights: Rights) -> bool:
    """Let the secretariat in."""
    return rights.is_secretariat


def member_page(
    allow: Callable[[Rights], bool] = anybody,
    *,
    methods: tuple[str, ...] = READ,
    needs_role: bool = True,
) -> Callable[[View], View]:
    """Make a page for members: signed in, allowed, in these methods; nobody keeps a copy.

    Somebody who is not signed in goes to the sign-in page and comes back, or gets 401 where
    only a part of a page was asked for; the secretariat without a second factor goes to add or
    show one; somebody who may not is told so (403). A text that they sent goes with them, and is
    never stored by itself: see ``keeping``. The view finds ``rights``, ``now`` and ``on`` on the
    request. It answers a form with a redirect only where it did what the form asks. Where it
    ``needs_role`` not, whoever lost their role finds what they wrote.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            response = answer(request, view, (allow, needs_role), methods, args, kwargs)
            add_never_cache_headers(response)
            response["X-Robots-Tag"] = "noindex"
            return response

        wrapped.is_for_members = True  # type: ignore[attr-defined]
        return wrapped

    return decorate


def answer(
    request: Any,
    view: View,
    who: tuple[Callable[[Rights], bool], bool],
    methods: tuple[str, ...],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponse:
    """Let a view answer where the person may."""
    allow, needs_role = who
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    if not request.user.is_authenticated:
        return without_session(request)
    request.now = timezone.now()
    request.on = timezone.localdate(request.now)
    request.rights = permissions.remember(request.user, on=request.on)
    if lacks_second_factor(request, request.rights):
        return without_second_factor(request)
    renew_session(request)

    def permitted() -> HttpResponse:
        if needs_role and not request.rights.has_role:
            if request.method == "POST" and keeping.has_text(request):
                check_marked(request)
            return TemplateResponse(request, "desk/no_role.html", status=HTTPStatus.FORBIDDEN)
        if needs_role and not allow(request.rights):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    if request.method != "POST":
        return permitted()
    try:
        return sent(request, permitted)
    except confirming.ConfirmFirst:
        return confirming.suspend(request)


def check_marked(request: Any) -> None:
    """Raise PermissionDenied for a form of ours: its text is shown and kept."""
    if keeping.read_mark(request.POST.get(keeping.MARK, "")) is not None:
        raise PermissionDenied


def without_session(request: Any) -> HttpResponse:
    """Answer somebody who is not signed in."""
    # Half a page that led to the sign-in page would put that page into a line of this one.
    if request.htmx:
        return HttpResponse(_("You are signed out."), status=HTTPStatus.UNAUTHORIZED)
    if keeping.has_text(request):
        return keeping.ask_to_sign_in(request)
    return redirect_to_login(request.get_full_path())


def without_second_factor(request: Any) -> HttpResponse:
    """Answer somebody who must add or show a second factor before they go on."""
    kept = keeping.of_form(request)
    if kept.mark and kept.texts:
        mark, leads_to = keeping.read_mark(kept.mark), lead_to_second_factor(request)["Location"]
        is_kept = bool(mark and keeping.keep(request, keeping.with_window(request), mark))
        status = HTTPStatus.FORBIDDEN
        return keeping.to_copy(request, kept, status, leads_to=leads_to, is_kept=is_kept)
    return lead_to_second_factor(request)


def sent(request: Any, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Let a view take a form; what it cannot take is shown, and what it took is kept no longer."""
    mark = keeping.read_mark(request.POST.get(keeping.MARK, ""))
    if mark is not None and mark.person != request.user.pk:
        return keeping.to_copy(request, keeping.of_form(request), HTTPStatus.FORBIDDEN)
    try:
        response = sent_once(request, view) if keeping.TOKEN in request.POST else view()
    except (Http404, PermissionDenied) as refusal:
        if mark is None or not keeping.has_text(request):
            raise
        is_hidden = isinstance(refusal, Http404)
        status = HTTPStatus.NOT_FOUND if is_hidden else HTTPStatus.FORBIDDEN
        return refused_to_copy(request, mark, status)
    is_stored = getattr(request, "is_stored", False)
    if mark is not None and (is_stored or leads_on(request, response)):
        settle(request, mark.address)
    return response


def refused_to_copy(request: Any, mark: keeping.Mark, status: int) -> HttpResponse:
    """Show a text that the person may not store, and keep it among what is not saved."""
    is_kept = keeping.keep(request, keeping.with_window(request), mark)
    if is_partial(request):
        words = NO_LONGER_KEPT if is_kept else NO_LONGER
        return HttpResponse(str(words), status=status, content_type=PLAIN)
    kept = keeping.of_form(request)
    return keeping.to_copy(request, kept, status, is_kept=is_kept, is_refused=True)


def settle(request: Any, address: str) -> None:
    """Keep of a form that did what it asks only what it had no field for, and does not say now."""
    left, opened = earlier.brought(request.POST), keeping.opened_by(request)
    stored = [row for row in keeping.of_form(request).fields if row not in left]
    unsaved.settle(address, left, by=request.user, now=request.now, opened=opened, stored=stored)


def leads_on(request: Any, response: HttpResponse) -> str:
    """Return where a view leads that did what a form asked; "" where it did not, or refused."""
    was_refused = getattr(request, "was_refused", False)
    return "" if was_refused else str(response.get("Location", ""))


def sent_once(request: Any, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Let a view take a form that makes something; the same form sent again makes nothing more.

    Sent again from another page, as after going back, it is asked for first.
    """
    answers: list[HttpResponse] = []

    def do() -> str:
        answers.append(view())
        return leads_on(request, answers[0])

    kept, act = keeping.of_form(request), ("act", request.POST.get("act", ""))
    is_whole = kept.said and not request.FILES  # a file cannot be sent again by a question
    address = unsaved.address_of(request.path)
    try:
        leads_to = unsaved.once(
            request.POST[keeping.TOKEN],
            (*kept.fields, act),
            do,
            by=request.user,
            now=request.now,
            said=(("address", address), act, *kept.said) if is_whole else (),
            again=keeping.AGAIN in request.POST,
        )
    except unsaved.SentBefore as before:
        return ask_again(request, kept, before.leads_to)
    return answers[0] if answers else redirect(leads_to)


def ask_again(request: Any, kept: keeping.Kept, leads_to: str) -> HttpResponse:
    """Ask whether what was sent just now is meant once more; the answer brings all of it again.

    Nothing of it is unsaved by then.
    """
    if mark := keeping.read_mark(kept.mark):
        settle(request, mark.address)
    again = (keeping.MARK, keeping.TOKEN, keeping.OPENED, "act")
    ours = [(name, request.POST[name]) for name in again if name in request.POST]
    context = {
        "fields": [*ours, *kept.fields, (keeping.AGAIN, "yes")],
        "labelled": kept.labelled,
        "sent_to": leads_to,
    }
    status = HTTPStatus.CONFLICT
    return TemplateResponse(request, "desk/sent_before.html", context, status=status)


def renew_session(request: Any) -> None:
    """Let a session in use last; it is written once an hour, not at every page."""
    moment = int(request.now.timestamp())
    if moment - request.session.get("renewed", 0) > RENEW_AFTER:
        request.session["renewed"] = moment


def was_done(request: HttpRequest, work: Callable[[], Any], words: str) -> bool:
    """Do what a service may refuse; say on the next page that it was done, or why not."""
    try:
        work()
    except Refused as refusal:
        tell_refusal(request, refusal)
        return False
    messages.success(request, words)
    return True


def tell_refusal(request: HttpRequest, refusal: Refused) -> None:
    """Show what a service refused on the next page; a form that brought it was not taken."""
    request.was_refused = True  # type: ignore[attr-defined]
    messages.error(request, str(refusal))
