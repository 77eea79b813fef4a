"""The form for errors in a real browser: a proof found meanwhile, a text that stays, no scripts."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PAGE = "/en/report-error/?page=/en/plans/nap2/actions/22.1/"
HAS_PROOF = "document.querySelector('[name=proof]').value !== ''"
A_MOMENT = 3_100  # milliseconds; who is quicker is asked to look again


def send(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Send the message").click()


def test_a_message_goes_at_once_and_stays_in_the_page_until_then(open_page) -> None:
    page = open_page(PAGE)
    page.get_by_label("What is wrong?").fill("x" * 2_800)
    expect(page.locator(".count")).to_have_text("2800 of 3000 characters")
    page.locator(".language-nav a[hreflang=fr]").click()
    page.wait_for_url("**/fr/report-error/**")
    page.locator(".language-nav a[hreflang=en]").click()
    page.wait_for_url("**/en/report-error/**")
    field = page.get_by_label("What is wrong?")
    expect(field).to_have_value("x" * 2_800)
    field.fill("The year is wrong.")
    page.wait_for_function(HAS_PROOF)
    page.wait_for_timeout(A_MOMENT)
    send(page)
    page.wait_for_url("**&sent=yes")
    assert page.evaluate("document.activeElement.textContent") == "Thank you"
    page.get_by_role("link", name="Back to the page").click()
    page.get_by_role("link", name="Report an error on this page").click()
    expect(page.get_by_label("What is wrong?")).to_have_value("")


def test_without_scripts_it_is_shown_once_more_and_then_goes(open_page) -> None:
    page = open_page(PAGE, scripts=False)
    page.get_by_label("What is wrong?").fill("The year is wrong, without scripts.")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Your message is not sent yet.")
    expect(page.get_by_label("What is wrong?")).to_have_value("The year is wrong, without scripts.")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")


def test_a_refused_form_says_so_first(open_page) -> None:
    page = open_page(PAGE)
    send(page)
    page.wait_for_load_state()
    said = page.evaluate("document.activeElement.textContent")
    assert "This could not be sent yet" in said
    assert "Write what is wrong on the page." in said
