"""Entries chosen in the matrix or in the list: write, give more time, enter, take along."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from lxml import html

from actions.models import Extension, Letter, ReportingRound
from actions.services import rounds
from tests.conftest import add_second_factor
from tests.follow_up import CLOSE, NOW, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
LATER = "2026-04-01"


@pytest.fixture
def running(scene: Scene) -> ReportingRound:
    """The open round of the scene, with no letter waiting."""
    found = scene.round()
    Letter.objects.all().delete()
    return found


@pytest.fixture
def desk(scene: Scene, sign_in: Any) -> Client:
    """A browser of the secretariat."""
    person = scene.people["secretariat"]
    add_second_factor(person)
    client: Client = sign_in(person)
    return client


def on(running: ReportingRound, page: str) -> str:
    return f"/en/secretariat/rounds/{running.pk}/{page}"


def key(scene: Scene, running: ReportingRound, label: str) -> int:
    return int(scene.entry(running, label).pk)


def text_of(response: Any) -> str:
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def choose(
    client: Client, running: ReportingRound, act: str, query: Any = "", **chosen: Any
) -> Any:
    return client.post(on(running, f"chosen/{query}"), chosen | {"act": act})


def ticked(response: Any, name: str) -> list[str]:
    """Return the labels of the ticked boxes of a name."""
    page = html.fromstring(response.content)
    boxes = page.xpath(f"//input[@name='{name}'][@checked]/ancestor::label")
    return [" ".join(box.text_content().split()) for box in boxes]


# --- Choosing -------------------------------------------------------------------------


def test_the_chosen_entries_actions_and_actors_lead_to_a_letter(desk, scene, running) -> None:
    response = choose(
        desk, running, "write",
        entry=[key(scene, running, "2")],
        action=[scene.responsibility("6").action_id],
        actor=[scene.actors["guarded"].pk],
    )  # fmt: skip
    page = desk.get(response["Location"])
    assert "Only those of the entries that you chose are offered." in text_of(page)
    people = {label.split("@")[0] for label in ticked(page, "people")}
    assert people == {"below", "outsider", "guarded", "guard"}


def test_an_actor_is_chosen_with_what_the_filters_find(desk, scene, running) -> None:
    scene.submit(scene.entry(running, "1"))
    ministry = scene.actors["ministry"].pk
    response = choose(desk, running, "csv", "?state=empty", actor=[ministry])
    assert response["Location"].endswith(f"matrix.csv?chosen={key(scene, running, '9')}")
    lines = desk.get(response["Location"]).content.decode().splitlines()
    assert [line.split(",")[0].strip('"\ufeff') for line in lines] == ["Action", "9"]


def test_what_is_chosen_is_taken_along_as_a_workbook(desk, scene, running) -> None:
    response = choose(desk, running, "xlsx", entry=[key(scene, running, "1")])
    assert desk.get(response["Location"]).content[:2] == b"PK"


def test_one_entry_is_entered_on_its_page_and_several_from_their_list(desk, scene, running) -> None:
    one, two = key(scene, running, "1"), key(scene, running, "6")
    response = choose(desk, running, "behalf", entry=[one])
    assert response["Location"] == f"/en/desk/entries/{one}/"
    page = desk.get(choose(desk, running, "behalf", entry=[one, two])["Location"])
    assert [line["entry"].pk for line in page.context["lines"]] == [one, two]
    assert "Only those that you chose are shown." in text_of(page)


@pytest.mark.parametrize(
    "chosen",
    [{}, {"entry": ["0", "x", "²", "9" * 30, "1\x00"]}, {"actor": ["0"], "action": ["-1"]}],
)
def test_whoever_chooses_nothing_is_told_so(desk, running, chosen) -> None:
    page = desk.post(on(running, "chosen/"), chosen | {"act": "write", "from": "matrix"})
    assert page["Location"] == on(running, "matrix/?choose=yes")
    assert "Choose entries first." in desk.get(page["Location"]).content.decode()
    assert choose(desk, running, "burn", **chosen)["Location"] == on(running, "expected/")


@pytest.mark.parametrize(
    ("page", "query"), [("matrix", "state=empty&choose=yes"), ("expected", "state=empty")]
)
def test_whoever_chooses_nothing_finds_the_filters_as_they_were(desk, running, page, query) -> None:
    sent = {"act": "write", "from": page}
    answer = desk.post(on(running, f"chosen/?{query}"), sent)
    assert answer["Location"] == on(running, f"{page}/?{query}")


def test_reviewers_take_along_and_do_nothing_else(scene, running, sign_in) -> None:
    client = sign_in(scene.people["reviewer"])
    chosen = {"entry": [key(scene, running, "1")]}
    assert choose(client, running, "csv", **chosen).status_code == 302
    for act in ("write", "extend", "behalf"):
        assert choose(client, running, act, **chosen).status_code == 403
    page = client.get(on(running, "matrix/?choose=yes")).content
    buttons = html.fromstring(page).xpath("//button[@name='act']/@value")
    assert set(buttons) == {"csv", "xlsx"}


def test_an_address_that_cannot_be_read_offers_nobody(desk, running) -> None:
    page = desk.get(on(running, "write/?chosen=all"))
    assert page.context["count"] == 0


def test_boxes_stand_in_the_matrix_where_they_are_asked_for(desk, scene, running) -> None:
    assert b'type="checkbox"' not in desk.get(on(running, "matrix/")).content
    page = html.fromstring(desk.get(on(running, "matrix/?choose=yes")).content)
    assert page.xpath("//form[@id='choose']/@action") == [on(running, "chosen/?choose=yes")]
    table, listed = (
        page.xpath(f"//*[@class='{name}']")[0] for name in ("round-matrix", "matrix-list")
    )
    for part in (table, listed):
        boxes = part.xpath(".//input[@form='choose'][@name='entry']/@value")
        assert sorted(map(int, boxes)) == sorted(
            running.entries.filter(expected=True).values_list("pk", flat=True)
        )
    assert len(table.xpath(".//input[@name='action']")) == 8


def test_boxes_stand_in_the_list_of_who_is_expected(desk, scene, running) -> None:
    page = html.fromstring(desk.get(on(running, "expected/")).content)
    assert len(page.xpath("//input[@form='choose'][@name='actor']")) == 7
    assert len(page.xpath("//input[@form='choose'][@name='entry']")) == 8
    names = page.xpath("//input[@name='actor']/following-sibling::span")
    assert names[0].text_content() == "Choose Agency"


# --- More time for several ------------------------------------------------------------


def extend(client: Client, path: str, **changed: Any) -> Any:
    """Open the form of several extensions, fill it in and send it."""
    return send(client, client.get(path), **changed)


def send(client: Client, page: Any, **changed: Any) -> Any:
    """Send the form of a page as it stands, with some fields changed."""
    form = html.fromstring(page.content).xpath("//form[@class='plain-form']")[0]
    data = {name: form.fields[name] for name in form.fields if name not in ("act", "actors")}
    data = {name: value or "" for name, value in data.items()}
    chosen = form.xpath(".//input[@name='actors'][@checked]/@value")
    given = {"actors": chosen, "until": LATER, "reason": "Illness."} | changed
    return client.post(form.get("action"), data | given)


def several(desk: Client, scene: Scene, running: ReportingRound, *names: str) -> str:
    actors = [scene.actors[name].pk for name in names]
    return str(choose(desk, running, "extend", actor=actors)["Location"])


def extensions(running: ReportingRound) -> dict[str, str]:
    rows = Extension.objects.filter(round=running).select_related("actor")
    return {row.actor.slug[6:]: f"{row.until}" for row in rows}


def test_the_chosen_actors_get_more_time_for_one_reason(desk, scene, running) -> None:
    path = several(desk, scene, running, "ministry", "foreign")
    assert ticked(desk.get(path), "actors") == ["Foreign", "Ministry"]
    response = extend(desk, path)
    assert response["Location"] == f"/en/secretariat/rounds/{running.pk}/"
    assert extensions(running) == {"ministry": LATER, "foreign": LATER}
    told = {letter.address.split("@")[0] for letter in Letter.objects.filter(kind="more_time")}
    assert {"writer", "outsider"} <= told


def test_all_get_it_or_none_where_somebody_was_quicker(desk, scene, running) -> None:
    path = several(desk, scene, running, "foreign", "ministry")
    form = html.fromstring(desk.get(path).content).xpath("//form[@class='plain-form']")[0]
    sent = {name: form.fields[name] or "" for name in form.fields if name.startswith("seen_")}
    rounds.extend(
        running, actor=scene.actors["ministry"], until=CLOSE.replace(day=20), reason="First.",
        by=scene.people["chair"], now=NOW,
    )  # fmt: skip
    page = extend(desk, path, **sent)
    assert "Somebody else has changed this extension meanwhile (Ministry)" in text_of(page)
    assert "Ministry – extension until 20 March 2026" in text_of(page)
    assert b"Illness." in page.content
    assert extensions(running) == {"ministry": "2026-03-20"}
    assert send(desk, page).status_code == 302  # now that the day was seen
    assert extensions(running) == {"ministry": LATER, "foreign": LATER}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"actors": []}, "Choose actors first."),
        ({"actors": ["0"]}, "Select a valid choice."),
        ({"until": "x"}, "Enter a valid date."),
        ({"until": "9999-12-31"}, "Choose an earlier day, no later than"),
        ({"reason": " "}, "This field is required."),
    ],
)
def test_a_wrong_form_is_shown_again(desk, scene, running, changed, words) -> None:
    page = extend(desk, several(desk, scene, running, "ministry"), **changed)
    assert page.status_code == 200
    assert words in text_of(page)
    assert extensions(running) == {}
