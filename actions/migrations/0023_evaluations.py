"""Evaluations are rounds of a kind of their own, beside the yearly one of the same year.

Until now the kind was a mere word: a round that was called an evaluation asked for entries and
gave a yearly report as every other did. Such a one stays the yearly round that it was.
"""

from typing import Any

from django.db import migrations, models


def follow_up(apps: Any, _editor: Any) -> None:
    """Call every round that is there what it is."""
    rounds = apps.get_model("actions", "ReportingRound").objects
    rounds.filter(kind="evaluation").update(kind="yearly")


class Migration(migrations.Migration):
    dependencies = [("actions", "0022_sealed_factors")]

    operations = [
        migrations.RunPython(follow_up, migrations.RunPython.noop),
        migrations.RemoveConstraint("reportinground", "round_once_a_year"),
        migrations.AddConstraint(
            "reportinground",
            models.UniqueConstraint(
                fields=("plan", "year", "kind"),
                name="round_once_a_year",
                violation_error_message="The plan has a round for this year already.",
            ),
        ),
    ]
