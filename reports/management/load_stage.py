"""What a server is measured on: the sample rounds and report, people who write, addresses."""

import dataclasses
from datetime import date
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db.models import QuerySet
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone, translation

from actions.enums import EntryState, MemberRole
from actions.management.follow_up_bench import browser
from actions.management.sample import replay, sample_script
from actions.models import (
    Action,
    Actor,
    Entry,
    Membership,
    Plan,
    ReportingRound,
    Theme,
    User,
)
from actions.models.actions import NATURES
from actions.models.actors import LEVELS
from actions.models.schemes import SDGS
from actions.models.statuses import STATUS_WORDS
from document.snapshot import from_json, to_json
from reports.models import PUBLISHED, Edition
from reports.services import editions

PASSWORD = "a password for the benchmark"  # noqa: S105 - of a database that lives for minutes
SESSION = "__Host-sessionid"  # as it is called where TLS is asked for
SAMPLES = ("load_plans", "sample_accounts", "load_sample", "load_sample_edition")
WORDS = (
    "mensenrechten", "droits humains", "MVO", "duty of care", "overheidsopdrachten", "OCDE",
    "formation", "onderzoek", "Kinderrechte", "travail", "label", "diplomatie",
)  # fmt: skip


def fill() -> None:
    """Load what a trial shows: both plans, the sample rounds, the report of the first."""
    with override_settings(DEBUG=True), translation.override("en"):
        for name in SAMPLES:
            call_command(name, stdout=StringIO(), stderr=StringIO())
        put_year_before()


def put_year_before() -> None:
    """Publish what the sample report says once more for the year before it, to compare with."""
    told = Edition.objects.get(round__plan__slug=replay.PLAN)
    year = told.round.year - 1
    given = ReportingRound.objects.create(
        plan=told.round.plan, year=year, is_sample=True, opens_on=date(year + 1, 1, 10),
        deadline=date(year + 1, 2, 27), closes_on=date(year + 1, 3, 31),
        reference_date=date(year, 12, 31),
    )  # fmt: skip
    content = to_json(dataclasses.replace(from_json(told.content), year=year))
    made = Edition.objects.create(
        round=given, number=1, content=content, checksum=editions.digest(content.encode()),
        frozen_by=told.frozen_by, frozen_at=told.frozen_at,
    )  # fmt: skip
    made.state, made.published_by, made.published_at = PUBLISHED, told.frozen_by, timezone.now()
    made.save()


def plan(writers: int) -> dict[str, Any]:
    """Return what the client has to know: who writes what, who freezes, which pages there are."""
    hashed = make_password(PASSWORD)  # once: it takes a third of a second
    with translation.override("nl"):
        return {
            "writers": [writer(entry, hashed) for entry in open_entries()[:writers]],
            "secretariat": secretariat(hashed),
            "pages": pages(),
            "filters": filters(),
        }


def open_entries() -> QuerySet[Entry]:
    """Return the entries of the open sample round that wait for their writers."""
    found = Entry.objects.filter(
        round__plan__slug=replay.PLAN, round__year=sample_script.SECOND, expected=True,
        state__in=(EntryState.EMPTY, EntryState.DRAFT),
    )  # fmt: skip
    return found.select_related("responsibility__actor").order_by("pk")


def writer(entry: Entry, hashed: str) -> dict[str, str]:
    """Make somebody who writes for the body that an entry is expected of."""
    actor = entry.responsibility.actor
    user = person(f"writer-{entry.pk}", MemberRole.CONTRIBUTOR, actor, hashed)
    address = reverse("actions:entry", args=[entry.pk])
    return {"email": user.email, "password": PASSWORD, "entry": address}


def secretariat(hashed: str) -> dict[str, Any]:
    """Make one of the secretariat, signed in with a second factor; name the page to freeze on."""
    user = person("freezer", MemberRole.SECRETARIAT, Actor.objects.get(slug="fisd"), hashed)
    TOTP.activate(user, generate_totp_secret())
    session = browser(user).cookies[settings.SESSION_COOKIE_NAME].value
    given = ReportingRound.objects.get(plan__slug=replay.PLAN, year=sample_script.FIRST)
    return {
        "cookies": {SESSION: session},
        "freeze": reverse("reports:freeze", args=[given.pk]),
    }


def person(name: str, role: MemberRole, actor: Actor, hashed: str) -> User:
    """Make somebody with a role and a password."""
    user = User.objects.create(email=f"{name}@bench.example.org", name=name, password=hashed)
    Membership.objects.create(user=user, actor=actor, role=role, started_at=timezone.now())
    return user


def pages() -> dict[str, list[str]]:
    """Return the addresses of what readers open, by kind, without their language."""
    at = f"/plans/{replay.PLAN}"
    report = f"{at}/reports/{sample_script.FIRST}"
    actions = Action.objects.filter(plan__slug=replay.PLAN)
    actors = Actor.objects.filter(responsibilities__action__plan__slug=replay.PLAN).distinct()
    return {
        "overview": ["/"],
        "list": [f"{at}/actions/"],
        "action": [f"{at}/actions/{label}/" for label in actions.values_list("label", flat=True)],
        "actors": [f"{at}/actors/"],
        "actor": [f"{at}/actors/{slug}/" for slug in actors.values_list("slug", flat=True)],
        "search": [f"/search/?{urlencode({'q': word})}" for word in WORDS],
        "report": [f"{report}/"],
        "edition": [f"{report}/e1/"],
        "compare": [f"{at}/reports/compare/"],
    }


def filters() -> dict[str, list[str]]:
    """Return what the list of actions is narrowed by, with the values of each filter."""
    named = Plan.objects.get(slug=replay.PLAN)
    return {
        "q": list(WORDS),
        "level": [code for code, _word in LEVELS],
        "status": list(STATUS_WORDS),
        "nature": [code for code, _word in NATURES],
        "period": ["ended", "running", "undated"],
        "sdg": [str(number) for number, _title in SDGS],
        "section": [str(section.number) for section in named.sections.all()],
        "theme": list(Theme.objects.values_list("slug", flat=True)),
    }
