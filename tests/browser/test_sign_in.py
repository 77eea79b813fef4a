"""Signing in, in a real browser: by code, then with a passkey, under the site's own rules."""

import re
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.test_site import faults
from tests.issuer import Issuer

pytestmark = pytest.mark.browser

EMAIL = "first@example.org"


def letter(mailbox: Path, pattern: str) -> str:
    """Return what a pattern finds in the newest letter that has it."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for path in sorted(mailbox.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True):
            raw = path.read_bytes().split(b"\n" + b"-" * 79)[0]
            body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
            if body and (found := re.search(pattern, body.get_content(), re.MULTILINE)):
                path.unlink()
                return found[1]
        time.sleep(0.2)
    raise AssertionError(f"no letter with {pattern}")


def check(page: Page, *, is_wide_too: bool = True) -> None:
    """Hold the page in front of us to the rules of accessibility, narrow and wide.

    Where it is narrow only, that nothing scrolls sideways is looked at in both widths all the same.
    """
    for width in (320, 1280):
        # So tall that what sticks to the edge covers nothing: people scroll from under it.
        page.set_viewport_size({"width": width, "height": 8000})
        page.wait_for_load_state("load")
        if width == 320 or is_wide_too:
            assert faults(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def give_device(page: Page) -> None:
    """Plug a device in that keeps passkeys and always says yes."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_the_first_of_the_secretariat_signs_in_and_adds_a_passkey(
    chromium, site: str, mailbox: Path
) -> None:
    home = site.replace("127.0.0.1", "localhost")  # passkeys need a name
    page = chromium.new_context().new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    give_device(page)

    page.goto(f"{home}/en/secretariat/members/")
    check(page)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_role("button", name="Send me a code").click()
    check(page)
    page.get_by_label("Code from the e-mail").fill(letter(mailbox, r"^ {4}(\S+)$"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{home}/en/account/second-factor/")
    check(page)
    page.get_by_role("link", name="Add an authenticator app").click()
    check(page)
    page.go_back()
    page.get_by_role("link", name="Add a passkey").click()
    check(page)
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/codes/")
    check(page)
    page.goto(f"{home}/en/secretariat/members/")
    check(page)
    page.goto(f"{home}/en/desk/profile/")
    check(page)

    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{home}/en/account/sign-in/?next=/en/secretariat/members/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{home}/en/secretariat/members/")
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_way_by_a_provider_leads_there_and_back(
    chromium, site: str, issuer: Issuer, *, has_scripts: bool
) -> None:
    """A browser follows no redirect to another host in answer to a form: here is none."""
    issuer.claims = {"email": "gov@example.org", "email_verified": True, "acr": "level-2"}
    page = chromium.new_context(java_script_enabled=has_scripts).new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(f"{site}/en/secretariat/members/")
    page.get_by_role("button", name="Sign in with Gov ID").click()
    page.wait_for_url(f"{site}/en/secretariat/members/")
    page.goto(f"{site}/en/desk/profile/")
    page.get_by_text("You show it at Gov ID.").wait_for()
    if has_scripts:
        check(page)
        page.get_by_role("link", name="Remove the link").click()
        check(page)
    assert complaints == []
    page.context.close()


def test_who_was_not_invited_is_told_so_by_a_page_of_the_site(
    chromium, site: str, issuer: Issuer
) -> None:
    issuer.claims = {"sub": "2", "email": "stranger@example.org", "email_verified": True}
    page = chromium.new_context().new_page()
    page.goto(f"{site}/en/account/sign-in/")
    page.get_by_role("button", name="Sign in with Gov ID").click()
    page.get_by_text("Only invited people can sign in.").wait_for()
    check(page)
    page.context.close()


def test_a_passkey_that_is_not_there_is_told_on_the_page(chromium, site: str) -> None:
    page = chromium.new_context().new_page()
    page.goto(f"{site}/en/account/sign-in/")  # 127.0.0.1: no passkey can be there
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("Passkeys do not work at an IP address.").wait_for()
    page.context.close()
