"""What a session has proved: the second factor, and lately who sits before it."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import DatabaseError, OperationalError
from django.test import Client
from django.utils import timezone

from actions.enums import MemberRole
from actions.models import Actor, Guesses, Invitation, Letter, Membership, User
from actions.services import guesses
from tests.conftest import add_second_factor, totp_code
from tests.signing_in import enter
from tests.test_parallel import together

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

DOOR = "/en/account/sign-in/"
MEMBERS = "/en/secretariat/members/"
FACTORS = "/en/account/second-factor/"
BY_MAIL = "/en/account/confirm/mail/"
BY_APP = "/en/account/confirm/code/"
FIRST = "/en/account/password/first/"
CHANGE = "/en/account/password/"
OLD, NEW = "a long enough password", "quite another long one"


@pytest.fixture
def later(time_machine):
    """Let some minutes pass."""
    start = timezone.now()
    time_machine.move_to(start, tick=False)

    def move(minutes: float) -> None:
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)

    return move


def by_code(user: User) -> Client:
    """Sign somebody in by code, as a browser does."""
    client = Client()
    client.post(DOOR, {"email": user.email})
    client.post(f"{DOOR}code/", {"code": newest_code()})
    return client


def newest_code() -> str:
    return Letter.objects.filter(kind="sign_in", facts__has_key="code").latest("pk").facts["code"]


def is_in(client: Client) -> bool:
    return client.get("/en/desk/profile/").status_code == 200


# --- The second factor --------------------------------------------------------------


@pytest.mark.parametrize("path", [MEMBERS, "/en/desk/", "/admin/"])
def test_a_session_without_the_factor_opens_nothing_of_the_secretariat(office, path) -> None:
    secret = add_second_factor(office)
    User.objects.filter(pk=office.pk).update(is_staff=True, is_superuser=True)
    office.refresh_from_db()
    client = enter(Client(), office, with_factor=False)
    response = client.get(path, follow=True)
    leads_to, status = response.redirect_chain[-1]
    assert (leads_to.partition("?")[0], status) == (BY_APP, 302)
    assert "Confirm your identity" in response.content.decode()
    code = {"code": totp_code(secret), "next": path}
    assert client.post(leads_to, code)["Location"] == path
    assert client.get(path).status_code == 200


def test_a_session_gets_no_right_by_a_factor_that_the_account_gets_later(office) -> None:
    Authenticator.objects.all().delete()
    client = enter(Client(), office, with_factor=False)
    assert client.get(MEMBERS)["Location"] == FACTORS
    add_second_factor(office)
    assert client.get(MEMBERS)["Location"] == f"{BY_APP}?next=%2Fen%2Fsecretariat%2Fmembers%2F"
    given = {"email": "x@example.org", "actor": "1", "role": "secretariat", "language": "nl"}
    assert client.post(MEMBERS, given)["Location"].startswith(BY_APP)
    assert not Invitation.objects.exists()


def test_a_password_stands_for_no_factor(office) -> None:
    add_second_factor(office)
    client = enter(Client(), office, with_factor=False)
    for way in ("password", "mail"):
        response = client.post(f"/en/account/confirm/{way}/", {"password": OLD, "action": "send"})
        assert response["Location"] == BY_APP
    assert client.get(MEMBERS)["Location"].startswith(BY_APP)


def test_adding_a_factor_ends_all_other_sessions(office, make_member) -> None:
    Authenticator.objects.all().delete()
    mine, other, half = by_code(office), by_code(office), Client()
    half.post(DOOR, {"email": office.email})
    stranger = enter(Client(), make_member())
    mine.get(f"{FACTORS}app/")
    secret = mine.session["mfa.totp.secret"]
    mine.post(f"{FACTORS}app/", {"code": totp_code(secret)})
    assert mine.get(MEMBERS).status_code == 200
    assert other.get(MEMBERS)["Location"].startswith(DOOR)
    assert half.post(f"{DOOR}code/", {"code": newest_code()})["Location"] == DOOR
    assert is_in(stranger)


def test_removing_a_factor_ends_all_other_sessions(office) -> None:
    mine, other = enter(Client(), office), enter(Client(), office)
    mine.post(f"{FACTORS}app/remove/")
    assert mine.get(MEMBERS)["Location"] == FACTORS  # still signed in, and led to add one
    assert other.get(MEMBERS)["Location"].startswith(DOOR)


def test_making_new_recovery_codes_ends_all_other_sessions(office) -> None:
    mine, other = enter(Client(), office), enter(Client(), office)
    mine.post(f"{FACTORS}codes/new/")
    assert mine.get(MEMBERS).status_code == 200
    assert other.get(MEMBERS)["Location"].startswith(DOOR)


@pytest.mark.parametrize("had_one", [True, False])
def test_a_new_password_ends_all_other_sessions(make_member, had_one) -> None:
    user = make_member()
    if not had_one:
        user.set_unusable_password()
        user.save()
    mine, other, half = enter(Client(), user), enter(Client(), user), Client()
    half.post(DOOR, {"email": user.email})
    given = {"oldpassword": OLD, "password1": NEW, "password2": NEW}
    mine.post(CHANGE if had_one else FIRST, given)
    assert User.objects.get(pk=user.pk).check_password(NEW)
    assert (is_in(mine), is_in(other)) == (True, False)
    assert half.post(f"{DOOR}code/", {"code": newest_code()})["Location"] == DOOR
    assert Session.objects.filter(session_key=other.session.session_key).count() == 0


# --- Who it is, lately ----------------------------------------------------------------


@pytest.mark.parametrize("path", [FIRST, f"{FACTORS}app/", f"{FACTORS}passkeys/add/"])
def test_an_old_session_without_a_password_is_asked_for_a_mailed_code(
    make_member, later, path
) -> None:
    user = make_member()
    user.set_unusable_password()
    user.save()
    client = by_code(user)
    assert client.get(path).status_code == 200
    later(16)
    asked = client.get(path)["Location"]
    assert asked == f"{BY_MAIL}?next={path.replace('/', '%2F')}"
    page = client.get(asked).content.decode()
    assert f"We send a code to <strong>{user.email}</strong>" in page
    assert client.post(asked, {"action": "send", "next": path})["Location"] == asked
    page = client.get(asked).content.decode()
    assert f"We have just sent a code to <strong>{user.email}</strong>" in page
    wrong = client.post(asked, {"code": "WRONG", "next": path}).content.decode()
    assert "This code is not right." in wrong
    right = client.post(asked, {"code": newest_code().lower(), "next": path})
    assert right["Location"] == path
    assert client.get(path).status_code == 200
    later(40)
    assert client.get(path)["Location"] == asked


def test_an_old_session_sets_no_password_by_a_form_left_open(make_member, later) -> None:
    user = make_member()
    client = by_code(user)
    later(16)
    given = {"oldpassword": OLD, "password1": NEW, "password2": NEW}
    asked = client.post(CHANGE, given)["Location"]
    assert asked.startswith("/en/account/confirm/password/")
    assert NEW not in str(dict(client.session))
    assert User.objects.get(pk=user.pk).check_password(OLD)
    page = client.get(asked).content.decode()
    assert f'href="{BY_MAIL}?next=%2Fen%2Faccount%2Fpassword%2F"' in page
    assert client.post(asked, {"password": OLD, "next": CHANGE})["Location"] == CHANGE
    client.post(CHANGE, given)
    assert User.objects.get(pk=user.pk).check_password(NEW)


def test_a_mailed_code_is_judged_five_times(make_member, later) -> None:
    client = by_code(make_member())
    later(16)
    client.post(BY_MAIL, {"action": "send"})
    for _turn in range(5):
        assert client.post(BY_MAIL, {"code": "WRONG"}).status_code == 200
    response = client.post(BY_MAIL, {"code": newest_code()}, follow=True)
    assert "Too many attempts." in response.content.decode()
    assert client.get(CHANGE).status_code == 302


def test_mailed_codes_are_limited(make_member, later) -> None:
    client = by_code(make_member())
    later(16)
    before = Letter.objects.count()
    for _turn in range(3):
        client.post(BY_MAIL, {"action": "send"})
    html = client.post(BY_MAIL, {"action": "send"}, follow=True).content.decode()
    assert "Too many attempts." in html
    assert Letter.objects.count() == before + 3


def test_a_role_given_in_an_old_session_is_given_once_it_is_known_who_gives_it(
    office, later
) -> None:
    secret = add_second_factor(office)
    client = by_code(office)
    client.post(f"{DOOR}second/", {"code": totp_code(secret)})
    later(16)
    actor = Actor.objects.get(slug="fps-justice")
    given = {"email": "new@example.org", "actor": actor.pk, "role": "contributor", "language": "nl"}
    asked = client.post(f"{MEMBERS}?q=x", given)["Location"]
    assert asked == f"{BY_APP}?next=%2Fen%2Fsecretariat%2Fmembers%2F"
    assert not Invitation.objects.exists()
    response = client.post(asked, {"code": totp_code(secret), "next": MEMBERS})
    assert response["Location"] == MEMBERS
    assert Invitation.objects.get().email == "new@example.org"


def test_a_role_is_changed_and_handed_over_by_who_is_known_lately(make_member, later) -> None:
    own, other = make_member("coordinator"), make_member()
    client = by_code(own)
    later(16)
    path = f"/en/desk/members/{other.memberships.get().pk}/hand-over/"
    asked = client.post(path)["Location"]
    assert asked.startswith("/en/account/confirm/password/")
    assert other.memberships.get().role == MemberRole.CONTRIBUTOR
    client.post(asked, {"password": OLD, "next": path})
    assert Membership.objects.get(user=other).role == MemberRole.COORDINATOR


def test_who_lost_every_device_gets_in_by_a_recovery_code_and_nobody_is_shut_out(office) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: PLC0415

    add_second_factor(office)
    code = RecoveryCodes.activate(office).get_unused_codes()[0]
    client = enter(Client(), office, with_factor=False)
    assert client.post(BY_APP, {"code": code, "next": MEMBERS})["Location"] == MEMBERS
    client.post(f"{FACTORS}app/remove/")
    assert not Authenticator.objects.exists()
    assert client.get(MEMBERS)["Location"] == FACTORS
    assert client.get(f"{FACTORS}app/").status_code == 200


# --- Guesses ------------------------------------------------------------------------------


def test_of_forty_guesses_at_once_five_are_judged(apart) -> None:
    now = timezone.now()
    found = together(*[lambda: guesses.may_judge("key", now=now)] * 40)
    assert sorted(found) == [False] * 35 + [True] * 5
    assert Guesses.objects.get().number == 5


def test_a_code_to_sign_in_is_not_judged_a_sixth_time_by_a_request_that_ran_beside(
    client, make_member
) -> None:
    """Forty that come at once all read the session as it was before the first of them."""
    client.post(DOOR, {"email": make_member().email})
    before = dict(client.session)
    for _turn in range(5):
        client.post(f"{DOOR}code/", {"code": "WRONG"})
        session = client.session
        session.update(before)
        session.save()
    response = client.post(f"{DOOR}code/", {"code": newest_code()}, follow=True)
    assert "_auth_user_id" not in client.session
    assert "Too many attempts." in response.content.decode()


def test_counts_of_guesses_are_forgotten_after_a_day(db) -> None:
    now = timezone.now()
    guesses.may_judge("old", now=now - timedelta(days=1, minutes=1))
    guesses.may_judge("new", now=now)
    assert guesses.purge(now=now) == 1
    assert [row.key for row in Guesses.objects.all()] == ["new"]


# --- How long, and under which key ------------------------------------------------------


def test_a_session_ends_a_day_after_signing_in_however_much_it_is_used(make_member, later) -> None:
    client = by_code(make_member())
    for hours in (8, 16, 23.9):
        later(60 * hours)
        assert is_in(client)
    later(60 * 24 + 1)
    assert not is_in(client)


def test_who_proves_anew_who_they_are_gets_another_key_of_the_session(make_member, later) -> None:
    client = by_code(make_member())
    later(16)
    before = client.session.session_key
    client.post("/en/account/confirm/password/", {"password": OLD, "next": CHANGE})
    assert is_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


# --- What the log says ------------------------------------------------------------------


def test_signing_in_is_logged_by_key_with_what_failed_and_never_with_what_was_typed(
    office, caplog
) -> None:
    secret = add_second_factor(office)
    client = Client()
    wrong = {"login": office.email, "password": "not this one"}
    client.post(f"{DOOR}password/", wrong)
    client.post(f"{DOOR}password/", wrong | {"login": "nobody@example.org"})
    client.post(DOOR, {"email": office.email})
    client.post(f"{DOOR}code/", {"code": "WRONG1"})
    client.post(f"{DOOR}code/", {"code": newest_code()})
    client.post(f"{DOOR}second/", {"code": "000000"})
    client.post(f"{DOOR}second/", {"code": totp_code(secret)})
    client.post("/en/account/sign-out/")
    key = office.pk
    rows = [r for r in caplog.records if r.name == "napmonitor.security"]
    assert [(r.levelname, r.getMessage()) for r in rows] == [
        ("WARNING", f"wrong password for account {key}"),
        ("WARNING", "wrong password for account None"),
        ("WARNING", f"wrong mailed code for account {key}"),
        ("INFO", f"account {key} proved who it is by code"),
        ("WARNING", f"wrong second factor for account {key}"),
        ("INFO", f"account {key} proved who it is by mfa (totp)"),
        ("INFO", f"account {key} signed in"),
        ("INFO", f"account {key} signed out"),
    ]


def test_a_changed_factor_is_logged(office, caplog) -> None:
    client = enter(Client(), office)
    client.post(f"{FACTORS}app/remove/")
    said = [r.getMessage() for r in caplog.records if r.name == "napmonitor.security"]
    assert f"account {office.pk} removed a factor (totp)" in said


@pytest.mark.parametrize("given", ["NAPmonitor2026", "mensen-rechten!1", "Secrétariat Belgique"])
def test_a_password_of_words_of_this_site_is_refused_and_a_longer_one_taken(
    make_member, given
) -> None:
    user = make_member()
    client = enter(Client(), user)
    own = {"oldpassword": OLD, "password1": given, "password2": given}
    html = client.post(CHANGE, own).content.decode()
    assert "Words of this site, its plan or Belgium are tried first" in html
    longer = f"{given} quixotic"
    client.post(CHANGE, own | {"password1": longer, "password2": longer})
    assert User.objects.get(pk=user.pk).check_password(longer)


@pytest.mark.parametrize("leaked", ["1q2w3e4r5t6y", "Iloveyou2025!", "2026sunshine"])
def test_a_password_that_leaks_show_is_refused_also_when_lengthened(make_member, leaked) -> None:
    user = make_member()
    client = enter(Client(), user)
    given = {"oldpassword": OLD, "password1": leaked, "password2": leaked}
    assert "This password is too common." in client.post(CHANGE, given).content.decode()
    assert User.objects.get(pk=user.pk).check_password(OLD)


def test_a_long_password_of_any_signs_is_taken_as_it_was_typed(make_member) -> None:
    user = make_member()
    typed = f" é‘{'z' * 90}~ "
    client = enter(Client(), user)
    client.post(CHANGE, {"oldpassword": OLD, "password1": typed, "password2": typed})
    door = f"{DOOR}password/"
    for given, gets_in in ((typed.strip(), False), (typed.upper(), False), (typed, True)):
        fresh = Client()
        fresh.post(door, {"login": user.email, "password": given})
        assert is_in(fresh) == gets_in


@pytest.mark.parametrize(("error", "code"), [(OperationalError, 503), (DatabaseError, 400)])
def test_a_session_that_cannot_be_stored_is_none_that_somebody_ended(
    make_member, monkeypatch, error: type[Exception], code: int
) -> None:
    """``DatabaseError`` itself is what Django raises where the row is gone."""
    client = enter(Client(raise_request_exception=False), make_member())

    def fail(*_args: object, **_options: object) -> None:
        raise error("on purpose")

    monkeypatch.setattr(Session, "save", fail)
    assert client.get("/en/desk/").status_code == code
