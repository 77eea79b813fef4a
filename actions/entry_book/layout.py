"""The sheets of a workbook of entries and their columns: what each takes, and what it is called."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from actions.forms.entries import GUIDANCE, EntryForm
from actions.models import Actor, Entry
from actions.models.entries import EVIDENCE_KINDS, HEADINGS, OBSTACLE_KINDS, WRITTEN_IN
from actions.rules.search import fold
from actions.typography import sign
from actions.workbooks import Column, Sheet
from actions.workbooks.making import LONGEST_TITLE
from actions.workbooks.sheets import SheetColumn
from actions.workbooks.tables import folded, in_all

PURPOSE, VERSION = "entries", 1
ENTRIES, EVIDENCE = "entries", "evidence"
TITLES = {ENTRIES: _("Entries"), EVIDENCE: HEADINGS["evidence"]}
# The first cell of the row that explains the columns, in place of an entry's key.
HELP = "help"
OBSTACLE, BEFORE = "obstacle:", "before:"
LANGUAGES = dict(WRITTEN_IN)
# The kinds that the form offers: the last one is what nobody says anything of.
OFFERED_KINDS = EVIDENCE_KINDS[:-1]


def own(name: str, width: int, kind: str = "text", guidance: Any = "") -> SheetColumn:
    """Return the column of a field of an entry."""
    return SheetColumn(name, HEADINGS[name], width, kind, guidance or GUIDANCE.get(name, ""))


def before(name: str, width: int) -> SheetColumn:
    """Return the column that shows what a field said in the last report."""
    heading = format_lazy("{} – {}", HEADINGS[name], _("last report"))
    return SheetColumn(f"{BEFORE}{name}", heading, width, "before")


def of_obstacle(code: str, word: Any) -> SheetColumn:
    """Return the column of a kind of obstacles."""
    heading = format_lazy("{}{} {}", _("Obstacle"), lazy(sign, str)(":"), word)
    return SheetColumn(f"{OBSTACLE}{code}", heading, 5, "tick")


COLUMNS = (
    SheetColumn("entry", _("Key of the entry"), 8, "key"),
    SheetColumn("version", _("Version"), 8, "key"),
    SheetColumn("round", _("Key of the round"), 8, "key"),
    SheetColumn("action", _("Action"), 8, "fact"),
    SheetColumn("title", _("Title of the action"), 34, "fact"),
    SheetColumn("actor", _("Organisation"), 26, "fact"),
    SheetColumn("state", _("State"), 14, "fact"),
    SheetColumn("asked", _("Asked when it was returned"), 44, "fact"),
    own("status", 22, "choice", _("Choose from the list in the cell.")),
    before("status", 18),
    SheetColumn(
        "language",
        _("Language of the texts"),
        14,
        "choice",
        _("Choose the language that you write in."),
    ),
    own("done", 48),
    before("done", 40),
    own("results", 40),
    before("results", 34),
    own("obstacles", 40),
    before("obstacles", 34),
    *(of_obstacle(code, word) for code, word in OBSTACLE_KINDS),
    own("expected_by", 22, "day", EntryForm.base_fields["expected_by"].help_text),
    before("expected_by", 18),
    own("next_steps", 40),
    before("next_steps", 34),
    own(
        "reason",
        36,
        guidance=_("Needed for “Suspended or dropped” and “Not applicable”, and published."),
    ),
    before("reason", 30),
    own("gender", 32),
    before("gender", 28),
    own("sme", 32),
    before("sme", 28),
    SheetColumn(
        "unchanged",
        _("Texts of last year still true"),
        14,
        "yes",
        EntryForm.base_fields["unchanged"].label,
    ),
    own("internal", 34),
)
DOCUMENTS = (
    SheetColumn("row", _("Entry"), 34, "choice", _("Choose the entry that the document proves.")),
    SheetColumn("title", _("Title"), 50),
    SheetColumn("address", _("Address on the web"), 60),
    SheetColumn("kind", _("Kind"), 26, "choice"),
    SheetColumn("date", _("Date"), 15, "day"),
)
NEEDED = {"entry", "version", "round", "action", "actor", "row", "title", "address"}


class Called:
    """What a body is called, asked for anew in each language."""

    def __init__(self, actor: Actor, how: str) -> None:
        self.actor, self.how = actor, how

    def __str__(self) -> str:
        return str(getattr(self.actor, self.how))


def known_names(rows: Iterable[Entry]) -> dict[str, int]:
    """Return the entries, by key, by each name that is that of no other one, folded.

    The number of the action with the short name of the body in any language, or with its key.
    """
    found: dict[str, set[int]] = {}
    for row in rows:
        for short in {*in_all(Called(row.actor, "short")), row.actor.slug}:
            found.setdefault(fold(name_of(row, short)), set()).add(row.pk)
    return {name: min(keys) for name, keys in found.items() if len(keys) == 1}


def name_of(row: Entry, short: str) -> str:
    """Return how the sheet of documents calls an entry."""
    return f"{row.action.label} – {short}"


def names(rows: Sequence[Entry]) -> dict[int, str]:
    """Return the name of each entry in the active language.

    With the key of the body where its short name could be that of another one.
    """
    known = known_names(rows)
    offered = {row.pk: name_of(row, row.actor.short) for row in rows}
    return {
        row.pk: offered[row.pk] if fold(offered[row.pk]) in known else name_of(row, row.actor.slug)
        for row in rows
    }


def title_of(sheet: str) -> str:
    """Return the title of a sheet in the active language."""
    return str(TITLES[sheet])[:LONGEST_TITLE]


@cache
def sheets() -> tuple[Sheet, ...]:
    """Return what the reader of workbooks knows the sheets by, in whichever language."""
    return (as_read(ENTRIES, COLUMNS), as_read(EVIDENCE, DOCUMENTS))


def as_read(name: str, columns: tuple[SheetColumn, ...]) -> Sheet:
    """Return a sheet as the reader of workbooks knows it."""
    known = tuple(
        Column(one.name, folded([one.name, *in_all(one.heading)]), one.name in NEEDED)
        for one in columns
    )
    titles = [title[:LONGEST_TITLE] for title in in_all(TITLES[name])]
    return Sheet(name, folded([name, *titles]), known, is_required=name == ENTRIES)
