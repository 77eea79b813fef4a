"""E-mails that the secretariat writes by hand: to whom, previewed, sent once and logged."""

import re
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from actions.enums import LetterKind, LetterState
from actions.forms import circulars as forms
from actions.models import Circular, Letter, Membership, ReportingRound, User
from actions.outbox import letters, sending
from actions.services import accounts, circulars
from tests.conftest import add_second_factor
from tests.follow_up import NOW, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
TEXTS = {
    "subject_nl": "Onderwerp", "text_nl": "Goed.\nZie https://www.example.org/x",
    "subject_fr": "Objet", "text_fr": "Bien.",
}  # fmt: skip


@pytest.fixture
def running(scene: Scene) -> ReportingRound:
    """The open round of the scene; somebody reads French."""
    User.objects.filter(pk=scene.people["below"].pk).update(language="fr")
    found = scene.round()
    Letter.objects.all().delete()
    return found


@pytest.fixture
def desk(scene: Scene, sign_in: Any) -> Client:
    """A browser of the secretariat."""
    person = scene.people["secretariat"]
    add_second_factor(person)
    return sign_in(person)


def path(running: ReportingRound, query: str = "") -> str:
    return f"/en/secretariat/rounds/{running.pk}/write/{query}"


def text_of(response: Any) -> str:
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def offered(response: Any) -> set[str]:
    """Return whom a page offers to write to."""
    choices = response.context["form"].fields["people"].choices
    return {label.split("@")[0] for _key, label in choices}


def keys(scene: Scene, *names: str) -> list[int]:
    return [scene.people[name].pk for name in names]


def test_the_filter_chooses_whom_to_write_to(desk, scene, running) -> None:
    assert offered(desk.get(path(running))) == {
        "writer", "colleague", "head", "below", "outsider", "guarded", "guard",
    }  # fmt: skip
    assert offered(desk.get(path(running, "?actor=small-service"))) == {"below"}
    scene.submit(scene.entry(running, "2"), by="below")
    assert "below" not in offered(desk.get(path(running, "?state=open")))
    # Of a body without members, whoever is asked in its place.
    Membership.objects.filter(user=scene.people["below"]).update(ended_at=NOW)
    assert offered(desk.get(path(running, "?actor=small-service"))) == {"head"}


def test_bodies_among_the_chosen_that_have_nobody_are_named(desk, scene, running) -> None:
    assert [one.slug for one in desk.get(path(running)).context["alone"]] == ["small-office"]
    text = text_of(desk.get(path(running)))
    assert "as nobody writes for them: 1 Office – invite somebody – Office" in text
    page = desk.get(path(running, "?actor=small-ministry"))
    assert page.context["alone"] == []
    assert "nobody writes for them" not in text_of(page)


def test_a_preview_shows_each_language_as_it_goes_out_and_sends_nothing(
    desk, scene, running
) -> None:
    sent = TEXTS | {"people": keys(scene, "writer", "below"), "act": "preview", "text_fr": ""}
    text = text_of(desk.post(path(running), sent))
    assert "As it goes out Nederlands writer@small.example.org Onderwerp Goedendag," in text
    assert "Français below@small.example.org Not written in this language yet." in text
    assert not Letter.objects.exists()
    assert not Circular.objects.exists()


def test_what_is_sent_reaches_each_in_their_language_and_is_logged(desk, scene, running) -> None:
    sent = TEXTS | {"people": keys(scene, "writer", "below"), "act": "send"}
    response = desk.post(path(running), sent)
    assert (response.status_code, response["Location"]) == (302, "/en/secretariat/letters/")
    for letter in Letter.objects.all():
        sending.send(letter.pk, now=letter.due_at)
    by_address = {message.to[0].split("@")[0]: message for message in mail.outbox}
    assert set(by_address) == {"writer", "below"}
    assert by_address["writer"].subject == "Onderwerp"
    assert "Zie https://www.example.org/x\n" in by_address["writer"].body
    assert "Bien." in by_address["below"].body
    log = text_of(desk.get("/en/secretariat/letters/"))
    assert log.count("Written by the secretariat") == 2
    assert "Onderwerp" in log
    assert Circular.objects.get().by == scene.people["secretariat"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"people": []}, "people"),
        ({"people": ["999999"]}, "people"),
        ({"people": ["x"]}, "people"),
        ({"people": ["9" * 40]}, "people"),
        ({"text_fr": ""}, "text_fr"),
        ({"subject_fr": " "}, "subject_fr"),
        ({"text_nl": "x" * 5001}, "text_nl"),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_field_and_nothing_is_lost(
    desk, scene, running, change: dict[str, Any], field: str
) -> None:
    sent = TEXTS | {"people": keys(scene, "writer", "below"), "act": "send"} | change
    response = desk.post(path(running), sent)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert "Onderwerp" in response.content.decode()
    assert not Letter.objects.exists()
    assert not Circular.objects.exists()


def test_very_many_are_written_to_only_where_that_is_confirmed(
    desk, scene, running, monkeypatch
) -> None:
    monkeypatch.setattr(forms, "ASKED_FROM", 2)
    monkeypatch.setattr("actions.views.circulars.ASKED_FROM", 2)
    sent = TEXTS | {"people": keys(scene, "writer", "below"), "act": "send"}
    response = desk.post(path(running), sent)
    assert response.context["form"].errors["sure"] == [
        "These are 2 people. Tick the box if you mean all of them."
    ]
    assert not Letter.objects.exists()
    assert desk.post(path(running), sent | {"sure": "on"}).status_code == 302
    assert Letter.objects.count() == 2


def test_the_same_form_sent_twice_writes_once(desk, scene, running) -> None:
    page = desk.get(path(running)).content.decode()
    token = re.search(r'name="token"\s+value="([^"]+)"', page)
    assert token is not None
    sent = TEXTS | {"people": keys(scene, "writer"), "act": "send", "token": token[1]}
    for _turn in range(2):
        assert desk.post(path(running), sent).status_code == 302
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("name", ["reminder", "welcome"])
def test_a_template_is_there_in_each_language(desk, running, name: str) -> None:
    form = desk.get(path(running, f"?template={name}")).context["form"]
    texts = {form.initial[f"text_{code}"] for code in ("nl", "fr", "de", "en")}
    assert len(texts) == 4
    assert all("2025" in text for text in texts)
    assert "text_nl" not in desk.get(path(running, "?template=x")).context["form"].initial


def test_a_planned_round_has_nobody_to_write_to(desk, scene) -> None:
    planned = scene.round(2024, "planned")
    assert desk.get(path(planned)).status_code == 302


def test_only_the_secretariat_sends_and_only_to_members(scene, running) -> None:
    given = Circular(round=running, **TEXTS)
    with pytest.raises(PermissionDenied):
        circulars.send(given, people=keys(scene, "writer"), by=scene.people["head"], now=NOW)
    with pytest.raises(ValidationError) as found:
        circulars.send(
            given, people=keys(scene, "writer", "nobody"), by=scene.people["chair"], now=NOW
        )
    assert list(found.value.message_dict) == ["people"]
    assert not Letter.objects.exists()


# --- One choice a person ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "reaches"),
    [
        (LetterKind.ACCEPTED, False),
        (LetterKind.RETURNED, True),
        (LetterKind.REMINDER, True),
        (LetterKind.BY_HAND, True),
        (LetterKind.ROUND_OPENED, True),
    ],
)
def test_who_wants_only_what_they_must_do_gets_just_that(scene, running, kind, reaches) -> None:
    person = scene.people["writer"]
    entry = scene.entry(running, "1")
    if kind == LetterKind.ACCEPTED:
        scene.submit(entry)
        scene.accept(entry)
    if kind == LetterKind.RETURNED:
        scene.submit(entry)
        scene.send_back(entry)
    Letter.objects.all().delete()
    event = entry.events.last()
    facts: dict[str, Any] = {
        "person": person.pk, "entries": [entry.pk], "orphans": [], "round": running.pk,
        "entry": entry.pk, "event": event.pk if event else 0,
    }  # fmt: skip
    if kind == LetterKind.BY_HAND:
        made = Circular.objects.create(
            round=running, by=scene.people["chair"], at=NOW, subject_nl="A", text_nl="B"
        )
        facts |= {"circular": made.pk}
    accounts.save_profile(person, name="Ann", language="nl", only_needed=True)
    letter = letters.put(kind, key="k", to=User.objects.get(pk=person.pk), facts=facts, now=NOW)
    sending.send(letter.pk, now=NOW)
    letter.refresh_from_db()
    assert letter.state == (LetterState.SENT if reaches else LetterState.DROPPED)


def test_the_choice_stands_on_the_own_page(scene, sign_in) -> None:
    client = sign_in(scene.people["writer"])
    for wanted in (True, False):
        sent = {"name": "Ann", "language": "nl"} | ({"only_needed": "on"} if wanted else {})
        assert client.post("/en/desk/profile/", sent).status_code == 302
        assert User.objects.get(pk=scene.people["writer"].pk).only_needed is wanted
        form = client.get("/en/desk/profile/").context["form"]
        assert form.initial["only_needed"] is wanted
