"""Entries of which a member says on one page that last year's text is still true."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list

from actions.enums import REPORTABLE, EntryState
from actions.models import Entry, User
from actions.models.entries import PUBLISHED_TEXTS
from actions.refusals import Refused
from actions.services import entries

# What is said anew each year: documents prove one year, and the note is for the reviewer of one.
NOT_TAKEN_OVER: dict[str, Any] = {"evidence": [], "internal": ""}


@dataclass(frozen=True)
class StillTrue:
    """An entry that nobody has begun, and what its actor said the year before."""

    entry: Entry
    before: Entry

    @property
    def key(self) -> str:
        """Both entries in the versions that somebody saw."""
        said = self.before.spoken
        return f"{self.entry.pk}-{self.entry.version}-{said.pk}-{said.version}"

    @property
    def content(self) -> dict[str, Any]:
        """What the entry says when it is confirmed."""
        return self.before.spoken.content() | NOT_TAKEN_OVER | {"unchanged": True}


def candidates(rows: Sequence[Entry]) -> list[StillTrue]:
    """Return those of some entries of one round that say what the year before can be repeated.

    Nobody has begun them, and their own actor's entry of the latest earlier round was accepted;
    what another body said, which the actor took over from, is told by hand. One query.
    """
    empty = [row for row in rows if row.state == EntryState.EMPTY and row.expected]
    if not empty:
        return []
    earlier = Entry.objects.filter(
        responsibility__in=[row.responsibility_id for row in empty],
        state=EntryState.ACCEPTED,
        round__year__lt=empty[0].round.year,
    ).select_related("round", "carried_from__carried_from", "carried_from__round")
    newest: dict[int, Entry] = {}
    for one in earlier.order_by("-round__year", "pk"):
        newest.setdefault(one.responsibility_id, one)
    return [
        StillTrue(row, before)
        for row in empty
        if (before := newest.get(row.responsibility_id)) is not None and is_repeatable(before)
    ]


def years(rows: Iterable[StillTrue]) -> str:
    """Return the years that the texts are of, in words: a year without an entry is none of them."""
    return get_text_list([str(year) for year in sorted({one.before.round.year for one in rows})])


def is_repeatable(before: Entry) -> bool:
    """Tell whether an entry says something that can be said again."""
    said = before.spoken
    has_text = any(getattr(said, name).strip() for name in PUBLISHED_TEXTS)
    return said.status in REPORTABLE and has_text


def confirm(
    chosen: Iterable[StillTrue], *, by: User, now: datetime
) -> list[tuple[StillTrue, list[str]]]:
    """Hand in the chosen entries as they were the year before; return what is wrong with others.

    Each by itself: one that cannot be handed in keeps no other back.
    """
    left = []
    for one in chosen:
        try:
            entries.submit(
                one.entry, by=by, version=one.entry.version, content=one.content, now=now
            )
        except ValidationError as error:
            left.append((one, list(error.messages)))
        except Refused as refusal:
            left.append((one, [str(refusal)]))
    return left
