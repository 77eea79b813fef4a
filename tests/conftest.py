"""What many tests need: both plans loaded once, accounts, factories."""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import timezone, translation
from xdist.scheduler import LoadScopeScheduling

from actions.models import (
    Action,
    Actor,
    ActorName,
    Entry,
    Membership,
    Plan,
    ReportingRound,
    Responsibility,
    Section,
    Source,
    User,
)
from actions.services import entries, rounds
from tests import access, databases, follow_up, published, samples, standing_site
from tests.signing_in import enter
from tests.stages import Stages

# A slow machine is no fault of the code: speed is measured by make bench.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")

# Slow hashing protects people, and only holds up tests.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The statuses that need a reason.
REASONED = {"discontinued", "not_applicable"}


def add_second_factor(user: User) -> str:
    """Give somebody an authenticator app, without which the secretariat opens nothing."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    factor = TOTP(found) if found else TOTP.activate(user, generate_totp_secret())
    return decrypt(factor.instance.data["secret"])


def totp_code(secret: str) -> str:
    """Return what an authenticator app shows now."""
    counter = next(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counter))


# What puts another database in place of the shared one: before anything else is stored.
STAGES = ("apart", "sample_rounds", "scene", "site", "stored_scene", "stored_story", "story")


# Modules that play on the same costly stage run one after the other in one process.
TOGETHER = (
    (
        "tests/test_access.py", "tests/test_hostile.py", "tests/test_keeping.py",
        "tests/test_privacy.py",
    ),
    ("tests/test_sample.py", "tests/reports/test_commands.py"),
)  # fmt: skip


# What takes longest comes first, so that no process waits for another at the end.
FIRST = (
    "tests/test_whole_year.py", *TOGETHER[0], "tests/browser/test_year.py",
    "tests/test_scripts.py", *TOGETHER[1],
    "tests/reports/test_backup.py", "tests/test_published_pages.py", "tests/test_pages.py",
    "tests/test_entries_stateful.py", "tests/test_importers.py", "tests/test_round_pages.py",
    "tests/reports/test_editions.py", "tests/test_letters.py", "tests/test_kill.py",
)  # fmt: skip


class ByStage(LoadScopeScheduling):
    """Gives each process whole modules in our order, those that share a stage together."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return next((group[0] for group in TOGETHER if module in group), module)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByStage:
    """Spread the tests by their stages."""
    return ByStage(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Set the clock of a run that is to hold on another day; keep to our order."""
    config.option.loadscopereorder = False
    if moment := os.environ.get("TEST_DAY"):
        travel = time_machine.travel(datetime.fromisoformat(moment), tick=True)
        travel.start()
        config.add_cleanup(travel.stop)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the longest first, and leave what touches no database to SQLite.

    Run twice, that proves nothing more.
    """
    items.sort(key=lambda item: place(item.nodeid))
    if databases.IS_SQLITE:
        return
    needed = [item for item in items if touches_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(needed)])
    items[:] = needed


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the collector of garbage what stays to the end: modules, models, test functions."""
    gc.collect()
    gc.freeze()


def place(nodeid: str) -> int:
    """Return how early a test comes."""
    module = nodeid.split("::", 1)[0]
    return FIRST.index(module) if module in FIRST else len(FIRST)


def touches_the_database(item: pytest.Item) -> bool:
    """Tell whether a test may use the database."""
    names = set(getattr(item, "fixturenames", []))
    return item.get_closest_marker("django_db") is not None or bool(
        {"db", "django_db_setup"} & names
    )


def pytest_itemcollected(item: Any) -> None:
    """Have a test's stage set before its other fixtures write."""
    names = getattr(item, "fixturenames", [])
    names.sort(key=lambda name: name not in STAGES)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Work on a database with both plans; each test's changes are rolled back."""
    with django_db_blocker.unblock(), databases.shared_database():
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    for name in ("pages", "questions", "editions"):
        caches[name].clear()


@pytest.fixture(autouse=True, scope="session")
def _endings_apart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the list of what ended out of the project's folder, in programs of their own too."""
    settings.ENDINGS_FILE = tmp_path_factory.mktemp("endings") / "endings.jsonl"
    os.environ["ENDINGS_FILE"] = str(settings.ENDINGS_FILE)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def nap2(db: None) -> Plan:
    """The second plan."""
    return Plan.objects.get(slug="nap2")


@pytest.fixture
def secretariat(db: None) -> User:
    """Somebody of the secretariat."""
    user = User.objects.create_superuser("secretariat@example.org", "a long enough password")
    add_second_factor(user)
    return user


@pytest.fixture
def member(db: None) -> User:
    """Somebody with an account but no part in the secretariat."""
    return User.objects.create_user("contributor@example.org", "a long enough password")


@pytest.fixture
def secretariat_client(secretariat: User) -> Client:
    """A browser in which the secretariat is signed in."""
    return enter(Client(), secretariat)


@pytest.fixture
def source(db: None) -> Source:
    """A document for facts of tests."""
    return Source.objects.create(key="test", title="Document of a test")


@pytest.fixture
def make_plan(source: Source) -> Any:
    """A factory of plans with actions."""

    def make(slug: str = "test", actions: int = 0) -> Plan:
        plan = Plan.objects.create(
            slug=slug, title_en="Test", title_fr="Test", title_nl="Test", title_de="Test",
            source=source,
        )  # fmt: skip
        section = Section.objects.create(
            plan=plan, number=1, title_en="One", title_fr="Un", title_nl="Een", title_de="Eins",
            source=source,
        )  # fmt: skip
        for number in range(1, actions + 1):
            Action.objects.create(
                plan=plan, section=section, position=number, label=str(number),
                key=str(number), title_en=f"Action {number}", title_source=source, nature="one_off",
            )  # fmt: skip
        return plan

    return make


@pytest.fixture
def make_actor(source: Source) -> Any:
    """A factory of actors with one name."""

    def make(slug: str, parent: Actor | None = None, **fields: Any) -> Actor:
        actor = Actor.objects.create(
            slug=slug, parent=parent, level=fields.pop("level", "federal"), source=source, **fields
        )
        ActorName.objects.create(actor=actor, name_en=slug.title(), source=source)
        return actor

    return make


@pytest.fixture
def followed_plan(make_plan: Any, make_actor: Any, source: Source) -> Any:
    """A factory of plans in which each action has responsible actors of its own.

    ``followed_plan(30, actors=2)`` has sixty responsibilities; the actors of action 7 are
    "plan-7-1" and "plan-7-2".
    """

    def make(actions: int = 1, actors: int = 1, slug: str = "plan") -> Plan:
        plan = make_plan(slug, actions)
        for action in plan.actions.all():
            for number in range(1, actors + 1):
                Responsibility.objects.create(
                    action=action,
                    actor=make_actor(f"{slug}-{action.label}-{number}"),
                    position=number,
                    role="responsible",
                    source=source,
                )
        return plan

    return make


@pytest.fixture
def make_member(db: None) -> Any:
    """A factory of people with a role: ``make_member("coordinator", "fps-justice")``.

    Called again with the same address it gives the person one more role.
    """

    def make(
        role: str = "contributor", actor: str = "fps-justice", email: str = "", **fields: Any
    ) -> User:
        address = email or f"{role}-{actor}@example.org"
        user = User.objects.filter(email=address).first()
        user = user or User.objects.create_user(address, "a long enough password", **fields)
        Membership.objects.create(
            user=user,
            actor=Actor.objects.get(slug=actor),
            role=role,
            started_at=timezone.now(),
        )
        if role == "secretariat":
            add_second_factor(user)
        return user

    return make


@pytest.fixture
def sign_in() -> Any:
    """A factory of browsers in which somebody is signed in: ``sign_in(user).get("/en/desk/")``."""

    def make(user: User) -> Client:
        return enter(Client(), user)

    return make


@pytest.fixture
def office(make_actor: Any, make_member: Any) -> User:
    """Somebody of the secretariat, at a seat of its own that is responsible for nothing."""
    make_actor("office")
    return make_member("secretariat", "office", "office@example.org")


@pytest.fixture
def open_round(office: User) -> Any:
    """A factory of rounds of the second plan: ``open_round()``, ``open_round(2024, "closed")``.

    Opened, and closed, by the office, today unless ``now`` says otherwise; members may write
    for sixty days more, the deadline is in thirty. Further days are given by name.
    """

    def make(
        year: int = 2025, state: str = "open", *, plan: str = "nap2", now: Any = None, **days: date
    ) -> ReportingRound:
        moment = now or timezone.now()
        today = timezone.localdate(moment)
        fields: dict[str, Any] = {
            "opens_on": today - timedelta(days=30),
            "deadline": today + timedelta(days=30),
            "closes_on": today + timedelta(days=60),
            "reference_date": date(year, 12, 31),
        }
        made = ReportingRound(plan=Plan.objects.get(slug=plan), year=year, **fields | days)
        rounds.save(made, by=office, now=moment)
        if state in {"open", "closed"}:
            made = rounds.open(made, by=office, now=moment)
        return rounds.close(made, by=office, now=moment) if state == "closed" else made

    return make


@pytest.fixture
def entry_of() -> Any:
    """A finder of entries: ``entry_of(round, "41", "fps-justice")``; any actor's without one."""

    def find(given: ReportingRound, label: str, actor: str = "") -> Entry:
        found = given.entries.filter(responsibility__action__label=label)
        if actor:
            return found.filter(responsibility__actor__slug=actor).get()
        first = found.first()
        assert first is not None
        return first

    return find


@pytest.fixture
def report(office: User, make_member: Any) -> Any:
    """A writer of entries: ``report(entry, "done")`` writes, submits and has it accepted.

    On the actor's behalf, so that it needs no member of it. ``state`` may be "draft",
    "submitted", "returned" or "accepted"; the other texts are given by name.
    """

    def make(
        entry: Entry,
        status: str = "done",
        *,
        state: str = "accepted",
        now: Any = None,
        **texts: Any,
    ) -> Entry:
        moment = now or timezone.now()
        second = User.objects.filter(email="second@example.org").first() or make_member(
            "secretariat", "office", "second@example.org"
        )
        content = {
            "status": status,
            "language": "en",
            "done": f"Work of {entry.round.year} on action {entry.action.label}.",
            "reason": "There was a reason." if status in REASONED else "",
        } | texts
        write = entries.save if state == "draft" else entries.submit
        done = write(entry, by=office, version=entry.version, content=content, now=moment)
        if state == "accepted":
            done = entries.accept(done, by=second, version=done.version, now=moment)
        if state == "returned":
            done = entries.send_back(
                done, by=second, version=done.version, comment="Say more.", now=moment
            )
        return done

    return make


@pytest.fixture(scope="session")
def stages(django_db_setup: None) -> Iterator[Stages]:
    """The stages that tests of this process play on: see ``stages``."""
    with ExitStack() as stack:
        yield Stages(stack)


@pytest.fixture
def scene(db: None, stages: Stages) -> Iterator[follow_up.Scene]:
    """A small plan with its actors and people: see ``follow_up``."""
    with stages.play(follow_up.build) as built:
        yield built


@pytest.fixture
def site(db: None, stages: Stages) -> Iterator[standing_site.Site]:
    """A site with something in every state: see ``standing_site``."""
    with stages.play(standing_site.build) as built:
        yield built


@pytest.fixture
def sample_rounds(db: None, stages: Stages) -> Iterator[None]:
    """The sample rounds with their accounts: see ``samples``."""
    with stages.play(samples.build):
        yield


@pytest.fixture(scope="session")
def pages(stages: Stages, django_db_blocker: Any) -> dict[tuple[str, str], Any]:
    """What every address of ``site`` answers to everybody who reads it, asked once."""
    with (
        django_db_blocker.unblock(),
        translation.override("en"),
        stages.play(standing_site.build) as built,
    ):
        return access.read_all(built)


@pytest.fixture
def now_open(scene: follow_up.Scene) -> Any:
    """The round of the small plan, open."""
    return scene.round()


@pytest.fixture
def entry(scene: follow_up.Scene, now_open: Any) -> Entry:
    """What is expected of the ministry under the first action of the small plan."""
    return scene.entry(now_open)


@pytest.fixture
def story(db: None, stages: Stages) -> Iterator[published.Story]:
    """The small plan with two published reports: see ``published``."""
    with stages.play(published.build) as built:
        yield built


@pytest.fixture
def apart(db: None, tmp_path: Path) -> Iterator[None]:
    """Work on a database that other threads and processes see: see ``databases.apart``."""
    with databases.apart(tmp_path):
        yield


@pytest.fixture
def stored_scene(db: None, stages: Stages, tmp_path: Path) -> Iterator[follow_up.Scene]:
    """The small plan in a database that other threads and processes see."""
    with stages.store(follow_up.build, tmp_path) as built:
        yield built


@pytest.fixture
def stored_story(db: None, stages: Stages, tmp_path: Path) -> Iterator[published.Story]:
    """The small plan with two published reports, likewise."""
    with stages.store(published.build, tmp_path) as built:
        yield built
