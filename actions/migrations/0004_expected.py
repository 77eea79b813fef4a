from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0003_reporting_round"),
    ]

    operations = [
        migrations.RenameField(model_name=model, old_name="owed", new_name="expected")
        for model in ("entry", "publishedaction", "publishedentry")
    ]
