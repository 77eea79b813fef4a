"""A whole year in the browser: invite, sign in, write, submit, return, resubmit, accept, close."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.conftest import PATIENCE
from tests.browser.test_sign_in import check
from tests.levels import first_of_all

pytestmark = pytest.mark.browser
TODAY = date.today()  # noqa: DTZ011  the browser and the server share the clock
SECONDS_FOR_A_LETTER = 20
# The members' languages; both may be played on one site, and a plan has one round a year.
YEARS = {"nl": 2025, "fr": 2026}


def letters(mailbox: Path, address: str) -> list[str]:
    """Return the texts of the letters to an address, oldest first."""
    found = []
    for path in sorted(mailbox.iterdir(), key=lambda p: p.stat().st_mtime_ns):
        for raw in re.split(rb"-{79}\n", path.read_bytes()):
            message = message_from_bytes(raw, policy=policy.default)
            if address in str(message.get("To", "")):
                body = message.get_body(("plain",))
                found.append(body.get_content() if body else "")
    return found


def newest(mailbox: Path, address: str, pattern: str, after: int = 0) -> str:
    """Wait for a letter that came after so many others, and return what a pattern finds in it."""
    end = time.monotonic() + SECONDS_FOR_A_LETTER
    while time.monotonic() < end:
        there = letters(mailbox, address)
        if len(there) > after and (match := re.search(pattern, there[-1])):
            return match[1]
        time.sleep(0.2)
    raise AssertionError(f"no letter to {address}: {letters(mailbox, address)}")


def one_time_code(secret: str) -> str:
    """Return what an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def is_fault(said: ConsoleMessage) -> bool:
    """Tell whether a browser complains of anything but that a connection or a session ended."""
    # Of a connection that ended htmx says that it ended, and the browser why.
    lost = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    ended = (*lost, "status of 401", "Code 401")
    return said.type == "error" and not any(one in said.text for one in ended)


@pytest.fixture
def person(chromium: Browser, site: str) -> Iterator:
    """A factory of people's browsers; complaints of a browser fail the test."""
    contexts, complaints = [], []

    def make() -> Page:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-GB"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: complaints.append(m.text) if is_fault(m) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def enrol(page: Page) -> None:
    """Add an authenticator app, as the secretariat must."""
    page.get_by_role("link", name=re.compile("authenticator app", re.IGNORECASE)).first.click()
    secret = page.locator("code.secret").inner_text().strip()
    page.locator('input[name="code"]').fill(one_time_code(secret))
    page.get_by_role("button", name="Add the app").click()
    page.wait_for_url("**/second-factor/**")


def sign_in(page: Page, site: str, mailbox: Path, address: str) -> None:
    """Sign in with a code that comes by e-mail."""
    before = len(letters(mailbox, address))
    page.goto(f"{site}/en/account/sign-in/")
    page.locator('input[name="email"]').fill(address)
    page.get_by_role("button", name=re.compile("code", re.IGNORECASE)).first.click()
    page.wait_for_url("**/sign-in/code/**")
    code = newest(mailbox, address, r"(?m)^\s*([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\s*$", before)
    page.locator('input[name="code"]').fill(code)
    page.get_by_role("button", name="Sign in").first.click()


def invite(page: Page, site: str, address: str, actor: str, role: str) -> None:
    """Invite somebody, as the secretariat."""
    page.goto(f"{site}/en/secretariat/members/")
    page.locator('input[name="email"]').fill(address)
    actors = page.locator("form select[name=actor]").last
    actors.select_option(label=actors.locator("option", has_text=actor).first.inner_text())
    page.locator("form select[name=role]").last.select_option(role)
    page.locator("form select[name=language]").last.select_option("en")
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_text(address).first.wait_for()


def join(page: Page, site: str, mailbox: Path, address: str, name: str) -> None:
    """Follow the invitation that came by e-mail."""
    path = newest(mailbox, address, r"https?://[^/\s]+(/\S*invitation/\S+)")
    page.goto(site + path)
    page.locator('input[name="name"]').fill(name)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/desk/**")


def plan_and_open_round(page: Page, site: str, year: int) -> None:
    """Plan a round whose deadline is in twelve days, and open it."""
    page.goto(f"{site}/en/secretariat/rounds/new/")
    page.locator("#id_year").fill(str(year))
    for field, day in (
        ("reference_date", date(year, 12, 31)),
        ("opens_on", TODAY),
        ("deadline", TODAY + timedelta(days=12)),
        ("closes_on", TODAY + timedelta(days=40)),
    ):
        page.locator(f"#id_{field}").fill(day.isoformat())
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("link", name=re.compile("^Open the round")).click()
    page.get_by_role("button", name="Open the round").click()
    page.wait_for_url(re.compile(r"/secretariat/rounds/\d+/$"))


class Keys:
    """A keyboard that counts, and says where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, key: str) -> str:
        """Press a key; a key held with another one counts as two. Return what has the focus."""
        self.count += 1 + key.count("+")
        self.page.keyboard.press(key)
        return str(
            self.page.evaluate(
                "(() => { const a = document.activeElement;"
                " return `${a.tagName} ${a.name || ''} ${a.getAttribute('href') || ''}` })()"
            )
        )

    def until(self, key: str, wanted: str) -> None:
        """Press a key until the focus is on something."""
        for _turn in range(40):
            if wanted in self.press(key):
                return
        raise AssertionError(f"{wanted} was not reached")


def write_with_the_keyboard(page: Page, site: str) -> int:
    """Write and submit the first entry of the desk; return how many keys that took."""
    page.goto(f"{site}/en/desk/")
    keys = Keys(page)
    keys.press("Tab")
    keys.press("Enter")  # skips to the content
    keys.until("Tab", "/desk/entries/")
    keys.count += 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/entries/**")
    keys.press("Tab")
    keys.press("Enter")  # skips to the form
    keys.until("Tab", "INPUT status")
    keys.press("ArrowDown")
    keys.until("Tab", "TEXTAREA done")
    page.keyboard.type("The order was adopted on 14 March and applies to all new contracts.")
    page.locator("#save-state .saved").wait_for()
    assert re.fullmatch(r"✓ Draft saved \d\d:\d\d", page.locator("#save-state").inner_text())
    keys.count += 2
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.get_by_text("This entry has been submitted; thank you.").wait_for()
    return keys.count


def sign_out_behind(page: Page, site: str, mailbox: Path, address: str) -> None:
    """End the session of somebody who writes, try to send, and sign in again in another window."""
    written = page.locator("#id_done").input_value()
    page.context.set_offline(True)
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Not sent: no connection.").wait_for()
    page.context.set_offline(False)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Not sent: you are signed out.").wait_for()
    assert page.locator("#id_done").input_value() == written
    other = page.context.new_page()
    sign_in(other, site, mailbox, address)
    other.wait_for_url("**/desk/**")
    other.close()


def look(page: Page, site: str, *paths: str) -> None:
    """Hold pages to the rules of accessibility, in every run where they are narrow."""
    for path in paths:
        page.goto(site + path)
        check(page, is_wide_too=site.endswith("/fr"))


def number_in(address: str, part: str) -> str:
    """Return the number that follows a part of an address."""
    found = re.search(rf"/{part}/(\d+)/", address)
    assert found is not None, address
    return found[1]


@pytest.mark.parametrize("language", first_of_all(YEARS, ["nl"]))
def test_a_year_from_the_invitation_to_the_close(site, mailbox, person, language) -> None:
    year, spoken = YEARS[language], f"{site}/{language}"
    secretariat, reviewer, contributor = person(), person(), person()
    sign_in(secretariat, site, mailbox, f"year-{language}@example.org")
    secretariat.wait_for_url("**/second-factor/**")
    enrol(secretariat)
    plan_and_open_round(secretariat, site, year)
    invite(secretariat, site, f"reviewer-{language}@example.org", "FPS Foreign Affairs", "reviewer")
    invite(
        secretariat, site, f"writer-{language}@example.org", "Brussels Environment", "contributor"
    )

    join(contributor, site, mailbox, f"writer-{language}@example.org", "Contributor of a test")
    assert write_with_the_keyboard(contributor, site) <= 25
    entry = number_in(contributor.url, "entries")

    join(reviewer, site, mailbox, f"reviewer-{language}@example.org", "Reviewer of a test")
    look(contributor, spoken, "/desk/", f"/desk/entries/{entry}/", "/desk/profile/")

    reviewer.goto(f"{site}/en/secretariat/review/{entry}/")
    reviewer.get_by_text("Comments on single fields").click()
    reviewer.locator("#id_comment_done").fill("Could you name the order?")
    reviewer.get_by_role("button", name="Return with the comments").click()
    reviewer.get_by_text(re.compile(r"Returned: \d")).first.wait_for()

    contributor.goto(f"{site}/en/desk/entries/{entry}/")
    contributor.get_by_text("Could you name the order?").first.wait_for()
    look(contributor, spoken, f"/desk/entries/{entry}/", f"/desk/entries/{entry}/versions/1/")
    contributor.goto(f"{site}/en/desk/entries/{entry}/")
    contributor.locator("#id_done").fill("The order on **public procurement** was adopted.")
    contributor.get_by_role("button", name="Preview").click()
    assert contributor.locator("#preview strong").inner_text() == "public procurement"
    sign_out_behind(contributor, site, mailbox, f"writer-{language}@example.org")
    contributor.get_by_role("button", name="Submit").click()
    contributor.get_by_text("This entry has been submitted; thank you.").wait_for()

    reviewer.goto(f"{site}/en/secretariat/review/{entry}/")
    assert reviewer.locator("ins").first.is_visible()
    look(reviewer, spoken, "/secretariat/review/", f"/secretariat/review/{entry}/")
    reviewer.goto(f"{site}/en/secretariat/review/{entry}/")
    reviewer.get_by_role("button", name="Accept").click()
    reviewer.get_by_text("Accepted:").first.wait_for()

    secretariat.goto(f"{site}/en/secretariat/rounds/")
    secretariat.get_by_role("link", name=re.compile(str(year))).first.click()
    secretariat.get_by_role("link", name=re.compile("^Close")).first.click()
    secretariat.get_by_role("button", name=re.compile("^Close")).click()
    secretariat.get_by_text("Closed").first.wait_for()

    number = number_in(secretariat.url, "rounds")
    look(
        secretariat, spoken, "/secretariat/rounds/", f"/secretariat/rounds/{number}/",
        f"/secretariat/rounds/{number}/expected/", "/secretariat/members/", "/secretariat/letters/",
        f"/desk/rounds/nap2/{year}/", f"/desk/rounds/nap2/{year}/actions/24/",
        f"/secretariat/reports/{number}/", f"/secretariat/reports/{number}/translations/",
        f"/secretariat/reports/{number}/chapters/foreword/0/",
        f"/secretariat/reports/{number}/freeze/", f"/desk/rounds/nap2/{year}/draft/",
    )  # fmt: skip

    contributor.goto(f"{site}/en/desk/")
    contributor.get_by_text("Nothing to write now: no round is open.").wait_for()
    contributor.get_by_role("button", name="Sign out").click()
    contributor.goto(f"{site}/en/desk/")
    assert "/account/sign-in/" in contributor.url
