from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    """Let every action be known by the number that it has now."""
    rows = apps.get_model("actions", "Action").objects.using(schema_editor.connection.alias)
    rows.filter(key="").update(key=F("label"))


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0008_lasting_key"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
