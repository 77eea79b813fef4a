"""Signing in by a provider: who gets in, who is linked, what counts as a factor, and lies."""

import html
import logging
import re
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from actions.enums import LetterKind
from actions.models import Actor, Invitation, Letter, UnsavedText, User
from actions.openid import calls, metadata
from actions.openid.flow import Identity
from actions.refusals import Refused
from actions.services import accounts, links, members
from napmonitor import providers as reading
from tests import issuer as issuers
from tests.conftest import add_second_factor, totp_code
from tests.issuer import CLIENT, SECRET, Issuer
from tests.signing_in import enter
from tests.test_parallel import together

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

DOOR = "/en/account/sign-in/"
THERE = f"{DOOR}with/gov/"
BACK = "/account/back/gov/"
SECOND = f"{DOOR}second/"
CONFIRM = "/en/account/confirm/with/gov/"
LINK = "/en/account/links/gov/"
REMOVE = f"{LINK}remove/"
PROFILE = "/en/desk/profile/"
MEMBERS = "/en/secretariat/members/"
FACTORS = "/en/account/second-factor/"
INVITED_ONLY = "Only invited people can sign in."


@pytest.fixture
def issuer():
    """A provider that tells the truth until it is told to lie."""
    calls.resting.clear()
    metadata.forget()
    made = Issuer()
    yield made
    made.close()


@pytest.fixture
def provide(issuer, settings):
    """A setter of the providers: one by default, trusted for example.org."""

    def give(*rows: dict[str, Any], **more: Any) -> None:
        first = {
            "id": "gov", "name": "Gov ID", "issuer": issuer.address, "client_id": CLIENT,
            "secret": SECRET, "trusted_domains": ["example.org"],
            "second_factor_acr": ["level-2"], "second_factor_amr": ["mfa"],
        }  # fmt: skip
        given = [first | more, *({**first, **row} for row in rows)]
        settings.OPENID_PROVIDERS = [reading.provider(row, may_be_insecure=True) for row in given]

    give()
    return give


@pytest.fixture
def person(make_member, provide) -> User:
    """A member without a password."""
    user = make_member(email="person@example.org")
    user.set_unusable_password()
    user.save()
    return user


def leave(client: Client, path: str = THERE, **given: str) -> str:
    """Let somebody be led to the provider; return the address that the page leads to."""
    page = client.post(path, given)
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    assert found is not None, page.content.decode()
    return html.unescape(found[1])


def come(client: Client, issuer: Issuer, path: str = THERE, given: Any = (), **claims: Any) -> Any:
    """Go to the provider and back."""
    issuer.claims = claims
    return client.get(BACK, issuer.let_in(leave(client, path, **dict(given))))


def by(user: User | str, **more: Any) -> dict[str, Any]:
    """Return what a provider states of somebody."""
    email = user.email if isinstance(user, User) else user
    return {"email": email, "email_verified": True, **more}


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def said(response: Any) -> str:
    """Return the words of a page."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return html.unescape(re.sub(r"\s+", " ", words))


# --- In -----------------------------------------------------------------------------


def test_somebody_signs_in_by_a_provider_that_is_trusted_for_their_address(
    client, issuer, person
) -> None:
    assert "Sign in with Gov ID" in said(client.get(DOOR))
    response = come(client, issuer, **by(person))
    assert (response.status_code, response["Location"]) == (302, "/en/desk/")
    assert client.get(PROFILE).status_code == 200
    link = SocialAccount.objects.get()
    assert (link.user, link.provider, link.extra_data) == (person, "gov", {})
    assert "person-1" not in str(SocialAccount.objects.values())
    letter = Letter.objects.get()
    assert (letter.kind, letter.user) == (LetterKind.SIGN_IN, person)
    assert "Gov ID" in letter.facts["text"]


def test_the_second_time_the_link_decides_and_no_letter_is_written(client, issuer, person) -> None:
    come(client, issuer, **by(person))
    other = Client()
    assert come(other, issuer, email=None)["Location"] == "/en/desk/"
    assert (SocialAccount.objects.count(), Letter.objects.count()) == (1, 1)


def test_a_request_says_all_that_a_provider_must_know(client, issuer, person) -> None:
    issuer.let_in(leave(client))
    asked = dict(issuer.asked)
    assert len(asked.pop("state")) >= 32
    assert len(asked.pop("nonce")) >= 32
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code", "client_id": CLIENT, "scope": "openid email",
        "redirect_uri": "http://testserver/account/back/gov/", "code_challenge_method": "S256",
        "ui_locales": "en", "max_age": "43200",
    }  # fmt: skip


def test_one_is_led_back_to_where_one_came_from_in_ones_language(client, issuer, person) -> None:
    given = {"next": "/nl/desk/profile/"}
    issuer.claims = by(person)
    sent = issuer.let_in(leave(client, "/nl/account/sign-in/with/gov/", **given))
    assert issuer.asked["ui_locales"] == "nl"
    assert client.get(BACK, sent)["Location"] == "/nl/desk/profile/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_nobody_is_led_to_another_site(client, issuer, person, target) -> None:
    assert come(client, issuer, given={"next": target}, **by(person))["Location"] == "/en/desk/"


def test_no_page_is_opened_by_a_mere_link(client, provide) -> None:
    assert client.get(THERE).status_code == 405
    assert not Session.objects.exists()


def test_nobody_gets_in_by_a_form_of_another_site(provide) -> None:
    assert Client(enforce_csrf_checks=True).post(THERE).status_code == 403


def test_the_pages_need_no_other_host_in_their_rules(client, issuer, person) -> None:
    page = client.post(THERE)
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert issuer.address not in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_the_pages_are_pages_of_the_site(client, issuer, person, language) -> None:
    for page in (
        client.post(f"/{language}/account/sign-in/with/gov/"),
        come(client, issuer, f"/{language}/account/sign-in/with/gov/", **by("who@example.org")),
    ):
        content = page.content.decode()
        assert f'<html lang="{language}">' in content
        assert 'href="/fr/account/sign-in/"' in content or language == "fr"
        assert "state=" not in re.sub(r"http-equiv.*|class=\"button\" href.*", "", content)
        assert content.count("<h1") == 1
        assert '<main id="main"' in content
        assert "style=" not in content


def test_a_shared_computer_is_asked_anew_and_forgets_with_the_browser(
    client, issuer, person
) -> None:
    come(client, issuer, given={"shared_computer": "on"}, **by(person))
    assert (issuer.asked["prompt"], issuer.asked["max_age"]) == ("login", "0")
    assert client.session.get_expire_at_browser_close()


def test_the_address_may_come_when_the_provider_is_asked_who_it_is(client, issuer, person) -> None:
    issuer.told = by(person, sub="person-1")
    come(client, issuer)
    assert is_in(client)


def test_what_a_provider_tells_when_asked_may_be_signed(client, issuer, person) -> None:
    told = by(person, sub="person-1", iss=issuer.address, aud=CLIENT)
    issuer.told = issuer.by_key(told)
    come(client, issuer)
    assert is_in(client)


def test_a_provider_that_takes_the_secret_in_the_form_gets_it_there(client, issuer, person) -> None:
    issuer.about = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    come(client, issuer, **by(person))
    assert is_in(client)


def test_a_new_key_of_a_provider_is_found(client, issuer, person) -> None:
    come(client, issuer, **by(person))
    issuer.keys = {"second": issuers.OTHER_KEY}
    issuer.sign = lambda claims: jwt.encode(
        claims, issuers.OTHER_KEY, algorithm="RS256", headers={"kid": "second"}
    )
    other = Client()
    come(other, issuer, **by(person))
    assert is_in(other)


# --- Who does not get in ------------------------------------------------------------


def test_who_was_not_invited_is_told_so_and_nobody_registers(client, issuer, person) -> None:
    response = come(client, issuer, **by("nobody@example.org"))
    assert response.status_code == 403
    assert INVITED_ONLY in said(response)
    assert not is_in(client)
    assert (
        User.objects.filter(email="nobody@example.org").exists(),
        SocialAccount.objects.count(),
    ) == (False, 0)


def test_who_never_accepted_an_invitation_has_no_account(client, issuer, office, person) -> None:
    members.invite(
        "new@example.org", actor=Actor.objects.get(slug="fps-justice"), role="contributor",
        language="nl", by=office, now=timezone.now(),
    )  # fmt: skip
    response = come(client, issuer, **by("new@example.org"))
    assert "open the link in it first" in said(response)
    assert Invitation.objects.get().used_at is None


@pytest.mark.parametrize(
    "more", [{"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}]
)
def test_an_address_that_is_not_verified_says_nothing_of_an_account(issuer, person, more) -> None:
    pages = []
    for email in (person.email, "nobody@example.org"):
        response = come(Client(), issuer, **by(email, **more))
        pages.append((response.status_code, said(response)))
    assert pages[0] == pages[1]
    assert "did not tell us a verified e-mail address" in pages[0][1]
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "{}@minister.example",
        "{}@sub.example.org",
        "{}@example.org.evil.example",
        "{}@evilexample.org",
        "{}@example.orɢ",
        "{}@example.org@evil.example",
    ],
)
def test_an_address_of_another_domain_says_nothing_of_an_account(
    issuer, provide, make_member, address
) -> None:
    pages = []
    for name in ("person", "nobody"):
        email = address.format(name)
        if name == "person":
            User.objects.bulk_create([User(email=email)])
        response = come(Client(), issuer, sub=name, **by(email))
        pages.append((response.status_code, said(response)))
    assert pages[0] == pages[1]
    assert pages[0][0] == 403
    assert not SocialAccount.objects.exists()


def test_a_provider_signs_in_nobody_of_a_domain_that_another_one_is_trusted_for(
    client, issuer, provide, make_member
) -> None:
    other = make_member(email="head@minister.example")
    provide({"id": "other", "trusted_domains": ["minister.example"]})
    response = come(client, issuer, **by(other))
    assert "You cannot sign in with Gov ID under your e-mail address." in said(response)
    assert not is_in(client)


def test_case_counts_for_nothing_but_letters_that_look_alike_do(client, issuer, person) -> None:
    come(client, issuer, **by("Person@EXAMPLE.org"))
    assert is_in(client)
    lookalikes = ("perſon@example.org", "pеrson@example.org", "person\u200b@example.org")
    for number, email in enumerate(lookalikes):
        other = Client()
        assert come(other, issuer, sub=f"other-{number}", **by(email)).status_code == 403
        assert not is_in(other)


def test_a_domain_with_accents_is_the_same_however_it_is_written(
    client, issuer, provide, make_member
) -> None:
    user = make_member(email="person@exämple.org")
    provide(trusted_domains=["EXÄMPLE.org"])
    come(client, issuer, **by("person@xn--exmple-cua.org"))
    assert SocialAccount.objects.get().user == user
    other = make_member("coordinator", email="person@strasse.example")
    provide(trusted_domains=["strasse.example"])
    assert come(Client(), issuer, sub="2", **by("person@straße.example")).status_code == 403
    assert not SocialAccount.objects.filter(user=other).exists()


def test_two_providers_may_call_two_people_the_same(issuer, provide, make_member) -> None:
    first, second = make_member(email="one@example.org"), make_member(email="two@other.example")
    provide({"id": "other", "trusted_domains": ["other.example"]})
    one, two = Client(), Client()
    come(one, issuer, **by(first))
    issuer.claims = by(second)
    two.get("/account/back/other/", issuer.let_in(leave(two, f"{DOOR}with/other/")))
    found = [int(client.session["_auth_user_id"]) for client in (one, two)]
    assert found == [first.pk, second.pk]


def test_another_issuer_under_the_same_id_knows_nobody(issuer, provide, person) -> None:
    come(Client(), issuer, **by(person))
    issuer.about = {"issuer": "http://127.0.0.1:1"}
    metadata.forget()
    provide(issuer=f"{issuer.address}")
    response = Client().post(THERE)
    assert response.status_code == 403


def test_a_second_identity_with_the_same_address_is_not_linked(issuer, person) -> None:
    come(Client(), issuer, **by(person))
    client = Client()
    response = come(client, issuer, sub="successor", **by(person))
    assert response.status_code == 409
    assert "already linked to another identity" in said(response)
    assert not is_in(client)


def test_who_is_deactivated_or_a_sample_account_does_not_get_in(
    issuer, office, person, make_member, sign_in
) -> None:
    come(Client(), issuer, **by(person))
    accounts.deactivate(person, by=office, now=timezone.now())
    assert not SocialAccount.objects.exists()
    sample = make_member("coordinator", email="sample@example.org", is_sample=True)
    for number, user in enumerate((person, sample)):
        client = Client()
        response = come(client, issuer, sub=f"{number}", **by(user))
        assert response["Location"] == "/en/account/sign-in/refused/"
        assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_a_deactivated_account_that_is_reactivated_is_linked_anew(issuer, office, person) -> None:
    come(Client(), issuer, **by(person))
    accounts.deactivate(person, by=office, now=timezone.now())
    accounts.reactivate(person, by=office, now=timezone.now())
    client = Client()
    assert come(client, issuer, email=None).status_code == 403  # the link is gone
    come(client, issuer, **by(person))
    assert is_in(client)


def test_an_erased_person_leaves_no_link(issuer, office, person) -> None:
    come(Client(), issuer, **by(person))
    accounts.erase(person, by=office, now=timezone.now())
    assert not SocialAccount.objects.exists()
    assert come(Client(), issuer, **by("person@example.org")).status_code == 403


def test_a_provider_that_is_trusted_no_more_signs_nobody_in(issuer, provide, person) -> None:
    come(Client(), issuer, **by(person))
    provide(trusted_domains=["other.example"])
    client = Client()
    assert come(client, issuer, **by(person)).status_code == 403
    assert not is_in(client)
    page = said(enter(Client(), person).get(PROFILE))
    assert "You cannot sign in with it at the moment." in page


def test_too_many_tries_from_one_place_are_stopped(client, issuer, person) -> None:
    for _turn in range(20):
        client.post(THERE)
    response = client.post(THERE)
    assert response.status_code == 429
    assert "Too many requests" in said(response)


# --- Lies ---------------------------------------------------------------------------


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none")


def by_public_key(claims: dict[str, Any]) -> str:
    """Sign with the public key, as if it were a secret that both know."""
    import base64  # noqa: PLC0415
    import hashlib  # noqa: PLC0415
    import hmac  # noqa: PLC0415
    import json  # noqa: PLC0415

    def packed(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    header = {"alg": "HS256", "kid": "first", "typ": "JWT"}
    text = ".".join(packed(json.dumps(part).encode()) for part in (header, claims))
    made = hmac.new(issuers.public_text(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{packed(made)}"


def by_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, SECRET.ljust(32, "x"), algorithm="HS256", headers={"kid": "first"})


def by_other_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, issuers.OTHER_KEY, algorithm="RS256", headers={"kid": "first"})


@pytest.mark.parametrize(
    "sign",
    [unsigned, by_public_key, by_secret, by_other_key, lambda _claims: "x.y.z", lambda _claims: ""],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(client, issuer, person, sign) -> None:
    issuer.sign = sign
    response = come(client, issuer, **by(person))
    assert response.status_code == 403
    assert "The answer from Gov ID cannot be accepted." in said(response)
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another"}, {"aud": None},
        {"aud": [CLIENT, "another"]}, {"azp": "another"}, {"exp": 1}, {"exp": None},
        {"iat": int(time.time()) + 3600}, {"nonce": "another"}, {"nonce": None}, {"nonce": 7},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256},
    ],
)  # fmt: skip
def test_a_token_that_speaks_of_something_else_is_refused(client, issuer, person, claims) -> None:
    response = come(client, issuer, **by(person), **claims)
    assert (response.status_code, is_in(client)) == (403, False)


def test_a_key_of_which_the_provider_knows_nothing_is_refused(client, issuer, person) -> None:
    issuer.header = {"kid": "unknown"}
    assert come(client, issuer, **by(person)).status_code == 403


def test_who_it_is_may_not_be_told_of_somebody_else(client, issuer, person) -> None:
    issuer.told = by(person, sub="another")
    assert come(client, issuer).status_code == 403
    issuer.told = by_other_key(by(person, sub="person-1", iss=issuer.address, aud=CLIENT))
    assert come(client, issuer).status_code == 403
    assert not is_in(client)


def test_an_answer_of_another_issuer_is_refused(client, issuer, person) -> None:
    issuer.claims = by(person)
    sent = issuer.let_in(leave(client))
    assert client.get(BACK, sent | {"iss": "https://evil.example"}).status_code == 403
    assert not is_in(client)
    sent = issuer.let_in(leave(client))
    client.get(BACK, sent | {"iss": issuer.address})
    assert is_in(client)


# --- State --------------------------------------------------------------------------


def test_an_answer_counts_once(issuer, person) -> None:
    client = Client()
    issuer.claims = by(person)
    sent = issuer.let_in(leave(client))
    client.get(BACK, sent)
    client.post("/en/account/sign-out/")
    issuer.codes["code"] = issuer.asked
    response = client.get(BACK, sent)
    assert response.status_code == 400
    assert "Start again." in said(response)
    assert not is_in(client)


def test_a_page_that_is_loaded_again_leads_on(issuer, person) -> None:
    client = Client()
    issuer.claims = by(person)
    sent = issuer.let_in(leave(client))
    client.get(BACK, sent)
    assert client.get(BACK, sent)["Location"] == "/en/desk/"


def test_an_answer_counts_in_the_session_that_asked_for_it_alone(issuer, person) -> None:
    issuer.claims = by(person)
    sent = issuer.let_in(leave(Client()))
    victim = Client()
    assert victim.get(BACK, sent).status_code == 400
    assert not is_in(victim)


def test_an_answer_of_one_provider_counts_for_no_other(client, issuer, provide, person) -> None:
    provide({"id": "other", "trusted_domains": ["example.org"]})
    issuer.claims = by(person)
    sent = issuer.let_in(leave(client))
    assert client.get("/account/back/other/", sent).status_code == 400
    assert not is_in(client)


def test_an_answer_that_comes_too_late_counts_for_nothing(
    client, issuer, person, time_machine
) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    issuer.claims = by(person)
    sent = issuer.let_in(leave(client))
    time_machine.move_to(start + timedelta(minutes=10, seconds=1), tick=False)
    assert client.get(BACK, sent).status_code == 400


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"error": "access_denied"}, 403, "You stopped at Gov ID, or were not let in there."),
        ({"error": "server_error"}, 403, "cannot be accepted"),
        ({}, 403, "cannot be accepted"),
        ({"code": "unknown"}, 403, "cannot be accepted"),
    ],
)
def test_what_the_provider_refuses_is_told_in_plain_words(
    client, issuer, person, sent, status, words
) -> None:
    state = issuer.let_in(leave(client))["state"]
    response = client.get(BACK, sent | {"state": state})
    assert (response.status_code, words in said(response)) == (status, True)


@pytest.mark.parametrize(
    "query", ["", "?state=", "?state=x&code=y", "?state=x&state=y", "?state=%00"]
)
def test_an_answer_that_nobody_asked_for_is_told_in_plain_words(client, provide, query) -> None:
    assert client.get(f"{BACK}{query}").status_code == 400


# --- A provider that is down --------------------------------------------------------


def test_a_provider_that_is_down_is_told_and_left_alone_for_a_while(client, issuer, person) -> None:
    issuer.status = 503
    assert client.post(THERE).status_code == 503
    asked = len(issuer.calls)
    issuer.close()
    calls.resting.clear()
    for _turn in range(3):
        response = client.post(THERE)
        assert response.status_code == 503
        assert "There is no answer from Gov ID at the moment." in said(response)
    assert len(issuer.calls) == asked
    assert client.get(DOOR).status_code == 200


def test_nobody_waits_long_for_a_provider(client, issuer, person, monkeypatch) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.3)
    monkeypatch.setattr(calls.Budget.__init__, "__defaults__", (0.3,))
    issuer.delay = 2
    start = time.monotonic()
    assert client.post(THERE).status_code == 503
    assert time.monotonic() - start < 1


def test_a_provider_that_says_too_much_is_not_read_to_the_end(client, issuer, person) -> None:
    issuer.about = {"more": "x" * 600_000}
    assert client.post(THERE).status_code == 403


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example"}, {"token_endpoint": "ftp://evil.example"},
        {"jwks_uri": None}, {"authorization_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": 7},
    ],
)  # fmt: skip
def test_a_provider_that_describes_itself_otherwise_is_not_used(
    client, issuer, person, about
) -> None:
    issuer.about = about
    assert client.post(THERE).status_code == 403


def test_the_log_holds_no_secret(client, issuer, person, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    come(client, issuer, **by(person))
    issuer.sign = unsigned
    come(Client(), issuer, **by(person))
    Client().get(BACK, {"state": "x", "code": "secret-code"})
    lines = "\n".join(
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    )
    hidden = [SECRET, "a%20secret", "access_token", "secret-code", person.email, "eyJ", "code="]
    assert [one for one in hidden if one in lines] == []
    assert "provider gov signed in a way that is not accepted" in lines
    assert f"user {person.pk} linked provider gov" in lines


# --- The second factor --------------------------------------------------------------


def test_an_account_with_a_second_factor_is_linked_once_it_was_shown(
    client, issuer, provide, office
) -> None:
    secret = add_second_factor(office)
    response = come(client, issuer, **by(office, acr="level-2"))
    assert response["Location"] == SECOND  # whatever the provider vouches for
    assert not is_in(client)
    assert not SocialAccount.objects.exists()
    assert client.post(SECOND, {"code": totp_code(secret)})["Location"] == "/en/desk/"
    assert SocialAccount.objects.get().user == office
    assert client.get(MEMBERS).status_code == 200


def test_who_stops_before_the_second_factor_is_not_linked(issuer, provide, office) -> None:
    client = Client()
    come(client, issuer, **by(office))
    client.post("/en/account/sign-out/")
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "vouched", [{"acr": "level-2"}, {"amr": ["pwd", "mfa"]}, {"acr": "level-1", "amr": ["mfa"]}]
)
def test_the_factor_is_left_to_a_provider_that_vouches_for_it(
    issuer, provide, office, vouched
) -> None:
    secret = add_second_factor(office)
    first = Client()
    come(first, issuer, **by(office))
    first.post(SECOND, {"code": totp_code(secret)})
    client = Client()
    assert come(client, issuer, **by(office), **vouched)["Location"] == "/en/desk/"
    assert client.get(MEMBERS).status_code == 200
    assert client.get(f"{FACTORS}app/remove/").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {}, {"acr": "level-1"}, {"acr": ["level-2"]}, {"amr": "mfa"}, {"amr": ["pwd", ["mfa"]]},
        {"acr": "level-2", "auth_time": None}, {"acr": "LEVEL-2"}, {"amr": {"mfa": 1}},
        {"acr": "level-2", "auth_time": "now"}, {"acr": "level-2", "auth_time": True},
    ],
)  # fmt: skip
def test_ours_is_asked_where_the_provider_does_not_vouch(issuer, provide, office, claims) -> None:
    secret = add_second_factor(office)
    first = Client()
    come(first, issuer, **by(office))
    first.post(SECOND, {"code": totp_code(secret)})
    assert SocialAccount.objects.count() == 1
    client = Client()
    assert come(client, issuer, **by(office), **claims)["Location"] == SECOND
    assert not is_in(client)


def test_the_secretariat_without_a_factor_of_its_own_goes_on_with_the_providers(
    issuer, provide, office
) -> None:
    Authenticator.objects.all().delete()
    client = Client()
    come(client, issuer, **by(office))
    assert client.get(MEMBERS)["Location"] == FACTORS
    vouched = Client()
    come(vouched, issuer, **by(office, acr="level-2"))
    assert vouched.get(MEMBERS).status_code == 200
    assert "You show it at Gov ID." in said(vouched.get(PROFILE))


def only_at_the_provider(issuer: Issuer, office: User) -> Client:
    """Return a browser of somebody whose factor a provider alone keeps."""
    Authenticator.objects.all().delete()
    client = Client()
    come(client, issuer, **by(office, acr="level-2"))
    return client


def test_whose_factor_a_provider_keeps_gets_no_right_by_a_mailed_code(
    issuer, provide, office
) -> None:
    only_at_the_provider(issuer, office)
    client = enter(Client(), office, with_factor=False)
    for path in (MEMBERS, f"{FACTORS}app/", f"{FACTORS}passkeys/add/"):
        assert client.get(path)["Location"].partition("?")[0] == CONFIRM, path
    for way in ("mail", "password", "code", "passkey"):
        response = client.get(f"/en/account/confirm/{way}/")
        assert response["Location"] == CONFIRM, way
    come(client, issuer, f"{CONFIRM}?next={MEMBERS}", **by(office))  # vouches for nothing
    assert client.get(MEMBERS)["Location"].startswith(CONFIRM)
    response = come(client, issuer, f"{CONFIRM}?next={MEMBERS}", acr="level-2")
    assert response["Location"] == MEMBERS
    assert client.get(MEMBERS).status_code == 200


def test_the_word_of_a_provider_counts_no_more_once_it_is_not_trusted(
    issuer, provide, office
) -> None:
    client = only_at_the_provider(issuer, office)
    provide(trusted_domains=["other.example"])
    assert client.get(MEMBERS)["Location"] == FACTORS
    provide(second_factor_acr=[], second_factor_amr=[])
    assert client.get(MEMBERS)["Location"] == FACTORS


def test_a_second_provider_goes_around_no_factor_that_the_first_one_keeps(
    issuer, provide, office
) -> None:
    only_at_the_provider(issuer, office)
    provide({"id": "other"})
    issuer.claims = by(office, acr="level-2", sub="another")
    client = Client()
    sent = issuer.let_in(leave(client, f"{DOOR}with/other/"))
    response = client.get("/account/back/other/", sent)
    assert response.status_code == 409
    assert "Your account has its second factor elsewhere." in said(response)
    assert not is_in(client)


# --- Who it is, lately --------------------------------------------------------------


@pytest.fixture
def later(time_machine):
    """Let some minutes pass."""
    start = timezone.now()
    time_machine.move_to(start, tick=False)

    def move(minutes: float) -> None:
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)

    return move


def test_who_has_only_the_provider_is_asked_there_once_more(issuer, provide, office, later) -> None:
    client = only_at_the_provider(issuer, office)
    later(16)
    given = {
        "email": "new@example.org", "actor": Actor.objects.get(slug="fps-justice").pk,
        "role": "contributor", "language": "nl",
    }  # fmt: skip
    asked = client.post(MEMBERS, given)["Location"]
    assert asked == f"{CONFIRM}?next=%2Fen%2Fsecretariat%2Fmembers%2F"
    page = client.get(asked)
    assert "Confirm with Gov ID" in said(page)
    response = come(client, issuer, asked, given={"next": MEMBERS}, acr="level-2")
    assert (issuer.asked["prompt"], issuer.asked["max_age"]) == ("login", "0")
    assert response["Location"] == MEMBERS
    assert Invitation.objects.get().email == "new@example.org"


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"acr": "level-1"}, "did not say that you used a second factor"),
        ({"acr": "level-2", "auth_time": 1}, "did not say that you have just proved who you are"),
        ({"acr": "level-2", "auth_time": None}, "did not say that you have just proved"),
        ({"acr": "level-2", "sub": "another"}, "not linked to the identity"),
    ],
)
def test_a_confirmation_that_proves_less_is_refused(
    issuer, provide, office, later, claims, words
) -> None:
    client = only_at_the_provider(issuer, office)
    later(16)
    response = come(client, issuer, CONFIRM, **claims)
    assert (response.status_code, words in said(response)) == (403, True)
    assert client.get(f"{FACTORS}app/")["Location"].startswith(CONFIRM)


def test_a_sign_in_that_the_provider_remembered_is_not_lately(issuer, person, later) -> None:
    client = Client()
    come(client, issuer, **by(person, auth_time=int(time.time()) - 3600))
    asked = client.get("/en/account/password/first/")["Location"]
    assert asked.startswith(CONFIRM)
    assert come(client, issuer, asked)["Location"] == "/en/account/password/first/"
    assert client.get("/en/account/password/first/").status_code == 200


def test_a_confirmation_in_another_session_counts_for_nothing(
    issuer, provide, office, make_member, later
) -> None:
    client = only_at_the_provider(issuer, office)
    later(16)
    issuer.claims = {"acr": "level-2"}
    sent = issuer.let_in(leave(client, CONFIRM))
    stranger = enter(Client(), make_member())
    before = dict(stranger.session)
    assert stranger.get(BACK, sent)["Location"] == "/en/desk/"
    assert dict(stranger.session) == before


def test_a_confirmation_needs_the_person_who_asked_for_it(
    issuer, provide, office, make_member, later
) -> None:
    client = only_at_the_provider(issuer, office)
    later(16)
    sent = issuer.let_in(leave(client, CONFIRM))
    states = client.session["socialaccount_states"]
    enter(client, make_member())
    session = client.session
    session["socialaccount_states"] = states
    session.save()
    assert client.get(BACK, sent).status_code == 400


# --- On one's own page --------------------------------------------------------------


def test_somebody_links_their_account_on_their_own_page(issuer, person) -> None:
    client, other = enter(Client(), person), enter(Client(), person)
    assert "Not linked." in said(client.get(PROFILE))
    assert client.get(LINK).status_code == 200
    response = come(client, issuer, LINK, **by(person))
    assert response["Location"] == PROFILE
    assert issuer.asked["prompt"] == "login"
    page = said(client.get(PROFILE))
    assert "Your account is linked: you can sign in with Gov ID." in page
    assert "linked on" in page
    assert other.get(PROFILE).status_code == 302
    assert Letter.objects.get().user == person


def test_a_provider_that_states_no_address_is_linked_on_ones_own_page_alone(issuer, person) -> None:
    assert come(Client(), issuer).status_code == 403
    come(enter(Client(), person), issuer, LINK)
    client = Client()
    come(client, issuer)
    assert is_in(client)


@pytest.mark.parametrize(
    "stated", [by("other@example.org"), by("person@example.org", email_verified=False)]
)
def test_an_identity_with_another_address_is_not_linked(issuer, person, stated) -> None:
    client = enter(Client(), person)
    assert come(client, issuer, LINK, **stated).status_code == 409
    assert not SocialAccount.objects.exists()


def test_an_identity_of_somebody_else_is_not_linked(issuer, person, make_member) -> None:
    come(Client(), issuer, **by(person))
    other = enter(Client(), make_member("coordinator"))
    response = come(other, issuer, LINK)
    assert response.status_code == 409
    assert "linked to another account" in said(response)
    assert SocialAccount.objects.get().user == person


def test_linking_asks_who_it_is_where_that_was_long_ago(issuer, person, later) -> None:
    client = Client()
    come(client, issuer, **by(person))
    later(16)
    assert client.get(REMOVE)["Location"].startswith(CONFIRM)
    assert client.post(REMOVE)["Location"].startswith(CONFIRM)
    assert SocialAccount.objects.exists()


def test_an_account_is_linked_to_no_provider_without_trust(issuer, provide, person) -> None:
    provide(trusted_domains=["other.example"])
    client = enter(Client(), person)
    assert "Gov ID" not in said(client.get(PROFILE))
    assert client.post(LINK)["Location"] == PROFILE
    assert issuer.calls == []


def test_a_link_is_removed_and_does_not_come_back_by_itself(issuer, person) -> None:
    client, other = Client(), Client()
    User.objects.filter(pk=person.pk).update(language="en")
    come(client, issuer, **by(person))
    come(other, issuer, **by(person))
    assert client.get(REMOVE).status_code == 200
    assert client.post(REMOVE)["Location"] == PROFILE
    assert "Not linked." in said(client.get(PROFILE))
    assert other.get(PROFILE).status_code == 302
    assert "can no longer sign in" in Letter.objects.latest("pk").facts["text"]
    stranger = Client()
    response = come(stranger, issuer, **by(person))
    assert response.status_code == 409
    assert "The link with your account was removed." in said(response)
    assert not is_in(stranger)
    assert client.get(REMOVE).status_code == 404
    come(client, issuer, LINK, **by(person))
    come(stranger, issuer, **by(person))
    assert is_in(stranger)


def test_nobody_removes_the_only_second_factor_that_their_role_asks_for(
    issuer, provide, office
) -> None:
    client = only_at_the_provider(issuer, office)
    page = said(client.post(REMOVE, follow=True))
    assert "It is your only second factor" in page
    assert client.get(MEMBERS).status_code == 200
    add_second_factor(office)
    assert client.post(REMOVE)["Location"] == PROFILE
    assert client.get(MEMBERS)["Location"].startswith("/en/account/confirm/code/")


def test_a_link_to_a_provider_that_is_gone_can_be_removed(issuer, provide, person) -> None:
    come(Client(), issuer, **by(person))
    provide(id="new")
    client = enter(Client(), person)
    assert "gov" in said(client.get(PROFILE))
    client.post(REMOVE)
    assert not SocialAccount.objects.exclude(uid__startswith="parted:").exists()


def test_one_page_asks_no_more_of_the_database_for_more_links(
    issuer, provide, person, django_assert_num_queries
) -> None:
    client = enter(Client(), person)
    client.get(PROFILE)
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as one:
        client.get(PROFILE)
    provide(*({"id": f"p{number}"} for number in range(30)))
    for number in range(30):
        SocialAccount.objects.create(user=person, provider=f"p{number}", uid=str(number))
    with CaptureQueriesContext(connection) as thirty:
        client.get(PROFILE)
    assert len(thirty) == len(one)


# --- A text that is carried on ------------------------------------------------------


def carried(person: User) -> dict[str, str]:
    """Return what the sign-in page carries of the profile form of somebody without a session."""
    page = enter(Client(), person).get(PROFILE).content.decode()
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark is not None
    sent = {"name": "A name typed at length", "language": "nl", "mark": html.unescape(mark[1])}
    answer = Client().post(PROFILE, sent)
    assert answer.status_code == 401
    kept = re.search(r'name="kept" value="([^"]+)"', answer.content.decode())
    assert kept is not None
    return {"kept": html.unescape(kept[1])}


def test_a_text_goes_along_by_the_provider_and_back_into_its_form(client, issuer, person) -> None:
    response = come(client, issuer, given=carried(person), **by(person))
    assert response.status_code == 200
    assert 'value="A name typed at length"' in response.content.decode()
    assert is_in(client)
    assert "provider_texts" not in client.session or client.session["provider_texts"] == {}
    # On the server now, until it is saved.
    kept = dict(UnsavedText.objects.get().content)
    assert kept["name"] == "A name typed at length"


def test_a_text_goes_along_through_the_second_factor(client, issuer, provide, office) -> None:
    secret = add_second_factor(office)
    page = come(client, issuer, given=carried(office), **by(office))
    kept = re.search(r'name="kept" value="([^"]+)"', page.content.decode())
    assert kept is not None
    sent = {"code": totp_code(secret), "kept": html.unescape(kept[1])}
    assert 'value="A name typed at length"' in client.post(SECOND, sent).content.decode()


@pytest.mark.parametrize("refusal", [{"error": "access_denied"}, {"code": "unknown"}])
def test_a_text_is_still_there_where_the_provider_lets_nobody_in(
    client, issuer, person, refusal
) -> None:
    state = issuer.let_in(leave(client, **carried(person)))["state"]
    page = client.get(BACK, refusal | {"state": state}).content.decode()
    assert "A name typed at length" in page
    assert page.count('name="kept"') >= 2


def test_a_text_is_still_there_where_it_took_too_long(client, issuer, person, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    sent = issuer.let_in(leave(client, **carried(person)))
    time_machine.move_to(start + timedelta(minutes=30), tick=False)
    response = client.get(BACK, sent)
    assert response.status_code == 400
    assert "A name typed at length" in response.content.decode()


def test_a_text_is_still_there_where_the_provider_is_down(client, issuer, person) -> None:
    issuer.status = 503
    page = client.post(THERE, carried(person))
    assert page.status_code == 503
    assert "A name typed at length" in page.content.decode()


def test_a_text_without_our_mark_fills_no_table_and_the_page_stays_open(
    client, issuer, person
) -> None:
    kept = '["forged", [["name", "Zqforged text of a stranger"]]]'
    page = client.post(THERE, {"kept": kept})
    assert 'http-equiv="refresh"' not in page.content.decode()
    assert 'target="_blank"' in page.content.decode()
    assert "Zqforged text of a stranger" in page.content.decode()
    assert "Zqforged" not in str(dict(client.session))


# --- Without a provider -------------------------------------------------------------


@pytest.mark.parametrize("path", [THERE, BACK, CONFIRM, LINK, REMOVE])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_provider_there_is_no_such_page(client, make_member, path, method) -> None:
    assert getattr(client, method)(path).status_code == 404
    assert getattr(enter(Client(), make_member()), method)(path).status_code == 404


def test_without_a_provider_nothing_shows(client, make_member) -> None:
    assert "with/" not in client.get(DOOR).content.decode()
    assert "links/" not in enter(Client(), make_member()).get(PROFILE).content.decode()


def test_the_page_on_privacy_says_what_is_kept_where_there_are_providers(client, settings) -> None:
    words = "sign in on another site of the public sector"
    assert words not in said(client.get("/en/privacy/"))
    settings.OPENID_NAMES = ["Gov ID"]
    assert words in said(client.get("/en/privacy/"))


def test_the_administration_shows_no_links(secretariat_client) -> None:
    assert secretariat_client.get("/admin/socialaccount/").status_code == 404


# --- Two at once --------------------------------------------------------------------


def identity(key: str, email: str) -> Identity:
    """Return who somebody is at the provider."""
    return Identity("gov", key, email, states_email=True, proved_at=1.0, has_second_factor=False)


def linked(user: User, who: Identity) -> bool:
    """Link an account; tell whether that was refused."""
    try:
        links.link(user, who, by=user, now=timezone.now())
    except Refused:
        return False
    return True


def test_of_two_identities_that_are_linked_at_once_one_is(apart, provide, make_member) -> None:
    user = make_member(email="person@example.org")
    works = [
        lambda key=key: linked(user, identity(key, user.email)) for key in ("one", "two", "three")
    ]
    assert sorted(together(*works)) == [False, False, True]
    assert SocialAccount.objects.filter(user=user).count() == 1


def test_the_same_link_made_many_times_at_once_is_one_and_one_letter(
    apart, provide, make_member
) -> None:
    user = make_member(email="person@example.org")
    assert together(*[lambda: linked(user, identity("one", user.email))] * 6) == [True] * 6
    assert SocialAccount.objects.count() == 1
    assert Letter.objects.count() == 1
