"""Configuration of the reports application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Progress reports: built, edited, frozen, published, kept."""

    name = "reports"
    verbose_name = _("Progress reports")

    def ready(self) -> None:
        """Have triggers put in place after every migration, reports found, addresses forgotten."""
        from actions import emails
        from actions.database import GUARDS
        from actions.models.returned import HOLDERS
        from actions.outbox import sending
        from actions.search.documents import SOURCES
        from actions.services.accounts import ELSEWHERE
        from reports import database, searching
        from reports.outbox import letters
        from reports.services import covering

        GUARDS.append(database.statements)
        emails.LETTERS.update(letters.LETTERS)
        if searching.documents not in SOURCES:
            SOURCES.append(searching.documents)
        if covering.forget not in ELSEWHERE:
            ELSEWHERE.append(covering.forget)
        if covering.stands not in sending.STANDS:
            sending.STANDS.append(covering.stands)
        if covering.RECIPIENTS not in HOLDERS:
            HOLDERS.append(covering.RECIPIENTS)
        post_migrate.connect(database.install_triggers, sender=self)
