"""Accounts as the secretariat manages them: find, deactivate, reactivate, erase."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from actions.enums import LetterKind, LetterState
from actions.models import (
    Actor,
    Contact,
    Entry,
    EntryVersion,
    Invitation,
    Letter,
    Membership,
    Plan,
    User,
)
from actions.outbox import letters
from actions.refusals import Refused
from actions.services import accounts, entries, members
from tests.conftest import add_second_factor

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

NOW = timezone.now()
PAGE = "/en/secretariat/members/"


@pytest.fixture
def person(make_member) -> User:
    """Somebody who writes for FPS Justice."""
    return make_member("contributor", "fps-justice", "petra@example.org", name="Petra Person")


def on(person: User, act: str) -> str:
    return f"/en/secretariat/people/{person.pk}/{act}/"


# --- The page --------------------------------------------------------------------------


def test_the_page_shows_everybody_with_their_roles(office, person, make_member, sign_in) -> None:
    make_member("observer", "fps-economy", person.email)
    html = sign_in(office).get(PAGE).content.decode()
    line = " ".join(html.split("Petra Person", 1)[1].split("Deactivate")[0].split())
    assert '<span lang="en">FPS Justice</span>: Contributor' in line
    assert ": Observer" in line


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("words=pétra", ["petra@example.org"]),
        ("words=example.org+person", ["petra@example.org"]),
        ("words=nobody", []),
        ("role=secretariat", ["office@example.org"]),
        ("actor={justice}", ["petra@example.org"]),
        ("actor={justice}&role=observer", []),
        ("state=closed", []),
        ("actor=999999999999999999999", ["office@example.org", "petra@example.org"]),
        ("role=emperor&words=%00&page=x", ["office@example.org", "petra@example.org"]),
    ],
)
def test_the_list_is_filtered(office, person, sign_in, query: str, found: list[str]) -> None:
    justice = Actor.objects.get(slug="fps-justice").pk
    response = sign_in(office).get(f"{PAGE}?{query.format(justice=justice)}")
    assert response.status_code == 200
    assert sorted(user.email for user in response.context["page"]) == found


def test_the_secretariat_invites_to_any_organisation_and_role(office, sign_in) -> None:
    actor = Actor.objects.get(slug="fps-economy")
    data = {"email": "new@example.org", "actor": actor.pk, "role": "reviewer", "language": "fr"}
    assert sign_in(office).post(PAGE, data)["Location"] == PAGE
    made = Invitation.objects.get()
    assert (made.actor, made.role) == (actor, "reviewer")
    html = sign_in(office).post(PAGE, data).content.decode()
    assert "There is an open invitation to this address already." in html
    forged = sign_in(office).post(PAGE, data | {"actor": "9" * 30})
    assert forged.status_code == 200


def test_the_secretariat_changes_a_role(office, person, sign_in) -> None:
    held = person.memberships.get()
    path = f"/en/secretariat/members/{held.pk}/role/"
    assert sign_in(office).get(path).status_code == 200
    assert sign_in(office).post(path, {"role": "emperor"}).status_code == 200
    assert sign_in(office).post(path, {"role": "reviewer"})["Location"] == PAGE
    assert person.memberships.get().role == "reviewer"
    assert sign_in(office).get("/en/secretariat/members/0/role/").status_code == 404


@pytest.mark.parametrize("role", ["contributor", "coordinator", "observer", "reviewer"])
def test_nobody_else_manages_accounts(make_member, person, sign_in, role: str) -> None:
    client = sign_in(make_member(role))
    held = person.memberships.get().pk
    paths = [PAGE, f"/en/secretariat/members/{held}/role/"]
    paths += [on(person, act) for act in ("deactivate", "reactivate", "erase")]
    for path in paths:
        assert client.post(path, {"sure": "on", "role": "observer"}).status_code == 403
    person.refresh_from_db()
    assert (person.is_active, person.is_erased) == (True, False)
    by = User.objects.get(email=f"{role}-fps-justice@example.org")
    for act in (accounts.deactivate, accounts.reactivate, accounts.erase):
        with pytest.raises(PermissionDenied):
            act(person, by=by, now=NOW)


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(PAGE).status_code == 200
    return len(found)


def test_the_page_asks_as_often_for_thirty_people_as_for_one(office, make_member, sign_in) -> None:
    client = sign_in(office)
    make_member(email="first@example.org")
    client.get(PAGE)
    before = queries(client)
    for number in range(30):
        make_member(email=f"colleague{number}@example.org")
    assert queries(client) == before


# --- Deactivate and reactivate -------------------------------------------------------------


def test_deactivating_ends_sessions_at_once_and_keeps_the_history(office, person, sign_in) -> None:
    hers, client = sign_in(person), sign_in(office)
    assert hers.get("/en/desk/profile/").status_code == 200
    assert "signed out everywhere" in client.get(on(person, "deactivate")).content.decode()
    assert client.post(on(person, "deactivate"))["Location"] == PAGE
    assert hers.get("/en/desk/profile/").status_code == 302
    held = person.memberships.get()
    assert held.ended_at is not None
    assert [row.history_user for row in held.history.all()] == [office, None]
    person.refresh_from_db()
    assert person.name == "Petra Person"


def test_an_old_session_stays_closed_after_reactivation(office, person, sign_in) -> None:
    hers, half = sign_in(person), Client()
    half.post("/en/account/sign-in/", {"email": person.email})
    code = Letter.objects.get().facts["code"]
    accounts.deactivate(person, by=office, now=NOW)
    client = sign_in(office)
    assert client.post(on(person, "reactivate"))["Location"] == PAGE
    assert hers.get("/en/desk/profile/").status_code == 302
    half.post("/en/account/sign-in/code/", {"code": code})
    assert "_auth_user_id" not in half.session
    person.refresh_from_db()
    assert (person.is_active, Membership.objects.current().filter(user=person).exists()) == (
        True, False,
    )  # fmt: skip
    assert Session.objects.count() == 1


def test_the_only_one_of_the_secretariat_is_neither_deactivated_nor_erased(office, sign_in):
    for act in (accounts.deactivate, accounts.erase):
        with pytest.raises(Refused, match="Somebody must remain"):
            act(office, by=office, now=NOW)
    html = sign_in(office).post(on(office, "deactivate"), follow=True).content.decode()
    assert "Somebody must remain in the secretariat." in html
    office.refresh_from_db()
    assert office.is_active


# --- Erase -----------------------------------------------------------------------------------


def texts(value: Any) -> list[str]:
    return [str(value)] if value is not None else []


def everything() -> str:
    """Return all that any table holds, as one text."""
    found: list[str] = []
    for model in apps.get_models(include_auto_created=True):
        fields = [f.attname for f in model._meta.concrete_fields]  # noqa: SLF001
        for row in model._base_manager.values_list(*fields):  # noqa: SLF001
            found += [text for value in row for text in texts(value)]
    return "\n".join(found)


def leave_traces(person: User, office: User, open_round) -> Entry:
    """Let somebody leave their name and address wherever that can be."""
    add_second_factor(person)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    members.invite(
        "PETRA@example.org", actor=Actor.objects.get(slug="fps-economy"), role="contributor",
        language="nl", by=office, now=NOW,
    )  # fmt: skip
    letter = letters.put(
        LetterKind.RETURNED, key="one", to=person, facts={"name": person.name}, now=NOW
    )
    Letter.objects.filter(pk=letter.pk).update(text="Dear Petra Person", subject="Petra Person")
    other = letters.put(LetterKind.RETURNED, key="two", to=office, facts={}, now=NOW)
    Letter.objects.filter(pk=other.pk).update(text="Says Petra Person")
    LogEntry.objects.create(
        user=office, content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk),
        object_repr=str(person), action_flag=CHANGE, change_message="petra@example.org",
    )  # fmt: skip
    entry = open_round().entries.filter(responsibility__actor__slug="fps-justice").first()
    content = {"status": "done", "done": "We did it.", "language": "nl"}
    return entries.save(entry, by=person, version=0, content=content, now=NOW)


def test_erasing_leaves_nothing_of_a_person_but_the_work(
    office, person, open_round, sign_in
) -> None:
    entry = leave_traces(person, office, open_round)
    sign_in(person)
    assert "petra" in everything().casefold()
    client = sign_in(office)
    assert "cannot be undone" in client.get(on(person, "erase")).content.decode()
    client.post(on(person, "erase"))
    assert not User.objects.get(pk=person.pk).is_erased  # the box was not ticked
    assert client.post(on(person, "erase"), {"sure": "on"})["Location"] == PAGE
    assert "petra" not in everything().casefold()
    erased = User.objects.get(pk=person.pk)
    assert EntryVersion.objects.get(entry=entry).author == erased
    assert not Authenticator.objects.filter(user=erased).exists()
    assert Letter.objects.get(key="one").state == LetterState.DROPPED
    assert not Invitation.objects.filter(used_at=None, withdrawn_at=None).exists()
    assert client.get(on(person, "erase")).status_code == 404


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "Former member (FPS Justice)"),
        ("nl", "FOD Justitie"),
        ("fr", "SPF Justice"),
    ],
)
def test_an_erased_person_is_a_former_member_in_the_readers_language(
    office, person, language: str, name: str
) -> None:
    accounts.erase(person, by=office, now=NOW)
    erased = User.objects.get(pk=person.pk)
    with translation.override(language):
        assert name in str(erased)
        assert name in erased.get_full_name()
        assert name in erased.get_short_name()


def test_an_erased_person_is_nobodys_contact_any_more(office, person) -> None:
    plan = Plan.objects.get(slug="nap2")
    Contact.objects.create(plan=plan, name="Petra Peeters", email="Petra@example.org", phone="1")
    accounts.erase(person, by=office, now=NOW)
    assert not Contact.objects.exists()
    past = Contact.history.first()
    assert past is not None
    assert (past.name, past.phone) == ("", "")
    assert "petra" not in past.email.lower()


def test_an_erased_address_may_be_invited_anew(office, person) -> None:
    accounts.erase(person, by=office, now=NOW)
    actor = Actor.objects.get(slug="fps-justice")
    made = members.invite(
        "petra@example.org", actor=actor, role="contributor", language="nl", by=office, now=NOW
    )
    secret = Letter.objects.get(key=f"invitation:{made.pk}").facts["secret"]
    fresh, is_new = members.accept_invitation(secret, name="Petra", now=NOW)
    assert (is_new, fresh.pk != person.pk) == (True, True)


def test_erasing_twice_changes_nothing_and_nobody_revives_an_erased_person(office, person) -> None:
    first = accounts.erase(person, by=office, now=NOW)
    assert accounts.erase(person, by=office, now=timezone.now()).erased_at == first.erased_at
    for act in (accounts.deactivate, accounts.reactivate):
        with pytest.raises(Refused, match="erased"):
            act(person, by=office, now=NOW)


def test_every_table_with_an_address_is_thought_of() -> None:
    """A new column for addresses has to be wiped too: then it belongs here."""
    known = {
        "Contact.email", "EmailAddress.email", "HistoricalContact.email",
        "HistoricalInvitation.email", "HistoricalRecipient.email", "Invitation.email",
        "Recipient.email", "User.email",
    }  # fmt: skip
    found = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001
        if isinstance(field, models.EmailField)
    }
    assert found == known
