"""The sitemap: every public page, in every language."""

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from actions.enums import Scheme
from actions.models import Action, ActionTheme, Actor, Classification, Plan, Section


class _InEveryLanguage(Sitemap):
    i18n = True
    alternates = True
    x_default = False


class Pages(_InEveryLanguage):
    """Pages that do not belong to a row of data."""

    def items(self) -> list[tuple[str, list[str]]]:
        """Return the names of the pages with their arguments."""
        single = ["home", "about", "method", "accessibility", "privacy"]
        lists = ["action-list", "actor-list", "theme-list"]
        plans = Plan.objects.published().values_list("slug", flat=True)
        return [(name, []) for name in single] + [(n, [p]) for p in plans for n in lists]

    def location(self, item: tuple[str, list[str]]) -> str:
        """Return a page's address in the language of the moment."""
        name, args = item
        return reverse(f"actions:{name}", args=args)


class _Rows(_InEveryLanguage):
    page = ""

    def location(self, item: tuple[Any, ...]) -> str:
        """Return a row's address in the language of the moment."""
        return reverse(f"actions:{self.page}", args=item)


class Actions(_Rows):
    """The page of every action."""

    page = "action"

    def items(self) -> Any:
        """Return plan and label of every action."""
        rows = Action.objects.filter(plan__is_published=True)
        return rows.order_by("plan", "position").values_list("plan__slug", "label")


class Actors(_Rows):
    """The page of every actor, under each plan that names it."""

    page = "actor"

    def items(self) -> Any:
        """Return plan and key of every actor that a plan names."""
        return (
            Actor.objects.filter(responsibilities__action__plan__is_published=True)
            .order_by("responsibilities__action__plan__slug", "slug")
            .values_list("responsibilities__action__plan__slug", "slug")
            .distinct()
        )


class Themes(_Rows):
    """The page of every theme, under each plan that has actions there."""

    page = "theme"

    def items(self) -> Any:
        """Return plan and key of every theme in use."""
        return (
            ActionTheme.objects.filter(action__plan__is_published=True)
            .order_by("action__plan__slug", "theme__slug")
            .values_list("action__plan__slug", "theme__slug")
            .distinct()
        )


class Sections(_Rows):
    """The page of every section that has actions."""

    page = "section"

    def items(self) -> Any:
        """Return plan and number of every section in use."""
        rows = Section.objects.filter(plan__is_published=True, actions__isnull=False).distinct()
        return rows.order_by("plan__slug", "number").values_list("plan__slug", "number")


class _Places(_Rows):
    """The pages of a scheme."""

    scheme: Scheme

    def items(self) -> Any:
        """Return plan and number of every place of the scheme that has actions."""
        rows = Classification.objects.filter(scheme=self.scheme, action__plan__is_published=True)
        return (
            rows.order_by("action__plan__slug", "number")
            .values_list("action__plan__slug", "number")
            .distinct()
        )


class Pillars(_Places):
    """The page of every pillar, under each plan that has actions there."""

    page, scheme = "pillar", Scheme.PILLAR


class Goals(_Places):
    """The page of every goal, under each plan that has actions there."""

    page, scheme = "sdg", Scheme.SDG


SITEMAPS = {
    "pages": Pages,
    "actions": Actions,
    "actors": Actors,
    "themes": Themes,
    "sections": Sections,
    "pillars": Pillars,
    "goals": Goals,
}
