"""What readers find in the archive: published and withdrawn editions, their files, what they say.

A frozen edition is not there: nobody but the secretariat sees it before it is published.
"""

from functools import lru_cache

from django.db.models import Prefetch, QuerySet, Value
from django.db.models.functions import Replace, StrIndex, Substr

from actions.models import Plan
from document.snapshot import Snapshot, from_json
from reports.models import PUBLISHED, WITHDRAWN, Edition, EditionFile

PUBLIC = (PUBLISHED, WITHDRAWN)
# File in an address: its format.
FILES = {
    "report.pdf": "pdf",
    "report.docx": "docx",
    "summary.pdf": "summary_pdf",
    "summary.docx": "summary_docx",
    "data.json": "json",
    "data.csv": "csv",
    "entries.csv": "entries_csv",
    "actions.csv": "actions_csv",
    "evidence.csv": "evidence_csv",
    "data.xlsx": "xlsx",
}


# Canonical JSON has each key of the snapshot itself on a line of its own, two spaces in.
SCHEMA_IS = '\n  "schema": '


def editions() -> QuerySet[Edition]:
    """Return the editions that readers know of, newest first, without what they say."""
    files = EditionFile.objects.defer("content")
    return (
        Edition.objects.filter(state__in=PUBLIC)
        .select_related("round__plan")
        .prefetch_related(Prefetch("files", queryset=files))
        .defer("content")
        .order_by("-round__year", "-number")
    )


def with_schemas(listed: QuerySet[Edition]) -> QuerySet[Edition]:
    """Give editions whose files are listed ``schema``: the number of that in which each was stored.

    The database looks for it in all that an edition says, so it is asked on those pages alone.
    """
    start = StrIndex("content", Value(SCHEMA_IS)) + len(SCHEMA_IS)
    return listed.annotate(schema=Replace(Substr("content", start, 2), Value(",")))


def of_plan(plan: Plan) -> list[Edition]:
    """Return the editions of a plan that readers know of, newest first."""
    return list(with_schemas(editions().filter(round__plan=plan)))


def of_year(plan: str, year: int) -> list[Edition]:
    """Return the editions of a round that readers know of, newest first."""
    found = editions().filter(round__plan__slug=plan, round__year=year)
    return list(with_schemas(found.prefetch_related("transmissions")))


def speaking(listed: list[Edition]) -> list[Edition]:
    """Return, of some editions given newest first, the one of each round that speaks."""
    found: dict[int, Edition] = {}
    for edition in listed:
        if edition.is_published:
            found.setdefault(edition.round_id, edition)
    return list(found.values())


def snapshot_of(edition: Edition) -> Snapshot:
    """Return what an edition says; read once, as it never changes."""
    return read(edition.pk, edition.checksum)


@lru_cache(maxsize=4)
def read(key: int, checksum: str) -> Snapshot:  # noqa: ARG001 - tells contents apart
    """Return the snapshot of an edition by its key; ``checksum`` tells contents apart."""
    return from_json(Edition.objects.values_list("content", flat=True).get(pk=key))


def file_of(plan: str, year: int, number: int, name: str, language: str) -> EditionFile | None:
    """Return the stored file of a numbered edition, without its content."""
    return _files(name, language, edition__number=number).filter(
        edition__round__plan__slug=plan, edition__round__year=year
    ).first()  # fmt: skip


def newest_file(plan: str, year: int, name: str, language: str) -> EditionFile | None:
    """Return the stored file of the newest published edition, without its content."""
    return (
        _files(name, language, edition__state=PUBLISHED)
        .filter(edition__round__plan__slug=plan, edition__round__year=year)
        .order_by("-edition__number")
        .first()
    )


def _files(name: str, language: str, **wanted: object) -> QuerySet[EditionFile]:
    return (
        EditionFile.objects.filter(
            format=name, language__in=[language, ""], edition__state__in=PUBLIC, **wanted
        )
        .select_related("edition")
        .only("checksum", "format", "language", "edition__state", "edition__number")
    )


def content_of(file: EditionFile) -> bytes:
    """Return the stored bytes of a file."""
    return bytes(EditionFile.objects.values_list("content", flat=True).get(pk=file.pk))
