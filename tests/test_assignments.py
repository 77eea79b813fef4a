"""Who of an organisation sees to which entries: divided, shown, reminded of, and ended."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions import permissions
from actions.enums import LetterKind
from actions.models import (
    Assignment,
    Entry,
    Letter,
    Membership,
    ReportingRound,
    Responsibility,
    User,
)
from actions.outbox import letters, sending
from actions.refusals import Refused
from actions.services import accounts, assignments, bodies, members
from actions.services.takeover import TakeOver
from tests.conftest import add_second_factor
from tests.follow_up import NOW, Scene, at, who_may

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
PAGE = "/en/desk/assignments/"
HOUR = timedelta(hours=1)


@pytest.fixture
def running(scene: Scene) -> ReportingRound:
    """A round that is open today; everybody has a name, and no letter waits."""
    today = timezone.localdate()
    for name, user in scene.people.items():
        User.objects.filter(pk=user.pk).update(name=f"The {name}")
        user.refresh_from_db()
    found = scene.round(
        opens_on=today - timedelta(days=1), deadline=today + timedelta(days=20),
        closes_on=today + timedelta(days=40),
    )  # fmt: skip
    Letter.objects.all().delete()
    return found


def seen(scene: Scene, *labels: str) -> dict[int, int]:
    """Return what somebody who looks now sees at some actions."""
    keys = [scene.responsibility(label).pk for label in labels]
    found = Assignment.objects.filter(ended_at=None).values_list("responsibility", "pk")
    there = dict(found)
    return {key: there.get(key, 0) for key in keys}


def give(scene: Scene, to: str, *labels: str, by: str = "head", now: Any = None) -> Any:
    """Assign some actions to somebody, as who looks now sees them."""
    people = scene.people
    return assignments.assign(
        seen(scene, *labels), to=people[to], by=people[by], now=now or timezone.now()
    )


def holders(scene: Scene) -> dict[str, str]:
    """Return who sees to what: short name by action."""
    names = {user.pk: name for name, user in scene.people.items()}
    rows = Assignment.objects.filter(ended_at=None).select_related("responsibility__action")
    return {row.responsibility.action.label: names[row.person_id] for row in rows}


def text_of(response: Any) -> str:
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def values(scene: Scene, *labels: str) -> list[str]:
    """Return what the boxes of some actions send."""
    return [f"{key}-{there}" for key, there in seen(scene, *labels).items()]


@pytest.fixture
def head(scene: Scene, sign_in: Any) -> Client:
    """A browser of the coordinator."""
    client: Client = sign_in(scene.people["head"])
    return client


# --- Assigning ------------------------------------------------------------------------


def test_the_coordinator_of_the_organisation_and_the_secretariat_assign(scene, running) -> None:
    assert who_may(scene, lambda name: give(scene, "writer", "1", by=name)) == {
        "head", "secretariat", "chair",
    }  # fmt: skip


def test_what_is_assigned_goes_to_one_person_and_keeps_its_history(scene, running) -> None:
    assert give(scene, "writer", "1", "9", "3") == (3, [])
    assert give(scene, "colleague", "9", "1", by="secretariat").number == 2
    assert give(scene, "colleague", "9").number == 0
    assert holders(scene) == {"1": "colleague", "3": "writer", "9": "colleague"}
    rows = Assignment.objects.filter(responsibility=scene.responsibility("9"))
    assert [(row.person, row.by, row.why) for row in rows] == [
        (scene.people["writer"], scene.people["head"], "taken_away"),
        (scene.people["colleague"], scene.people["secretariat"], ""),
    ]
    history = Assignment.history.filter(responsibility=scene.responsibility("9"))
    assert [row.history_type for row in history.order_by("history_id")] == ["+", "~", "+"]


def test_it_takes_no_right_from_anybody(scene, running) -> None:
    give(scene, "colleague", "1")
    scene.submit(scene.entry(running), by="writer", now=timezone.now())
    assert scene.entry(running).submitted_by == scene.people["writer"]


def test_nothing_is_assigned_to_somebody_who_does_not_write_for_all_of_it(scene, running) -> None:
    with pytest.raises(Refused) as refusal:
        give(scene, "below", "2", "1", "9")
    assert str(refusal.value) == "The below does not write for these actions: 1, 9."
    assert holders(scene) == {}
    assert give(scene, "below", "2").number == 1


def test_of_two_who_assign_at_once_the_second_is_told_and_changes_nothing(scene, running) -> None:
    stale = seen(scene, "1", "9", "3")
    give(scene, "writer", "1", "3")
    by = scene.people["secretariat"]
    done = assignments.assign(stale, to=scene.people["colleague"], by=by, now=NOW)
    assert (done.number, assignments.labels(done.changed)) == (1, "1, 3")
    assert holders(scene) == {"1": "writer", "3": "writer", "9": "colleague"}
    assert assignments.take_away(stale, by=by, now=NOW).number == 0
    assert assignments.take_away(seen(scene, "1", "9"), by=by, now=NOW) == (2, [])
    assert holders(scene) == {"3": "writer"}


def test_it_belongs_to_the_responsibility_from_year_to_year(scene, running, sign_in) -> None:
    give(scene, "writer", "1")
    days = {name: getattr(running, name) for name in ("opens_on", "deadline", "closes_on")}
    scene.round(2026, **days)
    text = text_of(sign_in(scene.people["writer"]).get("/en/desk/"))
    assert text.count("Assigned to you: To do 1 1 Action 1") == 2


# --- What ends it ---------------------------------------------------------------------


@pytest.mark.parametrize("way", ["leaves", "removed", "observer", "deactivated", "erased"])
def test_it_ends_with_the_person_and_the_coordinator_is_told(scene, running, head, way) -> None:
    give(scene, "writer", "1", "9")
    give(scene, "colleague", "3")
    person, by = scene.people["writer"], scene.people["secretariat"]
    place, now = person.memberships.get(), timezone.now()
    {
        "leaves": lambda: members.remove(place, by=person, now=now),
        "removed": lambda: members.remove(place, by=scene.people["head"], now=now),
        "observer": lambda: members.change_role(place, role="observer", by=by, now=now),
        "deactivated": lambda: accounts.deactivate(person, by=by, now=now),
        "erased": lambda: accounts.erase(person, by=by, now=now),
    }[way]()
    assert holders(scene) == {"3": "colleague"}
    assert "2 entries were assigned to somebody who no longer" in text_of(head.get("/en/desk/"))
    text = text_of(head.get(PAGE))
    who = "Former member (Ministry)" if way == "erased" else "The writer"
    assert f"Action 1: {who}, until {timezone.localdate(now):%-d %B %Y}" in text
    give(scene, "colleague", "1")
    assignments.take_away(seen(scene, "9"), by=scene.people["head"], now=now)
    assert "no longer writes" not in text_of(head.get(PAGE))
    assert "were assigned" not in text_of(head.get("/en/desk/"))


def test_who_stays_in_another_place_that_writes_for_it_keeps_it(scene, running) -> None:
    give(scene, "writer", "1")
    person, by = scene.people["writer"], scene.people["secretariat"]
    place = person.memberships.get()
    members.change_role(place, role="coordinator", by=by, now=NOW)
    assert holders(scene) == {"1": "writer"}


def test_it_ends_when_a_body_reports_through_another_one_from_a_day_on(scene, running) -> None:
    give(scene, "writer", "3", "1")
    until = timezone.localdate()
    held = Responsibility.objects.filter(pk=scene.responsibility("3").pk)
    held.update(reports_through_to=until)
    assert assignments.end_due(now=timezone.now()) == 0
    assert assignments.end_due(now=timezone.now() + timedelta(days=1)) == 1
    assert assignments.end_due(now=timezone.now() + timedelta(days=1)) == 0
    assert holders(scene) == {"1": "writer"}


def take(scene: Scene, name: str, *heirs: str, on: date, now: Any, **share: Any) -> Any:
    by = scene.people["secretariat"]
    given = TakeOver(scene.actors[name], on, tuple(scene.actors[heir] for heir in heirs), **share)
    return bodies.take_over(given, source=bodies.source_of(by=by), by=by, now=now)


def by_body(scene: Scene) -> set[tuple[str, str, str]]:
    """Return who sees to what at which body."""
    names = {user.pk: name for name, user in scene.people.items()}
    rows = Assignment.objects.filter(ended_at=None).select_related("responsibility__actor")
    return {
        (row.responsibility.actor.slug[6:], row.responsibility.action.label, names[row.person_id])
        for row in rows
    }


def test_it_follows_the_work_to_the_body_that_takes_over_and_back(scene) -> None:
    scene.round()
    give(scene, "outsider", "6", by="secretariat", now=NOW)
    change = take(scene, "foreign", "ministry", on=date(2026, 1, 15), now=NOW)
    assert ("ministry", "6", "outsider") in by_body(scene)
    bodies.undo(change, by=scene.people["secretariat"], now=NOW)
    assert by_body(scene) == {("foreign", "6", "outsider")}


def test_what_the_successor_has_said_stays_where_a_body_is_taken_over(scene) -> None:
    scene.round()
    shared = scene.responsibility("6")
    Responsibility.objects.create(
        action=shared.action, actor=scene.actors["ministry"], role="partner", source=scene.source
    )
    theirs = Responsibility.objects.get(action=shared.action, actor=scene.actors["ministry"])
    by = scene.people["secretariat"]
    assignments.assign({theirs.pk: 0}, to=scene.people["writer"], by=by, now=NOW)
    assignments.assign({shared.pk: 0}, to=scene.people["outsider"], by=by, now=NOW)
    take(scene, "foreign", "ministry", on=date(2026, 1, 15), now=NOW)
    assert ("ministry", "6", "writer") in by_body(scene)
    assert ("ministry", "6", "outsider") not in by_body(scene)


def test_who_is_in_both_bodies_keeps_only_what_was_theirs_when_it_is_undone(scene) -> None:
    scene.round()
    shared, by = scene.responsibility("6"), scene.people["secretariat"]
    Responsibility.objects.create(
        action=shared.action, actor=scene.actors["ministry"], role="partner", source=scene.source
    )
    Membership.objects.create(
        user=scene.people["outsider"], actor=scene.actors["ministry"], role="contributor",
        started_at=NOW,
    )  # fmt: skip
    assignments.assign({shared.pk: 0}, to=scene.people["outsider"], by=by, now=NOW)
    change = take(scene, "foreign", "ministry", on=date(2026, 1, 15), now=NOW)
    assert ("ministry", "6", "outsider") in by_body(scene)
    bodies.undo(change, by=by, now=NOW)
    assert by_body(scene) == {("foreign", "6", "outsider")}


def test_it_goes_to_each_part_that_takes_the_work_of_a_divided_body(scene) -> None:
    scene.round()
    give(scene, "writer", "1", "9", now=NOW)
    one, nine = scene.responsibility("1").pk, scene.responsibility("9").pk
    heirs = {one: [scene.actors["foreign"].pk], nine: [scene.actors["agency"].pk]}
    seven = scene.responsibility("7").pk
    share = heirs | {seven: [scene.actors["agency"].pk]}
    take(scene, "ministry", "foreign", "agency", on=date(2026, 1, 15), now=NOW, share=share)
    found = {line for line in by_body(scene) if line[0] != "ministry"}
    assert found == {("foreign", "1", "writer"), ("agency", "9", "writer")}


# --- Reminding ------------------------------------------------------------------------


def test_a_colleague_is_reminded_in_one_letter_of_what_is_still_to_come(scene, running) -> None:
    give(scene, "writer", "1", "9", "3")
    scene.submit(scene.entry(running, "9"), by="colleague", now=timezone.now())
    assignments.remind(scene.people["writer"], by=scene.people["head"], now=timezone.now())
    give(scene, "colleague", "3")
    Letter.objects.exclude(kind=LetterKind.ASKED).delete()
    assert [outcome.value for outcome in sending.send_due(now=timezone.now())] == ["sent"]
    sent = mail.outbox[0]
    assert sent.to == ["writer@small.example.org"]
    assert "The head herinnert" in sent.body or "The head reminds you of 1 entry" in sent.body
    assert "Action 1" in sent.body
    assert "Action 9" not in sent.body
    assert "Action 3" not in sent.body


def test_nobody_is_reminded_twice_within_an_hour_whoever_does_it(scene, running) -> None:
    give(scene, "writer", "1")
    now, writer = timezone.now(), scene.people["writer"]
    assignments.remind(writer, by=scene.people["head"], now=now)
    with pytest.raises(Refused) as refusal:
        assignments.remind(writer, by=scene.people["secretariat"], now=now + HOUR / 2)
    assert str(refusal.value) == "The writer was reminded less than an hour ago."
    assignments.remind(writer, by=scene.people["secretariat"], now=now + HOUR)
    assert Letter.objects.filter(kind=LetterKind.ASKED).count() == 2


def test_a_coordinator_reminds_so_many_in_an_hour_and_then_has_to_wait(scene, running) -> None:
    give(scene, "writer", "1")
    now, head = timezone.now(), scene.people["head"]
    letters.put_many(
        LetterKind.ASKED,
        [(f"asked:{n}", scene.people["colleague"], {"by": head.pk}) for n in range(20)],
        now=now,
    )
    with pytest.raises(Refused) as refusal:
        assignments.remind(scene.people["writer"], by=head, now=now)
    assert str(refusal.value) == ("You have sent 20 reminders in the last hour. Go on in an hour.")


def test_only_who_divides_the_work_reminds_of_it_and_only_of_something(scene, running) -> None:
    give(scene, "writer", "1")
    writer = scene.people["writer"]
    work = lambda name: assignments.remind(  # noqa: E731
        writer, by=scene.people[name], now=timezone.now()
    )
    assert who_may(scene, work) == {"head", "secretariat", "chair"}
    scene.submit(scene.entry(running), now=timezone.now())
    with pytest.raises(Refused):
        work("head")


def test_the_digest_of_the_day_says_first_what_is_assigned_to_the_reader(scene, running) -> None:
    give(scene, "writer", "9")
    keys = [scene.entry(running, label).pk for label in ("1", "9")]
    facts = {"person": scene.people["writer"].pk, "entries": keys, "orphans": []}
    letters.put(
        LetterKind.REMINDER, key="r", to=scene.people["writer"], language="en", facts=facts,
        now=timezone.now(),
    )  # fmt: skip
    list(sending.send_due(now=timezone.now()))
    text = " ".join(mail.outbox[0].body.split())
    assert re.search(r"Assigned to you: .*Action 9 .*Other entries of your.*: .*Action 1 ", text)
    assert "2 entries are still yours to submit." in text


# --- The pages ------------------------------------------------------------------------


def test_chosen_rows_are_assigned_taken_away_and_reminded_of_on_the_page(
    head, scene, running
) -> None:
    rows, person = values(scene, "1", "9"), scene.people["writer"].pk
    response = head.post(PAGE, {"rows": rows, "person": person, "act": "assign"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "2 entries are changed." in response.content.decode()
    assert "The writer 0 of 2 entries submitted" in text_of(response)
    head.post(PAGE, {"rows": values(scene, "9"), "act": "take_away"})
    assert holders(scene) == {"1": "writer"}
    response = head.post(PAGE, {"person": person, "act": "remind"}, follow=True)
    assert "A reminder is on its way to The writer." in response.content.decode()
    assert "reminded on" in text_of(response)


def test_the_page_says_what_somebody_else_assigned_meanwhile(head, scene, running) -> None:
    sent = {"rows": values(scene, "1"), "person": scene.people["writer"].pk, "act": "assign"}
    give(scene, "colleague", "1", by="secretariat")
    page = head.post(PAGE, sent, follow=True).content.decode()
    assert "Somebody else assigned these actions meanwhile, so they stay as they are: 1." in page
    assert holders(scene) == {"1": "colleague"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "assign"}, "Choose entries first."),
        ({"act": "assign", "rows": ["{1}"]}, "Choose a colleague."),
        ({"act": "assign", "rows": ["{6}"], "person": "{writer}"}, "Somebody changed the list"),
        ({"act": "assign", "rows": ["x-1", "9" * 40], "person": "0"}, "Somebody changed the list"),
        ({"act": "take_away", "rows": ["1-\x00"]}, "Somebody changed the list"),
        ({"act": "assign", "rows": ["{1}"], "person": "{outsider}"}, "Select a valid choice."),
    ],
)
def test_a_wrong_form_is_shown_again_with_what_is_wrong(head, scene, running, sent, said) -> None:
    known = {label: values(scene, label)[0] for label in ("1", "6")}
    known |= {name: user.pk for name, user in scene.people.items()}
    known |= {"{1}": known["1"]}
    sent = sent | {"rows": [row.replace("{1}", known["1"]).replace("{6}", known["6"])
                            for row in sent.get("rows", [])]}  # fmt: skip
    if "person" in sent:
        sent["person"] = sent["person"].format(**known)
    response = head.post(PAGE, sent)
    assert response.status_code == 200
    assert said in text_of(response)
    assert Assignment.objects.count() == 0


@pytest.mark.parametrize("person", ["", "0", "x", "9" * 30, "²"])
def test_nobody_is_reminded_who_is_none(head, running, person: str) -> None:
    assert head.post(PAGE, {"act": "remind", "person": person}).status_code == 404


def test_the_secretariat_chooses_the_organisation(scene, running, sign_in) -> None:
    person = scene.people["secretariat"]
    add_second_factor(person)
    client = sign_in(person)
    assert "Action 6" in text_of(client.get(PAGE))
    text = text_of(client.get(f"{PAGE}?actor=small-service"))
    assert "Action 2" in text
    assert "Action 6" not in text
    assert client.get(f"{PAGE}?actor=nowhere&page=x").status_code == 200


def test_the_desk_shows_first_what_is_assigned_to_the_person(scene, running, sign_in) -> None:
    give(scene, "writer", "9")
    give(scene, "colleague", "1")
    text = text_of(sign_in(scene.people["writer"]).get("/en/desk/"))
    assert text.index("Assigned to you: To do 1 9 Action 9") < text.index("To do 4")
    assert "1 Action 1" in text
    assert "assigned to The colleague" in text


def test_the_page_of_an_entry_says_to_its_organisation_who_sees_to_it(
    scene, running, sign_in
) -> None:
    give(scene, "writer", "1")
    path = f"/en/desk/entries/{scene.entry(running).pk}/"
    assert "assigned to you" in text_of(sign_in(scene.people["writer"]).get(path))
    assert "assigned to The writer" in text_of(sign_in(scene.people["colleague"]).get(path))
    scene.submit(scene.entry(running), now=timezone.now())
    assert "assigned" not in text_of(sign_in(scene.people["observer"]).get(path))


def test_who_is_removed_is_shown_with_what_is_assigned_to_them(head, scene, running) -> None:
    give(scene, "writer", "1", "9")
    place = Membership.objects.get(user=scene.people["writer"])
    text = text_of(head.get(f"/en/desk/members/{place.pk}/remove/"))
    assert "2 entries are assigned to this person" in text


def test_the_page_says_that_entries_of_a_sample_are_no_real_ones(scene, running, head) -> None:
    note = b"Sample data: no real entries."
    assert note not in head.get(PAGE).content
    ReportingRound.objects.filter(pk=running.pk).update(is_sample=True)
    assert note in head.get(PAGE).content


def test_the_page_asks_the_same_of_the_database_for_one_entry_and_for_many(
    scene, running, head
) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert head.get(PAGE).status_code == 200
        return len(found)

    give(scene, "writer", "1")
    Entry.objects.exclude(responsibility=scene.responsibility("1")).delete()
    head.get(PAGE)
    few = count()
    for label in ("2", "3", "9"):
        Entry.objects.create(
            round=running, responsibility=scene.responsibility(label), expected=True
        )
    give(scene, "colleague", "9", "3")
    give(scene, "below", "2")
    assert count() == few


def test_rights_say_whose_work_somebody_divides(scene) -> None:
    rights = permissions.read_rights(scene.people["head"], on=at("2026-01-20").date())
    slugs = {name for name, actor in scene.actors.items() if actor.pk in rights.coordinates}
    assert slugs == {"ministry", "service", "old"}
    assert permissions.read_rights(scene.people["writer"], on=rights.on).coordinates == frozenset()


def test_a_stranger_changes_nothing(scene, running) -> None:
    with pytest.raises(PermissionDenied):
        give(scene, "guarded", "8", by="head")
