"""Bodies that change: renamed, taken over, divided; what moves, what stays, and its undoing."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from actions import emails, permissions, round_status
from actions.enums import LetterKind
from actions.models import (
    Actor,
    ActorName,
    BodyChange,
    Entry,
    EntryVersion,
    Letter,
    Membership,
    ReportingRound,
    Responsibility,
    Succession,
)
from actions.refusals import Conflict, Refused
from actions.services import bodies, entries, members, rounds
from actions.services.takeover import TakeOver, foresee
from actions.typography import date_format
from tests.follow_up import NOW, YEAR, Scene, at

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

DAY = timedelta(days=1)
REFERENCE = date(YEAR, 12, 31)
# Days on which a body is taken over: in the year that the round looks at, and after it.
WITHIN, AFTER = date(2025, 7, 1), date(2026, 1, 15)
NEVER = date(2027, 1, 1)  # still to come


def taking(scene: Scene, on: date, *names: str, **share: Any) -> TakeOver:
    """Return that from the first of some bodies the others take over."""
    actor, *heirs = (Actor.objects.get(slug=f"small-{name}") for name in names)
    return TakeOver(actor, on, tuple(heirs), **share)


def take(scene: Scene, on: date, *names: str, now: Any = NOW, **options: Any) -> BodyChange:
    by = scene.people["secretariat"]
    given = taking(scene, on, *names, **options.pop("share", {}))
    return bodies.take_over(given, source=bodies.source_of(by=by), by=by, now=now, **options)


def undo(scene: Scene, change: BodyChange) -> None:
    bodies.undo(change, by=scene.people["secretariat"], now=NOW)


def holders(scene: Scene, label: str, on: date) -> list[str]:
    rows = Responsibility.objects.filter(action__plan=scene.plan, action__label=label)
    found = [row.actor.slug for row in rows.select_related("actor") if row.is_valid(on)]
    return sorted(slug.removeprefix("small-") for slug in found)


def said(scene: Scene) -> Any:
    """Return all that an act on bodies may change, as it counts."""
    return {
        "actors": list(Actor.objects.order_by("pk").values("slug", "parent", "valid_to")),
        "names": list(ActorName.objects.order_by("pk").values("actor", "valid_from", "name_en")),
        "held": list(Responsibility.objects.order_by("pk").values()),
        "successions": list(Succession.objects.order_by("pk").values()),
        "entries": sorted(
            Entry.whole.values_list("round", "responsibility", "state", "expected", "done")
        ),
        "versions": EntryVersion.objects.count(),
        "members": sorted(
            Membership.objects.filter(ended_at=None).values_list("user", "actor", "role")
        ),
    }


def also(scene: Scene, actor: str, label: str, role: str = "responsible", **more: Any) -> Any:
    """Make another actor responsible for an action too."""
    return Responsibility.objects.create(
        action=scene.plan.actions.get(label=label), actor=scene.actors[actor], role=role,
        source=scene.source, **more,
    )  # fmt: skip


def entry_of(given: ReportingRound, label: str, actor: str) -> Entry:
    return Entry.whole.get(
        round=given,
        responsibility__action__label=label,
        responsibility__actor__slug=f"small-{actor}",
        replaced_by=None,
    )


# --- What is taken over -------------------------------------------------------------


def test_a_successor_holds_what_it_takes_over_from_the_day_on(scene) -> None:
    take(scene, WITHIN, "foreign", "agency")
    assert holders(scene, "6", WITHIN - DAY) == ["foreign"]
    assert holders(scene, "6", WITHIN) == ["agency"]
    taken = Responsibility.objects.get(action__label="6", actor=scene.actors["agency"])
    assert (taken.role, taken.inferred, taken.valid_from) == ("responsible", True, WITHIN)
    assert taken.reason_nl == "Sinds 1 juli 2025; voordien: Foreign."
    assert Actor.objects.get(slug="small-foreign").valid_to == WITHIN - DAY


def test_a_successor_of_several_names_all_who_were_responsible_before(scene) -> None:
    also(scene, "office", "6")
    also(scene, "institute", "6")
    take(scene, WITHIN, "foreign", "agency")
    taken = Responsibility.objects.get(action__label="6", actor=scene.actors["agency"])
    said_first = taken.reason_en
    take(scene, WITHIN, "office", "agency")
    last = take(scene, WITHIN, "institute", "agency")
    taken.refresh_from_db()
    assert taken.reason_en == "Since 1 July 2025; before: Foreign, Office and Institute."
    undo(scene, last)
    taken.refresh_from_db()
    assert taken.reason_en == "Since 1 July 2025; before: Foreign and Office."
    assert said_first == "Since 1 July 2025; before: Foreign."


def test_a_reason_that_somebody_wrote_stays(scene) -> None:
    also(scene, "office", "6")
    take(scene, WITHIN, "foreign", "agency")
    rows = Responsibility.objects.filter(action__label="6", actor=scene.actors["agency"])
    rows.update(reason_nl="Zoals beslist.")
    take(scene, WITHIN, "office", "agency")
    assert rows.get().reason_nl == "Zoals beslist."


@pytest.mark.parametrize(
    ("theirs", "own", "expected"),
    [("lead", "partner", "lead"), ("partner", "responsible", "responsible"),
     ("beneficiary", "partner", "partner"), ("responsible", "responsible", "responsible")],
)  # fmt: skip
def test_of_two_roles_under_one_action_the_stronger_holds(scene, theirs, own, expected) -> None:
    Responsibility.objects.filter(action__label="6").update(role=theirs)
    also(scene, "agency", "6", own)
    take(scene, WITHIN, "foreign", "agency")
    (row,) = Responsibility.objects.filter(action__label="6", actor=scene.actors["agency"])
    assert (row.role, row.valid_from, row.valid_to) == (expected, None, None)


def test_a_part_of_a_body_that_ends_is_still_spoken_for_by_who_is_above(scene) -> None:
    """Else the part would be asked too, of which nobody expected anything before."""
    also(scene, "service", "1")
    given = scene.round(2026, reference_date=date(2026, 12, 31))
    before = {(r.action.label, r.actor.slug) for r in round_status.expected(given)}
    take(scene, AFTER, "ministry", "agency")
    after = {(r.action.label, r.actor.slug) for r in round_status.expected(given)}
    assert ("1", "small-service") not in before | after
    assert {label for label, _slug in before} == {label for label, _slug in after}


@pytest.mark.parametrize("order", [("agency", "foreign"), ("foreign", "agency")])
def test_a_part_of_a_body_that_is_divided_is_spoken_for_by_whoever_has_the_action(
    scene, order
) -> None:
    also(scene, "service", "1")
    also(scene, "service", "9")
    given = scene.round(2026, reference_date=date(2026, 12, 31))
    one, nine = (scene.plan.actions.get(label=label).responsibilities.get(
        actor=scene.actors["ministry"]) for label in ("1", "9"))  # fmt: skip
    share = {one.pk: [scene.actors["agency"].pk], nine.pk: [scene.actors["foreign"].pk]}
    take(scene, AFTER, "ministry", *order, share={"share": share})
    asked = {(r.action.label, r.actor.slug) for r in round_status.expected(given)}
    assert {("1", "small-agency"), ("9", "small-foreign")} <= asked
    assert not {("1", "small-service"), ("9", "small-service")} & asked


def test_a_body_is_divided_as_was_said_for_each_action(scene) -> None:
    one, three = (scene.responsibility(label) for label in ("1", "9"))
    agency, foreign = scene.actors["agency"].pk, scene.actors["foreign"].pk
    share = {one.pk: [agency], three.pk: [foreign]}
    change = take(scene, AFTER, "ministry", "agency", "foreign", share={"share": share})
    found = {label: holders(scene, label, AFTER) for label in ("1", "9", "7")}
    assert found == {"1": ["agency"], "9": ["foreign"], "7": ["agency", "foreign"]}
    assert change.act == "split"


def test_a_role_that_rises_asks_nothing_of_earlier_rounds(scene) -> None:
    also(scene, "agency", "6", "partner")
    given = scene.round()
    take(scene, AFTER, "foreign", "agency", now=at(AFTER))
    asked = {row.actor.slug for row in round_status.expected(given) if row.action.label == "6"}
    assert asked == {"small-foreign"}
    row = Responsibility.objects.get(action__label="6", actor=scene.actors["agency"])
    assert (row.role_on(REFERENCE), row.role_on(AFTER)) == ("partner", "responsible")
    for day, label in ((AFTER - DAY, "Partner"), (AFTER, "Responsible")):
        with time_machine.travel(at(day)):
            assert row.role_label == label
    later = scene.round(2026, reference_date=date(2026, 12, 31))
    asked = {row.actor.slug for row in round_status.expected(later) if row.action.label == "6"}
    assert asked == {"small-agency"}


def test_a_body_that_is_to_end_takes_nothing_over_for_longer(scene) -> None:
    take(scene, NEVER, "agency", "service")
    with pytest.raises(ValidationError, match="This body ends on 31 December 2026"):
        take(scene, AFTER, "foreign", "agency")


# --- Rounds -------------------------------------------------------------------------


def test_finished_work_of_the_successor_never_stands_for_unfinished_work_of_another(scene) -> None:
    also(scene, "agency", "6")
    before = scene.round(2024, reference_date=date(2024, 12, 31))
    for actor, writer, status in (("foreign", "outsider", "in_progress"), ("agency", "writer", "")):
        entry = entry_of(before, "6", actor)
        by = writer if status else "chair"
        scene.submit(entry, by=by, status=status or "done", done="Tekst.")
        scene.accept(entry, by="chair" if status else "second")
    take(scene, WITHIN, "foreign", "agency")
    fresh = entry_of(scene.round(), "6", "agency")
    assert (fresh.is_carried, fresh.state) == (False, "empty")


def test_more_time_of_a_body_holds_for_who_took_over(scene) -> None:
    given = scene.round()
    until = date(2026, 6, 1)
    rounds.extend(
        given, actor=scene.actors["foreign"], until=until, reason="Late.",
        by=scene.people["secretariat"], now=NOW,
    )  # fmt: skip
    change = take(scene, WITHIN, "foreign", "agency")
    assert given.extensions.get(actor=scene.actors["agency"]).until == until
    undo(scene, change)
    assert not given.extensions.filter(actor=scene.actors["agency"]).exists()


def test_a_round_of_before_keeps_the_old_body_and_the_successor_writes_for_it(scene) -> None:
    given = scene.round()
    take(scene, AFTER, "foreign", "service", now=at(AFTER))
    entry = scene.entry(given, "6")
    assert (entry.actor.slug, entry.expected) == ("small-foreign", True)
    rights = permissions.rights(scene.people["below"], on=AFTER)
    assert permissions.can_write(rights, entry)


def test_in_a_later_round_the_entry_moves_with_its_texts_and_thread(scene) -> None:
    given = scene.round()
    entry = scene.submit(scene.entry(given, "6"), by="outsider")
    take(scene, WITHIN, "foreign", "agency")
    moved = entry_of(given, "6", "agency")
    assert (moved.pk, moved.state, moved.expected) == (entry.pk, "submitted", True)
    assert [line.kind for line in moved.events.all()] == ["submitted"]
    assert not Entry.whole.filter(responsibility__actor=scene.actors["foreign"]).exists()


STATES = ("empty", "draft", "submitted", "accepted")


def bring(scene: Scene, entry: Entry, state: str, writer: str, reviewer: str) -> None:
    """Bring an entry to a state, with the writer's name as its text."""
    if state == "draft":
        scene.save(entry, by=writer, done=writer)
    elif state != "empty":
        scene.submit(entry, by=writer, done=writer)
        if state == "accepted":
            scene.accept(entry, by=reviewer)


@pytest.mark.parametrize("theirs", STATES)
@pytest.mark.parametrize("own", STATES)
def test_of_two_entries_the_further_one_counts_and_no_text_is_lost(scene, theirs, own) -> None:
    also(scene, "ministry", "6")
    given = scene.round()
    old, new = entry_of(given, "6", "foreign"), entry_of(given, "6", "ministry")
    bring(scene, old, theirs, "outsider", "chair")
    bring(scene, new, own, "writer", "second")
    take(scene, WITHIN, "foreign", "ministry")
    counts = entry_of(given, "6", "ministry")
    is_theirs = STATES.index(theirs) > STATES.index(own)
    assert counts.pk == (old.pk if is_theirs else new.pk)
    assert counts.state == max(theirs, own, key=STATES.index)
    beside = Entry.whole.filter(replaced_by=counts)
    lost = new if is_theirs else old
    is_written = (own if is_theirs else theirs) != "empty"
    assert [row.pk for row in beside] == ([lost.pk] if is_written else [])
    assert given.entries.filter(responsibility__action__label="6").count() == 1


def test_finished_work_is_carried_over_to_who_took_over(scene) -> None:
    before = scene.round(2024, reference_date=date(2024, 12, 31))
    scene.submit(scene.entry(before, "6"), by="outsider", status="done", done="Klaar.")
    scene.accept(scene.entry(before, "6"), by="chair")
    take(scene, WITHIN, "foreign", "agency")
    carried = entry_of(scene.round(), "6", "agency")
    assert (carried.is_carried, carried.status, carried.since) == (True, "done", 2024)


def test_who_took_over_sees_what_was_said_the_year_before(scene) -> None:
    before = scene.round(2024, reference_date=date(2024, 12, 31))
    said_before = scene.submit(scene.entry(before, "6"), by="outsider")
    scene.accept(said_before, by="chair")
    take(scene, WITHIN, "foreign", "agency")
    found = entries.last_year(entry_of(scene.round(), "6", "agency"))
    assert found is not None
    assert found.pk == said_before.pk


# --- Members ------------------------------------------------------------------------


def places(scene: Scene, name: str) -> set[tuple[str, str]]:
    rows = scene.people[name].memberships.filter(ended_at=None).select_related("actor")
    return {(row.role, row.actor.slug.removeprefix("small-")) for row in rows}


def test_members_move_on_the_day_and_once(scene) -> None:
    take(scene, AFTER, "ministry", "agency", now=at(AFTER - DAY))
    assert places(scene, "writer") == {("contributor", "ministry")}
    assert bodies.move_due(now=at(AFTER - DAY, 23, 59)) == 0
    assert bodies.move_due(now=at(AFTER, 0, 0)) == 1
    assert bodies.move_due(now=at(AFTER, 0, 1)) == 0
    assert places(scene, "writer") == {("contributor", "agency")}
    assert places(scene, "head") == {("coordinator", "agency")}
    assert places(scene, "below") == {("contributor", "service")}


def test_members_are_told_on_the_day_for_whom_they_write_and_once(scene) -> None:
    change = take(scene, AFTER, "foreign", "agency", now=at("2026-01-10"))
    assert not Letter.objects.filter(kind="moved").exists()
    bodies.move_due(now=NOW)
    bodies.move_due(now=NOW)
    told = Letter.objects.filter(kind="moved").values_list("user__email", flat=True)
    seats = {key for key in scene.people if scene.people[key].email in set(told)}
    assert seats == {"outsider", "reviewer", "second", "both"}
    assert len(told) == len(seats)
    mail = emails.compose(LetterKind.MOVED, {"change": change.pk}, "en", on=AFTER)
    assert mail is not None
    assert mail.subject == "Since 15 January 2026 you write for Agency"
    undo(scene, BodyChange.objects.get(pk=change.pk))
    assert emails.compose(LetterKind.MOVED, {"change": change.pk}, "en", on=AFTER) is None


def test_members_of_a_successor_are_told_which_entries_it_took_over(scene) -> None:
    given = scene.round()
    change = take(scene, WITHIN, "foreign", "guarded")
    letters = Letter.objects.filter(key__startswith="added:")
    # Those who moved along with the entry are told for whom they write.
    told = {one.address.split("@")[0]: one.facts["entries"] for one in letters}
    keys = [entry_of(given, "6", "guarded").pk]
    assert told == {"guarded": keys, "guard": keys}
    undo(scene, change)
    assert not letters.exclude(state="dropped").exists()


def test_whoever_reported_for_it_before_is_told_nothing_of_an_entry_that_moves(scene) -> None:
    scene.round()
    take(scene, WITHIN, "agency", "ministry")
    assert not Letter.objects.filter(key__startswith="added:").exists()


@pytest.mark.parametrize(
    ("there", "name", "role"),
    [("observer", "writer", "contributor"), ("coordinator", "writer", "coordinator"),
     ("observer", "head", "coordinator"), ("contributor", "head", "coordinator")],
)  # fmt: skip
def test_of_two_roles_of_a_person_the_stronger_holds_until_it_is_undone(
    scene, there, name, role
) -> None:
    Membership.objects.create(
        user=scene.people[name], actor=scene.actors["agency"], role=there, started_at=NOW
    )
    before = said(scene)["members"]
    change = take(scene, AFTER, "ministry", "agency")
    assert places(scene, name) == {(role, "agency")}
    undo(scene, change)
    assert said(scene)["members"] == before


def test_members_reach_the_last_of_bodies_that_end_one_after_another(scene) -> None:
    """Both days have come before anybody looked; the later act stands first in the list."""
    early = at("2026-01-05")
    take(scene, AFTER, "foreign", "agency", now=early)
    take(scene, AFTER + DAY, "agency", "service", now=early)
    assert bodies.move_due(now=at(AFTER + 5 * DAY)) == 2
    assert places(scene, "outsider") == {("contributor", "service")}


def test_what_was_removed_in_the_administration_keeps_nothing_from_its_day(scene) -> None:
    early = at("2026-01-05")
    take(scene, AFTER, "foreign", "agency", now=early)
    Responsibility.objects.get(action__label="6", actor=scene.actors["agency"]).delete()
    assert bodies.move_due(now=at(AFTER)) == 1
    assert places(scene, "outsider") == {("contributor", "agency")}


def test_who_was_removed_since_gets_no_place_back(scene) -> None:
    change = take(scene, AFTER, "office", "agency")
    gone = scene.people["chair"].memberships.get(ended_at=None)
    members.remove(gone, by=scene.people["secretariat"], now=NOW)
    undo(scene, change)
    assert places(scene, "chair") == set()
    scene.people["chair"].refresh_from_db()
    assert not scene.people["chair"].is_superuser
    assert places(scene, "secretariat") == {("secretariat", "office")}


def test_the_secretariat_is_never_left_without_anybody(scene) -> None:
    take(scene, AFTER, "office", "agency")
    assert places(scene, "secretariat") == {("secretariat", "agency")}
    scene.people["secretariat"].refresh_from_db()
    assert scene.people["secretariat"].is_staff


# --- A day to come ------------------------------------------------------------------


def test_until_the_day_the_old_body_writes_on_where_it_is(scene) -> None:
    given = scene.round(2026, reference_date=date(2026, 12, 31))
    day = date(2026, 3, 1)
    change = take(scene, day, "foreign", "agency")
    entry = entry_of(given, "6", "foreign")
    scene.save(entry, by="outsider", now=at(day - DAY))
    assert entry_of(given, "6", "foreign").expected
    assert bodies.move_due(now=at(day)) == 1
    moved = entry_of(given, "6", "agency")
    assert (moved.pk, moved.state, moved.expected) == (entry.pk, "draft", True)
    change.refresh_from_db()
    undo(scene, change)
    assert entry_of(given, "6", "foreign").pk == entry.pk


def test_a_body_that_is_not_yet_there_is_spoken_for_by_those_before_it(scene) -> None:
    by, day = scene.people["secretariat"], date(2026, 6, 1)
    source = bodies.source_of(by=by)
    made = bodies.found(
        Actor(slug="small-new", level="federal", kind="organisation"),
        names={"name_en": "New"}, on=day, source=source, by=by, now=NOW,
    )  # fmt: skip
    given = TakeOver(scene.actors["foreign"], day, (made,))
    bodies.take_over(given, source=source, founded=(made,), by=by, now=NOW)
    entry = entry_of(scene.round(2026, reference_date=date(2026, 12, 31)), "6", "new")
    user = scene.people["outsider"]
    assert permissions.can_write(permissions.rights(user, on=day - DAY), entry)
    assert user.pk in permissions.writers(on=day - DAY)
    assert bodies.move_due(now=at(day)) == 1
    assert places(scene, "outsider") == {("contributor", "new")}


# --- Undoing ------------------------------------------------------------------------


def test_the_first_of_two_acts_into_one_body_is_not_undone_before_the_second(scene) -> None:
    also(scene, "guarded", "6")
    start = said(scene)
    first = take(scene, AFTER, "foreign", "agency")
    before = said(scene)
    second = take(scene, AFTER, "guarded", "agency")
    with pytest.raises(Refused, match="Undo that first"):
        undo(scene, first)
    undo(scene, second)
    assert said(scene) == before
    undo(scene, first)
    assert said(scene) == start


def test_what_the_administration_changed_since_is_no_fault_of_the_server(scene) -> None:
    change = take(scene, AFTER, "foreign", "agency")
    Responsibility.objects.get(action__label="6", actor=scene.actors["agency"]).delete()
    with pytest.raises(Refused, match="changed in the administration"):
        undo(scene, change)
    named = rename(scene, NEVER, name_en="External")
    ActorName.objects.filter(name_en="External").delete()
    with pytest.raises(Refused):
        undo(scene, named)


@pytest.mark.parametrize("on", [WITHIN, AFTER, NEVER])
@pytest.mark.parametrize("own", STATES)
def test_undoing_puts_back_what_stood_there(scene, on, own) -> None:
    also(scene, "ministry", "6", "partner")
    given = scene.round()
    scene.save(scene.entry(given, "9"), by="writer")
    bring(scene, entry_of(given, "6", "foreign"), own, "outsider", "chair")
    before = said(scene)
    undo(scene, take(scene, on, "foreign", "ministry"))
    assert said(scene) == before


def test_entries_of_a_round_that_was_opened_since_go_back_too(scene) -> None:
    change = take(scene, WITHIN, "foreign", "agency")
    given = scene.round()
    undo(scene, change)
    assert entry_of(given, "6", "foreign").expected
    assert not Entry.whole.filter(
        responsibility__actor=scene.actors["agency"], responsibility__action__label="6"
    ).exists()


def test_nothing_is_undone_once_somebody_wrote(scene) -> None:
    given = scene.round()
    change = take(scene, WITHIN, "foreign", "service", now=at("2026-01-19"))
    scene.save(entry_of(given, "6", "service"), by="below")
    before = said(scene)
    with pytest.raises(Refused, match="written or decided on since"):
        undo(scene, change)
    assert said(scene) == before


def test_of_two_acts_the_later_is_undone_first(scene) -> None:
    first = take(scene, WITHIN, "foreign", "agency")
    second = take(scene, AFTER, "agency", "service")
    with pytest.raises(Refused) as refused:
        undo(scene, first)
    said_of_it = f"“Taken over by another body” ({second.actor.label}, {date_format(AFTER)})"
    assert str(refused.value) == f"{said_of_it} was recorded after it. Undo that first."
    undo(scene, second)
    undo(scene, first)
    with pytest.raises(Refused, match="undone already"):
        undo(scene, first)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_and_undone_each_action_has_somebody_on_every_day(scene, seed) -> None:
    """Random acts, and their undoing in the reverse order, on opened and later rounds."""
    dice = random.Random(seed)  # noqa: S311
    names = [name for name in scene.actors if name not in {"old", "office"}]
    scene.round()
    stack, days = [], [WITHIN, WITHIN + 90 * DAY, AFTER, AFTER + 40 * DAY, NEVER]
    for on in days:
        before = said(scene)
        actor, *heirs = dice.sample(names, dice.choice([2, 2, 3]))
        try:
            stack.append((before, take(scene, on, actor, *heirs)))
        except (Refused, ValidationError):
            assert said(scene) == before
        for row in Responsibility.objects.filter(action__plan=scene.plan).select_related("actor"):
            ended = row.actor.valid_to
            assert ended is None or (row.valid_to is not None and row.valid_to <= ended)
        for label in ("1", "2", "3", "6", "8", "9"):
            assert all(holders(scene, label, day) for day in (WITHIN - DAY, *days)), label
        places = list(Entry.objects.values_list("round", "responsibility"))
        assert len(places) == len(set(places))
    assert stack
    for before, change in reversed(stack):
        undo(scene, change)
        assert said(scene) == before


# --- What cannot be -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "field", "words"),
    [
        (("ministry", "ministry"), "heir", "cannot take over from itself"),
        (("ministry", "service"), "heir", "is a part of the one that ends"),
        (("ministry",), "heir", "Choose who takes over."),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(scene, names, field, words) -> None:
    before = said(scene)
    with pytest.raises(ValidationError, match=words) as found:
        take(scene, AFTER, *names)
    assert list(found.value.message_dict) == [field]
    assert said(scene) == before


def test_a_body_is_taken_over_once(scene) -> None:
    take(scene, AFTER, "foreign", "agency")
    said = r"recorded on 20 January 2026 that it is taken over on 15 January 2026 by Agency\."
    with pytest.raises(Refused, match=said):
        take(scene, AFTER, "foreign", "ministry")
    with pytest.raises(ValidationError, match="does not exist on that day"):
        take(scene, NEVER, "service", "foreign")


def test_two_bodies_do_not_take_over_from_each_other(scene) -> None:
    take(scene, NEVER, "foreign", "agency")
    with pytest.raises(ValidationError, match="is to take over from this one"):
        take(scene, AFTER, "agency", "foreign")


@pytest.mark.parametrize("state", ["published", "frozen_at"])
def test_what_a_report_says_is_never_changed(scene, state) -> None:
    given = scene.round(state="closed")
    ReportingRound.objects.filter(pk=given.pk).update(**{state: 1 if state == "published" else NOW})
    before = said(scene)
    for on in (WITHIN, REFERENCE):
        with pytest.raises(ValidationError, match="The report of 2025 is frozen or published"):
            take(scene, on, "foreign", "agency")
    assert said(scene) == before
    take(scene, REFERENCE + DAY, "foreign", "agency")
    assert entry_of(given, "6", "foreign")


def test_what_changed_since_it_was_seen_is_told(scene) -> None:
    seen = foresee(taking(scene, AFTER, "foreign", "agency")).digest
    also(scene, "foreign", "2", "partner")
    with pytest.raises(Conflict):
        take(scene, AFTER, "foreign", "agency", seen=seen)
    assert not BodyChange.objects.exists()


@pytest.mark.parametrize("name", ["head", "reviewer", "observer", "nobody"])
def test_only_the_secretariat_changes_bodies(scene, name) -> None:
    by, source = scene.people[name], scene.source
    change = take(scene, NEVER, "guarded", "agency")
    before = said(scene)
    given = taking(scene, AFTER, "foreign", "agency")
    for work in (
        lambda: bodies.take_over(given, source=source, by=by, now=NOW),
        lambda: bodies.rename(
            given.actor, names={"name_en": "X"}, on=AFTER, source=source, by=by, now=NOW
        ),
        lambda: bodies.undo(change, by=by, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            work()
    assert said(scene) == before


# --- Names --------------------------------------------------------------------------


def rename(scene: Scene, on: date, **names: str) -> BodyChange:
    by = scene.people["secretariat"]
    return bodies.rename(
        scene.actors["foreign"], names=names, on=on, source=scene.source, by=by, now=NOW
    )


def test_a_new_name_holds_from_its_day_and_can_be_taken_back(scene) -> None:
    before = said(scene)
    change = rename(scene, AFTER, name_en="External", name_fr="Extérieur")
    actor = Actor.objects.get(slug="small-foreign")
    assert str(actor.name_record(AFTER - DAY)) == "Foreign"
    assert str(actor.name_record(AFTER)) == "External"
    undo(scene, change)
    assert said(scene) == before


def test_a_name_without_a_word_or_the_same_again_is_refused(scene) -> None:
    with pytest.raises(ValidationError, match="Write the name in at least one language"):
        rename(scene, AFTER)
    with pytest.raises(ValidationError, match="This is the name that it has"):
        rename(scene, AFTER, name_en="Foreign")


def test_a_working_name_that_nobody_changed_stays_one(scene) -> None:
    names = ActorName.objects.filter(actor=scene.actors["foreign"])
    names.update(name_de="Auswärtiges", name_fr="Étranger", working_languages="de fr")
    rename(scene, AFTER, name_en="External", name_fr="Extérieur", name_de="Auswärtiges")
    assert names.get(valid_from=AFTER).working_languages == "de"


def test_a_report_that_is_published_keeps_its_names(scene) -> None:
    given = scene.round(state="closed")
    ReportingRound.objects.filter(pk=given.pk).update(published=1)
    with pytest.raises(ValidationError, match="Choose a later day"):
        rename(scene, WITHIN, name_en="External")
    assert rounds.lock(given).published == 1
