"""Errors that readers report: taken from everybody, counted, settled by the secretariat."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail, signing
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from actions.enums import LetterKind
from actions.models import ErrorNotice, Guesses, Letter
from actions.outbox import sending
from actions.refusals import Refused
from actions.rules.own_paths import own_path
from actions.services import accounts, notices
from actions.services.notices import OF_ALL, OWN, OWN_PLAIN, Said
from actions.views import reporting
from tests.conftest import add_second_factor
from tests.follow_up import Scene, who_may
from tests.proofs import find
from tests.test_parallel import together

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

PAGE, DESK = "/en/report-error/", "/en/secretariat/errors/"
ABOUT = "/en/plans/small/actions/1/"
SENT = f"{PAGE}?page=%2Fen%2Fplans%2Fsmall%2Factions%2F1%2F&sent=yes"
WORDS = "Zqwords: „Oktober“ is 14. März\r\n<b>*x*</b>"


def opened(client: Client, path: str = f"{PAGE}?page={ABOUT}") -> dict[str, str]:
    """Open the form, and return what a browser sends of it, four seconds later."""
    with time_machine.travel(timezone.now() - timedelta(seconds=4), tick=False):
        return values(client.get(path))


def values(page: Any) -> dict[str, str]:
    """Return what the form of a page sends."""
    form = html.fromstring(page.content).xpath("//form[@data-error-form]")[0]
    return {name: (value or "").lstrip("\n") for name, value in form.fields.items()}


def typed(client: Client, text: str = WORDS, **more: str) -> dict[str, str]:
    """Fill in the form, as a browser with scripts does."""
    fields = opened(client)
    return fields | {"text": text, "proof": find(fields["token"])} | more


def send(client: Client, text: str = WORDS, **more: str) -> Any:
    """Fill in the form and send it."""
    return client.post(PAGE, typed(client, text, **more))


def told(page: Any) -> str:
    """Return what a page says in its text."""
    return " ".join(html.fromstring(page.content).xpath("//main")[0].text_content().split())


# --- Taken --------------------------------------------------------------------------


def test_every_page_leads_to_the_form_and_the_form_says_which_page(client, scene) -> None:
    page = html.fromstring(client.get(f"{ABOUT}?year=2025").content)
    (link,) = page.xpath("//footer//a[contains(., 'Report an error on this page')]/@href")
    assert link == f"{PAGE}?page=%2Fen%2Fplans%2Fsmall%2Factions%2F1%2F"
    answer = client.get(link)
    assert f"The message is about this page: {ABOUT}" in told(answer)
    assert (answer["X-Robots-Tag"], "no-store" in answer["Cache-Control"]) == ("noindex", True)
    assert answer.cookies == {}


def test_where_the_site_has_an_address_one_can_write_there_too(client, settings) -> None:
    assert b"mailto:" not in client.get(f"{PAGE}?page={ABOUT}").content
    settings.CONTACT_EMAIL = "site@example.org"
    page = client.get(f"{PAGE}?page={ABOUT}").content.decode()
    found = re.search(r'href="mailto:site@example.org\?subject=([^"]+)"', page)
    assert found is not None
    assert found[1] == "http%3A%2F%2Ftestserver%2Fen%2Fplans%2Fsmall%2Factions%2F1%2F"


def test_a_message_is_stored_as_it_was_typed_and_shown_to_nobody(client, scene) -> None:
    answer = send(client, email="reader@example.org")
    assert (answer.status_code, answer["Location"]) == (302, SENT)
    assert answer.cookies == {}
    row = ErrorNotice.objects.get()
    assert (row.page, row.plan, row.email) == (ABOUT, scene.plan, "reader@example.org")
    assert row.text == WORDS.replace("\r\n", "\n")
    assert (row.language, row.times, row.settled_at) == ("en", 1, None)
    thanks = client.get(answer["Location"]).content.decode()
    assert "Your message is with the secretariat." in thanks
    assert f'href="{ABOUT}"' in thanks
    assert "Zqwords" not in thanks + client.get(ABOUT).content.decode()


def test_without_scripts_the_message_is_shown_once_more_and_goes_at_the_second_press(
    client,
) -> None:
    page = send(client, proof="")
    assert page.status_code == 200
    assert "Your message is not sent yet. Look at it once more" in told(page)
    assert ErrorNotice.objects.count() == 0
    again = values(page)
    assert again["text"].replace("\r\n", "\n") == WORDS.replace("\r\n", "\n")
    assert client.post(PAGE, again)["Location"] == SENT
    assert ErrorNotice.objects.get().text == WORDS.replace("\r\n", "\n")


@pytest.mark.parametrize("case", ["in a hurry", "trap", "taken out", "wrong proof"])
def test_what_a_program_would_do_costs_a_person_one_more_press(client, case) -> None:
    if case == "in a hurry":
        fields = values(client.get(f"{PAGE}?page={ABOUT}"))
        fields |= {"text": WORDS, "proof": find(fields["token"])}
    else:
        given = {"trap": {"website": "x"}, "wrong proof": {"proof": "1"}}.get(case, {})
        fields = typed(client, "a\x07b" if case == "taken out" else WORDS, **given)
    page = client.post(PAGE, fields)
    assert ErrorNotice.objects.count() == 0
    assert client.post(PAGE, values(page)).status_code == 302
    assert ErrorNotice.objects.get().text in {"ab", WORDS.replace("\r\n", "\n")}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": " \n\t"}, "Write what is wrong on the page."),
        ({"text": "x" * 3_001}, "Write at most 3000 characters; this text has 3001."),
        ({"text": "é" * 10_000}, "this text has 10000."),
        ({"email": "nobody"}, "Enter an e-mail address such as name@example.org, or none."),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "Enter an e-mail address such as"),
        ({"email": "a@example.org,b@example.org"}, "Enter an e-mail address such as"),
        ({"email": "a\0@example.org"}, "Null characters are not allowed."),
        ({"email": f"{'x' * 60}@{'y' * 63}.{'z' * 63}.{'w' * 63}.{'v' * 20}.be"}, "254"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_stays_there(client, given, words) -> None:
    page = client.post(PAGE, typed(client) | {"email": "kept@example.org"} | given)
    assert page.status_code == 200
    assert words in told(page)
    assert ErrorNotice.objects.count() == 0
    shown = values(page)["text"].replace("\r\n", "\n")
    assert shown.strip() == given.get("text", WORDS).replace("\r\n", "\n").strip()


def test_three_thousand_characters_are_taken(client) -> None:
    assert send(client, "é\r\n" * 1_500).status_code == 302


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "javascript:alert(1)", "https://evil.example/", "/\\evil", "/a\r\nb", "\0"],
)
def test_a_page_elsewhere_is_no_page(client, path) -> None:
    page = client.get(PAGE, {"page": path})
    assert "The message is about the site as a whole." in told(page)
    assert "evil" not in told(page) + str(values(page))
    answer = send(client, page=path)
    assert answer["Location"] == f"{PAGE}?page=&sent=yes"
    assert ErrorNotice.objects.get().page == own_path(path) == ""


def test_a_page_that_was_kept_leads_to_the_form_for_itself(client, scene, settings) -> None:
    settings.DEBUG = False
    pages = [client.get(path).content.decode() for path in (ABOUT, "/en/about/", ABOUT)]
    assert [page.count(f"{PAGE}?page=%2Fen%2Fabout%2F") for page in pages] == [0, 1, 0]
    assert pages[0] == pages[2]


def test_an_address_that_leads_nowhere_can_be_reported_and_names_no_secret(client) -> None:
    page = client.get("/en/gone/for/good/")
    (link,) = html.fromstring(page.content).xpath("//footer//a[@rel='nofollow'][1]/@href")[-1:]
    assert "/en/gone/for/good/" in told(client.get(link))
    send(client, page="/en/invitation/s3cret/")
    assert ErrorNotice.objects.get().page == "/en/invitation/…/"


# --- Tokens -------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "forged", "a:b:c", "\0", "é", "x" * 5_000])
def test_a_form_without_a_token_of_ours_is_shown_again_and_then_taken(client, token) -> None:
    page = client.post(PAGE, typed(client) | {"token": token})
    assert (page.status_code, ErrorNotice.objects.count()) == (200, 0)
    assert client.post(PAGE, values(client.post(PAGE, values(page)))).status_code == 302


def test_a_token_is_good_for_a_day_and_then_costs_one_more_press(client) -> None:
    fields = typed(client)
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        assert client.post(PAGE, fields).status_code == 302
    other = typed(client, "Other words")
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        page = client.post(PAGE, other)
        assert "This page was open for a long time" in told(page)
        assert values(page)["text"] == "Other words"
        assert client.post(PAGE, values(client.post(PAGE, values(page)))).status_code == 302
    assert ErrorNotice.objects.count() == 2


def test_one_form_sent_twice_makes_one_message_and_another_text_is_asked_about(client) -> None:
    fields = typed(client)
    assert [client.post(PAGE, fields)["Location"] for _turn in range(3)] == [SENT] * 3
    assert list(ErrorNotice.objects.values_list("times")) == [(1,)]
    page = client.post(PAGE, fields | {"text": "Other words"})
    assert "A message was sent from this form already." in told(page)
    assert ErrorNotice.objects.count() == 1
    assert client.post(PAGE, values(page)).status_code == 302
    assert ErrorNotice.objects.count() == 2


def test_two_tabs_and_the_token_of_another_language_are_as_good(client) -> None:
    first, second = typed(client, "One"), typed(client, "Two")
    assert client.post(PAGE, second).status_code == 302
    assert client.post("/fr/report-error/", first).status_code == 302
    assert sorted(ErrorNotice.objects.values_list("text", "language")) == [
        ("One", "fr"), ("Two", "en"),
    ]  # fmt: skip


def test_the_same_words_are_counted_and_not_listed_twice(client) -> None:
    send(client, "The year is wrong.")
    send(client, "the  Year\nis wrong.", email="reader@example.org")
    send(client, "The year is wrong.", email="reader@example.org")
    assert list(ErrorNotice.objects.values_list("text", "times", "email")) == [
        ("The year is wrong.", 3, "reader@example.org")
    ]
    send(client, "The year is wrong.", email="other@example.org")  # wants an answer, too
    send(client, "The year is wrong.", page="/en/about/")
    assert ErrorNotice.objects.count() == 3


# --- Many ---------------------------------------------------------------------------


def test_one_network_is_told_to_wait_and_keeps_its_text_while_others_go_on(client) -> None:
    for number in range(OWN):
        assert send(client, f"Text {number}").status_code == 302
    page = send(client, "Too much")
    assert (page.status_code, page["Retry-After"]) == (429, "3600")
    assert "Very many messages came in the last hour, and yours is not sent." in told(page)
    assert values(page)["text"] == "Too much"
    assert ErrorNotice.objects.count() == OWN
    other = Client(REMOTE_ADDR="2001:db8:1:2::1")
    assert send(other, "From elsewhere").status_code == 302
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert client.post(PAGE, values(page) | {"proof": find(values(page)["token"])}).status_code


def take(asker: str, *, is_proved: bool = True, text: str = "") -> ErrorNotice:
    """Have something taken, in words of its own."""
    number = Guesses.objects.count()
    said = Said(ABOUT, "", text or f"Text {asker} {is_proved} {number}", "", "nl")
    form = f"{asker}{is_proved}{text}{number}"
    return notices.take(said, form=form, asker=asker, is_proved=is_proved, now=timezone.now())


def test_without_a_proof_less_is_taken_and_it_shuts_nobody_out_who_has_one(db) -> None:
    with time_machine.travel("2026-12-01 10:30", tick=False):
        for number in range(OWN_PLAIN):
            take("192.0.2.1", is_proved=False, text=f"{number}")
        with pytest.raises(Refused, match="Very many messages"):
            take("192.0.2.1", is_proved=False, text="more")
        take("192.0.2.1", text="with a proof")


def test_a_connection_of_ipv6_is_one_however_many_addresses_it_has(db) -> None:
    with time_machine.travel("2026-12-01 10:30", tick=False):
        for number in range(OWN_PLAIN):
            take(f"2001:db8:1:2::{number:x}", is_proved=False, text=f"{number}")
        with pytest.raises(Refused):
            take("2001:db8:1:2:ffff::1", is_proved=False, text="more")
        take("2001:db8:1:3::1", is_proved=False, text="of another connection")


def test_an_old_address_inside_a_new_one_is_that_address() -> None:
    assert notices.network("::ffff:192.0.2.1") == notices.network("192.0.2.1")
    assert notices.network("::ffff:192.0.2.2") != notices.network("192.0.2.1")


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-7", "undefined", "iso-8859-1"])
def test_a_form_in_another_encoding_is_refused(client, charset) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    body = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n+2AA-\r\n--x--\r\n'
    assert client.generic("POST", PAGE, body, content_type=kind).status_code == 400


def test_from_many_networks_no_more_is_taken_than_a_secretariat_can_read(db) -> None:
    with time_machine.travel("2026-12-01 10:30", tick=False):
        for number in range(OF_ALL):
            take(f"10.0.{number // 250}.{number % 250}", text=f"{number}")
        with pytest.raises(Refused):
            take("10.9.9.9", text="more")
    with time_machine.travel("2026-12-01 11:00", tick=False):
        take("10.9.9.9", text="more")
    assert ErrorNotice.objects.count() == OF_ALL + 1


@pytest.mark.slow
def test_what_comes_at_once_is_counted_in_turn(apart) -> None:
    now = timezone.now().replace(minute=30)

    def once(number: int) -> bool:
        said = Said(ABOUT, "", f"Text {number % 30}", "", "nl")
        try:
            notices.take(said, form=str(number), asker="192.0.2.9", is_proved=True, now=now)
        except Refused:
            return False
        return True

    found = together(*[lambda n=n: once(n) for n in range(40)])
    assert sum(found) == OWN
    rows = list(ErrorNotice.objects.values_list("text", "times"))
    assert (len(rows), sum(times for _text, times in rows)) == (len(set(rows)), OWN)


def test_what_is_counted_says_nothing_of_the_address_and_is_gone_after_a_day(client) -> None:
    send(client)
    keys = Guesses.objects.values_list("key", flat=True)
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)
    assert len(keys) == 2


def test_behind_a_proxy_that_says_nothing_messages_are_taken(client, settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert send(client).status_code == 302


@pytest.mark.parametrize("moment", [1e30, -1e30, float("nan"), float("inf"), "x", None, [], True])
def test_a_moment_that_is_none_makes_no_token(moment) -> None:
    text = signing.dumps(["name", moment, False], salt=reporting.SALT)
    found = reporting.read_token(text, timezone.now())
    assert found is None


# --- The secretariat ----------------------------------------------------------------


@pytest.fixture
def desk(scene: Scene, sign_in: Any) -> Client:
    """A browser of the secretariat."""
    person = scene.people["secretariat"]
    add_second_factor(person)
    client: Client = sign_in(person)
    return client


def reported(scene: Scene, text: str = "Zqwrong", **more: Any) -> ErrorNotice:
    """Store something that was reported."""
    now, number = timezone.now(), ErrorNotice.objects.count()
    given = {"page": ABOUT, "plan": scene.plan, "language": "fr", "at": now, "last_at": now} | more
    return ErrorNotice.objects.create(text=text, token=f"{number}", digest=f"{number}", **given)


def settle(client: Client, row: ErrorNotice, **said: str) -> Any:
    form = html.fromstring(client.get(f"{DESK}{row.pk}/").content).xpath("//main//form")[0]
    return client.post(f"{DESK}{row.pk}/", dict(form.fields) | said)


def test_it_is_counted_among_what_must_be_done_listed_and_settled(desk, scene) -> None:
    row = reported(scene)
    todos = desk.get("/en/secretariat/").context["todos"]
    assert [(t.number, t.link) for t in todos if t.label == "error that a reader reported"] == [
        (1, DESK)
    ]
    assert "Zqwrong" in told(desk.get(DESK))
    page = desk.get(f"{DESK}{row.pk}/")
    assert f'href="{ABOUT}"' in page.content.decode()
    assert b'name="answer"' not in page.content
    assert settle(desk, row, note="Zqmended")["Location"] == DESK
    row.refresh_from_db()
    assert (row.note, row.settled_by) == ("Zqmended", scene.people["secretariat"])
    assert "Nothing is left to be settled." in told(desk.get(DESK))
    assert "Zqwrong" in told(desk.get(f"{DESK}?state=settled"))
    assert "Zqmended" in told(desk.get(f"{DESK}{row.pk}/"))
    assert Letter.objects.count() == 0


def test_the_list_can_be_narrowed_to_a_plan_and_costs_the_same_for_thirty(desk, scene) -> None:
    reported(scene)
    desk.get(DESK)  # the first page of a session renews it
    with CaptureQueriesContext(connection) as one:
        desk.get(DESK)
    for number in range(29):
        reported(scene, f"Zqelse {number}", page="", plan=None)
    with CaptureQueriesContext(connection) as thirty:
        desk.get(DESK)
    assert len(one) == len(thirty)
    page = desk.get(DESK, {"plan": "small"}).context["page"]
    assert [row.text for row in page] == ["Zqwrong"]
    assert len(desk.get(DESK, {"plan": "none"}).context["page"]) == 30


def test_an_answer_goes_to_the_address_in_the_language_of_the_page(desk, scene) -> None:
    row = reported(scene, email="reader@example.org")
    assert settle(desk, row, answer="Zqanswer: corrigé.").status_code == 302
    letter = Letter.objects.get()
    assert (letter.kind, letter.address, letter.language) == (
        LetterKind.ANSWER, "reader@example.org", "fr",
    )  # fmt: skip
    list(sending.send_due(now=timezone.now()))
    (sent,) = mail.outbox
    assert sent.to == ["reader@example.org"]
    assert "Zqanswer: corrigé." in sent.body
    assert f"{ABOUT}" in sent.body
    assert "Zqwrong" not in sent.body


def test_of_two_who_settle_one_the_second_is_told_and_keeps_the_text(desk, scene) -> None:
    row = reported(scene, email="reader@example.org")
    form = html.fromstring(desk.get(f"{DESK}{row.pk}/").content).xpath("//main//form")[0]
    by = scene.people["chair"]
    notices.settle(row, answer="", note="Zqfirst", by=by, now=timezone.now())
    said = {"answer": "Zqsecond", "note": "Zqnote"}
    page = desk.post(f"{DESK}{row.pk}/", dict(form.fields) | said)
    assert page.status_code == 200
    for words in ("Somebody else has settled this message meanwhile.", "Zqfirst", "Zqsecond"):
        assert words in told(page) + page.content.decode()
    assert Letter.objects.count() == 0


def test_an_answer_typed_before_the_address_was_erased_is_refused_and_kept(desk, scene) -> None:
    row = reported(scene, email="reader@example.org")
    form = html.fromstring(desk.get(f"{DESK}{row.pk}/").content).xpath("//main//form")[0]
    notices.forget("Reader@example.org")
    page = desk.post(f"{DESK}{row.pk}/", dict(form.fields) | {"answer": "Zqanswer"})
    assert "There is no address any more to which an answer could go." in told(page)
    assert "Zqanswer" in page.content.decode()


def test_only_the_secretariat_settles(scene) -> None:
    def work(name: str) -> None:
        by = scene.people[name]
        notices.settle(reported(scene), answer="", note="", by=by, now=timezone.now())

    assert who_may(scene, work) == {"secretariat", "chair"}
    with pytest.raises(PermissionDenied):
        work("head")


# --- Forgotten ----------------------------------------------------------------------


def test_an_address_goes_thirty_days_after_it_was_settled_with_its_letter(scene) -> None:
    row, now = reported(scene, email="reader@example.org"), timezone.now()
    reported(scene, email="waits@example.org")
    by = scene.people["secretariat"]
    notices.settle(row, answer="Zqanswer", note="", by=by, now=now)
    list(sending.send_due(now=now))
    assert notices.purge(now=now + timedelta(days=29)) == 0
    assert notices.purge(now=now + timedelta(days=30)) == 1
    assert sorted(ErrorNotice.objects.values_list("email", flat=True)) == ["", "waits@example.org"]
    letter = Letter.objects.get()
    assert (letter.address, letter.text, letter.facts) == (notices.NOWHERE, "", {})
    assert notices.purge(now=now + timedelta(days=366)) == 1
    assert list(ErrorNotice.objects.values_list("email", "settled_at")) == [("", None)]


def test_an_answer_that_could_not_be_sent_does_not_go_without_its_address(scene) -> None:
    row, now = reported(scene, email="reader@example.org"), timezone.now()
    notices.settle(row, answer="Zq", note="", by=scene.people["secretariat"], now=now)
    notices.purge(now=now + timedelta(days=31))
    assert list(sending.send_due(now=now + timedelta(days=31))) == []
    assert mail.outbox == []


def test_an_erased_person_is_forgotten_here_too(scene) -> None:
    person = scene.people["writer"]
    reported(scene, email=person.email.upper())
    accounts.erase(person, by=scene.people["secretariat"], now=timezone.now())
    assert ErrorNotice.objects.get().email == ""
