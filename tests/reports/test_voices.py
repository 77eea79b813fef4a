"""Notes of invited organisations: invited, written, decided on, answered, frozen; else none."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import (
    Action,
    ActionTheme,
    Actor,
    ActorName,
    Invitation,
    Letter,
    Membership,
    ReportingRound,
    RoundStep,
    Section,
    Theme,
    User,
)
from actions.outbox import sending
from actions.refusals import Conflict, Refused
from actions.services import members, rounds, seen
from document.snapshot import LANGUAGES
from reports import builder, readiness, voices
from reports.formats import FORMATS
from reports.services import editions, note_answers, notes
from reports.services import voices as service
from reports.voice_models import InvitedVoice, NoteAnswer, RightOfReply, VoiceNote
from tests.conftest import add_second_factor
from tests.follow_up import NOW, Scene, refused_fields
from tests.published import publish
from tests.signing_in import enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
TODAY = NOW.date()
NOTES, ANSWERS = TODAY + timedelta(days=10), TODAY + timedelta(days=20)
LATER = NOW + timedelta(days=21)
AFTER_NOTES = NOW + timedelta(days=11)


class Stage:
    """A round with the right of reply, a council that is invited, and who writes for it."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.by = scene, scene.people["secretariat"]
        self.round = scene.round()
        self.actor = make_actor(scene, "council")
        self.person = join(scene, "voice", self.actor)
        self.switch()
        self.voice = service.invite(
            self.round, actor=self.actor, language="nl", by=self.by, now=NOW
        )

    def switch(self, **said: Any) -> RightOfReply:
        """Switch the right of reply on."""
        wanted: dict[str, Any] = {"is_on": True, "notes_until": NOTES, "answers_until": ANSWERS}
        wanted |= said
        return service.save(self.round, **wanted, by=self.by, now=NOW)

    def action(self, label: str = "1") -> Action:
        """Return an action of the plan."""
        return Action.objects.get(plan=self.scene.plan, label=label)

    def write(self, label: str = "1", **said: Any) -> VoiceNote:
        """Submit a note of the council."""
        wanted: dict[str, Any] = {
            "language": "nl", "text": "De wet is er nog niet.", "evidence": [], "submits": True,
            "by": self.person, "now": NOW,
        }  # fmt: skip
        return notes.save(self.voice, self.action(label), **wanted | said)

    def taken(self, label: str = "1", **said: Any) -> VoiceNote:
        """Submit a note, and take it."""
        return notes.take(self.write(label, **said), by=self.by, now=NOW)

    def refused(self, note: VoiceNote | None = None, **said: Any) -> VoiceNote:
        """Refuse a note."""
        wanted: dict[str, Any] = {
            "ground": "insult", "reason": "Het tweede woord.", "by": self.by, "now": NOW,
        }  # fmt: skip
        return notes.refuse(note or self.write(), **wanted | said)

    def answer(self, note: VoiceNote, actor: str = "ministry", **said: Any) -> NoteAnswer:
        """Answer a note."""
        wanted: dict[str, Any] = {
            "language": "fr", "text": "La loi est votée.", "submits": True,
            "by": self.scene.people["writer"], "now": NOW,
        }  # fmt: skip
        return note_answers.save(note, self.scene.actors[actor], **wanted | said)

    def freeze(self, now: Any = LATER) -> Any:
        """Close the round and freeze its report."""
        given = ReportingRound.objects.get(pk=self.round.pk)
        if given.is_open:
            given = rounds.close(given, by=self.by, now=now)
        outside = readiness.outside(given)
        return editions.freeze(given, by=self.by, outside=outside, now=now)

    def browser(self, name: str) -> Client:
        """Return a browser in which somebody is signed in."""
        person = self.person if name == "voice" else self.scene.people[name]
        if name == "secretariat":
            add_second_factor(person)
        return enter(Client(), person)


def make_actor(scene: Scene, name: str, **facts: Any) -> Actor:
    """Store an organisation."""
    made = Actor.objects.create(slug=f"small-{name}", level="partner", source=scene.source, **facts)
    ActorName.objects.create(actor=made, name_en=name.title(), source=scene.source)
    return made


def join(scene: Scene, name: str, actor: Actor, role: str = "voice") -> User:
    """Give somebody a role."""
    user = User.objects.create_user(f"{name}@council.example.org", language="nl")
    Membership.objects.create(user=user, actor=actor, role=role, started_at=NOW)
    scene.people[name] = user
    return user


@pytest.fixture
def stage(scene: Scene) -> Stage:
    return Stage(scene)


def told(kind: str, **more: Any) -> list[str]:
    """Return to whom e-mails of a kind lie in the outbox."""
    rows = Letter.objects.filter(kind=kind, **more).exclude(state="dropped")
    return sorted(rows.values_list("address", flat=True))


# --- The switch, and who is invited ---------------------------------------------------


def test_a_round_has_no_right_of_reply_unless_it_is_switched_on(scene: Scene) -> None:
    given = scene.round()
    assert voices.right_of(given).takes_notes(on=TODAY) is False
    found = builder.build(given, now=NOW)
    assert (found.notes, found.invited, found.refused) == ((), 0, 0)
    council = make_actor(scene, "council")
    with pytest.raises(Refused, match="Switch the right of reply on first"):
        service.invite(
            given, actor=council, email="a@example.org", language="nl",
            by=scene.people["secretariat"], now=NOW,
        )  # fmt: skip
    assert InvitedVoice.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"notes_until": None}, "notes_until"),
        ({"answers_until": None}, "answers_until"),
        ({"answers_until": NOTES}, "answers_until"),
        ({"notes_until": TODAY - timedelta(days=1)}, "notes_until"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(
    stage: Stage, said: dict[str, Any], field: str
) -> None:
    assert refused_fields(lambda: stage.switch(**said)) == [field]


def test_the_last_day_of_answers_lies_before_the_planned_freeze(stage: Stage) -> None:
    RoundStep.objects.create(round=stage.round, kind="freeze", planned_on=ANSWERS)
    assert refused_fields(stage.switch) == ["answers_until"]
    assert stage.switch(answers_until=ANSWERS - timedelta(days=1)).is_on


def test_only_the_secretariat_switches_invites_and_withdraws(stage: Stage) -> None:
    for name in ("writer", "reviewer", "observer", "voice"):
        by = stage.scene.people[name]
        for work in (
            lambda by=by: service.save(
                stage.round, is_on=False, notes_until=None, answers_until=None, by=by, now=NOW
            ),
            lambda by=by: service.invite(
                stage.round, actor=stage.scene.actors["agency"], language="nl", by=by, now=NOW
            ),
            lambda by=by: service.withdraw(stage.voice, by=by, now=NOW),
        ):
            with pytest.raises(PermissionDenied):
                work()


def test_those_who_write_for_an_organisation_are_told_until_when(stage: Stage) -> None:
    assert told("notes_opened") == ["voice@council.example.org"]
    list(sending.send_due(now=NOW))
    letter = Letter.objects.get(kind="notes_opened")
    assert letter.state == "sent"
    assert "2025" in letter.subject
    assert "/desk/rounds/small/2025/notes/" in letter.text


def test_an_organisation_without_anybody_needs_an_address(stage: Stage) -> None:
    union = make_actor(stage.scene, "union")

    def invite(email: str = "") -> InvitedVoice:
        return service.invite(
            stage.round, actor=union, email=email, language="fr", by=stage.by, now=NOW
        )

    assert refused_fields(invite) == ["email"]
    assert InvitedVoice.objects.filter(actor=union).count() == 0
    invite("somebody@union.example.org")
    made = Invitation.objects.get(actor=union)
    assert (made.role, made.language) == ("voice", "fr")
    assert refused_fields(invite) == ["actor"]  # it is there, and nobody is named
    invite("another@union.example.org")
    assert Invitation.objects.filter(actor=union).count() == 2


def test_an_invitation_is_withdrawn_while_nothing_was_written(stage: Stage) -> None:
    union = make_actor(stage.scene, "union")
    email = "somebody@union.example.org"
    row = service.invite(stage.round, actor=union, email=email, language="fr", by=stage.by, now=NOW)
    service.withdraw(row, by=stage.by, now=NOW)
    service.withdraw(row, by=stage.by, now=NOW)
    assert InvitedVoice.objects.filter(actor=union).count() == 0
    assert Invitation.objects.get(actor=union).withdrawn_at == NOW
    stage.write()
    with pytest.raises(Refused, match="written a note already"):
        service.withdraw(stage.voice, by=stage.by, now=NOW)


def test_it_is_not_switched_off_once_a_note_is_there(stage: Stage) -> None:
    assert stage.switch(is_on=False).is_on is False
    stage.switch()
    stage.write()
    with pytest.raises(Refused, match="Notes are there already"):
        stage.switch(is_on=False)


# --- The note -------------------------------------------------------------------------


def test_a_note_is_kept_as_a_draft_then_submitted_and_changed_until_its_day(stage: Stage) -> None:
    draft = stage.write(submits=False, text="Eerste", language="")
    assert (draft.state, draft.submitted_at) == ("draft", None)
    note = stage.write(text="Tweede", evidence=["https://example.org/"])
    assert (note.pk, note.state, note.submitted_at) == (draft.pk, "submitted", NOW)
    last = NOW + timedelta(days=10)
    assert stage.write(text="Derde", now=last).text == "Derde"
    with pytest.raises(Refused, match="its last day has passed"):
        stage.write(text="Vierde", now=AFTER_NOTES)
    with pytest.raises(Refused, match="submit the change too"):
        stage.write(text="Vijfde", submits=False)
    states = list(VoiceNote.history.order_by("history_id").values_list("state", "text"))
    assert states == [("draft", "Eerste"), ("submitted", "Tweede"), ("submitted", "Derde")]


def test_the_same_note_sent_twice_makes_one(stage: Stage) -> None:
    stage.write(seen="")
    stage.write(seen="")
    assert VoiceNote.objects.count() == 1
    assert VoiceNote.history.count() == 1


def test_two_tabs_on_one_note_lose_nothing(stage: Stage) -> None:
    note = stage.write()
    saw = seen.digest(note, notes.WRITTEN)
    stage.write(text="De ene", seen=saw)
    with pytest.raises(Conflict) as found:
        stage.write(text="De andere", seen=saw)
    assert found.value.stored.text == "De ene"


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"text": " \n"}, ["text"]),
        ({"language": ""}, ["language"]),
        ({"language": "it"}, ["language"]),
        ({"text": "x" * 3001}, ["text"]),
        ({"text": "a\uf0b7b"}, ["text"]),
        ({"evidence": ["javascript:alert(1)"]}, ["evidence"]),
        ({"evidence": ["https://user:secret@example.org/"]}, ["evidence"]),
        ({"evidence": [f"https://example.org/{n}" for n in range(11)]}, ["evidence"]),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(
    stage: Stage, said: dict[str, Any], fields: list[str]
) -> None:
    assert refused_fields(lambda: stage.write(**said)) == fields
    assert VoiceNote.objects.count() == 0


def test_a_note_of_3000_characters_is_taken(stage: Stage) -> None:
    assert len(stage.write(text="x" * 3000).text) == 3000


def test_nobody_else_writes_for_a_voice(stage: Stage) -> None:
    for name in ("writer", "reviewer", "secretariat", "observer"):
        with pytest.raises(PermissionDenied):
            stage.write(by=stage.scene.people[name])
    membership = Membership.objects.get(user=stage.person)
    members.remove(membership, by=stage.by, now=NOW)
    person = User.objects.get(pk=stage.person.pk)
    with pytest.raises(PermissionDenied):
        stage.write(by=person)


def test_a_voice_whose_invitation_was_withdrawn_writes_no_more(stage: Stage) -> None:
    service.withdraw(stage.voice, by=stage.by, now=NOW)
    with pytest.raises(Refused, match="was withdrawn"):
        stage.write()


def test_who_has_a_role_in_an_invited_organisation_already_writes_for_it(stage: Stage) -> None:
    institute = stage.scene.actors["institute"]
    voice = service.invite(stage.round, actor=institute, language="nl", by=stage.by, now=NOW)
    note = notes.save(
        voice, stage.action(), language="fr", text="Une note.", evidence=[], submits=True,
        by=stage.scene.people["observer"], now=NOW,
    )  # fmt: skip
    assert note.is_submitted


def test_a_submitted_note_can_be_taken_back(stage: Stage) -> None:
    note = notes.withdraw(stage.write(), by=stage.person, now=NOW)
    assert note.state == "draft"
    assert builder.build(stage.round, now=NOW).notes == ()
    assert stage.write(submits=False, text="Anders").state == "draft"


# --- The decision ---------------------------------------------------------------------


def test_a_taken_note_stands_in_the_draft_and_one_that_waits_does_not(stage: Stage) -> None:
    note = stage.write(evidence=["https://example.org/studie"])
    assert builder.build(stage.round, now=NOW).notes == ()
    notes.take(note, by=stage.by, now=NOW)
    found = builder.build(stage.round, now=NOW)
    (one,) = found.notes
    assert (one.voice, one.action_id, one.text.original, one.evidence) == (
        "small-council", "1", "De wet is er nog niet.", ("https://example.org/studie",),
    )  # fmt: skip
    assert (found.invited, found.refused) == (1, 0)


def test_a_refusal_needs_a_ground_and_a_reason_which_go_to_the_author(stage: Stage) -> None:
    note = stage.write()
    assert refused_fields(lambda: stage.refused(note, ground="")) == ["ground"]
    assert refused_fields(lambda: stage.refused(note, ground="dull")) == ["ground"]
    assert refused_fields(lambda: stage.refused(note, reason=" ")) == ["reason"]
    stage.refused(note)
    assert told("note_decided") == ["voice@council.example.org"]
    list(sending.send_due(now=NOW))
    letter = Letter.objects.get(kind="note_decided")
    assert "Het tweede woord." in letter.text
    found = builder.build(stage.round, now=NOW)
    assert (found.notes, found.refused) == ((), 1)


def test_the_secretariat_decides_on_what_it_read(stage: Stage) -> None:
    note = stage.write()
    saw = seen.digest(note, notes.READ)
    stage.write(text="Anders")
    with pytest.raises(Conflict):
        notes.take(note, seen=saw, by=stage.by, now=NOW)
    with pytest.raises(Conflict):
        notes.refuse(note, ground="insult", reason="x", seen=saw, by=stage.by, now=NOW)
    assert VoiceNote.objects.get().state == "submitted"


def test_only_the_secretariat_decides_and_never_on_its_own_note(stage: Stage) -> None:
    note = stage.write()
    for name in ("reviewer", "writer", "voice", "observer"):
        with pytest.raises(PermissionDenied):
            notes.take(note, by=stage.scene.people[name], now=NOW)
    other = stage.scene.people["chair"]
    Membership.objects.create(user=other, actor=stage.actor, role="observer", started_at=NOW)
    with pytest.raises(PermissionDenied):
        notes.take(note, by=User.objects.get(pk=other.pk), now=NOW)


def test_a_change_of_a_taken_note_waits_for_a_decision_again(stage: Stage) -> None:
    note = stage.taken()
    changed = stage.write(text="Nieuwe tekst")
    assert (changed.pk, changed.state) == (note.pk, "submitted")
    assert builder.build(stage.round, now=NOW).notes == ()


def test_a_refused_note_may_be_written_anew(stage: Stage) -> None:
    stage.refused()
    again = stage.write(text="Zonder het woord")
    assert (again.state, again.ground, again.reason) == ("submitted", "", "")


# --- The second look ------------------------------------------------------------------


def look(stage: Stage, note: VoiceNote, name: str = "second", **said: Any) -> VoiceNote:
    wanted: dict[str, Any] = {"takes": True, "reason": "", "now": NOW} | said
    return notes.look_again(note, **wanted, by=stage.scene.people[name])


def test_the_co_chair_takes_a_second_look_once_and_for_all(stage: Stage) -> None:
    note = notes.ask_again(stage.refused(), by=stage.person, now=NOW)
    assert note.state == "second_look"
    addresses = [f"{name}@small.example.org" for name in ("both", "reviewer", "second")]
    assert told("second_look") == addresses
    for name in ("secretariat", "writer", "voice"):
        with pytest.raises(PermissionDenied):
            look(stage, note, name)
    with pytest.raises(ValidationError):
        look(stage, note, takes=False)
    upheld = look(stage, note, takes=False, reason="Het blijft een belediging.")
    assert upheld.state == "upheld"
    assert builder.build(stage.round, now=NOW).refused == 1
    with pytest.raises(Refused):
        look(stage, note)
    with pytest.raises(Refused):
        notes.ask_again(note, by=stage.person, now=NOW)
    with pytest.raises(Refused):
        stage.write(text="Nog eens")
    with pytest.raises(Refused):
        notes.take(note, by=stage.by, now=NOW)


def test_a_note_that_the_co_chair_takes_stands_in_the_report(stage: Stage) -> None:
    note = notes.ask_again(stage.refused(), by=stage.person, now=NOW)
    look(stage, note)
    found = builder.build(stage.round, now=NOW)
    assert (len(found.notes), found.refused) == (1, 0)
    list(sending.send_due(now=NOW))
    letters = Letter.objects.filter(kind="note_decided", state="sent")
    assert letters.count() == 1  # what was refused first is told no more


def test_a_second_look_is_asked_for_once(stage: Stage) -> None:
    note = notes.ask_again(stage.refused(), by=stage.person, now=NOW)
    look(stage, note)
    stage.write(text="Weer anders")
    stage.refused(VoiceNote.objects.get())
    with pytest.raises(Refused, match="once"):
        notes.ask_again(note, by=stage.person, now=NOW)


# --- The answer -----------------------------------------------------------------------


def test_an_expected_actor_answers_once_and_changes_it_until_the_second_date(
    stage: Stage,
) -> None:
    note = stage.taken()
    draft = stage.answer(note, submits=False, text="Brouillon")
    assert builder.build(stage.round, now=NOW).notes[0].answers == ()
    first = stage.answer(note)
    again = stage.answer(note, text="Autrement.", now=NOW + timedelta(days=20))
    assert draft.pk == first.pk == again.pk
    (answer,) = builder.build(stage.round, now=NOW).notes[0].answers
    assert (answer.actor, answer.text.original) == ("small-ministry", "Autrement.")
    with pytest.raises(Refused, match="last day for answers"):
        stage.answer(note, text="Trop tard", now=LATER)


def test_an_answer_of_1501_characters_is_refused(stage: Stage) -> None:
    note = stage.taken()
    assert refused_fields(lambda: stage.answer(note, text="x" * 1501)) == ["text"]
    assert len(stage.answer(note, text="x" * 1500).text) == 1500


def test_nobody_answers_who_is_not_expected_or_does_not_write_for_the_actor(stage: Stage) -> None:
    note = stage.taken()
    people = stage.scene.people
    for actor, name in (
        ("foreign", "outsider"),  # not expected on this action
        ("ministry", "outsider"),  # writes for another
        ("ministry", "secretariat"),
        ("ministry", "voice"),
        ("ministry", "observer"),
    ):
        with pytest.raises(PermissionDenied):
            stage.answer(note, actor, by=people[name])
    partner = stage.taken("7")  # the ministry is a partner there: nothing is expected
    with pytest.raises(PermissionDenied):
        stage.answer(partner)


def test_nobody_answers_a_note_of_their_own_organisation(stage: Stage) -> None:
    note = stage.taken()
    writer = stage.scene.people["writer"]
    Membership.objects.create(user=writer, actor=stage.actor, role="voice", started_at=NOW)
    with pytest.raises(PermissionDenied):
        stage.answer(note, by=User.objects.get(pk=writer.pk))


def test_an_actor_that_is_invited_does_not_answer_its_own_note(stage: Stage) -> None:
    ministry = stage.scene.actors["ministry"]
    own = service.invite(stage.round, actor=ministry, language="nl", by=stage.by, now=NOW)
    note = notes.save(
        own, stage.action(), language="nl", text="Eigen lof.", evidence=[], submits=True,
        by=stage.scene.people["writer"], now=NOW,
    )  # fmt: skip
    notes.take(note, by=stage.by, now=NOW)
    with pytest.raises(PermissionDenied):
        stage.answer(note)
    assert voices.counts([stage.round])[stage.round.pk].unanswered == 0


def test_a_note_that_is_not_in_the_report_is_not_answered(stage: Stage) -> None:
    with pytest.raises(Refused, match="not in the report"):
        stage.answer(stage.write())


def test_an_answered_note_stays_as_it_is(stage: Stage) -> None:
    note = stage.taken()
    stage.answer(note)
    with pytest.raises(Refused):
        stage.write(text="Anders")
    with pytest.raises(Refused):
        notes.withdraw(note, by=stage.person, now=NOW)
    with pytest.raises(Refused, match="answered already"):
        stage.refused(note)


def test_a_draft_of_an_answer_keeps_nobody_from_changing_or_refusing_the_note(stage: Stage) -> None:
    note = stage.taken()
    stage.answer(note, submits=False, text="", language="")
    stage.write(text="Anders")
    assert stage.refused(note).state == "refused"


def test_an_answer_is_not_submitted_under_a_text_that_its_writer_has_not_read(
    stage: Stage,
) -> None:
    note = stage.taken()
    read = seen.digest(note, notes.WRITTEN)
    stage.answer(note, submits=False, seen=note_answers.Read(note=read))
    notes.take(stage.write(text="Heel iets anders"), by=stage.by, now=NOW)
    with pytest.raises(Refused, match="Read it again"):
        stage.answer(note, seen=note_answers.Read(note=read))
    note.refresh_from_db()
    assert stage.answer(
        note, seen=note_answers.Read(note=seen.digest(note, notes.WRITTEN))
    ).is_submitted


def test_where_only_coordinators_submit_only_they_submit_an_answer(stage: Stage) -> None:
    note = stage.taken()
    Actor.objects.filter(pk=stage.scene.actors["ministry"].pk).update(coordinator_submits=True)
    assert not stage.answer(note, submits=False).is_submitted
    with pytest.raises(PermissionDenied):
        stage.answer(note)
    assert stage.answer(note, by=stage.scene.people["head"]).is_submitted


def test_those_who_can_answer_are_told_once_the_next_morning(stage: Stage) -> None:
    first, second = stage.taken("1"), stage.taken("9")
    addresses = [f"{name}@small.example.org" for name in ("colleague", "head", "writer")]
    assert told("notes_taken") == addresses
    stage.answer(first)
    list(sending.send_due(now=NOW + timedelta(days=1)))
    letter = Letter.objects.get(kind="notes_taken", address=addresses[-1])
    assert letter.state == "sent"
    assert ("Action 9" in letter.text or "9" in letter.text, second.is_taken) == (True, True)
    assert letter.subject.startswith("1 ")


# --- The report -----------------------------------------------------------------------


def test_the_report_is_frozen_after_the_last_day_and_every_decision(stage: Stage) -> None:
    note = stage.write()
    with pytest.raises(Refused, match="can be answered until"):
        stage.freeze(NOW + timedelta(days=20))
    with pytest.raises(Refused, match="wait for a decision"):
        stage.freeze()
    notes.take(note, by=stage.by, now=LATER)
    assert len(stage.freeze().snapshot.notes) == 1


def test_after_the_freeze_everything_is_refused(stage: Stage) -> None:
    note = stage.taken()
    stage.answer(note)
    stage.freeze()
    for work in (
        lambda: stage.switch(notes_until=NOTES + timedelta(days=1)),
        lambda: stage.write("9"),
        lambda: stage.answer(note, text="Autre"),
        lambda: stage.refused(note),
        lambda: notes.take(note, by=stage.by, now=LATER),
        lambda: notes.withdraw(note, by=stage.person, now=NOW),
        lambda: notes.ask_again(note, by=stage.person, now=NOW),
        lambda: service.invite(
            stage.round, actor=stage.scene.actors["agency"], language="nl", by=stage.by, now=NOW
        ),
        lambda: service.withdraw(stage.voice, by=stage.by, now=NOW),
    ):
        with pytest.raises(Refused, match="frozen or published"):
            work()


def test_the_database_itself_keeps_the_notes_of_a_frozen_report(stage: Stage) -> None:
    note = stage.taken()
    answer = stage.answer(note)
    stage.freeze()
    for row in (note, answer):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(text="Stilletjes anders")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["html", "json", "xlsx"])
def test_every_format_says_the_note_its_evidence_and_the_answer(
    stage: Stage, name: str, language: str
) -> None:
    note = stage.taken(text="Zqnote <b>&</b>", evidence=["https://example.org/zqevidence"])
    stage.answer(note, text="Zqanswer")
    snapshot = builder.build(stage.round, now=NOW)
    from tests.access import text_of  # noqa: PLC0415

    class Made(dict):
        content = FORMATS[name].render(snapshot, language)

    text = text_of(Made())  # type: ignore[arg-type]
    for said in ("Zqnote", "zqevidence", "Zqanswer"):
        assert said in text
    assert "Zqnote <b>" not in text or name == "json"


def test_only_those_that_wrote_are_named(stage: Stage) -> None:
    make = make_actor(stage.scene, "silentunion")
    service.invite(
        stage.round, actor=make, email="s@union.example.org", language="nl", by=stage.by, now=NOW
    )
    stage.taken()
    page = FORMATS["html"].render(builder.build(stage.round, now=NOW), "en").decode()
    assert "1 of 2 councils and organisations that were invited wrote a note." in page
    assert "Silentunion" not in page
    assert "Council" in page
    assert "it is no text of a government" in page


# --- Pages ----------------------------------------------------------------------------


def text_of_page(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


pytest_pages = pytest.mark.usefixtures("_today")


@pytest_pages
def test_a_voice_finds_the_draft_writes_and_submits(stage: Stage) -> None:
    client = stage.browser("voice")
    assert "/en/desk/rounds/small/2025/notes/" in text_of_page(client.get("/en/desk/"))
    page = "/en/desk/rounds/small/2025/notes/"
    assert "Write a note" in text_of_page(client.get(page))
    assert client.get("/en/desk/rounds/small/2025/draft/html/").status_code == 200
    assert client.get("/en/desk/rounds/small/2025/draft/docx/").status_code == 403
    assert client.get("/en/desk/rounds/small/2025/draft/").status_code == 403
    form = f"{page}{stage.voice.pk}/action/{stage.action().pk}/"
    sent = {"text": "De wet.\r\n3. Oktober", "language": "nl", "evidence": "www.example.org, "
            "https://example.org/b", "act": "submit", "seen": ""}  # fmt: skip
    response = client.post(form, sent)
    assert (response.status_code, response["Location"]) == (302, page)
    note = VoiceNote.objects.get()
    assert note.text == "De wet.\n3. Oktober"
    assert note.evidence == ["https://www.example.org", "https://example.org/b"]
    assert note.is_submitted


@pytest_pages
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": "x" * 3001}, "Write at most 3000 characters; this text has 3001."),
        ({"evidence": "javascript:alert(1)"}, "Enter an address that starts with https://"),
        ({"evidence": "https://u:p@example.org/"}, "Enter an address that starts with https://"),
        ({"language": ""}, "Choose the language that you write in."),
        ({"text": ""}, "Write the note."),
    ],
)
def test_what_is_wrong_is_said_next_to_its_field_and_the_text_stays(
    stage: Stage, said: dict[str, str], words: str
) -> None:
    form = f"/en/desk/rounds/small/2025/notes/{stage.voice.pk}/action/{stage.action().pk}/"
    sent = {"text": "Kort", "language": "nl", "evidence": "", "act": "submit", "seen": ""} | said
    response = stage.browser("voice").post(form, sent)
    assert response.status_code == 200
    assert words in text_of_page(response)
    assert (sent["text"] in response.content.decode(), VoiceNote.objects.count()) == (True, 0)


@pytest_pages
def test_a_pasted_bullet_becomes_a_list_and_a_markup_stays_text(stage: Stage) -> None:
    form = f"/en/desk/rounds/small/2025/notes/{stage.voice.pk}/action/{stage.action().pk}/"
    sent = {"text": "\uf0b7 een <script>alert(1)</script>", "language": "nl", "act": "submit"}
    assert stage.browser("voice").post(form, sent | {"seen": ""}).status_code == 302
    note = notes.take(VoiceNote.objects.get(), by=stage.by, now=NOW)
    assert "\uf0b7" not in note.text
    page = FORMATS["html"].render(builder.build(stage.round, now=NOW), "en").decode()
    assert "<script>alert(1)" not in page


@pytest_pages
def test_a_note_sent_after_its_day_is_refused_and_its_text_stays_on_the_page(stage: Stage) -> None:
    stage.write(submits=False)
    form = f"/en/desk/rounds/small/2025/notes/{stage.voice.pk}/action/{stage.action().pk}/"
    with time_machine.travel(AFTER_NOTES, tick=False):
        client = stage.browser("voice")
        shown = text_of_page(client.get(form))
        assert ("<textarea" in shown, "De wet is er nog niet." in shown) == (False, True)
        sent = {"text": "Te laat getypt", "language": "nl", "act": "submit"}
        response = client.post(form, sent)
        assert "Te laat getypt" in text_of_page(response)
        assert "its last day has passed" in text_of_page(response)
        assert client.get("/en/desk/rounds/small/2025/draft/html/").status_code == 404
    assert VoiceNote.objects.get().is_draft


@pytest_pages
def test_the_secretariat_takes_and_refuses_on_its_page(stage: Stage) -> None:
    note = stage.write()
    client = stage.browser("secretariat")
    overview = f"/en/secretariat/rounds/{stage.round.pk}/voices/"
    assert "Council" in text_of_page(client.get(overview))
    page = f"/en/secretariat/notes/{note.pk}/"
    shown = seen.digest(note, notes.READ)
    refused = client.post(page, {"act": "refuse", "seen": shown, "reason": "Omdat", "ground": ""})
    assert "Choose one of the grounds." in text_of_page(refused)
    assert client.post(page, {"act": "take", "seen": shown}).status_code == 302
    assert VoiceNote.objects.get().is_taken
    assert "note of a voice to look at" not in text_of_page(client.get("/en/secretariat/"))
    assert "answer to notes not in" in text_of_page(client.get("/en/secretariat/"))


@pytest_pages
def test_a_member_answers_from_the_desk(stage: Stage) -> None:
    note = stage.taken()
    client = stage.browser("writer")
    path = f"/en/desk/notes/{note.pk}/answers/{stage.scene.actors['ministry'].pk}/"
    assert path in text_of_page(client.get("/en/desk/"))
    sent = {"text": "Het ontwerp is ingediend.", "language": "nl", "act": "submit", "seen": ""}
    assert client.post(path, sent).status_code == 302
    assert NoteAnswer.objects.get().is_submitted
    assert stage.browser("outsider").get(path).status_code == 404
    assert stage.browser("voice").get(path).status_code == 403


@pytest_pages
def test_the_co_chair_decides_from_the_desk(stage: Stage) -> None:
    note = stage.refused()
    page = f"/en/secretariat/notes/{note.pk}/"
    client = stage.browser("second")
    assert client.get(page).status_code == 404  # nobody asked yet
    stage.browser("voice").post(f"/en/desk/notes/{note.pk}/ask-again/")
    assert page in text_of_page(client.get("/en/desk/"))
    assert client.post(page, {"act": "refuse", "reason": ""}).status_code == 200
    assert client.post(page, {"act": "take"}).status_code == 302
    assert VoiceNote.objects.get().is_taken


@pytest_pages
def test_a_voice_sees_nothing_of_another_round_and_nothing_when_it_is_off(stage: Stage) -> None:
    client = stage.browser("voice")
    page = "/en/desk/rounds/small/2025/notes/"
    stage.switch(is_on=False)
    assert client.get(page).status_code == 404
    assert client.get("/en/desk/rounds/small/2025/draft/html/").status_code == 404
    assert client.get("/en/desk/rounds/small/2024/notes/").status_code == 404


# --- After publication ----------------------------------------------------------------


def published(stage: Stage) -> None:
    """Publish the report of the round with small stand-ins for its files."""
    given = rounds.close(ReportingRound.objects.get(pk=stage.round.pk), by=stage.by, now=LATER)
    publish(given, by=stage.by, now=LATER)


def test_a_published_note_stands_at_its_action_and_in_the_interface(stage: Stage) -> None:
    note = stage.taken(text="Zqnote **en** <b>meer</b>", evidence=["https://example.org/zqstudie"])
    stage.answer(note, text="Zqanswer")
    stage.refused(stage.write("9"))
    address = "/en/plans/small/actions/1/"
    before = text_of_page(Client().get(address)) + text_of_page(
        Client().get("/api/v1/plans/small/rounds/")
    )
    assert "Zq" not in before
    published(stage)
    page = text_of_page(Client().get(address))
    assert "Zqnote <strong>en</strong> &lt;b&gt;meer&lt;/b&gt;" in page
    assert "original in Dutch" in page
    assert 'href="https://example.org/zqstudie"' in page
    assert ("Zqanswer" in page, "it is no text of a government" in page) == (True, True)
    assert "Zqnote" not in text_of_page(Client().get("/en/plans/small/actions/9/"))
    (found,) = Client().get("/api/v1/plans/small/rounds/").json()["results"]
    assert found["voices"] == {"invited": 1, "refused": 1}
    (one,) = found["notes"]
    assert (one["voice"], one["action_id"], one["evidence"]) == (
        "small-council", "1", ["https://example.org/zqstudie"],
    )  # fmt: skip
    assert stage.person.email not in page


def test_a_section_shows_its_own_notes_and_which_of_its_actions_have_some(stage: Stage) -> None:
    plan = stage.scene.plan
    section = Section.objects.create(
        plan=plan, number=3, label="C", title_en="Both of them", source=stage.scene.source
    )
    Action.objects.filter(plan=plan, label__in=["1", "9"]).update(section=section)
    stage.answer(stage.taken("1", text="- Zqone **is** long\n- " + "Zqlong " * 40), text="Zqanswer")
    stage.taken("9", text="Zqnine")
    about = notes.save(
        stage.voice, section, language="nl", text="Zqsection", evidence=[], submits=True,
        by=stage.person, now=NOW,
    )  # fmt: skip
    notes.take(about, by=stage.by, now=NOW)
    stage.refused(stage.write("5", text="Zqrefused"))
    address = "/en/plans/small/sections/3/"
    assert "Other voices" not in text_of_page(Client().get(address))
    published(stage)
    page = text_of_page(Client().get(address))
    assert page.count("it is no text of a government") == 1
    assert "<p>Zqsection</p>" in page
    parts = re.findall(r'<q lang="nl">(.*?)</q>', page)
    assert parts == ["Zqone is long" + " Zqlong" * 20 + " …", "Zqnine"]
    listed = page[page.index("Notes on actions of this section") :]
    answers = re.findall(r"Answered by|No answer", listed)
    assert (answers, "Zqanswer" in listed, "Zqrefused" in page) == (
        ["Answered by", "No answer"], False, False,
    )  # fmt: skip
    for label in "19":
        assert f'href="/en/plans/small/actions/{label}/#voices-title"' in listed
    action = text_of_page(Client().get("/en/plans/small/actions/9/"))
    assert "On section C as a whole there is 1 note:" in " ".join(action.split())
    assert 'href="/en/plans/small/sections/3/?year=2025#voices-title"' in action


def test_a_theme_has_no_notes_of_voices(stage: Stage) -> None:
    theme = Theme.objects.create(slug="one", title_en="One")
    ActionTheme.objects.create(action=stage.action("1"), theme=theme, basis="editors")
    stage.taken("1", text="Zqnote")
    published(stage)
    page = text_of_page(Client().get("/en/plans/small/themes/one/"))
    assert ("Zqnote" in page, "Other voices" in page) == (False, False)


def test_a_further_edition_keeps_the_notes_of_the_one_before(stage: Stage) -> None:
    stage.taken()
    published(stage)
    given = ReportingRound.objects.get(pk=stage.round.pk)
    found = builder.build(given, now=LATER)
    assert ([note.voice for note in found.notes], found.invited) == (["small-council"], 1)
    with pytest.raises(Refused, match="frozen or published"):
        stage.write("9")


# --- Lists ----------------------------------------------------------------------------


@pytest_pages
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("secretariat", "/en/secretariat/rounds/{round}/voices/"),
        ("secretariat", "/en/secretariat/"),
        ("writer", "/en/desk/"),
        ("voice", "/en/desk/rounds/small/2025/notes/"),
    ],
)
def test_a_list_asks_as_often_for_one_note_as_for_many(stage: Stage, who: str, path: str) -> None:
    client = stage.browser(who)
    address = path.format(round=stage.round.pk)
    stage.taken("1")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(9):
        actor = make_actor(stage.scene, f"other{number}")
        person = join(stage.scene, f"other{number}", actor)
        voice = service.invite(stage.round, actor=actor, language="nl", by=stage.by, now=NOW)
        for label in ("1", "9"):
            note = notes.save(
                voice, stage.action(label), language="nl", text="Nota", evidence=[], submits=True,
                by=person, now=NOW,
            )  # fmt: skip
            notes.take(note, by=stage.by, now=NOW)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(one)
