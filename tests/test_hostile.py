"""Hostile requests to every address: never an error of ours, never a change where it is refused."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from lxml import html

from actions.models import (
    Entry,
    EntryVersion,
    Extension,
    Invitation,
    Letter,
    Membership,
    Override,
    ReportingRound,
    ReviewEvent,
    User,
)
from reports.models import (
    Chapter,
    Consultation,
    DraftComment,
    Edition,
    EditionFile,
    Translation,
    Transmission,
)
from tests import access
from tests.access import Line
from tests.levels import first_of_all
from tests.standing_site import Site, undone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

COUNTED = (
    Authenticator, DraftComment, EditionFile, EntryVersion, Extension, Invitation, Letter, Override,
    ReviewEvent, Transmission, Translation,
)  # fmt: skip
STATES: dict[Any, tuple[str, ...]] = {
    Chapter: ("version", "text_nl", "title_nl"),
    Consultation: ("until", "validated_on", "note_nl"),
    Edition: ("state", "withdrawal_nl"),
    Entry: ("state", "version", "status", "done", "internal"),
    Membership: ("role", "ended_at"),
    ReportingRound: ("state", "year", "deadline", "closes_on", "frozen_at", "published"),
    User: ("is_active", "name", "language", "password"),
}
FORM = "application/x-www-form-urlencoded"
# Who sends a form, where they may: whoever may do least comes first.
SENDERS = ("writer", "coordinator", "reviewer", "secretariat", "public")
TAKEN = {"200", "302", "409"}
REFUSED = {200, 400, 401, 403, 404, 409, 410, 413}
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
    "passkey": '{"id": 1, "rawId": [], "type": "public-key", "response": {"userHandle": 0}}',
    "no passkey": '{"id": "a", "rawId": "é", "type": "x", "response": {"signature": "="}}',
}
ALONE = ("nul", "huge")  # these in each field by itself as well
# Fields that a script fills in, of addresses whose form stands on no page.
BY_SCRIPT = {"/en/account/sign-in/passkey/": {"credential": ""}}
UNKNOWN = {"state": "accepted", "by": "1", "actor_id": "1", "round": "1"}
BROKEN = (
    b"", b"=", b"&&&", b"done=%00&done=%FF%FE", b"%ED%A0%80=%ED%A0%80", b"\xff\xfe=\x80&a",
    b"done", b"act=submit&" * 50, b"version=1&version=2&version=x", b"a=1&" * 3_000,
)  # fmt: skip
KEYS = ("0", "9223372036854775808", "9" * 5_000, "%00")
ASKED = ("nul", "control", "huger", "markup")
QUERIES = (
    "page", "state", "language", "next", "actor", "format", "from", "to", "q", "year", "sort",
)  # fmt: skip


def chosen(line: Line) -> str:
    """Return who sends a form; nobody where nobody may."""
    return next((role for role in SENDERS if line.answer(role) in TAKEN), "")


FORMS = [line for line in access.lines() if line.method == "POST" and chosen(line)]
PAGES = [line for line in access.lines() if line.method == "GET"]


def fields(site: Site, line: Line) -> dict[str, str]:
    """Return the fields of the form at an address with what they start with."""
    with undone():
        response = site.get(chosen(line), line.path)
    if line.path in BY_SCRIPT or response.status_code != 200 or not response.content:
        return BY_SCRIPT.get(line.path, {"text": ""})
    found: dict[str, str] = {}
    for form in html.fromstring(response.content).xpath("//main//form[@method='post']"):
        if (form.get("action") or site.fill(line.path)) == site.fill(line.path):
            found |= started(form)
    return found


def started(form: Any) -> dict[str, str]:
    """Return the fields of a form, buttons included, with their values."""
    rows = form.xpath(".//*[@name][not(@name='csrfmiddlewaretoken')]")
    values = ((row.get("name"), getattr(row, "value", "") or row.get("value")) for row in rows)
    return {name: str(value or "") for name, value in values}


def stored() -> list[Any]:
    """Return what must stay as it is: how many rows there are of each kind, and their states."""
    return [
        {model.__name__: model._base_manager.count() for model in COUNTED},  # noqa: SLF001
        *(
            list(model.objects.order_by("pk").values_list("pk", *of))
            for model, of in STATES.items()
        ),
    ]


def check(response: HttpResponse, line: Line, sent: str, before: list[Any]) -> None:
    """Check that an answer is one of ours, and that a refusal changed nothing."""
    assert response.status_code in {*REFUSED, 302, 422, 429}, (line.path, sent)
    if response.status_code in REFUSED:
        assert stored() == before, (line.path, sent)


def ways_to_fill(given: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield hostile contents of a form, each with what it is called."""
    for name, value in VALUES.items():
        yield f"{name} everywhere", dict.fromkeys(given, value)
    for field in given:
        for name in ALONE:
            yield f"{name} in {field}", given | {field: VALUES[name]}
    yield "all twice", {field: [first, VALUES["nul"], "0"] for field, first in given.items()}
    for part in (0, 1):
        yield "half of it", dict(list(given.items())[part::2])
    yield "unknown fields", given | UNKNOWN


def in_turn(given: dict[str, str], turn: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a few hostile contents of a form: with the turn, every value comes to some form."""
    names = list(VALUES)
    for start in (turn, turn + len(names) // 2):
        chosen = [names[(start + place) % len(names)] for place in range(len(given))]
        yield str(chosen), {field: VALUES[name] for field, name in zip(given, chosen, strict=True)}
    yield "all twice", {field: [first, VALUES["nul"], "0"] for field, first in given.items()}
    yield "unknown fields", given | UNKNOWN


KINDS = ("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "x")


def hostile(given: dict[str, str], turn: int | None = None) -> Iterator[tuple[str, Any, str]]:
    """Yield what to send: its name, the content, its kind; in one's turn a few of all."""
    ways = ways_to_fill(given) if turn is None else in_turn(given, turn)
    yield from ((name, content, "") for name, content in ways)
    bodies, kinds = (BROKEN, KINDS) if turn is None else (
        (BROKEN[turn % len(BROKEN)],), (KINDS[turn % len(KINDS)],)
    )  # fmt: skip
    yield from ((str(body[:20]), body, FORM) for body in bodies)
    yield from ((kind, b'{"a": [1', kind) for kind in kinds)


def attack(site: Site, line: Line, turn: int | None = None) -> None:
    """Send a form in hostile ways: never an error of ours, never a change where it is refused."""
    role, before = chosen(line), stored()
    given = dict(list(fields(site, line).items())[:25])
    for name, content, kind in hostile(given, turn):
        with undone():
            more = {"content_type": kind} if kind else {}
            check(site.send(role, "POST", line.path, content, **more), line, name, before)


@pytest.mark.parametrize(("turn", "line"), [*enumerate(FORMS)], ids=str)
def test_a_hostile_form_is_refused_or_taken_and_never_breaks(site, turn, line) -> None:
    attack(site, line, turn)


@pytest.mark.proof
@pytest.mark.parametrize("line", FORMS, ids=str)
def test_a_form_filled_in_all_hostile_ways_never_breaks(site, line) -> None:
    attack(site, line)


def overfill(site: Site, line: Line, count: int) -> None:
    """Send a megabyte in some of the fields of a form, one at a time."""
    role, before = chosen(line), stored()
    given = fields(site, line)
    for field in [*given][:count]:
        with undone():
            response = site.send(role, "POST", line.path, given | {field: "x" * 1_000_000})
            check(response, line, field, before)


@pytest.mark.parametrize("line", first_of_all(FORMS, FORMS[::3], pytest.mark.proof), ids=str)
def test_a_text_of_a_megabyte_is_refused_in_words(site, line) -> None:
    overfill(site, line, 1)


@pytest.mark.proof
@pytest.mark.parametrize("line", FORMS, ids=str)
def test_a_megabyte_in_any_field_and_three_in_all_are_refused_in_words(site, line) -> None:
    overfill(site, line, 3)
    with undone():
        response = site.send(chosen(line), "POST", line.path, {"text": "x" * 3_000_000})
        assert response.status_code in {200, 302, 400, 401, 403, 409, 422}


RAW = "page=%FF%FE&%00=%00&state=%ED%A0%80&page=x&=&page[]=1"


def ask(site: Site, line: Line, asked: Iterable[str]) -> None:
    """Ask with the parameters of all filters and pages at once."""
    role = "secretariat" if line.answer("secretariat") == "200" else "public"
    queries = [urlencode(dict.fromkeys(QUERIES, VALUES[name])) for name in asked]
    for query in [*queries, RAW]:
        with undone():
            response = site.send(role, "GET", f"{line.path}?{query}")
            assert response.status_code in {200, 302, 400, 404, 410}, (line.path, query)


@pytest.mark.parametrize(("turn", "line"), [*enumerate(PAGES)], ids=str)
def test_a_hostile_question_is_answered(site, turn, line) -> None:
    ask(site, line, [ASKED[turn % len(ASKED)]])


@pytest.mark.proof
@pytest.mark.parametrize("line", PAGES, ids=str)
def test_every_hostile_question_is_answered(site, line) -> None:
    ask(site, line, ASKED)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "key", first_of_all(KEYS, [KEYS[1]], pytest.mark.proof), ids=lambda key: key[:20]
)
def test_an_unknown_key_is_not_found(site, method, key) -> None:
    """Each part of every address in turn: one that nothing has, a huge one, none at all."""
    tried = set()
    for given in access.paths():
        parts = site.fill(given).split("?")[0].strip("/").split("/")
        for place in range(2, len(parts)):
            # Once for each shape of an address: what follows stays, keys before it as well.
            shape = tuple("#" if part.isdigit() else part for part in parts)
            if (shape, place) not in tried:
                tried.add((shape, place))
                path = "/" + "/".join([*parts[:place], key, *parts[place + 1 :]]) + "/"
                with undone():
                    response = site.send("secretariat", method, path)
                assert response.status_code in {200, 301, 302, 400, 403, 404, 405, 410}, path
