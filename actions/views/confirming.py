"""What a session has proved: the second factor, and lately who sits before it.

A right of the secretariat asks for the factor in this very session, whatever the account has.
What changes how somebody signs in, and what gives a role, asks who it is if nobody proved that
in the last quarter of an hour: with the factor where there is one, else with the password or a
code that is mailed. Whoever changes one of these ends all other sessions of the account.

A provider may keep the factor in our place, as long as it is offered and trusted for the address:
what it vouches for counts as the factor, and it is then the provider that is asked once more.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.account.signals import (
    authentication_step_completed,
    login_code_rejected,
    password_changed,
    password_set,
)
from allauth.account.views import BaseReauthenticateView
from allauth.core import context
from allauth.core.internal.ratelimit import consume
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from actions import providers
from actions.forms.accounts import CodeForm
from actions.models import User
from actions.services import guesses, links
from actions.services.accounts import end_sessions

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
CODE_LETTER = "account/email/login_code"
CODE = "confirm_code"  # in the session: the code that was mailed, and when
BY_PROVIDER = "provider"  # the type of a factor that a provider vouched for
LIMITS = {"confirm_code": "3/m/user,15/h/user"}
View = Callable[..., HttpResponse]


class ConfirmFirst(Exception):  # noqa: N818  no error, but a question
    """Raised where somebody has to say who they are before what they ask for is done."""


def has_factor(user: Any) -> bool:
    """Tell whether an account has a second factor of its own."""
    return bool(is_mfa_enabled(user, SECOND_FACTORS))


def keeps_factor(user: Any) -> bool:
    """Tell whether an account has a second factor, of its own or with a provider."""
    return has_factor(user) or bool(links.vouching(user))


def passed_factor(request: HttpRequest) -> bool:
    """Tell whether the second factor was shown in this session."""
    return any(is_factor(request, row) for row in records(request))


def is_vouched(request: HttpRequest) -> bool:
    """Tell whether a provider vouched in this session for a second factor, and still may."""
    return any(
        row.get("type") == BY_PROVIDER and is_factor(request, row) for row in records(request)
    )


def is_factor(request: Any, row: dict[str, Any]) -> bool:
    """Tell whether a proof is one of the second factor.

    The word of a provider is none as soon as it is no longer offered, or trusted for the address.
    """
    if row.get("method") != "mfa" or row.get("type") != BY_PROVIDER:
        return row.get("method") == "mfa"
    provider = providers.configured().get(row.get("provider", ""))
    return provider is not None and provider.can_vouch and provider.trusts(request.user.email)


def records(request: HttpRequest) -> list[dict[str, Any]]:
    """Return how somebody proved in this session who they are."""
    return get_authentication_records(request, request.user)


def forget_provider(request: HttpRequest, name: str) -> None:
    """Let what a provider vouched for in this session count no more: the account left it."""
    kept = [
        row
        for row in records(request)
        if (row.get("type"), row.get("provider")) != (BY_PROVIDER, name)
    ]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether somebody proved lately who they are; with the factor, if they have one."""
    rows = records(request)
    if keeps_factor(request.user):
        rows = [row for row in rows if is_factor(request, row)]
    newest = max((row.get("at", 0) for row in rows), default=0)
    return time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def require_fresh(request: HttpRequest) -> None:
    """Raise ConfirmFirst for a session that proved too long ago who sits before it."""
    if not is_fresh(request):
        raise ConfirmFirst


def suspend(request: HttpRequest) -> HttpResponse:
    """Ask who it is; what was sent is kept meanwhile, and done afterwards as if sent then."""
    state = {"request": reauthentication.serialize_request(request)}
    request.session[reauthentication.STATE_SESSION_KEY] = state
    return redirect_to_confirm(request, request.path)


def redirect_to_confirm(request: HttpRequest, leads_to: str) -> HttpResponse:
    """Lead to the page that asks who it is, and from there on to an address."""
    first = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
    return HttpResponseRedirect(f"{first}?{urlencode({'next': leads_to})}")


def only_fresh(view: View) -> View:
    """Let a view be opened by who proved lately who they are.

    A form that was left open too long is shown anew: what it brought are passwords, and those
    are kept nowhere.
    """

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        return redirect_to_confirm(request, request.get_full_path())

    return wrapped


# --- By a code that is mailed -------------------------------------------------------


@method_decorator(login_required, name="dispatch")
class ConfirmByMail(BaseReauthenticateView):
    """Sends a code to the person's own address, and takes it."""

    form_class = CodeForm
    template_name = "account/confirm_by_mail.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Have nobody keep the page."""
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    @property
    def sent(self) -> dict[str, Any] | None:
        """What is known of the code that was mailed, as long as it is valid."""
        found: dict[str, Any] | None = self.request.session.get(CODE)
        lasts = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT
        return found if found and time.time() - found["at"] <= lasts else None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send a code, or judge the one that was typed; five times at most."""
        if request.POST.get("action") == "send":
            return self.send()
        if self.sent is None:
            return HttpResponseRedirect(request.get_full_path())
        key = guesses.key_of(request.session.session_key, self.sent["at"])
        if not guesses.may_judge(key, now=timezone.now()):
            return self.refuse()
        return super().post(request, *args, **kwargs)

    def send(self) -> HttpResponse:
        """Mail a code, and show the page on which it is typed."""
        request: Any = self.request
        if not consume(request, app="actions", action=CODE, config=LIMITS, user=request.user):
            messages.error(request, str(get_adapter().error_messages["rate_limited"]))
        else:
            code = get_adapter().generate_login_code()
            request.session[CODE] = {"code": code, "at": time.time()}
            get_adapter().send_mail(CODE_LETTER, request.user.email, {"code": code})
        return self.again()

    def refuse(self) -> HttpResponse:
        """Take no more guesses of a code."""
        self.request.session.pop(CODE, None)
        messages.error(self.request, str(get_adapter().error_messages["too_many_login_attempts"]))
        return self.again()

    def again(self) -> HttpResponse:
        """Show the page anew, leading where it led."""
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))

    def get_form_kwargs(self) -> dict[str, Any]:
        """Have the form compare with what was mailed."""
        code = self.sent["code"] if self.sent else ""
        return {**super().get_form_kwargs(), "code": code}

    def form_valid(self, form: Any) -> HttpResponse:
        """Remember that the mailbox is theirs, and go on."""
        request: Any = self.request
        del request.session[CODE]
        record_authentication(request, request.user, "code", reauthenticated=True)
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Have a wrong code logged, and show the form with what is wrong."""
        request: Any = self.request
        login_code_rejected.send(User, request=request, user=request.user, last_attempt=False)
        response: HttpResponse = super().form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether a code is on its way."""
        return {**super().get_context_data(**kwargs), "is_sent": self.sent is not None}


confirm_by_mail = ConfirmByMail.as_view()


@receiver(authentication_step_completed)
def renew_key(request: HttpRequest, **more: Any) -> None:
    """Give the session another key once it proved anew who sits before it (ASVS 7.2.4)."""
    if more.get("reauthenticated"):
        request.session.cycle_key()


# --- What ends other sessions ---------------------------------------------------------


@receiver([post_save, post_delete], sender=Authenticator)
def factor_changed(instance: Authenticator, **more: Any) -> None:
    """End other sessions with the change itself, in one transaction; use changes nothing."""
    request: Any = context.request
    is_new = more.get("created", False)
    is_own = request is not None and request.user.pk == instance.user_id
    if not is_own or more.get("created") is False:
        return
    if is_new and instance.type in SECOND_FACTORS:
        # Adding it took its first code, or a touch of the device: so this session has shown it.
        record_authentication(request, request.user, "mfa", id=instance.pk, type=instance.type)
    keep_only_this_session(request, request.user)


@receiver([password_changed, password_set])
def keep_only_this_session(request: HttpRequest, user: Any, **_more: Any) -> None:
    """End all other sessions of an account, those that are about to begin too."""
    request.session.cycle_key()
    end_sessions(user, but=request.session.session_key or "")
