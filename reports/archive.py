"""What readers find in the archive: published and withdrawn editions, their files, what they say.

A frozen edition is not there: nobody but the secretariat sees it before it is published.
"""

from functools import lru_cache

from django.db.models import Prefetch, Q, QuerySet, Value
from django.db.models.functions import Replace, StrIndex, Substr

from actions.enums import RoundKind
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
        .order_by("-round__year", "round__kind", "-number")
    )


def with_schemas(listed: QuerySet[Edition]) -> QuerySet[Edition]:
    """Give editions whose files are listed ``schema``: the number of that in which each was stored.

    The database looks for it in all that an edition says, so it is asked on those pages alone.
    """
    start = StrIndex("content", Value(SCHEMA_IS)) + len(SCHEMA_IS)
    return listed.annotate(schema=Replace(Substr("content", start, 2), Value(",")))


def called(name: str | int, of: str = "") -> Q:
    """Return what finds the round of a name, a year or 2027-evaluation; ``of`` leads to it."""
    year, _, kind = str(name).partition("-")
    return Q((f"{of}year", int(year)), (f"{of}kind", kind or RoundKind.YEARLY.value))


def of_plan(plan: Plan) -> list[Edition]:
    """Return the editions of a plan that readers know of, newest first."""
    return list(with_schemas(editions().filter(round__plan=plan)))


def of_year(plan: str, year: str | int) -> list[Edition]:
    """Return the editions of a round that readers know of, newest first."""
    found = editions().filter(called(year, "round__"), round__plan__slug=plan)
    return list(with_schemas(found.prefetch_related("transmissions")))


def speaking(listed: list[Edition]) -> list[Edition]:
    """Return, of some editions given newest first, the one of each yearly round that speaks."""
    found: dict[int, Edition] = {}
    for edition in listed:
        if edition.is_published and not edition.round.is_evaluation:
            found.setdefault(edition.round_id, edition)
    return list(found.values())


def snapshot_of(edition: Edition) -> Snapshot:
    """Return what an edition says; read once, as it never changes."""
    return read(edition.pk, edition.checksum)


@lru_cache(maxsize=4)
def read(key: int, checksum: str) -> Snapshot:  # noqa: ARG001 - tells contents apart
    """Return the snapshot of an edition by its key; ``checksum`` tells contents apart."""
    return from_json(Edition.objects.values_list("content", flat=True).get(pk=key))


def file_of(plan: str, year: str, number: int, name: str, language: str) -> EditionFile | None:
    """Return the stored file of a numbered edition, without its content."""
    return _files(plan, year, name, language).filter(edition__number=number).first()


def newest_file(plan: str, year: str, name: str, language: str) -> EditionFile | None:
    """Return the stored file of the newest published edition, without its content."""
    published = _files(plan, year, name, language).filter(edition__state=PUBLISHED)
    return published.order_by("-edition__number").first()


def _files(plan: str, year: str, name: str, language: str) -> QuerySet[EditionFile]:
    return (
        EditionFile.objects.filter(
            called(year, "edition__round__"),
            format=name,
            language__in=[language, ""],
            edition__state__in=PUBLIC,
            edition__round__plan__slug=plan,
        )
        .select_related("edition")
        .only("checksum", "format", "language", "edition__state", "edition__number")
    )


def content_of(file: EditionFile) -> bytes:
    """Return the stored bytes of a file."""
    return bytes(EditionFile.objects.values_list("content", flat=True).get(pk=file.pk))
