"""A server as in production, and Chromium to look at it."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import template_database
from playwright.sync_api import Browser, Page, sync_playwright
from serving import serving

from tests.issuer import CLIENT, SECRET, Issuer

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90_000  # milliseconds: a slow machine is no fault of a page


@pytest.fixture(scope="session")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which the site of ``site`` puts its letters."""
    return tmp_path_factory.mktemp("mailbox")


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """A provider of OpenID Connect that the site offers."""
    made = Issuer()
    yield made
    made.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, mailbox: Path, issuer: Issuer) -> Iterator[str]:
    """Serve both plans with gunicorn and a worker, DEBUG off; return the address."""
    folder = tmp_path_factory.mktemp("site")
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    env = {k: v for k, v in os.environ.items() if k != "DEBUG"} | {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SITE_URL": f"http://localhost:{port}",
        "EMAIL_URL": f"filemail:///{mailbox}",
        "INSECURE_HTTP": "1",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "STATIC_ROOT": str(folder / "static"),
        "OPENID_PROVIDERS": json.dumps(
            [
                {
                    "id": "gov", "name": "Gov ID", "issuer": issuer.address, "client_id": CLIENT,
                    "secret": SECRET, "trusted_domains": ["example.org"],
                    "second_factor_acr": ["level-2"],
                }
            ]
        ),
    }  # fmt: skip
    accounts = [
        ["add_secretariat", f"{name}@example.org", "--actor", "fisd", "--language", "en"]
        for name in ("first", "gov", "year-nl", "year-fr")
    ]
    shutil.copy(template_database.sqlite(), folder / "db.sqlite3")
    for command in (*accounts, ["collectstatic", "--no-input"]):
        subprocess.run(
            [sys.executable, "manage.py", *command, "--verbosity", "0"],
            cwd=ROOT, env=env, check=True,
        )  # fmt: skip
    with closing(listener), serving(listener, env, "--workers", "1"):
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "work"],
            cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            worker.terminate()
            worker.wait(timeout=60)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window and without calls home."""
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update"]  # fmt: skip
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"], args=quiet, headless=True
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator:
    """Return a function that opens a path of the site; complaints of the browser fail the test."""
    contexts, complaints = [], []

    def open_page(path: str, width: int = 1280, *, scripts: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda r: (
                complaints.append(r.url) if not r.url.startswith((site, "data:", "blob:")) else None
            ),
        )
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
