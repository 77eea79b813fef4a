"""The board for other sites: it may stand in a frame, and nothing can be done in it."""

import re

import pytest
from django.core.cache import caches
from django.test import Client

from actions.models import Plan
from tests.published import SECRETS, Story
from tests.signing_in import enter

pytestmark = pytest.mark.django_db
BOARD = "/en/plans/small/embed/"
POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors *",
}


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    for name in ("pages", "questions"):
        caches[name].clear()


def test_the_board_may_stand_in_a_frame_and_loads_nothing_else(
    client: Client, story: Story
) -> None:
    response = client.get(BOARD)
    assert response.status_code == 200
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert "X-Frame-Options" not in response
    assert response["X-Robots-Tag"] == "noindex"
    assert response.cookies == {}


def test_not_modified_says_the_same_policy_as_a_browser_takes_it_over(
    client: Client, story: Story
) -> None:
    etag = client.get(BOARD)["ETag"]
    response = client.get(BOARD, headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert "X-Frame-Options" not in response


@pytest.mark.parametrize(
    "path", ["/en/", "/en/plans/small/", "/en/search/?q=a", "/en/account/sign-in/", BOARD + "x/"]
)
def test_nothing_else_may_stand_in_a_frame(client: Client, story: Story, path: str) -> None:
    response = client.get(path)
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_the_board_has_no_form_and_no_script_whoever_looks(story: Story) -> None:
    for client in (
        Client(),
        enter(Client(), story.scene.people["writer"]),
        enter(Client(), story.by),
    ):
        html = client.get(BOARD).content.decode()
        assert re.findall(r"<(?:form|script|input|button|iframe)\b", html) == []
        assert html == Client().get(BOARD).content.decode()


def test_the_board_says_what_the_newest_report_says_and_where_it_is_from(
    client: Client, story: Story
) -> None:
    html = client.get(BOARD).content.decode()
    overview = client.get("/en/plans/small/").content.decode()
    tile = re.compile(r'<a class="(tile[^"]*)"[^>]*href="([^"]*)"')
    of_board = overview.split('id="board-title"')[1].split("<h2")[0]
    assert tile.findall(html) == tile.findall(of_board) != []
    assert '<base target="_blank">' in html
    assert "Situation on" in html
    assert [secret for secret in SECRETS.values() if secret in html] == []


def test_a_plan_that_readers_do_not_see_has_no_board(client: Client, story: Story) -> None:
    Plan.objects.filter(slug="small").update(is_published=False)
    assert client.get(BOARD).status_code == 404
    assert enter(Client(), story.by).get(BOARD).status_code == 404


def test_the_page_on_open_data_tells_the_line_that_shows_the_board(
    client: Client, story: Story
) -> None:
    html = client.get("/en/data/").content.decode()
    assert "&lt;iframe src=&quot;http://testserver/en/plans/small/embed/&quot;" in html
