"""Who may: a person's rights on a day, and one question per thing that can be done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q

from actions.enums import HANDED_IN, NOTE_ROLES, REVIEWING_ROLES, WRITING_ROLES, Act, MemberRole
from actions.models import Actor, Entry, Membership, Responsibility, Succession, User
from actions.querysets import below_all


@dataclass(frozen=True)
class Rights:
    """What a person may on a day.

    ``roles`` has each membership's actor and role. ``writes_for`` are the actors whose
    entries they may write: their own, those below, and those that any of these took over from;
    ``coordinates`` in the same way those whose work they divide among colleagues.
    ``stands_for`` are in the same way the actors of every membership: nobody decides on
    what their own institution says.
    """

    user: int | None = None
    roles: tuple[tuple[int, MemberRole], ...] = ()
    writes_for: frozenset[int] = frozenset()
    submits_for: frozenset[int] = frozenset()
    coordinates: frozenset[int] = frozenset()
    stands_for: frozenset[int] = frozenset()
    on: date = date.min

    def actors_as(self, *roles: MemberRole) -> frozenset[int]:
        """Return the actors for which the person has one of these roles."""
        return frozenset(actor for actor, role in self.roles if role in roles)

    @property
    def has_role(self) -> bool:
        """Tell whether the person has any role, be it that of a voice alone."""
        return bool(self.roles)

    @property
    def is_member(self) -> bool:
        """Tell whether the person has any part in the follow-up, as a voice alone has not."""
        return any(role != MemberRole.VOICE for _actor, role in self.roles)

    @property
    def notes_for(self) -> frozenset[int]:
        """The organisations in whose name the person writes notes, where they are invited to."""
        return self.actors_as(*NOTE_ROLES)

    @property
    def is_co_chair(self) -> bool:
        """Tell whether the person decides for the co-chair, on what the secretariat refused."""
        return bool(self.actors_as(MemberRole.REVIEWER))

    @property
    def is_writer(self) -> bool:
        """Tell whether the person writes entries."""
        return bool(self.writes_for)

    @property
    def is_coordinator(self) -> bool:
        """Tell whether the person manages colleagues."""
        return bool(self.actors_as(MemberRole.COORDINATOR))

    @property
    def is_reviewer(self) -> bool:
        """Tell whether the person accepts and returns entries."""
        return bool(self.actors_as(*REVIEWING_ROLES))

    @property
    def is_secretariat(self) -> bool:
        """Tell whether the person belongs to the secretariat."""
        return bool(self.actors_as(MemberRole.SECRETARIAT))

    @property
    def institution(self) -> int | None:
        """The actor in whose name the person decides: the secretariat's seat first."""
        for role in (MemberRole.SECRETARIAT, MemberRole.REVIEWER):
            if seats := self.actors_as(role):
                return min(seats)
        return min((actor for actor, _role in self.roles), default=None)


def rights(user: User, *, on: date) -> Rights:
    """Return a person's rights on a day; those that ``remember`` kept for this very object."""
    kept: Rights | None = getattr(user, "_rights", None)
    return kept if kept is not None and kept.on == on else read_rights(user, on=on)


def remember(user: User, *, on: date) -> Rights:
    """Read a person's rights once for a request."""
    found = read_rights(user, on=on)
    user._rights = found  # type: ignore[attr-defined]  # noqa: SLF001
    return found


def read_rights(user: User, *, on: date) -> Rights:
    """Return a person's rights on a day, from the database."""
    if not user.is_authenticated or not user.is_active:
        return Rights(on=on)
    rows = Membership.objects.current().filter(user=user)
    roles = tuple((actor, MemberRole(role)) for actor, role in rows.values_list("actor_id", "role"))
    if not roles:
        return Rights(user=user.pk, on=on)
    actors = list(Actor.objects.values_list("pk", "parent_id", "coordinator_submits"))
    tree = {actor: parent for actor, parent, _held_back in actors}
    # What an organisation decides on who submits holds for the bodies below it too.
    restricted = below_all((actor for actor, _parent, held_back in actors if held_back), tree)
    heirs = succession_pairs(on)
    writing = [actor for actor, role in roles if role in WRITING_ROLES]
    coordinating = [actor for actor, role in roles if role == MemberRole.COORDINATOR]
    writes_for = reach(writing, tree, heirs)
    coordinates = reach(coordinating, tree, heirs)
    return Rights(
        user=user.pk,
        roles=roles,
        writes_for=frozenset(writes_for),
        submits_for=frozenset((writes_for - restricted) | coordinates),
        coordinates=frozenset(coordinates),
        stands_for=frozenset(reach([actor for actor, _role in roles], tree, heirs)),
        on=on,
    )


def writers(*, on: date) -> dict[int, frozenset[int]]:
    """Return everybody who writes for some actor on a day, by key, with those actors.

    The ``writes_for`` of each person's rights, read for all at once.
    """
    rows = Membership.objects.current().filter(
        role__in=[role.value for role in WRITING_ROLES], user__erased_at__isnull=True
    )
    seats: dict[int, set[int]] = {}
    for user, actor in rows.values_list("user_id", "actor_id"):
        seats.setdefault(user, set()).add(actor)
    if not seats:
        return {}
    tree = Actor.objects.parents()
    heirs = succession_pairs(on)
    # Colleagues sit on the same seats: each set of seats is followed up once.
    reaches = {
        key: frozenset(reach(key, tree, heirs)) for key in set(map(frozenset, seats.values()))
    }
    return {user: reaches[frozenset(actors)] for user, actors in seats.items()}


def succession_pairs(on: date) -> list[tuple[int, int]]:
    """Return who speaks for whom by successions on a day: a body, and one that it speaks for.

    A successor for those that it took over from; until its own first day, a body that is new
    is spoken for by those that it is to take over from.
    """
    to_begin = Q(on__gt=on, successor__valid_from__gt=on)
    rows = Succession.objects.filter(Q(on__lte=on) | to_begin)
    return [
        (after, before) if day <= on else (before, after)
        for day, before, after in rows.values_list("on", "predecessor", "successor")
    ]


def reach(
    actors: Iterable[int], tree: Mapping[int, int | None], heirs: Iterable[tuple[int, int]]
) -> set[int]:
    """Return some actors with those below them and those that they took over from.

    ``heirs`` are pairs of a successor and its predecessor.
    """
    found: set[int] = set()
    todo = set(actors)
    pairs = list(heirs)
    while todo:
        new = below_all(todo, tree) - found
        found |= new
        todo = {before for after, before in pairs if after in new} - found
    return found


def _speaks(actors: frozenset[int], responsibility: Responsibility, on: date) -> bool:
    """Tell whether some actors are, or write for, the one that is responsible."""
    if responsibility.actor_id in actors:
        return True
    through = responsibility.reports_through_id
    return through is not None and through in actors and responsibility.goes_through(on)


def can_write_for(rights: Rights, responsibility: Responsibility) -> bool:
    """Tell whether somebody writes for an actor under an action, as its own institution."""
    return _speaks(rights.writes_for, responsibility, rights.on)


def can_write(rights: Rights, entry: Entry) -> bool:
    """Tell whether somebody may write an entry: its institution, and the secretariat for it."""
    return rights.is_secretariat or can_write_for(rights, entry.responsibility)


def can_write_as(rights: Rights, actor: int) -> bool:
    """Tell whether somebody writes what a body writes: its own members, and the secretariat."""
    return rights.is_secretariat or actor in rights.writes_for


def writes_on_behalf(rights: Rights, entry: Entry) -> bool:
    """Tell whether somebody who may write an entry does so on the actor's behalf."""
    return not can_write_for(rights, entry.responsibility)


def can_submit(rights: Rights, entry: Entry) -> bool:
    """Tell whether somebody may submit an entry: not all, where only coordinators submit."""
    return rights.is_secretariat or _speaks(rights.submits_for, entry.responsibility, rights.on)


def can_assign(rights: Rights, responsibility: Responsibility) -> bool:
    """Tell whether somebody may say which colleague sees to a responsibility."""
    return rights.is_secretariat or _speaks(rights.coordinates, responsibility, rights.on)


def can_read(rights: Rights, entry: Entry) -> bool:
    """Tell whether somebody may read an entry.

    Its writers and reviewers always; every other member once it is handed in.
    """
    if rights.is_reviewer or can_write_for(rights, entry.responsibility):
        return True
    return rights.is_member and entry.state in HANDED_IN


def can_read_thread(rights: Rights, entry: Entry) -> bool:
    """Tell whether somebody may read an entry's internal note, versions and review."""
    return rights.is_reviewer or can_write_for(rights, entry.responsibility)


def can_decide(rights: Rights, entry: Entry, authors: Iterable[int]) -> bool:
    """Tell whether somebody may accept or return an entry.

    Nobody decides on what they wrote, in any version, or handed in for somebody else, nor on
    what their own institution says.
    """
    if not rights.is_reviewer or rights.user in {*authors, entry.submitted_by_id}:
        return False
    return not _speaks(rights.stands_for, entry.responsibility, rights.on)


def can_send_back(rights: Rights, entry: Entry, authors: Iterable[int]) -> bool:
    """Tell whether somebody may return an entry; an accepted one only the secretariat."""
    if entry.is_accepted and not rights.is_secretariat:
        return False
    return can_decide(rights, entry, authors)


def can_do(rights: Rights, entry: Entry, act: Act, authors: Iterable[int] = ()) -> bool:
    """Tell whether somebody may do something with an entry, whatever its state and the day."""
    if act == Act.SAVE:
        return can_write(rights, entry)
    if act == Act.ACCEPT:
        return can_decide(rights, entry, authors)
    if act == Act.SEND_BACK:
        return can_send_back(rights, entry, authors)
    return can_submit(rights, entry)


def can_manage_members(rights: Rights, actor: int) -> bool:
    """Tell whether somebody may invite to and remove from an actor."""
    return rights.is_secretariat or actor in rights.actors_as(MemberRole.COORDINATOR)


def can_give_role(rights: Rights, actor: int, role: str) -> bool:
    """Tell whether somebody may give, change or end a role for an actor.

    The secretariat any; a coordinator those of the people who write for their own actor.
    """
    return rights.is_secretariat or (
        role in WRITING_ROLES and actor in rights.actors_as(MemberRole.COORDINATOR)
    )


def needs_second_factor(user: User, rights: Rights) -> bool:
    """Tell whether somebody may go on only with a second factor: who manages all the rest."""
    return rights.is_secretariat or user.is_staff or user.is_superuser


def may_sign_in(user: User) -> bool:
    """Tell whether somebody may sign in at all; sample accounts only where DEBUG is on."""
    return user.is_active and not (user.is_sample and not settings.DEBUG)
