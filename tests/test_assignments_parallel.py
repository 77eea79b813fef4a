"""Who does what, when several people divide the work at the very same moment."""

import pytest
from django.utils import timezone

from actions.models import Assignment, Letter, Membership
from actions.services import assignments, members
from tests.follow_up import NOW, Scene
from tests.test_parallel import kinds, together

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def scene(stored_scene: Scene) -> Scene:
    """The small plan, really stored."""
    return stored_scene


def test_of_eight_who_assign_at_once_one_does_and_the_others_are_told(scene: Scene) -> None:
    key = scene.responsibility("1").pk
    people = [scene.people[name] for name in ("writer", "colleague", "head")]
    by = scene.people["head"]
    found = together(
        *(
            lambda n=n: assignments.assign({key: 0}, to=people[n % 3], by=by, now=NOW)
            for n in range(8)
        )
    )
    assert kinds(found) == {"Done": 8}
    assert sum(done.number for done in found) == 1
    assert Assignment.objects.count() == 1


def test_nothing_stays_assigned_to_who_leaves_at_the_same_moment(scene: Scene) -> None:
    writer, head = scene.people["writer"], scene.people["head"]
    place = Membership.objects.get(user=writer)
    keys = [scene.responsibility(label).pk for label in ("1", "9", "2")]
    together(
        *(lambda k=k: assignments.assign({k: 0}, to=writer, by=head, now=NOW) for k in keys),
        lambda: members.remove(place, by=head, now=NOW),
    )
    assert not Assignment.objects.filter(person=writer, ended_at=None).exists()


def test_of_eight_reminders_to_one_person_at_once_one_goes_out(scene: Scene) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    scene.round(opens_on=today, deadline=today, closes_on=today)
    Letter.objects.all().delete()
    writer, head = scene.people["writer"], scene.people["head"]
    assignments.assign({scene.responsibility("1").pk: 0}, to=writer, by=head, now=now)
    found = together(*[lambda: assignments.remind(writer, by=head, now=now)] * 8)
    assert kinds(found) == {"Letter": 1, "Refused": 7}
    assert Letter.objects.count() == 1
