"""Lets successors have what a body leaves them: responsibilities, entries, members; notes it all.

Each function adds to ``made`` what it did, so that ``services.bodies`` can undo it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from actions import round_status
from actions.enums import EntryState, MemberRole
from actions.models import (
    Actor,
    BodyChange,
    Entry,
    Extension,
    Invitation,
    Membership,
    ReportingRound,
    Responsibility,
    Source,
    Succession,
    User,
)
from actions.models.fields import LANGUAGES
from actions.outbox import events
from actions.services import members, plan
from actions.services.takeover import Move, TakeOver, invitations_of, members_of
from actions.typography import date_format

Made = dict[str, Any]
# Of two entries for one action the one that is further counts.
FURTHER = (
    EntryState.ACCEPTED,
    EntryState.SUBMITTED,
    EntryState.RETURNED,
    EntryState.DRAFT,
    EntryState.EMPTY,
)
# The stronger role of somebody in a body comes first.
SEATS = (
    MemberRole.SECRETARIAT,
    MemberRole.REVIEWER,
    MemberRole.COORDINATOR,
    MemberRole.CONTRIBUTOR,
    MemberRole.OBSERVER,
    MemberRole.VOICE,
)
COPIED = (
    "position", "role", "phases", "printed_as", "commitment", "commitment_language",
    "expected_decision", "valid_to",
)  # fmt: skip
REASONS = tuple(f"reason_{code}" for code in LANGUAGES)
THROUGH = ("reports_through_id", "reports_through_from", "reports_through_to")


def note(made: Made, row: Responsibility) -> None:
    """Remember how a responsibility stood."""
    days = {name: iso(getattr(row, name)) for name in ("valid_from", "valid_to", "raised_on")}
    names = ("pk", "role", "role_before", "expected_decision", "decision_before", *REASONS)
    made["changed"].append({name: getattr(row, name) for name in names} | days)


def touched(made: Mapping[str, Any]) -> set[int]:
    """Return the actions whose responsibilities an act made or changed, added or withdrew."""
    held = {*made.get("responsibilities", ()), *(row["pk"] for row in made.get("changed", ()))}
    rows = Responsibility.objects.filter(pk__in=held)
    gone = {key for key, _day in made.get("withdrawn", ())}
    return {*rows.values_list("action", flat=True), *made.get("added", ()), *gone}


def iso(day: date | None) -> str | None:
    """Return a day as it is stored."""
    return day.isoformat() if day else None


# --- Responsibilities ---------------------------------------------------------------


def hold(move: Move, given: TakeOver, source: Source, made: Made, *, by: User) -> Responsibility:
    """Let a successor hold what it takes; return its responsibility under the action."""
    if move.present is not None:
        return widen(move, given, made, by=by)
    held = move.held
    row = Responsibility(action=held.action, actor=move.heir, valid_from=given.on, source=source)
    row.inferred = True
    names = COPIED if held.reports_through_id == move.heir.pk else (*COPIED, *THROUGH)
    for name in names:
        setattr(row, name, getattr(held, name))
    say_why(row, reasons(given.on, [given.actor]))
    plan.save(row, by=by)
    made["responsibilities"].append(row.pk)
    return row


def reasons(on: date, before: Sequence[Actor]) -> dict[str, str]:
    """Return since when a successor holds what it took over, and who held it before; by column."""
    found = {}
    for name, code in zip(REASONS, LANGUAGES, strict=True):
        with translation.override(code):
            facts = {"day": date_format(on), "actor": all_of([one.label for one in before])}
            found[name] = _("Since %(day)s; before: %(actor)s.") % facts
    return found


def all_of(names: Sequence[str]) -> str:
    """Return names as one enumeration in the active language."""
    *first, last = names
    return (
        _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
    )


def say_why(row: Responsibility, words: Mapping[str, str]) -> None:
    """Give a responsibility its reason in each language."""
    for name, text in words.items():
        setattr(row, name, text)


def predecessors(row: Responsibility, on: date) -> list[Actor]:
    """Return from whom a responsibility was taken over on a day, in the order of the acts."""
    acts = BodyChange.objects.filter(on=on, undone_at=None).select_related("actor").order_by("pk")
    return [
        one.actor
        for one in acts.prefetch_related("actor__names")
        if any(taken == row.pk for _held, taken in one.made.get("pairs", ()))
    ]


def widen(move: Move, given: TakeOver, made: Made, *, by: User) -> Responsibility:
    """Let what a successor has under an action reach as far as what it takes over."""
    row, held = move.present, move.held
    assert row is not None  # noqa: S101  for the type checker
    note(made, row)
    decision = row.expected_decision
    if decision is False:
        decision = held.expected_decision
    if (row.role, row.expected_decision) != (move.role, decision):
        # Earlier rounds ask for what they asked before.
        row.raised_on, row.role_before = given.on, row.role
        row.decision_before = row.expected_decision
        row.role, row.expected_decision = move.role, decision
    if row.valid_from and row.valid_from > given.on:
        row.valid_from = given.on
    before = predecessors(row, given.on)
    # What somebody wrote there since stays.
    if before and reasons(given.on, before) == {name: getattr(row, name) for name in REASONS}:
        say_why(row, reasons(given.on, [*before, given.actor]))
    ends = [end for end in (row.valid_to, held.valid_to) if end]
    row.valid_to = max(ends) if len(ends) == 2 else None  # noqa: PLR2004
    plan.save(row, by=by)
    return row


# --- Entries ------------------------------------------------------------------------


def move_entries(
    given: ReportingRound, pairs: list[tuple[Responsibility, Responsibility]], made: Made
) -> None:
    """Move the entries of an opened round from who ended to who took over, action by action."""
    keys = {row.pk for pair in pairs for row in pair}
    rows = Entry.objects.select_for_update(of=("self",)).filter(
        round=given, responsibility__in=keys
    )
    there = {row.responsibility_id: row for row in rows.order_by("pk")}
    for held, taken in pairs:
        old, new = there.get(held.pk), there.get(taken.pk)
        if old is None:
            continue
        if new is None or rank(old) < rank(new):
            if new is not None:
                step_aside(new, old, made)
            made["entries"].append(
                {"moved": old.pk, "responsibility": held.pk, "expected": old.expected}
            )
            Entry.objects.filter(pk=old.pk).update(responsibility=taken)
            there[taken.pk] = old
        else:
            step_aside(old, new, made)
        # Where several take over, the first one has the text, and the others begin anew.
        del there[held.pk]
    extend(given, pairs, made)
    # Also of parts of both, which may be covered now, or no longer.
    touched = {row.action_id for pair in pairs for row in pair}
    held_there = Responsibility.objects.filter(action__in=touched)
    mark(given, set(held_there.values_list("pk", flat=True)), made)


def extend(
    given: ReportingRound, pairs: list[tuple[Responsibility, Responsibility]], made: Made
) -> None:
    """Let more time that a body was given hold for who took over."""
    heirs: dict[int, set[int]] = {held.actor_id: set() for held, _taken in pairs}
    for held, taken in pairs:
        heirs[held.actor_id].add(taken.actor_id)
    for row in Extension.objects.filter(round=given, actor__in=heirs):
        for heir in sorted(heirs[row.actor_id]):
            given_one, is_new = Extension.objects.get_or_create(
                round=given, actor_id=heir, defaults={"until": row.until, "reason": row.reason}
            )
            if is_new:
                made["entries"].append({"extended": given_one.pk})


def rank(entry: Entry) -> int:
    """Return how far an entry is; the least is the furthest."""
    return FURTHER.index(EntryState(entry.state))


def step_aside(entry: Entry, other: Entry, made: Made) -> None:
    """Let another entry count in the place of one; an empty one goes, a text stays beside it."""
    # What gave way to this one before gives way to the other now.
    beside = list(Entry.whole.filter(replaced_by=entry).values_list("pk", flat=True))
    if beside:
        made["entries"].append({"beside": beside, "of": entry.pk})
        Entry.whole.filter(pk__in=beside).update(replaced_by=other)
    if entry.version or entry.events.exists():
        made["entries"].append({"replaced": entry.pk})
        Entry.objects.filter(pk=entry.pk).update(replaced_by=other)
        return
    go(entry, made)


def go(entry: Entry, made: Made) -> None:
    """Let an empty entry go, to come back as it was where the act is undone."""
    names = {"gone": "responsibility_id", "round": "round_id", "expected": "expected", "pk": "pk"}
    made["entries"].append({name: getattr(entry, column) for name, column in names.items()})
    entry.delete()


def mark(given: ReportingRound, keys: set[int], made: Made) -> None:
    """Have entries of some responsibilities expected in a round, or not, as the rule says."""
    wanted = {row.pk for row in round_status.expected(given)} & keys
    there = {row.responsibility_id: row for row in given.entries.filter(responsibility__in=keys)}
    for key in sorted(wanted - there.keys()):
        row = Entry.objects.create(round=given, responsibility_id=key, expected=True)
        made["entries"].append({"made": row.pk})
    for key, row in there.items():
        if row.expected != (key in wanted):
            made["entries"].append({"marked": row.pk, "expected": row.expected})
            Entry.objects.filter(pk=row.pk).update(expected=key in wanted)


def asked_since(made: Mapping[str, Any]) -> list[int]:
    """Return the entries that an act made, moved, or had expected; some may be so no longer."""
    return [
        row[act] for row in made["entries"] for act in ("made", "moved", "marked") if act in row
    ]


# --- Members ------------------------------------------------------------------------


def move_members(change: BodyChange, *, now: datetime) -> None:
    """Give the members of a body that ended their places in all its successors.

    Of two roles of a person the stronger holds.
    """
    heirs = living(change, on=timezone.localdate(now))
    moved, leaving = [], members_of(change.actor)
    for membership in leaving:
        started, raised = [], []
        for heir in heirs:
            there = members.current(user=membership.user, actor=heir).first()
            if there is None:
                members.start(membership.user, heir, membership.role, by=change.by, now=now)
                started.append(heir.pk)
            elif SEATS.index(MemberRole(membership.role)) < SEATS.index(MemberRole(there.role)):
                raised.append([there.pk, there.role])
                seat(there, membership.role, by=change.by)
        moved.append({"ended": membership.pk, "started": started, "raised": raised})
    # Before their places end: an invitation ends with the right of who made it.
    for invitation in invitations_of(change.actor):
        open_one = invitations_of(heirs[0]).filter(email__iexact=invitation.email)
        if open_one.exists():
            invitation.withdrawn_at = now
        else:
            invitation.actor = heirs[0]
        plan.save(invitation, by=change.by)
    for membership in leaving:
        members.end(membership, by=change.by, now=now)
    change.moved_at, change.made = now, change.made | {"members": moved}
    change.save(update_fields=["moved_at", "made"])
    events.moved(change, now=now)


def seat(membership: Membership, role: str, *, by: User) -> None:
    """Give somebody another role in the same body."""
    before, membership.role = membership.role, role
    plan.save(membership, by=by)
    members.settle(membership, {before, role}, by=by)


def living(change: BodyChange, *, on: date) -> list[Actor]:
    """Return who took over, or whoever took over from them by a day."""
    found: dict[int, Actor] = {}
    todo = [row.successor for row in successions_of(change)]
    while todo:
        body = todo.pop(0)
        later = [row.successor for row in body.successions.filter(on__lte=on)]
        if later:
            todo += later
        else:
            found[body.pk] = body
    return list(found.values())


def successions_of(change: BodyChange) -> list[Succession]:
    """Return the successions that an act made."""
    keys = change.made.get("successions", ())
    rows = Succession.objects.filter(pk__in=keys).select_related("successor")
    return list(rows.order_by("pk"))


def move_back(change: BodyChange, *, by: User, now: datetime) -> None:
    """Give the members that were moved, and are there still, their places back.

    ``started`` are the bodies where somebody had no place before.
    """
    for moved in change.made.get("members", ()):
        before = Membership.objects.select_related("user", "actor").get(pk=moved["ended"])
        rows = before.user.memberships.filter(ended_at=None).select_related("user", "actor")
        heirs = [heir.pk for heir in living(change, on=timezone.localdate(now))]
        there = list(rows.filter(actor__in=heirs))
        is_back = members.current(user=before.user, actor=before.actor).exists()
        # Who was removed, deactivated or erased since stays so.
        if there and before.user.is_active and not is_back:
            members.start(before.user, before.actor, before.role, by=by, now=now)
        for row in there:
            if row.actor_id in moved["started"]:
                members.end(row, by=by, now=now)
        for key, role in moved.get("raised", ()):
            for row in there:
                if row.pk == key:
                    seat(row, role, by=by)


def seats_of(change: BodyChange, body: Actor) -> QuerySet[Membership]:
    """Return the places in a body that somebody had by an act alone, and has no longer."""
    ended = [row["ended"] for row in change.made.get("members", ()) if body.pk in row["started"]]
    return Membership.objects.filter(
        actor=body, ended_at__isnull=False, user__memberships__in=ended
    ).distinct()


def is_free(actor: Actor, change: BodyChange) -> bool:
    """Tell whether nothing hangs on a body but an act's own, so that it can go as it came."""
    own = seats_of(change, actor).values("pk")
    return not (
        actor.responsibilities.exists()
        or actor.children.exists()
        or actor.origins.exists()
        or actor.successions.exists()
        or Membership.objects.filter(actor=actor).exclude(pk__in=own).exists()
        or Invitation.objects.filter(actor=actor).exists()
        or BodyChange.objects.filter(actor=actor).exists()
    )
