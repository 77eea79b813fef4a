"""A further edition: what it corrects, what it lets in, and that everything else stays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import ActorName, Entry, Letter, Override, PublishedRound
from actions.outbox import sending
from actions.refusals import Refused
from actions.services import entries, further, rounds
from document.content import about, report
from document.content.reader import Reader
from document.snapshot import Action, Snapshot
from reports import further as rule
from reports import readiness
from reports.models import Consultation, Edition
from reports.readiness import Outside
from reports.services import editions
from tests.conftest import add_second_factor
from tests.follow_up import NOW, Scene, unchanged_by
from tests.published import Story
from tests.signing_in import enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
TODAY = NOW.date()
UNTIL = TODAY + timedelta(days=9)


def include(story: Story, *labels: str, **more: Any) -> further.Included:
    """Let the entries under some actions of the later round into a further edition."""
    keys = [story.scene.entry(story.second.round, label).pk for label in labels]
    given: dict[str, Any] = {
        "chosen": keys,
        "until": UNTIL,
        "comment": "A wrong date.",
        "now": NOW,
    } | more
    return further.include(
        story.second.round, by=story.scene.people[given.pop("by", "chair")], **given
    )


def people(told: Any) -> set[str]:
    """Return who gets some e-mails, by short name."""
    return {email.split("@")[0] for email in told.values_list("user__email", flat=True)}


def write(story: Story, label: str, by: str = "writer", **texts: Any) -> Entry:
    """Have an entry written, handed in and accepted."""
    entry = story.scene.entry(story.second.round, label)
    story.scene.submit(entry, by=by, **texts)
    return story.scene.accept(entry)


def action(snapshot: Snapshot, label: str) -> Action:
    return next(one for one in snapshot.actions if one.label == label)


def plain(one: Action) -> Action:
    """Return an action without what is told of the editions before."""
    return replace(one, entries=tuple(replace(entry, mark="") for entry in one.entries))


# --- Letting in ---------------------------------------------------------------------


def test_accepted_entries_are_returned_and_others_may_come_in_and_their_writers_are_told(
    story,
) -> None:
    assert include(story, "1", "4", "9") == (1, 2)
    states = {label: story.scene.entry(story.second.round, label) for label in "1349"}
    assert [(e.state, e.let_in, e.write_until) for e in states.values()] == [
        ("returned", 1, UNTIL), ("accepted", None, None), ("empty", 1, UNTIL), ("empty", 1, UNTIL),
    ]  # fmt: skip
    kinds = {label: entry.events.latest("pk") for label, entry in states.items() if entry.let_in}
    assert [(e.kind, e.until) for e in kinds.values()] == [
        ("returned", UNTIL), ("let_in", UNTIL), ("let_in", UNTIL),
    ]  # fmt: skip
    told = Letter.objects.filter(kind="let_in")
    assert people(told) == {"writer", "colleague", "head"}
    told.update(language="en")
    letter = told.get(user=story.scene.people["writer"])
    sending.send(letter.pk, now=NOW)
    letter.refresh_from_db()
    assert letter.subject == (
        "Further edition of the report 2025: 2 entries to write by 29 January 2026"
    )
    assert "- 4. Action 4 (Old)" in letter.text


def test_what_the_secretariat_writes_reaches_those_who_supplement_too(story) -> None:
    include(story, "4", comment="Your figures are missing.")
    entry = story.scene.entry(story.second.round, "4")
    assert entry.events.latest("pk").comment == "Your figures are missing."
    letter = Letter.objects.filter(kind="let_in").earliest("pk")
    sending.send(letter.pk, now=NOW)
    (message,) = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    for body in (message.body, str(message.alternatives[0][0])):
        assert "Your figures are missing." in body


def test_the_same_choice_again_does_nothing_another_day_replaces_the_first(story) -> None:
    include(story, "1", "4")
    assert include(story, "1", "4") == (0, 0)
    assert include(story, "4", until=UNTIL + timedelta(days=1)) == (0, 1)
    entry = story.scene.entry(story.second.round, "4")
    assert entry.write_until == UNTIL + timedelta(days=1)
    assert [e.kind for e in entry.events.all()] == ["let_in", "let_in"]


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"chosen": []}, {"chosen"}),
        ({"until": TODAY - timedelta(days=1)}, {"until"}),
        ({"comment": " "}, {"comment"}),
    ],
)
def test_a_choice_that_makes_no_sense_is_told_at_its_field(story, more, fields) -> None:
    error = unchanged_by(ValidationError, lambda: include(story, "1", **more))
    assert set(error.message_dict) == fields


def test_nobody_but_the_secretariat_lets_in_and_nobody_returns_what_they_wrote(story) -> None:
    for name in ("writer", "head", "reviewer", "observer"):
        unchanged_by(PermissionDenied, lambda name=name: include(story, "4", by=name))
    # The secretariat wrote it on the actor's behalf.
    unchanged_by(PermissionDenied, lambda: include(story, "1", by="secretariat"))


def test_only_after_a_publication_and_not_while_an_edition_is_frozen(story) -> None:
    include(story, "4")
    editions.freeze(story.second.round, by=story.by, note={"nl": "x", "fr": "x"}, now=NOW)
    with pytest.raises(Refused, match="publish or discard it first"):
        include(story, "9")
    given = rounds.close(story.scene.round(2026), by=story.by, now=NOW)
    with pytest.raises(Refused, match="this round has none"):
        further.include(given, chosen=[], until=UNTIL, by=story.by, now=NOW)


# --- What it says -------------------------------------------------------------------


def test_both_kinds_at_once_are_marked_listed_and_counted_and_the_rest_stays(story) -> None:
    before = story.second.snapshot
    include(story, "1", "9")
    write(story, "1", status="partly_done", done="De wet staat er nog niet.")
    write(story, "9", status="in_progress")
    edition = editions.freeze(story.second.round, by=story.by, now=NOW)
    after = edition.snapshot
    assert (after.further, after.replaces) == (("correction", "supplement"), 1)
    assert after.note["en"] == (
        "Entries corrected, by action: 1 (Ministry). "
        "Entries received since edition 1, by action: 9 (Ministry)."
    )
    assert edition.note_nl == after.note["nl"]
    marks = {one.label: [entry.mark for entry in one.entries] for one in after.actions}
    assert {label: found for label, found in marks.items() if any(found)} == {
        "1": ["corrected"], "9": ["supplemented"],
    }  # fmt: skip
    assert [action(after, label).status for label in "19"] == ["partly_done", "in_progress"]
    assert action(after, "9").missing == ()
    for label in "2345678":
        assert plain(action(after, label)) == action(before, label), label
    figures = {f.code: (f.part, f.whole) for f in after.figures}
    assert figures["coverage"][0] == {f.code: f.part for f in before.figures}["coverage"] + 1
    assert [(f.titles, f.formulas) for f in after.figures] == [
        (f.titles, f.formulas) for f in before.figures
    ]
    assert (after.compared, after.past) == (before.compared, before.past)
    assert action(after, "1").movement == "moved_up"
    words = str(report(after, "en"))
    assert "This edition corrects and supplements edition 1" in words
    assert "corrected in this edition" in words
    assert "received since the edition before" in words


def test_names_and_wording_stay_as_in_the_edition_before(story, monkeypatch) -> None:
    before = story.second.snapshot
    ActorName.objects.filter(actor=story.scene.actors["ministry"]).update(name_en="Renamed")
    story.scene.plan.actions.filter(label="2").update(title_en="Reworded")
    include(story, "9")
    write(story, "9")
    after = editions.draft(story.second.round, now=NOW)
    assert after.actors == before.actors
    assert [one.titles for one in after.actions] == [one.titles for one in before.actions]
    assert after.vocabulary == before.vocabulary
    assert after.labels == before.labels


@pytest.mark.parametrize(("days", "words"), [
    (-1, "An earlier edition was validated by the working group on"),
    (1, "Validated by the working group on"),
])  # fmt: skip
def test_what_was_validated_is_the_edition_of_that_day(story, days: int, words: str) -> None:
    published = story.second.published_at.date()
    Consultation.objects.create(
        round=story.second.round, validated_on=published + timedelta(days=days)
    )
    include(story, "9")
    write(story, "9")
    draft = editions.draft(story.second.round, now=NOW)
    assert words in str(about.validation(Reader(draft, "en")))


def test_what_was_let_in_and_is_not_accepted_stays_as_it_was_published(story) -> None:
    include(story, "1", "9")
    story.scene.submit(story.scene.entry(story.second.round, "1"), done="Waits.")
    story.scene.save(story.scene.entry(story.second.round, "9"))
    after = editions.draft(story.second.round, now=NOW)
    assert plain(action(after, "1")) == action(story.second.snapshot, "1")
    assert action(after, "9").status == "not_reported"
    assert readiness.outside(story.second.round) == Outside(1, 0, 1)


def test_an_entry_that_comes_back_as_it_was_is_no_correction(story) -> None:
    include(story, "2")
    entry = story.scene.entry(story.second.round, "2")
    entries.submit(entry, by=story.by, version=entry.version, content=entry.content(), now=NOW)
    story.scene.accept(entry)
    with pytest.raises(ValidationError) as error:
        editions.freeze(story.second.round, by=story.by, now=NOW)
    assert set(error.value.error_dict) == {"note_nl", "note_fr"}


def test_a_status_that_the_secretariat_sets_anew_is_listed(story) -> None:
    rounds.override(
        Override(
            round=story.second.round, action=story.scene.plan.actions.get(label="5"),
            status="done", reason_nl="x", reason_fr="x",
        ),
        by=story.by, now=NOW,
    )  # fmt: skip
    after = editions.draft(story.second.round, now=NOW)
    assert after.note["en"] == "Actions whose status the secretariat set anew: 5."
    assert (action(after, "5").status, action(after, "5").derived) == ("done", "partly_done")
    assert after.further == ("correction",)


def test_the_third_edition_marks_only_what_changed_since_the_second(story) -> None:
    include(story, "1")
    write(story, "1", done="De juiste datum.")
    story.correct()
    include(story, "9")
    write(story, "9")
    after = editions.draft(story.second.round, now=NOW)
    assert after.further == ("supplement",)
    assert [entry.mark for entry in action(after, "1").entries] == [""]
    assert action(after, "1").entries[0].texts["done"].original == "De juiste datum."


def test_a_further_edition_publishes_the_new_and_keeps_the_old(story) -> None:
    old = Edition.objects.get(pk=story.second.pk)
    include(story, "9")
    write(story, "9")
    published = story.correct()
    assert PublishedRound.objects.get(year=2025).edition == published.number == 2
    stored = Edition.objects.get(pk=old.pk)
    assert (stored.content, stored.checksum, stored.is_published) == (
        old.content, old.checksum, True,
    )  # fmt: skip
    # Nothing can change any more until the next one.
    entry = story.scene.entry(story.second.round, "9")
    assert not entry.is_let_in
    with pytest.raises(Refused, match="includes in a further edition"):
        story.scene.send_back(entry, by="chair")
    assert Client().get("/en/plans/small/reports/2025/e1/").status_code == 200
    archive = " ".join(Client().get("/en/plans/small/reports/").content.decode().split())
    assert "There is a newer edition:" in archive


def test_the_formulas_of_today_come_with_their_words_where_the_edition_before_counted_otherwise(
    story,
) -> None:
    before = story.second.snapshot
    first = replace(before.figures[0], part=99, formulas={"en": "counted otherwise"})
    base = replace(before, figures=(first, *before.figures[1:]))
    live = replace(before, edition=2)
    found = rule.figures(base, live, before.actions)
    assert found == before.figures


# --- Before freezing ------------------------------------------------------------------


def closed_with_work(scene: Scene) -> Any:
    """A closed round with an entry in review, one returned and one draft."""
    given = scene.round()
    scene.submit(scene.entry(given, "1"))
    scene.submit(scene.entry(given, "2"), by="below")
    scene.send_back(scene.entry(given, "2"))
    scene.save(scene.entry(given, "9"))
    return rounds.close(given, by=scene.people["secretariat"], now=NOW)


def test_what_stays_outside_is_confirmed_in_its_numbers_and_asked_again_when_they_change(
    scene,
) -> None:
    given, by = closed_with_work(scene), scene.people["secretariat"]
    assert readiness.outside(given) == Outside(1, 1, 1)
    for seen in (Outside(0, 0, 0), Outside(2, 1, 1)):
        with pytest.raises(ValidationError) as error:
            editions.freeze(given, by=by, outside=seen, now=NOW)
        assert set(error.value.error_dict) == {"confirmed"}
    assert Edition.objects.count() == 0
    assert editions.freeze(given, by=by, outside=Outside(1, 1, 1), now=NOW).number == 1


def test_those_whose_day_runs_longer_are_told_and_no_longer_once_it_is_discarded(scene) -> None:
    given, by = closed_with_work(scene), scene.people["secretariat"]
    assert [row.action.label for row in readiness.still_writable(given, on=TODAY)] == ["2"]
    edition = editions.freeze(given, by=by, outside=Outside(1, 1, 1), now=NOW)
    told = Letter.objects.filter(kind="writing_ended")
    names = people(told)
    assert names == {"writer", "colleague", "below", "head"}
    told.update(language="en")
    first, *others = told
    assert sending.send(first.pk, now=NOW) == sending.Outcome.SENT
    first.refresh_from_db()
    assert first.subject == "Report 2025: entries can no longer be written"
    editions.discard(edition, by=by, now=NOW)
    assert sending.send(others[0].pk, now=NOW) == sending.Outcome.DROPPED


# --- Pages -----------------------------------------------------------------------------


@pytest.fixture
def browser(story) -> Client:
    """A browser of the secretariat, in the person who wrote nothing."""
    person = story.scene.people["chair"]
    add_second_factor(person)
    client = Client()
    enter(client, person)
    return client


def words_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_page_lets_in_chosen_entries_and_all_of_an_actor(story, browser, time_machine) -> None:
    time_machine.move_to(NOW)
    given = story.second.round
    path = f"/en/secretariat/rounds/{given.pk}/further/"
    entry = story.scene.entry(given, "1")
    html = words_of(browser.get(f"{path}?entry={entry.pk}"))
    assert f'value="{entry.pk}" checked' in html
    sent = {"until": UNTIL.isoformat(), "comment": "", "chosen": [entry.pk],
            "actors": [story.scene.actors["ministry"].pk]}  # fmt: skip
    html = words_of(browser.post(path, sent))
    assert "Say what has to be corrected." in html
    assert f'value="{entry.pk}" checked' in html
    response = browser.post(path, sent | {"comment": "A wrong date."}, follow=True)
    assert "The further edition corrects 1 and may add 1 entries." in words_of(response)
    assert set(
        Entry.objects.filter(let_in=1).values_list("responsibility__action__label", flat=True)
    ) == {"1", "9"}
    assert "Included in the further edition" in words_of(response)


@pytest.mark.parametrize(
    "bad",
    [{"until": "tomorrow"}, {"chosen": ["999999"]}, {"chosen": ["x"]}, {"actors": ["-1"]},
     {"comment": "a\x00b"}, {"until": ""}],
)  # fmt: skip
def test_bad_input_to_the_page_is_told_and_nothing_is_let_in(story, browser, bad) -> None:
    path = f"/en/secretariat/rounds/{story.second.round_id}/further/"
    sent = {"until": "2030-01-01", "comment": "x", "chosen": []} | bad
    response = browser.post(path, sent)
    assert response.status_code == 200
    assert "error-summary" in response.content.decode()
    assert not Entry.objects.filter(let_in__isnull=False).exists()


def test_the_page_asks_as_many_queries_for_many_entries_as_for_few(story, browser) -> None:
    path = f"/en/secretariat/rounds/{story.second.round_id}/further/"
    browser.get(path)  # what is read once is there
    counts = []
    for _few_then_many in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        counts.append(len(queries))
        Entry.objects.filter(round=story.second.round_id, state="empty").delete()
    assert counts[0] == counts[1]


def test_the_freeze_page_lists_says_and_asks(story, browser, time_machine) -> None:
    time_machine.move_to(NOW)
    given = story.second.round
    include(story, "1", "9")
    write(story, "1", done="De juiste datum.")
    story.scene.save(story.scene.entry(given, "9"))
    path = f"/en/secretariat/reports/{given.pk}/freeze/"
    html = words_of(browser.get(path))
    assert "Entries corrected, by action: 1 (Ministry)." in html
    assert 'name="outside" value="0-0-1"' in html
    assert "Entries that can still be written" in html
    assert "Confirm that these entries stay outside." in words_of(
        browser.post(path, {"outside": "0-0-1"})
    )
    story.scene.submit(story.scene.entry(given, "9"))
    html = words_of(browser.post(path, {"outside": "0-0-1", "confirmed": "on"}))
    assert "The figures have changed meanwhile: check them again." in html
    assert 'name="outside" value="1-0-0"' in html
    assert 'name="confirmed" required id="id_confirmed" checked' not in html
    response = browser.post(path, {"outside": "1-0-0", "confirmed": "on"})
    assert response.status_code == 302
    assert Edition.objects.get(round=given, number=2).is_frozen


def test_drafts_whose_day_has_passed_are_taken_or_left_out_on_their_page(
    story, browser, time_machine
) -> None:
    scene = story.scene
    given = scene.round(2026)
    scene.save(scene.entry(given, "4"))
    scene.save(scene.entry(given, "9"))
    scene.save(scene.entry(given, "2"), by="below", status="")
    rounds.close(given, by=story.by, now=NOW)
    time_machine.move_to(NOW)
    page = f"/en/secretariat/rounds/{given.pk}/passed/"
    assert words_of(browser.get(page)).count("Take as submitted") == 3

    def settle(label: str, act: str, version: str = "1") -> Any:
        path = f"/en/secretariat/entries/{scene.entry(given, label).pk}/settle/"
        return browser.post(path, {"act": act, "version": version}, follow=True)

    assert "Submitted: 4, Old" in words_of(settle("4", "take"))
    assert "Left out: 9, Ministry" in words_of(settle("9", "leave_out"))
    assert "so not taken as submitted: Say how far" in words_of(settle("2", "take"))
    for act, version in (("accept", "1"), ("take", "x"), ("take", ""), ("take", "9" * 30)):
        assert settle("2", act, version).status_code == 400
    assert "changed after you opened it" in words_of(settle("2", "take", "7"))
    assert words_of(browser.get(page)).count("Take as submitted") == 1
