"""The page of open sessions: what people see of theirs, and how they end them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import User
from actions.services import open_sessions as service
from tests.follow_up import Scene
from tests.signing_in import enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
PAGE = "/en/desk/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
EDGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0"
)


def browser(person: User, agent: str = FIREFOX, **more: Any) -> Client:
    """Return a browser in which somebody is signed in, as it names itself."""
    client = enter(Client(headers={"user-agent": agent}), person, **more)
    session = client.session
    session[service.OPENED] = service.opened(agent, now=timezone.now())
    session.save()
    return client


def listed(client: Client) -> list[tuple[str, bool]]:
    """Return what the page lists: the browser, and whether it is this one."""
    return [(row.device, row.is_here) for row in client.get(PAGE).context["rows"]]


def mark_in(client: Client) -> str:
    """Return what names the other session in the form."""
    return str(next(row.mark for row in client.get(PAGE).context["rows"] if not row.is_here))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        (EDGE, "Edge, macOS"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604",
            "Safari, iOS",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/143.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.1", ""),
        ("", ""),
        ("<script>alert(1)</script>" * 900, ""),
    ],
)
def test_a_browser_is_told_in_two_words(agent: str, words: str) -> None:
    assert service.device(agent) == words


def test_people_see_their_own_sessions_and_which_is_this_one(scene: Scene) -> None:
    writer = scene.people["writer"]
    browser(scene.people["colleague"], EDGE)
    browser(writer, EDGE)
    here = browser(writer)
    assert listed(here) == [("Firefox, Windows", True), ("Edge, macOS", False)]


def test_signing_in_keeps_the_browser_and_the_time(scene: Scene, sign_in: Any) -> None:
    client = sign_in(scene.people["writer"])
    (row,) = client.get(PAGE).context["rows"]
    assert (row.device, row.at is not None, row.is_here) == ("", True, True)
    assert "Browser not known" in client.get(PAGE).text


def test_a_session_that_began_before_this_was_kept_is_listed(scene: Scene) -> None:
    here = browser(scene.people["writer"])
    session = here.session
    del session[service.OPENED]
    session.save()
    assert listed(here) == [("", True)]


def test_what_has_run_out_is_not_listed(scene: Scene) -> None:
    writer = scene.people["writer"]
    browser(writer, EDGE)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert listed(browser(writer)) == [("Firefox, Windows", True)]


def test_one_session_is_ended_and_its_browser_signed_out(scene: Scene) -> None:
    writer = scene.people["writer"]
    there, here = browser(writer, EDGE), browser(writer)
    third = browser(writer, "curl")
    mark = next(row.mark for row in here.get(PAGE).context["rows"] if row.device == "Edge, macOS")
    answer = here.post(PAGE, {"session": mark}, follow=True)
    assert "That session has ended." in answer.text
    assert there.get(PAGE).status_code == 302
    assert (here.get(PAGE).status_code, third.get(PAGE).status_code) == (200, 200)
    assert here.post(PAGE, {"session": mark}).status_code == 302


def test_all_others_are_ended_at_once(scene: Scene) -> None:
    writer = scene.people["writer"]
    there, here = browser(writer, EDGE), browser(writer)
    stranger = browser(scene.people["colleague"])
    assert "signed out everywhere else" in here.post(PAGE, {"others": "1"}, follow=True).text
    assert there.get(PAGE).status_code == 302
    assert listed(here) == [("Firefox, Windows", True)]
    assert listed(stranger) == [("Firefox, Windows", True)]


def test_nobody_ends_the_session_of_somebody_else_nor_this_one(scene: Scene) -> None:
    here, stranger = browser(scene.people["writer"]), browser(scene.people["colleague"])
    (own,) = here.get(PAGE).context["rows"]
    for client in (stranger, here):
        client.post(PAGE, {"session": own.mark})
        client.post(PAGE, {"session": here.session.session_key})
    assert here.get(PAGE).status_code == 200


def test_the_page_holds_no_key_that_opens_a_session(scene: Scene) -> None:
    there, here = browser(scene.people["writer"], EDGE), browser(scene.people["writer"])
    page = here.get(PAGE).text
    assert str(there.session.session_key) not in page
    assert str(here.session.session_key) not in page


def test_who_proved_long_ago_who_they_are_is_asked_before_a_session_ends(scene: Scene) -> None:
    writer = scene.people["writer"]
    there = browser(writer, EDGE)
    here = browser(writer)
    session = here.session
    session["account_authentication_methods"] = [{"method": "code", "at": 0, "email": writer.email}]
    session.save()
    answer = here.post(PAGE, {"session": mark_in(here)})
    assert answer["Location"].startswith("/en/account/confirm/")
    assert there.get(PAGE).status_code == 200


def test_sessions_are_listed_with_as_many_queries_for_one_as_for_ten(scene: Scene) -> None:
    writer = scene.people["writer"]
    here = browser(writer)
    here.get(PAGE)
    found = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            here.get(PAGE)
        found.append(len(queries))
        for _more in range(9):
            browser(writer, EDGE)
    assert found[0] == found[1]


def test_the_time_is_that_of_brussels(scene: Scene) -> None:
    with time_machine.travel("2026-07-01 10:00:00+00:00", tick=False):
        page = browser(scene.people["writer"]).get(PAGE).text
    assert "signed in on 1 July 2026 at 12:00" in " ".join(page.split())
