"""How a round stands now: each action's status, explained, its actors, and the figures.

Read live; what was published stands elsewhere, frozen.
"""

from actions.standing.lateness import days_late, late_ones, owed
from actions.standing.reading import earlier, of_action, of_round
from actions.standing.rows import (
    ActionStanding,
    Figures,
    Standing,
    Voice,
    figures_of,
    tally,
)

__all__ = [
    "ActionStanding",
    "Figures",
    "Standing",
    "Voice",
    "days_late",
    "earlier",
    "figures_of",
    "late_ones",
    "of_action",
    "of_round",
    "owed",
    "tally",
]
