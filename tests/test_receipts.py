"""Receipts: who wants one gets an e-mail with what they submitted, and what happens next."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from actions.enums import LetterKind, LetterState
from actions.models import Letter, ReportingRound, User
from actions.outbox import sending
from actions.services import entries
from tests.follow_up import CLOSE, NOW, Scene, at

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def running(scene: Scene) -> ReportingRound:
    """The open round of the scene, in which the writer wants receipts, in English."""
    found = scene.round()
    User.objects.filter(pk=scene.people["writer"].pk).update(receipts=True, language="en")
    Letter.objects.all().delete()
    return found


def sent(now: Any = NOW) -> str:
    """Return the only letter that goes out, on one line."""
    list(sending.send_due(now=now))
    (letter,) = mail.outbox
    return " ".join(f"{letter.subject} {letter.body}".split())


def test_a_receipt_says_what_was_submitted_and_what_happens_next(scene, running) -> None:
    said = {"results": "Twee vergaderingen.", "internal": "Niet voor het verslag."}
    scene.submit(scene.entry(running), **said)
    text = sent()
    assert mail.outbox[0].to == ["writer@small.example.org"]
    assert text.startswith("Follow-up 2025: you submitted 1 entry")
    assert "2025, 1. Action 1 Ministry Status In progress What was done We schreven" in text
    assert "Results Twee vergaderingen." in text
    assert "Niet voor het verslag" not in text
    assert "The secretariat reads it, and accepts it or returns it with a question." in text
    assert "Until 15 March 2026 you can still withdraw" in text


def test_it_says_what_was_submitted_also_where_that_was_changed_since(scene, running) -> None:
    scene.submit(scene.entry(running))
    entries.withdraw(scene.entry(running), by=scene.people["writer"], now=NOW)
    scene.save(scene.entry(running), done="Iets anders.")
    text = sent()
    assert "We schreven het ontwerp." in text
    assert "Iets anders" not in text
    assert "withdraw" not in text


def test_after_the_close_nobody_is_told_that_they_can_withdraw(scene, running) -> None:
    scene.submit(scene.entry(running))
    assert "withdraw" not in sent(at(CLOSE + timedelta(days=1)))


def test_what_is_submitted_in_one_act_makes_one_receipt(scene, running) -> None:
    for label in ("1", "9"):
        scene.submit(scene.entry(running, label))
    scene.submit(scene.entry(running, "3"), now=NOW + timedelta(minutes=1))
    assert Letter.objects.filter(kind=LetterKind.RECEIPT).count() == 2
    text = sent()
    assert "you submitted 2 entries" in text
    assert re.search(r"1\. Action 1 .* 9\. Action 9 ", text)
    assert "3. Action 3" not in text


def test_the_same_submitted_twice_makes_one_receipt(scene, running) -> None:
    stored = scene.submit(scene.entry(running))
    scene.submit(stored, now=NOW + timedelta(minutes=1))
    assert Letter.objects.get().facts == {"versions": [[stored.pk, 1]]}


def test_nobody_else_gets_one(scene, running) -> None:
    scene.submit(scene.entry(running), by="colleague")
    scene.submit(scene.entry(running, "6"), by="outsider")
    assert not Letter.objects.exists()


def test_who_left_meanwhile_gets_none(scene, running) -> None:
    scene.submit(scene.entry(running))
    scene.people["writer"].memberships.update(ended_at=NOW)
    list(sending.send_due(now=NOW))
    assert Letter.objects.get().state == LetterState.DROPPED
    assert mail.outbox == []


def test_the_choice_stands_on_the_own_page_and_is_off_at_first(scene, sign_in) -> None:
    client = sign_in(scene.people["writer"])
    path = "/en/desk/profile/"
    assert client.get(path).context["form"].initial["receipts"] is False
    for wanted in (True, False):
        data = {"name": "Ann", "language": "nl"} | ({"receipts": "on"} if wanted else {})
        assert client.post(path, data).status_code == 302
        assert User.objects.get(pk=scene.people["writer"].pk).receipts is wanted
        assert client.get(path).context["form"].initial["receipts"] is wanted
