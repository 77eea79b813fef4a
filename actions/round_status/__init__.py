"""How a round stands now: each action's status, explained, its actors; and the figures of all.

Read live; what was published stands elsewhere, frozen.
"""

from actions.round_status.glance import Glance, Standing, glance, tally
from actions.round_status.lateness import days_late, expected, late_ones
from actions.round_status.reading import earlier, in_order, of_action, of_round, read_wordings
from actions.round_status.rows import (
    ActionStatus,
    RoundStatus,
    Voice,
)

__all__ = [
    "ActionStatus",
    "Glance",
    "RoundStatus",
    "Standing",
    "Voice",
    "days_late",
    "earlier",
    "expected",
    "glance",
    "in_order",
    "late_ones",
    "of_action",
    "of_round",
    "read_wordings",
    "tally",
]
