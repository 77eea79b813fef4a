"""What many tests need: both plans loaded once, accounts, factories."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from actions import importers
from actions.models import Action, Actor, ActorName, Plan, Section, Source, User

# A slow machine is no fault of the code: speed is measured by make bench.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


def load_plans() -> None:
    """Load the project's own fixtures."""
    importers.load(settings.BASE_DIR / "fixtures" / name for name in importers.FILES)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Load both plans into the test database, once; each test's changes are rolled back."""
    with django_db_blocker.unblock():
        load_plans()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


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
    return User.objects.create_superuser("secretariat@example.org", "a long enough password")


@pytest.fixture
def member(db: None) -> User:
    """Somebody with an account but no part in the secretariat."""
    return User.objects.create_user("contributor@example.org", "a long enough password")


@pytest.fixture
def secretariat_client(secretariat: User) -> Client:
    """A browser in which the secretariat is signed in."""
    client = Client()
    client.force_login(secretariat)
    return client


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
                title_en=f"Action {number}", title_source=source, nature="one_off",
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
