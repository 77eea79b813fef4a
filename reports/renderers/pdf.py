"""The report as PDF: the snapshot's texts as data for a Typst template, set in a short process.

Data never becomes markup: the template gets JSON and shows every text as text.
"""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from document.snapshot import Action, Chapter, Snapshot, plain
from reports import outline
from reports.renderers import RenderError, pdf_data

TEMPLATE = Path(__file__).with_name("report.typ")
TYPESETTER = Path(__file__).with_name("typeset.py")
TIMEOUT = 120  # seconds; a report of the plan takes one


def render(snapshot: Snapshot, language: str, timeout: float = TIMEOUT) -> bytes:
    """Return the report as PDF/UA-1 and PDF/A-2a: the same bytes for the same snapshot.

    Raises RenderError, which names the text that failed as far as it can be known.
    """
    try:
        return _typeset(snapshot, language, timeout)
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"the PDF took longer than {timeout:g} seconds") from error
    except RenderError as error:
        place = _culprit(snapshot, language, timeout)
        raise RenderError(str(error), place) from error


def _typeset(snapshot: Snapshot, language: str, timeout: float) -> bytes:
    # Started first: it loads the compiler while the texts are put together here.
    with subprocess.Popen(  # noqa: S603 - our own program, our own Python
        [sys.executable, "-I", str(TYPESETTER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            found, complaint = process.communicate(_order(snapshot, language), timeout)
        finally:
            process.kill()
    if process.returncode:
        raise RenderError(complaint.decode(errors="replace").strip() or "the typesetter stopped")
    return found


def _order(snapshot: Snapshot, language: str) -> bytes:
    order = {
        "template": str(TEMPLATE),
        "timestamp": _timestamp(snapshot),
        "data": json.dumps(_document(snapshot, language), ensure_ascii=False),
    }
    return json.dumps(order).encode()


def _document(snapshot: Snapshot, language: str) -> dict[str, Any]:
    try:
        return pdf_data.document(snapshot, language)
    # What the snapshot speaks of and does not hold: an unknown status, a label too few.
    except (LookupError, StopIteration, ValueError) as error:
        raise RenderError(f"{type(error).__name__} {error}".strip()) from error


def _timestamp(snapshot: Snapshot) -> int:
    """Return noon of the snapshot's date, in seconds, so that the clock leaves no trace."""
    return int(datetime(*pdf_data.date_of(snapshot), 12, tzinfo=UTC).timestamp())


def _culprit(snapshot: Snapshot, language: str, timeout: float) -> str:
    """Return the name of a chapter or an action that fails by itself, or ""."""

    def fails(actions: Sequence[Action], chapters: Sequence[Chapter] = ()) -> bool:
        part = dataclasses.replace(snapshot, actions=tuple(actions), chapters=tuple(chapters))
        try:
            _typeset(part, language, timeout)
        except (RenderError, subprocess.TimeoutExpired):
            return True
        return False

    if fails(()):
        return ""
    for chapter in snapshot.chapters:
        if fails((), (chapter,)):
            return plain(chapter.titles, language)[0]
    found: Sequence[Action] = snapshot.actions
    if not fails(found):
        return ""
    while len(found) > 1:
        half = len(found) // 2
        found = found[:half] if fails(found[:half]) else found[half:]
    return outline.heading(found[0], snapshot, language)
