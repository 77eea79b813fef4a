"""The feeds of an actor and a theme, and what a shared link shows."""

import re
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import ActionTheme, Theme
from tests.published import SECRETS, Story, at_work

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
ACTOR = "/en/plans/small/actors/small-ministry/feed/"
THEME = "/en/plans/small/themes/news/feed/"


@pytest.fixture
def theme(story: Story) -> Theme:
    """A theme with the actions 1 and 2."""
    found = Theme.objects.create(slug="news", title_en="News")
    for label in "12":
        action = story.scene.plan.actions.get(label=label)
        ActionTheme.objects.create(action=action, theme=found, basis="editors")
    return found


def items(client: Client, path: str) -> list[tuple[str, ...]]:
    response = client.get(path)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    return [
        tuple(entry.findtext(f"{ATOM}{name}") or "" for name in ("title", "summary", "id"))
        for entry in root.iter(f"{ATOM}entry")
    ]


def test_a_theme_has_an_item_for_each_report(client: Client, story: Story, theme: Theme) -> None:
    found = items(client, THEME)
    page = "http://testserver/en/plans/small/themes/news/"
    assert found == [
        ("Progress report 2025, edition 1", "1. Fully carried out; 2. In progress",
         f"{page}?year=2025#e1"),
        ("Progress report 2024, edition 1", "1. In progress; 2. Not started",
         f"{page}?year=2024#e1"),
    ]  # fmt: skip


def test_an_actor_has_an_item_for_each_report_and_nothing_unpublished(
    client: Client, story: Story
) -> None:
    at_work(story)
    found = items(client, ACTOR)
    assert [title for title, _summary, _id in found] == [
        "Progress report 2025, edition 1", "Progress report 2024, edition 1",
    ]  # fmt: skip
    assert "1. Fully carried out" in found[0][1]
    text = client.get(ACTOR).content.decode()
    assert not [secret for secret in SECRETS.values() if secret in text]


def test_a_correction_is_a_new_item_in_place_of_the_old_one(
    client: Client, story: Story, theme: Theme
) -> None:
    story.correct()
    assert [title for title, _summary, _id in items(client, THEME)] == [
        "Progress report 2025, edition 2", "Progress report 2024, edition 1",
    ]  # fmt: skip


def test_the_pages_lead_to_their_feeds(client: Client, story: Story, theme: Theme) -> None:
    for path in (ACTOR, THEME):
        html = client.get(path.removesuffix("feed/")).content.decode()
        assert html.count(f'href="{path}"') == 2


def test_a_feed_costs_exactly_so_many_queries(client: Client, story: Story, theme: Theme) -> None:
    costs = []
    for path in (ACTOR, THEME):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        costs.append(len(queries))
    assert costs == [6, 6]


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_a_shared_link_shows_a_title_a_sentence_and_a_picture(
    client: Client, language: str
) -> None:
    path = f"/{language}/plans/nap2/actions/7/"
    html = client.get(path).content.decode()
    said = dict(re.findall(r'<meta property="og:([^"]+)" content="([^"]*)">', html))
    title = re.search(r"<title>(.*) – NAP monitor</title>", html)
    description = re.search(r'<meta name="description" content="([^"]*)">', html)
    assert title is not None
    assert description is not None
    assert said["title"] == title[1]
    assert said["description"] == description[1]
    assert (said["url"], said["locale"]) == (f"http://testserver{path}", f"{language}_BE")
    assert said["image"].startswith("http://testserver/static/preview")


def test_quotes_in_a_title_do_not_break_what_a_shared_link_shows(
    client: Client, story: Story
) -> None:
    Theme.objects.filter(slug="smes").update(title_en='A "b" <c> & d')
    html = client.get("/en/plans/small/themes/smes/").content.decode()
    assert 'og:title" content="A &quot;b&quot; &lt;c&gt; &amp; d – Small">' in html
