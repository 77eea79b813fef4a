"""How people sign in: what allauth asks of this project, and the second factor."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.ratelimit import consume
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from actions import permissions, providers, sealing
from actions.enums import LetterKind
from actions.forms.accounts import asker_key
from actions.models import User
from actions.outbox import letters
from actions.permissions import Rights
from actions.services import guesses, links
from actions.views import confirming, linking, shared_computer, sign_in_log
from actions.views.confirming import CODE_LETTER

logger = sign_in_log.logger

TOO_MANY = _("Too many attempts. Wait a few minutes, then try again.")


class Backend(AuthenticationBackend):
    """Knows people by their address; asked for every request of somebody who is signed in."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Refuse who is deactivated, and sample accounts outside of trials.

        Sessions that were opened before end with this as well.
        """
        return permissions.may_sign_in(user)


class AccountAdapter(DefaultAccountAdapter):
    """Signing in as this site wants it: by invitation only, letters through the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account cannot be used to sign in."),
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is not right."),
        "incorrect_password": _("This password is not right."),
        "invalid_login": _("Enter your e-mail address."),
        "rate_limited": TOO_MANY,
        "too_many_login_attempts": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Let nobody register by themselves."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Tell whether somebody may be led to an address; never to what is none."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def pre_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse | None:
        """Refuse a person who may not sign in, whatever way they came."""
        if permissions.may_sign_in(user):
            return super().pre_login(request, user, **options)
        logger.warning("refused to sign in account %s", user.pk)
        clear_login(request)
        return self.respond_user_inactive(request, user)

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        """Let the session end with the browser where others use the computer too.

        A link to a provider that waited for the second factor is made now.
        """
        shared_computer.end_with_browser(request)
        linking.finish(request, user)
        return super().post_login(request, user, **options)

    def get_login_stages(self) -> list[str]:
        """Ask for the second factor as ever, save where a provider has just vouched for one."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "actions.views.accounts.FactorStage"}
        return [ours.get(name, name) for name in super().get_login_stages()]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead to the desk; who has no part in the follow-up, to the administration or home."""
        user: Any = request.user
        rights = permissions.rights(user, on=timezone.localdate())
        if not rights.has_role:
            return reverse("admin:index" if user.is_staff else "actions:home")
        try:
            return reverse("actions:desk")
        except NoReverseMatch:
            return reverse("actions:profile")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Go back to the person's own page."""
        return reverse("actions:profile")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Name the ways to confirm who one is: with the second factor, if there is one.

        Where a provider keeps it, there. Else with the password, if there is one, at a provider
        that the account is linked to, or with a code that is mailed, which everybody can have. A
        password alone stands for no factor.
        """
        if not user.is_authenticated:
            return []
        words = {
            "reauthenticate": gettext("With your password"),
            "mfa_reauthenticate": gettext("With your authenticator app or a recovery code"),
            "mfa_reauthenticate:webauthn": gettext("With a passkey"),
        }
        found = super().get_reauthentication_methods(user)
        named = [method | {"description": words[method["id"]]} for method in found]
        keepers = [at_provider(one) for one in links.vouching(user)]
        if not confirming.has_factor(user):
            if keepers:
                return keepers
            by_mail = {
                "id": "mail",
                "description": gettext("With a code by e-mail"),
                "url": reverse("account_confirm_by_mail"),
            }
            linked = [at_provider(one) for one in links.usable(user)]
            return [*(row for row in named if row["id"] == "reauthenticate"), *linked, by_mail]
        named = [row for row in named if row["id"] != "reauthenticate"]
        apps = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP)
        # Who has passkeys alone is asked for one first, not for a recovery code.
        by_app_last = sorted(named, key=lambda method: method["id"] == "mfa_reauthenticate")
        return [*(named if apps.exists() else by_app_last), *keepers]

    def is_reauthentication_required(self, *, app: str) -> bool:  # noqa: ARG002
        """Ask nobody again who has just signed in, as that included the second factor.

        Raises ReauthenticationRequired for all others: allauth itself would ask nobody who has
        neither a password nor a factor.
        """
        if confirming.is_fresh(self.request):
            return False
        raise ReauthenticationRequired

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by who tries them: no stranger's tries shut an owner out."""
        return asker_key(request, str(credentials.get("email", "")))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse who tries too often, and what all together try too often; a code still works."""
        super().pre_authenticate(request, **credentials)
        address = str(credentials.get("email", "")).lower()
        if not consume(request, action="login_failed_of_all", key=address):
            logger.warning("too many wrong passwords for one address")
            raise self.validation_error("too_many_login_attempts")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a letter into the outbox: a code to sign in, or a notice that something changed."""
        user = User.objects.filter(email__iexact=email).first()
        if user is None or not permissions.may_sign_in(user):
            return
        if template_prefix == CODE_LETTER:
            facts = {"code": context["code"]}
        else:
            with override(user.language):
                facts = {
                    part: render_to_string(f"{template_prefix}_{name}.txt", context).strip()
                    for part, name in (("subject", "subject"), ("text", "message"))
                }
        put_letter(user, facts)


def at_provider(provider: providers.Provider) -> dict[str, Any]:
    """Return the way to confirm at a provider who one is."""
    return {
        "id": f"provider:{provider.id}",
        "description": gettext("With %(provider)s") % {"provider": provider.name},
        "url": reverse("provider_confirm", args=[provider.id]),
    }


class FactorStage(AuthenticateStage):
    """Asks for the second factor on the way in, unless a provider has vouched for one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not self.login.state.get(linking.VOUCHED) and super()._should_handle(request)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors in our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right."),
    }

    def encrypt(self, text: str) -> str:
        """Keep the secret of an app, or the seed of recovery codes, sealed."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Read such a secret; one that another SECRET_KEY sealed fits no code."""
        try:
            return sealing.unseal(encrypted_text)
        except sealing.UnreadableError:
            logger.error("A second factor cannot be read: SECRET_KEY is another one.")
            return generate_totp_secret()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002
        """Number passkeys, so that they can be told apart."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}


def display(user: AbstractBaseUser) -> str:
    """Return what a device shows beside a passkey."""
    return user.get_full_name() if isinstance(user, User) else ""


def lacks_second_factor(request: HttpRequest, rights: Rights | None = None) -> bool:
    """Tell whether somebody must add a second factor, or show it, before they go on.

    It counts for the session in which it was shown: one that was opened without it opens
    nothing more because the account got a factor later.
    """
    user = request.user
    if not isinstance(user, User):
        return False
    found = rights or permissions.rights(user, on=timezone.localdate())
    if not permissions.needs_second_factor(user, found):
        return False
    if not confirming.passed_factor(request):
        return True
    return not (confirming.has_factor(user) or confirming.is_vouched(request))


def lead_to_second_factor(request: HttpRequest, target: str = "") -> HttpResponse:
    """Send somebody to where they show their second factor, or add one, and say why."""
    if confirming.keeps_factor(request.user):
        read = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
        return confirming.redirect_to_confirm(request, target or read)
    messages.warning(
        request,
        _("The secretariat signs in with a second factor. Add one here, then you can go on."),
    )
    return redirect("mfa_index")


class AskForSignInCode(RequestLoginCodeView):
    """Takes an address, and has a code sent there if it belongs to an account."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Do the same for an address without an account as for one with."""
        if form._user is None:  # noqa: SLF001  allauth's own form keeps it there
            write_to_nobody(form.cleaned_data["email"])
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the providers too."""
        return {**super().get_context_data(**kwargs), "providers": providers.configured().values()}


ask_for_sign_in_code = AskForSignInCode.as_view()


def put_letter(to: User | str, facts: dict[str, Any]) -> None:
    """Put a letter about signing in into the outbox, to a person or to nobody."""
    key = f"sign-in:{secrets.token_hex(16)}"
    letters.put(LetterKind.SIGN_IN, key=key, to=to, facts=facts, now=timezone.now())


def write_to_nobody(email: str) -> None:
    """Put a letter into the outbox that the worker throws away.

    It costs what a code to an account costs, look-up included, so that no answer tells by its
    time whether there is an account.
    """
    User.objects.filter(email__iexact=email).first()
    put_letter("", {"code": secrets.token_hex(3)})


class ConfirmSignInCode(ConfirmLoginCodeView):
    """Takes the code that was mailed to sign in; judges five guesses, however many come at once."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Judge a guess, if there is one left."""
        if self._action == "verify":
            key = guesses.key_of(request.session.session_key, self._process.state["at"])
            if not guesses.may_judge(key, now=timezone.now()):
                self._process.abort()
                messages.error(request, str(TOO_MANY))
                return redirect("account_login")
        elif self._process.user is None:
            write_to_nobody(self._process.state["email"])
        return super().post(request, *args, **kwargs)


confirm_sign_in_code = ConfirmSignInCode.as_view()
