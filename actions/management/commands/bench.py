"""The command that measures the pages on plans and rounds of three sizes."""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.base import BaseHandler
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.models import F
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone, translation

from actions import importers
from actions.management import (
    books_bench,
    follow_up_bench,
    plan_bench,
    published_bench,
    search_bench,
)
from actions.management.timing import median, scratch_database
from actions.models import Action, ActionFlag, Classification, Plan, Responsibility, Section
from actions.search import index

TIMES = (1, 10, 100)
PAGES = {
    "overview": "/en/plans/{plan}/",
    "list": "/en/plans/{plan}/actions/",
    "list, filtered": "/en/plans/{plan}/actions/?level=brussels&q=human",
    "search": "/en/search/?q=human+rights",
    "action": "/en/plans/{plan}/actions/1/",
    "actors": "/en/plans/{plan}/actors/",
    "JSON": "/en/plans/{plan}/actions.json",
    "CSV": "/en/plans/{plan}/actions.csv",
    "XLSX": "/en/plans/{plan}/actions.xlsx",
}
EMPTY = "/health/"


class Figure(NamedTuple):
    """What one page costs: anew, and from the cache while nothing changed."""

    queries: int
    anew: float
    kept: float
    size: int


class Command(BaseCommand):
    """Print queries, milliseconds and bytes per page and size, as ratios to an empty view."""

    help = (
        "Measure the public pages on plans of 67, 670 and 6,700 actions, "
        "members' pages on rounds of 71, 710 and 7,100 responsibilities, "
        "and workbooks of 1,000 rows."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        """Measure in a database of its own, and print the table and the agreed limits."""
        with (
            scratch_database(),
            TemporaryDirectory() as where,
            override_settings(DEBUG=False, ALLOWED_HOSTS=["testserver"], SEARCH_DIR=where),
        ):
            translation.deactivate_all()
            importers.load(settings.BASE_DIR / "fixtures" / name for name in importers.FILES)
            plans = {67 * times: enlarged(times) for times in TIMES}
            index.store(on=timezone.localdate())
            get = getter()
            empty = median(lambda: get(EMPTY))
            self.stdout.write(f"{connection.vendor}; empty view {empty * 1000:.2f} ms\n")
            found = {
                (size, page): measure(get, path.format(plan=plan))
                for size, plan in plans.items()
                for page, path in PAGES.items()
            }
            built_on = published_bench.measure(plans, partial(measure, get))
            searched = {67 * times: search_bench.measure(times) for times in TIMES}
            brought_in = plan_bench.measure()
        self._print(found, empty)
        self._judge(limits(found, empty))
        self._print(built_on, empty)
        self._judge(published_bench.limits(built_on))
        for line in search_bench.table(searched):
            self.stdout.write(line)
        self._judge(search_bench.limits(searched))
        for line in plan_bench.table(brought_in):
            self.stdout.write(line)
        self._judge(plan_bench.limits(brought_in))
        with override_settings(DEBUG=False, ALLOWED_HOSTS=["testserver"]):
            followed = follow_up_bench.measure()
            books = books_bench.measure()
        for line in follow_up_bench.table(followed):
            self.stdout.write(line)
        self._judge(follow_up_bench.limits(followed))
        for line in books_bench.table(books):
            self.stdout.write(line)
        self._judge(books_bench.limits(books))

    def _print(self, found: dict[tuple[int, str], Figure], empty: float) -> None:
        head = ("actions", "page", "queries", "anew ms", "x empty", "kept ms", "x empty", "bytes")
        self.stdout.write(("{:>7}  {:<23}" + "{:>10}" * 6).format(*head))
        for (size, page), figure in found.items():
            self.stdout.write(
                f"{size:>7}  {page:<23}{figure.queries:>10}"
                f"{figure.anew * 1000:>10.1f}{figure.anew / empty:>10.1f}"
                f"{figure.kept * 1000:>10.2f}{figure.kept / empty:>10.1f}{figure.size:>10}"
            )

    def _judge(self, agreed: Iterator[tuple[str, float, float]]) -> None:
        for text, value, limit in agreed:
            verdict = "met" if value <= limit else "NOT MET"
            self.stdout.write(f"{verdict}: {text}: {value:.1f} (at most {limit})")


def limits(
    found: dict[tuple[int, str], Figure], empty: float
) -> Iterator[tuple[str, float, float]]:
    """Yield the agreed limits: what, how much it is, how much it may be."""
    for page in ("overview", "list"):
        yield f"{page} at 67, kept page, x empty view", found[67, page].kept / empty, 5
    small, large = found[67, "list"], found[6700, "list"]
    yield "list at 6700, x list at 67, made anew", large.anew / small.anew, 2
    yield "list at 6700, x list at 67, kept", large.kept / small.kept, 2
    for page in PAGES:
        growth = found[6700, page].queries - found[67, page].queries
        yield f"{page}: queries more at 6700 than at 67", growth, 0


def enlarged(times: int) -> str:
    """Make a plan with the second plan's actions several times over; return its slug."""
    source = Plan.objects.get(slug="nap2")
    plan = Plan.objects.create(slug=f"x{times}", title_en="Plan", source=source.source)
    sections = {
        section.pk: Section.objects.create(
            plan=plan, number=section.number, title_en=section.title_en, source=section.source
        )
        for section in source.sections.all()
    }
    originals = list(source.actions.order_by(F("parent").asc(nulls_first=True), "position"))
    for turn in range(times):
        copies: dict[int, Action] = {}
        for original in originals:
            copies[original.pk] = copy(original, plan, sections, copies, turn)
        for model in (Responsibility, Classification, ActionFlag):
            copy_rows(model, copies)
    return plan.slug


def copy(
    original: Action, plan: Plan, sections: dict[int, Section], copies: dict[int, Action], turn: int
) -> Action:
    """Store and return a copy of an action; ``turn`` keeps its number unlike the others'."""
    values = {
        field.attname: getattr(original, field.attname)
        for field in Action._meta.concrete_fields  # noqa: SLF001
        if not field.primary_key
    }
    number, rest = leading_number(original.label)
    values |= {
        "plan_id": plan.pk,
        "section_id": sections[original.section_id].pk if original.section_id else None,
        "parent_id": copies[original.parent_id].pk if original.parent_id else None,
        "position": original.position + 71 * turn,
        "label": f"{number + 67 * turn}{rest}",
        "key": f"{number + 67 * turn}{rest}",
    }
    return Action.objects.create(**values)


def leading_number(label: str) -> tuple[int, str]:
    """Split "22.1" into 22 and ".1"."""
    digits = len(label) - len(label.lstrip("0123456789"))
    return int(label[:digits]), label[digits:]


def copy_rows(model: type[Any], copies: dict[int, Action]) -> None:
    """Copy the rows that hang under the copied actions."""
    rows = list(model.objects.filter(action__in=copies))
    for row in rows:
        row.pk, row.action_id = None, copies[row.action_id].pk
        row._state.adding = True  # noqa: SLF001
    model.objects.bulk_create(rows)


def getter() -> Callable[[str], bytes]:
    """Return a function that fetches an address through the whole stack of middleware."""
    handler = BaseHandler()
    with warnings.catch_warnings(action="ignore"):  # static files are not collected here
        handler.load_middleware()
    factory = RequestFactory()

    def get(path: str) -> bytes:
        response = handler.get_response(factory.get(path))
        if not isinstance(response, HttpResponse) or response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{path}: {response.status_code}")
        return response.content

    return get


def forget() -> None:
    """Keep no page that was made."""
    for name in ("pages", "questions"):
        caches[name].clear()


def measure(get: Callable[[str], bytes], path: str) -> Figure:
    """Return what a page costs."""

    def anew() -> None:
        forget()
        get(path)

    anew()
    forget()
    with CaptureQueriesContext(connection) as queries:
        size = len(get(path))
    first = median(anew)
    get(path)
    return Figure(len(queries), first, median(lambda: get(path)), size)
