"""The secretariat's year: its steps, their days and people, and what says that they are done."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Membership, ReportingRound, RoundStep
from actions.refusals import Conflict
from actions.services import rounds, seen, steps
from reports import points, readiness, untranslated, year
from reports.models import Edition, Translation
from reports.services import editions, texts
from tests.conftest import add_second_factor
from tests.follow_up import NOW, Scene, at, who_may

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
DAY = date(2026, 2, 10)
NOTHING: dict[str, Any] = dict.fromkeys(steps.NAMES) | {
    name: False for name in steps.NAMES if name.endswith("not_needed")
}


def plan(scene: Scene, given: ReportingRound, *, by: str = "secretariat", **parts: Any) -> None:
    """Set the steps of a round, all others empty."""
    steps.save(given, parts=NOTHING | parts, by=scene.people[by], now=NOW)


def step(given: ReportingRound, key: str, on: date = DAY) -> year.Step:
    """Return one step of a round as it stands on a day."""
    given = ReportingRound.objects.get(pk=given.pk)
    found = year.read([given], on=on)[given.pk].steps
    return next(one for one in found if steps.key_of(one.kind, one.language) == key)


def undone(given: ReportingRound, on: date = DAY) -> list[str]:
    """Return the steps that are still to be done."""
    given = ReportingRound.objects.get(pk=given.pk)
    found = year.read([given], on=on)[given.pk].steps
    return [steps.key_of(one.kind, one.language) for one in found if one.is_open]


ALL = [steps.key_of(*one) for one in steps.STEPS]


def text_of(response: Any) -> str:
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


# --- Languages that are not needed ---------------------------------------------------


def test_a_language_that_is_not_needed_is_no_gap_anywhere(scene: Scene, sign_in: Any) -> None:
    given = scene.round()
    scene.accept(scene.submit(scene.entry(given, "1")))
    assert untranslated.needed([given])[given.pk] == ("nl", "fr", "de", "en")
    assert readiness.wanting(given)["translations"] == [("nl", 0), ("fr", 1), ("de", 1), ("en", 1)]

    plan(scene, given, translate_de_not_needed=True, translate_en_not_needed=True)

    told = readiness.wanting(given)
    assert told["translations"] == [("nl", 0), ("fr", 1)]
    assert told["foreword"] == ["nl", "fr"]
    groups = {group.key: list(group.lines) for group in points.computed(given, on=DAY)}
    assert groups["untranslated"] == ["French: 1 text without a checked translation"]
    assert step(given, "translate_de").not_needed
    add_second_factor(scene.people["secretariat"])
    browser = sign_in(scene.people["secretariat"])
    assert "1 translation not checked" in text_of(browser.get("/en/secretariat/"))
    address = f"/en/secretariat/reports/{given.pk}/translations/"
    shown = [browser.get(address + query).context["page"].paginator.count
             for query in ("", "?language=de")]  # fmt: skip
    assert shown == [1, 1]
    assert "shown when the language is chosen: DE, EN" in text_of(browser.get(address))


# --- What is done -------------------------------------------------------------------


def test_of_a_round_that_is_planned_nothing_else_is_done(scene: Scene) -> None:
    assert undone(scene.round(state="planned")) == ALL[1:]


def test_entries_are_chased_until_the_round_closes_unless_another_day_is_set(scene: Scene) -> None:
    given = scene.round()
    assert step(given, "chase").planned_on == given.closes_on
    day = given.closes_on - timedelta(days=1)
    plan(scene, given, chase_planned_on=day)
    assert step(given, "chase").planned_on == day


def test_what_is_recorded_says_what_is_done_and_when(scene: Scene) -> None:
    given, by = scene.round(), scene.people["secretariat"]
    assert undone(given) == ALL[2:]
    assert step(given, "open").done_on == NOW.date()
    scene.submit(scene.entry(given, "1"))
    rounds.close(given, by=by, now=at("2026-02-01"))
    assert undone(given) == ALL[4:]
    assert step(given, "close").done_on == date(2026, 2, 1)
    scene.accept(scene.entry(given, "1"), now=at("2026-02-02"))
    assert step(given, "review").done_on == date(2026, 2, 2)
    # The text is Dutch: three languages are to be translated into.
    assert undone(given)[:3] == ["translate_fr", "translate_de", "translate_en"]


def test_a_translation_is_done_once_every_text_is_checked(scene: Scene) -> None:
    given = scene.round()
    entry = scene.submit(scene.entry(given, "1"))
    scene.accept(entry)
    rounds.close(given, by=scene.people["secretariat"], now=NOW)
    for checked in (False, True):
        assert step(given, "translate_fr").is_done is False
        texts.translate(
            scene.entry(given, "1"), field="done", language="fr", text="Fait.", checked=checked,
            original=entry.done, by=scene.people["secretariat"], now=NOW,
        )  # fmt: skip
    assert step(given, "translate_fr").is_done is True
    assert step(given, "translate_de").is_done is False


def test_comments_and_validation_follow_from_the_consultation(scene: Scene) -> None:
    given, by = scene.round(state="closed"), scene.people["secretariat"]
    until = date(2026, 2, 12)
    texts.consult(given, until=until, validated_on=None, notes={}, by=by, now=NOW)
    assert (step(given, "comments").planned_on, step(given, "comments").is_done) == (until, False)
    assert step(given, "comments", until + timedelta(days=1)).is_done is True
    validated = at("2026-02-10")
    texts.consult(given, until=until, validated_on=DAY, notes={}, by=by, now=validated)
    assert step(given, "comments").is_done is True
    assert step(given, "validation").done_on == DAY


def test_the_edition_says_the_last_steps_until_it_is_withdrawn(scene: Scene) -> None:
    given, by = scene.round(state="closed"), scene.people["secretariat"]
    edition = editions.freeze(given, by=by, now=NOW)
    assert (step(given, "freeze").done_on, step(given, "publish").is_done) == (NOW.date(), False)
    for name, language in editions.missing_files(edition):
        editions.store_file(edition, name, language, b"-")
    editions.publish(edition, by=by, now=NOW)
    edition = Edition.objects.get()
    sent = editions.record_transmission(
        edition, recipient="The parliament", sent_on=NOW.date(), means="", by=by, now=NOW
    )
    assert undone(given) == ["comments", "validation", "commission", "council"]
    editions.strike_transmission(sent, reason="Wrong.", by=by, now=NOW)
    assert step(given, "send").is_done is False
    editions.withdraw(edition, by=by, reason={"nl": "Fout.", "fr": "Faute."}, now=NOW)
    assert [step(given, key).is_done for key in ("freeze", "publish", "send")] == [False] * 3


def test_a_decision_is_ticked_by_hand_or_not_needed(scene: Scene) -> None:
    given = scene.round()
    plan(scene, given, commission_done_on=date(2026, 1, 19), council_not_needed=True)
    assert step(given, "commission").done_on == date(2026, 1, 19)
    assert step(given, "council").is_open is False
    assert step(given, "council").is_done is False


@pytest.mark.parametrize(("day", "is_late"), [("2026-02-10", False), ("2026-02-11", True)])
def test_a_step_is_overdue_the_day_after(scene: Scene, day: str, is_late) -> None:
    given = scene.round()
    plan(scene, given, validation_planned_on=DAY)
    assert step(given, "validation", date.fromisoformat(day)).is_overdue is is_late


def test_a_step_that_is_planned_before_what_comes_first_is_told_at_its_days(
    scene: Scene, sign_in: Any
) -> None:
    given = scene.round()
    plan(
        scene, given, translate_nl_planned_on=date(2026, 4, 20),
        translate_fr_planned_on=date(2026, 4, 10), validation_planned_on=date(2026, 5, 11),
        council_planned_on=date(2026, 6, 1), freeze_planned_on=date(2026, 5, 12),
        publish_planned_on=date(2026, 5, 1),
    )  # fmt: skip
    add_second_factor(scene.people["secretariat"])
    page = sign_in(scene.people["secretariat"]).get(f"/en/secretariat/rounds/{given.pk}/steps/")
    told = {line["step"].label: line["after"] for line in page.context["lines"]}
    assert {label: step.label for label, step in told.items() if step} == {
        "Freeze the report": "Decision of the Council of Ministers",
        "Publish the report": "Decision of the Council of Ministers",
    }
    said = "Planned before “Decision of the Council of Ministers” (1 June 2026), which comes first."
    assert text_of(page).count(said) == 2
    plan(scene, given, council_not_needed=True, publish_planned_on=date(2026, 5, 12))
    steps_now = year.read([given], on=DAY)[given.pk].steps
    assert year.too_early(steps_now) == {}


def test_somebody_who_left_is_told_while_the_step_is_open(scene: Scene) -> None:
    given = scene.round()
    person, other = scene.people["second"], scene.people["reviewer"]
    plan(scene, given, review_person=person.pk, commission_person=other.pk)
    Membership.objects.filter(user=other).update(ended_at=NOW)
    person.is_active = False
    person.save()
    assert step(given, "review").gone == (person,)
    assert step(given, "commission").gone == (other,)
    # They stay until somebody else is chosen, but nobody chooses them anew.
    plan(scene, given, review_person=person.pk, commission_done_on=date(2026, 1, 19))
    assert step(given, "commission").gone == ()
    with pytest.raises(ValidationError) as found:
        plan(scene, given, freeze_person=person.pk)
    assert list(found.value.message_dict) == ["freeze_person"]


# --- Setting it ---------------------------------------------------------------------


def test_only_the_secretariat_plans_the_year(scene: Scene) -> None:
    given = scene.round()
    allowed = who_may(scene, lambda name: plan(scene, given, by=name, send_planned_on=DAY))
    assert allowed == {"secretariat", "chair"}


def test_a_change_is_kept_in_history_once_and_only_of_its_step(scene: Scene) -> None:
    given, person = scene.round(), scene.people["reviewer"]
    plan(scene, given, review_planned_on=DAY, send_planned_on=DAY)
    plan(scene, given, review_planned_on=DAY, review_person=person.pk, send_planned_on=DAY)
    rows = RoundStep.history.order_by("history_id")
    assert [(row.kind, row.history_type, row.person) for row in rows] == [
        ("review", "+", None),
        ("send", "+", None),
        ("review", "~", person),
    ]
    assert rows[2].history_user == scene.people["secretariat"]


def test_whoever_was_quicker_is_noticed(scene: Scene) -> None:
    given = scene.round()
    before = seen.digest(steps.as_one(given, steps.of_round(given)), steps.NAMES)
    plan(scene, given, by="chair", review_planned_on=DAY)
    with pytest.raises(Conflict):
        steps.save(given, parts=NOTHING, seen=before, by=scene.people["secretariat"], now=NOW)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"review_planned_on": date(2023, 12, 31)}, "review_planned_on"),
        ({"review_planned_on": date(2029, 1, 1)}, "review_planned_on"),
        ({"council_done_on": NOW.date() + timedelta(days=1)}, "council_done_on"),
        ({"council_done_on": DAY, "council_not_needed": True}, "council_done_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(scene: Scene, parts: Any, field: str) -> None:
    with pytest.raises(ValidationError) as found:
        plan(scene, scene.round(), **parts)
    assert field in found.value.message_dict
    assert RoundStep.objects.count() == 0


def test_nobody_stands_in_for_themselves(scene: Scene) -> None:
    key = scene.people["reviewer"].pk
    with pytest.raises(ValidationError) as found:
        plan(scene, scene.round(), review_person=key, review_stand_in=key)
    assert list(found.value.message_dict) == ["review_stand_in"]


# --- Pages --------------------------------------------------------------------------


@pytest.fixture
def desk(scene: Scene, sign_in) -> Client:
    """A browser of the secretariat."""
    add_second_factor(scene.people["secretariat"])
    return sign_in(scene.people["secretariat"])


def test_the_page_sets_a_step_and_warns_of_a_day_off(desk: Client, scene: Scene) -> None:
    given = scene.round()
    page = f"/en/secretariat/rounds/{given.pk}/steps/"
    form = desk.get(page).context["form"]
    sent = {
        name: value for name in form.fields if (value := form[name].value()) not in (None, False)
    }
    sent |= {"send_planned_on": "2026-12-26", "translate_nl_person": scene.people["second"].pk}
    answer = desk.post(page, sent, follow=True)
    assert "The steps are saved." in text_of(answer)
    said = "Send the report: Saturday 26 December 2026 is no working day"
    assert text_of(answer).count(said) == 1
    assert step(given, "translate_nl").person == scene.people["second"]
    assert step(given, "send").planned_on == date(2026, 12, 26)
    assert "Translate: Dutch: –, second@small.example.org" in text_of(answer)


def test_what_somebody_else_set_meanwhile_stands_beside_the_form(
    desk: Client, scene: Scene
) -> None:
    given = scene.round()
    page = f"/en/secretariat/rounds/{given.pk}/steps/"
    sent = {"seen": desk.get(page).context["form"]["seen"].value(), "send_planned_on": "2026-06-01"}
    plan(scene, given, by="chair", send_planned_on=date(2026, 5, 4))
    answer = desk.post(page, sent)
    assert "Somebody else has changed this meanwhile." in text_of(answer)
    assert "Send the report – planned on 4 May 2026" in text_of(answer)
    assert (
        desk.post(page, sent | {"seen": answer.context["form"]["seen"].value()}).status_code == 302
    )
    assert step(given, "send").planned_on == date(2026, 6, 1)


def test_a_day_that_is_none_is_refused_beside_it(desk: Client, scene: Scene) -> None:
    page = f"/en/secretariat/rounds/{scene.round().pk}/steps/"
    answer = desk.post(page, {"send_planned_on": "soon", "review_person": "99999"})
    assert sorted(answer.context["form"].errors) == ["review_person", "send_planned_on"]
    assert RoundStep.objects.count() == 0


def test_the_next_step_and_what_is_overdue_stand_on_the_first_page(
    desk: Client, scene: Scene
) -> None:
    given = scene.round()
    plan(scene, given, chase_planned_on=date(2026, 3, 2), send_planned_on=date(2026, 2, 9))
    with time_machine.travel(at(DAY), tick=False):
        text = text_of(desk.get("/en/secretariat/"))
    assert "Next in the year: Chase what is not in – planned on 2 March 2026" in text
    assert "Send the report – planned on 9 February 2026 overdue" in text


def test_the_first_page_says_who_has_left(desk: Client, scene: Scene) -> None:
    given, person = scene.round(), scene.people["second"]
    plan(scene, given, freeze_person=person.pk)
    person.is_active = False
    person.save()
    words = "second@small.example.org is no longer active: choose somebody else."
    assert text_of(desk.get("/en/secretariat/")).count(words) == 1
    assert words in text_of(desk.get(f"/en/secretariat/rounds/{given.pk}/"))
    form = desk.get(f"/en/secretariat/rounds/{given.pk}/steps/").context["form"]
    assert (person.pk, "second@small.example.org (no longer active)") in [
        (key, str(line)) for key, line in form.fields["freeze_person"].choices
    ]


def test_a_planned_round_and_one_that_is_not_sent_yet_have_their_line(
    desk: Client, scene: Scene
) -> None:
    given = scene.round()
    plan(scene, given, send_planned_on=date(2026, 12, 1))
    ReportingRound.objects.filter(pk=given.pk).update(published=1)
    scene.round(2027, state="planned", opens_on=date(2028, 1, 3), deadline=date(2028, 2, 1),
                closes_on=date(2028, 3, 1))  # fmt: skip
    text = text_of(desk.get("/en/secretariat/"))
    assert "Published, and not sent yet Round 2025" in text
    assert "Next in the year: Open the round – planned on 3 January 2028" in text


def test_the_year_costs_as_many_queries_for_three_rounds_as_for_one(scene: Scene) -> None:
    found = []
    made = [scene.round(2023 + n, deadline=date(2026, 2, 15)) for n in range(3)]
    for given in made:
        scene.accept(scene.submit(scene.entry(given, "1"), done=f"In {given.year}."))
    for some in (made[:1], made):
        with CaptureQueriesContext(connection) as queries:
            year.read(some, on=timezone.localdate(NOW))
        found.append(len(queries))
    assert found == [11, 11]


def test_texts_without_a_checked_translation_are_counted_without_reading_them(scene: Scene) -> None:
    before = scene.round(2024)
    scene.accept(scene.submit(scene.entry(before, "6"), by="outsider", status="done"), by="chair")
    given = scene.round(2025)  # which carries that one over
    for one in (before, given):
        told: dict[str, Any] = {
            "done": f"In {one.year}.",
            "results": f"Beter {one.year}.",
            "gender": "",
        }
        scene.accept(scene.submit(scene.entry(one, "1"), **told))
    scene.accept(scene.submit(scene.entry(given, "9"), language="fr", done="Fait."))
    entry = scene.entry(given, "1")
    for field, is_checked in (("done", True), ("results", False)):
        texts.translate(
            entry, field=field, language="fr", text="Mieux.", checked=is_checked,
            original=getattr(entry, field), by=scene.people["secretariat"], now=NOW,
        )  # fmt: skip
    other = scene.entry(given, "9")
    texts.translate(
        other, field="done", language="nl", text="Gedaan.", checked=True, original=other.done,
        by=scene.people["secretariat"], now=NOW,
    )  # fmt: skip
    # Checked, but of another text than the one that stands there now.
    Translation.objects.filter(entry=other).update(original="Rien.")
    with CaptureQueriesContext(connection) as queries:
        counted = untranslated.counts([before, given])
    assert len(queries) == 4
    assert "results" not in queries[0]["sql"] + queries[1]["sql"]
    assert counted[given.pk] == {"nl": 1, "fr": 2, "de": 4, "en": 4}
    assert sum(counted[given.pk].values()) == len(readiness.open_items(given))
    assert sum(counted[before.pk].values()) == len(readiness.open_items(before))
