"""The report as PDF: its blocks as data for a Typst template, set in a short process.

Data never becomes markup: the template gets JSON and shows every text as text.
"""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from document.blocks import Action, Block, Chapter, Report
from document.errors import RenderError
from document.writers import pdf_tags, typst_data

TEMPLATE = Path(__file__).with_name("report.typ")
TYPESETTER = Path(__file__).with_name("typeset.py")
TIMEOUT = 120  # seconds; a report of the plan takes one


def write(report: Report, timeout: float = TIMEOUT) -> bytes:
    """Return the report as PDF/UA-1 and PDF/A-2a: the same bytes for the same report.

    Raises RenderError, which names the text that failed as far as it can be known.
    """
    try:
        return pdf_tags.finished(_typeset(report, timeout), report)
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"the PDF took longer than {timeout:g} seconds") from error
    except RenderError as error:
        raise RenderError(str(error), _culprit(report, timeout)) from error


def _typeset(report: Report, timeout: float) -> bytes:
    # Started first: it loads the compiler while the texts are put together here.
    with subprocess.Popen(  # noqa: S603 - our own program, our own Python
        [sys.executable, "-I", str(TYPESETTER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            found, complaint = process.communicate(_order(report), timeout)
        finally:
            process.kill()
    if process.returncode:
        raise RenderError(complaint.decode(errors="replace").strip() or "the typesetter stopped")
    return found


def _order(report: Report) -> bytes:
    order = {
        "template": str(TEMPLATE),
        # Noon of the report's day, so that the clock leaves no trace.
        "timestamp": int(datetime(*report.day, 12, tzinfo=UTC).timestamp()),
        "data": json.dumps(typst_data.data(report), ensure_ascii=False),
    }
    return json.dumps(order).encode()


def _culprit(report: Report, timeout: float) -> str:
    """Return the name of a chapter or an action that fails by itself, or ""."""

    def fails(chapter: Chapter, blocks: Sequence[Block]) -> bool:
        part = dataclasses.replace(chapter, blocks=tuple(blocks))
        # Places that are not there are led to by nothing: the tiles of the cover alone stay.
        alone = dataclasses.replace(report, chapters=(part,), cover=(), notices=())
        try:
            _typeset(alone, timeout)
        except (RenderError, subprocess.TimeoutExpired) as error:
            return "does not exist in the document" not in str(error)
        return False

    for chapter in report.chapters:
        if fails(chapter, chapter.blocks):
            found: Sequence[Block] = chapter.blocks
            while len(found) > 1:
                half = len(found) // 2
                found = found[:half] if fails(chapter, found[:half]) else found[half:]
            one = found[0] if found else None
            return one.heading.over if isinstance(one, Action) else chapter.title.text
    return ""
