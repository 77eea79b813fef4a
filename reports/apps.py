"""Configuration of the reports application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Progress reports: built, edited, frozen, published, kept."""

    name = "reports"
    verbose_name = _("Progress reports")

    def ready(self) -> None:
        """Have the triggers put in place after every migration."""
        from reports import database
        from actions.database import GUARDS

        GUARDS.append(database.statements)
        post_migrate.connect(database.install_triggers, sender=self)
