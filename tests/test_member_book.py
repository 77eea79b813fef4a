"""Many members invited from a workbook: looked at first, then all of them or none."""

import io
import time
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from actions import member_book
from actions.enums import LetterKind
from actions.models import Actor, ActorAlias, Invitation, Letter, User
from actions.refusals import Refused
from actions.services import members
from tests.books import made

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

PAGE = "/en/secretariat/members/import/"
HEAD = ["Organisation", "E-mail address", "Role", "Language of correspondence"]


def upload(client: Client, content: bytes, path: str = PAGE) -> Any:
    file = SimpleUploadedFile("members.xlsx", content)
    return client.post(path, {"workbook": file, "act": "look"})


def book(*rows: list[Any], head: list[str] = HEAD, title: str = "Members") -> bytes:
    return made(**{title: [head, *rows]})


def faults(client: Client, *rows: list[Any], **more: Any) -> list[tuple[Any, ...]]:
    found = upload(client, book(*rows, **more)).context["faults"]
    return [(fault.row, fault.column[:1], fault.message) for fault in found]


def justice(email: Any, role: str = "Contributor", language: str = "nl") -> list[Any]:
    return ["FPS Justice", email, role, language]


def test_a_list_is_looked_at_then_everybody_is_invited(office, sign_in) -> None:
    client = sign_in(office)
    page = upload(client, book(justice("a@example.org"), justice("B@Example.org", "Coordinator")))
    assert Invitation.objects.count() == 0
    html = page.content.decode()
    assert "2 invitations will be sent" in html
    assert "b@example.org" in html

    done = client.post(PAGE, {"act": "do", "lines": page.context["lines"]}, follow=True)

    assert "2 invitations are on their way." in done.content.decode()
    found = Invitation.objects.order_by("email").values_list(
        "email", "actor__slug", "role", "language", "invited_by"
    )
    assert list(found) == [
        ("a@example.org", "fps-justice", "contributor", "nl", office.pk),
        ("b@example.org", "fps-justice", "coordinator", "nl", office.pk),
    ]
    assert Letter.objects.filter(kind=LetterKind.INVITATION).count() == 2


def test_sent_twice_it_invites_once(office, sign_in) -> None:
    client = sign_in(office)
    lines = upload(client, book(justice("a@example.org"))).context["lines"]
    client.post(PAGE, {"act": "do", "lines": lines})
    client.post(PAGE, {"act": "do", "lines": lines})
    assert Invitation.objects.count() == 1
    page = upload(client, book(justice("a@example.org"), justice("new@example.org")))
    assert [line.email for line in page.context["known"]] == ["a@example.org"]
    assert [line.email for line in page.context["new"]] == ["new@example.org"]


def test_who_has_a_role_gets_no_letter(office, make_member, sign_in) -> None:
    make_member("observer", "fps-justice", "there@example.org")
    page = upload(sign_in(office), book(justice("THERE@example.org")))
    assert [line.email for line in page.context["known"]] == ["there@example.org"]
    assert "nobody who could still be invited" in page.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "fps-justice", "FPS Justice", "FOD Justitie", "SPF Justice", "FÖD Justiz",
        "  spf   JUSTICE ",
    ],
)  # fmt: skip
def test_a_body_is_known_by_each_of_its_names(office, sign_in, name) -> None:
    page = upload(sign_in(office), book([name, "a@example.org", "Contributor", "nl"]))
    assert [line.actor.slug for line in page.context["new"]] == ["fps-justice"]


def test_a_body_is_known_as_a_source_writes_it_if_no_other_is_called_so(office, sign_in) -> None:
    alias = ActorAlias.objects.filter(actor__valid_to=None)[0]
    page = upload(sign_in(office), book([alias.text, "a@example.org", "Contributor", "nl"]))
    assert [line.actor for line in page.context.get("new", [])] == [alias.actor]


def test_what_sources_call_two_bodies_is_said_to_be_two(office, sign_in, source) -> None:
    for slug in ("fps-justice", "fps-economy"):
        actor = Actor.objects.get(slug=slug)
        ActorAlias.objects.create(actor=actor, text="The service", source=source)
    said = faults(sign_in(office), ["the SERVICE", "a@example.org", "Contributor", "nl"])
    words = "Several organisations are called so. Choose one from the list of the template."
    assert said == [(2, "A", words)]


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_the_template_comes_back_in_each_language(office, nap2, sign_in, language) -> None:
    client = sign_in(office)
    content = client.get(f"/{language}/secretariat/members/template.xlsx").content
    found = openpyxl.load_workbook(io.BytesIO(content))
    sheet = found.worksheets[1]
    assert sheet.max_row > 40, "the bodies that nobody looks after are there"
    with translation.override(language):
        listed = {str(actor.label) for actor in Actor.objects.with_names()}
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} <= listed
    sheet["B2"], sheet["D2"] = "first@example.org", "français"
    out = io.BytesIO()
    found.save(out)
    page = upload(client, out.getvalue(), f"/{language}/secretariat/members/import/")
    assert not page.context.get("faults")
    assert [(line.email, line.role, line.language) for line in page.context["new"]] == [
        ("first@example.org", "coordinator", "fr")
    ]
    assert page.context["left_out"] == sheet.max_row - 2


def test_what_is_wrong_is_told_by_row_and_column(office, make_member, sign_in) -> None:
    gone = make_member("contributor", "fps-economy", "gone@example.org")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    Actor.objects.filter(slug="fps-economy").update(valid_to=date(2020, 1, 1))
    found = faults(
        sign_in(office),
        ["Ministry of Magic", "a@example.org", "Contributor", "nl"],
        [None, "b@example.org", None, None],
        justice("no address"),
        justice("c@example.org", "Emperor", "Latin"),
        justice("d@example.org"),
        justice("D@example.org", "Observer"),
        justice("gone@example.org"),
        ["FPS Economy", "e@example.org", "Contributor", "nl"],
        justice(date(2026, 1, 1)),
        justice("x" * 300 + "@example.org"),
    )
    assert (
        2,
        "A",
        "No organisation is called so. Choose one from the list of the template.",
    ) in found
    roles = "Choose one of these: Voice, Observer, Contributor, Coordinator, Reviewer, Secretariat."
    languages = "Choose one of these: Nederlands, français, Deutsch, English."
    assert (3, "A", "Choose an organisation.") in found
    assert (3, "C", roles) in found
    assert (3, "D", languages) in found
    assert (4, "B", "Enter a valid email address.") in found
    assert (5, "C", roles) in found
    assert (5, "D", languages) in found
    assert (7, "B", "This person stands in row 6 already, for the same organisation.") in found
    assert (8, "B", str(members.DEACTIVATED)) in found
    assert {row for row, *_rest in found} == {2, 3, 4, 5, 7, 8, 9, 10, 11}
    assert Invitation.objects.count() == 0


def test_what_is_wrong_is_told_in_the_order_of_the_rows(office, sign_in) -> None:
    client = sign_in(office)
    # That an address cannot be invited is found after all rows are read.
    found = faults(client, justice("no address"), justice("b@example.org", role="Chief"))
    assert [row for row, _column, _message in found] == [2, 3]


def test_too_many_at_once_are_refused_before_any_is_looked_at(office, sign_in) -> None:
    rows = [justice(f"p{n}@example.org") for n in range(members.MOST_OF_SECRETARIAT + 1)]
    assert faults(sign_in(office), *rows) == [
        (None, "", "At most 150 people are invited at once. Divide the list.")
    ]


def test_looking_asks_the_database_no_more_for_people_who_are_there(office, sign_in) -> None:
    def queries(count: int) -> int:
        lines = [justice(f"p{n}@example.org") for n in range(count)]
        content = book(*lines)
        members.invite_many(
            member_book.look(content, now=timezone.now()).new, by=office, now=timezone.now()
        )
        with CaptureQueriesContext(
            connection,
        ) as asked:
            member_book.look(content, now=timezone.now())
        return len(asked)

    assert queries(1) == queries(9)


@pytest.mark.parametrize(
    "lines",
    [
        "", "nonsense", "{}", "[1]", "[[1, 2]]", '[["a@example.org", 999999, "observer", "nl"]]',
        '[["a@example.org", 1, "emperor", "nl"]]', '[["a@example.org", 1, "observer", "xx"]]',
        '[["a@example.org", 99999999999999999999999, "observer", "nl"]]', "[" * 90_000,
        '[["not an address", {justice}, "observer", "nl"]]',
    ],
)  # fmt: skip
def test_forged_lines_invite_nobody(office, sign_in, lines) -> None:
    justice = Actor.objects.get(slug="fps-justice").pk
    lines = lines.replace("{justice}", str(justice))
    response = sign_in(office).post(PAGE, {"act": "do", "lines": lines}, follow=True)
    assert response.status_code == 200
    assert Invitation.objects.count() == 0


def test_one_who_cannot_be_invited_keeps_all_from_it(office) -> None:
    actor = Actor.objects.get(slug="fps-justice")
    lines = [
        members.Invited("a@example.org", actor, "observer", "nl"),
        members.Invited("no address", actor, "observer", "nl"),
    ]
    with pytest.raises(Refused, match="no address – Enter a valid"):
        members.invite_many(lines, by=office, now=timezone.now())
    assert Invitation.objects.count() == 0


def test_who_signed_in_long_ago_is_asked_who_it_is_first(office, sign_in) -> None:
    client = sign_in(office)
    lines = upload(client, book(justice("a@example.org"))).context["lines"]
    session = client.session
    for proof in session["account_authentication_methods"]:
        proof["at"] = time.time() - 16 * 60
    session.save()
    response = client.post(PAGE, {"act": "do", "lines": lines})
    assert response["Location"].startswith("/en/account/confirm/")
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04" + bytes(500)])
def test_a_file_that_is_no_workbook_is_told_at_the_field(office, sign_in, content) -> None:
    page = upload(sign_in(office), content)
    assert list(page.context["form"].errors) == ["workbook"]


def test_a_template_of_a_plan_is_for_something_else(office, sign_in) -> None:
    client = sign_in(office)
    content = client.get("/en/secretariat/plans/template.xlsx").content
    assert upload(client, content).context["form"].errors == {
        "workbook": ["This template is for something else. Download the one of this page."]
    }
