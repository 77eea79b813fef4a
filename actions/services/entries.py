"""Writes status entries: save, submit, withdraw, reopen, send back, accept."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions import permissions, writing
from actions.enums import CARRIED_OVER, NEEDS_REASON, UNFINISHED, Act, EntryState, Event, Status
from actions.models import (
    Entry,
    EntryVersion,
    ReportingRound,
    Responsibility,
    ReviewEvent,
    Succession,
    User,
)
from actions.models.entries import CONTENT, PUBLISHED_TEXTS, TEXTS
from actions.outbox import events
from actions.permissions import Rights
from actions.refusals import Conflict, Refused
from actions.rules import deadlines, markup, transitions
from actions.rules.writing import Refusal
from actions.typography import date_format

NOT_NOW = writing.WORDS[Refusal.STATE]
# What a form may call itself: see ``save``.
PAGE = re.compile(r"[0-9A-Za-z_-]{1,32}")
TYPES: dict[str, type] = {
    "evidence": list,
    "obstacle_codes": list,
    "unchanged": bool,
}  # the rest are texts
TIDIED = frozenset({*TEXTS, "evidence"})
WHOLE_ROW = ("round", "responsibility__action__plan", "responsibility__actor", "carried_from")


def save(
    entry: Entry,
    *,
    by: User,
    version: int,
    content: Mapping[str, Any],
    now: datetime,
    page: str = "",
) -> Entry:
    """Store a draft and return the entry as it stands.

    ``version`` is the one that the writer started from, ``page`` a token of the form that
    they write on: their own earlier saves from the same form are no conflict. What changes
    nothing stores nothing, so a retry makes no second version. Raises Conflict where
    somebody else has saved meanwhile, Refused where state or time do not allow it,
    ValidationError (by field) for contents that cannot be stored.
    """
    with transaction.atomic():
        stored = lock(entry)
        rights = permissions.rights(by, on=day(now))
        check(stored, Act.SAVE, rights)
        return _store(stored, rights, by, version, cleaned(content), now, page)


def submit(
    entry: Entry,
    *,
    by: User,
    version: int,
    content: Mapping[str, Any],
    now: datetime,
    page: str = "",
) -> Entry:
    """Store an entry and hand it in; raises as ``save`` does.

    Submitting the same once more does nothing. An entry after the deadline is late; one
    that was handed in in time and returned stays in time.
    """
    with transaction.atomic():
        stored = lock(entry)
        rights = permissions.rights(by, on=day(now))
        wanted = _honest(stored, cleaned(content))
        if _was_submitted(stored, by, wanted):
            return stored
        check(stored, Act.SUBMIT, rights)
        if set(wanted) != set(CONTENT):
            _check_seen(stored, by, version, page)
        stored = _store(stored, rights, by, version, wanted, now, page)
        return hand_in(stored, by=by, rights=rights, now=now)


def withdraw(entry: Entry, *, by: User, now: datetime) -> Entry:
    """Take a submitted entry back to go on writing."""
    with transaction.atomic():
        stored = lock(entry)
        rights = permissions.rights(by, on=day(now))
        check(stored, Act.WITHDRAW, rights)
        step(stored, Act.WITHDRAW)
        stored.save(update_fields=["state"])
        record(stored, Event.WITHDRAWN, by=by, rights=rights, now=now)
        return stored


def reopen(entry: Entry, *, by: User, reason: str, now: datetime) -> Entry:
    """Take finished work that was carried over up again, with a reason."""
    with transaction.atomic():
        stored = lock(entry)
        rights = permissions.rights(by, on=day(now))
        check(stored, Act.REOPEN, rights)
        step(stored, Act.REOPEN)
        text = checked_reason(reason, "reason")
        stored.carried_from = stored.since = None
        stored.save(update_fields=["state", "carried_from", "since"])
        record(stored, Event.REOPENED, by=by, rights=rights, now=now, comment=text)
        follow_on(stored, by, rights, now)
        return stored


def send_back(
    entry: Entry,
    *,
    by: User,
    version: int,
    comment: str = "",
    comments: Mapping[str, str] | None = None,
    until: date | None = None,
    now: datetime,
) -> Entry:
    """Return an entry with a comment, on the whole or per field, and tell its writers.

    They can write it ``until`` a day, ten working days later and never before the close where
    none is given. An accepted one is returned only by the secretariat. Returning the same
    version twice, with the same comments, does nothing.
    """
    with transaction.atomic():
        stored = lock(entry)
        rights = permissions.rights(by, on=day(now))
        if not permissions.can_do(rights, stored, Act.SEND_BACK, authors(stored)):
            raise PermissionDenied
        if stored.version == version and was_returned(stored, by, comment, comments or {}):
            return stored
        check_version(stored, version)
        check(stored, Act.SEND_BACK, rights, authors(stored))
        given = checked_comments(comment, comments or {})
        stored.write_until = checked_until(stored, until, on=day(now))
        give_back(stored, *given, by=by, rights=rights, now=now)
        return stored


def accept(entry: Entry, *, by: User, version: int, now: datetime) -> Entry:
    """Accept an entry; it counts from now on, and its writers are told in a daily digest.

    Raises PermissionDenied for who wrote it in any version or belongs to its institution.
    Accepting the same version twice does nothing.
    """
    with transaction.atomic():
        stored = lock(entry)
        rights = permissions.rights(by, on=day(now))
        if not permissions.can_do(rights, stored, Act.ACCEPT, authors(stored)):
            raise PermissionDenied
        if stored.is_accepted and stored.version == version:
            return stored
        check_version(stored, version)
        check(stored, Act.ACCEPT, rights, authors(stored))
        decide(stored, Act.ACCEPT, by, now)
        record(stored, Event.ACCEPTED, by=by, rights=rights, now=now)
        follow_on(stored, by, rights, now)
        events.accepted(stored, now=now)
        return stored


def accept_many(
    chosen: Iterable[tuple[Entry, int]], *, by: User, now: datetime
) -> tuple[list[Entry], list[tuple[Entry, str]]]:
    """Accept several entries in the version that was seen; return those done and those not."""
    done, refused = [], []
    for entry, version in chosen:
        try:
            done.append(accept(entry, by=by, version=version, now=now))
        except Refused as refusal:
            refused.append((entry, str(refusal)))
        except PermissionDenied:
            refused.append((entry, str(_("You may not decide on this entry."))))
    return done, refused


def start(
    responsibility: Responsibility, *, reporting_round: ReportingRound, by: User, now: datetime
) -> Entry:
    """Return the entry of an actor that may write one though none is expected, made if need be.

    Raises PermissionDenied for another plan's round or another institution, Refused where
    the time or the reference date do not allow it.
    """
    with transaction.atomic():
        wanted = Entry(
            round=ReportingRound.objects.get(pk=reporting_round.pk), responsibility=responsibility
        )
        rights = permissions.rights(by, on=day(now))
        if responsibility.action.plan_id != wanted.round.plan_id:
            raise PermissionDenied
        check(wanted, Act.SAVE, rights)
        if not _holds(responsibility, wanted.round.reference_date):
            raise Refused(_("The actor has no part in the action on the reference date."))
        entry, _is_new = Entry.objects.get_or_create(
            round=wanted.round, responsibility=responsibility, defaults={"expected": False}
        )
        return entry


# --- Parts ----------------------------------------------------------------------


def _holds(responsibility: Responsibility, on: date) -> bool:
    """Tell whether an actor stands under an action that stands in its plan, on a day."""
    action = responsibility.action
    started = action.valid_from is None or action.valid_from <= on
    ended = action.valid_to is not None and action.valid_to < on
    return responsibility.is_valid(on) and started and not ended


def day(now: datetime) -> date:
    """Return the day in Brussels."""
    return timezone.localdate(now)


def lock(entry: Entry) -> Entry:
    """Read an entry anew and keep others from writing it until the transaction ends.

    What changes an entry locks its round first, so that it is wholly in a report that is
    frozen at this moment, or wholly out, and nothing is written once one is frozen.
    """
    ReportingRound.objects.select_for_update().get(pk=entry.round_id)
    rows = Entry.objects.select_for_update(of=("self",)).select_related(*WHOLE_ROW)
    return rows.get(pk=entry.pk)


def authors(entry: Entry) -> set[int]:
    """Return everybody who wrote a version of an entry."""
    return set(entry.versions.values_list("author", flat=True))


def last_year(entry: Entry) -> Entry | None:
    """Return the accepted entry of the round before, with the texts that it speaks.

    The actor's own; where there is none, that of one that it took over from.
    """
    held = entry.responsibility
    own = Q(responsibility=held)
    is_another = Case(When(own, then=0), default=1, output_field=IntegerField())
    found = accepted_before(entry)
    return found.order_by("-round__year", is_another, "responsibility_id").first()


def accepted_before(entry: Entry) -> QuerySet[Entry]:
    """Return the accepted entries of earlier rounds: the actor's, and of whom it took over from."""
    held = entry.responsibility
    took_over = Succession.objects.filter(
        successor=held.actor_id, on__lte=entry.round.reference_date
    )
    taken_over = Q(
        responsibility__action=held.action_id,
        responsibility__actor__in=took_over.values("predecessor"),
    )
    rows = Entry.objects.filter(
        Q(responsibility=held) | taken_over,
        state=EntryState.ACCEPTED,
        round__year__lt=entry.round.year,
    )
    shown = rows.select_related("round", "carried_from__carried_from", "responsibility__actor")
    return shown.prefetch_related("responsibility__actor__names")


def beside_last_year(entry: Entry, before: Entry) -> list[Entry]:
    """Return what others said in the round of ``last_year`` whose work the actor took over too."""
    rows = accepted_before(entry).filter(round=before.round_id).exclude(pk=before.pk)
    return list(rows.order_by("responsibility_id"))


def unchanged_fields(entry: Entry, before: Entry | None) -> list[str]:
    """Return the published texts that say just what they said the year before."""
    if before is None:
        return []
    spoken = before.spoken
    return [
        name
        for name in PUBLISHED_TEXTS
        if getattr(entry, name) and markup.same(getattr(entry, name), getattr(spoken, name))
    ]


def cleaned(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a content with tidy texts.

    Raises ValueError for a field that no entry has, ValidationError, by field, for a value
    of the wrong type.
    """
    if set(content) - set(CONTENT):
        raise ValueError(f"an entry has no {sorted(set(content) - set(CONTENT))}")
    wrong = {
        name: _("Enter a valid value.")
        for name, value in content.items()
        if not isinstance(value, TYPES.get(name, str))
    }
    if wrong:
        raise ValidationError(wrong)
    return {name: tidy(value) if name in TIDIED else value for name, value in content.items()}


def tidy(value: Any) -> Any:
    """Return a text, or the texts of documents, without spaces around and other line ends."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, list):
        return [tidy(each) for each in value]
    if isinstance(value, dict):
        return {name: tidy(each) for name, each in value.items()}
    return value


def check_complete(entry: Entry) -> None:
    """Raise ValidationError, by field, where an entry cannot be handed in."""
    found: dict[str, Any] = {}
    if not entry.status:
        found["status"] = _("Say how far your organisation has got with this action.")
    if markup.is_blank(entry.done):
        found["done"] = _("Write what was done.")
    if not entry.language:
        found["language"] = _("Choose the language that you wrote in.")
    if entry.status in NEEDS_REASON and markup.is_blank(entry.reason):
        found["reason"] = _("This status needs a reason.")
    found |= late_problems(entry)
    if any(not row["title"] or not row["address"] for row in entry.evidence):
        found["evidence"] = _("Give each document a title and an address, or remove it.")
    if not entry.unchanged and unchanged_fields(entry, last_year(entry)):
        found["unchanged"] = _(
            "A text is the same as last year’s. Change it, or confirm that it is still true."
        )
    if found:
        raise ValidationError(found)


def late_problems(entry: Entry) -> dict[str, Any]:
    """Return, by field, what is wrong with a date by which unfinished work is now expected.

    It lies after the plan's own end and after the day that the round looks at, and has a reason.
    """
    if not entry.expected_by or entry.status not in UNFINISHED:
        return {}
    found: dict[str, Any] = {}
    expected = date.fromisoformat(entry.expected_by)
    if any(expected <= end for end in (entry.round.reference_date, entry.action.period_end) if end):
        found["expected_by"] = _(
            "Choose a day after the end in the plan and after the day that the round looks at."
        )
    if markup.is_blank(entry.obstacles):
        found["obstacles"] = _("Say why it takes longer than planned.")
    return found


def checked_reason(text: str, field: str) -> str:
    """Return a reason; raises ValidationError where there is none, or one that cannot be kept."""
    given = text.replace("\r\n", "\n").strip()
    if not given:
        raise ValidationError({field: _("Give a reason.")})
    try:
        Entry._meta.get_field("reason").run_validators(given)  # noqa: SLF001
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
    return given


def was_returned(entry: Entry, by: User, comment: str, comments: Mapping[str, str]) -> bool:
    """Tell whether somebody returned an entry already, and said the same."""
    if not entry.is_returned or entry.decided_by_id != by.pk:
        return False
    event: Any = entry.events.filter(kind=Event.RETURNED).last()
    given = checked_comments(comment, comments)
    return event is None or (event.comment, event.comments) == given


def checked_comments(comment: str, comments: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return a comment and those per field, without the empty ones; one is needed."""
    known = {"status", "evidence", *TEXTS}
    kept = {name: text for name, text in comments.items() if text.strip()}
    if set(kept) - known:
        raise ValueError(f"no field of an entry: {sorted(set(kept) - known)}")
    fields = {name: checked_reason(text, f"comment_{name}") for name, text in kept.items()}
    if not comment.strip() and not fields:
        raise ValidationError({"comment": _("Say what has to change.")})
    return (checked_reason(comment, "comment") if comment.strip() else ""), fields


def record(
    entry: Entry,
    kind: Event,
    *,
    by: User,
    rights: Rights,
    now: datetime,
    **texts: Any,
) -> ReviewEvent:
    """Add a line to an entry's thread."""
    writes = permissions.can_write_for(rights, entry.responsibility)
    return ReviewEvent.objects.create(
        entry=entry,
        kind=kind,
        version=entry.version,
        by=by,
        institution_id=entry.responsibility.actor_id if writes else rights.institution,
        on_behalf=not writes and kind in {Event.SUBMITTED, Event.WITHDRAWN, Event.REOPENED},
        at=now,
        **texts,
    )


def check(entry: Entry, act: Act, rights: Rights, written_by: Iterable[int] = ()) -> None:
    """Refuse who may not do something, then what cannot be done now; the one rule of writing."""
    if not permissions.can_do(rights, entry, act, written_by):
        raise PermissionDenied
    if found := writing.refusal_to(rights, entry, act):
        raise Refused(writing.WORDS[found])


def check_version(entry: Entry, version: int) -> None:
    if entry.version != version:
        raise Conflict(_("The entry was changed after you opened it."), entry)


def _honest(entry: Entry, content: dict[str, Any]) -> dict[str, Any]:
    """Return a content that says nothing which does not go with the rest of it.

    It confirms unchanged texts only where there are any, and names a day by which work is now
    expected only where that is unfinished.
    """
    if content.get("status", entry.status) in CARRIED_OVER:
        content = content | {"expected_by": ""}
    if not content.get("unchanged"):
        return content
    typed = Entry(**{name: content.get(name, getattr(entry, name)) for name in PUBLISHED_TEXTS})
    return content | {"unchanged": bool(unchanged_fields(typed, last_year(entry)))}


def _was_submitted(entry: Entry, by: User, content: dict[str, Any]) -> bool:
    """Tell whether somebody has just submitted this very content."""
    same = entry.is_submitted and entry.submitted_by_id == by.pk
    return same and all(getattr(entry, name) == value for name, value in content.items())


def _store(
    entry: Entry,
    rights: Rights,
    by: User,
    version: int,
    content: dict[str, Any],
    now: datetime,
    page: str,
) -> Entry:
    """Write a new version where something changed."""
    changed = [name for name, value in content.items() if getattr(entry, name) != value]
    if not changed:
        return entry
    _check_seen(entry, by, version, page)
    for name in changed:
        setattr(entry, name, content[name])
    entry.clean_fields(exclude=[f.name for f in entry._meta.fields if f.name not in CONTENT])  # noqa: SLF001
    step(entry, Act.SAVE)
    entry.version += 1
    entry.written_by, entry.written_at, entry.left_out = by, now, False
    entry.on_behalf = permissions.writes_on_behalf(rights, entry)
    about = ["state", "version", "written_by", "written_at", "on_behalf", "left_out"]
    entry.save(update_fields=[*about, *changed])
    EntryVersion.objects.create(
        entry=entry, number=entry.version, content=entry.content(), author=by,
        on_behalf=entry.on_behalf, at=now, page=page if PAGE.fullmatch(page) else "",
    )  # fmt: skip
    return entry


def _check_seen(entry: Entry, by: User, version: int, page: str) -> None:
    """Refuse to write over what the writer has not seen."""
    if entry.version != version and not _is_own_page(entry, by, version, page):
        raise Conflict(_("Somebody else has changed this entry meanwhile."), entry)


def _is_own_page(entry: Entry, by: User, version: int, page: str) -> bool:
    """Tell whether every version since one was written by the person on the very same page."""
    if version > entry.version or not PAGE.fullmatch(page):
        return False
    newer = entry.versions.filter(number__gt=version)
    return not newer.exclude(page=page, author=by).exists()


def step(entry: Entry, act: Act) -> None:
    """Give an entry its next state."""
    state = transitions.after(EntryState(entry.state), act, carried=entry.is_carried)
    if state is None:
        raise Refused(NOT_NOW)
    entry.state = state


def decide(entry: Entry, act: Act, by: User, now: datetime) -> None:
    """Give an entry the state that a decision leads to, and say who took it."""
    step(entry, act)
    entry.decided_by, entry.decided_at = by, now
    changed = ["state", "decided_by", "decided_at", "write_until", "let_in", "left_out"]
    entry.save(update_fields=changed)


def give_back(
    entry: Entry,
    comment: str,
    comments: Mapping[str, str],
    *,
    by: User,
    rights: Rights,
    now: datetime,
) -> None:
    """Return an entry, let later rounds follow, and tell its writers until when they can write."""
    decide(entry, Act.SEND_BACK, by, now)
    event = record(
        entry, Event.RETURNED, by=by, rights=rights, now=now,
        comment=comment, comments=comments, until=entry.write_until,
    )  # fmt: skip
    follow_on(entry, by, rights, now)
    events.returned(entry, event, now=now)


def hand_in(
    entry: Entry, *, by: User, rights: Rights, now: datetime, also: Iterable[str] = ()
) -> Entry:
    """Submit what stands there; raises ValidationError, by field, where something is missing.

    What came back once keeps its mark, late or in time.
    """
    check_complete(entry)
    if not entry.events.filter(kind=Event.RETURNED).exists():
        entry.late = deadlines.is_late(deadline=entry.round.deadline, on=day(now))
    entry.submitted_by, entry.submitted_at, entry.left_out = by, now, False
    step(entry, Act.SUBMIT)
    about = ["state", "late", "submitted_by", "submitted_at", "left_out"]
    entry.save(update_fields=[*about, *also])
    record(entry, Event.SUBMITTED, by=by, rights=rights, now=now)
    events.submitted(entry, by=by, now=now)
    return entry


def checked_until(entry: Entry, until: date | None, *, on: date) -> date:
    """Return until when an entry can be written; ValidationError for too early or late a day."""
    if until is None:
        return writing.proposed_day(entry, on=on)
    if until < on:
        raise ValidationError({"until": _("Choose today or a later day.")})
    if until < entry.round.closes_on:
        raise ValidationError({"until": _("Choose the day of the close or a later one.")})
    check_not_too_late("until", until, after=entry.round.closes_on, on=on)
    return until


def check_not_too_late(name: str, given: date, *, after: date, on: date) -> None:
    """Raise ValidationError at a field for a day that is a slip of the keys: years away."""
    last = deadlines.latest(after, on=on)
    if given > last:
        words = _("Choose an earlier day, no later than %(day)s.")
        raise ValidationError({name: words % {"day": date_format(last)}})


def follow_on(entry: Entry, by: User, rights: Rights, now: datetime) -> None:
    """Bring the entries of later rounds, open already, in line with this one.

    Finished work that is accepted now carries over to the next while nothing is written
    there; what is no longer accepted as finished carries over no longer.
    """
    same = Entry.objects.filter(
        Q(responsibility=entry.responsibility_id) | Q(carried_from=entry)
    ).select_related(*WHOLE_ROW)
    later = same.select_for_update(of=("self",)).order_by("round__year")
    if entry.is_accepted and Status(entry.status) in CARRIED_OVER:
        nearest = later.filter(round__year__gt=entry.round.year).first()
        if nearest is None or nearest.state != EntryState.EMPTY or _is_settled(nearest):
            return
        carry(nearest, entry)
        changed, kind = [nearest], Event.CARRIED
    else:
        changed = [row for row in later.filter(carried_from=entry) if not _is_settled(row)]
        kind = Event.UNCARRIED
        for row in changed:
            row.carried_from = row.since = None
            row.state, row.status = EntryState.EMPTY, ""
    for row in changed:
        row.save(update_fields=["state", "status", "carried_from", "since"])
        record(row, kind, by=by, rights=rights, now=now)
        follow_on(row, by, rights, now)


def _is_settled(entry: Entry) -> bool:
    """Tell whether a report has said what an entry says."""
    return entry.round.is_frozen or entry.round.is_published


def carry(entry: Entry, finished: Entry) -> None:
    """Let finished work of an earlier round stand in this one, without saving it."""
    entry.state, entry.status = EntryState.ACCEPTED, finished.status
    entry.carried_from = finished
    entry.since = finished.since or finished.round.year
