"""When an entry may change, and what it becomes: one table, in plain Python."""

from actions.enums import Act, EntryState, RoundState

S = EntryState

# What an act makes of an entry; what is not listed is not allowed.
TABLE = {
    (S.EMPTY, Act.SAVE): S.DRAFT,
    (S.DRAFT, Act.SAVE): S.DRAFT,
    (S.RETURNED, Act.SAVE): S.RETURNED,
    (S.DRAFT, Act.SUBMIT): S.SUBMITTED,
    (S.RETURNED, Act.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Act.WITHDRAW): S.DRAFT,
    (S.SUBMITTED, Act.SEND_BACK): S.RETURNED,
    (S.SUBMITTED, Act.ACCEPT): S.ACCEPTED,
    # By the secretariat, with a reason.
    (S.ACCEPTED, Act.SEND_BACK): S.RETURNED,
    # Of finished work that was carried over, by its own institution, with a reason.
    (S.ACCEPTED, Act.REOPEN): S.DRAFT,
}
# Changes of state that the database lets through: those of the table, and what carries over
# to a round that is open already, or no longer does.
CHANGES = frozenset(
    {(before, after) for (before, _act), after in TABLE.items() if before != after}
    | {(S.EMPTY, S.ACCEPTED), (S.ACCEPTED, S.EMPTY)}
)
ROUND_CHANGES = frozenset(
    {
        (RoundState.PLANNED, RoundState.OPEN),
        (RoundState.OPEN, RoundState.CLOSED),
        (RoundState.CLOSED, RoundState.OPEN),
    }
)


def after(state: EntryState, act: Act, *, carried: bool = False) -> EntryState | None:
    """Return what an act makes of an entry; None where it is not allowed.

    Only what was carried over from an earlier round is reopened by its own institution.
    """
    if act == Act.REOPEN and not carried:
        return None
    return TABLE.get((state, act))
