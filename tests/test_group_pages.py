"""The pages of sections, themes, pillars and goals: the figures of the report, for some actions."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.enums import Scheme
from actions.models import Action, ActionTheme, Classification, PublishedAction, Section, Theme
from document import selection
from reports import comparison
from tests.published import Story

pytestmark = pytest.mark.django_db
PLAN = "plans/small"


def text_of(response) -> str:
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def read(client: Client, path: str, language: str = "en") -> str:
    response = client.get(f"/{language}/{path}")
    assert response.status_code == 200
    return text_of(response)


def figures(client: Client, path: str) -> dict[str, str]:
    """Return the key figures of a page by title: the number, and the year before's."""
    html = client.get(f"/en/{path}").content.decode()
    part = html[html.index('<dl class="figures') : html.index('<ul class="legend')]
    found = {}
    for block in re.findall(r"<div>(.*?)</div>", part, re.DOTALL):
        title = re.search(r"<dt[^>]*>(.*?)</dt>", block, re.DOTALL)
        numbers = re.findall(r'<dd(?: class="formula before")?>(.*?)</dd>', block, re.DOTALL)
        assert title is not None
        found[title[1].strip()] = " | ".join(number.strip() for number in numbers)
    return found


@pytest.fixture
def section(story: Story) -> Section:
    """A section with the actions 1 to 5 of the small plan."""
    plan = story.scene.plan
    found = Section.objects.create(
        plan=plan, number=3, title_en="Five of them", source=story.scene.source
    )
    Action.objects.filter(plan=plan, label__in="12345").update(section=found)
    return found


def classify(story: Story, labels: str, *, theme: Theme | None = None) -> None:
    """Put actions under pillar 2 and goal 8, and under a theme."""
    for action in story.scene.plan.actions.filter(label__in=labels):
        for scheme, number in ((Scheme.PILLAR, 2), (Scheme.SDG, 8)):
            Classification.objects.create(
                action=action, scheme=scheme, number=number, basis="editors"
            )
        if theme:
            ActionTheme.objects.create(action=action, theme=theme, basis="editors")


def test_a_section_shows_the_figures_of_its_actions_beside_those_of_the_year_before(
    client: Client, story: Story, section: Section
) -> None:
    assert figures(client, f"{PLAN}/sections/3/") == {
        "Coverage of the reporting": "4 of 5 | 2024: 4 of 5",
        "Carried out or continuously applied": "1 of 5 | 2024: 0 of 5",
        "Carried out at least in part": "2 of 5 | 2024: 1 of 5",
        "Overdue": "0 of 5 | 2024: 0 of 5",
    }


def test_all_actions_together_have_the_figures_of_the_report(client: Client, story: Story) -> None:
    classify(story, "123456789")
    found = figures(client, f"{PLAN}/pillars/2/")
    now, before = story.second.snapshot, story.first.snapshot
    past = {share.code: share for share in comparison.shares(before)}
    for figure in now.figures:
        number = f"{figure.part} of {figure.whole}"
        share = past[figure.code]
        assert found[figure.titles["en"]] == f"{number} | 2024: {share.part} of {share.whole}"
    page = read(client, f"{PLAN}/sdgs/8/")
    for code, count in selection.tally(action.code for action in now.actions):
        assert f"{now.word(code, 'en')} {count} " in page


def test_each_action_has_its_status_its_actors_and_what_it_was_the_year_before(
    client: Client, story: Story, section: Section
) -> None:
    page = read(client, f"{PLAN}/sections/3/")
    assert "Section 3 · 5 actions" in page
    assert "according to the progress report 2025" in page.replace("According", "according")
    assert "Status Fully carried out 2024: In progress; Moved up Actors Ministry" in page
    assert "No information received from Old action 4" in page
    # The status is the same as the year before, and rests on less.
    PublishedAction.objects.filter(action__label="2", shown__year=2024).update(
        expected=3, reported=2
    )
    page = read(client, f"{PLAN}/sections/3/")
    assert "2024: Not started; 2 of 3 reported; Moved up" in page
    before = read(client, f"{PLAN}/sections/3/?year=2024")
    assert "situation on 31 December 2024" in before
    assert "2024:" not in before


def test_a_status_on_incomplete_reporting_says_so(
    client: Client, story: Story, section: Section
) -> None:
    PublishedAction.objects.filter(action__label="2", shown__year=2025).update(
        expected=3, reported=1, overdue=True
    )
    page = read(client, f"{PLAN}/sections/3/")
    assert "In progress 1 of 3 reported overdue" in page
    assert "Based on some of the expected entries only 1" in page
    assert figures(client, f"{PLAN}/sections/3/")["Overdue"] == "1 of 5 | 2024: 0 of 5"


def test_sub_actions_are_listed_and_not_counted(
    client: Client, story: Story, section: Section
) -> None:
    plan = story.scene.plan
    Action.objects.filter(plan=plan, label="5").update(parent=plan.actions.get(label="4"))
    page = read(client, f"{PLAN}/sections/3/")
    assert "Section 3 · 4 actions, and 1 sub-action beside them" in page
    found = figures(client, f"{PLAN}/sections/3/")
    assert found["Coverage of the reporting"] == "3 of 4 | 2024: 3 of 4"


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_before_any_report_the_actions_stand_there_with_their_actors(
    client: Client, language: str
) -> None:
    for path in ("sections/7/", "pillars/2/", "sdgs/8/", "themes/public-procurement/"):
        html = client.get(f"/{language}/plans/nap2/{path}").content.decode()
        assert '<dl class="figures' not in html
        assert html.count("<tr") > 1
    if language == "en":
        assert "Public procurement" in read(client, "plans/nap2/themes/")


@pytest.mark.parametrize(
    "path",
    [
        "plans/nap2/sections/99/",
        "plans/nap2/sections/99999/",
        "plans/nap2/sections/0/",
        "plans/nap2/sections/999999/",
        "plans/nap2/pillars/4/",
        "plans/nap2/sdgs/18/",
        "plans/unknown/sdgs/1/",
    ],
)
def test_what_is_no_section_pillar_or_goal_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/en/{path}").status_code == 404


def test_a_goal_without_actions_says_so(client: Client, story: Story) -> None:
    assert "No action of this plan is listed here." in read(client, f"{PLAN}/sdgs/14/")


def test_an_action_and_the_overview_lead_to_these_pages(
    client: Client, story: Story, section: Section
) -> None:
    classify(story, "1")
    action = client.get(f"/en/{PLAN}/actions/1/").content.decode()
    for path in ("sections/3/", "pillars/2/", "sdgs/8/"):
        assert f'href="/en/{PLAN}/{path}"' in action
    assert f'href="/en/{PLAN}/sections/3/"' in client.get(f"/en/{PLAN}/").content.decode()
    listed = read(client, f"{PLAN}/themes/")
    assert "Sections of the plan 3. Five of them 5 actions" in listed
    assert "Pillars of the UN Guiding Principles 2. " in listed


def test_they_stand_in_the_sitemap(client: Client) -> None:
    found = client.get("/sitemap.xml").content.decode()
    for path in ("sections/7/", "pillars/2/", "sdgs/8/"):
        assert f"/fr/plans/nap2/{path}</loc>" in found


def test_the_number_of_queries_does_not_grow_with_the_actions(
    client: Client, story: Story, section: Section
) -> None:
    theme = Theme.objects.create(slug="many", title_en="Many")
    classify(story, "1", theme=theme)
    paths = [f"/en/{PLAN}/{part}" for part in ("themes/many/", "pillars/2/", "themes/")]

    def counts() -> list[int]:
        found = []
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            found.append(len(queries))
        return found

    few = counts()
    classify(story, "23456789", theme=theme)
    assert counts() == few == [11, 10, 5]
