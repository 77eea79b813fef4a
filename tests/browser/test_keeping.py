"""Nothing that somebody types is lost, on any form with texts: in Chromium, whatever goes wrong."""

import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import override_settings
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from serving import serving

from tests import databases, standing_site
from tests.browser.conftest import PATIENCE
from tests.browser.test_year import is_fault
from tests.levels import first_of_all
from tests.test_keeping import CHAPTER, FORMS

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
WORDS = "5*3*2 Bürger*innen, „Zitat“ <b>"
REOPENING = "/en/desk/entries/{carried}/"
ALL = FORMS | {REOPENING: ("secretariat", "reason")}
# The administration speaks one language at a time, and offers no other.
SPOKEN = tuple(path for path in ALL if path.startswith("/en/"))
NOTHING_HELD = "() => !Object.keys(localStorage).some((key) => key.startsWith('unsaved:'))"
# Tried in every run: what saves itself, what makes something, what changes something.
KEPT = (
    "/en/desk/entries/{draft}/", CHAPTER, "/en/desk/rounds/small/2025/draft/",
    "/admin/actions/action/{row}/change/",
)  # fmt: skip


class Standing(NamedTuple):
    """A site with something in every state, served as in production, and who is signed in.

    ``restore`` puts back what stood in its database at the beginning.
    """

    address: str
    site: standing_site.Site
    restore: Callable[[], None]


@contextmanager
def beside_playwright() -> Iterator[None]:
    """Let Django work beside the loop that Playwright keeps in this thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="module")
def standing(
    stages: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Standing]:
    """Serve the standing site with gunicorn."""
    folder = tmp_path_factory.mktemp("standing")
    with (
        beside_playwright(),
        django_db_blocker.unblock(),
        stages.store(standing_site.build, folder) as built,
    ):
        # With the key of the tests no site would start.
        key = secrets.token_urlsafe(60)
        with override_settings(SECRET_KEY=key):
            sessions = {
                role: standing_site.session(built.scene.people[role]) for role in built.sessions
            }
        database = str(connection.settings_dict["NAME"])
        untouched = folder / "untouched.sqlite3"
        copy_database(database, untouched)
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        env = {k: v for k, v in os.environ.items() if k != "DEBUG"} | {
            "SECRET_KEY": key,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "INSECURE_HTTP": "1",
            "DATABASE_URL": databases.address(database),
            "STATIC_ROOT": str(folder / "static"),
        }
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run(collect, cwd=ROOT, env=env, check=True)
        with closing(listener), serving(listener, env, "--workers", "1"):
            yield Standing(
                f"http://127.0.0.1:{port}",
                replace(built, sessions=sessions),
                lambda: copy_database(untouched, database),
            )


def copy_database(source: str | Path, target: str | Path) -> None:
    """Make a database of SQLite hold what another does, whoever else uses it meanwhile."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


@pytest.fixture
def browser_of(chromium: Browser, standing: Standing) -> Iterator[Any]:
    """A factory of browsers in which somebody is signed in; complaints of one fail the test.

    What a test before submitted or whom it signed out is as it was.
    """
    standing.restore()
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(role: str, *, scripts: bool = True) -> Page:
        context = chromium.new_context(java_script_enabled=scripts, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        sign_in(context, standing, role)
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("console", lambda said: complaints.append(said.text) if is_told(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def is_told(said: Any) -> bool:
    """Tell whether a browser complains of anything but the answers that these tests provoke."""
    provoked = re.search(r"(status of|Error Code) (401|403|409|422|502)", said.text)
    return is_fault(said) and provoked is None


def sign_in(context: BrowserContext, standing: Standing, role: str) -> None:
    """Give a browser the session of somebody."""
    key = standing.site.sessions[role]
    context.add_cookies([{"name": "sessionid", "value": key, "url": standing.address}])


def rotate_token(context: BrowserContext, standing: Standing) -> None:
    """Do to the token of forms what signing in in another window does."""
    cookie = {"name": "csrftoken", "value": "k" * 32, "url": standing.address}
    context.add_cookies([cookie])  # type: ignore[list-item]


def own_form(page: Page, name: str) -> tuple[Locator, Locator]:
    """Return the field of a form with a mark, and its button; what is folded is opened."""
    form = page.locator("main form:has(input[name=mark][data-address])").first
    field = form.locator(f"[name={name}], [name$='-{name}']").first
    field.wait_for(state="attached")
    folded = page.locator("main details:not([open]):has([data-address]) > summary")
    if folded.count():
        folded.first.click()
    ways = ("button[value=submit], button[value=return]", ".button", "[type=submit]")
    return field, next(form.locator(way).first for way in ways if form.locator(way).count())


def provoke(page: Page, button: Locator, field: Locator) -> None:
    """Press the button where nothing can be sent: the page says why, and keeps the text."""
    page.locator(".not-sent").evaluate_all("all => all.forEach(one => one.remove())")
    button.click()
    page.locator(".not-sent").first.wait_for()
    assert field.input_value() == WORDS


@pytest.mark.parametrize("path", first_of_all(ALL, KEPT, pytest.mark.proof))
def test_a_text_survives_whatever_goes_wrong_while_it_is_sent(standing, browser_of, path) -> None:
    role, name = ALL[path]
    address = standing.address + standing.site.fill(path).replace("/en/", "/nl/")
    page = browser_of(role)
    page.goto(address)
    field, button = own_form(page, name)
    field.fill(WORDS)
    # Offline; a server that is just starting again; signed out.
    page.context.set_offline(True)
    provoke(page, button, field)
    page.context.set_offline(False)
    page.route("**/desk/signed-in/", lambda route: route.fulfill(status=502))
    provoke(page, button, field)
    page.unroute("**/desk/signed-in/")
    page.context.clear_cookies(name="sessionid")
    provoke(page, button, field)
    # Signed in again in another window, with another token; two tabs; Back.
    sign_in(page.context, standing, role)
    rotate_token(page.context, standing)
    field.press("End")
    field.type(" ")
    field.fill(WORDS)
    page.goto(f"{standing.address}/nl/desk/")
    page.go_back()
    there(page, name, address)
    other = page.context.new_page()
    other.goto(address)
    there(other, name, address)
    other.close()
    # Twice in a row: once for the server, and no error.
    field, button = own_form(page, name)
    if field.input_value() != WORDS:
        field.fill(WORDS)
    rotate_token(page.context, standing)
    button.dblclick()
    page.wait_for_load_state("load")
    assert page.locator("h1").inner_text() != ""
    assert page.locator(".not-sent").count() == 0


def there(page: Page, name: str, address: str) -> None:
    """Find the text on a page that was opened anew: in its form, or offered there."""
    # What this browser alone had is handed to the server first, and the page loads again.
    page.wait_for_function(NOTHING_HELD)
    page.wait_for_load_state("networkidle")
    if page.locator(".unsaved a[href$='?unsaved=use']").count():
        page.goto(f"{address}?unsaved=use")
    assert own_form(page, name)[0].input_value() == WORDS


@pytest.mark.parametrize("path", first_of_all(ALL, KEPT[1:2], pytest.mark.proof))
def test_without_scripts_a_text_comes_back_after_signing_out_and_in(
    standing, browser_of, path
) -> None:
    role, name = ALL[path]
    page = browser_of(role, scripts=False)
    page.goto(standing.address + standing.site.fill(path).replace("/en/", "/nl/"))
    field, button = own_form(page, name)
    field.fill(WORDS)
    saving = page.locator("button.save-button")
    button = saving if saving.count() else button  # what is submitted has no form any more
    rotate_token(page.context, standing)
    button.click()
    field, _button = own_form(page, name)
    assert field.input_value() == WORDS
    page.context.clear_cookies(name="sessionid")
    own_form(page, name)[1].click()
    kept = page.locator("input[name=kept]").first.input_value()
    assert WORDS.split(",", maxsplit=1)[0] in kept


def test_a_text_in_this_browser_alone_is_handed_to_the_server_and_offered(
    standing, browser_of
) -> None:
    role, name = ALL[CHAPTER]
    address = standing.address + standing.site.fill(CHAPTER).replace("/en/", "/fr/")
    page = browser_of(role)
    page.goto(address)
    field, _button = own_form(page, name)
    page.context.clear_cookies(name="sessionid")
    field.fill(f"{WORDS} alone")
    page.locator(".kept-state:not(:empty)").wait_for()
    sign_in(page.context, standing, role)
    again = page.context.new_page()
    again.goto(address)
    again.locator(".unsaved a[href$='?unsaved=use']").click()
    again.locator(".unsaved[data-put]").wait_for()
    assert own_form(again, name)[0].input_value() == f"{WORDS} alone"
    again.wait_for_function(NOTHING_HELD)


def test_loading_a_refused_entry_again_shows_what_was_typed_since(standing, browser_of) -> None:
    page = browser_of("secretariat")
    page.goto(standing.address + standing.site.fill("/nl/desk/entries/{empty}/"))
    page.locator("#id_results").fill("Wat het opleverde")
    page.locator("button[value=submit]").first.click()
    page.locator(".error-summary").wait_for()
    page.locator("#id_obstacles").fill("Wat er in de weg staat")
    page.reload()
    page.wait_for_function(NOTHING_HELD)
    # The page loads once more by itself where the server had the text a moment later.
    page.wait_for_function("() => document.getElementById('id_obstacles')?.value")
    page.wait_for_load_state("networkidle")
    texts = [page.locator(f"#id_{name}").input_value() for name in ("results", "obstacles")]
    assert texts == ["Wat het opleverde", "Wat er in de weg staat"]
    assert page.locator(".unsaved").count() == 0


def test_what_was_saved_while_its_window_closed_is_no_unsaved_text(standing, browser_of) -> None:
    address = standing.address + standing.site.fill("/nl/desk/entries/{empty}/")
    page = browser_of("secretariat")
    page.goto(address)
    # As where the answer to a save never reached the window that sent it.
    page.locator("#id_done").fill("Saved at the last moment")
    held = page.evaluate("JSON.stringify(localStorage)")
    page.locator("#save-state .saved").wait_for()
    page.evaluate("(held) => Object.assign(localStorage, JSON.parse(held))", held)
    assert "Saved at the last moment" in held
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if "/unsaved/" in one.url else None)
    page.reload()
    page.wait_for_function(NOTHING_HELD)
    page.wait_for_load_state("networkidle")
    assert page.locator("#id_done").input_value() == "Saved at the last moment"
    assert (sent, page.locator(".unsaved").count()) == ([], 0)


def test_of_two_windows_that_were_offline_neither_loses_its_text(standing, browser_of) -> None:
    path = "/en/desk/rounds/small/2025/draft/"
    role, name = ALL[path]
    address = standing.address + path.replace("/en/", "/de/")
    one = browser_of(role)
    other, later = one.context.new_page(), one.context.new_page()
    windows = {one: "The first text", other: "The second text"}
    for window in windows:
        window.goto(address)
    one.context.set_offline(True)
    for window, text in windows.items():
        own_form(window, name)[0].fill(text)
        window.locator(".kept-state:not(:empty)").wait_for()
    for window in windows:
        window.close()
    one.context.set_offline(False)
    later.goto(address)
    later.wait_for_function(NOTHING_HELD)
    later.goto(f"{address}?unsaved=use")
    assert own_form(later, name)[0].input_value() == "The second text"
    assert later.locator(".kept-text").first.input_value() == "The first text"


@pytest.mark.parametrize("path", first_of_all(SPOKEN, KEPT[:2], pytest.mark.proof))
def test_the_page_in_another_language_takes_the_text_along_without_a_question(
    standing, browser_of, path
) -> None:
    role, name = ALL[path]
    page = browser_of(role)
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.goto(standing.address + standing.site.fill(path).replace("/en/", "/nl/"))
    own_form(page, name)[0].fill(f"{WORDS} fr")
    page.locator("#languages a[hreflang=fr]").click()
    page.wait_for_url(re.compile("/fr/"))
    page.wait_for_load_state("networkidle")
    assert own_form(page, name)[0].input_value() == f"{WORDS} fr"
    assert asked == []


def test_on_paper_a_field_shows_all_that_stands_in_it(standing, browser_of) -> None:
    page = browser_of("secretariat")
    for path, text in ((KEPT[3], "#id_promise_nl"), (KEPT[0], "#id_done")):
        page.goto(standing.address + standing.site.fill(path))
        page.locator(text).fill("\n".join(WORDS for _line in range(60)))
        page.emulate_media(media="print")
        assert page.locator(text).evaluate("one => one.clientHeight >= one.scrollHeight")
        page.emulate_media(media="screen")
    page.locator("details:has(#id_evidence-0-title) > summary").click()
    page.locator("#id_evidence-0-title").fill(WORDS * 20)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#id_evidence-0-title + .printed-value").inner_text() == WORDS * 20
    assert not page.locator("#id_evidence-0-title").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#id_evidence-0-title").is_visible()


def test_signing_out_keeps_what_is_not_saved_first(standing, browser_of) -> None:
    role, name = ALL["/en/desk/rounds/small/2025/draft/"]
    address = f"{standing.address}/nl/desk/rounds/small/2025/draft/"
    page = browser_of(role)
    page.goto(address)
    own_form(page, name)[0].fill(WORDS)
    page.locator(".account-nav button").click()
    page.wait_for_url(re.compile(r"/nl/$"))
    sign_in(page.context, standing, "secretariat")
    assert page.context.cookies()


def test_a_field_that_cannot_be_saved_is_marked_where_it_stands_and_keeps_nothing_else(
    standing, browser_of
) -> None:
    page = browser_of("secretariat")
    page.goto(standing.address + standing.site.fill("/nl/desk/entries/{empty}/"))
    page.locator("#id_results").fill("x" * 10_001)
    page.locator("#id_done").fill(WORDS)
    page.locator("#save-state .saved--partly").wait_for()
    assert page.locator("#id_results_errors .field-error").is_visible()
    assert page.locator("#id_results").get_attribute("aria-invalid") == "true"
    assert "10001" in page.locator("#id_results_limit .count").inner_text()
    page.locator("#id_results").fill("x" * 10_000)
    page.locator("#save-state .saved:not(.saved--partly)").wait_for()
    assert page.locator("#id_results_errors .field-error").count() == 0
    page.locator("#id_language").select_option("fr")
    assert page.locator("#id_done").get_attribute("lang") == "fr"


def test_going_back_and_sending_once_more_is_asked_for_first(standing, browser_of) -> None:
    page = browser_of("secretariat")
    page.goto(f"{standing.address}/en/desk/rounds/small/2025/draft/")
    field, button = own_form(page, "text")
    field.fill("Sent, and gone back")
    button.click()
    said = page.get_by_text("Sent, and gone back", exact=True)
    said.first.wait_for()
    page.go_back()
    page.wait_for_load_state("networkidle")
    field, button = own_form(page, "text")
    if field.input_value() == "":  # where a browser puts nothing back, people paste
        field.fill("Sent, and gone back")
    button.click()
    page.get_by_role("heading", name="You sent the same just now").wait_for()
    page.get_by_role("link", name="Do not send it again").click()
    own_form(page, "text")
    assert (
        page.locator("main .comment, main li, main article")
        .get_by_text("Sent, and gone back", exact=True)
        .count()
        == said.count()
    )
    page.goto(f"{standing.address}/en/desk/unsaved/")
    assert page.locator("textarea").count() == 0


def test_what_going_back_and_forth_fills_in_is_no_unsaved_text_once_saved(
    standing, browser_of
) -> None:
    role, name = ALL[CHAPTER]
    address = standing.address + standing.site.fill(CHAPTER)
    page = browser_of(role)
    page.goto(f"{standing.address}/en/desk/")
    page.goto(address)
    field, _button = own_form(page, name)
    field.fill("Back and forth")
    page.locator(".kept-state:not(:empty)").wait_for()
    page.go_back()
    page.go_forward()
    page.wait_for_load_state("networkidle")
    field, button = own_form(page, name)
    field.fill("Back and forth")
    button.click()
    page.wait_for_url(re.compile(r"/secretariat/reports/\d+/$"))
    page.goto(f"{standing.address}/en/desk/unsaved/")
    assert page.locator("textarea").count() == 0


def test_a_server_that_is_away_is_no_sign_out_and_what_was_typed_is_saved_later(
    standing, browser_of
) -> None:
    page = browser_of("writer")
    page.goto(standing.address + standing.site.fill("/en/desk/entries/{draft}/"))
    page.route("**/desk/entries/*/", lambda route: route.fulfill(status=502, body="<p>Away</p>"))
    page.locator("#id_done").fill("Typed while the server was away")
    state = page.locator("#save-state.not-saved")
    state.wait_for()
    assert state.inner_text() == page.locator("#save-state").get_attribute("data-offline")
    page.unroute("**/desk/entries/*/")
    page.locator("#id_done").press("End")
    page.locator("#id_done").type(".")
    page.locator("#save-state:not(.not-saved) .saved").wait_for()


def test_whoever_may_not_write_any_more_is_not_told_to_sign_in(standing, browser_of) -> None:
    page = browser_of("secretariat")
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(standing.address + standing.site.fill("/en/desk/entries/{empty}/"))
    words = "Not saved: you may not write here any more."
    answer = {"status": 403, "content_type": "text/plain; charset=utf-8", "body": words}
    page.route("**/desk/entries/*/", lambda route: route.fulfill(**answer))
    page.locator("#id_done").fill("Too late")
    state = page.locator("#save-state")
    state.locator("a[href$='/desk/unsaved/']").wait_for()
    assert state.inner_text().startswith(words)
    page.unroute("**/desk/entries/*/")
    # Whatever it says, the bar leaves three quarters of a small screen to the text.
    page.context.clear_cookies(name="sessionid")
    page.locator("button[value=submit]").last.click()
    page.locator(".not-sent").wait_for()
    box = page.locator(".entry-bar").bounding_box()
    assert box is not None
    assert box["height"] <= 568 / 4
