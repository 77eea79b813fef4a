"""The sample rounds: what is in them, how they are marked, and that they stay samples."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test.utils import override_settings
from django.utils import timezone

from actions import permissions, round_status
from actions.enums import EntryState, Event, Status
from actions.management.commands import load_sample
from actions.management.sample import sample_script, texts
from actions.models import Action, Entry, EntryVersion, Letter, ReportingRound, ReviewEvent, User
from actions.models.entries import TEXTS, WRITTEN_IN

MARKS = ("(Voorbeeldtekst.)", "(Texte d’exemple.)", "(Beispieltext.)", "(Sample text.)")


@pytest.fixture
def first(sample_rounds: None) -> ReportingRound:
    """The round that is over."""
    return ReportingRound.objects.get(plan__slug="nap2", year=2024)


@pytest.fixture
def second(sample_rounds: None) -> ReportingRound:
    """The round that is running."""
    return ReportingRound.objects.get(plan__slug="nap2", year=2025)


def said() -> str:
    out = StringIO()
    with override_settings(DEBUG=True):
        call_command("load_sample", stdout=out)
    return out.getvalue()


def contents() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (
        ReportingRound, Entry, EntryVersion, ReviewEvent, Letter, User,
    )}  # fmt: skip


def only(given: ReportingRound, label: str, actor: str) -> Entry:
    return given.entries.get(responsibility__action__label=label, responsibility__actor__slug=actor)


@pytest.mark.slow
@pytest.mark.whole
def test_loading_twice_changes_nothing(first) -> None:
    before = contents()
    newest = EntryVersion.objects.latest("pk").pk
    assert said() == "There are rounds already.\n"
    assert contents() == before
    assert EntryVersion.objects.latest("pk").pk == newest


def test_one_round_is_closed_and_one_is_open_for_some_weeks(first, second) -> None:
    today = timezone.localdate()
    assert (first.state, second.state) == ("closed", "open")
    assert second.deadline - today == timedelta(days=12)
    assert second.closes_on - today == timedelta(days=40)
    assert second.opens_on < today


def test_nothing_was_written_in_the_future_nor_after_the_round(first, second) -> None:
    now = timezone.now()
    assert ReviewEvent.objects.latest("at").at < now
    for given in (first, second):
        assert given.opened_at is not None
        assert not EntryVersion.objects.filter(entry__round=given, at__lt=given.opened_at).exists()


def test_the_rounds_are_marked_and_every_text_says_that_it_is_a_sample(first, second) -> None:
    assert first.is_sample
    assert second.is_sample
    found = 0
    for version in EntryVersion.objects.all():
        for name in TEXTS:
            if text := version.content[name]:
                assert text.endswith(MARKS), text
                found += 1
        for row in version.content["evidence"]:
            assert row["address"].startswith("https://example.org/")
            assert any(word in row["title"] for word in ("voorbeeld", "exemple", "Beispiel"))
    assert found > 500
    for event in ReviewEvent.objects.exclude(comment=""):
        assert event.comment.endswith(MARKS)
        assert all(text.endswith(MARKS) for text in event.comments.values())
    for override in first.overrides.all():
        reasons = [getattr(override, f"reason_{code}") for code, _name in WRITTEN_IN]
        assert all(reason.endswith(MARKS) for reason in reasons)
    for given in (first, second):
        assert all(row.reason.endswith(MARKS) for row in given.extensions.all())


def test_no_sample_text_names_somebody_or_claims_a_figure_of_money() -> None:
    everything = str(texts.store())
    for word in ("€", "euro", "EUR", "http", "@", "%"):
        assert word not in everything


@pytest.mark.parametrize(("place", "told"), sample_script.TOLD.items())
def test_each_entry_that_is_told_of_ends_as_told(first, second, place, told) -> None:
    year, label, actor = place
    entry = only(first if year == 2024 else second, label, actor)
    withdrawn = told.end == sample_script.End.WITHDRAWN
    assert entry.state == (EntryState.DRAFT if withdrawn else told.end)
    assert entry.status == told.status


def test_the_closed_round_looks_like_a_real_one(first) -> None:
    expected = first.entries.filter(expected=True)
    accepted = expected.filter(state=EntryState.ACCEPTED).count()
    assert 0.85 <= accepted / expected.count() <= 0.95
    # All that was handed in was decided.
    assert set(first.entries.values_list("state", flat=True)) == {"accepted", "empty"}


def test_about_half_of_the_open_round_is_handed_in(second) -> None:
    states = Counter(second.entries.values_list("state", flat=True))
    assert set(states) == set(EntryState)
    handed_in = states["submitted"] + states["accepted"]
    assert 0.4 <= handed_in / sum(states.values()) <= 0.65
    assert states["submitted"] >= 10


def test_every_status_of_an_entry_and_of_an_action_occurs(first) -> None:
    chosen = set(first.entries.exclude(status="").values_list("status", flat=True))
    assert chosen == {"not_started", "in_progress", "partly_done", "done", "discontinued",
                      "not_applicable"}  # fmt: skip
    found = round_status.of_round(first)
    assert {row.status for row in found.rows} == set(Status)
    natures = set(
        first.entries.filter(status="in_progress").values_list(
            "responsibility__action__nature", flat=True
        )
    )
    assert natures == {"one_off", "continuous"}


def test_finished_work_carries_over_and_one_was_taken_up_again(first, second) -> None:
    carried = second.entries.filter(carried_from__isnull=False)
    assert carried.count() >= 20
    assert set(carried.values_list("since", flat=True)) == {2024}
    reopened = ReviewEvent.objects.get(kind=Event.REOPENED)
    assert (reopened.entry.round, reopened.entry.state) == (second, EntryState.DRAFT)


def test_some_were_late_and_one_came_with_an_extension(first) -> None:
    late = first.entries.filter(late=True)
    assert late.count() >= 5
    (extension,) = first.extensions.all()
    entry = only(first, "67", "flemish-government")
    assert extension.actor == entry.actor
    assert first.closes_on < timezone.localdate(entry.submitted_at) <= extension.until
    assert (entry.on_behalf, entry.late) == (True, True)


def test_some_were_returned_with_comments_per_field_and_accepted_later(first, second) -> None:
    returned = ReviewEvent.objects.filter(kind=Event.RETURNED)
    assert returned.filter(entry__round=first, entry__state=EntryState.ACCEPTED).count() >= 5
    assert second.entries.filter(state=EntryState.RETURNED).count() >= 2
    assert all({"done", "results"} <= set(event.comments) for event in returned)


def test_a_status_is_overridden_with_a_reason(first) -> None:
    action = Action.objects.get(plan=first.plan, label="35")
    row = next(row for row in round_status.of_round(first).rows if row.action == action)
    assert (row.explanation.status, row.status) == (Status.PARTLY_DONE, Status.DONE)


def test_entries_were_written_on_behalf_of_governments(first) -> None:
    for slug in ("flemish-government", "walloon-government", "brussels-government"):
        written = first.entries.filter(responsibility__actor__slug=slug).exclude(state="empty")
        assert written.exists()
        assert set(written.values_list("on_behalf", flat=True)) == {True}


def test_nobody_decided_on_their_own_work_or_that_of_their_institution(first) -> None:
    for entry in Entry.objects.filter(decided_by__isnull=False).select_related(
        "decided_by", "responsibility"
    ):
        authors = set(entry.versions.values_list("author", flat=True))
        assert entry.decided_by is not None
        rights = permissions.rights(entry.decided_by, on=timezone.localdate())
        assert permissions.can_decide(rights, entry, authors), entry


def test_a_partner_of_which_nothing_is_expected_wrote_too(first, second) -> None:
    for given in (first, second):
        entry = only(given, "53", "ovb")
        assert (entry.expected, bool(entry.done)) == (False, True)


def test_one_text_is_confirmed_as_it_was_and_no_other_repeats_the_year_before(
    first, second
) -> None:
    entry = only(second, "53", "fps-justice")
    assert (entry.unchanged, entry.state) == (True, EntryState.ACCEPTED)
    assert entry.done == only(first, "53", "fps-justice").done
    assert second.entries.filter(unchanged=True).count() == 2


def test_one_entry_moved_back_with_an_explanation_and_one_without(first, second) -> None:
    assert only(first, "54", "fps-economy").status == Status.PARTLY_DONE
    moved = only(second, "54", "fps-economy")
    assert (moved.status, bool(moved.obstacles)) == (Status.IN_PROGRESS, True)
    assert only(second, "52", "fps-economy").status == Status.NOT_STARTED


def test_brussels_environment_finds_a_lively_desk(second) -> None:
    person = User.objects.get(email="contributor@example.org")
    rights = permissions.rights(person, on=timezone.localdate())
    theirs = second.entries.filter(responsibility__actor__in=rights.writes_for)
    assert set(theirs.values_list("state", flat=True)) == set(EntryState)
    own = second.entries.filter(responsibility__actor__slug="brussels-environment")
    assert Counter(own.values_list("state", flat=True)) == {
        "accepted": 1, "submitted": 1, "returned": 1, "draft": 1,
    }  # fmt: skip
    authors = set(
        EntryVersion.objects.filter(entry__in=own).values_list("author__email", flat=True)
    )
    assert authors == {"contributor@example.org", "coordinator@example.org"}


def test_the_action_that_names_no_actor_has_no_entry(first, second) -> None:
    assert not Entry.objects.filter(responsibility__action__label="17").exists()


def test_entries_are_written_in_three_languages(first) -> None:
    languages = Counter(first.entries.exclude(language="").values_list("language", flat=True))
    assert set(languages) == {"nl", "fr", "de"}
    assert min(languages["nl"], languages["fr"]) > 10 * languages["de"] > 0


def test_no_letter_goes_out_on_what_is_long_past_but_one(first, second) -> None:
    letter = Letter.objects.get()
    assert letter.user is not None
    assert (letter.kind, letter.user.email) == ("returned", "contributor@example.org")
    assert letter.facts["entry"] == only(second, "34", "brussels-environment").pk


def test_a_sample_round_that_ran_out_gets_new_days(second) -> None:
    later = timezone.now() + timedelta(days=100)
    before = contents()
    people = load_sample.accounts()
    assert load_sample.load(people, later).endswith("the open one got new days.")
    second.refresh_from_db()
    assert second.deadline == timezone.localdate(later) + timedelta(days=12)
    assert second.closes_on == timezone.localdate(later) + timedelta(days=40)
    assert second.extensions.get().until > second.closes_on
    assert contents() == before
    assert load_sample.load(people, later) == "There are rounds already."
