"""Every rule of writing, handing in, returning and accepting an entry."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Entry, Extension, Membership
from actions.refusals import Conflict, Refused
from actions.services import entries, passed, rounds
from tests.follow_up import (
    CLOSE,
    DEADLINE,
    LAST_MINUTE,
    MERGER,
    NEXT_DAY,
    NOW,
    SECRETARIAT,
    Scene,
    at,
    content,
    everything,
    trail,
    unchanged_by,
    who_may,
)

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


# --- Who writes -------------------------------------------------------------------

WRITERS = {
    # action: the members of institutions who may write its entry
    "1": {"writer", "colleague", "head"},
    "2": {"writer", "colleague", "head", "below"},
    "3": {"writer", "colleague", "head"},
    "4": {"writer", "colleague", "head"},
    "5": set(),
    "6": {"outsider"},
    "8": {"guarded", "guard"},
}


@pytest.mark.parametrize("label", sorted(WRITERS))
def test_an_entry_is_written_by_its_institution_and_by_the_secretariat_for_it(
    scene: Scene, now_open: Any, label: str
) -> None:
    entry = scene.entry(now_open, label)
    allowed = set()
    for name in scene.people:
        before = everything()
        try:
            stored = scene.save(entry, by=name, done=f"Written by {name}.")
        except PermissionDenied:
            assert everything() == before
        else:
            allowed.add(name)
            assert stored.written_by == scene.people[name]
            assert stored.on_behalf == (name in SECRETARIAT)
            version = stored.versions.last()
            assert version is not None
            assert version.on_behalf == stored.on_behalf
    assert allowed == WRITERS[label] | SECRETARIAT


@pytest.mark.parametrize("label", sorted(WRITERS))
def test_an_entry_is_handed_in_by_who_may_write_it_but_for_a_guarded_one(
    scene: Scene, now_open: Any, label: str
) -> None:
    entry = scene.entry(now_open, label)
    scene.save(entry, by="secretariat")
    allowed = set()
    for name in scene.people:
        before = everything()
        try:
            scene.submit(entry, by=name)
        except PermissionDenied:
            assert everything() == before
        else:
            allowed.add(name)
            last = entry.events.last()
            assert last is not None
            assert (last.kind, last.by) == ("submitted", scene.people[name])
            assert last.on_behalf == (name in SECRETARIAT)
            entries.withdraw(entry, by=scene.people[name], now=NOW)
    assert allowed == (WRITERS[label] | SECRETARIAT) - {"guarded"}


def test_where_only_coordinators_submit_a_contributor_neither_hands_in_nor_takes_back(
    scene: Scene, now_open: Any
) -> None:
    entry = scene.save(scene.entry(now_open, "8"), by="guarded")
    unchanged_by(PermissionDenied, lambda: scene.submit(entry, by="guarded"))
    scene.submit(entry, by="guard")
    unchanged_by(
        PermissionDenied,
        lambda: entries.withdraw(entry, by=scene.people["guarded"], now=NOW),
    )
    assert trail(entry) == [("submitted", 1, "guard")]


def test_a_successor_writes_from_the_day_of_the_merger_on(scene: Scene, now_open: Any) -> None:
    entry = scene.entry(now_open, "4")
    the_day_before = at(MERGER - timedelta(days=1), 23, 59)
    unchanged_by(PermissionDenied, lambda: scene.save(entry, now=the_day_before))
    assert scene.save(entry, now=at(MERGER, 0, 0)).version == 1


@pytest.mark.parametrize(
    ("start", "end", "allowed"),
    [
        (None, None, True),
        (NOW.date(), None, True),
        (NOW.date() + timedelta(days=1), None, False),
        (None, NOW.date(), True),
        (None, NOW.date() - timedelta(days=1), False),
    ],
)
def test_who_writes_for_another_actor_does_so_between_two_days(
    scene: Scene,
    now_open: Any,
    start: date | None,
    end: date | None,
    allowed: bool,  # noqa: FBT001
) -> None:
    entry = scene.entry(now_open, "3")
    type(entry.responsibility).objects.filter(pk=entry.responsibility_id).update(
        reports_through_from=start, reports_through_to=end
    )
    if allowed:
        assert scene.save(entry).version == 1
    else:
        unchanged_by(PermissionDenied, lambda: scene.save(entry))


def test_a_former_member_and_a_closed_account_write_nothing(scene: Scene, entry: Entry) -> None:
    scene.save(entry)
    scene.people["writer"].memberships.update(ended_at=NOW)
    unchanged_by(PermissionDenied, lambda: scene.save(entry, done="Once more."))
    colleague = scene.people["colleague"]
    colleague.is_active = False
    unchanged_by(PermissionDenied, lambda: scene.save(entry, by="colleague", done="Once more."))
    type(colleague).objects.filter(pk=colleague.pk).update(is_active=False)
    colleague.is_active = True  # as a session opened before has it
    unchanged_by(PermissionDenied, lambda: scene.save(entry, by="colleague", done="Once more."))


def test_a_former_member_takes_nothing_back_and_a_former_reviewer_decides_nothing(
    scene: Scene, entry: Entry
) -> None:
    scene.submit(entry)
    Membership.objects.filter(user__in=[scene.people[n] for n in ("writer", "second")]).update(
        ended_at=NOW
    )
    unchanged_by(
        PermissionDenied, lambda: entries.withdraw(entry, by=scene.people["writer"], now=NOW)
    )
    unchanged_by(PermissionDenied, lambda: scene.accept(entry))
    unchanged_by(PermissionDenied, lambda: scene.send_back(entry))


def test_who_is_member_of_two_actors_writes_for_both(scene: Scene, now_open: Any) -> None:
    Membership.objects.create(
        user=scene.people["below"], actor=scene.actors["foreign"], role="contributor",
        started_at=NOW,
    )  # fmt: skip
    for label in ("2", "6"):
        assert not scene.save(scene.entry(now_open, label), by="below").on_behalf


# --- When -------------------------------------------------------------------------


def test_nothing_is_written_or_decided_before_the_opening(scene: Scene) -> None:
    planned = scene.round(state="planned")
    entry = Entry.objects.create(
        round=planned, responsibility=scene.responsibility("1"), expected=True
    )
    people = scene.people
    for name in ("writer", "secretariat"):
        unchanged_by(Refused, lambda name=name: scene.save(entry, by=name))
        unchanged_by(Refused, lambda name=name: scene.submit(entry, by=name))
        unchanged_by(Refused, lambda name=name: entries.withdraw(entry, by=people[name], now=NOW))
    # Even what somebody handed in by hand.
    same = Entry.objects.filter(pk=entry.pk)
    same.update(state="draft", status="done", done="x", language="nl")
    same.update(state="submitted", submitted_by=people["writer"], submitted_at=NOW)
    unchanged_by(Refused, lambda: scene.accept(entry))
    unchanged_by(Refused, lambda: scene.send_back(entry))


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (at(DEADLINE - timedelta(days=1)), False),
        (at(DEADLINE, 23, 59), False),
        (at(DEADLINE + timedelta(days=1), 0, 0), True),
        (LAST_MINUTE, True),
    ],
)
def test_what_is_handed_in_after_the_day_of_the_deadline_is_late(
    scene: Scene,
    entry: Entry,
    moment: Any,
    late: bool,  # noqa: FBT001
) -> None:
    assert scene.submit(entry, now=moment).late == late


def test_members_write_until_midnight_in_brussels_of_the_day_of_the_close(
    scene: Scene, entry: Entry
) -> None:
    assert scene.save(entry, now=LAST_MINUTE).version == 1
    unchanged_by(Refused, lambda: scene.save(entry, now=NEXT_DAY, done="One minute later."))
    unchanged_by(Refused, lambda: scene.submit(entry, now=NEXT_DAY))
    assert scene.submit(entry, now=LAST_MINUTE).is_submitted
    unchanged_by(Refused, lambda: entries.withdraw(entry, by=scene.people["writer"], now=NEXT_DAY))


def test_the_close_holds_at_once_when_the_round_is_closed_early(
    scene: Scene, now_open: Any, entry: Entry
) -> None:
    rounds.close(now_open, by=scene.people["secretariat"], now=NOW)
    unchanged_by(Refused, lambda: scene.save(entry))
    unchanged_by(Refused, lambda: scene.submit(entry))


def test_an_extension_lets_its_actor_alone_write_until_its_last_minute(
    scene: Scene, now_open: Any
) -> None:
    until = CLOSE + timedelta(days=10)
    by = scene.people["secretariat"]
    rounds.extend(
        now_open, actor=scene.actors["ministry"], until=until, reason="Illness.", by=by, now=NOW
    )
    rounds.close(now_open, by=by, now=LAST_MINUTE)
    own, through, child, other = (scene.entry(now_open, label) for label in "1326")
    last, over = at(until, 23, 59), at(until + timedelta(days=1), 0, 0)
    # For itself, and for the one that it writes for; no other actor's entries.
    for each in (own, through):
        assert scene.submit(each, now=last).late
        unchanged_by(
            Refused,
            lambda each=each: entries.withdraw(each, by=scene.people["writer"], now=over),
        )
    unchanged_by(Refused, lambda: scene.save(child, now=last))
    unchanged_by(Refused, lambda: scene.save(other, by="outsider", now=last))


def test_an_extension_of_who_wrote_for_an_actor_once_helps_it_no_more(
    scene: Scene, now_open: Any
) -> None:
    entry = scene.entry(now_open, "3")
    type(entry.responsibility).objects.filter(pk=entry.responsibility_id).update(
        reports_through_to=NOW.date()
    )
    Membership.objects.create(
        user=scene.people["writer"], actor=scene.actors["agency"], role="contributor",
        started_at=NOW,
    )  # fmt: skip
    Extension.objects.create(
        round=now_open, actor=scene.actors["ministry"], until=CLOSE + timedelta(days=9), reason="x"
    )
    unchanged_by(Refused, lambda: scene.save(entry, now=NEXT_DAY))


def test_the_secretariat_writes_for_an_actor_after_the_close_and_it_is_marked(
    scene: Scene, now_open: Any, entry: Entry
) -> None:
    rounds.close(now_open, by=scene.people["secretariat"], now=NOW)
    stored = scene.submit(entry, by="secretariat", now=NEXT_DAY)
    assert (stored.state, stored.late, stored.on_behalf) == ("submitted", True, True)
    assert [e.on_behalf for e in entry.events.all()] == [True]


def test_a_mark_on_behalf_goes_with_who_wrote_last(scene: Scene, entry: Entry) -> None:
    assert scene.save(entry, by="secretariat").on_behalf
    assert not scene.save(entry, by="writer", done="Our own words.").on_behalf
    marks = entry.versions.order_by("number").values_list("on_behalf", flat=True)
    assert list(marks) == [True, False]


def test_in_a_reopened_round_members_write_until_the_new_close(
    scene: Scene, now_open: Any, entry: Entry
) -> None:
    by, later = scene.people["secretariat"], CLOSE + timedelta(days=20)
    rounds.close(now_open, by=by, now=NEXT_DAY)
    rounds.reopen(now_open, by=by, reason="Two actors were ill.", closes_on=later, now=NEXT_DAY)
    assert scene.save(entry, now=at(later, 23, 59)).version == 1
    over = at(later + timedelta(days=1), 0, 0)
    unchanged_by(Refused, lambda: scene.save(entry, now=over, done="Too late."))


def test_review_goes_on_after_the_close(scene: Scene, now_open: Any) -> None:
    first, second = scene.entry(now_open, "1"), scene.entry(now_open, "2")
    scene.submit(first)
    scene.submit(second)
    rounds.close(now_open, by=scene.people["secretariat"], now=NEXT_DAY)
    assert scene.accept(first, now=NEXT_DAY).is_accepted
    assert scene.send_back(second, now=NEXT_DAY).is_returned


def returned_after_the_close(scene: Scene, now_open: Any, **more: Any) -> Entry:
    """Return an entry that was handed in late and came back on the day after the close."""
    entry = scene.submit(scene.entry(now_open, "2"), by="below", now=LAST_MINUTE)
    rounds.close(now_open, by=scene.people["secretariat"], now=NEXT_DAY)
    return entries.send_back(
        entry, by=scene.people["second"], version=1, comment="More.", now=NEXT_DAY, **more
    )


def test_what_comes_back_after_the_close_is_written_for_ten_working_days(
    scene: Scene, now_open: Any
) -> None:
    entry = returned_after_the_close(scene, now_open)
    last = date(2026, 3, 30)
    assert entry.write_until == last
    event = entry.events.latest("pk")
    assert (event.kind, event.until) == ("returned", last)
    over = at(last + timedelta(days=1), 0, 0)
    unchanged_by(Refused, lambda: scene.save(entry, now=over, done="Too late."))
    assert scene.submit(entry, by="below", now=at(last, 23, 59), done="Better.").is_submitted


def test_a_reviewer_sets_another_last_day_neither_past_nor_before_the_close(
    scene: Scene, now_open: Any
) -> None:
    entry = scene.submit(scene.entry(now_open))

    def give_back(until: date) -> Entry:
        return entries.send_back(
            entry, by=scene.people["second"], version=1, comment="More.", until=until, now=NOW
        )

    for wrong in (NOW.date() - timedelta(days=1), CLOSE - timedelta(days=1), date.max):
        error = unchanged_by(ValidationError, lambda wrong=wrong: give_back(wrong))
        assert set(error.message_dict) == {"until"}
    assert give_back(CLOSE).write_until == CLOSE


def test_after_the_close_a_returned_entry_is_taken_back_while_it_can_be_submitted_again(
    scene: Scene, now_open: Any
) -> None:
    entry = returned_after_the_close(scene, now_open)
    other = scene.entry(now_open, "1")
    Entry.objects.filter(pk=other.pk).update(state="draft", status="done", done="x", language="nl")
    Entry.objects.filter(pk=other.pk).update(
        state="submitted", submitted_by=scene.people["writer"], submitted_at=NOW
    )
    by, last = scene.people["below"], at(date(2026, 3, 30))
    scene.submit(entry, by="below", now=last, done="Better.")
    assert entries.withdraw(entry, by=by, now=last).state == "draft"
    scene.submit(entry, by="below", now=last, done="Better still.")
    over = last + timedelta(days=1)
    unchanged_by(Refused, lambda: entries.withdraw(entry, by=by, now=over))
    unchanged_by(Refused, lambda: entries.withdraw(other, by=scene.people["writer"], now=last))


def test_what_came_back_once_keeps_its_mark_however_often_it_is_taken_back(
    scene: Scene, entry: Entry, now_open: Any
) -> None:
    scene.submit(entry)
    scene.send_back(entry, now=LAST_MINUTE)
    scene.submit(entry, now=LAST_MINUTE, done="Better.")
    entries.withdraw(entry, by=scene.people["writer"], now=LAST_MINUTE)
    assert not scene.submit(entry, now=LAST_MINUTE, done="Better still.").late


# --- When the last day has passed ---------------------------------------------------


def test_a_draft_whose_day_has_passed_is_taken_as_submitted_on_the_actors_behalf(
    scene: Scene, now_open: Any, entry: Entry
) -> None:
    scene.save(entry)
    by = scene.people["secretariat"]
    unchanged_by(Refused, lambda: passed.take(entry, by=by, version=1, now=LAST_MINUTE))
    assert passed.waiting(now_open, on=LAST_MINUTE.date()) == []
    assert passed.waiting(now_open, on=NEXT_DAY.date()) == [entry]
    unchanged_by(Conflict, lambda: passed.take(entry, by=by, version=0, now=NEXT_DAY))
    stored = passed.take(entry, by=by, version=1, now=NEXT_DAY)
    assert (stored.state, stored.on_behalf, stored.late) == ("submitted", True, True)
    assert passed.take(entry, by=by, version=1, now=NEXT_DAY).is_submitted
    assert [(e.kind, e.on_behalf) for e in entry.events.all()] == [("submitted", True)]
    # Whoever took it does not decide on it.
    unchanged_by(PermissionDenied, lambda: scene.accept(entry, by="secretariat", now=NEXT_DAY))
    assert scene.accept(entry, now=NEXT_DAY).is_accepted


def test_a_draft_that_is_not_complete_is_not_taken(scene: Scene, entry: Entry) -> None:
    scene.save(entry, status="")
    by = scene.people["secretariat"]
    error = unchanged_by(
        ValidationError, lambda: passed.take(entry, by=by, version=1, now=NEXT_DAY)
    )
    assert set(error.message_dict) == {"status"}


def test_a_draft_that_is_left_out_is_shown_no_more_until_it_is_written_again(
    scene: Scene, now_open: Any, entry: Entry
) -> None:
    scene.save(entry)
    by = scene.people["secretariat"]
    for _twice in range(2):
        assert passed.leave_out(entry, by=by, version=1, now=NEXT_DAY).left_out
    assert trail(entry) == [("left_out", 1, "secretariat")]
    assert passed.waiting(now_open, on=NEXT_DAY.date()) == []
    assert not scene.save(entry, by="secretariat", now=NEXT_DAY, done="All the same.").left_out
    assert passed.waiting(now_open, on=NEXT_DAY.date()) == [entry]


def test_only_the_secretariat_takes_or_leaves_out(scene: Scene, entry: Entry) -> None:
    scene.save(entry)
    for act in (passed.take, passed.leave_out):
        found = who_may(
            scene,
            lambda name, act=act: act(entry, by=scene.people[name], version=1, now=NEXT_DAY),
        )
        assert found == SECRETARIAT


# --- From state to state ----------------------------------------------------------


def test_a_year_of_an_entry_leaves_versions_and_a_thread(scene: Scene, entry: Entry) -> None:
    scene.save(entry)
    scene.submit(entry)
    entries.withdraw(entry, by=scene.people["colleague"], now=NOW)
    scene.submit(entry, done="We wrote the bill.")
    scene.send_back(entry, by="reviewer", comment="Which bill?")
    scene.submit(entry, by="colleague", done="We wrote the bill on vigilance.")
    stored = scene.accept(entry)
    assert (stored.state, stored.version, stored.late) == ("accepted", 3, False)
    assert trail(entry) == [
        ("submitted", 1, "writer"),
        ("withdrawn", 1, "colleague"),
        ("submitted", 2, "writer"),
        ("returned", 2, "reviewer"),
        ("submitted", 3, "colleague"),
        ("accepted", 3, "second"),
    ]
    rows = entry.versions.order_by("number").values_list("number", "author__email", "content")
    assert [(n, a.split("@")[0], c["done"]) for n, a, c in rows] == [
        (1, "writer", "We schreven het ontwerp."),
        (2, "writer", "We wrote the bill."),
        (3, "colleague", "We wrote the bill on vigilance."),
    ]
    version = entry.versions.last()
    assert version is not None
    assert version.content == content(done="We wrote the bill on vigilance.")


def test_what_is_submitted_or_accepted_takes_no_text(scene: Scene, entry: Entry) -> None:
    scene.submit(entry)
    for name in ("writer", "secretariat"):
        unchanged_by(Refused, lambda name=name: scene.save(entry, by=name, done="More."))
        unchanged_by(Refused, lambda name=name: scene.submit(entry, by=name, done="More."))
    scene.accept(entry)
    for name in ("writer", "secretariat"):
        unchanged_by(Refused, lambda name=name: scene.save(entry, by=name, done="More."))
        unchanged_by(Refused, lambda name=name: scene.submit(entry, by=name, done="More."))
        unchanged_by(
            Refused, lambda name=name: entries.withdraw(entry, by=scene.people[name], now=NOW)
        )


@pytest.mark.parametrize("state", ["empty", "draft", "returned"])
def test_what_was_not_handed_in_is_neither_accepted_nor_returned_nor_taken_back(
    scene: Scene, entry: Entry, state: str
) -> None:
    if state != "empty":
        scene.save(entry)
    if state == "returned":
        scene.submit(entry)
        scene.send_back(entry, by="reviewer")
    unchanged_by(Refused, lambda: scene.accept(entry))
    unchanged_by(Refused, lambda: scene.send_back(entry))
    unchanged_by(Refused, lambda: entries.withdraw(entry, by=scene.people["writer"], now=NOW))


def test_only_what_was_carried_over_is_reopened_by_its_institution(
    scene: Scene, entry: Entry
) -> None:
    def reopen() -> Entry:
        return entries.reopen(entry, by=scene.people["writer"], reason="It goes on.", now=NOW)

    unchanged_by(Refused, reopen)
    scene.submit(entry, status="done")
    unchanged_by(Refused, reopen)
    scene.accept(entry)
    unchanged_by(Refused, reopen)


def test_an_entry_handed_in_in_time_and_returned_stays_in_time(scene: Scene, entry: Entry) -> None:
    scene.submit(entry)
    scene.send_back(entry)
    after = at(DEADLINE + timedelta(days=5))
    assert not scene.submit(entry, now=after, done="Better.").late
    scene.send_back(entry, now=after)
    assert not scene.submit(entry, now=after, done="Better still.").late


def test_a_late_entry_that_is_returned_stays_late(scene: Scene, entry: Entry) -> None:
    after = at(DEADLINE + timedelta(days=5))
    assert scene.submit(entry, now=after).late
    scene.send_back(entry, now=after)
    assert scene.submit(entry, now=after, done="Better.").late
    assert scene.accept(entry, now=after).late


def test_who_takes_an_entry_back_and_hands_it_in_after_the_deadline_is_late(
    scene: Scene, entry: Entry
) -> None:
    scene.submit(entry)
    after = at(DEADLINE + timedelta(days=5))
    entries.withdraw(entry, by=scene.people["writer"], now=after)
    assert scene.submit(entry, now=after, done="Better.").late


# --- Who decides ------------------------------------------------------------------

DECIDERS = {
    "1": {"reviewer", "second", "secretariat", "chair"},
    "2": {"reviewer", "second", "secretariat", "chair"},
    "3": {"reviewer", "second", "secretariat", "chair"},
    "4": {"reviewer", "second", "secretariat", "chair"},
    # The secretariat's own institution: the co-chair's people.
    "5": {"reviewer", "second", "both"},
    # The co-chair's own: the secretariat.
    "6": {"secretariat", "chair"},
}


@pytest.mark.parametrize("label", sorted(DECIDERS))
def test_reviewers_decide_on_other_institutions_alone(
    scene: Scene, now_open: Any, label: str
) -> None:
    entry = scene.entry(now_open, label)
    # Written by somebody who then leaves, so that nobody below is its author.
    Membership.objects.create(
        user=scene.people["nobody"], actor=entry.actor, role="coordinator", started_at=NOW
    )
    scene.submit(entry, by="nobody")
    scene.people["nobody"].memberships.update(ended_at=NOW)
    assert who_may(scene, lambda name: scene.accept(entry, by=name)) == DECIDERS[label]
    assert who_may(scene, lambda name: scene.send_back(entry, by=name)) == DECIDERS[label]


def test_an_accepted_entry_is_returned_by_the_secretariat_alone(scene: Scene, entry: Entry) -> None:
    scene.submit(entry)
    scene.accept(entry)
    assert who_may(scene, lambda name: scene.send_back(entry, by=name)) == SECRETARIAT
    returned = scene.send_back(entry, by="chair", comment="The law was repealed.")
    assert (returned.state, returned.decided_by) == ("returned", scene.people["chair"])


@pytest.mark.parametrize("act", ["accept", "send_back"])
def test_nobody_decides_on_what_they_wrote_in_any_version(
    scene: Scene, entry: Entry, act: str
) -> None:
    scene.save(entry, by="secretariat", done="The first words.")
    scene.submit(entry, by="writer", done="Other words.")
    unchanged_by(PermissionDenied, lambda: getattr(scene, act)(entry, by="secretariat"))
    assert getattr(scene, act)(entry, by="chair").decided_by == scene.people["chair"]


@pytest.mark.parametrize("act", ["accept", "send_back"])
def test_nobody_decides_on_what_they_handed_in_for_others(
    scene: Scene, entry: Entry, act: str
) -> None:
    scene.save(entry, by="writer")
    scene.submit(entry, by="secretariat")
    assert entry.versions.count() == 1
    unchanged_by(PermissionDenied, lambda: getattr(scene, act)(entry, by="secretariat"))
    assert getattr(scene, act)(entry, by="chair").decided_by == scene.people["chair"]


def test_nobody_decides_for_an_institution_that_theirs_took_over_or_writes_for(
    scene: Scene, now_open: Any
) -> None:
    for label in ("3", "4"):
        entry = scene.entry(now_open, label)
        scene.submit(entry)
        unchanged_by(PermissionDenied, lambda entry=entry: scene.accept(entry, by="both"))


def test_a_decision_tells_who_decided_and_for_which_institution(scene: Scene, entry: Entry) -> None:
    scene.submit(entry)
    scene.send_back(entry, by="reviewer", comment="Say more.")
    scene.submit(entry, done="More.")
    scene.accept(entry, by="chair")
    rows = [
        (event.kind, event.institution and event.institution.slug, event.comment)
        for event in entry.events.order_by("pk")
    ]
    assert rows == [
        ("submitted", "small-ministry", ""),
        ("returned", "small-foreign", "Say more."),
        ("submitted", "small-ministry", ""),
        ("accepted", "small-office", ""),
    ]


def test_a_return_needs_a_comment_on_the_whole_or_on_a_field(scene: Scene, entry: Entry) -> None:
    stored = scene.submit(entry)

    def send_back(**given: Any) -> Entry:
        return entries.send_back(stored, by=scene.people["second"], version=1, now=NOW, **given)

    for given in ({}, {"comment": " \n "}, {"comments": {"done": "  "}}):
        error = unchanged_by(ValidationError, lambda given=given: send_back(**given))
        assert list(error.message_dict) == ["comment"]
    error = unchanged_by(ValidationError, lambda: send_back(comments={"done": "a\x00b"}))
    assert list(error.message_dict) == ["comment_done"]
    error = unchanged_by(ValidationError, lambda: send_back(comment="x" * 1_000_000))
    assert list(error.message_dict) == ["comment"]
    unchanged_by(ValueError, lambda: send_back(comments={"state": "accepted"}))
    send_back(comments={"done": "Which bill?", "sme": ""})
    event = entry.events.last()
    assert event is not None
    assert (event.comment, event.comments) == ("", {"done": "Which bill?"})


def test_a_decision_is_on_the_version_that_was_seen(scene: Scene, entry: Entry) -> None:
    scene.submit(entry)
    entries.withdraw(entry, by=scene.people["writer"], now=NOW)
    scene.submit(entry, done="Other words.")
    by = scene.people["second"]
    for version in (0, 1, 3, -1, 10**30):
        error = unchanged_by(
            Conflict,
            lambda version=version: entries.accept(entry, by=by, version=version, now=NOW),
        )
        assert error.stored.done == "Other words."
        unchanged_by(
            Conflict,
            lambda version=version: entries.send_back(
                entry, by=by, version=version, comment="x", now=NOW
            ),
        )


def test_the_same_decision_twice_is_one(scene: Scene, entry: Entry) -> None:
    scene.submit(entry)
    scene.send_back(entry)
    before = everything()
    scene.send_back(entry)
    assert everything() == before
    scene.submit(entry, done="More.")
    scene.accept(entry)
    before = everything()
    scene.accept(entry)
    assert everything() == before


def test_many_are_accepted_at_once_and_each_refusal_is_told(scene: Scene, now_open: Any) -> None:
    good, own, stale, draft = (scene.entry(now_open, label) for label in "1629")
    scene.submit(good)
    scene.submit(own, by="outsider")
    scene.submit(stale)
    scene.save(draft)
    done, refused = entries.accept_many(
        [(good, 1), (own, 1), (stale, 0), (draft, 1)], by=scene.people["second"], now=NOW
    )
    assert done == [good]
    assert refused == [
        (own, "You may not decide on this entry."),
        (stale, "The entry was changed after you opened it."),
        (draft, "This cannot be done any more: the state of the entry has changed meanwhile."),
    ]
    states = [scene.entry(now_open, label).state for label in "1629"]
    assert states == ["accepted", "submitted", "submitted", "draft"]
