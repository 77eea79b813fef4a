"""The management commands: what they do, and what they say when they cannot."""

import os
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings

from actions.management import books_bench, follow_up_bench, published_bench
from actions.management.commands import bench
from actions.models import (
    EntryVersion,
    Membership,
    Plan,
    ReportingRound,
    Responsibility,
    User,
)
from reports.management.files import written

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
EMAIL = "secretariat@example.org"


def said(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


@override_settings(DEBUG=False)
def test_sample_accounts_are_refused_in_production() -> None:
    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("sample_accounts")
    assert not User.objects.exists()


def printed(words: str, start: str) -> str:
    """Return what a line of some output says after its start."""
    (line,) = (line for line in words.splitlines() if line.startswith(start))
    return line.removeprefix(start).strip()


@override_settings(DEBUG=True)
def test_sample_accounts_get_a_random_password_that_is_printed_once(monkeypatch) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    first = said("sample_accounts")
    password = printed(first, "Password of each:")
    assert all(user.check_password(password) for user in User.objects.all())
    before = list(User.objects.order_by("pk").values())
    second = said("sample_accounts")
    assert password not in second
    assert list(User.objects.order_by("pk").values()) == before
    factor = f"Second factor of {EMAIL}:"
    assert printed(first, factor) == printed(second, factor)
    assert (
        f"otpauth://totp/NAP%20monitor:secretariat%40example.org?secret={printed(first, factor)}"
        in second
    )


@override_settings(DEBUG=True)
def test_sample_accounts_have_each_role_and_are_marked() -> None:
    said("sample_accounts")
    found = Membership.objects.values_list("user__email", "role", "actor__slug", "user__language")
    assert set(found) == {
        ("secretariat@example.org", "secretariat", "fisd", "nl"),
        ("reviewer@example.org", "reviewer", "fps-foreign", "fr"),
        ("observer@example.org", "observer", "federal-planning-bureau", "fr"),
        ("coordinator@example.org", "coordinator", "brussels-environment", "nl"),
        ("contributor@example.org", "contributor", "brussels-environment", "fr"),
    }
    assert all(user.is_sample for user in User.objects.all())
    assert [user.email for user in User.objects.filter(is_superuser=True)] == [EMAIL]


@override_settings(DEBUG=True)
def test_sample_accounts_take_the_password_that_is_given(monkeypatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "first choice")
    said("sample_accounts")
    monkeypatch.setenv("DEMO_PASSWORD", "second choice")
    assert "second choice" in said("sample_accounts")
    assert User.objects.get(email=EMAIL).check_password("second choice")


def test_the_first_account_of_an_installation_is_made_from_the_shell() -> None:
    for _turn in range(2):
        words = said("add_secretariat", "Boss@example.org", "--actor", "fisd", "--name", "Bo Boss")
        assert "boss@example.org belongs to the secretariat." in words
    user = User.objects.get()
    assert (user.name, user.is_superuser, user.is_sample) == ("Bo Boss", True, False)
    assert [m.role for m in user.memberships.all()] == ["secretariat"]


@pytest.mark.parametrize(
    ("email", "actor", "words"),
    [
        ("boss", "fisd", "Nothing was done."),
        ("a@example.org", "nobody", "There is no organisation"),
    ],
)
def test_a_first_account_that_cannot_be_is_told(email: str, actor: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        said("add_secretariat", email, "--actor", actor)
    assert not User.objects.exists()


@pytest.mark.slow
def test_loading_says_how_much_it_did() -> None:
    assert "0 rows created, 0 changed" in said("load_plans")


def test_the_benchmark_compares_sizes_and_names_a_missed_limit() -> None:
    cheap = bench.Figure(queries=5, anew=0.01, kept=0.001, size=1)
    dear = bench.Figure(queries=6, anew=0.03, kept=0.001, size=1)
    found = {(size, name): cheap for size in (67, 6700) for name in bench.PAGES}
    assert all(value <= limit for _text, value, limit in bench.limits(found, empty=0.001))
    found[6700, "list"] = dear
    missed = [text for text, value, limit in bench.limits(found, 0.001) if value > limit]
    assert missed == [
        "list at 6700, x list at 67, made anew",
        "list: queries more at 6700 than at 67",
    ]


def test_a_plan_for_the_benchmark_is_as_many_times_larger() -> None:
    plan = Plan.objects.get(slug=bench.enlarged(2))
    assert plan.actions.count() == 142
    assert plan.actions.numbered().count() == 134
    assert plan.actions.get(label="89.1").parent.label == "89"


def test_the_benchmark_of_what_others_build_on_reads_a_report(client: Client) -> None:
    slug = bench.enlarged(1)
    published_bench.publish(slug)
    for name, path in published_bench.addresses(slug).items():
        response = client.get(path)
        assert response.status_code == 200, name
        if "results" in (answer := response.json() if path.startswith("/api/") else {}):
            assert answer["results"], name
    entries = client.get(f"/api/v1/plans/{slug}/entries/").json()
    assert entries["count"] == Responsibility.objects.filter(action__plan__slug=slug).count()
    assert entries["results"][0]["texts"]["done"]["language"] == "nl"


def test_the_benchmark_of_what_others_build_on_names_a_missed_limit() -> None:
    cheap = bench.Figure(queries=5, anew=0.01, kept=0.001, size=1)
    dear = bench.Figure(queries=6, anew=2.0, kept=0.001, size=1)
    found = {(size, name): cheap for size in (67, 6700) for name in published_bench.PAGES}
    assert all(value <= limit for _text, value, limit in published_bench.limits(found))
    found[6700, "API: entries"] = dear
    missed = [text for text, value, limit in published_bench.limits(found) if value > limit]
    assert missed == [
        "API: entries: queries more at 6700 than at 67",
        "API: entries at 6700, made anew, ms",
    ]


def test_the_benchmark_of_members_pages_names_a_missed_limit() -> None:
    cheap = follow_up_bench.Cost(queries=12, seconds=0.01)
    found = {
        (size, page): cheap for size in follow_up_bench.SIZES for page in follow_up_bench.PAGES
    }
    for actions, _actors in follow_up_bench.WIDE:
        wide = (*follow_up_bench.WIDE_PAGES, follow_up_bench.REMINDERS)
        found |= {(actions, page): cheap for page in wide}
    assert all(value <= limit for _text, value, limit in follow_up_bench.limits(found))
    found[7_100, follow_up_bench.SAVE] = follow_up_bench.Cost(queries=13, seconds=0.01)
    missed = [text for text, value, limit in follow_up_bench.limits(found) if value > limit]
    assert missed == [
        "save a draft: queries more at 7100 responsibilities than at 71",
        "save a draft: queries",
    ]


def test_the_benchmark_of_workbooks_names_a_missed_limit() -> None:
    cheap = books_bench.Figures(size=26_000, looking=0.5, making=2.0)
    found = {books_bench.MEMBERS: cheap, books_bench.ENTRIES: cheap}
    assert all(value <= limit for _text, value, limit in books_bench.limits(found))
    found[books_bench.ENTRIES] = cheap._replace(looking=2.1)
    missed = [text for text, value, limit in books_bench.limits(found) if value > limit]
    assert missed == ["workbook of 1000 entries, look, s"]


@pytest.mark.slow
def test_the_workbooks_of_the_benchmark_are_read_and_do_what_they_say() -> None:
    found = books_bench.measured(160)
    assert list(found) == ["members", "entries"]
    assert all(one.looking > 0 and one.making > 0 for one in found.values())


@pytest.mark.slow
def test_the_pages_of_the_benchmark_really_come_and_save() -> None:
    stage = follow_up_bench.build(71)
    assert stage.round.entries.count() == 71
    for page, work in follow_up_bench.pages(stage).items():
        work()
        versions = EntryVersion.objects.count()
        work()
        saved = EntryVersion.objects.count() - versions
        assert saved == (1 if page == follow_up_bench.SAVE else 0), page


@override_settings(DEBUG=False)
def test_sample_rounds_are_refused_in_production() -> None:
    with pytest.raises(CommandError, match="DEBUG is off"):
        said("load_sample")
    assert not ReportingRound.objects.exists()


@override_settings(DEBUG=True)
def test_sample_rounds_need_the_sample_accounts() -> None:
    with pytest.raises(CommandError, match="secretariat, reviewer, coordinator, contributor miss"):
        said("load_sample")
    assert not ReportingRound.objects.exists()


@override_settings(DEBUG=True)
def test_rounds_that_somebody_made_are_left_alone(open_round) -> None:
    said("sample_accounts")
    made = open_round()
    assert said("load_sample") == "There are rounds already.\n"
    assert list(ReportingRound.objects.all()) == [made]


def test_what_a_stopped_command_left_a_day_ago_is_taken_away(tmp_path) -> None:
    old, new = (tmp_path / f".draft.html.{name}.part" for name in ("aaaa1111", "bbbb2222"))
    other = tmp_path / ".another.html.cccc3333.part"
    for path in (old, new, other):
        path.write_text("half")
    # The day of a test may be another than that of the disk.
    for path, age in ((old, 90_000), (new, 0), (other, 90_000)):
        os.utime(path, (time.time() - age, time.time() - age))
    with written(tmp_path / "draft.html") as file:
        file.write(b"whole")
    assert (tmp_path / "draft.html").read_text() == "whole"
    assert sorted(path.name for path in tmp_path.glob(".*")) == sorted([new.name, other.name])
