"""A later date and kinds of obstacles: said, checked, shown, proposed again, counted."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from actions.models import Action, Entry
from reports import builder
from tests.follow_up import NOW, Scene, unchanged_by

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

LATER: dict[str, Any] = {
    "obstacles": "De aanbesteding moest opnieuw.",
    "obstacle_codes": ["funding", "staff"],
    "expected_by": "2027-06-30",
}


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def entry(scene) -> Entry:
    """An entry of an action whose period ended in the middle of the year."""
    Action.objects.filter(plan=scene.plan, label="1").update(period_end=date(2025, 6, 30))
    found: Entry = scene.entry(scene.round(), "1")
    return found


def form(entry: Entry, act: str = "save", **more: Any) -> dict[str, Any]:
    """Return what a browser sends."""
    stored = Entry.objects.get(pk=entry.pk)
    return {
        "act": act, "version": stored.version, "page": "", "status": "in_progress",
        "language": "nl", "done": "Wij schreven het ontwerp van de wet.", "results": "",
        "obstacles": "", "next_steps": "", "reason": "", "gender": "", "sme": "", "internal": "",
        "evidence-TOTAL_FORMS": "0", "evidence-INITIAL_FORMS": "0",
    } | more  # fmt: skip


def words(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_the_form_stores_and_shows_kinds_and_date(entry, scene, sign_in) -> None:
    browser, address = sign_in(scene.people["writer"]), f"/en/desk/entries/{entry.pk}/"
    assert browser.post(address, form(entry, **LATER)).status_code == 302
    entry.refresh_from_db()
    assert (entry.obstacle_codes, entry.expected_by) == (["funding", "staff"], "2027-06-30")
    page = words(browser.get(address))
    assert 'value="2027-06-30"' in page
    assert page.count("checked") >= 3  # the status, and two kinds
    seen = words(browser.post(address, form(entry, "preview", **LATER)))
    assert '<p lang="en">Funding, Staff</p>' in seen
    assert '<p lang="en">30 June 2027</p>' in seen


def test_ticking_twice_or_in_another_order_is_one_list(entry, scene, sign_in) -> None:
    sent = form(entry, obstacle_codes=["staff", "funding", "staff"])
    sign_in(scene.people["writer"]).post(f"/en/desk/entries/{entry.pk}/", sent)
    entry.refresh_from_db()
    assert entry.obstacle_codes == ["funding", "staff"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"expected_by": "2025-06-30"}, ["expected_by"]),  # the plan's own end
        ({"expected_by": "2025-12-31"}, ["expected_by"]),  # the day that the round looks at
        ({"obstacles": " "}, ["obstacles"]),
        ({"expected_by": "2025-01-01", "obstacles": ""}, ["expected_by", "obstacles"]),
    ],
)
def test_a_later_date_lies_after_both_days_and_has_a_reason(entry, scene, changes, fields) -> None:
    error = unchanged_by(ValidationError, lambda: scene.submit(entry, **LATER | changes))
    assert sorted(error.message_dict) == fields


def test_a_day_later_is_taken_and_finished_work_is_not_asked(entry, scene) -> None:
    assert scene.submit(entry, **LATER | {"expected_by": "2026-01-01"}).is_submitted
    other = scene.entry(entry.round, "9")
    told = {"expected_by": "2020-01-01", "obstacles": "", "status": "done"}
    assert scene.submit(other, **told).is_submitted


@pytest.mark.parametrize("value", ["tomorrow", "2027-02-30", "20270630", "2027-6-1", "x" * 500])
def test_what_is_no_day_is_refused(entry, scene, value) -> None:
    error = unchanged_by(ValidationError, lambda: scene.save(entry, expected_by=value))
    assert list(error.message_dict) == ["expected_by"]


@pytest.mark.parametrize("value", [["money"], ["staff", "funding"], ["staff", "staff"], [1]])
def test_what_is_no_list_of_kinds_is_refused(entry, scene, value) -> None:
    error = unchanged_by(ValidationError, lambda: scene.save(entry, obstacle_codes=value))
    assert list(error.message_dict) == ["obstacle_codes"]


def test_what_was_handed_in_keeps_its_date_and_kinds(entry, scene) -> None:
    scene.submit(entry, **LATER)
    for change in ({"expected_by": "2028-01-01"}, {"obstacle_codes": ["law"]}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(**change)


def test_the_reviewer_sees_what_changed(entry, scene, sign_in) -> None:
    scene.submit(entry, **LATER)
    scene.send_back(entry)
    scene.submit(entry, **LATER | {"expected_by": "2028-01-31", "obstacle_codes": ["law"]})
    user = scene.people["second"]
    page = words(sign_in(user).get(f"/en/secretariat/review/{entry.pk}/"))
    assert "31 January" in page
    assert "Legislation in preparation" in page
    assert page.index("Changed since version") < page.rindex("Funding, Staff")


def finished(scene: Scene, entry: Entry, **more: Any) -> Any:
    """Accept an entry; return the action and the entry as the report has them."""
    scene.submit(entry, **LATER | more)
    scene.accept(entry)
    snapshot = builder.build(entry.round, now=NOW)
    action = next(one for one in snapshot.actions if one.label == "1")
    return snapshot, action, action.entries[0]


def test_the_report_says_till_when_and_what_stands_in_the_way(entry, scene) -> None:
    snapshot, action, told = finished(scene, entry)
    assert (told.expected_by, told.obstacle_codes) == ("2027-06-30", ("funding", "staff"))
    assert action.expected_by == "2027-06-30"
    assert action.overdue  # by the plan's own end
    assert [term.code for term in snapshot.obstacles][:2] == ["funding", "staff"]


def test_a_date_of_finished_work_is_not_told(entry, scene) -> None:
    _snapshot, action, told = finished(scene, entry, status="done")
    assert (told.expected_by, action.expected_by) == ("", "")


def test_a_date_beside_finished_work_is_kept_in_a_draft_and_left_out_when_it_is_submitted(
    entry, scene, sign_in
) -> None:
    browser, address = sign_in(scene.people["writer"]), f"/en/desk/entries/{entry.pk}/"
    said = LATER | {"status": "done"}
    browser.post(address, form(entry, **said))
    entry.refresh_from_db()
    assert (entry.state, entry.expected_by) == ("draft", "2027-06-30")
    answer = browser.post(address, form(entry, "submit", **said), follow=True)
    entry.refresh_from_db()
    assert (entry.state, entry.expected_by, entry.version) == ("submitted", "", 2)
    assert entry.versions.latest("number").content == entry.content()
    assert "“Now expected by” was left out" in words(answer)


def test_last_years_date_is_proposed_until_somebody_writes(scene, sign_in) -> None:
    before = scene.round(2024, reference_date=date(2024, 12, 31))
    scene.submit(scene.entry(before), **LATER)
    scene.accept(scene.entry(before))
    entry = scene.entry(scene.round())
    browser, address = sign_in(scene.people["writer"]), f"/en/desk/entries/{entry.pk}/"
    assert 'value="2027-06-30"' in words(browser.get(address))
    assert entry.expected_by == ""
    browser.post(address, form(entry, expected_by=""))
    assert 'value="2027-06-30"' not in words(browser.get(address))
