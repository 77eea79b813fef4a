"""The secretariat's pages of bodies that change, and what readers and members see of it."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import (
    Actor,
    ActorName,
    BodyChange,
    Entry,
    Membership,
    Responsibility,
    Source,
    Succession,
)
from actions.services import bodies
from actions.services.takeover import TakeOver
from tests.conftest import add_second_factor
from tests.follow_up import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

LIST = "/en/secretariat/actors/"
SUCCESSOR = f"{LIST}small-foreign/successor/"
DAY = date(2027, 1, 1)
HOUR = timedelta(hours=1)
NEW = {"new_name_nl": "FOD Nieuw", "new_name_fr": "SPF Nouveau", "new_abbreviation_nl": "FODN"}


def text_of(response: Any) -> str:
    """Return what a reader sees and hears of a page's main part, in one line."""
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


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


def choosing(heir: str = "small-agency", **more: str) -> dict[str, str]:
    return {"on": DAY.isoformat(), "heir": heir} | more


def confirmed(desk: Client, choice: dict[str, str], **more: str) -> Any:
    """Look at what will change, then do it."""
    page = desk.post(SUCCESSOR, choice | more)
    seen = page.context["preview"]["seen"]
    return desk.post(SUCCESSOR, choice | more | {"act": "do", "seen": seen})


def test_the_list_shows_every_body_and_asks_as_often_for_more_of_them(desk) -> None:
    text = text_of(desk.get(LIST))
    assert "Ministry Actions 3 Members 4" in text
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST)
    for number in range(20):
        Actor.objects.create(
            slug=f"x{number}", level="federal", source=Source.objects.earliest("pk")
        )
    with CaptureQueriesContext(connection) as many:
        desk.get(LIST)
    assert len(few) == len(many)


def test_what_a_takeover_will_change_is_shown_before_anything_does(desk, scene) -> None:
    scene.round()
    page = desk.post(SUCCESSOR, choosing())
    text = text_of(page)
    for words in (
        "What changes on 1 January 2027",
        "1 action is taken over",
        "6 Action 6 Agency , Responsible",
        "2025, Small: keeps the old organisation, as its reference date is 31 December 2025",
        "outsider@small.example.org (Contributor)",
    ):
        assert words in text, words
    assert not Succession.objects.filter(predecessor=scene.actors["foreign"]).exists()
    assert not BodyChange.objects.exists()


def test_a_takeover_is_recorded_and_undone(desk, scene) -> None:
    response = confirmed(desk, choosing())
    assert (response.status_code, response["Location"]) == (302, LIST)
    change = BodyChange.objects.get()
    assert (change.act, change.on, change.by) == ("merger", DAY, scene.people["secretariat"])
    text = text_of(desk.get(LIST))
    assert "Foreign : Taken over by another body → Agency , from 1 January 2027" in text
    undo = f"{LIST}changes/{change.pk}/undo/"
    assert "then stand as before" in text_of(desk.get(undo))
    assert desk.post(undo)["Location"] == LIST
    assert not Succession.objects.filter(predecessor=scene.actors["foreign"]).exists()
    assert "This has been undone already." in text_of(desk.get(undo))


def test_a_body_that_is_new_begins_with_the_takeover(desk, scene) -> None:
    choice = choosing("+", decree="Royal decree of 1 June 2026", address="etaamb.be/x", **NEW)
    desk.post(SUCCESSOR, choice)
    assert not ActorName.objects.filter(name_nl="FOD Nieuw").exists()
    assert confirmed(desk, choice).status_code == 302
    made = ActorName.objects.get(name_nl="FOD Nieuw").actor
    assert (made.slug, made.level, made.valid_from) == ("fodn", "federal", DAY)
    held = Responsibility.objects.get(actor=made)
    assert (held.action.label, held.source.title) == ("6", "Royal decree of 1 June 2026")
    assert held.source.url == "https://etaamb.be/x"
    undo = f"{LIST}changes/{BodyChange.objects.get().pk}/undo/"
    desk.post(undo)
    assert not Actor.objects.filter(slug="fodn").exists()


def test_a_body_is_divided_into_two_that_are_new(desk, scene) -> None:
    second = {f"second_{name}": text for name, text in NEW.items()}
    second |= {"second_new_name_nl": "FOD Anders", "second_new_name_fr": "SPF Autre"}
    second |= {"second_new_level": "flemish", "other_level": "on"}
    share = {f"share_{scene.responsibility('6').pk}": "1"}
    given = choosing("+", second="+", **NEW, **second, **share)
    assert confirmed(desk, given).status_code == 302
    made = {row.slug: row for row in Actor.objects.filter(valid_from=DAY)}
    assert {slug: row.level for slug, row in made.items()} == {
        "fodn": "federal", "fodn-1": "flemish",
    }  # fmt: skip
    assert Responsibility.objects.get(valid_from=DAY).actor == made["fodn-1"]
    assert set(Succession.objects.filter(on=DAY).values_list("successor__slug", flat=True)) == {
        "fodn", "fodn-1",
    }  # fmt: skip
    desk.post(f"{LIST}changes/{BodyChange.objects.get().pk}/undo/")
    assert not Actor.objects.filter(valid_from=DAY).exists()


def test_a_division_into_new_bodies_is_undone_with_the_places_that_it_gave(desk, scene) -> None:
    second = {f"second_{name}": f"{text} 2" for name, text in NEW.items()}
    share = {f"share_{scene.responsibility('6').pk}": "0"}
    given = choosing("+", second="+", **NEW, **second, **share) | {"on": "2026-01-02"}
    assert confirmed(desk, given).status_code == 302
    theirs = Membership.objects.filter(actor__slug__startswith="fodn")
    assert theirs.filter(ended_at=None).exists()
    desk.post(f"{LIST}changes/{BodyChange.objects.get().pk}/undo/")
    assert not Actor.objects.filter(slug__startswith="fodn").exists()
    assert not ActorName.objects.filter(name_nl__startswith="FOD Nieuw").exists()
    back = Membership.objects.filter(actor=scene.actors["foreign"], ended_at=None)
    assert back.exists()


def test_who_takes_what_is_said_where_it_is_confirmed_and_is_no_change_meanwhile(
    desk, scene
) -> None:
    choice = choosing(second="small-ministry")
    seen = desk.post(SUCCESSOR, choice).context["preview"]["seen"]
    share = {f"share_{scene.responsibility('6').pk}": "1"}
    answer = desk.post(SUCCESSOR, choice | share | {"act": "do", "seen": seen})
    assert answer.status_code == 302


def test_a_body_is_divided_action_by_action(desk, scene) -> None:
    path = f"{LIST}small-ministry/successor/"
    choice = choosing(second="small-foreign")
    one, seven, nine = (scene.responsibility(label).pk for label in ("1", "7", "9"))
    said = {f"share_{one}": "1", f"share_{nine}": "all"}
    page = desk.post(path, choice | said)
    lines = {line["label"]: line["share"] for line in page.context["preview"]["lines"]}
    assert lines == {"1": "1", "7": "", "9": "all"}
    seen = page.context["preview"]["seen"]
    page = desk.post(path, choice | said | {"act": "do", "seen": seen})
    assert "Say of each action who takes it." in text_of(page)
    assert not BodyChange.objects.exists()
    said |= {f"share_{seven}": "0"}
    seen = desk.post(path, choice | said).context["preview"]["seen"]
    assert desk.post(path, choice | said | {"act": "do", "seen": seen}).status_code == 302
    rows = Responsibility.objects.filter(valid_from=DAY).order_by("action__label", "actor__slug")
    assert [(row.action.label, row.actor.slug) for row in rows] == [
        ("1", "small-foreign"), ("7", "small-agency"),
        ("9", "small-agency"), ("9", "small-foreign"),
    ]  # fmt: skip


def test_another_level_of_government_is_asked_about(desk, scene) -> None:
    Actor.objects.filter(slug="small-agency").update(level="flemish")
    asked = text_of(desk.post(SUCCESSOR, choosing()))
    assert "belong to different levels of government" in asked
    assert confirmed(desk, choosing(other_level="on")).status_code == 302


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"on": "", "heir": ""}, "This field is required."),
        ({"on": "2027-13-01", "heir": "small-agency"}, "Enter a valid date."),
        (choosing("nobody"), "Select a valid choice."),
        (choosing("small-foreign"), "Select a valid choice."),
        (choosing(second="small-agency"), "Choose each successor once."),
        (choosing("+"), "Write the name in at least one language."),
        (choosing("+", new_name_en="Ministry"), "There is an organisation of this name."),
        (choosing("+", second="+", **NEW), "Write the name in at least one language."),
        (
            choosing("+", second="+", **NEW, second_new_name_fr="fod nieuw"),
            "Another new organisation on this page has this name.",
        ),
        (choosing(**NEW), "Below stands the name of a new organisation."),
        (choosing("+", new_name_fr="MINISTRY"), "There is an organisation of this name."),
        (
            choosing("+", second="+", **NEW, second_new_name_nl="FOD  Nieuw"),
            "Another new organisation on this page has this name.",
        ),
        ({"on": "0001-01-01", "heir": "small-agency"}, "greater than or equal to"),
        (choosing(address="http://"), "Enter an address that starts with https://"),
        (choosing("small-old"), "Another body has taken over from it already, or will."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_changes_nothing(desk, sent, words) -> None:
    path = SUCCESSOR if sent.get("heir") != "small-old" else f"{LIST}small-old/successor/"
    sent = sent if sent.get("heir") != "small-old" else choosing()
    page = desk.post(path, sent)
    assert page.status_code == 200
    assert words in text_of(page)
    assert not BodyChange.objects.exists()


def test_what_changed_since_the_preview_is_seen_again(desk, scene) -> None:
    page = desk.post(SUCCESSOR, choosing())
    seen = page.context["preview"]["seen"]
    Membership.objects.create(
        user=scene.people["nobody"], actor=scene.actors["foreign"], role="observer", started_at=NOW
    )
    again = desk.post(SUCCESSOR, choosing() | {"act": "do", "seen": seen})
    assert "What will change is no longer what was shown. Look again." in text_of(again)
    assert not BodyChange.objects.exists()


def test_a_new_name_is_announced_and_shown_from_its_day(desk, scene, client) -> None:
    sent = {"on": DAY.isoformat(), "name_en": "External", "name_fr": "Extérieur"}
    assert desk.post(f"{LIST}small-foreign/name/", sent)["Location"] == LIST
    page = "/en/plans/small/actors/small-foreign/"
    assert '<h1 lang="en">Foreign</h1>' in client.get(page).content.decode()
    assert "Name from 1 January 2027" in text_of(client.get(page))
    assert "entered by the secretariat" in text_of(client.get(page))
    with time_machine.travel(DAY):
        assert '<h1 lang="en">External</h1>' in client.get(page).content.decode()


def test_readers_see_what_is_announced_and_what_has_ended(desk, client) -> None:
    confirmed(desk, choosing("+", **NEW))
    old, new = (f"/en/plans/small/actors/{slug}/" for slug in ("small-foreign", "fodn"))
    assert "will be taken over by: SPF Nouveau" in text_of(client.get(old))
    assert "From 1 January 2027 6 Action 6" in text_of(client.get(new))
    with time_machine.travel(DAY):
        assert "Until 31 December 2026 6 Action 6" in text_of(client.get(old))
        assert "No source names it" not in text_of(client.get(old))
    assert "Named by" in text_of(client.get(old))
    assert "Named by" not in text_of(client.get(new))


def test_of_two_texts_the_one_that_gave_way_stands_beside_the_entry(desk, scene, sign_in) -> None:
    Responsibility.objects.create(
        action=scene.plan.actions.get(label="6"), actor=scene.actors["ministry"],
        role="responsible", source=scene.source,
    )  # fmt: skip
    given = scene.round()
    rows = {
        row.actor.slug: row for row in Entry.objects.filter(round=given) if row.action.label == "6"
    }
    scene.save(rows["small-ministry"], by="writer", done="Ours.")
    scene.submit(rows["small-foreign"], by="outsider", done="Theirs.")
    said = "two texts since a takeover: take over what is still needed"
    assert said not in text_of(sign_in(scene.people["writer"]).get("/en/desk/"))
    confirmed(desk, {"on": "2025-07-01", "heir": "small-ministry"})
    assert said in text_of(sign_in(scene.people["writer"]).get("/en/desk/"))
    page = sign_in(scene.people["writer"]).get(f"/en/desk/entries/{rows['small-foreign'].pk}/")
    assert "Also written before the merger: Ministry" in text_of(page)
    assert "Ours." in text_of(page)
    assert rows["small-ministry"].pk not in set(given.entries.values_list("pk", flat=True))


def test_two_accepted_texts_are_listed_until_somebody_settles_them(desk, scene, sign_in) -> None:
    Responsibility.objects.create(
        action=scene.plan.actions.get(label="6"), actor=scene.actors["ministry"],
        role="responsible", source=scene.source,
    )  # fmt: skip
    given = scene.round()
    rows = {
        row.actor.slug: row for row in Entry.objects.filter(round=given) if row.action.label == "6"
    }
    scene.submit(rows["small-ministry"], by="writer", done="Ours.", now=NOW - HOUR)
    scene.accept(rows["small-ministry"], by="second", now=NOW - HOUR)
    scene.submit(rows["small-foreign"], by="outsider", done="Theirs.", now=NOW - HOUR)
    scene.accept(rows["small-foreign"], by="chair", now=NOW - HOUR)
    queue, freeze = "/en/secretariat/review/", f"/en/secretariat/reports/{given.pk}/"
    assert "Two texts since a takeover" not in text_of(desk.get(queue))
    confirmed(desk, {"on": "2025-07-01", "heir": "small-ministry"})
    for page in (queue, freeze):
        assert "Two texts since a takeover" in text_of(desk.get(page))
        assert "6 Ministry (2025, Accepted)" in text_of(desk.get(page))
    entry = Entry.objects.get(round=given, responsibility__action__label="6")
    scene.send_back(entry, by="secretariat", now=NOW + HOUR)
    scene.submit(entry, by="writer", done="Both.", now=NOW + HOUR)
    for page in (queue, freeze):
        assert "Two texts since a takeover" not in text_of(desk.get(page))


def taken_over_by_the_agency(scene, *slugs: str) -> None:
    """Let the agency take over from some bodies on 1 January 2026."""
    by = scene.people["secretariat"]
    for slug in slugs:
        given = TakeOver(scene.actors[slug], date(2026, 1, 1), (scene.actors["agency"],))
        bodies.take_over(given, source=bodies.source_of(by=by), by=by, now=NOW)


def test_a_service_of_a_body_that_ended_stands_under_who_took_over(scene, client) -> None:
    """Its parent is undated and stays: what earlier rounds expect hangs on it."""
    taken_over_by_the_agency(scene, "ministry")
    base = "/en/plans/small"
    assert "Part of Agency (before: Ministry )" in text_of(
        client.get(f"{base}/actors/small-service/")
    )
    assert "Part of: Agency (before: Ministry )" in text_of(client.get(f"{base}/actions/2/"))
    assert "Below it Service" in text_of(client.get(f"{base}/actors/small-agency/"))
    assert "Below it" not in text_of(client.get(f"{base}/actors/small-ministry/"))
    (level,) = [
        level
        for level in client.get(f"{base}/actors/").context["levels"]
        if level["code"] == "federal"
    ]
    lines = [(line["actor"].slug, line["depth"]) for line in level["actors"]]
    assert lines[lines.index(("small-agency", 0)) + 1] == ("small-service", 1)
    listed = client.get(f"{base}/actions/?actor=small-agency").context["table"].page.object_list
    assert {row.record.label for row in listed} >= {"1", "2", "3"}


def test_a_body_that_ended_stands_after_the_others_with_its_last_day(scene, client) -> None:
    Actor.objects.filter(slug="small-foreign").update(icsd_role="member")
    taken_over_by_the_agency(scene, "foreign")
    text = text_of(client.get("/en/plans/small/actors/"))
    assert "no longer exist" in text
    assert "Foreign until 31 December 2025; taken over by Agency" in text
    text = text_of(client.get("/en/plans/small/actors/small-foreign/"))
    assert "Member of the ICSD (until 31 December 2025)" in text


def test_last_years_texts_say_which_body_reported_them(scene, sign_in) -> None:
    """The one that took over from two sees what both said, each with its name."""
    Responsibility.objects.create(
        action=scene.plan.actions.get(label="6"), actor=scene.actors["ministry"],
        role="responsible", source=scene.source,
    )  # fmt: skip
    given = scene.round()
    for row in Entry.objects.filter(round=given, responsibility__action__label="6"):
        writer = {"small-foreign": "outsider", "small-ministry": "writer"}[row.actor.slug]
        scene.submit(row, by=writer, done=f"Said by {row.actor.slug}.")
        scene.accept(row, by="second" if writer == "writer" else "chair")
    taken_over_by_the_agency(scene, "foreign", "ministry")
    scene.round(2026, reference_date=date(2026, 12, 31))
    entry = Entry.objects.get(
        round__year=2026,
        responsibility__action__label="6",
        responsibility__actor__slug="small-agency",
    )
    page = sign_in(scene.people["writer"]).get(f"/en/desk/entries/{entry.pk}/")
    text = text_of(page)
    by, also_by = page.context["last_by"], page.context["last_others"][0]["row"].actor
    assert {by.slug, also_by.slug} == {"small-foreign", "small-ministry"}
    assert f"In 2025: In progress. (reported by {by.label}" in text
    assert f"Last time (2025) (reported by {by.label}" in text
    assert f"In 2025 also reported by {also_by.label}" in text
    assert f"Said by {also_by.slug}." in text


def test_a_day_far_ahead_is_asked_about(desk) -> None:
    page = desk.post(SUCCESSOR, choosing(on="2099-01-01"))
    assert "more than 3 years ahead" in text_of(page)
    assert confirmed(desk, choosing(on="2099-01-01", far_day="on")).status_code == 302


def test_a_desk_says_for_weeks_that_its_body_was_taken_over(scene, sign_in) -> None:
    said = "Since 1 January 2026 you write for Agency, which took over from Foreign."
    assert said not in text_of(sign_in(scene.people["outsider"]).get("/en/desk/"))
    taken_over_by_the_agency(scene, "foreign")
    assert said in text_of(sign_in(scene.people["outsider"]).get("/en/desk/"))
    assert said not in text_of(sign_in(scene.people["writer"]).get("/en/desk/"))
    with time_machine.travel(NOW + timedelta(weeks=8)):
        assert said not in text_of(sign_in(scene.people["outsider"]).get("/en/desk/"))


def test_the_page_that_opens_a_round_says_what_changed_since_the_last(desk, scene) -> None:
    scene.round()
    taken_over_by_the_agency(scene, "foreign", "guarded")
    later = scene.round(2026, state="planned", reference_date=date(2026, 12, 31))
    text = text_of(desk.get(f"/en/secretariat/rounds/{later.pk}/open/"))
    assert "What changed since the last round" in text
    assert "1 January 2026: Agency took over from Foreign." in text
