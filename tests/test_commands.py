"""The management commands: what they do, and what they say when they cannot."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test.utils import override_settings

from actions.management.commands import bench
from actions.models import Plan, User

pytestmark = pytest.mark.django_db
EMAIL = "secretariat@example.org"


def said(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


@override_settings(DEBUG=False)
def test_a_sample_account_is_refused_in_production() -> None:
    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("demo_account")
    assert not User.objects.exists()


@override_settings(DEBUG=True)
def test_the_sample_account_gets_a_random_password_that_is_printed_once(monkeypatch) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    password = said("demo_account").strip().rsplit(" ", 1)[1]
    user = User.objects.get(email=EMAIL)
    assert user.check_password(password)
    assert user.is_superuser
    assert password not in said("demo_account")


@override_settings(DEBUG=True)
def test_the_sample_account_takes_the_password_that_is_given(monkeypatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "first choice")
    said("demo_account")
    monkeypatch.setenv("DEMO_PASSWORD", "second choice")
    assert "second choice" in said("demo_account")
    assert User.objects.get(email=EMAIL).check_password("second choice")


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
