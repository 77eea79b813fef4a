"""Members: invitations, roles, handing over, leaving, and the pages for it."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions import permissions
from actions.enums import LetterKind, MemberRole
from actions.models import Actor, Invitation, Letter, Membership, User
from actions.refusals import Refused
from actions.services import accounts, members

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

NOW = timezone.now()
JUSTICE = "fps-justice"


def actor(slug: str = JUSTICE) -> Actor:
    return Actor.objects.get(slug=slug)


def membership(user: User) -> Membership:
    return Membership.objects.get(user=user, ended_at=None)


def invite(by: User, email: str = "new@example.org", **changes) -> tuple[Invitation, str]:
    """Invite somebody; return the invitation and the secret of its letter."""
    given: dict[str, Any] = {"actor": actor(), "role": "contributor", "language": "fr", "now": NOW}
    made = members.invite(email, by=by, **given | changes)
    return made, Letter.objects.get(key=f"invitation:{made.pk}").facts["secret"]


def problems(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict


@pytest.fixture
def head(make_member) -> User:
    """A coordinator."""
    return make_member("coordinator", JUSTICE, "head@example.org", name="Hanna Head")


@pytest.fixture
def hand(make_member) -> User:
    """A contributor of the same organisation."""
    return make_member("contributor", JUSTICE, "hand@example.org", name="Hans Hand")


# --- Inviting ------------------------------------------------------------------------


def test_an_invitation_goes_by_letter_and_only_its_digest_is_stored(head) -> None:
    made, secret = invite(head, " New@Example.org ")
    letter = Letter.objects.get()
    assert (letter.kind, letter.address, letter.language) == (
        LetterKind.INVITATION, "new@example.org", "fr",
    )  # fmt: skip
    assert letter.facts == {
        "invitation": made.pk, "secret": secret, "actor": actor().pk, "role": "contributor",
    }  # fmt: skip
    assert made.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert made.expires_at == NOW + timedelta(days=14)
    assert made.history.get().history_user == head
    assert len(secret) >= 40


@pytest.mark.parametrize("role", MemberRole)
def test_a_coordinator_invites_only_who_writes(head, role) -> None:
    if role in {MemberRole.CONTRIBUTOR, MemberRole.COORDINATOR}:
        assert invite(head, role=role)[0].role == role
    else:
        with pytest.raises(PermissionDenied):
            invite(head, role=role)


@pytest.mark.parametrize("role", ["contributor", "observer", "reviewer"])
def test_others_invite_nobody(make_member, role: str) -> None:
    with pytest.raises(PermissionDenied):
        invite(make_member(role, JUSTICE))


def test_a_coordinator_invites_nobody_to_another_organisation(head) -> None:
    with pytest.raises(PermissionDenied):
        invite(head, actor=actor("fps-economy"))


def test_the_secretariat_invites_to_any_role(office) -> None:
    assert invite(office, role="reviewer", actor=actor("fps-economy"))[0].role == "reviewer"


@pytest.mark.parametrize(
    "email", ["", "no address", "a@b", "x" * 250 + "@example.org", "a\x00@example.org"]
)
def test_an_address_that_cannot_be_right_is_told_at_the_field(head, email: str) -> None:
    with pytest.raises(ValidationError) as error:
        invite(head, email)
    assert list(problems(error.value)) == ["email"]
    assert not Invitation.objects.exists()


def test_a_second_invitation_to_the_same_address_is_refused_while_one_is_open(head) -> None:
    invite(head)
    with pytest.raises(ValidationError) as error:
        invite(head, "NEW@example.org")
    assert problems(error.value) == {
        "email": ["There is an open invitation to this address already. Withdraw it first."]
    }
    later = invite(head, now=NOW + timedelta(days=14))[0]
    assert Invitation.objects.filter(withdrawn_at=None).get() == later


def test_a_coordinator_sends_twenty_invitations_an_hour_withdrawn_ones_counted(head) -> None:
    for number in range(20):
        made, _secret = invite(head, f"new{number}@example.org")
        members.withdraw_invitation(made, by=head, now=NOW)
    with pytest.raises(ValidationError) as caught:
        invite(head, "one-more@example.org")
    text = "You have sent 20 invitations in the last hour. Go on in an hour."
    assert problems(caught.value) == {"email": [text]}
    assert Letter.objects.count() == 20
    invite(head, "one-more@example.org", now=NOW + timedelta(hours=1, seconds=1))


def test_the_secretariat_invites_every_body_in_one_hour_and_no_more(office, monkeypatch) -> None:
    assert members.MOST_OF_SECRETARIAT >= 2 * 60  # bodies
    monkeypatch.setattr(members, "MOST_OF_SECRETARIAT", 2)
    for number in range(2):
        invite(office, f"new{number}@example.org")
    with pytest.raises(ValidationError, match="2 invitations in the last hour"):
        invite(office, "one-more@example.org")


def test_who_has_a_role_already_is_not_invited_again(head, hand) -> None:
    with pytest.raises(ValidationError) as error:
        invite(head, hand.email)
    assert problems(error.value) == {
        "email": ["This person has a role in the organisation already."]
    }


def test_nobody_is_invited_to_an_unspecified_actor(office) -> None:
    unspecified = Actor.objects.filter(kind="unspecified").first()
    with pytest.raises(ValidationError) as error:
        invite(office, actor=unspecified)
    assert list(problems(error.value)) == ["actor"]


def test_a_forged_role_is_refused(office) -> None:
    with pytest.raises(ValidationError) as error:
        invite(office, role="emperor")
    assert list(problems(error.value)) == ["role"]


# --- Accepting -----------------------------------------------------------------------


def test_accepting_makes_the_account_and_signs_in(head) -> None:
    made, secret = invite(head)
    client = Client()
    path = f"/fr/invitation/{secret}/"
    page = client.get(path)
    assert page["Referrer-Policy"] == "same-origin"
    assert "new@example.org" in page.content.decode()
    response = client.post(path, {"name": " Nora  New ", "language": "de"})
    assert (response.status_code, response["Location"]) == (302, "/fr/account/sign-in/")
    user = User.objects.get(email="new@example.org")
    assert (user.name, user.language, user.has_usable_password()) == ("Nora New", "de", False)
    held = membership(user)
    assert (held.actor, held.role, held.history.get().history_user) == (
        actor(), "contributor", user,
    )  # fmt: skip
    made.refresh_from_db()
    assert made.used_by == user
    assert client.get("/fr/desk/profile/").status_code == 200


def test_an_invitation_works_once(head) -> None:
    path = f"/en/invitation/{invite(head)[1]}/"
    Client().post(path, {"name": "Nora", "language": "nl"})
    response = Client().post(path, {"name": "Thief", "language": "nl"})
    assert response.status_code == 410
    assert "This invitation was used already." in response.content.decode()
    assert Membership.objects.filter(actor=actor()).count() == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"withdrawn_at": NOW}, "This invitation was withdrawn."),
        ({"expires_at": NOW - timedelta(seconds=1)}, "This invitation is no longer valid."),
    ],
)
def test_a_link_that_works_no_longer_says_why(head, change, words: str) -> None:
    made, secret = invite(head)
    Invitation.objects.filter(pk=made.pk).update(**change)
    for method in ("get", "post"):
        response = getattr(Client(), method)(f"/en/invitation/{secret}/")
        assert response.status_code == 410
        assert words in response.content.decode()
    with pytest.raises(Refused, match=words):
        members.accept_invitation(secret, name="Nora", now=NOW)
    assert not User.objects.filter(email=made.email).exists()


@pytest.mark.parametrize("secret", ["x", "%00", "é" * 300])
def test_a_link_that_leads_nowhere_is_not_found(client, secret: str) -> None:
    assert client.get(f"/en/invitation/{secret}/").status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 151, "\u202eevil"])
def test_a_name_that_cannot_be_stored_is_told_and_kept_in_the_form(head, name: str) -> None:
    made, secret = invite(head)
    response = Client().post(f"/en/invitation/{secret}/", {"name": name, "language": "xx"})
    assert response.status_code == 200
    assert response.context["form"].errors
    with pytest.raises(ValidationError) as error:
        members.accept_invitation(secret, name=name, now=NOW)
    assert list(problems(error.value)) == ["name"]
    made.refresh_from_db()
    assert made.used_at is None


def test_who_has_an_account_gets_the_role_and_signs_in_herself(head, make_member) -> None:
    known = make_member("contributor", "fps-economy", "known@example.org")
    secret = invite(head, known.email)[1]
    client = Client()
    assert (
        "You have an account already." in client.get(f"/en/invitation/{secret}/").content.decode()
    )
    response = client.post(f"/en/invitation/{secret}/")
    assert response["Location"] == "/en/account/sign-in/"
    assert "_auth_user_id" not in client.session
    assert {row.actor.slug for row in known.memberships.all()} == {JUSTICE, "fps-economy"}


def test_who_is_invited_to_the_secretariat_may_use_the_administration(office) -> None:
    secret = invite(office, role="secretariat")[1]
    user, is_new = members.accept_invitation(secret, name="Nora", now=NOW)
    assert (is_new, user.is_staff, user.is_superuser) == (True, True, True)


def test_a_deactivated_person_is_not_let_in_again_by_a_link(head, make_member) -> None:
    known = make_member("contributor", "fps-economy", "known@example.org")
    secret = invite(head, known.email)[1]
    known.is_active = False
    known.save()
    with pytest.raises(Refused, match="deactivated"):
        members.accept_invitation(secret, now=NOW)
    with pytest.raises(ValidationError):
        invite(head, known.email, actor=actor())


def test_withdrawing_ends_the_link(head, sign_in) -> None:
    made, _secret = invite(head)
    response = sign_in(head).post(f"/en/desk/invitations/{made.pk}/withdraw/")
    assert response["Location"] == "/en/desk/members/"
    made.refresh_from_db()
    assert made.withdrawn_at is not None
    assert members.refusal(made, now=NOW) == members.WITHDRAWN


def leave(inviter: User, office: User, head: User) -> None:
    members.remove(membership(inviter), by=office, now=NOW)


def lose_role(inviter: User, office: User, head: User) -> None:
    members.change_role(membership(inviter), role="contributor", by=office, now=NOW)


def close(inviter: User, office: User, head: User) -> None:
    accounts.deactivate(inviter, by=office, now=NOW)


def hand_on(inviter: User, office: User, head: User) -> None:
    hand = members.invite(
        "hand@example.org", actor=actor(), role="contributor", language="fr", by=inviter, now=NOW
    )
    user = User.objects.create_user("hand@example.org")
    members.start(user, actor(), "contributor", by=office, now=NOW)
    members.hand_over(membership(inviter), to=membership(user), by=inviter, now=NOW)
    hand.refresh_from_db()
    assert hand.withdrawn_at


@pytest.mark.parametrize("how", [leave, lose_role, close, hand_on])
def test_an_invitation_ends_with_the_right_of_who_made_it(how, head, office) -> None:
    made, secret = invite(head)
    how(head, office, head)
    made.refresh_from_db()
    assert made.withdrawn_at is not None
    with pytest.raises(Refused):
        members.accept_invitation(secret, now=NOW)
    assert not Membership.objects.filter(user__email="new@example.org").exists()


def test_a_removed_secretary_cannot_return_by_an_invitation_of_their_own(
    make_member, office
) -> None:
    """Also where the rows say nothing of it, as after a restore."""
    gone = make_member("secretariat", "fisd", "gone@example.org")
    made, secret = invite(gone, "second@example.org", role="secretariat", actor=actor("fisd"))
    Membership.objects.filter(user=gone).update(ended_at=NOW)
    made.refresh_from_db()
    assert made.withdrawn_at is None
    assert Client().get(f"/en/invitation/{secret}/").status_code == 410
    with pytest.raises(Refused):
        members.accept_invitation(secret, name="Second", now=NOW)
    assert not User.objects.filter(email="second@example.org").exists()


def test_an_invitation_stays_where_the_right_does(head, office) -> None:
    made, secret = invite(office, role="coordinator")
    leave(head, office, head)
    members.accept_invitation(secret, name="New", now=NOW)
    made.refresh_from_db()
    assert made.used_at


def test_a_used_invitation_is_not_withdrawn(head) -> None:
    made, secret = invite(head)
    members.accept_invitation(secret, name="Nora", now=NOW)
    with pytest.raises(Refused, match="used already"):
        members.withdraw_invitation(made, by=head, now=NOW)


# --- Roles ---------------------------------------------------------------------------


def test_a_removed_colleague_has_no_rights_at_the_next_request(head, hand, sign_in) -> None:
    hers = sign_in(hand)
    assert hers.get("/en/desk/profile/").status_code == 200
    response = sign_in(head).post(f"/en/desk/members/{membership(hand).pk}/remove/")
    assert response["Location"] == "/en/desk/members/"
    assert hers.get("/en/desk/profile/").status_code == 403
    ended = Membership.objects.get(user=hand)
    assert ended.history.first().history_user == head


def test_a_coordinator_touches_no_other_roles_of_their_organisation(head, make_member) -> None:
    for role in ("reviewer", "secretariat", "observer"):
        other = make_member(role, JUSTICE)
        with pytest.raises(PermissionDenied):
            members.remove(membership(other), by=head, now=NOW)
        with pytest.raises(PermissionDenied):
            members.change_role(membership(other), role="contributor", by=head, now=NOW)


def test_a_coordinator_raises_nobody_above_herself(head, hand) -> None:
    with pytest.raises(PermissionDenied):
        members.change_role(membership(hand), role="secretariat", by=head, now=NOW)
    changed = members.change_role(membership(hand), role="coordinator", by=head, now=NOW)
    assert changed.role == "coordinator"


def test_everybody_may_leave(hand, sign_in) -> None:
    response = sign_in(hand).post(f"/en/desk/members/{membership(hand).pk}/remove/")
    assert response["Location"] == "/en/desk/profile/"
    assert not Membership.objects.current().filter(user=hand).exists()


def test_the_last_coordinator_may_leave_and_the_secretariat_sees_it(head, hand, office, sign_in):
    members.let_only_coordinators_submit(actor(), value=True, by=head, now=NOW)
    client = sign_in(head)
    path = f"/en/desk/members/{membership(head).pk}/remove/"
    assert "There will then be no coordinator" in client.get(path).content.decode()
    client.post(path)
    html = sign_in(office).get("/en/secretariat/members/").content.decode()
    line = html.split("FPS Justice", 1)[1].split("</li>")[0]
    assert "without a coordinator" in line
    assert not actor().coordinator_submits  # or nobody could submit
    members.change_role(membership(hand), role="coordinator", by=office, now=NOW)
    html = sign_in(office).get("/en/secretariat/members/").content.decode()
    assert "FPS Justice" not in html.split("</details>")[0].split('class="gaps"')[1]


def test_handing_over_swaps_the_roles(head, hand, sign_in) -> None:
    client = sign_in(head)
    path = f"/en/desk/members/{membership(hand).pk}/hand-over/"
    assert "takes over the coordination" in client.get(path).content.decode()
    assert client.post(path)["Location"] == "/en/desk/profile/"
    assert (membership(hand).role, membership(head).role) == ("coordinator", "contributor")
    assert membership(hand).history.first().history_user == head


def test_only_the_coordinator_hands_over_and_only_to_colleagues(head, hand, make_member) -> None:
    stranger = make_member("contributor", "fps-economy")
    with pytest.raises(PermissionDenied):
        members.hand_over(membership(head), to=membership(stranger), by=head, now=timezone.now())
    with pytest.raises(PermissionDenied):
        members.hand_over(membership(head), to=membership(hand), by=hand, now=timezone.now())
    watcher = make_member("observer", JUSTICE)
    with pytest.raises(Refused):
        members.hand_over(membership(head), to=membership(watcher), by=head, now=timezone.now())


def test_the_last_of_the_secretariat_stays(office, make_member) -> None:
    held = membership(office)
    with pytest.raises(Refused, match="Somebody must remain"):
        members.remove(held, by=office, now=NOW)
    with pytest.raises(Refused, match="Somebody must remain"):
        members.change_role(held, role="observer", by=office, now=NOW)
    sample = make_member("secretariat", "fisd", "sample@example.org", is_sample=True)
    with pytest.raises(Refused, match="Somebody must remain"):  # a sample account is nobody
        members.remove(held, by=office, now=NOW)
    second = make_member("secretariat", "fisd", "second@example.org")
    members.remove(held, by=office, now=NOW)
    assert permissions.read_rights(second, on=NOW.date()).is_secretariat
    assert sample.is_active


def test_the_administration_goes_with_the_role(office, hand, make_member) -> None:
    raised = members.change_role(membership(hand), role="secretariat", by=office, now=NOW)
    assert (raised.user.is_staff, raised.user.is_superuser) == (True, True)
    lowered = members.change_role(raised, role="contributor", by=office, now=NOW)
    stored = User.objects.get(pk=lowered.user_id)
    assert (stored.is_staff, stored.is_superuser) == (False, False)


def test_only_coordinators_submit_where_an_organisation_wants_it(head, hand, sign_in) -> None:
    client = sign_in(head)
    path = f"/en/desk/actors/{actor().pk}/submitting/"
    client.post(path, {"only_coordinators": "on"})
    assert actor().coordinator_submits
    assert actor().history.first().history_user == head
    assert actor().pk not in permissions.read_rights(hand, on=NOW.date()).submits_for
    assert actor().pk in permissions.read_rights(head, on=NOW.date()).submits_for
    client.post(path)
    assert not actor().coordinator_submits
    assert sign_in(hand).post(path).status_code == 403


# --- The coordinator's page --------------------------------------------------------------


def fields(slug: str = JUSTICE, **changes: str) -> dict[str, str]:
    """Return what the form of an organisation sends."""
    key = actor(slug).pk
    given = {"email": "new@example.org", "role": "contributor", "language": "nl"} | changes
    return {"actor": str(key)} | {f"a{key}-{name}": value for name, value in given.items()}


def test_the_page_shows_colleagues_and_invites(head, hand, make_member, sign_in) -> None:
    make_member("contributor", "fps-economy", "stranger@example.org", name="Stella Stranger")
    client = sign_in(head)
    html = client.get("/en/desk/members/").content.decode()
    assert "Hans Hand" in html
    assert "Stella Stranger" not in html
    assert client.post("/en/desk/members/", fields())["Location"] == "/en/desk/members/"
    html = client.get("/en/desk/members/").content.decode()
    assert "An invitation is on its way to new@example.org." in html
    assert "Open invitations" in html


def test_a_refused_invitation_is_told_at_its_field_and_keeps_what_was_typed(head, hand, sign_in):
    client = sign_in(head)
    html = client.post("/en/desk/members/", fields(email=hand.email)).content.decode()
    assert "This person has a role in the organisation already." in html
    assert f'value="{hand.email}"' in html
    assert f'href="#id_a{actor().pk}-email"' in html
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [{"role": "secretariat"}, {"role": ""}, {"language": "xx"}, {"email": "a\x00@example.org"}],
)
def test_forged_and_broken_fields_invite_nobody(head, sign_in, changes) -> None:
    assert sign_in(head).post("/en/desk/members/", fields(**changes)).status_code == 200
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("key", ["", "0", "x", "9" * 30])
def test_a_forged_organisation_invites_nobody(head, sign_in, key: str) -> None:
    assert sign_in(head).post("/en/desk/members/", fields() | {"actor": key}).status_code == 200
    other = fields("fps-economy")
    assert sign_in(head).post("/en/desk/members/", other).status_code == 200
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", ["contributor", "observer", "reviewer"])
def test_the_page_is_for_coordinators(make_member, sign_in, role: str) -> None:
    client = sign_in(make_member(role))
    assert client.get("/en/desk/members/").status_code == 403
    assert client.post("/en/desk/members/", fields()).status_code == 403


def test_members_of_others_are_not_found(head, make_member, sign_in) -> None:
    other = membership(make_member("contributor", "fps-economy")).pk
    client = sign_in(head)
    for path in (f"members/{other}/remove/", f"members/{other}/hand-over/", "members/0/remove/"):
        assert client.get(f"/en/desk/{path}").status_code == 404
        assert client.post(f"/en/desk/{path}").status_code == 404
    boss = make_member("coordinator", "fps-economy", "boss@example.org")
    foreign = invite(boss, actor=actor("fps-economy"))[0]
    assert client.post(f"/en/desk/invitations/{foreign.pk}/withdraw/").status_code == 404
    economy = actor("fps-economy").pk
    assert client.post(f"/en/desk/actors/{economy}/submitting/").status_code == 404


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_the_page_asks_as_often_for_thirty_colleagues_as_for_one(head, make_member, sign_in):
    client = sign_in(head)
    invite(head, "first@example.org")
    make_member(email="first-colleague@example.org")
    client.get("/en/desk/members/")
    before = queries(client, "/en/desk/members/")
    for number in range(30):
        make_member(email=f"colleague{number}@example.org")
    for number in range(15):  # in one hour no more than twenty
        invite(head, f"new{number}@example.org")
    assert queries(client, "/en/desk/members/") == before


# --- The own page ---------------------------------------------------------------------


def test_everybody_changes_their_own_name_and_language(hand, sign_in) -> None:
    client = sign_in(hand)
    data = {"name": "Hans Handy", "language": "de", "email": "other@example.org"}
    assert client.post("/en/desk/profile/", data)["Location"] == "/en/desk/profile/"
    hand.refresh_from_db()
    assert (hand.name, hand.language, hand.email) == ("Hans Handy", "de", "hand@example.org")
    bad = client.post("/en/desk/profile/", {"name": "\u202e", "language": "de"}).content.decode()
    assert 'href="#id_name"' in bad


def test_the_header_leads_members_to_their_pages(head, office, sign_in, client) -> None:
    html = sign_in(head).get("/en/about/").content.decode()
    assert "My work" in html
    assert "Hanna Head" in html
    assert "Sign out" in html
    assert ">Review<" not in html
    assert ">Review<" in sign_in(office).get("/en/about/").content.decode()
    public = client.get("/en/about/").content.decode()
    assert "My work" not in public
    assert 'href="/en/account/sign-in/"' in public
