"""Changes bodies from a day on: a new name, taken over by another, divided; and takes that back.

Rounds whose reference date lies before the day keep the old body. What an act did is kept with
it (``BodyChange.made``), so that undoing it puts back what stood there.
"""

import logging
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions.enums import BodyAct, Event, RoundState
from actions.models import (
    Actor,
    ActorName,
    Amendment,
    BodyChange,
    Entry,
    EntryVersion,
    Extension,
    Membership,
    ReportingRound,
    Responsibility,
    ReviewEvent,
    Source,
    Succession,
    User,
)
from actions.models.fields import LANGUAGES
from actions.models.sources import BY_SECRETARIAT, OF_AN_ACT
from actions.outbox import events
from actions.refusals import Conflict, Refused
from actions.seats import Seats
from actions.services import assignments, inheritance, plan
from actions.services.entries import day
from actions.services.inheritance import iso
from actions.services.rounds import lock, secretariat
from actions.services.seen import CHANGED
from actions.services.takeover import DAY, ENDING, TakeOver, foresee, refuse_fixed
from actions.typography import date_format

# What the form of a name gives.
NAMES = tuple(f"{part}_{code}" for part in ("name", "abbreviation") for code in LANGUAGES)
logger = logging.getLogger(__name__)


def source_of(title: str = "", address: str = "", *, by: User) -> Source:
    """Return the decree that an act rests on; the secretariat itself where none is given."""
    if not title and not address:
        found = Source.objects.filter(key=BY_SECRETARIAT).first()
        made = Source(key=BY_SECRETARIAT, title="Entered by the secretariat", language="en")
    else:
        found = Source.objects.filter(title=title or address, url=address).first()
        made = Source(key=f"{OF_AN_ACT}{secrets.token_hex(6)}", title=title or address, url=address)
        made.language = get_language() or "en"
    if found is not None:
        return found
    try:
        with transaction.atomic():
            plan.save(made, by=by)
    except (IntegrityError, ValidationError):  # somebody else was quicker
        return Source.objects.get(key=made.key)
    return made


@transaction.atomic
def rename(
    actor: Actor, *, names: Mapping[str, str], on: date, source: Source, by: User, now: datetime
) -> BodyChange:
    """Give a body another name from a day on; earlier reports keep the one of their day.

    Raises ValidationError by field.
    """
    secretariat(by, now)
    lock_rounds(actor)
    (stored,) = lock_bodies(actor)
    refuse_fixed(stored, on)
    before = stored.name_record(on)
    if before is not None and all(getattr(before, n) == names.get(n, "") for n in NAMES):
        raise ValidationError({"name_nl": _("This is the name that it has on that day.")})
    given = {name: names.get(name, "") for name in NAMES}
    made = ActorName(actor=stored, valid_from=on, source=source, **given)
    if before is not None:
        # What nobody changed is confirmed no more than it was.
        made.working_languages = " ".join(
            code
            for code in before.working_languages.split()
            if given[f"name_{code}"] and given[f"name_{code}"] == getattr(before, f"name_{code}")
        )
    plan.save(made, by=by)
    return record(BodyAct.RENAME, stored, on, {"name": made.pk}, by=by, now=now)


@transaction.atomic
def found(
    actor: Actor, *, names: Mapping[str, str], on: date, source: Source, by: User, now: datetime
) -> Actor:
    """Store a body that begins on a day, with its names; raises ValidationError by field."""
    secretariat(by, now)
    actor.valid_from, actor.source = on, source
    plan.save(actor, by=by)
    given = {name: names.get(name, "") for name in NAMES}
    plan.save(ActorName(actor=actor, source=source, **given), by=by)
    return actor


@transaction.atomic
def take_over(
    given: TakeOver,
    *,
    source: Source,
    founded: tuple[Actor, ...] = (),
    seen: str | None = None,
    by: User,
    now: datetime,
) -> BodyChange:
    """Let bodies take over from another on a day: its actions, later entries, and members.

    ``seen`` is the digest of what was foreseen when somebody confirmed it; ``founded`` are
    bodies that were made for this. Raises ValidationError, Refused, and Conflict where
    something has changed since it was seen.
    """
    secretariat(by, now)
    lock_rounds(given.actor)
    actor = next(body for body in lock_bodies(given.actor, *given.heirs) if body == given.actor)
    foreseen = foresee(given)
    if seen is not None and foreseen.digest != seen:
        raise Conflict(CHANGED, actor)
    made: dict[str, Any] = {
        "valid_to": iso(actor.valid_to),
        "founded": [body.pk for body in founded],
        "successions": [],
        "responsibilities": [],
        "changed": [],
        "entries": [],
        "pairs": [],
    }
    for heir in given.heirs:
        row = Succession(predecessor=actor, successor=heir, on=given.on, source=source)
        plan.save(row, by=by)
        made["successions"].append(row.pk)
    pairs = [
        (move.held, inheritance.hold(move, given, source, made, by=by)) for move in foreseen.moves
    ]
    for held in {held.pk: held for held, _taken in pairs}.values():
        inheritance.note(made, held)
        held.valid_to = given.on - DAY
        plan.save(held, by=by)
    actor.valid_to = given.on - DAY
    plan.save(actor, by=by)
    made["pairs"] = [[held.pk, taken.pk] for held, taken in pairs]
    change = record(given.act, actor, given.on, made, by=by, now=now)
    if given.on <= day(now):
        fall_due(change, now=now)
    return change


def move_due(*, now: datetime) -> int:
    """Do what bodies' changes do on their day, the earliest first; return of how many.

    Twice changes nothing; one that fails keeps no other from being done.
    """
    due = BodyChange.objects.filter(act__in=ENDING, on__lte=day(now), moved_at=None, undone_at=None)
    done = 0
    for key in due.order_by("on", "pk").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                rows = BodyChange.objects.select_related("actor", "by")
                lock_rounds(rows.get(pk=key).actor)
                change = rows.select_for_update(of=("self",)).get(pk=key)
                if change.moved_at is None and change.undone_at is None:
                    fall_due(change, now=now)
                    done += 1
        except (Refused, ValidationError, DatabaseError):
            logger.exception("Change %s of a body could not take effect.", key)
    return done


def fall_due(change: BodyChange, *, now: datetime) -> None:
    """Move the entries of rounds that look at the day or later, and the members.

    Until the day those of the old body write on where they are.
    """
    rows = Responsibility.objects.select_related("action", "actor").in_bulk(
        [key for pair in change.made["pairs"] for key in pair]
    )
    # What the administration removed since moves no more.
    kept = [pair for pair in change.made["pairs"] if set(pair) <= rows.keys()]
    pairs = [(rows[held], rows[taken]) for held, taken in kept]
    running = ReportingRound.objects.filter(
        plan__in={held.action.plan_id for held, _taken in pairs},
        reference_date__gte=change.on,
        published=None,
        frozen_at=None,
    ).exclude(state=RoundState.PLANNED)
    # Of the day before: a successor speaks from the first day on for whom it takes over from.
    seats = Seats.read(on=change.on - DAY)
    for reporting_round in running.order_by("pk"):
        theirs = [p for p in pairs if p[0].action.plan_id == reporting_round.plan_id]
        inheritance.move_entries(lock(reporting_round), theirs, change.made)
    inheritance.move_members(change, now=now)
    assignments.follow(change, now=now)
    tell_heirs(change, seats, rows, now=now)


def tell_heirs(
    change: BodyChange, seats: Seats, held: Mapping[int, Responsibility], *, now: datetime
) -> None:
    """Tell those who had no part in them of the entries that their body took over.

    Members of the body that ended are told for whom they write instead. ``seats`` are as they
    were before, ``held`` the responsibilities by key.
    """
    had = {
        row["moved"]: set(seats.asked(held[row["responsibility"]], on=change.on - DAY))
        for row in change.made["entries"]
        if "moved" in row
    }
    ended = [row["ended"] for row in change.made.get("members", ())]
    moved = Membership.objects.filter(pk__in=ended).values_list("user", flat=True)
    keys = inheritance.asked_since(change.made)
    events.added(keys, key=f"body:{change.pk}", had=had, but=moved, now=now)


# --- Undoing ------------------------------------------------------------------------


def refusal_to_undo(change: BodyChange) -> str:
    """Return in words why an act cannot be undone any more; "" where it can."""
    if change.undone_at:
        return _("This has been undone already.")
    if words := changed_since(change):
        return words
    try:
        refuse_fixed(change.actor, change.on)
    except ValidationError:
        return _("A report that says so is frozen or published.")
    return "" if change.act == BodyAct.RENAME else used_since(change)


def used_since(change: BodyChange) -> str:
    """Return in words why a takeover is in use already; "" where it is not."""
    if missing(change):
        return _("What it did was changed in the administration since.")
    rows, since = theirs(change), change.moved_at or change.at
    written = EntryVersion.objects.filter(entry__in=rows, at__gt=since)
    events = ReviewEvent.objects.filter(entry__in=rows, at__gt=since)
    if written.exists() or events.exclude(kind=Event.CARRIED).exists():
        return _("An entry was written or decided on since.")
    if events.exists():
        return _("A round was opened since, to which closed work was carried over.")
    return ""


def missing(change: BodyChange) -> bool:
    """Tell whether a row that an act made or changed is no longer there."""
    made = change.made
    held = {*made["responsibilities"], *(row["pk"] for row in made["changed"])}
    return Responsibility.objects.filter(pk__in=held).count() != len(held) or len(
        inheritance.successions_of(change)
    ) != len(made["successions"])


def changed_since(change: BodyChange) -> str:
    """Return in words which later act stands on what one did; "" where none does."""
    if change.act == BodyAct.RENAME:
        return renamed_since(change)
    heirs = {row.successor_id for row in inheritance.successions_of(change)}
    later = BodyChange.objects.filter(undone_at=None, pk__gt=change.pk).exclude(act=BodyAct.RENAME)
    theirs_too = {change.actor_id, *heirs}
    for one in later.select_related("actor").order_by("-pk"):
        took = {row.successor_id for row in inheritance.successions_of(one)}
        if theirs_too & {one.actor_id, *took}:
            words = _("“%(act)s” (%(body)s, %(day)s) was recorded after it. Undo that first.")
            act, at = one.get_act_display(), date_format(one.on)
            return words % {"act": act, "body": one.actor.label, "day": at}
    founded, touched = set(change.made["founded"]), inheritance.touched(change.made)
    for amendment in Amendment.objects.filter(confirmed_at__gt=change.at).select_related("plan"):
        uses = founded & set(amendment.made.get("actors", ()))
        if uses or touched & inheritance.touched(amendment.made):
            words = _("An amendment was confirmed after it: %(plan)s. Undo that first.")
            return words % {"plan": amendment.plan.label}
    if Succession.objects.filter(predecessor__in=heirs).exists():
        return _("Another body has taken over from a successor since. Undo that first.")
    return ""


def renamed_since(change: BodyChange) -> str:
    """Return in words what became of a name since it was given; "" where nothing did."""
    names = ActorName.objects.filter(actor=change.actor_id)
    if not names.filter(pk=change.made["name"]).exists():
        return _("What it did was changed in the administration since.")
    later = names.filter(valid_from__gt=change.on).order_by("valid_from").first()
    if later is None or later.valid_from is None:
        return ""
    words = _("Another name was recorded from %(day)s on. Undo that first.")
    return words % {"day": date_format(later.valid_from)}


def theirs(change: BodyChange) -> Any:
    """Return the entries that stand where they do by an act, or are of whoever took it over.

    A successor may have been asked for an action before: what it writes since is of both.
    """
    kinds = ("moved", "made", "marked")
    kept = change.made["entries"]
    touched = [row[kind] for row in kept for kind in kinds if kind in row]
    made = Q(responsibility__in=change.made["responsibilities"])
    taken = Q(
        responsibility__in=[taken for _held, taken in change.made["pairs"]],
        round__reference_date__gte=change.on,
    )
    return Entry.whole.filter(made | taken | Q(pk__in=touched))


@transaction.atomic
def undo(change: BodyChange, *, by: User, now: datetime) -> BodyChange:
    """Put back what stood before an act; raises Refused where something hangs on it."""
    secretariat(by, now)
    lock_rounds(change.actor)
    rows = BodyChange.objects.select_for_update(of=("self",)).select_related("actor")
    stored = rows.get(pk=change.pk)
    lock_bodies(stored.actor, *(row.successor for row in inheritance.successions_of(stored)))
    if words := refusal_to_undo(stored):
        raise Refused(words)
    if stored.act == BodyAct.RENAME:
        plan.delete(ActorName.objects.get(pk=stored.made["name"]), by=by)
    else:
        events.added_no_more(f"body:{stored.pk}")
        assignments.unfollow(stored, by=by, now=now)
        inheritance.move_back(stored, by=by, now=now)
        try:
            undo_take_over(stored, by=by)
        except ProtectedError as error:
            raise Refused(held()) from error
    stored.undone_by, stored.undone_at = by, now
    stored.save(update_fields=["undone_by", "undone_at"])
    return stored


def held() -> str:
    """Say that another part of the site keeps what an act added: who was invited, or a note."""
    return _("Something on this site was written about what it added. It cannot be undone.")


def undo_take_over(change: BodyChange, *, by: User) -> None:
    """Put back entries, responsibilities and the body, in the reverse of how it was done."""
    made = change.made
    rounds = ReportingRound.objects.filter(
        plan__actions__responsibilities__actor=change.actor, reference_date__gte=change.on
    )
    locked = [lock(row) for row in rounds.distinct().order_by("pk")]
    for kept in reversed(made["entries"]):
        put_back(kept)
    # Of rounds that were opened since: nobody has written there.
    Entry.whole.filter(responsibility__in=made["responsibilities"]).delete()
    for row in Responsibility.objects.filter(pk__in=made["responsibilities"]):
        plan.delete(row, by=by)
    keys = {put_back_responsibility(before, by=by) for before in reversed(made["changed"])}
    for succession in inheritance.successions_of(change):
        plan.delete(succession, by=by)
    change.actor.valid_to = parsed(made["valid_to"])
    plan.save(change.actor, by=by)
    for reporting_round in locked:
        if not reporting_round.is_planned:
            inheritance.mark(reporting_round, keys, {"entries": []})
    for body in Actor.objects.filter(pk__in=made["founded"]):
        if inheritance.is_free(body, change):
            for seat in inheritance.seats_of(change, body):
                plan.delete(seat, by=by)
            plan.delete(body, by=by)


def put_back_responsibility(before: Mapping[str, Any], *, by: User) -> int:
    """Let a responsibility stand as it did; return its key."""
    row = Responsibility.objects.get(pk=before["pk"])
    names = ("role", "role_before", "expected_decision", "decision_before")
    # What was recorded before reasons were kept too has none.
    for name in (*names, *(name for name in inheritance.REASONS if name in before)):
        setattr(row, name, before[name])
    for name in ("valid_from", "valid_to", "raised_on"):
        setattr(row, name, parsed(before[name]))
    plan.save(row, by=by)
    return row.pk


def put_back(kept: Mapping[str, Any]) -> None:
    """Undo one thing that was done to an entry; see ``inheritance``."""
    if "moved" in kept:
        Entry.whole.filter(pk=kept["moved"]).update(
            responsibility=kept["responsibility"], expected=kept["expected"]
        )
    elif "beside" in kept:
        Entry.whole.filter(pk__in=kept["beside"]).update(replaced_by=kept["of"])
    elif "extended" in kept:
        Extension.objects.filter(pk=kept["extended"]).delete()
    elif "replaced" in kept:
        Entry.whole.filter(pk=kept["replaced"]).update(replaced_by=None)
    elif "gone" in kept:
        # Under its old key, by which an earlier act may know it.
        Entry.objects.create(
            pk=kept.get("pk"),
            round_id=kept["round"],
            responsibility_id=kept["gone"],
            expected=kept["expected"],
        )
    elif "marked" in kept:
        Entry.whole.filter(pk=kept["marked"]).update(expected=kept["expected"])
    else:
        Entry.whole.filter(pk=kept["made"]).delete()


def parsed(day_or_none: str | None) -> date | None:
    """Return a stored day."""
    return date.fromisoformat(day_or_none) if day_or_none else None


# --- Parts --------------------------------------------------------------------------


def lock_rounds(actor: Actor) -> None:
    """Keep the rounds of a body's plans from being opened or frozen meanwhile, in one order."""
    theirs = ReportingRound.objects.filter(plan__actions__responsibilities__actor=actor)
    keys = sorted(set(theirs.values_list("pk", flat=True)))
    list(ReportingRound.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def lock_bodies(*bodies: Actor) -> list[Actor]:
    """Read bodies anew and keep others from changing them, in an order that never blocks two."""
    keys = [body.pk for body in bodies]
    return list(Actor.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def record(
    act: BodyAct, actor: Actor, on: date, made: dict[str, Any], *, by: User, now: datetime
) -> BodyChange:
    """Store what was done to a body."""
    return BodyChange.objects.create(act=act, actor=actor, on=on, made=made, by=by, at=now)
