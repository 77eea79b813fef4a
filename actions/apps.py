"""Configuration of the actions application."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
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
        from actions import checks, database  # noqa: F401  checks register themselves

        database.GUARDS.append(database.statements)
        pre_migrate.connect(database.before_migrating, sender=self)
        post_migrate.connect(database.install_triggers, sender=self)


class AdministrationConfig(AdminConfig):
    """Django's administration, behind the sign-in page of this site."""

    default_site = "actions.views.administration.Administration"

    def ready(self) -> None:
        """Find what the administration shows; groups, passkeys, links are not for it."""
        super().ready()
        from django.apps import apps
        from django.contrib import admin

        for label in ("auth", "account", "mfa", "socialaccount"):
            for model in apps.get_app_config(label).get_models():
                if admin.site.is_registered(model):
                    admin.site.unregister(model)
