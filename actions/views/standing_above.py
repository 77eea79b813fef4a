"""Under which bodies one stands on a day: where its parent ended, under those that took over."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from actions.models import Actor


class Above(NamedTuple):
    """The bodies at once above one, and the one that ended and stood there before, if any."""

    bodies: tuple[Actor, ...]
    before: Actor | None

    @property
    def is_said(self) -> bool:
        """Tell whether readers learn something by it: a government stands above everybody."""
        return any(body.kind != "government" for body in self.bodies)


def mark(actors: Iterable[Actor], tree: dict[int, tuple[int, ...]]) -> None:
    """Give each actor what stands above it as ``above``, None where nothing does.

    ``tree`` is that of the day that is looked at: see ``ActorQuerySet.above``.
    """
    rows: list[Any] = list(actors)
    wanted = {key for row in rows for key in (*tree[row.pk], row.parent_id) if key}
    known = Actor.objects.with_names().in_bulk(wanted)
    for row in rows:
        keys = [key for key in tree[row.pk] if key != row.pk]
        bodies = tuple(known[key] for key in keys)
        before = None if row.parent_id in keys else known.get(row.parent_id)
        row.above = Above(bodies, before if bodies else None) if bodies else None
