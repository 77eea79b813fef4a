"""Messages that mail servers returned: brought in, shown at the person, settled."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Invitation, Letter, Returned, User
from actions.refusals import Refused
from actions.rules.bounces import MOST_BYTES
from actions.services import accounts, members, returned
from tests.conftest import add_second_factor
from tests.follow_up import Scene, who_may
from tests.rules.test_bounces import PLAIN, report

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
PAGE = "/en/secretariat/returned/"


def bounce(address: str, words: str = "550 5.1.1 User unknown") -> bytes:
    """Return a message that says that an address failed."""
    return report(
        f"Final-Recipient: rfc822; {address}\nAction: failed\nDiagnostic-Code: smtp; {words}\n"
    )


@pytest.fixture
def desk(scene: Scene, sign_in: Any) -> Client:
    """A browser of the secretariat."""
    person = scene.people["secretariat"]
    add_second_factor(person)
    client: Client = sign_in(person)
    return client


def take(scene: Scene, content: bytes, by: str = "secretariat") -> list[Returned]:
    return returned.take(content, by=scene.people[by], now=timezone.now())


def upload(client: Client, *contents: bytes) -> Any:
    files = [SimpleUploadedFile(f"mail{n}.eml", c) for n, c in enumerate(contents, start=1)]
    return client.post(PAGE, {"mails": files}, follow=True)


def addresses() -> list[str]:
    """Return the addresses that failed and are not settled."""
    found = Returned.objects.open().order_by("address").values_list("address", flat=True)
    return [address.split("@")[0] for address in found.distinct()]


WRITER, BELOW = "writer@small.example.org", "below@small.example.org"


def test_only_the_secretariat_brings_in_and_settles(scene) -> None:
    (row,) = take(scene, bounce(BELOW))
    assert who_may(scene, lambda name: take(scene, bounce(WRITER), name)) == {
        "secretariat", "chair",
    }  # fmt: skip
    with pytest.raises(PermissionDenied):
        returned.settle(row, by=scene.people["head"], now=timezone.now())


def test_what_a_server_said_stands_at_the_person_and_is_counted(desk, scene) -> None:
    page = upload(desk, bounce("Writer@small.example.org"), bounce(BELOW, "552 full")).content
    assert b"2 addresses that failed are noted." in page
    row = Returned.objects.get(address=WRITER)
    assert (row.user, row.sentence) == (scene.people["writer"], "550 5.1.1 User unknown")
    assert f"{row.at:%Y-%m-%d}" == "2026-02-03"
    assert b"e-mail came back on 3" in page
    people = desk.get("/en/secretariat/members/?words=writer").content.decode()
    assert "550 5.1.1 User unknown" in people
    today = desk.get("/en/secretariat/").context["todos"]
    assert [
        (todo.number, todo.link) for todo in today if todo.label == "addresses that failed"
    ] == [(2, PAGE)]


def test_it_stands_where_people_of_a_round_are_shown(desk, scene) -> None:
    running = scene.round()
    take(scene, bounce(WRITER))
    page = desk.get(f"/en/secretariat/rounds/{running.pk}/expected/").content.decode()
    assert page.count("550 5.1.1 User unknown") >= 1


def test_it_stands_beside_whom_an_email_would_go_to(desk, scene) -> None:
    running = scene.round()
    take(scene, bounce(WRITER))
    form = desk.get(f"/en/secretariat/rounds/{running.pk}/write/").context["form"]
    lines = dict(form.fields["people"].choices)
    assert lines[scene.people["writer"].pk] == f"{WRITER} <{WRITER}> (nl) – address that failed"
    assert "failed" not in lines[scene.people["below"].pk]


def test_an_invitation_that_did_not_arrive_is_marked(desk, scene) -> None:
    invited = invite(scene, "new@example.org")
    take(scene, bounce("new@example.org"))
    assert addresses() == ["new"]
    assert "User unknown" in desk.get("/en/secretariat/members/").content.decode()
    members.withdraw_invitation(invited, by=scene.people["chair"], now=timezone.now())
    assert addresses() == []


def test_it_is_settled_by_hand_by_another_address_and_with_the_account(desk, scene) -> None:
    for name in ("writer", "below", "head"):
        take(scene, bounce(f"{name}@small.example.org"))
    take(scene, bounce(WRITER, "again"))
    row = Returned.objects.filter(address=WRITER).first()
    assert row is not None
    assert desk.post(f"{PAGE}{row.pk}/settle/")["Location"] == PAGE
    assert addresses() == ["below", "head"]
    User.objects.filter(email=BELOW).update(email="new@small.example.org")
    assert addresses() == ["head"]
    by = scene.people["secretariat"]
    accounts.deactivate(scene.people["head"], by=by, now=timezone.now())
    assert addresses() == []


def test_nothing_is_kept_of_an_erased_person(scene) -> None:
    take(scene, bounce(WRITER))
    by = scene.people["secretariat"]
    accounts.erase(scene.people["writer"], by=by, now=timezone.now())
    assert Returned.objects.count() == 0


def invite(scene: Scene, address: str) -> Invitation:
    return members.invite(
        address, actor=scene.actors["ministry"], role="contributor", language="nl",
        by=scene.people["secretariat"], now=timezone.now(),
    )  # fmt: skip


def test_nor_of_the_address_at_which_they_were_invited(scene) -> None:
    invited, now = invite(scene, "old@example.org"), timezone.now()
    take(scene, bounce("old@example.org", "550 old@example.org unknown"))
    person = User.objects.create_user("old@example.org", None, name="Contributor", language="nl")
    invited.used_at, invited.used_by = now, person
    invited.save()
    person.email = "new@example.org"
    person.save()
    accounts.erase(person, by=scene.people["secretariat"], now=now)
    assert Returned.objects.count() == 0
    assert not Letter.objects.filter(address="old@example.org").exists()


def test_what_came_back_from_another_person_stays(scene) -> None:
    invited, now = invite(scene, "shared@example.org"), timezone.now()
    person = scene.people["below"]
    invited.used_at, invited.used_by = now, person
    invited.save()
    User.objects.create_user("shared@example.org", None, name="Another", language="nl")
    take(scene, bounce("shared@example.org"))
    accounts.erase(person, by=scene.people["secretariat"], now=now)
    assert addresses() == ["shared"]


def test_it_is_forgotten_a_while_after_an_invitation_is_over(scene) -> None:
    withdrawn = invite(scene, "withdrawn@example.org")
    for name in ("withdrawn", "expired", "again"):
        if name != "withdrawn":
            invite(scene, f"{name}@example.org")
        take(scene, bounce(f"{name}@example.org"))
    take(scene, bounce(WRITER))
    now = timezone.now()
    members.withdraw_invitation(withdrawn, by=scene.people["secretariat"], now=now)
    assert returned.purge(now=now + timedelta(days=29)) == 0
    later = now + timedelta(days=31)
    Invitation.objects.filter(email="again@example.org").update(expires_at=later + timedelta(1))
    assert returned.purge(now=later) == 2
    kept = Returned.objects.order_by("address").values_list("address", flat=True)
    assert list(kept) == ["again@example.org", WRITER]


def test_the_message_itself_is_kept_nowhere(scene) -> None:
    (row,) = take(scene, bounce(WRITER))
    stored = " ".join(map(str, Returned.objects.filter(pk=row.pk).values_list().get()))
    assert "whole letter" not in stored
    assert "Undelivered" not in stored


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"x" * (MOST_BYTES + 1), "The file is larger than 1 MB"),
        (b"From: a@example.org\n\nHello", "This is no message of a mail server"),
        (bounce("a\0b@example.org"), "Nobody here has the address that failed."),
        (bounce("=?utf-7?q?+2AA-b=40example=2Eorg?="), "Nobody here has the address"),
        (bounce("stranger@example.org"), "Nobody here has the address that failed."),
        (report("Final-Recipient: rfc822; x@y.example\nAction: delayed\n"), "delayed or delivered"),
        (
            PLAIN.format(date="").replace("b.person@example.org", f"{WRITER} and {BELOW}").encode(),
            "The message names several people here",
        ),
    ],
)
def test_what_cannot_be_used_is_told_at_the_field_and_the_rest_is_taken(
    desk, scene, content, words
) -> None:
    response = upload(desk, content, bounce("head@small.example.org"))
    page = response.content.decode()
    assert f"mail1.eml – {words}" in page or (words in page and "mail1.eml – " in page)
    assert "1 address that failed is noted." in page
    assert addresses() == ["head"]


def test_the_same_message_brought_in_twice_counts_once(scene) -> None:
    take(scene, bounce(WRITER))
    with pytest.raises(Refused) as refusal:
        take(scene, bounce(WRITER))
    assert str(refusal.value) == "This message was uploaded already."
    assert Returned.objects.count() == 1


def test_no_file_or_too_many_are_refused(desk, scene) -> None:
    assert b"This field is required." in desk.post(PAGE, {}).content
    page = upload(desk, *(bounce(WRITER, str(n)) for n in range(21))).content
    assert b"Upload at most 20 files at once." in page
    assert Returned.objects.count() == 0


def test_a_day_that_cannot_be_right_is_the_day_of_the_upload(scene) -> None:
    later = bounce(WRITER).replace(b"3 Feb 2026", b"3 Feb 2126")
    (row,) = take(scene, later)
    assert timezone.now() - row.at < timedelta(minutes=1)


def test_the_pages_ask_the_same_for_one_address_and_for_many(desk, scene) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert desk.get(path).status_code == 200
        return len(found)

    take(scene, bounce(WRITER))
    paths = (PAGE, "/en/secretariat/members/")
    for path in paths:
        desk.get(path)
    few = [count(path) for path in paths]
    for name in ("below", "head", "colleague", "outsider"):
        take(scene, bounce(f"{name}@small.example.org"))
    assert [count(path) for path in paths] == few
