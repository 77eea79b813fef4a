"""What ended since a backup was made ends again where it is restored, before anybody sees it."""

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from actions import checks
from actions.enums import LetterKind, MemberRole
from actions.models import Actor, Invitation, Letter, Membership, User
from actions.outbox import letters
from actions.refusals import Refused
from actions.services import accounts, endings, members
from reports.models import Edition
from tests import follow_up, published

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql, pytest.mark.slow]


@pytest.fixture(autouse=True)
def listed(tmp_path: Path, settings: Any) -> Path:
    """An empty list of what ended."""
    settings.ENDINGS_FILE = tmp_path / "apart" / "endings.jsonl"
    return settings.ENDINGS_FILE


@pytest.fixture
def scene(stored_scene: follow_up.Scene) -> follow_up.Scene:
    """A plan and its people, really stored."""
    return stored_scene


@pytest.fixture
def backed_up(scene: follow_up.Scene, tmp_path: Path) -> Callable[..., str]:
    """A backup of now; what it is called restores it, and returns what was said."""
    call_command("backup", str(tmp_path / "all.zip"), stdout=io.StringIO())

    def restore(**options: Any) -> str:
        out = io.StringIO()
        call_command("restore", str(tmp_path / "all.zip"), replace=True, stdout=out, **options)
        return out.getvalue()

    return restore


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def seat(user: User) -> Membership:
    return Membership.objects.get(user=user, ended_at=None)


def now() -> Any:
    return timezone.now()


def test_who_was_erased_stays_erased(scene, backed_up) -> None:
    writer, office = scene.people["writer"], scene.people["secretariat"]
    facts = {"invitation": 1, "secret": "s", "actor": 1, "role": "contributor"}
    letters.put(
        LetterKind.INVITATION, key="x", to=writer.email, language="nl", facts=facts, now=now()
    )
    accounts.erase(writer, by=office, now=now())
    assert "done again: account erased" in backed_up()
    found = User.objects.get(pk=writer.pk)
    assert found.is_erased
    assert not found.is_active
    assert not User.objects.filter(email=writer.email).exists()
    assert not Letter.objects.filter(address=writer.email).exists()
    assert not Membership.objects.filter(user=found, ended_at=None).exists()


def test_who_was_deactivated_cannot_sign_in(scene, backed_up) -> None:
    writer, office = scene.people["writer"], scene.people["secretariat"]
    accounts.deactivate(writer, by=office, now=now())
    backed_up()
    assert not User.objects.get(pk=writer.pk).is_active
    assert not Membership.objects.filter(user=writer, ended_at=None).exists()


def test_who_was_let_in_again_is_in(scene, backed_up) -> None:
    writer, office = scene.people["writer"], scene.people["secretariat"]
    accounts.deactivate(writer, by=office, now=now())
    accounts.reactivate(writer, by=office, now=now())
    said = backed_up()
    assert said.index("account deactivated") < said.index("account reactivated")
    assert User.objects.get(pk=writer.pk).is_active


def test_roles_that_were_taken_away_stay_so(scene, backed_up) -> None:
    office, second = scene.people["secretariat"], scene.people["second"]
    members.change_role(seat(second), role=MemberRole.OBSERVER, by=office, now=now())
    members.remove(seat(scene.people["writer"]), by=office, now=now())
    backed_up()
    assert seat(second).role == MemberRole.OBSERVER
    assert not User.objects.get(pk=second.pk).is_staff
    assert not Membership.objects.filter(user=scene.people["writer"], ended_at=None).exists()


def test_links_that_were_withdrawn_or_used_lead_nowhere(scene, tmp_path) -> None:
    office = scene.people["secretariat"]
    actor = Actor.objects.get(pk=seat(scene.people["writer"]).actor_id)
    one, other, left = (
        members.invite(
            f"{name}@example.org", actor=actor, role="contributor", language="nl", by=office,
            now=now(),
        )
        for name in ("one", "other", "left")
    )  # fmt: skip
    call_command("backup", str(tmp_path / "all.zip"), stdout=io.StringIO())
    members.withdraw_invitation(one, by=office, now=now())
    secret = Letter.objects.get(key=f"invitation:{other.pk}").facts["secret"]
    members.accept_invitation(secret, name="Other", now=now())
    call_command("restore", str(tmp_path / "all.zip"), replace=True, stdout=io.StringIO())
    still_open = Invitation.objects.filter(used_at=None, withdrawn_at=None)
    assert [row.pk for row in still_open] == [left.pk]
    with pytest.raises(Refused):
        members.accept_invitation(secret, name="Other", now=now())


def test_a_withdrawn_report_is_not_published_again(stored_story, tmp_path, client) -> None:
    told: published.Story = stored_story
    call_command("backup", str(tmp_path / "all.zip"), stdout=io.StringIO())
    told.withdraw(told.second)
    call_command("restore", str(tmp_path / "all.zip"), replace=True, stdout=io.StringIO())
    found = Edition.objects.get(pk=told.second.pk)
    assert found.is_withdrawn
    assert found.withdrawal_fr == published.REASON["fr"]
    assert found.withdrawn_by == told.by
    found.round.refresh_from_db()
    assert found.round.published is None


def test_what_ended_before_the_backup_is_not_done_again(scene, tmp_path) -> None:
    writer, office = scene.people["writer"], scene.people["secretariat"]
    accounts.deactivate(writer, by=office, now=now())
    User.objects.filter(pk=writer.pk).update(is_active=True)  # as if from before the list
    call_command("backup", str(tmp_path / "all.zip"), stdout=io.StringIO())
    out = io.StringIO()
    call_command("restore", str(tmp_path / "all.zip"), replace=True, stdout=out)
    assert "done again" not in out.getvalue()
    assert User.objects.get(pk=writer.pk).is_active


def test_another_person_under_the_same_key_is_left_alone(scene, backed_up) -> None:
    writer, office = scene.people["writer"], scene.people["secretariat"]
    # Of a time in which an older backup had been restored, and the key given to somebody else.
    User.objects.filter(pk=writer.pk).update(date_joined=now())
    accounts.erase(User.objects.get(pk=writer.pk), by=office, now=now())
    assert "done again" not in backed_up()
    assert User.objects.get(pk=writer.pk).email == writer.email


def test_the_last_of_the_secretariat_does_not_come_back_either(scene, backed_up) -> None:
    office = scene.people["secretariat"]
    for person in User.objects.exclude(pk=office.pk).filter(memberships__role="secretariat"):
        accounts.deactivate(person, by=office, now=now())
    actor = seat(office).actor
    newcomer = members.found_secretariat(
        "new@example.org", name="New", language="nl", actor=actor, now=now()
    )
    accounts.erase(office, by=newcomer, now=now())
    backed_up()
    assert not Membership.objects.filter(role="secretariat", ended_at=None).exists()
    call_command(
        "add_secretariat", "new@example.org", name="New", actor=actor.slug, stdout=io.StringIO()
    )
    assert Membership.objects.filter(role="secretariat", ended_at=None).count() == 1


def test_what_did_not_come_to_pass_is_not_listed(scene, listed) -> None:
    writer, office = scene.people["writer"], scene.people["secretariat"]
    with transaction.atomic():
        accounts.deactivate(writer, by=office, now=now())
        transaction.set_rollback(True)
    assert not listed.exists()


def test_the_list_names_nobody_and_only_its_owner_reads_it(scene, listed) -> None:
    writer, office = scene.people["writer"], scene.people["secretariat"]
    address, name = writer.email, writer.name
    accounts.erase(writer, by=office, now=now())
    said = listed.read_text()
    assert address not in said
    assert not name or name not in said
    assert listed.stat().st_mode & 0o777 == 0o600


def test_many_at_once_write_whole_lines(scene, listed) -> None:
    moment = now()
    one = endings.Ending(endings.Kind.ERASED, 1, moment, moment, None)

    def write() -> None:
        for _ in range(20):
            endings.append(one)

    threads = [threading.Thread(target=write) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(endings.read(listed))) == 40


def test_a_line_that_a_full_disk_cut_off_spoils_no_other(scene, listed) -> None:
    moment = now()
    one = endings.Ending(endings.Kind.ERASED, 1, moment, moment, None)
    endings.append(one)
    with listed.open("a") as file:
        file.write('{"kind": "account er')
    endings.append(one)
    assert [line[:8] for line in listed.read_text().splitlines()] == ['{"kind":'] * 3
    with pytest.raises(endings.UnreadableError, match="line 2 of"):
        list(endings.read(listed))


def test_an_act_stands_where_the_list_cannot_be_written(scene, listed, caplog) -> None:
    writer, office = scene.people["writer"], scene.people["secretariat"]
    listed.mkdir(parents=True)
    accounts.erase(writer, by=office, now=now())
    assert User.objects.get(pk=writer.pk).is_erased
    assert "account erased" in caplog.text
    assert [message.id for message in checks.endings_list()] == ["actions.E002"]


def test_without_the_list_nothing_is_restored_unasked(scene, backed_up, listed) -> None:
    accounts.deactivate(scene.people["writer"], by=scene.people["secretariat"], now=now())
    assert listed.exists(), "a backup begins it"
    listed.unlink()
    with pytest.raises(CommandError, match=r"endings\.jsonl cannot be read: no such file.*--end"):
        backed_up()
    assert not User.objects.get(pk=scene.people["writer"].pk).is_active
    assert "done again" not in backed_up(without_endings=True)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense", "[]", "{}", "[" * 90_000, '{"kind": "account erased"}',
        '{"kind": "king crowned", "key": 1, "born": "2026-01-01T00:00:00+00:00", '
        '"at": "2026-01-01T00:00:00+00:00", "noted": "2026-01-01T00:00:00+00:00", "by": null, '
        '"facts": {}}',
    ],
)  # fmt: skip
def test_a_damaged_list_is_said_with_its_line(scene, backed_up, listed, line) -> None:
    listed.parent.mkdir(exist_ok=True)
    listed.write_text(f"\n{line}\n")
    with pytest.raises(CommandError, match=r"line 2 of .* cannot be read\."):
        backed_up()


def test_lists_of_several_machines_are_read_together(scene, backed_up, listed, tmp_path) -> None:
    office = scene.people["secretariat"]
    accounts.deactivate(scene.people["writer"], by=office, now=now())
    one = listed.rename(tmp_path / "one.jsonl")
    accounts.deactivate(scene.people["second"], by=office, now=now())
    backed_up(endings=[str(one), str(listed)])
    names = ("writer", "second")
    assert [User.objects.get(pk=scene.people[name].pk).is_active for name in names] == [False] * 2


def test_a_sound_place_is_no_fault() -> None:
    assert checks.endings_list() == []
