"""The open points of the working group: computed, added, settled, and as a Word file."""

import io
from datetime import date, timedelta
from typing import Any

import docx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from lxml import html

from actions.models import Action, Membership, ReportingRound
from actions.refusals import Conflict
from actions.services import seen, steps
from reports import points
from reports.models import OpenPoint
from reports.services import points as service
from reports.services import texts
from tests.conftest import add_second_factor
from tests.follow_up import DEADLINE, NOW, Scene, who_may

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


TODAY = NOW.date()


def lines(given: ReportingRound, on: date = TODAY) -> dict[str, list[str]]:
    """Return what is computed, by the key of each group."""
    given = ReportingRound.objects.get(pk=given.pk)
    return {group.key: list(group.lines) for group in points.computed(given, on=on)}


# --- What is computed ---------------------------------------------------------------


def test_a_planned_round_has_no_points(scene: Scene) -> None:
    assert lines(scene.round(state="planned", opens_on=date(2026, 2, 1))) == {}


def test_bodies_that_have_sent_nothing_are_named_with_their_actions(scene: Scene) -> None:
    given = scene.round()
    scene.submit(scene.entry(given, "1"))
    assert lines(given)["silent"] == [
        "Agency: action 3",
        "Foreign: action 6",
        "Guarded: action 8",
        "Office: action 5",
        "Old: action 4",
        "Service: action 2",
    ]
    scene.send_back(scene.entry(given, "1"))  # it has spoken all the same
    assert "Ministry" not in " ".join(lines(given)["silent"])


def test_bodies_without_a_member_are_named(scene: Scene) -> None:
    given = scene.round()
    assert "alone" in lines(given)
    before = set(lines(given)["alone"])
    Membership.objects.filter(user=scene.people["outsider"]).update(ended_at=NOW)
    assert set(lines(given)["alone"]) - before == {"Foreign: action 6"}


def test_late_entries_are_told_from_the_day_after_the_deadline(scene: Scene) -> None:
    given = scene.round()
    scene.submit(scene.entry(given, "1"))
    assert "late" not in lines(given, DEADLINE)
    late = lines(given, DEADLINE + timedelta(days=1))["late"]
    assert "Ministry: action 9" in late
    assert "Foreign: action 6" in late


def test_overdue_actions_are_told_with_their_status(scene: Scene) -> None:
    given = scene.round()
    Action.objects.filter(label="1").update(period_end=date(2024, 12, 31))
    assert lines(given)["overdue"] == ["Action 1, Action 1: No update received"]


def test_returned_entries_are_told_until_they_come_in_again(scene: Scene) -> None:
    given = scene.round()
    scene.send_back(scene.submit(scene.entry(given, "1")))
    assert lines(given)["returned"] == ["Action 1, Ministry: to be written by 15 March 2026"]
    scene.submit(scene.entry(given, "1"), done="We schreven meer.")
    assert "returned" not in lines(given)


def test_texts_and_comments_that_wait_are_told(scene: Scene) -> None:
    given, by = scene.round(), scene.people["secretariat"]
    scene.accept(scene.submit(scene.entry(given, "1")))
    assert lines(given)["untranslated"] == [
        "French: 1 text without a checked translation",
        "German: 1 text without a checked translation",
        "English: 1 text without a checked translation",
    ]
    until = date(2026, 2, 1)
    texts.consult(given, until=until, validated_on=None, notes={}, by=by, now=NOW)
    said = texts.comment(
        given, about="action 1", text="Too\nshort.", by=scene.people["observer"], now=NOW
    )
    assert lines(given)["comments"] == ["Institute – action 1: Too short."]
    texts.answer(said, text="", is_settled=True, version=0, by=by, now=NOW)
    assert "comments" not in lines(given)


def test_steps_whose_day_has_passed_are_told(scene: Scene) -> None:
    given = scene.round()
    parts: dict[str, Any] = dict.fromkeys(steps.NAMES) | {
        name: False for name in steps.NAMES if name.endswith("not_needed")
    }
    parts["validation_planned_on"] = NOW.date() - timedelta(days=1)
    steps.save(given, parts=parts, by=scene.people["secretariat"], now=NOW)
    assert lines(given)["steps"] == ["Validation by the working group, planned on 19 January 2026"]


def test_it_costs_as_many_queries_for_many_entries_as_for_few(
    scene: Scene, open_round, followed_plan
) -> None:
    found = []
    for actions, actors in ((1, 1), (4, 9)):
        followed_plan(actions, actors, slug=f"p{actions}")
        given = open_round(2025, plan=f"p{actions}")
        with CaptureQueriesContext(connection) as queries:
            assert "silent" in lines(given)
        found.append(len(queries))
    assert found[0] == found[1]


# --- Own points ---------------------------------------------------------------------


def test_only_the_secretariat_adds_and_settles(scene: Scene) -> None:
    given, people = scene.round(), scene.people
    row = service.add(given, text="The budget.", by=people["secretariat"], now=NOW)
    for work in (
        lambda name: service.add(given, text="X", by=people[name], now=NOW),
        lambda name: service.save(row, text="X", is_settled=True, by=people[name], now=NOW),
    ):
        assert who_may(scene, work) == {"secretariat", "chair"}


def test_whoever_was_quicker_is_noticed_and_each_change_is_kept(scene: Scene) -> None:
    given, by = scene.round(), scene.people["secretariat"]
    row = service.add(given, text="The budget.", by=by, now=NOW)
    before = seen.digest(row, service.SAID)
    service.save(row, text="The budget.", is_settled=True, seen=before, by=by, now=NOW)
    with pytest.raises(Conflict):
        service.save(row, text="The money.", is_settled=False, seen=before, by=by, now=NOW)
    assert [one.is_settled for one in row.history.order_by("history_id")] == [False, True]


# --- The pages ----------------------------------------------------------------------


@pytest.fixture
def desk(scene: Scene, sign_in) -> Client:
    """A browser of the secretariat."""
    add_second_factor(scene.people["secretariat"])
    return sign_in(scene.people["secretariat"])


def form_of(response: Any) -> dict[str, str]:
    """Return what the form with a mark sends."""
    form = html.fromstring(response.content).xpath("//main//form[.//input[@name='mark']]")[0]
    return {name: str(value or "") for name, value in form.form_values()}


def test_a_point_is_added_once_then_settled(desk: Client, scene: Scene) -> None:
    page = f"/en/secretariat/rounds/{scene.round().pk}/points/"
    sent = form_of(desk.get(page))
    assert desk.post(page, sent).context["form"].errors.keys() == {"text"}
    for _again in range(2):
        assert desk.post(page, sent | {"text": "The budget."})["Location"] == page
    row = OpenPoint.objects.get()
    own = f"{page}{row.pk}/"
    settled = form_of(desk.get(own)) | {"is_settled": "on"}
    assert desk.post(own, settled)["Location"] == page
    assert OpenPoint.objects.get().is_settled
    assert desk.get(f"{page}{row.pk + 1}/").status_code == 404


def test_the_word_file_says_what_is_open_in_the_language_of_the_page(
    desk: Client, scene: Scene
) -> None:
    given, by = scene.round(), scene.people["secretariat"]
    service.add(given, text="The budget.", by=by, now=NOW)
    settled = service.add(given, text="The room.", by=by, now=NOW)
    service.save(settled, text="The room.", is_settled=True, by=by, now=NOW)
    response = desk.get(f"/en/secretariat/rounds/{given.pk}/points.docx")
    assert 'filename="small-2025-points-' in response["Content-Disposition"]
    file = docx.Document(io.BytesIO(response.content))
    told = [line.text for line in file.paragraphs if line.text]
    assert told[0] == "Open points of the follow-up of 2025"
    assert "The budget." in told
    assert "The room." not in told
    assert "Office: action 5" in told
    with translation.override("nl"):
        content = points.write(given, on=NOW.date())
        assert content == points.write(given, on=NOW.date())
    assert docx.Document(io.BytesIO(content)).core_properties.language == "nl-BE"


def test_a_round_without_anything_open_says_so(scene: Scene) -> None:
    content = points.write(scene.round(state="planned", opens_on=date(2026, 2, 1)), on=NOW.date())
    told = [line.text for line in docx.Document(io.BytesIO(content)).paragraphs]
    assert "Nothing is open." in told
