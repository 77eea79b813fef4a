"""A lost second factor, when several people act at the very same moment."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from actions.models import FactorReset, User
from actions.services import accounts, resets
from tests.conftest import add_second_factor
from tests.follow_up import Scene
from tests.test_parallel import kinds, together

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def people(stored_scene: Scene) -> dict[str, User]:
    """The people of the small plan, really stored; the writer has a second factor."""
    add_second_factor(stored_scene.people["writer"])
    return stored_scene.people


def test_of_eight_proposals_at_once_one_stands(people) -> None:
    def propose(by: User) -> FactorReset:
        return resets.propose(people["writer"], reason="Lost.", by=by, now=timezone.now())

    both = [people["secretariat"], people["chair"]]
    found = together(*(lambda by=by: propose(by) for by in both * 4))
    assert kinds(found) == {"FactorReset": 1, "Refused": 7}


def test_of_what_is_decided_at_once_one_holds(people) -> None:
    owner, office = people["writer"], people["secretariat"]
    reset = resets.propose(owner, reason="Lost.", by=office, now=timezone.now())
    now = timezone.now() + timedelta(seconds=1)
    found = together(
        lambda: resets.confirm(reset, by=people["reviewer"], now=now),
        lambda: resets.confirm(reset, by=people["second"], now=now),
        lambda: resets.refuse(reset, note="No.", by=people["reviewer"], now=now),
        lambda: resets.withdraw(reset, by=people["chair"], now=now),
    )
    assert kinds(found) == {"FactorReset": 1, "Refused": 3}
    reset.refresh_from_db()
    assert Authenticator.objects.filter(user=owner).exists() == (reset.state != "done")


def test_a_confirmation_does_not_outrun_a_deactivation(people) -> None:
    owner, office = people["writer"], people["chair"]
    reset = resets.propose(owner, reason="Lost.", by=office, now=timezone.now())
    now = timezone.now() + timedelta(seconds=1)
    found = together(
        lambda: resets.confirm(reset, by=people["reviewer"], now=now),
        lambda: accounts.deactivate(office, by=people["secretariat"], now=now),
    )
    reset.refresh_from_db()
    assert kinds(found)["User"] == 1
    assert (kinds(found)["FactorReset"] == 1) == (reset.state == "done")
