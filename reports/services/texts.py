"""Writes the secretariat's chapters, translations, the working group's comments and validation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions import permissions
from actions.models import Entry, ReportingRound, User
from actions.models.entries import PUBLISHED_TEXTS
from actions.outbox import events
from actions.refusals import Conflict, Refused
from actions.services import plan
from actions.services import rounds as round_service
from actions.services import seen as seeing
from document.snapshot import LANGUAGES
from reports.models import (
    CHECKED,
    DRAFT,
    FURTHER,
    Chapter,
    Consultation,
    DraftComment,
    Translation,
)

# What a consultation says, and what a translation does, in the order of their digests.
CONSULTED = ("until", "validated_on", *(f"note_{language}" for language in LANGUAGES))
TRANSLATED = ("text", "state")


@transaction.atomic
def save_chapter(
    chapter: Chapter, *, by: User, version: int, texts: Mapping[str, str], now: datetime
) -> Chapter:
    """Store a chapter's titles and texts, by column; raises Conflict when somebody was quicker."""
    round_service.secretariat(by, now)
    if chapter.pk:
        stored = Chapter.objects.select_for_update().get(pk=chapter.pk)
        if stored.version != version and any(getattr(stored, k) != v for k, v in texts.items()):
            raise Conflict(_("Somebody else has changed this text meanwhile."), stored)
        chapter = stored
    for name, text in texts.items():
        setattr(chapter, name, text.replace("\r\n", "\n").strip())
    if chapter.kind == FURTHER and not any(
        getattr(chapter, f"title_{language}") for language in LANGUAGES
    ):
        raise ValidationError({"title_nl": _("Give the chapter a title.")})
    chapter.version += 1
    plan.save(chapter, by=by)
    return chapter


@transaction.atomic
def delete_chapter(chapter: Chapter, *, by: User, now: datetime) -> None:
    """Remove a chapter; its history stays."""
    round_service.secretariat(by, now)
    plan.delete(chapter, by=by)


@transaction.atomic
def translate(  # noqa: PLR0913  what was seen is two texts
    entry: Entry,
    *,
    field: str,
    language: str,
    text: str,
    checked: bool,
    original: str,
    seen: str | None = None,
    by: User,
    now: datetime,
) -> Translation | None:
    """Store the translation of one text of an entry, as a draft or as checked.

    ``original`` is the text that the translator saw, ``seen`` a digest of the translation that
    they saw: where either has changed since, they are told (Conflict) and nothing is stored. An
    empty draft removes the translation.
    """
    round_service.secretariat(by, now)
    stored = Entry.objects.select_for_update().get(pk=entry.pk)
    if field not in PUBLISHED_TEXTS or language not in LANGUAGES or language == stored.language:
        raise Refused(_("This text is not translated into this language."))
    current = getattr(stored, field)
    if current != original:
        raise Conflict(_("The original has changed meanwhile; look at it again."), stored)
    row = Translation.objects.filter(entry=stored, field=field, language=language).first()
    kept = text.replace("\r\n", "\n").strip()
    state = CHECKED if checked else DRAFT
    if row is not None or kept:
        seeing.check(row, {"text": kept, "state": state}, seen)
    if not kept:
        if row is not None:
            plan.delete(row, by=by)
        if checked:
            raise ValidationError({"text": _("Write the translation.")})
        return None
    row = row or Translation(entry=stored, field=field, language=language)
    row.text, row.original = kept, current
    row.written_by, row.written_at = by, now
    row.state = state
    row.checked_by, row.checked_at = (by, now) if checked else (None, None)
    plan.save(row, by=by)
    return row


@dataclass(frozen=True)
class Translated:
    """A translation to be stored: see ``translate``."""

    entry: Entry
    field: str
    language: str
    text: str
    checked: bool
    original: str
    seen: str


@transaction.atomic
def translate_all(given: Iterable[Translated], *, by: User, now: datetime) -> int:
    """Store several translations and return how many; where one is refused, none.

    Raises as ``translate`` does; an invalid one is Refused with the number of its action.
    """
    in_order = sorted(given, key=lambda one: (one.entry.pk, one.field))
    for one in in_order:
        try:
            translate(
                one.entry, field=one.field, language=one.language, text=one.text,
                checked=one.checked, original=one.original, seen=one.seen, by=by, now=now,
            )  # fmt: skip
        except ValidationError as error:
            raise Refused(f"{one.entry.action.label}: {error.messages[0]}") from error
    return len(in_order)


@transaction.atomic
def consult(
    given: ReportingRound,
    *,
    until: date | None,
    validated_on: date | None,
    notes: Mapping[str, str],
    seen: str | None = None,
    by: User,
    now: datetime,
) -> Consultation:
    """Say until when members comment on the draft, and record the group's validation.

    Every member is told a new last day, and that it is another one than they were told before.
    Raises ValidationError, by field, for days that cannot be, and Conflict where it is no longer
    what was ``seen``, a digest of it.
    """
    round_service.secretariat(by, now)
    stored = round_service.lock(given)
    row = Consultation.objects.filter(round=stored).first() or Consultation(round=stored)
    row.round = stored
    said = {f"note_{code}": notes.get(code, "").strip() for code in LANGUAGES}
    wanted = {"until": until, "validated_on": validated_on} | said
    seeing.check(row, {name: wanted[name] for name in CONSULTED}, seen)
    before = row.until
    for name, value in wanted.items():
        setattr(row, name, value)
    _check_days(row, before, on=timezone.localdate(now))
    plan.save(row, by=by)
    if not row.is_open(on=timezone.localdate(now)):
        events.draft_closed(stored)
    elif until is not None and until != before:
        is_changed = before is not None
        events.draft_opened(stored, until=until, changed=is_changed, but=by.pk, now=now)
    return row


def _check_days(row: Consultation, before: date | None, *, on: date) -> None:
    found = {}
    if row.validated_on and row.validated_on > on:
        found["validated_on"] = _("Choose today or an earlier day.")
    if row.until and row.until != before:
        if row.round.is_frozen or row.round.is_published:
            found["until"] = _(
                "The report is frozen or published: its draft is no longer open for comments."
            )
        elif row.until < on:
            found["until"] = _("Choose today or a later day.")
    if found:
        raise ValidationError(found)


@transaction.atomic
def comment(
    given: ReportingRound, *, about: str, text: str, by: User, now: datetime
) -> DraftComment:
    """Keep what a member says of the draft, until the day that was set or the validation."""
    rights = permissions.rights(by, on=timezone.localdate(now))
    if not rights.is_member:
        raise PermissionDenied
    row = Consultation.objects.select_related("round").filter(round=given).first()
    if row is None or not row.is_open(on=timezone.localdate(now)):
        raise Refused(_("The draft is not open for comments now."))
    made: Any = DraftComment(
        round=given, about=about.strip(), text=text.strip(), by=by,
        institution_id=rights.institution, at=now,
    )  # fmt: skip
    if not made.text:
        raise ValidationError({"text": _("Write your comment.")})
    plan.save(made, by=by)
    kept: DraftComment = made
    return kept


@transaction.atomic
def answer(
    given: DraftComment, *, text: str, is_settled: bool, version: int, by: User, now: datetime
) -> DraftComment:
    """Answer a member's comment on a draft, and say whether it is settled.

    Raises Conflict when somebody else answered meanwhile. Saving the same again does nothing.
    """
    round_service.secretariat(by, now)
    row = DraftComment.objects.select_for_update().get(pk=given.pk)
    said = (text.replace("\r\n", "\n").strip(), is_settled)
    if (row.answer, row.is_settled) == said:
        return row
    if row.version != version:
        raise Conflict(_("Somebody else has answered this comment meanwhile."), row)
    row.answer, row.is_settled = said
    row.answered_by, row.answered_at, row.version = by, now, version + 1
    plan.save(row, by=by)
    return row
