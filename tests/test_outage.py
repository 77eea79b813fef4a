"""A database that goes away under load, and two servers on one database: as readers see it."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
import template_database
import with_postgres
from django.db import connection, connections
from lxml import html

from tests import databases
from tests.levels import counted, first_of_all
from tests.published import Story
from tests.test_server import ROOT, Server, site, started

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

SEED = 20261231
PATIENCE = 60  # seconds for an answer while the database comes and goes
# As long as it may take from the database's return until everybody can save again.
RECOVERY = 10

# Stores the small plan with a round that runs today; prints who writes, signed in, and where.
PREPARE = """
import django, json
django.setup()
from datetime import date, timedelta
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone
from actions.models import Entry, Membership, ReportingRound
from actions.services import rounds
from tests import follow_up
from tests.signing_in import enter
now = timezone.now()
with transaction.atomic():
    scene = follow_up.build()
    Membership.objects.update(started_at=now - timedelta(days=30))
    made = ReportingRound(
        plan=scene.plan, year=now.year - 1, opens_on=now.date() - timedelta(days=1),
        deadline=now.date() + timedelta(days=30), closes_on=now.date() + timedelta(days=60),
        reference_date=date(now.year - 1, 12, 31),
    )
    rounds.save(made, by=scene.people["secretariat"], now=now)
    made = rounds.open(made, by=scene.people["secretariat"], now=now)
writers = []
for label, name in (("1", "writer"), ("9", "colleague"), ("2", "below"), ("8", "guarded")):
    session = enter(Client(), scene.people[name], with_factor=False).cookies
    writers.append([session[settings.SESSION_COOKIE_NAME].value, scene.entry(made, label).pk])
print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "writers": writers}))
"""
STORED = """
import django, json
django.setup()
from actions.models import EntryVersion
print(json.dumps([v.content["done"] for v in EntryVersion.objects.order_by("pk")]))
"""


class Answer(NamedTuple):
    """What came back: the status, the page, and where it leads."""

    status: int
    page: str


def asked(
    server: Server, method: str, path: str, body: str | None = None, headers: Any = ()
) -> tuple[http.client.HTTPResponse, str]:
    """Ask a server; return its answer and the page."""
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    with closing(client):
        client.request(method, path, body, dict(headers))
        response = client.getresponse()
        return response, response.read().decode()


class Writer(threading.Thread):
    """Somebody who saves one text after the other in the form of an entry, as a browser does."""

    def __init__(self, server: Server, cookies: dict[str, str], entry: int) -> None:
        super().__init__(daemon=True)
        self.server, self.cookies, self.path = server, cookies, f"/en/desk/entries/{entry}/"
        self.name = f"entry {entry}"
        self.is_over = threading.Event()
        self.confirmed: list[str] = []
        self.answers: Counter[str] = Counter()
        self.wordless: list[str] = []
        self.last_saved = 0.0

    def run(self) -> None:
        """Save until told to stop."""
        number = 0
        while not self.is_over.is_set():
            number += 1
            text = f"{self.name}, text {number}."
            form = self.ask("GET")
            if form.status != 200:
                time.sleep(0.05)
                continue
            saved = self.ask("POST", filled(form.page) | {"done": text, "act": "save"})
            if saved.status == 302:
                self.confirmed.append(text)
                self.last_saved = time.monotonic()

    def ask(self, method: str, fields: dict[str, Any] | None = None) -> Answer:
        """Ask for the page, or send the form."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = urlencode(fields, doseq=True) if fields else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        response, page = asked(self.server, method, self.path, body, headers)
        for given in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {k: morsel.value for k, morsel in SimpleCookie(given).items()}
        self.answers[f"{method} {response.status}"] += 1
        if response.status >= 500 and "Please try again" not in page:
            self.wordless.append(page[:200])
        return Answer(response.status, page)


def filled(page: str) -> dict[str, Any]:
    """Return the fields of the form on a page with what they start with."""
    (form,) = html.fromstring(page).xpath("//form[.//textarea[@name='done']]")
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found | {"status": "in_progress", "language": "nl"}


def done_by(script: str, env: dict[str, str]) -> Any:
    """Run a script on the database of a site; return what it prints."""
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, stdout=subprocess.PIPE,
        env=env | {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "napmonitor.settings"}, check=True,
    )  # fmt: skip
    return json.loads(made.stdout)


@contextmanager
def writing(server: Server, prepared: dict[str, Any]) -> Iterator[list[Writer]]:
    """Let people write meanwhile."""
    writers = [
        Writer(server, {prepared["cookie"]: session}, entry)
        for session, entry in prepared["writers"]
    ]
    for writer in writers:
        writer.start()
    try:
        yield writers
    finally:
        for writer in writers:
            writer.is_over.set()
        for writer in writers:
            writer.join(timeout=2 * PATIENCE)


@pytest.mark.skipif(not databases.IS_SQLITE, reason="it has a server of its own: once is enough")
@pytest.mark.parametrize("crashes", first_of_all([2, 20], [2], pytest.mark.proof))
def test_a_database_that_crashes_under_load_loses_nothing_confirmed_and_is_waited_for(
    tmp_path: Path, crashes: int
) -> None:
    drawn = random.Random(SEED)  # noqa: S311  no secret
    with ExitStack() as stack:
        folder = stack.enter_context(with_postgres.own_folder())
        with with_postgres.prepared(folder):
            pass
        running = ExitStack()
        stack.callback(running.close)
        # What it confirms is on the disk, as on a server that is used in earnest.
        address = running.enter_context(with_postgres.serving(folder, careless=()))
        database = template_database.postgresql(address)
        env = site(tmp_path, template_database.of_server(address, database), WEB_CONCURRENCY="2")
        prepared = done_by(PREPARE, env)
        server = stack.enter_context(started(env))
        server.answers("/health/")
        with writing(server, prepared) as writers:
            for _turn in range(crashes):
                time.sleep(drawn.uniform(0.5, 2))
                process = int((folder / "data" / "postmaster.pid").read_text().split()[0])
                os.kill(process, signal.SIGQUIT)  # at once, as pg_ctl stop -m immediate
                running.close()
                time.sleep(drawn.uniform(0, 1))
                running.enter_context(with_postgres.serving(folder, careless=()))
            back = time.monotonic()
            while any(writer.last_saved < back for writer in writers):
                assert time.monotonic() < back + RECOVERY, "somebody cannot save any more"
                time.sleep(0.1)
        assert server.process.poll() is None
        stored = Counter(done_by(STORED, env))
        answers = sum((writer.answers for writer in writers), Counter[str]())
    confirmed = [text for writer in writers for text in writer.confirmed]
    assert [text for text in confirmed if stored[text] != 1] == []
    assert [text for text, number in stored.items() if number > 1] == []
    # Away is said with 503 and in words; a version that moved on unseen is shown as a conflict.
    assert set(answers) <= {"GET 200", "GET 503", "POST 302", "POST 409", "POST 503"}, answers
    assert answers["GET 503"] + answers["POST 503"] > 0
    assert [page for writer in writers for page in writer.wordless] == []
    counted("crashes of PostgreSQL under load", crashes)
    counted("texts confirmed under crashes, all stored once", len(confirmed))


@pytest.mark.django_db
def test_two_servers_on_one_database_show_a_publication_at_once(
    stored_story: Story, tmp_path: Path
) -> None:
    path = "/en/plans/small/reports/2025/"
    own = connections["default"]
    env = site(tmp_path, databases.address(str(connection.settings_dict["NAME"])))
    own.close()
    with started(env) as one, started(env) as other:
        for number in range(3):
            before = [page_of(server, path) for server in (one, other)]
            assert before[0] == before[1]
            stored_story.anew(stored_story.second) if number == 1 else stored_story.correct()
            after = [page_of(server, path) for server in (one, other)]
            assert after[0] == after[1]
            assert after[0] != before[0]
            stored_story.second.refresh_from_db()
        own.close()


def page_of(server: Server, path: str) -> str:
    """Return the main part of a page as a server gives it, and as it gives it a second time."""
    pages = []
    for _turn in range(2):
        response, page = asked(server, "GET", path)
        assert response.status == 200
        pages.append(html.tostring(html.fromstring(page).get_element_by_id("main")))
    assert pages[0] == pages[1]
    return pages[0].decode()
