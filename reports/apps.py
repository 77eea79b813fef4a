"""Configuration of the reports application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Progress reports: built, edited, frozen, published, kept."""

    name = "reports"
    verbose_name = _("Progress reports")

    def ready(self) -> None:
        """Have the triggers put in place after every migration, and reports found by the search."""
        from actions.database import GUARDS
        from actions.search.documents import SOURCES
        from reports import database, searching

        GUARDS.append(database.statements)
        if searching.documents not in SOURCES:
            SOURCES.append(searching.documents)
        post_migrate.connect(database.install_triggers, sender=self)
