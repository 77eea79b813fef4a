import dataclasses
import json

from django.db import migrations

from document.readers import lift
from document.snapshot import from_json

# Comparisons in a row after which an action counts as standing still.
LONG = 2
OLD = 2  # the schema before


def read_anew(apps, schema_editor):
    """Draw what pages show of each published round from its edition, in today's keys.

    The edition itself stays as it is.
    """
    for given, content, rows in shown(apps, schema_editor.connection.alias):
        snapshot = from_json(content)
        store(
            given,
            rows,
            {action.label: dataclasses.asdict(action) for action in snapshot.actions},
            changes(snapshot),
            snapshot.compared.year if snapshot.compared else None,
        )


def read_as_before(apps, schema_editor):
    """Draw the same in the keys of schema 2; of an edition of today's there are none."""
    for given, content, rows in shown(apps, schema_editor.connection.alias):
        data = json.loads(content)
        if data["schema"] > OLD:
            continue
        actions = {action["label"]: action for action in lift(data, OLD)["actions"]}
        past = {one["year"] for action in actions.values() for one in action["history"]}
        store(
            given,
            rows,
            actions,
            old_changes(actions.values()),
            max((year for year in past if year < data["year"]), default=None),
        )


def shown(apps, using):
    """Yield each published round with what its edition says and the rows of its actions."""
    rows = apps.get_model("actions", "PublishedAction").objects.using(using)
    editions = apps.get_model("reports", "Edition").objects.using(using)
    for given in apps.get_model("actions", "PublishedRound").objects.using(using):
        edition = editions.get(round=given.round_id, number=given.edition)
        yield given, edition.content, rows.filter(shown=given).select_related("action")


def store(given, rows, actions, groups, previous):
    """Store what pages show of a published round."""
    for row in rows:
        # Under its number of then: the plan may have changed it since.
        row.facts = actions[row.facts["label"]]
        row.movement = row.facts["movement"]
        row.save(update_fields=["facts", "movement"])
    given.facts = given.facts | {"changes": groups, "previous_year": previous}
    given.save(update_fields=["facts"])


def old_changes(actions):
    """Return the groups of schema 2, in their order; no empty group."""
    tests = {
        "moved_up": lambda action: action["movement"] == "up",
        "moved_back": lambda action: action["movement"] == "back",
        "unmoved": lambda action: action["still"] >= LONG,
        "completed": lambda action: action["movement"] == "completed",
        "overdue": lambda action: action["overdue"],
        "amended": lambda action: action["movement"] == "amended",
        "new": lambda action: action["movement"] == "new",
    }
    found = {key: [a["label"] for a in actions if test(a)] for key, test in tests.items()}
    return {key: labels for key, labels in found.items() if labels}


def changes(snapshot):
    """Return the labels of the actions that moved, stand still or are overdue, by group."""
    found = {}
    for action in snapshot.actions:
        groups = {
            action.movement: True,
            "unmoved": action.unmoved >= LONG,
            "completed": action.completed,
            "overdue": action.overdue,
            "amended": action.amended,
        }
        for group, holds in groups.items():
            if group and holds:
                found.setdefault(group, []).append(action.label)
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_editions"),
        ("actions", "0009_first_numbers"),
    ]

    operations = [
        migrations.RunPython(read_anew, read_as_before),
    ]
