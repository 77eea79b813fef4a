"""The actors of a plan as a tree, and the page of one."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from actions import published
from actions.enums import ActorKind
from actions.models import Action, Actor, Plan, PublishedEntry, Responsibility
from actions.models.actors import LEVELS
from actions.models.statuses import STATUS_WORDS
from actions.querysets import below, valid_on
from actions.views import standing_above
from actions.views.drafts import check_seen, plan_of
from actions.views.http import has_working, public_page
from document import collation


@public_page
def actor_list(request: HttpRequest, plan: str) -> HttpResponse:
    """Show all actors by level of government, each with its number of actions in the plan."""
    found = plan_of(request, plan)
    on = timezone.localdate()
    counts = dict(
        Responsibility.objects.filter(valid_on(on), valid_on(on, "action__"), action__plan=found)
        .values_list("actor")
        .annotate(Count("action", distinct=True))
    )
    ours = Q(draft_of__isnull=True) | Q(draft_of=found)
    rows = Actor.objects.filter(ours).with_names()
    actors = list(rows.prefetch_related("successions__successor__names"))
    above = Actor.objects.above(on=on)
    context = {
        "plan": found,
        "today": on,
        "levels": [
            {
                "code": level,
                "label": label,
                "actors": tree(actors, level, counts, above, on),
                "ended": ended(actors, level, on),
            }
            for level, label in LEVELS
        ],
        "with_actions_count": len(counts),
    }
    return TemplateResponse(request, "actions/actor_list.html", context)


def has_ended(actor: Actor, on: date) -> bool:
    """Tell whether a body no longer exists on a day."""
    return actor.valid_to is not None and actor.valid_to < on


def tree(
    actors: list[Actor],
    level: str,
    counts: dict[int, int],
    above: dict[int, tuple[int, ...]],
    on: date,
) -> list[dict[str, Any]]:
    """Return the actors of a level on a day as lines with their depth, each below its parent.

    Where the parent ended, that is who took over from it; where several did, nobody has said
    to which of them one belongs. An actor whose parent belongs to another level stands at the
    top of its own. The government comes first, what the source does not name last, the rest
    by name.
    """
    members = {a.pk: a for a in actors if a.level == level and not has_ended(a, on)}
    children: dict[int | None, list[Actor]] = defaultdict(list)
    for member in members.values():
        parents = above[member.pk]
        is_below = len(parents) == 1 and parents[0] in members and parents[0] != member.pk
        children[parents[0] if is_below else None].append(member)

    def rank(actor: Actor) -> tuple[int, tuple[Any, ...]]:
        first: dict[str, int] = {ActorKind.GOVERNMENT: 0, ActorKind.UNSPECIFIED: 2}
        return first.get(actor.kind, 1), actor.sort_key

    def lines(parent: int | None, depth: int) -> Iterable[dict[str, Any]]:
        for child in sorted(children[parent], key=rank):
            count = counts.get(child.pk, 0)
            yield {"actor": child, "depth": depth, "count": count, "heirs": heirs_of(child)}
            yield from lines(child.pk, depth + 1)

    return list(lines(None, 0))


def ended(actors: Iterable[Actor], level: str, on: date) -> list[dict[str, Any]]:
    """Return the actors of a level that no longer exist on a day, with who took over, by name."""
    rows = [actor for actor in actors if actor.level == level and has_ended(actor, on)]
    rows.sort(key=lambda actor: actor.sort_key)
    return [{"actor": actor, "heirs": heirs_of(actor)} for actor in rows]


def heirs_of(actor: Actor) -> list[Actor]:
    """Return who took over from an actor, or will."""
    return sorted((one.successor for one in actor.successions.all()), key=lambda one: one.sort_key)


@public_page
def actor(request: HttpRequest, plan: str, slug: str) -> HttpResponse:
    """Show an actor: names over time, place in the tree, and its actions in the plan."""
    found_plan = plan_of(request, plan)
    queryset = Actor.objects.select_related("source", "draft_of").prefetch_related(
        "names__source",
        "aliases__source",
        "successions__successor__names",
        "successions__source",
        "origins__predecessor__names",
        "origins__source",
    )
    found = get_object_or_404(queryset, slug=slug)
    check_seen(request, found.draft_of)
    on = timezone.localdate()
    above = Actor.objects.above(on=on)
    standing_above.mark([found], above)
    rows = list(
        found.responsibilities.filter(valid_on(on, "action__"), action__plan=found_plan)
        .select_related("action__plan", "action__section")
        .order_by("action__position")
    )
    held = [row for row in rows if row.is_valid(on)]
    progress = reported(found, found_plan, request.GET.get("year"))
    context = {
        "plan": found_plan,
        "actor": found,
        "today": on,
        **progress,
        **relatives(found, above),
        "names": list(found.names.all()),
        # What the editors noted of it was written before it became known who takes over.
        "is_note_overtaken": any(one.source.is_of_an_act for one in found.successions.all()),
        "responsibilities": with_years(held, progress.get("said", {})),
        "coming": by_day(rows, "valid_from", lambda day: day > on),
        "ended": by_day(rows, "valid_to", lambda day: day < on),
        "has_working": has_working(r.action for r in held),
        "below_count": Action.objects.of(found_plan)
        .valid_on(on)
        .of_actors(below(found, above), on=on)
        .count(),
        "other_plans": Plan.objects.published()
        .filter(actions__responsibilities__actor=found)
        .exclude(pk=found_plan.pk)
        .distinct(),
    }
    return TemplateResponse(request, "actions/actor.html", context)


def by_day(
    rows: Iterable[Responsibility], name: str, wanted: Callable[[date], bool]
) -> list[tuple[date, list[Action]]]:
    """Return the actions of responsibilities by the day that they begin or end on, in order."""
    found: dict[date, list[Action]] = defaultdict(list)
    for row in rows:
        day = getattr(row, name)
        if day is not None and wanted(day):
            found[day].append(row.action)
    return sorted(found.items(), key=lambda line: line[0])


def relatives(actor: Actor, above: dict[int, tuple[int, ...]]) -> dict[str, Any]:
    """Return the bodies below an actor, its successors and predecessors, and its aliases.

    ``above`` is the tree of the day that is looked at: who took over has below it what the one
    before it had.
    """
    keys = [key for key, parents in above.items() if actor.pk in parents and key != actor.pk]
    children = Actor.objects.filter(pk__in=keys, draft_of=None).with_names()
    return {
        "children": sorted(children, key=lambda child: child.sort_key),
        "successions": sorted(
            actor.successions.all(), key=lambda one: (one.on, one.successor.sort_key)
        ),
        "origins": sorted(actor.origins.all(), key=lambda one: (one.on, one.predecessor.sort_key)),
        "aliases": sorted(actor.aliases.all(), key=lambda alias: collation.key(alias.text)),
    }


# --- What published reports say -----------------------------------------------------


def reported(actor: Actor, plan: Plan, year: str | None) -> dict[str, Any]:
    """Return what an actor reported by responsibility and year; nothing before a report."""
    rounds = published.rounds_of(plan)
    report = published.pick(rounds, year)
    if report is None:
        return {"report": None}
    entries = published.of_actor(actor.pk, rounds)
    said: dict[int, list[PublishedEntry]] = defaultdict(list)
    for entry in entries:
        said[entry.responsibility_id].append(entry)
    now = [entry for entry in entries if entry.shown_id == report.pk]
    return {
        "report": report,
        "is_sample": any(entry.shown.is_sample for entry in entries),
        "said": said,
        "is_in_report": any(entry.expected or entry.status for entry in now)
        or published.says_of_bodies_below(actor.slug, report),
        "expected_count": sum(entry.expected for entry in now),
        "received_count": sum(entry.expected and bool(entry.status) for entry in now),
        "tally": tally(entry for entry in now if entry.expected),
    }


def tally(entries: Iterable[PublishedEntry]) -> list[dict[str, Any]]:
    """Return each status that occurs, with its word and how often it does."""
    counts = Counter(entry.code for entry in entries)
    return [
        {"code": code, "word": STATUS_WORDS[code], "count": counts[code]}
        for code in published.CODES
        if counts[code]
    ]


def with_years(
    held: Iterable[Responsibility], said: dict[int, list[PublishedEntry]]
) -> list[Responsibility]:
    """Return responsibilities, each with what was reported under it, newest first."""
    rows: list[Any] = list(held)
    for row in rows:
        row.published_entries = said.get(row.pk, [])
    return rows
