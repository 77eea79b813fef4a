from django.db import migrations

OWED = {"owed": "expected"}
RULES = {"nobody_owes": "none_expected"}


def turned(names):
    return {new: old for old, new in names.items()}


def renamed(data, names):
    """Return an object with other names for some of its keys, in the order that it had."""
    return {names.get(key, key): value for key, value in data.items()}


def say(keys, rules):
    """Return what gives the facts that pages read of each published action other keys.

    They are drawn from an edition when it is published; the edition itself stays as it is.
    """

    def change(apps, schema_editor):
        rows = apps.get_model("actions", "PublishedAction").objects
        for row in rows.using(schema_editor.connection.alias).iterator():
            facts = renamed(row.facts, keys)
            facts["rule"] = rules.get(facts["rule"], facts["rule"])
            facts["entries"] = [renamed(entry, keys) for entry in facts["entries"]]
            row.facts = facts
            row.save(update_fields=["facts"])

    return change


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0005_expected_decision"),
    ]

    operations = [
        migrations.RunPython(say(OWED, RULES), say(turned(OWED), turned(RULES))),
    ]
