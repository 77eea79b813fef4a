"""The sitemap's part on reports: the archive, the newest edition of each year, each edition."""

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from actions.models import Plan
from reports.models import PUBLISHED, Edition


class _InEveryLanguage(Sitemap):
    i18n = True
    alternates = True
    x_default = False
    page = ""

    def location(self, item: tuple[Any, ...]) -> str:
        """Return a page's address in the language of the moment."""
        return reverse(f"reports:{self.page}", args=item)


class Archives(_InEveryLanguage):
    """The archive of every plan."""

    page = "archive"

    def items(self) -> Any:
        """Return the key of every plan."""
        return Plan.objects.published().order_by("slug").values_list("slug")


class Reports(_InEveryLanguage):
    """The newest edition of every year that has one."""

    page = "report"

    def items(self) -> Any:
        """Return plan and name of every round with a published edition."""
        return list(dict.fromkeys((plan, name) for plan, name, _number in published()))


class Editions(_InEveryLanguage):
    """Every published edition."""

    page = "edition"

    def items(self) -> Any:
        """Return plan, name of the round and number of every published edition."""
        return published()


def published() -> list[tuple[str, str, int]]:
    """Return plan, name of the round and number of every published edition, in their order."""
    rows = Edition.objects.filter(state=PUBLISHED).select_related("round__plan").defer("content")
    order = rows.order_by("round__plan__slug", "round__year", "round__kind", "number")
    return [(row.round.plan.slug, row.round.name, row.number) for row in order]


SITEMAPS = {"archives": Archives, "reports": Reports, "editions": Editions}
