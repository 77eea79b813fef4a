"""Workbooks that somebody uploads, read out of harm's way: limits first, then cells, then rows.

``parts`` opens the file, ``cells`` reads its sheets, ``tables`` finds the columns that are known
and says what is wrong by sheet, row and column.
"""

from actions.workbooks.parts import FEWER_ELEMENTS, MOST_BYTES, check_size
from actions.workbooks.tables import (
    Column,
    Contents,
    Fault,
    Row,
    Sheet,
    Wrong,
    as_date,
    as_number,
    as_text,
    read,
)

__all__ = [
    "FEWER_ELEMENTS",
    "MOST_BYTES",
    "Column",
    "Contents",
    "Fault",
    "Row",
    "Sheet",
    "Wrong",
    "as_date",
    "as_number",
    "as_text",
    "check_size",
    "read",
]
