"""The part of the benchmark that measures members' pages on rounds of three sizes."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actions.enums import EntryState, MemberRole
from actions.management.timing import median, scratch_database
from actions.models import (
    Action,
    Actor,
    ActorName,
    Entry,
    EntryVersion,
    Membership,
    Plan,
    Reminded,
    ReportingRound,
    Responsibility,
    Section,
    Source,
    User,
)
from actions.outbox import reminders
from actions.services import amendments, rounds

SIZES = (71, 710, 7_100)
ACTORS = 51  # no multiple of ten, so that each has entries in several states
MOST_QUERIES_TO_SAVE = 12
# Actions and actors of the matrices that are measured beside, and people that are reminded.
WIDE = ((71, 60), (710, 600))
PEOPLE = 500
AMENDED = 67  # actions of the amendment that is previewed
DESK, ENTRY, SAVE, QUEUE, EXPECTED, BOARD, FIRST, AMENDMENT = (
    "desk",
    "entry",
    "save a draft",
    "review queue",
    "expected entries",
    "state of play",
    "today",
    "amendment of 67",
)
PAGES = (DESK, ENTRY, SAVE, QUEUE, EXPECTED, BOARD, FIRST, AMENDMENT)
MATRIX, YEARS, REMINDERS = "matrix", "years", "reminders of 500"
WIDE_PAGES = (MATRIX, YEARS)
MOST_SECONDS = 1  # of what is made for many at once
# Of ten entries, how many come how far; the rest stay empty.
STATES = (
    EntryState.ACCEPTED, EntryState.ACCEPTED, EntryState.ACCEPTED,
    EntryState.SUBMITTED, EntryState.SUBMITTED, EntryState.DRAFT,
)  # fmt: skip


class Cost(NamedTuple):
    """What one page costs."""

    queries: int
    seconds: float


class Stage(NamedTuple):
    """A round, and who works on it."""

    round: ReportingRound
    secretariat: User
    reviewer: User
    writer: User


def measure() -> dict[tuple[int, str], Cost]:
    """Return what each page costs at each size, each size in a database of its own."""
    found = {}
    for size in SIZES:
        with scratch_database():
            stage = build(size)
            for page, work in pages(stage).items():
                found[size, page] = cost(work)
    for actions, actors in WIDE:
        with scratch_database():
            stage = build(actions, actors)
            for page, work in wide_pages(stage).items():
                found[actions, page] = cost(work)
    return found


def limits(found: dict[tuple[int, str], Cost]) -> Iterator[tuple[str, float, float]]:
    """Yield the agreed limits: what, how much it is, how much it may be."""
    for page in PAGES:
        counts = [found[size, page].queries for size in SIZES]
        text = f"{page}: queries more at {SIZES[-1]} responsibilities than at {SIZES[0]}"
        yield text, max(counts) - min(counts), 0
    most = max(found[size, SAVE].queries for size in SIZES)
    yield f"{SAVE}: queries", most, MOST_QUERIES_TO_SAVE
    for page in (BOARD, FIRST, AMENDMENT):
        seconds = found[SIZES[-1], page].seconds
        yield f"{page} at {SIZES[-1]}: seconds", seconds, MOST_SECONDS
    actions, actors = WIDE[-1]
    for page in (*WIDE_PAGES, REMINDERS):
        seconds = found[actions, page].seconds
        yield f"{page} at {actions} x {actors}: seconds", seconds, MOST_SECONDS
    for page in WIDE_PAGES:
        small, large = (found[actions, page].queries for actions, _actors in WIDE)
        yield f"{page}: queries more at 710 x 600 than at 71 x 60", large - small, 0


def cost(work: Callable[[], object]) -> Cost:
    """Return queries and seconds of some work."""
    work()
    with CaptureQueriesContext(connection) as queries:
        work()
    return Cost(len(queries), median(work))


def pages(stage: Stage) -> dict[str, Callable[[], object]]:
    """Return what is measured."""
    writer, reviewer, secretariat = (
        browser(user) for user in (stage.writer, stage.reviewer, stage.secretariat)
    )
    mine = stage.round.entries.filter(
        responsibility__actor__memberships__user=stage.writer, state=EntryState.DRAFT
    )
    entry = mine.earliest("pk")
    page = reverse("actions:entry", args=[entry.pk])
    return {
        DESK: lambda: get(writer, reverse("actions:desk")),
        ENTRY: lambda: get(writer, page),
        SAVE: saver(writer, entry, page),
        QUEUE: lambda: get(reviewer, reverse("actions:review-queue")),
        EXPECTED: lambda: get(
            secretariat, reverse("actions:round-expected", args=[stage.round.pk])
        ),
        BOARD: lambda: get(
            writer, reverse("actions:round-status", args=["bench", stage.round.year])
        ),
        FIRST: lambda: get(secretariat, reverse("actions:secretariat")),
        AMENDMENT: previewer(secretariat, stage),
    }


def previewer(client: Client, stage: Stage) -> Callable[[], object]:
    """Return what shows all that an amendment of many actions will do."""
    plan, moment = stage.round.plan, timezone.now()
    made = amendments.start(plan, by=stage.secretariat, now=moment)
    made.on = timezone.localdate() + timedelta(days=400)
    made.save()
    rows = plan.actions.order_by("position").prefetch_related("responsibilities__actor")
    for number, action in enumerate(rows[:AMENDED]):
        (held,) = action.responsibilities.all()
        made.lines.create(
            act="change", action=action, ends=[held.actor.slug], begins=[["actor-51", "lead"]],
            said={"title_en": f"New {number}", "title_fr": f"Nouvelle {number}"},
        )  # fmt: skip
    page = reverse("actions:amendment-preview", args=[made.pk])
    return lambda: get(client, page)


def wide_pages(stage: Stage) -> dict[str, Callable[[], object]]:
    """Return what is measured with many actors: the matrices, and a morning's reminders."""
    secretariat = browser(stage.secretariat)
    actors = Actor.objects.filter(slug__regex=r"^actor-[0-9]+$").order_by("pk")[:PEOPLE]
    for number in range(PEOPLE):
        user = User.objects.create_user(f"person-{number}@bench.example.org")
        Membership.objects.create(
            user=user, actor=actors[number % len(actors)], role=MemberRole.CONTRIBUTOR,
            started_at=timezone.now(),
        )  # fmt: skip
    ReportingRound.objects.filter(pk=stage.round.pk).update(
        opened_at=timezone.now() - timedelta(days=90)
    )
    return {
        MATRIX: lambda: get(secretariat, reverse("actions:round-matrix", args=[stage.round.pk])),
        YEARS: lambda: get(secretariat, reverse("actions:years", args=["bench"])),
        REMINDERS: lambda: remind(stage),
    }


def remind(stage: Stage) -> None:
    """Write the reminders of the day of the deadline, and take them back."""
    day = stage.round.deadline
    with transaction.atomic():
        Reminded.objects.update_or_create(
            pk=1, defaults={"until": day - timedelta(days=15), "at": timezone.now()}
        )
        reminders.put_due(on=day, now=timezone.now())
        transaction.set_rollback(True)


def browser(user: User) -> Client:
    """Return a browser in which somebody is signed in, second factor included."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def get(client: Client, path: str) -> None:
    """Fetch a page; raises RuntimeError where it does not come."""
    response = client.get(path)
    if response.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{path}: {response.status_code}")


def saver(client: Client, entry: Entry, path: str) -> Callable[[], object]:
    """Return what saves a draft, each time another one, as the page does by itself."""
    texts = ("results", "obstacles", "next_steps", "reason", "gender", "sme", "internal")
    form = dict.fromkeys(texts, "") | {
        "act": "save", "page": "bench", "status": "in_progress", "language": "nl",
        "evidence-TOTAL_FORMS": "0", "evidence-INITIAL_FORMS": "0",
    }  # fmt: skip
    version = entry.version

    def save() -> None:
        nonlocal version
        sent = form | {"version": str(version), "done": f"Text number {version}."}
        response = client.post(path, sent, headers={"hx-request": "true"})
        version += 1
        if response.status_code != HTTPStatus.OK or f'value="{version}"' not in response.text:
            raise RuntimeError(f"{path}: not saved ({response.status_code})")

    return save


# --- A plan with so many responsibilities -------------------------------------------


def build(size: int, count: int = ACTORS) -> Stage:
    """Make a plan, its people, a round that is over and one that is half-way."""
    source = Source.objects.create(key="bench", title="Benchmark")
    plan = Plan.objects.create(slug="bench", title_en="Plan", source=source)
    actors = [make_actor(number, source) for number in range(count)]
    make_responsibilities(plan, actors, size, source)
    people = {
        role: make_person(role, actor)
        for role, actor in (
            (MemberRole.SECRETARIAT, make_actor(count, source)),
            (MemberRole.REVIEWER, make_actor(count + 1, source)),
            (MemberRole.CONTRIBUTOR, actors[6]),
        )
    }
    stage = Stage(ReportingRound(plan=plan), *people.values())
    year = timezone.localdate().year
    for number, states in ((year - 1, (EntryState.ACCEPTED,) * 10), (year, STATES)):
        stage = stage._replace(round=make_round(stage, number))
        for turn, state in enumerate(states):
            advance(stage, turn, state)
    return stage


def make_actor(number: int, source: Source) -> Actor:
    """Make an actor with a name."""
    actor = Actor.objects.create(slug=f"actor-{number}", level="federal", source=source)
    ActorName.objects.create(actor=actor, name_en=f"Actor {number}", source=source)
    return actor


def make_responsibilities(plan: Plan, actors: list[Actor], size: int, source: Source) -> None:
    """Make so many actions with one actor each, every actor in turn."""
    section = Section.objects.create(plan=plan, number=1, title_en="One", source=source)
    for number in range(1, size + 1):
        action = Action.objects.create(
            plan=plan, section=section, position=number, label=str(number), nature="one_off",
            title_en=f"Action {number}", title_source=source,
        )  # fmt: skip
        Responsibility.objects.create(
            action=action, actor=actors[number % len(actors)], role="responsible", source=source
        )


def make_person(role: MemberRole, actor: Actor) -> User:
    """Make somebody with a role, and with what the secretariat needs to sign in."""
    user = User.objects.create_user(f"{role}@bench.example.org", name=role.title())
    Membership.objects.create(user=user, actor=actor, role=role, started_at=timezone.now())
    if role == MemberRole.SECRETARIAT:
        TOTP.activate(user, generate_totp_secret())
    return user


def make_round(stage: Stage, year: int) -> ReportingRound:
    """Make a round and open it."""
    now = timezone.now()
    today = timezone.localdate(now)
    made = ReportingRound(
        plan=stage.round.plan,
        year=year,
        opens_on=today,
        deadline=today + timedelta(days=30),
        closes_on=today + timedelta(days=60),
        reference_date=today.replace(year=year, month=12, day=31),
    )
    rounds.save(made, by=stage.secretariat, now=now)
    return rounds.open(made, by=stage.secretariat, now=now)


def advance(stage: Stage, turn: int, state: EntryState) -> None:
    """Bring every tenth entry of a round so far, step by step, as the database wants it."""
    now = timezone.now()
    keys = list(stage.round.entries.order_by("pk").values_list("pk", flat=True))[turn::10]
    rows = Entry.objects.filter(pk__in=keys)
    rows.update(
        state=EntryState.DRAFT, version=1, status="in_progress", language="nl",
        done="Text of the benchmark.", written_by=stage.writer, written_at=now,
    )  # fmt: skip
    content = Entry(status="in_progress", language="nl", done="Text of the benchmark.").content()
    EntryVersion.objects.bulk_create(
        EntryVersion(entry_id=key, number=1, content=content, author=stage.writer, at=now)
        for key in keys
    )
    if state in {EntryState.SUBMITTED, EntryState.ACCEPTED}:
        rows.update(state=EntryState.SUBMITTED, submitted_by=stage.writer, submitted_at=now)
    if state == EntryState.ACCEPTED:
        rows.update(state=EntryState.ACCEPTED, decided_by=stage.reviewer, decided_at=now)


def table(found: dict[tuple[int, str], Cost]) -> Iterator[str]:
    """Yield the lines to print."""
    yield f"{'responsibilities':>16}  {'page':<17}{'queries':>10}{'ms':>10}"
    for (size, page), figure in found.items():
        yield f"{size:>16}  {page:<17}{figure.queries:>10}{figure.seconds * 1000:>10.1f}"
