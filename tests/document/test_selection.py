"""What is chosen from a snapshot, whatever the language and the format."""

import dataclasses
import hashlib
import json

from document import selection
from document.snapshot import Entry, PastStatus, Term, Text, from_json, to_json
from tests.reports.specimen import every, specimen
from tests.reports.tokens import replaced


def test_sub_actions_are_counted_beside_the_numbered_ones() -> None:
    snapshot = specimen(3)
    assert sum(n for _code, n in selection.status_counts(snapshot.actions)) == 3
    assert len(snapshot.actions) == 4


def test_levels_count_the_entries_that_are_expected() -> None:
    snapshot = specimen(24)
    expected = sum(entry.expected for action in snapshot.actions for entry in action.entries)
    counts = selection.level_counts(snapshot)
    assert sum(n for _level, found in counts for _code, n in found) == expected
    silent = sum(n for _level, found in counts for code, n in found if code == "not_reported")
    listed = selection.silent_actors(snapshot)
    assert silent == sum(len(actions) for _actor, actions in listed)


def test_levels_stand_in_their_own_order_after_the_data_were_stored() -> None:
    levels = [term.code for term in specimen(24).levels]
    kept = [term for term in specimen(24).levels if term.code != "partner"]
    snapshot = dataclasses.replace(specimen(24), levels=(*kept, Term("partner", every("P"))))
    stored = from_json(json.dumps(json.loads(to_json(snapshot)), sort_keys=True))
    found = [level for level, _counts in selection.level_counts(stored)]
    assert found == [level for level in levels if level in found]
    assert found != sorted(found)


def test_actions_without_a_known_section_come_last() -> None:
    snapshot = replaced(specimen(3), 0, section="99")
    sections = selection.by_section(snapshot)
    assert sections[-1][0] is None
    assert [action.label for action in sections[-1][1]] == ["1"]
    assert sum(len(actions) for _section, actions in sections) == len(snapshot.actions)


def test_changes_come_in_groups_and_empty_groups_are_left_out() -> None:
    flags = dict.fromkeys(("overdue", "completed", "amended", "slipped"), False)
    snapshot = specimen(3)
    for number in range(len(snapshot.actions)):
        snapshot = replaced(snapshot, number, **flags, movement="same", unmoved=0)
    assert selection.changes(snapshot) == []
    snapshot = replaced(snapshot, 0, movement="moved_up", overdue=True)
    snapshot = replaced(snapshot, 1, unmoved=2, movement="less_information")
    snapshot = replaced(snapshot, 2, unmoved=1, amended=True)
    found = [(key, [a.label for a in actions]) for key, actions in selection.changes(snapshot)]
    assert found == [
        ("moved_up", ["1"]), ("less_information", ["2"]), ("unmoved", ["2"]), ("overdue", ["1"]),
        ("amended", ["3"]),
    ]  # fmt: skip


def test_every_movement_is_in_a_group_or_says_that_nothing_changed() -> None:
    assert set(selection.MOVES) - set(selection.CHANGES) == {"same"}


def test_work_that_was_taken_up_again_is_listed_though_nobody_reported() -> None:
    silent = Entry("actor-1", "lead", expected=True, reopened=Text("fr", "Encore à faire."))
    snapshot = replaced(specimen(3), 0, entries=(silent,))
    action = snapshot.actions[0]
    assert dict(selection.changes(snapshot))["reopened"] == [action]
    assert selection.said(action) == [silent]
    assert selection.silent(action) == [silent]


def test_a_year_shows_the_status_of_its_newest_edition_with_the_nature_of_that_year() -> None:
    history = (
        PastStatus(2023, 1, "in_progress", "continuous"), PastStatus(2024, 2, "partly_done"),
        PastStatus(2024, 1, "not_started"), PastStatus(2025, 1, "done"),
    )  # fmt: skip
    snapshot = replaced(specimen(3), 0, history=history, nature="one_off")
    action = snapshot.actions[0]
    assert selection.years(snapshot) == [2023, 2024, 2025]
    assert selection.code_in(action, 2023, snapshot) == "continuous"
    assert selection.code_in(action, 2024, snapshot) == "partly_done"
    assert selection.code_in(snapshot.actions[1], 2023, snapshot) == ""
    assert selection.code_in(snapshot.actions[1], 2025, snapshot) == snapshot.actions[1].code
    assert selection.before(action, snapshot) == "partly_done"


def test_who_volunteers_and_writes_nothing_stands_among_the_responsibilities_alone() -> None:
    silent = Entry("actor-1", "partner", expected=False)
    snapshot = replaced(specimen(3), 0, entries=(silent,))
    action = snapshot.actions[0]
    assert selection.shown(action) == []
    first = selection.responsibilities(snapshot)[0]
    assert first == selection.Responsibility(action, silent, "")
    assert "actor-1" not in {actor.slug for actor, _actions in selection.silent_actors(snapshot)}


def test_a_record_counts_what_was_expected_of_an_actor_and_its_own_unfinished_part() -> None:
    snapshot = specimen(3)
    mine = Entry("actor-1", "lead", expected=True, status="done", late=True)
    open_ = Entry("actor-1", "lead", expected=True, status="in_progress")
    snapshot = replaced(snapshot, 0, overdue=True, nature="one_off", entries=(mine,))
    snapshot = replaced(snapshot, 1, overdue=True, nature="one_off", entries=(open_,))
    silent = Entry("actor-1", "lead", expected=True)
    voluntary = Entry("actor-1", "partner", expected=False, status="done")
    snapshot = replaced(snapshot, 2, overdue=False, entries=(silent,))
    snapshot = replaced(snapshot, 3, entries=(voluntary,))
    (found,) = [one for one in selection.records(snapshot) if one.actor.slug == "actor-1"]
    counts = (found.expected, found.received, found.late, found.done, found.overdue)
    assert counts == (3, 2, 1, 1, 1)
    assert [action.label for action in found.actions] == ["1", "2", "3"]


def test_due_is_what_ends_in_a_year_and_is_not_finished() -> None:
    snapshot = specimen(3)
    for number, (status, end) in enumerate(
        [("done", "2026-06-30"), ("in_progress", "2026-06-30"), ("in_progress", "2027-01-01")]
    ):
        snapshot = replaced(snapshot, number, status=status, period_end=end)
    snapshot = replaced(snapshot, 3, period_end="")
    assert [action.label for action in selection.due(snapshot, 2026)] == ["2"]


def test_the_checksum_is_that_of_the_canonical_json() -> None:
    snapshot = specimen(3)
    assert selection.checksum(snapshot) == hashlib.sha256(to_json(snapshot).encode()).hexdigest()
