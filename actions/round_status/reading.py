"""Reads how a round stands, with the same number of queries however large the plan is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import pairwise

from django.db.models import prefetch_related_objects

from actions.enums import Nature, RoundState, Status
from actions.models import Action, Actor, Amendment, Entry, Override, ReportingRound, Responsibility
from actions.models import Succession as SuccessionRow
from actions.models.entries import TEXTS
from actions.querysets import ActionQuerySet
from actions.round_status.lateness import expected
from actions.round_status.rows import ActionStatus, RoundStatus, Voice
from actions.rules.movement import Succession
from actions.rules.status import Report, derive


def of_round(
    given: ReportingRound, *, texts: bool = False, among: ActionQuerySet | None = None
) -> RoundStatus:
    """Return how a round stands, with the round before.

    Every action that is valid on the reference date has a row; with ``among``, only those
    of these actions. Entries come without their texts unless ``texts`` is true.
    """
    chain = [given, *earlier(given)[:1]]
    wanted = Action.objects.all() if among is None else among
    return read(chain, wanted.filter(plan=given.plan_id), texts=texts)[0]


def of_action(given: ReportingRound, action: Action) -> list[RoundStatus]:
    """Return how one action stands in a round and stood in those before, newest first.

    Each with its entries' texts; without a row where the action was not valid.
    """
    return read([given, *earlier(given)], Action.objects.filter(pk=action.pk), texts=True)


def earlier(given: ReportingRound) -> list[ReportingRound]:
    """Return the rounds before one that were opened, newest first."""
    rows = ReportingRound.objects.filter(plan=given.plan_id, year__lt=given.year)
    return list(rows.exclude(state=RoundState.PLANNED).order_by("-year"))


def read(rounds: list[ReportingRound], wanted: ActionQuerySet, *, texts: bool) -> list[RoundStatus]:
    """Return how some actions stand in some rounds of a plan, given newest first."""
    days = [given.reference_date for given in rounds]
    actions = {action.pk: action for action in wanted.select_related("plan", "section")}
    places = read_wordings(actions.values(), before=min(days))
    voices = read_voices(rounds, wanted, actions, texts=texts)
    overrides = {
        (row.round_id, row.action_id): row
        for row in Override.objects.filter(round__in=rounds, action__in=wanted)
        .select_related("institution")
        .prefetch_related("institution__names")
    }
    found: list[RoundStatus] = []
    took_over = read_successions(rounds[0].reference_date) if len(rounds) > 1 else ()
    for given in reversed(rounds):
        before = found[-1] if found else None
        shown = {row.action.pk: row for row in before.rows} if before else {}
        on = given.reference_date
        rows = tuple(
            stand(
                action,
                voices[given.pk].get(action.pk, []),
                overrides.get((given.pk, action.pk)),
                on=on,
                earlier=shown.get(action.pk),
                successions=took_over,
            )
            for action in in_order(actions.values(), on, places)
        )
        found.append(RoundStatus(given, rows, before))
    return found[::-1]


def read_wordings(actions: Collection[Action], *, before: date) -> list[Amendment]:
    """Read at once what amended actions said, and return the amendments after a day, in order.

    Nothing where none was amended since.
    """
    amended = [row for row in actions if row.reworded_on and row.reworded_on > before]
    if not amended:
        return []
    prefetch_related_objects(amended, "former_wordings")
    rows = Amendment.objects.filter(plan=amended[0].plan_id, on__gt=before)
    return list(rows.exclude(in_force_at=None).order_by("on"))


def in_order(actions: Iterable[Action], on: date, amendments: Iterable[Amendment]) -> list[Action]:
    """Return the actions that stand in the plan on a day, as they did and where they did.

    ``amendments`` are those that may have moved some since.
    """
    places: dict[str, int] = {}
    for amendment in amendments:
        if amendment.on is not None and amendment.on > on:
            places = amendment.made["positions"] | places
    valid = [action for action in actions if action.is_valid(on)]
    valid.sort(key=lambda action: (places.get(str(action.pk), action.position), action.pk))
    return [action.as_on(on) for action in valid]


def stand(
    action: Action,
    voices: Iterable[Voice],
    override: Override | None,
    *,
    on: date,
    earlier: ActionStatus | None,
    successions: tuple[Succession, ...],
) -> ActionStatus:
    """Return how one action stands, from what its actors say."""
    listed = tuple(voices)
    expected = tuple(v for v in listed if v.entry is None or v.entry.expected)
    reports = [Report(v.responsibility.actor_id, v.status, v.since) for v in expected]
    return ActionStatus(
        action=action,
        explanation=derive(reports, Nature.judged(action.nature)),
        expected=expected,
        voluntary=tuple(v for v in listed if v.entry and not v.entry.expected),
        override=override,
        on=on,
        earlier=earlier,
        successions=successions,
    )


def read_successions(on: date) -> tuple[Succession, ...]:
    """Return who had taken over from whom by a day."""
    rows = SuccessionRow.objects.filter(on__lte=on)
    pairs = rows.values_list("predecessor__slug", "successor__slug")
    return tuple(Succession(*pair) for pair in pairs)


def read_voices(
    rounds: list[ReportingRound],
    wanted: ActionQuerySet,
    actions: Mapping[int, Action],
    *,
    texts: bool,
) -> dict[int, dict[int, list[Voice]]]:
    """Return, by round and action, what each actor says, in the order of the source.

    In a planned round, which has no entries yet, those that will be expected stand there
    empty.
    """
    by_key = {given.pk: given for given in rounds}
    entries = read_entries(rounds, wanted, texts=texts)
    lines: list[tuple[ReportingRound, Responsibility, Entry | None]] = [
        (by_key[entry.round_id], entry.responsibility, entry) for entry in entries
    ]
    for given in rounds:
        if given.is_planned:
            lines += [(given, row, None) for row in expected(given) if row.action_id in actions]
    listed = Actor.objects.filter(pk__in={row.actor_id for _given, row, _entry in lines})
    actors = {actor.pk: actor for actor in listed.with_names()}
    said = {(e.round_id, e.responsibility_id): e.status for e in entries if e.is_accepted}
    older = {after.pk: before.pk for after, before in pairwise(rounds)}
    # An actor speaks on many actions: its name of a day is looked up once.
    names = {
        (actor.pk, given.pk): actor.name_record(given.reference_date)
        for actor in actors.values()
        for given in rounds
    }
    found: dict[int, dict[int, list[Voice]]] = {key: defaultdict(list) for key in by_key}
    for given, row, entry in lines:
        row.actor = actors[row.actor_id]
        row.action = actions[row.action_id].as_on(given.reference_date)
        if entry is not None:
            entry.round = given
        before = said.get((older.get(given.pk, 0), row.pk))
        name = names[row.actor_id, given.pk]
        found[given.pk][row.action_id].append(
            Voice(row, name, entry, Status(before) if before else None)
        )
    return found


def read_entries(
    rounds: list[ReportingRound], wanted: ActionQuerySet, *, texts: bool
) -> list[Entry]:
    """Return the entries of some rounds on some actions, in the order of the source."""
    rows = (
        Entry.objects.filter(round__in=rounds, responsibility__action__in=wanted)
        .select_related("responsibility")
        .order_by("responsibility__position", "responsibility_id")
    )
    if not texts:
        return list(rows.defer(*TEXTS, "evidence"))
    found = list(rows)
    link_sources(found)
    return found


def link_sources(entries: Iterable[Entry]) -> None:
    """Give carried over entries the ones that they come from, whose texts they speak.

    With one query for each round that is not there yet.
    """
    known = {entry.pk: entry for entry in entries}
    while (
        missing := {e.carried_from_id for e in known.values() if e.carried_from_id} - known.keys()
    ):
        known |= Entry.objects.select_related("round").in_bulk(missing)
    for entry in known.values():
        if entry.carried_from_id:
            entry.carried_from = known[entry.carried_from_id]
