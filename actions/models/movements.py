"""The words for what became of an action between two rounds, the same on site and in reports."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.rules.movement import Cause, Movement

# As the heading of a group of actions; {year} is that of the edition compared with.
MOVEMENT_WORDS: dict[str, Any] = {
    Movement.MOVED_UP.value: _("Moved up"),
    Movement.MOVED_BACK.value: _("Moved back"),
    Movement.SUSPENDED.value: pgettext_lazy("movement of an action", "Suspended"),
    Movement.MORE_INFORMATION.value: _("More information than in {year}"),
    Movement.LESS_INFORMATION.value: _("Less information than in {year}"),
    Movement.REASSESSED.value: pgettext_lazy("movement of an action", "Reassessed"),
    Movement.NEW.value: pgettext_lazy("movement of an action", "New"),
    Movement.WITHDRAWN.value: _("No longer in the plan"),
    Movement.SAME.value: pgettext_lazy("movement of an action", "Unchanged"),
}
# Why an action was reassessed.
CAUSE_WORDS: dict[str, Any] = {
    Cause.NATURE.value: _("its nature changed (one-off or continuous)"),
    Cause.APPLICABLE.value: _("it concerns all or some actors again, or no longer"),
    Cause.ADDED.value: _("actors were added"),
    Cause.ENDED.value: _("actors are no longer responsible"),
    Cause.OVERRIDE.value: _("the secretariat set, changed or lifted a status"),
    Cause.OTHERS_REPORTED.value: _(
        "some actors reported that had not the last time, and others no longer did"
    ),
}


def movement_word(movement: str, year: int | str) -> str:
    """Return the word for what became of an action since a year, "" of nothing."""
    return str(MOVEMENT_WORDS.get(movement, "")).format(year=year)
