"""Addresses of the interface for programs; they carry no language."""

from django.urls import path, re_path

from actions.urls import LabelConverter
from reports.views import api

app_name = "api"
urlpatterns = [
    path("", api.root, name="root"),
    path("openapi.json", api.description, name="openapi"),
    path("plans/", api.plans, name="plans"),
    path("plans/<slug:plan>/actions/", api.actions, name="actions"),
    re_path(
        rf"^plans/(?P<plan>[-\w]+)/actions/(?P<label>{LabelConverter.regex})/$",
        api.action,
        name="action",
    ),
    path("plans/<slug:plan>/rounds/", api.rounds, name="rounds"),
    path("plans/<slug:plan>/entries/", api.entries, name="entries"),
    path("plans/<slug:plan>/editions/", api.editions, name="editions"),
    path("actors/", api.actors, name="actors"),
    path("actors/<slug:slug>/", api.actor, name="actor"),
    re_path(r"^(?P<rest>[\s\S]*)$", api.unknown, name="unknown"),
]
