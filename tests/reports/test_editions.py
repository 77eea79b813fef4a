"""Editions: frozen once, published whole, corrected by another one, withdrawn with a reason."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from actions.models import PublishedAction, PublishedEntry, PublishedRound, ReportingRound
from actions.refusals import Refused
from actions.services import entries, further, plan, rounds
from document.snapshot import Compared, to_json
from reports.models import Edition, EditionFile
from reports.services import editions

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
REASON = {"nl": "Een fout in actie 24.", "fr": "Une erreur à l’action 24."}


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def closed(open_round, entry_of, report, office, now) -> ReportingRound:
    """A closed round with one accepted entry."""
    made = open_round()
    report(entry_of(made, "24", "brussels-environment"), "in_progress")
    return rounds.close(made, by=office, now=now)


@pytest.fixture
def make_files():
    """A way to give an edition all its files, small ones, without setting type."""

    def make(edition: Edition) -> Edition:
        for name, language in editions.missing_files(edition):
            editions.store_file(edition, name, language, f"{name} {language}".encode())
        return edition

    return make


@pytest.fixture
def published(closed, office, make_files, now) -> Edition:
    edition = make_files(editions.freeze(closed, by=office, now=now))
    return editions.publish(edition, by=office, now=now)


def status_of_24(edition: Edition) -> str:
    return next(a.status for a in edition.snapshot.actions if a.label == "24")


def refused_by_the_database(sql: str, *values: Any) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except DatabaseError:
        return True
    return False


# --- Freezing -------------------------------------------------------------------


def test_an_open_round_is_not_frozen(open_round, office, now) -> None:
    with pytest.raises(Refused, match="Close the round first"):
        editions.freeze(open_round(), by=office, now=now)
    assert Edition.objects.count() == 0


def test_a_frozen_edition_says_what_stood_there(closed, office, entry_of, now) -> None:
    edition = editions.freeze(closed, by=office, now=now)
    snapshot = edition.snapshot
    assert (edition.number, snapshot.edition, snapshot.year) == (1, 1, 2025)
    assert edition.content == to_json(snapshot)
    action = next(a for a in snapshot.actions if a.label == "24")
    said = next(e for e in action.entries if e.actor == "brussels-environment")
    assert said.status == "in_progress"
    assert said.texts["done"].original == "Work of 2025 on action 24."
    assert action.reported == 1
    assert action.expected == len(action.entries)


def test_freezing_twice_makes_one_edition(closed, office, now) -> None:
    first = editions.freeze(closed, by=office, now=now)
    assert editions.freeze(closed, by=office, now=now) == first
    assert Edition.objects.count() == 1


def test_nothing_changes_while_an_edition_is_frozen(
    closed, office, entry_of, make_member, now
) -> None:
    entry = entry_of(closed, "24", "brussels-environment")
    third = make_member("secretariat", "office", "third@example.org")
    editions.freeze(closed, by=office, now=now)
    with pytest.raises(Refused, match="The report of this round is frozen"):
        entries.send_back(entry, by=third, version=1, comment="No.", now=now)
    other = entry_of(closed, "25", "brussels-environment")
    with pytest.raises(Refused, match="The report of this round is frozen"):
        entries.save(other, by=office, version=0, content={"done": "x"}, now=now)


def test_a_frozen_edition_can_be_given_up_and_review_goes_on(
    closed, office, entry_of, make_files, make_member, now
) -> None:
    edition = make_files(editions.freeze(closed, by=office, now=now))
    editions.discard(edition, by=office, now=now)
    assert (Edition.objects.count(), EditionFile.objects.count()) == (0, 0)
    third = make_member("secretariat", "office", "third@example.org")
    entry = entry_of(closed, "24", "brussels-environment")
    assert entries.send_back(entry, by=third, version=1, comment="No.", now=now).is_returned


@pytest.mark.parametrize("role", ["observer", "contributor", "coordinator", "reviewer"])
def test_only_the_secretariat_freezes_publishes_and_withdraws(
    closed, office, make_member, make_files, now, role
) -> None:
    other = make_member(role, "fps-justice", "other@example.org")
    edition = make_files(editions.freeze(closed, by=office, now=now))
    with pytest.raises(PermissionDenied):
        editions.freeze(closed, by=other, now=now)
    with pytest.raises(PermissionDenied):
        editions.publish(edition, by=other, now=now)
    with pytest.raises(PermissionDenied):
        editions.discard(edition, by=other, now=now)
    with pytest.raises(PermissionDenied):
        editions.withdraw(edition, by=other, reason=REASON, now=now)


# --- Publishing -----------------------------------------------------------------


def test_nothing_is_public_before_the_publication(closed, office, make_files, now) -> None:
    make_files(editions.freeze(closed, by=office, now=now))
    assert PublishedRound.objects.count() == 0


def test_an_edition_without_all_its_files_is_not_published(closed, office, now) -> None:
    edition = editions.freeze(closed, by=office, now=now)
    with pytest.raises(Refused, match="Not all files are made yet"):
        editions.publish(edition, by=office, now=now)
    assert PublishedRound.objects.count() == 0


def test_a_publication_shows_every_action_and_actor_once(published, closed) -> None:
    shown = PublishedRound.objects.get()
    assert (shown.year, shown.edition, shown.plan_id) == (2025, 1, closed.plan_id)
    assert PublishedAction.objects.count() == len(published.snapshot.actions)
    row = PublishedEntry.objects.get(
        responsibility__action__label="24", responsibility__actor__slug="brussels-environment"
    )
    assert row.status == "in_progress"
    assert ReportingRound.objects.get(pk=closed.pk).published == 1


def test_publishing_twice_does_nothing_more(published, office, now) -> None:
    again = editions.publish(published, by=office, now=now)
    assert again.published_at == published.published_at
    assert PublishedRound.objects.count() == 1


def test_an_edition_with_a_damaged_file_is_not_published(closed, office, make_files, now) -> None:
    edition = editions.freeze(closed, by=office, now=now)
    EditionFile.objects.create(
        edition=edition, format="pdf", language="fr", content=b"damaged", size=7,
        checksum=editions.digest(b"as it was"),
    )  # fmt: skip
    make_files(edition)
    with pytest.raises(Refused, match="does not match its checksum"):
        editions.publish(edition, by=office, now=now)
    assert PublishedRound.objects.count() == 0
    assert Edition.objects.get().is_frozen


# --- Corrections and withdrawal ---------------------------------------------------


def test_a_correction_changes_only_the_entries_that_were_returned(
    published, closed, office, entry_of, make_member, make_files, now
) -> None:
    third = make_member("secretariat", "office", "third@example.org")
    entry = entry_of(closed, "24", "brussels-environment")
    untouched = entry_of(closed, "25", "brussels-environment")
    with pytest.raises(Refused, match="includes in a further edition"):
        entries.send_back(entry, by=third, version=1, comment="A wrong date.", now=now)
    with pytest.raises(ValidationError) as error:
        editions.freeze(closed, by=office, now=now)
    assert set(error.value.error_dict) == {"note_nl", "note_fr"}
    further.include(
        closed, chosen=[entry.pk], until=timezone.localdate(now), comment="A wrong date.",
        by=third, now=now,
    )  # fmt: skip
    with pytest.raises(Refused, match="includes in a further edition"):
        entries.save(untouched, by=office, version=0, content={"done": "x"}, now=now)
    entry.refresh_from_db()
    content = entry.content() | {"done": "The right date."}
    entries.submit(entry, by=office, version=1, content=content, now=now)
    entries.accept(entry, by=third, version=2, now=now)
    second = make_files(editions.freeze(closed, by=office, note=REASON, now=now))
    editions.publish(second, by=office, now=now)
    first = Edition.objects.get(number=1)
    assert first.content == published.content
    assert (second.number, second.snapshot.replaces) == (2, 1)
    assert second.snapshot.note["fr"].startswith(f"{REASON['fr']} ")
    assert "24 (" in second.note_nl
    assert "The right date." in second.content
    assert PublishedRound.objects.get().edition == 2


def test_a_withdrawn_edition_lets_the_one_before_speak_again(
    published, closed, office, make_files, now
) -> None:
    second = make_files(editions.freeze(closed, by=office, note=REASON, now=now))
    editions.publish(second, by=office, now=now)
    editions.withdraw(second, by=office, reason=REASON, now=now)
    assert PublishedRound.objects.get().edition == 1
    editions.withdraw(published, by=office, reason=REASON, now=now)
    assert PublishedRound.objects.count() == 0
    assert EditionFile.objects.filter(edition=published).exists()


def test_a_withdrawal_needs_its_reason_in_dutch_and_french(published, office, now) -> None:
    with pytest.raises(ValidationError) as error:
        editions.withdraw(published, by=office, reason={"nl": "Fout."}, now=now)
    assert set(error.value.error_dict) == {"withdrawal_fr"}
    assert Edition.objects.get().is_published


# --- The database ---------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reports_edition SET content = 'x'",
        "UPDATE reports_edition SET checksum = 'x'",
        "UPDATE reports_edition SET number = 9",
        "UPDATE reports_edition SET note_nl = 'x'",
        "UPDATE reports_edition SET state = 'frozen', published_by_id = NULL, published_at = NULL",
        "UPDATE reports_edition SET published_at = '2020-01-01 00:00:00+00:00'",
        "UPDATE reports_edition SET state = 'withdrawn'",
        "DELETE FROM reports_edition",
        "UPDATE reports_editionfile SET content = content",
        "UPDATE reports_editionfile SET checksum = 'x'",
        "DELETE FROM reports_editionfile",
    ],
)
def test_the_database_refuses_to_change_a_published_edition(published, sql) -> None:
    before = (Edition.objects.get().content, EditionFile.objects.count())
    assert refused_by_the_database(sql)
    assert (Edition.objects.get().content, EditionFile.objects.count()) == before


def test_no_file_is_added_to_a_published_edition(published) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        EditionFile.objects.create(
            edition=published, format="odt", language="nl", content=b"x", checksum="x", size=1
        )


def test_an_edition_cannot_start_as_published(closed, office, now) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.create(
            round=closed, number=1, state="published", content="{}", checksum="x",
            frozen_by=office, frozen_at=now, published_by=office, published_at=now,
        )  # fmt: skip


# --- Odd rounds -----------------------------------------------------------------


def test_a_round_without_any_entry_gives_a_true_report(open_round, office, now) -> None:
    empty = rounds.close(open_round(), by=office, now=now)
    snapshot = editions.freeze(empty, by=office, now=now).snapshot
    assert {action.status for action in snapshot.actions} == {"not_reported"}
    assert [f.part for f in snapshot.figures if f.code == "coverage"] == [0]


def test_the_next_year_compares_with_the_published_edition(
    published, open_round, office, report, entry_of, make_files, now
) -> None:
    later = open_round(2026, "open")
    report(entry_of(later, "24", "brussels-environment"), "done")
    snapshot = editions.draft(later, now=now)
    assert snapshot.compared == Compared(2025, 1)
    assert [(one.year, one.edition) for one in snapshot.past] == [(2025, 1)]
    action = next(a for a in snapshot.actions if a.label == "24")
    assert [(h.year, h.edition) for h in action.history] == [(2025, 1)]
    assert (action.movement, action.common_before, action.common_now) == (
        "moved_up", "in_progress", "done",
    )  # fmt: skip
    silent = next(a for a in snapshot.actions if a.label == "1")
    assert (silent.movement, silent.unmoved, silent.common_now) == ("same", 0, "")


def test_the_past_is_told_by_the_formulas_of_today(published, open_round, now) -> None:
    (past,) = editions.draft(open_round(2026, "open"), now=now).past
    printed = {figure.code: figure for figure in published.snapshot.figures}
    assert [share.code for share in past.figures] == list(printed)
    for share in past.figures:
        figure = printed[share.code]
        assert (share.part, share.whole, share.percent, share.incomplete) == (
            figure.part, figure.whole, figure.percent, figure.incomplete,
        )  # fmt: skip


def test_an_action_that_changed_its_number_and_section_keeps_its_key(
    published, open_round, office, report, entry_of, closed, now
) -> None:
    row = closed.plan.actions.get(label="24")
    assert row.key == "24"
    row.label, row.section = "99", closed.plan.sections.get(number=1)
    plan.save(row, by=office)
    later = open_round(2026, "open")
    report(entry_of(later, "99", "brussels-environment"), "in_progress")
    snapshot = editions.draft(later, now=now)
    (action,) = [one for one in snapshot.actions if one.action_id == "24"]
    assert (action.label, action.section, action.movement) == ("99", "1", "same")
    assert (action.amended, action.unmoved) == (False, 1)
    assert [(h.year, h.status) for h in action.history] == [(2025, status_of_24(published))]
    assert snapshot.withdrawn == ()
    assert "new" not in {one.movement for one in snapshot.actions}


def test_an_action_that_left_the_plan_is_told_as_withdrawn(
    published, open_round, office, closed, now
) -> None:
    row = closed.plan.actions.get(label="24")
    row.valid_to = date(2026, 6, 30)
    plan.save(row, by=office)
    snapshot = editions.draft(open_round(2026, "open"), now=now)
    assert [(one.action_id, one.status) for one in snapshot.withdrawn] == [
        ("24", status_of_24(published))
    ]
    assert "24" not in {one.action_id for one in snapshot.actions}


def test_a_further_edition_keeps_the_comparison_of_the_one_that_it_replaces(
    published, closed, open_round, office, make_files, now
) -> None:
    def publish(given: ReportingRound) -> Edition:
        note = REASON if Edition.objects.filter(round=given).exists() else None
        edition = make_files(editions.freeze(given, by=office, note=note, now=now))
        return editions.publish(edition, by=office, now=now)

    later = open_round(2026, "closed")
    assert publish(later).snapshot.compared == Compared(2025, 1)
    publish(closed)
    again = publish(later).snapshot
    assert again.compared == Compared(2025, 1)
    assert [(one.year, one.edition) for one in again.past] == [(2025, 1)]
    # The round after it is compared with what speaks now.
    third = editions.draft(open_round(2027, "open"), now=now)
    assert third.compared == Compared(2026, 2)
    assert [(one.year, one.edition) for one in third.past] == [(2025, 2), (2026, 2)]
