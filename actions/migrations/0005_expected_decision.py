from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0004_expected"),
    ]

    operations = [
        migrations.RenameField(
            model_name=model, old_name="owes_decision", new_name="expected_decision"
        )
        for model in ("responsibility", "historicalresponsibility")
    ]
