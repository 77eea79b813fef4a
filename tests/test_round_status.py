"""How a round stands: derived from accepted entries, with overrides, figures and movement."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions import round_status
from actions.enums import EntryState, Rule, Status
from actions.models import (
    ActorName,
    Entry,
    FormerWording,
    Override,
    ReportingRound,
    Responsibility,
    ReviewEvent,
    Succession,
)
from actions.rules.figures import Ratio
from actions.services import entries, rounds
from tests.standing_site import Site

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def row_of(given: ReportingRound, label: str) -> round_status.ActionStatus:
    return next(row for row in round_status.of_round(given).rows if row.action.label == label)


def queries(work) -> int:
    with CaptureQueriesContext(connection) as found:
        work()
    return len(found)


def test_only_accepted_entries_count(open_round, followed_plan, report, entry_of) -> None:
    followed_plan(1, actors=5)
    given = open_round(plan="plan")
    for number, state in enumerate(("draft", "submitted", "returned"), start=1):
        report(entry_of(given, "1", f"plan-1-{number}"), "done", state=state)
    report(entry_of(given, "1", "plan-1-4"), "not_started")
    row = row_of(given, "1")
    assert (row.status, row.explanation.rule) == (Status.NOT_STARTED, Rule.SOME_NOT_STARTED)
    assert (row.explanation.reported, row.explanation.expected) == (1, 5)
    assert [(v.short, v.state, v.status) for v in row.expected] == [
        ("Plan-1-1", EntryState.DRAFT, None),
        ("Plan-1-2", EntryState.SUBMITTED, None),
        ("Plan-1-3", EntryState.RETURNED, None),
        ("Plan-1-4", EntryState.ACCEPTED, Status.NOT_STARTED),
        ("Plan-1-5", EntryState.EMPTY, None),
    ]
    assert [v.short for v in row.missing] == ["Plan-1-1", "Plan-1-2", "Plan-1-3", "Plan-1-5"]
    assert [v.short for v in row.counted] == ["Plan-1-4"]


def test_who_is_left_out_is_neither_counted_nor_missing(
    open_round, followed_plan, report, entry_of
) -> None:
    followed_plan(1, actors=2)
    given = open_round(plan="plan")
    report(entry_of(given, "1", "plan-1-1"), "not_applicable")
    report(entry_of(given, "1", "plan-1-2"), "done")
    row = row_of(given, "1")
    assert row.status == Status.DONE
    assert [v.short for v in row.left_out] == ["Plan-1-1"]
    assert [v.short for v in row.counted] == ["Plan-1-2"]
    assert row.missing == ()


def test_carried_over_work_counts_and_says_since_when(
    open_round, followed_plan, report, entry_of
) -> None:
    followed_plan()
    report(entry_of(open_round(2024, plan="plan"), "1"), "done")
    open_round(2025, plan="plan")
    row = row_of(open_round(2026, plan="plan"), "1")
    assert (row.status, row.explanation.is_complete) == (Status.DONE, True)
    assert (row.expected[0].since, row.expected[0].before) == (2024, Status.DONE)


def test_a_voluntary_entry_stands_beside_and_does_not_count(
    open_round, followed_plan, report, make_actor, office, source
) -> None:
    plan = followed_plan()
    partner = Responsibility.objects.create(
        action=plan.actions.get(), actor=make_actor("partner"), role="partner", source=source
    )
    given = open_round(plan="plan")
    report(entries.start(partner, reporting_round=given, by=office, now=timezone.now()), "done")
    row = row_of(given, "1")
    assert row.status == Status.NOT_REPORTED
    assert [v.short for v in row.voluntary] == ["Partner"]
    assert [v.short for v in row.expected] == ["Plan-1-1"]


def test_an_override_is_shown_and_the_derived_status_kept(
    open_round, followed_plan, report, entry_of, office
) -> None:
    followed_plan()
    given = open_round(plan="plan")
    report(entry_of(given, "1"), "in_progress")
    override = Override(round=given, action=given.plan.actions.get(), status="partly_done")
    override.reason_nl = override.reason_fr = "x"
    rounds.override(override, by=office, now=timezone.now())
    row = row_of(given, "1")
    assert (row.status, row.explanation.status) == (Status.PARTLY_DONE, Status.IN_PROGRESS)
    assert (row.code, row.derived_code) == ("partly_done", "in_progress")
    assert (row.word, row.derived_word) == ("Partly carried out", "In progress")
    assert row.override is not None
    assert row.override.institution.slug == "office"


@pytest.mark.parametrize(
    ("end", "count"),
    [(date(2025, 12, 30), 1), (date(2025, 12, 31), 0), (date(2026, 1, 1), 0)],
)
def test_overdue_is_judged_on_the_reference_date(
    open_round, followed_plan, end: date, count: int
) -> None:
    plan = followed_plan()
    plan.actions.update(period_end=end)
    given = open_round(plan="plan")
    assert row_of(given, "1").overdue is bool(count)
    assert round_status.glance(given).figures.overdue == Ratio(count, 1, incomplete=count)


def test_a_status_set_by_the_secretariat_decides_on_overdue(
    open_round, followed_plan, office
) -> None:
    plan = followed_plan()
    plan.actions.update(period_end=date(2025, 1, 1))
    given = open_round(plan="plan")
    override = Override(round=given, action=plan.actions.get(), status="done")
    override.reason_nl = override.reason_fr = "x"
    rounds.override(override, by=office, now=timezone.now())
    assert row_of(given, "1").overdue is False


@pytest.mark.parametrize(
    ("before", "movement", "word"),
    [
        ("not_started", "moved_up", "Moved up"),
        ("partly_done", "moved_back", "Moved back"),
        ("in_progress", "same", ""),
        ("discontinued", "moved_up", "Moved up"),
        ("not_applicable", "reassessed", "Reassessed"),
    ],
)
def test_movement_compares_with_the_round_before(
    open_round, followed_plan, report, entry_of, office, before: str, movement: str, word: str
) -> None:
    followed_plan()
    report(entry_of(open_round(2024, plan="plan"), "1"), before)
    given = open_round(2025, plan="plan")
    entry = entry_of(given, "1")
    if entry.is_carried:
        entry = entries.reopen(entry, by=office, reason="New money.", now=timezone.now())
    report(entry, "in_progress", done="Something else.", reason="")
    row = row_of(given, "1")
    assert (row.before, row.movement, row.movement_word) == (Status(before), movement, word)
    earlier = round_status.of_round(given).before
    assert earlier is not None
    assert earlier.round.year == 2024
    # Of the first round there is nothing to compare with.
    assert [(r.before, r.movement, r.movement_word) for r in earlier.rows] == [(None, "", "")]


def test_silence_and_what_comes_in_move_nothing(
    open_round, followed_plan, report, entry_of
) -> None:
    followed_plan(3, actors=2)
    past, given = open_round(2024, plan="plan"), open_round(2025, plan="plan")
    report(entry_of(past, "1", "plan-1-1"), "partly_done")
    report(entry_of(given, "2", "plan-2-1"), "partly_done")
    # One moves while the other falls silent.
    report(entry_of(past, "3", "plan-3-1"), "in_progress")
    report(entry_of(past, "3", "plan-3-2"), "partly_done")
    report(entry_of(given, "3", "plan-3-1"), "not_started")
    rows = round_status.of_round(given).rows
    assert [(row.movement, row.movement_word) for row in rows] == [
        # While entries come in, silence is no news.
        ("less_information", ""),
        ("more_information", "More information than in 2024"),
        ("moved_back", "Moved back"),
    ]


def test_a_status_set_by_the_secretariat_moves_nothing(
    open_round, followed_plan, report, entry_of, office
) -> None:
    plan = followed_plan()
    report(entry_of(open_round(2024, plan="plan"), "1"), "in_progress")
    given = open_round(2025, plan="plan")
    report(entry_of(given, "1"), "in_progress")
    override = Override(round=given, action=plan.actions.get(), status="partly_done")
    override.reason_nl = override.reason_fr = "x"
    rounds.override(override, by=office, now=timezone.now())
    assert row_of(given, "1").movement == "reassessed"


@pytest.mark.parametrize(
    ("day", "movement"), [("2025-12-31", "moved_up"), ("2026-01-01", "reassessed")]
)
def test_who_took_over_by_the_reference_date_is_compared_with_its_predecessor(
    open_round, followed_plan, report, entry_of, make_actor, source, day: str, movement: str
) -> None:
    plan = followed_plan()
    past = open_round(2024, plan="plan")
    report(entry_of(past, "1"), "not_started")
    held = Responsibility.objects.get(action__plan=plan)
    new = make_actor("new")
    Responsibility.objects.filter(pk=held.pk).update(valid_to=past.reference_date)
    Responsibility.objects.create(
        action=held.action, actor=new, role="responsible", source=source,
        valid_from=past.reference_date + timedelta(days=1),
    )  # fmt: skip
    Succession.objects.create(
        predecessor=held.actor, successor=new, on=date.fromisoformat(day), source=source
    )
    given = open_round(2025, plan="plan")
    report(entry_of(given, "1", "new"), "in_progress")
    assert row_of(given, "1").movement == movement


def test_an_action_that_came_later_has_nothing_to_compare_with(open_round, followed_plan) -> None:
    plan = followed_plan()
    open_round(2024, plan="plan")
    plan.actions.update(valid_from=date(2025, 1, 1))
    row = row_of(open_round(2025, plan="plan"), "1")
    assert (row.earlier, row.movement) == (None, "")


def test_the_status_before_is_the_one_that_was_shown(open_round, followed_plan, office) -> None:
    plan = followed_plan()
    past = open_round(2024, plan="plan")
    override = Override(round=past, action=plan.actions.get(), status="done")
    override.reason_nl = override.reason_fr = "x"
    rounds.override(override, by=office, now=timezone.now())
    assert row_of(open_round(2025, plan="plan"), "1").before == Status.DONE


def test_figures_count_actions_and_sub_actions_apart(open_round, report, entry_of) -> None:
    given = open_round()
    for entry in given.entries.filter(responsibility__action__label__in=["18A", "2"]):
        report(entry, "done")
    found = round_status.glance(given)
    assert (len(found.rows), len(found.numbered), len(found.sub_actions)) == (71, 67, 4)
    # Of action 17 no entry is expected.
    assert found.figures.coverage == Ratio(1, 66)
    assert found.sub_figures.coverage == Ratio(1, 4)
    assert found.figures.carried_out == Ratio(1, 67)
    assert (found.figures.overdue.whole, found.sub_figures.overdue.whole) == (67, 4)
    assert round_status.tally(found.numbered) == {"done": 1, "not_reported": 66}
    assert round_status.tally(found.sub_actions) == {"done": 1, "not_reported": 3}


def test_figures_say_how_much_rests_on_incomplete_reporting(
    open_round, followed_plan, report, entry_of
) -> None:
    followed_plan(2, actors=2)
    given = open_round(plan="plan")
    report(entry_of(given, "1", "plan-1-1"), "partly_done")
    report(entry_of(given, "2", "plan-2-1"), "done")
    report(entry_of(given, "2", "plan-2-2"), "done")
    found = round_status.glance(given).figures
    assert found.coverage == Ratio(1, 2)
    assert found.carried_out == Ratio(1, 2)
    assert found.at_least_in_part == Ratio(2, 2, incomplete=1)


def agree(given: ReportingRound) -> None:
    """Both ways of reading a round say the same of each action, the round before included."""
    full, quick = round_status.of_round(given), round_status.glance(given)
    assert (full.before is None) == (quick.before is None)
    for rows, standings in ((full.rows, quick.rows), *earlier_rows(full, quick)):
        assert [
            (row.action.pk, row.action.is_sub_action, row.code, row.followed, row.is_incomplete)
            for row in rows
        ] == [(*standing, standing.is_incomplete) for standing in standings]


def earlier_rows(full, quick) -> list[tuple]:
    return [(full.before.rows, quick.before.rows)] if full.before and quick.before else []


def test_at_a_glance_a_round_stands_as_in_detail(site: Site) -> None:
    rounds_of_all = list(ReportingRound.objects.select_related("plan"))
    assert {given.state for given in rounds_of_all} == {"planned", "open", "closed"}
    for given in rounds_of_all:
        agree(given)


def test_at_a_glance_the_sample_stands_as_in_detail(sample_rounds) -> None:
    for given in ReportingRound.objects.select_related("plan"):
        agree(given)


def test_at_a_glance_an_action_is_what_it_was_before_it_was_amended(
    open_round, followed_plan, report, entry_of, source
) -> None:
    plan = followed_plan(3)
    given = open_round(2025, plan="plan")
    report(entry_of(given, "1"), "in_progress")
    assert round_status.tally(round_status.glance(given).rows)["in_progress"] == 1
    action = plan.actions.get(label="1")
    FormerWording.objects.create(
        action=action, valid_to=date(2026, 1, 9), source=source,
        rest={"nature": "one_off", "period_end": "2025-06-30"},
    )  # fmt: skip
    plan.actions.filter(pk=action.pk).update(
        nature="continuous", period_end=None, reworded_on=date(2026, 1, 10)
    )
    found = round_status.glance(ReportingRound.objects.get(pk=given.pk))
    assert round_status.tally(found.rows) == {"in_progress": 1, "not_reported": 2}
    assert found.figures.overdue.part == 1
    agree(given)


def test_all_stand_at_a_glance_with_as_many_queries_for_one_as_for_sixty(
    open_round, followed_plan
) -> None:
    found = set()
    for actions, actors in ((1, 1), (30, 2)):
        slug = f"plan{actions}"
        followed_plan(actions, actors, slug=slug)
        open_round(2024, plan=slug)
        given = open_round(2025, plan=slug)
        found.add(queries(lambda given=given: round_status.glance(given)))
    assert found == {4}


def test_an_action_for_which_no_entry_is_expected_says_so(open_round) -> None:
    row = row_of(open_round(), "17")
    assert (row.status, row.explanation.rule) == (Status.NOT_REPORTED, Rule.NONE_EXPECTED)
    assert (row.expected, row.explanation.is_complete) == ((), False)


def test_an_action_stands_there_while_it_is_valid_on_the_reference_date(
    open_round, followed_plan
) -> None:
    plan = followed_plan(3)
    plan.actions.filter(label="1").update(valid_to=date(2025, 12, 30))
    plan.actions.filter(label="2").update(valid_to=date(2025, 12, 31))
    plan.actions.filter(label="3").update(valid_from=date(2026, 1, 1))
    found = round_status.of_round(open_round(plan="plan"))
    assert [row.action.label for row in found.rows] == ["2"]


def test_actors_have_the_name_of_the_reference_date(open_round, followed_plan, source) -> None:
    plan = followed_plan()
    actor = plan.actions.get().responsibilities.get().actor
    ActorName.objects.create(
        actor=actor, name_en="Newest", valid_from=date(2026, 1, 1), source=source
    )
    voice = row_of(open_round(plan="plan"), "1").expected[0]
    assert (voice.label, actor.label) == ("Plan-1-1", "Newest")


def test_a_planned_round_shows_who_will_be_asked(open_round, followed_plan) -> None:
    followed_plan(1, actors=2)
    row = row_of(open_round(state="planned", plan="plan"), "1")
    assert [(v.short, v.entry, v.state) for v in row.expected] == [
        ("Plan-1-1", None, EntryState.EMPTY),
        ("Plan-1-2", None, EntryState.EMPTY),
    ]
    assert row.explanation.rule == Rule.NONE_ACCEPTED


def test_one_action_over_the_years_speaks_the_carried_texts(
    open_round, followed_plan, report, entry_of
) -> None:
    plan = followed_plan(2)
    report(entry_of(open_round(2024, plan="plan"), "1"), "done", done="We did it.")
    open_round(2025, plan="plan")
    given = open_round(2026, plan="plan")
    found = round_status.of_action(given, plan.actions.get(label="1"))
    assert [(f.round.year, f.rows[0].status) for f in found] == [
        (2026, "done"), (2025, "done"), (2024, "done"),
    ]  # fmt: skip
    entry = found[0].rows[0].expected[0].entry
    assert entry is not None
    assert queries(lambda: entry.spoken.done) == 0
    assert entry.spoken.done == "We did it."


def test_a_round_read_with_texts_finds_those_of_long_ago(
    open_round, followed_plan, report, entry_of
) -> None:
    followed_plan()
    report(entry_of(open_round(2023, plan="plan"), "1"), "done", done="We did it.")
    open_round(2024, plan="plan")
    open_round(2025, plan="plan")
    given = open_round(2026, plan="plan")
    row = round_status.of_round(given, texts=True).rows[0]

    def done() -> str:
        entry = row.expected[0].entry
        assert entry is not None
        return entry.spoken.done

    assert queries(done) == 0
    assert done() == "We did it."


def test_a_round_is_read_with_as_many_queries_for_one_row_as_for_sixty(
    open_round, followed_plan, office
) -> None:
    found = set()
    for actions, actors in ((1, 1), (30, 2)):
        slug = f"plan{actions}"
        plan = followed_plan(actions, actors, slug=slug)
        open_round(2024, plan=slug)
        given = open_round(2025, plan=slug)
        for action in plan.actions.all():
            override = Override(round=given, action=action, status="done")
            override.reason_nl = override.reason_fr = "x"
            rounds.override(override, by=office, now=timezone.now())

        def use(given: ReportingRound = given) -> None:
            now = round_status.of_round(given)
            assert now.before is not None
            for row in now.rows:
                section, override = row.action.section, row.override
                assert section is not None
                assert override is not None
                assert all([row.word, section.short, override.institution.label])
                assert all(voice.label for voice in row.expected)
                assert row.movement_word == "Reassessed"

        found.add(queries(use))
    assert found == {8}


def test_who_took_over_is_asked_once_and_only_where_there_is_a_round_before(
    open_round, followed_plan
) -> None:
    plan = followed_plan(3)
    for year, asked in ((2023, 0), (2024, 1), (2025, 1)):
        given = open_round(year, plan="plan")
        with CaptureQueriesContext(connection) as found:
            assert len(round_status.of_action(given, plan.actions.get(label="1"))) == year - 2022
            assert all(isinstance(row.movement, str) for row in round_status.of_round(given).rows)
        tables = [query["sql"] for query in found if '"actions_succession"' in query["sql"]]
        assert len(tables) == 2 * asked


def test_some_actions_of_a_round_are_read_alone(open_round, followed_plan) -> None:
    plan = followed_plan(3)
    given = open_round(plan="plan")
    found = round_status.of_round(given, among=plan.actions.filter(label="2"))
    assert [row.action.label for row in found.rows] == ["2"]


# --- Late -------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["empty", "draft", "submitted", "returned", "accepted"])
@pytest.mark.parametrize(("passed", "late"), [(-1, 0), (0, 0), (1, 1)])
def test_late_is_said_alike_by_the_rule_and_by_the_filter(
    open_round, followed_plan, report, entry_of, state: str, passed: int, late: int
) -> None:
    followed_plan()
    opened = timezone.now()
    deadline = timezone.localdate(opened) + timedelta(days=3)
    given = open_round(plan="plan", deadline=deadline, now=opened)
    moment = opened + timedelta(days=3 + passed)
    if state != "empty":
        report(entry_of(given, "1"), "done", state=state, now=moment)
    entry, on = entry_of(given, "1"), timezone.localdate(moment)
    assert round_status.days_late(entry, on=on) == late
    assert Entry.objects.filter(round_status.late_ones(given, on=on)).count() == bool(late)


def test_what_was_handed_in_in_time_does_not_grow_late(
    open_round, followed_plan, report, entry_of
) -> None:
    followed_plan(2)
    given = open_round(plan="plan")
    report(entry_of(given, "1"), "done", state="returned")
    after = given.deadline + timedelta(days=4)
    assert round_status.days_late(entry_of(given, "1"), on=after) == 0
    assert round_status.days_late(entry_of(given, "2"), on=after) == 4
    late = Entry.objects.filter(round_status.late_ones(given, on=after))
    assert [entry.action.label for entry in late] == ["2"]


def test_carried_over_work_is_never_late(open_round, followed_plan, report, entry_of) -> None:
    followed_plan()
    report(entry_of(open_round(2024, plan="plan"), "1"), "done")
    given = open_round(2025, plan="plan")
    after = given.deadline + timedelta(days=4)
    assert round_status.days_late(entry_of(given, "1"), on=after) == 0
    assert not Entry.objects.filter(round_status.late_ones(given, on=after), round=given).exists()


def test_a_late_entry_stays_as_late_as_it_was_handed_in(
    open_round, followed_plan, report, entry_of
) -> None:
    followed_plan()
    given = open_round(plan="plan")
    moment = timezone.make_aware(datetime.combine(given.deadline, datetime.min.time()))
    report(entry_of(given, "1"), "done", now=moment + timedelta(days=2, hours=12))
    entry = entry_of(given, "1")
    assert round_status.days_late(entry, on=given.deadline + timedelta(days=50)) == 2
    assert row_of(given, "1").expected[0].was_late
    assert ReviewEvent.objects.filter(entry=entry).count() == 2
