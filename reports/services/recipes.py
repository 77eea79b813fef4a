"""What documents on request are made of: a recipe is plain data, kept until a worker reads it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils import timezone, translation

from actions.models import Entry, ReportingRound
from document.errors import RenderError
from document.snapshot import Snapshot
from reports import approval, archive, dossier
from reports.models import Edition
from reports.services import editions

Recipe = Mapping[str, Any]


class Order(NamedTuple):
    """What to say, in which format and language."""

    snapshot: Snapshot
    name: str
    language: str


def order(recipe: Recipe) -> Order:
    """Return what a recipe asks for, read from the database at this moment.

    Raises RenderError where what it speaks of is gone.
    """
    try:
        snapshot = KINDS[recipe["kind"]](recipe)
    except (ReportingRound.DoesNotExist, Edition.DoesNotExist) as error:
        raise RenderError("what was asked for is not there any more") from error
    return Order(snapshot, recipe["format"], recipe["language"])


# --- The draft of a report --------------------------------------------------------------


def of_draft(given: ReportingRound, name: str, language: str) -> dict[str, Any]:
    """Return the recipe of a draft as it stands when it is made."""
    return {"kind": "draft", "round": given.pk, "format": name, "language": language}


def draft(recipe: Recipe) -> Snapshot:
    """Return what a report says now."""
    found = ReportingRound.of_any_kind.select_related("plan").get(pk=recipe["round"])
    return editions.draft(found, now=timezone.now())


# --- A dossier --------------------------------------------------------------------------


def of_dossier(
    edition: Edition, keys: Collection[str], chosen: str, name: str, language: str, on: date
) -> dict[str, Any]:
    """Return the recipe of a dossier of the actions ``keys``, ``chosen`` on a day.

    A key may come back after a restore, so the checksum tells editions apart.
    """
    return {
        "kind": "dossier",
        "edition": edition.pk,
        "checksum": edition.checksum,
        "actions": list(keys),
        "chosen": chosen,
        "on": on.isoformat(),
        "format": name,
        "language": language,
    }


def dossier_of(recipe: Recipe) -> Snapshot:
    """Return the part of an edition that a dossier shows."""
    edition = Edition.objects.only("pk", "checksum").get(pk=recipe["edition"])
    language = recipe["language"]
    with translation.override(language):
        return dossier.build(
            archive.snapshot_of(edition),
            recipe["actions"],
            chosen=recipe["chosen"],
            language=language,
            on=date.fromisoformat(recipe["on"]),
            checksum=edition.checksum,
        )


# --- Entries before they are submitted --------------------------------------------------


def of_approval(
    given: ReportingRound, rows: Iterable[Entry], name: str, language: str, *, with_before: bool
) -> dict[str, Any]:
    """Return the recipe of the document in which some entries are approved before submission."""
    return {
        "kind": "approval",
        "round": given.pk,
        "entries": [row.pk for row in rows],
        "with_before": with_before,
        "format": name,
        "language": language,
    }


def approval_of(recipe: Recipe) -> Snapshot:
    """Return some entries as they stand; one that was submitted meanwhile is left out."""
    found = ReportingRound.of_any_kind.select_related("plan").get(pk=recipe["round"])
    rows = list(Entry.objects.for_approval(found).filter(pk__in=recipe["entries"]))
    if not rows:
        raise RenderError("what was asked for is submitted by now")
    return approval.build(found, rows, with_before=recipe["with_before"], now=timezone.now())


KINDS: dict[str, Callable[[Recipe], Snapshot]] = {
    "draft": draft,
    "dossier": dossier_of,
    "approval": approval_of,
}
