"""Lets successors have what a body leaves them: responsibilities, entries, members; notes it all.

Each function adds to ``made`` what it did, so that ``services.bodies`` can undo it.
"""

from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actions import round_status
from actions.enums import EntryState
from actions.models import (
    Actor,
    BodyChange,
    Entry,
    Invitation,
    Membership,
    ReportingRound,
    Responsibility,
    Source,
    Succession,
    User,
)
from actions.models.fields import LANGUAGES
from actions.services import members, plan
from actions.services.takeover import Move, TakeOver, invitations_of, members_of

Made = dict[str, Any]
# Of two entries for one action the one that is further counts.
FURTHER = (
    EntryState.ACCEPTED,
    EntryState.SUBMITTED,
    EntryState.RETURNED,
    EntryState.DRAFT,
    EntryState.EMPTY,
)
COPIED = (
    "position", "role", "phases", "printed_as", "commitment", "commitment_language",
    "expected_decision", "valid_to",
)  # fmt: skip
THROUGH = ("reports_through_id", "reports_through_from", "reports_through_to")
# What of a responsibility an act may change.
CHANGED = ("role", "expected_decision", "valid_from", "valid_to")


def note(made: Made, row: Responsibility) -> None:
    """Remember how a responsibility stood."""
    days = {name: iso(getattr(row, name)) for name in ("valid_from", "valid_to")}
    before = {"pk": row.pk, "role": row.role, "expected_decision": row.expected_decision} | days
    made["changed"].append(before)


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
    for code in LANGUAGES:
        with translation.override(code):
            facts = {"day": date_format(given.on), "actor": given.actor.label}
            words = _("Since %(day)s; before: %(actor)s.") % facts
        setattr(row, f"reason_{code}", words)
    plan.save(row, by=by)
    made["responsibilities"].append(row.pk)
    return row


def widen(move: Move, given: TakeOver, made: Made, *, by: User) -> Responsibility:
    """Let what a successor has under an action reach as far as what it takes over."""
    row, held = move.present, move.held
    assert row is not None  # noqa: S101  for the type checker
    note(made, row)
    row.role = move.role
    if row.valid_from and row.valid_from > given.on:
        row.valid_from = given.on
    ends = [end for end in (row.valid_to, held.valid_to) if end]
    row.valid_to = max(ends) if len(ends) == 2 else None  # noqa: PLR2004
    if row.expected_decision is False:
        row.expected_decision = held.expected_decision
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
    mark(given, keys, made)


def rank(entry: Entry) -> int:
    """Return how far an entry is; the least is the furthest."""
    return FURTHER.index(EntryState(entry.state))


def step_aside(entry: Entry, other: Entry, made: Made) -> None:
    """Let another entry count in the place of one; an empty one goes, a text stays beside it."""
    if entry.version or entry.events.exists():
        made["entries"].append({"replaced": entry.pk})
        Entry.objects.filter(pk=entry.pk).update(replaced_by=other)
        return
    made["entries"].append(
        {"gone": entry.responsibility_id, "round": entry.round_id, "expected": entry.expected}
    )
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


# --- Members ------------------------------------------------------------------------


def move_members(change: BodyChange, *, now: datetime) -> None:
    """Give the members of a body that ended their places in all its successors."""
    heirs = [row.successor for row in successions_of(change)]
    moved, leaving = [], members_of(change.actor)
    for membership in leaving:
        person = membership.user
        fresh = [heir for heir in heirs if not members.current(user=person, actor=heir).exists()]
        for heir in fresh:
            members.start(person, heir, membership.role, by=change.by, now=now)
        moved.append({"ended": membership.pk, "started": [heir.pk for heir in fresh]})
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
        rows = before.user.memberships.filter(actor__in=moved["started"], ended_at=None)
        there = list(rows.select_related("user", "actor"))
        is_back = members.current(user=before.user, actor=before.actor).exists()
        if (there or not moved["started"]) and not is_back:
            members.start(before.user, before.actor, before.role, by=by, now=now)
        for row in there:
            members.end(row, by=by, now=now)


def is_free(actor: Actor) -> bool:
    """Tell whether nothing hangs on a body, so that it can go as it came."""
    return not (
        actor.responsibilities.exists()
        or actor.children.exists()
        or actor.origins.exists()
        or actor.successions.exists()
        or Membership.objects.filter(actor=actor).exists()
        or Invitation.objects.filter(actor=actor).exists()
        or BodyChange.objects.filter(actor=actor).exists()
    )
