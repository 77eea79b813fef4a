"""The part of the benchmark that measures the import of a plan from a workbook."""

import tracemalloc
from collections.abc import Iterator
from datetime import date
from time import perf_counter
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from actions import models as facts
from actions.enums import MemberRole
from actions.management.timing import median
from actions.models.fields import LANGUAGES
from actions.plan_book import importing, writing

ACTIONS = 1_000
SECTIONS = 40
ACTORS = 60
MOST_SECONDS, MOST_MEGABYTES = 1, 150


class Figures(NamedTuple):
    """What a workbook costs: its bytes, seconds to look and to bring in, most memory to look."""

    size: int
    looking: float
    making: float
    memory: int


def measure() -> Figures:
    """Return what the import of a plan of a thousand actions costs; nothing of it stays."""
    content = writing.made(rows(), title="Plan")
    with transaction.atomic():
        by = secretariat()
        looking = median(lambda: importing.look(content))
        tracemalloc.start()
        faults = importing.look(content).faults
        _now, memory = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        if faults:
            raise RuntimeError(faults[0])
        start = perf_counter()
        importing.bring_in(content, by=by, now=timezone.now())
        making = perf_counter() - start
        transaction.set_rollback(True)
    return Figures(len(content), looking, making, memory)


def rows() -> dict[type[Any], list[Any]]:
    """Return an invented plan in four languages: each action with two bodies and a text."""
    source = facts.Source(key="bench", title="Source", language="en")
    plan = facts.Plan(slug="bench", source=source, valid_from=date(2025, 1, 1), **titles("Plan"))
    sections = [
        facts.Section(plan=plan, number=n, source=source, **titles(f"Section {n}"))
        for n in range(1, SECTIONS + 1)
    ]
    actors = [facts.Actor(slug=f"bench-{n}", level="federal", source=source) for n in range(ACTORS)]
    names = [
        facts.ActorName(actor=actor, source=source, name_nl=f"Dienst {n}", name_fr=f"Service {n}")
        for n, actor in enumerate(actors)
    ]
    actions, held = [], []
    for n in range(1, ACTIONS + 1):
        action = facts.Action(
            plan=plan,
            section=sections[n % SECTIONS],
            label=str(n),
            key=str(n),
            position=n,
            nature="continuous" if n % 2 else "one_off",
            title_source=source,
            **titles(f"Action {n}: what a government undertakes to do about human rights"),
        )
        actions.append(action)
        held += [
            facts.Responsibility(
                action=action, actor=actors[(n + more) % ACTORS], role="responsible", source=source
            )
            for more in (0, 7)
        ]
    return {
        facts.Plan: [plan],
        facts.Source: [source],
        facts.Section: sections,
        facts.Action: actions,
        facts.Actor: actors,
        facts.ActorName: names,
        facts.Responsibility: held,
    }


def titles(words: str) -> dict[str, str]:
    """Return a title in each language."""
    return {f"title_{code}": words for code in LANGUAGES}


def secretariat() -> facts.User:
    """Return somebody who may bring plans in."""
    user = facts.User.objects.create(email="import@example.org")
    facts.Membership.objects.create(
        user=user,
        actor=facts.Actor.objects.order_by("pk")[0],
        role=MemberRole.SECRETARIAT,
        started_at=timezone.now(),
    )
    return user


def table(found: Figures) -> Iterator[str]:
    """Yield the lines of the table."""
    heads = ("import", "kB", "look in ms", "make in s", "MB")
    yield ("\n{:>7}" + "{:>12}" * 4).format(*heads)
    yield (
        f"{ACTIONS:>7}{found.size / 1e3:>12.0f}{found.looking * 1000:>12.0f}"
        f"{found.making:>12.2f}{found.memory / 1e6:>12.1f}"
    )


def limits(found: Figures) -> Iterator[tuple[str, float, float]]:
    """Yield the agreed limits: what, how much it is, how much it may be."""
    yield f"workbook of {ACTIONS} actions, look, s", found.looking, MOST_SECONDS
    yield f"workbook of {ACTIONS} actions, look, MB", found.memory / 1e6, MOST_MEGABYTES
