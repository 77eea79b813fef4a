"""The part of the benchmark that measures what comes in from workbooks of a thousand rows."""

import io
from collections.abc import Iterator
from time import perf_counter
from typing import Any, NamedTuple

import openpyxl
from django.db import transaction
from django.utils import timezone, translation

from actions import member_book, permissions
from actions.entry_book import layout, reading, writing
from actions.enums import MemberRole
from actions.management.follow_up_bench import Stage, build, make_person
from actions.management.timing import median, scratch_database
from actions.models import Actor, Entry, Membership, Responsibility, User
from actions.services import drafts, members

ROWS = 1_000
MEMBERS, ENTRIES = "members", "entries"
MOST_SECONDS_TO_LOOK = 2
MOST_SECONDS_TO_MAKE = 8


class Figures(NamedTuple):
    """What a workbook costs: its bytes, seconds to look at it, and to do what it says."""

    size: int
    looking: float
    making: float


def measure() -> dict[str, Figures]:
    """Return what each workbook costs, in a database of its own."""
    with scratch_database():
        return measured(ROWS)


def measured(rows: int) -> dict[str, Figures]:
    """Return what each workbook of so many rows costs, in the database that is there."""
    with translation.override("en"):
        stage = build(rows)
        # One body has them all.
        held = Responsibility.objects.filter(action__plan__slug="bench")
        held.update(actor=Actor.objects.get(slug="actor-0"))
        return {MEMBERS: of_members(stage, rows), ENTRIES: of_entries(stage)}


def of_members(stage: Stage, rows: int) -> Figures:
    """Measure a list of so many people, of whom as many are new as may be invited at once."""
    content, by, now = member_rows(rows), stage.secretariat, timezone.now()
    looking = median(lambda: member_book.look(content, now=now))
    looked = member_book.look(content, now=now)
    check(looked.faults, len(looked.new) == members.MOST_OF_SECRETARIAT)
    with transaction.atomic():
        start = perf_counter()
        members.invite_many(looked.new, by=by, now=now)
        making = perf_counter() - start
        transaction.set_rollback(True)
    return Figures(len(content), looking, making)


def member_rows(rows: int) -> bytes:
    """Return the workbook; most of its people are there already."""
    actor = Actor.objects.with_names().get(slug="actor-0")
    now, known = timezone.now(), rows - members.MOST_OF_SECRETARIAT
    users = User.objects.bulk_create(
        User(email=f"row-{number}@bench.example.org") for number in range(known)
    )
    Membership.objects.bulk_create(
        Membership(user=user, actor=actor, role=MemberRole.CONTRIBUTOR, started_at=now)
        for user in users
    )
    book = openpyxl.load_workbook(io.BytesIO(member_book.template([])))
    sheet = book[str(member_book.TITLE)]
    for number in range(rows):
        email = f"row-{number}@bench.example.org"
        sheet.append([actor.label, email, "Contributor", "English"])
    return saved(book)


def of_entries(stage: Stage) -> Figures:
    """Measure the workbook of a body with all entries, a text in each that can be written."""
    actor = Actor.objects.with_names().get(slug="actor-0")
    by = make_person(MemberRole.COORDINATOR, actor)
    rights = permissions.read_rights(by, on=timezone.localdate())
    rows = drafts.of_body(actor, stage.round, on=rights.on)
    content = entry_rows(stage, actor, rows)

    def look() -> reading.Looked:
        return reading.look(content, actor=actor, given=stage.round, rights=rights)

    looking = median(look)
    looked = look()
    check(looked.faults, bool(looked.changes))
    with transaction.atomic():
        start = perf_counter()
        drafts.save_all([one.draft for one in looked.changes], by=by, now=timezone.now())
        making = perf_counter() - start
        transaction.set_rollback(True)
    return Figures(len(content), looking, making)


def entry_rows(stage: Stage, actor: Actor, rows: list[Entry]) -> bytes:
    """Return the workbook as it went out, with what was done in each row."""
    writable = frozenset(row.pk for row in rows if row.state in ("empty", "draft"))
    book = openpyxl.load_workbook(
        io.BytesIO(writing.made(writing.Sheaf(actor, stage.round, rows, writable)))
    )
    sheet = book[layout.title_of(layout.ENTRIES)]
    places = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for number, row in enumerate(rows, start=3):
        if row.pk in writable:
            sheet.cell(number, places["What was done"]).value = f"What was done in row {number}."
    return saved(book)


def saved(book: Any) -> bytes:
    """Return a workbook as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def check(faults: list[Any], is_whole: bool) -> None:  # noqa: FBT001
    """Raise RuntimeError where a workbook does not say what is measured."""
    if faults or not is_whole:
        raise RuntimeError(faults[:1] or "the workbook changes nothing")


def table(found: dict[str, Figures]) -> Iterator[str]:
    """Yield the lines of the table."""
    heads = ("workbook of", "rows", "kB", "look in ms", "make in s")
    yield ("\n{:>16}  {:<8}" + "{:>12}" * 3).format(*heads)
    for name, one in found.items():
        yield (
            f"{name:>16}  {ROWS:<8}{one.size / 1e3:>12.0f}{one.looking * 1000:>12.0f}"
            f"{one.making:>12.2f}"
        )


def limits(found: dict[str, Figures]) -> Iterator[tuple[str, float, float]]:
    """Yield the agreed limits: what, how much it is, how much it may be."""
    for name, one in found.items():
        yield f"workbook of {ROWS} {name}, look, s", one.looking, MOST_SECONDS_TO_LOOK
        yield f"workbook of {ROWS} {name}, make, s", one.making, MOST_SECONDS_TO_MAKE
