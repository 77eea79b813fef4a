"""The report's page in a real browser, under the strictest policy that a server can send."""

import dataclasses
import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Browser, Page

from document import content
from document.snapshot import LANGUAGES, Snapshot, Text
from document.writers import html
from tests.browser.test_site import faults
from tests.levels import first_of_all
from tests.reports.specimen import NASTY, action, entry, every, full, overridden, specimen
from tests.reports.tokens import replaced

pytestmark = pytest.mark.browser

ADDRESS = "https://report.invalid/"


@pytest.fixture
def open_report(chromium: Browser) -> Iterator[Any]:
    """Return a function that opens a report; a complaint or a request fails the test."""
    contexts, complaints = [], []

    def open_report(snapshot: Snapshot, language: str, width: int = 1280) -> Page:
        written = html.write(content.report(snapshot, language))
        policy = (
            f"default-src 'none'; img-src data:; style-src {html.style_hash(written)}; "
            f"script-src {html.script_hash(written)}"
        )
        context = chromium.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: complaints.append(r.url) if r.url != ADDRESS else None)
        headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
        page.route(ADDRESS, lambda route: route.fulfill(body=written, headers=headers))
        page.goto(ADDRESS)
        return page

    yield open_report
    for context in contexts:
        context.close()
    assert [one for one in complaints if not one.startswith("data:")] == []


def nasty() -> Snapshot:
    """Return a draft with an override and with texts that break what can be broken."""
    given = specimen(9, edition=0)
    titles = dict.fromkeys(LANGUAGES, NASTY)
    long = "Ein Satz. " * 400 + "W" * 200
    said = entry(1, "actor-1", 60, "discontinued")
    said.texts["results"] = Text("de", long)
    given = replaced(given, 0, override=overridden(given))
    return replaced(given, 1, titles=titles, why=titles, entries=(said,), period_text="x" * 200)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", first_of_all(LANGUAGES, ["nl"]))
def test_the_report_is_accessible_and_never_scrolls_sideways(
    open_report, language: str, width: int
) -> None:
    page = open_report(nasty(), language, width)
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.click()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_look_is_allowed_by_the_hash(open_report) -> None:
    page = open_report(specimen(3), "nl")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(247, 245, 240)"


def test_the_contents_stay_at_the_side_and_fold_on_a_narrow_screen(open_report) -> None:
    wide = open_report(specimen(24), "en")
    wide.locator("#action-5").scroll_into_view_if_needed()
    assert wide.locator(".contents-wide").is_visible()
    assert wide.locator(".contents-wide a", has_text="Key figures").is_visible()
    assert not wide.locator(".contents-narrow").is_visible()
    narrow = open_report(specimen(24), "en", 320)
    assert not narrow.locator(".contents-wide").is_visible()
    assert not narrow.locator(".contents-narrow a").first.is_visible()
    narrow.locator(".contents-narrow summary").click()
    narrow.locator(".contents-narrow a", has_text="Key figures").click()
    assert narrow.url.endswith("#figures")


def test_a_button_copies_how_to_cite_an_action_and_says_so(open_report) -> None:
    page = open_report(specimen(24), "en")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cited = page.locator(".cited").first
    cited.locator("summary").click()
    cited.get_by_role("button", name="Copy").click()
    cited.get_by_text("Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == cited.locator("p").inner_text()
    assert page.evaluate("getSelection().toString()").strip() == text
    assert faults(page) == []


def test_a_permalink_leads_to_its_action_below_the_mark(open_report) -> None:
    page = open_report(specimen(24), "fr")
    page.emulate_media(reduced_motion="reduce")
    page.locator("#action-7 a").click()
    top = page.locator("#action-7").bounding_box()["y"]
    mark = page.locator(".marks").bounding_box()
    assert mark["y"] == 0
    assert mark["height"] <= top < 300


def test_print_shows_the_tables_of_the_charts_and_no_folded_contents(open_report) -> None:
    page = open_report(specimen(24), "de")
    page.emulate_media(media="print")
    assert page.locator(".figures-table").first.is_visible()
    assert not page.locator(".contents-narrow").is_visible()
    assert page.locator(".contents-wide").is_visible()


@pytest.mark.parametrize(
    "what",
    [
        "h2", ".chapter > h3", ".chapter h3 a.number", ".chart figcaption", ".action h4 .number",
        ".entry h5", ".entry .status-line", ".entry .text-label",
    ],
)  # fmt: skip
def test_on_paper_no_head_is_parted_from_what_it_heads(open_report, what: str) -> None:
    page = open_report(specimen(24), "nl")
    page.emulate_media(media="print")
    assert page.locator(what).first.evaluate("e => getComputedStyle(e).breakAfter") == "avoid"
    if what != ".entry .text-label":
        inner = "e => getComputedStyle(e.closest('h2, h3, h4, h5') || e).breakInside"
        assert page.locator(what).first.evaluate(inner) == "avoid"


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_a_key_figure_stays_on_one_line_within_its_column(open_report, width: int) -> None:
    numbers = open_report(specimen(100), "nl", width).locator(".figures .unbroken")
    assert numbers.count() >= 4
    fits = """all => all.map(e => [
        e.getClientRects().length, e.offsetWidth <= e.parentElement.clientWidth])"""
    assert numbers.evaluate_all(fits) == [[1, True]] * numbers.count()


def test_on_paper_no_table_is_cut(open_report) -> None:
    page = open_report(specimen(24, edition=0), "nl", 665)  # as wide as the text of a page
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 665
    wide = "[...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().right)"
    assert max(page.evaluate(wide)) <= 665


def test_the_summary_alone_prints_on_two_pages(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(html.write(content.short(full(200, edition=0), "nl")))
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as printed:
        assert len(printed.pages) == 2
    page.close()


BROKEN = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    if (!node.parentElement.offsetParent) continue;
    if (node.parentElement.closest('.unseen, .address, thead, svg, style')) continue;
    // Words, not the parts of an address.
    for (const word of node.data.matchAll(/(?<=^|\\s)\\p{L}{6,}(?=$|[\\s,;.)])/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found;
}"""


@pytest.mark.parametrize("width", [320, 1280])
def test_no_word_of_a_title_or_a_name_breaks(open_report, width: int) -> None:
    long = every("In het kader van de ontwikkelingssamenwerking")
    given = specimen(24)
    sections = tuple(dataclasses.replace(one, titles=long) for one in given.sections)
    actors = tuple(dataclasses.replace(one, names=long) for one in given.actors)
    page = open_report(dataclasses.replace(given, sections=sections, actors=actors), "nl", width)
    assert page.evaluate(BROKEN) == []
    boxes = page.locator(".figure-number").evaluate_all(
        "all => all.map(one => one.textContent.split(' ')[0])"
    )
    assert boxes
    assert all("\u00a0" in box for box in boxes)


def test_the_empty_report_is_accessible(open_report) -> None:
    given = specimen(
        0, actions=(action(1, (), titles={"nl": "Alleen Nederlands"}),), chapters=(), figures=()
    )
    assert faults(open_report(given, "de", 320)) == []
