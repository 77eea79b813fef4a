"""Addresses of the whole site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe

from actions.sitemaps import SITEMAPS
from actions.views import openid_back, pages
from actions.views.keeping import carrying
from reports import sitemaps
from reports.views import catalogue, metrics

urlpatterns = [
    path("", pages.choose_language, name="choose-language"),
    path("admin/", admin.site.urls),
    path(
        "sitemap.xml",
        require_safe(sitemap),
        {
            "sitemaps": SITEMAPS | sitemaps.SITEMAPS,
            "content_type": "application/xml; charset=utf-8",
        },
        name="sitemap",
    ),
    path("robots.txt", pages.robots, name="robots"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path("health/", pages.health, name="health"),
    path("ready/", pages.ready, name="ready"),
    re_path(r"^catalogue\.(?P<extension>ttl|jsonld)$", catalogue.show, name="catalogue"),
    path("api/v1/", include("reports.api_urls")),
    path("metrics/", metrics.metrics, name="metrics"),
    path(".well-known/security.txt", pages.security, name="security"),
    # One address for all languages, as providers are told it.
    path(
        "account/back/<slug:name>/",
        openid_back.with_text(carrying(openid_back.come_back)),
        name="provider_back",
    ),
    *i18n_patterns(
        path("account/", include("napmonitor.account_urls")),
        path("", include("reports.urls")),
        path("", include("actions.urls")),
    ),
]

handler404 = "actions.views.pages.not_found"
handler500 = "actions.views.pages.fault"
