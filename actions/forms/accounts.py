"""The forms of signing in, in our words; what they do is allauth's."""

import json
import logging
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context
from allauth.core.internal.ratelimit import get_ip
from allauth.core.ratelimit import consume
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from actions import permissions

logger = logging.getLogger("napmonitor.security")


def asker_key(request: Any, address: str) -> str:
    """Return the key under which attempts of one visitor on one address are counted."""
    return f"{get_ip(request)}|{address.lower()}"


def plain(field: forms.Field, label: Any, **attributes: str) -> None:
    """Give a field our label, and no placeholder, which would vanish while typing."""
    field.label = label
    field.help_text = ""
    field.widget.attrs.pop("placeholder", None)
    if not isinstance(field.widget, forms.CheckboxInput):
        field.widget.attrs["class"] = "form-control"
    field.widget.attrs |= attributes


def shared_computer() -> forms.BooleanField:
    """Return the box to tick where others use the computer too."""
    return forms.BooleanField(
        label=_("Others use this computer too"),
        help_text=_("You are signed out when you close the browser, and no unsaved text is kept."),
        required=False,
    )


class AddressForm(account.RequestLoginCodeForm):
    """Asks for the address that a code goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["email"], _("E-mail address"), autocomplete="username webauthn")
        self.fields["shared_computer"] = shared_computer()

    def clean_email(self) -> str:
        """Find whose address it is; who may not sign in is nobody. The answer is the same.

        Limits count who asks: three requests by a stranger keep no owner from a code. Raises
        ValidationError for who asks too often, whether or not there is an account.
        """
        email: str = self.cleaned_data["email"]
        limits = (
            ("request_login_code", asker_key(context.request, email)),
            ("request_login_code_of_all", email.lower()),
        )
        if not all(consume(context.request, action=name, key=key) for name, key in limits):
            logger.warning("too many codes asked for, by one visitor or for one address")
            raise get_adapter().validation_error("too_many_login_attempts")
        found = filter_users_by_email(email, is_active=True, for_login=True)
        self._user = next((user for user in found if permissions.may_sign_in(user)), None)
        return email


class CodeForm(account.ConfirmLoginCodeForm):
    """Asks for the code of the letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["code"], _("Code from the e-mail"), autocapitalize="characters")


class PasswordForm(account.LoginForm):
    """Asks for address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["login"], _("E-mail address"), autocomplete="username")
        plain(self.fields["password"], _("Password"))
        self.fields["shared_computer"] = shared_computer()


class ConfirmPasswordForm(account.ReauthenticateForm):
    """Asks for the password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["password"], _("Password"))


class ChangePasswordForm(account.ChangePasswordForm):
    """Asks for the old password and twice for the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["oldpassword"], _("Current password"))
        name_new_passwords(self)


class SetPasswordForm(account.SetPasswordForm):
    """Asks twice for a first password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_new_passwords(self)


def name_new_passwords(form: forms.Form) -> None:
    """Give the two fields of a new password our labels."""
    rules = form.fields["password1"].help_text
    plain(form.fields["password1"], _("New password"))
    plain(form.fields["password2"], _("New password, again"))
    form.fields["password1"].help_text = rules


class FactorForm(factor.AuthenticateForm):
    """Asks for the code of the authenticator app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["code"], _("Code from the app, or a recovery code"))


class ConfirmFactorForm(factor.ReauthenticateForm):
    """Asks for such a code once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["code"], _("Code from the app, or a recovery code"))


class AppForm(totp.ActivateTOTPForm):
    """Asks for the first code of an authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["code"], _("Code that the app shows"), inputmode="numeric")


class Credential(json.JSONDecoder):
    """Reads what a browser says of a passkey; what no browser says is refused, not a fault."""

    def decode(self, s: str, *args: Any) -> Any:
        """Return what stands there; a huge number or a deep nesting cannot be read."""
        try:
            found = super().decode(s, *args)
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError("Not to be read", s, 0) from error
        if not is_passkey(found):
            raise json.JSONDecodeError("Not a passkey", s, 0)
        return found


def is_passkey(found: Any) -> bool:
    """Tell whether something has the shape of what browsers say of a passkey."""
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        return False
    response = found["response"]
    parts = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
    texts = [found.get(name) for name in ("id", "rawId", "type")]
    texts += [response[name] for name in parts if response.get(name) is not None]
    return all(isinstance(text, str) for text in texts)


class PasskeySignInForm(webauthn.LoginWebAuthnForm):
    """Takes a passkey at the sign-in page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        read_safely(self)


class PasskeyFactorForm(webauthn.AuthenticateWebAuthnForm):
    """Takes a passkey as the second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        read_safely(self)


class ConfirmPasskeyForm(webauthn.ReauthenticateWebAuthnForm):
    """Takes a passkey once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        read_safely(self)


def read_safely(form: Any) -> None:
    """Have a form refuse a passkey that cannot be read."""
    form.fields["credential"].decoder = Credential


class PasskeyForm(webauthn.AddWebAuthnForm):
    """Asks for the name of a new passkey; the browser adds the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        read_safely(self)
        plain(self.fields["name"], _("Name of the passkey"), maxlength="60")
        passwordless = self.fields["passwordless"]
        plain(passwordless, _("Sign in with this passkey alone, without a code"))
        passwordless.help_text = _("Your device then asks for your finger, face or PIN.")
        passwordless.initial = True

    def clean(self) -> Any:
        """Refuse what has the shape of a passkey and is none."""
        try:
            return super().clean()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise forms.ValidationError(
                _("This passkey could not be read. Try again."), code="invalid"
            ) from error


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    """Asks for another name of a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["name"], _("Name of the passkey"), maxlength="60")
