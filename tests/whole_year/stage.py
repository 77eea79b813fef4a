"""What stands before the played year begins: the plan, its bodies, and last year's report."""

from datetime import date
from typing import Any

from actions.models import (
    Action,
    Actor,
    ActorName,
    Entry,
    Letter,
    Membership,
    Plan,
    ReportingRound,
    Responsibility,
    Section,
    Source,
    User,
)
from actions.services import entries, rounds
from tests.conftest import add_second_factor
from tests.follow_up import at, content
from tests.published import publish
from tests.whole_year.record import BODIES, CHAIR, CO_CHAIR, SEATED_AT, People, Task

BEFORE = at("2025-03-10")


def build(plan: dict[str, Task], people: People) -> Plan:
    """Store the plan with its bodies, and whoever is there before anybody is invited."""
    source = Source.objects.create(key="whole-year", title="Document of a test")
    made = Plan.objects.create(
        slug="year", title_en="Year", title_fr="Année", title_nl="Jaar", title_de="Jahr",
        valid_from=date(2024, 1, 1), source=source,
    )  # fmt: skip
    sections = [
        Section.objects.create(plan=made, number=number, title_en=f"Section {number}",
                               source=source)
        for number in (1, 2, 3, 4)
    ]  # fmt: skip
    actors = store_bodies(source)
    for position, one in enumerate(plan.values(), start=1):
        store_action(made, sections, actors, one, position)
    for email, role, body in (
        (people.office, "secretariat", CHAIR),
        (people.second, "secretariat", CHAIR),
        (people.co_chair, "reviewer", CO_CHAIR),
        (people.observer, "observer", CO_CHAIR),
    ):
        user = User.objects.create_user(email, name=email.split("@")[0], language="en")
        Membership.objects.create(user=user, actor=actors[body], role=role, started_at=BEFORE)
        if role == "secretariat":
            add_second_factor(user)
    return made


def store_bodies(source: Source) -> dict[str, Actor]:
    """Store the bodies, each with a name."""
    found = {}
    for number, slug in enumerate(BODIES, start=1):
        # The last ones have to do with each other.
        level = ("federal", "flemish", "walloon", "brussels")[number % 4 if number <= 50 else 0]
        found[slug] = Actor.objects.create(slug=slug, level=level, source=source)
        ActorName.objects.create(actor=found[slug], name_en=slug.title(), source=source)
    Actor.objects.filter(slug="body-54").update(parent=found[SEATED_AT["body-54"]])
    return found


def store_action(
    made: Plan, sections: list[Section], actors: dict[str, Actor], one: Task, position: int
) -> None:
    """Store an action with those who are responsible for it."""
    parent = Action.objects.filter(plan=made, label=one.parent).first()
    number = int(one.label.partition(".")[0])
    action = Action.objects.create(
        plan=made, section=sections[number % 4], parent=parent, position=position,
        label=one.label, key=one.label, title_en=f"Action {one.label}",
        title_nl=f"Actie {one.label}", official_languages="nl", title_source=made.source,
        nature=one.nature, period_kind="deadline" if one.ends else "open",
        period_end=date.fromisoformat(one.ends) if one.ends else None,
    )  # fmt: skip
    roles = dict.fromkeys(one.bodies, "responsible") | one.beside
    for place, (body, role) in enumerate(roles.items()):
        through: Any = {"reports_through": actors["body-55"]} if body == "body-56" else {}
        Responsibility.objects.create(
            action=action, actor=actors[body], role=role, position=place, source=made.source,
            **through,
        )  # fmt: skip


def report(made: Plan, says: dict[tuple[str, str], str | None], people: People) -> ReportingRound:
    """Publish last year's report; what was said comes on the bodies' behalf, by several hands."""
    office, second = (User.objects.get(email=one) for one in (people.office, people.second))
    co_chair = User.objects.get(email=people.co_chair)
    given = ReportingRound(
        plan=made, year=2024, reference_date=date(2024, 12, 31), opens_on=date(2025, 3, 3),
        deadline=date(2025, 3, 28), closes_on=date(2025, 4, 11),
    )  # fmt: skip
    rounds.save(given, by=office, now=BEFORE)
    given = rounds.open(given, by=office, now=BEFORE)
    for (label, body), status in says.items():
        if status is None:
            continue
        entry = Entry.objects.get(
            round=given, responsibility__action__label=label, responsibility__actor__slug=body
        )
        said = content(status=status, done=f"Werk van 2024: {label}.", reason="Een reden in 2024.")
        entry = entries.submit(entry, by=office, version=0, content=said, now=BEFORE)
        judge = co_chair if body == CHAIR else second
        entries.accept(entry, by=judge, version=entry.version, now=BEFORE)
    given = rounds.close(given, by=office, now=at("2025-04-14"))
    publish(given, by=office, now=at("2025-05-15"))
    # What that year wrote to anybody is no part of this one.
    Letter.objects.all().delete()
    return given
