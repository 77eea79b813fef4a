"""Decides who is told what, and puts the letters into the outbox."""

from datetime import datetime

from actions.models import Entry, ReviewEvent, Round


def round_opened(round: Round, *, now: datetime) -> None:  # noqa: A002
    """Tell everybody who is to write something that a round has opened: one letter a person."""


def returned(entry: Entry, event: ReviewEvent, *, now: datetime) -> None:
    """Tell an entry's writers that it was returned, and why."""


def accepted(entry: Entry, *, now: datetime) -> None:
    """Tell an entry's writers that it was accepted: one digest a person and day."""
