"""Pages about the site: choice of language, about, method, accessibility, privacy; errors."""

import sys
from datetime import date, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    HttpResponseServerError,
)
from django.shortcuts import render
from django.template import loader
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from actions import pulse
from actions.database import missing_triggers
from actions.dictionary import FIELDS
from actions.models import Plan, PublishedRound, Source
from actions.models.actions import PERIOD_KINDS
from actions.models.classifications import FLAGS
from actions.models.responsibilities import ROLES
from actions.models.statuses import STATUSES
from actions.views.http import public_page

AGAIN_AFTER = 30  # seconds after which a program asks again


@csrf_exempt
@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Go to the overview in the language that the browser asks for."""
    with override(get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("actions:home"))
    patch_vary_headers(response, ["Accept-Language"])
    return response


@public_page
def about(request: HttpRequest) -> HttpResponse:
    """Show what the plan, the follow-up and this site are."""
    context = {"plans": Plan.objects.published(), "has_reports": PublishedRound.objects.exists()}
    return TemplateResponse(request, "actions/about.html", context)


@public_page
def method(request: HttpRequest) -> HttpResponse:
    """Show how the data is made, what each word means, and the data dictionary."""
    context = {
        "plans": Plan.objects.published(),
        "sources": Source.objects.filter(draft_of__isnull=True),
        "fields": FIELDS,
        "flags": FLAGS,
        "period_kinds": PERIOD_KINDS,
        "roles": ROLES,
        "statuses": STATUSES,
    }
    return TemplateResponse(request, "actions/method.html", context)


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement, in the form of Implementing Decision (EU) 2018/1523."""
    day = settings.ACCESSIBILITY_DATE
    context = {
        "operator": settings.SITE_OPERATOR,
        "prepared_on": date.fromisoformat(day) if day else None,
    }
    return TemplateResponse(request, "actions/accessibility.html", context)


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is kept of whom, and why."""
    context = {"has_providers": bool(settings.OPENID_NAMES)}
    return TemplateResponse(request, "actions/privacy.html", context)


@csrf_exempt
@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Tell search engines where the sitemap is and what to leave alone."""
    address = _request.build_absolute_uri(reverse("sitemap"))
    lines = ["User-agent: *", "Disallow: /admin/", f"Sitemap: {address}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@csrf_exempt
@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask for the old place to the icon."""
    return HttpResponseRedirect(static("favicon.svg"))


@csrf_exempt
@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@csrf_exempt
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Say whether the database answers, holds the plans, is guarded, and has a worker."""
    if not Plan.objects.exists():
        return HttpResponse("no plan", status=503, content_type="text/plain; charset=utf-8")
    if missing_triggers():
        return HttpResponse("not guarded", status=503, content_type="text/plain; charset=utf-8")
    # Pages work without it: what serves them must not be taken away for it.
    said = "ok, but no worker was seen for a minute" if pulse.is_silent() else "ok"
    return HttpResponse(said, content_type="text/plain; charset=utf-8")


@csrf_exempt
@require_safe
@never_cache
def signed_in(request: HttpRequest) -> HttpResponse:
    """Tell a page that is about to send a text who is signed in by now, by key; "" for nobody."""
    key = str(request.user.pk) if request.user.is_authenticated else ""
    return HttpResponse(key, content_type="text/plain; charset=utf-8")


@csrf_exempt
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Say to whom a weakness of the site is reported (RFC 9116).

    Its last day is always half a year ahead: the address is that of the site's own contact.
    """
    if not settings.CONTACT_EMAIL:
        raise Http404
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {timezone.now() + timedelta(days=182):%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: nl, fr, de, en",
        f"Canonical: {request.build_absolute_uri(reverse('security'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def fault(request: HttpRequest) -> HttpResponse:
    """Show that something broke, with the number under which the log has it.

    It asks nothing of the session or the database, as either may be what broke. A database that
    is away, or can store nothing, is no fault that trying again keeps: 503, so that programs and
    proxies ask again too.
    """
    number = request.headers.get("X-Request-Id")
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        html = loader.get_template("503.html").render({"number": number})
        return HttpResponse(html, status=503, headers={"Retry-After": str(AGAIN_AFTER)})
    return HttpResponseServerError(loader.get_template("500.html").render({"number": number}))


def not_found(request: HttpRequest, exception: Exception | None) -> HttpResponse:
    """Show the page for an address that leads nowhere, with ways back."""
    del exception  # the page says the same whatever led here
    return render(request, "404.html", status=404)
