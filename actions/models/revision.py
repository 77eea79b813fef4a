"""A token that changes with every change of what readers see."""

from django.db import connection, models


class Revision(models.Model):
    """One row; the database itself draws a new token at every change of plan data.

    A cache that keys by the token can never serve a page of before the change,
    whichever way the change was made: see ``actions.database``.
    """

    token = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="revision_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.token

    @classmethod
    def now(cls) -> str:
        """Return the token as it stands, "" without one; by the shortest way, as pages wait."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT token FROM actions_revision")
            row = cursor.fetchone()
        return row[0] if row else ""
