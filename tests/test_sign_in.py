"""Signing in: by code, password, second factor; limits; who may not; the secretariat's factor."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from actions import pulse
from actions.enums import LetterKind
from actions.models import Letter, User
from actions.outbox import sending
from tests.conftest import add_second_factor, totp_code
from tests.signing_in import enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

DOOR = "/en/account/sign-in/"
CODE = "/en/account/sign-in/code/"
PASSWORD = "/en/account/sign-in/password/"
SECOND = "/en/account/sign-in/second/"
FACTORS = "/en/account/second-factor/"


def ask(client: Client, email: str, **more: str) -> str:
    """Ask for a code; return the one that a letter holds, if there is a letter."""
    before = set(Letter.objects.values_list("pk", flat=True))
    response = client.post(DOOR, {"email": email, **more})
    assert (response.status_code, response["Location"].split("?")[0]) == (302, CODE)
    letter = Letter.objects.exclude(pk__in=before).get()
    return letter.facts["code"] if letter.address else ""


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_code_signs_in(client, make_member) -> None:
    user = make_member()
    code = ask(client, user.email.upper())
    letter = Letter.objects.get()
    assert (letter.kind, letter.user, letter.address) == (LetterKind.SIGN_IN, user, user.email)
    response = client.post(CODE, {"code": code.lower()})
    assert (response.status_code, response["Location"]) == (302, "/en/desk/")
    assert is_signed_in(client)


def test_a_code_leads_back_to_where_one_came_from(client, make_member) -> None:
    user = make_member()
    page = client.get("/en/desk/profile/")
    assert page["Location"] == f"{DOOR}?next=/en/desk/profile/"
    code = ask(client, user.email, next="/en/desk/profile/")
    response = client.post(CODE, {"code": code, "next": "/en/desk/profile/"})
    assert response["Location"] == "/en/desk/profile/"


def test_a_superuser_from_the_shell_signs_in_by_code(client) -> None:
    user = User.objects.create_superuser("boss@example.org", None)
    response = client.post(CODE, {"code": ask(client, user.email)})
    assert response["Location"] == "/admin/"
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/")["Location"] == FACTORS


def test_an_unknown_address_gets_the_same_answer_and_a_letter_to_nobody(make_member) -> None:
    user = make_member()
    pages = []
    for email in (user.email, "nobody@example.org"):
        client = Client()
        ask(client, email)
        html = client.get(CODE).content.decode().replace(email, "ADDRESS")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html))
    assert pages[0] == pages[1]
    assert sorted(sending.send_due(now=timezone.now())) == ["dropped", "sent"]
    assert Letter.objects.get().user == user
    assert "nobody" not in str(list(Letter.objects.values()))
    assert client.post(CODE, {"code": ""}).status_code == 200
    assert not is_signed_in(client)


def test_a_wrong_code_is_told_and_after_five_a_new_one_is_needed(client, make_member) -> None:
    code = ask(client, make_member().email)
    for _turn in range(4):
        html = client.post(CODE, {"code": "WRONG"}).content.decode()
        assert "This code is not right." in html
        assert 'aria-invalid="true"' in html
        assert 'href="#id_code"' in html
    response = client.post(CODE, {"code": "WRONG"})
    assert response["Location"] == DOOR
    assert client.post(CODE, {"code": code})["Location"] == DOOR
    assert not is_signed_in(client)


def test_a_code_lives_for_ten_minutes(client, make_member, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    code = ask(client, make_member().email)
    time_machine.move_to(start + timedelta(minutes=10, seconds=1), tick=False)
    assert client.post(CODE, {"code": code})["Location"] == DOOR
    assert not is_signed_in(client)


def test_the_code_is_of_no_use_in_another_browser(client, make_member) -> None:
    code = ask(client, make_member().email)
    other = Client()
    assert other.post(CODE, {"code": code})["Location"] == DOOR
    assert not is_signed_in(other)


@pytest.mark.parametrize("act", ["ask", "again"])
def test_a_page_does_the_same_for_an_address_with_and_without_an_account(make_member, act) -> None:
    """What it asks of the database is what its time is made of; the letter goes out later."""
    asked = []
    for number, email in enumerate((make_member().email, "nobody@example.org")):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        client.get(DOOR)
        with CaptureQueriesContext(connection) as queries:
            client.post(DOOR, {"email": email})
        if act == "again":
            with CaptureQueriesContext(connection) as queries:
                client.post(CODE, {"action": "resend"})
        told = [re.sub(r"'[^']*'|\d+", "?", row["sql"]) for row in queries]
        written = [sql.split("(")[0].strip() for sql in told if not sql.startswith("SELECT")]
        asked.append((abs(len(told)), written))
    (known, writes), (unknown, same) = asked
    assert writes == same
    assert abs(known - unknown) <= 1  # one look-up by key, a tenth of a millisecond


def test_no_mail_server_is_asked_by_a_page(client, make_member, settings) -> None:
    settings.EMAIL_BACKEND = "tests.is.not.there"
    assert ask(client, make_member().email)


def test_strangers_keep_no_owner_from_a_code_nor_from_their_password(make_member) -> None:
    user = make_member()
    for _turn in range(5):
        stranger = Client(REMOTE_ADDR="192.0.2.7")
        stranger.post(DOOR, {"email": user.email})
        stranger.post(PASSWORD, {"login": user.email, "password": "wrong"})
    owner = Client(REMOTE_ADDR="198.51.100.9")
    owner.post(CODE, {"code": ask(owner, user.email)})
    assert is_signed_in(owner)
    other = Client(REMOTE_ADDR="198.51.100.9")
    other.post(PASSWORD, {"login": user.email, "password": "a long enough password"})
    assert is_signed_in(other)


def test_who_asks_is_told_apart_behind_a_proxy_as_well(make_member, settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    user = make_member()
    for number in range(4):
        # What a visitor writes into the header counts for nothing; the proxy's own word does.
        header = f"203.0.113.{number}, 192.0.2.7"
        Client().post(DOOR, {"email": user.email}, headers={"x-forwarded-for": header})
    assert Letter.objects.count() == 3
    owner = Client(headers={"x-forwarded-for": "198.51.100.9"})
    assert ask(owner, user.email)


def test_all_strangers_together_send_no_more_than_sixty_codes_an_hour(make_member) -> None:
    user = make_member()
    for number in range(70):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post(DOOR, {"email": user.email})
    assert Letter.objects.count() == 60


def test_the_sign_in_page_says_when_no_code_can_come(client, make_member) -> None:
    cache.delete(pulse.KEY)
    words = "No e-mails go out at the moment"
    assert words in client.get(DOOR).content.decode()
    assert words not in client.get(PASSWORD).content.decode()
    ask(client, make_member().email)
    assert words in client.get(CODE).content.decode()
    assert client.get("/ready/").content == b"ok, but no worker was seen for a minute"
    pulse.Pulse().beat()
    assert words not in client.get(CODE).content.decode()
    assert client.get("/ready/").content == b"ok"


def test_a_fourth_code_within_a_minute_is_refused_politely(make_member) -> None:
    user = make_member()
    for _turn in range(3):
        ask(Client(), user.email)
    response = Client().post(DOOR, {"email": user.email})
    html = response.content.decode()
    assert response.status_code == 200
    assert "Too many attempts. Wait a few minutes, then try again." in html
    assert user.email in html
    assert Letter.objects.count() == 3


def test_guessing_passwords_is_limited_even_for_the_right_one(make_member) -> None:
    user = make_member()
    for _turn in range(5):
        html = Client().post(PASSWORD, {"login": user.email, "password": "x"}).content.decode()
        assert "The e-mail address or the password is not right." in html
    client = Client()
    right = {"login": user.email, "password": "a long enough password"}
    assert "Too many attempts." in client.post(PASSWORD, right).content.decode()
    assert not is_signed_in(client)


def test_too_many_requests_from_one_place_get_a_page_of_the_site(client) -> None:
    for _turn in range(30):
        client.post(PASSWORD, {"login": "x@example.org", "password": "x"})
    response = client.post(PASSWORD, {"login": "x@example.org", "password": "x"})
    assert response.status_code == 429
    assert "NAP monitor" in response.content.decode()


def test_a_password_signs_in_who_has_one(client, make_member) -> None:
    user = make_member()
    data = {"login": user.email, "password": "a long enough password"}
    assert client.post(PASSWORD, data)["Location"] == "/en/desk/"
    assert client.session.get_expiry_age() == 12 * 3600


def test_a_second_factor_is_always_asked(client, office) -> None:
    secret = add_second_factor(office)
    response = client.post(CODE, {"code": ask(client, office.email)})
    assert response["Location"] == SECOND
    assert not is_signed_in(client)
    assert client.get("/en/desk/")["Location"].startswith(DOOR)
    assert "This code is not right." in client.post(SECOND, {"code": "000000"}).content.decode()
    assert client.post(SECOND, {"code": totp_code(secret)})["Location"] == "/en/desk/"
    assert is_signed_in(client)


def test_a_code_of_the_app_works_once(office) -> None:
    code = totp_code(add_second_factor(office))
    found = []
    for _turn in range(2):
        client = Client()
        client.post(CODE, {"code": ask(client, office.email)})
        client.post(SECOND, {"code": code})
        found.append(is_signed_in(client))
    assert found == [True, False]


def test_a_recovery_code_works_in_place_of_the_app(client, office) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: PLC0415

    codes = RecoveryCodes.activate(office).get_unused_codes()
    client.post(CODE, {"code": ask(client, office.email)})
    client.post(SECOND, {"code": codes[0]})
    assert is_signed_in(client)


@pytest.mark.parametrize("path", ["/en/desk/", "/en/desk/profile/", "/en/secretariat/members/"])
def test_the_secretariat_without_a_second_factor_is_led_to_add_one(path, sign_in, office) -> None:
    Authenticator.objects.all().delete()
    client = sign_in(office)
    assert client.get(path)["Location"] == FACTORS
    html = client.get(FACTORS).content.decode()
    assert "The secretariat signs in with a second factor." in html
    assert (
        client.post("/en/secretariat/members/", {"email": "x@example.org"})["Location"] == FACTORS
    )


def test_the_secretariat_adds_an_app_and_goes_on(sign_in, office) -> None:
    Authenticator.objects.all().delete()
    office.set_unusable_password()
    office.save()
    client = sign_in(office)
    page = client.get(f"{FACTORS}app/").content.decode()
    found = re.search(r'class="secret">(\w+)<', page)
    assert found is not None
    secret = found[1]
    assert (
        "This code is not right."
        in client.post(f"{FACTORS}app/", {"code": "000000"}).content.decode()
    )
    response = client.post(f"{FACTORS}app/", {"code": totp_code(secret)})
    assert response["Location"] == f"{FACTORS}codes/"
    assert client.get("/en/secretariat/members/").status_code == 200


def test_a_member_needs_no_second_factor(sign_in, make_member) -> None:
    assert sign_in(make_member()).get("/en/desk/profile/").status_code == 200


def test_changing_factors_asks_who_one_is_again(client, office) -> None:
    secret = add_second_factor(office)
    client.force_login(office)
    response = client.post(f"{FACTORS}app/remove/")
    assert response["Location"].startswith("/en/account/confirm/code/")
    assert Authenticator.objects.filter(user=office).exists()
    # What was asked for is done as soon as it is known who asks.
    client.post(response["Location"], {"code": totp_code(secret), "next": f"{FACTORS}app/remove/"})
    assert not Authenticator.objects.filter(user=office).exists()
    # In the language of their letters.
    notice = Letter.objects.get(facts__subject="De authenticatie-app is verwijderd")
    assert notice.user is not None
    assert (notice.kind, notice.user.language) == (LetterKind.SIGN_IN, "nl")
    assert notice.user == office


def test_who_has_just_signed_in_is_not_asked_again(client, office, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    secret = add_second_factor(office)
    client.post(CODE, {"code": ask(client, office.email)})
    client.post(SECOND, {"code": totp_code(secret)})
    assert client.get(f"{FACTORS}codes/new/").status_code == 200
    time_machine.move_to(start + timedelta(minutes=15, seconds=1), tick=False)
    confirm = client.get(f"{FACTORS}codes/new/")["Location"]
    assert confirm.startswith("/en/account/confirm/code/")


def test_signing_out_takes_a_form(sign_in, make_member) -> None:
    client = sign_in(make_member())
    assert client.get("/en/account/sign-out/").status_code == 200
    assert is_signed_in(client)
    client.post("/en/account/sign-out/")
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "password/reset/", "confirm-email/", "login/", "social/", ""],
)
def test_pages_that_are_not_offered_are_not_there(client, path: str) -> None:
    assert client.get(f"/en/account/{path}").status_code == 404


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password"])
def test_nothing_leads_to_what_is_not_offered(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_deactivated_account_gets_no_code(client, make_member) -> None:
    user = make_member()
    user.is_active = False
    user.save()
    assert ask(client, user.email) == ""


def test_a_session_in_use_is_renewed_once_an_hour(sign_in, make_member, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    client = sign_in(make_member())
    client.get("/en/desk/profile/")
    ends = Session.objects.get().expire_date
    time_machine.move_to(start + timedelta(minutes=50), tick=False)
    client.get("/en/desk/profile/")
    assert Session.objects.get().expire_date == ends
    time_machine.move_to(start + timedelta(hours=11), tick=False)
    client.get("/en/desk/profile/")
    time_machine.move_to(start + timedelta(hours=22), tick=False)
    assert client.get("/en/desk/profile/").status_code == 200
    time_machine.move_to(start + timedelta(hours=34, minutes=1), tick=False)
    assert client.get("/en/desk/profile/").status_code == 302


# --- Sample accounts ---------------------------------------------------------------


@pytest.fixture
def sample(make_member) -> User:
    """A sample account."""
    return make_member(email="sample@example.org", is_sample=True)


def test_a_sample_account_signs_in_where_debug_is_on(client, sample) -> None:
    data = {"login": sample.email, "password": "a long enough password"}
    with override_settings(DEBUG=True):
        assert client.post(PASSWORD, data)["Location"] == "/en/desk/"
        assert client.get("/en/desk/profile/").status_code == 200
    assert client.get("/en/desk/profile/").status_code == 302


def test_a_sample_account_is_refused_in_production_whatever_the_way(client, sample) -> None:
    data = {"login": sample.email, "password": "a long enough password"}
    client.post(PASSWORD, data)
    assert not is_signed_in(client)
    assert ask(Client(), sample.email) == ""
    client.force_login(sample)
    assert client.get("/en/desk/profile/").status_code == 302
    sample.is_staff = sample.is_superuser = True
    sample.save()
    add_second_factor(sample)
    assert client.get("/admin/").status_code == 302


def test_a_passkey_of_a_sample_account_is_refused_in_production(client, sample, rf) -> None:
    from actions.views.accounts import AccountAdapter  # noqa: PLC0415

    request = rf.post("/")
    request.session = client.session
    response = AccountAdapter(request).pre_login(request, sample, email=None)
    assert response is not None
    assert response["Location"] == "/en/account/sign-in/refused/"


# --- Pages --------------------------------------------------------------------------

PAGES = ["sign-in/", "sign-in/password/", "sign-in/refused/"]
OWN_PAGES = ["second-factor/", "second-factor/passkeys/", "password/", "sign-out/"]


@pytest.mark.parametrize("path", [*PAGES, *OWN_PAGES])
def test_pages_of_signing_in_are_pages_of_the_site(client, make_member, path: str) -> None:
    if path in OWN_PAGES:
        enter(client, make_member())
    html = client.get(f"/fr/account/{path}").content.decode()
    assert '<html lang="fr">' in html
    assert html.count("<h1") == 1
    assert '<main id="main"' in html
    assert "style=" not in html
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", html) == []


def test_every_letter_of_allauth_that_can_go_out_is_worded_by_this_site() -> None:
    names = [
        *(f"account/email/password_{what}" for what in ("changed", "set")),
        *(f"mfa/email/totp_{what}" for what in ("activated", "deactivated")),
        *(f"mfa/email/webauthn_{what}" for what in ("added", "removed")),
        "mfa/email/recovery_codes_generated",
    ]
    folder = Path(settings.BASE_DIR) / "templates"
    for name in names:
        for part in ("subject", "message"):
            assert (folder / f"{name}_{part}.txt").exists(), name


@pytest.mark.parametrize(
    "address", ["//[a]/", "//example.org`[a](x", "https://[::1", "//evil.example"]
)
def test_nobody_is_led_to_an_address_that_is_none_or_another_sites(
    client, make_member, address: str
) -> None:
    user = make_member()
    assert client.get(DOOR, {"next": address}).status_code == 200
    code = ask(client, user.email, next=address)
    assert client.post(CODE, {"code": code, "next": address})["Location"] == "/en/desk/"
