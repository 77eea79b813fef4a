"""The command ``migrate``: Django's own, after which the database is guarded however it ended."""

from typing import Any

from django.core.management.commands import migrate

from actions.database import missing_triggers
from reports import tables


class Command(migrate.Command):
    """Migrate, and put up the triggers that a migration which failed left away.

    On SQLite they are taken away for the time of a migration, and put up when all went well.
    """

    def check(self, *args: Any, **options: Any) -> None:
        """Look at the code, not at the database: what is missing there is put up by migrating."""
        super().check(*args, **options | {"databases": None})

    def handle(self, *args: Any, **options: Any) -> Any:
        """Migrate; where that ends early, put up what fits the tables as they are then."""
        try:
            return super().handle(*args, **options)
        finally:
            if missing_triggers(using=options["database"]):
                tables.put_up_triggers(using=options["database"])
