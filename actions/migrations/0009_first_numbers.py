from django.db import migrations


def fill(apps, schema_editor):
    """Let every action be known by the number under which an edition knows it, else by its own."""
    using = schema_editor.connection.alias
    actions = apps.get_model("actions", "Action").objects.using(using)
    published = apps.get_model("actions", "PublishedAction").objects.using(using)
    known = {}
    for action, facts in published.order_by("shown__year").values_list("action", "facts"):
        known.setdefault(action, facts["label"])
    taken = set()
    rows = list(actions.filter(key=""))
    # Those that an edition knows come first: their numbers are theirs.
    for row in sorted(rows, key=lambda row: (row.pk not in known, row.pk)):
        number = known.get(row.pk, row.label)
        wanted = (number, *(f"{number}-{n}" for n in range(2, len(rows) + 2)))
        key = next(one for one in wanted if (row.plan_id, one) not in taken)
        taken.add((row.plan_id, key))
        actions.filter(pk=row.pk).update(key=key)


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0008_lasting_key"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
