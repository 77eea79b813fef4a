"""Who sits for which body: whom to ask for an entry, and where nobody is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from actions import permissions
from actions.enums import WRITING_ROLES, MemberRole
from actions.models import Actor, Membership, Responsibility, User
from actions.rules.duties import ancestors
from actions.writing import speakers


@dataclass
class Seats:
    """Who sits where: people by actor, as coordinators and as all who write for it."""

    people: Mapping[int, User]
    coordinators: Mapping[int, set[int]]
    writing: Mapping[int, set[int]]
    secretariat: list[int]
    tree: Mapping[int, int | None]

    @classmethod
    def read(cls, *, on: date) -> "Seats":
        """Read the seats of everybody who can sign in on a day."""
        rows = Membership.objects.current().filter(user__erased_at__isnull=True)
        held = [row for row in rows.select_related("user") if permissions.may_sign_in(row.user)]
        heirs = permissions.succession_pairs(on)
        coordinators: dict[int, set[int]] = defaultdict(set)
        writing: dict[int, set[int]] = defaultdict(set)
        for row in held:
            if row.role not in WRITING_ROLES:
                continue
            # Of whom a body took over from, it is asked as of itself.
            for actor in permissions.reach([row.actor_id], {}, heirs):
                writing[actor].add(row.user_id)
                if row.role == MemberRole.COORDINATOR:
                    coordinators[actor].add(row.user_id)
        return cls(
            people={row.user_id: row.user for row in held},
            coordinators=coordinators,
            writing=writing,
            secretariat=sorted({r.user_id for r in held if r.role == MemberRole.SECRETARIAT}),
            tree=Actor.objects.parents(),
        )

    def own(self, held: Responsibility, *, on: date) -> list[int]:
        """Return who sits for the body of a responsibility, or the one that it reports through."""
        return self.of(self.writing, speakers(held, on=on))

    def asked(self, held: Responsibility, *, on: date) -> list[int]:
        """Return who is asked for an entry: those of its body, or of whoever reports for it.

        Where there are none, the coordinators of the nearest body above that has anybody,
        or who else writes for that one.
        """
        return self.own(held, on=on) or self.above(held)[1]

    def above(self, held: Responsibility) -> tuple[int | None, list[int]]:
        """Return the nearest body above that has anybody, and who of it is asked in the place."""
        for above in ancestors(held.actor_id, self.tree):
            if found := self.of(self.coordinators, [above]) or self.of(self.writing, [above]):
                return above, found
        return None, []

    @staticmethod
    def of(seats: Mapping[int, set[int]], actors: Iterable[int]) -> list[int]:
        """Return who sits for any of some actors."""
        return sorted({person for actor in actors for person in seats.get(actor, ())})
