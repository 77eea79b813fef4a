"""Hostile requests to every address: never an error of ours, never a change where it is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpResponse
from lxml import html

from actions.models import Entry, Membership, Round, User
from reports.models import Chapter, Edition
from tests import access
from tests.access import Line
from tests.standing_site import Site, undone

pytestmark = pytest.mark.django_db

OURS = ("actions", "reports", "mfa", "account")
FORM = "application/x-www-form-urlencoded"
# Who sends a form, where she may: whoever may do least comes first.
SENDERS = ("writer", "coordinator", "reviewer", "secretariat", "public")
TAKEN = {"200", "302", "409"}
REFUSED = {200, 400, 403, 404, 409, 410, 413}
VALUES = {
    "nothing": "",
    "spaces": " \t\r\n ",
    "nul": "a\0b",
    "control": "a\x1b[31m\x07\ufeff\ufffe\uffff",
    "private": "\ue000\U0010ffff\U000f0000",
    "turned": "\u202eabc\u2066\u200f",
    "huge": "9" * 40,
    "huger": "1" * 5_000,
    "negative": "-1",
    "float": "1e309",
    "nan": "NaN",
    "figures": "١٢٣",
    "day": "2025-02-30",
    "year": "999999-01-01",
    "markup": "<script>alert(1)</script>{{ 7*7 }}{% now %}'\"--;",
    "path": "../../../etc/passwd",
    "list": "[1, {}]",
    "nested": "[" * 100_000,
    "passkey": '{"id": 1, "rawId": [], "type": "public-key", "response": {"userHandle": "\\u0000"}}',
}
ALONE = ("nul", "huge")  # these in each field by itself as well
# Fields that a script fills in, of addresses whose form stands on no page.
BY_SCRIPT = {"/en/account/sign-in/passkey/": {"credential": ""}}
BROKEN = (
    b"", b"=", b"&&&", b"done=%00&done=%FF%FE", b"%ED%A0%80=%ED%A0%80", b"\xff\xfe=\x80&a",
    b"done", b"act=submit&" * 50, b"version=1&version=2&version=x", b"a=1&" * 3_000,
)  # fmt: skip
KEYS = ("0", "-1", "2147483648", "9223372036854775808", "9" * 40, "9" * 5_000, "1.5", "%00", "x")
QUERIES = (
    "page", "state", "language", "next", "actor", "format", "from", "to", "q", "year", "sort",
)  # fmt: skip


def chosen(line: Line) -> str:
    """Return who sends a form; nobody where nobody may."""
    return next((role for role in SENDERS if line.answer(role) in TAKEN), "")


# A correction that is taken would have all its files made; its form is that of a withdrawal.
SLOW = ("/en/secretariat/reports/{closed2023}/freeze/",)
FORMS = [
    line
    for line in access.lines()
    if line.method == "POST" and chosen(line) and line.path not in SLOW
]
PAGES = [line for line in access.lines() if line.method == "GET"]


@pytest.fixture(scope="module")
def fields(site: Site) -> dict[str, dict[str, str]]:
    """The fields of every form on the site with what they start with, by address."""
    found = dict(BY_SCRIPT)
    pages = access.read_all(site, SENDERS)
    for response in pages.values():
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and response.status_code == 200 and len(response.content) > 100:
            for form in html.fromstring(response.content).xpath("//main//form[@method='post']"):
                here = form.get("action") or response.request["PATH_INFO"]
                found.setdefault(here.split("?")[0], {}).update(started(form))
    return found


def started(form: Any) -> dict[str, str]:
    """Return the fields of a form, buttons included, with their values."""
    rows = form.xpath(".//*[@name][not(@name='csrfmiddlewaretoken')]")
    values = ((row.get("name"), getattr(row, "value", "") or row.get("value")) for row in rows)
    return {name: str(value or "") for name, value in values}


def stored() -> list[Any]:
    """Return what must stay as it is: how many rows there are of each kind, and their states."""
    models = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    counts = {model.__name__: model._base_manager.count() for model in models}  # noqa: SLF001
    del counts["Shared"]  # the cache, which counts attempts
    return [
        counts,
        list(Entry.objects.order_by("pk").values_list("pk", "state", "version", "status", "done")),
        list(Round.objects.order_by("pk").values_list("pk", "state", "closes_on", "frozen_at")),
        list(Membership.objects.order_by("pk").values_list("pk", "role", "ended_at")),
        list(User.objects.order_by("pk").values_list("pk", "is_active", "name", "language")),
        list(Edition.objects.order_by("pk").values_list("pk", "state", "withdrawal_nl")),
        list(Chapter.objects.order_by("pk").values_list("pk", "version", "text_nl")),
    ]


def check(response: HttpResponse, line: Line, sent: str, before: list[Any]) -> None:
    """Check that an answer is one of ours, and that a refusal changed nothing."""
    assert response.status_code in {*REFUSED, 302, 429}, (line.path, sent)
    if response.status_code in REFUSED:
        assert stored() == before, (line.path, sent)


def ways_to_fill(given: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield hostile contents of a form, each with what it is called."""
    for name, value in VALUES.items():
        yield f"{name} everywhere", dict.fromkeys(given, value)
    for field, first in given.items():
        for name in ALONE:
            yield f"{name} in {field}", given | {field: VALUES[name]}
        yield f"{field} twice", given | {field: [first, VALUES["nul"], "0"]}
        yield f"without {field}", {key: value for key, value in given.items() if key != field}
    yield "unknown fields", given | {"state": "accepted", "by": "1", "actor_id": "1", "round": "1"}


@pytest.mark.parametrize("line", FORMS, ids=lambda line: line.path)
def test_a_hostile_form_is_refused_or_taken_and_never_breaks(site, fields, line) -> None:
    role, before = chosen(line), stored()
    given = dict(list(fields.get(site.fill(line.path), {}).items())[:25])
    for sent, content in ways_to_fill(given):
        with undone():
            check(site.send(role, "POST", line.path, content), line, sent, before)
    for body in BROKEN:
        with undone():
            response = site.send(role, "POST", line.path, body, content_type=FORM)
            check(response, line, str(body[:20]), before)
    for kind in ("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "x"):
        with undone():
            response = site.send(role, "POST", line.path, b'{"a": [1', content_type=kind)
            check(response, line, kind, before)


@pytest.mark.parametrize("line", FORMS, ids=lambda line: line.path)
def test_a_text_of_a_megabyte_is_refused_in_words(site, fields, line) -> None:
    role, before = chosen(line), stored()
    given = fields.get(site.fill(line.path), {"text": ""})
    for field in [*given][:6]:
        with undone():
            response = site.send(role, "POST", line.path, given | {field: "é" * 1_000_000})
            check(response, line, field, before)
    with undone():
        response = site.send(role, "POST", line.path, {"text": "x" * 3_000_000})
        assert response.status_code in {200, 302, 400, 403, 409}


@pytest.mark.parametrize("line", PAGES, ids=lambda line: line.path)
def test_a_hostile_question_is_answered(site, line) -> None:
    """The parameters of filters and pages, all at once."""
    role = "secretariat" if line.answer("secretariat") == "200" else "public"
    for name, value in VALUES.items():
        with undone():
            response = site.get(role, line.path, query_params=dict.fromkeys(QUERIES, value))
            assert response.status_code in {200, 302, 400, 404, 410}, (line.path, name)
    for raw in ("page=%FF%FE", "%00=%00", "page=1&page=x", "state=%ED%A0%80", "&=&", "page[]=1"):
        with undone():
            response = site.send(role, "GET", f"{line.path}?{raw}")
            assert response.status_code in {200, 302, 400, 404, 410}, (line.path, raw)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_key_is_not_found(site, method) -> None:
    """Each part of every address in turn: one that nothing has, a huge one, none at all."""
    tried = set()
    for given in access.paths():
        parts = site.fill(given).split("?")[0].strip("/").split("/")
        for place in range(2, len(parts)):
            # Once for each shape of an address: what follows stays, keys before it as well.
            shape = tuple("#" if part.isdigit() else part for part in parts)
            if (shape, place) not in tried:
                tried.add((shape, place))
                for key in KEYS:
                    path = "/" + "/".join([*parts[:place], key, *parts[place + 1 :]]) + "/"
                    with undone():
                        response = site.send("secretariat", method, path)
                    assert response.status_code in {200, 301, 302, 400, 403, 404, 405, 410}, path
