"""What can be asked of stored facts, by intent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q

from actions.enums import BEGUN
from actions.rules.duties import Tree, at_once_above
from actions.rules.search import fold

if TYPE_CHECKING:
    from actions.models import Actor, Plan


def valid_on(day: date, prefix: str = "") -> Q:
    """Return the filter "valid on this day"; an open end counts as valid."""
    start, end = f"{prefix}valid_from", f"{prefix}valid_to"
    return (Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": day})) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": day})
    )


class PlanQuerySet(models.QuerySet[Any]):
    """Questions about plans."""

    def published(self) -> PlanQuerySet:
        """Return the plans that readers see; the others are drafts of the secretariat."""
        return self.filter(is_published=True)


class ActionQuerySet(models.QuerySet[Any]):
    """Questions about actions."""

    def of(self, plan: Plan) -> ActionQuerySet:
        """Return the actions of a plan, in the plan's order."""
        return self.filter(plan=plan).order_by("position", "id")

    def valid_on(self, day: date) -> ActionQuerySet:
        """Return the actions that stand in their plan on a day."""
        return self.filter(valid_on(day))

    def numbered(self) -> ActionQuerySet:
        """Return the actions that the plan counts; sub-actions are counted beside them."""
        return self.filter(parent__isnull=True)

    def period_ended(self, *, on: date) -> ActionQuerySet:
        """Return the actions whose period ended before a day."""
        return self.filter(period_end__lt=on)

    def of_actors(self, actors: Iterable[int], *, on: date) -> ActionQuerySet:
        """Return the actions that any of these actors stands under on a day."""
        held = Q(responsibilities__actor__in=list(actors)) & valid_on(on, "responsibilities__")
        return self.filter(held).distinct()

    def with_words(self, words: str) -> ActionQuerySet:
        """Return the actions whose number or title, in any language, holds every word.

        Case and accents make no difference.
        """
        found = self
        for word in fold(words).split():
            found = found.filter(search_text__contains=word)
        return found

    def for_table(self, *, on: date) -> ActionQuerySet:
        """Return the actions with what a row of the list shows on a day."""
        responsibilities: Any = self.model._meta.get_field("responsibilities").related_model  # noqa: SLF001
        held = responsibilities.objects.filter(valid_on(on))
        return self.select_related("plan", "section", "parent").prefetch_related(
            Prefetch("responsibilities", queryset=held), "responsibilities__actor__names"
        )

    def for_export(self, *, on: date) -> ActionQuerySet:
        """Return the actions with everything that a download holds on a day."""
        return (
            self.for_table(on=on)
            .select_related("promise_source")
            .prefetch_related(
                "responsibilities__actor__aliases",
                "theme_links__theme",
                "classifications",
                "flags",
            )
        )


class ActorQuerySet(models.QuerySet[Any]):
    """Questions about actors."""

    def parents(self, *, on: date | None = None) -> dict[int, int | None]:
        """Return the tree: each actor's key with its parent's.

        With a day, that of whoever had taken over from the parent by then.
        """
        if on is None:
            return dict(self.values_list("pk", "parent_id"))
        return {actor: above[0] if above else None for actor, above in self.above(on=on).items()}

    def above(self, *, on: date) -> dict[int, tuple[int, ...]]:
        """Return each actor's key with those of the actors at once above it on a day.

        Where the parent was divided, with all of its parts: nobody has said yet to which of
        them the actor belongs, and what one of them reports covers it as the parent did.
        """
        took_over = ("successions__on", "successions__successor")
        rows = list(
            self.order_by("pk", "successions__pk").values_list("pk", "parent_id", *took_over)
        )
        heirs: dict[int, list[int]] = {}
        for actor, _parent, day, heir in rows:
            if day is not None and day <= on:
                heirs.setdefault(actor, []).append(heir)
        return {
            actor: () if parent is None else living_after(parent, heirs)
            for actor, parent, _on, _heir in rows
        }

    def with_names(self) -> ActorQuerySet:
        """Return the actors with what their label needs."""
        return self.prefetch_related("names")

    def of(self, plan: Plan, *, on: date) -> ActorQuerySet:
        """Return the actors that stand under an action of a plan on a day."""
        held = (
            Q(responsibilities__action__plan=plan)
            & valid_on(on, "responsibilities__")
            & valid_on(on, "responsibilities__action__")
        )
        return self.filter(held).distinct()


def written_by(actors: Iterable[int], *, on: date, prefix: str = "") -> Q:
    """Return the filter "one of these actors writes for this responsibility on a day".

    As ``permissions.can_write_for`` has it: for itself, or for one that reports through it.
    """
    keys = list(actors)
    own = Q(**{f"{prefix}actor__in": keys})
    started = Q(**{f"{prefix}reports_through_from__isnull": True}) | Q(
        **{f"{prefix}reports_through_from__lte": on}
    )
    lasting = Q(**{f"{prefix}reports_through_to__isnull": True}) | Q(
        **{f"{prefix}reports_through_to__gte": on}
    )
    return own | (Q(**{f"{prefix}reports_through__in": keys}) & started & lasting)


class EntryQuerySet(models.QuerySet[Any]):
    """Questions about status entries."""

    def written_by(self, actors: Iterable[int], *, on: date) -> EntryQuerySet:
        """Return the entries that some actors write, for themselves or for others."""
        return self.filter(written_by(actors, on=on, prefix="responsibility__"))

    def submitted_by(self, user: Any) -> EntryQuerySet:
        """Return the entries that somebody handed in."""
        return self.filter(submitted_by=user)

    def for_approval(self, followed: Any) -> EntryQuerySet:
        """Return the entries of a round that are begun and not in, in the plan's order."""
        begun = [state.value for state in BEGUN]
        return self.filter(round=followed, state__in=begun).for_list()

    def in_play(self) -> EntryQuerySet:
        """Return the entries that no frozen or published report settles.

        As ``rules.writing`` has it: of a published round only what was let in after it.
        """
        free = Q(round__published__isnull=True) | Q(let_in__gte=F("round__published"))
        return self.filter(free, round__frozen_at__isnull=True)

    def for_list(self) -> EntryQuerySet:
        """Return the entries with what a line about each shows, in the plan's order."""
        return (
            self.with_action()
            .prefetch_related("responsibility__actor__names")
            .order_by(
                "responsibility__action__position", "responsibility__position", "responsibility_id"
            )
        )

    def with_action(self) -> EntryQuerySet:
        """Return the entries with round, action and actor.

        ``stands_for_others`` tells whether others gave way to it; see ``Entry.replaced_by``.
        """
        others = self.model._base_manager.filter(replaced_by=OuterRef("pk"))  # noqa: SLF001
        return self.annotate(stands_for_others=Exists(others)).select_related(
            "round__plan__contact_row",
            "responsibility__action__plan",
            "responsibility__action__section",
            "responsibility__actor",
            "written_by",
        )


def living_after(actor: int, heirs: Mapping[int, Sequence[int]]) -> tuple[int, ...]:
    """Return an actor, or all who took over from it in the end; itself where that is a circle."""
    found: dict[int, None] = {}
    seen, todo = set(), [actor]
    while todo:
        one = todo.pop(0)
        if one not in seen:
            seen.add(one)
            later = heirs.get(one, ())
            todo = [*later, *todo]
            if not later:
                found[one] = None
    return tuple(found) or (actor,)


def below(actor: Actor, parents: Tree) -> set[int]:
    """Return the keys of an actor and of all actors below it."""
    return below_all([actor.pk], parents)


def below_all(actors: Iterable[int], parents: Tree) -> set[int]:
    """Return some actors and all actors below them, by key."""
    children: dict[int, list[int]] = {}
    for child in parents:
        for parent in at_once_above(child, parents):
            children.setdefault(parent, []).append(child)
    found, todo = set(), list(actors)
    while todo:
        key = todo.pop()
        if key not in found:
            found.add(key)
            todo.extend(children.get(key, []))
    return found
