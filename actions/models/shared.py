"""What all processes keep together for a short time, such as counts of attempts to sign in."""

from django.db import models


class Shared(models.Model):
    """One kept value; Django's database cache reads and writes the table by itself.

    It is a model so that every ``migrate`` makes the table, on SQLite and on PostgreSQL.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "actions_shared"

    def __str__(self) -> str:
        return self.cache_key
