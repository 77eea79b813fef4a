"""The public pages: what they show, in which language, at what cost, and what they survive."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from lxml import html

from actions.models import (
    Action,
    ActionFlag,
    FormerWording,
    Plan,
    Responsibility,
    Revision,
    Section,
    Theme,
)
from actions.services import plan as service
from actions.views import http

pytestmark = pytest.mark.django_db
LANGUAGES = ("nl", "fr", "de", "en")
PATHS = (
    "",
    "plans/nap1/",
    "plans/nap2/actions/",
    "plans/nap1/actions/",
    "plans/nap2/actions/22.1/",
    "plans/nap2/actions/18A/",
    "plans/nap2/actions/17/",
    "plans/nap1/actions/13/",
    "plans/nap1/actions/18/",
    "plans/nap2/actors/",
    "plans/nap2/actors/fisd/",
    "plans/nap2/actors/sowalfin/",
    "plans/nap1/actors/walloon-government/",
    "plans/nap2/themes/",
    "plans/nap1/themes/smes/",
    "plans/nap2/themes/public-procurement/",
    "about/",
    "method/",
    "accessibility/",
    "privacy/",
)


def text_of(response) -> str:
    """Return what a reader reads of a page, spaces put together."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_every_page_speaks_every_language(client: Client, language: str, path: str) -> None:
    response = client.get(f"/{language}/{path}")
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("<h1") == 1
    assert f'<html lang="{language}">' in html
    assert re.search(r"<title>\s*\S.* – NAP monitor</title>", html)
    assert re.search(r'<meta name="description" content="[^"]{30,}', html)
    for other in LANGUAGES:
        address = f"http://testserver/{other}/{path}"
        assert f'<link rel="alternate" hreflang="{other}" href="{address}">' in html


@pytest.mark.parametrize("path", PATHS)
def test_no_page_asks_another_host_or_carries_script_or_style_of_its_own(client, path) -> None:
    html = client.get(f"/en/{path}").content.decode()
    assert re.findall(r'(?:src|<link[^>]*href)="(?:https?:)?//(?!testserver)[^"]*"', html) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", html) == []


def test_the_policy_for_content_allows_this_site_alone(client: Client) -> None:
    policy = client.get("/en/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("nl-BE,nl;q=0.9", "nl"), ("fr", "fr"), ("de-AT", "de"), ("es,it", "en"), ("", "en")],
)
def test_the_first_page_takes_the_language_of_the_browser(client, wanted, language) -> None:
    response = client.get("/", headers={"accept-language": wanted})
    assert (response.status_code, response["Location"]) == (302, f"/{language}/")
    assert "Accept-Language" in response["Vary"]


@pytest.mark.postgresql
def test_the_language_switch_keeps_the_page_and_its_filters(client: Client) -> None:
    html = client.get("/nl/plans/nap2/actions/?section=7&q=human").content.decode()
    assert 'href="/fr/plans/nap2/actions/?section=7&amp;q=human"' in html


def test_the_overview_counts_numbered_actions_and_sub_actions_apart(client: Client) -> None:
    with time_machine.travel(date(2025, 1, 1)):
        words = text_of(client.get("/en/"))
    assert "Business and human rights: 67 actions" in words
    assert "actions, and 4 sub-actions beside them 67 in 16 sections" in words
    assert "periods have ended 19 of 71 actions and sub-actions" in words
    assert "No progress report has been published here yet" in words


def test_the_board_links_every_action_once(client: Client) -> None:
    html = client.get("/en/").content.decode()
    tiles = re.findall(r'<a class="tile[^"]*" href="/en/plans/nap2/actions/([^/]+)/"', html)
    assert len(tiles) == 71
    assert sorted(tiles) == sorted(
        Action.objects.filter(plan__slug="nap2").values_list("label", flat=True)
    )


def test_the_board_of_the_first_plan_shows_which_titles_are_unknown(client: Client) -> None:
    html = client.get("/en/plans/nap1/").content.decode()
    assert html.count("tile tile--unknown") == 7


@pytest.mark.parametrize(
    "path",
    [
        "/en/plans/nap9/",
        "/en/plans/nap2/actions/68/",
        "/en/plans/nap2/actions/22.3/",
        "/en/plans/nap2/actions/1a/",
        "/en/plans/nap2/actions/%00/",
        "/en/plans/nap2/actions/1%0a/",
        "/en/plans/nap2/actors/nobody/",
        "/en/plans/nap2/themes/nothing/",
        "/en/plans/nap2/actions.pdf",
        "/en/plans/nap9/actions.json",
        "/xx/",
        "/en/nothing/",
        "/%E2%82%AC/",
        "/en/plans/" + "x" * 5000 + "/",
    ],
)
def test_an_unknown_address_gives_a_page_with_ways_back(client: Client, path: str) -> None:
    response = client.get(path, headers={"accept-language": "en"})
    assert response.status_code == 404
    words = text_of(response)
    assert "There is nothing at this address" in words
    assert "Overview of the plan" in words


def test_an_unknown_language_is_answered_in_the_browsers(client: Client) -> None:
    response = client.get("/es/plans/nap2/", headers={"accept-language": "fr"})
    assert response.status_code == 404
    assert '<html lang="fr">' in response.content.decode()


@override_settings(DEBUG=True)
def test_the_page_for_an_unknown_address_is_the_readers_in_development_too(client) -> None:
    assert "There is nothing at this address" in text_of(client.get("/en/nothing/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_of_ours_gives_a_page_in_the_readers_language(language, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("actions.views.plan.figures", fail)
    response = Client(raise_request_exception=False).get(f"/{language}/")
    assert response.status_code == 500
    assert f'<html lang="{language}">' in response.content.decode()
    assert "broken on purpose" not in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_while_the_database_is_away_a_page_says_that_trying_again_helps(error, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise error("connection refused on purpose")

    monkeypatch.setattr("actions.views.plan.figures", fail)
    response = Client(raise_request_exception=False).get("/en/")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    words = text_of(response)
    assert "Everything that was saved is safe. Please try again in a minute." in words
    assert "on purpose" not in words


HOSTILE = [
    "", " ", "\x00", "%", "' OR 1=1 --", "<script>alert(1)</script>", "é" * 300, "9" * 5000, "-1",
    "0", "1e9", "½", "١", "=1+1", "{{7*7}}", "\ud7ff\U0010ffff", "../../etc/passwd", "None",
    "\u202e",
]  # fmt: skip
PARAMETERS = [
    "q", "section", "actor", "level", "nature", "period", "theme", "sdg", "pillar", "status",
    "overdue", "sort", "page", "per_page", "year", "nonsense",
]  # fmt: skip


DOWNLOADS = ("actions.json", "actions.csv", "actions.xlsx")


def assert_normal(client: Client, path: str, query: dict[str, str]) -> None:
    response = client.get(f"/en/plans/{path}", query)
    assert response.status_code == 200, (path, query)
    assert b"<script>alert" not in response.content


@pytest.mark.slow
@pytest.mark.parametrize("path", ["actions/", *DOWNLOADS])
def test_any_value_of_any_parameter_gives_a_normal_page(client, story, path) -> None:
    """All parameters at once, until each had each value.

    On a small plan with reports: how an address is read does not depend on its size.
    """
    for turn in range(len(HOSTILE)):
        values = HOSTILE[turn:] + HOSTILE[:turn]
        assert_normal(client, f"small/{path}", dict(zip(PARAMETERS, values, strict=False)))


@pytest.mark.proof
@pytest.mark.parametrize("parameter", PARAMETERS)
def test_any_value_of_any_parameter_gives_a_normal_page_and_downloads(client, parameter) -> None:
    for value in HOSTILE:
        for path in ("actions/", "actions.json", "actions.csv"):
            assert_normal(client, f"nap2/{path}", {parameter: value})


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_pages_without_filters_ignore_every_parameter(client, parameter) -> None:
    for path in ("", "plans/nap2/actions/1/", "plans/nap2/actors/"):
        assert client.get(f"/en/{path}", {parameter: "\x00"}).status_code == 200


def listed(response) -> list[str]:
    """Return the labels of the actions that a page of the list shows."""
    return re.findall(r'<span class="label[^"]*">([^<]+)<', response.content.decode())


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("section=7", "23 24 25 26 27"),
        ("actor=sowalfin", "30 31 32"),
        ("actor=brussels-international", "24 66"),
        ("level=communities", "38 42 67"),
        ("theme=childrens-rights", "9 10 11"),
        ("pillar=3", "11 51 52 53 54 55"),
        ("sdg=14", "61 62"),
        ("q=FORCED labour", "3"),
        ("q=DEGRADANTS", "67"),
        ("q=22.1", "22.1"),
        ("section=7&nature=one_off", ""),
        ("actor=federal-planning-bureau", ""),
        ("section=6&sort=-label&nature=one_off", "20"),
    ],
)
def test_filters_narrow_the_list(client: Client, query: str, labels: str) -> None:
    assert listed(client.get(f"/en/plans/nap2/actions/?{query}")) == labels.split()


@pytest.mark.postgresql
def test_the_period_filter_looks_at_today(client: Client, nap2) -> None:
    action = nap2.actions.get(label="40")  # until 6 June 2026
    for day, query in ((date(2026, 6, 6), "running"), (date(2026, 6, 7), "ended")):
        with time_machine.travel(day):
            response = client.get(f"/en/plans/nap2/actions/?period={query}&q=rémunérations")
        assert listed(response) == [action.label]


def test_an_actor_filter_takes_the_actors_below_it(client: Client) -> None:
    response = client.get("/en/plans/nap2/actions/?actor=walloon-government")
    words = text_of(response)
    assert "13 actions" in words


def test_sorting_goes_both_ways_and_actions_without_an_end_stay_last(client: Client) -> None:
    up = listed(client.get("/en/plans/nap2/actions/?section=15&sort=period_end"))
    down = listed(client.get("/en/plans/nap2/actions/?section=15&sort=-period_end"))
    assert (up, down) == (["61", "62", "63", "60"], ["63", "62", "61", "60"])


def test_pages_of_the_list_hold_every_action_once(client: Client) -> None:
    pages = [listed(client.get(f"/en/plans/nap2/actions/?page={n}")) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [25, 25, 21]
    assert len({label for page in pages for label in page}) == 71
    assert listed(client.get("/en/plans/nap2/actions/?page=99")) == pages[2]


def test_an_unknown_filter_value_is_hinted_at_beside_its_field(client: Client) -> None:
    html = client.get("/fr/plans/nap2/actions/?section=99&level=flemish").content.decode()
    hint = "Cette valeur"
    field = re.search(r'<div id="div_id_section".*?</div>\s*</div>', html, re.DOTALL)
    assert field is not None
    assert hint in field.group(0)
    assert html.count(hint) == 1
    assert len(listed(client.get("/fr/plans/nap2/actions/?section=99&level=flemish"))) == 19


def test_a_filter_that_needs_a_report_says_that_there_is_none_yet(client: Client) -> None:
    words = text_of(client.get("/en/plans/nap2/actions/?status=done"))
    assert "no progress report has been published yet" in words


def test_htmx_gets_the_changed_part_only(client: Client) -> None:
    part = client.get("/en/plans/nap2/actions/?section=7", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert listed(part) == ["23", "24", "25", "26", "27"]
    assert "HX-Request" in part["Vary"]
    assert '<div hx-swap-oob="innerHTML:#live">5 actions</div>' in part.content.decode()


def test_the_table_tells_a_listener_what_it_holds_and_how_it_is_sorted(client: Client) -> None:
    html = client.get("/en/plans/nap2/actions/?sort=-period_end").content.decode()
    assert re.search(r"<caption[^>]*>Actions of the plan, 67 actions and 4 sub-actions<", html)
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"' in html
    assert '<a href="?sort=-period_end&amp;page=2"' in html
    assert re.search(r'page=1" aria-current="page"', html)


def test_an_action_shows_both_printed_titles_and_why(client: Client) -> None:
    words = text_of(client.get("/en/plans/nap2/actions/28/"))
    assert "Within the natural stone sector: support for the TruStone initiative" in words
    assert "Printed differently in the final table: Within the nature sector: support" in words
    assert "What is odd in the source" in words


def test_a_working_translation_is_marked_and_an_official_title_is_not(client: Client) -> None:
    dutch = text_of(client.get("/nl/plans/nap2/actions/1/"))
    english = text_of(client.get("/en/plans/nap2/actions/1/"))
    assert "(werkvertaling)" in dutch
    assert "In de Engelse tekst" in dutch
    assert "working translation" not in english


def test_an_action_without_actors_or_period_says_so(client: Client) -> None:
    words = text_of(client.get("/en/plans/nap2/actions/17/"))
    assert "The sources at hand name nobody for this action." in words
    assert "The source names no actor" in words


def test_an_actor_that_reports_through_its_organisation_says_so(client: Client) -> None:
    words = text_of(client.get("/en/plans/nap2/actions/22/"))
    assert "Reports through the organisation that it is part of" in words


def test_a_responsibility_that_has_ended_is_not_shown(client: Client, nap2) -> None:
    held = Responsibility.objects.get(action__plan=nap2, action__label="13")
    held.valid_to = date(2025, 1, 1)
    service.save(held, by=None)
    assert (
        "FPS Foreign Affairs"
        not in text_of(client.get("/en/plans/nap2/actions/13/"))
        .split("As printed")[0]
        .split("Who is responsible")[1]
    )


def test_an_amended_action_shows_its_earlier_wording(client: Client, nap2, source) -> None:
    wording = FormerWording(
        action=nap2.actions.get(label="2"),
        valid_to=date(2027, 3, 31),
        title_en="As it was once",
        source=source,
    )
    service.save(wording, by=None)
    words = text_of(client.get("/en/plans/nap2/actions/2/"))
    assert "Until 31 March 2027: title: As it was once" in words


def test_an_actor_shows_who_took_over_its_work(client: Client) -> None:
    words = text_of(client.get("/en/plans/nap2/actors/sowalfin/"))
    assert "On 9 January 2023 its work was taken over by: Wallonie Entreprendre" in words
    words = text_of(client.get("/en/plans/nap2/actors/wallonie-entreprendre/"))
    assert "it took over the work of: Sowalfin" in words


def test_an_actor_can_be_found_by_the_slip_of_the_source(client: Client) -> None:
    assert "FISC" in text_of(client.get("/en/plans/nap2/actors/fisd/"))


def test_texts_from_the_data_are_shown_as_text(client: Client, nap2) -> None:
    attack = "<script>alert('x')</script> {{ 7 }} &amp; \"'"
    flag = ActionFlag.objects.filter(action__plan=nap2).first()
    assert flag is not None
    flag.reason_en = attack
    service.save(flag, by=None)
    action = flag.action
    action.title_en = attack
    service.save(action, by=None)
    for path in (action.get_absolute_url(), "/en/", "/en/plans/nap2/actions/"):
        html = client.get(path).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/en/", 10),
        ("/en/plans/nap2/actions/", 16),
        ("/en/plans/nap2/actions/41/", 18),
        ("/en/plans/nap1/actions/13/", 17),
        ("/en/plans/nap2/actors/", 9),
        ("/en/plans/nap2/actors/fisd/", 16),
        ("/en/plans/nap2/themes/", 5),
        ("/en/plans/nap2/themes/public-procurement/", 10),
        ("/en/plans/nap2/sections/7/", 8),
        ("/en/plans/nap2/pillars/2/", 9),
        ("/en/plans/nap2/actions.json", 19),
        ("/en/method/", 3),
    ],
)
def test_a_page_made_anew_costs_exactly_so_many_queries(client, path, queries) -> None:
    with CaptureQueriesContext(connection) as found:
        client.get(path)
    assert len(found) == queries


def test_the_list_costs_as_many_queries_for_1_as_for_30_actions(client, make_plan) -> None:
    costs = []
    for slug, size in (("one", 1), ("thirty", 30)):
        plan = make_plan(slug, actions=size)
        with CaptureQueriesContext(connection) as found:
            client.get(f"/en/plans/{plan.slug}/actions/?sort=title")
        costs.append(len(found))
    assert costs[0] == costs[1]


def test_a_page_is_kept_until_the_data_changes(client: Client, nap2) -> None:
    first = client.get("/en/plans/nap2/actions/1/")
    with CaptureQueriesContext(connection) as found:
        assert client.get("/en/plans/nap2/actions/1/").content == first.content
    assert len(found) == 1
    Action.objects.filter(plan=nap2, label="1").update(title_en="Quite another title")
    assert "Quite another title" in text_of(client.get("/en/plans/nap2/actions/1/"))


def test_a_page_is_made_anew_after_midnight(client: Client) -> None:
    with time_machine.travel(date(2026, 6, 6)):
        before = text_of(client.get("/en/plans/nap2/actions/40/"))
    with time_machine.travel(date(2026, 6, 7)):
        after = text_of(client.get("/en/plans/nap2/actions/40/"))
    assert "Period has ended" not in before
    assert "Period has ended" in after


def test_a_browser_that_has_the_page_is_told_so_until_it_changes(client: Client) -> None:
    etag = client.get("/en/")["ETag"]
    assert client.get("/en/", headers={"if-none-match": etag}).status_code == 304
    Theme.objects.update(position=1)
    assert client.get("/en/", headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("name", ["CONTACT_EMAIL", "SITE_URL", "CURRENT_PLAN"])
def test_a_page_of_other_settings_is_not_the_one_that_a_browser_has(client, settings, name) -> None:
    etag = client.get("/en/about/")["ETag"]
    setattr(settings, name, "nap1" if name == "CURRENT_PLAN" else "other@example.org")
    page = client.get("/en/about/", headers={"if-none-match": etag})
    assert (page.status_code, page["ETag"] != etag) == (200, True)


def test_a_page_of_another_version_is_not_the_one_that_a_browser_has(
    client, settings, tmp_path
) -> None:
    (tmp_path / "templates").mkdir()
    etags = []
    for words in ("one", "other"):
        (tmp_path / "templates" / "page.html").write_text(words)
        http.made_by.cache_clear()
        settings.BASE_DIR = tmp_path
        etags.append(client.get("/en/about/")["ETag"])
    http.made_by.cache_clear()
    assert etags[0] != etags[1]


def test_hundreds_of_queries_push_no_page_out(client: Client) -> None:
    client.get("/en/about/")
    pages: Any = caches["pages"]
    before = set(pages._cache)  # noqa: SLF001  nothing else shows what it holds
    for number in range(310):
        client.get(f"/en/about/?x={number}")
    assert set(pages._cache) == before  # noqa: SLF001


def test_a_large_page_is_not_kept(client: Client, make_plan, monkeypatch) -> None:
    monkeypatch.setattr("actions.views.http.LARGEST_KEPT", 10)
    client.get("/en/")
    pages: Any = caches["pages"]
    assert pages._cache == {}  # noqa: SLF001  nothing else shows what it holds


def test_somebody_signed_in_gets_fresh_pages(secretariat_client: Client) -> None:
    response = secretariat_client.get("/en/")
    assert "ETag" not in response


def test_public_pages_set_no_cookie(client: Client) -> None:
    for path in PATHS:
        assert client.get(f"/en/{path}").cookies == {}


def test_the_sitemap_lists_every_action_in_every_language(client: Client) -> None:
    xml = client.get("/sitemap.xml").content.decode()
    for language in LANGUAGES:
        assert f"<loc>http://testserver/{language}/plans/nap2/actions/64.1/</loc>" in xml
    assert xml.count("/en/plans/nap2/actions/22.1/</loc>") == 1
    assert 'hreflang="nl"' in xml


def test_search_engines_are_shown_the_sitemap(client: Client) -> None:
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_without_plans_the_site_says_so(client: Client) -> None:
    Responsibility.objects.all().delete()
    Action.objects.filter(parent__isnull=False).delete()
    Action.objects.all().delete()
    Section.objects.all().delete()
    Plan.objects.all().delete()
    assert "No plan yet" in text_of(client.get("/en/"))
    assert client.get("/ready/").status_code == 503
    assert client.get("/health/").status_code == 200


def test_an_address_with_a_thousand_parameters_is_refused_with_a_page(client: Client) -> None:
    for debug in (False, True):
        with override_settings(DEBUG=debug):
            response = client.get("/fr/plans/nap2/actions/?" + "&".join(["a"] * 1500))
        assert response.status_code == 400
        assert '<html lang="fr">' in response.content.decode()


def test_an_unknown_page_is_unknown_to_a_browser_that_asks_for_any_version_too(client) -> None:
    star = {"if-none-match": "*"}
    assert client.get("/en/plans/nap2/actions/999/", headers=star).status_code == 404
    client.get("/en/about/")
    assert client.get("/en/about/", headers=star).status_code == 304


def test_without_a_revision_no_page_is_kept(client: Client) -> None:
    Revision.objects.all().delete()
    assert "ETag" not in client.get("/en/")


def test_titles_sort_as_a_reader_expects(client: Client, nap2, make_plan) -> None:
    plan = make_plan(actions=5)
    titles = ["Zèle", "« Aube »", "Étude", "Eau", ""]
    for action, title in zip(plan.actions.order_by("position"), titles, strict=True):
        action.title_fr = title
        action.title_en = "" if not title else "x"
        service.save(action, by=None)
    found = listed(client.get("/fr/plans/test/actions/?sort=title"))
    assert found == ["2", "4", "3", "1", "5"]
    assert listed(client.get("/fr/plans/test/actions/?sort=-title")) == found[::-1]


@pytest.mark.postgresql
def test_filtering_keeps_the_sorting(client: Client) -> None:
    html = client.get("/en/plans/nap2/actions/?sort=-title&q=x").content.decode()
    assert '<input type="hidden" name="sort" value="-title">' in html


def test_a_filtered_part_brings_its_address_and_the_language_links(client: Client) -> None:
    address = "/fr/plans/nap2/actions/?q=&actor=&section=6&sort=-title"
    for _made_anew_then_kept in range(2):
        response = client.get(address, headers={"HX-Request": "true"})
        assert response["HX-Push-Url"] == "/fr/plans/nap2/actions/?section=6&sort=-title"
    html = response.content.decode()
    assert 'hx-swap-oob="innerHTML:#languages"' in html
    assert "/nl/plans/nap2/actions/?" in html
    assert 'actions.csv?section=6&amp;sort=-title"' in html


def test_a_list_with_a_hint_is_sent_whole_so_that_the_hint_goes(client: Client) -> None:
    assert "hx-get=" not in client.get("/en/plans/nap2/actions/?section=99").content.decode()
    assert "hx-get=" in client.get("/en/plans/nap2/actions/?section=9").content.decode()


def test_what_has_left_the_plan_is_gone_from_every_list_alike(client: Client, nap2) -> None:
    action = nap2.actions.get(label="5")  # the only actor is FISD
    action.valid_to = date(2026, 1, 31)
    service.save(action, by=None)
    for day, there in ((date(2026, 1, 31), True), (date(2026, 2, 1), False)):
        with time_machine.travel(day):
            assert ("5" in listed(client.get("/en/plans/nap2/actions/"))) is there
            rows = client.get("/en/plans/nap2/actions.json").json()["actions"]
            assert ("5" in [row["label"] for row in rows]) is there
            board = client.get("/en/").content.decode()
            assert ("/en/plans/nap2/actions/5/" in board) is there
            assert f"{67 if there else 66} actions" in text_of(client.get("/en/"))
            words = text_of(client.get("/en/plans/nap2/actors/fisd/"))
            assert f"{12 if there else 11} actions in this plan" in words
            theme = text_of(client.get("/en/plans/nap2/themes/due-diligence/"))
            assert ("Action Sharing knowledge" in theme) is there
            page = text_of(client.get("/en/plans/nap2/actions/5/"))
            assert ("This action stood in the plan until 31 January 2026." in page) is not there


@pytest.mark.postgresql
def test_a_responsibility_that_has_ended_is_gone_from_every_list_alike(client, nap2) -> None:
    held = Responsibility.objects.get(action__plan=nap2, action__label="5")
    held.valid_to = date(2026, 1, 31)
    service.save(held, by=None)
    with time_machine.travel(date(2026, 2, 1)):
        assert "5" not in listed(client.get("/en/plans/nap2/actions/?actor=fisd"))
        assert "5" not in listed(client.get("/en/plans/nap2/actions/?level=federal&section=1"))
        rows = client.get("/en/plans/nap2/actions.json?section=1").json()["actions"]
        assert next(row for row in rows if row["label"] == "5")["actors"] == []
        assert "11 actions in this plan" in text_of(client.get("/en/plans/nap2/actors/fisd/"))
        cell = client.get("/en/plans/nap2/actions/?section=1&q=sharing").content.decode()
        assert "none named" in cell


def renumber(label: str, *numbers: str) -> Action:
    """Give an action one number after another."""
    action = Action.objects.get(plan__slug="nap2", label=label)
    for number in numbers:
        action.label = number
        service.save(action, by=None)
    return action


def test_the_address_of_an_action_under_its_former_number_leads_to_it(client: Client) -> None:
    action = renumber("31", "131", "231")
    for former in ("31", "131"):
        response = client.get(f"/nl/plans/nap2/actions/{former}/")
        assert (response.status_code, response["Location"]) == (301, "/nl/plans/nap2/actions/231/")
        assert response["Cache-Control"] == "no-cache"
    asked = client.get("/nl/plans/nap2/actions/31/", {"year": "2025"})
    assert asked["Location"] == "/nl/plans/nap2/actions/231/?year=2025"
    assert client.get("/nl/plans/nap2/actions/999/").status_code == 404
    assert action.key == "31"


def test_a_number_that_several_actions_had_leads_to_the_last_of_them(client: Client) -> None:
    for label in ("40", "32", "38"):
        renumber(label, "131", f"2{label}")
    response = client.get("/nl/plans/nap2/actions/131/")
    assert response["Location"] == "/nl/plans/nap2/actions/238/"


def test_a_number_that_editions_know_an_action_by_stays_its_own(client: Client) -> None:
    renumber("31", "131")
    renumber("32", "31", "232")
    response = client.get("/nl/plans/nap2/actions/31/")
    assert response["Location"] == "/nl/plans/nap2/actions/131/"


def test_a_number_can_go_to_another_action_which_gets_a_key_of_its_own(client: Client) -> None:
    first = renumber("31", "131")
    second = Action.objects.get(plan__slug="nap2", label="32")
    second.key, second.label = "", "31"
    service.save(second, by=None)
    assert (first.key, second.key) == ("31", "31-2")
    assert client.get("/nl/plans/nap2/actions/31/").status_code == 200


def test_the_accessibility_statement_has_the_parts_of_the_european_model(client: Client) -> None:
    page = html.fromstring(client.get("/en/accessibility/").content).xpath("//main")[0]
    assert page.xpath(".//h2/text()") == [
        "Compliance status", "Non-accessible content", "Preparation of this statement",
        "Feedback and contact", "Enforcement procedure",
    ]  # fmt: skip
    assert len(page.xpath(".//h3")) == 3
    said = " ".join(page.text_content().split())
    assert "Body that runs this site: not set." in said
    assert "Prepared or last reviewed on: not set." in said
    assert page.xpath(".//h2[@id='feedback']/following-sibling::p[1]/a/@href") == [
        "/en/report-error/?page=%2Fen%2Faccessibility%2F"
    ]


@override_settings(SITE_OPERATOR="A ministry", ACCESSIBILITY_DATE="2026-12-01", CONTACT_EMAIL="")
def test_the_accessibility_statement_names_operator_and_day_where_they_are_set(client) -> None:
    said = " ".join(unescape(client.get("/en/accessibility/").content.decode()).split())
    assert "Body that runs this site: A ministry." in said
    assert "Prepared or last reviewed on: 1 December 2026." in said
