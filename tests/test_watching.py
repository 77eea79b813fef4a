"""Watching a site that runs: numbers of requests, figures for a monitoring system, security.txt."""

import json
import logging
from datetime import datetime, timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from actions import pulse
from actions.enums import LetterKind, LetterState
from actions.models import Letter
from actions.views import pages
from napmonitor.logs import JsonFormatter
from napmonitor.middleware import Numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    """The log lines of requests, as a machine reads them."""
    caplog.set_level(logging.INFO, logger="napmonitor.requests")
    caplog.handler.setFormatter(JsonFormatter())
    asked = '"logger": "napmonitor.requests"'
    return lambda: [json.loads(line) for line in caplog.text.splitlines() if asked in line]


def test_an_answer_and_its_log_line_bear_the_same_number(client: Client, lines):
    answer = client.get("/health/?wanted=somebody")
    (line,) = lines()
    assert line["request"] == answer["X-Request-Id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/health/", 200)
    assert line["milliseconds"] >= 0
    assert "somebody" not in json.dumps(line)


def test_each_request_has_a_number_of_its_own(client: Client):
    numbers = {client.get("/health/")["X-Request-Id"] for _ in range(3)}
    assert len(numbers) == 3


@pytest.mark.parametrize(
    ("is_behind_proxy", "given", "is_followed"),
    [
        (True, "0f3c-52aa-proxy", True),
        (False, "0f3c-52aa-visitor", False),
        (True, "short", False),
        (True, "x" * 65, False),
        (True, "two words \u00e9", False),
    ],
)
def test_only_a_proxy_gives_numbers(client: Client, settings, is_behind_proxy, given, is_followed):
    settings.BEHIND_PROXY = is_behind_proxy
    answer = client.get("/health/", headers={"X-Request-Id": given})
    assert (answer["X-Request-Id"] == given) is is_followed


def test_the_log_line_of_an_invitation_does_not_open_it(client: Client, lines):
    client.get("/nl/invitation/_4hgGehTg0i05SdJb1kIruo-Fh2/")
    assert lines()[-1]["path"] == "/nl/invitation/…/"


def test_the_page_of_a_fault_says_the_number_under_which_the_log_has_it():
    request = RequestFactory().get("/nl/")
    answer = Numbered(pages.fault)(request)
    assert answer.status_code == 500
    assert f"<code>{answer['X-Request-Id']}</code>" in answer.content.decode()


def test_there_are_no_figures_without_a_token(client: Client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics/", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("brought", ["", "Bearer ", "Bearer wrong", "Basic right", "Bearer é"])
def test_whoever_brings_another_token_gets_no_figures(client: Client, settings, brought: str):
    settings.METRICS_TOKEN = "right"
    answer = client.get("/metrics/", headers={"Authorization": brought})
    assert (answer.status_code, answer.content) == (401, b"")


def test_the_figures_tell_of_a_silent_worker_and_of_letters_that_wait_or_failed(client, settings):
    settings.METRICS_TOKEN = "right"
    written = timezone.now() - timedelta(minutes=10)
    for number, state in enumerate((LetterState.WAITING, LetterState.FAILED, LetterState.FAILED)):
        Letter.objects.create(
            kind=LetterKind.RETURNED.value, key=str(number), address="member@example.org",
            language="nl", state=state.value, written_at=written, due_at=written,
        )  # fmt: skip
    figures = figures_of(client)
    assert figures["worker_silent"] == 1
    assert figures['letters{state="waiting"}'] == 1
    assert figures['letters{state="failed"}'] == 2
    assert 600 <= figures["letter_wait_seconds"] < 700
    assert figures['files{kind="rendering",state="failed"}'] == 0
    pulse.Pulse().beat()
    assert figures_of(client)["worker_silent"] == 0


def figures_of(client: Client) -> dict[str, float]:
    """Return the figures by name and labels, each of which is explained and typed."""
    answer = client.get("/metrics/", headers={"Authorization": "Bearer right"})
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    rows = answer.content.decode().splitlines()
    values = dict(row.removeprefix("napmonitor_").rsplit(" ", 1) for row in rows if row[0] != "#")
    names = {name.split("{")[0] for name in values}
    for word in ("HELP", "TYPE"):
        assert {row.split()[2] for row in rows if row.startswith(f"# {word}")} == {
            f"napmonitor_{name}" for name in names
        }
    return {name: float(value) for name, value in values.items()}


def test_the_figures_cost_five_questions(client: Client, settings, django_assert_num_queries):
    settings.METRICS_TOKEN = "right"
    with django_assert_num_queries(5):
        client.get("/metrics/", headers={"Authorization": "Bearer right"})


def test_weaknesses_are_reported_to_the_contact_of_the_site(client: Client, settings):
    settings.CONTACT_EMAIL = "nap@example.org"
    fields = dict(
        line.split(": ", 1)
        for line in client.get("/.well-known/security.txt").content.decode().splitlines()
    )
    assert fields["Contact"] == "mailto:nap@example.org"
    assert fields["Canonical"] == "http://testserver/.well-known/security.txt"
    ahead = datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert timedelta(days=180) < ahead < timedelta(days=365)


def test_without_a_contact_there_is_no_security_txt(client: Client, settings):
    settings.CONTACT_EMAIL = ""
    assert client.get("/.well-known/security.txt").status_code == 404
