"""The settings: safe without any, clear where one is missing; logs that a machine can read."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from actions.models import User
from napmonitor import providers
from napmonitor.logs import JsonFormatter, PlainFormatter

KEY = "a made-up key of some sixty letters, for tests of the settings"


def started(**env: str) -> subprocess.CompletedProcess[str]:
    """Run a check as a new process with only these settings."""
    plain = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite:////dev/null"}
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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is known or too simple"),
        ({"SECRET_KEY": "x" * 60}, "SECRET_KEY is known or too simple"),
        ({"SECRET_KEY": "only-for-development" * 3}, "SECRET_KEY is known or too simple"),
        ({"SECRET_KEY": f"django-insecure-{KEY}"}, "SECRET_KEY is known or too simple"),
        ({"ALLOWED_HOSTS": "napmonitor.example,*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"DATABASE_URL": "sqlite://:memory:"}, "DATABASE_URL names a database in memory"),
        ({"SITE_URL": "http://napmonitor.example"}, "SITE_URL must start with https://"),
        ({"ACCESSIBILITY_DATE": "1 December"}, "ACCESSIBILITY_DATE must be a day such as"),
    ],
)
def test_what_is_not_safe_does_not_start_and_one_sentence_says_why(given, said) -> None:
    found = started(**{"SECRET_KEY": KEY} | given)
    assert found.returncode == 1
    assert found.stderr.startswith(said)
    assert found.stderr.count("\n") == 1


PROVIDER = {
    "id": "gov",
    "name": "Gov ID",
    "issuer": "https://id.example",
    "client_id": "napmonitor",
    "secret": "a secret",
    "trusted_domains": ["example.org"],
}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"issuer": "http://id.example"}, "the issuer of gov must be an address that starts with"),
        ({"issuer": "https://me:it@id.example"}, "the issuer of gov must be an address"),
        ({"issuer": "https://id.example?x=1"}, "the issuer of gov must be an address"),
        ({"issuer": "https://[id.example"}, "the issuer of gov must be an address"),
        ({"secret": ""}, "gov needs a text as its secret."),
        ({"secret": None}, "gov needs a text as its secret."),
        ({"client_id": 7}, "gov needs a text as its client_id."),
        ({"name": "x" * 61}, "gov needs a name of at most 60."),
        ({"trust": ["example.org"]}, "gov has a key that is not known: trust."),
        ({"trusted_domains": ["*"]}, "gov must be trusted for whole mail domains"),
        ({"trusted_domains": ["*.example.org"]}, "gov must be trusted for whole mail domains"),
        ({"trusted_domains": ["be"]}, "gov must be trusted for whole mail domains"),
        ({"trusted_domains": ["me@example.org"]}, "gov must be trusted for whole mail domains"),
        ({"trusted_domains": []}, "gov must name the mail domains it is trusted for."),
        ({"trusted_domains": "example.org"}, "trusted_domains of gov must be a list of texts."),
        ({"second_factor_acr": "high"}, "second_factor_acr of gov must be a list of texts."),
        ({"scope": ["email"]}, "gov must ask for the scope openid."),
        ({"id": "Gov ID"}, "each provider needs an id of small letters"),
    ],
)
def test_a_provider_that_is_not_safe_is_refused_in_one_sentence(row, said) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        providers.read(json.dumps([PROVIDER | row]), may_be_insecure=False)
    assert str(refusal.value).startswith("OPENID_PROVIDERS")
    assert said in str(refusal.value)
    assert "a secret" not in str(refusal.value)


@pytest.mark.parametrize("text", ["{}", "[1]", "gov", "[" * 100_000, '[{"id": "gov"}'])
def test_providers_are_a_list_of_objects(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must be a JSON list of objects"):
        providers.read(text, may_be_insecure=False)


def test_no_two_providers_have_one_id() -> None:
    with pytest.raises(ImproperlyConfigured, match="has the id gov twice"):
        providers.read(json.dumps([PROVIDER, PROVIDER]), may_be_insecure=False)


def test_providers_are_read_whole_and_domains_as_they_are_compared() -> None:
    row = PROVIDER | {"trusted_domains": ["Example.ORG", "exämple.org"]}
    (found,) = providers.read(json.dumps([row]), may_be_insecure=False)
    assert found["trusted_domains"] == ["example.org", "xn--exmple-cua.org"]
    assert (found["scope"], found["second_factor_acr"]) == (["openid", "email"], [])
    assert providers.read(" ", may_be_insecure=False) == []


def test_only_a_trial_may_ask_a_provider_without_tls() -> None:
    text = json.dumps([PROVIDER | {"issuer": "http://127.0.0.1:9400"}])
    assert len(providers.read(text, may_be_insecure=True)) == 1
    found = started(SECRET_KEY=KEY, OPENID_PROVIDERS=text)
    assert found.returncode == 1
    assert found.stderr.startswith("OPENID_PROVIDERS: the issuer of gov must be an address")
    assert found.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_trial_behind_closed_doors_may_go_without_tls() -> None:
    site = "http://127.0.0.1:8000"
    assert started(SECRET_KEY=KEY, SITE_URL=site, INSECURE_HTTP="1").returncode == 0


def test_a_device_stays_as_it_is() -> None:
    before = os.stat(os.devnull).st_mode  # noqa: PTH116  a name, no path
    started(SECRET_KEY=KEY, DATABASE_URL=f"sqlite:///{os.devnull}")
    assert os.stat(os.devnull).st_mode == before  # noqa: PTH116


@pytest.mark.slow
def test_nobody_else_on_the_machine_reads_the_database_or_what_is_written(tmp_path) -> None:
    folder, place = tmp_path / "var", tmp_path / "var" / "site.sqlite3"
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": KEY, "DATABASE_URL": f"sqlite:///{place}"}
    made = (
        "from django.core.cache import cache; from django.db import connection as c; "
        "from pathlib import Path; c.cursor().execute('CREATE TABLE a (b)'); "
        "Path({!r}).write_text('draft')"
    )
    script = made.format(str(folder / "draft.html"))
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", script]
    subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=True, capture_output=True)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()}
    assert modes == {"site.sqlite3": "0o600", "draft.html": "0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    place.chmod(0o644)  # as an earlier version left it
    started(SECRET_KEY=KEY, DATABASE_URL=f"sqlite:///{place}")
    assert oct(place.stat().st_mode & 0o777) == "0o600"


@pytest.mark.django_db
def test_probes_by_address_are_answered_and_strangers_names_are_no_error(
    client, caplog, settings
) -> None:
    settings.ALLOWED_HOSTS = ["napmonitor.example"]
    caplog.set_level(logging.INFO)
    by_address = {"host": "10.0.0.7:8000"}
    assert client.get("/health/", headers=by_address).content == b"ok"
    assert client.get("/ready/", headers=by_address).status_code == 200
    assert client.get("/en/", headers=by_address).status_code == 400
    assert client.get("/health/", headers={"host": "bad host!"}).content == b"ok"
    assert [r.levelname for r in caplog.records if r.levelno > logging.INFO] == ["WARNING"]
    assert all(record.exc_info is None for record in caplog.records)


@pytest.mark.slow
def test_development_needs_no_settings_but_its_name() -> None:
    assert started(DEBUG="1").returncode == 0


@pytest.mark.slow
def test_production_is_told_where_links_in_letters_would_lead_nowhere() -> None:
    missing = started(SECRET_KEY=KEY)
    assert (missing.returncode, "actions.W001" in missing.stderr) == (0, True)
    named = started(SECRET_KEY=KEY, SITE_URL="https://napmonitor.example/")
    assert (named.returncode, "actions.W001" in named.stderr) == (0, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "is_told"),
    [
        ({"EMAIL_URL": "smtp://mail.example.org:25"}, True),
        ({"EMAIL_URL": "smtp+tls://mail.example.org:587"}, False),
        ({"DATABASE_URL": "postgres://a:b@data.example.org/c?sslmode=require"}, True),
        ({"DATABASE_URL": "postgres://a:b@data.example.org/c?sslmode=verify-full"}, False),
    ],
)
def test_what_would_cross_a_network_in_the_clear_is_told(given, is_told) -> None:
    found = started(SECRET_KEY=KEY, SITE_URL="https://napmonitor.example", **given)
    assert (found.returncode, "actions.W002" in found.stderr) == (0, is_told)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_COOKIE_SECURE", True),
        ("CSRF_COOKIE_SECURE", True),
        ("SESSION_COOKIE_NAME", "__Host-sessionid"),
        ("CSRF_COOKIE_NAME", "__Host-csrftoken"),
        ("SESSION_COOKIE_HTTPONLY", True),
        ("SESSION_COOKIE_SAMESITE", "Lax"),
        ("CSRF_COOKIE_SAMESITE", "Lax"),
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
        env={"PATH": os.environ["PATH"], "SECRET_KEY": KEY},
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


@pytest.fixture
def over_tls(settings):
    """Let the site ask for TLS, as it does in production."""
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


@pytest.mark.usefixtures("over_tls")
@pytest.mark.django_db
def test_a_program_that_asks_in_the_clear_is_refused_and_a_person_led_on(client) -> None:
    found = [client.get(path).status_code for path in ("/api/v1/", "/metrics/", "/en/", "/health/")]
    assert found == [403, 403, 301, 200]
    assert client.get("/api/v1/", secure=True).status_code == 200


@pytest.mark.usefixtures("over_tls")
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/en/", "/en/account/sign-in/", "/api/v1/", "/en/nowhere/"])
def test_every_answer_tells_browsers_to_be_careful(client, path) -> None:
    response = client.get(path, secure=True)
    names = ("X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security")
    assert [response[name] for name in names] == [
        "nosniff",
        "same-origin",
        "max-age=31536000; includeSubDomains",
    ]
    assert "object-src 'none'" in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_a_log_line_names_the_account_of_a_request_by_its_key_alone() -> None:
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "Forbidden", (), None)
    user = User(pk=7, email="contributor@example.org")
    request = HttpRequest()
    record.__dict__["request"] = request
    assert "account" not in json.loads(JsonFormatter().format(record))
    request.__dict__["_cached_user"] = user  # as Django keeps it
    line = JsonFormatter().format(record)
    assert json.loads(line)["account"] == 7
    assert "contributor@example.org" not in line


def test_a_line_of_the_log_cannot_be_forged() -> None:
    forged = 'x\n{"level": "ERROR"}\x1b[2J'
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "Not Found: %s", (forged,), None)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line)["message"] == f"Not Found: {forged}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/en/", "text/html"),
        ("/health/", "text/plain"),
        ("/robots.txt", "text/plain"),
        ("/api/v1/", "application/json"),
        ("/catalogue.ttl", "text/turtle"),
        ("/sitemap.xml", "application/xml"),
        ("/en/nowhere/", "text/html"),
    ],
)
def test_each_kind_of_text_says_its_character_set(client, path, kind) -> None:
    assert client.get(path)["Content-Type"] == f"{kind}; charset=utf-8"
