"""Configuration of the actions application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class ActionsConfig(AppConfig):
    """The plans and their follow-up."""

    name = "actions"
    verbose_name = _("Plans and follow-up")

    def ready(self) -> None:
        """Have the triggers put in place after every migration, and taken away before it.

        SQLite drops a table's triggers when a migration rebuilds the table, so a
        migration alone could not keep them; and they would hinder the rebuilding.
        """
        from actions import database

        pre_migrate.connect(database.drop_triggers, sender=self)
        post_migrate.connect(database.install_triggers, sender=self)
