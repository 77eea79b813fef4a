"""The page on the open data: downloads, the interface for programs, keys that last."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language

from actions.models import Plan, PublishedRound
from actions.views.http import public_page
from reports import dictionary, openapi, schema_org
from reports.views.catalogue import of_site


@public_page
def open_data(request: HttpRequest) -> HttpResponse:
    """Show what can be downloaded, asked by programs, and cited."""
    root = request.build_absolute_uri(reverse("api:root"))
    context = {
        "plans": Plan.objects.published()
        .order_by("-slug")
        .annotate(has_reports=Exists(PublishedRound.objects.filter(plan=OuterRef("pk")))),
        "root": root,
        "endpoints": [endpoint(one) for one in openapi.ENDPOINTS],
        "shared": [*openapi.PAGES, openapi.LANGUAGE],
        "facts": schema_org.as_data(schema_org.catalogue(of_site(request), get_language() or "en")),
        "example": dictionary.API_EXAMPLE.format(root=root),
    }
    return TemplateResponse(request, "archive/open_data.html", context)


def endpoint(given: openapi.Endpoint) -> dict[str, Any]:
    """Return an address of the interface as the page shows it."""
    return {"path": given.path, "meaning": given.meaning, "own": given.own}
