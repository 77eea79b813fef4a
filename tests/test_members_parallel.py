"""Members, when several people act at the very same moment."""

import pytest

from actions.models import Invitation, Letter, Membership, User
from actions.services import members
from tests.follow_up import NOW, Scene
from tests.test_parallel import kinds, together

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def scene(stored_scene: Scene) -> Scene:
    """The small plan, really stored."""
    return stored_scene


def test_of_eight_who_use_a_link_at_once_one_gets_in(scene: Scene) -> None:
    members.invite(
        "new@small.example.org", actor=scene.actors["ministry"], role="contributor",
        language="nl", by=scene.people["secretariat"], now=NOW,
    )  # fmt: skip
    secret = Letter.objects.get(kind="invitation").facts["secret"]
    found = together(
        *(
            lambda n=n: members.accept_invitation(secret, name=f"Name {n}", now=NOW)
            for n in range(8)
        )
    )
    assert kinds(found) == {"tuple": 1, "Refused": 7}
    user = User.objects.get(email="new@small.example.org")
    assert Membership.objects.filter(user=user).count() == 1


def test_of_eight_invitations_to_one_address_at_once_one_stands(scene: Scene) -> None:
    def invite() -> Invitation:
        return members.invite(
            "new@small.example.org", actor=scene.actors["ministry"], role="contributor",
            language="nl", by=scene.people["secretariat"], now=NOW,
        )  # fmt: skip

    found = together(*[invite] * 8)
    assert kinds(found) == {"Invitation": 1, "ValidationError": 7}
    assert Invitation.objects.count() == Letter.objects.count() == 1


def test_the_secretariat_never_leaves_all_at_once(scene: Scene) -> None:
    held = list(Membership.objects.filter(role="secretariat").select_related("user"))
    found = together(*(lambda m=m: members.remove(m, by=m.user, now=NOW) for m in held))
    assert kinds(found) == {"Membership": len(held) - 1, "Refused": 1}
    assert Membership.objects.current().filter(role="secretariat").count() == 1
