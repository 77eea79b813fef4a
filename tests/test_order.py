"""Lists of names: in the order of readers' languages, the same on both databases."""

import dataclasses
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from actions.models import Actor, ActorName, Plan, Responsibility, Source
from document import collation
from document.content.reader import Reader
from document.snapshot import Snapshot
from tests.reports.specimen import specimen

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

# In the order of code points É and Ö would come last, and capitals before small letters.
NAMES = ["eau", "École", "ecotone", "Ökologie", "Ozon", "zebra", "Zorg"]
# In the order of their keys the names would stand the other way round.
KEYS = {name: f"order-{place}" for place, name in enumerate(reversed(NAMES))}


OPTION = r"<option [^>]*>([^<]*)</option>"


@pytest.fixture
def bodies(db: None) -> list[Actor]:
    """Bodies of the communities under the same action, with the names of the list."""
    source = Source.objects.all()[0]
    action = Plan.objects.get(slug="nap2").actions.get(label="5")
    for name in reversed(NAMES):
        actor = Actor.objects.create(
            slug=KEYS[name], level="communities", source=source, kind="organisation"
        )
        ActorName.objects.create(actor=actor, name_nl=name, source=source)
        Responsibility.objects.create(action=action, actor=actor, role="lead", source=source)
    return list(Actor.objects.filter(slug__startswith="order-"))


def among(texts: list[str]) -> list[str]:
    """Return those of some texts that are names of the list, in their order."""
    return [text for text in (unescape(text).strip() for text in texts) if text in NAMES]


def test_the_page_of_all_actors_follows_their_names(client: Client, bodies) -> None:
    html = client.get("/nl/plans/nap2/actors/").content.decode()
    assert among(re.findall(r"<a [^>]*>([^<]*)</a>", html)) == NAMES


def test_the_menu_of_actors_follows_their_names(client: Client, bodies) -> None:
    html = client.get("/nl/plans/nap2/actions/").content.decode()
    assert among(re.findall(OPTION, html)) == NAMES


def test_the_page_of_a_body_names_those_below_it_in_order(client: Client, bodies) -> None:
    above = Actor.objects.get(slug="french-community")
    Actor.objects.filter(slug__startswith="order-").update(parent=above)
    html = client.get("/nl/plans/nap2/actors/french-community/").content.decode()
    assert among(re.findall(r"<a [^>]*>([^<]*)</a>", html)) == NAMES


def test_the_menus_of_reviewers_follow_the_names_of_actors(
    open_round, make_member, sign_in, bodies
) -> None:
    given = open_round()
    client = sign_in(make_member("reviewer", "fps-foreign", "reviewer@example.org"))
    with override("nl"):
        pages = [
            reverse("actions:review-queue"),
            reverse("actions:round-expected", args=[given.pk]),
        ]
    for page in pages:
        html = client.get(page).content.decode()
        assert among(re.findall(OPTION, html)) == NAMES
    assert among(re.findall(r'<span class="who-name"[^>]*>([^<]*)</span>', html)) == NAMES


def test_the_page_of_all_members_follows_their_names(make_member, sign_in) -> None:
    office = make_member("secretariat", "fisd", name="Aa")
    for place, name in enumerate(reversed(NAMES)):
        make_member(email=f"{place}@example.org", name=name)
    html = sign_in(office).get("/nl/secretariat/members/").content.decode()
    assert among(re.findall(r"<strong>([^<]*)</strong>", html)) == NAMES


def test_the_roles_of_a_person_follow_the_names_of_the_bodies(make_member, sign_in, bodies) -> None:
    office = make_member("secretariat", "fisd", name="Aa")
    for body in bodies:
        make_member("contributor", body.slug, "many@example.org", name="Many")
    html = sign_in(office).get("/nl/secretariat/members/").content.decode()
    roles = html.split("many@example.org")[1]
    assert among(re.findall(r'<span lang="nl">([^<]*)</span>:', roles)) == NAMES


def test_the_list_of_actions_follows_titles_and_not_their_accents(client: Client) -> None:
    plan = Plan.objects.get(slug="nap2")
    actions = list(plan.actions.filter(section__number=1).order_by("position"))[: len(NAMES)]
    for action, name in zip(actions, reversed(NAMES), strict=False):
        action.title_nl = name
        action.save()
    html = client.get("/nl/plans/nap2/actions/?section=1&sort=title").content.decode()
    found = among(re.findall(r">([^<>]+)<", html))
    assert found == NAMES[len(NAMES) - len(actions) :]


# --- The report ---------------------------------------------------------------------------


def silent_bodies(names: list[str]) -> Snapshot:
    """Return a report in which the bodies of these names say nothing."""
    snapshot = specimen(3)
    first = snapshot.actors[0]
    actors = tuple(
        dataclasses.replace(first, slug=KEYS[name], names={"fr": name}) for name in names
    )
    entry: Any = dataclasses.replace(snapshot.actions[0].entries[0], status="", expected=True)
    entries = tuple(dataclasses.replace(entry, actor=actor.slug) for actor in actors)
    action = dataclasses.replace(snapshot.actions[0], entries=entries)
    return dataclasses.replace(snapshot, actors=actors, actions=(action,))


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_the_report_lists_the_silent_by_name(language: str) -> None:
    reader = Reader(silent_bodies(sorted(NAMES, key=KEYS.__getitem__)), language)
    found = reader.sorted_silent()
    assert [reader.called(actor)[0] for actor, _actions in found] == NAMES


def test_a_body_is_sorted_by_the_name_that_is_shown(bodies) -> None:
    assert sorted(NAMES, key=collation.key) == NAMES
    assert [actor.label for actor in sorted(bodies, key=lambda one: one.sort_key)] == NAMES
