"""Every address, method and role: who gets what; an address without a line here fails."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.conftest import add_second_factor, totp_code

pytestmark = pytest.mark.django_db

ROLES = ("public", "member", "secretariat")
ALL = (200, 200, 200)
SIGN_IN = (302, 302, 200)  # the administration asks to sign in with an account that may

LED_ON = (302, 302, 302)
AT_THE_DOOR = (200, 302, 302)  # who is signed in goes on
MEMBERS = (302, 403, 403)  # neither of the two has a role in the follow-up
WRITE_ONLY = (405, 405, 405)

# The same for signing in and for members' pages, which take forms too.
PEOPLE = {
    "account_login": ("/en/account/sign-in/", AT_THE_DOOR),
    "account_request_login_code": ("/en/account/sign-in/", AT_THE_DOOR),
    "account_confirm_login_code": ("/en/account/sign-in/code/", LED_ON),
    "account_login_password": ("/en/account/sign-in/password/", AT_THE_DOOR),
    "mfa_login_webauthn": ("/en/account/sign-in/passkey/", LED_ON),
    "mfa_authenticate": ("/en/account/sign-in/second/", LED_ON),
    "account_inactive": ("/en/account/sign-in/refused/", ALL),
    "account_logout": ("/en/account/sign-out/", (302, 200, 200)),
    "account_reauthenticate": ("/en/account/confirm/password/", (302, 200, 200)),
    "mfa_reauthenticate": ("/en/account/confirm/code/", (302, 302, 200)),
    "mfa_reauthenticate_webauthn": ("/en/account/confirm/passkey/", LED_ON),
    "account_change_password": ("/en/account/password/", (302, 200, 200)),
    "account_set_password": ("/en/account/password/first/", LED_ON),
    "mfa_index": ("/en/account/second-factor/", (302, 200, 200)),
    "mfa_activate_totp": ("/en/account/second-factor/app/", LED_ON),
    "mfa_deactivate_totp": ("/en/account/second-factor/app/remove/", (302, 404, 302)),
    "mfa_list_webauthn": ("/en/account/second-factor/passkeys/", (302, 200, 200)),
    "mfa_add_webauthn": ("/en/account/second-factor/passkeys/add/", LED_ON),
    "mfa_edit_webauthn": ("/en/account/second-factor/passkeys/1/", LED_ON),
    "mfa_remove_webauthn": ("/en/account/second-factor/passkeys/1/remove/", LED_ON),
    "mfa_view_recovery_codes": ("/en/account/second-factor/codes/", (302, 404, 404)),
    "mfa_generate_recovery_codes": ("/en/account/second-factor/codes/new/", LED_ON),
    "mfa_download_recovery_codes": ("/en/account/second-factor/codes/file/", (302, 404, 404)),
    "actions:invitation": ("/en/invitation/nobody-has-this-secret/", (404, 404, 404)),
    "actions:profile": ("/en/desk/profile/", MEMBERS),
    "actions:members": ("/en/desk/members/", MEMBERS),
    "actions:member-remove": ("/en/desk/members/1/remove/", MEMBERS),
    "actions:member-hand-over": ("/en/desk/members/1/hand-over/", MEMBERS),
    "actions:invitation-withdraw": ("/en/desk/invitations/1/withdraw/", WRITE_ONLY),
    "actions:actor-submitting": ("/en/desk/actors/1/submitting/", WRITE_ONLY),
    "actions:all-members": ("/en/secretariat/members/", MEMBERS),
    "actions:member-role": ("/en/secretariat/members/1/role/", MEMBERS),
    "actions:person-deactivate": ("/en/secretariat/people/1/deactivate/", MEMBERS),
    "actions:person-reactivate": ("/en/secretariat/people/1/reactivate/", WRITE_ONLY),
    "actions:person-erase": ("/en/secretariat/people/1/erase/", MEMBERS),
    "actions:round-status": ("/en/desk/rounds/nap2/2025/", MEMBERS),
    "actions:action-status": ("/en/desk/rounds/nap2/2025/actions/1/", MEMBERS),
    "actions:secretariat": ("/en/secretariat/", MEMBERS),
    "actions:rounds": ("/en/secretariat/rounds/", MEMBERS),
    "actions:round-new": ("/en/secretariat/rounds/new/", MEMBERS),
    "actions:round": ("/en/secretariat/rounds/1/", MEMBERS),
    "actions:round-open": ("/en/secretariat/rounds/1/open/", MEMBERS),
    "actions:round-close": ("/en/secretariat/rounds/1/close/", MEMBERS),
    "actions:round-reopen": ("/en/secretariat/rounds/1/reopen/", MEMBERS),
    "actions:round-update": ("/en/secretariat/rounds/1/update/", MEMBERS),
    "actions:round-extend": ("/en/secretariat/rounds/1/extend/", MEMBERS),
    "actions:override": ("/en/secretariat/rounds/1/overrides/1/", MEMBERS),
    "actions:round-owed": ("/en/secretariat/rounds/1/owed/", MEMBERS),
    "actions:letters": ("/en/secretariat/letters/", MEMBERS),
    "actions:letter-again": ("/en/secretariat/letters/1/again/", WRITE_ONLY),
}
# name of the address, an example of it, what GET answers to each role
READ = {
    "choose-language": ("/", (302, 302, 302)),
    "actions:home": ("/en/", ALL),
    "actions:about": ("/en/about/", ALL),
    "actions:method": ("/en/method/", ALL),
    "actions:accessibility": ("/en/accessibility/", ALL),
    "actions:privacy": ("/en/privacy/", ALL),
    "actions:plan": ("/en/plans/nap1/", ALL),
    "actions:action-list": ("/en/plans/nap2/actions/", ALL),
    "actions:action-export": ("/en/plans/nap2/actions.json", ALL),
    "actions:action": ("/en/plans/nap2/actions/1/", ALL),
    "actions:actor-list": ("/en/plans/nap2/actors/", ALL),
    "actions:actor": ("/en/plans/nap2/actors/fisd/", ALL),
    "actions:theme-list": ("/en/plans/nap2/themes/", ALL),
    "actions:theme": ("/en/plans/nap2/themes/environment/", ALL),
    **PEOPLE,
    "sitemap": ("/sitemap.xml", ALL),
    "robots": ("/robots.txt", ALL),
    "favicon": ("/favicon.ico", (302, 302, 302)),
    "health": ("/health/", ALL),
    "ready": ("/ready/", ALL),
}
OPEN_IN_ADMIN = {"admin:login", "admin:logout", "admin:jsi18n"}


def names(resolver: URLResolver, prefix: str = "") -> set[str]:
    """Return the names of all addresses."""
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            found.add(f"{prefix}{pattern.name}")
        else:
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            found |= names(pattern, prefix + space)
    return found


ADDRESSES = names(get_resolver())
ADMIN = sorted(name for name in ADDRESSES if name.startswith("admin:"))


def clients(secretariat, member) -> dict[str, Client]:
    found = {role: Client() for role in ROLES}
    found["member"].force_login(member)
    found["secretariat"].force_login(secretariat)
    return found


def test_every_address_has_a_line() -> None:
    assert {name for name in ADDRESSES if not name.startswith("admin:")} == set(READ)


@pytest.mark.parametrize("name", READ)
def test_reading_is_open_to_each_role_as_agreed(name, secretariat, member) -> None:
    path, expected = READ[name]
    found = clients(secretariat, member)
    assert tuple(found[role].get(path).status_code for role in ROLES) == expected


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("name", [n for n in READ if n != "sitemap" and n not in PEOPLE])
def test_nobody_writes_to_a_page_for_readers(name, method, secretariat, member) -> None:
    path, _expected = READ[name]
    for client in clients(secretariat, member).values():
        client.handler.enforce_csrf_checks = True
        assert getattr(client, method)(path).status_code == 405


def admin_path(name: str) -> str:
    for args in ([], ["1"], ["1", "1"], ["actions"]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return "/admin/anything/"  # the final address that catches all


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [name for name in ADMIN if name not in OPEN_IN_ADMIN])
def test_the_administration_is_closed_to_all_but_the_secretariat(name, method, member) -> None:
    path = admin_path(name)
    signed_in = Client()
    signed_in.force_login(member)
    for client in (Client(), signed_in):
        response = getattr(client, method)(path)
        assert response.status_code == 302, path
        assert "/admin/login/" in response["Location"]
    assert signed_in.get("/admin/login/").status_code == 403


def test_the_administration_opens_for_the_secretariat(secretariat_client) -> None:
    assert secretariat_client.get("/admin/").status_code == 200


def test_a_form_from_another_site_is_refused(secretariat) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(secretariat)
    assert client.post("/admin/actions/theme/add/", {"slug": "x"}).status_code == 403


def test_signing_in_never_leads_to_another_site(secretariat) -> None:
    client = Client()
    given = {"login": secretariat.email, "password": "a long enough password"}
    given["next"] = "https://evil.example/"
    first = client.post("/en/account/sign-in/password/?next=https://evil.example/", given)
    assert first["Location"] == "/en/account/sign-in/second/"
    second = client.post(first["Location"], {"code": totp_code(add_second_factor(secretariat))})
    assert (second.status_code, second["Location"]) == (302, "/admin/")


def test_an_inactive_account_cannot_sign_in(secretariat) -> None:
    secretariat.is_active = False
    secretariat.save()
    client = Client()
    given = {"login": secretariat.email, "password": "a long enough password"}
    response = client.post("/en/account/sign-in/password/", given)
    assert response["Location"] == "/en/account/sign-in/refused/"
    assert "_auth_user_id" not in client.session


def test_the_plain_settings_are_the_safe_ones() -> None:
    assert settings.DEBUG is False
    assert settings.SESSION_COOKIE_HTTPONLY is True
    assert settings.X_FRAME_OPTIONS == "DENY"


def test_a_staff_account_without_rights_sees_no_data(member) -> None:
    member.is_staff = True
    member.save()
    add_second_factor(member)
    client = Client()
    client.force_login(member)
    assert client.get("/admin/").status_code == 200
    for name in ("action", "actor", "user", "source"):
        assert client.get(f"/admin/actions/{name}/").status_code == 403
        assert client.get(f"/admin/actions/{name}/add/").status_code == 403
    key = member.pk
    assert client.get(f"/admin/actions/user/{key}/history/").status_code == 403


def test_an_address_under_a_foreign_host_is_refused(client: Client) -> None:
    assert client.get("/en/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_a_refused_form_is_answered_with_a_page_of_the_site(secretariat, language: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(secretariat)
    response = client.post("/admin/actions/theme/add/", headers={"accept-language": language})
    assert response.status_code == 403
    assert f'<html lang="{language}">' in response.content.decode()
    assert "NAP monitor" in response.content.decode()
