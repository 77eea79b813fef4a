"""The secretariat's pages of plans that change, and what readers see of it."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from actions.exporters import PROMISE
from actions.models import Action, Amendment, FormerWording, Plan, Responsibility, Section
from actions.services import amendments
from tests.conftest import add_second_factor
from tests.follow_up import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

LIST = "/en/secretariat/plan/"
DAY = date(2027, 1, 1)


def text_of(response: Any) -> str:
    """Return what a reader sees and hears of a page's main part, in one line."""
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split()).replace(" :", ":")


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def desk(scene, sign_in) -> Client:
    """A browser of the secretariat."""
    user = scene.people["secretariat"]
    add_second_factor(user)
    client: Client = sign_in(user)
    return client


def begun(desk: Client) -> str:
    """Begin an amendment; return the address of the draft."""
    answer = desk.post(f"{LIST}small/amend/")
    assert answer.status_code == 302
    return str(answer["Location"])


def typed(desk: Client, path: str, *boxes: str, **changed: str) -> Any:
    """Open a form, change some fields and tick some boxes; send it as a browser does."""
    form = html.fromstring(desk.get(path).content).xpath("//main//form[.//input[@name='mark']]")[0]
    sent: dict[str, Any] = {}
    for row in form.xpath(".//*[@name][not(self::button)]"):
        if row.get("type") == "checkbox":
            if row.get("checked") is not None or row.get("value") in boxes:
                sent.setdefault(row.get("name"), []).append(row.get("value", "on"))
        else:
            sent[row.get("name")] = row.value or ""
    assert set(changed) <= set(sent) | {"withdraw"}
    return desk.post(form.get("action"), sent | changed)


def drafted(desk: Client) -> str:
    """Prepare an amendment with one of each act; return the address of the draft."""
    path = begun(desk)
    answers = [
        typed(desk, path, on=DAY.isoformat(), document="Decision", address="example.org/d",
              note_fr="Pourquoi."),
        typed(desk, f"{path}change/1/", title_nl="Nieuw", label="1A", note_en="A note."),
        typed(desk, f"{path}change/6/", withdraw="on"),
        typed(desk, f"{path}change/9/", "small-ministry", begin_0="small-agency", role_0="lead"),
        typed(desk, f"{path}add/", label="20", title_fr="Ajoutée", promise_fr="Le texte.",
              begin_0="small-foreign", role_0="responsible"),
    ]  # fmt: skip
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, path)}
    return path


def confirmed(desk: Client) -> Amendment:
    path = drafted(desk)
    seen = desk.get(f"{path}preview/").context["seen"]
    answer = desk.post(f"{path}preview/", {"seen": seen})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    return Amendment.objects.get()


def test_a_draft_is_prepared_by_several_people_and_no_reader_sees_it(desk, scene, client) -> None:
    pages = ["/en/plans/small/", "/en/plans/small/actions/", "/en/plans/small/actions/1/",
             "/en/plans/small/actions.json", "/en/plans/small/actors/"]  # fmt: skip
    before = [client.get(page).content for page in pages]
    path = drafted(desk)
    assert begun(desk) == path
    text = text_of(desk.get(path))
    for words in ("Becomes responsible: Agency (Lead)", "No longer responsible: Ministry",
                  "1 Action 1 Changed", "6 Action 6 Withdrawn", "A note."):  # fmt: skip
        assert words in text, words
    assert [client.get(page).content for page in pages] == before
    assert client.get("/en/plans/small/actions/20/").status_code == 404


def test_a_draft_is_previewed_as_readers_will_see_it(desk, scene) -> None:
    path = drafted(desk)
    page = desk.get(f"{path}preview/")
    text = text_of(page)
    assert "All of it takes effect together on 1 January 2027." in text
    assert "Number now: 1 then: 1A" in text
    assert "Actions concerned: 4" in text
    before = list(Action.objects.order_by("pk").values())
    links = re.findall(r'href="(/en/secretariat/plan/[^"]+/page/)"', page.content.decode())
    texts = " ".join(text_of(desk.get(link)) for link in links)
    for words in ("1A Action 1", "20 Ajoutée", "Le texte.", "Agency Lead",
                  "Source: Decision", "Preview: so readers will see this page"):  # fmt: skip
        assert words in texts, words
    assert list(Action.objects.order_by("pk").values()) == before
    assert Amendment.objects.get().is_draft


def test_that_finished_work_on_a_reworded_action_stays_finished_is_told_before(desk, scene) -> None:
    given = scene.round()
    said = "is closed and stays so: they are not asked about the new text"
    path = begun(desk)
    typed(desk, f"{path}change/1/", title_nl="Nieuw")
    typed(desk, f"{path}change/9/", label="9A")
    assert said not in text_of(desk.get(f"{path}preview/"))
    for label in ("1", "9"):
        scene.submit(scene.entry(given, label), status="done")
        scene.accept(scene.entry(given, label))
    text = text_of(desk.get(f"{path}preview/"))
    # Another number makes no other action of the ninth.
    assert text.count(said) == 1
    assert "unless they take it up again. Ministry" in text


def test_what_is_announced_is_told_to_readers_and_old_addresses_lead_on(desk, client) -> None:
    made = confirmed(desk)
    page = text_of(client.get("/en/plans/small/actions/1/"))
    assert "The action will change on 1 January 2027." in page
    assert "Its number will be 1A." in page
    assert "until 31 December 2026" in text_of(client.get("/en/plans/small/actions/6/"))
    assert "will stand in the plan from 1 January 2027" in text_of(
        client.get("/en/plans/small/actions/20/")
    )
    assert "The plan will be amended on 1 January 2027." in text_of(client.get("/en/plans/small/"))
    assert '"label": "20"' not in client.get("/en/plans/small/actions.json").text
    with time_machine.travel(DAY):
        assert amendments.force_due(now=NOW.replace(year=2027)) == 1
        answer = client.get("/en/plans/small/actions/1/")
        assert answer["Location"] == "/en/plans/small/actions/1A/"
        page = text_of(client.get("/en/plans/small/actions/1A/"))
        assert "Amended on 1 January 2027. A note. Decision: Decision" in page
        assert "Until 31 December 2026: number: 1 Source: Document of a test" in page
        exported = client.get("/en/plans/small/actions.json").text
        assert '"label": "20"' in exported
        assert '"label": "6"' not in exported
    assert made.lines.count() == 4


def test_a_confirmed_amendment_is_undone_from_its_page(desk, scene) -> None:
    made = confirmed(desk)
    path = f"{LIST}amendments/{made.pk}/"
    assert "Amendment of 1 January 2027" in text_of(desk.get(path))
    assert "the amendment is a draft again" in text_of(desk.get(f"{path}undo/"))
    assert desk.post(f"{path}undo/")["Location"] == path
    assert not scene.plan.actions.filter(label="20").exists()
    assert "Draft of an amendment" in text_of(desk.get(path))
    assert desk.post(f"{path}discard/")["Location"] == LIST
    assert not Amendment.objects.exists()


def test_what_keeps_a_draft_from_being_confirmed_stands_on_its_page(desk, scene) -> None:
    path = begun(desk)
    text = text_of(desk.get(f"{path}preview/"))
    assert "Say on which day the amendment takes effect." in text
    assert "The amendment changes nothing yet." in text
    assert "Confirm the amendment" not in text
    answer = desk.post(f"{path}preview/", {"seen": ""})
    assert answer.status_code == 200
    assert Amendment.objects.get().is_draft


def test_what_changed_since_the_preview_is_seen_again(desk, scene) -> None:
    path = drafted(desk)
    seen = desk.get(f"{path}preview/").context["seen"]
    typed(desk, f"{path}change/2/", title_nl="Ook")
    again = desk.post(f"{path}preview/", {"seen": seen})
    assert "What will change is no longer what was shown. Look again." in text_of(again)
    assert Amendment.objects.get().is_draft


def test_two_windows_on_one_action_see_each_others_text(desk, scene, sign_in) -> None:
    path = begun(desk)
    page = html.fromstring(desk.get(f"{path}change/1/").content)
    form = page.xpath("//main//form[.//input[@name='mark']]")[0]
    mine = {
        row.get("name"): row.value or ""
        for row in form.xpath(".//*[@name][not(self::button)][not(@type='checkbox')]")
    } | {"title_nl": "Mijn"}
    typed(desk, f"{path}change/1/", title_nl="Hun")
    answer = desk.post(f"{path}change/1/", mine)
    assert answer.status_code == 200
    assert "You have changed this yourself meanwhile" in text_of(answer)
    assert "title (Dutch) Hun" in text_of(answer)
    assert Amendment.objects.get().lines.get().said == {"title_nl": "Hun"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"label": "1 a"}, "Enter a number such as 22"),
        ({"label": ""}, "This field cannot be blank."),
        ({"title_en": ""}, "Write the title in at least one language."),
        ({"section_id": "999"}, "Select a valid choice."),
        ({"period_start": "2026-13-01"}, "Enter a valid date."),
        ({"period_start": "2026-02-01", "period_end": "2026-01-01"}, "ends before it starts"),
        ({"begin_0": "small-agency"}, "Choose a role."),
        ({"withdraw": "on", "title_nl": "X"}, "An action is either withdrawn or changed."),
        ({"title_nl": "x" * 601}, "Write at most 600 characters; this text has 601."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_not_kept(desk, changed, words) -> None:
    answer = typed(desk, f"{begun(desk)}change/1/", **changed)
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert not Amendment.objects.get().lines.exists()


def test_pages_ask_as_often_for_a_large_amendment_as_for_a_small_one(desk, scene) -> None:
    path = drafted(desk)
    pages = [path, f"{path}preview/", LIST]

    def count() -> list[int]:
        found = []
        for page in pages:
            desk.get(page)
            with CaptureQueriesContext(connection) as queries:
                desk.get(page)
            found.append(len(queries))
        return found

    few = count()
    section = Section.objects.create(plan=scene.plan, number=1, title_en="S", source=scene.source)
    for number in range(100, 130):
        action = Action.objects.create(
            plan=scene.plan, section=section, position=number, label=str(number), key=str(number),
            title_en="A", title_source=scene.source,
        )  # fmt: skip
        Responsibility.objects.create(
            action=action, actor=scene.actors["agency"], role="lead", source=scene.source
        )
        Amendment.objects.get().lines.create(
            act="change", action=action, said={"title_nl": "B"}, ends=["small-agency"],
            begins=[["small-foreign", "lead"]],
        )  # fmt: skip
    assert count() == few


def test_what_the_plan_promises_is_shown_with_its_source_and_exported(desk, client) -> None:
    path = f"{LIST}small/actions/1/text/"
    answer = typed(desk, path, "nl", promise_nl="De tekst.", source_title="NAP")
    assert answer["Location"] == "/en/plans/small/actions/1/"
    page = text_of(client.get("/nl/plans/small/actions/1/"))
    assert "De tekst." in page
    answer = typed(desk, path, promise_nl="De tekst.", source_title="")
    assert "Say which document the text is from." in text_of(answer)
    found = client.get("/nl/plans/small/actions.json").json()["actions"][0]
    assert [found[name] for name in PROMISE] == ["De tekst.", "nl", True, "NAP", None]


def test_the_plan_says_where_its_document_stands(desk, client, scene) -> None:
    answer = typed(desk, f"{LIST}small/document/", document_fr="example.org/plan.pdf")
    assert answer["Location"] == LIST
    assert Plan.objects.get(slug="small").document_fr == "https://example.org/plan.pdf"
    assert 'href="https://example.org/plan.pdf"' in client.get("/en/plans/small/").text
    answer = typed(desk, f"{LIST}small/document/", document_nl="http://")
    assert "Enter an address that starts with https://" in text_of(answer)


def test_an_entry_form_says_that_the_action_was_reworded_since_last_year(scene, sign_in) -> None:
    given = scene.round()
    scene.submit(scene.entry(given), done="About the old words.")
    scene.accept(scene.entry(given))
    action = scene.plan.actions.get(label="1")
    FormerWording.objects.create(
        action=action, valid_to="2026-01-09", source=scene.source, title_en="The old words",
        rest={"label": "1"},
    )  # fmt: skip
    Action.objects.filter(pk=action.pk).update(title_en="Other words", reworded_on="2026-01-10")
    later = scene.round(2026, reference_date=date(2026, 12, 31))
    text = text_of(
        sign_in(scene.people["writer"]).get(f"/en/desk/entries/{scene.entry(later).pk}/")
    )
    said = "The plan was changed on 10 January 2026: last time you reported on other words."
    assert f"{said} Before: 1 The old words" in text


def test_days_that_look_like_a_slip_are_asked_about(desk, scene) -> None:
    path = begun(desk)
    Plan.objects.filter(pk=scene.plan.pk).update(valid_to=date(2026, 12, 31))
    answer = typed(desk, path, on=DAY.isoformat())
    assert "The plan runs until 31 December 2026. Tick the box" in text_of(answer)
    assert Amendment.objects.get().on is None
    Plan.objects.filter(pk=scene.plan.pk).update(valid_to=None)
    answer = typed(desk, path, on="2099-01-01")
    assert "more than 3 years ahead" in text_of(answer)
    answer = typed(desk, path, on=DAY.isoformat(), decided_on="2027-01-02")
    assert "The decision is of after the day" in text_of(answer)
    typed(desk, path, on=DAY.isoformat(), decided_on="2027-01-01")
    assert Amendment.objects.get().on == DAY


def test_an_action_without_a_section_is_asked_about_and_its_title_is_one_line(desk, scene) -> None:
    Section.objects.create(plan=scene.plan, number=1, title_en="First", source=scene.source)
    path = begun(desk)
    facts = {"label": "20", "title_en": "Two\r\nlines"}
    answer = typed(desk, f"{path}add/", **facts)
    assert "choose one above, or tick the box" in text_of(answer)
    page = text_of(desk.get(f"{path}add/"))
    assert "Number (optional)" not in page
    assert "Leave as it is" not in page
    data = html.fromstring(answer.content).xpath("//main//form[.//input[@name='mark']]")[0]
    sent = {
        row.get("name"): row.value or ""
        for row in data.xpath(".//*[@name][not(self::button)][not(@type='checkbox')]")
    }
    answer = desk.post(f"{path}add/", sent | {"no_section": "on"}, follow=True)
    assert "language that is not ticked as official" in answer.content.decode()
    assert Amendment.objects.get().lines.get().said["title_en"] == "Two lines"


def test_a_confirmed_amendment_goes_on_showing_what_it_changed(desk, scene) -> None:
    made = confirmed(desk)
    text = text_of(desk.get(f"{LIST}amendments/{made.pk}/"))
    assert "Number now: 1 then: 1A" in text
    amendments.force_due(now=at(DAY))
    text = text_of(desk.get(f"{LIST}amendments/{made.pk}/"))
    assert "Number before: 1 since: 1A" in text
    assert "Becomes responsible: Agency (Lead" in text
