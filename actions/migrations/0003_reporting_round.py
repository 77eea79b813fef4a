from django.db import migrations

ACTIONS = ("add", "change", "delete", "view")


def rename_permissions(pairs):
    """Return what gives the permissions of a renamed model its new name."""

    def rename(apps, schema_editor):
        permissions = apps.get_model("auth", "Permission").objects
        rows = permissions.using(schema_editor.connection.alias)
        for old, new in pairs:
            for action in ACTIONS:
                rows.filter(content_type__app_label="actions", codename=f"{action}_{old}").update(
                    codename=f"{action}_{new}"
                )

    return rename


FORWARDS = [("round", "reportinground"), ("historicalround", "historicalreportinground")]
BACKWARDS = [(new, old) for old, new in FORWARDS]


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0002_follow_up"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RenameModel(old_name="Round", new_name="ReportingRound"),
        migrations.RenameModel(old_name="HistoricalRound", new_name="HistoricalReportingRound"),
        migrations.RunPython(rename_permissions(FORWARDS), rename_permissions(BACKWARDS)),
    ]
