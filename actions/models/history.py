"""How models keep every change: who, when, what, and why."""

from simple_history.models import HistoricalRecords


def history() -> HistoricalRecords:
    """Return the history of a model; it goes with its row's key, not with its row."""
    return HistoricalRecords(history_change_reason_field=None, cascade_delete_history=False)
