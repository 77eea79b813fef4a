"""Knows whether what somebody changes is still what they saw."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from actions.refusals import Conflict

CHANGED = _("Somebody else has changed this meanwhile.")
CHANGED_YOURSELF = _("You have changed this yourself meanwhile, in another window.")


def digest(row: Any, names: Iterable[str]) -> str:
    """Return a short digest of what some columns of a row say; "" for a row that is not there."""
    if row is None or row.pk is None:
        return ""
    said = json.dumps([str(getattr(row, name)) for name in names], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def changed_by(row: Any, user: Any) -> bool:
    """Tell whether the newest change of a row, as its history says, is somebody's own."""
    past = getattr(row, "history", None)
    newest = past.order_by("-history_id").first() if past is not None and row.pk else None
    return newest is not None and user is not None and newest.history_user_id == user.pk


def check(row: Any, wanted: Mapping[str, Any], seen: str | None) -> None:
    """Raise Conflict where a stored row is not what was seen, and would say something else.

    ``wanted`` is what it is to say, by column. None for ``seen``: the caller saw what stands there.
    """
    if seen is None or digest(row, wanted) == seen:
        return
    if row is not None and row.pk and all(getattr(row, k) == v for k, v in wanted.items()):
        return
    raise Conflict(CHANGED, row)
