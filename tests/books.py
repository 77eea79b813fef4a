"""Workbooks as people and attackers make them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

FIRST = "xl/worksheets/sheet1.xml"


def made(**sheets: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook of sheets of rows."""
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, name: str, before: str | None, after: str) -> bytes:
    """Return a workbook with a part changed: one text in it, or all of it (None)."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        text = after if before is None else old.read(name).decode().replace(before, after)
        new.writestr(name, text)
    return out.getvalue()


def with_cells(rows: str) -> bytes:
    """Return a workbook of things whose rows below the headings are written by hand."""
    content = made(things=[["key", "day", "size"]])
    return changed(content, FIRST, "</sheetData>", f"{rows}</sheetData>")
