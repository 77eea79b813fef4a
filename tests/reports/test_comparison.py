"""What became of actions and figures between editions: like with like, said once and truly."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from actions.enums import Nature, Status
from actions.rules import movement as rule
from actions.rules.movement import Movement, Step, together
from document.snapshot import (
    Action,
    Amended,
    Amendment,
    Compared,
    Entry,
    Past,
    PastStatus,
    Share,
    Snapshot,
    Succession,
    Withdrawn,
)
from reports import comparison
from reports.comparison import Line
from tests.reports.specimen import action, every, overridden, specimen
from tests.reports.tokens import replaced


def said(*statuses: str, label: str = "1", nature: str = "one_off", **facts: Any) -> Action:
    """Return an action of which actor-1, actor-2 … say these statuses; "" is silence."""
    entries = tuple(
        Entry(f"actor-{n}", "responsible", expected=True, status=status)
        for n, status in enumerate(statuses, start=1)
    )
    return of(entries, label=label, nature=nature, **facts)


def of(entries: tuple[Entry, ...], *, nature: str = "one_off", **facts: Any) -> Action:
    """Return an action with some entries, and the status that they amount to."""
    found = [Status(e.status) if e.status else None for e in entries if e.expected]
    derived = str(together(found, Nature(nature or Nature.ONE_OFF)))
    fields: dict[str, Any] = {
        "action_id": facts.get("label", "1"), "nature": nature, "status": derived,
        "derived": derived, "expected": len(found), "reported": sum(s is not None for s in found),
        "history": (), "movement": "", "causes": (), "common_before": "", "common_now": "",
        "completed": False, "amended": False, "slipped": False, "unmoved": 0, "overdue": False,
        "titles": every("Title"), "official": ("en", "fr"),
    }  # fmt: skip
    return action(1, entries, **(fields | facts))


def by(*actors: str, status: str = "in_progress", **facts: Any) -> Action:
    """Return an action on which some actors say the same."""
    return of(tuple(Entry(a, "lead", expected=True, status=status) for a in actors), **facts)


def edition(*actions: Action, year: int = 2025, number: int = 1, **facts: Any) -> Snapshot:
    """Return an edition with some actions, which says nothing of those before it."""
    fields: dict[str, Any] = {
        "year": year, "edition": number, "reference_date": f"{year}-12-31", "compared": None,
        "past": (), "withdrawn": (), "successions": (), "amendments": (),
    }  # fmt: skip
    return specimen(0, actions=actions, **(fields | facts))


def told(now: Action, *past: Action | None, **facts: Any) -> Action:
    """Return what an edition of 2025 tells of action 1, which each year before had so, or not."""
    editions = [
        edition(*([one] if one else []), year=year)
        for year, one in zip(itertools.count(2024, -1), past, strict=False)
    ]
    return comparison.told(edition(now, **facts), editions).actions[0]


# --- A line ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "found", "flags"),
    [
        (said("not_started"), said("in_progress"), "moved_up", ""),
        (said("partly_done"), said("in_progress"), "moved_back", ""),
        (said("done"), said("in_progress"), "moved_back", ""),
        (said("in_progress"), said("done"), "moved_up", "completed"),
        (said("done"), said("done"), "same", ""),
        (said("in_progress"), said("in_progress"), "same", ""),
        (
            said("partly_done", nature="continuous"),
            said("in_progress", nature="continuous"),
            "moved_up",
            "completed",
        ),
        (said("in_progress"), said("in_progress", titles=every("Other")), "same", "amended"),
        (said("not_started"), said("done", titles=every("Other")), "moved_up", "completed amended"),
        (said(""), said("done"), "more_information", "completed"),
        (said("in_progress"), said(""), "less_information", ""),
        (said("in_progress"), said("discontinued"), "suspended", ""),
        (said("discontinued"), said("in_progress"), "moved_up", ""),
        (said("not_applicable"), said("not_applicable"), "same", ""),
        (said("done"), said("not_applicable"), "reassessed", ""),
        (said("done", nature="continuous"), said("done"), "reassessed", "amended"),
        (None, said("done"), "new", ""),
        (said("done"), None, "withdrawn", ""),
    ],
)
def test_a_line_says_what_became_of_an_action(
    before: Action | None, now: Action | None, found: str, flags: str
) -> None:
    line = comparison.line(before, now, ())
    assert (line.movement, line.before, line.now) == (found, before, now)
    shown = {"completed": line.step.completed, "amended": line.is_amended}
    assert [flag for flag, holds in shown.items() if holds] == flags.split()


def test_a_line_shows_the_later_action_and_each_status_by_the_nature_of_its_year() -> None:
    before = said("in_progress", nature="continuous", label="5", action_id="1")
    now = said("in_progress", label="6", action_id="1")
    line = comparison.line(before, now, ())
    assert (line.label, line.code_before, line.code_now) == ("6", "continuous", "in_progress")
    gone, new = comparison.line(before, None, ()), comparison.line(None, now, ())
    assert (gone.label, gone.code_before, gone.code_now) == ("5", "continuous", "")
    assert (new.label, new.code_before, new.code_now) == ("6", "", "in_progress")


def test_who_was_not_asked_and_an_unknown_nature_move_nothing() -> None:
    def with_volunteer(status: str) -> Action:
        voluntary = Entry("actor-2", "partner", expected=False, status=status)
        mine = Entry("actor-1", "lead", expected=True, status="in_progress")
        return of((mine, voluntary), nature="")

    line = comparison.line(with_volunteer("not_started"), with_volunteer("done"), ())
    assert (line.movement, line.is_amended, line.step.unmoved) == (Movement.SAME, False, True)


def test_a_status_that_the_secretariat_set_is_a_cause_and_no_movement() -> None:
    given = overridden(specimen(3))
    now = said("in_progress", override=given, status=given.status)
    line = comparison.line(said("in_progress"), now, ())
    assert (line.movement, line.step.causes) == (Movement.REASSESSED, ("override",))
    assert (line.code_before, line.code_now) == ("in_progress", "partly_done")


def test_every_action_of_either_edition_has_one_line_in_the_order_of_the_plan() -> None:
    before = edition(*(said("done", label=label) for label in ("1", "2", "4")), year=2024)
    now = edition(*(said("done", label=label) for label in ("2", "3", "4")))
    lines = comparison.compare(before, now)
    assert [(line.label, line.movement) for line in lines] == [
        ("2", "same"), ("3", "new"), ("4", "same"), ("1", "withdrawn"),
    ]  # fmt: skip
    found = dict(comparison.grouped(lines))
    assert list(found) == ["new", "withdrawn", "same"]
    assert sum(len(listed) for listed in found.values()) == 4


def test_everything_that_can_become_of_an_action_has_a_group() -> None:
    assert sorted(comparison.GROUPS) == sorted(Movement)
    lines = [Line(Step(movement), None, None) for movement in Movement]
    assert [key for key, _lines in comparison.grouped(lines)] == list(comparison.GROUPS)


def test_an_action_that_changed_its_number_and_section_is_one_line() -> None:
    moved = said("done", label="18", action_id="5", section="3")
    # Another action has the number now.
    other = said("in_progress", label="5", action_id="9", section="1")
    before = edition(said("in_progress", label="5", section="1"), year=2024)
    lines = comparison.compare(before, edition(other, moved))
    assert [(line.label, line.movement, line.is_amended) for line in lines] == [
        ("5", "new", False), ("18", "moved_up", False),
    ]  # fmt: skip
    again = comparison.told(edition(other, moved), [before])
    assert [(one.label, one.movement, len(one.history)) for one in again.actions] == [
        ("5", "new", 0), ("18", "moved_up", 1),
    ]  # fmt: skip
    assert again.withdrawn == ()


def test_a_successor_stands_for_its_predecessor_from_the_day_on_which_it_took_over() -> None:
    before = edition(by("actor-1"), year=2024)
    now = by("actor-2", status="done")
    for day, expected in (("2025-12-31", "moved_up"), ("2026-01-01", "reassessed")):
        took_over = (Succession("actor-1", "actor-2", day),)
        (line,) = comparison.compare(before, edition(now, successions=took_over))
        assert line.movement == expected
        assert line.is_amended == (expected == "reassessed")


# --- Amended ----------------------------------------------------------------------------


def reworded(**texts: str) -> dict[str, str]:
    return every("Title") | texts


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, False),
        # The wording, where both editions have an official one.
        ({"titles": reworded(en="Other")}, True),
        ({"titles": reworded(fr="Autre")}, True),
        ({"titles": reworded(nl="Anders", de="Anders")}, False),
        ({"titles": reworded(nl="Anders"), "official": ("en", "fr", "nl")}, False),
        ({"titles": reworded(fr="Autre"), "official": ("en",)}, False),
        ({"titles": reworded(en="Other"), "official": ("en",)}, True),
        # The period and the nature.
        ({"period_text": "2024-2027"}, True),
        ({"period_end": "2027-12-31"}, True),
        ({"period": every("from 2024 to 2026")}, False),
        ({"nature": "continuous"}, True),
        # Where it stands, and what it is called there.
        ({"label": "2", "section": "4", "parent": "3"}, False),
        ({"goals": ("5",), "themes": ()}, False),
    ],
)
def test_amended_is_what_the_plan_itself_says_otherwise(
    facts: dict[str, Any], *, expected: bool
) -> None:
    before, now = said("in_progress"), said("in_progress", **facts)
    assert comparison.is_amended(before, now, (), ()) is expected
    assert comparison.is_amended(now, before, (), ()) is expected


def test_an_actor_more_or_less_amends_an_action_and_a_takeover_does_not() -> None:
    def took_over(*pairs: str) -> list[rule.Succession]:
        rows = tuple(Succession(pair[0], pair[1], "2025-07-01") for pair in pairs)
        return comparison.successions(edition(successions=rows))

    merger, split = took_over("ac", "bc"), took_over("ca", "cb")
    assert comparison.is_amended(by("a"), by("a", "b"), (), ())
    assert comparison.is_amended(by("a", "b"), by("a"), (), ())
    assert comparison.is_amended(by("a", "b"), by("c"), (), ())
    assert not comparison.is_amended(by("a", "b"), by("c"), merger, ())
    assert not comparison.is_amended(by("c"), by("a", "b"), split, ())
    # Beside the takeover, somebody joined.
    assert comparison.is_amended(by("a", "b"), by("c", "d"), merger, ())
    assert comparison.is_amended(by("a", "b", "d"), by("c"), merger, ())
    # Whether they reported makes no difference.
    assert not comparison.is_amended(by("a", "b"), by("c", status=""), merger, ())


def test_who_was_never_asked_amends_nothing() -> None:
    voluntary = Entry("actor-9", "partner", expected=False, status="done")
    before = said("in_progress")
    assert not comparison.is_amended(
        before, replace(before, entries=(*before.entries, voluntary)), (), ()
    )


def decided(on: str, act: str = "change", **texts: Any) -> Amendment:
    return Amendment(on=on, actions=(Amended(act, "1", "1", every("Title"), **texts),))


OFFICIAL = {"titles": reworded(nl="Anders"), "official": ("en", "fr", "nl")}
PROMISED: dict[str, Any] = {"text_before": {"nl": "Oud"}, "text_after": {"nl": "Nieuw"}}


@pytest.mark.parametrize(
    ("amendment", "facts", "expected"),
    [
        # An official title where there was a working translation, by a decision of the year.
        (decided("2025-07-01"), OFFICIAL, True),
        (decided("2025-12-31"), OFFICIAL, True),
        (decided("2024-12-31"), OFFICIAL, False),
        (decided("2026-01-01"), OFFICIAL, False),
        (decided("2025-07-01", "add"), OFFICIAL, False),
        # The plan's own text, under the same title.
        (decided("2025-07-01", **PROMISED), {}, True),
        # A number or a section is no wording.
        (decided("2025-07-01"), {"section": "4"}, False),
    ],
)
def test_what_an_amendment_of_the_year_decided_is_the_wording_of_the_plan(
    amendment: Amendment, facts: dict[str, Any], *, expected: bool
) -> None:
    before = edition(said("in_progress"), year=2024)
    now = edition(said("in_progress", **facts), amendments=(amendment,))
    (line,) = comparison.compare(before, now)
    assert line.is_amended is expected


# --- Told -----------------------------------------------------------------------------


def test_without_an_earlier_edition_nothing_is_told() -> None:
    given = edition(said("done"))
    assert comparison.told(given, []) is given


def test_an_edition_is_compared_with_the_first_of_those_before_it() -> None:
    past = [
        edition(said("partly_done"), year=2024, number=2),
        edition(said("done"), year=2022, number=1),
    ]
    found = comparison.told(edition(said("in_progress")), past)
    assert found.compared == Compared(2024, 2)
    assert found.actions[0].movement == "moved_back"
    assert [(one.year, one.edition) for one in found.past] == [(2022, 1), (2024, 2)]
    # Nothing else of it is touched.
    told_facts: dict[str, Any] = {"compared": None, "past": (), "actions": ()}
    assert replace(found, **told_facts) == replace(edition(), **told_facts)


def test_an_action_keeps_what_became_of_it_and_why() -> None:
    found = told(said("done", "done"), said("in_progress", ""))
    assert (found.movement, found.causes, found.completed) == ("moved_up", (), True)
    assert (found.common_before, found.common_now) == ("in_progress", "done")
    silent = told(said("done", ""), said("done", "done"))
    assert (silent.movement, silent.common_before, silent.common_now) == (
        "less_information", "done", "done",
    )  # fmt: skip
    nobody = told(said("", "in_progress"), said("done", ""))
    assert (nobody.movement, nobody.causes) == ("reassessed", ("others_reported",))
    assert (nobody.common_before, nobody.common_now) == ("", "")
    amended = told(said("done", titles=every("Other")), said("done"))
    assert (amended.movement, amended.amended) == ("same", True)


def test_a_new_action_has_no_past_though_others_have() -> None:
    found = told(said("in_progress"), None)
    assert (found.movement, found.history, found.unmoved) == ("new", (), 0)
    assert {found.completed, found.amended, found.slipped} == {False}
    # One that comes back is new again, and its history is told.
    back = told(said("in_progress"), None, said("done"))
    assert (back.movement, [one.year for one in back.history]) == ("new", [2023])


def test_the_history_has_each_earlier_status_with_its_nature_newest_first() -> None:
    past = [
        edition(said("done", ""), year=2024, number=3),
        edition(said("in_progress", nature="continuous"), year=2023),
        edition(said("", label="2"), year=2022),
        edition(said("", nature=""), year=2021),
    ]
    found = comparison.told(edition(said("done")), past)
    assert found.actions[0].history == (
        PastStatus(2024, 3, "partly_done", "one_off", incomplete=True),
        PastStatus(2023, 1, "in_progress", "continuous", incomplete=False),
        PastStatus(2021, 1, "not_reported", "", incomplete=False),
    )


def test_what_the_plan_no_longer_has_is_kept_as_the_edition_before_said_it() -> None:
    gone = said("in_progress", label="7", action_id="6", titles=every("Gone"), nature="continuous")
    # What was gone by then already is not told again.
    long_gone = said("done", label="8")
    past = [edition(said("done"), gone, year=2024), edition(gone, long_gone, year=2023)]
    found = comparison.told(edition(said("done")), past)
    assert found.withdrawn == (
        Withdrawn("6", "7", every("Gone"), ("en", "fr"), "continuous", "in_progress"),
    )
    assert [one.label for one in found.actions] == ["1"]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {"expected_by": "2027-01-01"}, True),
        ({}, {"expected_by": "2026-12-31"}, False),
        ({"expected_by": "2027-06-30"}, {"expected_by": "2027-01-01"}, False),
        ({"expected_by": "2027-06-30"}, {"expected_by": "2027-07-01"}, True),
        ({"expected_by": "2027-06-30"}, {"expected_by": ""}, False),
        ({"period_end": ""}, {"expected_by": "2027-01-01"}, False),
        # The plan itself gave more time: amended, not late.
        ({}, {"period_end": "2028-12-31"}, False),
    ],
)
def test_slipped_is_what_is_now_expected_later_than_before(
    before: dict[str, str], now: dict[str, str], *, expected: bool
) -> None:
    assert told(said("in_progress", **now), said("in_progress", **before)).slipped is expected


# --- Standing still ---------------------------------------------------------------------

GOING, PARTLY, SILENT = said("in_progress"), said("partly_done"), said("")


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        ([], 0),
        ([GOING], 1),
        ([GOING, GOING, GOING], 3),
        ([PARTLY, GOING, GOING], 0),
        ([GOING, PARTLY, PARTLY], 1),
        # Silence is no standstill, and ends a row of them.
        ([SILENT, GOING], 0),
        ([GOING, SILENT, GOING], 1),
        # So does a year in which the plan had no such action.
        ([None, GOING], 0),
        ([GOING, None, GOING], 1),
        # One that reported both times is enough, whoever else came in or fell silent.
        ([said("in_progress", "done"), said("in_progress", "")], 2),
    ],
)
def test_unmoved_counts_comparisons_in_a_row_in_which_unfinished_work_did_not_move(
    past: list[Action | None], expected: int
) -> None:
    assert told(GOING, *past).unmoved == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (said(""), 0),
        (said("done"), 0),
        (said("discontinued"), 0),
        (said("not_applicable"), 0),
        (said("in_progress", nature="continuous"), 0),
        (said("partly_done", nature="continuous"), 2),
        (said("not_started"), 2),
        (said("", "partly_done"), 2),
    ],
)
def test_neither_silence_nor_what_is_finished_stands_still(now: Action, expected: int) -> None:
    assert told(now, now, now).unmoved == expected


def test_each_action_stands_still_by_itself() -> None:
    def of_year(year: int, *statuses: str) -> Snapshot:
        rows = (said(status, label=str(n)) for n, status in enumerate(statuses, start=1))
        return edition(*rows, year=year)

    past = [
        of_year(2024, "in_progress", "not_started"),
        of_year(2023, "partly_done", "not_started"),
    ]
    found = comparison.told(of_year(2025, "in_progress", "not_started", "in_progress"), past)
    assert [one.unmoved for one in found.actions] == [1, 2, 0]


def test_a_standstill_goes_on_under_a_successor_and_another_number() -> None:
    took_over = (Succession("actor-1", "actor-2", "2024-07-01"),)
    now = edition(by("actor-2", label="8", action_id="1"), successions=took_over)
    past = [
        edition(by("actor-2", label="8", action_id="1"), year=2024, successions=took_over),
        edition(by("actor-1"), year=2023),
    ]
    (found,) = comparison.told(now, past).actions
    assert (found.unmoved, found.movement, found.amended) == (2, "same", False)


# --- Figures ----------------------------------------------------------------------------


def test_the_figures_of_the_past_are_made_by_the_formulas_of_today() -> None:
    old = edition(
        said("done"),
        said("done", "", label="2"),
        said("not_applicable", label="3"),
        said(label="4", overdue=True),
        said("in_progress", label="5", nature="continuous"),
        said("done", label="5.1", parent="5"),
        year=2024,
    )
    # Whatever the edition printed; a sub-action is counted beside.
    assert {figure.part for figure in old.figures} == {50, 30}
    found = comparison.told(edition(said("done")), [old])
    assert found.past == (
        Past(
            2024,
            1,
            (
                # Of one action no entry was expected.
                Share("coverage", 3, 4, 75, None),
                Share("carried_out", 2, 4, 50, 0),
                Share("at_least_in_part", 3, 4, 75, 1),
                Share("overdue", 1, 5, 20, 1),
            ),
        ),
    )
    # The figures of the edition itself stay those that it was built with.
    assert found.figures == edition().figures


def test_a_figure_of_nothing_has_no_percentage() -> None:
    assert comparison.shares(edition()) == (
        Share("coverage", 0, 0, None, None),
        Share("carried_out", 0, 0, None, 0),
        Share("at_least_in_part", 0, 0, None, 0),
        Share("overdue", 0, 0, None, 0),
    )


def test_telling_it_twice_tells_the_same() -> None:
    now, before = specimen(24), replaced(specimen(24, year=2024), 0, status="not_started")
    once = comparison.told(now, [before])
    assert comparison.told(once, [before]) == once
