"""Addresses of signing in: the pages of allauth that this site offers, and no others.

Its steps carry on a text that somebody could not save for want of a session.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from actions.views import openid
from actions.views.accounts import ask_for_sign_in_code, confirm_sign_in_code
from actions.views.confirming import confirm_by_mail, only_fresh
from actions.views.keeping import carrying

# Both names lead to the one sign-in page: allauth goes back to either.
urlpatterns = [
    path("sign-in/", carrying(ask_for_sign_in_code), name="account_login"),
    path("sign-in/", carrying(ask_for_sign_in_code), name="account_request_login_code"),
    path("sign-in/code/", carrying(confirm_sign_in_code), name="account_confirm_login_code"),
    path("sign-in/password/", carrying(account.login), name="account_login_password"),
    path("sign-in/passkey/", carrying(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/second/", carrying(factor.authenticate), name="mfa_authenticate"),
    path("sign-in/with/<slug:name>/", carrying(openid.sign_in), name="provider_sign_in"),
    path("sign-in/refused/", carrying(account.account_inactive), name="account_inactive"),
    path("sign-out/", carrying(account.logout), name="account_logout"),
    path("confirm/password/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm/mail/", confirm_by_mail, name="account_confirm_by_mail"),
    path("confirm/code/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("confirm/with/<slug:name>/", openid.confirm, name="provider_confirm"),
    path("links/<slug:name>/", openid.link, name="provider_link"),
    path("links/<slug:name>/remove/", openid.unlink, name="provider_unlink"),
    path("password/", only_fresh(account.password_change), name="account_change_password"),
    path("password/first/", only_fresh(account.password_set), name="account_set_password"),
    path("second-factor/", factor.index, name="mfa_index"),
    path("second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("second-factor/passkeys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("second-factor/passkeys/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        webauthn.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path("second-factor/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/codes/file/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
