"""Seals the secrets of second factors that were stored in the clear."""

from typing import Any

from django.db import migrations

from actions.sealing import is_sealed, seal, unseal

SECRETS = {"totp": "secret", "recovery_codes": "seed"}


def change(apps: Any, schema_editor: Any, how: Any) -> None:
    """Store each secret as ``how`` returns it."""
    rows = apps.get_model("mfa", "Authenticator").objects.using(schema_editor.connection.alias)
    for row in rows.filter(type__in=list(SECRETS)):
        name = SECRETS[row.type]
        row.data[name] = how(row.data[name])
        row.save(update_fields=["data"])


def forwards(apps: Any, schema_editor: Any) -> None:
    """Seal what is not sealed yet."""
    change(apps, schema_editor, lambda text: text if is_sealed(text) else seal(text))


def backwards(apps: Any, schema_editor: Any) -> None:
    """Store the secrets as the version before this one reads them."""
    change(apps, schema_editor, unseal)


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0021_any_plan"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
