"""The settings: safe without any, clear where one is missing; logs that a machine can read."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings

from napmonitor.logs import JsonFormatter, PlainFormatter


def started(**env: str) -> subprocess.CompletedProcess[str]:
    """Run a check as a new process with only these settings."""
    plain = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://:memory:"}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=plain | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_secret_key_nothing_starts_and_the_reason_is_said() -> None:
    found = started()
    assert found.returncode != 0
    assert "Set SECRET_KEY (50 or more random characters), or DEBUG=1." in found.stderr


@pytest.mark.slow
def test_development_needs_no_settings_but_its_name() -> None:
    assert started(DEBUG="1").returncode == 0


@pytest.mark.slow
def test_production_is_told_where_links_in_letters_would_lead_nowhere() -> None:
    missing = started(SECRET_KEY="x" * 60)
    assert (missing.returncode, "actions.W001" in missing.stderr) == (0, True)
    named = started(SECRET_KEY="x" * 60, SITE_URL="https://napmonitor.example/")
    assert (named.returncode, "actions.W001" in named.stderr) == (0, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_COOKIE_SECURE", True),
        ("CSRF_COOKIE_SECURE", True),
        ("SECURE_SSL_REDIRECT", True),
        ("DEBUG", False),
        ("ALLOWED_HOSTS", []),
        ("SECURE_HSTS_SECONDS", 31_536_000),
    ],
)
def test_production_is_safe_without_being_told(name: str, value: object) -> None:
    script = (
        "import json, napmonitor.settings as s; "
        f"print(json.dumps(s.{name}))"
    )  # fmt: skip
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 60},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(found.stdout) == value


def test_a_log_line_is_one_json_object_with_the_error() -> None:
    try:
        raise ValueError("broken\non two lines")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "It is %s", ("é",), sys.exc_info())
    line = JsonFormatter().format(record)
    found = json.loads(line)
    assert "\n" not in line
    assert (found["level"], found["logger"], found["message"]) == ("ERROR", "x", "It is é")
    assert "ValueError: broken" in found["error"]


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_no_line_of_the_log_holds_a_live_link(formatter) -> None:
    link = "/nl/invitation/_4hgGehTg0i05SdJb1kIruo-Fh2/"
    try:
        raise ValueError(f"https://nap.example.org{link}?x=1")
    except ValueError:
        trace = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "Gone: %s", (link,), trace)
    line = formatter.format(record)
    assert "_4hgGehTg0i05" not in line
    assert line.count("/nl/invitation/…/") == 2
