"""Asks the rule of writing for stored entries: why not, until when, who may now; and its words."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from actions import permissions
from actions.enums import Act, EntryState, RoundState
from actions.models import Entry, Extension, ReportingRound, Responsibility
from actions.permissions import Rights
from actions.rules import writing
from actions.rules.writing import Facts, Refusal

WORDS = {
    Refusal.NOT_OPEN: _("The round is not open yet."),
    Refusal.FROZEN: _("The report of this round is frozen; nothing can change."),
    Refusal.PUBLISHED: _(
        "The report of this round is published; only what the secretariat includes in a further "
        "edition can change."
    ),
    Refusal.CLOSED: _("The round is closed for writing. Ask the secretariat for an extension."),
    Refusal.DAY_PASSED: _(
        "The last day for writing this entry has passed. Ask the secretariat for more time."
    ),
    Refusal.CARRIED: _("This was carried over: return the entry of the round it comes from."),
    Refusal.STATE: _("This cannot be done any more: the state of the entry has changed meanwhile."),
}
# Ends of extensions by round and actor.
Extensions = Mapping[tuple[int, int], date]


def refusal(
    entry: Entry,
    act: Act,
    *,
    on: date,
    on_behalf: bool = False,
    extensions: Extensions | None = None,
) -> Refusal | None:
    """Return why an act on an entry is refused on a day to those who may do it, or None.

    ``extensions`` are those of its round, where they were read for many entries at once.
    """
    # More time than everybody's is asked for only once that is over.
    known = {} if extensions is None and is_open(entry.round, on=on) else extensions
    found = facts(entry, on=on, extensions=known)
    return writing.refusal(found, act, on=on, on_behalf=on_behalf)


def refusal_to(
    rights: Rights, entry: Entry, act: Act, *, extensions: Extensions | None = None
) -> Refusal | None:
    """Return why an act on an entry is refused to somebody who may do it as such, or None."""
    on_behalf = permissions.writes_on_behalf(rights, entry)
    return refusal(entry, act, on=rights.on, on_behalf=on_behalf, extensions=extensions)


def may(
    rights: Rights,
    entry: Entry,
    act: Act,
    *,
    authors: Iterable[int] = (),
    extensions: Extensions | None = None,
) -> bool:
    """Tell whether somebody may do something with an entry, and now: what shows its button."""
    if not permissions.can_do(rights, entry, act, authors):
        return False
    return refusal_to(rights, entry, act, extensions=extensions) is None


def last_day(entry: Entry, *, on: date, extensions: Extensions | None = None) -> date | None:
    """Return the last day on which the members of its actor write an entry, None without one."""
    return writing.last_day(facts(entry, on=on, extensions=extensions))


def due_day(entry: Entry, *, on: date, extensions: Extensions | None = None) -> date:
    """Return the day by which an entry is asked for.

    One of its own, set when it was returned or let in, or by an extension; else the deadline.
    """
    own = [entry.write_until]
    if not entry.round.is_published:
        own.append(extended_until(entry, on=on, extensions=extensions))
    return max(filter(None, own), default=entry.round.deadline)


def proposed_day(entry: Entry, *, on: date) -> date:
    """Return the day until which an entry that is returned now can be written, as a proposal."""
    proposed = writing.proposed_day(entry.round.closes_on, on=on)
    return max(filter(None, (proposed, entry.write_until)))


def is_open(given: ReportingRound, *, on: date) -> bool:
    """Tell whether members write in a round on a day without more time of their own."""
    end = writing.last_day(round_facts(given))
    return end is not None and on <= end


def round_facts(given: ReportingRound) -> Facts:
    """Return what the rule looks at where nothing is written yet."""
    return Facts(
        round=RoundState(given.state),
        closes_on=given.closes_on,
        state=EntryState.EMPTY,
        is_frozen=given.is_frozen,
        is_published=given.is_published,
    )


def facts(entry: Entry, *, on: date, extensions: Extensions | None = None) -> Facts:
    """Return what the rule looks at."""
    return replace(
        round_facts(entry.round),
        state=EntryState(entry.state),
        is_let_in=entry.is_let_in,
        is_carried=entry.is_carried,
        extended_until=extended_until(entry, on=on, extensions=extensions),
        write_until=entry.write_until,
    )


def read_extensions(rounds: Iterable[ReportingRound | int]) -> dict[tuple[int, int], date]:
    """Return the ends of the extensions of some rounds."""
    rows = Extension.objects.filter(round__in=list(rounds))
    return {
        (key, actor): until for key, actor, until in rows.values_list("round", "actor", "until")
    }


def extended_until(entry: Entry, *, on: date, extensions: Extensions | None = None) -> date | None:
    """Return the end of the extension of an actor, or of the one that writes for it on a day."""
    known = read_extensions([entry.round_id]) if extensions is None else extensions
    ends = (known.get((entry.round_id, actor)) for actor in speakers(entry.responsibility, on=on))
    return max((end for end in ends if end), default=None)


def speakers(held: Responsibility, *, on: date) -> Iterable[int]:
    """Return the actors in whose name an entry is written: its own, and who reports for it."""
    yield held.actor_id
    if held.reports_through_id and held.goes_through(on):
        yield held.reports_through_id
