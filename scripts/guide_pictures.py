"""Takes the pictures of the guides anew, from the sample site, in Dutch and French.

.venv/bin/python scripts/guide_pictures.py [FILE]

Without FILE, the copy of a sample database, one is made first, which takes some minutes. Nothing
outside docs/guides/pictures/ changes. Needs Chromium, as the browser tests do.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from browser import find
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "guides" / "pictures"
LANGUAGES = ("nl", "fr")
WIDTH = 1280
COLOURS = 64
STEPS = ("migrate", "load_plans", "sample_accounts", "load_sample", "load_sample_edition")
SECONDS = 60
MATRIX = "secretariat/rounds/{open}/matrix/?level=brussels"
# What is above a page: its head, which every page has.
HEAD = 160


class Picture(NamedTuple):
    """A page to show: its name, whose it is, where it stands, how much of it is shown."""

    name: str
    who: str
    path: str
    height: int


# {open} and {closed} are the sample rounds, {draft} … entries of the first.
WHILE_OPEN = (
    Picture("members-sign-in", "", "account/sign-in/", 480),
    Picture("members-desk", "contributor", "desk/", 860),
    Picture("members-entry", "contributor", "desk/entries/{draft}/", 1000),
    Picture("members-submitted", "contributor", "desk/entries/{submitted}/", 900),
    Picture("members-returned", "contributor", "desk/entries/{returned}/", 1200),
    Picture("members-still-true", "contributor", "desk/rounds/nap2/2025/still-true/", 680),
    Picture("secretariat-today", "secretariat", "secretariat/", 1240),
    Picture("secretariat-matrix", "secretariat", MATRIX, 1300),
    Picture("secretariat-review", "secretariat", "secretariat/review/{reviewed}/", 2080),
    Picture("secretariat-report", "secretariat", "secretariat/reports/{closed}/", 720),
    Picture("secretariat-further", "secretariat", "secretariat/rounds/{closed}/further/", 1160),
)
WHILE_CLOSED = (
    Picture("secretariat-freeze", "secretariat", "secretariat/reports/{open}/freeze/", 1000),
)


def main(arguments: list[str]) -> int:
    """Make a sample site, show it to a browser, and keep what it shows."""
    chromium = find(os.environ)
    if chromium is None:
        print("There is no Chromium here; name one: CHROMIUM=/path/to/chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "sample.sqlite3"
        if arguments:
            shutil.copyfile(arguments[0], database)
        settle(database)
        if not arguments:
            fill()
        with site() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            take_all(browser, address)
            browser.close()
    return 0


def settle(database: Path) -> None:
    """Let this process, and those it starts, use a database of their own."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ |= {
        "DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "napmonitor.settings",
        # Playwright runs a loop of its own beside our queries.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }


def fill() -> None:
    """Fill the database with the plans, the sample accounts and the sample rounds."""
    for step in STEPS:
        print(step, flush=True)
        subprocess.run([sys.executable, "manage.py", step], stdout=subprocess.DEVNULL, check=True)


@contextmanager
def site() -> Iterator[str]:
    """Serve the sample site at a free port, and give its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    # Pages say so where nobody sends letters: the worker runs as well.
    started = [manage("work"), manage("runserver", "--noreload", f"127.0.0.1:{port}")]
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/health/")
        yield address
    finally:
        for process in started:
            process.terminate()
            process.wait()


def manage(*arguments: str) -> subprocess.Popen[bytes]:
    """Start manage.py beside this process, in silence."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(address: str) -> None:
    """Wait until a server answers."""
    for _ in range(SECONDS * 2):
        try:
            urllib.request.urlopen(address, timeout=SECONDS)  # noqa: S310 - our own address
        except urllib.error.URLError:
            time.sleep(0.5)
        else:
            return
    raise TimeoutError(address)


def take_all(browser: Browser, address: str) -> None:
    """Take every picture: those of the open round, then those that need it closed."""
    keys = found_keys()
    take(browser, address, WHILE_OPEN, keys)
    close_round(browser, address, keys["open"])
    take(browser, address, WHILE_CLOSED, keys)


def found_keys() -> dict[str, int]:
    """Return the keys of the rounds and entries that are shown."""
    import django

    django.setup()
    from actions.enums import EntryState, RoundState
    from actions.models import Entry, ReportingRound

    rounds = ReportingRound.objects.filter(is_sample=True)
    still_open = rounds.get(state=RoundState.OPEN)
    entries = Entry.objects.filter(round=still_open)
    ours = entries.filter(responsibility__actor__slug="brussels-environment")
    foreign = entries.filter(responsibility__actor__slug="fps-foreign", state=EntryState.SUBMITTED)
    return {
        "open": still_open.pk,
        "closed": rounds.get(state=RoundState.CLOSED).pk,
        "draft": ours.filter(state=EntryState.DRAFT)[0].pk,
        "submitted": ours.filter(state=EntryState.SUBMITTED)[0].pk,
        "returned": ours.filter(state=EntryState.RETURNED)[0].pk,
        "reviewed": foreign.order_by("pk")[0].pk,
    }


def take(browser: Browser, address: str, wanted: tuple[Picture, ...], keys: dict[str, int]) -> None:
    """Take some pictures in every language."""
    for picture in wanted:
        for language in LANGUAGES:
            page = page_of(browser, address, picture.who, language)
            page.goto(f"{address}/{language}/{picture.path.format(**keys)}")
            page.evaluate("document.fonts.ready")
            keep(shown(page, picture.height), f"{picture.name}.{language}.png")
            page.context.close()


def shown(page: Page, height: int) -> bytes:
    """Return the page below its head, as a window of that height shows it."""
    page.set_viewport_size({"width": WIDTH, "height": height + HEAD})
    box = page.locator("main").bounding_box()
    if box is None:
        raise LookupError(page.url)
    x, y, width = round(box["x"]), round(box["y"]), round(box["width"])
    page.set_viewport_size({"width": WIDTH, "height": height + y})
    return page.screenshot(clip={"x": x, "y": y, "width": width, "height": height})


def page_of(browser: Browser, address: str, who: str, language: str) -> Page:
    """Open a window in which a sample account is signed in; nobody without a name."""
    context = browser.new_context(locale=f"{language}-BE", timezone_id="Europe/Brussels")
    if who:
        cookie = {"name": "sessionid", "value": session_of(who), "url": address}
        context.add_cookies([cookie])  # type: ignore[list-item]
    return context.new_page()


def session_of(who: str) -> str:
    """Return the key of a session of a sample account, with its second factor shown."""
    from django.test import Client

    from actions.models import User
    from tests.signing_in import enter

    client = enter(Client(), User.objects.get(email=f"{who}@example.org"))
    return client.cookies["sessionid"].value


def close_round(browser: Browser, address: str, key: int) -> None:
    """Close the open round as the secretariat does."""
    page = page_of(browser, address, "secretariat", "nl")
    page.goto(f"{address}/nl/secretariat/rounds/{key}/close/")
    with page.expect_navigation():
        page.click("main form button[type=submit]")
    page.context.close()


def keep(picture: bytes, name: str) -> None:
    """Keep a picture with few colours: that is all our pages have, at a third of the bytes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    image = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS)
    image.save(PICTURES / name, optimize=True)
    print(name, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
