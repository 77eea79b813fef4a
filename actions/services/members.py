"""Writes memberships: invite, withdraw, accept, change a role, remove, hand over."""

import hashlib
import logging
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions import permissions
from actions.enums import WRITING_ROLES, LetterKind, MemberRole
from actions.models import Actor, Invitation, Membership, User
from actions.models.fields import no_control_characters
from actions.models.memberships import MEMBER_ROLES
from actions.outbox import letters
from actions.refusals import Refused
from actions.services import assignments, endings, plan

logger = logging.getLogger(__name__)

INVITATION_LASTS = timedelta(days=14)
# So many invitations an hour: every body in the first one, and no flood of letters.
MOST_OF_SECRETARIAT, MOST_OF_COORDINATOR = 150, 20
# The roles that a coordinator gives and takes.
MANAGED = WRITING_ROLES
USED = _("This invitation was used already. Sign in with your e-mail address.")
WITHDRAWN = _("This invitation was withdrawn. Ask the person who invited you.")
EXPIRED = _("This invitation is no longer valid. Ask the person who invited you for a new one.")
LAST_SECRETARIAT = _(
    "Somebody must remain in the secretariat. Give another person this role first."
)
DEACTIVATED = _("This person’s account is deactivated. Ask the secretariat to reactivate it.")


@transaction.atomic
def invite(
    email: str, *, actor: Actor, role: str, language: str, by: User, now: datetime
) -> Invitation:
    """Invite somebody by e-mail to a role for an actor; the letter holds the only copy of the link.

    The secretariat invites anybody; a coordinator contributors and coordinators of their own
    actor; raises PermissionDenied for others. Raises ValidationError, by field, for an address
    that cannot be right, has an open invitation to the actor, or a role in it, and for who has
    sent so many in the last hour that it looks like a fault or an abuse.
    """
    rights = permissions.rights(by, on=timezone.localdate(now))
    if not permissions.can_give_role(rights, actor.pk, role):
        raise PermissionDenied
    address = email.strip().lower()
    check_not_too_many(by, rights, now=now)
    check_invitable(address, actor, now=now)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=address,
        actor=actor,
        role=role,
        language=language,
        digest=digest(secret),
        invited_by=by,
        invited_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    make_room(address, actor, by=by, now=now)
    try:
        with transaction.atomic():
            plan.save(invitation, by=by)
    except IntegrityError as error:  # somebody else invited at the same moment
        raise ValidationError({"email": _("There is an open invitation already.")}) from error
    facts = {"invitation": invitation.pk, "secret": secret, "actor": actor.pk, "role": role}
    letters.put(
        LetterKind.INVITATION,
        key=f"invitation:{invitation.pk}",
        to=address,
        language=language,
        facts=facts,
        now=now,
    )
    logger.info("user %s invited to actor %s as %s", by.pk, actor.pk, role)
    return invitation


class Invited(NamedTuple):
    """Somebody to invite: by address, to which body, in which role and language."""

    email: str
    actor: Actor
    role: str
    language: str

    @property
    def role_label(self) -> str:
        """The role in words."""
        return str(dict(MEMBER_ROLES)[self.role])


@transaction.atomic
def invite_many(lines: Iterable[Invited], *, by: User, now: datetime) -> int:
    """Invite people, all of them or none; return how many letters go out.

    Who has a role in the body, or an open invitation to it, gets no second letter. Raises
    Refused where somebody cannot be invited, or so many within an hour.
    """
    given = list(lines)
    there = already([line.email for line in given], now=now)
    fresh = [line for line in given if (line.email, line.actor.pk) not in there]
    for line in fresh:
        try:
            invite(
                line.email, actor=line.actor, role=line.role, language=line.language, by=by, now=now
            )
        except ValidationError as error:
            words = f"{line.email} – {' '.join(error.messages)}"
            raise Refused(words) from error
    return len(fresh)


def already(addresses: Collection[str], *, now: datetime) -> set[tuple[str, int]]:
    """Return who has a role or an open invitation, by address in lower case and body."""
    held = current().annotate(low=Lower("user__email")).filter(low__in=addresses)
    open_ones = Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)
    waiting = open_ones.annotate(low=Lower("email")).filter(low__in=addresses)
    return {*held.values_list("low", "actor"), *waiting.values_list("low", "actor")}


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User, now: datetime) -> Invitation:
    """Take an invitation back; its link works no longer. Raises Refused where it was used."""
    rights = permissions.rights(by, on=timezone.localdate(now))
    stored = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not permissions.can_give_role(rights, stored.actor_id, stored.role):
        raise PermissionDenied
    if stored.used_at:
        raise Refused(_("This invitation was used already."))
    if stored.withdrawn_at is None:
        stored.withdrawn_at = now
        plan.save(stored, by=by)
        endings.of_invitation(stored, by=by, now=now)
    return stored


def find_invitation(secret: str) -> Invitation | None:
    """Return the invitation that a link leads to; None where it leads nowhere."""
    rows = Invitation.objects.select_related("actor", "invited_by")
    return rows.filter(digest=digest(secret)).first()


def refusal(invitation: Invitation, *, now: datetime) -> Any:
    """Return why an invitation cannot be accepted, in plain words; nothing where it can."""
    if invitation.used_at:
        return USED
    if invitation.withdrawn_at or not is_founded(invitation, now=now):
        return WITHDRAWN
    return None if invitation.is_open(now=now) else EXPIRED


def is_founded(invitation: Invitation, *, now: datetime) -> bool:
    """Tell whether whoever invited may still give the role."""
    rights = permissions.read_rights(invitation.invited_by, on=timezone.localdate(now))
    return permissions.can_give_role(rights, invitation.actor_id, invitation.role)


def withdraw_unfounded(user: User, *, by: User | None, now: datetime) -> None:
    """Withdraw the open invitations of somebody who may no longer give those roles."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("invited_by")
    for invitation in rows.filter(invited_by=user, used_at=None, withdrawn_at=None):
        if not is_founded(invitation, now=now):
            invitation.withdrawn_at = now
            plan.save(invitation, by=by)


@transaction.atomic
def accept_invitation(
    secret: str, *, name: str = "", language: str = "", now: datetime
) -> tuple[User, bool]:
    """Give the invited person their role, once; return them, and whether the account is new.

    The link proves that the mailbox is theirs. Raises Refused for a link that was used,
    withdrawn or has expired, and for a deactivated account; ValidationError for a name
    that cannot be stored; Invitation.DoesNotExist for a link that leads nowhere.
    """
    rows = Invitation.objects.select_for_update(of=("self",))
    invitation = rows.select_related("actor", "invited_by").get(digest=digest(secret))
    if reason := refusal(invitation, now=now):
        raise Refused(reason)
    user = User.objects.filter(email__iexact=invitation.email).first()
    is_new = user is None
    if user is None:
        user = create_person(invitation.email, name=name, language=language or invitation.language)
    if not user.is_active:
        raise Refused(DEACTIVATED)
    if not current(user=user, actor=invitation.actor).exists():
        start(user, invitation.actor, invitation.role, by=user, now=now)
    invitation.used_at, invitation.used_by = now, user
    plan.save(invitation, by=user)
    endings.of_invitation(invitation, by=user, now=now)
    logger.info("user %s accepted invitation %s", user.pk, invitation.pk)
    return user, is_new


@transaction.atomic
def change_role(membership: Membership, *, role: str, by: User, now: datetime) -> Membership:
    """Give a member another role for the same actor.

    The secretariat any; a coordinator makes contributors coordinators, and back. Raises
    Refused where nobody would remain in the secretariat.
    """
    stored = lock(membership)
    check_manages(stored, by=by, now=now)
    rights = permissions.rights(by, on=timezone.localdate(now))
    if not permissions.can_give_role(rights, stored.actor_id, role):
        raise PermissionDenied
    if stored.ended_at or stored.role == role:
        return stored
    check_somebody_remains(stored)
    before, stored.role = stored.role, role
    plan.save(stored, by=by)
    settle(stored, {before, role}, by=by)
    withdraw_unfounded(stored.user, by=by, now=now)
    assignments.end_unfounded(stored.user, by=by, now=now)
    endings.of_membership(endings.Kind.ROLE, stored, by=by, now=now)
    return stored


@transaction.atomic
def remove(membership: Membership, *, by: User, now: datetime) -> Membership:
    """End a membership; it takes effect at the person's next request.

    The secretariat ends any, a coordinator those of colleagues, and everybody their own.
    Where the last coordinator goes the actor falls to the secretariat. Raises Refused where
    nobody would remain in the secretariat.
    """
    stored = lock(membership)
    if stored.user_id != by.pk:
        check_manages(stored, by=by, now=now)
    if stored.ended_at is None:
        check_somebody_remains(stored)
        end(stored, by=by, now=now)
        endings.of_membership(endings.Kind.LEFT, stored, by=by, now=now)
    return stored


@transaction.atomic
def hand_over(membership: Membership, *, to: Membership, by: User, now: datetime) -> Membership:
    """Make a colleague coordinator in one's own place, and become a contributor.

    One's open invitations end: who may no longer give a role has given none.
    """
    own, other = lock(membership), lock(to)
    if own.user_id != by.pk or own.role != MemberRole.COORDINATOR or own.ended_at:
        raise PermissionDenied
    if other.actor_id != own.actor_id or other.ended_at or other.user_id == by.pk:
        raise PermissionDenied
    if other.role not in MANAGED:
        raise Refused(
            _("Only somebody who writes for the organisation can take on its coordination.")
        )
    for row, role in ((other, MemberRole.COORDINATOR), (own, MemberRole.CONTRIBUTOR)):
        row.role = role
        plan.save(row, by=by)
        endings.of_membership(endings.Kind.ROLE, row, by=by, now=now)
    withdraw_unfounded(by, by=by, now=now)
    logger.info("user %s handed actor %s over to user %s", by.pk, own.actor_id, other.user_id)
    return other


@transaction.atomic
def let_only_coordinators_submit(actor: Actor, *, value: bool, by: User, now: datetime) -> Actor:
    """Say whether contributors of an actor submit themselves, or its coordinators for them."""
    rights = permissions.rights(by, on=timezone.localdate(now))
    if not permissions.can_manage_members(rights, actor.pk):
        raise PermissionDenied
    stored = Actor.objects.get(pk=actor.pk)
    if value and not current(actor=stored, role=MemberRole.COORDINATOR).exists():
        raise Refused(_("The organisation has no coordinator who could submit."))
    stored.coordinator_submits = value
    plan.save(stored, by=by)
    return stored


@transaction.atomic
def found_secretariat(email: str, *, name: str, language: str, actor: Actor, now: datetime) -> User:
    """Make somebody of the secretariat: for who runs the server, before anybody can invite.

    An account with the address is used where there is one. Raises ValidationError for an
    address or a name that cannot be stored, Refused for a deactivated account.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    user = user or create_person(email, name=name, language=language)
    if not user.is_active:
        raise Refused(DEACTIVATED)
    held = current(user=user, actor=actor).first()
    if held is None:
        start(user, actor, MemberRole.SECRETARIAT, by=user, now=now)
    elif held.role != MemberRole.SECRETARIAT:
        before, held.role = held.role, MemberRole.SECRETARIAT
        plan.save(held, by=user)
        settle(held, {before, held.role}, by=user)
    logger.warning("user %s was put into the secretariat from the shell", user.pk)
    return user


# --- Parts ----------------------------------------------------------------------


def digest(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def current(**filters: Any) -> Any:
    """Return current memberships."""
    return Membership.objects.current().filter(**filters)


def lock(membership: Membership) -> Membership:
    """Read a membership anew and keep others from writing it until the transaction ends.

    All of the secretariat's are locked with it, so that two people who leave at the same
    moment do not both believe that the other stays.
    """
    rows = Membership.objects.select_for_update(of=("self",)).order_by("pk")
    list(rows.filter(role=MemberRole.SECRETARIAT, ended_at__isnull=True))
    return rows.select_related("user", "actor").get(pk=membership.pk)


def check_manages(membership: Membership, *, by: User, now: datetime) -> None:
    """Raise PermissionDenied for who may not manage a membership."""
    rights = permissions.rights(by, on=timezone.localdate(now))
    if not permissions.can_give_role(rights, membership.actor_id, membership.role):
        raise PermissionDenied


def check_not_too_many(by: User, rights: permissions.Rights, *, now: datetime) -> None:
    """Raise ValidationError where somebody has invited too many in the last hour.

    Withdrawn ones count, as their letters went out. The inviter's row is locked, so that many at
    once are counted one after the other.
    """
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    most = MOST_OF_SECRETARIAT if rights.is_secretariat else MOST_OF_COORDINATOR
    rows = Invitation.objects.filter(invited_by=by, invited_at__gt=now - timedelta(hours=1))
    if rows.count() >= most:
        message = _("You have sent %(number)s invitations in the last hour. Go on in an hour.")
        raise ValidationError({"email": message % {"number": most}})


def check_invitable(address: str, actor: Actor, *, now: datetime) -> None:
    """Raise ValidationError, by field, where an address cannot be invited to an actor."""
    try:
        Invitation._meta.get_field("email").run_validators(address)  # noqa: SLF001
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from error
    if not address:
        raise ValidationError({"email": _("Enter an e-mail address.")})
    if actor.is_unspecified or (actor.valid_to and actor.valid_to < timezone.localdate(now)):
        raise ValidationError({"actor": _("Nobody can be a member of this organisation.")})
    if current(user__email__iexact=address, actor=actor).exists():
        raise ValidationError({"email": _("This person has a role in the organisation already.")})
    if User.objects.filter(email__iexact=address, is_active=False).exists():
        raise ValidationError({"email": DEACTIVATED})
    open_ones = Invitation.objects.filter(
        email__iexact=address, actor=actor, used_at=None, withdrawn_at=None, expires_at__gt=now
    )
    if open_ones.exists():
        message = _("There is an open invitation to this address already. Withdraw it first.")
        raise ValidationError({"email": message})


def make_room(address: str, actor: Actor, *, by: User, now: datetime) -> None:
    """Withdraw invitations that have expired, so that a new one may stand."""
    rows = Invitation.objects.filter(
        email__iexact=address, actor=actor, used_at=None, withdrawn_at=None, expires_at__lte=now
    )
    for invitation in rows:
        invitation.withdrawn_at = now
        plan.save(invitation, by=by)


def check_name(name: str) -> str:
    """Return a tidy name; raises ValidationError where there is none, or one not to be stored."""
    given = " ".join(name.split()) if "\x00" not in name else name
    if not given:
        raise ValidationError({"name": _("Enter your name.")})
    try:
        no_control_characters(given)
        User._meta.get_field("name").run_validators(given)  # noqa: SLF001
    except ValidationError as error:
        raise ValidationError({"name": error.messages}) from error
    return given


def create_person(email: str, *, name: str, language: str) -> User:
    """Make an account that signs in by code."""
    given = check_name(name)
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, name=given, language=language)
    except IntegrityError as error:  # two invitations, accepted at the same moment
        raise Refused(
            _("Nothing was saved, as somebody did the same at this moment. Please try again.")
        ) from error


def start(user: User, actor: Actor, role: str, *, by: User, now: datetime) -> Membership:
    """Give somebody a role."""
    membership = Membership(user=user, actor=actor, role=role, started_at=now)
    plan.save(membership, by=by)
    settle(membership, {role}, by=by)
    return membership


def end(membership: Membership, *, by: User | None, now: datetime) -> None:
    """End a membership, and what hung on it."""
    membership.ended_at = now
    plan.save(membership, by=by)
    settle(membership, {membership.role}, by=by)
    withdraw_unfounded(membership.user, by=by, now=now)
    assignments.end_unfounded(membership.user, by=by, now=now)
    logger.info("user %s ended membership %s", by and by.pk, membership.pk)


def settle(membership: Membership, roles: set[str], *, by: User | None) -> None:
    """Keep in step what follows from roles that somebody got or lost.

    Who is in the secretariat may use the administration, and nobody else. Where no
    coordinator is left contributors submit again, as nobody could.
    """
    user, actor = membership.user, membership.actor
    if MemberRole.SECRETARIAT in roles:
        user.is_staff = user.is_superuser = current(user=user, role=MemberRole.SECRETARIAT).exists()
        user.save(update_fields=["is_staff", "is_superuser"])
    has_coordinator = current(actor=actor, role=MemberRole.COORDINATOR).exists()
    if MemberRole.COORDINATOR in roles and actor.coordinator_submits and not has_coordinator:
        actor.coordinator_submits = False
        plan.save(actor, by=by)


def check_somebody_remains(membership: Membership) -> None:
    """Raise Refused where a secretariat without anybody would be left."""
    if membership.role != MemberRole.SECRETARIAT or membership.ended_at:
        return
    others = current(role=MemberRole.SECRETARIAT, user__is_sample=membership.user.is_sample)
    if not others.exclude(pk=membership.pk).exclude(user=membership.user).exists():
        raise Refused(LAST_SECRETARIAT)
