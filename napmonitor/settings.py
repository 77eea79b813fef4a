"""All settings: secure by default, loosened only by named environment variables."""

import os
import re
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from napmonitor import providers

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# What the application makes, databases, backups and drafts, nobody else on the machine may read.
os.umask(0o077)

# --- Mode -------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
TESTING = "pytest" in sys.modules
SECRET_KEY = env.str("SECRET_KEY", default="only-for-development" * 3 if DEBUG or TESTING else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY (50 or more random characters), or DEBUG=1.")
IN_PRODUCTION = not (DEBUG or TESTING)
LENGTH, LETTERS = 50, 10
IS_RANDOM = len(SECRET_KEY) >= LENGTH and len(set(SECRET_KEY)) >= LETTERS
IS_KNOWN = SECRET_KEY.startswith(("only-for-development", "django-insecure-"))
if IN_PRODUCTION and (IS_KNOWN or not IS_RANDOM):
    raise ImproperlyConfigured(
        "SECRET_KEY is known or too simple: set 50 or more random characters that nobody else has."
    )
# Keys of before: what they signed or sealed is still read. See docs/operations.md.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else []
)
if IN_PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of the site; * lets in any.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Applications -------------------------------------------------------------
INSTALLED_APPS = [
    "actions.apps.ActionsConfig",
    "reports.apps.ReportsConfig",
    "whitenoise.runserver_nostatic",
    "actions.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django_tables2",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "napmonitor.middleware.Numbered",
    "napmonitor.middleware.KnownHosts",
    "napmonitor.middleware.ProgramsByTls",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "napmonitor.middleware.KnownMethods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "napmonitor.middleware.FriendlyErrors",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "napmonitor.middleware.NobodyKeeps",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "napmonitor.urls"
WSGI_APPLICATION = "napmonitor.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["actions.templatetags.typography"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "actions.views.http.site",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# --- Database -----------------------------------------------------------------
DATABASES = {
    "default": env.db(
        "DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'napmonitor.sqlite3'}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if IN_PRODUCTION and re.search(":memory:|mode=memory", DATABASES["default"]["NAME"]):
        raise ImproperlyConfigured("DATABASE_URL names a database in memory: all would be lost.")
    database = Path(DATABASES["default"]["NAME"])
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One that an earlier version made could be read by everybody on the machine. Only a file of
    # ours: a device such as /dev/null belongs to all.
    for place in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        with suppress(OSError):
            if place.is_file():
                place.chmod(0o600)
    # WAL lets readers go on while one writes; IMMEDIATE makes a writer wait
    # for its turn at the start instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Opening takes longer than all else that a kept page needs: SQLite reads its whole schema.
DATABASES["default"]["CONN_MAX_AGE"] = 60

# --- People -------------------------------------------------------------------
AUTH_USER_MODEL = "actions.User"
RULES = "django.contrib.auth.password_validation"
# Of any characters: length counts, and that it is not what everybody tries first.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{RULES}.UserAttributeSimilarityValidator"},
    {"NAME": f"{RULES}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "actions.forms.passwords.LeakedValidator"},
    {"NAME": "actions.forms.passwords.OwnWordsValidator"},
]
AUTHENTICATION_BACKENDS = ["actions.views.accounts.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "choose-language"  # the adapter knows better
SESSION_ENGINE = "napmonitor.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # idle; pages for members renew it
SESSION_LONGEST = 24 * 3600  # from signing in, however much somebody does

# --- Signing in ---------------------------------------------------------------
# By a code that is sent by e-mail, a password if somebody wants one, or a passkey;
# nobody registers by themselves, and no answer tells whether an address has an account.
ACCOUNT_ADAPTER = "actions.views.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "actions.views.accounts.display"
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code, or the invitation, proves the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_TIMEOUT = 30 * 60
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "actions:home"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# "key" is who asks together with whom they ask about, so that no stranger's attempts shut an
# owner out; "…_of_all" bounds what all strangers together may do to one address.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,3/m/key,15/h/key",
    "request_login_code_of_all": "60/h/key",
    "login_failed_of_all": "100/h/key",
}
ACCOUNT_FORMS = {
    "login": "actions.forms.accounts.PasswordForm",
    "request_login_code": "actions.forms.accounts.AddressForm",
    "confirm_login_code": "actions.forms.accounts.CodeForm",
    "reauthenticate": "actions.forms.accounts.ConfirmPasswordForm",
    "change_password": "actions.forms.accounts.ChangePasswordForm",
    "set_password": "actions.forms.accounts.SetPasswordForm",
}
MFA_ADAPTER = "actions.views.accounts.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "NAP monitor"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "actions.forms.accounts.FactorForm",
    "reauthenticate": "actions.forms.accounts.ConfirmFactorForm",
    "activate_totp": "actions.forms.accounts.AppForm",
    "add_webauthn": "actions.forms.accounts.PasskeyForm",
    "login_webauthn": "actions.forms.accounts.PasskeySignInForm",
    "authenticate_webauthn": "actions.forms.accounts.PasskeyFactorForm",
    "reauthenticate_webauthn": "actions.forms.accounts.ConfirmPasskeyForm",
    "edit_webauthn": "actions.forms.accounts.RenamePasskeyForm",
}
# Behind a proxy the address of the visitor is the last one that it added itself.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)

# --- Languages and time ---------------------------------------------------------
LANGUAGE_CODE = "en"
# The order is the order of the language switch: Dutch and French first.
LANGUAGES = [("nl", _("Dutch")), ("fr", _("French")), ("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "napmonitor" / "locale"]
TIME_ZONE = "Europe/Brussels"
USE_TZ = True
FORMAT_MODULE_PATH = "napmonitor.formats"
FILTERS_EMPTY_CHOICE_LABEL = _("All")

# --- Static files -----------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
# Except these: another server may hand them out.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o644, 0o755
STATICFILES_DIRS = [BASE_DIR / "napmonitor" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Cache ------------------------------------------------------------------------
# "default" is shared by all processes, as limits on attempts must be. "pages" holds rendered
# public pages, "questions" those with a query, which have a place of their own: whoever tries
# hundreds pushes out no other. "editions" has the last few stored ones that were read, which are
# large. Keys carry the data's revision, so nothing goes stale. Each process has these three in its
# memory, or all of a machine share the pages in a folder.
CACHES_OF_DJANGO = "django.core.cache.backends"
MOST_PAGES = 300
PAGES_DIR = "" if TESTING else env.str("PAGES_DIR", default="")


def pages(name: str) -> dict[str, Any]:
    """Return where pages are kept."""
    options = {"TIMEOUT": 3600, "OPTIONS": {"MAX_ENTRIES": MOST_PAGES}}
    if not PAGES_DIR:
        return options | {"BACKEND": f"{CACHES_OF_DJANGO}.locmem.LocMemCache", "LOCATION": name}
    folder = str(Path(PAGES_DIR) / name)
    return options | {"BACKEND": "napmonitor.caching.SharedFolder", "LOCATION": folder}


CACHES = {
    "default": {
        "BACKEND": f"{CACHES_OF_DJANGO}.db.DatabaseCache",
        "LOCATION": "actions_shared",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    "pages": pages("pages"),
    "questions": pages("questions"),
    "editions": {
        "BACKEND": f"{CACHES_OF_DJANGO}.locmem.LocMemCache",
        "LOCATION": "editions",
        "OPTIONS": {"MAX_ENTRIES": 8},
        "TIMEOUT": 3600,
    },
}

# --- Search -----------------------------------------------------------------------
# Where manage.py work puts the search index; tests keep theirs in memory.
SEARCH_DIR = "" if TESTING else env.str("SEARCH_DIR", default=str(BASE_DIR / "var" / "search"))

# --- What ended -------------------------------------------------------------------
# The list that "restore" reads, so that nobody who was erased since a backup comes back with it.
# It belongs on another disk than the database.
ENDINGS_FILE = env.path("ENDINGS_FILE", default=BASE_DIR / "var" / "endings.jsonl")

# --- Security ---------------------------------------------------------------------
INSECURE_HTTP = env.bool("INSECURE_HTTP", default=DEBUG or TESTING)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSECURE_HTTP
# Providers of the public sector through which people sign in; see docs/operations.md. None by
# default: then nothing of them shows, and no address of theirs answers.
OPENID_PROVIDERS = providers.read(
    env.str("OPENID_PROVIDERS", default=""), may_be_insecure=INSECURE_HTTP
)
OPENID_NAMES = [row["name"] for row in OPENID_PROVIDERS]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE_HTTP
# A name that begins so is taken by browsers only from this very host, over TLS, for all paths.
HOST_ONLY = "" if INSECURE_HTTP else "__Host-"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{HOST_ONLY}sessionid", f"{HOST_ONLY}csrftoken"
MESSAGE_STORAGE = "napmonitor.sessions.Messages"
SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^ready/$"]  # probes speak plain HTTP from within
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not INSECURE_HTTP
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "actions.views.keeping.csrf_failure"  # loses no text
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- The site ---------------------------------------------------------------------
# Where readers and the accessibility statement send their questions.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
# Who runs the site, and on which day they prepared its accessibility statement; it names both.
SITE_OPERATOR = env.str("SITE_OPERATOR", default="")
ACCESSIBILITY_DATE = env.str("ACCESSIBILITY_DATE", default="")
try:
    date.fromisoformat(ACCESSIBILITY_DATE or "2026-12-01")
except ValueError as error:
    raise ImproperlyConfigured("ACCESSIBILITY_DATE must be a day such as 2026-12-01.") from error
# Who watches the site brings this to /metrics/; without it there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Who answers for the report before the law, and its ISSN; each is printed where it is set.
REPORT_PUBLISHER = env.str("REPORT_PUBLISHER", default="")
REPORT_ISSN = env.str("REPORT_ISSN", default="")
CURRENT_PLAN = env.str("CURRENT_PLAN", default="nap2")
# What links in letters start with.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000" if DEBUG or TESTING else "")
SITE_URL = SITE_URL.rstrip("/")
if SITE_URL.startswith("http://") and not INSECURE_HTTP:
    raise ImproperlyConfigured(
        "SITE_URL must start with https://, as links in letters sign people in."
    )

# --- Letters ----------------------------------------------------------------------
MAIL = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = MAIL["EMAIL_FILE_PATH"] or None
EMAIL_HOST = MAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT = MAIL["EMAIL_PORT"]
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="NAP monitor <noreply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 20  # seconds; nobody waits longer for a mail server

# --- Logs -------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "napmonitor.logs.JsonFormatter"},
        "plain": {"()": "napmonitor.logs.PlainFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if DEBUG or TESTING else "json",
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    # A request that waits a moment for a thread is no warning.
    # Who signs in, and what was refused, is always said.
    "loggers": {"waitress.queue": {"level": "ERROR"}, "napmonitor.security": {"level": "INFO"}},
}
