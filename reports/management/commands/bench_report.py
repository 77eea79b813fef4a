"""The command that measures the report: each format at four sizes, and reading an edition."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.test.utils import override_settings
from django.utils import timezone, translation

from actions import importers
from actions.management.commands.bench import getter
from actions.management.timing import median, scratch_database
from actions.models import Plan, ReportingRound, User
from document.snapshot import to_json
from reports.formats import FORMATS
from reports.models import PUBLISHED, Edition
from reports.services import editions
from reports.specimen import specimen

ENTRIES = WORDS = 200
TIMES = (1, 2, 4, 8)
LANGUAGE = "nl"
MOST_SECONDS, MOST_MEGABYTES, MOST_TIMES_EMPTY = 1.5, 400, 2
# Eight times the entries in at most so many times the seconds and memory: linear, with a margin.
MOST_GROWTH = 10
EMPTY, PAGE = "/health/", "/nl/plans/nap2/reports/2025/e1/"


class Cost(NamedTuple):
    """What one format costs at one size."""

    seconds: float
    megabytes: float
    pages: int
    size: int


class Command(BaseCommand):
    """Print seconds, peak memory, pages and bytes per format and size, each in a new process."""

    help = "Measure how fast reports are made and an edition is read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what the command asks of its own new processes."""
        parser.add_argument("--one", choices=list(FORMATS), help="measure one format only")
        parser.add_argument("--times", type=int, choices=TIMES, default=1, help="at this size")

    def handle(self, *_: Any, **options: Any) -> None:
        """Measure, print the table and the agreed limits."""
        if options["one"]:
            self.stdout.write(json.dumps(measure(options["one"], options["times"])))
            return
        heads = ("entries", "format", "seconds", "MB", "pages", "bytes")
        self.stdout.write(f"Reports of entries with {WORDS} words, each in a new process")
        self.stdout.write("{:>7}  {:<8}{:>9}{:>9}{:>8}{:>13}".format(*heads))
        found = {}
        for times in TIMES:
            for name in FORMATS:
                cost = found[name, times] = apart(name, times)
                self.stdout.write(
                    f"{ENTRIES * times:>7}  {name:<8}{cost.seconds:>9.2f}{cost.megabytes:>9.0f}"
                    f"{cost.pages or '–':>8}{cost.size:>13,}"
                )
        for text, value, limit in (*limits(found), reading()):
            verdict = "met" if value <= limit else "NOT MET"
            self.stdout.write(f"{verdict}: {text}: {value:.1f} (at most {limit})")


def limits(found: dict[tuple[str, int], Cost]) -> Iterator[tuple[str, float, float]]:
    """Yield the agreed limits: what, how much it is, how much it may be."""
    small, large = found["pdf", TIMES[0]], found["pdf", TIMES[-1]]
    yield f"PDF of {ENTRIES} entries, seconds", small.seconds, MOST_SECONDS
    yield f"PDF of {ENTRIES} entries, MB", small.megabytes, MOST_MEGABYTES
    growth = large.seconds / small.seconds
    yield f"PDF of {ENTRIES * TIMES[-1]} entries, x that of {ENTRIES}", growth, MOST_GROWTH


def apart(name: str, times: int) -> Cost:
    """Return what a format costs in a process of its own."""
    order = [sys.executable, "manage.py", "bench_report", "--one", name, "--times", str(times)]
    done = subprocess.run(  # noqa: S603 - our own command, our own Python
        order, cwd=settings.BASE_DIR, capture_output=True, check=True
    )
    return Cost(*json.loads(done.stdout))


def measure(name: str, times: int) -> Cost:
    """Return what a format costs in this process, its renderer's import included.

    The memory is the most that this process and the typesetter's ever had, together.
    """
    snapshot = specimen(ENTRIES * times, WORDS)
    start = time.perf_counter()
    content = FORMATS[name].render(snapshot, LANGUAGE)
    seconds = time.perf_counter() - start
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1024 if sys.platform == "linux" else 1
    most = sum(resource.getrusage(who).ru_maxrss for who in both) * unit
    return Cost(seconds, most / 1e6, pages(name, content), len(content))


def pages(name: str, content: bytes) -> int:
    """Return how many pages a PDF has, where that can be counted; else 0."""
    if name != "pdf" or not find_spec("pikepdf"):
        return 0
    with import_module("pikepdf").open(BytesIO(content)) as found:
        return len(found.pages)


# --- Reading ------------------------------------------------------------------------


def reading() -> tuple[str, float, float]:
    """Return what a numbered edition costs to read, compared with an empty view."""
    allowed = override_settings(DEBUG=False, ALLOWED_HOSTS=["testserver"])
    with scratch_database(), allowed:
        translation.deactivate_all()
        publish()
        get = getter()
        empty, edition = (median(partial(get, path)) for path in (EMPTY, PAGE))
    text = f"HTML edition from the archive, {edition * 1000:.2f} ms, x empty view"
    return text, edition / empty, MOST_TIMES_EMPTY


def publish() -> None:
    """Store a published edition with its page."""
    importers.load(settings.BASE_DIR / "fixtures" / name for name in importers.FILES)
    by = User.objects.create_user("bench@example.org")
    given = ReportingRound.objects.create(
        plan=Plan.objects.get(slug="nap2"),
        year=2025,
        opens_on=date(2026, 1, 10),
        deadline=date(2026, 2, 27),
        closes_on=date(2026, 3, 31),
        reference_date=date(2025, 12, 31),
    )
    snapshot = specimen(ENTRIES, WORDS)
    content, now = to_json(snapshot), timezone.now()
    edition = Edition.objects.create(
        round=given,
        number=1,
        content=content,
        checksum=editions.digest(content.encode()),
        frozen_by=by,
        frozen_at=now,
    )
    page = FORMATS["html"].render(snapshot, LANGUAGE)
    editions.store_file(edition, "html", LANGUAGE, page)
    edition.state, edition.published_by, edition.published_at = PUBLISHED, by, now
    edition.save()
