"""Drawn forms, questions and files by the hundred: no answer is ever a fault of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from lxml import html

from tests import databases
from tests.access import Line
from tests.fuzz import draws
from tests.levels import counted
from tests.standing_site import Site, undone
from tests.test_hostile import FORMS, PAGES, QUERIES, REFUSED, check, chosen, fields, stored

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql, pytest.mark.slow]

# Of each form, of each page with its parameters, and of each file, in make prove. What they say
# is decided here; PostgreSQL is asked whether it takes the same texts.
CASES = 500 if databases.IS_SQLITE else 60
FEW = 3
LOOKED_AT = 20  # of so many refusals one is looked at for what it stored
FILE = "//main//form[.//input[@type='file']]"
EML = b"""From: mailer-daemon@example.org\r
To: nap@example.org\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mail.example.org\r
\r
Final-Recipient: rfc822; writer@small.example.org\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 unknown\r
\r
--b--\r
"""
UPLOADS = [
    "/en/desk/rounds/small/2025/actors/small-ministry/workbook/",
    "/en/secretariat/members/import/",
    "/en/secretariat/plans/import/",
    "/en/secretariat/reports/{open}/translations/fr/",
    "/en/secretariat/returned/",
]
MULTIPART = "multipart/form-data; boundary=fuzz"
KINDS = ("spreadsheet", "xliff", "zip", "octet-stream")


def send_drawn(site: Site, line: Line, cases: int) -> None:
    """Send a form as it is drawn, case by case."""
    role, before = chosen(line), stored()
    given = fields(site, line)
    refusals = 0
    for case, draw in enumerate(draws(line.path, cases)):
        sent = draw.form(given)
        with undone():
            response = site.send(role, "POST", line.path, sent)
            refusals += response.status_code in REFUSED
            if refusals % LOOKED_AT == 1:
                check(response, line, f"case {case}: {sent!r}", before)
            assert response.status_code < 500, (line.path, case, sent)
    counted("drawn forms", cases)


@pytest.mark.parametrize("line", FORMS[::40], ids=str)
def test_a_drawn_form_is_refused_or_taken_and_never_breaks(site: Site, line: Line) -> None:
    send_drawn(site, line, FEW)


@pytest.mark.proof
@pytest.mark.parametrize("line", FORMS, ids=str)
def test_every_form_drawn_hundreds_of_times_never_breaks(site: Site, line: Line) -> None:
    send_drawn(site, line, CASES)


class Asked(QueryDict):
    """Parameters that note which of them a page asks for."""

    names: set[str]

    def __getitem__(self, key: str) -> Any:
        Asked.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        Asked.names.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        """Return all values of a parameter."""
        Asked.names.add(key)
        return super().getlist(key, default)


@contextmanager
def noted() -> Iterator[set[str]]:
    """Note the parameters that pages ask for."""
    Asked.names = set()
    with mock.patch("django.core.handlers.wsgi.QueryDict", Asked):
        yield Asked.names


def content_of(response: Any) -> bytes:
    """Return what an answer holds, to its end."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def ask_drawn(site: Site, line: Line, cases: int) -> None:
    """Ask a page what is drawn, with all the parameters that it reads."""
    role = "secretariat" if line.answer("secretariat") == "200" else "public"
    with undone(), noted() as names:
        site.get(role, f"{line.path}?nothing=1")
    names -= {"nothing"}
    if not names:
        cases = min(cases, 20)  # it reads none: whatever is asked, it is the same page
    joint = "&" if "?" in line.path else "?"
    for case, draw in enumerate(draws(line.path, cases)):
        query = urlencode(draw.question(sorted(names) or QUERIES), errors="surrogatepass")
        with undone():
            response = site.send(role, "GET", f"{line.path}{joint}{query}")
            content_of(response)
        assert response.status_code < 500, (line.path, case, query)
    counted("drawn questions of pages with parameters" if names else "of other pages", cases)
    counted("parameters of pages, each in all of these questions", len(names))


@pytest.mark.parametrize("line", PAGES[::40], ids=str)
def test_a_drawn_question_is_answered(site: Site, line: Line) -> None:
    ask_drawn(site, line, FEW)


@pytest.mark.proof
@pytest.mark.parametrize("line", PAGES, ids=str)
def test_every_page_asked_hundreds_of_drawn_questions_answers(site: Site, line: Line) -> None:
    ask_drawn(site, line, CASES)


def sound_files(site: Site, role: str, path: str) -> list[bytes]:
    """Return what a page offers to be filled in, and an e-mail that came back."""
    with undone():
        page = html.fromstring(site.get(role, path).content)
    found = [EML]
    for link in page.xpath("//main//a/@href"):
        with undone():
            response = site.client.get(link)
            kind = response.get("Content-Type", "")
            if response.status_code == 200 and any(word in kind for word in KINDS):
                found.append(content_of(response))
    return found


def test_every_form_that_takes_a_file_is_known(site: Site) -> None:
    assert sorted(line.path for line in FORMS if takes_a_file(site, line)) == UPLOADS


def takes_a_file(site: Site, line: Line) -> bool:
    """Tell whether a form has a field for files."""
    with undone():
        response = site.get(chosen(line), line.path)
        if response.status_code != 200 or not response.content:
            return False
        return bool(html.fromstring(response.content).xpath(FILE))


def multipart(given: dict[str, str], name: str, called: str, content: bytes) -> bytes:
    """Return a form with a file as a browser sends it, whatever the file is called."""
    parts = [
        f'--fuzz\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in given.items()
    ]
    called = re.sub(r'["\r\n]', " ", called)
    head = f'--fuzz\r\nContent-Disposition: form-data; name="{name}"; filename="{called}"\r\n'
    kind = "Content-Type: application/octet-stream\r\n\r\n"
    told = "".join([*parts, head, kind]).encode("utf-8", "surrogatepass")
    return told + content + b"\r\n--fuzz--\r\n"


def upload_drawn(site: Site, line: Line, cases: int) -> None:
    """Upload drawn files: what the site itself offers to be filled in, bent."""
    role, before = chosen(line), stored()
    with undone():
        (form,) = html.fromstring(site.get(role, line.path).content).xpath(FILE)
    (name,) = form.xpath(".//input[@type='file']/@name")
    given = {key: value for key, value in fields(site, line).items() if key != name}
    sound = sound_files(site, role, line.path)
    for case, draw in enumerate(draws(line.path, cases)):
        content = draw.file(draw.choice(sound))
        body = multipart(given, name, draw.text(), content)
        with undone():
            response = site.send(role, "POST", line.path, body, content_type=MULTIPART)
            if case % LOOKED_AT == 0:
                check(response, line, f"case {case}", before)
            assert response.status_code < 500, (line.path, case, content[:200])
    counted("drawn files", cases)


UPLOADING = [line for line in FORMS if line.path in UPLOADS]


@pytest.mark.parametrize("line", UPLOADING, ids=str)
def test_a_drawn_file_is_refused_or_taken_and_never_breaks(site: Site, line: Line) -> None:
    upload_drawn(site, line, FEW)


@pytest.mark.proof
@pytest.mark.parametrize("line", UPLOADING, ids=str)
def test_every_upload_of_hundreds_of_drawn_files_never_breaks(site: Site, line: Line) -> None:
    upload_drawn(site, line, CASES)
