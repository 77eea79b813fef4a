"""Reads the right of reply: who is invited, what may be written of, who answers, what stands.

One rule each for who may write a note and who may answer it, which page, desk, e-mail and
service ask.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from actions import permissions
from actions.models import Action, Actor, Entry, ReportingRound, Section
from actions.permissions import Rights
from actions.round_status import in_order, read_wordings
from document.snapshot import Answer, Note, Text
from reports import words
from reports.voice_models import (
    DRAFT,
    NOT_TAKEN,
    REFUSED,
    SECOND_LOOK,
    SUBMITTED,
    TAKEN,
    WAITING,
    InvitedVoice,
    NoteAnswer,
    RightOfReply,
    VoiceNote,
)

# What a line of a note shows, read at once.
SHOWN = ("voice__actor", "voice__round__plan", "action__section", "section")


def right_of(given: ReportingRound) -> RightOfReply:
    """Return the right of reply of a round; one that is switched off where none was set."""
    row = RightOfReply.objects.filter(round=given).first() or RightOfReply(round=given)
    row.round = given
    return row


def has_it(given: ReportingRound) -> bool:
    """Tell whether a round lets invited organisations write notes."""
    return RightOfReply.objects.filter(round=given, is_on=True).exists()


# --- What may be written of ---------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """A section with its actions, as they stood on the reference date; None is no section."""

    section: Section | None
    actions: tuple[Action, ...]


def subjects(given: ReportingRound) -> list[Group]:
    """Return what the report speaks of: sections, each with its actions, in the plan's order."""
    on = given.reference_date
    rows = list(Action.objects.filter(plan=given.plan_id).select_related("plan", "section"))
    by_section: dict[int | None, list[Action]] = defaultdict(list)
    for action in in_order(rows, on, read_wordings(rows, before=on)):
        by_section[action.section_id].append(action)
    listed = Section.objects.filter(plan=given.plan_id).order_by("number")
    found = [Group(section, tuple(by_section.pop(section.pk, ()))) for section in listed]
    rest = tuple(action for actions in by_section.values() for action in actions)
    return [*(one for one in found if one.actions), *([Group(None, rest)] if rest else [])]


# --- Who may ------------------------------------------------------------------------


def invited(given: ReportingRound, rights: Rights) -> list[InvitedVoice]:
    """Return the invited organisations of a round in whose name somebody writes notes."""
    rows = InvitedVoice.objects.filter(round=given, actor__in=rights.notes_for)
    return list(rows.select_related("actor").prefetch_related("actor__names").order_by("actor"))


def reads_draft(given: ReportingRound, rights: Rights, *, on: date) -> bool:
    """Tell whether a voice reads the draft: as long as it can write a note on it."""
    return bool(invited(given, rights)) and right_of(given).takes_notes(on=on)


def can_change(note: VoiceNote, right: RightOfReply, *, on: date) -> bool:
    """Tell whether a note can be written now: until its day, as long as nobody has answered it.

    One that was refused can be written anew until the co-chair is asked.
    """
    if not right.takes_notes(on=on) or note.state in {SECOND_LOOK, *NOT_TAKEN[1:]}:
        return False
    return note.pk is None or not note.answers.filter(state=SUBMITTED).exists()


def can_ask_again(note: VoiceNote, right: RightOfReply, *, on: date) -> bool:
    """Tell whether a second look can be asked for: once, of a refused note."""
    return note.state == REFUSED and note.asked_at is None and right.takes_answers(on=on)


def can_decide(note: VoiceNote, rights: Rights) -> bool:
    """Tell whether somebody takes or refuses a note: the secretariat, never on its own note."""
    return rights.is_secretariat and note.voice.actor_id not in rights.stands_for


def can_look_again(note: VoiceNote, rights: Rights) -> bool:
    """Tell whether somebody looks a second time: the co-chair, and not who refused it."""
    is_other = rights.user != note.decided_by_id and note.voice.actor_id not in rights.stands_for
    return rights.is_co_chair and is_other


# --- Who answers --------------------------------------------------------------------


def expected_entries(notes: Iterable[VoiceNote]) -> dict[int, list[Entry]]:
    """Return, by note, the expected entries of its action or section; two queries for all."""
    listed = list(notes)
    about = Q(responsibility__action__in=[n.action_id for n in listed if n.action_id]) | Q(
        responsibility__action__section__in=[n.section_id for n in listed if n.section_id]
    )
    rows = Entry.objects.filter(
        about, round__in={n.voice.round_id for n in listed}, expected=True
    ).select_related("responsibility__actor", "responsibility__action")
    rows = rows.prefetch_related("responsibility__actor__names")
    found: dict[int, list[Entry]] = {note.pk: [] for note in listed}
    entries = list(rows.order_by("responsibility__position", "pk")) if listed else []
    for note in listed:
        found[note.pk] = [row for row in entries if concerns(note, row)]
    return found


def concerns(note: VoiceNote, entry: Entry) -> bool:
    """Tell whether a note is about what an entry is expected on, and not by who wrote the note."""
    held = entry.responsibility
    if entry.round_id != note.voice.round_id or held.actor_id == note.voice.actor_id:
        return False
    if note.action_id:
        return bool(held.action_id == note.action_id)
    return bool(held.action.section_id == note.section_id)


def answering(note: VoiceNote, entries: Iterable[Entry], rights: Rights) -> list[Actor]:
    """Return the actors in whose name somebody answers a note.

    Expected on that action or section, and written for by this person, who has no part in the
    organisation that wrote the note.
    """
    if note.voice.actor_id in rights.stands_for:
        return []
    mine = [e for e in entries if permissions.can_write_for(rights, e.responsibility)]
    return list({e.responsibility.actor_id: e.responsibility.actor for e in mine}.values())


def can_submit(entries: Iterable[Entry], actor: Actor, rights: Rights) -> bool:
    """Tell whether somebody submits what an actor answers: as who submits its entries."""
    own = (entry for entry in entries if entry.responsibility.actor_id == actor.pk)
    return any(permissions.can_submit(rights, entry) for entry in own)


@dataclass(frozen=True)
class ToAnswer:
    """A note that an actor can answer, with what it answered so far."""

    note: VoiceNote
    actor: Actor
    answer: NoteAnswer | None
    right: RightOfReply

    @property
    def is_answered(self) -> bool:
        """Tell whether the answer is in."""
        return self.answer is not None and self.answer.is_submitted


def to_answer(rights: Rights, *, on: date) -> list[ToAnswer]:
    """Return the notes that somebody can answer on a day, each for each of their actors."""
    if not rights.is_writer:
        return []
    running = [
        row
        for row in RightOfReply.objects.filter(is_on=True, answers_until__gte=on).select_related(
            "round__plan"
        )
        if row.takes_answers(on=on)
    ]
    if not running:
        return []
    by_round = {row.round_id: row for row in running}
    notes = list(
        VoiceNote.objects.filter(state=TAKEN, voice__round__in=by_round)
        .select_related(*SHOWN)
        .prefetch_related("voice__actor__names")
        .order_by("voice__round", "pk")
    )
    entries = expected_entries(notes)
    answers = {
        (row.note_id, row.actor_id): row for row in NoteAnswer.objects.filter(note__in=notes)
    }
    return [
        ToAnswer(note, actor, answers.get((note.pk, actor.pk)), by_round[note.voice.round_id])
        for note in notes
        for actor in answering(note, entries[note.pk], rights)
    ]


# --- How it stands ------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """What waits in a round: for the secretariat, for the co-chair, for the actors."""

    to_look_at: int = 0
    second_looks: int = 0
    unanswered: int = 0


def counts(rounds: Iterable[ReportingRound]) -> dict[int, Counts]:
    """Return what waits in some rounds, by key; as many queries for many as for one."""
    keys = [given.pk for given in rounds]
    rows = VoiceNote.objects.filter(voice__round__in=keys, voice__round__right_of_reply__is_on=True)
    rows = rows.filter(voice__round__frozen_at=None, voice__round__published=None)
    listed = list(rows.exclude(state=DRAFT).select_related("voice"))
    states = Counter((note.voice.round_id, note.state) for note in listed)
    taken = [note for note in listed if note.is_taken]
    entries = expected_entries(taken)
    answered = set(
        NoteAnswer.objects.filter(note__in=taken, state=SUBMITTED).values_list("note", "actor")
    )
    missing: Counter[int] = Counter()
    for note in taken:
        asked = {row.responsibility.actor_id for row in entries[note.pk]}
        missing[note.voice.round_id] += sum((note.pk, key) not in answered for key in asked)
    return {
        key: Counts(states[key, SUBMITTED], states[key, SECOND_LOOK], missing[key]) for key in keys
    }


def waiting(given: ReportingRound) -> int:
    """Return how many notes of a round wait for a decision, without which none is frozen."""
    return VoiceNote.objects.filter(voice__round=given, state__in=WAITING).count()


# --- What the report says -----------------------------------------------------------


def build(given: ReportingRound) -> dict[str, Any]:
    """Return what the report says of a round's notes: those taken, and the counts.

    Nothing where the round has no right of reply.
    """
    if not has_it(given):
        return {}
    rows = list(
        VoiceNote.objects.filter(voice__round=given, state=TAKEN)
        .select_related(*SHOWN)
        .prefetch_related("voice__actor__names", "answers__actor")
    )
    refused = VoiceNote.objects.filter(voice__round=given, state__in=NOT_TAKEN)
    return {
        "notes": tuple(build_note(row, given.reference_date) for row in in_plan(rows)),
        "invited": InvitedVoice.objects.filter(round=given).count(),
        "refused": refused.count(),
    }


def in_plan(rows: Iterable[VoiceNote]) -> list[VoiceNote]:
    """Return notes in the order of the plan, those of a section before those of its actions."""

    def place(note: VoiceNote) -> tuple[int, int, str]:
        section = note.section or (note.action.section if note.action else None)
        position = note.action.position if note.action else -1
        return section.number if section else 0, position, note.voice.actor.slug

    return sorted(rows, key=place)


def build_note(note: VoiceNote, on: date) -> Note:
    """Return a note as the report prints it, its author as called on a day."""
    record = note.voice.actor.name_record(on)
    slug = note.voice.actor.slug
    return Note(
        voice=slug,
        names=words.per_language(record, "name") if record else {"en": slug},
        text=Text(note.language, note.text),
        action_id=(note.action.key or note.action.label) if note.action else "",
        section=note.section.shown if note.section else "",
        answers=tuple(build_answers(note)),
        evidence=tuple(note.evidence),
    )


def build_answers(note: VoiceNote) -> Iterator[Answer]:
    """Yield the answers to a note that are in, by the key of the actor."""
    for row in sorted(note.answers.all(), key=lambda answer: answer.actor.slug):
        if row.is_submitted:
            yield Answer(row.actor.slug, Text(row.language, row.text))
