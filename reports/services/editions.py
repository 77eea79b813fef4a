"""Freezes, publishes, corrects and withdraws editions; each step is whole or not at all."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.enums import RoundState
from actions.models import ReportingRound, User
from actions.models.entries import validate_length
from actions.models.fields import no_control_characters
from actions.outbox import events
from actions.refusals import Refused
from actions.services import endings, plan, publication
from actions.services import rounds as round_service
from actions.services.entries import checked_reason
from actions.services.publication import ActionFacts, EntryFacts
from actions.typography import date_format
from document import selection
from document.snapshot import LANGUAGES, Action, Snapshot, Words, to_json
from reports import builder, evaluation, readiness, voices
from reports.formats import FORMATS, of_schema
from reports.models import (
    FROZEN,
    PUBLISHED,
    WITHDRAWN,
    Consultation,
    Edition,
    EditionFile,
    Rendering,
    Transmission,
)
from reports.readiness import NOTHING_OUTSIDE, Outside


def draft(given: ReportingRound, *, now: datetime) -> Snapshot:
    """Return what the report would say at this moment."""
    return maker(given)(given, now=now)


def maker(given: ReportingRound) -> Callable[..., Snapshot]:
    """Return what builds the report of a round, by its kind."""
    return evaluation.build if given.is_evaluation else builder.build


@transaction.atomic
def freeze(
    given: ReportingRound,
    *,
    by: User,
    note: Mapping[str, str] | None = None,
    outside: Outside = NOTHING_OUTSIDE,
    now: datetime,
) -> Edition:
    """Freeze the report of a closed round as its next edition.

    The round is locked meanwhile, so that an acceptance is wholly in or wholly out. ``outside``
    are the numbers of entries left out that somebody has seen and confirmed; where others
    stand there now, ValidationError is raised. From the second edition on there is a ``note``:
    what changed is listed by itself; where nothing did, words in Dutch and French at least are
    needed. Whoever could still write is told that writing has ended, and whoever was told a
    later day for comments that these have. Freezing a frozen round returns the edition that waits.
    """
    round_service.secretariat(by, now)
    stored = round_service.lock(given)
    waiting = Edition.objects.filter(round=stored, state=FROZEN).first()
    if waiting is not None:
        return waiting
    if words := cannot_freeze(stored, on=timezone.localdate(now)):
        raise Refused(words)
    check_outside(readiness.outside(stored), outside)
    number = Edition.objects.filter(round=stored).count() + 1
    snapshot = build_edition(stored, number, note or {}, now=now)
    content = to_json(snapshot)
    ended = readiness.still_writable(stored, on=timezone.localdate(now))
    edition = Edition.objects.create(
        round=stored,
        number=number,
        content=content,
        checksum=digest(content.encode()),
        frozen_by=by,
        frozen_at=now,
        **{f"note_{language}": text for language, text in snapshot.note.items()},
    )
    Rendering.objects.create(edition=edition, asked_by=by, asked_at=now)
    events.writing_ended(ended, key=str(edition.pk), now=now)
    if until := comments_until(stored, on=timezone.localdate(now)):
        events.comments_ended(stored, until=until, key=str(edition.pk), but=by.pk, now=now)
    stored.frozen_at, stored.is_sample = now, snapshot.is_sample
    stored.save(update_fields=["frozen_at", "is_sample"])
    return edition


def comments_until(given: ReportingRound, *, on: date) -> date | None:
    """Return the day until which members comment on a draft; None where they do not on a day."""
    row = Consultation.objects.select_related("round").filter(round=given).first()
    return row.until if row is not None and row.is_open(on=on) else None


def cannot_freeze(given: ReportingRound, *, on: date) -> object:
    """Return, as words, why the report of a round cannot be frozen now; None where it can."""
    if given.is_frozen:
        return _("An edition is frozen already: publish or discard it first.")
    if given.state != RoundState.CLOSED:
        return _("Close the round first; then its report can be frozen.")
    return cannot_evaluate(given) if given.is_evaluation else cannot_leave_notes(given, on=on)


def cannot_leave_notes(given: ReportingRound, *, on: date) -> object:
    """Return, as words, what of a round's notes and answers is still to come; None where nothing.

    A further edition keeps those of the edition before.
    """
    right = voices.right_of(given)
    if given.is_published or not right.is_on:
        return None
    if right.takes_answers(on=on):
        day = date_format(right.answers_until, "DATE_FORMAT")
        return _("Notes of councils and organisations can be answered until %(day)s.") % {
            "day": day
        }
    if voices.waiting(given):
        return _("Notes of councils and organisations still wait for a decision.")
    return None


def cannot_evaluate(given: ReportingRound) -> object:
    """Return, as words, why an evaluation says nothing yet; None where it does."""
    if not builder.speaking(given):
        return _("No yearly report is published on which this evaluation could rest.")
    if not builder.build_chapters(given):
        return _("Nothing is written yet: write the summary, or another chapter, first.")
    return None


def check_outside(found: Outside, confirmed: Outside) -> None:
    """Refuse to leave out what nobody has seen, or other numbers than were seen."""
    if found == confirmed:
        return
    if confirmed == NOTHING_OUTSIDE:
        raise ValidationError({"confirmed": _("Confirm that these entries stay outside.")})
    raise ValidationError({"confirmed": _("The figures have changed meanwhile: check them again.")})


def build_edition(
    given: ReportingRound, number: int, note: Mapping[str, str], *, now: datetime
) -> Snapshot:
    """Return what the next edition of a round says; raises ValidationError without a note on it."""
    written = any(text.strip() for text in note.values())
    words = checked_words(note, "note") if number > 1 and written else {}
    snapshot = maker(given)(given, now=now, edition=number, note=words)
    if number > 1:
        checked_words(snapshot.note, "note")
    return snapshot


def missing_files(edition: Edition) -> list[tuple[str, str]]:
    """Return the formats and languages that an edition has no file of yet.

    An edition of an earlier schema, whose data say too little for a later format, has none of it.
    """
    there = set(edition.files.values_list("format", "language"))
    names = of_schema(edition.stored_schema, evaluates=edition.round.is_evaluation)
    wanted = [
        (name, language)
        for name in names
        for language in (LANGUAGES if FORMATS[name].per_language else ("",))
    ]
    return [pair for pair in wanted if pair not in there]


def store_file(edition: Edition, name: str, language: str, content: bytes) -> None:
    """Store one file of a frozen edition; the same one made twice at once is stored once."""
    with transaction.atomic():
        EditionFile.objects.get_or_create(
            edition=edition,
            format=name,
            language=language,
            defaults={"content": content, "checksum": digest(content), "size": len(content)},
        )


@transaction.atomic
def discard(edition: Edition, *, by: User, now: datetime) -> None:
    """Give a frozen edition up, so that review can go on."""
    round_service.secretariat(by, now)
    stored = round_service.lock(edition.round)
    # Locked first, as whoever stores a file of it, or asks for files, does.
    found = Edition.objects.select_for_update(of=("self",)).filter(pk=edition.pk).first()
    if found is None:
        return
    if not found.is_frozen:
        raise Refused(_("The edition is published; withdraw it, or publish a correction."))
    events.draft_closed(stored)  # what says that comments have ended says it no more
    found.delete()
    stored.frozen_at = None
    stored.save(update_fields=["frozen_at"])


@transaction.atomic
def publish(edition: Edition, *, by: User, now: datetime) -> Edition:
    """Publish a frozen edition with all its files; publishing it twice does nothing.

    All readers see it at once, or, when anything fails on the way, none.
    """
    round_service.secretariat(by, now)
    stored = round_service.lock(edition.round)
    found = Edition.objects.select_for_update(of=("self",)).filter(pk=edition.pk).first()
    if found is None:
        raise Refused(_("The frozen edition was discarded meanwhile."))
    if found.is_published:
        return found
    if not found.is_frozen:
        raise Refused(_("A withdrawn edition is not published again."))
    if missing_files(found):
        raise Refused(_("Not all files are made yet."))
    if broken_files(found):
        raise Refused(_("A stored file does not match its checksum; discard this edition."))
    found.state, found.published_by, found.published_at = PUBLISHED, by, now
    found.save(update_fields=["state", "published_by", "published_at"])
    Rendering.objects.filter(edition=found).delete()
    stored.frozen_at, stored.published = None, found.number
    stored.save(update_fields=["frozen_at", "published"])
    if not stored.is_evaluation:  # it says nothing of how far an action is
        show(found)
    events.published(stored, found.number, now=now)
    return found


@transaction.atomic
def withdraw(edition: Edition, *, by: User, reason: Mapping[str, str], now: datetime) -> Edition:
    """Take a published edition back, with a published reason; the one before speaks again.

    Its addresses answer "gone"; its checksums stay.
    """
    round_service.secretariat(by, now)
    stored = round_service.lock(edition.round)
    found = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if found.is_withdrawn:
        return found
    if not found.is_published:
        raise Refused(_("Only a published edition can be withdrawn."))
    words = checked_words(reason, "withdrawal")
    take_back(stored, found, by=by, words=words, now=now)
    facts = {"reason": words}
    kind = endings.Kind.WITHDRAWN
    endings.note(endings.Ending(kind, found.pk, found.frozen_at, now, by.pk, facts))
    return found


def take_back(
    stored: ReportingRound, found: Edition, *, by: User, words: Mapping[str, str], now: datetime
) -> None:
    """Let the edition before speak again for its round, or none."""
    for language, text in words.items():
        setattr(found, f"withdrawal_{language}", text)
    found.state, found.withdrawn_by, found.withdrawn_at = WITHDRAWN, by, now
    found.save()
    speaking = builder.newest(stored)
    stored.published = speaking.number if speaking else None
    stored.save(update_fields=["published"])
    if speaking is None:
        publication.hide(stored)
    elif not stored.is_evaluation:
        show(speaking)


@transaction.atomic
def record_transmission(
    edition: Edition, *, recipient: str, sent_on: date, means: str, by: User, now: datetime
) -> Transmission:
    """Record that a published edition was sent to somebody."""
    round_service.secretariat(by, now)
    if not edition.is_published:
        raise Refused(_("Only a published edition is sent."))
    row = Transmission(
        edition=edition, recipient=recipient.strip(), sent_on=sent_on, means=means.strip(),
        by=by, at=now,
    )  # fmt: skip
    if sent_on > timezone.localdate(now):
        raise ValidationError({"sent_on": _("Choose today or an earlier day.")})
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def strike_transmission(
    transmission: Transmission, *, reason: str, by: User, now: datetime
) -> Transmission:
    """Strike out what was recorded by mistake; it stays, with the reason. Twice does nothing."""
    round_service.secretariat(by, now)
    stored = Transmission.objects.select_for_update(of=("self",)).get(pk=transmission.pk)
    if stored.is_struck:
        return stored
    given = checked_reason(reason, "reason")
    stored.struck_by, stored.struck_at, stored.struck_reason = by, now, given
    plan.save(stored, by=by, reason=given)
    return stored


# --- Parts ----------------------------------------------------------------------


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def broken_files(edition: Edition) -> list[EditionFile]:
    """Return the stored files that are not what they were."""
    return [row for row in edition.files.all() if digest(bytes(row.content)) != row.checksum]


def checked_words(given: Mapping[str, str], field: str) -> Words:
    """Return a text per language; raises ValidationError where Dutch or French is wanting."""
    kept = {language: given.get(language, "").strip() for language in LANGUAGES}
    found = {
        f"{field}_{language}": _("Write this in Dutch and in French.")
        for language in ("nl", "fr")
        if not kept[language]
    }
    if found:
        raise ValidationError(found)
    for language, text in kept.items():
        try:
            no_control_characters(text)
            validate_length(text)
        except ValidationError as error:
            raise ValidationError({f"{field}_{language}": error.messages}) from error
    return {language: text for language, text in kept.items() if text}


def show(edition: Edition) -> None:
    """Hand the public facts of an edition to the pages for readers."""
    snapshot = edition.snapshot
    publication.show(
        edition.round,
        edition=edition.number,
        published_on=timezone.localdate(edition.published_at),
        facts={
            "figures": [dataclasses.asdict(figure) for figure in snapshot.figures],
            "changes": {
                key: [action.action_id for action in found]
                for key, found in selection.changes(snapshot)
            },
            "previous_year": snapshot.compared.year if snapshot.compared else None,
            "schema": edition.stored_schema,
            "deadline": snapshot.deadline,
            "actors": {actor.slug: dataclasses.asdict(actor) for actor in snapshot.actors},
            "notes": [dataclasses.asdict(note) for note in snapshot.notes],
            "voices": {"invited": snapshot.invited, "refused": snapshot.refused},
        },
        actions=facts(snapshot),
    )


def facts(snapshot: Snapshot) -> Iterator[ActionFacts]:
    """Yield what readers see of each action."""
    for action in snapshot.actions:
        yield ActionFacts(
            key=action.action_id,
            label=action.label,
            nature=action.nature,
            status=action.status,
            overdue=action.overdue,
            expected=action.expected,
            reported=action.reported,
            movement=action.movement,
            facts=dataclasses.asdict(action),
            entries=tuple(entry_facts(action)),
        )


def entry_facts(action: Action) -> Iterator[EntryFacts]:
    """Yield what readers see of each actor under an action."""
    for entry in action.entries:
        yield EntryFacts(entry.actor, entry.status, entry.expected, entry.since, entry.late)
