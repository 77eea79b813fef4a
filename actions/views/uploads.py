"""What the pages share that take a file: read it, keep it in the page that shows what it does.

What was looked at comes back with the page, and is read anew before anything is stored.
"""

import base64
import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from actions import workbooks
from actions.refusals import Refused
from actions.views.members_only import MemberRequest, tell_refusal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_FAULTS = 100  # shown on a page
# Which of two texts counts where somebody saved meanwhile: what the file says, or what is saved.
NEW, OLD = "new", "old"


def uploaded(file: Any) -> bytes:
    """Return what was uploaded; raises Refused before a file is read that is too large."""
    workbooks.check_size(file.size)
    return bytes(file.read(workbooks.MOST_BYTES))


def packed(content: bytes) -> str:
    """Return a file as the page carries it that shows what it does."""
    return base64.b64encode(content).decode()


def unpacked(request: MemberRequest) -> bytes:
    """Return the file that a page carried; raises ValueError for what is none."""
    return base64.b64decode(request.POST.get("book", ""), validate=True)


def told_faults(faults: list[workbooks.Fault]) -> dict[str, Any]:
    """Return what a page lists of what is wrong with a file."""
    return {
        "faults": faults[:MOST_FAULTS],
        "fault_count": len(faults),
        "more_faults": max(0, len(faults) - MOST_FAULTS),
    }


def read_seen(request: MemberRequest, most: int) -> dict[str, Any] | None:
    """Return what a page says that it showed, of so many characters; None for no such list."""
    try:
        found = json.loads(request.POST.get("seen", "")[:most])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def choose(request: MemberRequest, lines: Iterable[dict[str, Any]]) -> bool:
    """Note at each line which text was chosen, the new one where there is no question.

    Tell whether every question has its answer.
    """
    answers = []
    for one in lines:
        one["chosen"] = request.POST.get(one["choice"], "") if one["sides"] else NEW
        answers.append(one["chosen"])
    return all(answer in {NEW, OLD} for answer in answers)


def as_file(content: bytes, name: str, media_type: str = XLSX) -> HttpResponse:
    """Return a file to be saved, a workbook if nothing else is said."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def turned_away(request: MemberRequest, refusal: Refused) -> HttpResponse:
    """Say on the page, asked for anew, why nothing was stored."""
    tell_refusal(request, refusal)
    return redirect(request.path)
