"""What readers see of the follow-up: the newest published edition of each round, as stored."""

import dataclasses
from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from actions.enums import Level, Nature, RoundKind, RoundState, Status
from actions.models import (
    Action,
    Plan,
    PublishedAction,
    PublishedEntry,
    PublishedRound,
    ReportingRound,
)
from actions.models.statuses import STATUSES
from actions.rules import figures
from document import selection, snapshot

CONTINUOUS = "continuous"
# The codes that an action can have, in the order of the vocabulary.
CODES = tuple(code for code, _word, _meaning in STATUSES)


def rounds_of(plan: Plan) -> list[PublishedRound]:
    """Return the rounds of a plan that have a published edition, newest first."""
    return list(PublishedRound.objects.filter(plan=plan).order_by("-year"))


def evaluations_of(plan: Plan) -> list[ReportingRound]:
    """Return the evaluations of a plan that have a published edition, newest first."""
    return list(evaluations().filter(plan=plan).order_by("-year"))


def evaluations() -> QuerySet[ReportingRound]:
    """Return the evaluations that have a published edition."""
    return ReportingRound.of_any_kind.filter(kind=RoundKind.EVALUATION, published__isnull=False)


def pick(rounds: Iterable[PublishedRound], year: str | None) -> PublishedRound | None:
    """Return the round that an address asks for; the newest one for any other year."""
    listed = list(rounds)
    wanted = (given for given in listed if str(given.year) == year)
    return next(wanted, listed[0] if listed else None)


def statuses(given: PublishedRound | None) -> dict[int, PublishedAction]:
    """Return the published statuses of a round by action, without what else is said of it."""
    if given is None:
        return {}
    rows = PublishedAction.objects.filter(shown=given).defer("facts")
    return {row.action_id: row for row in rows}


def plan_since(given: PublishedRound | None, plan: Plan, on: date) -> dict[str, int] | None:
    """Return how many actions were withdrawn and added since a report, by a day; None if none.

    Pages of the plan as it stands count other actions than the report then.
    """
    if given is None:
        return None
    told = set(PublishedAction.objects.filter(shown=given).values_list("action", flat=True))
    stands = set(Action.objects.of(plan).valid_on(on).values_list("pk", flat=True))
    found = {"withdrawn": len(told - stands), "added": len(stands - told)}
    return found if any(found.values()) else None


def of_action(action: int, rounds: Iterable[PublishedRound]) -> dict[int, PublishedAction]:
    """Return what each of some rounds says of an action, by round; with all that is said."""
    rows = PublishedAction.objects.filter(action=action, shown__in=[r.pk for r in rounds])
    return {row.shown_id: row for row in rows}


def of_actor(actor: int, rounds: Iterable[PublishedRound]) -> list[PublishedEntry]:
    """Return what an actor reported in some rounds, newest first, in the plan's order."""
    return list(
        PublishedEntry.objects.filter(responsibility__actor=actor, shown__in=[r.pk for r in rounds])
        .select_related("responsibility__action__plan", "shown")
        .defer("shown__facts")
        .order_by("-shown__year", "responsibility__action__position", "responsibility__action")
    )


def says_of_bodies_below(slug: str, given: PublishedRound) -> bool:
    """Tell whether a round says something of a body below an actor, as its edition knows them."""
    below = snapshot.bodies_below(actors_of(given).values(), slug) - {slug}
    entries = PublishedEntry.objects.filter(shown=given, responsibility__actor__slug__in=below)
    return bool(below) and entries.filter(Q(expected=True) | ~Q(status="")).exists()


def action_of(row: PublishedAction) -> snapshot.Action:
    """Return what an edition says of an action, as the edition has it."""
    return snapshot.of_facts(snapshot.Action, row.facts)


def actors_of(given: PublishedRound) -> dict[str, snapshot.Actor]:
    """Return the actors of a published round by key, as the edition calls them."""
    actors = given.facts["actors"].items()
    return {slug: snapshot.of_facts(snapshot.Actor, facts) for slug, facts in actors}


def figures_of(given: PublishedRound) -> list[snapshot.Figure]:
    """Return the key figures of a published round."""
    return [snapshot.of_facts(snapshot.Figure, facts) for facts in given.facts["figures"]]


def of_actions(
    actions: Iterable[int], given: PublishedRound, *, facts: bool = True
) -> dict[int, PublishedAction]:
    """Return what a round says of some actions, by action, in the plan's order."""
    rows = PublishedAction.objects.filter(action__in=list(actions), shown=given)
    rows = rows.order_by("action__position", "action")
    return {row.action_id: row for row in (rows if facts else rows.defer("facts"))}


def of_actions_in(
    actions: Iterable[int], rounds: Iterable[PublishedRound]
) -> dict[tuple[int, int], PublishedAction]:
    """Return the statuses of some actions in some rounds, by round and action."""
    rows = PublishedAction.objects.filter(
        action__in=list(actions), shown__in=[given.pk for given in rounds]
    )
    return {(row.shown_id, row.action_id): row for row in rows.defer("facts")}


def before(given: PublishedRound, rounds: Iterable[PublishedRound]) -> PublishedRound | None:
    """Return the round that an edition compares itself with, as it is published now."""
    year = given.facts.get("previous_year")
    return next((one for one in rounds if one.year == year), None)


def notes_of(given: PublishedRound) -> list[snapshot.Note]:
    """Return the notes of voices in a published round; one of before has none."""
    return [snapshot.of_facts(snapshot.Note, facts) for facts in given.facts.get("notes", ())]


def figures_among(given: PublishedRound, rows: Iterable[PublishedAction]) -> list[snapshot.Figure]:
    """Return the key figures of some actions of a published round, in the words of its edition."""
    found = figures.of_told(rows)
    return [
        figure_of(figure, getattr(found, figure.code))
        for figure in figures_of(given)
        if hasattr(found, figure.code)
    ]


def facts_of(rows: Iterable[PublishedEntry]) -> dict[tuple[int, int], snapshot.Entry]:
    """Return what editions say of some entries, by round and responsibility.

    ``rows`` come with their responsibilities' actions and actors.
    """
    listed = list(rows)
    wanted = {(row.shown_id, row.responsibility.action_id) for row in listed}
    told = PublishedAction.objects.filter(
        shown__in={shown for shown, _action in wanted},
        action__in={action for _shown, action in wanted},
    )
    said = {
        (row.shown_id, row.action_id, entry.actor): entry
        for row in told
        if (row.shown_id, row.action_id) in wanted
        for entry in action_of(row).entries
    }
    found = {}
    for row in listed:
        held = row.responsibility
        entry = said.get((row.shown_id, held.action_id, held.actor.slug))
        if entry is not None:
            found[row.shown_id, row.responsibility_id] = entry
    return found


def level_counts(given: PublishedRound) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return, by level of government, the tally of the statuses of its expected entries."""
    levels = {slug: facts["level"] for slug, facts in given.facts["actors"].items()}
    rows = PublishedEntry.objects.filter(shown=given, expected=True).order_by()
    told = rows.values_list("responsibility__actor__slug", "status", "nature")
    return selection.level_tally(
        (level.value for level in Level),
        (
            (levels[slug], snapshot.status_code(status or Status.NOT_REPORTED, nature))
            for slug, status, nature in told
            if slug in levels
        ),
    )


def running(plan: Plan) -> ReportingRound | None:
    """Return the round whose report comes next: opened, and without a published edition."""
    opened = ReportingRound.objects.filter(plan=plan, published__isnull=True)
    return opened.exclude(state=RoundState.PLANNED).order_by("year").last()


def figure_of(figure: snapshot.Figure, ratio: figures.Ratio) -> snapshot.Figure:
    """Return a key figure with other numbers."""
    return dataclasses.replace(
        figure,
        part=ratio.part,
        whole=ratio.whole,
        percent=ratio.percent,
        incomplete=None if figure.incomplete is None else ratio.incomplete,
    )


def with_status(given: PublishedRound) -> Prefetch:
    """Return what adds ``published_now`` to actions: a list of their one status, or none."""
    rows = PublishedAction.objects.filter(shown=given).defer("facts")
    return Prefetch("published", queryset=rows, to_attr="published_now")


def has_code(given: PublishedRound, code: str) -> Q:
    """Return the filter of actions by the code of their published status.

    "In progress" and "applied continuously" are two words, as on the board.
    """
    rows = PublishedAction.objects.filter(shown=given)
    if code == CONTINUOUS:
        rows = rows.filter(status=Status.IN_PROGRESS, nature=Nature.CONTINUOUS)
    else:
        rows = rows.filter(status=code)
        if code == Status.IN_PROGRESS:
            rows = rows.exclude(nature=Nature.CONTINUOUS)
    return Q(pk__in=rows.values("action"))


def is_overdue(given: PublishedRound) -> Q:
    """Return the filter of actions that were overdue in a published round."""
    rows = PublishedAction.objects.filter(shown=given, overdue=True)
    return Q(pk__in=rows.values("action"))
