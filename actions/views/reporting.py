"""Where readers report an error on a page: no account, no cookie, no puzzle, and nothing is lost.

The form carries a signed token instead of one of a session. A script finds a proof of work for it
while somebody writes. Without the proof, in a hurry, or with a field filled in that nobody sees,
the text is shown once more and goes at the second press: that stops most programs, and no person.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.core.internal.ratelimit import get_ip
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from actions.forms import texts
from actions.forms.notices import NoticeForm
from actions.rules import proofs
from actions.rules.own_paths import own_path
from actions.services import notices
from actions.services.notices import Said, SentBeforeError, TooManyError

SALT = "actions.error-notice"
LASTS = timedelta(days=1)
IN_A_HURRY = timedelta(seconds=3)
TRAP = "website"  # a field that nobody sees; programs fill in whatever there is
AN_HOUR = 3600

LOOK_AGAIN = _("Your message is not sent yet. Look at it once more, then press the button again.")
OPEN_TOO_LONG = _(
    "This page was open for a long time, so that your message is not sent yet. Your text is still "
    "here: press the button once more."
)


@dataclass(frozen=True)
class Token:
    """What a form was opened with: its name, when, and whether its text was shown once more."""

    name: str
    at: datetime
    is_second: bool

    @property
    def signed(self) -> str:
        """It as a form carries it."""
        return signing.dumps([self.name, self.at.timestamp(), self.is_second], salt=SALT)


def new_token(now: datetime, *, is_second: bool = False) -> Token:
    """Return a token for a form that is shown now."""
    return Token(secrets.token_urlsafe(12), now, is_second)


def read_token(text: str, now: datetime) -> Token | None:
    """Return the token that a form brought; None for what is none of ours, or a day old."""
    try:
        name, moment, is_second = signing.loads(text, salt=SALT)
        at = datetime.fromtimestamp(moment, now.tzinfo)
    except (signing.BadSignature, TypeError, ValueError, OverflowError):
        return None
    return Token(str(name), at, bool(is_second)) if now - at < LASTS else None


@csrf_exempt  # it has a token of its own, and does nothing in the name of a session
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Ask what is wrong on a page of this site; take it, and say so."""
    given = request.POST if request.method == "POST" else request.GET
    page, now = own_path(given.get("page", "")), timezone.now()
    if request.method == "POST":
        return take(request, page, now)
    if "sent" in request.GET:
        return shown(request, "actions/report_error_sent.html", {"page": page})
    return ask(request, NoticeForm(), page, new_token(now))


def take(request: HttpRequest, page: str, now: datetime) -> HttpResponse:
    """Store what was sent, or show it once more with the reason."""
    form, brought = NoticeForm(request.POST), request.POST.get("token", "")
    token = read_token(brought, now)
    is_proved = proofs.is_proof(brought, request.POST.get("proof", ""))
    if not form.is_valid():
        return ask(request, form, page, token or new_token(now))
    if token is None:
        return ask(request, form, page, new_token(now), words=OPEN_TOO_LONG)
    if not token.is_second and not (is_proved and goes_at_once(request, form, token, now)):
        return ask(request, form, page, new_token(now, is_second=True), words=LOOK_AGAIN)
    said = Said(page, plan_of(page), form.cleaned_data["text"], form.cleaned_data["email"], "")
    said = said._replace(language=get_language() or "en")
    try:
        notices.take(said, form=token.name, asker=asker(request), is_proved=is_proved, now=now)
    except SentBeforeError as refusal:
        return ask(request, form, page, new_token(now, is_second=True), words=refusal)
    except TooManyError as refusal:
        response = ask(request, form, page, token, words=refusal)
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response["Retry-After"] = str(AN_HOUR)
        return response
    way = urlencode({"page": page, "sent": "yes"})
    return redirect(f"{reverse('actions:report-error')}?{way}")


def goes_at_once(request: HttpRequest, form: NoticeForm, token: Token, now: datetime) -> bool:
    """Tell whether a text with a proof goes without being shown once more."""
    is_slow = now - token.at >= IN_A_HURRY
    is_untouched = not request.POST.get(TRAP) and not texts.taken_out(form)
    return is_slow and is_untouched


def ask(
    request: HttpRequest, form: NoticeForm, page: str, token: Token, *, words: Any = ""
) -> HttpResponse:
    """Show the form, and what it is shown once more for."""
    taken = texts.taken_out(form) if form.is_bound else []
    context = {
        "form": form, "page": page, "token": token.signed, "words": words, "taken": taken,
        "trap": TRAP, "bits": proofs.BITS,
    }  # fmt: skip
    return shown(request, "actions/report_error.html", context)


def shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page that search engines leave alone."""
    response = TemplateResponse(request, template, context)
    response["X-Robots-Tag"] = "noindex"
    return response


def plan_of(page: str) -> str:
    """Return the plan that a path names; "" where it names none."""
    try:
        return str(resolve(page).kwargs.get("plan", ""))
    except Resolver404:
        return ""


def asker(request: HttpRequest) -> str:
    """Return the network address that asks; "" where a proxy does not say it."""
    try:
        return str(get_ip(request))
    except PermissionDenied:
        return ""
