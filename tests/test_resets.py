"""A lost second factor: one proposes its reset, another confirms, and the owner knows at once."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.enums import MemberRole, ResetState
from actions.models import FactorReset, Letter, Membership, User
from actions.refusals import Refused
from actions.services import accounts, endings, links, members, resets
from napmonitor import providers
from reports.services import replay
from tests.conftest import add_second_factor, totp_code
from tests.signing_in import enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

LIST = "/en/secretariat/resets/"
MEMBERS = "/en/secretariat/members/"
REASON = "The phone fell into the canal."
LATER = timedelta(minutes=1)


@pytest.fixture
def owner(office, make_member) -> User:
    """Another one of the secretariat, who lost the phone and the codes."""
    person = make_member("secretariat", "office", "owner@example.org", name="Olga Owner")
    RecoveryCodes.activate(person)
    return person


@pytest.fixture
def chair(make_member) -> User:
    """A reviewer since long, with a second factor."""
    return seated(make_member("reviewer", "fps-economy", "chair@example.org", name="Carl Chair"))


def seated(user: User) -> User:
    """Let somebody have had their roles for long, and have a second factor."""
    add_second_factor(user)
    Membership.objects.filter(user=user).update(started_at=timezone.now() - timedelta(days=30))
    return user


def propose(owner: User, by: User, **more: Any) -> FactorReset:
    """Propose a reset after the factor was added, as in life."""
    given: dict[str, Any] = {"reason": REASON, "now": timezone.now()} | more
    return resets.propose(owner, by=by, **given)


def in_a_minute() -> Any:
    return timezone.now() + LATER


@pytest.fixture(autouse=True)
def _in_english(request: pytest.FixtureRequest) -> None:
    """Write to everybody in English."""
    for name in ("office", "owner", "chair"):
        if name in request.fixturenames:
            person = request.getfixturevalue(name)
            person.language = "en"
            person.save(update_fields=["language"])


def letters_to(user: User) -> list[str]:
    return [row.facts["subject"] for row in Letter.objects.filter(user=user).order_by("pk")]


def page_of(person: User) -> str:
    return f"/en/secretariat/people/{person.pk}/reset-factor/"


def address(reset: FactorReset) -> str:
    return f"{LIST}{reset.pk}/"


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user).exists()


def stale(user: User) -> Client:
    """Return a browser that showed the factor an hour ago."""
    client = enter(Client(), user)
    session = client.session
    for row in session["account_authentication_methods"]:
        row["at"] = timezone.now().timestamp() - 3600
    session.save()
    return client


# --- The way it goes ----------------------------------------------------------------------


def test_two_people_reset_a_lost_factor_on_pages(office, owner, chair, sign_in) -> None:
    session = enter(Client(), owner)
    form = {"reason": REASON}
    response = sign_in(office).post(page_of(owner), form)
    reset = FactorReset.objects.get()
    assert response["Location"] == address(reset)
    assert has_factor(owner)
    response = sign_in(chair).post(address(reset), {"act": "confirm", "note": "Called back."})
    assert response["Location"] == address(reset)
    reset.refresh_from_db()
    assert (reset.state, reset.closed_by, reset.note) == (ResetState.DONE, chair, "Called back.")
    assert not has_factor(owner)
    assert session.get("/en/desk/")["Location"].startswith("/en/account/sign-in/")


def test_the_owner_is_led_to_a_new_factor(office, owner, chair) -> None:
    resets.confirm(propose(owner, office), by=chair, now=in_a_minute())
    client = Client()
    client.post("/en/account/sign-in/", {"email": owner.email})
    code = Letter.objects.filter(user=owner, facts__has_key="code").latest("pk").facts["code"]
    client.post("/en/account/sign-in/code/", {"code": code})
    assert client.get(MEMBERS)["Location"] == "/en/account/second-factor/"


def test_the_owner_is_told_at_each_step(office, owner, chair) -> None:
    reset = propose(owner, office)
    assert letters_to(owner) == ["Your second factor is to be reset"]
    assert letters_to(chair) == ["A lost second factor: your decision is asked"]
    resets.confirm(reset, by=chair, now=in_a_minute())
    assert letters_to(owner)[1:] == ["Your second factor was reset"]
    assert letters_to(office) == ["Your proposal was confirmed: the second factor is reset"]


def test_the_letters_say_whom_to_tell_and_hold_no_reason(office, owner, chair, settings) -> None:
    settings.CONTACT_EMAIL = "contact@example.org"
    propose(owner, office)
    texts = [row.facts["text"] for row in Letter.objects.order_by("pk")]
    assert "And tell us at once: contact@example.org" in texts[0]
    assert [REASON in text for text in texts] == [False, False]


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_the_letters_are_in_the_language_of_their_reader(office, owner, chair, language) -> None:
    User.objects.filter(pk__in=[owner.pk, chair.pk]).update(language=language)
    propose(owner, office)
    link = Letter.objects.get(user=chair).facts["text"]
    assert f"/{language}/secretariat/resets/" in link


def test_a_refusal_says_why_and_leaves_the_factor(office, owner, chair, sign_in) -> None:
    reset = propose(owner, office)
    client = sign_in(chair)
    page = client.post(address(reset), {"act": "refuse", "note": ""})
    assert "Write why you refuse." in page.content.decode()
    client.post(address(reset), {"act": "refuse", "note": "It was not they who called."})
    reset.refresh_from_db()
    assert (reset.state, has_factor(owner)) == (ResetState.REFUSED, True)
    assert letters_to(owner)[1:] == ["Your second factor was not reset"]


def test_a_proposal_can_be_withdrawn_and_then_not_be_confirmed(office, owner, chair) -> None:
    reset = propose(owner, office)
    resets.withdraw(reset, by=office, now=in_a_minute())
    with pytest.raises(Refused, match="is over"):
        resets.confirm(reset, by=chair, now=in_a_minute())
    assert has_factor(owner)


# --- Who may --------------------------------------------------------------------------------


def test_nobody_confirms_what_they_proposed_in_another_role(
    office, owner, chair, make_actor
) -> None:
    make_actor("elsewhere")
    Membership.objects.create(
        user=office, actor_id=chair.memberships.get().actor_id, role=MemberRole.REVIEWER,
        started_at=timezone.now() - timedelta(days=30),
    )  # fmt: skip
    reset = propose(owner, office)
    with pytest.raises(Refused, match="It takes two people"):
        resets.confirm(reset, by=office, now=in_a_minute())
    with pytest.raises(PermissionDenied):
        resets.refuse(reset, note="No.", by=office, now=in_a_minute())


def test_the_owner_does_not_confirm_their_own(office, owner, chair) -> None:
    Membership.objects.create(
        user=owner, actor_id=chair.memberships.get().actor_id, role=MemberRole.REVIEWER,
        started_at=timezone.now() - timedelta(days=30),
    )  # fmt: skip
    reset = propose(owner, office)
    with pytest.raises(Refused, match="It takes two people"):
        resets.confirm(reset, by=owner, now=in_a_minute())
    assert resets.refuse(reset, note="I have it.", by=owner, now=in_a_minute()).state == "refused"


def test_the_owner_does_not_propose_their_own(office, owner, chair, sign_in) -> None:
    page = sign_in(owner).post(page_of(owner), {"reason": REASON})
    assert "is reset by somebody else of the secretariat" in page.content.decode()
    assert not FactorReset.objects.exists()


def test_a_second_one_of_the_secretariat_is_no_reviewer(office, owner, chair, make_member) -> None:
    third = make_member("secretariat", "office", "third@example.org")
    reset = propose(owner, office)
    with pytest.raises(PermissionDenied):
        resets.confirm(reset, by=third, now=in_a_minute())


@pytest.mark.parametrize("role", ["observer", "contributor", "coordinator", "reviewer"])
def test_only_the_secretariat_proposes(owner, chair, make_member, sign_in, role) -> None:
    other = make_member(role, "fps-justice", "other@example.org")
    assert sign_in(other).post(page_of(owner), {"reason": REASON}).status_code == 403
    with pytest.raises(PermissionDenied):
        propose(owner, other)


def test_who_was_made_a_reviewer_for_it_cannot_confirm(office, owner, chair, make_member) -> None:
    fresh = make_member("reviewer", "fps-justice", "fresh@example.org")
    reset = propose(owner, office)
    with pytest.raises(PermissionDenied):
        resets.confirm(reset, by=fresh, now=in_a_minute())
    assert letters_to(fresh) == []


def test_a_role_that_was_changed_for_it_does_not_count(office, owner, chair, make_member) -> None:
    friend = seated(make_member("contributor", "fps-justice", "friend@example.org"))
    held = friend.memberships.get()
    members.change_role(held, role="reviewer", by=office, now=timezone.now())
    with pytest.raises(PermissionDenied):
        resets.confirm(propose(owner, office), by=friend, now=in_a_minute())


def test_without_a_reviewer_the_page_names_the_server(office, owner, sign_in) -> None:
    page = sign_in(office).get(page_of(owner)).content.decode()
    assert "Nobody can confirm it" in page
    assert "Propose the reset" not in page
    with pytest.raises(Refused, match="runs the server"):
        propose(owner, office)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_sample": True}])
def test_a_reviewer_who_cannot_sign_in_does_not_count(office, owner, chair, change) -> None:
    User.objects.filter(pk=chair.pk).update(**change)
    with pytest.raises(Refused, match="Nobody can confirm it"):
        propose(owner, office)


# --- With a fresh factor ----------------------------------------------------------------------


def test_who_proposes_shows_the_factor_anew(office, owner, chair) -> None:
    client = stale(office)
    response = client.post(page_of(owner), {"reason": REASON})
    assert response["Location"].startswith("/en/account/confirm/")
    assert not FactorReset.objects.exists()


def test_who_confirms_shows_the_factor_anew_and_then_it_is_done(office, owner, chair) -> None:
    secret = add_second_factor(chair)
    reset, client = propose(owner, office), stale(chair)
    response = client.post(address(reset), {"act": "confirm", "note": ""})
    assert response["Location"].startswith("/en/account/confirm/")
    assert has_factor(owner)
    client.post(response["Location"], {"code": totp_code(secret)})
    assert not has_factor(owner)


def test_a_password_does_not_stand_for_the_factor(office, owner, chair) -> None:
    reset = propose(owner, office)
    client = enter(Client(), chair, with_factor=False)
    response = client.post(address(reset), {"act": "confirm", "note": ""})
    assert response["Location"].startswith("/en/account/confirm/code/")
    assert has_factor(owner)


def test_a_reviewer_without_a_factor_adds_one_first(office, owner, chair, sign_in) -> None:
    reset = propose(owner, office)
    Authenticator.objects.filter(user=chair).delete()
    client = sign_in(chair)
    page = client.get(address(reset)).content.decode()
    assert "Whoever confirms has a second factor of their own." in page
    assert "Confirm the reset" not in page
    page = client.post(address(reset), {"act": "confirm", "note": ""}).content.decode()
    assert "Add a second factor to your own account first." in page
    assert has_factor(owner)


def test_a_forged_form_is_refused(office, owner, chair) -> None:
    reset = propose(owner, office)
    client = enter(Client(enforce_csrf_checks=True), chair)
    assert client.post(address(reset), {"act": "confirm", "note": ""}).status_code == 403
    client = enter(Client(enforce_csrf_checks=True), office)
    assert client.post(page_of(owner), {"reason": REASON}).status_code == 403
    assert has_factor(owner)


# --- What ends a proposal -----------------------------------------------------------------------


def test_a_proposal_lapses_after_a_day(office, owner, chair, sign_in) -> None:
    reset = propose(owner, office)
    with pytest.raises(Refused, match="is over"):
        resets.confirm(reset, by=chair, now=reset.expires_at)
    FactorReset.objects.filter(pk=reset.pk).update(expires_at=timezone.now())
    assert "Lapsed" in sign_in(chair).get(address(reset)).content.decode()
    again = propose(owner, office, now=reset.expires_at + LATER)
    reset.refresh_from_db()
    assert (reset.state, again.state) == (ResetState.LAPSED, ResetState.OPEN)


def test_who_signs_in_with_the_factor_has_not_lost_it(office, owner, chair) -> None:
    reset = propose(owner, office)
    Authenticator.objects.filter(user=owner, type="totp").update(last_used_at=timezone.now())
    with pytest.raises(Refused, match="it is not lost"):
        resets.confirm(reset, by=chair, now=in_a_minute())


def test_what_somebody_proposed_ends_with_their_role(office, owner, chair, make_member) -> None:
    third = make_member("secretariat", "office", "third@example.org")
    reset = propose(owner, third)
    members.change_role(third.memberships.get(), role="reviewer", by=office, now=timezone.now())
    with pytest.raises(Refused, match="is over"):
        resets.confirm(reset, by=chair, now=in_a_minute())


def test_what_somebody_proposed_ends_with_their_account(office, owner, chair, make_member) -> None:
    third = make_member("secretariat", "office", "third@example.org")
    reset = propose(owner, third)
    accounts.deactivate(third, by=office, now=timezone.now())
    with pytest.raises(Refused, match="is over"):
        resets.confirm(reset, by=chair, now=in_a_minute())


def test_a_reviewer_who_lost_the_role_does_not_confirm(office, owner, chair) -> None:
    reset = propose(owner, office)
    members.remove(chair.memberships.get(), by=office, now=timezone.now())
    with pytest.raises(PermissionDenied):
        resets.confirm(reset, by=chair, now=in_a_minute())


def test_a_deactivated_owner_has_nothing_reset(office, owner, chair) -> None:
    reset = propose(owner, office)
    accounts.deactivate(owner, by=office, now=timezone.now())
    with pytest.raises(Refused, match="is over"):
        resets.confirm(reset, by=chair, now=in_a_minute())
    with pytest.raises(Refused, match="cannot be used to sign in"):
        propose(owner, office)


def test_an_erased_person_has_no_page(office, owner, chair, sign_in) -> None:
    accounts.erase(owner, by=office, now=timezone.now())
    assert sign_in(office).get(page_of(owner)).status_code == 404


@pytest.mark.parametrize("settled", [True, False])
def test_erasing_leaves_no_word_of_a_person(office, owner, chair, settled) -> None:
    reset = propose(owner, office, reason=f"{owner.email} called.")
    if settled:
        resets.confirm(reset, note=f"Spoke to {owner.name}.", by=chair, now=in_a_minute())
    accounts.erase(owner, by=office, now=timezone.now())
    reset.refresh_from_db()
    assert (reset.reason, reset.note) == ("", "")


def test_confirming_twice_is_refused(office, owner, chair) -> None:
    reset = resets.confirm(propose(owner, office), by=chair, now=in_a_minute())
    add_second_factor(owner)
    with pytest.raises(Refused, match="is over"):
        resets.confirm(reset, by=chair, now=in_a_minute())
    assert has_factor(owner)


def test_one_person_has_one_proposal(office, owner, chair) -> None:
    propose(owner, office)
    with pytest.raises(Refused, match="waits for a reviewer already"):
        propose(owner, office)


def test_nobody_floods_with_proposals(office, owner, chair) -> None:
    for _number in range(resets.MOST):
        resets.withdraw(propose(owner, office), by=office, now=timezone.now())
    with pytest.raises(Refused, match="very much in the last hour"):
        propose(owner, office)


# --- Nothing to reset -----------------------------------------------------------------------------


def test_who_has_no_factor_has_nothing_to_reset(office, chair, make_member, sign_in) -> None:
    person = make_member()
    assert "has no second factor" in sign_in(office).get(page_of(person)).content.decode()
    with pytest.raises(Refused, match="has no second factor"):
        propose(person, office)


def test_a_factor_that_a_provider_keeps_is_replaced_there(
    office, chair, make_member, settings, sign_in
) -> None:
    person = make_member()
    row = {
        "id": "gov", "name": "Gov ID", "issuer": "https://id.example", "client_id": "x",
        "secret": "y", "trusted_domains": ["example.org"], "second_factor_acr": ["2"],
    }  # fmt: skip
    settings.OPENID_PROVIDERS = [providers.provider(row, may_be_insecure=False)]
    SocialAccount.objects.create(
        user=person, provider="gov", uid="1", extra_data={links.VOUCHED: True}
    )
    page = sign_in(office).get(page_of(person)).content.decode()
    assert "The second factor is kept by Gov ID" in page


# --- Pages ----------------------------------------------------------------------------------------


def test_the_link_stands_only_where_it_can_be_used(office, owner, make_member, sign_in) -> None:
    plain = make_member()
    page = sign_in(office).get(MEMBERS).content.decode()
    assert [page_of(user) in page for user in (owner, plain, office)] == [True, False, False]


def test_a_proposal_is_counted_where_people_begin(office, owner, chair, sign_in) -> None:
    propose(owner, office)
    for user, path in (
        (office, "/en/secretariat/"), (chair, "/en/desk/"), (chair, "/en/secretariat/review/"),
    ):  # fmt: skip
        assert f'href="{LIST}"' in sign_in(user).get(path).content.decode(), path


def test_a_member_sees_nothing_of_it(office, owner, chair, make_member, sign_in) -> None:
    reset, client = propose(owner, office), sign_in(make_member())
    assert LIST not in client.get("/en/desk/").content.decode()
    assert [client.get(path).status_code for path in (LIST, address(reset))] == [403, 403]


def test_the_history_of_a_person_says_who_when_and_why(office, owner, chair, sign_in) -> None:
    reset = propose(owner, office)
    resets.confirm(reset, note="Called back.", by=chair, now=in_a_minute())
    add_second_factor(owner)
    client = sign_in(office)
    assert address(reset) in client.get(page_of(owner)).content.decode()
    page = client.get(address(reset)).content.decode()
    for words in (REASON, "Called back.", "Carl Chair", "office@example.org"):
        assert words in page
    assert "Second factor of Olga Owner: Reset" in client.get("/en/secretariat/").content.decode()


def test_an_unknown_act_does_nothing(office, owner, chair, sign_in) -> None:
    reset = propose(owner, office)
    assert sign_in(chair).post(address(reset), {"act": "rule", "note": ""}).status_code == 200
    assert has_factor(owner)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(path)
    return len(found)


def test_the_lists_ask_as_often_for_thirty_as_for_one(office, owner, chair, sign_in) -> None:
    client = sign_in(office)
    propose(owner, office)
    paths = (LIST, page_of(owner), "/en/secretariat/")
    before = [(client.get(path), queries(client, path))[1] for path in paths]
    rows = [
        FactorReset(
            person=owner, reason=REASON, proposed_by=office, proposed_at=timezone.now(),
            expires_at=timezone.now(), state="refused", closed_by=chair, closed_at=timezone.now(),
        )
        for _number in range(30)
    ]  # fmt: skip
    FactorReset.objects.bulk_create(rows)
    assert [queries(client, path) for path in paths] == before


# --- In the database ------------------------------------------------------------------------------


def test_a_record_is_never_deleted_nor_rewritten(office, owner, chair) -> None:
    reset = resets.confirm(propose(owner, office), by=chair, now=in_a_minute())
    rows = FactorReset.objects.filter(pk=reset.pk)
    for work in (
        rows.delete,
        lambda: rows.update(reason="Another one."),
        lambda: rows.update(proposed_by=owner),
        lambda: rows.update(closed_by=None),
        lambda: rows.update(state="open", closed_at=None, closed_by=None),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            work()
    assert rows.get().reason == REASON


def test_the_database_takes_no_reset_by_one_alone(office, owner, chair) -> None:
    reset = propose(owner, office)
    for by in (office, owner, None):
        with pytest.raises(DatabaseError), transaction.atomic():
            FactorReset.objects.filter(pk=reset.pk).update(
                state="done", closed_by=by, closed_at=timezone.now()
            )


def test_a_restored_backup_does_not_bring_the_lost_factor_back(office, owner, chair) -> None:
    add_second_factor(owner)
    act = endings.Ending(endings.Kind.FACTORS, owner.pk, owner.date_joined, in_a_minute(), chair.pk)
    assert replay.replay([act, act]) == [act]
    assert not has_factor(owner)


# --- On the server --------------------------------------------------------------------------------


def said(*given: str) -> str:
    out = StringIO()
    call_command("reset_factor", *given, stdout=out)
    return out.getvalue()


def test_the_command_asks_then_resets_and_tells_the_owner(office, monkeypatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    assert "is reset" in said("Office@Example.org", "--reason", REASON)
    assert not has_factor(office)
    reset = FactorReset.objects.get()
    assert (reset.state, reset.proposed_by, reset.reason) == (ResetState.DONE, None, REASON)
    assert letters_to(office) == ["Your second factor was reset"]


def test_the_command_does_nothing_without_a_yes(office, monkeypatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "y")
    with pytest.raises(CommandError, match="Nothing was done"):
        said(office.email)
    assert has_factor(office)


def test_the_command_ends_what_was_proposed(office, owner, chair) -> None:
    reset = propose(owner, office)
    said(owner.email, "--no-input")
    reset.refresh_from_db()
    assert (reset.state, has_factor(owner)) == (ResetState.WITHDRAWN, False)


def test_the_command_says_what_it_cannot_do(make_member) -> None:
    with pytest.raises(CommandError, match="no account"):
        said("nobody@example.org", "--no-input")
    with pytest.raises(CommandError, match="has no second factor"):
        said(make_member().email, "--no-input")
