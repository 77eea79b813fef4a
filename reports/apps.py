"""Configuration of the reports application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Progress reports: editions, renderers, archive."""

    name = "reports"
    verbose_name = _("Progress reports")
