"""The site in a real browser: accessible, narrow, by keyboard, with and without JavaScript."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.levels import first_of_all

pytestmark = pytest.mark.browser

LANGUAGES = ("nl", "fr", "de", "en")
PATHS = (
    "",
    "plans/nap1/",
    "plans/nap2/actions/",
    "plans/nap2/actions/?section=99&actor=fisd",
    "plans/nap2/actions/?q=zzzz",
    "plans/nap2/actions/7/",
    "plans/nap2/actions/10/",
    "plans/nap2/actions/22.1/",
    "plans/nap1/actions/13/",
    "plans/nap1/actions/18/",
    "plans/nap2/actors/",
    "plans/nap2/actors/fps-foreign/",
    "plans/nap2/themes/",
    "plans/nap1/themes/public-procurement/",
    "plans/nap2/sections/7/",
    "plans/nap2/pillars/3/",
    "plans/nap2/sdgs/8/",
    "about/",
    "method/",
    "accessibility/",
    "data/",
    "privacy/",
    "report-error/?page=/en/plans/nap2/actions/22.1/",
    "report-error/?page=/en/about/&sent=yes",
)
# Tables that are wider than what holds them, where that does not scroll by itself.
RUNNING_OVER = """
[...document.querySelectorAll("table")]
    .filter((table) => table.offsetWidth > table.parentElement.clientWidth + 1)
    .filter((table) => getComputedStyle(table.parentElement).overflowX === "visible")
    .map((table) => table.textContent.trim().slice(0, 60))
"""
# How much of a page moved, as a share of the window times that of the way.
MOVED = """
() => new Promise((done) => {
    let sum = 0;
    const count = (list) => list.getEntries().forEach((one) => { sum += one.value; });
    new PerformanceObserver(count).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 500);
})
"""
MOST_MOVED = 0.05  # one line that breaks elsewhere moves 0.02 of a telephone
RULES = {
    "resultTypes": ["violations"],  # what is in order need not be described node by node
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}


def faults(page) -> list[str]:
    """Return what axe finds, a line a fault, and the tables that run over their column."""
    wide = [f"runs over its column: {caption}" for caption in page.evaluate(RUNNING_OVER)]
    found = Axe().run(page, options=RULES).response["violations"]
    return wide + [
        f"{violation['id']}: {node['target']} {node['failureSummary'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", first_of_all(LANGUAGES, ["nl"]))
def test_every_kind_of_page_is_accessible_and_never_scrolls_sideways(
    open_page, language: str, width: int
) -> None:
    page = open_page(f"/{language}/", width)
    home = page.url
    for path in PATHS:
        page.goto(home + path)
        assert faults(page) == [], (language, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (language, path)


def test_the_page_for_an_unknown_address_is_accessible(chromium, site: str) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/de/plans/nap2/actions/999/")
    assert faults(page) == []
    context.close()


def test_text_at_twice_its_size_still_fits(open_page) -> None:
    page = open_page("/de/plans/nap2/actions/10/", 640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_the_first_tab_stop_skips_to_the_content(open_page) -> None:
    page = open_page("/fr/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    assert page.locator(".skip-link").is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_tile_leads_to_its_action_by_keyboard(open_page) -> None:
    page = open_page("/en/")
    page.locator(".tile[href$='/22.1/']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/plans/nap2/actions/22.1/")
    assert page.locator("h1").inner_text().startswith("22.1")


def test_a_filter_narrows_the_list_at_once_and_stands_in_the_address(open_page) -> None:
    page = open_page("/nl/plans/nap2/actions/")
    page.locator(".filters-more summary").click()
    page.get_by_label("Sectie").select_option("7")
    page.wait_for_url("**section=7**")
    page.locator(".results-count", has_text="5 acties").wait_for()
    assert page.locator(".list-table tbody tr").count() == 5
    assert "section=7" in (page.get_by_role("link", name="CSV").get_attribute("href") or "")
    page.go_back()
    page.locator(".results-count", has_text="67 acties").wait_for()


def test_typing_in_the_search_narrows_the_list(open_page) -> None:
    page = open_page("/en/plans/nap2/actions/")
    page.get_by_label("Words or number").press_sequentially("forced")
    page.locator(".results-count", has_text="1 action").wait_for()
    assert page.get_by_role("status").inner_text() == "1 action"
    assert page.locator(".list-table tbody tr").count() == 1


def test_the_filters_work_without_javascript(open_page) -> None:
    page = open_page("/en/plans/nap2/actions/", scripts=False)
    page.locator(".filters-more summary").click()
    page.get_by_label("Section").select_option("15")
    page.get_by_role("button", name="Show").click()
    assert page.locator(".results-count").inner_text() == "4 actions"


def test_the_language_switch_keeps_the_page(open_page) -> None:
    page = open_page("/en/plans/nap2/actions/41/?x=1")
    page.locator(".language-nav a[hreflang=de]").click()
    page.wait_for_url("**/de/plans/nap2/actions/41/?x=1")
    assert page.evaluate("document.documentElement.lang") == "de"


@pytest.mark.parametrize("width", [412, 1280])
def test_nothing_moves_when_the_letters_come(chromium, site: str, width: int) -> None:
    for path in ("nl/", "fr/plans/nap2/actions/", "de/plans/nap2/actions/22/", "nl/method/"):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        page.route("**/*.woff2", late)
        page.goto(f"{site}/{path}")
        came = page.evaluate("[...document.fonts].filter((one) => one.status === 'loaded').length")
        assert came > 1
        assert page.evaluate(MOVED) <= MOST_MOVED, path
        context.close()


def late(route) -> None:
    """Let a file come late, as over a slow line."""
    time.sleep(0.3)
    route.continue_()


def test_pages_print_without_menus(open_page) -> None:
    page = open_page("/en/plans/nap2/actions/41/")
    page.emulate_media(media="print")
    assert not page.locator(".site-nav").is_visible()
    assert page.locator("h1").is_visible()


def test_static_files_are_served_with_their_fingerprint_and_kept_for_long(open_page) -> None:
    page = open_page("/en/")
    address = page.locator("link[rel=stylesheet]").last.get_attribute("href")
    response = page.request.get(page.url.split("/en/")[0] + (address or ""))
    assert response.ok
    assert "immutable" in response.headers["cache-control"]


def test_the_administration_asks_to_sign_in(open_page, site: str) -> None:
    page = open_page("/admin/")
    assert page.url == f"{site}/en/account/sign-in/?next=/admin/"
    assert page.get_by_label("E-mail address").is_visible()
