"""Amendments of a plan: what is drafted, confirmed for a day, in force, refused and undone."""

import contextlib
import json
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions import emails, importers, round_status
from actions.enums import LetterKind
from actions.models import (
    Action,
    Actor,
    ActorName,
    Amendment,
    AmendmentLine,
    Entry,
    EntryVersion,
    FormerWording,
    Letter,
    Plan,
    ReportingRound,
    Responsibility,
    Section,
)
from actions.refusals import Conflict, Refused
from actions.services import amendments
from actions.services.amending import foresee
from reports import builder
from reports.voice_models import InvitedVoice, RightOfReply, VoiceNote
from tests.follow_up import NOW, YEAR, Scene, at
from tests.test_bodies import entry_of, holders, said, take
from tests.test_bodies import undo as undo_body

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

DAY = timedelta(days=1)
REFERENCE = date(YEAR, 12, 31)
WITHIN, AFTER, NEVER = date(2025, 7, 1), date(2026, 1, 15), date(2027, 1, 1)
NOTES = dict.fromkeys(("note_nl", "note_fr", "note_de", "note_en"), "")
EMPTY: dict[str, Any] = {"parent_id": None, "said": {}, "begins": [], "ends": [], **NOTES}


def draft(scene: Scene, on: date | None = AFTER, **facts: Any) -> Amendment:
    """Begin an amendment and say on which day it takes effect."""
    by = scene.people["secretariat"]
    made = amendments.start(scene.plan, by=by, now=NOW)
    given = {"on": on, "decided_on": None, "document": "", "address": "", **NOTES, **facts}
    return amendments.save_decision(made, given, seen=None, by=by, now=NOW)


def line(scene: Scene, made: Amendment, label: str, act: str = "change", **facts: Any) -> Any:
    """Say what the draft does to an action."""
    action = None if act == "add" else scene.plan.actions.get(label=label)
    said_of_it = facts.pop("said", {})
    if act == "add":
        said_of_it = {
            "label": label,
            "title_en": f"Action {label}",
            "nature": "one_off",
        } | said_of_it
    return amendments.save_line(
        AmendmentLine(amendment=made, action=action),
        {**EMPTY, "act": act, "said": said_of_it, **facts},
        seen=None, by=scene.people["secretariat"], now=NOW,
    )  # fmt: skip


def confirm(scene: Scene, made: Amendment, **options: Any) -> Amendment:
    options = {"now": NOW} | options
    return amendments.confirm(made, by=scene.people["secretariat"], **options)


def undo(scene: Scene, made: Amendment) -> Amendment:
    return amendments.undo(made, by=scene.people["secretariat"], now=NOW)


def stands(scene: Scene) -> Any:
    """Return all that an amendment may change, as it counts."""
    names = [f.attname for f in Action._meta.concrete_fields]  # noqa: SLF001
    return said(scene) | {
        "actions": list(Action.objects.order_by("pk").values(*names)),
        "wordings": list(FormerWording.objects.order_by("pk").values()),
    }


def labels(given: ReportingRound) -> list[str]:
    return [row.action.label for row in round_status.of_round(given).rows]


# --- What takes effect ----------------------------------------------------------------


def test_a_draft_changes_nothing_and_counts_nowhere(scene) -> None:
    before = stands(scene)
    made = draft(scene)
    line(scene, made, "1", said={"title_en": "Other"})
    line(scene, made, "20", "add", begins=[["small-agency", "lead"]])
    line(scene, made, "6", "withdraw")
    assert stands(scene) == before


def test_a_new_wording_holds_from_its_day_and_older_rounds_keep_the_old_one(scene) -> None:
    given = scene.round()
    made = draft(scene, document="Decision of the government")
    line(scene, made, "1", said={"title_en": "Other", "label": "1A", "nature": "continuous"})
    confirm(scene, made)
    action = Action.objects.get(plan=scene.plan, label="1A")
    assert (action.title_en, action.nature, action.key) == ("Other", "continuous", "1")
    assert action.title_source.title == "Decision of the government"
    (row,) = [r for r in round_status.of_round(given).rows if r.action.pk == action.pk]
    assert (row.action.label, row.action.title_en, row.nature) == ("1", "Action 1", "one_off")
    report = builder.build(given, now=NOW)
    (told,) = [one for one in report.actions if one.action_id == "1"]
    assert (told.label, told.titles["en"]) == ("1", "Action 1")
    later = builder.build(scene.round(2026), now=NOW)
    (told,) = [one for one in later.actions if one.action_id == "1"]
    assert (told.label, told.titles["en"], told.nature) == ("1A", "Other", "continuous")
    assert scene.entry(given, "1A").action.label == "1"


def test_a_report_tells_the_decision_and_both_texts_of_the_plan(scene) -> None:
    Action.objects.filter(plan=scene.plan, label="1").update(
        promise_en="Old text", promise_source=scene.plan.source, official_promises="en"
    )
    scene.round()
    made = draft(
        scene, WITHIN, document="Decision", address="https://example.org/d",
        decided_on=date(2025, 6, 1), note_en="After the evaluation",
    )  # fmt: skip
    line(scene, made, "1", said={"promise_en": "New text"}, note_en="Wider")
    line(scene, made, "2", said={"title_en": "Other"})
    line(scene, made, "6", "withdraw")
    confirm(scene, made)
    (told,) = builder.build(scene.round(2026), now=NOW).amendments
    assert (told.on, told.decided_on) == ("2025-07-01", "2025-06-01")
    assert (told.document, told.address) == ("Decision", "https://example.org/d")
    assert told.note == {"en": "After the evaluation"}
    assert [(one.act, one.label, one.note, one.text_before, one.text_after)
            for one in told.actions] == [
        ("change", "1", {"en": "Wider"}, {"en": "Old text"}, {"en": "New text"}),
        ("change", "2", {}, {}, {}),
        ("withdraw", "6", {}, {}, {}),
    ]  # fmt: skip
    assert told.actions[1].titles == {"en": "Other"}


def test_a_report_tells_what_is_announced_with_the_words_that_it_will_have(scene) -> None:
    made = draft(scene, NEVER)
    line(scene, made, "1", said={"title_en": "Other", "label": "1A"})
    confirm(scene, made)
    (told,) = builder.build(scene.round(), now=NOW).amendments
    (one,) = told.actions
    assert (told.on, one.label, one.titles) == ("2027-01-01", "1A", {"en": "Other"})


def test_what_somebody_wrote_of_an_added_action_keeps_an_amendment_from_being_undone(
    scene,
) -> None:
    made = draft(scene, on=WITHIN)
    line(scene, made, "99", "add", begins=[["small-ministry", "lead"]])
    made = confirm(scene, made)
    running = scene.round()
    RightOfReply.objects.create(round=running, is_on=True, notes_until=WITHIN, answers_until=AFTER)
    voice = InvitedVoice.objects.create(
        round=running, actor=scene.actors["institute"], at=NOW, by=scene.people["secretariat"]
    )
    added = scene.plan.actions.get(label="99")
    VoiceNote.objects.create(
        voice=voice, action=added, text="x", language="nl", written_at=NOW,
        written_by=scene.people["observer"],
    )  # fmt: skip
    with pytest.raises(Refused, match="was written about what it added"):
        undo(scene, made)
    assert scene.plan.actions.filter(label="99").exists()


def test_a_draft_is_told_in_no_report(scene) -> None:
    made = draft(scene, WITHIN)
    line(scene, made, "1", said={"title_en": "Other"})
    assert builder.build(scene.round(), now=NOW).amendments == ()


def test_a_report_knows_the_names_that_a_body_had_since_the_plan_began(scene) -> None:
    actor = Actor.objects.get(slug="small-agency")
    Plan.objects.filter(pk=scene.plan.pk).update(valid_from=date(2024, 4, 5))
    first = actor.names.get()
    days = (date(2020, 1, 1), date(2025, 3, 1), date(2026, 5, 1))
    for number, day in enumerate(days):
        ActorName.objects.create(
            actor=actor, valid_from=day, name_en=f"Agency {number}", source=first.source
        )
    report = builder.build(scene.round(), now=NOW)
    told = report.actor("small-agency")
    assert told.names == {"en": "Agency 1"}
    assert [(one.names, one.since, one.until) for one in told.renamed] == [
        ({"en": "Agency 0"}, "2020-01-01", "2025-02-28"), ({"en": "Agency 2"}, "2026-05-01", ""),
    ]  # fmt: skip


def test_what_is_announced_waits_for_its_day(scene) -> None:
    made = draft(scene, NEVER)
    line(scene, made, "1", said={"title_en": "Other"})
    line(scene, made, "20", "add", begins=[["small-agency", "lead"]])
    line(scene, made, "6", "withdraw")
    made = confirm(scene, made)
    assert made.state == "waiting"
    valid = Action.objects.filter(plan=scene.plan).valid_on(NEVER - DAY)
    assert "20" not in valid.values_list("label", flat=True)
    assert Action.objects.get(plan=scene.plan, label="1").title_en == "Action 1"
    assert amendments.force_due(now=at(NEVER - DAY, 23, 59)) == 0
    assert amendments.force_due(now=at(NEVER, 0, 0)) == 1
    assert amendments.force_due(now=at(NEVER, 0, 1)) == 0
    assert Action.objects.get(plan=scene.plan, label="1").title_en == "Other"
    valid = Action.objects.filter(plan=scene.plan).valid_on(NEVER)
    found = set(valid.values_list("label", flat=True))
    assert "20" in found
    assert "6" not in found
    assert (holders(scene, "20", NEVER - DAY), holders(scene, "20", NEVER)) == ([], ["agency"])


def test_numbers_go_from_one_action_to_another(scene) -> None:
    made = draft(scene)
    line(scene, made, "1", said={"label": "2"})
    line(scene, made, "2", said={"label": "1"})
    made = confirm(scene, made)
    titles = dict(scene.plan.actions.values_list("label", "title_en"))
    assert (titles["1"], titles["2"]) == ("Action 2", "Action 1")
    undo(scene, made)
    titles = dict(scene.plan.actions.values_list("label", "title_en"))
    assert (titles["1"], titles["2"]) == ("Action 1", "Action 2")


def test_an_action_moves_to_its_place_in_another_section_with_its_sub_actions(scene) -> None:
    one, two = (
        Section.objects.create(plan=scene.plan, number=n, title_en=f"S{n}", source=scene.source)
        for n in (1, 2)
    )
    scene.plan.actions.filter(label__in="1234").update(section=one)
    scene.plan.actions.filter(label__in="56789").update(section=two)
    parent = scene.plan.actions.get(label="1")
    Action.objects.create(
        plan=scene.plan, parent=parent, section=one, label="1.1", key="1.1", title_en="Part",
        title_source=scene.source, position=0,
    )  # fmt: skip
    before = stands(scene)
    made = draft(scene)
    line(scene, made, "1", said={"label": "10", "section_id": two.pk})
    line(scene, made, "20", "add", said={"section_id": one.pk})
    made = confirm(scene, made)
    order = list(scene.plan.actions.values_list("label", "section__number"))
    assert order.index(("20", 1)) == order.index(("4", 1)) + 1
    assert order[-1] == ("10", 2)
    assert ("1.1", 2) in order
    undo(scene, made)
    assert stands(scene) == before


def test_in_a_plan_of_roman_numerals_a_new_action_stands_where_its_number_does(scene) -> None:
    roman = dict(
        zip("123456789", ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "X"], strict=True)
    )
    for arabic, numeral in roman.items():
        scene.plan.actions.filter(label=arabic).update(label=numeral)
    made = draft(scene)
    line(scene, made, "IX", "add")
    confirm(scene, made)
    assert list(scene.plan.actions.values_list("label", flat=True))[-3:] == ["VIII", "IX", "X"]


def test_who_becomes_responsible_is_asked_by_rounds_that_look_past_the_day(scene) -> None:
    given = scene.round()
    made = draft(scene, WITHIN)
    line(scene, made, "6", ends=["small-foreign"], begins=[["small-agency", "lead"]])
    line(scene, made, "20", "add", begins=[["small-ministry", "responsible"]])
    confirm(scene, made)
    assert [entry_of(given, "6", name).expected for name in ("foreign", "agency")] == [False, True]
    assert entry_of(given, "20", "ministry").expected
    assert "20" in labels(given)
    before = scene.round(2024, reference_date=date(2024, 12, 31))
    asked = {(r.action.label, r.actor.slug) for r in round_status.expected(before)}
    assert ("6", "small-foreign") in asked
    assert not {("6", "small-agency"), ("20", "small-ministry")} & asked


def told() -> dict[str, list[str]]:
    """Return who is told of which actions in letters about what was added to a round."""
    rows = Letter.objects.filter(kind="round_opened", key__startswith="added:", state="waiting")
    return {
        letter.address.split("@")[0]: sorted(
            Entry.objects.filter(pk__in=letter.facts["entries"]).values_list(
                "responsibility__action__label", flat=True
            )
        )
        for letter in rows
    }


def test_whoever_becomes_responsible_gets_one_letter_with_the_new_entries_alone(scene) -> None:
    scene.round()
    made = draft(scene, WITHIN)
    line(scene, made, "6", ends=["small-foreign"], begins=[["small-guarded", "lead"]])
    line(scene, made, "20", "add", begins=[["small-service", "responsible"]])
    assert told() == {}
    made = confirm(scene, made)
    # The coordinator above the service is not told, as the service has its own people.
    assert told() == {"guarded": ["6"], "guard": ["6"], "below": ["20"]}
    amendments.force_due(now=NOW)
    assert Letter.objects.filter(key__startswith="added:").count() == 3
    facts = Letter.objects.get(key__startswith="added:", address__startswith="below@").facts
    mail = emails.compose(LetterKind.ROUND_OPENED, facts, "en", on=NOW.date())
    assert mail is not None
    assert mail.subject == "Follow-up 2025: 1 entry to write by 15 February 2026"
    assert "More is asked of you in the follow-up of the year 2025" in mail.text
    assert "is open" not in mail.text
    late = emails.compose(LetterKind.ROUND_OPENED, facts, "en", on=date(2026, 3, 1))
    assert late is not None
    assert late.subject == "Follow-up 2025: 1 entry to write by 15 March 2026"
    undo(scene, made)
    assert told() == {}


def test_a_new_wording_is_no_news_to_who_writes(scene) -> None:
    scene.round()
    made = draft(scene, WITHIN)
    line(scene, made, "1", said={"title_en": "Other"})
    confirm(scene, made)
    assert told() == {}


def test_an_action_that_is_withdrawn_is_asked_for_no_longer(scene) -> None:
    given = scene.round()
    made = draft(scene, WITHIN)
    line(scene, made, "6", "withdraw")
    made = confirm(scene, made)
    assert not given.entries.filter(responsibility__action__label="6").exists()
    assert "6" not in labels(given)
    undo(scene, made)
    assert entry_of(given, "6", "foreign").expected


# --- What cannot be -------------------------------------------------------------------


def refused(scene: Scene, made: Amendment) -> list[str]:
    before = stands(scene)
    with pytest.raises(ValidationError) as found:
        confirm(scene, made)
    assert stands(scene) == before
    return list(found.value.messages)


def test_an_amendment_that_changes_nothing_is_refused(scene) -> None:
    assert refused(scene, draft(scene)) == ["The amendment changes nothing yet."]
    made = draft(scene, None)
    line(scene, made, "6", "withdraw")
    assert refused(scene, made) == ["Say on which day the amendment takes effect."]


def test_what_is_as_it_was_is_taken_out_of_the_draft(scene) -> None:
    made = draft(scene)
    kept = line(scene, made, "1", said={"title_en": "Other"})
    assert kept is not None
    assert line(scene, made, "1") is None
    assert not made.lines.exists()


@pytest.mark.parametrize("state", ["published", "frozen_at"])
def test_what_a_report_says_is_never_amended(scene, state) -> None:
    given = scene.round(state="closed")
    ReportingRound.objects.filter(pk=given.pk).update(**{state: 1 if state == "published" else NOW})
    made = draft(scene, REFERENCE)
    line(scene, made, "1", said={"title_en": "Other"})
    (words,) = refused(scene, made)
    assert words.startswith("The report of 2025 is frozen or published")
    confirm(scene, draft(scene, REFERENCE + DAY * 15))


def test_no_amendment_takes_effect_on_the_day_on_which_a_round_opens(scene) -> None:
    scene.round(2026, state="planned", opens_on=NEVER, deadline=NEVER, closes_on=NEVER)
    made = draft(scene, NEVER)
    line(scene, made, "1", said={"title_en": "Other"})
    (words,) = refused(scene, made)
    assert words.startswith("The round 2026 opens on that day.")
    confirm(scene, draft(scene, NEVER - DAY))


def test_no_round_opens_on_the_day_of_an_amendment(scene) -> None:
    made = draft(scene, NEVER)
    line(scene, made, "1", said={"title_en": "Other"})
    confirm(scene, made)
    with pytest.raises(ValidationError, match="The plan is amended on that day") as found:
        scene.round(2026, state="planned", opens_on=NEVER, deadline=NEVER, closes_on=NEVER)
    assert list(found.value.message_dict) == ["opens_on"]


def test_no_entry_is_left_without_an_action(scene) -> None:
    given = scene.round()
    scene.save(entry_of(given, "6", "foreign"), by="outsider")
    made = draft(scene, WITHIN)
    line(scene, made, "6", "withdraw")
    (words,) = refused(scene, made)
    assert "Action 6: It has entries in the round 2025" in words
    confirm(scene, draft(scene, AFTER))
    assert entry_of(given, "6", "foreign").expected


def test_two_actions_never_have_one_number(scene) -> None:
    made = draft(scene)
    line(scene, made, "1", said={"label": "2"})
    with pytest.raises(ValidationError, match="with this number already"):
        line(scene, made, "3", "add")
    line(scene, made, "20", "add")
    line(scene, made, "4", said={"label": "20"})
    assert {words.split(": ")[1] for words in refused(scene, made)} == {
        "Two actions would have the number 2. One that is withdrawn keeps its number.",
        "Two actions would have the number 20. One that is withdrawn keeps its number.",
    }


@pytest.mark.parametrize(
    ("said", "name", "words"),
    [
        ({"section_id": 999}, "section_id", "The plan has no such section."),
        ({"label": "x"}, "label", "Enter a number such as 22"),
        ({"title_en": ""}, "title_nl", "Write the title in at least one language."),
        ({"period_start": "2026-01-01", "period_end": "2025-01-01"}, "period_end", "ends before"),
        ({"nature": "sometimes"}, "nature", "not a valid choice"),
        ({"title_en": "x\x07"}, "title_en", "control characters"),
    ],
)
def test_what_an_action_cannot_say_is_refused_at_its_field(scene, said, name, words) -> None:
    made = draft(scene)
    with pytest.raises(ValidationError, match=words) as found:
        line(scene, made, "1", said=said)
    assert list(found.value.message_dict) == [name]
    assert not made.lines.exists()


def test_a_section_of_another_plan_is_none_of_this_one(scene) -> None:
    other = Plan.objects.create(
        slug="other", title_en="O", title_fr="O", title_nl="O", title_de="O", source=scene.source
    )
    section = Section.objects.create(plan=other, number=1, title_en="S", source=scene.source)
    with pytest.raises(ValidationError, match="no such section"):
        line(scene, draft(scene), "1", said={"section_id": section.pk})


def test_sub_actions_never_hang_under_nothing(scene) -> None:
    parent = scene.plan.actions.get(label="1")
    Action.objects.create(
        plan=scene.plan, parent=parent, label="1.1", key="1.1", title_en="Part",
        title_source=scene.source, position=0,
    )  # fmt: skip
    made = draft(scene)
    line(scene, made, "1", "withdraw")
    assert "Its sub-actions would stay without it: 1.1." in refused(scene, made)[0]
    line(scene, made, "1.1", "withdraw")
    line(scene, made, "1.2", "add", parent_id=parent.pk)
    assert "A sub-action belongs to a numbered action" in refused(scene, made)[0]


def test_who_cannot_become_or_stay_responsible_is_named(scene) -> None:
    take(scene, NEVER, "foreign", "agency")
    made = draft(scene)
    line(scene, made, "6", ends=["small-foreign"])
    line(scene, made, "1", begins=[["small-ministry", "lead"]], ends=["small-agency"])
    line(scene, made, "2", begins=[["small-foreign", "lead"], ["small-nobody", "lead"]])
    said = " ".join(refused(scene, made))
    for words in (
        "begins or ends on another day already: Foreign",
        "is, or was, listed under the action already: Ministry",
        "is to end has none any more",
        "ends on 31 December 2026: Foreign",
        "is no longer there",
    ):
        assert words in said, words


def test_amendments_follow_one_another(scene) -> None:
    first = draft(scene, NEVER)
    line(scene, first, "1", said={"title_en": "First"})
    first = confirm(scene, first)
    second = draft(scene, NEVER - DAY)
    line(scene, second, "2", said={"title_en": "Second"})
    assert refused(scene, second)[0].startswith("Another amendment takes effect on")
    second = draft(scene, NEVER + DAY)
    line(scene, second, "1", said={"title_en": "First anew"})
    second = confirm(scene, second)
    with pytest.raises(Refused, match=r"The amendment of 2 January 2027 rests on it"):
        undo(scene, first)
    undo(scene, second)
    with pytest.raises(Refused, match="Another amendment is being prepared"):
        undo(scene, first)


def test_an_amendment_of_other_actions_keeps_no_earlier_one_from_being_undone(scene) -> None:
    before = stands(scene)
    first = draft(scene)
    line(scene, first, "1", said={"title_en": "First"})
    first = confirm(scene, first)
    second = draft(scene, AFTER + DAY)
    line(scene, second, "2", said={"title_en": "Second"})
    confirm(scene, second)
    undo(scene, first)
    assert scene.plan.actions.get(label="1").title_en == "Action 1"
    assert scene.plan.actions.get(label="2").title_en == "Second"
    assert stands(scene) != before


def test_two_people_have_one_draft_and_one_confirms_it(scene) -> None:
    made = draft(scene)
    other = amendments.start(scene.plan, by=scene.people["chair"], now=NOW)
    assert other.pk == made.pk
    line(scene, made, "1", said={"title_en": "Other"})
    seen = foresee(made).digest
    line(scene, other, "2", said={"title_en": "Another"})
    with pytest.raises(Conflict):
        confirm(scene, made, seen=seen)
    confirm(scene, made, seen=foresee(made).digest)
    with pytest.raises(Refused, match=r"confirmed already, by .+ on 20 January 2026\."):
        confirm(scene, other)
    with pytest.raises(Refused, match="confirmed already"):
        line(scene, other, "3", "withdraw")


def test_two_people_on_one_action_do_not_overwrite_each_other(scene) -> None:
    made = draft(scene)
    with pytest.raises(Conflict):
        amendments.save_line(
            line(scene, made, "1", said={"title_en": "Mine"}),
            {**EMPTY, "act": "change", "said": {"title_en": "Theirs"}},
            seen="", by=scene.people["chair"], now=NOW,
        )  # fmt: skip
    assert made.lines.get().said == {"title_en": "Mine"}


@pytest.mark.parametrize("name", ["head", "reviewer", "observer", "nobody"])
def test_only_the_secretariat_amends_plans(scene, name) -> None:
    made = draft(scene, NEVER)
    line(scene, made, "1", said={"title_en": "Other"})
    confirmed = confirm(scene, made)
    before, by = stands(scene), scene.people[name]
    for work in (
        lambda: amendments.start(scene.plan, by=by, now=NOW),
        lambda: amendments.confirm(confirmed, by=by, now=NOW),
        lambda: amendments.discard(confirmed, by=by, now=NOW),
        lambda: amendments.undo(confirmed, by=by, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            work()
    assert stands(scene) == before


# --- Undoing ------------------------------------------------------------------------


@pytest.mark.parametrize("on", [WITHIN, AFTER, NEVER])
def test_undoing_puts_back_what_stood_there_and_keeps_the_draft(scene, on) -> None:
    scene.round()
    before = stands(scene)
    made = draft(scene, on)
    line(scene, made, "1", said={"title_en": "Other", "label": "30"})
    line(scene, made, "20", "add", begins=[["small-agency", "lead"]])
    line(scene, made, "6", "withdraw")
    line(scene, made, "9", ends=["small-ministry"], begins=[["small-foreign", "lead"]])
    made = undo(scene, confirm(scene, made))
    assert stands(scene) == before
    assert (made.state, made.lines.count()) == ("draft", 4)
    confirm(scene, made)


def test_nothing_is_undone_once_somebody_wrote(scene) -> None:
    given = scene.round()
    made = draft(scene, WITHIN)
    line(scene, made, "6", begins=[["small-service", "lead"]])
    made = confirm(scene, made, now=NOW - DAY)
    scene.save(entry_of(given, "6", "service"), by="below")
    with pytest.raises(Refused, match="written or decided on since"):
        undo(scene, made)


def test_entries_of_a_round_that_was_opened_since_go_and_come_back(scene) -> None:
    made = draft(scene, WITHIN)
    line(scene, made, "6", "withdraw")
    line(scene, made, "9", ends=["small-ministry"], begins=[["small-agency", "lead"]])
    made = confirm(scene, made, now=NOW - DAY)
    given = scene.round()
    undo(scene, made)
    expected = {r.pk for r in round_status.expected(given)}
    asked = given.entries.filter(expected=True).values_list("responsibility", flat=True)
    assert set(asked) == expected


def test_acts_on_bodies_and_plans_are_undone_in_the_reverse_order(scene) -> None:
    made = draft(scene, NEVER)
    line(scene, made, "1", begins=[["small-agency", "lead"]])
    made = confirm(scene, made, now=NOW - DAY)
    change = take(scene, NEVER + DAY, "agency", "foreign")
    with pytest.raises(Refused, match="An organisation was taken over since"):
        undo(scene, made)
    undo_body(scene, change)
    made = confirm(scene, undo(scene, made), now=NOW + DAY)
    other = take(scene, AFTER, "foreign", "institute", now=NOW - DAY)
    undo_body(scene, other)
    third = take(scene, AFTER, "ministry", "institute", now=NOW - DAY)
    with pytest.raises(Refused, match="Undo that first"):
        undo_body(scene, third)


def test_an_amendment_of_another_action_keeps_no_takeover_from_being_undone(scene) -> None:
    """Though the same body is named in both."""
    change = take(scene, NEVER, "guarded", "agency")
    made = draft(scene, NEVER)
    line(scene, made, "1", begins=[["small-agency", "lead"]])
    confirm(scene, made, now=NOW + DAY)
    undo_body(scene, change)
    assert Actor.objects.get(slug="small-guarded").valid_to is None


ACTS = ("reword", "label", "withdraw", "add", "hand over", "join")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_and_undone_reports_stay_and_everybody_is_asked_once(scene, seed) -> None:
    """Random acts on plan and bodies, on a round that is published, one that runs, later ones."""
    dice = random.Random(seed)  # noqa: S311
    past = scene.round(2024, state="closed", reference_date=date(2024, 12, 31))
    ReportingRound.objects.filter(pk=past.pk).update(published=1)
    given = scene.round()
    published = said_of(past)
    stack: list[Any] = []
    now = NOW
    for number, on in enumerate([WITHIN, WITHIN + 90 * DAY, AFTER, AFTER + 40 * DAY, NEVER]):
        before, now = stands(scene), now + DAY
        if dice.random() < 0.4:
            names = dice.sample(["ministry", "service", "agency", "foreign", "guarded"], 2)
            try:
                stack.append((before, "body", take(scene, on, *names, now=now)))
            except (Refused, ValidationError):
                assert stands(scene) == before
        else:
            stack += played(scene, dice, on, number, before, now)
        assert said_of(past) == published
        check_everybody(scene, given)
    assert stack
    for before, kind, act in reversed(stack):
        if kind == "body":
            undo_body(scene, act)
        else:
            amendments.discard(undo(scene, act), by=scene.people["secretariat"], now=NOW)
        assert stands(scene) == before


def said_of(past: ReportingRound) -> Any:
    """Return what the report of a round would say, but for what was announced since.

    That a body will be taken over, or the plan amended, is news to readers of a draft, whatever
    its round; a frozen edition is stored and cannot hear of it.
    """
    report = builder.build_round(past, NOW, 1, {}, None)
    return replace(report, successions=(), amendments=())


def played(scene: Scene, dice: Any, on: date, number: int, before: Any, now: Any) -> list[Any]:
    """Draft a random amendment and confirm it; return what is to be undone."""
    made = draft(scene, on)
    valid = list(scene.plan.actions.filter(valid_to=None).values_list("label", flat=True))
    for label in dice.sample(valid, 4):
        act = dice.choice(ACTS)
        slug = f"small-{dice.choice(['agency', 'foreign', 'guarded', 'institute'])}"
        holders_now = [f"small-{name}" for name in holders(scene, label, on)]
        kinds: dict[str, dict[str, Any]] = {
            "reword": {"said": {"title_en": f"Text {number}"}},
            "label": {"said": {"label": f"{label[:2]}{number}"}},
            "withdraw": {"act": "withdraw"},
            "add": {"act": "add", "begins": [[slug, "lead"]]},
            "hand over": {"ends": holders_now, "begins": [[slug, "responsible"]]},
            "join": {"begins": [[slug, "partner"]]},
        }
        with contextlib.suppress(ValidationError):
            line(scene, made, f"9{number}" if act == "add" else label, **kinds[act])
    while True:
        faults = foresee(made).faults
        wrong = {fault.line.pk for fault in faults if fault.line is not None}
        if not wrong:
            break
        AmendmentLine.objects.filter(pk__in=wrong).delete()
    if faults:
        assert refused(scene, made)
        amendments.discard(made, by=scene.people["secretariat"], now=NOW)
        return []
    return [(before, "plan", confirm(scene, made, now=now))]


def check_everybody(scene: Scene, given: ReportingRound) -> None:
    """Each responsibility has one body on each day; a round asks whom the rule says, once."""
    for row in Responsibility.objects.filter(action__plan=scene.plan).select_related("actor"):
        ended = row.actor.valid_to
        assert ended is None or (row.valid_to is not None and row.valid_to <= ended)
    places = list(Entry.objects.values_list("round", "responsibility"))
    assert len(places) == len(set(places))
    asked = given.entries.filter(expected=True).values_list("responsibility", flat=True)
    assert set(asked) == {row.pk for row in round_status.expected(given)}
    names = list(scene.plan.actions.values_list("label", flat=True))
    assert len(names) == len(set(names))
    assert not EntryVersion.objects.exists()


# --- Fixtures that are loaded again ---------------------------------------------------


def test_fixtures_loaded_again_leave_what_acts_changed(scene, tmp_path) -> None:
    made = draft(scene)
    line(scene, made, "1", said={"label": "2", "title_en": "Other"})
    line(scene, made, "2", said={"label": "1"})
    line(scene, made, "6", "withdraw")
    confirm(scene, made)
    take(scene, NEVER, "guarded", "agency", now=NOW + DAY)
    before = stands(scene)
    action = {"plan": ["small"], "title_source": ["follow-up"], "nature": "one_off"}
    held = {"source": ["follow-up"], "role": "responsible"}
    entries: list[dict[str, Any]] = [
        {"model": "actions.action", "fields": {
            **action, "position": position, "label": label, "title_en": f"Action {label}"}}
        for position, label in enumerate("126")
    ]  # fmt: skip
    entries += [
        {"model": "actions.responsibility", "fields": {
            **held, "action": ["small", "1"], "actor": ["small-ministry"]}},
        {"model": "actions.responsibility", "fields": {
            **held, "action": ["small", "8"], "actor": ["small-guarded"]}},
        {"model": "actions.actor", "fields": {
            "slug": "small-guarded", "level": "federal", "source": ["follow-up"],
            "coordinator_submits": True}},
    ]  # fmt: skip
    path = tmp_path / "small.json"
    path.write_text(json.dumps(entries))
    assert importers.load([path]) == {"unchanged": len(entries)}
    assert stands(scene) == before
