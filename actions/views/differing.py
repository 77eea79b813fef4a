"""What differs between two contents of an entry, field by field, as it is shown."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Entry
from actions.models.entries import EVIDENCE_KINDS, TEXTS, WRITTEN_IN
from actions.models.entries import HEADINGS as OF_TEXTS
from actions.models.statuses import status_word
from actions.rules import differences
from actions.rules.differences import Budget
from actions.views import reading

HEADINGS = OF_TEXTS | {
    "language": gettext_lazy("Language of the texts"),
    "unchanged": gettext_lazy("Texts of last year still true"),
}
# What may differ after the texts, in this order.
BESIDE = ("obstacle_codes", "expected_by", "language", "unchanged", "evidence")


def changes(
    before: Mapping[str, Any] | None, found: Entry, budget: Budget | None = None
) -> list[dict[str, Any]]:
    """Return the fields of an entry that differ from an earlier content, word by word.

    ``budget`` is what a page with several entries compares of all of them.
    """
    if before is None:
        return []
    budget = budget or Budget()
    now, nature = found.content(), found.action.nature
    rows: list[dict[str, Any]] = []
    if before.get("status") != now["status"]:
        rows.append({"heading": HEADINGS["status"], "status": before.get("status")})
    for name in (*TEXTS, *BESIDE):
        old, new = told(name, before, nature), told(name, now, nature)
        if old != new:
            pieces = differences.compare(old, new, budget)
            rows.append({"heading": HEADINGS[name], "pieces": pieces})
    return rows


def told(name: str, content: Mapping[str, Any], nature: str) -> str:
    """Return a field of a content in words; "" where it says nothing."""
    if name in {"obstacle_codes", "expected_by"}:
        said = reading.kinds_of_obstacles if name == "obstacle_codes" else reading.later_day
        return said(content)
    value = content.get(name)
    if name == "evidence":
        return "\n".join(documents(value or []))
    if name == "unchanged":
        return str(_("yes") if value else _("no"))
    if not value:
        return ""
    if name == "language":
        return dict(WRITTEN_IN).get(value, "")
    return str(status_word(value, nature) if name == "status" else value)


def documents(evidence: list[dict[str, str]]) -> list[str]:
    """Return documents as lines; of no kind in particular, without one."""
    kinds = dict(EVIDENCE_KINDS[:-1])
    return [
        " · ".join(
            filter(
                None, (row["title"], row["address"], str(kinds.get(row["kind"], "")), row["date"])
            )
        )
        for row in evidence
    ]
