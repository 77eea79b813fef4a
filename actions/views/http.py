"""What every public page shares: its cache, its links in the other languages, its errors."""

import hashlib
from collections.abc import Callable, Iterable
from functools import cache, partial, wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import translate_url
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from actions import permissions
from actions.models import Action, Contact, Revision
from actions.models.plan import site_contact
from actions.permissions import Rights
from actions.views import compression

View = Callable[..., HttpResponse]

# Settings of which a page shows something, and folders that pages are made of.
SHOWN = (
    "CONTACT_EMAIL", "REPORT_PUBLISHER", "REPORT_ISSN", "CURRENT_PLAN", "SITE_URL",
    "SITE_OPERATOR", "ACCESSIBILITY_DATE", "OPENID_NAMES",
)  # fmt: skip
MADE_OF = ("actions", "reports", "document", "napmonitor", "templates")
SHOWS_DRAFT = "napmonitor.draft"  # where a request holds that its page is of a plan's draft
LANGUAGE_NAMES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}
# A page larger than this is made anew each time, so that the cache stays small.
LARGEST_KEPT = 300_000
KEPT_HEADERS = (
    "Content-Type",
    "Content-Disposition",
    "Content-Encoding",
    "X-Robots-Tag",
    "Access-Control-Allow-Origin",
    "HX-Push-Url",
)


def public_page(view: View) -> View:
    """Serve a page that says the same to everybody, from the cache while nothing changed.

    The key holds the data's revision, the day, the language, the address, the version of the
    software and the settings that show; so neither a change, nor midnight, nor an upgrade leaves
    an old page behind. It is kept as it is sent, packed. Signed-in people get fresh pages, which
    are not packed. What a view itself forbids to keep is not kept.
    """

    @csrf_exempt  # it refuses every method that writes; a POST is told so
    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = None if settings.DEBUG or request.user.is_authenticated else page_key(request)
        if key is None:
            response = view(request, *args, **kwargs)
            if request.META.get(SHOWS_DRAFT):
                response["X-Robots-Tag"] = "noindex"
            return response
        place = caches["questions" if request.META.get("QUERY_STRING") else "pages"]
        way = compression.way(request)
        kept = place.get(f"{key}{way}")
        if kept is not None:
            content, headers = kept
            return with_validator(request, HttpResponse(content, headers=headers), key)
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        if response.status_code != HTTPStatus.OK or "no-store" in response.get("Cache-Control", ""):
            return response
        compression.pack(response, way)
        if len(response.content) <= LARGEST_KEPT:
            headers = {name: response[name] for name in KEPT_HEADERS if name in response}
            place.set(f"{key}{way}", (response.content, headers))
        return with_validator(request, response, key)

    return wrapped


def page_key(request: HttpRequest) -> str | None:
    """Return the cache key of a page as it stands now; None without a revision to go by."""
    token = Revision.objects.values_list("token", flat=True).first()
    if not token:
        return None
    parts = (
        token,
        made_by(),
        *(str(getattr(settings, name)) for name in SHOWN),
        timezone.localdate().isoformat(),
        get_language() or "",
        request.build_absolute_uri(),
        "part" if is_partial(request) else "page",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def made_by() -> str:
    """Return what stands for the version of the software: a digest of what pages are made of.

    The same on every machine, whatever the order or the time in which its files were copied.
    """
    found = hashlib.sha256()
    for folder in MADE_OF:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt", ".mo", ".css", ".js", ".svg"}:
                found.update(str(path.relative_to(settings.BASE_DIR)).encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def with_validator(request: HttpRequest, response: HttpResponse, key: str) -> HttpResponse:
    """Let browsers keep the page but ask each time; answer "not modified" where it is."""
    response["ETag"] = f'W/"{key}"'  # weak: the same page, packed in whichever way
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Cookie", "HX-Request", "Accept-Encoding"])
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def is_partial(request: HttpRequest) -> bool:
    """Tell whether htmx asks for the changed part only."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def site(request: HttpRequest) -> dict[str, Any]:
    """Give every template the language links, the canonical address and the current plan.

    Lazily: it runs for every fragment of a page, and few fragments ask.
    """
    return {
        "site_languages": SimpleLazyObject(partial(language_links, request)),
        "canonical": SimpleLazyObject(lambda: request.build_absolute_uri(request.path)),
        "site_root": SimpleLazyObject(lambda: request.build_absolute_uri("/").rstrip("/")),
        "current_plan": settings.CURRENT_PLAN,
        "contact_email": settings.CONTACT_EMAIL,
        "member_contact": SimpleLazyObject(partial(member_contact, request)),
        "rights": SimpleLazyObject(partial(rights_of, request)),
    }


def member_contact(request: HttpRequest) -> Contact | None:
    """Return whom members ask; nobody else gets a name."""
    user: Any = getattr(request, "user", AnonymousUser())
    return site_contact() if user.is_authenticated else None


def rights_of(request: HttpRequest) -> Rights:
    """Return what the reader may, for the menu; a page of members has read it already."""
    user: Any = getattr(request, "user", AnonymousUser())
    return permissions.rights(user, on=timezone.localdate())


def language_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the page's address in each language; the overview's where the page is unknown."""
    found = getattr(request, "resolver_match", None) is not None
    here = request.get_full_path()
    links = []
    for code, _name in settings.LANGUAGES:
        path = translate_url(here, code) if found else f"/{code}/"
        links.append(
            {
                "code": code,
                "name": LANGUAGE_NAMES[code],
                "path": path,
                "plain_url": request.build_absolute_uri(path.split("?")[0]),
                "is_current": code == get_language(),
            }
        )
    return links


def has_working(actions: Iterable[Action]) -> bool:
    """Tell whether a title shown is a working translation; the page must say so."""
    return any(action.has_title and not action.title_is_official for action in actions)
