"""The tables of all reports of a plan in one: what the newest edition of each round says."""

import io
from collections.abc import Iterator, Sequence

from openpyxl import Workbook

from actions import spreadsheets
from document.snapshot import Snapshot
from reports import data

TABLES = ("entries", "actions", "evidence")


def rows(name: str, snapshots: Sequence[Snapshot], language: str) -> Iterator[data.Row]:
    """Yield the rows of a table, the newest round first.

    What an edition repeats of earlier years is left out: their own editions say it.
    """
    for snapshot in snapshots:
        for row in data.rows(name, snapshot, language):
            if (row["year"], row["edition"]) == (snapshot.year, snapshot.edition):
                yield row


def table(
    name: str, snapshots: Sequence[Snapshot], language: str
) -> tuple[list[str], list[list[object]]]:
    """Return the columns of the newest edition and the lines; an older one may lack some."""
    heads = data.heads(name, snapshots[0])
    return heads, [[row.get(head) for head in heads] for row in rows(name, snapshots, language)]


def to_csv(name: str, snapshots: Sequence[Snapshot], language: str) -> bytes:
    """Return a table as CSV, as that of one report is."""
    heads, lines = table(name, snapshots, language)
    return (data.BOM + spreadsheets.to_csv(heads, lines)).encode()


def to_xlsx(snapshots: Sequence[Snapshot], language: str) -> bytes:
    """Return the tables as a workbook, with the words of the codes and the dictionary."""
    book = Workbook(write_only=True)
    newest = snapshots[0]
    sheets = [(name, *table(name, snapshots, language)) for name in TABLES]
    sheets += data.explained(newest, language)
    for title, heads, lines in sheets:
        spreadsheets.fill(book.create_sheet(title), heads, lines)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
