"""Addresses of the plan's public pages, under the language."""

from django.urls import path, re_path, register_converter

from actions.views import actions, actors, exports, pages, plan, themes


class LabelConverter:
    """The number of an action in an address: 22, 22.1, 18A."""

    regex = r"[0-9]{1,4}(?:[A-Z]|\.[0-9]{1,2})?"

    def to_python(self, value: str) -> str:
        """Return the label."""
        return value

    def to_url(self, value: str) -> str:
        """Return the label."""
        return value


register_converter(LabelConverter, "label")

app_name = "actions"
urlpatterns = [
    path("", plan.home, name="home"),
    path("about/", pages.about, name="about"),
    path("method/", pages.method, name="method"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("plans/<slug:plan>/", plan.overview, name="plan"),
    path("plans/<slug:plan>/actions/", actions.action_list, name="action-list"),
    re_path(
        r"^plans/(?P<plan>[-a-zA-Z0-9_]+)/actions\.(?P<extension>json|csv|xlsx)$",
        exports.actions,
        name="action-export",
    ),
    path("plans/<slug:plan>/actions/<label:label>/", actions.action, name="action"),
    path("plans/<slug:plan>/actors/", actors.actor_list, name="actor-list"),
    path("plans/<slug:plan>/actors/<slug:slug>/", actors.actor, name="actor"),
    path("plans/<slug:plan>/themes/", themes.theme_list, name="theme-list"),
    path("plans/<slug:plan>/themes/<slug:slug>/", themes.theme, name="theme"),
]
