"""A small plan with its actors, people and clock, for proofs of the workflow."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from actions.models import (
    Action,
    Actor,
    ActorName,
    Entry,
    EntryVersion,
    Letter,
    Membership,
    Plan,
    ReportingRound,
    Responsibility,
    ReviewEvent,
    Source,
    Succession,
    User,
)
from actions.services import entries, rounds

BRUSSELS = ZoneInfo("Europe/Brussels")
YEAR = 2025
DEADLINE = date(2026, 2, 15)
CLOSE = date(2026, 3, 15)
MERGER = date(2026, 1, 10)

# label of the action: actor and role of its one responsibility
ACTIONS = {
    "1": ("ministry", "responsible"),
    "2": ("service", "responsible"),
    "3": ("agency", "responsible"),
    "4": ("old", "responsible"),
    "5": ("office", "lead"),
    "6": ("foreign", "responsible"),
    "7": ("ministry", "partner"),
    "8": ("guarded", "responsible"),
    "9": ("ministry", "responsible"),
}
PEOPLE = {
    "writer": [("contributor", "ministry")],
    "colleague": [("contributor", "ministry")],
    "below": [("contributor", "service")],
    "outsider": [("contributor", "foreign")],
    "head": [("coordinator", "ministry")],
    "guarded": [("contributor", "guarded")],
    "guard": [("coordinator", "guarded")],
    "observer": [("observer", "institute")],
    "reviewer": [("reviewer", "foreign")],
    "second": [("reviewer", "foreign")],
    "secretariat": [("secretariat", "office")],
    "chair": [("secretariat", "office")],
    # A reviewer who is also a member of the ministry.
    "both": [("reviewer", "foreign"), ("observer", "ministry")],
    "nobody": [],
}


def at(day: date | str, hour: int = 12, minute: int = 0) -> datetime:
    """Return a moment in Brussels."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(found.year, found.month, found.day, hour, minute, tzinfo=BRUSSELS)


NOW = at("2026-01-20")
LAST_MINUTE = at(CLOSE, 23, 59)
NEXT_DAY = at(CLOSE + timedelta(days=1), 0, 0)
SECRETARIAT = {"secretariat", "chair"}


def content(**texts: Any) -> dict[str, Any]:
    """Return what a full form gives."""
    return {
        "status": "in_progress",
        "language": "nl",
        "done": "We schreven het ontwerp.",
        "results": "",
        "obstacles": "",
        "next_steps": "",
        "reason": "",
        "gender": "",
        "sme": "",
        "internal": "",
        "obstacle_codes": [],
        "expected_by": "",
        "evidence": [],
        "unchanged": False,
    } | texts


@dataclass
class Scene:
    """The plan, and everybody by a short name."""

    plan: Plan
    source: Source
    actors: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def round(self, year: int = YEAR, state: str = "open", **days: date) -> ReportingRound:
        """Return a new round, planned, opened or closed."""
        made = ReportingRound(
            plan=self.plan,
            year=year,
            **{
                "opens_on": date(2026, 1, 1),
                "deadline": DEADLINE,
                "closes_on": CLOSE,
                "reference_date": date(year, 12, 31),
            }
            | days,
        )
        by = self.people["secretariat"]
        rounds.save(made, by=by, now=NOW)
        if state != "planned":
            made = rounds.open(made, by=by, now=NOW)
        return rounds.close(made, by=by, now=NOW) if state == "closed" else made

    def entry(self, given: ReportingRound, label: str = "1") -> Entry:
        """Return the entry of an action in a round."""
        return Entry.objects.get(round=given, responsibility__action__label=label)

    def responsibility(self, label: str) -> Responsibility:
        """Return the responsibility under an action."""
        return Responsibility.objects.get(action__plan=self.plan, action__label=label)

    def save(self, entry: Entry, *, by: str = "writer", now: datetime = NOW, **texts: Any) -> Entry:
        """Save a full form as it stands in front of somebody who has just opened it."""
        stored = Entry.objects.get(pk=entry.pk)
        return entries.save(
            stored, by=self.people[by], version=stored.version, content=content(**texts), now=now
        )

    def submit(
        self, entry: Entry, *, by: str = "writer", now: datetime = NOW, **texts: Any
    ) -> Entry:
        """Submit a full form as it stands in front of somebody who has just opened it."""
        stored = Entry.objects.get(pk=entry.pk)
        return entries.submit(
            stored, by=self.people[by], version=stored.version, content=content(**texts), now=now
        )

    def accept(self, entry: Entry, *, by: str = "second", now: datetime = NOW) -> Entry:
        """Accept what stands there."""
        stored = Entry.objects.get(pk=entry.pk)
        return entries.accept(stored, by=self.people[by], version=stored.version, now=now)

    def send_back(
        self, entry: Entry, *, by: str = "second", now: datetime = NOW, comment: str = "More."
    ) -> Entry:
        """Return what stands there."""
        stored = Entry.objects.get(pk=entry.pk)
        return entries.send_back(
            stored, by=self.people[by], version=stored.version, comment=comment, now=now
        )


def build() -> Scene:
    """Store the plan, its actors and its people."""
    source = Source.objects.create(key="follow-up", title="Document of a test")
    plan = Plan.objects.create(
        slug="small", title_en="Small", title_fr="Petit", title_nl="Klein", title_de="Klein",
        source=source,
    )  # fmt: skip
    scene = Scene(plan, source)
    for slug, parent, strict in (
        ("ministry", "", False),
        ("service", "ministry", False),
        ("agency", "", False),
        ("old", "", False),
        ("office", "", False),
        ("foreign", "", False),
        ("institute", "", False),
        ("guarded", "", True),
    ):
        scene.actors[slug] = Actor.objects.create(
            slug=f"small-{slug}",
            level="federal",
            parent=scene.actors.get(parent),
            coordinator_submits=strict,
            source=source,
        )
        ActorName.objects.create(actor=scene.actors[slug], name_en=slug.title(), source=source)
    Succession.objects.create(
        predecessor=scene.actors["old"], successor=scene.actors["ministry"], on=MERGER,
        source=source,
    )  # fmt: skip
    for position, (label, (actor, role)) in enumerate(ACTIONS.items()):
        action = Action.objects.create(
            plan=plan, position=position, label=label, key=label, title_en=f"Action {label}",
            title_source=source, nature="one_off",
        )  # fmt: skip
        through = {"reports_through": scene.actors["ministry"]} if actor == "agency" else {}
        Responsibility.objects.create(
            action=action, actor=scene.actors[actor], role=role, source=source, **through
        )
    for name, roles in PEOPLE.items():
        user = User.objects.create_user(f"{name}@small.example.org")
        scene.people[name] = user
        for role, actor in roles:
            Membership.objects.create(
                user=user, actor=scene.actors[actor], role=role, started_at=NOW
            )
    return scene


def everything() -> list[Any]:
    """Return all that the services of entries can write."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Entry, EntryVersion, ReviewEvent, Membership)
    ]


def unchanged_by(error: type[Exception], work: Any) -> Any:
    """Run a work that must fail; check that nothing changed; return the error."""
    before = everything()
    with pytest.raises(error) as found:
        work()
    assert found.type is error
    assert everything() == before
    return found.value


def trail(entry: Entry) -> list[tuple[str, int, str]]:
    """Return the thread of an entry: kind, version, name."""
    rows = entry.events.order_by("pk").values_list("kind", "version", "by__email")
    return [(kind, version, email.split("@")[0]) for kind, version, email in rows]


def who_may(scene: Scene, work: Any) -> set[str]:
    """Return the people who may do a work, each tried in the same situation."""
    allowed = set()
    for name in scene.people:
        before = everything()
        with transaction.atomic():
            try:
                work(name)
            except PermissionDenied:
                assert everything() == before
            else:
                allowed.add(name)
            transaction.set_rollback(True)
    return allowed


def refused_fields(work: Any) -> list[str]:
    """Return the fields at which a work is refused, nothing having changed."""
    return sorted(unchanged_by(ValidationError, work).message_dict)


LAST = {
    # what the last line of a thread leaves an entry in
    "submitted": "submitted",
    "withdrawn": "draft",
    "reopened": "draft",
    "returned": "returned",
    "accepted": "accepted",
    "carried": "accepted",
    "uncarried": "empty",
}
# what says nothing of the state of an entry
BESIDE = ("let_in", "left_out")


def assert_agreement() -> None:
    """Check that entries, versions, threads and outbox tell the same story."""
    for entry in Entry.objects.select_related("responsibility"):
        versions = list(entry.versions.order_by("number"))
        assert [version.number for version in versions] == list(range(1, entry.version + 1))
        if versions:
            assert versions[-1].content == entry.content()
            assert versions[-1].author_id == entry.written_by_id
        last = entry.events.exclude(kind__in=BESIDE).order_by("pk").last()
        states = {LAST[last.kind]} if last else {"draft" if versions else "empty"}
        if last and LAST[last.kind] == "empty" and versions:
            states = {"draft"}
        assert entry.state in states
        for event in entry.events.filter(kind="returned"):
            assert Letter.objects.filter(key__startswith=f"returned:{event.pk}:").count() >= 1
        told = [
            letter.facts["entries"].count(entry.pk)
            for letter in Letter.objects.filter(kind="accepted")
            if entry.pk in letter.facts["entries"]
        ]
        if entry.is_accepted and not entry.is_carried:
            assert told
            assert set(told) == {1}
        else:
            assert told == []
    assert Letter.objects.filter(kind="returned").count() == sum(
        1
        for event in ReviewEvent.objects.filter(kind="returned")
        for _letter in Letter.objects.filter(key__startswith=f"returned:{event.pk}:")
    )
